import { spawnSync } from 'child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'fs';
import { tmpdir } from 'os';
import { join, relative } from 'path';
import { TerraformStack, Testing } from 'cdktf';
import { TapStack, TapStackProps } from '../lib/tap-stack';
import { synthStack, Synthesized } from './support/synth';

const root = join(__dirname, '..');
const made: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'app-test-'));
  made.push(folder);
  return folder;
};
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Runs the application as `npm run synth` does, in a checkout, and says what it printed. */
const run = (
  checkout: string,
  env: Record<string, string> = {},
): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [join(checkout, 'scripts/synth.mjs')], {
    cwd: checkout,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });

const filesOf = (folder: string): Record<string, string> => {
  const files: Record<string, string> = {};
  const walk = (path: string): void => {
    for (const name of readdirSync(path)) {
      const child = join(path, name);
      if (statSync(child).isDirectory()) walk(child);
      else files[relative(folder, child)] = readFileSync(child).toString('base64');
    }
  };
  if (existsSync(folder)) walk(folder);
  return files;
};

/** A copy of the sources under another path. */
const copyOf = (): string => {
  const copy = newFolder();
  for (const name of [
    'lib',
    'lambda',
    'scripts',
    'main.ts',
    'cdktf.json',
    'tsconfig.json',
    'package.json',
    'dist/lambda',
  ]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
  return copy;
};

describe('the application', () => {
  const here = copyOf();
  const there = copyOf();
  const first = run(here);

  test('prints a table of resources by domain and region, notices, and where the output is', () => {
    expect(first.stderr).toBe('');
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(
      /TapStack-dev: resources by domain and region\n\n\s+us-east-1\s+us-east-2\s+terraform\s+all\n/,
    );
    expect(first.stdout).toMatch(/\nnetworking +\d+ +\d+ +0 +\d+\n/);
    expect(first.stdout).toMatch(/notice: The zone dev\.multi-region-dr\.internal is created, not delegated/);
    expect(first.stdout).toContain('written: cdktf.out/stacks/TapStack-dev/cdk.tf.json');
  });

  test('writes the same bytes in another folder (decision 4)', () => {
    expect(run(there).status).toBe(0);
    const files = filesOf(join(here, 'cdktf.out'));
    expect(Object.keys(files).length).toBeGreaterThan(4);
    expect(filesOf(join(there, 'cdktf.out'))).toEqual(files);
    for (const content of Object.values(files)) expect(Buffer.from(content, 'base64').toString()).not.toContain(here);
  });

  test.each([
    [
      { SECONDARY_REGION: 'us-east-1' },
      'TapStack-dev/MultiRegionDR/Regions: secondaryRegion is "us-east-1"; choose a region other',
    ],
    [{ AVAILABILITY_ZONE_COUNT: 'many' }, 'environment: AVAILABILITY_ZONE_COUNT is "many"; give a number'],
    [{ DOMAIN_NAME: 'dr.example.com' }, 'TapStack-dev/MultiRegionDR/HostedZone: domainName is "dr.example.com"'],
    [{ AURORA_INSTANCE_CLASS: 'db.t3.medium' }, 'TapStack-dev/MultiRegionDR/Aurora: instanceClass is "db.t3.medium"'],
  ])('says in one line what is wrong with %j, and writes nothing', (env, message) => {
    const folder = join(newFolder(), 'out');
    const { status, stdout, stderr } = run(root, { ...env, CDKTF_OUTDIR: folder });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(message)]);
    expect(stdout).toBe('');
    expect(filesOf(folder)).toEqual({});
  });
});

describe('TapStack', () => {
  const synth = (props: Partial<TapStackProps> = {}): Synthesized =>
    synthStack(
      new TapStack(Testing.app({ fakeCdktfJsonPath: true }), 'TapStack-dev', { environmentSuffix: 'dev', ...props }),
    );

  test('keeps its state in a local file by default, named without an absolute path', () => {
    expect(synth().json.terraform.backend).toEqual({ local: { path: '../../../terraform.TapStack-dev.tfstate' } });
  });

  test('keeps its state in S3 with a lock file, outside the primary region (R-TF-6, R-TF-7)', () => {
    expect(synth({ stateBucket: 'my-state' }).json.terraform.backend).toEqual({
      s3: {
        bucket: 'my-state',
        key: 'multi-region-dr/dev.tfstate',
        region: 'us-east-2',
        encrypt: true,
        use_lockfile: true,
      },
    });
    expect(
      synth({ stateBucket: 'my-state', stateBucketRegion: 'us-west-2', stateKey: 'x' }).json.terraform.backend.s3,
    ).toMatchObject({
      region: 'us-west-2',
      key: 'x',
    });
  });

  test.each<[Partial<TapStackProps>, string]>([
    [
      { stateBucket: 'my-state', stateBucketRegion: 'us-east-1' },
      'stateBucketRegion is "us-east-1"; keep the state outside the primary region, in us-east-2 or a third one',
    ],
    [{ stateBucketRegion: 'us-east-2' }, 'stateBucketRegion is "us-east-2"; give stateBucket too'],
    [{ stateKey: 'x' }, 'stateKey is "x"; give stateBucket too'],
    [{ stateBucket: 'My State' }, 'stateBucket is "My State"; give the name of a bucket'],
  ])('fails on %j', (props, message) => {
    expect(() => synth(props)).toThrow(`TapStack-dev: ${message}`);
  });

  test('is a TerraformStack that others can look into', () => {
    const stack = new TapStack(Testing.app({ fakeCdktfJsonPath: true }), 'x', { environmentSuffix: 'dev' });
    expect(TerraformStack.isStack(stack)).toBe(true);
    expect(stack.system.manifest.environmentSuffix).toBe('dev');
  });
});
