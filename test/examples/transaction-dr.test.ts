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
} from './checks';
import { DOMAIN, testExample } from './example';

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
      expect(some(s, 'aws_route53_health_check').length).toBeGreaterThan(3);
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
      for (const body of pairOf(s, 'aws_kms_alias')) expect(body.name).toBe('alias/transaction-encryption-prod');
    },
    'M.6': (s) => {
      alarmsOn(s, 'WriteThrottleEvents');
      alarmsOn(s, 'OperationsFailedReplication');
      const lag = alarmsOn(s, 'ReplicationLatency').filter(({ namespace }) => namespace === 'AWS/S3');
      expect(lag.map(({ threshold }) => threshold)).toEqual([600, 600]);
      const errors = alarmsOn(s, 'Errors').filter(({ namespace }) => namespace === 'AWS/Lambda');
      expect(errors.map(({ threshold }) => threshold)).toEqual([5, 5, 5, 5]);
    },
    'M.7': (s) =>
      expect(pairOf(s, 'aws_sns_topic').map(({ name }) => name)).toEqual([
        'alerts-primary-prod',
        'alerts-secondary-prod',
      ]),
    'M.8': (s) => {
      const { assume_role_policy, description } = named(s, 'aws_iam_role', 'Identity_Operator');
      expect(JSON.parse(assume_role_policy).Statement).toEqual([
        expect.objectContaining({
          Action: ['sts:AssumeRole'],
          Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
        }),
      ]);
      expect(description).toContain('us-west-2');
      named(s, 'aws_iam_role', 'Identity_Auditor');
    },
    'M.9': (s) => {
      for (const region of regionsOf(s)) {
        const filters = some(s, 'aws_cloudwatch_log_subscription_filter', region);
        expect(filters).toHaveLength(3);
        const destination = s.target(filters[0].body.destination_arn);
        expect(destination.region).toBe(region);
        expect(s.target(destination.body.target_arn).region).not.toBe(region);
      }
    },
    'M.10': (s) => outputs(s, 'primary_endpoint', 'secondary_endpoint', 'host_name'),
    'O.1': (s) => {
      dailyBackup(s, 'aws_dynamodb_table');
      expect(pairOf(s, 'aws_backup_plan')).toHaveLength(2);
    },
    'O.2': globalEndpoint,
    'O.3': replicatesParameters,
    'C.1': (s) => expect(s.json.terraform.required_providers.aws.source).toBe('aws'),
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
    },
    'C.9': (s) => deletable(s, false),
    'C.10': (s) => {
      const watched = alarmsOn(s, 'HealthCheckStatus', ['us-east-1']).map(({ dimensions }) => dimensions.HealthCheckId);
      const [failover] = some(s, 'aws_route53_health_check').filter(({ id }) => id.includes('Routing_Failover'));
      expect(watched).toContain(`\${${failover.address}.id}`);
    },
    'E.1': (s) => {
      subnets(s, 'Private', 3);
      peering(s);
    },
    'E.2': dashboards,
    'E.3': (s) => {
      expect(globalTable(s, 'transactions-').billing_mode).toBe('PAY_PER_REQUEST');
      alarmsOn(s, 'Throttles');
    },
    'E.4': (s) => suffixed(s, 'prod'),
    'E.5': (s) => outputs(s, 'table_name', 'primary_key_arn', 'secondary_key_arn', 'primary_topic_arn'),
    'E.6': leastPrivilege,
    'E.7': (s) => {
      const { policy } = s.only('aws_kms_key').body;
      const service = (one: { Principal: { Service?: string } }): string | undefined => one.Principal.Service;
      expect(JSON.parse(policy).Statement.map(service)).toEqual(
        expect.arrayContaining([undefined, 'logs.us-east-1.amazonaws.com']),
      );
    },
    'E.8': (s) => {
      for (const region of regionsOf(s)) {
        const groups = some(s, 'aws_cloudwatch_log_group', region).map(({ body }) => body.name);
        expect(groups.filter((name) => name.startsWith('/aws/lambda/'))).toHaveLength(3);
      }
    },
    'E.9': (s) => expect(sameFunctions(s)).toHaveLength(6),
    'D.1': (s) =>
      expect(globalTable(s, 'transactions-').global_secondary_index).toEqual([
        expect.objectContaining({ name: 'customer-index', hash_key: 'customerId' }),
      ]),
    'D.2': (s) => replicatesBuckets(s, regionsOf(s)),
    'D.3': (s) => {
      for (const region of regionsOf(s))
        expect(s.target(named(s, 'aws_lambda_function', 'Processor', region).kms_key_arn).region).toBe(region);
    },
    'D.4': keyPerRegion,
    'D.5': (s) => {
      for (const { body } of some(s, 'aws_cloudwatch_log_group')) expect(body.retention_in_days).toBe(365);
    },
    'D.6': (s) => expect(alarmsOn(s, 'Throttles').length).toBeGreaterThanOrEqual(4),
    'D.7': (s) => {
      for (const body of pairOf(s, 'aws_sns_topic')) expect(body.kms_master_key_id).toContain('aws_kms_');
    },
    'D.8': (s) => {
      expect(some(s, 'aws_s3_bucket_public_access_block')).toHaveLength(some(s, 'aws_s3_bucket').length);
      for (const { body } of some(s, 'aws_s3_bucket_public_access_block'))
        expect(body).toMatchObject({
          block_public_acls: true,
          block_public_policy: true,
          restrict_public_buckets: true,
        });
    },
    'D.9': encryptedInTransit,
    'D.10': (s) => {
      const names = some(s, 'aws_route53_record').map(({ body }) => body.name);
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
      const children = failover.body.child_healthchecks.map((one: string) => s.target(one).id);
      expect(children.some((id: string) => id.includes('OperatorSwitch'))).toBe(true);
    },
    'D.13': (s) => {
      expect(s.json.provider.aws).toHaveLength(2);
      inBoth(s, 'aws_s3_bucket_versioning');
      keyPerRegion(s);
    },
    'D.14': closedToTheInternet,
  },
  files: {
    'P.1': ['docs/runbook.md', /[Ff]ailback|fail back|Fail back/],
    'P.2': ['docs/deployment.md', /[Dd]estroy/],
  },
  without: [
    ['M.1', "tableName: 'transactions'", "tableName: 'orders'"],
    ['M.2', "replication: 'both'", "replication: 'primaryToSecondary'"],
    ['M.5', "aliasName: 'transaction-encryption'", "aliasName: 'encryption'"],
    ['M.8', /const identity = [\s\S]*?\n {4}\}\);\n/, "const identity = { operatorRoleArn: '' };\n"],
    ['M.9', /new LogReplication[\s\S]*?\n {4}\}\);\n/, ''],
    ['O.1', 'planInSecondary: true', 'planInSecondary: false'],
    ['C.2', "secondaryRegion: 'us-west-2'", "secondaryRegion: 'us-east-2'"],
    ['C.3', 'requestInterval: 30', 'requestInterval: 10'],
    ['C.7', /reservedConcurrency: .*\n/, ''],
    ['C.8', 'transferAcceleration: true', 'transferAcceleration: false'],
    ['C.9', "protection: 'protected'", "protection: 'disposable'"],
    ['E.1', 'peering: true', 'peering: false'],
    ['D.1', "indexName: 'customer-index'", "indexName: 'by-customer'"],
    ['D.2', 'replicationTimeControl: true', 'replicationTimeControl: false'],
  ],
});
