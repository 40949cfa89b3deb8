import { DestinationResult, Result } from './results';

/** Most values that one metric may have in a line of the embedded metric format. */
const MOST_VALUES = 100;

/**
 * What an invocation came to as lines of CloudWatch's embedded metric format, one for each destination: the log turns them
 * into metrics, without a call. Each counts for its destination and for the replicator as a whole, which is what an alarm
 * watches. Zeros are told too, so that an alarm knows that all is well from that nothing is known.
 */
export function metricLines({ secrets }: Result, namespace: string, replicator: string, timestamp: number): string[] {
  const byDestination = new Map<string, DestinationResult[]>();
  for (const one of secrets.flatMap(({ destinations }) => destinations)) {
    byDestination.set(one.destination, [...(byDestination.get(one.destination) ?? []), one]);
  }
  return [...byDestination].map(([destination, results]) => {
    const count = (status: string): number => results.filter((one) => one.status === status).length;
    const lags = results.flatMap(({ lagMs }) => lagMs ?? []).slice(0, MOST_VALUES);
    const durations = results.flatMap((one) => (one.status === 'filtered' ? [] : one.durationMs));
    const values = {
      Replicated: count('replicated'),
      Unchanged: count('unchanged'),
      Filtered: count('filtered'),
      Failed: count('failed'),
      ...(durations.length > 0 && { Duration: durations.slice(0, MOST_VALUES) }),
      ...(lags.length > 0 && { Lag: lags }),
    };
    const metrics = Object.keys(values).map((Name) => ({
      Name,
      Unit: Name === 'Duration' || Name === 'Lag' ? 'Milliseconds' : 'Count',
    }));
    const dimensions = [['Replicator'], ['Replicator', 'Destination']];
    const directive = { Namespace: namespace, Dimensions: dimensions, Metrics: metrics };
    return JSON.stringify({
      _aws: { Timestamp: timestamp, CloudWatchMetrics: [directive] },
      Replicator: replicator,
      Destination: destination,
      ...values,
    });
  });
}
