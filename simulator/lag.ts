/** A replication delay: fixed, or drawn from a distribution. */
export interface Lag {
  /** Milliseconds: the delay itself when fixed, else the median of a log-normal distribution. */
  readonly milliseconds: number;
  /** Spread of the log-normal distribution; 0 is a fixed delay. @default 0 */
  readonly sigma?: number;
}

/** What replicates between regions. */
export type Replicated = 'aurora' | 'backup' | 'dynamodb' | 'events' | 'logs' | 's3' | 'secretsmanager';

/** Delays that the services' own pages call typical. */
export const TYPICAL_LAG: Readonly<Record<Replicated, Lag>> = {
  aurora: { milliseconds: 500 },
  backup: { milliseconds: 60_000 },
  dynamodb: { milliseconds: 1_000 },
  events: { milliseconds: 1_000 },
  logs: { milliseconds: 60_000 },
  s3: { milliseconds: 5_000 },
  secretsmanager: { milliseconds: 1_000 },
};

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The next delay, in milliseconds. */
export function draw({ milliseconds, sigma = 0 }: Lag, next: () => number): number {
  if (sigma === 0) return milliseconds;
  // Box-Muller: two uniform numbers make one that is normally distributed.
  const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return milliseconds * Math.exp(sigma * normal);
}
