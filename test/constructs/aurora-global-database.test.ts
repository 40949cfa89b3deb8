import { TerraformOutput } from 'cdktf';
import { AuroraGlobalDatabase, AuroraGlobalDatabaseProps } from '../../lib/constructs/aurora-global-database';
import { RegionalNetwork } from '../../lib/core/network';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized, SynthesizedResource } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const PRIMARY = 'us-east-1';
const SECONDARY = 'us-east-2';

const network = (number: number, subnets = 3): RegionalNetwork => ({
  vpcId: `vpc-${number}`,
  cidrBlock: `10.${number}.0.0/16`,
  privateSubnetIds: Array.from({ length: subnets }, (_, index) => `subnet-${number}${index}`),
  publicSubnetIds: [],
  gatewayPrefixListIds: [],
  internetEgress: false,
});

const REQUIRED = {
  primaryNetwork: network(0),
  secondaryNetwork: network(1),
  primaryKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/mrk-1',
  secondaryKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/mrk-1',
};

const database = (
  props: Partial<AuroraGlobalDatabaseProps> = {},
  pair: Partial<RegionPairProps> = {},
  outputs?: (built: AuroraGlobalDatabase) => unknown,
): Synthesized =>
  synth((scope, regions) => {
    const built = new AuroraGlobalDatabase(scope, 'Database', { regions, ...REQUIRED, ...props });
    if (outputs) new TerraformOutput(scope, 'Outputs', { value: outputs(built) });
  }, pair);

const error = (props: object): string =>
  errorOf(
    (scope, regions) =>
      new AuroraGlobalDatabase(scope, 'D', { regions, ...REQUIRED, ...props } as AuroraGlobalDatabaseProps),
  );

/** Messages of the notices that the synth prints. */
function notices(props: Partial<AuroraGlobalDatabaseProps>): string[] {
  let found: string[] = [];
  synth((scope, regions) => {
    const built = new AuroraGlobalDatabase(scope, 'Database', { regions, ...REQUIRED, ...props });
    found = built.node.metadata.map(({ type, data }) => `${type}: ${String(data)}`);
  });
  return found;
}

const parameters = (group: SynthesizedResource): Json => group.body.parameter;

describe('AuroraGlobalDatabase', () => {
  const synthesized = database();
  const globalCluster = synthesized.only('aws_rds_global_cluster');
  const primary = synthesized.only('aws_rds_cluster', PRIMARY);
  const secondary = synthesized.only('aws_rds_cluster', SECONDARY);
  const both = [primary, secondary];
  const kept = database({}, { protection: 'protected' });

  test('the global cluster is made empty, for PostgreSQL (R-AUR-1)', () => {
    expect(globalCluster.body.engine).toBe('aurora-postgresql');
    expect(globalCluster.body.source_db_cluster_identifier).toBeUndefined();
  });

  test('one version everywhere, proven to support global databases in both regions (R-AUR-2, R-AUR-3)', () => {
    const chosen = database({ engineVersion: '17.7' });
    const members = ['aws_rds_global_cluster', 'aws_rds_cluster', 'aws_rds_cluster_instance'].flatMap((type) =>
      chosen.resources(type),
    );
    expect(members).toHaveLength(5);
    for (const { body } of members) expect(body.engine_version).toBe('17.7');
    for (const region of [PRIMARY, SECONDARY]) {
      const [version, ...others] = chosen.dataSources('aws_rds_engine_version', region);
      expect(others).toEqual([]);
      expect(version.body).toMatchObject({ engine: 'aurora-postgresql', version: '17.7' });
      expect(version.body.latest).toBeUndefined();
      expect(version.body.lifecycle.postcondition).toEqual([
        {
          condition: '${self.supports_global_databases}',
          error_message: `aurora-postgresql 17.7 does not support global databases in ${region}: choose another engineVersion.`,
        },
      ]);
    }
    expect(globalCluster.body.engine_version).toBe('16.8');
    expect(globalCluster.body.engine_lifecycle_support).toBe('open-source-rds-extended-support-disabled');
  });

  test('identifiers are unique across the regions (R-AUR-4, R-AUR-25)', () => {
    expect(globalCluster.body.global_cluster_identifier).toBe('aurora-global-dev');
    expect(both.map(({ body }) => body.cluster_identifier)).toEqual(['aurora-primary-dev', 'aurora-secondary-dev']);
    expect(synthesized.resources('aws_rds_cluster_instance').map(({ body }) => body.identifier)).toEqual([
      'aurora-1-primary-dev',
      'aurora-1-secondary-dev',
    ]);
    for (const { body } of both) expect(synthesized.target(body.global_cluster_identifier)).toBe(globalCluster);
  });

  test('the instances are memory-optimized and in their cluster (R-AUR-5, R-AUR-22)', () => {
    for (const instance of synthesized.resources('aws_rds_cluster_instance')) {
      const cluster = synthesized.target(instance.body.cluster_identifier);
      expect(cluster.region).toBe(instance.region);
      expect(instance.body).toMatchObject({ instance_class: 'db.r6g.large', publicly_accessible: false });
      expect(instance.body.db_subnet_group_name).toBe(cluster.body.db_subnet_group_name);
    }
  });

  test('serverless capacities are on both clusters, the same, and only there (R-AUR-6)', () => {
    const serverless = database({ instanceClass: 'db.serverless' });
    for (const { body } of serverless.resources('aws_rds_cluster')) {
      expect(body.serverlessv2_scaling_configuration).toEqual({ min_capacity: 8, max_capacity: 64 });
      expect(body.engine_mode).toBeUndefined();
    }
    for (const { body } of both) expect(body.serverlessv2_scaling_configuration).toBeUndefined();
    const sized = database({
      instanceClass: 'db.serverless',
      serverlessMinCapacity: 16,
      serverlessMaxCapacity: 128.5,
    });
    expect(sized.only('aws_rds_cluster', SECONDARY).body.serverlessv2_scaling_configuration).toEqual({
      min_capacity: 16,
      max_capacity: 128.5,
    });
  });

  test('warns of less than eight serverless capacity units, and of nothing else (R-AUR-6)', () => {
    expect(notices({ instanceClass: 'db.serverless', serverlessMinCapacity: 2 })).toEqual([
      '@cdktf/warn: serverlessMinCapacity is 2: AWS recommends at least 8 capacity units for a global database',
    ]);
    expect(notices({ instanceClass: 'db.serverless' })).toEqual([]);
  });

  test.each([
    ['disposable', 1],
    ['protected', 2],
  ])(
    'under %s the writer cluster has %i instance(s), the standby is never headless (R-AUR-7, R-AUR-8)',
    (protection, count) => {
      const profile = database({}, { protection });
      expect(profile.resources('aws_rds_cluster_instance', PRIMARY)).toHaveLength(count);
      expect(profile.resources('aws_rds_cluster_instance', SECONDARY)).toHaveLength(1);
      for (const { body } of profile.resources('aws_db_subnet_group')) expect(body.subnet_ids).toHaveLength(3);
    },
  );

  test('as many instances as asked for', () => {
    const many = database({ primaryInstanceCount: 3, secondaryInstanceCount: 2 });
    expect(many.resources('aws_rds_cluster_instance', PRIMARY)).toHaveLength(3);
    expect(many.resources('aws_rds_cluster_instance', SECONDARY)).toHaveLength(2);
  });

  test('the secondary is given nothing that only a first writer may have (R-AUR-9, R-AUR-12)', () => {
    const refused = [
      'master_username',
      'master_password',
      'master_password_wo',
      'master_password_wo_version',
      'manage_master_user_password',
      'database_name',
      'snapshot_identifier',
      'replication_source_identifier',
      'source_region',
    ];
    expect(Object.keys(secondary.body).filter((key) => refused.includes(key))).toEqual([]);
  });

  test('the secondary waits for every instance of the primary (R-AUR-10, R-DEL-16)', () => {
    const instances = kept.resources('aws_rds_cluster_instance', PRIMARY).map(({ address }) => address);
    expect(instances).toHaveLength(2);
    expect(kept.only('aws_rds_cluster', SECONDARY).body.depends_on).toEqual(expect.arrayContaining(instances));
    expect(JSON.stringify(primary.body.depends_on)).not.toContain('aws_rds_cluster_instance');
  });

  test('everything is encrypted with the key of its region (R-AUR-11, R-AUR-23, R-KMS-1)', () => {
    expect(globalCluster.body.storage_encrypted).toBe(true);
    for (const [cluster, key] of [
      [primary, REQUIRED.primaryKeyArn],
      [secondary, REQUIRED.secondaryKeyArn],
    ] as const) {
      expect(cluster.body).toMatchObject({ storage_encrypted: true, kms_key_id: key });
      expect(synthesized.only('aws_cloudwatch_log_group', cluster.region).body.kms_key_id).toBe(key);
      expect(synthesized.only('aws_rds_cluster_instance', cluster.region).body.performance_insights_kms_key_id).toBe(
        key,
      );
    }
  });

  test('a role swap leaves nothing to plan (R-AUR-3, R-AUR-13, R-AUR-27)', () => {
    for (const { body } of both) {
      expect(body.lifecycle.ignore_changes).toEqual([
        'replication_source_identifier',
        'global_cluster_identifier',
        'engine_version',
        'master_username',
        'database_name',
      ]);
    }
    for (const { body } of synthesized.resources('aws_rds_cluster_instance')) {
      expect(body.lifecycle.ignore_changes).toEqual(['engine_version']);
    }
    expect(globalCluster.body.lifecycle).toBeUndefined();
  });

  test('the password is drawn once, kept in the secret and read back for the cluster (R-AUR-14, R-AUR-15)', () => {
    const { aws_secretsmanager_random_password: drawn, aws_secretsmanager_secret_version: stored } =
      synthesized.json.ephemeral;
    const [[drawnId, drawnBody]] = Object.entries<Json>(drawn);
    const [[storedId, storedBody]] = Object.entries<Json>(stored);
    const version = synthesized.only('aws_secretsmanager_secret_version');
    expect(drawnBody).toEqual({
      provider: 'aws.primary',
      password_length: 40,
      exclude_punctuation: true,
      require_each_included_type: true,
    });
    expect(version.body.secret_string_wo).toContain(
      `"password" = ephemeral.aws_secretsmanager_random_password.${drawnId}.random_password`,
    );
    expect(storedBody).toEqual({
      provider: 'aws.primary',
      secret_id: `\${${version.address}.secret_id}`,
      version_id: `\${${version.address}.version_id}`,
    });
    expect(primary.body.master_password_wo).toBe(
      `\${jsondecode(ephemeral.aws_secretsmanager_secret_version.${storedId}.secret_string).password}`,
    );
    for (const { body } of both) {
      expect(body.manage_master_user_password).toBeUndefined();
      expect(body.master_password).toBeUndefined();
    }
  });

  test('a new password reaches the secret and the cluster in one apply (R-AUR-15)', () => {
    const rotated = database({ passwordVersion: 7 });
    expect(rotated.only('aws_rds_cluster', PRIMARY).body.master_password_wo_version).toBe(7);
    expect(rotated.only('aws_secretsmanager_secret_version').body.secret_string_wo_version).toBe(7);
    expect(rotated.only('aws_secretsmanager_secret_version').body.secret_string).toBeUndefined();
  });

  test('needs the Terraform that knows ephemeral and write-only values (R-TF-14)', () => {
    expect(synthesized.json.terraform.required_version).toBe('>= 1.11');
  });

  test('the secret sends applications to the global writer endpoint (R-AUR-16)', () => {
    const version = synthesized.only('aws_secretsmanager_secret_version');
    expect(version.body.secret_string_wo).toContain(`"host" = ${globalCluster.address}.endpoint`);
    for (const text of ['"username" = "dbadmin"', '"engine" = "postgres"', '"port" = 5432', '"dbname" = "app"']) {
      expect(version.body.secret_string_wo).toContain(text);
    }
    expect(version.body.secret_string_wo).not.toContain(primary.address);
  });

  test('both VPCs may connect to either cluster, one rule each, and nobody else (R-AUR-16)', () => {
    for (const region of [PRIMARY, SECONDARY]) {
      const group = synthesized.only('aws_security_group', region);
      const rules = synthesized.resources('aws_vpc_security_group_ingress_rule', region);
      expect(rules.map(({ body }) => body.cidr_ipv4).sort()).toEqual(['10.0.0.0/16', '10.1.0.0/16']);
      for (const { body } of rules) {
        expect(body).toMatchObject({ ip_protocol: 'tcp', from_port: 5432, to_port: 5432 });
        expect(synthesized.target(body.security_group_id)).toBe(group);
      }
      expect(group.body.ingress).toBeUndefined();
      expect(group.body.egress).toBeUndefined();
    }
    const more = database({ allowedCidrBlocks: ['192.168.0.0/24', '192.168.1.0/24'] });
    expect(more.resources('aws_vpc_security_group_ingress_rule', SECONDARY)).toHaveLength(4);
  });

  test('the recovery point is bounded on the primary only, with a warning (R-AUR-17)', () => {
    const bounded = database({ globalDbRpoSeconds: 20 });
    expect(parameters(bounded.only('aws_rds_cluster_parameter_group', PRIMARY))).toContainEqual({
      name: 'rds.global_db_rpo',
      value: '20',
      apply_method: 'immediate',
    });
    for (const group of [
      bounded.only('aws_rds_cluster_parameter_group', SECONDARY),
      ...synthesized.resources('aws_rds_cluster_parameter_group'),
    ]) {
      expect(JSON.stringify(group.body)).not.toContain('rds.global_db_rpo');
    }
    expect(notices({ globalDbRpoSeconds: 20 })).toEqual([
      '@cdktf/warn: globalDbRpoSeconds is 20: with one secondary region, commits wait whenever it lags more or cannot be reached, and a major version upgrade is refused',
    ]);
    expect(notices({})).toEqual([]);
  });

  test('each region has its own groups, roles and logs, with equal parameters of the right family (R-AUR-18)', () => {
    const tuned = database({ engineVersion: '17.7', parameters: { log_min_duration_statement: '500' } });
    const expected = [
      { name: 'rds.force_ssl', value: '1', apply_method: 'pending-reboot' },
      { name: 'log_min_duration_statement', value: '500', apply_method: 'pending-reboot' },
    ];
    for (const region of [PRIMARY, SECONDARY]) {
      const role = region === PRIMARY ? 'primary' : 'secondary';
      const cluster = tuned.only('aws_rds_cluster', region);
      const group = tuned.only('aws_rds_cluster_parameter_group', region);
      expect(tuned.target(cluster.body.db_cluster_parameter_group_name)).toBe(group);
      expect(tuned.target(cluster.body.db_subnet_group_name).region).toBe(region);
      expect(tuned.target(cluster.body.vpc_security_group_ids[0]).region).toBe(region);
      expect(group.body).toMatchObject({
        name: `aurora-v17-${role}-dev`,
        family: 'aurora-postgresql17',
        lifecycle: { create_before_destroy: true },
      });
      expect(parameters(group)).toEqual(expected);
      const instance = tuned.resources('aws_rds_cluster_instance', region)[0];
      expect(tuned.target(instance.body.db_parameter_group_name).body).toMatchObject({ family: 'aurora-postgresql17' });
      const log = tuned.only('aws_cloudwatch_log_group', region);
      expect(log.body.name).toBe(`/aws/rds/cluster/aurora-${role}-dev/postgresql`);
      expect(cluster.body.enabled_cloudwatch_logs_exports).toEqual(['postgresql']);
      expect(cluster.body.depends_on).toContain(log.address);
    }
  });

  test('write forwarding is off, or on both sides so that it survives a role swap (R-AUR-19)', () => {
    for (const { body } of both) expect(body.enable_global_write_forwarding).toBe(false);
    for (const { body } of database({ globalWriteForwarding: true }).resources('aws_rds_cluster')) {
      expect(body.enable_global_write_forwarding).toBe(true);
    }
  });

  test('uses nothing that global databases do not support (R-AUR-20, R-AUR-21)', () => {
    for (const { body } of both) {
      for (const argument of ['backtrack_window', 'engine_mode', 'availability_zones']) {
        expect(body[argument]).toBeUndefined();
      }
    }
    for (const { body } of synthesized.resources('aws_rds_cluster_instance')) {
      expect(body.auto_minor_version_upgrade).toBe(false);
    }
    expect(synthesized.all.filter(({ type }) => /appautoscaling|rds_instance_state/.test(type))).toEqual([]);
  });

  test('disposable: everything can be destroyed at once (R-DEL-1, R-DEL-2, R-DEL-5, R-DEL-17, R-AUR-24)', () => {
    expect(globalCluster.body.deletion_protection).toBe(false);
    expect(globalCluster.body.force_destroy).toBeUndefined();
    for (const { body } of both) {
      expect(body).toMatchObject({
        deletion_protection: false,
        skip_final_snapshot: true,
        delete_automated_backups: true,
      });
      expect(body.final_snapshot_identifier).toBeUndefined();
    }
    expect(synthesized.only('aws_secretsmanager_secret').body).toMatchObject({
      recovery_window_in_days: 0,
      force_overwrite_replica_secret: true,
    });
  });

  test('protected: nothing that holds data can be (R-DEL-1, R-DEL-2, R-DEL-5, R-DEL-17, R-AUR-24)', () => {
    expect(kept.only('aws_rds_global_cluster').body.deletion_protection).toBe(true);
    expect(kept.only('aws_rds_cluster', PRIMARY).body).toMatchObject({
      deletion_protection: true,
      skip_final_snapshot: false,
      final_snapshot_identifier: 'aurora-primary-dev-final',
      delete_automated_backups: false,
    });
    expect(kept.only('aws_rds_cluster', SECONDARY).body).toMatchObject({
      deletion_protection: true,
      skip_final_snapshot: true,
    });
    expect(kept.only('aws_secretsmanager_secret').body).toMatchObject({
      recovery_window_in_days: 30,
      force_overwrite_replica_secret: false,
    });
  });

  test('the secret has a replica under the key of its region (R-SEC-1, R-SEC-5)', () => {
    const secret = synthesized.only('aws_secretsmanager_secret');
    expect(secret.body).toMatchObject({
      name: 'aurora-master-dev',
      kms_key_id: REQUIRED.primaryKeyArn,
      replica: [{ region: SECONDARY, kms_key_id: REQUIRED.secondaryKeyArn }],
    });
  });

  test('clusters are backed up, with their tags (R-BKP-4, R-BKP-8)', () => {
    for (const { body } of both) {
      expect(body).toMatchObject({ backup_retention_period: 7, copy_tags_to_snapshot: true });
      expect(body.tags.Backup).toBe('daily-dev');
    }
    const longer = database({ backupRetentionDays: 35 });
    expect(longer.resources('aws_rds_cluster').map(({ body }) => body.backup_retention_period)).toEqual([35, 35]);
  });

  test('has time to copy a volume to another region (R-AUR-29)', () => {
    for (const { body } of both) expect(parseInt(body.timeouts.create)).toBeGreaterThanOrEqual(120);
    for (const { body } of synthesized.resources('aws_rds_cluster_instance')) {
      expect(parseInt(body.timeouts.create)).toBeGreaterThanOrEqual(120);
    }
  });

  test('enhanced monitoring has a role per region that may write its logs only', () => {
    for (const region of [PRIMARY, SECONDARY]) {
      const instance = synthesized.only('aws_rds_cluster_instance', region);
      const role = synthesized.target(instance.body.monitoring_role_arn);
      expect(role.region).toBe(region);
      expect(instance.body.monitoring_interval).toBe(60);
      const policy = synthesized.only('aws_iam_role_policy', region);
      expect(instance.body.depends_on).toEqual([policy.address]);
      for (const { Resource } of JSON.parse(policy.body.policy).Statement) {
        expect(Resource).toHaveLength(1);
        expect(Resource[0]).toContain(`:logs:${region}:`);
        expect(Resource[0]).toContain(':log-group:RDS*');
      }
    }
    const off = database({ monitoringIntervalSeconds: 0, performanceInsights: false });
    expect(off.resources('aws_iam_role')).toEqual([]);
    for (const { body } of off.resources('aws_rds_cluster_instance')) {
      expect(body).toMatchObject({ monitoring_interval: 0, performance_insights_enabled: false });
      expect(body.monitoring_role_arn).toBeUndefined();
      expect(body.performance_insights_kms_key_id).toBeUndefined();
    }
  });

  test('shows each half with names of its own region (R-SEC-6, R-CW-3, R-AUR-26, R-AUR-28)', () => {
    const { json } = database({ secondaryInstanceCount: 2 }, {}, (built) => ({
      globalClusterId: built.globalClusterId,
      globalClusterArn: built.globalClusterArn,
      writerEndpoint: built.writerEndpoint,
      port: built.port,
      databaseName: built.databaseName,
      secretName: built.secretName,
      primary: built.primary,
      secondary: built.secondary,
    }));
    const { value } = json.output.Outputs;
    const secret = synthesized.only('aws_secretsmanager_secret').address;
    expect(value).toMatchObject({
      globalClusterId: 'aurora-global-dev',
      globalClusterArn: `\${${globalCluster.address}.arn}`,
      writerEndpoint: `\${${globalCluster.address}.endpoint}`,
      port: 5432,
      databaseName: 'app',
      secretName: 'aurora-master-dev',
    });
    expect(value.primary).toEqual({
      clusterIdentifier: 'aurora-primary-dev',
      clusterArn: `\${${primary.address}.arn}`,
      readerEndpoint: `\${${primary.address}.reader_endpoint}`,
      endpoint: `\${${primary.address}.endpoint}`,
      instanceIdentifiers: ['aurora-1-primary-dev'],
      securityGroupId: `\${${synthesized.only('aws_security_group', PRIMARY).address}.id}`,
      secretArn: `\${${secret}.arn}`,
    });
    expect(value.secondary).toMatchObject({
      clusterIdentifier: 'aurora-secondary-dev',
      clusterArn: `\${${secondary.address}.arn}`,
      instanceIdentifiers: ['aurora-1-secondary-dev', 'aurora-2-secondary-dev'],
      secretArn: `\${replace(${secret}.arn, ":us-east-1:", ":us-east-2:")}`,
    });
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(synthesized)).toEqual([]);
    expect(foreignReferences(synthesized)).toEqual([]);
    for (const type of Object.values<Json>(synthesized.json.ephemeral)) {
      for (const { provider } of Object.values<Json>(type)) expect(provider).toBe('aws.primary');
    }
  });

  test('two databases live side by side, and the same input gives the same bytes', () => {
    const two = (): Json =>
      synth((scope, regions) => {
        new AuroraGlobalDatabase(scope, 'One', { regions, ...REQUIRED });
        new AuroraGlobalDatabase(scope, 'Two', { regions, ...REQUIRED, clusterName: 'ledger' });
      }).json;
    expect(Object.keys(two().ephemeral.aws_secretsmanager_random_password)).toHaveLength(2);
    expect(JSON.stringify(two())).toBe(JSON.stringify(two()));
  });

  const CLASSES =
    'use a memory-optimized class such as "db.r6g.large", or "db.serverless": global databases refuse all others, db.t classes among them';
  const VERSION = 'give a major and minor version such as "16.8": both clusters need the same minor';
  const USER = 'use at most 16 letters and digits, starting with a letter';
  const NAME = 'use at most 63 letters, digits and underscores, starting with a letter';
  const WORD = 'choose another name: PostgreSQL or Aurora reserves this word';
  const SLEEP = 'to 256 in steps of 0.5; a standby that sleeps cannot take over';
  const INTERVAL = 'use one of 0, 1, 5, 10, 15, 30, 60';
  const RANGE = 'give an IPv4 range such as "10.0.0.0/16"';

  test.each([
    [{ instanceClass: 'db.t4g.medium' }, `test/D: instanceClass is "db.t4g.medium"; ${CLASSES}`],
    [{ instanceClass: 'db.r4.large' }, `test/D: instanceClass is "db.r4.large"; ${CLASSES}`],
    [{ engineVersion: '16' }, `test/D: engineVersion is "16"; ${VERSION}`],
    [{ engineVersion: 16.8 }, 'test/D: engineVersion is 16.8; give a major and minor version such as "16.8"'],
    [{ masterUsername: 'admin' }, `test/D: masterUsername is "admin"; ${WORD}`],
    [{ masterUsername: 'Postgres' }, `test/D: masterUsername is "Postgres"; ${WORD}`],
    [{ masterUsername: 'rdsadmin' }, `test/D: masterUsername is "rdsadmin"; ${WORD}`],
    [{ masterUsername: 'db-admin' }, `test/D: masterUsername is "db-admin"; ${USER}`],
    [{ databaseName: 'my-app' }, `test/D: databaseName is "my-app"; ${NAME}`],
    [{ databaseName: 'pg_app' }, `test/D: databaseName is "pg_app"; ${WORD}`],
    [{ databaseName: 'table' }, `test/D: databaseName is "table"; ${WORD}`],
    [
      { secondaryInstanceCount: 0 },
      'test/D: secondaryInstanceCount is 0; give at least one instance: AWS cannot fail over to a cluster without any',
    ],
    [
      { secondarySettings: { instanceClass: 'db.t4g.medium' } },
      `test/D: secondarySettings.instanceClass is "db.t4g.medium"; ${CLASSES}`,
    ],
    [
      { secondarySettings: { serverlessMinCapacity: 8 } },
      'test/D: secondarySettings.serverlessMinCapacity is 8; remove it, or set secondarySettings.instanceClass to "db.serverless"',
    ],
    [
      { instanceClass: 'db.serverless', secondarySettings: { serverlessMaxCapacity: 4 } },
      'test/D: secondarySettings.serverlessMaxCapacity is 4; give at least serverlessMinCapacity (8)',
    ],
    [
      { secondarySettings: { instanceCount: 2 } },
      'test/D: secondarySettings.instanceCount is 2; there is no such prop, remove it or correct its spelling',
    ],
    [{ primaryInstanceCount: 16 }, 'test/D: primaryInstanceCount is 16; give a whole number from 1 to 15 instances'],
    [
      { serverlessMinCapacity: 8 },
      'test/D: serverlessMinCapacity is 8; remove it, or set instanceClass to "db.serverless"',
    ],
    [
      { serverlessMaxCapacity: 8 },
      'test/D: serverlessMaxCapacity is 8; remove it, or set instanceClass to "db.serverless"',
    ],
    [
      { instanceClass: 'db.serverless', serverlessMinCapacity: 0 },
      `test/D: serverlessMinCapacity is 0; give Aurora capacity units from 0.5 ${SLEEP}`,
    ],
    [
      { instanceClass: 'db.serverless', serverlessMaxCapacity: 300 },
      `test/D: serverlessMaxCapacity is 300; give Aurora capacity units from 1 ${SLEEP}`,
    ],
    [
      { instanceClass: 'db.serverless', serverlessMaxCapacity: 4 },
      'test/D: serverlessMaxCapacity is 4; give at least serverlessMinCapacity (8)',
    ],
    [{ backupRetentionDays: 0 }, 'test/D: backupRetentionDays is 0; give a whole number from 1 to 35 days'],
    [{ passwordVersion: 0 }, 'test/D: passwordVersion is 0; give a whole number from 1 to 2147483647'],
    [{ globalDbRpoSeconds: 10 }, 'test/D: globalDbRpoSeconds is 10; give a whole number from 20 to 2147483647 seconds'],
    [
      { parameters: { 'rds.global_db_rpo': '20' } },
      'test/D: parameters.rds.global_db_rpo is "20"; use globalDbRpoSeconds: on the secondary it would stop all commits after a failover',
    ],
    [{ parameters: { work_mem: 4 } }, 'test/D: parameters.work_mem is 4; give every parameter a string'],
    [{ allowedCidrBlocks: ['10.0.0.0'] }, `test/D: allowedCidrBlocks[0] is "10.0.0.0"; ${RANGE}`],
    [{ monitoringIntervalSeconds: 20 }, `test/D: monitoringIntervalSeconds is 20; ${INTERVAL}`],
    [{ globalWriteForwarding: 'yes' }, 'test/D: globalWriteForwarding is "yes"; give true or false'],
    [
      { secondaryNetwork: network(1, 1) },
      'test/D: secondaryNetwork.privateSubnetIds is ["subnet-10"]; give at least two private subnets, each in another availability zone',
    ],
    [{ primaryNetwork: undefined }, 'test/D: primaryNetwork is missing; give the network of the region'],
    [{ secondaryKeyArn: undefined }, 'test/D: secondaryKeyArn is missing; give an ARN'],
    [
      { secondaryKeyArn: REQUIRED.primaryKeyArn },
      `test/D: secondaryKeyArn is "${REQUIRED.primaryKeyArn}"; give a key of us-east-2`,
    ],
    [
      { clusterName: 'Aurora' },
      'test/Regions: name of the db cluster is "Aurora-global-dev"; use lower-case letters, digits and hyphens, starting with a letter, no two hyphens together',
    ],
    [{ engine: 'mysql' }, 'test/D: engine is "mysql"; use one of "aurora-postgresql", "aurora-mysql"'],
    [{ engines: 1 }, 'test/D: engines is 1; there is no such prop, remove it or correct its spelling'],
  ])('fails on %j', (props, message) => {
    expect(error(props)).toBe(message);
  });
});

describe('AuroraGlobalDatabase with MySQL', () => {
  const MYSQL = { engine: 'aurora-mysql' };
  const synthesized = database(MYSQL);
  const clusters = synthesized.resources('aws_rds_cluster');

  test('one engine and one long-term support version everywhere, proven in both regions (R-AUR-1, R-AUR-2, R-AUR-3)', () => {
    const members = ['aws_rds_global_cluster', 'aws_rds_cluster', 'aws_rds_cluster_instance'].flatMap((type) =>
      synthesized.resources(type),
    );
    expect(members).toHaveLength(5);
    for (const { body } of members) {
      expect(body).toMatchObject({ engine: 'aurora-mysql', engine_version: '8.0.mysql_aurora.3.10.3' });
    }
    for (const region of [PRIMARY, SECONDARY]) {
      const [version] = synthesized.dataSources('aws_rds_engine_version', region);
      expect(version.body).toMatchObject({ engine: 'aurora-mysql', version: '8.0.mysql_aurora.3.10.3' });
      expect(version.body.lifecycle.postcondition[0].condition).toBe('${self.supports_global_databases}');
    }
    for (const { body } of clusters) expect(body.lifecycle.ignore_changes).toContain('engine_version');
  });

  test('both VPCs may connect to its port, and the secret names it (R-AUR-16, R-NET-5, R-NET-10)', () => {
    const rules = synthesized.resources('aws_vpc_security_group_ingress_rule');
    expect(rules).toHaveLength(4);
    for (const { body } of rules) expect(body).toMatchObject({ from_port: 3306, to_port: 3306 });
    for (const { body } of clusters) expect(body.port).toBe(3306);
    const { secret_string_wo } = synthesized.only('aws_secretsmanager_secret_version').body;
    for (const text of ['"engine" = "mysql"', '"port" = 3306', '"username" = "dbadmin"', '"dbname" = "app"']) {
      expect(secret_string_wo).toContain(text);
    }
  });

  test('each region has equal parameters of its family, requires TLS, and writes the logs it exports (R-AUR-18)', () => {
    const tuned = database({ ...MYSQL, parameters: { long_query_time: '2', slow_query_log: '0' } });
    for (const region of [PRIMARY, SECONDARY]) {
      const role = region === PRIMARY ? 'primary' : 'secondary';
      const group = tuned.only('aws_rds_cluster_parameter_group', region);
      expect(group.body).toMatchObject({ name: `aurora-v8-0-${role}-dev`, family: 'aurora-mysql8.0' });
      expect(tuned.only('aws_db_parameter_group', region).body.family).toBe('aurora-mysql8.0');
      expect(parameters(group).map(({ name, value }: Json) => [name, value])).toEqual([
        ['require_secure_transport', 'ON'],
        ['server_audit_logging', '1'],
        ['server_audit_events', 'CONNECT,QUERY_DCL,QUERY_DDL'],
        ['slow_query_log', '0'],
        ['log_output', 'FILE'],
        ['long_query_time', '2'],
      ]);
      const cluster = tuned.only('aws_rds_cluster', region);
      expect(cluster.body.enabled_cloudwatch_logs_exports).toEqual(['audit', 'error', 'slowquery']);
      const logs = tuned.resources('aws_cloudwatch_log_group', region);
      expect(logs.map(({ body }) => body.name)).toEqual(
        ['audit', 'error', 'slowquery'].map((log) => `/aws/rds/cluster/aurora-${role}-dev/${log}`),
      );
      expect(cluster.body.depends_on).toEqual(expect.arrayContaining(logs.map(({ address }) => address)));
    }
  });

  test('keeps to its region, and to what global databases support (R-TF-1, R-TF-3, R-AUR-9, R-AUR-11, R-AUR-20)', () => {
    expect(withoutProvider(synthesized)).toEqual([]);
    expect(foreignReferences(synthesized)).toEqual([]);
    const [primary, secondary] = clusters;
    expect(primary.body).toMatchObject({ database_name: 'app', kms_key_id: REQUIRED.primaryKeyArn });
    expect(secondary.body).toMatchObject({ storage_encrypted: true, kms_key_id: REQUIRED.secondaryKeyArn });
    expect(secondary.body.master_username).toBeUndefined();
    for (const { body } of clusters) {
      expect(body.backtrack_window).toBeUndefined();
      expect(body.iam_database_authentication_enabled).toBe(true);
    }
  });

  test('takes names that only PostgreSQL reserves', () => {
    const named = database({ ...MYSQL, masterUsername: 'admin', databaseName: 'analyse' });
    expect(named.only('aws_rds_cluster', PRIMARY).body).toMatchObject({
      master_username: 'admin',
      database_name: 'analyse',
    });
  });

  const FULL = 'give a full version such as "8.0.mysql_aurora.3.10.3"';
  const WORD = 'choose another name: MySQL or Aurora reserves this word';

  test.each([
    [{ engineVersion: '16.8' }, `test/D: engineVersion is "16.8"; ${FULL}: both clusters need the same minor`],
    [{ engineVersion: '8.0' }, `test/D: engineVersion is "8.0"; ${FULL}: both clusters need the same minor`],
    [{ engineVersion: 8 }, `test/D: engineVersion is 8; ${FULL}`],
    [{ masterUsername: 'rdsadmin' }, `test/D: masterUsername is "rdsadmin"; ${WORD}`],
    [{ masterUsername: 'System' }, `test/D: masterUsername is "System"; ${WORD}`],
    [{ databaseName: 'mysql' }, `test/D: databaseName is "mysql"; ${WORD}`],
    [{ databaseName: 'information_schema' }, `test/D: databaseName is "information_schema"; ${WORD}`],
    [
      { globalDbRpoSeconds: 30 },
      'test/D: globalDbRpoSeconds is 30; remove it: aurora-mysql cannot make commits wait for the other region, only aurora-postgresql can',
    ],
    [
      { parameters: { 'rds.global_db_rpo': '20' } },
      'test/D: parameters.rds.global_db_rpo is "20"; remove it: aurora-mysql cannot make commits wait for the other region, only aurora-postgresql can',
    ],
  ])('fails on %j (R-AUR-17)', (props, message) => {
    expect(error({ ...MYSQL, ...props })).toBe(message);
  });
});

describe('settings of the secondary region', () => {
  const warningsOf = (props: Partial<AuroraGlobalDatabaseProps>): string[] => {
    let warnings: string[] = [];
    database(props, {}, (built) => {
      warnings = built.node.metadata.map(({ data }) => String(data));
      return {};
    });
    return warnings;
  };
  test('are the class of its instances', () => {
    const props = { secondarySettings: { instanceClass: 'db.r6g.xlarge' } };
    const own = database(props);
    expect(
      ['us-east-1', 'us-east-2'].map((region) => own.only('aws_rds_cluster_instance', region).body.instance_class),
    ).toEqual(['db.r6g.large', 'db.r6g.xlarge']);
    expect(warningsOf(props)).toEqual([expect.stringMatching(/differ in instanceClass: /)]);
    expect(warningsOf({ secondarySettings: { instanceClass: 'db.r6g.large' } })).toEqual([]);
  });

  test("are the capacity of its serverless instances, and what it does not name is the primary's", () => {
    const props = {
      instanceClass: 'db.serverless',
      serverlessMinCapacity: 16,
      secondarySettings: { serverlessMinCapacity: 8 },
    };
    const own = database(props);
    expect(
      ['us-east-1', 'us-east-2'].map(
        (region) => own.only('aws_rds_cluster', region).body.serverlessv2_scaling_configuration,
      ),
    ).toEqual([
      { min_capacity: 16, max_capacity: 64 },
      { min_capacity: 8, max_capacity: 64 },
    ]);
    expect(warningsOf(props)).toEqual([expect.stringMatching(/differ in serverlessMinCapacity: /)]);
  });

  test('may be another kind of instance', () => {
    const props = {
      instanceClass: 'db.serverless',
      serverlessMinCapacity: 16,
      secondarySettings: { instanceClass: 'db.r6g.2xlarge' },
    };
    const { body } = database(props).only('aws_rds_cluster', 'us-east-2');
    expect(body).not.toHaveProperty('serverlessv2_scaling_configuration');
    expect(warningsOf(props)).toHaveLength(1);
  });
});

terraformTest.each([
  ['default', () => database()],
  [
    'secondary of another size',
    () =>
      database({
        instanceClass: 'db.serverless',
        secondarySettings: { serverlessMinCapacity: 16, serverlessMaxCapacity: 128 },
      }),
  ],
  ['db.serverless', () => database({ instanceClass: 'db.serverless', secondaryInstanceCount: 2 })],
  ['protected', () => database({ allowedCidrBlocks: ['192.168.0.0/24'] }, { protection: 'protected' })],
  [
    'everything set',
    () =>
      database({
        clusterName: 'ledger',
        engineVersion: '17.7',
        parameters: { log_min_duration_statement: '500' },
        globalDbRpoSeconds: 60,
        globalWriteForwarding: true,
        monitoringIntervalSeconds: 0,
        performanceInsights: false,
        passwordVersion: 2,
      }),
  ],
  ['MySQL', () => database({ engine: 'aurora-mysql', globalWriteForwarding: true })],
  [
    'MySQL, db.serverless, protected, in Europe',
    () =>
      database(
        {
          engine: 'aurora-mysql',
          instanceClass: 'db.serverless',
          primaryKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/mrk-1',
          secondaryKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/mrk-1',
        },
        { protection: 'protected', primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' },
      ),
  ],
])(
  'the real AWS provider accepts it: %s',
  (_, build) => {
    expect(validate(build())).toEqual([]);
  },
  60_000,
);
