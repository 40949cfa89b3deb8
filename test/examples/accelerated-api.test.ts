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
  watchesFunctions,
} from './checks';
import { DOMAIN, testExample } from './example';
import { asInPrimary, instead, withArgument, without, withoutArgument, withText } from './removals';

const certificate = (region: string): string => `arn:aws:acm:${region}:123456789012:certificate/own`;

testExample({
  name: 'accelerated-api',
  stack: 'AcceleratedApi',
  requirements: {
    '1.1': (s) => {
      const [own, peer] = pairOf(s, 'aws_vpc').map(({ cidr_block: block }) => block);
      expect(own).not.toBe(peer);
    },
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
        const { target_id } = named(s, 'aws_lb_target_group_attachment', 'Accelerator', region);
        const behind = s.target(s.target(target_id).body.load_balancer_arn);
        expect(behind).toMatchObject({ region, body: { load_balancer_type: 'application' } });
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
      pairOf(s, 'aws_api_gateway_stage');
    },
    '3.2': (s) => {
      for (const region of regionsOf(s)) {
        const { domain_name, regional_certificate_arn } = s.only('aws_api_gateway_domain_name', region).body;
        expect(domain_name).toBe(`api.${DOMAIN}`);
        const validation = s.target(regional_certificate_arn);
        expect(validation).toMatchObject({ region, type: 'aws_acm_certificate_validation' });
        expect(s.target(validation.body.certificate_arn).body.domain_name).toBe(`api.${DOMAIN}`);
        const mapping = s.only('aws_api_gateway_base_path_mapping', region).body;
        expect(s.target(mapping.domain_name).type).toBe('aws_api_gateway_domain_name');
      }
    },
    '3.3': (s, inContext) => {
      pairOf(s, 'aws_api_gateway_domain_name');
      const other = inContext({ domainName: 'shop.acme.dev' });
      expect(pairOf(other, 'aws_api_gateway_domain_name')[0].domain_name).toBe('api.shop.acme.dev');
    },
    '4.1': replicatesParameters,
    '4.2': (s) => {
      replicatesParameters(s);
      for (const region of regionsOf(s)) {
        const { event_pattern } = named(s, 'aws_cloudwatch_event_rule', 'Changes', region);
        expect(JSON.parse(event_pattern).detail).toEqual({
          name: [{ prefix: '/app/dev/' }],
          operation: expect.arrayContaining(['Create', 'Update', 'Delete']),
        });
      }
    },
    '4.3': (s) => {
      for (const region of regionsOf(s)) {
        const replicator = named(s, 'aws_lambda_function', 'Replicator', region);
        const key = s.target(replicator.environment.variables.TARGET_KEY_ARN);
        expect(key.type).toMatch(/^aws_kms_/);
        expect(key.region).not.toBe(region);
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
      const { address } = s.only('aws_rds_global_cluster');
      for (const body of pairOf(s, 'aws_rds_cluster'))
        expect(s.target(body.global_cluster_identifier).address).toBe(address);
      const { child_healthchecks: children } = named(s, 'aws_route53_health_check', 'Routing_Failover');
      expect(children.some((one: string) => one.includes('WriterGate'))).toBe(true);
      const processor = named(s, 'aws_lambda_function', 'Secondary_Processor').environment.variables;
      expect(processor.DATABASE_ENDPOINT).toContain('aws_rds_global_cluster.');
    },
    '5.4': (s) => {
      for (const type of ['aws_rds_cluster', 'aws_dynamodb_table', 'aws_s3_bucket']) dailyBackup(s, type);
    },
    '6.1': (s) => expect(sameFunctions(s)).toHaveLength(6),
    '6.2': globalEndpoint,
    '7.1': (s) => {
      dashboards(s);
      for (const region of regionsOf(s)) {
        const boards = some(s, 'aws_cloudwatch_dashboard', region);
        expect(boards.map(({ id }) => id.match(/_(?:Regional)?Dashboard_/)?.[0])).toEqual([
          '_Dashboard_',
          '_RegionalDashboard_',
        ]);
        for (const { body } of boards) expect(body.dashboard_body).toContain('"AWS/ApiGateway","5XXError"');
      }
    },
    '7.2': (s) => {
      pairOf(s, 'aws_sns_topic');
      const watched = alarmsOn(s, 'HealthCheckStatus', ['us-east-1']).map(
        ({ dimensions }) => s.target(dimensions.HealthCheckId).id,
      );
      for (const check of ['Primary_Endpoint', 'Secondary_Endpoint', 'Failover', 'OperatorSwitch'])
        expect(watched.join()).toContain(`Routing_${check}_`);
      alarmsOn(s, 'HealthyHostCount');
    },
    '7.3': (s) => {
      alarmsOn(s, 'AuroraGlobalDBReplicationLag', ['us-east-2']);
      alarmsOn(s, 'ReplicationLatency');
      watchesFunctions(s, 'Errors');
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
      const groups = some(s, 'aws_globalaccelerator_endpoint_group').map(({ body }) => body.endpoint_group_region);
      expect(groups).toEqual([...regionsOf(s)]);
    },
    'C.4': (s) => checksBothEndpoints(s, 30),
    'C.5': (s, inContext) => {
      pairOf(s, 'aws_api_gateway_domain_name');
      const own = inContext({
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
      for (const body of pairOf(s, 'aws_rds_cluster')) expect(body.serverlessv2_scaling_configuration).toBeDefined();
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
        expect(named(s, 'aws_lb_target_group', 'Accelerator', region).health_check).toMatchObject({
          interval: 10,
          path: '/health',
        });
    },
    'D.2': (s) => {
      const names = pairOf(s, 'aws_api_gateway_domain_name').map(({ domain_name }) => domain_name);
      expect(new Set(names).size).toBe(1);
      failoverRecords(s, names[0]);
    },
    'D.3': (s) => {
      const accelerated = named(s, 'aws_route53_record', 'Accelerator_Record');
      expect(accelerated.name).toBe(`app.${DOMAIN}`);
      expect(s.target(accelerated.alias.name).type).toBe('aws_globalaccelerator_accelerator');
      failoverRecords(s, `api.${DOMAIN}`);
    },
    'D.4': (s) => {
      for (const region of regionsOf(s)) {
        const { resource_id, authorization, http_method } = named(s, 'aws_api_gateway_method', 'Health', region);
        expect([http_method, authorization]).toEqual(['GET', 'NONE']);
        expect(s.target(resource_id).body.path_part).toBe('health');
        const { uri } = named(s, 'aws_api_gateway_integration', 'Health', region);
        expect(s.target(uri)).toMatchObject({ region, id: expect.stringContaining('_Health_Function') });
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
        expect(subnet_ids).toHaveLength(3);
        for (const one of subnet_ids) expect(s.target(one).id).toContain('PrivateSubnet');
        const services = some(s, 'aws_vpc_endpoint', region).map(({ id }) => id.match(/Endpoint-(\w+?)_/)?.[1]);
        expect(services.sort()).toEqual(['dynamodb', 's3', 'secretsmanager', 'ssm']);
      }
    },
    'D.8': closedToTheInternet,
    'D.9': (s) => {
      for (const region of regionsOf(s)) {
        for (const { body, id } of some(s, 'aws_api_gateway_method', region))
          expect([id, body.authorization]).toEqual([id, id.includes('_Health_') ? 'NONE' : 'AWS_IAM']);
        expect(some(s, 'aws_api_gateway_method', region)).toHaveLength(3);
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
      const { body } = s.only('aws_secretsmanager_secret_version');
      expect([body.secret_string, body.secret_string_wo]).toEqual([undefined, expect.stringContaining('ephemeral.')]);
      for (const region of regionsOf(s)) {
        const { variables } = named(s, 'aws_lambda_function', 'Processor', region).environment;
        expect(variables.DATABASE_SECRET_NAME).toBe('aurora-master-dev');
      }
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
  removals: {
    '1.1': [without('aws_vpc', 'Secondary'), asInPrimary('aws_vpc', 'cidr_block')],
    '1.2': [instead('peering: true', 'peering: false'), without('aws_route', 'Peering_Secondary_Route1')],
    '1.3': [
      instead('availabilityZoneCount: 3', 'availabilityZoneCount: 2'),
      without('aws_subnet', 'Primary_PublicSubnet2'),
    ],
    '1.4': [
      withArgument('aws_lb', 'load_balancer_type', 'application', 'Accelerator_Secondary'),
      without('aws_lb_target_group_attachment', 'Accelerator_Secondary'),
    ],
    '2.1': [
      instead(
        /const accelerator = [\s\S]*?\n {4}\}\);\n/,
        'const half = { dnsName: "", loadBalancerArnSuffix: "net/own/1", targetGroupArnSuffix: "targetgroup/own/1" };\n' +
          'const accelerator = { dnsName: "", primary: half, secondary: half };\n',
      ),
      asInPrimary('aws_globalaccelerator_endpoint_group', 'endpoint_configuration'),
    ],
    '2.2': [
      instead("mode: 'activeActive'", "mode: 'activePassive'"),
      withArgument('aws_lb_target_group', 'health_check.protocol', 'TCP', 'Accelerator_Secondary'),
    ],
    '2.3': [
      instead('requestInterval: 30', 'requestInterval: 10'),
      instead(/failoverHealthCheckId: routing.*\n.*disableExecuteApiEndpoint: true,/, ''),
      without('aws_route53_record', 'Routing_Secondary'),
    ],
    '3.1': [
      without('aws_api_gateway_rest_api', 'Secondary'),
      withArgument('aws_api_gateway_rest_api', 'endpoint_configuration.types', ['EDGE'], 'Primary'),
    ],
    '3.2': [
      instead('`api.${domainName}`', '`service.${domainName}`'),
      without('aws_acm_certificate', 'ApiCertificates_Secondary'),
      without('aws_api_gateway_base_path_mapping', 'Secondary'),
    ],
    '3.3': [instead("context('domainName', 'dr.your-company.com')", "'dr.acme.dev'")],
    '4.1': [
      without('aws_cloudwatch_event_target', 'Secondary_ChangesTarget'),
      without('aws_lambda_function', 'Primary_Replicator'),
    ],
    '4.2': [
      without('aws_cloudwatch_event_target', 'Primary_ChangesTarget'),
      withArgument('aws_cloudwatch_event_rule', 'schedule_expression', 'rate(1 day)', 'Secondary_Reconciliation'),
      withText('aws_cloudwatch_event_rule', 'event_pattern', '"Delete",', '', 'Secondary_Changes'),
    ],
    '4.3': [
      withoutArgument('aws_lambda_function', 'environment.variables.TARGET_KEY_ARN', 'Primary_Replicator'),
      asInPrimary('aws_lambda_function', 'environment.variables.TARGET_KEY_ARN', '_Replicator'),
    ],
    '4.4': [
      instead(
        "secondaryRegionalParameters: { 'database/endpoint': aurora.secondary",
        "secondaryRegionalParameters: { 'database/endpoint': aurora.primary",
      ),
      instead("'features/multi-region': 'true', ", ''),
    ],
    '5.1': [
      instead('replicationTimeControl: true', 'replicationTimeControl: false'),
      without('aws_s3_bucket_replication_configuration'),
    ],
    '5.2': [
      without('aws_dynamodb_table_replica'),
      withArgument('aws_dynamodb_table', 'point_in_time_recovery.enabled', false),
    ],
    '5.3': [
      instead('writerClusterIdentifier: aurora.primary.clusterIdentifier,', ''),
      instead('databaseEndpoint: aurora.writerEndpoint', 'databaseEndpoint: aurora.primary.readerEndpoint'),
      withoutArgument('aws_rds_cluster', 'global_cluster_identifier', 'Secondary'),
    ],
    '5.4': [
      withoutArgument('aws_backup_plan', 'rule.0.copy_action'),
      withoutArgument('aws_rds_cluster', 'tags'),
      withoutArgument('aws_dynamodb_table', 'tags.Backup'),
    ],
    '6.1': [
      without('aws_lambda_function', 'Secondary_Health'),
      withArgument('aws_lambda_function', 'source_code_hash', 'another', 'Secondary_Processor'),
    ],
    '6.2': [
      instead('globalEndpoint: true', 'globalEndpoint: false'),
      withArgument('aws_cloudwatch_event_bus', 'name', 'orders-secondary', 'Secondary'),
    ],
    '7.1': [
      instead('regionalDashboards: true', 'regionalDashboards: false'),
      instead(/primaryApis: .*\n.*secondaryApis: .*\n/, ''),
      without('aws_cloudwatch_dashboard', 'Secondary_Dashboard'),
    ],
    '7.2': [
      without('aws_sns_topic', 'Secondary'),
      without('aws_cloudwatch_metric_alarm', 'Routing_Alarms_failover'),
      without('aws_cloudwatch_metric_alarm', 'Accelerator_Secondary_HealthyTargets'),
    ],
    '7.3': [
      instead(/primaryClusterIdentifier: .*\n.*secondaryClusterIdentifier: .*\n/, ''),
      without('aws_cloudwatch_metric_alarm', 'Secondary_FunctionErrors-Configuration_Secondary_Replicator'),
      instead(/primaryApis: .*\n.*secondaryApis: .*\n/, ''),
      without('aws_cloudwatch_metric_alarm', 'Primary_ApiErrors-api-primary-dev'),
      without('aws_cloudwatch_metric_alarm', 'Primary_TableReplication'),
    ],
    'C.1': [
      instead("context('environmentSuffix', 'dev')", "context('environmentSuffix', 'test')"),
      withArgument('aws_lb', 'name', 'accelerated', 'Accelerator_Secondary'),
    ],
    'C.2': [
      instead("protection: 'disposable'", "protection: 'protected'"),
      withArgument('aws_s3_bucket', 'force_destroy', false, 'Storage_Secondary_Bucket'),
    ],
    'C.3': [instead('port: 443', 'port: 8443'), without('aws_globalaccelerator_endpoint_group', 'Secondary')],
    'C.4': [withArgument('aws_route53_health_check', 'fqdn', 'example.com', 'Routing_Secondary_Endpoint')],
    'C.5': [
      instead(
        /context<string \| undefined>\('primaryCertificateArn', undefined\)\s*\? undefined\s*: |context\('\w+CertificateArn', (apiCertificates\?\.\w+\.certificateArn)\)/g,
        '$1',
      ),
    ],
    'C.6': [
      instead(", 'payment/limit': '10000.00'", ''),
      without('aws_cloudwatch_event_target', 'Primary_ChangesTarget'),
    ],
    'C.7': [
      instead(/instanceClass: 'db.serverless',[\s\S]*?serverlessMaxCapacity: 32,/, "instanceClass: 'db.r6g.large',"),
    ],
    'C.8': [
      instead('globalEndpoint: true', 'globalEndpoint: false'),
      withoutArgument('aws_cloudwatch_event_endpoint', 'routing_config.failover_config.primary'),
    ],
    'C.9': [
      withoutArgument('aws_route53_record', 'health_check_id', 'Api_Primary'),
      instead('globalEndpoint: true', 'globalEndpoint: false'),
      without('aws_globalaccelerator_endpoint_group', 'Secondary'),
    ],
    'C.10': [
      instead("replication: 'primaryToSecondary'", "replication: 'both'"),
      without('aws_dynamodb_table_replica'),
      withArgument('aws_rds_cluster', 'master_username', 'writer', 'Secondary'),
    ],
    'D.1': [
      withArgument('aws_lb_target_group', 'health_check.interval', 30, 'Accelerator_Secondary'),
      instead("healthCheckPath: '/health'", "healthCheckPath: '/'"),
    ],
    'D.2': [
      withArgument('aws_api_gateway_domain_name', 'domain_name', 'api-secondary.dr.acme.dev', 'Secondary'),
      without('aws_route53_record', 'Api_Secondary'),
    ],
    'D.3': [instead(/zoneId,\n *recordName: appName,/, ''), without('aws_route53_record', 'Api_Primary')],
    'D.4': [
      without('aws_api_gateway_resource', 'Secondary_HealthPath'),
      withArgument('aws_api_gateway_method', 'authorization', 'AWS_IAM', 'Primary_Health'),
    ],
    'D.5': [instead("engine: 'aurora-mysql',", '')],
    'D.6': [withArgument('aws_lambda_function', 'runtime', 'nodejs16.x', 'Primary')],
    'D.7': [
      instead("interfaceEndpoints: ['ssm', 'secretsmanager']", "interfaceEndpoints: ['ssm']"),
      withoutArgument('aws_lambda_function', 'vpc_config', 'Secondary_Processor'),
    ],
    'D.8': [
      withArgument('aws_vpc_security_group_ingress_rule', 'cidr_ipv4', '0.0.0.0/0', 'Aurora_Secondary_FromOwnVpc'),
      withArgument('aws_vpc_security_group_ingress_rule', 'from_port', 22, 'LoadBalancing_Primary_Ingress80'),
    ],
    'D.9': [
      instead("authorization: 'IAM',", ''),
      withArgument('aws_api_gateway_method', 'authorization', 'NONE', 'Secondary_Read'),
    ],
    'D.10': [
      instead('serverlessMinCapacity: 8', 'serverlessMinCapacity: 0.5'),
      instead('serverlessMaxCapacity: 32', 'serverlessMaxCapacity: 64'),
    ],
    'D.11': [
      withText('aws_iam_role_policy', 'policy', '"dynamodb:PutItem"', '"dynamodb:*"', 'Primary_Processor'),
      withArgument('aws_iam_role_policy_attachment', 'policy_arn', 'arn:aws:iam::aws:policy/AdministratorAccess'),
    ],
    'D.12': [
      withArgument('aws_rds_cluster', 'master_password', '${var.password}', 'Primary'),
      withoutArgument('aws_secretsmanager_secret', 'replica'),
      instead('databaseSecretName: aurora.secretName,', ''),
    ],
    'D.13': [
      instead('copyRetentionDays: 7', 'copyRetentionDays: 30'),
      instead('retentionDays: 7, copy', 'retentionDays: 1, copy'),
    ],
    'D.14': [
      instead(/primaryClusterIdentifier: .*\n.*secondaryClusterIdentifier: .*\n/, ''),
      withArgument('aws_cloudwatch_metric_alarm', 'metric_name', 'AuroraBinlogReplicaLag', 'Secondary_AuroraLag'),
    ],
  },
  files: {
    'P.1': ['docs/runbook.md', /^## Drills/],
    'P.2': ['docs/deployment.md', /^## Costs/],
  },
});
