import { Call } from './request';

/** One call that reached the simulated AWS. */
export interface AccessLogEntry {
  /** Simulated time, ISO 8601. */
  readonly time: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly plane: 'control' | 'data';
  /** HTTP status; 0 where the caller got no answer at all. */
  readonly status: number;
}

/** Which entries are wanted: all fields that are given must match. */
export interface AccessLogFilter {
  /** Simulated time, ISO 8601: entries from then on. */
  readonly since?: string;
  readonly region?: string;
  readonly service?: string;
  readonly operation?: string;
  readonly plane?: string;
}

/** How many calls are kept: enough for several applies of a large stack, and no memory without end. */
export const LOG_CAPACITY = 200_000;

/** Every call, in the order in which the answers left; of very many the oldest are forgotten. */
export class AccessLog {
  private readonly entries: AccessLogEntry[] = [];
  private readonly words = new Map<string, string>();
  private count = 0;

  /** @param capacity how many calls are kept */
  constructor(private readonly capacity = LOG_CAPACITY) {}

  /** How many calls there were before the oldest one that is kept. */
  public get forgotten(): number {
    return Math.max(0, this.count - this.capacity);
  }

  /** How many calls are kept. */
  public get size(): number {
    return this.entries.length;
  }

  public add(call: Pick<Call, 'region' | 'service' | 'operation' | 'plane'>, time: number, status: number): void {
    const { plane } = call;
    const [region, service, operation] = [call.region, call.service, call.operation].map((word) => this.intern(word));
    this.entries[this.count++ % this.capacity] = {
      time: new Date(time).toISOString(),
      region,
      service,
      operation,
      plane,
      status,
    };
  }

  public read(filter: AccessLogFilter = {}): AccessLogEntry[] {
    const { since, ...exact } = filter;
    const wanted = Object.entries(exact).filter(([, value]) => value !== undefined);
    const oldest = this.forgotten % this.capacity;
    return [...this.entries.slice(oldest), ...this.entries.slice(0, oldest)].filter(
      (entry) =>
        (since === undefined || entry.time >= since) &&
        wanted.every(([field, value]) => entry[field as keyof AccessLogEntry] === value),
    );
  }

  /** The same word is kept once: as a part of its request it would keep the whole request in memory. */
  private intern(word: string): string {
    const known = this.words.get(word);
    if (known !== undefined) return known;
    const own = Buffer.from(word).toString();
    this.words.set(own, own);
    return own;
  }
}
