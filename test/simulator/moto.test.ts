import { execFileSync } from 'child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Moto, MOTO_VERSION } from '../../simulator/moto';

/**
 * Where moto_server comes from on a machine that does not have it: programs of the same names, which do as little as
 * is needed and tell how they were called, stand for Python and for the container engine.
 */
describe('the ways to moto_server', () => {
  const home = mkdtempSync(join(tmpdir(), 'moto-'));
  const record = join(home, 'record');
  let bin: string;
  let started: Moto | undefined;

  const env = (): NodeJS.ProcessEnv => ({ PATH: bin, HOME: home, RECORD: record, AWS_PROFILE: 'mine' });
  const start = async (): Promise<Moto> => (started = await Moto.start(env()));

  /** A program in JavaScript that writes down how it was called. */
  const program = (file: string, body: string): void => {
    const text = `#!${process.execPath}
      const fs = require('fs');
      const args = process.argv.slice(2);
      fs.appendFileSync(process.env.RECORD, JSON.stringify([${JSON.stringify(file.split('/').pop())}, ...args]) + '\\n');
      const serve = (port) => require('http').createServer((_, answer) => answer.end()).listen(port, '127.0.0.1');
      ${body}`;
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  };
  const SERVER = `
    if (Object.keys(process.env).some((name) => name.startsWith('AWS_'))) process.exit(1);
    if (process.env.MOTO_IAM_LOAD_MANAGED_POLICIES !== 'true') process.exit(1);
    serve(Number(args[args.indexOf('-p') + 1]));
  `;
  /** A Python whose pip installs the server. */
  const PYTHON = `
    const folder = args[2];
    fs.mkdirSync(folder + '/bin', { recursive: true });
    const pip = fs.readFileSync(process.env.HOME + '/pip', 'utf8');
    fs.writeFileSync(folder + '/bin/pip', pip, { mode: 0o755 });
  `;
  const DOCKER = `
    if (args[0] === 'run') serve(Number(args[args.indexOf('-p') + 1].split(':')[1]));
  `;
  /** Every call but those of the shell's own look-ups; ports are left out, they differ. */
  const calls = (): string[][] =>
    !existsSync(record)
      ? []
      : readFileSync(record, 'utf8')
          .trim()
          .split('\n')
          .map((line) => (JSON.parse(line) as string[]).map((word) => word.replace(/\b\d{4,5}\b(?=$|:5000)/, 'PORT')));

  beforeEach(() => {
    bin = mkdtempSync(join(home, 'bin-'));
    symlinkSync(execFileSync('sh', ['-c', 'command -v sh'], { encoding: 'utf8' }).trim(), join(bin, 'sh'));
    rmSync(record, { force: true });
    rmSync(join(home, '.cache'), { recursive: true, force: true });
    program(
      join(home, 'pip'),
      `fs.copyFileSync(process.env.HOME + '/server', require('path').join(process.argv[1], '../moto_server'));`,
    );
    program(join(home, 'server'), SERVER);
  });
  afterEach(() => started?.stop());
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  test('one on PATH is taken before any other, without the settings of the machine for AWS', async () => {
    program(join(bin, 'moto_server'), SERVER);
    program(join(bin, 'python3'), PYTHON);
    program(join(bin, 'docker'), DOCKER);
    expect((await start()).explanation).toBe('moto_server found on PATH');
    expect(calls()).toEqual([['moto_server', '-H', '127.0.0.1', '-p', 'PORT']]);
  });

  test('else Python installs one for itself in the cache of the user, once', async () => {
    program(join(bin, 'python3'), PYTHON);
    const venv = join(home, '.cache/moto-server', MOTO_VERSION);
    const explanation = `moto ${MOTO_VERSION} in a virtual environment of its own`;
    expect((await start()).explanation).toBe(explanation);
    expect(calls()).toEqual([
      ['python3', '-m', 'venv', venv],
      ['pip', 'install', '--quiet', `moto[server]==${MOTO_VERSION}`],
      ['server', '-H', '127.0.0.1', '-p', 'PORT'],
    ]);
    await started?.stop();
    rmSync(record);
    expect((await start()).explanation).toBe(explanation);
    expect(calls()).toEqual([['server', '-H', '127.0.0.1', '-p', 'PORT']]);
  });

  test('else a container is started, on the loopback interface only, and ended by a signal', async () => {
    program(join(bin, 'python3'), 'process.exit(1);');
    program(join(bin, 'docker'), DOCKER);
    const moto = await start();
    expect(moto.explanation).toBe(`the container image motoserver/moto:${MOTO_VERSION}`);
    expect(calls().slice(1)).toEqual([
      ['docker', 'info'],
      [
        ...['docker', 'run', '--rm', '--init', '-p', '127.0.0.1:PORT:5000'],
        ...['-e', 'MOTO_IAM_LOAD_MANAGED_POLICIES', `motoserver/moto:${MOTO_VERSION}`],
      ],
    ]);
    const { url } = moto;
    await moto.stop();
    await expect(fetch(url)).rejects.toThrow();
  });

  test('one that ends at once is passed over', async () => {
    program(join(bin, 'moto_server'), 'process.exit(3);');
    program(join(bin, 'docker'), DOCKER);
    expect((await start()).explanation).toMatch(/^the container image/);
  });

  test('where there is none, each way says why', async () => {
    mkdirSync(join(home, '.cache'));
    program(join(bin, 'docker'), 'process.exit(1);');
    await expect(start()).rejects.toThrow(
      'moto_server cannot be started: moto_server is not on PATH; python3 cannot install it; no container engine answers',
    );
    program(join(bin, 'moto_server'), 'process.exit(3);');
    await expect(start()).rejects.toThrow('moto_server found on PATH did not start; python3 cannot install it');
  });
});
