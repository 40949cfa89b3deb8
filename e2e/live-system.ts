import { join } from 'path';
import { initOnce } from '../scripts/terraform-init';
import { SimulatorClient } from '../simulator/client';
import { Moto } from '../simulator/moto';
import { Simulator } from '../simulator/server';
import { Wire } from '../simulator/wire';
import { TerraformFolder } from './terraform-folder';
import { ask, Reply } from './web';

const SHARED_INIT = join(__dirname, '../node_modules/.cache/terraform-init');

export const MINUTES = 60_000;

/** Configuration of an SDK client. */
export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  readonly forcePathStyle: boolean;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A system that Terraform manages in a simulator of its own. */
export class LiveSystem {
  private readonly started = Date.now();
  private running: { readonly simulator: Simulator; readonly folder: TerraformFolder } | undefined;

  constructor(private readonly name: string) {}

  public get folder(): TerraformFolder {
    return this.parts.folder;
  }

  /** Of the simulator. */
  public get url(): string {
    return this.parts.simulator.url;
  }

  public get control(): SimulatorClient {
    return new SimulatorClient(this.url);
  }

  /** Calls of services that no SDK client is installed for. */
  public get wire(): Wire {
    return new Wire(async ({ method, url, headers, body }) => {
      const response = await fetch(this.url + url, {
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

  public async start(): Promise<void> {
    this.running = { simulator: await Simulator.start({ port: 0 }), folder: new TerraformFolder(SHARED_INIT) };
  }

  public async stop(): Promise<void> {
    await this.running?.simulator.stop();
    this.running?.folder.remove();
  }

  public sdk(region: string): ClientSettings {
    const credentials = { accessKeyId: 'simulator', secretAccessKey: 'simulator' };
    return { region, endpoint: this.url, forcePathStyle: true, credentials };
  }

  /** A request of a user to a host name. */
  public web(host: string, method: string, path: string, body?: object, headers = {}): Promise<Reply> {
    return ask(this.url, host, method, path, body, headers);
  }

  /** Writes down how far it is, and when. */
  public say(what: string): void {
    process.stderr.write(`${((Date.now() - this.started) / 1000).toFixed(0).padStart(5)} s  ${this.name}: ${what}\n`);
  }

  /** Asks until it is so, while simulated time goes on; the last answer when it never is. */
  public async eventually<T>(question: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
    for (let tries = 1; ; tries++) {
      const answer = await question();
      if (isSo(answer) || tries === 60) return answer;
      await this.control.clock({ advance: 1_000 });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  private get parts(): { readonly simulator: Simulator; readonly folder: TerraformFolder } {
    if (!this.running) throw new Error('the simulator has not started');
    return this.running;
  }
}

/** A block of tests of one system; skipped, with a line that says why, where moto or Terraform is missing. */
export function describeLive(name: string, tests: (system: LiveSystem) => void): void {
  const reason = Moto.isInstalled() ? initOnce(SHARED_INIT) : 'moto_server is not installed';
  if (reason !== undefined) process.stderr.write(`skipped, ${name}: ${reason}\n`);
  (reason === undefined ? describe : describe.skip)(name, () => {
    const system = new LiveSystem(name);
    beforeAll(() => system.start(), 2 * MINUTES);
    afterAll(() => system.stop(), MINUTES);
    tests(system);
  });
}

/** The answer, or undefined where there is an error. */
export function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch(() => undefined);
}
