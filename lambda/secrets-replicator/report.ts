import { Log } from '../log';
import { metricLines } from './metrics';
import { DestinationResult, Result, SecretResult } from './results';

/** Writes what became of secrets to the log, and from there to the metrics: names, times and reasons, never a value. */
export class Report {
  constructor(
    private readonly log: Log,
    private readonly write: (line: string) => void,
    private readonly now: () => number,
    private readonly dimensions: { readonly metricNamespace: string; readonly replicator: string },
  ) {}

  public ignored(reason: string): void {
    this.log.info('ignored', { reason });
  }

  public line(secret: string, one: DestinationResult): void {
    const { status, destination, region, name, reason, version, durationMs, lagMs, retryable } = one;
    // A filter keeps back most of what there is: a line for each would hide the others.
    if (status === 'filtered') return;
    const fields = { secret, destination, region, name, reason, version, durationMs, lagMs, retryable };
    if (status === 'failed') this.log.error(status, fields);
    else this.log.info(status, fields);
  }

  public lines(secrets: readonly SecretResult[]): void {
    for (const { secret, destinations } of secrets) for (const one of destinations) this.line(secret, one);
  }

  public metrics(result: Result): void {
    const { metricNamespace, replicator } = this.dimensions;
    for (const line of metricLines(result, metricNamespace, replicator, this.now())) this.write(`${line}\n`);
  }
}
