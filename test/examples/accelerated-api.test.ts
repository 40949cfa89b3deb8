import {
  alarmsOn,
  checksBothEndpoints,
  closedToTheInternet,
  dailyBackup,
  dashboards,
  deletable,
  failoverRecords,
  globalEndpoint,
  globalTable,
  inBoth,
  leastPrivilege,
  named,
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

const EXAMPLE = { name: 'accelerated-api', stack: 'AcceleratedApi' };
const certificate = (region: string): string => `arn:aws:acm:${region}:123456789012:certificate/own`;

testExample({
  ...EXAMPLE,
  requirements: {
    '1.1': (s) => expect(pairOf(s, 'aws_vpc')).toHaveLength(2),
    '1.2': peering,
    '1.3': (s) => {
      subnets(s, 'Public', 3);
      subnets(s, 'Private', 3);
    },
    '1.4': (s) => {
      for (const region of regionsOf(s)) {
        const kinds = some(s, 'aws_lb', region).map(({ body }) => body.load_balancer_type);
        expect(kinds.sort()).toEqual(['application', 'network']);
        const group = named(s, 'aws_lb_target_group', 'Accelerator', region);
        expect(group).toMatchObject({ target_type: 'alb', port: 443 });
      }
    },
    '2.1': (s) => {
      const groups = some(s, 'aws_globalaccelerator_endpoint_group').map(({ body }) => body);
      expect(groups.map((group) => group.endpoint_group_region)).toEqual([...regionsOf(s)]);
      for (const { endpoint_group_region: region, endpoint_configuration: endpoints } of groups) {
        const balancer = s.target(endpoints[0].endpoint_id);
        expect([balancer.region, balancer.body.load_balancer_type]).toEqual([region, 'network']);
      }
    },
    '2.2': (s) => {
      const dials = some(s, 'aws_globalaccelerator_endpoint_group').map(({ body }) => body.traffic_dial_percentage);
      expect(dials).toEqual([100, 100]);
      for (const region of regionsOf(s))
        expect(named(s, 'aws_lb_target_group', 'Accelerator', region).health_check).toMatchObject({
          path: '/health',
          protocol: 'HTTPS',
        });
    },
    '2.3': (s) => {
      checksBothEndpoints(s, 30);
      failoverRecords(s, `direct.${DOMAIN}`);
      failoverRecords(s, `api.${DOMAIN}`);
    },
    '3.1': (s) => {
      for (const body of pairOf(s, 'aws_api_gateway_rest_api'))
        expect(body.endpoint_configuration.types).toEqual(['REGIONAL']);
    },
    '3.2': (s) => {
      for (const { domain_name, regional_certificate_arn } of pairOf(s, 'aws_api_gateway_domain_name')) {
        expect(domain_name).toBe(`api.${DOMAIN}`);
        expect(s.target(regional_certificate_arn).type).toBe('aws_acm_certificate_validation');
      }
      pairOf(s, 'aws_api_gateway_base_path_mapping');
    },
    '3.3': (s) => {
      pairOf(s, 'aws_api_gateway_domain_name');
      const other = build(EXAMPLE, undefined, { domainName: 'shop.acme.dev' });
      expect(pairOf(other, 'aws_api_gateway_domain_name')[0].domain_name).toBe('api.shop.acme.dev');
    },
    '4.1': replicatesParameters,
    '4.2': (s) => {
      for (const region of regionsOf(s)) {
        const { event_pattern } = named(s, 'aws_cloudwatch_event_rule', 'Changes', region);
        expect(event_pattern).toContain('Parameter Store Change');
        const { schedule_expression } = named(s, 'aws_cloudwatch_event_rule', 'Reconciliation', region);
        expect(schedule_expression).toBe('rate(60 minutes)');
      }
    },
    '4.3': (s) => {
      for (const region of regionsOf(s)) {
        const replicator = named(s, 'aws_lambda_function', 'Replicator', region);
        expect(s.target(replicator.environment.variables.TARGET_KEY_ARN).region).not.toBe(region);
      }
    },
    '4.4': (s) => {
      for (const region of regionsOf(s)) {
        const endpoint = named(s, 'aws_ssm_parameter', 'database-endpoint', region);
        expect(s.target(endpoint.value).region).toBe(region);
        expect(named(s, 'aws_ssm_parameter', 'features-multi-region', region).value).toBe('true');
      }
    },
    '5.1': (s) => replicatesBuckets(s, ['us-east-1']),
    '5.2': (s) => globalTable(s, 'transactions-'),
    '5.3': (s) => {
      s.only('aws_rds_global_cluster');
      const { child_healthchecks: children } = named(s, 'aws_route53_health_check', 'Routing_Failover');
      expect(children.some((one: string) => one.includes('WriterGate'))).toBe(true);
      const processor = named(s, 'aws_lambda_function', 'Secondary_Processor').environment.variables;
      expect(processor.DATABASE_ENDPOINT).toContain('aws_rds_global_cluster.');
    },
    '5.4': (s) => dailyBackup(s, 'aws_rds_cluster'),
    '6.1': (s) => expect(sameFunctions(s)).toHaveLength(6),
    '6.2': globalEndpoint,
    '7.1': (s) => {
      dashboards(s);
      for (const role of ['primary', 'secondary']) {
        const names = some(s, 'aws_cloudwatch_dashboard').map(({ body }) => body.dashboard_name);
        expect(names).toEqual(expect.arrayContaining([`region-${role}-dev`, `api-${role}-dev`]));
      }
    },
    '7.2': (s) => {
      pairOf(s, 'aws_sns_topic');
      const watched = alarmsOn(s, 'HealthCheckStatus', ['us-east-1']).map(({ dimensions }) => dimensions.HealthCheckId);
      expect(watched.length).toBeGreaterThanOrEqual(4);
      alarmsOn(s, 'HealthyHostCount');
    },
    '7.3': (s) => {
      alarmsOn(s, 'AuroraGlobalDBReplicationLag', ['us-east-2']);
      alarmsOn(s, 'ReplicationLatency');
      alarmsOn(s, 'Errors');
      alarmsOn(s, '5XXError');
    },
    'C.1': (s) => suffixed(s, 'dev'),
    'C.2': (s) => {
      deletable(s, true);
      for (const body of pairOf(s, 'aws_rds_cluster'))
        expect([body.skip_final_snapshot, body.deletion_protection]).toEqual([true, false]);
    },
    'C.3': (s) => {
      s.only('aws_globalaccelerator_accelerator');
      expect(s.only('aws_globalaccelerator_listener').body.port_range).toEqual([{ from_port: 443, to_port: 443 }]);
      expect(some(s, 'aws_globalaccelerator_endpoint_group')).toHaveLength(2);
    },
    'C.4': (s) => checksBothEndpoints(s, 30),
    'C.5': (s) => {
      pairOf(s, 'aws_api_gateway_domain_name');
      const own = build(EXAMPLE, undefined, {
        primaryCertificateArn: certificate('us-east-1'),
        secondaryCertificateArn: certificate('us-east-2'),
      });
      expect(pairOf(own, 'aws_api_gateway_domain_name').map((one) => one.regional_certificate_arn)).toEqual([
        certificate('us-east-1'),
        certificate('us-east-2'),
      ]);
    },
    'C.6': (s) => {
      for (const region of regionsOf(s)) {
        const names = some(s, 'aws_ssm_parameter', region).map(({ body }) => body.name);
        expect(names).toContain('/app/dev/payment/limit');
      }
      replicatesParameters(s);
    },
    'C.7': (s) => {
      for (const body of inBoth(s, 'aws_rds_cluster_instance')) expect(body.instance_class).toBe('db.serverless');
    },
    'C.8': globalEndpoint,
    'C.9': (s) => {
      failoverRecords(s, `api.${DOMAIN}`);
      globalEndpoint(s);
      expect(some(s, 'aws_globalaccelerator_endpoint_group')).toHaveLength(2);
    },
    'C.10': (s) => {
      globalTable(s, 'transactions-');
      replicatesBuckets(s, ['us-east-1']);
      const [writer, reader] = pairOf(s, 'aws_rds_cluster');
      expect([writer.master_username, reader.master_username]).toEqual([expect.any(String), undefined]);
    },
    'D.1': (s) => {
      for (const { body } of some(s, 'aws_globalaccelerator_endpoint_group'))
        expect(body.health_check_protocol).toBeUndefined();
      for (const region of regionsOf(s))
        expect(named(s, 'aws_lb_target_group', 'Accelerator', region).health_check.interval).toBe(10);
    },
    'D.2': (s) => {
      const names = pairOf(s, 'aws_api_gateway_domain_name').map(({ domain_name }) => domain_name);
      expect(new Set(names).size).toBe(1);
    },
    'D.3': (s) => {
      const accelerated = named(s, 'aws_route53_record', 'Accelerator_Record');
      expect(accelerated.name).toBe(`app.${DOMAIN}`);
      expect(s.target(accelerated.alias.name).type).toBe('aws_globalaccelerator_accelerator');
      failoverRecords(s, `api.${DOMAIN}`);
    },
    'D.4': (s) => {
      for (const region of regionsOf(s)) {
        const parts = some(s, 'aws_api_gateway_resource', region).map(({ body }) => body.path_part);
        expect(parts).toContain('health');
      }
    },
    'D.5': (s) => {
      for (const body of pairOf(s, 'aws_rds_cluster')) expect(body.engine).toBe('aurora-mysql');
    },
    'D.6': (s) => {
      for (const { runtime } of sameFunctions(s)) expect(runtime).toBe('nodejs22.x');
    },
    'D.7': (s) => {
      for (const region of regionsOf(s)) {
        const { subnet_ids } = named(s, 'aws_lambda_function', 'Processor', region).vpc_config;
        for (const one of subnet_ids) expect(s.target(one).id).toContain('PrivateSubnet');
      }
    },
    'D.8': closedToTheInternet,
    'D.9': (s) => {
      for (const region of regionsOf(s)) {
        const methods = some(s, 'aws_api_gateway_method', region).map(({ body }) => body.authorization);
        expect([...new Set(methods)].sort()).toEqual(['AWS_IAM', 'NONE']);
      }
    },
    'D.10': (s) => {
      for (const { serverlessv2_scaling_configuration: scaling } of pairOf(s, 'aws_rds_cluster'))
        expect(scaling).toEqual({ min_capacity: 8, max_capacity: 32 });
    },
    'D.11': leastPrivilege,
    'D.12': (s) => {
      const [writer] = pairOf(s, 'aws_rds_cluster');
      expect(writer.master_password).toBeUndefined();
      expect(writer.master_password_wo).toContain('ephemeral.');
      expect(s.only('aws_secretsmanager_secret').body.replica[0].region).toBe('us-east-2');
    },
    'D.13': (s) => {
      const { rule } = named(s, 'aws_backup_plan', 'Primary');
      expect([rule[0].lifecycle.delete_after, rule[0].copy_action[0].lifecycle.delete_after]).toEqual([7, 7]);
    },
    'D.14': (s) => {
      for (const { metric_name, threshold } of alarmsOn(s, 'AuroraGlobalDBReplicationLag', ['us-east-2']))
        expect([metric_name, threshold]).toEqual(['AuroraGlobalDBReplicationLag', 5000]);
    },
  },
  files: {
    'P.1': ['docs/runbook.md', /## Drills/],
    'P.2': ['docs/deployment.md', /## Costs/],
  },
  without: [
    ['1.2', 'peering: true', 'peering: false'],
    [
      '2.1',
      /const accelerator = [\s\S]*?\n {4}\}\);\n/,
      'const accelerator = { dnsName: "", primary: { dnsName: "" }, secondary: { dnsName: "" } };\n',
    ],
    ['2.2', "mode: 'activeActive'", "mode: 'activePassive'"],
    ['2.3', 'requestInterval: 30', 'requestInterval: 10'],
    ['3.2', '`api.${domainName}`', '`service.${domainName}`'],
    [
      '4.4',
      /secondaryRegionalParameters: .*\n/,
      "secondaryRegionalParameters: { 'database/endpoint': aurora.primary.readerEndpoint },\n",
    ],
    ['5.1', 'replicationTimeControl: true', 'replicationTimeControl: false'],
    ['5.3', 'writerClusterIdentifier: aurora.primary.clusterIdentifier,', ''],
    ['6.2', 'globalEndpoint: true', 'globalEndpoint: false'],
    ['7.3', /primaryClusterIdentifier: .*\n.*secondaryClusterIdentifier: .*\n/, ''],
    ['7.1', 'regionalDashboards: true', 'regionalDashboards: false'],
    ['C.2', "protection: 'disposable'", "protection: 'protected'"],
    ['C.7', /instanceClass: 'db.serverless',[\s\S]*?serverlessMaxCapacity: 32,/, "instanceClass: 'db.r6g.large',"],
    ['D.5', "engine: 'aurora-mysql',", ''],
    ['D.9', "authorization: 'IAM',", ''],
    ['D.13', 'copyRetentionDays: 7', 'copyRetentionDays: 30'],
  ],
});
