import { CloudwatchEventBus } from '@cdktf/provider-aws/lib/cloudwatch-event-bus';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { Monitoring, MonitoringProps, WatchedContainerService } from '../../lib/constructs/monitoring';
import { RegionPair, RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { inRegionsOf } from '../support/regional-arns';
import { errorOf, Json, synth, Synthesized, SynthesizedResource } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const TOPICS = {
  primaryTopicArn: 'arn:aws:sns:us-east-1:123456789012:alerts-primary-dev',
  secondaryTopicArn: 'arn:aws:sns:us-east-2:123456789012:alerts-secondary-dev',
};
const EVERYTHING = {
  route53MetricsTopicArn: 'arn:aws:sns:us-east-1:123456789012:alerts-global-dev',
  tableName: 'orders-dev',
  primaryClusterIdentifier: 'aurora-primary-dev',
  secondaryClusterIdentifier: 'aurora-secondary-dev',
  primaryBucketName: 'documents-primary-dev',
  secondaryBucketName: 'documents-secondary-dev',
  primaryReplicationRuleId: 'to-secondary',
  secondaryReplicationRuleId: 'to-primary',
  primaryFunctionNames: ['processor-primary-dev', 'health-primary-dev'],
  secondaryFunctionNames: ['processor-secondary-dev', 'health-secondary-dev'],
  functionTimeoutsSeconds: [30, 5],
  primaryStateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:orders-primary-dev',
  secondaryStateMachineArn: 'arn:aws:states:us-east-2:123456789012:stateMachine:orders-secondary-dev',
  primaryLoadBalancerArnSuffix: 'app/primary/1',
  secondaryLoadBalancerArnSuffix: 'app/secondary/2',
  primaryTargetGroupArnSuffixes: ['targetgroup/primary/1'],
  secondaryTargetGroupArnSuffixes: ['targetgroup/secondary/2'],
  primaryDeadLetterQueueNames: ['orders-dead-letters-primary-dev'],
  secondaryDeadLetterQueueNames: ['orders-dead-letters-secondary-dev'],
  primaryVaultName: 'daily-primary-dev',
  secondaryVaultName: 'daily-secondary-dev',
  busName: 'orders-dev',
  primaryRuleName: 'orders-submitted-primary-dev',
  secondaryRuleName: 'orders-submitted-secondary-dev',
  healthCheckIds: ['11111111-aaaa', '22222222-bbbb'],
  eventHealthCheckId: '33333333-cccc',
};
const EUROPE: Partial<RegionPairProps> = { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' };
const P = 'us-east-1';
const S = 'us-east-2';
const HALVES = [
  [P, 'primary', TOPICS.primaryTopicArn],
  [S, 'secondary', TOPICS.secondaryTopicArn],
] as const;

function built(props: Partial<MonitoringProps> = EVERYTHING, pair: Partial<RegionPairProps> = {}): Synthesized {
  return synth(
    (scope, regions) => new Monitoring(scope, 'Monitoring', { regions, ...inRegionsOf({ ...TOPICS, ...props }, pair) }),
    pair,
  );
}

function failing(props: Record<string, unknown>): string {
  return errorOf((scope, regions: RegionPair) => new Monitoring(scope, 'M', { regions, ...TOPICS, ...props } as never));
}

/** Alarms on a metric, as [region, dimensions]. */
function alarmsOn(synthesized: Synthesized, metricName: string): SynthesizedResource[] {
  return synthesized
    .resources('aws_cloudwatch_metric_alarm')
    .filter(
      ({ body }) =>
        body.metric_name === metricName ||
        body.metric_query?.some(({ metric }: Json) => metric?.metric_name === metricName),
    )
    .sort((a, b) => `${a.region}${a.body.alarm_name}`.localeCompare(`${b.region}${b.body.alarm_name}`));
}

const dimensionsOn = (synthesized: Synthesized, metricName: string): unknown[] =>
  alarmsOn(synthesized, metricName).map(({ region, body }) => [region, body.dimensions]);

const widgets = (synthesized: Synthesized, region: string): Json[] =>
  JSON.parse(synthesized.only('aws_cloudwatch_dashboard', region).body.dashboard_body).widgets;

describe('the alarms', () => {
  const synthesized = built();
  const alarms = synthesized.resources('aws_cloudwatch_metric_alarm');
  const regional = alarms.filter(({ body }) => body.namespace !== 'AWS/Route53');

  test('watch both regions alike', () => {
    const inRegion = (region: string, role: string): string[] =>
      regional
        .filter((alarm) => alarm.region === region)
        .map(({ body }) => body.alarm_name.split(`-${role}-dev`)[0])
        .sort();
    expect(inRegion(P, 'primary')).toEqual(inRegion(S, 'secondary'));
    expect(inRegion(P, 'primary')).toHaveLength(25);
  });

  test.each(HALVES)(
    'of %s notify the topic of %s when they fire and when they are over (R-SNS-1)',
    (region, _, topic) => {
      const here = [
        ...regional.filter((alarm) => alarm.region === region),
        synthesized.only('aws_cloudwatch_composite_alarm', region),
      ];
      for (const { body } of here) {
        expect([body.alarm_actions, body.ok_actions]).toEqual([[topic], [topic]]);
      }
    },
  );

  test('say what missing data means (R-CW-8)', () => {
    for (const { body } of regional) expect(body.treat_missing_data).toBe('notBreaching');
    expect(alarms.filter(({ body }) => body.treat_missing_data === undefined)).toEqual([]);
  });

  test('have names of their own, with role and suffix', () => {
    const names = alarms.map(({ body }) => body.alarm_name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/-(primary|secondary|global)-dev(-|$)/);
  });

  test('measure the Aurora lag of both clusters, each where it is, in milliseconds (R-CW-3, R-AUR-28, R-RPO-1)', () => {
    expect(dimensionsOn(synthesized, 'AuroraGlobalDBReplicationLag')).toEqual([
      [P, { DBClusterIdentifier: 'aurora-primary-dev' }],
      [S, { DBClusterIdentifier: 'aurora-secondary-dev' }],
    ]);
    for (const { body } of alarmsOn(synthesized, 'AuroraGlobalDBReplicationLag')) {
      expect(body).toMatchObject({ namespace: 'AWS/RDS', threshold: 5000, evaluation_periods: 5, period: 60 });
    }
  });

  test('measure the replication of the table in both directions, each where it is sent (R-CW-5, R-RPO-1)', () => {
    expect(dimensionsOn(synthesized, 'ReplicationLatency').filter(([, d]: Json) => d.TableName)).toEqual([
      [P, { TableName: 'orders-dev', ReceivingRegion: S }],
      [S, { TableName: 'orders-dev', ReceivingRegion: P }],
    ]);
  });

  test('count throttles, and system errors per operation, and never UserErrors (R-CW-6, R-DDB-16)', () => {
    for (const metric of ['ReadThrottleEvents', 'WriteThrottleEvents']) {
      expect(dimensionsOn(synthesized, metric)).toEqual([
        [P, { TableName: 'orders-dev' }],
        [S, { TableName: 'orders-dev' }],
      ]);
    }
    const errors = alarmsOn(synthesized, 'SystemErrors');
    expect(errors.map(({ region }) => region)).toEqual([P, S]);
    const [total, ...metrics] = errors[0].body.metric_query;
    expect(total).toMatchObject({ expression: 'SUM(METRICS())', return_data: true });
    expect(metrics).toHaveLength(8);
    for (const { metric } of metrics) {
      expect(metric).toMatchObject({ namespace: 'AWS/DynamoDB', stat: 'Sum', period: 60 });
      expect(metric.dimensions).toEqual({ TableName: 'orders-dev', Operation: expect.stringMatching(/^[A-Z]/) });
    }
    expect(JSON.stringify(synthesized.json)).not.toContain('UserErrors');
  });

  const TO_S = {
    SourceBucket: 'documents-primary-dev',
    DestinationBucket: 'documents-secondary-dev',
    RuleId: 'to-secondary',
  };
  const TO_P = {
    SourceBucket: 'documents-secondary-dev',
    DestinationBucket: 'documents-primary-dev',
    RuleId: 'to-primary',
  };

  test.each(['ReplicationLatency', 'BytesPendingReplication'])(
    'measure S3 %s at the destination (R-CW-4)',
    (metric) => {
      expect(dimensionsOn(synthesized, metric).filter(([, d]: Json) => d.SourceBucket)).toEqual([
        [P, TO_P],
        [S, TO_S],
      ]);
    },
  );

  test('count failed S3 replications at the source (R-CW-4)', () => {
    expect(dimensionsOn(synthesized, 'OperationsFailedReplication')).toEqual([
      [P, TO_S],
      [S, TO_P],
    ]);
    expect(alarmsOn(synthesized, 'OperationsFailedReplication')[0].body.statistic).toBe('Sum');
  });

  test('warn before the 15 minutes of S3 are over (R-RPO-1)', () => {
    const [{ body }] = alarmsOn(synthesized, 'ReplicationLatency').filter((alarm) => alarm.body.namespace === 'AWS/S3');
    expect(body).toMatchObject({ statistic: 'Maximum', threshold: 600 });
  });

  test('follow a one-way replication', () => {
    const oneWay = built({ ...EVERYTHING, secondaryReplicationRuleId: undefined });
    expect(dimensionsOn(oneWay, 'BytesPendingReplication')).toEqual([[S, TO_S]]);
    expect(dimensionsOn(oneWay, 'OperationsFailedReplication')).toEqual([[P, TO_S]]);
  });

  test('measure the duration of functions against their timeouts', () => {
    expect(
      alarmsOn(synthesized, 'Duration').map(({ body }) => [
        body.dimensions.FunctionName,
        body.threshold,
        body.statistic,
      ]),
    ).toEqual([
      ['health-primary-dev', 4000, 'Maximum'],
      ['processor-primary-dev', 24000, 'Maximum'],
      ['health-secondary-dev', 4000, 'Maximum'],
      ['processor-secondary-dev', 24000, 'Maximum'],
    ]);
    const defaults = built({ ...EVERYTHING, functionTimeoutsSeconds: undefined, functionDurationPercent: 50 });
    expect(new Set(alarmsOn(defaults, 'Duration').map(({ body }) => body.threshold))).toEqual(new Set([15000]));
  });

  test.each([
    ['Errors', 'FunctionName', 'processor-secondary-dev'],
    ['Throttles', 'FunctionName', 'processor-secondary-dev'],
    ['ExecutionsFailed', 'StateMachineArn', EVERYTHING.secondaryStateMachineArn],
    ['ExecutionsTimedOut', 'StateMachineArn', EVERYTHING.secondaryStateMachineArn],
    ['ExecutionsAborted', 'StateMachineArn', EVERYTHING.secondaryStateMachineArn],
    ['HTTPCode_ELB_5XX_Count', 'LoadBalancer', 'app/secondary/2'],
    ['HTTPCode_Target_5XX_Count', 'LoadBalancer', 'app/secondary/2'],
    ['UnHealthyHostCount', 'TargetGroup', 'targetgroup/secondary/2'],
    ['ApproximateNumberOfMessagesVisible', 'QueueName', 'orders-dead-letters-secondary-dev'],
    ['NumberOfBackupJobsFailed', 'BackupVaultName', 'daily-secondary-dev'],
    ['NumberOfCopyJobsFailed', 'BackupVaultName', 'daily-secondary-dev'],
    ['FailedInvocations', 'RuleName', 'orders-submitted-secondary-dev'],
  ])('count %s of the %s %s where it is (R-CW-1)', (metric, dimension, name) => {
    const found = alarmsOn(synthesized, metric).filter(({ body }) => body.dimensions[dimension] === name);
    expect(found.map(({ region }) => region)).toEqual([S]);
    expect(alarmsOn(synthesized, metric).filter(({ region }) => region === P)).toHaveLength(
      dimension === 'FunctionName' ? 2 : 1,
    );
  });

  test('name bus and rule of failed deliveries, and load balancer of unhealthy targets', () => {
    expect(alarmsOn(synthesized, 'FailedInvocations')[1].body.dimensions.EventBusName).toBe('orders-dev');
    expect(alarmsOn(synthesized, 'UnHealthyHostCount')[1].body.dimensions.LoadBalancer).toBe('app/secondary/2');
  });

  test('say in us-east-1 that the event endpoint has failed over (R-CW-2, R-R53-14)', () => {
    for (const each of [synthesized, built(EVERYTHING, EUROPE)]) {
      const [alarm, ...more] = alarmsOn(each, 'HealthCheckStatus');
      expect(more).toEqual([]);
      expect(alarm.region).toBe('us-east-1');
      expect(alarm.body).toMatchObject({
        namespace: 'AWS/Route53',
        dimensions: { HealthCheckId: '33333333-cccc' },
        comparison_operator: 'LessThanThreshold',
        threshold: 1,
        treat_missing_data: 'breaching',
        alarm_actions: [EVERYTHING.route53MetricsTopicArn],
      });
    }
  });

  test('take thresholds of your own', () => {
    const own = built({
      ...EVERYTHING,
      auroraLagMilliseconds: 1000,
      dynamoDbLatencyMilliseconds: 2000,
      s3LatencySeconds: 300,
      s3PendingBytes: 5,
      functionErrors: 0,
      serverErrors: 1,
    });
    const threshold = (metric: string, namespace: string): number =>
      alarmsOn(own, metric).find(({ body }) => body.namespace === namespace)?.body.threshold;
    expect([
      threshold('AuroraGlobalDBReplicationLag', 'AWS/RDS'),
      threshold('ReplicationLatency', 'AWS/DynamoDB'),
      threshold('ReplicationLatency', 'AWS/S3'),
      threshold('BytesPendingReplication', 'AWS/S3'),
      threshold('Errors', 'AWS/Lambda'),
      threshold('HTTPCode_ELB_5XX_Count', 'AWS/ApplicationELB'),
    ]).toEqual([1000, 2000, 300, 5, 0, 1]);
  });

  test.each(HALVES)('of %s are gathered in one composite alarm (R-CW-7)', (region, role) => {
    const composite = synthesized.only('aws_cloudwatch_composite_alarm', region);
    expect(composite.body.alarm_name).toBe(`any-${role}-dev`);
    const children = composite.body.alarm_rule.split(' OR ').map((term: string) => {
      expect(term).toMatch(/^ALARM\("\$\{aws_cloudwatch_metric_alarm\.[^"]*\.alarm_name\}"\)$/);
      return synthesized.target(term);
    });
    expect(new Set(children)).toEqual(new Set(regional.filter((alarm) => alarm.region === region)));
  });

  test.each(HALVES)(
    'of %s: the composite alarm is replaced when they change, as CloudWatch keeps what one names (R-CW-7)',
    (region) => {
      const composite = synthesized.only('aws_cloudwatch_composite_alarm', region).body;
      const [trigger, ...more] = composite.lifecycle.replace_triggered_by;
      expect([trigger, more]).toEqual([expect.stringMatching(/^terraform_data\.\w+$/), []]);
      const children: string[] = Object.values(synthesized.target(trigger).body.input);
      expect(children.map((name) => `ALARM("${name}")`).join(' OR ')).toBe(composite.alarm_rule);
    },
  );

  test('of a region are at most 100, what a composite alarm holds (R-CW-7)', () => {
    const many = (role: string): string[] => Array.from({ length: 34 }, (_, index) => `f${index}-${role}`);
    expect(failing({ primaryFunctionNames: many('p'), secondaryFunctionNames: many('s') })).toBe(
      'test/M: props is "102 alarms in us-east-1"; name fewer resources, or give some to another Monitoring with a monitoringName: a composite alarm holds 100',
    );
  });
});

describe('failed backups', () => {
  const synthesized = built();

  test.each(HALVES)('of the vault in %s reach the topic of %s (R-SNS-1)', (region, role, topic) => {
    const rule = synthesized.only('aws_cloudwatch_event_rule', region);
    const vault = expect.stringMatching(`^arn:aws:backup:${region}:.*:backup-vault:daily-${role}-dev$`);
    expect(rule.body.event_bus_name).toBeUndefined();
    expect(JSON.parse(rule.body.event_pattern)).toEqual({
      source: ['aws.backup'],
      'detail-type': ['Backup Job State Change', 'Copy Job State Change'],
      detail: {
        state: ['ABORTED', 'EXPIRED', 'FAILED', 'PARTIAL'],
        $or: [{ backupVaultArn: [vault] }, { sourceBackupVaultArn: [vault] }, { destinationBackupVaultArn: [vault] }],
      },
    });
    const { body } = synthesized.only('aws_cloudwatch_event_target', region);
    expect(synthesized.target(body.rule)).toBe(rule);
    expect(body.arn).toBe(topic);
  });
});

describe('the dashboards', () => {
  const synthesized = built();

  test('are two with the same content, as names are global in the account', () => {
    const [primary, secondary] = [P, S].map((region) => synthesized.only('aws_cloudwatch_dashboard', region).body);
    expect([primary.dashboard_name, secondary.dashboard_name]).toEqual([
      'multi-region-dr-primary-dev',
      'multi-region-dr-secondary-dev',
    ]);
    expect(secondary.dashboard_body).toBe(primary.dashboard_body);
  });

  test('name the region of every metric: primary left, secondary right, health checks in us-east-1 (R-CW-1, R-CW-2)', () => {
    const metrics = widgets(synthesized, S).filter(({ type }) => type === 'metric');
    for (const { x, properties } of metrics) {
      const isHealth = properties.metrics.some(([namespace]: string[]) => namespace === 'AWS/Route53');
      expect(properties.region).toBe(isHealth || x === 0 ? P : S);
    }
    const europe = widgets(built(EVERYTHING, EUROPE), 'eu-central-1').filter(({ type }) => type === 'metric');
    expect(new Set(europe.map(({ properties }) => properties.region))).toEqual(
      new Set(['us-east-1', 'eu-west-1', 'eu-central-1']),
    );
  });

  test('show every metric that has an alarm, with its threshold, and what the load is', () => {
    const drawn = widgets(synthesized, S).flatMap(({ properties }) => properties.metrics ?? []);
    const names = new Set(drawn.map(([namespace, metric]: string[]) => `${namespace} ${metric}`));
    for (const { body } of synthesized.resources('aws_cloudwatch_metric_alarm')) {
      for (const { namespace, metric_name } of body.metric_query?.slice(1).map((q: Json) => q.metric) ?? [body]) {
        expect(names).toContain(`${namespace} ${metric_name}`);
      }
    }
    for (const load of [
      'AWS/ApplicationELB RequestCount',
      'AWS/Lambda Invocations',
      'AWS/States ExecutionsSucceeded',
      'AWS/Events IngestionToInvocationStartLatency',
    ]) {
      expect(names).toContain(load);
    }
    const lag = widgets(synthesized, S).find(({ properties }) => properties.title?.startsWith('Aurora'));
    expect(lag).toEqual({
      type: 'metric',
      x: 0,
      y: expect.any(Number),
      width: 12,
      height: 6,
      properties: {
        title: 'Aurora replication lag (ms), primary (us-east-1)',
        region: P,
        view: 'timeSeries',
        stacked: false,
        period: 60,
        metrics: [
          ['AWS/RDS', 'AuroraGlobalDBReplicationLag', 'DBClusterIdentifier', 'aurora-primary-dev', { stat: 'Average' }],
        ],
        annotations: { horizontal: [{ label: 'alarm', value: 5000 }] },
      },
    });
  });

  test('show the alarms of both regions, the composite first', () => {
    const [left, right] = widgets(synthesized, S).filter(({ type }) => type === 'alarm');
    expect([left.properties.title, right.properties.title]).toEqual([
      'Alarms, primary (us-east-1)',
      'Alarms, secondary (us-east-2)',
    ]);
    expect(synthesized.target(right.properties.alarms[0])).toBe(synthesized.only('aws_cloudwatch_composite_alarm', S));
    expect(right.properties.alarms).toHaveLength(26);
  });

  test('do not overlap', () => {
    const taken = new Set<string>();
    for (const { x, y } of widgets(synthesized, P)) {
      expect(taken).not.toContain(`${x} ${y}`);
      taken.add(`${x} ${y}`);
    }
    expect(widgets(synthesized, P)).toHaveLength(taken.size);
  });

  test('leave a gap where only one region has a metric', () => {
    const oneWay = built({
      primaryBucketName: 'p',
      secondaryBucketName: 's',
      primaryReplicationRuleId: 'r',
    });
    const shown = widgets(oneWay, P).map(({ x, y, properties }) => [x, y, properties.title]);
    expect(shown).toContainEqual([0, 7, 'Bucket replication failures, primary (us-east-1)']);
    expect(shown).toContainEqual([12, 13, 'Bucket replication latency (s), secondary (us-east-2)']);
  });
});

describe('Monitoring', () => {
  test('watches nothing when nothing is named, and says so by what it gives', () => {
    const nothing = synth((scope, regions) => {
      const { primary } = new Monitoring(scope, 'M', { regions, ...TOPICS });
      expect([primary.compositeAlarmName, primary.compositeAlarmArn, primary.alarmNames]).toEqual([
        undefined,
        undefined,
        [],
      ]);
    });
    expect(nothing.all.map(({ type }) => type)).toEqual(['aws_cloudwatch_dashboard', 'aws_cloudwatch_dashboard']);
    expect(widgets(nothing, S)).toHaveLength(1);
  });

  test('gives the names of its alarms and dashboards', () => {
    const outputs = synth((scope, regions) => {
      const { secondary } = new Monitoring(scope, 'M', { regions, ...TOPICS, tableName: 'orders-dev' });
      scope.addOverride('output.secondary', secondary);
    });
    const { secondary } = outputs.json.output;
    expect(outputs.target(secondary.compositeAlarmName).body.alarm_name).toBe('any-secondary-dev');
    expect(outputs.target(secondary.compositeAlarmArn).region).toBe(S);
    expect(secondary.alarmNames.map((name: string) => outputs.target(name).body.alarm_name)).toEqual([
      'table-replication-latency-secondary-dev',
      'table-read-throttles-secondary-dev',
      'table-write-throttles-secondary-dev',
      'table-system-errors-secondary-dev',
    ]);
    expect(outputs.target(secondary.dashboardName).body.dashboard_name).toBe('multi-region-dr-secondary-dev');
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    const references = synth((scope, regions) => {
      const { provider } = regions.primary;
      const primary = new S3Bucket(scope, 'P', { provider });
      const secondary = new S3Bucket(scope, 'S', { provider: regions.secondary.provider });
      const topic = new SnsTopic(scope, 'T', { provider });
      const bus = new CloudwatchEventBus(scope, 'B', { provider, name: 'b' });
      new Monitoring(scope, 'M', {
        regions,
        ...EVERYTHING,
        ...TOPICS,
        primaryTopicArn: topic.arn,
        primaryBucketName: primary.bucket,
        secondaryBucketName: secondary.bucket,
        busName: bus.name,
      });
    });
    for (const each of [references, built(EVERYTHING, EUROPE)]) {
      expect(withoutProvider(each)).toEqual([]);
      expect(foreignReferences(each)).toEqual([]);
    }
  });

  test.each([
    [{ alarmEmail: 'x' }, 'test/M: alarmEmail is "x"; there is no such prop, remove it or correct its spelling'],
    [
      { primaryTopicArn: 'alerts' },
      'test/M: primaryTopicArn is "alerts"; give the ARN of a resource of this kind (arn:aws:sns:...)',
    ],
    [
      { secondaryTopicArn: TOPICS.primaryTopicArn },
      'test/M: secondaryTopicArn is "arn:aws:sns:us-east-1:123456789012:alerts-primary-dev"; give the ARN of one in us-east-2: AWS does not accept, or does not reach, one of another region here',
    ],
    [
      { route53MetricsTopicArn: TOPICS.secondaryTopicArn },
      'test/M: route53MetricsTopicArn is "arn:aws:sns:us-east-2:123456789012:alerts-secondary-dev"; give the ARN of one in us-east-1: AWS does not accept, or does not reach, one of another region here',
    ],
    [{ secondaryTopicArn: undefined }, 'test/M: secondaryTopicArn is missing; give an ARN'],
    [{ tableName: '' }, 'test/M: tableName is ""; give a string that is not empty'],
    [{ healthCheckIds: 'a' }, 'test/M: healthCheckIds is "a"; give a list of strings'],
    [{ healthCheckIds: [1] }, 'test/M: healthCheckIds[0] is 1; give a string'],
    [
      { primaryStateMachineArn: 'orders' },
      'test/M: primaryStateMachineArn is "orders"; give the ARN of a resource of this kind (arn:aws:states:...)',
    ],
    [
      { functionTimeoutsSeconds: [0] },
      'test/M: functionTimeoutsSeconds[0] is 0; give a whole number from 1 to 900 seconds',
    ],
    [
      { auroraLagMilliseconds: 5 },
      'test/M: auroraLagMilliseconds is 5; give a whole number from 100 to 300000 milliseconds',
    ],
    [
      { dynamoDbLatencyMilliseconds: 300001 },
      'test/M: dynamoDbLatencyMilliseconds is 300001; give a whole number from 100 to 300000 milliseconds',
    ],
    [{ s3LatencySeconds: 901 }, 'test/M: s3LatencySeconds is 901; give a whole number from 60 to 900 seconds'],
    [{ s3PendingBytes: 0.5 }, 'test/M: s3PendingBytes is 0.5; give a whole number from 1 to 9007199254740991 bytes'],
    [
      { functionDurationPercent: 101 },
      'test/M: functionDurationPercent is 101; give a whole number from 1 to 100 percent',
    ],
    [{ functionErrors: -1 }, 'test/M: functionErrors is -1; give a whole number from 0 to 1000000'],
    [{ serverErrors: '10' }, 'test/M: serverErrors is "10"; give a whole number from 0 to 1000000'],
    [
      { eventHealthCheckId: 'a' },
      'test/M: route53MetricsTopicArn is missing; give it too: eventHealthCheckId needs it',
    ],
    [{ busName: 'b' }, 'test/M: primaryRuleName is missing; give it too: busName needs it'],
    [
      { primaryRuleName: 'r', secondaryRuleName: 'r' },
      'test/M: busName is missing; give it too: primaryRuleName needs it',
    ],
    [
      { primaryReplicationRuleId: 'r' },
      'test/M: primaryBucketName is missing; give it too: primaryReplicationRuleId needs it',
    ],
    [
      { primaryTargetGroupArnSuffixes: ['t'], secondaryTargetGroupArnSuffixes: ['t'] },
      'test/M: primaryLoadBalancerArnSuffix is missing; give it too: primaryTargetGroupArnSuffixes needs it',
    ],
    [
      { functionTimeoutsSeconds: [3] },
      'test/M: primaryFunctionNames is missing; give it too: functionTimeoutsSeconds needs it',
    ],
    [
      { primaryVaultName: 'v' },
      'test/M: secondaryVaultName is missing; give it for both regions or for neither: what is not watched in a standby fails when it is needed',
    ],
    [
      { secondaryFunctionNames: ['f'] },
      'test/M: primaryFunctionNames is missing; give it for both regions or for neither: what is not watched in a standby fails when it is needed',
    ],
    [
      { primaryFunctionNames: ['f'], secondaryFunctionNames: ['f', 'g'] },
      'test/M: secondaryFunctionNames is ["f","g"]; give 1, one for each of the primary region, in the same order',
    ],
    [
      { primaryFunctionNames: ['f'], secondaryFunctionNames: ['f'], functionTimeoutsSeconds: [3, 4] },
      'test/M: functionTimeoutsSeconds is [3,4]; give 1, one for each of the primary region, in the same order',
    ],
    [
      { primaryDeadLetterQueueNames: ['q', 'q'], secondaryDeadLetterQueueNames: ['q', 'r'] },
      'test/M: primaryDeadLetterQueueNames[1] is "q"; give each name once',
    ],
    [
      { secondaryThresholds: { serverErrors: 1 } },
      'test/M: secondaryThresholds is {"serverErrors":1}; there is no such prop, remove it or correct its spelling',
    ],
    [
      { secondarySettings: { maxCapacity: 4 } },
      'test/M: secondarySettings.maxCapacity is 4; there is no such prop, remove it or correct its spelling',
    ],
    [
      { primaryInstanceIdentifiers: ['a'] },
      'test/M: secondaryInstanceIdentifiers is missing; give it for both regions or for neither: what is not watched in a standby fails when it is needed',
    ],
    [
      { primaryInstanceIdentifiers: ['a', 'a'], secondaryInstanceIdentifiers: ['a', 'b'] },
      'test/M: primaryInstanceIdentifiers[1] is "a"; give each name once',
    ],
    [
      { primaryApis: [{ apiName: 'a', stageName: 's' }], secondaryApis: [] },
      'test/M: secondaryApis is []; give 1, one for each of the primary region, in the same order',
    ],
    [
      { primaryApis: [{ apiName: 'a' }], secondaryApis: [{ apiName: 'a', stageName: 's' }] },
      'test/M: primaryApis[0].stageName is missing; give a string',
    ],
    [
      {
        primaryApis: [
          { apiName: 'a', stageName: 's' },
          { apiName: 'a', stageName: 't' },
        ],
        secondaryApis: [
          { apiName: 'b', stageName: 's' },
          { apiName: 'c', stageName: 's' },
        ],
      },
      'test/M: primaryApis[1] is "a"; give each name once',
    ],
    [
      {
        primaryContainerServices: [{ clusterName: 'c', serviceName: 's', minCapacity: 0 }],
        secondaryContainerServices: [{ clusterName: 'c', serviceName: 's', minCapacity: 1 }],
      },
      'test/M: primaryContainerServices[0].minCapacity is 0; give a whole number from 1 to 5000 tasks',
    ],
    [
      { primaryContainerServices: 'web' },
      'test/M: primaryContainerServices is "web"; give a list of container services',
    ],
    [{ tableName: 'a', tableNames: ['a'] }, 'test/M: tableNames[0] is "a"; give each name once'],
    [{ tableNames: ['a', 'b', 'a'] }, 'test/M: tableNames[2] is "a"; give each name once'],
    [{ buckets: [{ primaryBucketName: 'a' }] }, 'test/M: buckets[0].secondaryBucketName is missing; give a string'],
    [
      {
        buckets: [
          { primaryBucketName: 'a', secondaryBucketName: 'b' },
          { primaryBucketName: 'a', secondaryBucketName: 'c' },
        ],
      },
      'test/M: buckets[1] is "a"; give each name once',
    ],
    [
      {
        buckets: [
          { primaryBucketName: 'a', secondaryBucketName: 'c' },
          { primaryBucketName: 'b', secondaryBucketName: 'c' },
        ],
      },
      'test/M: buckets[1] is "c"; give each name once',
    ],
    [
      { primaryNetworkTargetGroupArnSuffixes: ['t'], secondaryNetworkTargetGroupArnSuffixes: ['t'] },
      'test/M: primaryNetworkLoadBalancerArnSuffix is missing; give it too: primaryNetworkTargetGroupArnSuffixes needs it',
    ],
    [
      { secondaryNetworkLoadBalancerArnSuffix: 'net/a/1' },
      'test/M: primaryNetworkLoadBalancerArnSuffix is missing; give it for both regions or for neither: what is not watched in a standby fails when it is needed',
    ],
    [
      { acceleratorId: '1234-abcd' },
      'test/M: acceleratorId is "1234-abcd"; remove it, and watch the load balancers behind it: its metrics are in us-west-2 only, which is neither region',
    ],
    [{ replicaLagSeconds: 0 }, 'test/M: replicaLagSeconds is 0; give a whole number from 1 to 86400 seconds'],
    [{ apiErrorPercent: 100 }, 'test/M: apiErrorPercent is 100; give a whole number from 0 to 99 percent'],
    [
      { responseTimeMilliseconds: 0.5 },
      'test/M: responseTimeMilliseconds is 0.5; give a whole number from 1 to 300000 milliseconds',
    ],
    [{ logSubscriptions: 'yes' }, 'test/M: logSubscriptions is "yes"; give true or false'],
    [
      { deliveryFreshnessSeconds: 30 },
      'test/M: deliveryFreshnessSeconds is 30; give a whole number from 60 to 86400 seconds',
    ],
  ])('fails on %j', (props, message) => {
    expect(failing(props)).toBe(message);
  });
});

const MORE = {
  tableName: 'orders-dev',
  tableNames: ['sessions-dev', 'customers-dev'],
  buckets: [
    {
      primaryBucketName: 'uploads-primary-dev',
      secondaryBucketName: 'uploads-secondary-dev',
      primaryReplicationRuleId: 'there',
      secondaryReplicationRuleId: 'back',
    },
    { primaryBucketName: 'a', secondaryBucketName: 'b', primaryReplicationRuleId: 'one-way' },
  ],
  primaryInstanceIdentifiers: ['ledger-primary-dev'],
  secondaryInstanceIdentifiers: ['ledger-secondary-dev'],
  primaryLoadBalancerArnSuffix: 'app/primary/1',
  secondaryLoadBalancerArnSuffix: 'app/secondary/2',
  primaryNetworkLoadBalancerArnSuffix: 'net/primary/1',
  secondaryNetworkLoadBalancerArnSuffix: 'net/secondary/2',
  primaryNetworkTargetGroupArnSuffixes: ['targetgroup/net/1'],
  secondaryNetworkTargetGroupArnSuffixes: ['targetgroup/net/2'],
  primaryApis: [{ apiName: 'api-primary-dev', stageName: 'live' }],
  secondaryApis: [{ apiName: 'api-secondary-dev', stageName: 'live' }],
  primaryContainerServices: [{ clusterName: 'web-primary-dev', serviceName: 'web-primary-dev', minCapacity: 2 }],
  secondaryContainerServices: [{ clusterName: 'web-secondary-dev', serviceName: 'web-secondary-dev', minCapacity: 1 }],
  primaryDeliveryStreamNames: ['log-copies-primary-dev'],
  secondaryDeliveryStreamNames: ['log-copies-secondary-dev'],
  logSubscriptions: true,
};
const WEST: Partial<RegionPairProps> = { primaryRegion: 'us-east-1', secondaryRegion: 'us-west-2' };

describe('of more services, the alarms', () => {
  const synthesized = built(MORE);
  const inSecondary = (metric: string): Json =>
    alarmsOn(synthesized, metric)
      .filter(({ region }) => region === S)
      .map(({ body }) => body);

  test.each([
    ['AWS/RDS', 'ReplicaLag', { DBInstanceIdentifier: 'ledger-secondary-dev' }, 300],
    ['AWS/RDS', 'OldestReplicationSlotLag', { DBInstanceIdentifier: 'ledger-secondary-dev' }, 2 ** 30],
    ['AWS/RDS', 'FreeStorageSpace', { DBInstanceIdentifier: 'ledger-secondary-dev' }, 5 * 2 ** 30],
    ['AWS/RDS', 'CPUUtilization', { DBInstanceIdentifier: 'ledger-secondary-dev' }, 80],
    ['AWS/RDS', 'DatabaseConnections', { DBInstanceIdentifier: 'ledger-secondary-dev' }, 400],
    ['AWS/NetworkELB', 'UnHealthyHostCount', { TargetGroup: 'targetgroup/net/2', LoadBalancer: 'net/secondary/2' }, 0],
    ['AWS/ApiGateway', '5XXError', { ApiName: 'api-secondary-dev', Stage: 'live' }, 0.05],
    ['AWS/ApiGateway', 'Latency', { ApiName: 'api-secondary-dev', Stage: 'live' }, 3000],
    ['AWS/ApplicationELB', 'TargetResponseTime', { LoadBalancer: 'app/secondary/2' }, 3],
    ['AWS/ECS', 'CPUUtilization', { ClusterName: 'web-secondary-dev', ServiceName: 'web-secondary-dev' }, 85],
    ['AWS/ECS', 'MemoryUtilization', { ClusterName: 'web-secondary-dev', ServiceName: 'web-secondary-dev' }, 85],
    [
      'ECS/ContainerInsights',
      'RunningTaskCount',
      { ClusterName: 'web-secondary-dev', ServiceName: 'web-secondary-dev' },
      1,
    ],
    ['AWS/Firehose', 'DeliveryToS3.DataFreshness', { DeliveryStreamName: 'log-copies-secondary-dev' }, 900],
  ])('on %s %s have the dimensions that AWS publishes (R-CW-1)', (namespace, metric, dimensions, threshold) => {
    const found = inSecondary(metric).filter((body: Json) => body.namespace === namespace);
    expect(found).toEqual([expect.objectContaining({ dimensions, threshold })]);
  });

  test('are on percentiles where an average would hide what some users wait for', () => {
    for (const metric of ['Latency', 'TargetResponseTime']) {
      const [{ extended_statistic, statistic }] = inSecondary(metric);
      expect([extended_statistic, statistic]).toEqual(['p99', undefined]);
    }
    expect(inSecondary('5XXError')[0].statistic).toBe('Average');
  });

  test('fire on silence where there is always something to hear, and nowhere else (R-CW-8)', () => {
    const breaching = synthesized
      .resources('aws_cloudwatch_metric_alarm', S)
      .filter(({ body }) => body.treat_missing_data !== 'notBreaching')
      .map(({ body }) => [body.namespace, body.metric_name, body.treat_missing_data]);
    expect(breaching.sort()).toEqual([
      ['AWS/RDS', 'CPUUtilization', 'breaching'],
      ['ECS/ContainerInsights', 'RunningTaskCount', 'breaching'],
    ]);
  });

  test('fire below a threshold where less is worse', () => {
    const below = synthesized
      .resources('aws_cloudwatch_metric_alarm', S)
      .filter(({ body }) => body.comparison_operator === 'LessThanThreshold')
      .map(({ body }) => body.metric_name);
    expect(below.sort()).toEqual(['FreeStorageSpace', 'RunningTaskCount']);
  });

  test('add up the resets of a network load balancer and of its targets', () => {
    const [{ metric_query: queries, threshold }] = inSecondary('TCP_ELB_Reset_Count');
    expect(threshold).toBe(100);
    expect(queries.slice(1).map(({ metric }: Json) => [metric.metric_name, metric.dimensions])).toEqual([
      ['TCP_ELB_Reset_Count', { LoadBalancer: 'net/secondary/2' }],
      ['TCP_Target_Reset_Count', { LoadBalancer: 'net/secondary/2' }],
    ]);
  });

  test('ask for the deliveries of all subscription filters, whatever kind their destination is', () => {
    const queries = synthesized
      .resources('aws_cloudwatch_metric_alarm', P)
      .filter(({ body }) => body.alarm_name.startsWith('log-delivery'))
      .map(({ body }) => [body.alarm_name, body.metric_query]);
    const query = (kind: string): Json[] => [
      expect.objectContaining({
        expression: `SELECT SUM(Delivery${kind}) FROM SCHEMA("AWS/Logs", DestinationType, FilterName, LogGroupName)`,
        period: 300,
        return_data: true,
      }),
    ];
    expect(queries).toEqual([
      ['log-delivery-errors-primary-dev', query('Errors')],
      ['log-delivery-throttling-primary-dev', query('Throttling')],
    ]);
    const drawn = widgets(synthesized, P).find(({ properties }) => properties.title?.includes('delivery errors'));
    expect(drawn.properties.metrics).toEqual([
      [{ expression: query('Errors')[0].sample.expression, label: 'Log events: delivery errors' }],
    ]);
  });

  test('of several tables each have a name of their own, and measure both directions (R-CW-5)', () => {
    const [{ alarm_name: first }, ...others] = inSecondary('ReadThrottleEvents');
    expect([first, ...others.map((body: Json) => body.alarm_name)].sort()).toEqual([
      'table-read-throttles-secondary-dev',
      'table-read-throttles-secondary-dev-customers-dev',
      'table-read-throttles-secondary-dev-sessions-dev',
    ]);
    const received = inSecondary('ReplicationLatency').filter((body: Json) => body.dimensions.TableName);
    expect(received.map((body: Json) => body.dimensions.TableName).sort()).toEqual([
      'customers-dev',
      'orders-dev',
      'sessions-dev',
    ]);
    expect(new Set(received.map((body: Json) => body.dimensions.ReceivingRegion))).toEqual(new Set([P]));
  });

  test('of several buckets follow each replication, one-way or both ways (R-CW-4)', () => {
    expect(dimensionsOn(synthesized, 'BytesPendingReplication').map(([region, d]: Json) => [region, d.RuleId])).toEqual(
      [
        [P, 'back'],
        [S, 'one-way'],
        [S, 'there'],
      ],
    );
    expect(
      dimensionsOn(synthesized, 'OperationsFailedReplication').map(([region, d]: Json) => [region, d.RuleId]),
    ).toEqual([
      [P, 'one-way'],
      [P, 'there'],
      [S, 'back'],
    ]);
  });

  test('have names of their own, and show on the dashboards with their thresholds', () => {
    const alarms = synthesized.resources('aws_cloudwatch_metric_alarm', S);
    expect(new Set(alarms.map(({ body }) => body.alarm_name)).size).toBe(alarms.length);
    const drawn = widgets(synthesized, P).flatMap(({ properties }) => properties.metrics ?? []);
    const names = new Set(drawn.map(([namespace, metric]: string[]) => `${namespace} ${metric}`));
    for (const { body } of alarms.filter((alarm) => alarm.body.metric_name)) {
      expect(names).toContain(`${body.namespace} ${body.metric_name}`);
    }
  });

  test('take thresholds of your own, of the secondary region too', () => {
    const own = built({
      ...MORE,
      replicaLagSeconds: 60,
      responseTimeMilliseconds: 500,
      secondarySettings: { responseTimeMilliseconds: 300 },
    });
    expect(alarmsOn(own, 'ReplicaLag').map(({ body }) => body.threshold)).toEqual([60, 60]);
    expect(alarmsOn(own, 'TargetResponseTime').map(({ body }) => body.threshold)).toEqual([0.5, 0.3]);
    expect(alarmsOn(own, 'Latency').map(({ body }) => body.threshold)).toEqual([500, 300]);
  });

  test('stay in their region, and the accelerator is drawn where its metrics are (R-TF-1, R-TF-3)', () => {
    const west = built({ ...MORE, acceleratorId: '1234-abcd' }, WEST);
    for (const each of [synthesized, west]) {
      expect(withoutProvider(each)).toEqual([]);
      expect(foreignReferences(each)).toEqual([]);
    }
    const drawn = widgets(west, 'us-east-1').find(({ properties }) => properties.title?.includes('accelerator'));
    expect([drawn.properties.region, drawn.properties.metrics]).toEqual([
      'us-west-2',
      [['AWS/GlobalAccelerator', 'NewFlowCount', 'Accelerator', '1234-abcd', { stat: 'Sum' }]],
    ]);
  });
});

type Names = (names: readonly string[], role: 'primary' | 'secondary') => string[];

/** Every list of which each element has alarms, by the prop, filled with names. */
const LISTS: Record<string, (names: readonly string[], of: Names) => Partial<MonitoringProps>> = {
  InstanceIdentifiers: (names, of) => ({
    primaryInstanceIdentifiers: of(names, 'primary'),
    secondaryInstanceIdentifiers: of(names, 'secondary'),
  }),
  FunctionNames: (names, of) => ({
    primaryFunctionNames: of(names, 'primary'),
    secondaryFunctionNames: of(names, 'secondary'),
    functionTimeoutsSeconds: names.map((name) => name.length),
  }),
  TargetGroupArnSuffixes: (names, of) => ({
    primaryLoadBalancerArnSuffix: 'app/primary/1',
    secondaryLoadBalancerArnSuffix: 'app/secondary/2',
    primaryTargetGroupArnSuffixes: of(names, 'primary'),
    secondaryTargetGroupArnSuffixes: of(names, 'secondary'),
  }),
  NetworkTargetGroupArnSuffixes: (names, of) => ({
    primaryNetworkLoadBalancerArnSuffix: 'net/primary/1',
    secondaryNetworkLoadBalancerArnSuffix: 'net/secondary/2',
    primaryNetworkTargetGroupArnSuffixes: of(names, 'primary'),
    secondaryNetworkTargetGroupArnSuffixes: of(names, 'secondary'),
  }),
  DeliveryStreamNames: (names, of) => ({
    primaryDeliveryStreamNames: of(names, 'primary'),
    secondaryDeliveryStreamNames: of(names, 'secondary'),
  }),
  DeadLetterQueueNames: (names, of) => ({
    primaryDeadLetterQueueNames: of(names, 'primary'),
    secondaryDeadLetterQueueNames: of(names, 'secondary'),
  }),
  Apis: (names, of) => {
    const apis = (role: 'primary' | 'secondary'): { apiName: string; stageName: string }[] =>
      of(names, role).map((apiName, index) => ({ apiName, stageName: names[index] }));
    return { primaryApis: apis('primary'), secondaryApis: apis('secondary') };
  },
  ContainerServices: (names, of) => {
    const services = (role: 'primary' | 'secondary'): WatchedContainerService[] =>
      of(names, role).map((serviceName, index) => ({
        clusterName: names[index],
        serviceName,
        minCapacity: names[index].length,
      }));
    return { primaryContainerServices: services('primary'), secondaryContainerServices: services('secondary') };
  },
  tableNames: (names, of) => ({ tableName: 'first', tableNames: of(names, 'primary') }),
  buckets: (names, of) => {
    const [primary, secondary] = [of(names, 'primary'), of(names, 'secondary')];
    return {
      buckets: names.map((name, index) => ({
        primaryBucketName: primary[index],
        secondaryBucketName: secondary[index],
        primaryReplicationRuleId: `${name}-there`,
        secondaryReplicationRuleId: `${name}-back`,
      })),
    };
  },
};

describe.each(Object.keys(LISTS))('an alarm keeps its address and its content when %s', (list) => {
  const literals = (names: readonly string[]): Synthesized =>
    built(LISTS[list](names, (some, role) => some.map((name) => `${name}-${role}`)));
  const references = (names: readonly string[]): Synthesized =>
    synth((scope, regions) => {
      const queues = new Map(
        [...names, 'others'].flatMap((name) =>
          regions.both.map(({ role, provider }) => {
            const id = `${name}-${role}`;
            return [id, new SqsQueue(scope, id, { provider, name: id })];
          }),
        ),
      );
      const of: Names = (some, role) => some.map((name) => queues.get(`${name}-${role}`)?.name ?? '');
      new Monitoring(scope, 'Monitoring', { regions, ...TOPICS, ...LISTS[list](names, of) });
    });

  describe.each([
    ['literal names', literals],
    ['references', references],
  ])('of %s', (_, of) => {
    const NAMES = ['orders', 'health', 'audits2'];
    const bodies = (synthesized: Synthesized, ...types: string[]): Record<string, Json> =>
      Object.fromEntries(synthesized.all.filter(({ type }) => types.includes(type)).map((r) => [r.address, r.body]));
    const alarms = (names: readonly string[]): Record<string, Json> => bodies(of(names), 'aws_cloudwatch_metric_alarm');
    const base = alarms(NAMES);

    test.each([0, 1])('loses element %i', (lost) => {
      const left = alarms(NAMES.filter((__, index) => index !== lost));
      expect(Object.keys(left).length).toBeLessThan(Object.keys(base).length);
      expect(base).toEqual(expect.objectContaining(left));
    });

    test.each([0, 1])('gets a new element %i', (added) => {
      const more = alarms([...NAMES.slice(0, added), 'newcomer', ...NAMES.slice(added)]);
      expect(Object.keys(more).length).toBeGreaterThan(Object.keys(base).length);
      expect(more).toEqual(expect.objectContaining(base));
    });

    test('is reordered, and so does the composite alarm', () => {
      const types = ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm', 'terraform_data'];
      expect(bodies(of([...NAMES].reverse()), ...types)).toEqual(bodies(of(NAMES), ...types));
    });

    test('is as it was, with a name of its own', () => {
      expect(of(NAMES).json).toEqual(of(NAMES).json);
      const names = Object.values(base).map(({ provider, alarm_name }) => `${provider} ${alarm_name}`);
      expect(new Set(names).size).toBe(names.length);
    });
  });
});

test('a resource named twice fails, by whatever token', () => {
  expect(
    errorOf((scope, regions) => {
      const { provider } = regions.primary;
      const queue = new SqsQueue(scope, 'Queue', { provider });
      new Monitoring(scope, 'M', {
        regions,
        ...TOPICS,
        primaryDeadLetterQueueNames: [queue.name, queue.name],
        secondaryDeadLetterQueueNames: ['a', 'b'],
      });
    }),
  ).toBe('test/M: primaryDeadLetterQueueNames[1] is "${aws_sqs_queue.Queue.name}"; give each name once');
});

test('two of them in one system share no name, when one has a monitoringName', () => {
  const both = synth((scope, regions) => {
    new Monitoring(scope, 'One', { regions, ...TOPICS, ...EVERYTHING, regionalDashboards: true });
    new Monitoring(scope, 'Two', {
      regions,
      ...TOPICS,
      ...EVERYTHING,
      regionalDashboards: true,
      monitoringName: 'partners',
    });
  });
  for (const [type, name] of [
    ['aws_cloudwatch_metric_alarm', 'alarm_name'],
    ['aws_cloudwatch_composite_alarm', 'alarm_name'],
    ['aws_cloudwatch_dashboard', 'dashboard_name'],
    ['aws_cloudwatch_event_rule', 'name'],
  ]) {
    const names = both.resources(type).map(({ region, body }) => `${region} ${body[name]}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((one) => one.includes(' partners'))).toHaveLength(names.length / 2);
  }
});

terraformTest(
  'the real AWS provider accepts it',
  () => {
    expect(validate(built({ ...MORE, acceleratorId: '1234-abcd' }, WEST))).toEqual([]);
    expect(validate(built())).toEqual([]);
    expect(validate(built(EVERYTHING, EUROPE))).toEqual([]);
    expect(validate(built({}))).toEqual([]);
  },
  120_000,
);

describe('thresholds of the secondary region', () => {
  const topics = {
    primaryTopicArn: 'arn:aws:sns:us-east-1:123456789012:alerts',
    secondaryTopicArn: 'arn:aws:sns:us-east-2:123456789012:alerts',
  };

  test('differ where they are given, and only there, and a warning says so (S3-5)', () => {
    let warnings: string[] = [];
    const synthesized = synth((scope, regions) => {
      const monitoring = new Monitoring(scope, 'M', {
        regions,
        ...topics,
        tableName: 'transactions-dev',
        dynamoDbLatencyMilliseconds: 20_000,
        secondarySettings: { dynamoDbLatencyMilliseconds: 10_000 },
      });
      warnings = monitoring.node.metadata.map(({ data }) => String(data));
    });
    const threshold = (region: string): number[] =>
      synthesized
        .resources('aws_cloudwatch_metric_alarm', region)
        .filter(({ body }) => JSON.stringify(body).includes('ReplicationLatency'))
        .map(({ body }) => body.threshold);
    expect([threshold('us-east-1'), threshold('us-east-2')]).toEqual([[20_000], [10_000]]);
    expect(warnings).toEqual([
      'test/M: the regions differ in dynamoDbLatencyMilliseconds: what wakes people changes with a failover. Remove it from secondarySettings unless it must be so.',
    ]);
  });

  test('that are those of the primary, or its defaults, or none, are no difference', () => {
    for (const secondarySettings of [{ s3LatencySeconds: 600, serverErrors: 3 }, { s3LatencySeconds: undefined }, {}]) {
      synth((scope, regions) => {
        const { node } = new Monitoring(scope, 'M', { regions, ...topics, serverErrors: 3, secondarySettings });
        expect(node.metadata).toEqual([]);
      });
    }
  });

  test('fail when they are malformed', () => {
    expect(
      errorOf(
        (scope, regions) =>
          new Monitoring(scope, 'M', { regions, ...topics, secondarySettings: { s3LatencySeconds: 5000 } }),
      ),
    ).toBe('test/M: secondarySettings.s3LatencySeconds is 5000; give a whole number from 60 to 900 seconds');
  });
});

test('a dashboard of each region alone shows that region only', () => {
  const synthesized = synth(
    (scope, regions) =>
      new Monitoring(scope, 'M', {
        regions,
        primaryTopicArn: 'arn:aws:sns:us-east-1:123456789012:alerts',
        secondaryTopicArn: 'arn:aws:sns:us-east-2:123456789012:alerts',
        tableName: 'transactions-dev',
        regionalDashboards: true,
      }),
  );
  for (const [role, region] of [
    ['primary', 'us-east-1'],
    ['secondary', 'us-east-2'],
  ]) {
    const [alone] = synthesized
      .resources('aws_cloudwatch_dashboard', region)
      .filter(({ body }) => body.dashboard_name === `region-${role}-dev`);
    const regions = JSON.parse(alone.body.dashboard_body).widgets.flatMap(
      ({ properties }: { properties: { region?: string } }) => properties.region ?? [],
    );
    expect([...new Set(regions)]).toEqual([region]);
  }
});
