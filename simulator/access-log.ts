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

/** Enough for several applies of a large stack, and no memory without end. */
const CAPACITY = 200_000;

/** Every call, in the order in which the answers left. */
export class AccessLog {
  private entries: AccessLogEntry[] = [];

  public add(call: Pick<Call, 'region' | 'service' | 'operation' | 'plane'>, time: number, status: number): void {
    const { region, service, operation, plane } = call;
    if (this.entries.length >= CAPACITY) this.entries = this.entries.slice(CAPACITY / 2);
    this.entries.push({ time: new Date(time).toISOString(), region, service, operation, plane, status });
  }

  public read(filter: AccessLogFilter = {}): AccessLogEntry[] {
    const { since, ...exact } = filter;
    const wanted = Object.entries(exact).filter(([, value]) => value !== undefined);
    return this.entries.filter(
      (entry) =>
        (since === undefined || entry.time >= since) &&
        wanted.every(([field, value]) => entry[field as keyof AccessLogEntry] === value),
    );
  }
}
