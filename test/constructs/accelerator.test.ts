import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Accelerator, AcceleratorProps } from '../../lib/constructs/accelerator';
import { Compute } from '../../lib/constructs/compute';
import { Containers } from '../../lib/constructs/containers';
import { LoadBalancing } from '../../lib/constructs/load-balancing';
import { Networking } from '../../lib/constructs/networking';
import { RegionalNetwork } from '../../lib/core/network';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { inRegionsOf } from '../support/regional-arns';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const REGIONS = ['us-east-1', 'us-east-2'];
const ACCOUNT = '111111111111';
const EUROPE = { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' };

const network = (name: string, zones = 2): RegionalNetwork => ({
  vpcId: `vpc-${name}`,
  cidrBlock: name === 'p' ? '10.0.0.0/16' : '10.1.0.0/16',
  privateSubnetIds: [],
  publicSubnetIds: Array.from({ length: zones }, (_, index) => `subnet-${name}${index}`),
  gatewayPrefixListIds: [],
  internetEgress: false,
});
const regional = (service: string, resource: string): Record<string, string> => ({
  primary: `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`,
  secondary: `arn:aws:${service}:us-east-2:${ACCOUNT}:${resource}`,
});
const listeners = regional('elasticloadbalancing', 'listener/app/alb-dev/0123456789abcdef/fedcba9876543210');
const topics = regional('sns', 'alarms');
const TOPICS = { primaryAlarmTopicArn: topics.primary, secondaryAlarmTopicArn: topics.secondary };
const NETWORKS = { primaryNetwork: network('p'), secondaryNetwork: network('s') };
const LISTENERS = {
  primaryListenerArn: listeners.primary,
  secondaryListenerArn: listeners.secondary,
  primaryLoadBalancerSecurityGroupId: 'sg-p',
  secondaryLoadBalancerSecurityGroupId: 'sg-s',
};
const ADDRESSES = {
  primaryTargetIpAddresses: ['10.0.1.10', '10.0.2.10'],
  secondaryTargetIpAddresses: ['10.1.1.10'],
};
const PROTECTED = { protection: 'protected' };

function build(props: Json = LISTENERS, pair: Partial<RegionPairProps> = {}): Synthesized {
  return synth((scope, regions) => {
    const accelerator = new Accelerator(scope, 'Accelerator', { regions, ...NETWORKS, ...props });
    const { primary, secondary, acceleratorArn, listenerArn, dnsName, hostedZoneId, ipAddresses } = accelerator;
    scope.addOverride('locals', {
      primary,
      secondary,
      acceleratorArn,
      listenerArn,
      dnsName,
      hostedZoneId,
      ipAddresses,
    });
  }, pair);
}

const dials = (stack: Synthesized): number[] =>
  REGIONS.map((region) => stack.only('aws_globalaccelerator_endpoint_group', region).body.traffic_dial_percentage);
const rules = (stack: Synthesized, direction: string, region: string): Json[] =>
  stack.resources(`aws_vpc_security_group_${direction}_rule`, region).map(({ body }) => body);

describe('Accelerator', () => {
  const stack = build();

  test.each(REGIONS)('the endpoint group of %s has its load balancer as endpoint (R-GA-1, R-GA-3)', (region) => {
    const group = stack.only('aws_globalaccelerator_endpoint_group', region);
    expect(group.body).toMatchObject({
      endpoint_group_region: region,
      endpoint_configuration: [{ weight: 128, client_ip_preservation_enabled: false }],
    });
    expect(stack.target(group.body.listener_arn)).toBe(stack.only('aws_globalaccelerator_listener'));
    expect(stack.target(group.body.endpoint_configuration[0].endpoint_id)).toBe(stack.only('aws_lb', region));
    expect(group.body.depends_on).toEqual([
      stack.only('aws_lb_listener', region).address,
      stack.only('aws_lb_target_group_attachment', region).address,
    ]);
  });

  test('sets no health checks of endpoint groups, which load balancers make AWS ignore (R-GA-2)', () => {
    for (const { body } of stack.resources('aws_globalaccelerator_endpoint_group')) {
      expect(Object.keys(body).filter((argument) => /health_check|threshold/.test(argument))).toEqual([]);
    }
  });

  test('has no endpoint but load balancers (R-GA-5)', () => {
    const ids = stack
      .resources('aws_globalaccelerator_endpoint_group')
      .map(({ body }) => stack.target(body.endpoint_configuration[0].endpoint_id).type);
    expect(ids).toEqual(['aws_lb', 'aws_lb']);
  });

  test('keeps the secondary in reserve with dial 0 and a weight, and leaves the dials to the operator (R-GA-3)', () => {
    expect(dials(stack)).toEqual([100, 0]);
    expect(dials(build({ ...LISTENERS, mode: 'activeActive' }))).toEqual([100, 100]);
    const shifted = { ...LISTENERS, primaryTrafficDialPercentage: 0, secondaryTrafficDialPercentage: 12.5 };
    expect(dials(build(shifted))).toEqual([0, 12.5]);
    for (const { body } of stack.resources('aws_globalaccelerator_endpoint_group')) {
      expect(body.lifecycle.ignore_changes).toEqual(['traffic_dial_percentage']);
    }
    const weighted = build({ ...LISTENERS, endpointWeight: 255 });
    for (const { body } of weighted.resources('aws_globalaccelerator_endpoint_group')) {
      expect(body.endpoint_configuration[0].weight).toBe(255);
    }
  });

  test('listens on the port of the load balancers, without affinity unless asked (R-GA-6)', () => {
    expect(stack.only('aws_globalaccelerator_listener').body).toMatchObject({
      protocol: 'TCP',
      client_affinity: 'NONE',
      port_range: [{ from_port: 443, to_port: 443 }],
    });
    const plain = build({ ...LISTENERS, port: 80, clientAffinity: 'SOURCE_IP' });
    expect(plain.only('aws_globalaccelerator_listener').body).toMatchObject({
      client_affinity: 'SOURCE_IP',
      port_range: [{ from_port: 80, to_port: 80 }],
    });
    for (const region of REGIONS) {
      expect(plain.only('aws_lb_listener', region).body).toMatchObject({ port: 80, protocol: 'TCP' });
      expect(plain.only('aws_lb_target_group', region).body.port).toBe(80);
      expect(plain.only('aws_lb_target_group_attachment', region).body.port).toBe(80);
    }
  });

  test('is made through the provider of the primary: AWS has one place for it (R-GA-7)', () => {
    const accelerator = stack.only('aws_globalaccelerator_accelerator');
    expect(accelerator.body).toMatchObject({ name: 'accelerator-dev', ip_address_type: 'IPV4', enabled: true });
    expect(accelerator.body).not.toHaveProperty('attributes');
    expect([accelerator.region, stack.only('aws_globalaccelerator_listener').region]).toEqual([
      'us-east-1',
      'us-east-1',
    ]);
    expect(stack.json.provider.aws.map(({ region }: Json) => region)).toEqual(REGIONS);
    const logged = build({ ...LISTENERS, flowLogBucketName: 'logs' }).only('aws_globalaccelerator_accelerator');
    expect(logged.body.attributes).toEqual({
      flow_logs_enabled: true,
      flow_logs_s3_bucket: 'logs',
      flow_logs_s3_prefix: 'global-accelerator',
    });
    const elsewhere = build({ ...LISTENERS, flowLogBucketName: 'logs', flowLogPrefix: 'ga' });
    expect(elsewhere.only('aws_globalaccelerator_accelerator').body.attributes.flow_logs_s3_prefix).toBe('ga');
  });

  test.each(REGIONS)('the load balancer of %s is in the public subnets and reaches all zones (R-DEL-8)', (region) => {
    const { body } = stack.only('aws_lb', region);
    expect(body).toMatchObject({
      name: 'nlb-dev',
      load_balancer_type: 'network',
      internal: false,
      enable_cross_zone_load_balancing: true,
      enable_deletion_protection: false,
      subnets: region === 'us-east-1' ? ['subnet-p0', 'subnet-p1'] : ['subnet-s0', 'subnet-s1'],
    });
    // Access logs of a network load balancer are of TLS listeners only; flow logs of the accelerator tell of the rest.
    expect(body).not.toHaveProperty('access_logs');
  });

  test.each(REGIONS)(
    'the target group of %s holds the load balancer that listens on its port (R-LB-1, R-LB-2)',
    (region) => {
      const group = stack.only('aws_lb_target_group', region);
      expect(group.body).toMatchObject({
        name: 'nlb-dev',
        target_type: 'alb',
        protocol: 'TCP',
        port: 443,
        health_check: { enabled: true, protocol: 'HTTPS', path: '/health', matcher: '200', interval: 10 },
      });
      // AWS keeps the attributes of such a group at their defaults.
      expect(Object.keys(group.body)).not.toEqual(expect.arrayContaining(['deregistration_delay']));
      const attachment = stack.only('aws_lb_target_group_attachment', region).body;
      expect(stack.target(attachment.target_group_arn)).toBe(group);
      const listener = region === 'us-east-1' ? listeners.primary : listeners.secondary;
      expect(attachment.target_id).toBe(
        `\${replace("${listener}", "/:listener/(app/[^/]+/[^/]+)/[^/]+$/", ":loadbalancer/$1")}`,
      );
      expect(build({ ...LISTENERS, port: 80 }).only('aws_lb_target_group', region).body.health_check.protocol).toBe(
        'HTTP',
      );
      const checked = build({ ...LISTENERS, healthCheckProtocol: 'HTTP', healthCheckPath: '/ready' });
      expect(checked.only('aws_lb_target_group', region).body.health_check).toMatchObject({
        protocol: 'HTTP',
        path: '/ready',
      });
    },
  );

  test.each(REGIONS)('with addresses, the target group of %s holds them (R-LB-2)', (region) => {
    const direct = build(ADDRESSES);
    const group = direct.only('aws_lb_target_group', region);
    expect(group.body.target_type).toBe('ip');
    const targets = direct.resources('aws_lb_target_group_attachment', region);
    expect(targets.map(({ body }) => body.target_id)).toEqual(
      region === 'us-east-1' ? ADDRESSES.primaryTargetIpAddresses : ADDRESSES.secondaryTargetIpAddresses,
    );
    expect(rules(direct, 'egress', region)).toMatchObject([
      { from_port: 443, to_port: 443, cidr_ipv4: region === 'us-east-1' ? '10.0.0.0/16' : '10.1.0.0/16' },
    ]);
    const byTcp = build({ ...ADDRESSES, port: 5432, healthCheckProtocol: 'TCP' }).only('aws_lb_target_group', region);
    expect(byTcp.body.health_check).toMatchObject({ protocol: 'TCP' });
    expect(Object.keys(byTcp.body.health_check).filter((argument) => /path|matcher/.test(argument))).toEqual([]);
  });

  test.each(REGIONS)('opens the load balancers of %s to each other by single rules (R-NET-5, R-NET-10)', (region) => {
    const group = stack.only('aws_security_group', region);
    const target = region === 'us-east-1' ? 'sg-p' : 'sg-s';
    const port = { ip_protocol: 'tcp', from_port: 443, to_port: 443 };
    expect(group.body).not.toHaveProperty('ingress');
    const [users, opened] = rules(stack, 'ingress', region);
    expect(users).toMatchObject({ ...port, cidr_ipv4: '0.0.0.0/0' });
    expect(stack.target(users.security_group_id)).toBe(group);
    expect(opened).toMatchObject({ ...port, security_group_id: target });
    expect(stack.target(opened.referenced_security_group_id)).toBe(group);
    const [out] = rules(stack, 'egress', region);
    expect(out).toMatchObject({ ...port, referenced_security_group_id: target });
    expect(stack.target(out.security_group_id)).toBe(group);
  });

  test.each(REGIONS)(
    'under the protected profile, can show %s its users and turn others away (R-GA-4, R-DEL-12)',
    (region) => {
      const kept = build(
        { ...LISTENERS, clientIpPreservation: true, allowedCidrBlocks: ['203.0.113.0/24', '198.51.100.7/32'] },
        PROTECTED,
      );
      expect(
        kept.only('aws_globalaccelerator_endpoint_group', region).body.endpoint_configuration[0]
          .client_ip_preservation_enabled,
      ).toBe(true);
      expect(kept.only('aws_lb', region).body.enable_cross_zone_load_balancing).toBe(false);
      expect(kept.only('aws_lb_listener', region).body.protocol).toBe('TCP');
      expect(
        rules(kept, 'ingress', region)
          .map((rule) => rule.cidr_ipv4)
          .filter(Boolean),
      ).toEqual(expect.arrayContaining(['203.0.113.0/24', '198.51.100.7/32']));
      expect(rules(kept, 'ingress', region)).toHaveLength(3);
    },
  );

  test('under the protected profile, keeps the load balancers and the static addresses (R-DEL-8)', () => {
    const kept = build(LISTENERS, PROTECTED);
    expect(kept.resources('aws_lb').map(({ body }) => body.enable_deletion_protection)).toEqual([true, true]);
    expect(kept.only('aws_globalaccelerator_accelerator').body.lifecycle).toEqual({ prevent_destroy: true });
    expect(stack.only('aws_globalaccelerator_accelerator').body.lifecycle).toEqual({ prevent_destroy: false });
  });

  test('gives the addresses a name in a zone, if asked', () => {
    const named = build({ ...LISTENERS, zoneId: 'Z1', recordName: 'app.dr.acme.io' });
    const { body } = named.only('aws_route53_record');
    expect(body).toMatchObject({
      zone_id: 'Z1',
      name: 'app.dr.acme.io',
      type: 'A',
      alias: { evaluate_target_health: false },
    });
    const accelerator = named.only('aws_globalaccelerator_accelerator');
    expect(named.target(body.alias.name)).toBe(accelerator);
    expect(named.target(body.alias.zone_id)).toBe(accelerator);
    expect(stack.resources('aws_route53_record')).toEqual([]);
  });

  test.each(REGIONS)('tells %s when its targets fail, silence included (R-CW-1, R-CW-8)', (region) => {
    const watched = build({ ...LISTENERS, ...TOPICS });
    const { body } = watched.only('aws_cloudwatch_metric_alarm', region);
    expect(body).toMatchObject({
      alarm_name: `accelerator-healthy-targets-${region === 'us-east-1' ? 'primary' : 'secondary'}-dev`,
      namespace: 'AWS/NetworkELB',
      metric_name: 'HealthyHostCount',
      comparison_operator: 'LessThanThreshold',
      threshold: 1,
      treat_missing_data: 'breaching',
      alarm_actions: [region === 'us-east-1' ? topics.primary : topics.secondary],
    });
    expect(watched.target(body.dimensions.LoadBalancer)).toBe(watched.only('aws_lb', region));
    expect(watched.target(body.dimensions.TargetGroup)).toBe(watched.only('aws_lb_target_group', region));
    expect(stack.resources('aws_cloudwatch_metric_alarm')).toEqual([]);
  });

  test('tells others what they need', () => {
    const { primary, secondary, ...shared } = stack.json.locals;
    const accelerator = stack.only('aws_globalaccelerator_accelerator').address;
    expect(shared).toEqual({
      acceleratorArn: `\${${accelerator}.arn}`,
      dnsName: `\${${accelerator}.dns_name}`,
      hostedZoneId: `\${${accelerator}.hosted_zone_id}`,
      ipAddresses: `\${${accelerator}.ip_sets[0].ip_addresses}`,
      listenerArn: `\${${stack.only('aws_globalaccelerator_listener').address}.arn}`,
    });
    for (const [half, region] of [
      [primary, 'us-east-1'],
      [secondary, 'us-east-2'],
    ]) {
      const [lb, group] = [stack.only('aws_lb', region).address, stack.only('aws_lb_target_group', region).address];
      expect(half).toEqual({
        loadBalancerArn: `\${${lb}.arn}`,
        loadBalancerArnSuffix: `\${${lb}.arn_suffix}`,
        dnsName: `\${${lb}.dns_name}`,
        zoneId: `\${${lb}.zone_id}`,
        securityGroupId: `\${${stack.only('aws_security_group', region).address}.id}`,
        targetGroupArn: `\${${group}.arn}`,
        targetGroupArnSuffix: `\${${group}.arn_suffix}`,
        endpointGroupArn: `\${${stack.only('aws_globalaccelerator_endpoint_group', region).address}.arn}`,
      });
    }
  });

  test('has names that AWS accepts with the longest suffix (R-TF-4)', () => {
    const long = build(LISTENERS, { environmentSuffix: 'a2345678901234567890' });
    expect(long.only('aws_lb', 'us-east-2').body.name).toHaveLength(24);
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    for (const variant of [stack, build({ ...ADDRESSES, ...TOPICS, zoneId: 'Z1', recordName: 'app.dr.acme.io' })]) {
      expect(withoutProvider(variant)).toEqual([]);
      expect(foreignReferences(variant)).toEqual([]);
    }
  });

  test('accepts subnets that are known only to Terraform', () => {
    const made = synth((scope, regions) => {
      const list = new CloudwatchLogGroup(scope, 'Any', { provider: regions.primary.provider }).getListAttribute(
        'list',
      );
      const primaryNetwork = { ...network('p'), publicSubnetIds: list };
      new Accelerator(scope, 'Accelerator', { regions, ...NETWORKS, ...LISTENERS, primaryNetwork });
    });
    expect(made.resources('aws_lb')).toHaveLength(2);
  });

  const wrongRegion = (region: string): string =>
    `give the ARN of one in ${region}: AWS does not accept, or does not reach, one of another region here`;
  const unserved = 'an endpoint group without an endpoint serves nobody';
  test.each<[string, Json, string]>([
    [
      'an endpoint group without an endpoint (R-GA-1)',
      { ...LISTENERS, secondaryListenerArn: undefined },
      `secondaryListenerArn is missing; give it, or remove primaryListenerArn: ${unserved}`,
    ],
    [
      'a region without addresses (R-GA-1)',
      { secondaryTargetIpAddresses: ['10.1.0.1'] },
      `primaryTargetIpAddresses is missing; give it, or remove secondaryTargetIpAddresses: ${unserved}`,
    ],
    [
      'no target at all (R-LB-2)',
      {},
      'primaryListenerArn is missing; give the listeners of both regions, or addresses: a target group without targets is unhealthy for good',
    ],
    [
      'an empty target group (R-LB-2)',
      { ...ADDRESSES, secondaryTargetIpAddresses: [] },
      'secondaryTargetIpAddresses is []; give at least one address: a target group without targets is unhealthy for good',
    ],
    [
      'an address twice',
      { ...ADDRESSES, secondaryTargetIpAddresses: ['10.1.0.1', '10.1.0.1'] },
      'secondaryTargetIpAddresses is ["10.1.0.1","10.1.0.1"]; give each address once',
    ],
    [
      'an address that is none',
      { ...ADDRESSES, secondaryTargetIpAddresses: ['10.1.0.256'] },
      'secondaryTargetIpAddresses[0] is "10.1.0.256"; give IPv4 addresses such as "10.0.1.10"',
    ],
    [
      'listeners and addresses',
      { ...LISTENERS, ...ADDRESSES },
      'primaryTargetIpAddresses is ["10.0.1.10","10.0.2.10"]; give either listeners or addresses, not both',
    ],
    [
      'weight 0 (R-GA-3)',
      { ...LISTENERS, endpointWeight: 0 },
      'endpointWeight is 0; give a whole number from 1 to 255: an endpoint of weight 0 gets no user, in a failover neither; a dial of 0 is what keeps one in reserve',
    ],
    [
      'dials that are all 0 (R-GA-3)',
      { ...LISTENERS, primaryTrafficDialPercentage: 0 },
      'secondaryTrafficDialPercentage is 0; turn at least one dial above 0: nobody would be served',
    ],
    [
      'a dial above 100',
      { ...LISTENERS, secondaryTrafficDialPercentage: 101 },
      'secondaryTrafficDialPercentage is 101; give a percentage from 0 to 100',
    ],
    [
      'a mode that is none',
      { ...LISTENERS, mode: 'standby' },
      'mode is "standby"; use one of "activePassive", "activeActive"',
    ],
    [
      'an affinity that is none (R-GA-6)',
      { ...LISTENERS, clientAffinity: 'COOKIE' },
      'clientAffinity is "COOKIE"; use one of "NONE", "SOURCE_IP"',
    ],
    [
      'an API Gateway as target (R-GA-5)',
      { ...LISTENERS, primaryListenerArn: 'arn:aws:apigateway:us-east-1::/restapis/a' },
      'primaryListenerArn is "arn:aws:apigateway:us-east-1::/restapis/a"; give the ARN of a listener of an application load balancer: nothing else, an API Gateway neither, can be behind it',
    ],
    [
      'a listener of a network load balancer (R-LB-1)',
      { ...LISTENERS, primaryListenerArn: listeners.primary.replace('/app/', '/net/') },
      `primaryListenerArn is "${listeners.primary.replace('/app/', '/net/')}"; give the ARN of a listener of an application load balancer: nothing else, an API Gateway neither, can be behind it`,
    ],
    [
      'a listener of the other region (R-GA-1)',
      { ...LISTENERS, secondaryListenerArn: listeners.primary },
      `secondaryListenerArn is "${listeners.primary}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'a topic of the other region (R-CW-1)',
      { ...LISTENERS, ...TOPICS, primaryAlarmTopicArn: topics.secondary },
      `primaryAlarmTopicArn is "${topics.secondary}"; ${wrongRegion('us-east-1')}`,
    ],
    [
      'one topic',
      { ...LISTENERS, secondaryAlarmTopicArn: topics.secondary },
      'primaryAlarmTopicArn is missing; give it, or remove secondaryAlarmTopicArn: both regions are built alike',
    ],
    [
      'listeners without security groups',
      { ...LISTENERS, primaryLoadBalancerSecurityGroupId: undefined, secondaryLoadBalancerSecurityGroupId: undefined },
      'primaryLoadBalancerSecurityGroupId is missing; give that of the load balancer of the listener',
    ],
    [
      'security groups without listeners',
      { ...ADDRESSES, primaryLoadBalancerSecurityGroupId: 'sg-p', secondaryLoadBalancerSecurityGroupId: 'sg-s' },
      'primaryLoadBalancerSecurityGroupId is "sg-p"; remove it: addresses are the target',
    ],
    [
      'a check of a load balancer by TCP (R-LB-1)',
      { ...LISTENERS, healthCheckProtocol: 'TCP' },
      'healthCheckProtocol is "TCP"; use HTTPS or HTTP: AWS checks a load balancer by a path only',
    ],
    [
      'a path of a check by TCP',
      { ...ADDRESSES, healthCheckProtocol: 'TCP', healthCheckPath: '/health' },
      'healthCheckPath is "/health"; remove it: a check by TCP has no path',
    ],
    [
      'a path that is none',
      { ...LISTENERS, healthCheckPath: 'health' },
      'healthCheckPath is "health"; give a path such as "/health"',
    ],
    [
      'health checks of endpoint groups (R-GA-2)',
      { ...LISTENERS, healthCheckIntervalSeconds: 30 },
      'healthCheckIntervalSeconds is 30; there is no such prop, remove it or correct its spelling',
    ],
    [
      'client addresses in what is to be destroyed (R-DEL-12)',
      { ...LISTENERS, clientIpPreservation: true },
      'clientIpPreservation is true; remove it, or use the protected profile: Global Accelerator leaves a security group that keeps the VPC from being deleted',
    ],
    [
      'ranges of users that nobody sees (R-GA-4)',
      { ...LISTENERS, allowedCidrBlocks: ['203.0.113.0/24'] },
      'allowedCidrBlocks is ["203.0.113.0/24"]; set clientIpPreservation to true as well: without it every user comes from an address of Global Accelerator',
    ],
    [
      'a range that is none',
      { ...LISTENERS, allowedCidrBlocks: ['203.0.113.0'] },
      'allowedCidrBlocks[0] is "203.0.113.0"; give IPv4 ranges such as "203.0.113.0/24"',
    ],
    [
      'a prefix without a bucket',
      { ...LISTENERS, flowLogPrefix: 'ga' },
      'flowLogPrefix is "ga"; give flowLogBucketName as well, or remove it',
    ],
    [
      'a zone without a name',
      { ...LISTENERS, zoneId: 'Z1' },
      'recordName is missing; give it, or remove zoneId: a record is a name in a zone',
    ],
    [
      'one public subnet',
      { ...LISTENERS, secondaryNetwork: network('s', 1) },
      'secondaryNetwork.publicSubnetIds is ["subnet-s0"]; give two or more public subnets, each in a zone of its own: one zone may be lost any day',
    ],
    ['a port that is none', { ...LISTENERS, port: 0 }, 'port is 0; give a whole number from 1 to 65535'],
  ])('fails on %s', (_, props, message) => {
    expect(
      errorOf((scope, regions) => new Accelerator(scope, 'A', { regions, ...NETWORKS, ...props } as AcceleratorProps)),
    ).toBe(`test/A: ${message}`);
  });
});

/** The accelerator in front of the system: networks, functions, containers, and the load balancers that serve both. */
function whole(pair: Partial<RegionPairProps> = {}): Synthesized {
  return synth((scope, regions) => {
    const networks = new Networking(scope, 'Networking', {
      regions,
      interfaceEndpoints: [...Compute.CALLED_SERVICES, ...Containers.CALLED_SERVICES],
    });
    const both = { regions, primaryNetwork: networks.primary, secondaryNetwork: networks.secondary };
    const functions = new Compute(scope, 'Compute', {
      ...both,
      tableName: 'table',
      customerIndexName: 'index',
      primaryBucketName: 'bucket-p',
      secondaryBucketName: 'bucket-s',
      processorCode: 'test/fixtures/own-code',
      healthCode: 'test/fixtures/own-code',
    });
    const front = new LoadBalancing(scope, 'LoadBalancing', {
      ...both,
      primaryProcessorArn: functions.primary.processorArn,
      primaryProcessorName: functions.primary.processorName,
      secondaryProcessorArn: functions.secondary.processorArn,
      secondaryProcessorName: functions.secondary.processorName,
      primaryHealthArn: functions.primary.healthArn,
      primaryHealthName: functions.primary.healthName,
      secondaryHealthArn: functions.secondary.healthArn,
      secondaryHealthName: functions.secondary.healthName,
    });
    new Containers(scope, 'Containers', {
      ...both,
      ...inRegionsOf(TOPICS, pair),
      repositoryName: 'shop',
      imageTag: '1',
      primaryListenerArn: front.primary.listenerArn,
      secondaryListenerArn: front.secondary.listenerArn,
      primaryLoadBalancerSecurityGroupId: front.primary.securityGroupId,
      secondaryLoadBalancerSecurityGroupId: front.secondary.securityGroupId,
      primaryLoadBalancerArnSuffix: front.primary.loadBalancerArnSuffix,
      secondaryLoadBalancerArnSuffix: front.secondary.loadBalancerArnSuffix,
      pathPatterns: ['/shop/*'],
    });
    new Accelerator(scope, 'Accelerator', {
      ...both,
      ...inRegionsOf(TOPICS, pair),
      port: front.primary.port,
      primaryListenerArn: front.primary.listenerArn,
      secondaryListenerArn: front.secondary.listenerArn,
      primaryLoadBalancerSecurityGroupId: front.primary.securityGroupId,
      secondaryLoadBalancerSecurityGroupId: front.secondary.securityGroupId,
    });
  }, pair);
}

test('in front of the system, each target waits for the listener of its region (R-LB-1, R-TF-3)', () => {
  const system = whole(EUROPE);
  expect(withoutProvider(system)).toEqual([]);
  expect(foreignReferences(system)).toEqual([]);
  for (const region of Object.values(EUROPE)) {
    const [attachment] = system
      .resources('aws_lb_target_group_attachment', region)
      .filter(({ id }) => id.startsWith('Accelerator_'));
    const listener = system.target(attachment.body.target_id);
    expect([listener.type, listener.region, listener.body.port]).toEqual(['aws_lb_listener', region, 80]);
    expect(attachment.body.port).toBe(80);
  }
});

terraformTest(
  'the real AWS provider accepts it with listeners, with addresses, with everything, and in front of the system in Europe',
  () => {
    expect(validate(build())).toEqual([]);
    expect(validate(build({ ...ADDRESSES, port: 5432, healthCheckProtocol: 'TCP', mode: 'activeActive' }))).toEqual([]);
    const everything = {
      ...LISTENERS,
      ...TOPICS,
      clientIpPreservation: true,
      allowedCidrBlocks: ['203.0.113.0/24'],
      flowLogBucketName: 'logs',
      zoneId: 'Z1',
      recordName: 'app.dr.acme.io',
    };
    expect(validate(build(everything, PROTECTED))).toEqual([]);
    expect(validate(whole(EUROPE))).toEqual([]);
  },
  180_000,
);
