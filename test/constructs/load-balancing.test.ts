import { LoadBalancing, LoadBalancingProps } from '../../lib/constructs/load-balancing';
import { RegionalNetwork } from '../../lib/core/network';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const network = (name: string, subnets = 2): RegionalNetwork => ({
  vpcId: `vpc-${name}`,
  cidrBlock: '10.0.0.0/16',
  privateSubnetIds: [],
  publicSubnetIds: Array.from({ length: subnets }, (_, index) => `subnet-${name}${index}`),
  gatewayPrefixListIds: [],
  internetEgress: false,
});
const functionArn = (region: string, name: string): string => `arn:aws:lambda:${region}:123456789012:function:${name}`;
const certificate = (region: string): string => `arn:aws:acm:${region}:123456789012:certificate/1`;

const propsFor = (primary: string, secondary: string): Omit<LoadBalancingProps, 'regions'> => ({
  primaryNetwork: network('p'),
  secondaryNetwork: network('s', 3),
  primaryProcessorArn: functionArn(primary, 'processor'),
  primaryProcessorName: 'processor',
  secondaryProcessorArn: functionArn(secondary, 'processor'),
  secondaryProcessorName: 'processor',
  primaryHealthArn: functionArn(primary, 'health'),
  primaryHealthName: 'health',
  secondaryHealthArn: functionArn(secondary, 'health'),
  secondaryHealthName: 'health',
});
const PROPS = propsFor('us-east-1', 'us-east-2');
const TLS = {
  primaryCertificateArn: certificate('us-east-1'),
  secondaryCertificateArn: certificate('us-east-2'),
};
const LOGS = { primaryLogBucketName: 'logs-p', secondaryLogBucketName: 'logs-s' };

function build(
  props: Json = {},
  pair: Partial<RegionPairProps> = {},
): { stack: Synthesized; construct: LoadBalancing } {
  let construct: LoadBalancing | undefined;
  const stack = synth((scope, regions) => {
    construct = new LoadBalancing(scope, 'LoadBalancing', { regions, ...PROPS, ...props });
    scope.addOverride('locals', { primary: construct.primary, secondary: construct.secondary });
  }, pair);
  return { stack, construct: construct as LoadBalancing };
}

const REGIONS = ['us-east-1', 'us-east-2'];

describe('LoadBalancing', () => {
  const { stack } = build();
  const { stack: withTls } = build({ ...TLS, ...LOGS });

  test.each(REGIONS)('has an internet-facing load balancer in the public subnets of %s (R-R53-6)', (region) => {
    const { body } = stack.only('aws_lb', region);
    expect(body).toMatchObject({
      name: 'alb-dev',
      internal: false,
      load_balancer_type: 'application',
      ip_address_type: 'ipv4',
      drop_invalid_header_fields: true,
      subnets: region === 'us-east-1' ? ['subnet-p0', 'subnet-p1'] : ['subnet-s0', 'subnet-s1', 'subnet-s2'],
    });
    expect(stack.target(body.security_groups[0])).toBe(stack.only('aws_security_group', region));
    expect(body).not.toHaveProperty('access_logs');
  });

  test('lets clients keep a connection for a minute, not for an hour (static stability, keep-alive)', () => {
    expect(stack.only('aws_lb', 'us-east-1').body).toMatchObject({ client_keep_alive: 60, idle_timeout: 60 });
    const { body } = build({ clientKeepAliveSeconds: 300, idleTimeoutSeconds: 4000 }).stack.only('aws_lb', 'us-east-2');
    expect(body).toMatchObject({ client_keep_alive: 300, idle_timeout: 4000 });
  });

  test.each([
    ['disposable', false],
    ['protected', true],
  ])('has deletion protection under the %s profile: %s (R-DEL-8, R-LB-4)', (protection, value) => {
    for (const { body } of build({}, { protection }).stack.resources('aws_lb')) {
      expect(body.enable_deletion_protection).toBe(value);
    }
  });

  test('writes access logs to the bucket of its own region (R-LB-4)', () => {
    expect(withTls.only('aws_lb', 'us-east-1').body.access_logs).toEqual({ bucket: 'logs-p', enabled: true });
    expect(withTls.only('aws_lb', 'us-east-2').body.access_logs).toEqual({ bucket: 'logs-s', enabled: true });
  });

  test.each(REGIONS)('every target group of %s has a target that it may invoke (R-LB-2, R-LAM-10)', (region) => {
    const groups = stack.resources('aws_lb_target_group', region);
    expect(groups.map(({ body }) => body.name)).toEqual(['health-dev', 'processor-dev']);
    for (const group of groups) {
      const name = group.body.name.replace('-dev', '');
      const [attachment] = stack
        .resources('aws_lb_target_group_attachment', region)
        .filter(({ body }) => stack.target(body.target_group_arn) === group);
      const [permission] = stack
        .resources('aws_lambda_permission', region)
        .filter(({ body }) => stack.target(body.source_arn) === group);
      expect(attachment.body.target_id).toBe(functionArn(region, name));
      expect(attachment.body.depends_on).toEqual([permission.address]);
      expect(permission.body).toMatchObject({
        action: 'lambda:InvokeFunction',
        function_name: name,
        principal: 'elasticloadbalancing.amazonaws.com',
        statement_id: `load-balancer-${name}`,
      });
    }
  });

  test('only the health function must answer 200: the processor has no /health (R-LB-2, R-R53-2)', () => {
    const [health, processor] = stack.resources('aws_lb_target_group', 'us-east-1').map(({ body }) => body);
    const check = { enabled: true, path: '/health', interval: 30, timeout: 10, healthy_threshold: 2 };
    expect(health).toMatchObject({ target_type: 'lambda', health_check: { ...check, matcher: '200' } });
    expect(processor).toMatchObject({ target_type: 'lambda', health_check: { ...check, matcher: '200-499' } });
  });

  test.each(REGIONS)('answers three routes in %s and nothing else (R-R53-23)', (region) => {
    const listener = stack.only('aws_lb_listener', region);
    expect(listener.body).toMatchObject({ port: 80, protocol: 'HTTP' });
    expect(listener.body.default_action).toEqual([
      {
        type: 'fixed-response',
        fixed_response: {
          content_type: 'application/json',
          message_body: '{"message":"Not found"}',
          status_code: '404',
        },
      },
    ]);
    const rules = stack.resources('aws_lb_listener_rule', region).map(({ body }) => {
      expect(stack.target(body.listener_arn)).toBe(listener);
      const [method, path] = body.condition;
      return [
        body.priority,
        ...method.http_request_method.values,
        ...path.path_pattern.values,
        stack.target(body.action[0].target_group_arn).body.name,
      ];
    });
    expect(rules.sort()).toEqual([
      [10, 'GET', '/health', 'health-dev'],
      [20, 'POST', '/transactions', 'processor-dev'],
      [30, 'GET', '/transactions/*', 'processor-dev'],
      [40, 'GET', '/transactions', 'processor-dev'],
    ]);
  });

  test.each(REGIONS)('with certificates, serves HTTPS in %s and sends HTTP there (R-LB-4)', (region) => {
    const [https] = withTls.resources('aws_lb_listener', region).filter(({ body }) => body.port === 443);
    const [http] = withTls.resources('aws_lb_listener', region).filter(({ body }) => body.port === 80);
    expect(https.body).toMatchObject({
      protocol: 'HTTPS',
      certificate_arn: certificate(region),
      ssl_policy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    });
    expect(http.body.default_action).toEqual([
      { type: 'redirect', redirect: { port: '443', protocol: 'HTTPS', status_code: 'HTTP_301' } },
    ]);
    for (const rule of withTls.resources('aws_lb_listener_rule', region)) {
      expect(withTls.target(rule.body.listener_arn)).toBe(https);
    }
    const stricter = build({ ...TLS, sslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' }).stack;
    expect(stricter.resources('aws_lb_listener', region).map(({ body }) => body.ssl_policy)).toContain(
      'ELBSecurityPolicy-TLS13-1-3-2021-06',
    );
  });

  test.each(REGIONS)(
    'lets the internet, and with it the health checkers, in on the open ports of %s only (R-NET-10, R-R53-21)',
    (region) => {
      const ports = (synthesized: Synthesized): Json[] =>
        synthesized
          .resources('aws_vpc_security_group_ingress_rule', region)
          .map(({ body }) => [body.from_port, body.to_port, body.ip_protocol, body.cidr_ipv4])
          .sort();
      expect(ports(stack)).toEqual([[80, 80, 'tcp', '0.0.0.0/0']]);
      expect(ports(withTls)).toEqual([
        [443, 443, 'tcp', '0.0.0.0/0'],
        [80, 80, 'tcp', '0.0.0.0/0'],
      ]);
      expect(stack.resources('aws_vpc_security_group_egress_rule')).toEqual([]);
      expect(stack.only('aws_security_group', region).body).not.toHaveProperty('ingress');
      expect(stack.dataSources('aws_ec2_managed_prefix_list')).toEqual([]);
    },
  );

  test.each(REGIONS)('with ranges of your own, still lets the health checkers in to %s (R-R53-21)', (region) => {
    const closed = build({ ...TLS, allowedCidrBlocks: ['203.0.113.0/24', '198.51.100.7/32'] }).stack;
    const rules = closed.resources('aws_vpc_security_group_ingress_rule', region).map(({ body }) => body);
    expect(rules.filter((rule) => rule.cidr_ipv4).map((rule) => [rule.from_port, rule.cidr_ipv4])).toEqual(
      expect.arrayContaining([
        [443, '203.0.113.0/24'],
        [443, '198.51.100.7/32'],
        [80, '203.0.113.0/24'],
        [80, '198.51.100.7/32'],
      ]),
    );
    const [checkers] = rules.filter((rule) => rule.prefix_list_id);
    expect(checkers).toMatchObject({ from_port: 443, to_port: 443 });
    expect(closed.target(checkers.prefix_list_id).body.name).toBe(`com.amazonaws.${region}.route53-healthchecks`);
    const plain = build({ allowedCidrBlocks: ['203.0.113.0/24'] }).stack;
    expect(
      plain
        .resources('aws_vpc_security_group_ingress_rule', region)
        .filter(({ body }) => body.prefix_list_id)
        .map(({ body }) => body.from_port),
    ).toEqual([80]);
  });

  test('tells others what they need of each region', () => {
    const { primary, secondary } = stack.json.locals;
    expect(primary).toMatchObject({ protocol: 'HTTP', port: 80 });
    expect(withTls.json.locals.secondary).toMatchObject({ protocol: 'HTTPS', port: 443 });
    for (const [half, region] of [
      [primary, 'us-east-1'],
      [secondary, 'us-east-2'],
    ]) {
      const lb = stack.only('aws_lb', region);
      const [health, processor] = stack.resources('aws_lb_target_group', region);
      expect(half).toEqual({
        protocol: 'HTTP',
        port: 80,
        loadBalancerArn: `\${${lb.address}.arn}`,
        loadBalancerArnSuffix: `\${${lb.address}.arn_suffix}`,
        dnsName: `\${${lb.address}.dns_name}`,
        zoneId: `\${${lb.address}.zone_id}`,
        securityGroupId: `\${${stack.only('aws_security_group', region).address}.id}`,
        listenerArn: `\${${stack.only('aws_lb_listener', region).address}.arn}`,
        healthTargetGroupArn: `\${${health.address}.arn}`,
        healthTargetGroupArnSuffix: `\${${health.address}.arn_suffix}`,
        processorTargetGroupArn: `\${${processor.address}.arn}`,
        processorTargetGroupArnSuffix: `\${${processor.address}.arn_suffix}`,
        healthUrl: `http://\${${lb.address}.dns_name}/health`,
      });
    }
    expect(withTls.json.locals.primary.healthUrl).toMatch(/^https:\/\/\$\{aws_lb\..*\.dns_name\}\/health$/);
  });

  test('has names that AWS accepts with the longest suffix (R-TF-4)', () => {
    const { stack: long } = build({}, { environmentSuffix: 'a2345678901234567890' });
    expect(long.only('aws_lb', 'us-east-2').body.name).toHaveLength(24);
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(withTls)).toEqual([]);
    expect(foreignReferences(withTls)).toEqual([]);
  });

  const wrongRegion = (region: string): string =>
    `give the ARN of one in ${region}: AWS does not accept, or does not reach, one of another region here`;
  const keepAlive = 'give a whole number from 60 to 300 seconds';
  test.each<[string, Json, string]>([
    [
      'one public subnet',
      { secondaryNetwork: network('s', 1) },
      'secondaryNetwork.publicSubnetIds is ["subnet-s0"]; give two or more public subnets, each in a zone of its own: a load balancer needs two zones',
    ],
    [
      'the same subnet twice',
      { primaryNetwork: { ...network('p'), publicSubnetIds: ['subnet-1', 'subnet-1'] } },
      'primaryNetwork.publicSubnetIds is ["subnet-1","subnet-1"]; give two or more public subnets, each in a zone of its own: a load balancer needs two zones',
    ],
    [
      'one certificate',
      { primaryCertificateArn: certificate('us-east-1') },
      'secondaryCertificateArn is missing; give a certificate of each region, or of neither',
    ],
    [
      'a certificate of the other region (R-LB-4)',
      { primaryCertificateArn: certificate('us-east-1'), secondaryCertificateArn: certificate('us-east-1') },
      `secondaryCertificateArn is "${certificate('us-east-1')}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'a function of the other region',
      { primaryHealthArn: functionArn('us-east-2', 'health') },
      `primaryHealthArn is "${functionArn('us-east-2', 'health')}"; ${wrongRegion('us-east-1')}`,
    ],
    [
      'a processor of a third region',
      { secondaryProcessorArn: functionArn('eu-west-1', 'processor') },
      `secondaryProcessorArn is "${functionArn('eu-west-1', 'processor')}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'something that is no function',
      { primaryProcessorArn: 'processor' },
      'primaryProcessorArn is "processor"; give the ARN of a resource of this kind (arn:aws:lambda:...)',
    ],
    [
      'one log bucket',
      { secondaryLogBucketName: 'logs' },
      'primaryLogBucketName is missing; give a log bucket of each region, or of neither',
    ],
    [
      'the keep-alive of AWS, which defeats failover',
      { clientKeepAliveSeconds: 3600 },
      `clientKeepAliveSeconds is 3600; ${keepAlive}: a client on an open connection asks no DNS, so it stays in the lost region for that long`,
    ],
    [
      'a keep-alive below what AWS accepts',
      { clientKeepAliveSeconds: 59 },
      `clientKeepAliveSeconds is 59; ${keepAlive}`,
    ],
    [
      'an idle timeout that AWS refuses',
      { idleTimeoutSeconds: 4001 },
      'idleTimeoutSeconds is 4001; give a whole number from 1 to 4000 seconds',
    ],
    [
      'a range that is none',
      { allowedCidrBlocks: ['10.0.0.256/8'] },
      'allowedCidrBlocks[0] is "10.0.0.256/8"; give IPv4 ranges such as "203.0.113.0/24"',
    ],
    ['no range', { allowedCidrBlocks: [] }, 'allowedCidrBlocks is []; allow at least one range: nobody could connect'],
    [
      'a range twice',
      { allowedCidrBlocks: ['10.0.0.0/8', '10.0.0.0/8'] },
      'allowedCidrBlocks is ["10.0.0.0/8","10.0.0.0/8"]; name each range once: AWS refuses the second rule',
    ],
    [
      'TLS 1.0 (R-LB-4)',
      { ...TLS, sslPolicy: 'ELBSecurityPolicy-2016-08' },
      'sslPolicy is "ELBSecurityPolicy-2016-08"; use one of "ELBSecurityPolicy-TLS13-1-2-2021-06", ' +
        '"ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", ' +
        '"ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06", ' +
        '"ELBSecurityPolicy-TLS-1-2-2017-01", "ELBSecurityPolicy-TLS-1-2-Ext-2018-06", ' +
        '"ELBSecurityPolicy-FS-1-2-2019-08", "ELBSecurityPolicy-FS-1-2-Res-2019-08", "ELBSecurityPolicy-FS-1-2-Res-2020-10"',
    ],
    [
      'a security policy without TLS',
      { sslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' },
      'sslPolicy is "ELBSecurityPolicy-TLS13-1-3-2021-06"; give the certificates of both regions as well: plain HTTP has no TLS',
    ],
    [
      'an unknown prop',
      { deletionProtection: true },
      'deletionProtection is true; there is no such prop, remove it or correct its spelling',
    ],
  ])('fails on %s', (_, props, message) => {
    expect(errorOf((scope, regions) => new LoadBalancing(scope, 'LB', { regions, ...PROPS, ...props }))).toBe(
      `test/LB: ${message}`,
    );
  });
});

terraformTest(
  'the real AWS provider accepts plain HTTP, HTTPS with logs, ranges of your own, and a pair without us-east-1',
  () => {
    expect(validate(build().stack)).toEqual([]);
    expect(validate(build({ ...TLS, ...LOGS, allowedCidrBlocks: ['203.0.113.0/24'] }).stack)).toEqual([]);
    const europe = { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' };
    expect(validate(build(propsFor('eu-west-1', 'eu-central-1'), europe).stack)).toEqual([]);
  },
  90_000,
);
