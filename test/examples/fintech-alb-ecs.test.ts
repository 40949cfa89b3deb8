import { Json, Synthesized } from '../support/synth';
import {
  alarmsOn,
  checksBothEndpoints,
  closedToTheInternet,
  deletable,
  encrypted,
  encryptedInTransit,
  failoverRecords,
  globalEndpoint,
  globalTable,
  inBoth,
  keyPerRegion,
  leastPrivilege,
  named,
  outputs,
  pairOf,
  peering,
  regionsOf,
  replicatesBuckets,
  replicatesParameters,
  sameFunctions,
  some,
  subnets,
  suffixed,
  watchesFunctions,
} from './checks';
import { DOMAIN, testExample } from './example';
import { asInPrimary, instead, withArgument, without, withoutArgument, withoutOutput, withText } from './removals';

/** Country codes that the web ACL of a region refuses. */
function refusedCountries(s: Synthesized, region: string): readonly string[] {
  const { rule } = s.only('aws_wafv2_web_acl', region).body;
  return (JSON.stringify(rule).match(/"country_codes":\[([^\]]*)\]/)?.[1] ?? '').replaceAll('"', '').split(',');
}

/** Thresholds of the alarms on the response time, the primary's first, in seconds. */
function latencies(s: Synthesized): readonly number[] {
  return alarmsOn(s, 'TargetResponseTime').map(({ threshold }) => threshold);
}

/** Kinds of the subnets that are listed. */
function kindsOf(s: Synthesized, ids: readonly string[]): readonly string[] {
  return ids.map((one) => s.target(one).id.match(/(Private|Public)Subnet/)?.[1] ?? '');
}

const PRIVATE = ['Private', 'Private', 'Private'];

testExample({
  name: 'fintech-alb-ecs',
  stack: 'FintechAlbEcs',
  requirements: {
    '1.1': (s) => {
      // The same resources in both, by the construct and what it is in it.
      const made = (region: string): string[] =>
        s.all
          .filter((one) => one.region === region && /^(Web|Networking|PaymentProcessor)_.*ary_/.test(one.id))
          .map(({ type, id }) => `${type} ${id.replace(/_(Primary|Secondary)_/g, '_').replace(/_[0-9A-F]{8}/g, '')}`)
          .sort();
      expect(made('us-east-1').length).toBeGreaterThan(50);
      expect(made('us-east-2')).toEqual(made('us-east-1'));
    },
    '1.2': (s, inContext) => {
      expect(regionsOf(s)).toEqual(['us-east-1', 'us-east-2']);
      pairOf(s, 'aws_vpc');
      const elsewhere = inContext({ primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' });
      expect(regionsOf(elsewhere)).toEqual(['eu-west-1', 'eu-central-1']);
    },
    '2.1': (s) => {
      const [source, replica] = pairOf(s, 'aws_db_instance');
      expect(source.engine).toBe('postgres');
      expect(s.target(replica.replicate_source_db).region).toBe('us-east-1');
    },
    '2.2': (s) => {
      const [source, replica] = pairOf(s, 'aws_db_instance');
      expect(s.target(source.kms_key_id)).toMatchObject({ region: 'us-east-1', type: 'aws_kms_key' });
      expect(s.target(replica.kms_key_id)).toMatchObject({ region: 'us-east-2', type: 'aws_kms_replica_key' });
    },
    '2.3': (s) => {
      for (const { subnet_ids } of pairOf(s, 'aws_db_subnet_group')) expect(kindsOf(s, subnet_ids)).toEqual(PRIVATE);
    },
    '2.4': (s) => {
      const table = globalTable(s, 'sessions-');
      expect(table.hash_key).toBe('sessionId');
      expect(table.ttl).toMatchObject({ attribute_name: 'expiresAt', enabled: true });
    },
    '3.1': (s) => {
      for (const { load_balancer_type, internal, subnets: ids } of pairOf(s, 'aws_lb')) {
        expect([load_balancer_type, internal]).toEqual(['application', false]);
        expect(kindsOf(s, ids)).toEqual(['Public', 'Public', 'Public']);
      }
    },
    '3.2': (s) => {
      expect(refusedCountries(s, 'us-east-1')).toEqual(['CN', 'KP', 'RU']);
      expect(refusedCountries(s, 'us-east-2')).toEqual(['CN', 'IR', 'KP', 'RU']);
      for (const region of regionsOf(s)) {
        const { resource_arn, web_acl_arn } = s.only('aws_wafv2_web_acl_association', region).body;
        expect(s.target(resource_arn)).toMatchObject({ region, type: 'aws_lb' });
        expect(s.target(web_acl_arn)).toMatchObject({ region, type: 'aws_wafv2_web_acl' });
      }
    },
    '4.1': (s) => replicatesBuckets(s, ['us-east-1']),
    '4.2': (s) => {
      const { role } = s.only('aws_s3_bucket_replication_configuration').body;
      expect(s.target(role).body.assume_role_policy).toContain('s3.amazonaws.com');
    },
    '4.3': (s) => {
      for (const body of pairOf(s, 'aws_s3_bucket_versioning'))
        expect(body.versioning_configuration.status).toBe('Enabled');
    },
    '4.4': (s) => {
      for (const region of regionsOf(s)) {
        const { rule } = named(s, 'aws_s3_bucket_lifecycle_configuration', 'ary_Lifecycle', region);
        const text = JSON.stringify(rule);
        expect(text).toContain('"days":90,"storage_class":"STANDARD_IA"');
        expect(text).toContain('"noncurrent_days":30');
      }
    },
    '5.1': (s) => {
      globalEndpoint(s);
      for (const region of regionsOf(s)) {
        const { event_pattern } = named(s, 'aws_cloudwatch_event_rule', 'OrderRule', region);
        expect(event_pattern).toContain('PaymentSubmitted');
        const { arn, rule } = named(s, 'aws_cloudwatch_event_target', 'OrderTarget', region);
        expect(s.target(rule).id).toContain('OrderRule');
        expect(s.target(arn)).toMatchObject({ region, type: 'aws_lambda_function' });
      }
    },
    '5.2': (s) => {
      for (const region of regionsOf(s)) {
        const { variables } = named(s, 'aws_lambda_function', 'Processor_Function', region).environment;
        expect(variables.PARAMETER_PREFIX).toBe('/app/dev');
        expect(variables.REGION_ROLE).toBe(region === 'us-east-1' ? 'primary' : 'secondary');
        expect(s.target(variables.BUCKET_NAME).region).toBe(region);
        const { value } = named(s, 'aws_ssm_parameter', 'regional-api-endpoint', region);
        expect(s.target(value)).toMatchObject({ region, type: 'aws_lb' });
        const names = some(s, 'aws_ssm_parameter', region).map(({ body }) => body.name);
        expect(names).toEqual(expect.arrayContaining(['/app/dev/payment/limit', '/app/dev/regional/api-endpoint']));
      }
      replicatesParameters(s);
    },
    '6.1': (s) => {
      for (const { launch_type, desired_count, network_configuration: network } of pairOf(s, 'aws_ecs_service')) {
        expect([launch_type, desired_count]).toEqual(['FARGATE', 2]);
        expect(network.assign_public_ip ?? false).toBe(false);
        expect(kindsOf(s, network.subnets)).toEqual(PRIVATE);
      }
    },
    '6.2': (s) => {
      for (const { service_registries } of pairOf(s, 'aws_ecs_service'))
        expect(JSON.stringify(service_registries)).toContain('aws_service_discovery_service.');
    },
    '6.3': (s) => {
      for (const region of regionsOf(s)) {
        const group = s.target(s.only('aws_ecs_service', region).body.load_balancer[0].target_group_arn);
        expect(group).toMatchObject({ region, type: 'aws_lb_target_group' });
        expect(group.body.health_check).toMatchObject({ enabled: true, path: '/health' });
        const { default_action: actions } = named(s, 'aws_lb_listener', 'HttpsListener', region);
        expect(s.target(actions[0].target_group_arn).address).toBe(group.address);
      }
    },
    '7.1': (s) => {
      subnets(s, 'Public', 3);
      subnets(s, 'Private', 3);
    },
    '7.2': peering,
    '7.3': (s) => {
      expect(inBoth(s, 'aws_nat_gateway')).toHaveLength(6);
      // Each private subnet leaves by the gateway of its own zone.
      const out = some(s, 'aws_route').filter(({ body }) => body.nat_gateway_id);
      expect(new Set(out.map(({ body }) => body.nat_gateway_id)).size).toBe(6);
    },
    '7.4': (s) => {
      closedToTheInternet(s);
      for (const region of regionsOf(s)) {
        const { referenced_security_group_id: from } = named(
          s,
          'aws_vpc_security_group_ingress_rule',
          'FromLoadBalancer',
          region,
        );
        expect(s.target(from).id).toContain('LoadBalancerSecurityGroup');
      }
    },
    '7.5': (s) => {
      for (const region of regionsOf(s)) {
        const kinds = some(s, 'aws_network_acl', region).map(({ body }) => kindsOf(s, body.subnet_ids)[0]);
        expect(kinds.sort()).toEqual(['Private', 'Public']);
      }
    },
    '8.1': (s) => expect(latencies(s)).toEqual([0.5, 0.3]),
    '8.2': (s) => {
      for (const region of regionsOf(s)) {
        const { identifier } = s.only('aws_db_instance', region).body;
        const watched = some(s, 'aws_cloudwatch_metric_alarm', region)
          .filter(({ body }) => body.dimensions?.DBInstanceIdentifier === identifier)
          .map(({ body }) => body.metric_name);
        expect(watched).toEqual(expect.arrayContaining(['CPUUtilization', 'FreeStorageSpace', 'ReplicaLag']));
      }
      watchesFunctions(s, 'Errors', /PaymentProcessor_/);
      for (const metric of ['HTTPCode_Target_5XX_Count', 'RunningTaskCount']) alarmsOn(s, metric);
      const throttled = alarmsOn(s, 'WriteThrottleEvents').map(({ dimensions }) => dimensions.TableName);
      expect(throttled.sort()).toEqual(['payments-dev', 'payments-dev', 'sessions-dev', 'sessions-dev']);
    },
    '8.3': (s, inContext) => {
      pairOf(s, 'aws_sns_topic');
      const told = inContext({ alarmEmails: ['operations@acme.dev'] });
      for (const { endpoint } of pairOf(told, 'aws_sns_topic_subscription'))
        expect(endpoint).toBe('operations@acme.dev');
    },
    'C.1': (s) => {
      deletable(s, true);
      for (const body of pairOf(s, 'aws_ecr_repository')) expect(body.force_delete).toBe(true);
    },
    'C.2': (s) => {
      for (const body of pairOf(s, 'aws_db_instance'))
        expect([body.deletion_protection, body.skip_final_snapshot]).toEqual([false, true]);
    },
    'C.3': keyPerRegion,
    'C.4': (s) => {
      for (const body of pairOf(s, 'aws_db_instance')) expect(body.publicly_accessible).toBe(false);
    },
    'C.5': (s) => {
      some(s, 'aws_vpc');
      expect(s.json.provider.aws.map((one: Json) => one.default_tags[0].tags)).toEqual(
        regionsOf(s).map((Region) => ({ Environment: 'production', Region, CostCenter: 'fintech-ops' })),
      );
    },
    'C.6': (s, inContext) => {
      expect(latencies(s)).toHaveLength(2);
      const other = inContext({ primaryLatencyMilliseconds: 800, secondaryLatencyMilliseconds: 700 });
      expect(latencies(other)).toEqual([0.8, 0.7]);
    },
    'C.7': (s) => {
      for (const type of ['aws_kms_key', 'aws_kms_replica_key'])
        expect(s.only(type).body.deletion_window_in_days).toBe(7);
    },
    'C.8': (s) => {
      for (const { runtime } of sameFunctions(s)) expect(runtime).toBe('nodejs22.x');
    },
    'C.9': (s) => {
      peering(s);
      const routes = some(s, 'aws_route').filter(({ id }) => id.includes('Peering'));
      for (const { body } of routes)
        expect(s.target(body.vpc_peering_connection_id).type).toBe('aws_vpc_peering_connection_accepter');
    },
    'D.1': (s) => {
      expect(s.json.provider.aws.map(({ alias }: Json) => alias)).toEqual(['primary', 'secondary']);
      pairOf(s, 'aws_ecs_service');
    },
    'D.2': (s) =>
      outputs(
        s,
        ...['vpc_id', 'database_endpoint', 'bucket_name', 'load_balancer_dns_name'].flatMap((name) => [
          `primary_${name}`,
          `secondary_${name}`,
        ]),
        'session_table_name',
      ),
    'D.3': (s) => suffixed(s, 'dev'),
    'D.4': (s) => {
      expect(pairOf(s, 'aws_db_instance').map(({ multi_az }) => multi_az)).toEqual([true, true]);
    },
    'D.5': (s) => {
      expect(some(s, 'aws_dynamodb_table').map(({ body }) => body.billing_mode)).toEqual([
        'PAY_PER_REQUEST',
        'PAY_PER_REQUEST',
      ]);
    },
    'D.6': (s) => {
      for (const { setting } of pairOf(s, 'aws_ecs_cluster'))
        expect(setting).toEqual([{ name: 'containerInsights', value: 'enabled' }]);
    },
    'D.7': encrypted,
    'D.8': encryptedInTransit,
    'D.9': (s) => {
      leastPrivilege(s);
      for (const region of regionsOf(s)) {
        const { role, policy } = named(s, 'aws_iam_role_policy', '-sessions', region);
        expect(s.target(role).id).toContain('TaskRole');
        for (const arn of JSON.parse(policy).Statement[0].Resource)
          expect(arn).toMatch(new RegExp(`^arn:aws:dynamodb:${region}:.*:table/sessions-dev(/index/\\*)?$`));
      }
    },
    'D.10': (s) => {
      const [source, replica] = pairOf(s, 'aws_db_instance');
      expect(replica.replicate_source_db).toContain('aws_db_instance.');
      expect(source.backup_retention_period).toBe(7);
    },
    'D.11': (s) => {
      failoverRecords(s, `app.${DOMAIN}`);
      checksBothEndpoints(s, 10);
    },
    'D.12': (s) => {
      for (const region of regionsOf(s)) {
        const { container_definitions } = s.only('aws_ecs_task_definition', region).body;
        expect(container_definitions).toMatch(/"DATABASE_HOST","value":"\$\{aws_db_instance\./);
        expect(s.target(container_definitions.match(/"DATABASE_HOST","value":"([^"]*)"/)[1]).region).toBe(region);
        const [out] = some(s, 'aws_vpc_security_group_egress_rule', region).filter(
          ({ body }) => body.from_port === 5432,
        );
        expect(s.target(out.body.security_group_id).id).toContain('Web_');
        expect(s.target(out.body.referenced_security_group_id)).toMatchObject({
          region,
          id: expect.stringContaining('Database_'),
        });
      }
    },
  },
  removals: {
    '1.1': [
      without('aws_ecs_service', 'Secondary'),
      without('aws_lambda_function', 'PaymentProcessor_Secondary_Health'),
    ],
    '1.2': [
      instead("context('primaryRegion', 'us-east-1')", "'us-west-1'"),
      instead("context('secondaryRegion', 'us-east-2')", "'us-west-2'"),
    ],
    '2.1': [
      instead(/recovery: 'readReplica',(\n.*)\n.*secondaryMultiAz.*/, "recovery: 'automatedBackups',$1"),
      withoutArgument('aws_db_instance', 'replicate_source_db', 'Secondary'),
    ],
    '2.2': [asInPrimary('aws_db_instance', 'kms_key_id'), without('aws_kms_replica_key')],
    '2.3': [
      instead('availabilityZoneCount: 3', 'availabilityZoneCount: 2'),
      withText('aws_db_subnet_group', 'subnet_ids.1', 'PrivateSubnet2_69469D8D', 'PublicSubnet2_75930A8E', 'Secondary'),
    ],
    '2.4': [
      instead("tableName: 'sessions'", "tableName: 'logins'"),
      instead("timeToLiveAttribute: 'expiresAt',", ''),
      without('aws_dynamodb_table_replica', 'Sessions'),
    ],
    '3.1': [
      without('aws_lb', 'Secondary'),
      withArgument('aws_lb', 'internal', true, 'Primary'),
      withText('aws_lb', 'subnets.1', 'PublicSubnet2_75930A8E', 'PrivateSubnet2_69469D8D', 'Secondary'),
    ],
    '3.2': [
      instead(/secondarySettings: .*\n/, ''),
      instead(/blockedCountries: \['CN', 'RU', 'KP'\],/, ''),
      without('aws_wafv2_web_acl_association', 'Secondary'),
    ],
    '4.1': [
      instead("replication: 'primaryToSecondary'", "replication: 'both'"),
      without('aws_s3_bucket_replication_configuration'),
    ],
    '4.2': [
      without('aws_iam_role', 'PrimaryToSecondary'),
      withText('aws_iam_role', 'assume_role_policy', 's3.amazonaws.com', 'lambda.amazonaws.com', 'PrimaryToSecondary'),
    ],
    '4.3': [
      without('aws_s3_bucket_versioning', 'Secondary'),
      withArgument('aws_s3_bucket_versioning', 'versioning_configuration.status', 'Suspended', 'Primary'),
    ],
    '4.4': [
      instead('transitionToInfrequentAccessDays: 90,', ''),
      instead('noncurrentVersionExpirationDays: 30,', 'noncurrentVersionExpirationDays: 365,'),
    ],
    '5.1': [
      instead("orderDetailType: 'PaymentSubmitted'", "orderDetailType: 'OrderSubmitted'"),
      without('aws_cloudwatch_event_target', 'Secondary_OrderTarget'),
      without('aws_cloudwatch_event_endpoint'),
    ],
    '5.2': [
      instead("parameters: { 'payment/limit': '10000.00' },", ''),
      instead(
        "secondaryRegionalParameters: { 'api-endpoint': web.secondary",
        "secondaryRegionalParameters: { 'api-endpoint': web.primary",
      ),
      withoutArgument('aws_lambda_function', 'environment.variables.PARAMETER_PREFIX', 'Secondary_Processor'),
      without('aws_cloudwatch_event_target', 'Secondary_ChangesTarget'),
    ],
    '6.1': [
      instead('standbyCapacity: 2', 'standbyCapacity: 1'),
      withArgument('aws_ecs_service', 'network_configuration.assign_public_ip', true, 'Secondary'),
      withArgument('aws_ecs_service', 'launch_type', 'EC2', 'Primary'),
    ],
    '6.2': [instead('serviceDiscovery: true', 'serviceDiscovery: false')],
    '6.3': [
      withoutArgument('aws_ecs_service', 'load_balancer', 'Secondary'),
      withoutArgument('aws_lb_target_group', 'health_check', 'Primary'),
      without('aws_lb_listener', 'Secondary_HttpsListener'),
    ],
    '7.1': [
      instead('availabilityZoneCount: 3', 'availabilityZoneCount: 2'),
      without('aws_subnet', 'Secondary_PrivateSubnet3'),
    ],
    '7.2': [instead('peering: true', 'peering: false'), without('aws_route', 'Peering_Primary_Route2')],
    '7.3': [
      instead("natGateways: 'perZone'", "natGateways: 'single'"),
      without('aws_route', 'Secondary_PrivateDefaultRoute2'),
    ],
    '7.4': [
      withArgument('aws_vpc_security_group_ingress_rule', 'cidr_ipv4', '0.0.0.0/0', 'Database_Secondary_FromOwnVpc'),
      without('aws_vpc_security_group_ingress_rule', 'Secondary_FromLoadBalancer'),
    ],
    '7.5': [
      instead('networkAcls: true', 'networkAcls: false'),
      without('aws_network_acl', 'Secondary_NetworkAcl-private'),
    ],
    '8.1': [
      instead(/secondarySettings: \{ responseTimeMilliseconds: .*\n/, ''),
      instead("responseTimeMilliseconds: context('primaryLatencyMilliseconds', 500),", ''),
    ],
    '8.2': [
      instead(/primaryInstanceIdentifiers: .*\n.*secondaryInstanceIdentifiers: .*\n/, ''),
      instead(/primaryContainerServices: .*\n.*secondaryContainerServices: .*\n/, ''),
      instead('tableNames: [sessions.tableName, payments.tableName]', 'tableNames: [sessions.tableName]'),
      without('aws_cloudwatch_metric_alarm', 'Secondary_ReplicaLag'),
      without('aws_cloudwatch_metric_alarm', 'Primary_FunctionErrors-PaymentProcessor_Primary_Health'),
      without('aws_cloudwatch_metric_alarm', 'Secondary_TargetErrors'),
    ],
    '8.3': [without('aws_sns_topic', 'Secondary')],
    'C.1': [
      instead("protection: 'disposable'", "protection: 'protected'"),
      withArgument('aws_ecr_repository', 'force_delete', false, 'Secondary'),
      withArgument('aws_s3_bucket', 'force_destroy', false, 'Secondary_Logs'),
    ],
    'C.2': [
      instead("protection: 'disposable'", "protection: 'protected'"),
      withArgument('aws_db_instance', 'deletion_protection', true, 'Secondary'),
    ],
    'C.3': [without('aws_kms_replica_key'), withArgument('aws_kms_key', 'enable_key_rotation', false)],
    'C.4': [withArgument('aws_db_instance', 'publicly_accessible', true, 'Secondary')],
    'C.5': [instead("costCenter: 'fintech-ops',", ''), instead("environment: 'production',", '')],
    'C.6': [
      instead("context('primaryLatencyMilliseconds', 500)", '500'),
      instead("context('secondaryLatencyMilliseconds', 300)", '300'),
    ],
    'C.7': [
      instead("protection: 'disposable'", "protection: 'protected'"),
      withArgument('aws_kms_replica_key', 'deletion_window_in_days', 30),
    ],
    'C.8': [withArgument('aws_lambda_function', 'runtime', 'nodejs16.x')],
    'C.9': [
      instead('peering: true', 'peering: false'),
      withText(
        'aws_route',
        'vpc_peering_connection_id',
        'connection_accepter.',
        'connection.',
        'Peering_Secondary_Route0',
      ),
    ],
    'D.1': [without('aws_ecs_service', 'Secondary'), asInPrimary('aws_ecs_service', 'provider')],
    'D.2': [
      instead('secondary_bucket_name: storage.secondary.bucketName,', ''),
      instead('secondary_database_endpoint: database.secondary', 'secondary_database_endpoint: database.primary'),
      withoutOutput('session_table_name'),
    ],
    'D.3': [
      instead("context('environmentSuffix', 'dev')", "context('environmentSuffix', 'test')"),
      withArgument('aws_lb', 'name', 'web', 'Secondary'),
    ],
    'D.4': [
      instead('primaryMultiAz: true', 'primaryMultiAz: false'),
      instead('secondaryMultiAz: true', 'secondaryMultiAz: false'),
    ],
    'D.5': [withArgument('aws_dynamodb_table', 'billing_mode', 'PROVISIONED', 'Payments')],
    'D.6': [withoutArgument('aws_ecs_cluster', 'setting', 'Secondary')],
    'D.7': [
      instead('secondaryKeyArn: encryption.secondary.keyArn', 'secondaryKeyArn: encryption.primary.keyArn'),
      withoutArgument('aws_dynamodb_table', 'server_side_encryption', 'Payments'),
      withoutArgument('aws_cloudwatch_log_group', 'kms_key_id', 'Web_Secondary'),
    ],
    'D.8': [
      instead(/primaryCertificateArn: certificates.*\n.*secondaryCertificateArn: certificates.*\n/, ''),
      without('aws_s3_bucket_policy', 'Storage_Primary_Policy'),
    ],
    'D.9': [
      instead(
        'resources: sessions[role].policyArns',
        "resources: ['arn:aws:dynamodb:us-east-1:123456789012:table/other']",
      ),
      instead("'dynamodb:Query',", "'dynamodb:*',"),
    ],
    'D.10': [
      instead(/recovery: 'readReplica',(\n.*)\n.*secondaryMultiAz.*/, "recovery: 'automatedBackups',$1"),
      withArgument('aws_db_instance', 'backup_retention_period', 0, 'Primary'),
    ],
    'D.11': [
      without('aws_route53_record', 'Routing_Secondary'),
      without('aws_route53_health_check', 'Routing_Primary_Endpoint'),
    ],
    'D.12': [
      instead(/primaryDestinations: [\s\S]*?secondaryDestinations: [\s\S]*?\],\n/, ''),
      instead('securityGroupId: database.secondary', 'securityGroupId: database.primary'),
      instead(
        'secondaryEnvironment: { DATABASE_HOST: database.secondary',
        'secondaryEnvironment: { DATABASE_HOST: database.primary',
      ),
    ],
  },
  files: {
    'P.1': ['test/system.test.ts', /keeps every reference inside its region/],
    'P.2': ['docs/deployment.md', /^## Costs/],
  },
});
