import { execFile, spawnSync } from 'child_process';

/** An environment in which the AWS CLI finds nothing of this machine, and reaches nobody. */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_MAX_ATTEMPTS: '1',
  AWS_PAGER: '',
};

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

const AT_ONCE = 4;

/** Why the programs cannot be used here; undefined when they can. */
export function whyMissing(...programs: readonly string[]): string | undefined {
  const missing = programs.filter((program) => spawnSync('bash', ['-c', `command -v ${program}`]).status !== 0);
  return missing.length > 0 ? `${missing.join(' and ')} not on PATH` : undefined;
}

/** `describe` where the programs are; skipped, with one line that says why, where not. */
export function describeWith(...programs: readonly string[]): jest.Describe {
  const reason = whyMissing(...programs);
  if (reason === undefined) return describe;
  process.stderr.write(`skipped, commands of the documentation cannot be tried: ${reason}\n`);
  return describe.skip as jest.Describe;
}

/** What the AWS CLI makes of a command without sending it. */
export interface Verdict {
  /** Undefined: every option, required parameter and value is right. */
  readonly problem?: string;
  /** What `--query` selects from the response's shape; undefined where the CLI cannot show the shape. */
  readonly answer?: unknown;
}

/** Has the AWS CLI judge commands, a few at a time. */
export async function judge(commands: readonly (readonly string[])[], folder: string): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const waiting = commands.map((_, index) => index);
  const work = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      verdicts[index] = await verdictOn(commands[index], folder);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return verdicts;
}

/** The CLI has no shape for a command that it does not generate, and refuses its own where a 0 is against the rules. */
const NO_SHAPE = /Parameter validation failed|Unknown options: --generate-cli-skeleton/;

/**
 * The CLI checks the request and answers with the response's shape. Where it has none, the command is sent to where
 * nobody listens: the request is checked before that.
 */
async function verdictOn(command: readonly string[], folder: string): Promise<Verdict> {
  const asJson = withoutOption(command, '--output');
  const shape = await run([...asJson, '--output', 'json', '--generate-cli-skeleton', 'output'], folder);
  if (shape.code === 0) return { answer: shape.stdout.trim() === '' ? undefined : JSON.parse(shape.stdout) };
  if (!NO_SHAPE.test(shape.stderr)) return { problem: lastLine(shape.stderr) };
  const sent = await run([...command, '--endpoint-url', NOWHERE], folder);
  return sent.stderr.includes('Could not connect to the endpoint') ? {} : { problem: sent.stderr.trim() };
}

function withoutOption(command: readonly string[], option: string): string[] {
  const at = command.indexOf(option);
  return at < 0 ? [...command] : [...command.slice(0, at), ...command.slice(at + 2)];
}

function run(args: readonly string[], cwd: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile('aws', args, { cwd, env: ENVIRONMENT, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, stdout, stderr: stderr || String(error ?? '') }),
    );
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').slice(-1)[0];
}
