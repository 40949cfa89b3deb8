import { AccessLog, AccessLogEntry, AccessLogFilter } from './access-log';
import { Answer, AwsError } from './answer';
import { ActiveFault, Fault } from './faults';
import { Lag, Replicated, TYPICAL_LAG } from './lag';
import { LinkStatus } from './replication';
import { RawRequest } from './request';
import { World } from './world';

/** Where the control API stands: no AWS path begins like it. */
export const CONTROL_PATH = '/_simulator/';

/** The state of a simulator. */
export interface Status {
  /** Which moto answers, in one line. */
  readonly moto: string;
  /** Simulated time, ISO 8601. */
  readonly time: string;
  /** Simulated milliseconds per real one; 0 when time is stepped. */
  readonly factor: number;
  readonly faults: readonly ActiveFault[];
  readonly replication: readonly LinkStatus[];
  /** Calls in the access log. */
  readonly calls: number;
  /** Older calls that the access log has no room for. */
  readonly callsForgotten: number;
}

/** The end of a fault. */
export interface Recovery {
  /** Id of the fault; every active one when it is left out. */
  readonly id?: string;
  /** What the region of the fault acknowledged and nobody else has is lost for good. @default false: it arrives later */
  readonly lose?: boolean;
}

/** A change of how time passes. */
export interface TimeChange {
  /** Simulated milliseconds per real one from now on; 0 stops time until it is advanced. */
  readonly factor?: number;
  /** Simulated milliseconds that pass at once. */
  readonly advance?: number;
}

/** The delays of the services named, for the changes still to come. */
export type LagChange = { readonly [service in Replicated]?: Lag };

/** Answers the control API: what `dr sim` and the typed client ask for. */
export class Control {
  private readonly routes: Readonly<Record<string, (input: object) => Promise<unknown>>>;

  constructor(
    private readonly world: World,
    private readonly log: AccessLog,
    stop: () => Promise<void>,
    private readonly moto: string,
  ) {
    this.routes = {
      'GET status': async () => this.status(),
      'GET log': async (filter) => this.log.read(filter as AccessLogFilter) satisfies AccessLogEntry[],
      'POST faults': async (fault) => this.world.faults.inject(fault as Fault),
      'POST recover': async (recovery) => this.recover(recovery as Recovery),
      'POST clock': async (change) => this.changeTime(change as TimeChange),
      'POST lag': async (change) => this.changeLag(change as LagChange),
      'POST stop': async () => {
        // The answer leaves before the door closes.
        setImmediate(() => void stop());
        return {};
      },
    };
  }

  public async answer({ method, url, body }: RawRequest): Promise<Answer> {
    try {
      const { pathname, searchParams } = new URL(url, 'http://localhost');
      const route = this.routes[`${method} ${pathname.slice(CONTROL_PATH.length)}`];
      if (!route) throw new AwsError('NotFound', `the control API has: ${Object.keys(this.routes).join(', ')}`, 404);
      const input = method === 'GET' ? Object.fromEntries(searchParams) : parse(body);
      return toAnswer(200, await route(input));
    } catch (error) {
      const { code, message, status } =
        error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500);
      return toAnswer(status, { code, message });
    }
  }

  private status(): Status {
    const { clock, faults, replication } = this.world;
    return {
      moto: this.moto,
      time: new Date(clock.now()).toISOString(),
      factor: clock.factor,
      faults: faults.list(),
      replication: replication.status(),
      calls: this.log.size,
      callsForgotten: this.log.forgotten,
    };
  }

  private async recover({ id, lose = false }: Recovery): Promise<Status> {
    const { faults, replication } = this.world;
    const ids = id === undefined ? faults.list().map((fault) => fault.id) : [id];
    for (const each of ids) {
      const { region } = faults.recover(each);
      if (lose && region) replication.lose(region);
    }
    return this.status();
  }

  private async changeTime({ factor, advance }: TimeChange): Promise<Status> {
    if (![factor ?? 0, advance ?? 0].every((number) => Number.isFinite(number) && number >= 0)) {
      throw new AwsError('ValidationException', 'factor and advance are numbers from 0 on');
    }
    if (factor !== undefined) this.world.clock.factor = factor;
    if (advance !== undefined) await this.world.clock.advance(advance);
    return this.status();
  }

  private async changeLag(change: LagChange): Promise<object> {
    const services = Object.keys(TYPICAL_LAG) as Replicated[];
    for (const [service, lag] of Object.entries(change)) {
      if (!services.includes(service as Replicated) || !(lag.milliseconds >= 0) || !((lag.sigma ?? 0) >= 0)) {
        throw new AwsError(
          'ValidationException',
          `a lag is {"<service>": {"milliseconds": 0 or more, "sigma": 0 or more}} with a service of ${services.join(', ')}`,
        );
      }
    }
    for (const [service, lag] of Object.entries(change)) this.world.replication.setLag(service as Replicated, lag);
    return Object.fromEntries(services.map((service) => [service, this.world.replication.lagOf(service)]));
  }
}

function parse(body: Buffer): object {
  try {
    const input: unknown = JSON.parse(body.toString() || '{}');
    if (typeof input === 'object' && input !== null) return input;
  } catch {
    // Said below.
  }
  throw new AwsError('ValidationException', 'the body is not a JSON object');
}

function toAnswer(status: number, output: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(output ?? null)),
  };
}
