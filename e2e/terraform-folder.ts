import { spawn, spawnSync } from 'child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { shareInit, terraformEnv } from '../scripts/terraform-init';

const ROOT = join(__dirname, '..');

/** A folder in which the real Terraform works on the synthesized application, against a simulator. */
export class TerraformFolder {
  private readonly path = mkdtempSync(join(tmpdir(), 'e2e-'));

  /** @param sharedInit folder whose `terraform init` is used */
  constructor(sharedInit: string) {
    shareInit(sharedInit, this.path);
  }

  /**
   * Synthesizes the application into the folder, as `npm run synth` does.
   *
   * @param settings of the application, as environment variables
   */
  public synthesize(settings: Record<string, string>): void {
    const outdir = mkdtempSync(join(tmpdir(), 'e2e-out-'));
    const { status, stderr } = spawnSync(process.execPath, ['scripts/synth.mjs'], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings, CDKTF_OUTDIR: outdir },
    });
    if (status !== 0) throw new Error(stderr);
    const [stack] = readdirSync(join(outdir, 'stacks'));
    cpSync(join(outdir, 'stacks', stack), this.path, { recursive: true });
    rmSync(outdir, { recursive: true, force: true });
    const file = join(this.path, 'cdk.tf.json');
    const json = JSON.parse(readFileSync(file, 'utf8'));
    // The state stays in this folder.
    delete json.terraform.backend;
    writeFileSync(file, JSON.stringify(json));
  }

  /**
   * Runs a command of Terraform.
   *
   * @throws Error with what Terraform said, when its exit code is none of those expected
   */
  public async run(endpoint: string, command: readonly string[], expected: readonly number[] = [0]): Promise<string> {
    const child = spawn('terraform', [...command, '-no-color'], {
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

  public remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
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
