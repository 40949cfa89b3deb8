import { Synthesized } from '../support/synth';
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

testExample({
  name: 'transaction-dr',
  stack: 'TransactionDr',
  requirements: {
    'M.1': (s) => globalTable(s, 'transactions-'),
    'M.2': (s) => {
      replicatesBuckets(s, regionsOf(s));
      for (const body of inBoth(s, 'aws_s3_bucket_versioning'))
        expect(body.versioning_configuration.status).toBe('Enabled');
    },
    'M.3': (s) => {
      failoverRecords(s, `app.${DOMAIN}`);
      checksBothEndpoints(s, 30);
    },
    'M.4': (s) => {
      sameFunctions(s);
      for (const region of regionsOf(s)) {
        const { variables } = named(s, 'aws_lambda_function', 'Processor', region).environment;
        expect(s.target(variables.BUCKET_NAME).region).toBe(region);
      }
    },
    'M.5': (s) => {
      keyPerRegion(s);
      const aliases = pairOf(s, 'aws_kms_alias');
      for (const { name } of aliases) expect(name).toBe('alias/transaction-encryption-prod');
      expect(aliases.map(({ target_key_id: key }) => s.target(key).region)).toEqual([...regionsOf(s)]);
    },
    'M.6': (s) => {
      alarmsOn(s, 'WriteThrottleEvents');
      alarmsOn(s, 'OperationsFailedReplication');
      const lag = alarmsOn(s, 'ReplicationLatency').filter(({ namespace }) => namespace === 'AWS/S3');
      expect(lag.map(({ threshold }) => threshold)).toEqual([600, 600]);
      const errors = alarmsOn(s, 'Errors').filter(({ namespace }) => namespace === 'AWS/Lambda');
      expect(errors.map(({ threshold }) => threshold)).toEqual([5, 5, 5, 5]);
    },
    'M.7': (s) => {
      expect(pairOf(s, 'aws_sns_topic').map(({ name }) => name)).toEqual([
        'alerts-primary-prod',
        'alerts-secondary-prod',
      ]);
      // The alarm that Route 53 itself reads for events tells nobody.
      for (const { body, region, id } of some(s, 'aws_cloudwatch_metric_alarm'))
        if (!id.includes('Eventing_LatencyAlarm')) expect(s.target(body.alarm_actions[0]).region).toBe(region);
    },
    'M.8': (s) => {
      const { assume_role_policy, description } = named(s, 'aws_iam_role', 'Identity_Operator');
      expect(JSON.parse(assume_role_policy).Statement).toEqual([
        expect.objectContaining({
          Action: ['sts:AssumeRole'],
          Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
        }),
      ]);
      expect(description).toContain('us-west-2');
      expect(named(s, 'aws_iam_role', 'Identity_Auditor').assume_role_policy).toContain('MultiFactorAuthPresent');
    },
    'M.9': (s) => {
      for (const region of regionsOf(s)) {
        const filters = some(s, 'aws_cloudwatch_log_subscription_filter', region);
        expect(filters).toHaveLength(3);
        const destination = s.target(filters[0].body.destination_arn);
        expect(destination.region).toBe(region);
        expect(s.target(destination.body.target_arn).region).not.toBe(region);
      }
      alarmsOn(s, 'DeliveryToS3.DataFreshness');
      alarmsOn(s, 'DeliveryErrors');
    },
    'M.10': (s) => outputs(s, 'primary_endpoint', 'secondary_endpoint', 'host_name'),
    'O.1': (s) => {
      dailyBackup(s, 'aws_dynamodb_table');
      const copies = pairOf(s, 'aws_backup_plan').map(({ rule }) =>
        s.target(rule[0].copy_action[0].destination_vault_arn),
      );
      expect(copies.map(({ region }) => region)).toEqual([...regionsOf(s)].reverse());
    },
    'O.2': globalEndpoint,
    'O.3': replicatesParameters,
    'C.1': (s) => {
      some(s, 'aws_vpc');
      // Terraform's JSON syntax: blocks by their kind, type and name, and no other block.
      expect(['data', 'output', 'provider', 'resource', 'terraform']).toEqual(
        expect.arrayContaining(Object.keys(s.json)),
      );
    },
    'C.2': (s) => {
      expect(regionsOf(s)).toEqual(['us-east-1', 'us-west-2']);
      pairOf(s, 'aws_vpc');
    },
    'C.3': (s) => checksBothEndpoints(s, 30),
    'C.4': encrypted,
    'C.5': (s) => checksBothEndpoints(s, 30),
    'C.6': (s) => globalTable(s, 'transactions-'),
    'C.7': (s) => {
      const reserved = inBoth(s, 'aws_lambda_function').map((one) => one.reserved_concurrent_executions);
      expect(reserved.filter((one) => one !== undefined)).toEqual([100, 100]);
    },
    'C.8': (s) => {
      for (const body of pairOf(s, 'aws_s3_bucket_accelerate_configuration')) expect(body.status).toBe('Enabled');
      // What stands in its place: Replication Time Control.
      replicatesBuckets(s, regionsOf(s));
    },
    'C.9': (s) => deletable(s, false),
    'C.10': (s) => {
      const watched = alarmsOn(s, 'HealthCheckStatus', ['us-east-1']).map(({ dimensions }) => dimensions.HealthCheckId);
      expect(watched.map((one) => s.target(one).id)).toEqual(
        expect.arrayContaining([expect.stringContaining('Routing_Failover')]),
      );
    },
    'E.1': (s) => {
      subnets(s, 'Private', 3);
      peering(s);
    },
    'E.2': dashboards,
    'E.3': (s) => {
      expect(globalTable(s, 'transactions-').billing_mode).toBe('PAY_PER_REQUEST');
      watchesFunctions(s, 'Throttles', /Compute_/);
    },
    'E.4': (s) => suffixed(s, 'prod'),
    'E.5': (s) => outputs(s, 'table_name', 'primary_key_arn', 'secondary_key_arn', 'primary_topic_arn'),
    'E.6': leastPrivilege,
    'E.7': (s) => {
      for (const [type, region] of [
        ['aws_kms_key', 'us-east-1'],
        ['aws_kms_replica_key', 'us-west-2'],
      ]) {
        const [account, logs, services] = JSON.parse(s.only(type, region).body.policy).Statement;
        expect(account.Principal.AWS).toMatch(/:root$/);
        expect(logs.Principal.Service).toBe(`logs.${region}.amazonaws.com`);
        expect(JSON.stringify(logs.Condition)).toContain(`arn:aws:logs:${region}:`);
        expect(services.Principal.Service).toContain('cloudwatch.amazonaws.com');
        expect(services.Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey*']);
      }
    },
    'E.8': (s) => {
      for (const region of regionsOf(s)) {
        for (const { body } of some(s, 'aws_lambda_function', region)) {
          const group = s.target(body.logging_config.log_group);
          expect(body.depends_on).toContain(group.address);
          expect(group.body).toMatchObject({ retention_in_days: 365, kms_key_id: expect.stringContaining('aws_kms_') });
        }
      }
    },
    'E.9': (s) => expect(sameFunctions(s)).toHaveLength(6),
    'D.1': (s) =>
      expect(globalTable(s, 'transactions-').global_secondary_index).toEqual([
        expect.objectContaining({ name: 'customer-index', hash_key: 'customerId' }),
      ]),
    'D.2': (s) => replicatesBuckets(s, regionsOf(s)),
    'D.3': (s) => {
      for (const { body, region, id } of some(s, 'aws_lambda_function'))
        if (!id.includes('_Replicator_')) expect(s.target(body.kms_key_arn).region).toBe(region);
    },
    'D.4': keyPerRegion,
    'D.5': (s) => {
      for (const { body, region } of some(s, 'aws_cloudwatch_log_group')) {
        expect(body.retention_in_days).toBe(365);
        expect(s.target(body.kms_key_id)).toMatchObject({ region, type: expect.stringMatching(/^aws_kms_/) });
      }
    },
    'D.6': (s) => watchesFunctions(s, 'Throttles', /Compute_/),
    'D.7': (s) => {
      for (const { body, region } of some(s, 'aws_sns_topic'))
        expect(s.target(body.kms_master_key_id)).toMatchObject({ region, type: expect.stringMatching(/^aws_kms_/) });
    },
    'D.8': (s) => {
      expect(some(s, 'aws_s3_bucket_public_access_block')).toHaveLength(some(s, 'aws_s3_bucket').length);
      for (const { body } of some(s, 'aws_s3_bucket_public_access_block'))
        expect(body).toMatchObject({
          block_public_acls: true,
          block_public_policy: true,
          ignore_public_acls: true,
          restrict_public_buckets: true,
        });
    },
    'D.9': encryptedInTransit,
    'D.10': (s) => {
      const names = some(s, 'aws_route53_record').map(({ body }) => body.name);
      expect(names).toContain(`app.${DOMAIN}`);
      expect(names.join()).not.toMatch(/example\.(com|org|net)/);
    },
    'D.11': (s) => {
      for (const metric of ['ReadThrottleEvents', 'WriteThrottleEvents']) alarmsOn(s, metric);
      expect(JSON.stringify(some(s, 'aws_cloudwatch_metric_alarm').map(({ body }) => body))).not.toContain(
        'UserErrors',
      );
    },
    'D.12': (s) => {
      const [failover] = some(s, 'aws_route53_health_check').filter(({ id }) => id.includes('Routing_Failover'));
      const children = failover.body.child_healthchecks.map((one: string) => s.target(one));
      const [held] = children.filter(({ id }: { id: string }) => id.includes('OperatorSwitch'));
      // Read where the alarm is, and written in the secondary.
      expect(held.body.cloudwatch_alarm_region).toBe('us-west-2');
      expect(s.target(held.body.cloudwatch_alarm_name).region).toBe('us-west-2');
    },
    'D.13': (s) => {
      expect(s.json.provider.aws).toHaveLength(2);
      inBoth(s, 'aws_s3_bucket_versioning');
      keyPerRegion(s);
      pairOf(s, 'aws_kms_alias');
      // Those of IAM are of the whole account: one name twice is refused.
      const roles = some(s, 'aws_iam_role').map(({ body }) => body.name);
      expect(roles).toEqual([...new Set(roles)]);
    },
    'D.14': closedToTheInternet,
  },
  removals: {
    'M.1': [
      instead("tableName: 'transactions'", "tableName: 'orders'"),
      without('aws_dynamodb_table_replica'),
      withArgument('aws_dynamodb_table', 'billing_mode', 'PROVISIONED'),
      withArgument('aws_dynamodb_table_replica', 'point_in_time_recovery', false),
    ],
    'M.2': [
      instead("replication: 'both'", "replication: 'primaryToSecondary'"),
      withArgument('aws_s3_bucket_versioning', 'versioning_configuration.status', 'Suspended', 'Secondary'),
    ],
    'M.3': [
      without('aws_route53_record', 'Routing_Secondary'),
      withoutArgument('aws_route53_record', 'failover_routing_policy', 'Routing_Primary'),
      without('aws_route53_health_check', 'Routing_Secondary_Endpoint'),
    ],
    'M.4': [
      without('aws_lambda_function', 'Secondary_Processor'),
      asInPrimary('aws_lambda_function', 'environment.variables.BUCKET_NAME', '_Processor'),
    ],
    'M.5': [
      instead("aliasName: 'transaction-encryption'", "aliasName: 'encryption'"),
      without('aws_kms_replica_key'),
      asInPrimary('aws_kms_alias', 'target_key_id'),
    ],
    'M.6': [
      instead('s3LatencySeconds: 600', 's3LatencySeconds: 900'),
      instead('functionErrors: 5', 'functionErrors: 50'),
      without('aws_cloudwatch_metric_alarm', 'Secondary_TableWriteThrottles'),
      without('aws_cloudwatch_metric_alarm', 'Primary_FunctionErrors-Compute_Primary_Health'),
    ],
    'M.7': [
      without('aws_sns_topic', 'Secondary'),
      asInPrimary('aws_cloudwatch_metric_alarm', 'alarm_actions', '_TableReplication'),
    ],
    'M.8': [
      instead(/const identity = [\s\S]*?\n {4}\}\);\n/, "const identity = { operatorRoleArn: '' };\n"),
      instead('requireMfa: true', "externalId: 'operations'"),
      instead('readOnlyAuditor: true', 'readOnlyAuditor: false'),
    ],
    'M.9': [
      instead(
        /const logs = new LogReplication[\s\S]*?\n {4}\}\);\n/,
        "const logs = { primary: { deliveryStreamName: 'one' }, secondary: { deliveryStreamName: 'other' } };\n",
      ),
      instead('logSubscriptions: true,', ''),
      without('aws_cloudwatch_metric_alarm', 'Secondary_DeliveryFreshness'),
      without('aws_cloudwatch_log_subscription_filter', 'SecondarySubscriptions_Filter-Compute_Secondary_Processor'),
    ],
    'M.10': [
      instead('secondary_endpoint: loadBalancing.secondary.healthUrl', 'standby: loadBalancing.secondary.healthUrl'),
      instead(
        'secondary_endpoint: loadBalancing.secondary.healthUrl',
        'secondary_endpoint: loadBalancing.primary.healthUrl',
      ),
    ],
    'O.1': [
      instead('planInSecondary: true', 'planInSecondary: false'),
      withoutArgument('aws_backup_plan', 'rule.0.copy_action', 'Primary'),
    ],
    'O.2': [
      instead("busName: 'transactions',", "busName: 'transactions', globalEndpoint: false,"),
      withArgument('aws_cloudwatch_event_endpoint', 'replication_config.state', 'DISABLED'),
      withArgument('aws_cloudwatch_event_bus', 'name', 'transactions-secondary', 'Secondary'),
    ],
    'O.3': [
      without('aws_cloudwatch_event_target', 'Secondary_ChangesTarget'),
      asInPrimary('aws_lambda_function', 'environment.variables.TARGET_REGION', '_Replicator'),
    ],
    // As in a template of CloudFormation.
    'C.1': [({ synthesized: { json } }) => new Synthesized({ ...json, Resources: {} })],
    'C.2': [instead("secondaryRegion: 'us-west-2'", "secondaryRegion: 'us-east-2'")],
    'C.3': [
      instead('requestInterval: 30', 'requestInterval: 10'),
      instead('failureThreshold: 3', 'failureThreshold: 10'),
    ],
    'C.4': [
      instead('secondaryKeyArn: encryption.secondary.keyArn', 'secondaryKeyArn: encryption.primary.keyArn'),
      withoutArgument('aws_sqs_queue', 'kms_master_key_id', 'Primary_Failures'),
    ],
    'C.5': [
      instead("healthCheckPath: '/health'", "healthCheckPath: '/'"),
      without('aws_route53_health_check', 'Routing_Secondary_Endpoint'),
    ],
    'C.6': [
      withArgument('aws_dynamodb_table', 'point_in_time_recovery.enabled', false),
      withArgument('aws_dynamodb_table_replica', 'point_in_time_recovery', false),
    ],
    'C.7': [
      instead(/reservedConcurrency: .*\n/, ''),
      instead("context('reservedConcurrency', 100)", "context('reservedConcurrency', 50)"),
    ],
    'C.8': [
      instead('transferAcceleration: true', 'transferAcceleration: false'),
      instead('replicationTimeControl: true', 'replicationTimeControl: false'),
    ],
    'C.9': [
      instead("protection: 'protected'", "protection: 'disposable'"),
      withArgument('aws_kms_key', 'lifecycle.prevent_destroy', false),
      withArgument('aws_s3_bucket', 'force_destroy', true, 'Storage_Secondary_Bucket'),
    ],
    'C.10': [
      without('aws_cloudwatch_metric_alarm', 'Routing_Alarms_failover'),
      withoutArgument('aws_cloudwatch_metric_alarm', 'alarm_actions', 'Routing_Alarms_failover'),
    ],
    'E.1': [
      instead('peering: true', 'peering: false'),
      instead('availabilityZoneCount: 3', 'availabilityZoneCount: 2'),
      without('aws_route', 'Peering_Secondary_Route1'),
    ],
    'E.2': [
      without('aws_cloudwatch_dashboard', 'Secondary'),
      withText('aws_cloudwatch_dashboard', 'dashboard_body', '"region":"us-west-2"', '"region":"us-east-1"'),
    ],
    'E.3': [
      withArgument('aws_dynamodb_table', 'billing_mode', 'PROVISIONED'),
      without('aws_cloudwatch_metric_alarm', 'Secondary_FunctionThrottles-Compute_Secondary_Processor'),
    ],
    'E.4': [
      instead("context('environmentSuffix', 'prod')", "context('environmentSuffix', 'live')"),
      withArgument('aws_s3_bucket', 'bucket', 'documents', 'Storage_Primary_Bucket'),
    ],
    'E.5': [instead(/for \(const \[name, value\].*\n/, ''), withoutOutput('secondary_key_arn')],
    'E.6': [
      withText('aws_iam_role_policy', 'policy', '"s3:PutObject"', '"s3:*"', 'Primary_Processor'),
      withText('aws_iam_policy', 'policy', '"route53:GetHealthCheck', '"*","route53:GetHealthCheck', 'observe'),
    ],
    'E.7': [
      withText('aws_kms_replica_key', 'policy', 'logs.us-west-2.amazonaws.com', 'logs.us-east-1.amazonaws.com'),
      withText('aws_kms_key', 'policy', '"kms:EncryptionContext:aws:logs:arn":"arn:aws:logs:us-east-1:', '"arn":"'),
      withText('aws_kms_key', 'policy', ':root', ':user/somebody'),
    ],
    'E.8': [
      without('aws_cloudwatch_log_group', 'Secondary_Health'),
      withoutArgument('aws_cloudwatch_log_group', 'retention_in_days', 'Primary_Processor'),
    ],
    'E.9': [
      withArgument('aws_lambda_function', 'source_code_hash', 'another', 'Secondary_Health'),
      without('aws_lambda_function', 'Health'),
    ],
    'D.1': [
      instead("indexName: 'customer-index'", "indexName: 'by-customer'"),
      instead("indexPartitionKey: 'customerId'", "indexPartitionKey: 'accountId'"),
      withoutArgument('aws_dynamodb_table', 'global_secondary_index'),
    ],
    'D.2': [
      instead('replicationTimeControl: true', 'replicationTimeControl: false'),
      withoutArgument('aws_s3_bucket_replication_configuration', 'rule.0.destination.metrics', 'SecondaryToPrimary'),
    ],
    'D.3': [
      withoutArgument('aws_lambda_function', 'kms_key_arn', 'Secondary_Health'),
      asInPrimary('aws_lambda_function', 'kms_key_arn', '_Processor'),
    ],
    'D.4': [withArgument('aws_kms_key', 'enable_key_rotation', false), without('aws_kms_replica_key')],
    'D.5': [
      instead("protection: 'protected'", "protection: 'disposable'"),
      withoutArgument('aws_cloudwatch_log_group', 'kms_key_id', 'Secondary_Health'),
    ],
    'D.6': [without('aws_cloudwatch_metric_alarm', 'Secondary_FunctionThrottles-Compute_Secondary_Health')],
    'D.7': [
      withoutArgument('aws_sns_topic', 'kms_master_key_id', 'Secondary'),
      asInPrimary('aws_sns_topic', 'kms_master_key_id'),
    ],
    'D.8': [
      without('aws_s3_bucket_public_access_block', 'Storage_Secondary_Logs'),
      withArgument('aws_s3_bucket_public_access_block', 'ignore_public_acls', false, 'Storage_Primary_Public'),
    ],
    'D.9': [
      instead(/primaryCertificateArn: certificates.*\n.*secondaryCertificateArn: certificates.*\n/, ''),
      without('aws_s3_bucket_policy', 'Storage_Secondary_Policy'),
    ],
    'D.10': [
      withArgument('aws_route53_record', 'name', 'app.example.com', 'Routing_'),
      withText('aws_route53_record', 'name', 'acme.dev', 'example.com', 'Routing_Secondary'),
    ],
    'D.11': [
      without('aws_cloudwatch_metric_alarm', 'Secondary_TableReadThrottles'),
      withArgument('aws_cloudwatch_metric_alarm', 'metric_name', 'UserErrors', 'Primary_TargetErrors'),
    ],
    'D.12': [
      withArgument('aws_route53_health_check', 'child_healthchecks', [], 'Routing_Failover'),
      without('aws_cloudwatch_metric_alarm', 'OperatorSwitch_Alarm'),
    ],
    'D.13': [
      without('aws_s3_bucket_versioning', 'Secondary'),
      without('aws_kms_alias', 'Secondary'),
      asInPrimary('aws_iam_role', 'name', '_Processor_Role'),
    ],
    'D.14': [
      withArgument('aws_vpc_security_group_ingress_rule', 'cidr_ipv4', '0.0.0.0/0', 'Secondary_EndpointIngress'),
      withArgument('aws_vpc_security_group_ingress_rule', 'from_port', 22, 'LoadBalancing_Primary_Ingress80'),
    ],
  },
  files: {
    'P.1': ['docs/runbook.md', /^## Unplanned failover/, /^## Drills/, /^## Failback/],
    'P.2': ['docs/runbook.md', /^## Tear-down/, /^PROTECTION=disposable npx cdktf deploy/],
  },
});
