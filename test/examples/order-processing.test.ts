import { foreignReferences } from '../support/locality';
import { Json, Synthesized } from '../support/synth';
import {
  alarmsOn,
  checksBothEndpoints,
  closedToTheInternet,
  dailyBackup,
  dashboards,
  deletable,
  encrypted,
  encryptedInTransit,
  failoverRecords,
  globalEndpoint,
  globalTable,
  inBoth,
  leastPrivilege,
  named,
  pairOf,
  regionsOf,
  replicatesBuckets,
  replicatesParameters,
  sameFunctions,
  some,
  suffixed,
  watchesFunctions,
} from './checks';
import { DOMAIN, testExample } from './example';
import { asInPrimary, instead, withArgument, without, withoutArgument, withOutputText, withText } from './removals';

/** The definitions of both regions, with the function of the region replaced by a word. */
function definitions(s: Synthesized): Json[] {
  return pairOf(s, 'aws_sfn_state_machine').map(({ definition }) =>
    JSON.parse(definition.replace(/\$\{aws_lambda_function\.[^}]+\}/g, 'the function')),
  );
}

testExample({
  name: 'order-processing',
  stack: 'OrderProcessing',
  requirements: {
    '1.1': (s) => globalTable(s, 'transactions-'),
    '1.2': (s) => {
      const [writer, reader] = pairOf(s, 'aws_rds_cluster');
      expect([writer.global_cluster_identifier, reader.global_cluster_identifier]).toEqual([
        `\${${s.only('aws_rds_global_cluster').address}.id}`,
        `\${${s.only('aws_rds_global_cluster').address}.id}`,
      ]);
      expect(writer.master_username).toBeDefined();
      expect(reader.master_username).toBeUndefined();
      for (const region of regionsOf(s))
        expect(s.target(s.only('aws_rds_cluster_instance', region).body.cluster_identifier).region).toBe(region);
    },
    '1.3': (s) => replicatesBuckets(s, regionsOf(s)),
    '1.4': replicatesParameters,
    '2.1': (s) => {
      checksBothEndpoints(s, 10);
      for (const region of regionsOf(s))
        expect(named(s, 'aws_lambda_function', '_Health_', region).environment.variables.HEALTH_CRITICAL).toBe(
          'table,bucket',
        );
    },
    '2.2': (s) => failoverRecords(s, `app.${DOMAIN}`),
    '2.3': globalEndpoint,
    '2.4': (s) => {
      sameFunctions(s);
      for (const region of regionsOf(s))
        for (const name of ['_Processor_', '_Health_', '_Configuration_'])
          named(s, 'aws_lambda_function', name, region);
    },
    '3.1': (s) => expect(pairOf(s, 'aws_sfn_state_machine')).toHaveLength(2),
    '3.2': (s) => {
      const [primary, secondary] = definitions(s);
      expect(primary).toEqual(secondary);
    },
    '3.3': (s) => {
      globalEndpoint(s);
      for (const region of regionsOf(s)) {
        const processor = named(s, 'aws_lambda_function', 'Processor', region);
        expect(processor.environment.variables.STATE_MACHINE_ARN).toContain(region);
        const { arn } = named(s, 'aws_cloudwatch_event_target', '_OrderTarget_', region);
        expect(s.target(arn)).toMatchObject({ region, id: expect.stringContaining('_Processor_Function_') });
      }
    },
    '4.1': (s) => dailyBackup(s, 'aws_ebs_volume'),
    '4.2': (s) => {
      const [{ copy_action: copies }] = named(s, 'aws_backup_plan', 'Primary').rule;
      expect(s.target(copies[0].destination_vault_arn).region).toBe('us-east-2');
    },
    '4.3': (s) => {
      const [, standby] = pairOf(s, 'aws_backup_vault');
      expect(s.target(standby.kms_key_arn).region).toBe('us-east-2');
      const attached = some(s, 'aws_iam_role_policy_attachment').map(({ body }) => body.policy_arn);
      for (const policy of ['ForRestores', 'ForS3Restore'])
        expect(attached.some((arn) => arn.includes(policy))).toBe(true);
    },
    '5.1': dashboards,
    '5.2': (s, inContext) => {
      const checks = alarmsOn(s, 'HealthCheckStatus', ['us-east-1']).map(({ dimensions }) => dimensions.HealthCheckId);
      for (const { address, body } of some(s, 'aws_route53_health_check')) {
        if (body.fqdn) expect(checks).toContain(`\${${address}.id}`);
      }
      pairOf(s, 'aws_sns_topic');
      const told = inContext({ alarmEmails: ['operations@acme.dev'] });
      for (const { endpoint } of pairOf(told, 'aws_sns_topic_subscription'))
        expect(endpoint).toBe('operations@acme.dev');
    },
    'T.1': (s) =>
      expect(inBoth(s, 'aws_rds_cluster_instance').map((one) => one.instance_class)).toEqual([
        'db.r5.large',
        'db.r5.large',
      ]),
    'T.2': (s) => {
      for (const region of regionsOf(s))
        expect(named(s, 'aws_lambda_function', '_Processor_', region)).toMatchObject({ memory_size: 512, timeout: 30 });
    },
    'T.3': (s) => {
      for (const region of regionsOf(s)) {
        const { variables } = named(s, 'aws_lambda_function', 'Processor', region).environment;
        expect(s.target(variables.BUCKET_NAME).region).toBe(region);
        expect(s.target(variables.READER_ENDPOINT).region).toBe(region);
      }
      sameFunctions(s);
    },
    'D.1': (s) => suffixed(s, 'dev'),
    'D.2': (s) => {
      deletable(s, true);
      for (const { body } of some(s, 'aws_backup_vault')) expect(body.force_destroy).toBe(true);
    },
    'D.3': (s) => {
      for (const type of ['aws_flow_log', 'aws_s3_bucket_logging']) pairOf(s, type);
      for (const { logging_config: logging } of inBoth(s, 'aws_lambda_function'))
        expect(s.target(logging.log_group).type).toBe('aws_cloudwatch_log_group');
      for (const { access_logs: logs } of pairOf(s, 'aws_lb')) expect(logs.enabled).toBe(true);
      const handed = inBoth(s, 'aws_lambda_function_event_invoke_config');
      // All but the two for health, which nobody calls without waiting for the answer.
      expect(handed).toHaveLength(some(s, 'aws_lambda_function').length - 2);
      for (const { destination_config: destination } of handed)
        expect(s.target(destination.on_failure.destination).type).toBe('aws_sqs_queue');
      for (const body of pairOf(s, 'aws_sfn_state_machine')) expect(body.logging_configuration.level).toBe('ALL');
    },
    'D.4': (s) => {
      expect(some(s, 'aws_dynamodb_table').map(({ body }) => body.billing_mode)).toEqual(['PAY_PER_REQUEST']);
      inBoth(s, 'aws_lambda_function');
      pairOf(s, 'aws_sfn_state_machine');
      expect(s.resources('aws_nat_gateway')).toEqual([]);
    },
    'A.1': (s) =>
      expect(s.json.output.manifest.value).toContain('"objectives" = {"rtoMinutes" = 15, "rpoMinutes" = 5}'),
    'A.2': (s) => {
      globalTable(s, 'transactions-');
      replicatesBuckets(s, regionsOf(s));
      replicatesParameters(s);
    },
    'A.3': (s) => {
      expect(foreignReferences(s)).toEqual([]);
      const kinds = (region: string): Set<string> =>
        new Set(s.all.filter((one) => one.region === region).map(({ type }) => type));
      for (const type of [
        'aws_lambda_function',
        'aws_lb',
        'aws_sfn_state_machine',
        'aws_rds_cluster',
        'aws_vpc',
        'aws_sns_topic',
        'aws_s3_bucket',
        'aws_dynamodb_table_replica',
        'aws_kms_replica_key',
        'aws_cloudwatch_event_bus',
        'aws_ssm_parameter',
      ])
        expect(kinds('us-east-2')).toContain(type);
    },
    'A.4': (s) => {
      failoverRecords(s, `app.${DOMAIN}`);
      const [child] = named(s, 'aws_route53_health_check', 'Routing_Failover').child_healthchecks;
      expect(s.target(child).body.resource_path).toBe('/health');
      globalEndpoint(s);
    },
    'A.5': replicatesParameters,
    'S.1': (s) => {
      for (const body of pairOf(s, 'aws_rds_cluster')) expect(body.engine).toBe('aurora-postgresql');
    },
    'S.2': (s) => pairOf(s, 'aws_rds_cluster_instance'),
    'S.3': (s) => {
      for (const body of pairOf(s, 'aws_rds_cluster')) {
        expect(body.backup_retention_period).toBe(7);
        expect(body.tags.Backup).toBe('daily-dev');
      }
    },
    'S.4': (s) => {
      for (const body of pairOf(s, 'aws_rds_cluster'))
        expect(body).toMatchObject({ skip_final_snapshot: true, deletion_protection: false });
    },
    'S.5': (s) => {
      for (const body of sameFunctions(s)) expect(body.runtime).toBe('nodejs22.x');
    },
    'S.6': (s) => {
      expect(globalTable(s, 'transactions-')).toMatchObject({ hash_key: 'transactionId', range_key: 'recordType' });
    },
    'S.7': (s) => {
      for (const body of pairOf(s, 'aws_s3_bucket_versioning'))
        expect(body.versioning_configuration.status).toBe('Enabled');
    },
    'S.8': (s) => {
      const roles = some(s, 'aws_s3_bucket_replication_configuration').map(({ body }) => s.target(body.role));
      expect(new Set(roles.map(({ address }) => address)).size).toBe(2);
      for (const { body } of roles) expect(body.assume_role_policy).toContain('s3.amazonaws.com');
    },
    'S.9': encrypted,
    'S.10': (s) => {
      for (const definition of definitions(s)) {
        const tasks = Object.values<Json>(definition.States).filter(({ Type }) => Type === 'Task');
        expect(tasks).toHaveLength(4);
        for (const { Retry, Catch } of tasks) expect([Retry, Catch]).toEqual([expect.any(Array), expect.any(Array)]);
      }
    },
    'S.11': (s) => {
      expect(s.only('aws_ebs_volume').body).toMatchObject({ encrypted: true, size: 8, type: 'gp3' });
      dailyBackup(s, 'aws_ebs_volume');
    },
    'K.1': encrypted,
    'K.2': encryptedInTransit,
    'K.3': leastPrivilege,
    'K.4': closedToTheInternet,
    'K.5': (s) => checksBothEndpoints(s, 10),
    'K.6': (s) => {
      expect(s.resources('aws_nat_gateway')).toEqual([]);
      inBoth(s, 'aws_vpc_endpoint');
      pairOf(s, 'aws_rds_cluster_instance');
    },
    'X.1': (s) => {
      const names = some(s, 'aws_route53_record').map(({ body }) => body.name);
      expect(names).toContain(`app.${DOMAIN}`);
      expect(names.join()).not.toMatch(/example\.(com|org|net)/);
    },
    'X.2': (s) => {
      for (const { threshold } of alarmsOn(s, 'AuroraGlobalDBReplicationLag', ['us-east-2']))
        expect(threshold).toBe(5000);
    },
    'X.3': (s) => {
      const latency = alarmsOn(s, 'ReplicationLatency').filter(({ namespace }) => namespace === 'AWS/S3');
      expect(latency.map(({ threshold }) => threshold)).toEqual([600, 600]);
    },
    'X.4': (s) => watchesFunctions(s, 'Errors'),
    'X.5': (s) => expect(alarmsOn(s, 'ExecutionsFailed')).toHaveLength(2),
    'X.6': (s) => {
      const manifest = s.json.output.manifest.value;
      expect(manifest).toContain('"operatorSwitch"');
      expect(alarmsOn(s, 'PrimaryOutOfService', ['us-east-2'])).toHaveLength(1);
      const { child_healthchecks: children } = named(s, 'aws_route53_health_check', 'Routing_Failover');
      expect(children.some((one: string) => one.includes('OperatorSwitch'))).toBe(true);
    },
    'X.7': (s) => {
      for (const region of regionsOf(s)) {
        const endpoints = some(s, 'aws_vpc_endpoint', region).map(({ body }) => body);
        const services = (kind: string): string[] =>
          endpoints
            .filter(({ vpc_endpoint_type: type }) => type === kind)
            .map(({ service_name: name }) =>
              name.includes('${') ? s.target(name).body.service : name.split('.').pop(),
            );
        expect(services('Gateway').sort()).toEqual(['dynamodb', 's3']);
        expect(services('Interface')).toEqual(expect.arrayContaining(['secretsmanager', 'ssm', 'states']));
      }
    },
  },
  removals: {
    '1.1': [
      without('aws_dynamodb_table_replica'),
      withArgument('aws_dynamodb_table', 'point_in_time_recovery.enabled', false),
      withArgument('aws_dynamodb_table_replica', 'point_in_time_recovery', false),
    ],
    '1.2': [
      instead('disabledDomains: []', "disabledDomains: ['aurora']"),
      withoutArgument('aws_rds_cluster', 'global_cluster_identifier', 'Secondary'),
      without('aws_rds_cluster_instance', 'Secondary'),
    ],
    '1.3': [
      instead("s3Replication: 'both'", "s3Replication: 'primaryToSecondary'"),
      instead('s3ReplicationTimeControl: true', 's3ReplicationTimeControl: false'),
    ],
    '1.4': [instead('disabledDomains: []', "disabledDomains: ['configuration']")],
    '2.1': [
      instead("healthCritical: ['table', 'bucket']", "healthCritical: ['table']"),
      without('aws_route53_health_check', 'Routing_Secondary_Endpoint'),
    ],
    '2.2': [
      instead('disabledDomains: []', "disabledDomains: ['routing']"),
      withoutArgument('aws_route53_record', 'health_check_id', 'Routing_Primary'),
      without('aws_route53_record', 'Routing_Secondary'),
    ],
    '2.3': [instead('globalEndpoint: true', 'globalEndpoint: false')],
    '2.4': [
      without('aws_lambda_function', 'Secondary_Health'),
      withArgument('aws_lambda_function', 'source_code_hash', 'another', 'Secondary_Processor'),
      withArgument('aws_lambda_function', 'timeout', 3, 'Secondary_Processor'),
    ],
    '3.1': [
      instead('disabledDomains: []', "disabledDomains: ['workflow']"),
      without('aws_sfn_state_machine', 'Secondary'),
    ],
    '3.2': [withText('aws_sfn_state_machine', 'definition', '"Pay"', '"Settle"', 'Secondary')],
    '3.3': [
      instead('globalEndpoint: true', 'globalEndpoint: false'),
      asInPrimary('aws_lambda_function', 'environment.variables.STATE_MACHINE_ARN', '_Processor'),
      without('aws_cloudwatch_event_target', 'Secondary_OrderTarget'),
    ],
    '4.1': [
      instead('blockVolumeSizeGib: 8', 'blockVolumeSizeGib: 0'),
      withoutArgument('aws_ebs_volume', 'tags.Backup'),
      withArgument('aws_backup_plan', 'rule.0.schedule', 'cron(0 5 1 * ? *)'),
    ],
    '4.2': [
      instead('disabledDomains: []', "disabledDomains: ['backup']"),
      withoutArgument('aws_backup_plan', 'rule.0.copy_action'),
    ],
    '4.3': [
      asInPrimary('aws_backup_vault', 'kms_key_arn'),
      without('aws_iam_role_policy_attachment', 'RestoresPermissions'),
    ],
    '5.1': [
      instead('disabledDomains: []', "disabledDomains: ['monitoring']"),
      withText('aws_cloudwatch_dashboard', 'dashboard_body', '"region":"us-east-2"', '"region":"us-east-1"'),
      without('aws_cloudwatch_dashboard', 'Secondary'),
    ],
    '5.2': [
      without('aws_cloudwatch_metric_alarm', 'Routing_Alarms_endpoint-secondary'),
      withoutArgument('aws_cloudwatch_metric_alarm', 'alarm_actions', 'Routing_Alarms_endpoint-primary'),
      without('aws_sns_topic', 'Secondary'),
    ],
    'T.1': [instead("'db.r5.large'", "'db.r6g.large'")],
    'T.2': [
      instead('functionMemorySize: 512', 'functionMemorySize: 256'),
      instead('functionTimeoutSeconds: 30', 'functionTimeoutSeconds: 20'),
    ],
    'T.3': [
      asInPrimary('aws_lambda_function', 'environment.variables.BUCKET_NAME', '_Processor'),
      withArgument('aws_lambda_function', 'memory_size', 1024, 'Secondary_Processor'),
    ],
    'D.1': [
      instead("?? 'dev'", "?? 'prod'"),
      withArgument('aws_sns_topic', 'name', 'alerts', 'Primary'),
      withArgument('aws_iam_role', 'name', 'backup', 'Backup_Role'),
    ],
    'D.2': [
      instead("protection: 'disposable'", "protection: 'protected'"),
      withArgument('aws_backup_vault', 'force_destroy', false, 'Secondary'),
    ],
    'D.3': [
      without('aws_lambda_function_event_invoke_config', 'Secondary_ProcessorEvents'),
      withoutArgument('aws_lambda_function', 'logging_config', 'Secondary_Health'),
      without('aws_flow_log', 'Secondary'),
      withoutArgument('aws_lb', 'access_logs', 'Secondary'),
      without('aws_s3_bucket_logging', 'Secondary'),
      withArgument('aws_sfn_state_machine', 'logging_configuration.level', 'OFF', 'Secondary'),
    ],
    'D.4': [
      instead("natGateways: 'none'", "natGateways: 'single'"),
      withArgument('aws_dynamodb_table', 'billing_mode', 'PROVISIONED'),
    ],
    'A.1': [instead('rtoMinutes: 15', 'rtoMinutes: 60'), instead('rpoMinutes: 5', 'rpoMinutes: 60')],
    'A.2': [
      instead("s3Replication: 'both'", "s3Replication: 'primaryToSecondary'"),
      without('aws_dynamodb_table_replica'),
      without('aws_cloudwatch_event_target', 'Secondary_ChangesTarget'),
    ],
    'A.3': [
      asInPrimary('aws_lambda_function', 'kms_key_arn', '_Processor'),
      without('aws_lb', 'Secondary'),
      without('aws_sns_topic', 'Secondary'),
    ],
    'A.4': [
      instead('globalEndpoint: true', 'globalEndpoint: false'),
      without('aws_route53_record', 'Routing_Secondary'),
      withArgument('aws_route53_health_check', 'resource_path', '/', 'Routing_Primary_Endpoint'),
    ],
    'A.5': [
      without('aws_cloudwatch_event_target', 'Primary_ChangesTarget'),
      without('aws_cloudwatch_event_target', 'Secondary_ReconciliationTarget'),
    ],
    'S.1': [withArgument('aws_rds_cluster', 'engine', 'aurora-mysql')],
    'S.2': [
      instead('auroraPrimaryInstanceCount: 1', 'auroraPrimaryInstanceCount: 2'),
      without('aws_rds_cluster_instance', 'Secondary'),
    ],
    'S.3': [
      instead('backupRetentionDays: 7', 'backupRetentionDays: 1'),
      withoutArgument('aws_rds_cluster', 'tags.Backup', 'Primary'),
    ],
    'S.4': [
      withArgument('aws_rds_cluster', 'deletion_protection', true, 'Primary'),
      withArgument('aws_rds_cluster', 'skip_final_snapshot', false, 'Secondary'),
    ],
    'S.5': [withArgument('aws_lambda_function', 'runtime', 'nodejs18.x')],
    'S.6': [
      withoutArgument('aws_dynamodb_table', 'stream_enabled'),
      withArgument('aws_dynamodb_table', 'range_key', 'timestamp'),
    ],
    'S.7': [
      without('aws_s3_bucket_versioning', 'Secondary'),
      withArgument('aws_s3_bucket_versioning', 'versioning_configuration.status', 'Suspended', 'Primary'),
    ],
    'S.8': [
      without('aws_iam_role', 'SecondaryToPrimary'),
      withText('aws_iam_role', 'assume_role_policy', 's3.amazonaws.com', 'lambda.amazonaws.com', 'PrimaryToSecondary'),
    ],
    'S.9': [
      without('aws_s3_bucket_server_side_encryption_configuration', 'Storage_Secondary_Encryption'),
      without('aws_s3_bucket_server_side_encryption_configuration', 'Storage_Secondary_Logs'),
      asInPrimary('aws_s3_bucket_server_side_encryption_configuration', 'rule', '_Encryption'),
    ],
    'S.10': [
      withText('aws_sfn_state_machine', 'definition', '"Retry"', '"Again"', 'Secondary'),
      withText('aws_sfn_state_machine', 'definition', '"Catch"', '"Else"', 'Primary'),
    ],
    'S.11': [
      instead('blockVolumeSizeGib: 8', 'blockVolumeSizeGib: 0'),
      withArgument('aws_ebs_volume', 'encrypted', false),
      withoutArgument('aws_ebs_volume', 'tags.Backup'),
    ],
    'K.1': [
      withoutArgument('aws_sns_topic', 'kms_master_key_id', 'Secondary'),
      withoutArgument('aws_cloudwatch_log_group', 'kms_key_id', 'Secondary_Health'),
      withoutArgument('aws_dynamodb_table', 'server_side_encryption'),
      withoutArgument('aws_sqs_queue', 'kms_master_key_id', 'Secondary_Failures'),
      asInPrimary('aws_rds_cluster', 'kms_key_id'),
    ],
    'K.2': [
      without('aws_lb_listener', 'Secondary_HttpsListener'),
      withArgument('aws_lb_listener', 'default_action.0.type', 'forward', 'Secondary_Redirect'),
      without('aws_s3_bucket_policy', 'Secondary_Policy'),
      withText('aws_s3_bucket_policy', 'policy', 'aws:SecureTransport', 'aws:SecureTransit', 'Primary_Policy'),
    ],
    'K.3': [
      withText('aws_iam_role_policy', 'policy', '"dynamodb:PutItem"', '"dynamodb:*"', 'Secondary_Processor'),
      withArgument('aws_iam_role_policy_attachment', 'policy_arn', 'arn:aws:iam::aws:policy/AdministratorAccess'),
    ],
    'K.4': [
      withArgument('aws_vpc_security_group_ingress_rule', 'cidr_ipv4', '0.0.0.0/0', 'Aurora_Secondary_FromOwnVpc'),
      withArgument('aws_vpc_security_group_ingress_rule', 'from_port', 22, 'Secondary_Ingress443'),
    ],
    'K.5': [
      withArgument('aws_route53_health_check', 'failure_threshold', 10, 'Routing_Secondary_Endpoint'),
      withArgument('aws_route53_health_check', 'request_interval', 30, 'Routing_Primary_Endpoint'),
    ],
    'K.6': [
      instead("natGateways: 'none'", "natGateways: 'perZone'"),
      instead('auroraPrimaryInstanceCount: 1', 'auroraPrimaryInstanceCount: 2'),
      without('aws_vpc_endpoint', 'Secondary'),
    ],
    'X.1': [
      withArgument('aws_route53_record', 'name', 'app.example.com', 'Routing_Secondary'),
      without('aws_route53_record', 'Routing_'),
    ],
    'X.2': [
      withArgument('aws_cloudwatch_metric_alarm', 'threshold', 300000, 'Secondary_AuroraLag'),
      without('aws_cloudwatch_metric_alarm', 'Secondary_AuroraLag'),
    ],
    'X.3': [
      without('aws_cloudwatch_metric_alarm', 'Secondary_ObjectLatency'),
      withArgument('aws_cloudwatch_metric_alarm', 'threshold', 900, 'Primary_ObjectLatency'),
    ],
    'X.4': [without('aws_cloudwatch_metric_alarm', 'Secondary_FunctionErrors-MultiRegionDR_Compute_Secondary_Health')],
    'X.5': [
      without('aws_cloudwatch_metric_alarm', 'Secondary_ExecutionsFailed'),
      withoutArgument('aws_cloudwatch_metric_alarm', 'alarm_actions', 'Primary_ExecutionsFailed'),
    ],
    'X.6': [
      without('aws_cloudwatch_metric_alarm', 'OperatorSwitch_Alarm'),
      withArgument('aws_route53_health_check', 'child_healthchecks', [], 'Routing_Failover'),
      withOutputText('manifest', '"operatorSwitch"', '"switch"'),
    ],
    'X.7': [
      without('aws_vpc_endpoint', 'Secondary_GatewayEndpoint-s3'),
      without('aws_vpc_endpoint', 'Secondary_InterfaceEndpoint-ssm'),
    ],
  },
  files: {
    'P.1': ['jest.config.js', /coverageThreshold: \{ global: \{ lines: 95, branches: 90 \} \}/],
    'P.2': ['docs/constructs/README.md', /^\| \[`AuroraGlobalDatabase`\]/],
    'P.3': ['test/system.test.ts', /keeps every reference inside its region/],
    'P.4': ['docs/runbook.md', /^## Unplanned failover/, /^## Drills/, /^## Failback/],
    'P.5': ['docs/deployment.md', /^npx cdktf deploy /, /^## The first hour/],
    'P.6': ['docs/deployment.md', /^## Costs/],
  },
});
