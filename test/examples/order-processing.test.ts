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
} from './checks';
import { DOMAIN, testExample } from './example';

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
      pairOf(s, 'aws_rds_cluster_instance');
    },
    '1.3': (s) => replicatesBuckets(s, regionsOf(s)),
    '1.4': replicatesParameters,
    '2.1': (s) => checksBothEndpoints(s, 10),
    '2.2': (s) => failoverRecords(s, `app.${DOMAIN}`),
    '2.3': globalEndpoint,
    '2.4': (s) => expect(sameFunctions(s)).toHaveLength(6),
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
        const targets = some(s, 'aws_cloudwatch_event_target', region).map(({ body }) => body.arn);
        expect(targets.some((arn) => arn.includes('Processor_Function'))).toBe(true);
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
      expect(attached.some((arn) => arn.includes('ForRestores'))).toBe(true);
    },
    '5.1': dashboards,
    '5.2': (s) => {
      const checks = alarmsOn(s, 'HealthCheckStatus', ['us-east-1']).map(({ dimensions }) => dimensions.HealthCheckId);
      for (const { address, body } of some(s, 'aws_route53_health_check')) {
        if (body.fqdn) expect(checks).toContain(`\${${address}.id}`);
      }
      pairOf(s, 'aws_sns_topic');
    },
    'T.1': (s) =>
      expect(inBoth(s, 'aws_rds_cluster_instance').map((one) => one.instance_class)).toEqual([
        'db.r5.large',
        'db.r5.large',
      ]),
    'T.2': (s) =>
      expect(named(s, 'aws_lambda_function', 'Primary_Processor')).toMatchObject({ memory_size: 512, timeout: 30 }),
    'T.3': (s) => {
      for (const region of regionsOf(s)) {
        const { variables } = named(s, 'aws_lambda_function', 'Processor', region).environment;
        expect(s.target(variables.BUCKET_NAME).region).toBe(region);
      }
      sameFunctions(s);
    },
    'D.1': (s) => suffixed(s, 'dev'),
    'D.2': (s) => {
      deletable(s, true);
      for (const { body } of some(s, 'aws_backup_vault')) expect(body.force_destroy).toBe(true);
    },
    'D.3': (s) => {
      for (const type of ['aws_lambda_function', 'aws_sfn_state_machine', 'aws_flow_log', 'aws_s3_bucket_logging'])
        inBoth(s, type);
      for (const { body } of some(s, 'aws_lambda_function_event_invoke_config'))
        expect(body.destination_config.on_failure.destination).toContain('aws_sqs_queue');
      for (const body of pairOf(s, 'aws_sfn_state_machine')) expect(body.logging_configuration.level).toBe('ALL');
    },
    'D.4': (s) => {
      expect(some(s, 'aws_dynamodb_table').map(({ body }) => body.billing_mode)).toEqual(['PAY_PER_REQUEST']);
      inBoth(s, 'aws_lambda_function');
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
    'S.2': (s) => expect(inBoth(s, 'aws_rds_cluster_instance')).toHaveLength(2),
    'S.3': (s) => {
      for (const body of pairOf(s, 'aws_rds_cluster')) expect(body.backup_retention_period).toBe(7);
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
        expect(tasks.length).toBeGreaterThan(2);
        for (const { Retry, Catch } of tasks.slice(0, 3))
          expect([Retry, Catch]).toEqual([expect.any(Array), expect.any(Array)]);
      }
    },
    'S.11': (s) => expect(s.only('aws_ebs_volume').body).toMatchObject({ encrypted: true, size: 8, type: 'gp3' }),
    'K.1': encrypted,
    'K.2': encryptedInTransit,
    'K.3': leastPrivilege,
    'K.4': closedToTheInternet,
    'K.5': (s) => checksBothEndpoints(s, 10),
    'K.6': (s) => {
      expect(s.resources('aws_nat_gateway')).toEqual([]);
      expect(inBoth(s, 'aws_vpc_endpoint').length).toBeGreaterThan(4);
      expect(inBoth(s, 'aws_rds_cluster_instance')).toHaveLength(2);
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
      for (const { threshold } of alarmsOn(s, 'ReplicationLatency').filter(({ namespace }) => namespace === 'AWS/S3'))
        expect(threshold).toBe(600);
    },
    'X.4': (s) => expect(alarmsOn(s, 'Errors').length).toBeGreaterThanOrEqual(6),
    'X.5': (s) => expect(alarmsOn(s, 'ExecutionsFailed')).toHaveLength(2),
    'X.6': (s) => {
      const manifest = s.json.output.manifest.value;
      expect(manifest).toContain('"operatorSwitch"');
      expect(alarmsOn(s, 'PrimaryOutOfService', ['us-east-2'])).toHaveLength(1);
    },
    'X.7': (s) => {
      for (const region of regionsOf(s)) {
        const kinds = some(s, 'aws_vpc_endpoint', region).map(({ body }) => body.vpc_endpoint_type);
        expect([...new Set(kinds)].sort()).toEqual(['Gateway', 'Interface']);
      }
    },
  },
  files: {
    'P.1': ['jest.config.js', /coverageThreshold: \{ global: \{ lines: 95, branches: 90 \} \}/],
    'P.2': ['docs/constructs/README.md', /\[`AuroraGlobalDatabase`\]/],
    'P.3': ['test/system.test.ts', /keeps every reference inside its region/],
    'P.4': ['docs/runbook.md', /[Ff]ail/],
    'P.5': ['docs/deployment.md', /cdktf deploy/],
    'P.6': ['docs/deployment.md', /## Costs/],
  },
  without: [
    ['1.2', 'disabledDomains: []', "disabledDomains: ['aurora']"],
    ['1.3', "s3Replication: 'both'", "s3Replication: 'primaryToSecondary'"],
    ['1.4', 'disabledDomains: []', "disabledDomains: ['configuration']"],
    ['2.2', 'disabledDomains: []', "disabledDomains: ['routing']"],
    ['2.3', 'globalEndpoint: true', 'globalEndpoint: false'],
    ['3.1', 'disabledDomains: []', "disabledDomains: ['workflow']"],
    ['4.1', 'blockVolumeSizeGib: 8', 'blockVolumeSizeGib: 0'],
    ['4.2', 'disabledDomains: []', "disabledDomains: ['backup']"],
    ['5.1', 'disabledDomains: []', "disabledDomains: ['monitoring']"],
    ['T.1', "'db.r5.large'", "'db.r6g.large'"],
    ['T.2', 'functionMemorySize: 512', 'functionMemorySize: 256'],
    ['D.2', "protection: 'disposable'", "protection: 'protected'"],
    ['A.1', 'rtoMinutes: 15', 'rtoMinutes: 60'],
    ['S.2', 'auroraPrimaryInstanceCount: 1', 'auroraPrimaryInstanceCount: 2'],
    ['S.3', 'backupRetentionDays: 7', 'backupRetentionDays: 1'],
    ['K.6', "natGateways: 'none'", "natGateways: 'perZone'"],
  ],
});
