import { Clock } from './clock';
import { draw, Lag, random, Replicated, TYPICAL_LAG } from './lag';

/** A change that was acknowledged in one region and has to reach another. */
export interface Change {
  readonly service: Replicated;
  readonly from: string;
  readonly to: string;
  /** The resource it belongs to: a table, a bucket, a cluster. */
  readonly resource: string;
  /** Makes the change in the other region. */
  readonly apply: () => unknown;
}

/** What one resource has waiting on its way between two regions, and what it lost. */
export interface LinkStatus {
  readonly service: Replicated;
  readonly from: string;
  readonly to: string;
  readonly resource: string;
  /** Changes acknowledged at the source that have not arrived. */
  readonly pending: number;
  /** Age of the oldest of them in simulated milliseconds: what would be lost if the source never came back. */
  readonly recoveryPointAge: number;
  readonly delivered: number;
  readonly lost: number;
  /** Age of the oldest lost change when it was lost: the recovery point that was measured. */
  readonly lostAge: number;
}

interface Waiting extends Change {
  readonly at: number;
}

interface Link {
  readonly first: Change;
  waiting: Waiting[];
  delivered: number;
  lost: number;
  lostAge: number;
}

/** How long a change waits before it tries again a link that is broken. */
const RETRY_MS = 1_000;

/** Carries changes between regions: each after its lag, and not while the link is broken. */
export class Replication {
  private readonly links = new Map<string, Link>();
  private readonly lags: Record<Replicated, Lag> = { ...TYPICAL_LAG };
  private readonly next: () => number;

  constructor(
    private readonly clock: Clock,
    private readonly connected: (from: string, to: string, service: Replicated) => boolean,
    seed: number,
  ) {
    this.next = random(seed);
  }

  /** Sets the delay of a service, for the changes still to come. */
  public setLag(service: Replicated, lag: Lag): void {
    this.lags[service] = lag;
  }

  public lagOf(service: Replicated): Lag {
    return this.lags[service];
  }

  /** Takes a change that the source has acknowledged. */
  public submit(change: Change): void {
    const key = `${change.service} ${change.from} ${change.to} ${change.resource}`;
    const link = this.links.get(key) ?? { first: change, waiting: [], delivered: 0, lost: 0, lostAge: 0 };
    this.links.set(key, link);
    const waiting = { ...change, at: this.clock.now() };
    link.waiting.push(waiting);
    this.try(link, waiting, draw(this.lags[change.service], this.next));
  }

  /** Every link that ever carried a change. */
  public status(): LinkStatus[] {
    return [...this.links.values()].map(({ first: { service, from, to, resource }, waiting, ...counts }) => ({
      service,
      from,
      to,
      resource,
      pending: waiting.length,
      recoveryPointAge: this.oldest(waiting),
      ...counts,
    }));
  }

  /** Loses for good what a region acknowledged and nobody else has; only of one service and resource, if they are named. */
  public lose(from: string, service?: Replicated, resource?: string): void {
    for (const link of this.from(from, service, resource)) {
      link.lost += link.waiting.length;
      link.lostAge = Math.max(link.lostAge, this.oldest(link.waiting));
      link.waiting = [];
    }
  }

  /** Delivers at once what waits: a planned change of roles begins with it. */
  public async drain(from: string, service: Replicated, resource: string): Promise<void> {
    for (const link of this.from(from, service, resource)) {
      for (const change of link.waiting) await this.deliver(link, change);
    }
  }

  private from(from: string, service?: Replicated, resource?: string): Link[] {
    return [...this.links.values()].filter(
      ({ first }) =>
        first.from === from &&
        (service === undefined || first.service === service) &&
        (resource === undefined || first.resource === resource),
    );
  }

  private oldest(waiting: readonly Waiting[]): number {
    return waiting.length === 0 ? 0 : this.clock.now() - Math.min(...waiting.map(({ at }) => at));
  }

  private try(link: Link, change: Waiting, delay: number): void {
    this.clock.after(delay, async () => {
      if (!link.waiting.includes(change)) return;
      if (!this.connected(change.from, change.to, change.service)) return this.try(link, change, RETRY_MS);
      await this.deliver(link, change);
    });
  }

  private async deliver(link: Link, change: Waiting): Promise<void> {
    link.waiting = link.waiting.filter((other) => other !== change);
    await change.apply();
    link.delivered += 1;
  }
}
