import { TerraformOutput } from 'cdktf';
import { RelationalDatabase, RelationalDatabaseProps } from '../../lib/constructs/relational-database';
import { RegionalNetwork } from '../../lib/core/network';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
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

const keysOf = (primary: string, secondary: string): { primaryKeyArn: string; secondaryKeyArn: string } => ({
  primaryKeyArn: `arn:aws:kms:${primary}:123456789012:key/mrk-1`,
  secondaryKeyArn: `arn:aws:kms:${secondary}:123456789012:key/mrk-1`,
});

const REQUIRED = {
  primaryNetwork: network(0),
  secondaryNetwork: network(1),
  ...keysOf(PRIMARY, SECONDARY),
};

const database = (
  props: Partial<RelationalDatabaseProps> = {},
  pair: Partial<RegionPairProps> = {},
  outputs?: (built: RelationalDatabase) => unknown,
): Synthesized =>
  synth((scope, regions) => {
    const built = new RelationalDatabase(scope, 'Database', { regions, ...REQUIRED, ...props });
    if (outputs) new TerraformOutput(scope, 'Outputs', { value: outputs(built) });
  }, pair);

const error = (props: object): string =>
  errorOf(
    (scope, regions) =>
      new RelationalDatabase(scope, 'D', { regions, ...REQUIRED, ...props } as RelationalDatabaseProps),
  );

const BACKUPS = { recovery: 'automatedBackups' };

describe('RelationalDatabase', () => {
  const synthesized = database();
  const writer = synthesized.only('aws_db_instance', PRIMARY);
  const replica = synthesized.only('aws_db_instance', SECONDARY);
  const both = [writer, replica];
  const backups = database(BACKUPS);
  const kept = database({}, { protection: 'protected' });
  const variants = [
    synthesized,
    backups,
    kept,
    database({ writer: 'secondary' }),
    database({ ...BACKUPS, writer: 'secondary' }),
  ];

  test('the secondary replicates the primary, from its ARN, so that there is something to promote', () => {
    expect(replica.body.replicate_source_db).toBe(`\${${writer.address}.arn}`);
    expect(writer.body.replicate_source_db).toBeUndefined();
    expect(both.map(({ body }) => body.identifier)).toEqual(['postgres-primary-dev', 'postgres-secondary-dev']);
    expect(synthesized.resources('aws_db_instance_automated_backups_replication')).toEqual([]);
  });

  test('a replica is given nothing that only a new database may have (R-AUR-9)', () => {
    const refused = [
      'engine',
      'engine_version',
      'engine_lifecycle_support',
      'allocated_storage',
      'username',
      'password',
      'password_wo',
      'password_wo_version',
      'manage_master_user_password',
      'db_name',
      'backup_retention_period',
      'final_snapshot_identifier',
    ];
    expect(Object.keys(replica.body).filter((key) => refused.includes(key))).toEqual([]);
    expect(writer.body).toMatchObject({ engine: 'postgres', username: 'dbadmin', db_name: 'app' });
  });

  test('backups are replicated to where the writer is not, under the key of that region (R-KMS-1)', () => {
    const replicated = backups.only('aws_db_instance_automated_backups_replication');
    const source = backups.only('aws_db_instance');
    expect(source.region).toBe(PRIMARY);
    expect(replicated.region).toBe(SECONDARY);
    expect(replicated.body).toMatchObject({
      source_db_instance_arn: `\${${source.address}.arn}`,
      kms_key_id: REQUIRED.secondaryKeyArn,
      retention_period: 7,
    });
    const longer = database({ ...BACKUPS, backupRetentionDays: 35 });
    expect(longer.only('aws_db_instance').body.backup_retention_period).toBe(35);
    expect(longer.only('aws_db_instance_automated_backups_replication').body.retention_period).toBe(35);
  });

  test('whatever stands by, its region has everything around it before it is needed (R-AUR-18)', () => {
    for (const variant of [synthesized, backups]) {
      for (const [region, role] of [
        [PRIMARY, 'primary'],
        [SECONDARY, 'secondary'],
      ]) {
        expect(variant.only('aws_db_subnet_group', region).body).toMatchObject({ name: `postgres-${role}-dev` });
        expect(variant.only('aws_db_subnet_group', region).body.subnet_ids).toHaveLength(3);
        expect(variant.only('aws_db_parameter_group', region).body).toMatchObject({
          name: `postgres-v17-${role}-dev`,
          family: 'postgres17',
          lifecycle: { create_before_destroy: true },
        });
        expect(variant.only('aws_security_group', region).body.name).toBe(`postgres-database-${role}-dev`);
        expect(variant.only('aws_iam_role', region).body.name).toBe(`postgres-monitoring-${role}-dev`);
        expect(variant.resources('aws_cloudwatch_log_group', region).map(({ body }) => body.name)).toEqual([
          `/aws/rds/instance/postgres-${role}-dev/postgresql`,
          `/aws/rds/instance/postgres-${role}-dev/upgrade`,
        ]);
      }
    }
    for (const { body, region } of both) {
      for (const reference of [body.db_subnet_group_name, body.parameter_group_name, body.vpc_security_group_ids[0]]) {
        expect(synthesized.target(reference).region).toBe(region);
      }
      expect(body.enabled_cloudwatch_logs_exports).toEqual(['postgresql', 'upgrade']);
      const logs = synthesized.resources('aws_cloudwatch_log_group', region).map(({ address }) => address);
      expect(body.depends_on).toEqual(expect.arrayContaining(logs));
    }
  });

  test('parameters are the same in both regions: TLS, and a bound on what is kept for a replica that is gone', () => {
    const tuned = database({ allocatedStorageGib: 100, parameters: { log_min_duration_statement: '500' } });
    for (const { body } of tuned.resources('aws_db_parameter_group')) {
      expect(body.parameter).toEqual([
        { name: 'rds.force_ssl', value: '1', apply_method: 'pending-reboot' },
        { name: 'max_slot_wal_keep_size', value: '51200', apply_method: 'pending-reboot' },
        { name: 'log_min_duration_statement', value: '500', apply_method: 'pending-reboot' },
      ]);
    }
    const own = database({ parameters: { max_slot_wal_keep_size: '-1' } });
    expect(own.only('aws_db_parameter_group', PRIMARY).body.parameter).toContainEqual(
      expect.objectContaining({ name: 'max_slot_wal_keep_size', value: '-1' }),
    );
  });

  test('a standby has the class, the storage and the settings of the writer', () => {
    const sized = database({
      instanceClass: 'db.r6g.large',
      allocatedStorageGib: 400,
      maxAllocatedStorageGib: 1000,
      iops: 16000,
      storageThroughputMibps: 1000,
    });
    for (const { body } of sized.resources('aws_db_instance')) {
      expect(body).toMatchObject({
        instance_class: 'db.r6g.large',
        storage_type: 'gp3',
        max_allocated_storage: 1000,
        iops: 16000,
        storage_throughput: 1000,
        port: 5432,
        iam_database_authentication_enabled: true,
        copy_tags_to_snapshot: true,
      });
    }
    expect(sized.only('aws_db_instance', PRIMARY).body.allocated_storage).toBe(400);
  });

  test.each([
    [undefined, 20, 100],
    [80, 80, 160],
    [32768, 32768, 65536],
  ])('storage of %p GiB grows by itself', (allocatedStorageGib, allocated, max) => {
    const { body } = database({ allocatedStorageGib }).only('aws_db_instance', PRIMARY);
    expect(body).toMatchObject({ allocated_storage: allocated, max_allocated_storage: max });
    expect(body.iops).toBeUndefined();
  });

  test.each([
    ['disposable', {}, false, false],
    ['protected', {}, true, false],
    ['protected', { primaryMultiAz: false, secondaryMultiAz: true }, false, true],
  ])('zone standbys under %s with %j (R-AUR-8)', (protection, props, primary, secondary) => {
    const profile = database(props, { protection });
    expect(profile.only('aws_db_instance', PRIMARY).body.multi_az).toBe(primary);
    expect(profile.only('aws_db_instance', SECONDARY).body.multi_az).toBe(secondary);
  });

  test('nothing is public, and everything is encrypted with the key of its region (R-KMS-1, R-AUR-11, R-AUR-22)', () => {
    for (const [{ body, region }, key] of [
      [writer, REQUIRED.primaryKeyArn],
      [replica, REQUIRED.secondaryKeyArn],
    ] as const) {
      expect(body).toMatchObject({
        publicly_accessible: false,
        storage_encrypted: true,
        kms_key_id: key,
        performance_insights_enabled: true,
        performance_insights_kms_key_id: key,
      });
      for (const log of synthesized.resources('aws_cloudwatch_log_group', region)) {
        expect(log.body).toMatchObject({ kms_key_id: key, retention_in_days: 30 });
      }
    }
  });

  test('both VPCs may connect, by range and one rule each, and nobody else (R-NET-5, R-NET-10)', () => {
    for (const region of [PRIMARY, SECONDARY]) {
      const group = synthesized.only('aws_security_group', region);
      const rules = synthesized.resources('aws_vpc_security_group_ingress_rule', region);
      expect(rules.map(({ body }) => body.cidr_ipv4).sort()).toEqual(['10.0.0.0/16', '10.1.0.0/16']);
      for (const { body } of rules) {
        expect(body).toMatchObject({ ip_protocol: 'tcp', from_port: 5432, to_port: 5432 });
        expect(body.referenced_security_group_id).toBeUndefined();
        expect(synthesized.target(body.security_group_id)).toBe(group);
      }
      expect(group.body.ingress).toBeUndefined();
      expect(group.body.egress).toBeUndefined();
    }
    const more = database({ allowedCidrBlocks: ['192.168.0.0/24'] });
    expect(more.resources('aws_vpc_security_group_ingress_rule', SECONDARY)).toHaveLength(3);
  });

  test('the password is drawn once, kept in the secret and read back for the writer (R-AUR-14, R-AUR-15)', () => {
    const { aws_secretsmanager_random_password: drawn, aws_secretsmanager_secret_version: stored } =
      synthesized.json.ephemeral;
    const [drawnId] = Object.keys(drawn);
    const [storedId] = Object.keys(stored);
    const version = synthesized.only('aws_secretsmanager_secret_version');
    expect(version.body.secret_string).toBeUndefined();
    expect(version.body.secret_string_wo).toContain(
      `"password" = ephemeral.aws_secretsmanager_random_password.${drawnId}.random_password`,
    );
    expect(writer.body.password_wo).toBe(
      `\${jsondecode(ephemeral.aws_secretsmanager_secret_version.${storedId}.secret_string).password}`,
    );
    for (const variant of variants) {
      for (const { body } of variant.resources('aws_db_instance')) {
        expect(body.password).toBeUndefined();
        expect(body.manage_master_user_password).toBeUndefined();
      }
    }
    const rotated = database({ passwordVersion: 7 });
    expect(rotated.only('aws_db_instance', PRIMARY).body.password_wo_version).toBe(7);
    expect(rotated.only('aws_secretsmanager_secret_version').body.secret_string_wo_version).toBe(7);
  });

  test('needs the Terraform that knows ephemeral and write-only values (R-TF-14)', () => {
    expect(synthesized.json.terraform.required_version).toBe('>= 1.11');
  });

  test('the secret has a replica under the key of its region, and names no host that a promotion makes wrong (R-SEC-1, R-SEC-5)', () => {
    expect(synthesized.only('aws_secretsmanager_secret').body).toMatchObject({
      name: 'postgres-master-dev',
      kms_key_id: REQUIRED.primaryKeyArn,
      replica: [{ region: SECONDARY, kms_key_id: REQUIRED.secondaryKeyArn }],
      recovery_window_in_days: 0,
      force_overwrite_replica_secret: true,
    });
    const { secret_string_wo } = synthesized.only('aws_secretsmanager_secret_version').body;
    for (const text of ['"username" = "dbadmin"', '"engine" = "postgres"', '"port" = 5432', '"dbname" = "app"']) {
      expect(secret_string_wo).toContain(text);
    }
    expect(secret_string_wo).not.toContain('host');
  });

  test('a promotion leaves nothing to plan (R-AUR-13, R-AUR-27)', () => {
    for (const { body } of both) {
      expect(body.lifecycle.ignore_changes).toEqual([
        'replicate_source_db',
        'username',
        'db_name',
        'engine_lifecycle_support',
        'engine_version',
      ]);
    }
  });

  test('`writer` turns the roles round, under the same names', () => {
    const turned = database({ writer: 'secondary' }, { protection: 'protected' });
    const promoted = turned.only('aws_db_instance', SECONDARY);
    const follower = turned.only('aws_db_instance', PRIMARY);
    expect([promoted.id, follower.id]).toEqual([replica.id, writer.id]);
    expect(follower.body.replicate_source_db).toBe(`\${${promoted.address}.arn}`);
    expect(promoted.body).toMatchObject({
      identifier: 'postgres-secondary-dev',
      password_wo: writer.body.password_wo,
      backup_retention_period: 7,
      final_snapshot_identifier: 'postgres-secondary-dev-final',
    });
    expect(promoted.body.replicate_source_db).toBeUndefined();
    expect(follower.body.password_wo).toBeUndefined();
    const copied = database({ ...BACKUPS, writer: 'secondary' });
    expect(copied.only('aws_db_instance').region).toBe(SECONDARY);
    expect(copied.only('aws_db_instance_automated_backups_replication').body).toMatchObject({
      provider: 'aws.primary',
      kms_key_id: REQUIRED.primaryKeyArn,
    });
  });

  test('without a minor version AWS raises it and Terraform looks away; with one only you do (R-AUR-2)', () => {
    expect(writer.body).toMatchObject({ engine_version: '17', auto_minor_version_upgrade: true });
    for (const region of [PRIMARY, SECONDARY]) {
      const [version, ...others] = synthesized.dataSources('aws_rds_engine_version', region);
      expect(others).toEqual([]);
      expect(version.body).toMatchObject({ engine: 'postgres', parameter_group_family: 'postgres17', latest: true });
      expect(version.body.version).toBeUndefined();
      // What is newest must not reach a managed argument: every new minor would be a plan.
      expect(JSON.stringify(synthesized.json.resource)).not.toContain(version.address);
    }
    const pinned = database({ engineVersion: '16.9', allowMajorVersionUpgrade: true });
    expect(pinned.only('aws_db_instance', PRIMARY).body).toMatchObject({
      engine_version: '16.9',
      allow_major_version_upgrade: true,
    });
    for (const { body } of pinned.resources('aws_db_instance')) {
      expect(body.auto_minor_version_upgrade).toBe(false);
      expect(body.lifecycle.ignore_changes).not.toContain('engine_version');
    }
    for (const region of [PRIMARY, SECONDARY]) {
      const [version] = pinned.dataSources('aws_rds_engine_version', region);
      expect(version.body).toMatchObject({ engine: 'postgres', version: '16.9' });
      expect(version.body.latest).toBeUndefined();
      expect(version.body.lifecycle.postcondition).toEqual([
        {
          condition: '${self.supports_read_replica}',
          error_message: `postgres 16.9 does not support read replicas in ${region}: choose another engineVersion.`,
        },
      ]);
    }
    expect(pinned.only('aws_db_parameter_group', PRIMARY).body.family).toBe('postgres16');
  });

  test('does not enter Extended Support, which is billed per core', () => {
    expect(writer.body.engine_lifecycle_support).toBe('open-source-rds-extended-support-disabled');
  });

  test('disposable: everything can be destroyed at once (R-DEL-2, R-DEL-5, R-DEL-17)', () => {
    for (const { body } of both) {
      expect(body).toMatchObject({
        deletion_protection: false,
        skip_final_snapshot: true,
        delete_automated_backups: true,
      });
      expect(body.final_snapshot_identifier).toBeUndefined();
    }
  });

  test('protected: nothing that holds data can be (R-DEL-2, R-DEL-5, R-DEL-17, R-AUR-24)', () => {
    expect(kept.only('aws_db_instance', PRIMARY).body).toMatchObject({
      deletion_protection: true,
      skip_final_snapshot: false,
      final_snapshot_identifier: 'postgres-primary-dev-final',
      delete_automated_backups: false,
    });
    expect(kept.only('aws_db_instance', SECONDARY).body).toMatchObject({
      deletion_protection: true,
      skip_final_snapshot: true,
    });
    expect(kept.only('aws_secretsmanager_secret').body).toMatchObject({
      recovery_window_in_days: 30,
      force_overwrite_replica_secret: false,
    });
    expect(kept.resources('aws_cloudwatch_log_group')[0].body.retention_in_days).toBe(365);
  });

  test('databases are backed up, with their tags (R-BKP-4, R-BKP-8)', () => {
    expect(writer.body.backup_retention_period).toBe(7);
    for (const { body } of both) expect(body.tags.Backup).toBe('daily-dev');
  });

  test('has time to copy a snapshot to another region', () => {
    for (const { body } of both) expect(parseInt(body.timeouts.create)).toBeGreaterThanOrEqual(120);
  });

  test('enhanced monitoring has a role per region that may write its logs only', () => {
    for (const { body, region } of both) {
      const role = synthesized.target(body.monitoring_role_arn);
      expect(role.region).toBe(region);
      const policy = synthesized.only('aws_iam_role_policy', region);
      expect(body.depends_on).toContain(policy.address);
      for (const { Resource } of JSON.parse(policy.body.policy).Statement) {
        expect(Resource).toHaveLength(1);
        expect(Resource[0]).toContain(`:logs:${region}:`);
        expect(Resource[0]).toContain(':log-group:RDS*');
      }
    }
    const off = database({ monitoringIntervalSeconds: 0, performanceInsights: false });
    expect(off.resources('aws_iam_role')).toEqual([]);
    for (const { body } of off.resources('aws_db_instance')) {
      expect(body).toMatchObject({ monitoring_interval: 0, performance_insights_enabled: false });
      expect(body.monitoring_role_arn).toBeUndefined();
      expect(body.performance_insights_kms_key_id).toBeUndefined();
    }
  });

  test('shows each half with names of its own region (R-SEC-6)', () => {
    const outputs = (built: RelationalDatabase): unknown => ({
      port: built.port,
      databaseName: built.databaseName,
      secretName: built.secretName,
      primary: built.primary,
      secondary: built.secondary,
    });
    const { value } = database({}, {}, outputs).json.output.Outputs;
    const secret = synthesized.only('aws_secretsmanager_secret').address;
    expect(value).toMatchObject({ port: 5432, databaseName: 'app', secretName: 'postgres-master-dev' });
    for (const [half, { address, region }, role, secretArn] of [
      [value.primary, writer, 'primary', `\${${secret}.arn}`],
      [value.secondary, replica, 'secondary', `\${replace(${secret}.arn, ":us-east-1:", ":us-east-2:")}`],
    ] as const) {
      const name = (type: string): string => `\${${synthesized.only(type, region).address}.name}`;
      expect(half).toEqual({
        instanceIdentifier: `postgres-${role}-dev`,
        instanceArn: `\${${address}.arn}`,
        resourceId: `\${${address}.resource_id}`,
        endpoint: `\${${address}.address}`,
        securityGroupId: `\${${synthesized.only('aws_security_group', region).address}.id}`,
        subnetGroupName: name('aws_db_subnet_group'),
        parameterGroupName: name('aws_db_parameter_group'),
        monitoringRoleArn: `\${${synthesized.only('aws_iam_role', region).address}.arn}`,
        secretArn,
      });
    }
    const { secondary } = database(BACKUPS, {}, outputs).json.output.Outputs.value;
    expect(secondary.instanceIdentifier).toBe('postgres-secondary-dev');
    expect(secondary.replicatedBackupsArn).toBe(
      `\${${backups.only('aws_db_instance_automated_backups_replication').address}.id}`,
    );
    for (const key of ['instanceArn', 'resourceId', 'endpoint']) expect(secondary[key]).toBeUndefined();
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    for (const variant of variants) {
      expect(withoutProvider(variant)).toEqual([]);
      expect(foreignReferences(variant)).toEqual([]);
    }
  });

  test('two databases live side by side, and the same input gives the same bytes', () => {
    const two = (): Json =>
      synth((scope, regions) => {
        new RelationalDatabase(scope, 'One', { regions, ...REQUIRED });
        new RelationalDatabase(scope, 'Two', { regions, ...REQUIRED, instanceName: 'ledger' });
      }).json;
    expect(Object.keys(two().ephemeral.aws_secretsmanager_random_password)).toHaveLength(2);
    expect(JSON.stringify(two())).toBe(JSON.stringify(two()));
  });

  const CLASSES = 'use a current class such as "db.t4g.medium" or "db.r6g.large"; "db.serverless" is for Aurora only';
  const VERSION = 'give a version such as "17" or "17.6"';
  const WORD = 'choose another name: PostgreSQL or RDS reserves this word';
  const LARGER = 'remove it, or give allocatedStorageGib at least 400: smaller volumes have a fixed performance';

  test.each([
    [{ recovery: 'multiAz' }, 'test/D: recovery is "multiAz"; use one of "readReplica", "automatedBackups"'],
    [{ writer: 'us-east-2' }, 'test/D: writer is "us-east-2"; use one of "primary", "secondary"'],
    [{ engineVersion: '13.4' }, `test/D: engineVersion is "13.4"; ${VERSION}, 14 or later`],
    [{ engineVersion: '17.6.1' }, `test/D: engineVersion is "17.6.1"; ${VERSION}, 14 or later`],
    [{ engineVersion: 17 }, `test/D: engineVersion is 17; ${VERSION}`],
    [{ engine: 'mysql' }, 'test/D: engine is "mysql"; there is no such prop, remove it or correct its spelling'],
    [{ instanceClass: 'db.serverless' }, `test/D: instanceClass is "db.serverless"; ${CLASSES}`],
    [{ instanceClass: 'db.t2.micro' }, `test/D: instanceClass is "db.t2.micro"; ${CLASSES}`],
    [{ instanceClass: 't4g.medium' }, `test/D: instanceClass is "t4g.medium"; ${CLASSES}`],
    [{ masterUsername: 'postgres' }, `test/D: masterUsername is "postgres"; ${WORD}`],
    [
      { masterUsername: 'db_admin' },
      'test/D: masterUsername is "db_admin"; use at most 16 letters and digits, starting with a letter',
    ],
    [{ databaseName: 'order' }, `test/D: databaseName is "order"; ${WORD}`],
    [
      { databaseName: '1st' },
      'test/D: databaseName is "1st"; use at most 63 letters, digits and underscores, starting with a letter',
    ],
    [{ allocatedStorageGib: 10 }, 'test/D: allocatedStorageGib is 10; give a whole number from 20 to 32768 GiB'],
    [
      { allocatedStorageGib: 200, maxAllocatedStorageGib: 210 },
      'test/D: maxAllocatedStorageGib is 210; give at least 220: AWS wants a tenth more than allocatedStorageGib (200)',
    ],
    [{ iops: 12000 }, `test/D: iops is 12000; ${LARGER}`],
    [{ storageThroughputMibps: 500, allocatedStorageGib: 399 }, `test/D: storageThroughputMibps is 500; ${LARGER}`],
    [
      { storageThroughputMibps: 4000, allocatedStorageGib: 400 },
      'test/D: storageThroughputMibps is 4000; give at most a quarter of iops (12000), or raise iops to 16000',
    ],
    [
      { iops: 3000, allocatedStorageGib: 400 },
      'test/D: iops is 3000; give a whole number from 12000 to 64000 operations per second',
    ],
    [
      { ...BACKUPS, secondaryMultiAz: true },
      'test/D: secondaryMultiAz is true; remove it: with recovery "automatedBackups" there is no instance in the secondary region until you restore one',
    ],
    [
      { ...BACKUPS, writer: 'secondary', primaryMultiAz: false },
      'test/D: primaryMultiAz is false; remove it: with recovery "automatedBackups" there is no instance in the primary region until you restore one',
    ],
    [{ primaryMultiAz: 'yes' }, 'test/D: primaryMultiAz is "yes"; give true or false'],
    [{ backupRetentionDays: 0 }, 'test/D: backupRetentionDays is 0; give a whole number from 1 to 35 days'],
    [{ passwordVersion: 0 }, 'test/D: passwordVersion is 0; give a whole number from 1 to 2147483647'],
    [{ parameters: { work_mem: 4 } }, 'test/D: parameters.work_mem is 4; give every parameter a string'],
    [
      { allowedCidrBlocks: ['10.0.0.0'] },
      'test/D: allowedCidrBlocks[0] is "10.0.0.0"; give an IPv4 range such as "10.0.0.0/16"',
    ],
    [{ monitoringIntervalSeconds: 20 }, 'test/D: monitoringIntervalSeconds is 20; use one of 0, 1, 5, 10, 15, 30, 60'],
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
      { instanceName: 'Orders' },
      'test/Regions: name of the db instance is "Orders-dev"; use lower-case letters, digits and hyphens, starting with a letter, no two hyphens together',
    ],
  ])('fails on %j', (props, message) => {
    expect(error(props)).toBe(message);
  });
});

terraformTest.each([
  ['a replica', () => database()],
  ['replicated backups', () => database(BACKUPS)],
  ['protected', () => database({}, { protection: 'protected' })],
  ['after a failover', () => database({ writer: 'secondary', secondaryMultiAz: true })],
  [
    'everything set, in Europe',
    () =>
      database(
        {
          ...keysOf('eu-west-1', 'eu-central-1'),
          ...BACKUPS,
          instanceName: 'ledger',
          engineVersion: '16.9',
          allowMajorVersionUpgrade: true,
          instanceClass: 'db.r7g.xlarge',
          allocatedStorageGib: 500,
          maxAllocatedStorageGib: 2000,
          iops: 20000,
          storageThroughputMibps: 1000,
          primaryMultiAz: true,
          backupRetentionDays: 35,
          parameters: { log_min_duration_statement: '500' },
          allowedCidrBlocks: ['192.168.0.0/24'],
          monitoringIntervalSeconds: 0,
          performanceInsights: false,
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
