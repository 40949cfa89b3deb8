import { DataAwsRdsEngineVersion } from '@cdktf/provider-aws/lib/data-aws-rds-engine-version';
import { DbParameterGroup } from '@cdktf/provider-aws/lib/db-parameter-group';
import { RdsCluster } from '@cdktf/provider-aws/lib/rds-cluster';
import { RdsClusterInstance } from '@cdktf/provider-aws/lib/rds-cluster-instance';
import { RdsClusterParameterGroup } from '@cdktf/provider-aws/lib/rds-cluster-parameter-group';
import { RdsGlobalCluster } from '@cdktf/provider-aws/lib/rds-global-cluster';
import { ITerraformDependable } from 'cdktf';
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
  mysqlNames,
  postgresqlNames,
  ReservedNames,
} from '../core/database-props';
import { DatabaseSurroundings } from '../core/database-surroundings';
import { ConfigurationError } from '../core/errors';
import { addNotice } from '../core/halves';
import { keyHalves } from '../core/key-pair';
import { masterSecret } from '../core/master-secret';
import { RegionalNetwork } from '../core/network';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { RegionalSettings, settingsNamed, warnOfDifferences } from '../core/regional-settings';
import { arn, flag, instance, integer, oneOf, text, validateProps } from '../core/validation';

/** Props of `AuroraGlobalDatabase`. */
export interface AuroraGlobalDatabaseProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Where the primary cluster runs: at least two private subnets. */
  readonly primaryNetwork: RegionalNetwork;
  /** Where the secondary cluster runs: at least two private subnets. */
  readonly secondaryNetwork: RegionalNetwork;
  /** KMS key of the primary region, for storage, secret, logs and Performance Insights. */
  readonly primaryKeyArn: string;
  /** KMS key of the secondary region, for storage, secret, logs and Performance Insights. */
  readonly secondaryKeyArn: string;
  /** Begins every name: `{clusterName}-{role}-{suffix}`. @default 'aurora' */
  readonly clusterName?: string;
  /** `aurora-postgresql` or `aurora-mysql`. Another one means another database. @default 'aurora-postgresql' */
  readonly engine?: string;
  /**
   * Full version of both clusters, such as `16.8` or `8.0.mysql_aurora.3.10.3`. Raise it here only: the upgrade goes
   * through the global cluster. The plan fails when AWS does not offer it for global databases in both regions.
   * @default - `16.8`, or `8.0.mysql_aurora.3.10.3`: long-term support releases, which AWS keeps for at least three years
   */
  readonly engineVersion?: string;
  /** Database made with the cluster. Later changes have no effect. @default 'app' */
  readonly databaseName?: string;
  /** Administrator made with the cluster. Later changes have no effect. @default 'dbadmin' */
  readonly masterUsername?: string;
  /** A memory-optimized class, or `db.serverless`. The same in both regions: the standby has to carry the load. @default 'db.r6g.large' */
  readonly instanceClass?: string;
  /** Instances of the primary cluster, writer included (1 to 15). @default - 1 when disposable, 2 when protected */
  readonly primaryInstanceCount?: number;
  /** Instances of the secondary cluster (1 to 16). @default 1 */
  readonly secondaryInstanceCount?: number;
  /** Least capacity of each `db.serverless` instance, in Aurora capacity units (0.5 to 256). @default 8, with `db.serverless` */
  readonly serverlessMinCapacity?: number;
  /** Greatest capacity of each `db.serverless` instance, in Aurora capacity units (1 to 256). @default 64, with `db.serverless` */
  readonly serverlessMaxCapacity?: number;
  /**
   * `instanceClass`, `serverlessMinCapacity` and `serverlessMaxCapacity` of the secondary cluster where they differ. It
   * carries everything after a failover, and replays all writes before: a warning says so. @default - the same in both regions
   */
  readonly secondarySettings?: RegionalSettings;
  /** Retention of the automated backups of both clusters, in days (1 to 35). @default 7 */
  readonly backupRetentionDays?: number;
  /**
   * Raise it to draw a new master password. Do so while the cluster in the primary region is the writer: AWS refuses
   * a password on a secondary. @default 1
   */
  readonly passwordVersion?: number;
  /** More cluster parameters, for both regions. They take effect at the next reboot. @default {} */
  readonly parameters?: Record<string, string>;
  /**
   * Bounds the data a failover may lose, in seconds (20 or more), on the primary cluster. When the secondary falls
   * behind by more, or is gone, commits wait. PostgreSQL only. @default - not bounded, commits never wait
   */
  readonly globalDbRpoSeconds?: number;
  /** More IPv4 ranges that may connect, besides the two VPCs. @default [] */
  readonly allowedCidrBlocks?: readonly string[];
  /** Lets sessions in the region that is not the writer send writes to the writer. @default false */
  readonly globalWriteForwarding?: boolean;
  /** @default true */
  readonly performanceInsights?: boolean;
  /** Interval of enhanced monitoring in seconds: 0 (off), 1, 5, 10, 15, 30 or 60. @default 60 */
  readonly monitoringIntervalSeconds?: number;
}

/** One region's cluster. Which of the two is the writer changes with a switchover or a failover. */
export interface RegionalAuroraCluster {
  /** Dimension `DBClusterIdentifier` of the lag metrics, which exist where the secondary is (rule R-CW-3). */
  readonly clusterIdentifier: string;
  readonly clusterArn: string;
  /** For reads in this region. */
  readonly readerEndpoint: string;
  /** Writes only while this cluster is the writer. Applications use `writerEndpoint` instead (rule R-AUR-16). */
  readonly endpoint: string;
  readonly instanceIdentifiers: readonly string[];
  readonly securityGroupId: string;
  /** The master secret as this region reads it: same name and random suffix, own region (rule R-SEC-6). */
  readonly secretArn: string;
}

/** What differs between the engines of global databases. */
interface Engine {
  readonly name: string;
  /** As drivers and Secrets Manager call it. */
  readonly secretName: string;
  readonly port: number;
  readonly logExports: readonly string[];
  readonly defaultVersion: string;
  readonly versionPattern: RegExp;
  readonly versionWay: string;
  /** The part of a version whose change needs another parameter group. */
  readonly majorOf: (version: string) => string;
  readonly reservedNames: ReservedNames;
  /** Cluster parameters of every database: TLS, and logs that are off unless asked for. */
  readonly parameters: Record<string, string>;
  /** Whether commits can be made to wait for the other region (rule R-AUR-17). */
  readonly boundsRpo: boolean;
}

const POSTGRESQL: Engine = {
  name: 'aurora-postgresql',
  secretName: 'postgres',
  port: 5432,
  logExports: ['postgresql'],
  defaultVersion: '16.8',
  versionPattern: /^\d{2}\.\d{1,2}$/,
  versionWay: 'give a major and minor version such as "16.8"',
  majorOf: (version) => version.split('.')[0],
  reservedNames: postgresqlNames('PostgreSQL or Aurora'),
  parameters: { 'rds.force_ssl': '1' },
  boundsRpo: true,
};

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Integrating.CloudWatch.html */
const MYSQL: Engine = {
  name: 'aurora-mysql',
  secretName: 'mysql',
  port: 3306,
  logExports: ['audit', 'error', 'slowquery'],
  defaultVersion: '8.0.mysql_aurora.3.10.3',
  versionPattern: /^8\.\d\.mysql_aurora\.\d\.\d{2}\.\d{1,2}$/,
  versionWay: 'give a full version such as "8.0.mysql_aurora.3.10.3"',
  majorOf: (version) => version.split('.', 2).join('.'),
  reservedNames: mysqlNames('MySQL or Aurora'),
  parameters: {
    require_secure_transport: 'ON',
    server_audit_logging: '1',
    server_audit_events: 'CONNECT,QUERY_DCL,QUERY_DDL',
    slow_query_log: '1',
    log_output: 'FILE',
  },
  boundsRpo: false,
};

const RPO_PARAMETER = 'rds.global_db_rpo';

const DEFAULT_INSTANCE_CLASS = 'db.r6g.large';

/** Below it a standby takes minutes to grow to the size of the writer it replaces (rule R-AUR-6). */
const RECOMMENDED_MIN_CAPACITY = 8;

/**
 * What a role swap changes behind Terraform's back, on either cluster. Without these lines the first plan after a
 * switchover would promote, detach or replace a cluster (rules R-AUR-3, R-AUR-13, R-AUR-27). The last two are facts
 * of creation: another value would mean another cluster.
 */
const CHANGED_BY_ROLE_SWAP = [
  'replication_source_identifier',
  'global_cluster_identifier',
  'engine_version',
  'master_username',
  'database_name',
];

/** Copying a volume to another region takes long (rule R-AUR-29). */
const CLUSTER_TIMEOUTS = { create: '180m', update: '180m', delete: '180m' };
const INSTANCE_TIMEOUTS = { create: '120m', update: '120m', delete: '120m' };
const GLOBAL_CLUSTER_TIMEOUTS = { create: '60m', update: '180m', delete: '60m' };

const capacity = (min: number): z.ZodType => {
  const way = `give Aurora capacity units from ${min} to 256 in steps of 0.5; a standby that sleeps cannot take over`;
  return z.number(way).min(min, way).max(256, way).multipleOf(0.5, way);
};

const settings = {
  instanceClass: z
    .string('give an instance class such as "db.r6g.large"')
    .regex(
      /^db\.(r5|r6|r7|r8|x2)[a-z]*\.[a-z0-9]+$|^db\.serverless$/,
      'use a memory-optimized class such as "db.r6g.large", or "db.serverless": global databases refuse all others, db.t classes among them',
    )
    .optional(),
  serverlessMinCapacity: capacity(0.5).optional(),
  serverlessMaxCapacity: capacity(1).optional(),
};

const schemaOf = (engine: Engine): z.ZodType =>
  z.strictObject({
    regions: instance('a RegionPair'),
    primaryNetwork: databaseNetwork,
    secondaryNetwork: databaseNetwork,
    primaryKeyArn: arn('kms'),
    secondaryKeyArn: arn('kms'),
    clusterName: text.optional(),
    engine: oneOf(POSTGRESQL.name, MYSQL.name).optional(),
    engineVersion: z
      .string(engine.versionWay)
      .regex(engine.versionPattern, `${engine.versionWay}: both clusters need the same minor`)
      .optional(),
    databaseName: databaseName(engine.reservedNames).optional(),
    masterUsername: masterUsername(engine.reservedNames).optional(),
    ...settings,
    secondarySettings: z.strictObject(settings).optional(),
    primaryInstanceCount: integer(1, 15, 'instances').optional(),
    secondaryInstanceCount: z
      .number('give a whole number from 1 to 16 instances')
      .int('give a whole number from 1 to 16 instances')
      .min(1, 'give at least one instance: AWS cannot fail over to a cluster without any')
      .max(16, 'give a whole number from 1 to 16 instances')
      .optional(),
    backupRetentionDays: integer(1, 35, 'days').optional(),
    passwordVersion: integer(1, 2 ** 31 - 1).optional(),
    parameters: databaseParameters.optional(),
    globalDbRpoSeconds: integer(20, 2 ** 31 - 1, 'seconds').optional(),
    allowedCidrBlocks: z.array(cidrBlock, 'give a list of IPv4 ranges').optional(),
    globalWriteForwarding: flag.optional(),
    performanceInsights: flag.optional(),
    monitoringIntervalSeconds: monitoringInterval.optional(),
  });

/**
 * An Aurora global database, PostgreSQL or MySQL: a cluster that writes in the primary region and a cluster that follows it in
 * the secondary region, with instances in both, so that a switchover (nothing is lost) or a failover (what had not
 * arrived is lost, typically about a second) needs no new resource and no `terraform apply`. After either, the next
 * plan is empty.
 *
 * Applications connect to `writerEndpoint`, which follows the writer, with the master secret of their own region; the
 * secret's `host` is that endpoint. It resolves to addresses in the writer's VPC, so the VPCs must be peered.
 *
 * The master password is drawn by Secrets Manager, written to the secret, and read back from there for the cluster,
 * through ephemeral values and write-only arguments: it is in no state and no plan, and an apply that stops half-way
 * cannot leave the secret and the database with different passwords (rules R-AUR-14, R-AUR-15).
 *
 * A final snapshot (profile `protected`) has the fixed name `{cluster}-final`: copy or delete an earlier one before
 * you destroy the database again. Switch back before you destroy it: the writer cannot leave before its secondary.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html
 *
 * @throws ConfigurationError for unknown or malformed props, a network without two subnets, a key of another region,
 * serverless capacities without a serverless class
 */
export class AuroraGlobalDatabase extends Construct {
  /** The settings that may differ in the secondary region. */
  public static readonly SETTINGS: readonly string[] = Object.keys(settings);

  public readonly globalClusterId: string;
  public readonly globalClusterArn: string;
  /** The global writer endpoint: it follows the writer from region to region (rule R-AUR-16). */
  public readonly writerEndpoint: string;
  public readonly port: number;
  public readonly databaseName: string;
  /** Name of the master secret, the same in both regions. JSON: `username`, `password`, `engine`, `host`, `port`, `dbname`. */
  public readonly secretName: string;
  public readonly primary: RegionalAuroraCluster;
  public readonly secondary: RegionalAuroraCluster;

  constructor(scope: Construct, id: string, props: AuroraGlobalDatabaseProps) {
    super(scope, id);
    const engine = props.engine === MYSQL.name ? MYSQL : POSTGRESQL;
    validateProps(this, schemaOf(engine), props);
    const { regions } = props;
    const { protection } = regions;
    keyHalves(this, regions, props);
    this.checkRecoveryPoint(engine, props);
    const engineVersion = props.engineVersion ?? engine.defaultVersion;
    const clusterName = props.clusterName ?? 'aurora';
    const masterUsername = props.masterUsername ?? 'dbadmin';
    const passwordVersion = props.passwordVersion ?? 1;
    this.port = engine.port;
    this.databaseName = props.databaseName ?? 'app';
    this.globalClusterId = regions.sharedName('db cluster', `${clusterName}-global`);
    this.secretName = regions.sharedName('secret', `${clusterName}-master`);

    const globalCluster = new RdsGlobalCluster(this, 'GlobalCluster', {
      provider: regions.primary.provider,
      globalClusterIdentifier: this.globalClusterId,
      engine: engine.name,
      engineVersion,
      // Extended Support is billed per core and hour, and is otherwise entered without being asked for.
      engineLifecycleSupport: 'open-source-rds-extended-support-disabled',
      storageEncrypted: true,
      deletionProtection: protection.deletionProtection,
      tags: { Name: this.globalClusterId },
      timeouts: GLOBAL_CLUSTER_TIMEOUTS,
    });
    this.globalClusterArn = globalCluster.arn;
    this.writerEndpoint = globalCluster.endpoint;

    const secret = masterSecret(this, {
      regions,
      name: this.secretName,
      description: `Master user of the Aurora global database ${this.globalClusterId}`,
      primaryKeyArn: props.primaryKeyArn,
      secondaryKeyArn: props.secondaryKeyArn,
      username: masterUsername,
      passwordVersion,
      connection: {
        engine: engine.secretName,
        host: this.writerEndpoint,
        port: engine.port,
        dbname: this.databaseName,
      },
    });

    const common = { props, engine, engineVersion, clusterName, globalClusterId: globalCluster.id };
    const size = this.sizeOf(props);
    const primary = new RegionalCluster(this, 'Primary', {
      ...common,
      ...size,
      region: regions.primary,
      network: props.primaryNetwork,
      peerCidrBlock: props.secondaryNetwork.cidrBlock,
      keyArn: props.primaryKeyArn,
      instanceCount: props.primaryInstanceCount ?? protection.writerInstances,
      rpoSeconds: props.globalDbRpoSeconds,
      finalSnapshot: protection.finalSnapshot,
      creation: {
        databaseName: this.databaseName,
        masterUsername,
        masterPasswordWo: secret.password,
        masterPasswordWoVersion: passwordVersion,
      },
      after: [],
    });
    const secondary = new RegionalCluster(this, 'Secondary', {
      ...common,
      ...this.secondarySize(props, size),
      region: regions.secondary,
      network: props.secondaryNetwork,
      peerCidrBlock: props.primaryNetwork.cidrBlock,
      keyArn: props.secondaryKeyArn,
      instanceCount: props.secondaryInstanceCount ?? 1,
      // The data is in the primary's snapshot.
      finalSnapshot: false,
      creation: {},
      after: primary.instances,
    });
    this.primary = primary.outputs(secret.arns.primary);
    this.secondary = secondary.outputs(secret.arns.secondary);
  }

  private checkRecoveryPoint(engine: Engine, { parameters, globalDbRpoSeconds }: AuroraGlobalDatabaseProps): void {
    const refuse = (prop: string, received: unknown, wayOut: string): void => {
      if (received !== undefined) throw new ConfigurationError(this, { prop, received, wayOut });
    };
    const unsupported = `remove it: ${engine.name} cannot make commits wait for the other region, only ${POSTGRESQL.name} can`;
    refuse(
      `parameters.${RPO_PARAMETER}`,
      parameters?.[RPO_PARAMETER],
      engine.boundsRpo
        ? 'use globalDbRpoSeconds: on the secondary it would stop all commits after a failover'
        : unsupported,
    );
    if (!engine.boundsRpo) refuse('globalDbRpoSeconds', globalDbRpoSeconds, unsupported);
    if (globalDbRpoSeconds !== undefined) {
      addNotice(
        this,
        'warn',
        `globalDbRpoSeconds is ${globalDbRpoSeconds}: with one secondary region, commits wait whenever it lags more or cannot be reached, and a major version upgrade is refused`,
      );
    }
  }

  private secondarySize(props: AuroraGlobalDatabaseProps, primary: Size): Size {
    const given = settingsNamed(props.secondarySettings, AuroraGlobalDatabase.SETTINGS);
    if (given === undefined) return primary;
    const sameKind = isServerless(given.instanceClass ?? primary.instanceClass) === isServerless(primary.instanceClass);
    const secondary = this.sizeOf(sameKind ? { ...props, ...given } : given, 'secondarySettings.');
    warnOfDifferences(
      this,
      settingsOf(primary),
      settingsOf(secondary),
      'the standby replays every write, and carries the whole load after a failover',
    );
    return secondary;
  }

  /** The capacities of `db.serverless` instances; none for other classes. */
  private sizeOf(given: RegionalSettings, path = ''): Size {
    const { instanceClass = DEFAULT_INSTANCE_CLASS, serverlessMinCapacity, serverlessMaxCapacity } = given;
    if (!isServerless(instanceClass)) {
      for (const [prop, received] of Object.entries({ serverlessMinCapacity, serverlessMaxCapacity })) {
        if (received !== undefined) {
          throw new ConfigurationError(this, {
            prop: `${path}${prop}`,
            received,
            wayOut: `remove it, or set ${path}instanceClass to "db.serverless"`,
          });
        }
      }
      return { instanceClass };
    }
    const minCapacity = serverlessMinCapacity ?? RECOMMENDED_MIN_CAPACITY;
    const maxCapacity = serverlessMaxCapacity ?? 64;
    if (minCapacity > maxCapacity) {
      throw new ConfigurationError(this, {
        prop: `${path}serverlessMaxCapacity`,
        received: maxCapacity,
        wayOut: `give at least serverlessMinCapacity (${minCapacity})`,
      });
    }
    if (minCapacity < RECOMMENDED_MIN_CAPACITY) {
      addNotice(
        this,
        'warn',
        `${path}serverlessMinCapacity is ${minCapacity}: AWS recommends at least ${RECOMMENDED_MIN_CAPACITY} capacity units for a global database`,
      );
    }
    return { instanceClass, serverless: { minCapacity, maxCapacity } };
  }
}

function settingsOf({ instanceClass, serverless }: Size): RegionalSettings {
  return {
    instanceClass,
    serverlessMinCapacity: serverless?.minCapacity,
    serverlessMaxCapacity: serverless?.maxCapacity,
  };
}

function isServerless(instanceClass?: string): boolean {
  return instanceClass === 'db.serverless';
}

/** What carries the load of one region. */
interface Size {
  readonly instanceClass: string;
  readonly serverless?: { readonly minCapacity: number; readonly maxCapacity: number };
}

interface RegionalClusterProps extends Size {
  readonly props: AuroraGlobalDatabaseProps;
  readonly region: Region;
  readonly engine: Engine;
  readonly engineVersion: string;
  readonly clusterName: string;
  readonly globalClusterId: string;
  readonly network: RegionalNetwork;
  readonly peerCidrBlock: string;
  readonly keyArn: string;
  readonly instanceCount: number;
  readonly rpoSeconds?: number;
  readonly finalSnapshot: boolean;
  /** What only the first writer may be given: AWS refuses each of them on a secondary (rule R-AUR-9). */
  readonly creation: {
    readonly databaseName?: string;
    readonly masterUsername?: string;
    readonly masterPasswordWo?: string;
    readonly masterPasswordWoVersion?: number;
  };
  /** The link to the other half: what must run before this cluster can join (rule R-AUR-10). */
  readonly after: readonly ITerraformDependable[];
}

/** One region's cluster with all that it does not inherit when it becomes the writer (rule R-AUR-18). */
class RegionalCluster extends Construct {
  public readonly instances: RdsClusterInstance[];
  private readonly clusterIdentifier: string;
  private readonly cluster: RdsCluster;
  private readonly securityGroupId: string;

  constructor(scope: Construct, id: string, settings: RegionalClusterProps) {
    super(scope, id);
    const { props, region, engine, engineVersion, keyArn, finalSnapshot } = settings;
    const { regions } = props;
    const { protection } = regions;
    const { provider } = region;
    const monitoringInterval = props.monitoringIntervalSeconds ?? 60;
    this.clusterIdentifier = region.resourceName('db cluster', settings.clusterName);

    new DataAwsRdsEngineVersion(this, 'EngineVersion', {
      provider,
      engine: engine.name,
      version: engineVersion,
      lifecycle: {
        postcondition: [
          {
            condition: '${self.supports_global_databases}',
            errorMessage: `${engine.name} ${engineVersion} does not support global databases in ${region.name}: choose another engineVersion.`,
          },
        ],
      },
    });
    const surroundings = new DatabaseSurroundings(this, {
      region,
      name: settings.clusterName,
      identifier: this.clusterIdentifier,
      what: 'Aurora cluster',
      network: settings.network,
      peerCidrBlock: settings.peerCidrBlock,
      allowedCidrBlocks: props.allowedCidrBlocks,
      port: engine.port,
      keyArn,
      logGroup: `/aws/rds/cluster/${this.clusterIdentifier}`,
      logExports: engine.logExports,
      logRetentionInDays: protection.logRetentionInDays,
      monitoringInterval,
    });
    this.securityGroupId = surroundings.securityGroupId;
    const clusterParameters = this.buildClusterParameterGroup(settings);
    const instanceParameters = new DbParameterGroup(this, 'InstanceParameterGroup', {
      provider,
      name: parameterGroupName(settings),
      description: `Instances of ${this.clusterIdentifier}`,
      family: familyOf(settings),
      lifecycle: { createBeforeDestroy: true },
    });

    this.cluster = new RdsCluster(this, 'Cluster', {
      provider,
      clusterIdentifier: this.clusterIdentifier,
      globalClusterIdentifier: settings.globalClusterId,
      engine: engine.name,
      engineVersion,
      ...settings.creation,
      dbSubnetGroupName: surroundings.subnetGroupName,
      dbClusterParameterGroupName: clusterParameters.name,
      vpcSecurityGroupIds: [surroundings.securityGroupId],
      port: engine.port,
      storageEncrypted: true,
      kmsKeyId: keyArn,
      serverlessv2ScalingConfiguration: settings.serverless,
      // AWS ignores it on the writer and uses it as soon as a swap makes a secondary of it (rule R-AUR-19).
      enableGlobalWriteForwarding: props.globalWriteForwarding ?? false,
      iamDatabaseAuthenticationEnabled: true,
      enabledCloudwatchLogsExports: [...engine.logExports],
      backupRetentionPeriod: props.backupRetentionDays ?? 7,
      copyTagsToSnapshot: true,
      deletionProtection: protection.deletionProtection,
      deleteAutomatedBackups: protection.forceDestroy,
      skipFinalSnapshot: !finalSnapshot,
      finalSnapshotIdentifier: finalSnapshot ? `${this.clusterIdentifier}-final` : undefined,
      tags: { Name: this.clusterIdentifier, ...backupTag(regions) },
      timeouts: CLUSTER_TIMEOUTS,
      lifecycle: { ignoreChanges: CHANGED_BY_ROLE_SWAP },
      dependsOn: [...surroundings.logGroups, ...settings.after],
    });

    const performanceInsights = props.performanceInsights ?? true;
    this.instances = Array.from({ length: settings.instanceCount }, (_, index) => {
      const identifier = region.resourceName('db cluster', `${settings.clusterName}-${index + 1}`);
      return new RdsClusterInstance(this, `Instance${index + 1}`, {
        provider,
        identifier,
        clusterIdentifier: this.cluster.id,
        engine: engine.name,
        engineVersion,
        instanceClass: settings.instanceClass,
        dbSubnetGroupName: surroundings.subnetGroupName,
        dbParameterGroupName: instanceParameters.name,
        publiclyAccessible: false,
        // It has no effect on members of a global database (rule R-AUR-20).
        autoMinorVersionUpgrade: false,
        performanceInsightsEnabled: performanceInsights,
        performanceInsightsKmsKeyId: performanceInsights ? keyArn : undefined,
        monitoringInterval,
        monitoringRoleArn: surroundings.monitoringRoleArn,
        tags: { Name: identifier },
        timeouts: INSTANCE_TIMEOUTS,
        lifecycle: { ignoreChanges: ['engine_version'] },
        dependsOn: surroundings.monitoringPolicy && [surroundings.monitoringPolicy],
      });
    });
  }

  /** What the construct shows of this half. */
  public outputs(secretArn: string): RegionalAuroraCluster {
    return {
      clusterIdentifier: this.clusterIdentifier,
      clusterArn: this.cluster.arn,
      readerEndpoint: this.cluster.readerEndpoint,
      endpoint: this.cluster.endpoint,
      instanceIdentifiers: this.instances.map(({ identifierInput }) => identifierInput as string),
      securityGroupId: this.securityGroupId,
      secretArn,
    };
  }

  private buildClusterParameterGroup(settings: RegionalClusterProps): RdsClusterParameterGroup {
    const { props, region, engine, rpoSeconds } = settings;
    const parameter = Object.entries({ ...engine.parameters, ...props.parameters }).map(([name, value]) => ({
      name,
      value,
      // The one method that AWS takes for static and dynamic parameters.
      applyMethod: 'pending-reboot',
    }));
    if (rpoSeconds !== undefined) {
      parameter.push({ name: RPO_PARAMETER, value: String(rpoSeconds), applyMethod: 'immediate' });
    }
    return new RdsClusterParameterGroup(this, 'ClusterParameterGroup', {
      provider: region.provider,
      name: parameterGroupName(settings),
      description: `Aurora cluster ${this.clusterIdentifier}`,
      family: familyOf(settings),
      parameter,
      lifecycle: { createBeforeDestroy: true },
    });
  }
}

/** The major version is part of the name: a major upgrade needs a new group beside the old one. */
function parameterGroupName({ region, clusterName, engine, engineVersion }: RegionalClusterProps): string {
  const major = engine.majorOf(engineVersion).replace('.', '-');
  return region.resourceName('db parameter group', `${clusterName}-v${major}`);
}

function familyOf({ engine, engineVersion }: RegionalClusterProps): string {
  return `${engine.name}${engine.majorOf(engineVersion)}`;
}
