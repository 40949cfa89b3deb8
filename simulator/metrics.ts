import { World } from './world';

/** A value that a service publishes about itself. */
export interface Measurement {
  readonly region: string;
  /** `AWS/DynamoDB`, `AWS/S3`, ... */
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Publishes a metric of a service, at the simulated time. */
export async function publish(world: World, measurement: Measurement): Promise<void> {
  const { region, namespace, metric, dimensions, value } = measurement;
  const pairs = Object.entries(dimensions).flatMap(([name, of], i) => [
    [`MetricData.member.1.Dimensions.member.${i + 1}.Name`, name],
    [`MetricData.member.1.Dimensions.member.${i + 1}.Value`, of],
  ]);
  await world.moto.query('monitoring', region, 'PutMetricData', {
    Namespace: namespace,
    'MetricData.member.1.MetricName': metric,
    'MetricData.member.1.Value': String(value),
    'MetricData.member.1.Timestamp': new Date(world.clock.now()).toISOString(),
    ...Object.fromEntries(pairs),
  });
}
