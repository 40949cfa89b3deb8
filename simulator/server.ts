import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import { AccessLog } from './access-log';
import { Answer, AwsError, failure } from './answer';
import { Clock, ClockOptions } from './clock';
import { Control, CONTROL_PATH } from './control';
import { Faults } from './faults';
import { Moto } from './moto';
import { DEFAULT_PORT } from './port';
import { Replication } from './replication';
import { Call, RawRequest, recognise } from './request';
import { LambdaRunner } from './lambda-runner';
import { NameServer } from './name-server';
import { Cloud, cloud } from './services';
import { Wire } from './wire';
import { EVERY_OTHER, World } from './world';

/** How a simulator is started. */
export interface SimulatorOptions {
  /** Port of the front door on the loopback interface; 0 takes a free one. @default 4566 */
  readonly port?: number;
  /** How time passes. @default as on the wall */
  readonly clock?: ClockOptions;
  /** UDP port of the name server on the loopback interface; 0 takes a free one. @default no name server */
  readonly dnsPort?: number;
  /** Seed of everything that is drawn by chance: delays, throttled calls. @default 1 */
  readonly seed?: number;
}

/** No request of the services modelled is larger; S3 takes larger objects in parts. */
const MAX_BODY = 512 * 1024 * 1024;

const KEEP_ALIVE_MS = 120_000;

/** A local AWS whose regions can be killed: one HTTP endpoint for all services and regions, in front of moto_server. */
export class Simulator {
  private readonly log = new AccessLog();
  private readonly control: Control;
  private server: Server | undefined;
  private names: { readonly server: NameServer; readonly port: number } | undefined;
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly moto: Moto,
    private readonly world: World,
    private readonly runner: LambdaRunner,
    private readonly cloud: Cloud,
  ) {
    this.control = new Control(world, this.log, () => this.stop(), moto.explanation);
  }

  /** Starts moto and the front door. @throws Error when no moto can be started, or the port is taken */
  public static async start({
    port = DEFAULT_PORT,
    dnsPort,
    clock: options,
    seed = 1,
  }: SimulatorOptions = {}): Promise<Simulator> {
    const moto = await Moto.start();
    const clock = new Clock(options);
    const faults = new Faults(() => clock.now(), seed);
    const replication = new Replication(clock, (from, to, service) => faults.connected(from, to, service), seed);
    // The services call each other through the simulator, which is made of them.
    const self: { simulator?: Simulator } = {};
    const world: World = {
      clock,
      faults,
      replication,
      moto: new Wire((call) => moto.send(call)),
      aws: new Wire((call) => (self.simulator as Simulator).answer(call)),
    };
    const runner = new LambdaRunner(() => self.simulator?.url ?? '');
    const simulator = new Simulator(moto, world, runner, cloud(world, runner));
    self.simulator = simulator;
    try {
      await simulator.listen(port);
      if (dnsPort !== undefined) await simulator.serveNames(dnsPort);
    } catch (error) {
      await simulator.stop();
      throw error;
    }
    return simulator;
  }

  /** The URL for `AWS_ENDPOINT_URL`, the provider's `endpoints`, and the control API. */
  public get url(): string {
    const address = this.server?.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  /** UDP port of the name server, where there is one. */
  public get dnsPort(): number | undefined {
    return this.names?.port;
  }

  /** Which moto answers, in one line a person can read. */
  public get explanation(): string {
    return this.moto.explanation;
  }

  /** Ends the front door and moto; nothing is left running. */
  public stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    this.world.clock.stop();
    this.runner.stop();
    await this.names?.server.stop();
    const { server } = this;
    if (server?.listening) {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    }
    await this.moto.stop();
  }

  private listen(port: number): Promise<void> {
    this.server = createServer((incoming, outgoing) => void this.serve(incoming, outgoing));
    const { server } = this;
    // Longer than clients keep idle connections, so that none is closed in the moment in which it is used again.
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve());
    });
  }

  private async serveNames(wanted: number): Promise<void> {
    const server = new NameServer(this.cloud.dns);
    this.names = { server, port: await server.start(wanted) };
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const raw = await read(incoming);
      const answer = await this.route(raw);
      if (!answer) {
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(answer.status, answer.headers);
      outgoing.end(raw.method === 'HEAD' ? undefined : answer.body);
    } catch {
      // The caller has gone, or has sent what is no request.
      outgoing.destroy();
    }
  }

  /** The answer to a request; undefined where the caller gets none. */
  private async route(raw: RawRequest): Promise<Answer | undefined> {
    if (raw.url.startsWith(CONTROL_PATH)) return this.control.answer(raw);
    const recognised = recognise(raw);
    const call = recognised && { ...recognised, region: this.cloud.regionOf(recognised) };
    if (!call) return raw.url.startsWith('/moto-api/') ? this.moto.send(raw) : this.web(raw);
    const { reset } = this.world.faults.effectOn(call);
    const answer = reset ? undefined : await this.answer(call);
    this.log.add(call, this.world.clock.now(), answer?.status ?? 0);
    return answer;
  }

  /** A request of a user: to a front door, by its own name or by one of a hosted zone in the Host header. */
  private async web({ method, url, headers, body }: RawRequest): Promise<Answer | undefined> {
    const host = String(headers.host ?? '').split(':')[0];
    const single = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const answer = await this.cloud.frontDoors.handle(host, { method, path: url, headers: single, body });
    return answer === 'silence' ? undefined : (answer ?? unsigned());
  }

  /** The answer to a call, by the service's own handler or by moto, as far as faults let it through. */
  private async answer(call: Call): Promise<Answer> {
    try {
      const { reset, error, delay } = this.world.faults.effectOn(call);
      if (reset) throw new AwsError('ServiceUnavailable', `${call.region} does not answer`, 503);
      if (error) throw error;
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      const pass = (changed = call): Promise<Answer> => this.pass(changed);
      const service = this.cloud.services[call.service];
      const handler = service?.[call.operation] ?? service?.[EVERY_OTHER];
      return await (handler ? handler(call, pass) : pass());
    } catch (error) {
      return failure(call, error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500));
    }
  }

  /** What moto says; where it knows no answer, one that clients do not wait and ask again for. */
  private async pass(call: Call): Promise<Answer> {
    const answer = await this.moto.send(call);
    const isPage = String(answer.headers['content-type'] ?? '').startsWith('text/html') && call.method !== 'HEAD';
    const isRefusal =
      [404, 405, 500].includes(answer.status) && /<!doctype html>/i.test(answer.body.toString('latin1', 0, 100));
    if (isPage && isRefusal) {
      throw new AwsError(
        'UnknownOperationException',
        `${call.service}:${call.operation} (${call.method} ${call.url.split('?')[0]}) is not simulated`,
        501,
      );
    }
    return answer;
  }
}

function unsigned(): Answer {
  return {
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(
      JSON.stringify({ __type: 'MissingAuthenticationToken', message: 'This is no signed request of an AWS client' }),
    ),
  };
}

function read(incoming: IncomingMessage): Promise<RawRequest> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY) reject(new Error('the body is too large'));
      else chunks.push(chunk);
    });
    incoming.on('error', reject);
    incoming.on('aborted', () => reject(new Error('the caller has gone')));
    incoming.on('end', () =>
      resolve({
        method: incoming.method ?? 'GET',
        url: incoming.url ?? '/',
        headers: incoming.headers,
        body: Buffer.concat(chunks),
      }),
    );
  });
}
