import { Certificates } from '../../lib/constructs/certificates';
import { HostedZone } from '../../lib/constructs/hosted-zone';
import { LoadBalancing } from '../../lib/constructs/load-balancing';
import { Routing, RoutingProps } from '../../lib/constructs/routing';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized, SynthesizedResource } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const topic = (region: string): string => `arn:aws:sns:${region}:123456789012:alarms`;
const PROPS: Omit<RoutingProps, 'regions'> = {
  zoneId: 'Z0123456789ABCDEFGHIJ',
  recordName: 'app.dr.your-company.com',
  primaryTargetDnsName: 'alb-dev-1.us-east-1.elb.amazonaws.com',
  primaryTargetZoneId: 'Z35SXDOTRQ7X7K',
  secondaryTargetDnsName: 'alb-dev-2.us-east-2.elb.amazonaws.com',
  secondaryTargetZoneId: 'Z3AADJGX6KTTL2',
  alarmTopicArn: topic('us-east-1'),
};
const GATED = {
  writerClusterIdentifier: 'orders-primary-dev',
  primaryTopicArn: topic('us-east-1'),
  secondaryTopicArn: topic('us-east-2'),
};
const EUROPE = { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' };

function build(props: Json = {}, pair: Partial<RegionPairProps> = {}): { stack: Synthesized; routing: Routing } {
  let routing: Routing | undefined;
  const stack = synth((scope, regions) => {
    routing = new Routing(scope, 'Routing', { regions, ...PROPS, ...props });
    scope.addOverride('locals', {
      fqdn: routing.recordFqdn,
      primary: routing.primaryHealthCheckId,
      secondary: routing.secondaryHealthCheckId,
      failover: routing.failoverHealthCheckId,
      operatorSwitch: routing.operatorSwitchHealthCheckId,
      writerGate: routing.writerGateHealthCheckId,
      system: routing.systemHealthCheckId,
    });
  }, pair);
  return { stack, routing: routing as Routing };
}

const checks = (stack: Synthesized): Record<string, SynthesizedResource> =>
  Object.fromEntries(stack.resources('aws_route53_health_check').map((check) => [check.body.tags.Name, check]));
const record = (stack: Synthesized, role: string): SynthesizedResource => {
  const found = stack.resources('aws_route53_record').filter(({ body }) => body.set_identifier === role);
  expect(found).toHaveLength(1);
  return found[0];
};
const alarmOf = (stack: Synthesized, check: SynthesizedResource): SynthesizedResource =>
  stack.target(check.body.cloudwatch_alarm_name);

describe('Routing', () => {
  const { stack, routing } = build();
  const { stack: gated, routing: gatedRouting } = build(GATED);

  test('has exactly one PRIMARY and one SECONDARY of one name and type (R-R53-1)', () => {
    expect(
      stack
        .resources('aws_route53_record')
        .map(({ body }) => [
          body.zone_id,
          body.name,
          body.type,
          body.set_identifier,
          body.failover_routing_policy.type,
        ]),
    ).toEqual([
      ['Z0123456789ABCDEFGHIJ', 'app.dr.your-company.com', 'A', 'primary', 'PRIMARY'],
      ['Z0123456789ABCDEFGHIJ', 'app.dr.your-company.com', 'A', 'secondary', 'SECONDARY'],
    ]);
  });

  test('points at each load balancer by alias and follows its targets (R-R53-2)', () => {
    for (const [role, name, zone] of [
      ['primary', PROPS.primaryTargetDnsName, PROPS.primaryTargetZoneId],
      ['secondary', PROPS.secondaryTargetDnsName, PROPS.secondaryTargetZoneId],
    ]) {
      const { body } = record(stack, role);
      expect(body.alias).toEqual({ name, zone_id: zone, evaluate_target_health: true });
      expect(body).not.toHaveProperty('ttl');
      expect(body).not.toHaveProperty('records');
    }
  });

  test('the primary follows the calculated check, the secondary follows none (R-R53-3, R-R53-4)', () => {
    expect(stack.target(record(stack, 'primary').body.health_check_id)).toBe(checks(stack)['failover-dev']);
    expect(record(stack, 'secondary').body).not.toHaveProperty('health_check_id');
  });

  test('asks each region by the name of its own load balancer (R-R53-5, R-R53-6, R-R53-21)', () => {
    const expected = { type: 'HTTPS', port: 443, resource_path: '/health', enable_sni: true };
    expect(checks(stack)['endpoint-primary-dev'].body).toMatchObject({ ...expected, fqdn: PROPS.primaryTargetDnsName });
    expect(checks(stack)['endpoint-secondary-dev'].body).toMatchObject({
      ...expected,
      fqdn: PROPS.secondaryTargetDnsName,
    });
    const plain = build({ protocol: 'HTTP', healthCheckPath: '/ready?deep=1' }).stack;
    expect(checks(plain)['endpoint-primary-dev'].body).toMatchObject({
      type: 'HTTP',
      port: 80,
      resource_path: '/ready?deep=1',
      enable_sni: false,
    });
  });

  test('gives every check the arguments of its type and no other (R-R53-7)', () => {
    const allowed: Record<string, string[]> = {
      HTTPS: ['enable_sni', 'failure_threshold', 'fqdn', 'port', 'request_interval', 'resource_path'],
      CALCULATED: ['child_health_threshold', 'child_healthchecks'],
      CLOUDWATCH_METRIC: [
        'cloudwatch_alarm_name',
        'cloudwatch_alarm_region',
        'insufficient_data_health_status',
        'triggers',
      ],
    };
    for (const { body } of gated.resources('aws_route53_health_check')) {
      const own = Object.keys(body).filter((key) => !['//', 'provider', 'tags', 'type'].includes(key));
      expect(own.sort()).toEqual(allowed[body.type]);
    }
  });

  test('keeps the primary in only while all of its checks are healthy (R-R53-8, R-R53-18)', () => {
    const { body } = checks(gated)['failover-dev'];
    expect(body.child_healthchecks.map((id: string) => gated.target(id).body.tags.Name)).toEqual([
      'endpoint-primary-dev',
      'operator-switch-dev',
      'writer-gate-dev',
    ]);
    expect(body.child_health_threshold).toBe(3);
    expect(checks(stack)['failover-dev'].body.child_health_threshold).toBe(2);
  });

  test('the system is healthy while one region is (R-R53-8)', () => {
    const { body } = checks(stack)['system-dev'];
    expect(body.child_healthchecks.map((id: string) => stack.target(id).body.tags.Name)).toEqual([
      'endpoint-primary-dev',
      'endpoint-secondary-dev',
    ]);
    expect(body.child_health_threshold).toBe(1);
  });

  test('no calculated check watches a calculated one: AWS refuses it', () => {
    for (const { body } of gated.resources('aws_route53_health_check')) {
      for (const child of body.child_healthchecks ?? []) {
        expect(gated.target(child).body.type).not.toBe('CALCULATED');
      }
    }
  });

  test('no check is disabled or inverted in what is committed (R-R53-9)', () => {
    for (const { body } of gated.resources('aws_route53_health_check')) {
      expect(body).not.toHaveProperty('disabled');
      expect(body).not.toHaveProperty('invert_healthcheck');
    }
  });

  test('the operator switches in the secondary region, by publishing a metric, and it latches (R-R53-13, R-R53-17)', () => {
    const check = checks(stack)['operator-switch-dev'];
    expect(check.body).toMatchObject({
      cloudwatch_alarm_region: 'us-east-2',
      insufficient_data_health_status: 'LastKnownStatus',
    });
    const alarm = alarmOf(stack, check);
    expect(alarm.region).toBe('us-east-2');
    expect(alarm.body).toMatchObject({
      namespace: 'MultiRegionDR',
      metric_name: 'PrimaryOutOfService',
      dimensions: { EnvironmentSuffix: 'dev' },
      period: 60,
      treat_missing_data: 'missing',
      comparison_operator: 'GreaterThanThreshold',
      threshold: 0,
    });
    expect(routing.operatorSwitch).toEqual({
      region: 'us-east-2',
      namespace: 'MultiRegionDR',
      metricName: 'PrimaryOutOfService',
      dimensionName: 'EnvironmentSuffix',
      dimensionValue: 'dev',
      alarmName: alarm.body.alarm_name,
    });
  });

  test('the gate keeps traffic away while the writer is elsewhere, and only then (R-R53-13, R-R53-18)', () => {
    const check = checks(gated)['writer-gate-dev'];
    expect(check.body).toMatchObject({
      cloudwatch_alarm_region: 'us-east-1',
      insufficient_data_health_status: 'Healthy',
    });
    const alarm = alarmOf(gated, check);
    expect(alarm.region).toBe('us-east-1');
    expect(alarm.body).toMatchObject({
      namespace: 'AWS/RDS',
      metric_name: 'AuroraGlobalDBReplicationLag',
      dimensions: { DBClusterIdentifier: 'orders-primary-dev' },
      period: 300,
      treat_missing_data: 'notBreaching',
      comparison_operator: 'GreaterThanThreshold',
      threshold: 0,
    });
    expect(gatedRouting.writerGateAlarmName).toBe(alarm.body.alarm_name);
    expect(checks(stack)).not.toHaveProperty('writer-gate-dev');
    expect(routing.writerGateAlarmName).toBeUndefined();
  });

  test.each(['operator-switch-dev', 'writer-gate-dev'])(
    '%s has an alarm that Route 53 can copy (R-R53-10, R-R53-11)',
    (name) => {
      const check = checks(gated)[name];
      const { body, region } = alarmOf(gated, check);
      expect(region).toBe(check.body.cloudwatch_alarm_region);
      expect(body.period % 60).toBe(0);
      expect(['Average', 'Minimum', 'Maximum', 'Sum', 'SampleCount']).toContain(body.statistic);
      for (const refused of ['extended_statistic', 'metric_query', 'datapoints_to_alarm']) {
        expect(body).not.toHaveProperty(refused);
      }
    },
  );

  test.each(['operator-switch-dev', 'writer-gate-dev'])(
    '%s is copied again when its alarm changes (R-R53-12)',
    (name) => {
      const check = checks(gated)[name];
      const { address } = alarmOf(gated, check);
      const { triggers } = check.body;
      expect(Object.keys(triggers).sort()).toEqual([
        'comparison_operator',
        'dimensions',
        'evaluation_periods',
        'metric_name',
        'namespace',
        'period',
        'statistic',
        'threshold',
        'treat_missing_data',
      ]);
      expect(triggers.threshold).toBe(`\${${address}.threshold}`);
      expect(triggers.dimensions).toBe(`\${jsonencode(${address}.dimensions)}`);
    },
  );

  test.each([
    ['us-east-1 is the primary', {}, PROPS],
    ['us-east-1 is neither', EUROPE, PROPS],
    ['us-east-1 is the secondary', { primaryRegion: 'us-west-2', secondaryRegion: 'us-east-1' }, PROPS],
  ])('every check has an alarm in us-east-1 when %s (R-R53-14, R-CW-1, R-CW-2)', (_, pair, props) => {
    const { stack: built, routing: construct } = build({ ...props, writerClusterIdentifier: 'orders' }, pair);
    const alarms = built
      .resources('aws_cloudwatch_metric_alarm')
      .filter(({ body }) => body.namespace === 'AWS/Route53');
    expect(alarms.map(({ body }) => built.target(body.dimensions.HealthCheckId).address).sort()).toEqual(
      built
        .resources('aws_route53_health_check')
        .map(({ address }) => address)
        .sort(),
    );
    expect([...construct.alarmNames].sort()).toEqual(alarms.map(({ body }) => body.alarm_name).sort());
    for (const { region, body } of alarms) {
      expect(region).toBe('us-east-1');
      expect(body).toMatchObject({
        metric_name: 'HealthCheckStatus',
        comparison_operator: 'LessThanThreshold',
        threshold: 1,
        treat_missing_data: 'breaching',
        alarm_actions: [topic('us-east-1')],
        ok_actions: [topic('us-east-1')],
      });
    }
  });

  test('every alarm says what no data means and tells a topic of its own region (R-SNS-1, R-SNS-2, R-CW-7, R-CW-8)', () => {
    const alarms = gated.resources('aws_cloudwatch_metric_alarm');
    expect(alarms).toHaveLength(8);
    for (const { body, region } of alarms) {
      expect(body.treat_missing_data).toBeDefined();
      expect(body.alarm_actions).toEqual([topic(region as string)]);
    }
    expect(gated.resources('aws_cloudwatch_composite_alarm')).toEqual([]);
    expect(alarmOf(stack, checks(stack)['operator-switch-dev']).body).not.toHaveProperty('alarm_actions');
  });

  test('failing over writes nothing to Route 53: records and checks exist beforehand (R-R53-16)', () => {
    expect(stack.resources('aws_route53_record')).toHaveLength(2);
    expect(stack.resources('aws_route53_record').every(({ body }) => !body.weighted_routing_policy)).toBe(true);
  });

  test('promises no more than the arithmetic of checks and answers allows (R-R53-22)', () => {
    expect(routing.failoverSeconds).toBe(90);
    expect(build({ requestInterval: 30, failureThreshold: 3 }).routing.failoverSeconds).toBe(150);
    const { body } = checks(build({ requestInterval: 30, failureThreshold: 1 }).stack)['endpoint-secondary-dev'];
    expect(body).toMatchObject({ request_interval: 30, failure_threshold: 1 });
    expect(checks(stack)['endpoint-primary-dev'].body).toMatchObject({ request_interval: 10, failure_threshold: 3 });
  });

  test('hands out every check and the name as Route 53 has it', () => {
    const { locals } = gated.json;
    expect(gated.target(locals.fqdn)).toBe(record(gated, 'primary'));
    for (const [output, name] of [
      ['primary', 'endpoint-primary-dev'],
      ['secondary', 'endpoint-secondary-dev'],
      ['failover', 'failover-dev'],
      ['operatorSwitch', 'operator-switch-dev'],
      ['writerGate', 'writer-gate-dev'],
      ['system', 'system-dev'],
    ]) {
      expect(gated.target(locals[output])).toBe(checks(gated)[name]);
    }
    expect(routing.writerGateHealthCheckId).toBeUndefined();
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    for (const synthesized of [gated, build({ writerClusterIdentifier: 'orders' }, EUROPE).stack]) {
      expect(withoutProvider(synthesized)).toEqual([]);
      expect(foreignReferences(synthesized)).toEqual([]);
    }
  });

  const ownName =
    "give the load balancer's own name: a check of the shared name would follow the failover that it decides";
  const wrongRegion = (region: string): string =>
    `give the ARN of one in ${region}: AWS does not accept, or does not reach, one of another region here`;
  test.each<[string, Json, string]>([
    [
      'a check of the shared name (R-R53-5)',
      { primaryTargetDnsName: PROPS.recordName },
      `primaryTargetDnsName is "app.dr.your-company.com"; ${ownName}`,
    ],
    [
      'a check of the shared name in the secondary (R-R53-5)',
      { secondaryTargetDnsName: PROPS.recordName },
      `secondaryTargetDnsName is "app.dr.your-company.com"; ${ownName}`,
    ],
    [
      'one target for both regions',
      { secondaryTargetDnsName: PROPS.primaryTargetDnsName },
      'secondaryTargetDnsName is "alb-dev-1.us-east-1.elb.amazonaws.com"; give the target of the other region',
    ],
    [
      'an internal load balancer (R-R53-6)',
      { primaryTargetDnsName: 'internal-alb-1.us-east-1.elb.amazonaws.com' },
      'primaryTargetDnsName is "internal-alb-1.us-east-1.elb.amazonaws.com"; give an internet-facing load balancer: the health checkers connect from the internet',
    ],
    [
      'a placeholder (R-R53-6)',
      { primaryTargetDnsName: 'primary.example.com' },
      'primaryTargetDnsName is "primary.example.com"; choose a domain that you own: AWS and the DNS standards reserve this one',
    ],
    [
      'a URL as target',
      { secondaryTargetDnsName: 'https://alb/health' },
      'secondaryTargetDnsName is "https://alb/health"; give a name such as "dr.your-company.com": two or more labels of lower-case letters, digits and hyphens, without scheme, path, port or final dot',
    ],
    [
      'a reserved shared name (R-R53-15)',
      { recordName: 'app.example.org' },
      'recordName is "app.example.org"; choose a domain that you own: AWS and the DNS standards reserve this one',
    ],
    [
      'something that is no zone',
      { primaryTargetZoneId: 'us-east-1' },
      'primaryTargetZoneId is "us-east-1"; give the id of a zone, such as "Z0123456789ABCDEFGHIJ"',
    ],
    ['no zone', { zoneId: undefined }, 'zoneId is missing; give the id of a zone'],
    ['no topic', { alarmTopicArn: undefined }, 'alarmTopicArn is missing; give an ARN'],
    [
      'a topic for health-check alarms outside us-east-1 (R-R53-14)',
      { alarmTopicArn: topic('us-east-2') },
      `alarmTopicArn is "${topic('us-east-2')}"; ${wrongRegion('us-east-1')}`,
    ],
    [
      "a topic of the other region for the primary's alarm (R-SNS-1)",
      { primaryTopicArn: topic('us-east-2') },
      `primaryTopicArn is "${topic('us-east-2')}"; ${wrongRegion('us-east-1')}`,
    ],
    [
      "a topic of the other region for the secondary's alarm (R-SNS-1)",
      { secondaryTopicArn: topic('us-east-1') },
      `secondaryTopicArn is "${topic('us-east-1')}"; ${wrongRegion('us-east-2')}`,
    ],
    ['a protocol without status codes', { protocol: 'TCP' }, 'protocol is "TCP"; use one of "HTTP", "HTTPS"'],
    [
      'HTTPS on the port of HTTP (R-R53-6)',
      { port: 80 },
      'port is 80; set protocol to "HTTP" or give the port of the HTTPS listener: this one speaks HTTP',
    ],
    [
      'HTTP on the port of HTTPS (R-R53-6)',
      { protocol: 'HTTP', port: 443 },
      'port is 443; set protocol to "HTTPS" or give the port of the HTTP listener: this one speaks HTTPS',
    ],
    ['a port that is none', { port: 0 }, 'port is 0; give a whole number from 1 to 65535'],
    [
      'a path without slash',
      { healthCheckPath: 'health' },
      'healthCheckPath is "health"; give a path that starts with "/", of at most 255 characters without spaces',
    ],
    [
      'an interval Route 53 does not have (R-R53-7)',
      { requestInterval: 20 },
      'requestInterval is 20; use 10 or 30 seconds: Route 53 has no other interval',
    ],
    [
      'a threshold of none (R-R53-7)',
      { failureThreshold: 0 },
      'failureThreshold is 0; give a whole number from 1 to 10 requests',
    ],
    [
      'an empty cluster identifier',
      { writerClusterIdentifier: '' },
      'writerClusterIdentifier is ""; give a string that is not empty',
    ],
    ['an unknown prop', { ttl: 60 }, 'ttl is 60; there is no such prop, remove it or correct its spelling'],
  ])('fails on %s', (_, props, message) => {
    expect(errorOf((scope, regions) => new Routing(scope, 'R', { regions, ...PROPS, ...props }))).toBe(
      `test/R: ${message}`,
    );
  });
});

/** Zone, certificates, load balancers and records, wired by references as a stack wires them. */
function together(zoneProps: Json, pair: Partial<RegionPairProps> = {}): Synthesized {
  return synth((scope, regions) => {
    const zone = new HostedZone(scope, 'HostedZone', { regions, domainName: 'dr.your-company.com', ...zoneProps });
    const recordName = `app.${zone.domainName}`;
    const certificates = zone.delegated
      ? new Certificates(scope, 'Certificates', { regions, domainName: recordName, zoneId: zone.zoneId })
      : undefined;
    const network = {
      vpcId: 'vpc-1',
      cidrBlock: '10.0.0.0/16',
      privateSubnetIds: [],
      publicSubnetIds: ['subnet-1', 'subnet-2'],
      gatewayPrefixListIds: [],
      internetEgress: false,
    };
    const [primary, secondary] = regions.both.map(({ name }) => `arn:aws:lambda:${name}:123456789012:function:f`);
    const { primary: first, secondary: second } = new LoadBalancing(scope, 'LoadBalancing', {
      regions,
      primaryNetwork: network,
      secondaryNetwork: network,
      primaryProcessorArn: primary,
      primaryProcessorName: 'f',
      secondaryProcessorArn: secondary,
      secondaryProcessorName: 'f',
      primaryHealthArn: primary,
      primaryHealthName: 'f',
      secondaryHealthArn: secondary,
      secondaryHealthName: 'f',
      primaryCertificateArn: certificates?.primary.certificateArn,
      secondaryCertificateArn: certificates?.secondary.certificateArn,
    });
    new Routing(scope, 'Routing', {
      regions,
      zoneId: zone.zoneId,
      recordName,
      primaryTargetDnsName: first.dnsName,
      primaryTargetZoneId: first.zoneId,
      secondaryTargetDnsName: second.dnsName,
      secondaryTargetZoneId: second.zoneId,
      alarmTopicArn: topic('us-east-1'),
      protocol: first.protocol,
      port: first.port,
    });
  }, pair);
}

describe('Zone, certificates, load balancers and records together', () => {
  test.each<[string, Json, string, number]>([
    ['a zone that was created', {}, 'HTTP', 80],
    ['a zone that was given', { hostedZoneId: 'Z0123456789ABCDEFGHIJ' }, 'HTTPS', 443],
    ['a private zone', { privateZone: true, primaryVpcId: 'vpc-1', secondaryVpcId: 'vpc-2' }, 'HTTP', 80],
  ])(
    'with %s, every check asks a port on which its load balancer listens (R-R53-6, R-R53-23)',
    (_, zone, type, port) => {
      const built = together(zone);
      for (const [role, region] of [
        ['primary', 'us-east-1'],
        ['secondary', 'us-east-2'],
      ]) {
        const { body } = checks(built)[`endpoint-${role}-dev`];
        const loadBalancer = built.only('aws_lb', region);
        expect(built.target(body.fqdn)).toBe(loadBalancer);
        expect(built.target(record(built, role).body.alias.zone_id)).toBe(loadBalancer);
        expect(body).toMatchObject({ type, port });
        expect(
          built
            .resources('aws_lb_listener', region)
            .filter((listener) => listener.body.port === port && listener.body.protocol === type)
            .map((listener) => built.target(listener.body.load_balancer_arn)),
        ).toEqual([loadBalancer]);
      }
      expect(new Set(built.resources('aws_acm_certificate').map((c) => c.body.domain_name)).size).toBe(
        type === 'HTTPS' ? 1 : 0,
      );
      expect(foreignReferences(built)).toEqual([]);
      expect(withoutProvider(built)).toEqual([]);
    },
  );

  test('is the same bytes each time', () => {
    expect(JSON.stringify(together({}).json)).toBe(JSON.stringify(together({}).json));
  });
});

terraformTest(
  'the real AWS provider accepts all of it with a created, a given and a private zone',
  () => {
    expect(validate(together({}))).toEqual([]);
    expect(validate(together({ hostedZoneId: 'Z0123456789ABCDEFGHIJ' }))).toEqual([]);
    expect(validate(together({ privateZone: true, primaryVpcId: 'vpc-1', secondaryVpcId: 'vpc-2' }, EUROPE))).toEqual(
      [],
    );
  },
  90_000,
);

terraformTest(
  'the real AWS provider accepts plain HTTP, HTTPS with the writer gate, and a pair without us-east-1',
  () => {
    expect(validate(build({ protocol: 'HTTP', port: 80 }).stack)).toEqual([]);
    expect(validate(build(GATED).stack)).toEqual([]);
    expect(validate(build({ writerClusterIdentifier: 'orders' }, EUROPE).stack)).toEqual([]);
  },
  90_000,
);
