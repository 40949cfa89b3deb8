import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import {
  ContainerDestination,
  Containers,
  ContainersProps,
  RegionalContainerService,
} from '../../lib/constructs/containers';
import { Encryption } from '../../lib/constructs/encryption';
import { LoadBalancing } from '../../lib/constructs/load-balancing';
import { Networking } from '../../lib/constructs/networking';
import { RelationalDatabase } from '../../lib/constructs/relational-database';
import { RegionalNetwork } from '../../lib/core/network';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { inRegionsOf } from '../support/regional-arns';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const REGIONS = ['us-east-1', 'us-east-2'];
const ACCOUNT = '111111111111';
const EUROPE = { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' };

const network = (name: string, zones = 3): RegionalNetwork => ({
  vpcId: `vpc-${name}`,
  cidrBlock: name === 'p' ? '10.0.0.0/16' : '10.1.0.0/16',
  privateSubnetIds: Array.from({ length: zones }, (_, index) => `subnet-${name}-private-${index}`),
  publicSubnetIds: Array.from({ length: zones }, (_, index) => `subnet-${name}-public-${index}`),
  gatewayPrefixListIds: ['pl-s3', 'pl-dynamodb'],
  internetEgress: false,
});
const image = (region: string, version = ':1.4.2'): string =>
  `${ACCOUNT}.dkr.ecr.${region}.amazonaws.com/team/shop${version}`;
const regional = (service: string, resource: string): Record<string, string> => ({
  primary: `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`,
  secondary: `arn:aws:${service}:us-east-2:${ACCOUNT}:${resource}`,
});

const PROPS = {
  primaryNetwork: network('p'),
  secondaryNetwork: network('s'),
  primaryImageUri: image('us-east-1'),
  secondaryImageUri: image('us-east-2'),
};
const KEYS = { primaryKeyArn: regional('kms', 'key/1').primary, secondaryKeyArn: regional('kms', 'key/1').secondary };
const listeners = regional('elasticloadbalancing', 'listener/app/alb-dev/0123/4567');
const BEHIND = {
  primaryListenerArn: listeners.primary,
  secondaryListenerArn: listeners.secondary,
  primaryLoadBalancerSecurityGroupId: 'sg-p',
  secondaryLoadBalancerSecurityGroupId: 'sg-s',
  primaryLoadBalancerArnSuffix: 'app/alb-dev/0123',
  secondaryLoadBalancerArnSuffix: 'app/alb-dev/89ab',
};
const secrets = regional('secretsmanager', 'secret:database-AbCdEf');
const SECRETS = {
  primarySecretArns: { DATABASE: `${secrets.primary}:password::`, DATABASE_USER: `${secrets.primary}:username::` },
  secondarySecretArns: {
    DATABASE: `${secrets.secondary}:password::`,
    DATABASE_USER: `${secrets.secondary}:username::`,
  },
};
const topics = regional('sns', 'alarms');
const TOPICS = { primaryAlarmTopicArn: topics.primary, secondaryAlarmTopicArn: topics.secondary };
const certificates = regional('acm', 'certificate/1');
const TLS = { primaryCertificateArn: certificates.primary, secondaryCertificateArn: certificates.secondary };
const REPOSITORY = {
  primaryImageUri: undefined,
  secondaryImageUri: undefined,
  repositoryName: 'team/shop',
  imageTag: '1.4.2',
};

function build(props: Json = {}, pair: Partial<RegionPairProps> = {}): Synthesized {
  return synth((scope, regions) => {
    const containers = new Containers(scope, 'Containers', { regions, ...PROPS, ...props });
    scope.addOverride('locals', { primary: containers.primary, secondary: containers.secondary });
  }, pair);
}

const container = (stack: Synthesized, region: string): Json =>
  JSON.parse(stack.only('aws_ecs_task_definition', region).body.container_definitions)[0];
const rules = (stack: Synthesized, direction: string, region: string): Json[] =>
  stack.resources(`aws_vpc_security_group_${direction}_rule`, region).map(({ body }) => body);
const role = (stack: Synthesized, region: string, kind: string): Json =>
  stack.resources('aws_iam_role', region).find(({ body }) => body.name.startsWith(`app-${kind}-`));
const executionStatements = (stack: Synthesized, region: string): Json[] => {
  const [policy] = stack.resources('aws_iam_role_policy', region);
  expect(stack.target(policy.body.role)).toBe(role(stack, region, 'execution'));
  return JSON.parse(policy.body.policy).Statement;
};

describe('Containers', () => {
  const stack = build();
  const behind = build({
    ...BEHIND,
    ...KEYS,
    ...SECRETS,
    ...TOPICS,
    pathPatterns: ['/shop/*'],
    listenerRulePriority: 40,
  });

  test.each(REGIONS)('runs on Fargate in the private subnets of %s, and rolls back what fails (R-ECS-1)', (region) => {
    const { body } = stack.only('aws_ecs_service', region);
    const half = region === 'us-east-1' ? 'p' : 's';
    expect(body).toMatchObject({
      name: `app-${half === 'p' ? 'primary' : 'secondary'}-dev`,
      launch_type: 'FARGATE',
      platform_version: '1.4.0',
      deployment_circuit_breaker: { enable: true, rollback: true },
      deployment_minimum_healthy_percent: 100,
      deployment_maximum_percent: 200,
      availability_zone_rebalancing: 'ENABLED',
      enable_execute_command: false,
      lifecycle: { ignore_changes: ['desired_count'] },
      network_configuration: {
        subnets: [0, 1, 2].map((zone) => `subnet-${half}-private-${zone}`),
        assign_public_ip: false,
      },
    });
    expect(body).not.toHaveProperty('capacity_provider_strategy');
    expect(stack.target(body.cluster)).toBe(stack.only('aws_ecs_cluster', region));
    expect(stack.target(body.task_definition)).toBe(stack.only('aws_ecs_task_definition', region));
    const [listener, policy] = body.depends_on.map((address: string) => stack.target(`\${${address}.id}`).type);
    expect([listener, policy]).toEqual(['aws_lb_listener', 'aws_iam_role_policy']);
  });

  test('runs tasks in the standby all the time, as many as the full load needs if asked (R-ECS-1, static stability)', () => {
    const tasks = (synthesized: Synthesized, region: string): number[] => {
      const { min_capacity, max_capacity } = synthesized.only('aws_appautoscaling_target', region).body;
      return [synthesized.only('aws_ecs_service', region).body.desired_count, min_capacity, max_capacity];
    };
    expect(REGIONS.map((region) => tasks(stack, region))).toEqual([
      [2, 2, 10],
      [1, 1, 10],
    ]);
    const full = build({ desiredCount: 6, minCapacity: 3, standbyCapacity: 6, maxCapacity: 20 });
    expect(REGIONS.map((region) => tasks(full, region))).toEqual([
      [6, 3, 20],
      [6, 6, 20],
    ]);
  });

  test.each(REGIONS)('scales in %s by CPU and by requests per task', (region) => {
    const targetGroup = behind.only('aws_lb_target_group', region);
    const suffix = region === 'us-east-1' ? 'app/alb-dev/0123' : 'app/alb-dev/89ab';
    const policies = behind.resources('aws_appautoscaling_policy', region).map(({ body }) => {
      expect(behind.target(body.resource_id)).toBe(behind.only('aws_appautoscaling_target', region));
      const { target_value, predefined_metric_specification } = body.target_tracking_scaling_policy_configuration;
      return [body.name, target_value, predefined_metric_specification];
    });
    expect(policies).toEqual([
      ['cpu', 60, { predefined_metric_type: 'ECSServiceAverageCPUUtilization' }],
      [
        'requests',
        1000,
        {
          predefined_metric_type: 'ALBRequestCountPerTarget',
          resource_label: `${suffix}/\${${targetGroup.address}.arn_suffix}`,
        },
      ],
    ]);
    const { resource_id } = behind.only('aws_appautoscaling_target', region).body;
    expect(resource_id).toBe(
      `service/\${${behind.only('aws_ecs_cluster', region).address}.name}/\${${behind.only('aws_ecs_service', region).address}.name}`,
    );
  });

  test.each(REGIONS)('a task of %s runs without root, capabilities, or a file system it can change', (region) => {
    expect(container(stack, region)).toMatchObject({
      user: '1000:1000',
      readonlyRootFilesystem: true,
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
      mountPoints: [{ sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false }],
      portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: 'tcp' }],
    });
    expect(stack.only('aws_ecs_task_definition', region).body).toMatchObject({
      requires_compatibilities: ['FARGATE'],
      network_mode: 'awsvpc',
      cpu: '256',
      memory: '512',
      runtime_platform: { operating_system_family: 'LINUX', cpu_architecture: 'ARM64' },
      volume: [{ name: 'tmp' }],
    });
  });

  test.each(REGIONS)('a task of %s runs the image of its own region (R-ECS-2)', (region) => {
    expect(container(stack, region).image).toBe(image(region));
    const [token, pull] = executionStatements(stack, region);
    expect(token).toMatchObject({ Action: ['ecr:GetAuthorizationToken'], Resource: ['*'] });
    expect(pull.Resource).toEqual([`arn:aws:ecr:${region}:${ACCOUNT}:repository/team/shop`]);
    const referred = build({
      primaryImageUri: '${aws_ecr_repository.p.repository_url}:1',
      secondaryImageUri: '${x}:1',
    });
    expect(executionStatements(referred, region)[1].Resource[0]).toMatch(
      new RegExp(`^arn:aws:ecr:${region}:\\$\\{data\\.aws_caller_identity\\..*\\}:repository/\\*$`),
    );
  });

  test.each(REGIONS)(
    'a task of %s has variables of its own region, and no other region in them (R-LAM-11)',
    (region) => {
      const own = build({
        environment: { LOG_LEVEL: 'info' },
        primaryEnvironment: { BUCKET: 'bucket-p' },
        secondaryEnvironment: { BUCKET: 'bucket-s' },
        containerPort: 9000,
        user: 'node',
        cpu: 1024,
        memory: 3072,
        cpuArchitecture: 'X86_64',
      });
      expect(container(own, region)).toMatchObject({
        user: 'node',
        environment: [
          { name: 'BUCKET', value: region === 'us-east-1' ? 'bucket-p' : 'bucket-s' },
          { name: 'LOG_LEVEL', value: 'info' },
          { name: 'PORT', value: '9000' },
          { name: 'REGION_ROLE', value: region === 'us-east-1' ? 'primary' : 'secondary' },
        ],
      });
      expect(own.only('aws_lb_target_group', region).body.port).toBe(9000);
      expect(own.only('aws_ecs_task_definition', region).body).toMatchObject({
        cpu: '1024',
        memory: '3072',
        runtime_platform: { cpu_architecture: 'X86_64' },
      });
    },
  );

  test.each(REGIONS)('a task of %s receives secrets of its own region, and its role may read these only', (region) => {
    const secret = region === 'us-east-1' ? secrets.primary : secrets.secondary;
    expect(container(behind, region).secrets).toEqual([
      { name: 'DATABASE', valueFrom: `${secret}:password::` },
      { name: 'DATABASE_USER', valueFrom: `${secret}:username::` },
    ]);
    const statements = executionStatements(behind, region);
    expect(statements[3]).toMatchObject({ Action: ['secretsmanager:GetSecretValue'], Resource: [secret] });
    expect(statements[4]).toMatchObject({
      Action: ['kms:Decrypt'],
      Resource: [region === 'us-east-1' ? KEYS.primaryKeyArn : KEYS.secondaryKeyArn],
      Condition: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    });
    const referred = build({
      primarySecretArns: { A: '${aws_secretsmanager_secret.p.arn}:a::', B: '${aws_secretsmanager_secret.q.arn}' },
      secondarySecretArns: { A: secrets.secondary, B: secrets.secondary },
    });
    expect(executionStatements(referred, 'us-east-1')[3].Resource).toEqual([
      '${aws_secretsmanager_secret.p.arn}',
      '${aws_secretsmanager_secret.q.arn}',
    ]);
    expect(executionStatements(referred, 'us-east-2')[3].Resource).toEqual([secrets.secondary]);
    expect(executionStatements(referred, 'us-east-2')).toHaveLength(4);
  });

  test.each(REGIONS)('the role of the code in %s can do nothing, and only this account assumes it', (region) => {
    const trusts = ['task', 'execution'].map((kind) => {
      const [trust] = JSON.parse(role(stack, region, kind).body.assume_role_policy).Statement;
      expect(trust.Principal.Service).toBe('ecs-tasks.amazonaws.com');
      return trust;
    });
    expect(trusts[0].Condition.StringEquals['aws:SourceAccount']).toContain('aws_caller_identity');
    expect(trusts[1]).not.toHaveProperty('Condition');
    const policies = stack.resources('aws_iam_role_policy', region);
    expect(policies.map(({ body }) => stack.target(body.role))).toEqual([role(stack, region, 'execution')]);
  });

  test.each(REGIONS)(
    'logs of %s go to groups made beforehand, with the key of the region (R-KMS-3, R-LAM-9)',
    (region) => {
      const groups = behind.resources('aws_cloudwatch_log_group', region);
      expect(groups.map(({ body }) => body.name.replace(/primary|secondary/, 'ROLE')).sort()).toEqual([
        '/aws/ecs/containerinsights/app-ROLE-dev/performance',
        '/ecs/app-ROLE-dev',
      ]);
      for (const { body } of groups) {
        expect(body).toMatchObject({
          retention_in_days: 30,
          kms_key_id: region === 'us-east-1' ? KEYS.primaryKeyArn : KEYS.secondaryKeyArn,
        });
      }
      const cluster = behind.only('aws_ecs_cluster', region).body;
      expect(cluster.setting).toEqual([{ name: 'containerInsights', value: 'enabled' }]);
      expect(behind.target(`\${${cluster.depends_on[0]}.id}`).body.name).toContain('containerinsights');
      const { options } = container(behind, region).logConfiguration;
      expect(options).toMatchObject({ 'awslogs-region': region, mode: 'non-blocking' });
      expect(behind.target(options['awslogs-group']).body.name).toMatch(/^\/ecs\//);
      const logs = executionStatements(behind, region)[2];
      expect(logs.Action).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
      expect(behind.target(logs.Resource[0]).body.name).toMatch(/^\/ecs\//);
    },
  );

  test.each(REGIONS)(
    'the target group of %s has targets, and a load balancer before the service (R-LB-2)',
    (region) => {
      const group = behind.only('aws_lb_target_group', region);
      expect(group.body).toMatchObject({
        name: 'app-dev',
        target_type: 'ip',
        protocol: 'HTTP',
        port: 8080,
        health_check: { path: '/health', matcher: '200', interval: 10, timeout: 5 },
      });
      const rule = behind.only('aws_lb_listener_rule', region);
      expect(rule.body).toMatchObject({
        listener_arn: region === 'us-east-1' ? listeners.primary : listeners.secondary,
        priority: 40,
        condition: [{ path_pattern: { values: ['/shop/*'] } }],
      });
      expect(behind.target(rule.body.action[0].target_group_arn)).toBe(group);
      const service = behind.only('aws_ecs_service', region).body;
      expect(service.load_balancer).toEqual([
        { target_group_arn: `\${${group.address}.arn}`, container_name: 'app', container_port: 8080 },
      ]);
      expect(service.depends_on[0]).toBe(rule.address);
      expect(behind.resources('aws_lb', region)).toEqual([]);
      expect(build(BEHIND).only('aws_lb_listener_rule', region).body).toMatchObject({
        priority: 100,
        condition: [{ path_pattern: { values: ['/*'] } }],
      });
    },
  );

  test.each(REGIONS)(
    'only the load balancer of %s reaches the tasks, by single rules (R-NET-5, R-NET-10)',
    (region) => {
      const [tasks] = behind.resources('aws_security_group', region);
      const balancer = region === 'us-east-1' ? 'sg-p' : 'sg-s';
      const port = { ip_protocol: 'tcp', from_port: 8080, to_port: 8080 };
      expect(behind.resources('aws_security_group', region)).toHaveLength(1);
      expect(tasks.body).not.toHaveProperty('ingress');
      expect(tasks.body).not.toHaveProperty('egress');
      const ingress = rules(behind, 'ingress', region);
      expect(ingress).toHaveLength(1);
      expect(ingress[0]).toMatchObject({ ...port, referenced_security_group_id: balancer });
      expect(behind.target(ingress[0].security_group_id)).toBe(tasks);
      const egress = rules(behind, 'egress', region);
      const [out] = egress.filter((rule) => rule.security_group_id === balancer);
      expect(out).toMatchObject(port);
      expect(behind.target(out.referenced_security_group_id)).toBe(tasks);
      expect(
        egress
          .filter((rule) => rule !== out)
          .map((rule) => [rule.from_port, rule.to_port, rule.cidr_ipv4 ?? rule.prefix_list_id]),
      ).toEqual([
        [443, 443, region === 'us-east-1' ? '10.0.0.0/16' : '10.1.0.0/16'],
        [443, 443, 'pl-dynamodb'],
        [443, 443, 'pl-s3'],
      ]);
    },
  );

  test('reaches the internet where there is NAT', () => {
    const nat = build({ primaryNetwork: { ...network('p'), internetEgress: true } });
    const everywhere = (region: string): Json[] =>
      rules(nat, 'egress', region).filter((rule) => rule.cidr_ipv4 === '0.0.0.0/0');
    expect(everywhere('us-east-1')).toMatchObject([{ from_port: 443, to_port: 443 }]);
    expect(everywhere('us-east-2')).toEqual([]);
  });

  test('names the endpoints a VPC without NAT needs (R-LAM-6)', () => {
    expect(Containers.CALLED_SERVICES).toEqual(['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager']);
  });

  test.each(REGIONS)('alone, makes a load balancer in %s whose clients do not stay on a connection', (region) => {
    const { body } = stack.only('aws_lb', region);
    expect(body).toMatchObject({
      name: 'app-dev',
      internal: false,
      load_balancer_type: 'application',
      client_keep_alive: 60,
      drop_invalid_header_fields: true,
      subnets: (region === 'us-east-1' ? PROPS.primaryNetwork : PROPS.secondaryNetwork).publicSubnetIds,
    });
    const listener = stack.only('aws_lb_listener', region);
    expect(listener.body).toMatchObject({ port: 80, protocol: 'HTTP', default_action: [{ type: 'forward' }] });
    expect(stack.resources('aws_lb_listener_rule')).toEqual([]);
    const open = rules(stack, 'ingress', region).filter((rule) => rule.cidr_ipv4);
    expect(open).toMatchObject([{ from_port: 80, to_port: 80, cidr_ipv4: '0.0.0.0/0' }]);
    expect(stack.target(open[0].security_group_id)).toBe(stack.target(body.security_groups[0]));
  });

  test.each(REGIONS)('alone with certificates, serves HTTPS in %s and sends HTTP there (R-LB-4)', (region) => {
    const tls = build({ ...TLS, internalLoadBalancer: true });
    const [http, https] = tls
      .resources('aws_lb_listener', region)
      .sort((one, other) => one.body.port - other.body.port)
      .map(({ body }) => body);
    expect(https).toMatchObject({
      port: 443,
      certificate_arn: region === 'us-east-1' ? certificates.primary : certificates.secondary,
      ssl_policy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      default_action: [{ type: 'forward' }],
    });
    expect(http).toMatchObject({ port: 80, default_action: [{ type: 'redirect' }] });
    const own = region === 'us-east-1' ? PROPS.primaryNetwork : PROPS.secondaryNetwork;
    expect(tls.only('aws_lb', region).body).toMatchObject({ internal: true, subnets: own.privateSubnetIds });
    const clients = rules(tls, 'ingress', region).filter((rule) => rule.cidr_ipv4);
    expect(clients.map((rule) => [rule.from_port, rule.cidr_ipv4])).toEqual([
      [443, own.cidrBlock],
      [80, own.cidrBlock],
    ]);
  });

  test.each(REGIONS)(
    'with a repository, keeps the images of %s encrypted, scanned and immutable (R-ECS-2)',
    (region) => {
      const made = build({ ...REPOSITORY, ...KEYS });
      const repository = made.only('aws_ecr_repository', region);
      expect(repository.body).toMatchObject({
        name: 'team/shop-dev',
        image_tag_mutability: 'IMMUTABLE',
        image_scanning_configuration: { scan_on_push: true },
        encryption_configuration: [
          { encryption_type: 'KMS', kms_key: region === 'us-east-1' ? KEYS.primaryKeyArn : KEYS.secondaryKeyArn },
        ],
      });
      expect(container(made, region).image).toBe(`\${${repository.address}.repository_url}:1.4.2`);
      expect(executionStatements(made, region)[1].Resource).toEqual([`\${${repository.address}.arn}`]);
      const lifecycle = made.only('aws_ecr_lifecycle_policy', region).body;
      expect(made.target(lifecycle.repository)).toBe(repository);
      expect(
        JSON.parse(lifecycle.policy).rules.map((rule: Json) => [rule.rulePriority, rule.selection.tagStatus]),
      ).toEqual([
        [1, 'untagged'],
        [2, 'any'],
      ]);
      const digest = `sha256:${'0'.repeat(64)}`;
      const plain = build({ ...REPOSITORY, imageTag: digest });
      expect(plain.only('aws_ecr_repository', region).body.encryption_configuration).toEqual([
        { encryption_type: 'AES256' },
      ]);
      expect(container(plain, region).image).toMatch(new RegExp(`repository_url\\}@${digest}$`));
    },
  );

  test.each(REGIONS)(
    'copies what is pushed in %s to the other region, once both repositories exist (R-ECS-2)',
    (region) => {
      const made = build(REPOSITORY);
      const { body } = made.only('aws_ecr_replication_configuration', region);
      const [rule] = body.replication_configuration.rule;
      expect(rule.destination[0].region).toBe(REGIONS.find((other) => other !== region));
      expect(rule.destination[0].registry_id).toContain('aws_caller_identity');
      expect(rule.repository_filter).toEqual([{ filter: 'team/shop-dev', filter_type: 'PREFIX_MATCH' }]);
      expect(body.depends_on).toEqual(made.resources('aws_ecr_repository').map(({ address }) => address));
      const others = build({ ...REPOSITORY, manageRegistryReplication: false });
      expect(others.resources('aws_ecr_replication_configuration')).toEqual([]);
      expect(stack.resources('aws_ecr_replication_configuration')).toEqual([]);
    },
  );

  test.each(REGIONS)('names the tasks of %s in its VPC if asked, never by default (static stability)', (region) => {
    const named = build({ serviceDiscovery: true });
    const namespace = named.only('aws_service_discovery_private_dns_namespace', region);
    const discovery = named.only('aws_service_discovery_service', region);
    expect(namespace.body).toMatchObject({
      name: 'app-dev.internal',
      vpc: region === 'us-east-1' ? 'vpc-p' : 'vpc-s',
    });
    expect(discovery.body).toMatchObject({
      name: 'app',
      dns_config: {
        namespace_id: `\${${namespace.address}.id}`,
        routing_policy: 'MULTIVALUE',
        dns_records: [{ type: 'A', ttl: 10 }],
      },
      health_check_custom_config: { failure_threshold: 1 },
    });
    // ECS refuses a port beside address records.
    expect(named.only('aws_ecs_service', region).body.service_registries).toEqual({
      registry_arn: `\${${discovery.address}.arn}`,
    });
    const { primary, secondary } = named.json.locals;
    expect((region === 'us-east-1' ? primary : secondary).discoveryName).toBe(
      `\${${discovery.address}.name}.\${${namespace.address}.name}`,
    );
    expect(stack.resources('aws_service_discovery_service')).toEqual([]);
    expect(stack.only('aws_ecs_service', region).body).not.toHaveProperty('service_registries');
  });

  test.each([
    ['disposable', true],
    ['protected', false],
  ])(
    'under the %s profile, can be destroyed with what is in it: %s (R-DEL-8, R-DEL-10, R-DEL-11)',
    (protection, can) => {
      const kept = build({ ...REPOSITORY, serviceDiscovery: true }, { protection });
      for (const region of REGIONS) {
        expect(kept.only('aws_lb', region).body.enable_deletion_protection).toBe(!can);
        expect(kept.only('aws_ecr_repository', region).body.force_delete).toBe(can);
        expect(kept.only('aws_ecs_service', region).body.force_delete).toBe(can);
        expect(kept.only('aws_service_discovery_service', region).body.force_destroy).toBe(can);
        expect(kept.only('aws_ecs_task_definition', region).body.skip_destroy).toBe(!can);
        expect(kept.resources('aws_cloudwatch_log_group', region)[0].body.retention_in_days).toBe(can ? 30 : 365);
      }
    },
  );

  test.each(REGIONS)(
    'tells %s when tasks are missing or none is healthy, silence included (R-CW-1, R-CW-8)',
    (region) => {
      const alarms = behind.resources('aws_cloudwatch_metric_alarm', region).map(({ body }) => body);
      const half = region === 'us-east-1' ? 'primary' : 'secondary';
      expect(alarms.map((alarm) => [alarm.alarm_name, alarm.metric_name, alarm.threshold])).toEqual([
        [`app-healthy-tasks-${half}-dev`, 'HealthyHostCount', 1],
        [`app-running-tasks-${half}-dev`, 'RunningTaskCount', half === 'primary' ? 2 : 1],
      ]);
      for (const alarm of alarms) {
        expect(alarm).toMatchObject({
          comparison_operator: 'LessThanThreshold',
          treat_missing_data: 'breaching',
          alarm_actions: [half === 'primary' ? topics.primary : topics.secondary],
        });
      }
      expect(stack.resources('aws_cloudwatch_metric_alarm')).toEqual([]);
    },
  );

  test('tells others what they need of each region', () => {
    const made = build(REPOSITORY);
    for (const [half, region] of [
      [made.json.locals.primary, 'us-east-1'],
      [made.json.locals.secondary, 'us-east-2'],
    ] as [RegionalContainerService, string][]) {
      const is = (value: string | undefined, type: string, attribute: string): void =>
        expect(value).toBe(`\${${made.only(type, region).address}.${attribute}}`);
      is(half.clusterName, 'aws_ecs_cluster', 'name');
      is(half.clusterArn, 'aws_ecs_cluster', 'arn');
      is(half.serviceName, 'aws_ecs_service', 'name');
      is(half.taskDefinitionArn, 'aws_ecs_task_definition', 'arn');
      is(half.targetGroupArn, 'aws_lb_target_group', 'arn');
      is(half.targetGroupArnSuffix, 'aws_lb_target_group', 'arn_suffix');
      is(half.repositoryUrl, 'aws_ecr_repository', 'repository_url');
      is(half.listenerArn, 'aws_lb_listener', 'arn');
      is(half.loadBalancerArn, 'aws_lb', 'arn');
      is(half.loadBalancerArnSuffix, 'aws_lb', 'arn_suffix');
      is(half.loadBalancerDnsName, 'aws_lb', 'dns_name');
      is(half.loadBalancerZoneId, 'aws_lb', 'zone_id');
      const task = role(made, region, 'task').address;
      expect([half.taskRoleArn, half.taskRoleName]).toEqual([`\${${task}.arn}`, `\${${task}.name}`]);
      expect(half.executionRoleArn).toBe(`\${${role(made, region, 'execution').address}.arn}`);
      expect(made.target(half.securityGroupId).body.name).toMatch(/^app-tasks-/);
      expect(made.target(half.loadBalancerSecurityGroupId).body.name).toMatch(/^app-load-balancer-/);
      expect(made.target(half.logGroupName).body.name).toMatch(/^\/ecs\//);
      expect(half.imageUri).toBe(container(made, region).image);
    }
    expect(behind.json.locals.primary).toMatchObject({
      listenerArn: listeners.primary,
      loadBalancerSecurityGroupId: 'sg-p',
      loadBalancerArnSuffix: 'app/alb-dev/0123',
    });
    expect(Object.keys(behind.json.locals.primary)).not.toEqual(
      expect.arrayContaining(['loadBalancerArn', 'repositoryUrl']),
    );
  });

  test('has names that AWS accepts with the longest suffix (R-TF-4)', () => {
    const long = build({ serviceName: 'a2345678901' }, { environmentSuffix: 'a2345678901234567890' });
    expect(long.only('aws_lb_target_group', 'us-east-2').body.name).toHaveLength(32);
    expect(
      errorOf((scope, regions) => new Containers(scope, 'C', { regions, ...PROPS, serviceName: 'a23456789012' }), {
        environmentSuffix: 'a2345678901234567890',
      }),
    ).toContain('name of the target group is "a23456789012-a2345678901234567890"; shorten');
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    for (const variant of [stack, behind, build({ ...REPOSITORY, ...KEYS, ...TOPICS, ...TLS })]) {
      expect(withoutProvider(variant)).toEqual([]);
      expect(foreignReferences(variant)).toEqual([]);
    }
  });

  test('accepts subnets that are known only to Terraform', () => {
    const made = synth((scope, regions) => {
      const { primary, secondary } = new Networking(scope, 'Networking', { regions });
      new Containers(scope, 'Containers', { regions, ...PROPS, primaryNetwork: primary, secondaryNetwork: secondary });
    });
    expect(made.only('aws_ecs_service', 'us-east-1').body.network_configuration.subnets).toHaveLength(3);
    expect(foreignReferences(made)).toEqual([]);
    const listed = synth((scope, regions) => {
      const group = new CloudwatchLogGroup(scope, 'Any', { provider: regions.primary.provider });
      const list = group.getListAttribute('list');
      new Containers(scope, 'Containers', {
        regions,
        ...PROPS,
        primaryNetwork: { ...network('p'), privateSubnetIds: list, publicSubnetIds: list, gatewayPrefixListIds: [] },
        internalLoadBalancer: true,
      });
    });
    expect(listed.resources('aws_ecs_service')).toHaveLength(2);
  });

  const alike = 'both regions are built alike';
  const wrongRegion = (region: string): string =>
    `give the ARN of one in ${region}: AWS does not accept, or does not reach, one of another region here`;
  const onlyListener = 'give primaryListenerArn and secondaryListenerArn as well, or remove it';
  test.each<[string, Json, string]>([
    [
      'a task size that Fargate does not have',
      { cpu: 512, memory: 512 },
      'memory is 512; with cpu 512, Fargate offers 1024, 2048, 3072, 4096 MiB',
    ],
    [
      'a memory between those of a large task',
      { cpu: 8192, memory: 18_432 },
      'memory is 18432; with cpu 8192, Fargate offers 16384, 20480, 24576, 28672, 32768, 36864, 40960, 45056, 49152, 53248, 57344, 61440 MiB',
    ],
    [
      'a CPU that Fargate does not have',
      { cpu: 300 },
      'cpu is 300; use one of 256, 512, 1024, 2048, 4096, 8192, 16384 CPU units',
    ],
    [
      'an image of the other region (R-ECS-2)',
      { secondaryImageUri: image('us-east-1') },
      `secondaryImageUri is "${image('us-east-1')}"; give the image in us-east-2: no task may start by asking another region`,
    ],
    [
      'an image of a registry that is not ECR',
      { primaryImageUri: 'nginx:1.29' },
      'primaryImageUri is "nginx:1.29"; give the URI of an image in ECR with its tag or digest: a failover must not wait for others',
    ],
    [
      'two different images',
      { secondaryImageUri: image('us-east-2', ':1.4.1') },
      `secondaryImageUri is "${image('us-east-2', ':1.4.1')}"; give the image ":1.4.2" of the primary: both run the same`,
    ],
    [
      'one image',
      { secondaryImageUri: undefined },
      `secondaryImageUri is missing; give it, or remove primaryImageUri: ${alike}`,
    ],
    [
      'no image',
      { primaryImageUri: undefined, secondaryImageUri: undefined },
      'primaryImageUri is missing; give the images of both regions, or repositoryName and imageTag',
    ],
    [
      'an image and a repository',
      { repositoryName: 'shop' },
      'repositoryName is "shop"; give either images or a repository, not both',
    ],
    [
      'a repository without a tag',
      { ...REPOSITORY, imageTag: undefined },
      'imageTag is missing; give the tag of one build, such as its commit: tags here are immutable',
    ],
    [
      'the tag "latest" (R-ECS-2)',
      { ...REPOSITORY, imageTag: 'latest' },
      'imageTag is "latest"; give the tag of one build, such as its commit: tags here are immutable, so "latest" can be pushed once only',
    ],
    [
      'a tag without a repository',
      { imageTag: '1' },
      'imageTag is "1"; remove it: it is for a repository made here, with repositoryName',
    ],
    [
      'replication without a repository',
      { manageRegistryReplication: true },
      'manageRegistryReplication is true; remove it: it is for a repository made here, with repositoryName',
    ],
    [
      'no task in the standby (R-ECS-1)',
      { standbyCapacity: 0 },
      'standbyCapacity is 0; give a whole number from 1 to 5000 tasks: without one, recovery waits for room in Fargate just when everybody asks for it',
    ],
    [
      'more tasks than the most',
      { desiredCount: 11 },
      'desiredCount is 11; raise maxCapacity, 10: autoscaling would stop the tasks above it',
    ],
    [
      'more standby tasks than the most',
      { standbyCapacity: 4, maxCapacity: 3 },
      'standbyCapacity is 4; raise maxCapacity, 3: autoscaling would stop the tasks above it',
    ],
    [
      'a least number above the first',
      { minCapacity: 3 },
      'minCapacity is 3; give at most desiredCount, 2: autoscaling would start more',
    ],
    [
      'a port that needs root',
      { containerPort: 80 },
      'containerPort is 80; give a whole number from 1024 to 65535 (a lower port needs root, and the container does not run as root)',
    ],
    ['root', { user: 'root' }, 'user is "root"; give a user other than root'],
    ['root by its number', { user: '0:1000' }, 'user is "0:1000"; give a user other than root'],
    [
      'a variable of one region',
      { primaryEnvironment: { BUCKET: 'b' } },
      `secondaryEnvironment.BUCKET is missing; give it, or remove primaryEnvironment.BUCKET: ${alike}`,
    ],
    [
      'a secret of one region',
      { secondarySecretArns: { DATABASE: secrets.secondary } },
      `primarySecretArns.DATABASE is missing; give it, or remove secondarySecretArns.DATABASE: ${alike}`,
    ],
    [
      'a secret of the other region',
      { primarySecretArns: { DATABASE: secrets.primary }, secondarySecretArns: { DATABASE: secrets.primary } },
      `secondarySecretArns.DATABASE is "${secrets.primary}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'a variable that is a secret too',
      { ...SECRETS, environment: { DATABASE: 'x' } },
      'environment.DATABASE is "x"; give each variable once: ECS refuses the second',
    ],
    [
      'a variable that ECS sets',
      { environment: { AWS_REGION: 'us-east-1' } },
      'environment.AWS_REGION is "AWS_REGION"; choose another name: ECS sets variables that start so itself',
    ],
    [
      'a variable that the construct sets',
      { environment: { PORT: '80' } },
      'environment.PORT is "PORT"; choose another name: this construct sets it',
    ],
    [
      'one listener',
      { ...BEHIND, secondaryListenerArn: undefined },
      `secondaryListenerArn is missing; give it, or remove primaryListenerArn: ${alike}`,
    ],
    [
      'a listener of the other region',
      { ...BEHIND, secondaryListenerArn: listeners.primary },
      `secondaryListenerArn is "${listeners.primary}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'a listener without its security group',
      { ...BEHIND, secondaryLoadBalancerSecurityGroupId: undefined },
      'secondaryLoadBalancerSecurityGroupId is missing; give that of the load balancer of the listener',
    ],
    [
      'a security group without a listener',
      { primaryLoadBalancerSecurityGroupId: 'sg-1' },
      `primaryLoadBalancerSecurityGroupId is "sg-1"; ${onlyListener}`,
    ],
    ['paths without a listener', { pathPatterns: ['/a'] }, `pathPatterns is ["/a"]; ${onlyListener}`],
    [
      'no path',
      { ...BEHIND, pathPatterns: [] },
      'pathPatterns is []; give at least one path: a target group without requests is of no use',
    ],
    [
      'a certificate for a load balancer that is not made here',
      { ...BEHIND, ...TLS },
      `primaryCertificateArn is "${certificates.primary}"; remove it: the load balancer is your own`,
    ],
    [
      'a certificate of the other region (R-LB-4)',
      { ...TLS, primaryCertificateArn: certificates.secondary },
      `primaryCertificateArn is "${certificates.secondary}"; ${wrongRegion('us-east-1')}`,
    ],
    [
      'a key of the other region (R-KMS-1)',
      { ...KEYS, secondaryKeyArn: KEYS.primaryKeyArn },
      `secondaryKeyArn is "${KEYS.primaryKeyArn}"; give a key of us-east-2`,
    ],
    [
      'a topic of the other region (R-CW-1)',
      { ...TOPICS, secondaryAlarmTopicArn: topics.primary },
      `secondaryAlarmTopicArn is "${topics.primary}"; ${wrongRegion('us-east-2')}`,
    ],
    [
      'one private subnet',
      { secondaryNetwork: network('s', 1) },
      'secondaryNetwork.privateSubnetIds is ["subnet-s-private-0"]; give two or more subnets, each in a zone of its own: one zone may be lost any day',
    ],
    [
      'no public subnets for a load balancer on the internet',
      { primaryNetwork: { ...network('p'), publicSubnetIds: [] } },
      'primaryNetwork.publicSubnetIds is []; give two or more subnets, each in a zone of its own: one zone may be lost any day',
    ],
    ['an unknown prop', { spot: true }, 'spot is true; there is no such prop, remove it or correct its spelling'],
  ])('fails on %s', (_, props, message) => {
    expect(
      errorOf((scope, regions) => new Containers(scope, 'C', { regions, ...PROPS, ...props } as ContainersProps)),
    ).toBe(`test/C: ${message}`);
  });
});

/** Everything of the base system that a service stands on. */
function whole(pair: Partial<RegionPairProps> = {}): Synthesized {
  const { primaryRegion = 'us-east-1', secondaryRegion = 'us-east-2' } = pair;
  return synth((scope, regions) => {
    const keys = new Encryption(scope, 'Encryption', { regions });
    const encrypted = { primaryKeyArn: keys.primary.keyArn, secondaryKeyArn: keys.secondary.keyArn };
    const networks = new Networking(scope, 'Networking', {
      regions,
      ...encrypted,
      interfaceEndpoints: Containers.CALLED_SERVICES,
    });
    const both = { primaryNetwork: networks.primary, secondaryNetwork: networks.secondary };
    const lambda = (region: string): string => `arn:aws:lambda:${region}:${ACCOUNT}:function:f`;
    const front = new LoadBalancing(scope, 'LoadBalancing', {
      regions,
      ...both,
      primaryProcessorArn: lambda(primaryRegion),
      primaryProcessorName: 'f',
      secondaryProcessorArn: lambda(secondaryRegion),
      secondaryProcessorName: 'f',
      primaryHealthArn: lambda(primaryRegion),
      primaryHealthName: 'f',
      secondaryHealthArn: lambda(secondaryRegion),
      secondaryHealthName: 'f',
    });
    new Containers(scope, 'Containers', {
      regions,
      ...both,
      ...encrypted,
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
  }, pair);
}

describe('destinations', () => {
  const GIVEN = {
    primaryDestinations: [
      { name: 'Database of the region', securityGroupId: 'sg-0a', port: 5432 },
      { name: 'Cache', cidrBlock: '10.0.64.0/20', port: 6379 },
    ],
    secondaryDestinations: [
      { name: 'Database of the region', securityGroupId: 'sg-0b', port: 5432 },
      { name: 'Cache', cidrBlock: '10.1.64.0/20', port: 6379 },
    ],
  };

  test.each([
    ['us-east-1', 'sg-0a', '10.0.64.0/20'],
    ['us-east-2', 'sg-0b', '10.1.64.0/20'],
  ])('of the tasks of %s are open to them by single rules (R-NET-10)', (region, group, cidrBlock) => {
    const given = build(GIVEN);
    const [tasks] = given
      .resources('aws_security_group', region)
      .filter(({ body }) => body.name.startsWith('app-tasks'));
    const rules = given
      .resources('aws_vpc_security_group_egress_rule', region)
      .filter(({ id }) => id.includes('_ToDestination'))
      .map(({ body }) => body)
      .sort((a, b) => a.to_port - b.to_port);
    expect(rules.map(({ security_group_id: of }) => given.target(of))).toEqual([tasks, tasks]);
    expect(rules).toEqual([
      expect.objectContaining({
        description: 'Database of the region',
        referenced_security_group_id: group,
        ip_protocol: 'tcp',
        from_port: 5432,
        to_port: 5432,
      }),
      expect.objectContaining({ description: 'Cache', cidr_ipv4: cidrBlock, from_port: 6379, to_port: 6379 }),
    ]);
    expect(rules[0]).not.toHaveProperty('cidr_ipv4');
    expect(rules[1]).not.toHaveProperty('referenced_security_group_id');
  });

  test('keep their addresses when another one comes first', () => {
    const addresses = (...names: string[]): Map<string, string> => {
      const of = (cidr: number): ContainerDestination[] =>
        names.map((name) => ({ name, cidrBlock: `10.${cidr}.0.${name.length * 16}/28`, port: 6379 }));
      const given = build({ primaryDestinations: of(0), secondaryDestinations: of(1) });
      const rules = given.resources('aws_vpc_security_group_egress_rule', 'us-east-1');
      return new Map(rules.map(({ id, body }) => [id, body.description]));
    };
    const [few, more] = [addresses('b', 'cc'), addresses('aaa', 'cc', 'b')];
    expect(more.size).toBe(few.size + 1);
    for (const [id, description] of few) expect(more.get(id)).toBe(description);
  });

  test('lead to the database of their own region, and to no other (R-NET-5, R-NET-11)', () => {
    const withDatabase = synth((scope, regions) => {
      const database = new RelationalDatabase(scope, 'Database', {
        regions,
        ...KEYS,
        primaryNetwork: PROPS.primaryNetwork,
        secondaryNetwork: PROPS.secondaryNetwork,
      });
      const to = (role: 'primary' | 'secondary'): ContainerDestination[] => [
        { name: 'Database', securityGroupId: database[role].securityGroupId, port: database.port },
      ];
      new Containers(scope, 'Containers', {
        regions,
        ...PROPS,
        primaryDestinations: to('primary'),
        secondaryDestinations: to('secondary'),
      });
    });
    expect(foreignReferences(withDatabase)).toEqual([]);
    for (const region of REGIONS) {
      const [rule] = withDatabase
        .resources('aws_vpc_security_group_egress_rule', region)
        .filter(({ id }) => id.includes('_ToDestination-'));
      expect(withDatabase.target(rule.body.referenced_security_group_id).region).toBe(region);
    }
  });

  const one = { name: 'Database', securityGroupId: 'sg-0a', port: 5432 };
  test.each<[Json, string]>([
    [
      { primaryDestinations: [one] },
      'secondaryDestinations is []; give 1, one for each of the primary region, in the same order',
    ],
    [
      { primaryDestinations: [{ name: 'Database', port: 5432 }], secondaryDestinations: [one] },
      'primaryDestinations[0].securityGroupId is missing; give either a security group or a cidrBlock',
    ],
    [
      { primaryDestinations: [one], secondaryDestinations: [{ ...one, cidrBlock: '10.0.0.0/16' }] },
      'secondaryDestinations[0].securityGroupId is "sg-0a"; give either a security group or a cidrBlock',
    ],
    [
      { primaryDestinations: [one, one], secondaryDestinations: [one, { ...one, port: 1 }] },
      'primaryDestinations[1] is {"name":"Database","securityGroupId":"sg-0a","port":5432}; give each destination once: EC2 refuses the second rule',
    ],
    [
      { primaryDestinations: [{ name: 'All', cidrBlock: '0.0.0.0/0', port: 1 }], secondaryDestinations: [one] },
      'primaryDestinations[0].cidrBlock is "0.0.0.0/0"; give an IPv4 range such as "10.0.0.0/16", not all addresses',
    ],
    [
      { primaryDestinations: [{ ...one, securityGroupId: 'database' }], secondaryDestinations: [one] },
      'primaryDestinations[0].securityGroupId is "database"; give the id of a security group',
    ],
    [
      { primaryDestinations: [{ ...one, port: 65_536 }], secondaryDestinations: [one] },
      'primaryDestinations[0].port is 65536; give a whole number from 1 to 65535',
    ],
    [
      { primaryDestinations: [{ ...one, name: 'Database "ledger"' }], secondaryDestinations: [one] },
      'primaryDestinations[0].name is "Database \\"ledger\\""; use 1 to 200 characters that EC2 allows in descriptions',
    ],
    [
      { primaryDestinations: [{ ...one, protocol: 'udp' }], secondaryDestinations: [one] },
      'primaryDestinations[0].protocol is "udp"; there is no such prop, remove it or correct its spelling',
    ],
  ])('fails on %j', (props, message) => {
    expect(errorOf((scope, regions) => new Containers(scope, 'C', { regions, ...PROPS, ...props }))).toBe(
      `test/C: ${message}`,
    );
  });

  terraformTest(
    'are accepted by the real AWS provider',
    () => {
      expect(
        validate(build({ ...GIVEN, secondarySettings: { desiredCount: 3, minCapacity: 2, maxCapacity: 5 } })),
      ).toEqual([]);
    },
    60_000,
  );
});

describe('settings of the secondary region', () => {
  const scaled = (stack: Synthesized, region: string): Json => {
    const { min_capacity, max_capacity } = stack.only('aws_appautoscaling_target', region).body;
    return [stack.only('aws_ecs_service', region).body.desired_count, min_capacity, max_capacity];
  };
  const warnings = (props: Json): string[] => {
    let found: string[] = [];
    synth((scope, regions) => {
      const { node } = new Containers(scope, 'C', { regions, ...PROPS, ...props });
      found = node.metadata.filter(({ type }) => type === '@cdktf/warn').map(({ data }) => String(data));
    });
    return found;
  };

  test('are its own numbers of tasks, and the primary keeps its own (R-ECS-1)', () => {
    const own = build({ desiredCount: 4, secondarySettings: { desiredCount: 3, minCapacity: 2, maxCapacity: 6 } });
    expect(REGIONS.map((region) => scaled(own, region))).toEqual([
      [4, 4, 10],
      [3, 2, 6],
    ]);
    expect(REGIONS.map((region) => scaled(build({ secondarySettings: {} }), region))).toEqual([
      [2, 2, 10],
      [1, 1, 10],
    ]);
  });

  test('warn where the standby may not grow to what the primary may', () => {
    expect(warnings({ secondarySettings: { maxCapacity: 6 } })).toEqual([
      'test/C: the regions differ in maxCapacity: after a failover the service grows to that many tasks. Remove it from secondarySettings unless it must be so.',
    ]);
    expect(warnings({ secondarySettings: { desiredCount: 5, maxCapacity: 10 } })).toEqual([]);
  });

  test.each<[Json, string]>([
    [
      { standbyCapacity: 2, secondarySettings: { desiredCount: 3 } },
      'secondarySettings.desiredCount is 3; remove it or standbyCapacity: both say how many tasks the secondary has',
    ],
    [
      { standbyCapacity: 2, secondarySettings: { minCapacity: 1 } },
      'secondarySettings.minCapacity is 1; remove it or standbyCapacity: both say how many tasks the secondary has',
    ],
    [
      { secondarySettings: { minCapacity: 2 } },
      'secondarySettings.minCapacity is 2; give at most secondarySettings.desiredCount, 1: autoscaling would start more',
    ],
    [
      { secondarySettings: { desiredCount: 4, maxCapacity: 3 } },
      'secondarySettings.desiredCount is 4; raise maxCapacity, 3: autoscaling would stop the tasks above it',
    ],
    [
      { secondarySettings: { desiredCount: 0 } },
      'secondarySettings.desiredCount is 0; give a whole number from 1 to 5000 tasks',
    ],
    [
      { secondarySettings: { serverErrors: 1 } },
      'secondarySettings.serverErrors is 1; there is no such prop, remove it or correct its spelling',
    ],
  ])('fail on %j', (props, message) => {
    expect(errorOf((scope, regions) => new Containers(scope, 'C', { regions, ...PROPS, ...props }))).toBe(
      `test/C: ${message}`,
    );
  });
});

test('behind the load balancer of the system, nothing leaves its region (R-TF-3)', () => {
  const system = whole(EUROPE);
  expect(withoutProvider(system)).toEqual([]);
  expect(foreignReferences(system)).toEqual([]);
});

terraformTest(
  'the real AWS provider accepts it alone, with everything, behind the load balancer of the system, and in Europe',
  () => {
    expect(validate(build())).toEqual([]);
    expect(
      validate(build({ ...REPOSITORY, ...KEYS, ...SECRETS, ...TOPICS, ...TLS }, { protection: 'protected' })),
    ).toEqual([]);
    expect(validate(build({ ...BEHIND, serviceDiscovery: true }))).toEqual([]);
    expect(validate(whole(EUROPE))).toEqual([]);
  },
  180_000,
);
