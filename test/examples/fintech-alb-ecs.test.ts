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
} from './checks';
import { build, DOMAIN, testExample } from './example';

const EXAMPLE = { name: 'fintech-alb-ecs', stack: 'FintechAlbEcs' };

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
  ...EXAMPLE,
  requirements: {
    '1.1': (s) => {
      const types = (region: string): string[] =>
        s
          .resources('aws_ecs_service', region)
          .concat(some(s, 'aws_vpc', region))
          .map(({ type }) => type);
      expect(types('us-east-1')).toEqual(types('us-east-2'));
    },
    '1.2': (s) => {
      expect(regionsOf(s)).toEqual(['us-east-1', 'us-east-2']);
      pairOf(s, 'aws_vpc');
      const elsewhere = build(EXAMPLE, undefined, { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' });
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
      for (const { resource_arn } of pairOf(s, 'aws_wafv2_web_acl_association'))
        expect(resource_arn).toContain('aws_lb.');
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
        const { arn } = named(s, 'aws_cloudwatch_event_target', 'OrderTarget', region);
        expect(s.target(arn)).toMatchObject({ region, type: 'aws_lambda_function' });
      }
    },
    '5.2': (s) => {
      for (const region of regionsOf(s)) {
        const { variables } = named(s, 'aws_lambda_function', 'Processor_Function', region).environment;
        expect(JSON.stringify(variables)).toContain('/app/dev');
        const names = some(s, 'aws_ssm_parameter', region).map(({ body }) => body.name);
        expect(names).toEqual(expect.arrayContaining(['/app/dev/payment/limit', '/app/dev/regional/api-endpoint']));
      }
      replicatesParameters(s);
    },
    '6.1': (s) => {
      for (const { launch_type, network_configuration: network } of pairOf(s, 'aws_ecs_service')) {
        expect(launch_type).toBe('FARGATE');
        expect(network.assign_public_ip ?? false).toBe(false);
        expect(kindsOf(s, network.subnets)).toEqual(PRIVATE);
      }
    },
    '6.2': (s) => {
      for (const { service_registries } of pairOf(s, 'aws_ecs_service'))
        expect(JSON.stringify(service_registries)).toContain('aws_service_discovery_service.');
    },
    '6.3': (s) => {
      for (const { load_balancer } of pairOf(s, 'aws_ecs_service'))
        expect(load_balancer[0].target_group_arn).toContain('aws_lb_target_group.');
    },
    '7.1': (s) => {
      subnets(s, 'Public', 3);
      subnets(s, 'Private', 3);
    },
    '7.2': peering,
    '7.3': (s) => expect(inBoth(s, 'aws_nat_gateway')).toHaveLength(6),
    '7.4': closedToTheInternet,
    '7.5': (s) => {
      for (const region of regionsOf(s)) {
        const kinds = some(s, 'aws_network_acl', region).map(({ body }) => kindsOf(s, body.subnet_ids)[0]);
        expect(kinds.sort()).toEqual(['Private', 'Public']);
      }
    },
    '8.1': (s) => expect(latencies(s)).toEqual([0.5, 0.3]),
    '8.2': (s) => {
      for (const metric of ['CPUUtilization', 'FreeStorageSpace', 'Errors', 'HTTPCode_Target_5XX_Count'])
        alarmsOn(s, metric);
      alarmsOn(s, 'ReplicaLag', ['us-east-2']);
      alarmsOn(s, 'WriteThrottleEvents');
    },
    '8.3': (s) => expect(pairOf(s, 'aws_sns_topic')).toHaveLength(2),
    'C.1': (s) => {
      deletable(s, true);
      for (const { body } of some(s, 'aws_ecr_repository')) expect(body.force_delete).toBe(true);
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
    'C.6': (s) => {
      expect(latencies(s)).toHaveLength(2);
      const other = build(EXAMPLE, undefined, { primaryLatencyMilliseconds: 800, secondaryLatencyMilliseconds: 700 });
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
      for (const { body } of some(s, 'aws_route').filter(({ id }) => id.includes('Peering')))
        expect(body.vpc_peering_connection_id).toContain('aws_vpc_peering_connection_accepter.');
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
      for (const { multi_az } of pairOf(s, 'aws_db_instance')) expect(multi_az).toBe(true);
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
    'D.9': leastPrivilege,
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
        const rules = some(s, 'aws_vpc_security_group_egress_rule', region).map(({ body }) => body);
        expect(rules.some(({ from_port }) => from_port === 5432)).toBe(true);
      }
    },
  },
  files: {
    'P.1': ['test/system.test.ts', /keeps every reference inside its region/],
    'P.2': ['docs/deployment.md', /## Costs/],
  },
  without: [
    ['2.1', /recovery: 'readReplica',(\n.*)\n.*secondaryMultiAz.*/, "recovery: 'automatedBackups',$1"],
    ['2.4', "tableName: 'sessions'", "tableName: 'logins'"],
    ['3.2', /secondarySettings: .*\n/, ''],
    ['4.1', "replication: 'primaryToSecondary'", "replication: 'both'"],
    ['4.4', 'transitionToInfrequentAccessDays: 90,', ''],
    ['5.1', "orderDetailType: 'PaymentSubmitted'", "orderDetailType: 'OrderSubmitted'"],
    ['6.2', 'serviceDiscovery: true', 'serviceDiscovery: false'],
    ['7.2', 'peering: true', 'peering: false'],
    ['7.3', "natGateways: 'perZone'", "natGateways: 'single'"],
    ['7.5', 'networkAcls: true', 'networkAcls: false'],
    ['8.1', '500 : 300', '500 : 500'],
    ['8.2', "metricName: 'ReplicaLag'", "metricName: 'ReadIOPS'"],
    ['C.2', "protection: 'disposable'", "protection: 'protected'"],
    ['C.5', "costCenter: 'fintech-ops',", ''],
    ['D.4', 'secondaryMultiAz: true', 'secondaryMultiAz: false'],
    ['D.12', 'fromPort: database.port', 'fromPort: 443'],
  ],
});
