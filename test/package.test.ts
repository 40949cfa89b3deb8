import { ChildProcess, execFileSync, spawn } from 'child_process';
import { zipSync } from 'fflate';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { freePort } from '../simulator/moto';
import { describeWithMoto } from './lambda/moto';
import { Synthesized } from './support/synth';

const root = join(__dirname, '..');
const { peerDependencies, devDependencies, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// npx alone takes seconds on a busy machine.
jest.setTimeout(60_000);

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

  describe('dr', () => {
    test('comes with the package, and tells its version', () => {
      expect(run('npx', '--no-install', 'dr', '--version').trim()).toBe(version);
    });

    test('transforms secrets', () => {
      writeFileSync(join(folder, 'to-west.sed'), 's/us-east-1/us-west-2/');
      writeFileSync(join(folder, 'value'), 'host.us-east-1');
      const args = ['secrets', 'transform', '--spec', 'to-west.sed', '--input', 'value'];
      expect(run('npx', '--no-install', 'dr', ...args)).toBe('host.us-west-2');
    });

    test.each([
      ['--help', /simulator|secrets|zod/],
      ['sim --help', /simulator\/server|aws-local-stepfunctions|secrets|zod/],
      ['secrets --help', /simulator/],
    ])('%s does not wait for what it does not need', (words, needless) => {
      const listing = `process.on('exit', () => process.stderr.write(Object.keys(require.cache).join('\\n')))`;
      writeFileSync(join(folder, 'listing.cjs'), listing);
      const command = `node -r ./listing.cjs node_modules/cdktf-multi-region-dr/dist/programs/drill/dr.js ${words}`;
      const loaded = run('sh', '-c', `${command} 2>&1 >/dev/null`).split('\n');
      expect(loaded.length).toBeGreaterThan(2);
      expect(loaded.filter((file) => needless.test(file))).toEqual([]);
    });

    describeWithMoto('sim', () => {
      let simulator: ChildProcess;
      let port: number;
      let url: string;
      const sim = (...words: string[]): string =>
        run('npx', '--no-install', 'dr', 'sim', '--port', `${port}`, ...words);
      const call = async (service: string, path: string, body: object, headers: Record<string, string>) => {
        const credential = `simulator/20200101/us-east-2/${service}/aws4_request`;
        const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`;
        const init = { method: 'POST', headers: { authorization, ...headers }, body: JSON.stringify(body) };
        return (await fetch(url + path, init)).json();
      };

      beforeAll(async () => {
        port = await freePort();
        url = `http://127.0.0.1:${port}`;
        simulator = spawn('npx', ['--no-install', 'dr', 'sim', '--port', `${port}`, 'start'], { cwd: folder });
        const told = await new Promise<string>((resolve, reject) => {
          simulator.stdout?.once('data', (line: Buffer) => resolve(line.toString()));
          simulator.stderr?.on('data', (line: Buffer) => process.stderr.write(line));
          simulator.once('exit', (code) => reject(new Error(`dr sim start ended with ${code}`)));
        });
        expect(told).toContain(`AWS_ENDPOINT_URL=${url} (`);
      }, 60_000);

      test('tells its state', () => {
        expect(JSON.parse(sim('status'))).toMatchObject({ factor: 1, faults: [] });
      });

      test('runs functions', async () => {
        await call('iam', '/?Action=CreateRole&RoleName=f&AssumeRolePolicyDocument=%7B%7D', {}, {}).catch(
          () => undefined,
        );
        const zip = zipSync({ 'index.js': new TextEncoder().encode('exports.handler = async ({ n }) => n + 1;') });
        await call(
          'lambda',
          '/2015-03-31/functions',
          {
            FunctionName: 'adds',
            Runtime: 'nodejs22.x',
            Handler: 'index.handler',
            Role: 'arn:aws:iam::123456789012:role/f',
            Timeout: 10,
            Code: { ZipFile: Buffer.from(zip).toString('base64') },
          },
          { 'content-type': 'application/json' },
        );
        expect(await call('lambda', '/2015-03-31/functions/adds/invocations', { n: 1 }, {})).toBe(2);
      });

      test('runs state machines', async () => {
        const json = { 'content-type': 'application/x-amz-json-1.0' };
        const states = (operation: string, input: object): Promise<Record<string, string>> =>
          call('states', '/', input, { ...json, 'x-amz-target': `AWSStepFunctions.${operation}` }) as Promise<
            Record<string, string>
          >;
        const { stateMachineArn } = await states('CreateStateMachine', {
          name: 'passes',
          roleArn: 'arn:aws:iam::123456789012:role/f',
          definition: JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Result: 7, End: true } } }),
        });
        expect(await states('StartSyncExecution', { stateMachineArn })).toMatchObject({ output: '7' });
      });

      test('can be started and driven by a typed program', () => {
        const program = `
          import { SimulatorClient } from 'cdktf-multi-region-dr/simulator/client';
          import { Simulator } from 'cdktf-multi-region-dr/simulator/server';
          void (async (): Promise<void> => {
            const simulator = await Simulator.start({ port: 0, clock: { factor: 0 } });
            const { kind } = await new SimulatorClient(simulator.url).inject({ kind: 'region-down', region: 'us-east-1' });
            await simulator.stop();
            console.log(kind);
          })();
        `;
        writeFileSync(join(folder, 'client.ts'), program);
        const options = ['--strict', '--skipLibCheck', '--module', 'commonjs', '--moduleResolution', 'node'];
        const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types'), '--target', 'es2022'];
        run(join(root, 'node_modules/.bin/tsc'), ...options, ...types, 'client.ts');
        expect(run('node', 'client.js').trim()).toBe('region-down');
      });

      test('stops, and leaves nothing behind', async () => {
        const ended = new Promise((resolve) => simulator.once('close', resolve));
        sim('stop');
        await ended;
        await expect(fetch(url)).rejects.toThrow();
      });

      afterAll(() => {
        simulator.kill();
      });
    });
  });
});
