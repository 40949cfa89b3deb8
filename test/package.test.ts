import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Synthesized } from './support/synth';

const root = join(__dirname, '..');
const { peerDependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Someone else's program, in JavaScript and type-checked as TypeScript. */
const PROGRAM = `
import { App, TerraformStack } from 'cdktf';
import { MultiRegionDRStack } from 'cdktf-multi-region-dr';
import { RegionPair } from 'cdktf-multi-region-dr/core/region-pair';
import { Storage } from 'cdktf-multi-region-dr/constructs/storage';

const app = new App({ stackTraces: false });
const whole = new TerraformStack(app, 'whole');
new MultiRegionDRStack(whole, 'System', { environmentSuffix: 'pkg' });
const alone = new TerraformStack(app, 'alone');
new Storage(alone, 'Storage', { regions: new RegionPair(alone, 'Regions', { environmentSuffix: 'pkg' }) });
app.synth();
`;

describe('the packed package, installed in an empty folder elsewhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  const run = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const stack = (name: string): Synthesized =>
    new Synthesized(JSON.parse(readFileSync(join(folder, `cdktf.out/stacks/${name}/cdk.tf.json`), 'utf8')));

  beforeAll(() => {
    const tarball = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .pop();
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    const peers = Object.keys(peerDependencies).map((name) => `${name}@${devDependencies[name]}`);
    run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', `./${tarball}`, ...peers);
    writeFileSync(join(folder, 'program.ts'), PROGRAM);
    const compilerOptions = {
      target: 'es2022',
      module: 'commonjs',
      moduleResolution: 'node',
      strict: true,
      skipLibCheck: true,
      types: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    run(join(root, 'node_modules/.bin/tsc'), '--pretty', 'false');
    run('node', 'program.js');
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('synthesizes the whole system, with the functions it brings', () => {
    const functions = stack('whole').resources('aws_lambda_function');
    expect(functions.length).toBeGreaterThanOrEqual(6);
    for (const { body } of functions)
      expect(
        readFileSync(join(folder, 'cdktf.out/stacks/whole', body.filename))
          .subarray(0, 2)
          .toString(),
      ).toBe('PK');
  });

  test('synthesizes one construct alone', () => {
    expect(stack('alone').resources('aws_s3_bucket_replication_configuration')).toHaveLength(2);
    expect(stack('alone').resources('aws_lambda_function')).toEqual([]);
  });
});
