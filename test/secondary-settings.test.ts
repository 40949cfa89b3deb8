import { TerraformStack, Testing } from 'cdktf';
import { MultiRegionDRStack, MultiRegionDRStackProps } from '../lib/multi-region-dr-stack';
import { Synthesized, synthStack } from './support/synth';

/** The system with everything that takes settings, and what the synth warns of. */
function systemWith(props: Partial<MultiRegionDRStackProps>): { synthesized: Synthesized; warnings: string[] } {
  const stack = new TerraformStack(Testing.app({ fakeCdktfJsonPath: true }), 'test');
  const system = new MultiRegionDRStack(stack, 'System', { environmentSuffix: 'dev', ...props });
  const warnings = system.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === '@cdktf/warn')
    .map(({ data }) => String(data));
  return { synthesized: synthStack(stack), warnings };
}

describe('the settings of the secondary region', () => {
  const secondarySettings = { s3LatencySeconds: 300, reservedConcurrency: 50, instanceClass: 'db.r6g.xlarge' };
  const { synthesized, warnings } = systemWith({
    functionReservedConcurrency: 100,
    alarmThresholds: { s3LatencySeconds: 500 },
    secondarySettings,
  });

  test('reach the construct that has each of them, in the secondary region only', () => {
    const values = ['us-east-1', 'us-east-2'].map((region) => [
      synthesized
        .resources('aws_cloudwatch_metric_alarm', region)
        .find(({ body }) => body.namespace === 'AWS/S3' && body.metric_name === 'ReplicationLatency')?.body.threshold,
      synthesized
        .resources('aws_lambda_function', region)
        .map(({ body }) => body.reserved_concurrent_executions)
        .find((reserved) => reserved > 10),
      synthesized.only('aws_rds_cluster_instance', region).body.instance_class,
    ]);
    expect(values).toEqual([
      [500, 100, 'db.r6g.large'],
      [300, 50, 'db.r6g.xlarge'],
    ]);
  });

  test('are each warned of, because a failover changes them for everybody (S3-5)', () => {
    for (const name of Object.keys(secondarySettings)) {
      expect(warnings.filter((warning) => warning.includes(`the regions differ in ${name}: `))).toHaveLength(1);
    }
  });

  test.each([
    [
      { secondarySettings: { blockedCountries: ['KP'] } },
      'test/System: secondarySettings.blockedCountries is ["KP"]; there is no such prop, remove it or correct its spelling',
    ],
    [
      { secondarySettings: { reservedConcurrency: 0 } },
      'test/System/Compute: secondarySettings.reservedConcurrency is 0; give a whole number from 1 to 900 instances: Lambda keeps 100 of an account unreserved, so more would stop its other functions',
    ],
    [{ secondarySettings: 'none' as never }, 'test/System: secondarySettings is "none"; give an object of settings'],
  ])('fail on %j', (props, message) => {
    expect(() => systemWith(props)).toThrow(new Error(message));
  });
});

test('copies of logs are watched, and their subscriptions', () => {
  const { synthesized } = systemWith({ logReplication: true });
  for (const region of ['us-east-1', 'us-east-2']) {
    const alarms = synthesized.resources('aws_cloudwatch_metric_alarm', region).map(({ body }) => body);
    const [freshness] = alarms.filter(({ metric_name: name }) => name === 'DeliveryToS3.DataFreshness');
    expect(synthesized.target(freshness.dimensions.DeliveryStreamName)).toBe(
      synthesized.only('aws_kinesis_firehose_delivery_stream', region),
    );
    expect(alarms.filter(({ alarm_name: name }) => name.startsWith('log-delivery-'))).toHaveLength(2);
  }
});
