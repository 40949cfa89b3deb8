import { Eventing, EventingProps } from '../../lib/constructs/eventing';
import { RegionPair, RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { inRegionsOf } from '../support/regional-arns';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const FUNCTIONS = {
  primaryFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:orders-primary-dev',
  primaryFunctionName: 'orders-primary-dev',
  secondaryFunctionArn: 'arn:aws:lambda:us-east-2:123456789012:function:orders-secondary-dev',
  secondaryFunctionName: 'orders-secondary-dev',
};
const KEYS = {
  primaryKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1',
  secondaryKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/2',
};
const EUROPE: Partial<RegionPairProps> = { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' };
const REGIONS = ['us-east-1', 'us-east-2'];

function built(props: Partial<EventingProps> = {}, pair: Partial<RegionPairProps> = {}): Synthesized {
  return synth(
    (scope, regions) =>
      new Eventing(scope, 'Eventing', { regions, ...inRegionsOf({ ...FUNCTIONS, ...KEYS, ...props }, pair) }),
    pair,
  );
}

function eventing(props: Partial<EventingProps>): Eventing {
  let made: Eventing | undefined;
  synth((scope, regions) => (made = new Eventing(scope, 'E', { regions, ...FUNCTIONS, ...props })));
  return made as Eventing;
}

function failing(props: Record<string, unknown>, pair: Partial<RegionPairProps> = {}): string {
  return errorOf(
    (scope, regions: RegionPair) =>
      new Eventing(scope, 'E', { regions, ...inRegionsOf(FUNCTIONS, pair), ...props } as never),
    pair,
  );
}

/** Ids are the path in the construct tree and a hash. */
const idIs = (id: string, name: string): boolean => id.replace(/_[0-9A-F]{8}$/, '').endsWith(`_${name}`);

const at = (synthesized: Synthesized, type: string, region: string, name: string): Json => {
  const found = synthesized.resources(type, region).filter(({ id }) => idIs(id, name));
  expect(found).toHaveLength(1);
  return found[0].body;
};

describe('the global endpoint', () => {
  const synthesized = built();
  const endpoint = synthesized.only('aws_cloudwatch_event_endpoint');

  test('is in the primary, over two buses of one name, the primary first (R-EB-1, R-EB-2)', () => {
    expect(endpoint.region).toBe('us-east-1');
    const buses = endpoint.body.event_bus.map(({ event_bus_arn }: Json) => synthesized.target(event_bus_arn));
    expect(buses.map((bus: Json) => [bus.region, bus.body.name])).toEqual([
      ['us-east-1', 'orders-dev'],
      ['us-east-2', 'orders-dev'],
    ]);
    expect(endpoint.body.routing_config.failover_config.secondary.route).toBe('us-east-2');
  });

  test('follows the health check by its ARN (R-EB-3)', () => {
    const check = synthesized.only('aws_route53_health_check');
    expect(endpoint.body.routing_config.failover_config.primary.health_check).toBe(`\${${check.address}.arn}`);
  });

  test('replicates with a role that may do just that (R-EB-4)', () => {
    expect(endpoint.body.replication_config.state).toBe('ENABLED');
    const role = synthesized.target(endpoint.body.role_arn);
    expect(role.body.name).toBe('orders-replication-primary-dev');
    expect(JSON.parse(role.body.assume_role_policy).Statement).toEqual([
      { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: ['sts:AssumeRole'] },
    ]);
    const policy = synthesized
      .resources('aws_iam_role_policy')
      .find(({ id }) => id.includes('ReplicationRole')) as Json;
    expect(endpoint.body.depends_on).toEqual([policy.address]);
    const [rules, replicate, pass] = JSON.parse(policy.body.policy).Statement;
    expect(rules.Action).toEqual(['events:PutRule', 'events:PutTargets', 'events:DeleteRule', 'events:RemoveTargets']);
    expect(rules.Resource).toEqual(
      REGIONS.map((region) =>
        expect.stringMatching(`^arn:aws:events:${region}:.*:rule/orders-dev/GlobalEndpointManagedRule-\\*$`),
      ),
    );
    expect(replicate.Action).toEqual(['events:PutEvents']);
    expect(replicate.Resource.map((arn: string) => synthesized.target(arn).region)).toEqual(REGIONS);
    expect(pass).toMatchObject({
      Action: ['iam:PassRole'],
      Condition: { StringLike: { 'iam:PassedToService': 'events.amazonaws.com' } },
    });
    expect(pass.Resource[0]).toMatch(/^arn:aws:iam::.*:role\/orders-replication-primary-dev$/);
  });

  test('needs no role without replication (R-EB-4)', () => {
    const { body } = built({ replication: false }).only('aws_cloudwatch_event_endpoint');
    expect(body.replication_config.state).toBe('DISABLED');
    expect(body.role_arn).toBeUndefined();
    expect(body.depends_on).toBeUndefined();
  });

  test("fails over on AWS's own alarm, which has no dimensions (R-EB-5, R-R53-10)", () => {
    const alarm = synthesized.only('aws_cloudwatch_metric_alarm');
    expect(alarm.region).toBe('us-east-1');
    expect(alarm.body).toMatchObject({
      namespace: 'AWS/Events',
      metric_name: 'IngestionToInvocationStartLatency',
      statistic: 'Average',
      period: 60,
      evaluation_periods: 5,
      threshold: 30000,
      comparison_operator: 'GreaterThanThreshold',
      treat_missing_data: 'breaching',
    });
    for (const attribute of ['dimensions', 'metric_query', 'extended_statistic', 'datapoints_to_alarm']) {
      expect(alarm.body[attribute]).toBeUndefined();
    }
  });

  test('has a health check on that alarm, which follows its changes (R-R53-11, R-R53-12, R-R53-13)', () => {
    const { body } = synthesized.only('aws_route53_health_check');
    const { address } = synthesized.only('aws_cloudwatch_metric_alarm');
    expect(body).toMatchObject({
      type: 'CLOUDWATCH_METRIC',
      cloudwatch_alarm_name: `\${${address}.alarm_name}`,
      cloudwatch_alarm_region: 'us-east-1',
      insufficient_data_health_status: 'Unhealthy',
    });
    expect(body.triggers).toEqual({
      comparison_operator: `\${${address}.comparison_operator}`,
      evaluation_periods: `\${${address}.evaluation_periods}`,
      period: `\${${address}.period}`,
      statistic: `\${${address}.statistic}`,
      threshold: `\${${address}.threshold}`,
      treat_missing_data: `\${${address}.treat_missing_data}`,
    });
  });

  test('keeps its last state when there is no heartbeat, as an idle bus has no data (R-EB-5, R-R53-13)', () => {
    const idle = built({ heartbeat: false });
    expect(idle.only('aws_cloudwatch_metric_alarm').body.treat_missing_data).toBe('missing');
    expect(idle.only('aws_route53_health_check').body.insufficient_data_health_status).toBe('LastKnownStatus');
    expect(idle.resources('aws_scheduler_schedule')).toEqual([]);
  });

  test('gives publishers its id, which is the beginning of its URL (R-EB-7)', () => {
    const made = eventing({});
    expect(made.busName).toBe('orders-dev');
    const output = synth((scope, regions) => {
      const { endpointId } = new Eventing(scope, 'E', { regions, ...FUNCTIONS });
      scope.addOverride('output.id.value', endpointId);
    });
    const { address } = output.only('aws_cloudwatch_event_endpoint');
    expect(output.json.output.id.value).toBe(
      `\${join(".", slice(split(".", trimprefix(${address}.endpoint_url, "https://")), 0, 2))}`,
    );
    for (const value of [made.endpointArn, made.endpointUrl, made.healthCheckId, made.alarmName]) {
      expect(value).toMatch(/TfToken/);
    }
  });

  test('can be left out, and its alarm and health check with it', () => {
    const without = built({ globalEndpoint: false });
    for (const type of ['aws_cloudwatch_event_endpoint', 'aws_route53_health_check', 'aws_cloudwatch_metric_alarm']) {
      expect(without.resources(type)).toEqual([]);
    }
    expect(without.resources('aws_cloudwatch_event_bus')).toHaveLength(2);
    const made = eventing({ globalEndpoint: false });
    expect([made.endpointArn, made.endpointId, made.endpointUrl, made.healthCheckId, made.alarmName]).toEqual(
      Array(5).fill(undefined),
    );
  });

  test('is refused where EventBridge has none, unless it is left out (R-EB-2)', () => {
    const pair = { secondaryRegion: 'ca-west-1', allowOptInRegions: true };
    expect(failing({}, pair)).toBe(
      'test/E: globalEndpoint is true; set it to false or choose other regions: EventBridge has no global endpoints in ca-west-1',
    );
    expect(built({ globalEndpoint: false }, pair).resources('aws_cloudwatch_event_rule', 'ca-west-1')).toHaveLength(2);
  });
});

describe('the bus of each region', () => {
  const synthesized = built();

  test('has the same rule, with an equal pattern (R-EB-6)', () => {
    const [primary, secondary] = REGIONS.map((region) =>
      at(synthesized, 'aws_cloudwatch_event_rule', region, 'OrderRule'),
    );
    expect(JSON.parse(primary.event_pattern)).toEqual({ source: ['app.orders'], 'detail-type': ['OrderSubmitted'] });
    expect(secondary.event_pattern).toBe(primary.event_pattern);
    expect([primary.name, secondary.name]).toEqual(['orders-submitted-primary-dev', 'orders-submitted-secondary-dev']);
  });

  test.each([
    ['us-east-1', FUNCTIONS.primaryFunctionArn, FUNCTIONS.primaryFunctionName],
    ['us-east-2', FUNCTIONS.secondaryFunctionArn, FUNCTIONS.secondaryFunctionName],
  ])('invokes the function of %s, which permits that one rule (R-EB-10, R-LAM-10)', (region, arn, name) => {
    const target = at(synthesized, 'aws_cloudwatch_event_target', region, 'OrderTarget');
    expect(target.arn).toBe(arn);
    expect(target.retry_policy).toEqual({ maximum_retry_attempts: 185, maximum_event_age_in_seconds: 86400 });
    expect(synthesized.target(target.rule).region).toBe(region);
    expect(synthesized.target(target.event_bus_name)).toBe(synthesized.only('aws_cloudwatch_event_bus', region));
    const permission = synthesized.only('aws_lambda_permission', region).body;
    expect(permission).toMatchObject({
      action: 'lambda:InvokeFunction',
      function_name: name,
      principal: 'events.amazonaws.com',
    });
    expect(synthesized.target(permission.source_arn).id).toMatch(/_OrderRule_/);
  });

  test.each([
    ['us-east-1', KEYS.primaryKeyArn],
    ['us-east-2', KEYS.secondaryKeyArn],
  ])('keeps what it cannot deliver in an encrypted queue of %s (R-EB-10, R-EB-11)', (region, key) => {
    const target = at(synthesized, 'aws_cloudwatch_event_target', region, 'OrderTarget');
    const queue = synthesized.target(target.dead_letter_config.arn);
    expect(queue.region).toBe(region);
    expect(queue.body).toMatchObject({ kms_master_key_id: key, message_retention_seconds: 1209600 });
    expect(queue.body.sqs_managed_sse_enabled).toBeUndefined();
    const { policy } = at(synthesized, 'aws_sqs_queue_policy', region, 'DeadLettersPolicy');
    const [send, tls] = JSON.parse(policy).Statement;
    expect(send).toMatchObject({ Principal: { Service: 'events.amazonaws.com' }, Action: ['sqs:SendMessage'] });
    expect(synthesized.target(send.Condition.ArnEquals['aws:SourceArn']).id).toMatch(/_OrderRule_/);
    expect(tls).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
  });

  test.each(REGIONS)('tells an idle bus from a failed one by a heartbeat in %s (R-EB-5)', (region) => {
    const schedule = synthesized.only('aws_scheduler_schedule', region);
    expect(schedule.body.schedule_expression).toBe('rate(1 minute)');
    expect(schedule.body.flexible_time_window.mode).toBe('OFF');
    expect(schedule.body.target.eventbridge_parameters).toEqual({ source: 'dr.heartbeat', detail_type: 'Heartbeat' });
    const bus = synthesized.only('aws_cloudwatch_event_bus', region);
    expect(synthesized.target(schedule.body.target.arn)).toBe(bus);
    const role = synthesized.target(schedule.body.target.role_arn);
    expect(JSON.parse(role.body.assume_role_policy).Statement[0]).toMatchObject({
      Principal: { Service: 'scheduler.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': expect.anything() } },
    });
    const policy = synthesized.target(schedule.body.depends_on[0]);
    expect(JSON.parse(policy.body.policy).Statement).toEqual([
      { Effect: 'Allow', Action: ['events:PutEvents'], Resource: [`\${${bus.address}.arn}`] },
    ]);
    expect(JSON.parse(at(synthesized, 'aws_cloudwatch_event_rule', region, 'HeartbeatRule').event_pattern)).toEqual({
      source: ['dr.heartbeat'],
    });
    const target = at(synthesized, 'aws_cloudwatch_event_target', region, 'HeartbeatTarget');
    expect(synthesized.target(target.arn).body).toMatchObject({
      message_retention_seconds: 60,
      sqs_managed_sse_enabled: true,
    });
    const { policy: queuePolicy } = at(synthesized, 'aws_sqs_queue_policy', region, 'HeartbeatQueuePolicy');
    const [{ Condition }] = JSON.parse(queuePolicy).Statement;
    expect(synthesized.target(Condition.ArnEquals['aws:SourceArn']).id).toMatch(/_HeartbeatRule_/);
  });

  test('keeps orders for replay in the secondary, and on demand in both, without heartbeats', () => {
    const archive = synthesized.only('aws_cloudwatch_event_archive');
    expect(archive.region).toBe('us-east-2');
    expect(archive.body.retention_days).toBe(7);
    expect(JSON.parse(archive.body.event_pattern)).toEqual({ source: [{ 'anything-but': ['dr.heartbeat'] }] });
    const both = built({ archiveInPrimary: true, archiveRetentionDays: 30 });
    expect(
      both.resources('aws_cloudwatch_event_archive').map(({ region, body }) => [region, body.retention_days]),
    ).toEqual([
      ['us-east-1', 30],
      ['us-east-2', 30],
    ]);
    expect(eventing({}).primary.archiveArn).toBeUndefined();
    expect(eventing({}).secondary.archiveArn).toBeDefined();
  });

  test('uses keys of SQS when it is given none', () => {
    const without = built({ primaryKeyArn: undefined, secondaryKeyArn: undefined });
    for (const { body } of without.resources('aws_sqs_queue')) {
      expect([body.sqs_managed_sse_enabled, body.kms_master_key_id]).toEqual([true, undefined]);
    }
  });

  test('takes names, pattern and delivery of your own', () => {
    const own = built({
      busName: 'payments',
      orderSource: 'app.payments',
      orderDetailType: 'Paid',
      retryAttempts: 3,
      maximumEventAgeSeconds: 600,
      alarmThresholdMilliseconds: 10000,
    });
    const names = own.all.map(({ body }) => body.name).filter((name) => typeof name === 'string' && name !== 'default');
    expect(names.filter((name) => !name.startsWith('payments-'))).toEqual([]);
    expect(at(own, 'aws_cloudwatch_event_rule', 'us-east-2', 'OrderRule').event_pattern).toBe(
      '{"source":["app.payments"],"detail-type":["Paid"]}',
    );
    expect(at(own, 'aws_cloudwatch_event_target', 'us-east-2', 'OrderTarget').retry_policy).toEqual({
      maximum_retry_attempts: 3,
      maximum_event_age_in_seconds: 600,
    });
    expect(own.only('aws_cloudwatch_metric_alarm').body.threshold).toBe(10000);
  });

  test('gives the names that others need', () => {
    const { primary } = eventing({});
    for (const value of Object.values({ ...primary, archiveArn: 'TfToken' })) expect(value).toMatch(/TfToken/);
    expect(Object.keys(primary)).toEqual([
      'busArn',
      'ruleArn',
      'ruleName',
      'deadLetterQueueName',
      'deadLetterQueueArn',
      'deadLetterQueueUrl',
      'archiveArn',
    ]);
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    for (const each of [synthesized, built({ archiveInPrimary: true }, EUROPE)]) {
      expect(withoutProvider(each)).toEqual([]);
      expect(foreignReferences(each)).toEqual([]);
    }
  });
});

describe('Eventing refuses', () => {
  test.each([
    [{ name: 'x' }, 'test/E: name is "x"; there is no such prop, remove it or correct its spelling'],
    [{ regions: {}.constructor }, 'test/E: regions is function Object() { [native code] }; give a RegionPair'],
    [
      { primaryFunctionArn: 'orders' },
      'test/E: primaryFunctionArn is "orders"; give the ARN of a resource of this kind (arn:aws:lambda:...)',
    ],
    [
      { primaryFunctionArn: FUNCTIONS.secondaryFunctionArn },
      'test/E: primaryFunctionArn is "arn:aws:lambda:us-east-2:123456789012:function:orders-secondary-dev"; give the ARN of one in us-east-1: AWS does not accept, or does not reach, one of another region here',
    ],
    [
      { ...KEYS, secondaryKeyArn: KEYS.primaryKeyArn },
      'test/E: secondaryKeyArn is "arn:aws:kms:us-east-1:123456789012:key/1"; give a key of us-east-2',
    ],
    [{ secondaryFunctionName: '' }, 'test/E: secondaryFunctionName is ""; give a string that is not empty'],
    [
      { primaryKeyArn: KEYS.primaryKeyArn },
      'test/E: secondaryKeyArn is missing; give a key of each region, or of neither',
    ],
    [
      { secondaryKeyArn: KEYS.secondaryKeyArn },
      'test/E: primaryKeyArn is missing; give a key of each region, or of neither',
    ],
    [
      { busName: 'Orders' },
      'test/E: busName is "Orders"; use lower-case letters, digits and hyphens, starting with a letter',
    ],
    [{ busName: 1 }, 'test/E: busName is 1; give a name such as "orders"'],
    [
      { busName: 'o'.repeat(60) },
      `test/Regions/Primary: name of the queue is "${'o'.repeat(60)}-dead-letters-primary-dev"; shorten environmentSuffix or the name by 5: AWS allows 80 characters`,
    ],
    [
      { orderSource: 'aws.ec2' },
      'test/E: orderSource is "aws.ec2"; give a source such as "app.orders"; AWS reserves the prefix "aws."',
    ],
    [
      { orderSource: 'dr.heartbeat' },
      'test/E: orderSource is "dr.heartbeat"; choose another source: "dr.heartbeat" is the heartbeat\'s',
    ],
    [
      { orderDetailType: 'x'.repeat(129) },
      `test/E: orderDetailType is "${'x'.repeat(129)}"; use at most 128 characters`,
    ],
    [{ globalEndpoint: 'yes' }, 'test/E: globalEndpoint is "yes"; give true or false'],
    [{ replication: 1 }, 'test/E: replication is 1; give true or false'],
    [{ heartbeat: null }, 'test/E: heartbeat is null; give true or false'],
    [{ archiveRetentionDays: 0 }, 'test/E: archiveRetentionDays is 0; give a whole number from 1 to 3650 days'],
    [{ retryAttempts: 186 }, 'test/E: retryAttempts is 186; give a whole number from 0 to 185'],
    [
      { maximumEventAgeSeconds: 59 },
      'test/E: maximumEventAgeSeconds is 59; give a whole number from 60 to 86400 seconds',
    ],
    [
      { alarmThresholdMilliseconds: 1.5 },
      'test/E: alarmThresholdMilliseconds is 1.5; give a whole number from 1000 to 300000 milliseconds',
    ],
  ])('%j', (props, message) => {
    expect(failing(props)).toBe(message);
  });
});

terraformTest(
  'the real AWS provider accepts it',
  () => {
    expect(validate(built())).toEqual([]);
    expect(validate(built({ archiveInPrimary: true, replication: false, heartbeat: false }, EUROPE))).toEqual([]);
    expect(validate(built({ primaryKeyArn: undefined, secondaryKeyArn: undefined, globalEndpoint: false }))).toEqual(
      [],
    );
  },
  120_000,
);
