import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { transform } from '../../../drill/secrets/transform';

const folder = mkdtempSync(join(tmpdir(), 'dr-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function run(
  spec: string,
  input: string | Uint8Array,
  options: { mode?: string; dialect?: string; var?: string[] } = {},
) {
  const { exitCode, output, error } = transform({
    spec: file('spec', spec),
    input: file('input', input),
    mode: 'auto',
    dialect: 'ere',
    var: [],
    ...options,
  });
  return { exitCode, output: output && Buffer.from(output).toString(), error };
}

describe('dr secrets transform', () => {
  test('reads the specification for what it is', () => {
    expect(run('s/(us)-east-1/\\1-west-2/g', 'us-east-1')).toEqual({ exitCode: 0, output: 'us-west-2' });
    expect(run('s/\\(us\\)-east-1/\\1-west-2/g', 'us-east-1\n', { dialect: 'bre' }).output).toBe('us-west-2\n');
    expect(run('{"$.region": "us-west-2"}', '{ "region":"us-east-1", "id":12345678901234567890 }').output).toBe(
      '{ "region":"us-west-2", "id":12345678901234567890 }',
    );
    expect(
      run('{"transformations":[{"path":"$..h","find":"a","replace":"${X}"}]}', '{"h":"aa"}', { var: ['X=="'] }),
    ).toEqual({
      exitCode: 0,
      output: '{"h":"=\\"=\\""}',
    });
    expect(run('{"$.a": 1}', 'x', { mode: 'sed' }).exitCode).toBe(1);
  });

  test('keeps every byte that is not to change', () => {
    const input = Buffer.from('\ufeffa\r\n\0é\n\n');
    expect(run('s/x/y/', input).output).toBe(input.toString());
    expect(run('', '').output).toBe('');
  });

  test('refuses with one line and without the text', () => {
    expect(run('s/(a)\\1/HUNTER2/', 'a')).toEqual({
      exitCode: 1,
      error: 'line 1, column 16: a back-reference in a regular expression cannot be matched in linear time',
    });
    expect(run('{"$.a":1}', '{"a": HUNTER2')).toEqual({
      exitCode: 1,
      error: 'the text is not JSON from character 7 on',
    });
    expect(run('s/a/${NONE}/', 'a').error).toBe('line 1, column 11: there is no variable NONE');
    expect(run('p', new Uint8Array([0xff])).error).toMatch(/ is not UTF-8$/);
  });

  test('tells a file that is not there from a refusal', () => {
    const missing = join(folder, 'missing');
    expect(transform({ spec: missing, input: missing, mode: 'auto', dialect: 'ere', var: [] })).toEqual({
      exitCode: 2,
      error: `cannot read ${missing}: ENOENT`,
    });
  });

  const cli = (...args: string[]) =>
    spawnSync(process.execPath, ['-r', 'ts-node/register', 'drill/dr.ts', 'secrets', ...args], { input: 'us-east-1' });

  test('comes with its exit codes from the command line', () => {
    const done = cli('transform', '--spec', file('spec', 's/east-1/${TO}/'), '--input', '-', '--var', 'TO=west-2');
    expect([done.status, done.stdout.toString(), done.stderr.toString()]).toEqual([0, 'us-west-2', '']);
    const refused = cli('transform', '--spec', file('spec', 'k'), '--input', '-');
    expect([refused.status, refused.stderr.toString().split('\n').length]).toEqual([1, 2]);
    expect(cli('transform', '--spec', 'x').status).toBe(2);
    expect(cli('transform', '--spec', 'x', '--input', '-', '--mode', 'perl').status).toBe(2);
    expect(cli('transform', '--spec', 'x', '--input', '-', '--var', 'x').status).toBe(2);
  });
});
