import { DataAwsRdsEngineVersion } from '@cdktf/provider-aws/lib/data-aws-rds-engine-version';
import { DbInstance, DbInstanceConfig } from '@cdktf/provider-aws/lib/db-instance';
import { DbInstanceAutomatedBackupsReplication } from '@cdktf/provider-aws/lib/db-instance-automated-backups-replication';
import { DbParameterGroup } from '@cdktf/provider-aws/lib/db-parameter-group';
import { Construct } from 'constructs';
import { z } from 'zod';
import { backupTag } from '../core/backup-tag';
import {
  cidrBlock,
  databaseName,
  databaseNetwork,
  databaseParameters,
  masterUsername,
  monitoringInterval,
  postgresqlNames,
} from '../core/database-props';
import { DatabaseSurroundings } from '../core/database-surroundings';
import { ConfigurationError } from '../core/errors';
import { bothHalves, halfOf, Halves } from '../core/halves';
import { keyHalves } from '../core/key-pair';
import { masterSecret } from '../core/master-secret';
import { RegionalNetwork } from '../core/network';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { arn, flag, instance, integer, oneOf, text, validateProps } from '../core/validation';

/** Props of `RelationalDatabase`. */
export interface RelationalDatabaseProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Where the database of the primary region runs: at least two private subnets. */
  readonly primaryNetwork: RegionalNetwork;
  /** Where the database of the secondary region runs, or is restored: at least two private subnets. */
  readonly secondaryNetwork: RegionalNetwork;
  /** KMS key of the primary region, for storage, secret, logs and Performance Insights. */
  readonly primaryKeyArn: string;
  /** KMS key of the secondary region, for storage or replicated backups, secret, logs and Performance Insights. */
  readonly secondaryKeyArn: string;
  /** Begins every name: `{instanceName}-{role}-{suffix}`. @default 'postgres' */
  readonly instanceName?: string;
  /**
   * What the region that does not write has. `readReplica`: a replica that is promoted in minutes. `automatedBackups`:
   * copies of the snapshots and transaction logs, at the price of their storage; they are restored, which takes as long
   * as the database is large. @default 'readReplica'
   */
  readonly recovery?: string;
  /**
   * `primary` or `secondary`: the region whose database takes writes. Change it only after you promoted or restored
   * the other one: it records what happened and promotes nothing. @default 'primary'
   */
  readonly writer?: string;
  /**
   * Version of PostgreSQL. With a major version such as `17` AWS chooses the minor, raises it in the maintenance
   * windows, and Terraform leaves it alone; with a minor such as `17.6` only you raise it. @default '17'
   */
  readonly engineVersion?: string;
  /** Lets a raised `engineVersion` change the major version. @default false */
  readonly allowMajorVersionUpgrade?: boolean;
  /** Database made with the instance. Later changes have no effect. @default 'app' */
  readonly databaseName?: string;
  /** Administrator made with the instance. Later changes have no effect. @default 'dbadmin' */
  readonly masterUsername?: string;
  /**
   * Instance class, the same in both regions: a standby must carry the load, and a replica with fewer connections than
   * its source stops to replicate. @default 'db.t4g.medium'
   */
  readonly instanceClass?: string;
  /** A synchronous standby in another zone of the primary region. @default - false when disposable, true when protected */
  readonly primaryMultiAz?: boolean;
  /** The same in the secondary region. Turn it on once the secondary writes. @default false */
  readonly secondaryMultiAz?: boolean;
  /** Storage (gp3) at first, in GiB (20 to 32768). @default 20 */
  readonly allocatedStorageGib?: number;
  /** Storage it may grow to by itself, in GiB, at least a tenth more. @default - twice allocatedStorageGib, at least 100 */
  readonly maxAllocatedStorageGib?: number;
  /** I/O operations per second (12000 to 64000), with 400 GiB or more. @default - 3000, or 12000 with 400 GiB or more */
  readonly iops?: number;
  /** Throughput of the storage in MiB/s (500 to 4000), with 400 GiB or more. @default - 125, or 500 with 400 GiB or more */
  readonly storageThroughputMibps?: number;
  /** Retention of the automated backups, and of their copies in the other region, in days (1 to 35). @default 7 */
  readonly backupRetentionDays?: number;
  /** Raise it to draw a new master password. Only the database of `writer` and the secret get it. @default 1 */
  readonly passwordVersion?: number;
  /** More parameters, for both regions. They take effect at the next reboot. @default {} */
  readonly parameters?: Record<string, string>;
  /** More IPv4 ranges that may connect, besides the two VPCs. @default [] */
  readonly allowedCidrBlocks?: readonly string[];
  /** @default true */
  readonly performanceInsights?: boolean;
  /** Interval of enhanced monitoring in seconds: 0 (off), 1, 5, 10, 15, 30 or 60. @default 60 */
  readonly monitoringIntervalSeconds?: number;
}

/** One region's database, or all that it takes to restore it there. */
export interface RegionalDatabaseInstance {
  /** Dimension `DBInstanceIdentifier`. With `automatedBackups` the name to restore under. `ReplicaLag` exists for a replica. */
  readonly instanceIdentifier: string;
  /** Undefined where there are only backups. */
  readonly instanceArn?: string;
  /** For `rds-db:connect` policies. Undefined where there are only backups. */
  readonly resourceId?: string;
  /**
   * Host name. Writes only while this region is the writer; a promotion does not change it. Undefined where there are
   * only backups: a restore makes it.
   */
  readonly endpoint?: string;
  /** Backups replicated to this region, to restore from. Undefined with `readReplica`, and where the writer is. */
  readonly replicatedBackupsArn?: string;
  readonly securityGroupId: string;
  readonly subnetGroupName: string;
  readonly parameterGroupName: string;
  /** Undefined when enhanced monitoring is off. */
  readonly monitoringRoleArn?: string;
  /** The master secret as this region reads it: same name and random suffix, own region (rule R-SEC-6). */
  readonly secretArn: string;
}

const PORT = 5432;

const LOG_EXPORTS = ['postgresql', 'upgrade'];

/**
 * Facts of creation, and what a promotion changes behind Terraform's back. Without the first line the plan after a
 * promotion would fail for ever, because an instance cannot become a replica again; without the others it would replace
 * the database once `writer` names it.
 */
const CHANGED_BY_PROMOTION = ['replicate_source_db', 'username', 'db_name', 'engine_lifecycle_support'];

/** Copying a snapshot to another region takes long. */
const TIMEOUTS = { create: '180m', update: '180m', delete: '120m' };

const DEFAULT_STORAGE_GIB = 20;

/** From this size on gp3 volumes of PostgreSQL are striped, and have a performance to choose. */
const STRIPED_STORAGE_GIB = 400;
const DEFAULT_STRIPED_IOPS = 12000;

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryNetwork: databaseNetwork,
  secondaryNetwork: databaseNetwork,
  primaryKeyArn: arn('kms'),
  secondaryKeyArn: arn('kms'),
  instanceName: text.optional(),
  recovery: oneOf('readReplica', 'automatedBackups').optional(),
  writer: oneOf('primary', 'secondary').optional(),
  engineVersion: z
    .string('give a version such as "17" or "17.6"')
    .regex(/^1[4-9](\.\d{1,2})?$/, 'give a version such as "17" or "17.6", 14 or later')
    .optional(),
  allowMajorVersionUpgrade: flag.optional(),
  databaseName: databaseName(postgresqlNames('PostgreSQL or RDS')).optional(),
  masterUsername: masterUsername(postgresqlNames('PostgreSQL or RDS')).optional(),
  instanceClass: z
    .string('give an instance class such as "db.t4g.medium"')
    .regex(
      /^db\.(t3|t4g|m[5-8][a-z]*|r[5-8][a-z]*|x2[a-z]*)\.[a-z0-9]+$/,
      'use a current class such as "db.t4g.medium" or "db.r6g.large"; "db.serverless" is for Aurora only',
    )
    .optional(),
  primaryMultiAz: flag.optional(),
  secondaryMultiAz: flag.optional(),
  allocatedStorageGib: integer(20, 32768, 'GiB').optional(),
  maxAllocatedStorageGib: integer(22, 65536, 'GiB').optional(),
  iops: integer(12000, 64000, 'operations per second').optional(),
  storageThroughputMibps: integer(500, 4000, 'MiB/s').optional(),
  backupRetentionDays: integer(1, 35, 'days').optional(),
  passwordVersion: integer(1, 2 ** 31 - 1).optional(),
  parameters: databaseParameters.optional(),
  allowedCidrBlocks: z.array(cidrBlock, 'give a list of IPv4 ranges').optional(),
  performanceInsights: flag.optional(),
  monitoringIntervalSeconds: monitoringInterval.optional(),
});

/**
 * PostgreSQL on RDS (not Aurora) in two regions: a database that writes in one region, and in the other either a
 * replica that is promoted, or replicated backups with all that a restore needs around it: subnet group, security
 * group, parameter group, log groups, monitoring role. Whoever recovers calls the surviving region only, and makes
 * nothing there but the database.
 *
 * There is no endpoint that follows the writer: applications get the endpoint of each region, and the secret names no
 * host. The roles do not swap either: after a promotion there are two databases that know nothing of each other. The
 * next plan is empty; `writer` then tells Terraform where the good one is, so that the other can be made again as its
 * replica.
 *
 * The master password is drawn by Secrets Manager, written to the secret, and read back from there for the database,
 * through ephemeral values and write-only arguments: it is in no state and no plan (rules R-AUR-15, R-TF-14).
 *
 * A final snapshot (profile `protected`) has the fixed name `{instance}-final`: copy or delete an earlier one before
 * you destroy the database again.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html
 *
 * @throws ConfigurationError for unknown or malformed props, a network without two subnets, a key of another region,
 * storage that cannot grow or perform as asked, a zone standby for backups
 */
export class RelationalDatabase extends Construct {
  public readonly port: number = PORT;
  public readonly databaseName: string;
  /** Name of the master secret, the same in both regions. JSON: `username`, `password`, `engine`, `port`, `dbname`; no host. */
  public readonly secretName: string;
  public readonly primary: RegionalDatabaseInstance;
  public readonly secondary: RegionalDatabaseInstance;

  constructor(scope: Construct, id: string, props: RelationalDatabaseProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    keyHalves(this, regions, props);
    const recovery = props.recovery ?? 'readReplica';
    const [writerRole, standbyRole] =
      props.writer === 'secondary' ? (['secondary', 'primary'] as const) : (['primary', 'secondary'] as const);
    this.checkStorage(props);
    this.checkStandby(props, recovery, standbyRole);
    const instanceName = props.instanceName ?? 'postgres';
    const username = props.masterUsername ?? 'dbadmin';
    const passwordVersion = props.passwordVersion ?? 1;
    this.databaseName = props.databaseName ?? 'app';
    this.secretName = regions.sharedName('secret', `${instanceName}-master`);

    const secret = masterSecret(this, {
      regions,
      name: this.secretName,
      description: `Master user of the database ${regions.sharedName('db instance', instanceName)}`,
      primaryKeyArn: props.primaryKeyArn,
      secondaryKeyArn: props.secondaryKeyArn,
      username,
      passwordVersion,
      // No host: the database needs the password before it has one, and a promotion would make it wrong.
      connection: { engine: 'postgres', port: PORT, dbname: this.databaseName },
    });

    const places: Halves<Place> = {
      primary: {
        network: props.primaryNetwork,
        peerCidrBlock: props.secondaryNetwork.cidrBlock,
        keyArn: props.primaryKeyArn,
        multiAz: props.primaryMultiAz ?? regions.protection.writerInstances > 1,
      },
      secondary: {
        network: props.secondaryNetwork,
        peerCidrBlock: props.primaryNetwork.cidrBlock,
        keyArn: props.secondaryKeyArn,
        multiAz: props.secondaryMultiAz ?? false,
      },
    };
    const halves = bothHalves(
      regions,
      (region, half) =>
        new RegionalDatabase(this, half, { ...halfOf(places, region), props, region, instanceName, recovery }),
    );
    const writerArn = halves[writerRole].write({
      dbName: this.databaseName,
      username,
      passwordWo: secret.password,
      passwordWoVersion: passwordVersion,
    });
    halves[standbyRole].standBy(writerArn);
    this.primary = halves.primary.outputs(secret.arns.primary);
    this.secondary = halves.secondary.outputs(secret.arns.secondary);
  }

  private checkStorage(props: RelationalDatabaseProps): void {
    const { allocatedStorageGib: allocated = DEFAULT_STORAGE_GIB, maxAllocatedStorageGib: max } = props;
    const least = Math.ceil((allocated * 11) / 10);
    if (max !== undefined && max < least) {
      throw new ConfigurationError(this, {
        prop: 'maxAllocatedStorageGib',
        received: max,
        wayOut: `give at least ${least}: AWS wants a tenth more than allocatedStorageGib (${allocated})`,
      });
    }
    for (const prop of ['iops', 'storageThroughputMibps'] as const) {
      if (props[prop] !== undefined && allocated < STRIPED_STORAGE_GIB) {
        throw new ConfigurationError(this, {
          prop,
          received: props[prop],
          wayOut: `remove it, or give allocatedStorageGib at least ${STRIPED_STORAGE_GIB}: smaller volumes have a fixed performance`,
        });
      }
    }
    const { iops = DEFAULT_STRIPED_IOPS, storageThroughputMibps: throughput } = props;
    if (throughput !== undefined && throughput > iops / 4) {
      throw new ConfigurationError(this, {
        prop: 'storageThroughputMibps',
        received: throughput,
        wayOut: `give at most a quarter of iops (${iops}), or raise iops to ${throughput * 4}`,
      });
    }
  }

  private checkStandby(props: RelationalDatabaseProps, recovery: string, standbyRole: 'primary' | 'secondary'): void {
    const prop = `${standbyRole}MultiAz` as const;
    if (recovery === 'automatedBackups' && props[prop] !== undefined) {
      throw new ConfigurationError(this, {
        prop,
        received: props[prop],
        wayOut: `remove it: with recovery "automatedBackups" there is no instance in the ${standbyRole} region until you restore one`,
      });
    }
  }
}

/** What differs between the regions. */
interface Place {
  readonly network: RegionalNetwork;
  readonly peerCidrBlock: string;
  readonly keyArn: string;
  readonly multiAz: boolean;
}

interface RegionalDatabaseProps extends Place {
  readonly props: RelationalDatabaseProps;
  readonly region: Region;
  readonly instanceName: string;
  readonly recovery: string;
}

/** What only a database that begins empty is given: AWS refuses each of them for a replica. */
type Creation = Pick<DbInstanceConfig, 'dbName' | 'username' | 'passwordWo' | 'passwordWoVersion'>;

/** What one region has of the database: always its surroundings, and an instance or backups. */
class RegionalDatabase extends Construct {
  private readonly identifier: string;
  private readonly surroundings: DatabaseSurroundings;
  private readonly parameterGroupName: string;
  private database?: DbInstance;
  private backups?: DbInstanceAutomatedBackupsReplication;

  constructor(
    scope: Construct,
    id: string,
    private readonly settings: RegionalDatabaseProps,
  ) {
    super(scope, id);
    const { props, region, instanceName, keyArn } = settings;
    this.identifier = region.resourceName('db instance', instanceName);
    this.checkVersionInRegion();
    this.surroundings = new DatabaseSurroundings(this, {
      region,
      name: instanceName,
      identifier: this.identifier,
      what: 'Database',
      network: settings.network,
      peerCidrBlock: settings.peerCidrBlock,
      allowedCidrBlocks: props.allowedCidrBlocks,
      port: PORT,
      keyArn,
      logGroup: `/aws/rds/instance/${this.identifier}`,
      logExports: LOG_EXPORTS,
      logRetentionInDays: props.regions.protection.logRetentionInDays,
      monitoringInterval: props.monitoringIntervalSeconds ?? 60,
    });
    this.parameterGroupName = this.buildParameterGroup().name;
  }

  /**
   * Makes the database that takes writes.
   *
   * @returns its ARN: the link to the other half
   */
  public write(creation: Creation): string {
    const { props } = this.settings;
    const { protection } = props.regions;
    this.database = this.buildInstance({
      engine: 'postgres',
      engineVersion: versionOf(props),
      // Extended Support is billed per core and hour, and is otherwise entered without being asked for.
      engineLifecycleSupport: 'open-source-rds-extended-support-disabled',
      allowMajorVersionUpgrade: props.allowMajorVersionUpgrade ?? false,
      allocatedStorage: storageOf(props),
      backupRetentionPeriod: backupDaysOf(props),
      skipFinalSnapshot: !protection.finalSnapshot,
      finalSnapshotIdentifier: protection.finalSnapshot ? `${this.identifier}-final` : undefined,
      ...creation,
    });
    return this.database.arn;
  }

  /** Makes what the other region recovers from: a replica of the writer, or copies of its backups. */
  public standBy(writerArn: string): void {
    const { props, region, recovery, keyArn } = this.settings;
    if (recovery === 'automatedBackups') {
      this.backups = new DbInstanceAutomatedBackupsReplication(this, 'ReplicatedBackups', {
        provider: region.provider,
        sourceDbInstanceArn: writerArn,
        kmsKeyId: keyArn,
        retentionPeriod: backupDaysOf(props),
        timeouts: { create: TIMEOUTS.create, delete: TIMEOUTS.delete },
      });
      return;
    }
    // Without backups of its own, which not every version takes on a replica: a promotion turns them on. The data is
    // in the writer's snapshot.
    this.database = this.buildInstance({ replicateSourceDb: writerArn, skipFinalSnapshot: true });
  }

  /** What the construct shows of this half. */
  public outputs(secretArn: string): RegionalDatabaseInstance {
    return {
      instanceIdentifier: this.identifier,
      instanceArn: this.database?.arn,
      resourceId: this.database?.resourceId,
      endpoint: this.database?.address,
      replicatedBackupsArn: this.backups?.id,
      securityGroupId: this.surroundings.securityGroupId,
      subnetGroupName: this.surroundings.subnetGroupName,
      parameterGroupName: this.parameterGroupName,
      monitoringRoleArn: this.surroundings.monitoringRoleArn,
      secretArn,
    };
  }

  private buildInstance(role: Partial<DbInstanceConfig>): DbInstance {
    const { props, region, keyArn, multiAz } = this.settings;
    const { regions } = props;
    const { logGroups, monitoringPolicy } = this.surroundings;
    const performanceInsights = props.performanceInsights ?? true;
    return new DbInstance(this, 'Instance', {
      provider: region.provider,
      identifier: this.identifier,
      instanceClass: props.instanceClass ?? 'db.t4g.medium',
      multiAz,
      storageType: 'gp3',
      maxAllocatedStorage: props.maxAllocatedStorageGib ?? Math.max(100, 2 * storageOf(props)),
      iops: props.iops,
      storageThroughput: props.storageThroughputMibps,
      storageEncrypted: true,
      kmsKeyId: keyArn,
      port: PORT,
      dbSubnetGroupName: this.surroundings.subnetGroupName,
      vpcSecurityGroupIds: [this.surroundings.securityGroupId],
      publiclyAccessible: false,
      parameterGroupName: this.parameterGroupName,
      iamDatabaseAuthenticationEnabled: true,
      autoMinorVersionUpgrade: !isPinned(props),
      enabledCloudwatchLogsExports: LOG_EXPORTS,
      performanceInsightsEnabled: performanceInsights,
      performanceInsightsKmsKeyId: performanceInsights ? keyArn : undefined,
      monitoringInterval: props.monitoringIntervalSeconds ?? 60,
      monitoringRoleArn: this.surroundings.monitoringRoleArn,
      copyTagsToSnapshot: true,
      deletionProtection: regions.protection.deletionProtection,
      deleteAutomatedBackups: regions.protection.forceDestroy,
      tags: { Name: this.identifier, ...backupTag(regions) },
      timeouts: TIMEOUTS,
      lifecycle: { ignoreChanges: [...CHANGED_BY_PROMOTION, ...(isPinned(props) ? [] : ['engine_version'])] },
      dependsOn: [...logGroups, ...(monitoringPolicy ? [monitoringPolicy] : [])],
      ...role,
    });
  }

  /** The plan fails where AWS does not offer the version: minors are retired, and regions differ (rule R-AUR-2). */
  private checkVersionInRegion(): void {
    const { props, region } = this.settings;
    const version = versionOf(props);
    new DataAwsRdsEngineVersion(this, 'EngineVersion', {
      provider: region.provider,
      engine: 'postgres',
      ...(isPinned(props) ? { version } : { parameterGroupFamily: familyOf(props), latest: true }),
      lifecycle: {
        postcondition: [
          {
            condition: '${self.supports_read_replica}',
            errorMessage: `postgres ${version} does not support read replicas in ${region.name}: choose another engineVersion.`,
          },
        ],
      },
    });
  }

  private buildParameterGroup(): DbParameterGroup {
    const { props, region, instanceName } = this.settings;
    const parameters = {
      'rds.force_ssl': '1',
      // WAL (MB) kept for a replica that is gone. Without a bound it fills the storage, and the loss of one region stops
      // the database of the other; beyond it the replica has to be made again.
      max_slot_wal_keep_size: String(storageOf(props) * 512),
      ...props.parameters,
    };
    return new DbParameterGroup(this, 'ParameterGroup', {
      provider: region.provider,
      // With the major version: a major upgrade needs a new group beside the old one.
      name: region.resourceName('db parameter group', `${instanceName}-v${majorOf(props)}`),
      description: `Database ${this.identifier}`,
      family: familyOf(props),
      // The one method that AWS takes for static and dynamic parameters.
      parameter: Object.entries(parameters).map(([name, value]) => ({ name, value, applyMethod: 'pending-reboot' })),
      lifecycle: { createBeforeDestroy: true },
    });
  }
}

function versionOf({ engineVersion }: RelationalDatabaseProps): string {
  return engineVersion ?? '17';
}

function majorOf(props: RelationalDatabaseProps): string {
  return versionOf(props).split('.')[0];
}

function familyOf(props: RelationalDatabaseProps): string {
  return `postgres${majorOf(props)}`;
}

/** Whether the user chose the minor version too. */
function isPinned(props: RelationalDatabaseProps): boolean {
  return versionOf(props).includes('.');
}

function storageOf({ allocatedStorageGib }: RelationalDatabaseProps): number {
  return allocatedStorageGib ?? DEFAULT_STORAGE_GIB;
}

function backupDaysOf({ backupRetentionDays }: RelationalDatabaseProps): number {
  return backupRetentionDays ?? 7;
}
