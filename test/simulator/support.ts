import { spawn } from 'child_process';
import { zipSync } from 'fflate';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { shareInit, terraformEnv } from '../../scripts/terraform-init';
import { SimulatorClient } from '../../simulator/client';
import { Simulator, SimulatorOptions } from '../../simulator/server';
import { Wire } from '../../simulator/wire';
import { describeWithMoto } from '../lambda/moto';
import { whyNoTerraform } from '../support/terraform';

/** Where `whyNoTerraform` has initialized Terraform for every test. */
const SHARED_INIT = join(__dirname, '../../node_modules/.cache/terraform-init');

// A minute of simulated time is many calls, and a busy machine takes its time for them.
jest.setTimeout(30_000);

export const motoDescribe = describeWithMoto;

/** `describe` where both moto and Terraform can be used. */
export const applyDescribe: jest.Describe = (() => {
  const reason = whyNoTerraform();
  if (reason === undefined) return motoDescribe;
  process.stderr.write(`skipped, Terraform cannot be used here: ${reason}\n`);
  return describe.skip as jest.Describe;
})();

/** A simulator for a block of tests, started before and stopped after them. */
export class Fixture {
  private started: Simulator | undefined;

  constructor(options: SimulatorOptions = {}) {
    beforeAll(async () => {
      this.started = await Simulator.start({ port: 0, ...options });
      const role = {
        RoleName: 'function',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        }),
      };
      await this.wire.query('iam', 'us-east-1', 'CreateRole', role);
    }, 60_000);
    afterAll(() => this.started?.stop());
  }

  public get simulator(): Simulator {
    if (!this.started) throw new Error('the simulator has not started');
    return this.started;
  }

  public get control(): SimulatorClient {
    return new SimulatorClient(this.simulator.url);
  }

  /** Calls in any protocol, from outside as a signed client would make them. */
  public get wire(): Wire {
    return new Wire(async ({ method, url, headers, body }) => {
      const response = await fetch(this.simulator.url + url, {
        method,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
        body: method === 'GET' ? undefined : new Uint8Array(body),
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      };
    });
  }

  /** Deploys a function whose `index.js` is given. */
  public async deploy(region: string, name: string, code: string, settings: object = {}): Promise<void> {
    const zip = zipSync({ 'index.js': new TextEncoder().encode(code) });
    const answer = await this.wire.raw('lambda', region, {
      method: 'POST',
      url: '/2015-03-31/functions',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(
        JSON.stringify({
          FunctionName: name,
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: 'arn:aws:iam::123456789012:role/function',
          Timeout: 5,
          Code: { ZipFile: Buffer.from(zip).toString('base64') },
          ...settings,
        }),
      ),
    });
    if (answer.status !== 201) throw new Error(answer.body.toString());
  }

  /** Configuration of an SDK client in a region; it asks once, so that a refusal is seen as it is. */
  public sdk(region: string): {
    region: string;
    endpoint: string;
    maxAttempts: number;
    credentials: { accessKeyId: string; secretAccessKey: string };
  } {
    const credentials = { accessKeyId: 'simulator', secretAccessKey: 'simulator' };
    return { region, endpoint: this.simulator.url, maxAttempts: 1, credentials };
  }
}

/** A folder in which the real Terraform works against a simulator. */
export class Workspace {
  public readonly folder = mkdtempSync(join(tmpdir(), 'simulator-'));

  constructor(
    private readonly endpoint: string,
    /** A file of `terraform/`, without its end. @default an empty folder */
    stack?: string,
  ) {
    shareInit(SHARED_INIT, this.folder);
    const zip = zipSync({ 'index.js': new TextEncoder().encode('exports.handler = async () => 1;') });
    writeFileSync(join(this.folder, 'function.zip'), zip);
    if (stack) copyFileSync(join(__dirname, 'terraform', `${stack}.tf.json`), join(this.folder, 'main.tf.json'));
  }

  /** Runs a command of Terraform. @returns its exit code, and what it said */
  public run(...command: string[]): Promise<{ code: number | null; output: string }> {
    const child = spawn('terraform', [...command, '-no-color'], {
      cwd: this.folder,
      env: {
        ...terraformEnv(),
        TF_INPUT: '0',
        AWS_ACCESS_KEY_ID: 'simulator',
        AWS_SECRET_ACCESS_KEY: 'simulator',
        AWS_ENDPOINT_URL: this.endpoint,
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
  }

  /** What Terraform would do about each resource whose plan is not empty. */
  public async plan(): Promise<string> {
    const { code, output } = await this.run('plan', '-detailed-exitcode');
    return code === 0 ? '' : output.replace(/^.*(Refreshing|Reading|Read complete|Opening|Closing).*\n/gm, '');
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
