import { spawn, spawnSync } from 'child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { shareInit, terraformEnv } from '../scripts/terraform-init';

const ROOT = join(__dirname, '..');

/** What is synthesized. */
export interface SynthesisProps {
  /** Program, from the root of the repository. @default 'main.ts' */
  readonly program?: string;
  /** Settings of the application, as environment variables. @default {} */
  readonly settings?: Readonly<Record<string, string>>;
  /** Context, as a `cdktf.json` has it. @default - that of the application for its own program, else none */
  readonly context?: Readonly<Record<string, string>>;
  /** Text of the program that is replaced, and what stands in its place: an edit, as a person would make it. */
  readonly edit?: readonly [from: string, to: string];
}

/** A folder in which the real Terraform works on a synthesized program, against a simulator. */
export class TerraformFolder {
  private readonly path = mkdtempSync(join(tmpdir(), 'e2e-'));

  /** @param sharedInit folder whose `terraform init` is used */
  constructor(sharedInit: string) {
    shareInit(sharedInit, this.path);
  }

  /** Synthesizes a program into the folder, as `cdktf synth` does. */
  public synthesize({ program = 'main.ts', settings = {}, context, edit }: SynthesisProps = {}): void {
    const outdir = mkdtempSync(join(tmpdir(), 'e2e-out-'));
    const file = edit ? edited(program, edit, outdir) : join(ROOT, program);
    const own = JSON.parse(readFileSync(join(ROOT, 'cdktf.json'), 'utf8')).context;
    const { status, stderr } = spawnSync(process.execPath, ['-r', 'ts-node/register', file], {
      cwd: ROOT,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...settings,
        NODE_PATH: join(ROOT, 'node_modules'),
        CDKTF_OUTDIR: outdir,
        CDKTF_CONTEXT_JSON: JSON.stringify(context ?? (program === 'main.ts' ? own : {})),
      },
    });
    if (status !== 0) throw new Error(stderr);
    const [stack] = readdirSync(join(outdir, 'stacks'));
    cpSync(join(outdir, 'stacks', stack), this.path, { recursive: true });
    rmSync(outdir, { recursive: true, force: true });
    const synthesized = join(this.path, 'cdk.tf.json');
    const json = JSON.parse(readFileSync(synthesized, 'utf8'));
    // The state stays in this folder.
    delete json.terraform.backend;
    writeFileSync(synthesized, JSON.stringify(json));
  }

  /**
   * Runs a command of Terraform.
   *
   * @throws Error with what Terraform said, when its exit code is none of those expected
   */
  public async run(endpoint: string, command: readonly string[], expected: readonly number[] = [0]): Promise<string> {
    const child = spawn('terraform', [...command, ...(command[0] === 'state' ? [] : ['-no-color'])], {
      cwd: this.path,
      env: {
        ...terraformEnv(),
        TF_INPUT: '0',
        AWS_ACCESS_KEY_ID: 'simulator',
        AWS_SECRET_ACCESS_KEY: 'simulator',
        AWS_ENDPOINT_URL: endpoint,
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    if (!expected.includes(code ?? -1))
      throw new Error(`terraform ${command.join(' ')} ended with ${code}:\n${errorsIn(output)}`);
    return output;
  }

  public async apply(endpoint: string): Promise<void> {
    await this.run(endpoint, ['apply', '-auto-approve', '-parallelism=40']);
  }

  /** What the next plan would change; empty when nothing. */
  public async plan(endpoint: string): Promise<string> {
    const output = await this.run(endpoint, ['plan', '-detailed-exitcode', '-parallelism=40'], [0, 2]);
    return output.includes('No changes.')
      ? ''
      : output.replace(/^.*(Refreshing|Reading|Read complete|Opening|Closing).*\n/gm, '');
  }

  public async destroy(endpoint: string): Promise<void> {
    await this.run(endpoint, ['destroy', '-auto-approve', '-parallelism=40']);
  }

  /** The values of all outputs. */
  public async outputs(endpoint: string): Promise<Record<string, unknown>> {
    const told = JSON.parse(await this.run(endpoint, ['output', '-json'])) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(told).map(([name, { value }]) => [name, value]));
  }

  /** The addresses of everything that Terraform still manages. */
  public async managed(endpoint: string): Promise<string[]> {
    return (await this.run(endpoint, ['state', 'list']))
      .split('\n')
      .filter((line) => line && !line.startsWith('data.'));
  }

  public remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A copy of a program outside its folder, with an edit. */
function edited(program: string, [from, to]: readonly [string, string], folder: string): string {
  const source = readFileSync(join(ROOT, program), 'utf8');
  if (!source.includes(from)) throw new Error(`${program} does not contain ${from}`);
  const file = join(folder, 'main.ts');
  const root = JSON.stringify(`${ROOT}/`).slice(1, -1);
  writeFileSync(file, source.replace(from, to).replace(/(from ')(?:\.\.\/)+/g, `$1${root}`));
  return file;
}

/** What Terraform said of its errors. It quotes the line of each, and a synthesized stack is one line. */
function errorsIn(output: string): string {
  const errors = output.split('\n').map((line) => line.slice(0, 300));
  const first = errors.findIndex((line) => line.includes('Error: '));
  return errors
    .slice(first === -1 ? -40 : first)
    .join('\n')
    .slice(0, 8000);
}
