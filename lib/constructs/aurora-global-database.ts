import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { DataAwsRdsEngineVersion } from '@cdktf/provider-aws/lib/data-aws-rds-engine-version';
import { DbParameterGroup } from '@cdktf/provider-aws/lib/db-parameter-group';
import { DbSubnetGroup } from '@cdktf/provider-aws/lib/db-subnet-group';
import { RdsCluster } from '@cdktf/provider-aws/lib/rds-cluster';
import { RdsClusterInstance } from '@cdktf/provider-aws/lib/rds-cluster-instance';
import { RdsClusterParameterGroup } from '@cdktf/provider-aws/lib/rds-cluster-parameter-group';
import { RdsGlobalCluster } from '@cdktf/provider-aws/lib/rds-global-cluster';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Fn, ITerraformDependable, ref, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { backupTag } from '../core/backup-tag';
import { ConfigurationError } from '../core/errors';
import { addNotice } from '../core/halves';
import { ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { checkName } from '../core/naming';
import { RegionalNetwork } from '../core/network';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { arn, flag, instance, integer, known, text, validateProps } from '../core/validation';

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
  /**
   * Major and minor version of both clusters. Raise it here only: the upgrade goes through the global cluster. The
   * plan fails when AWS does not offer it for global databases in both regions.
   * @default '16.8', which AWS supports for at least three years (a long-term support release)
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
   * behind by more, or is gone, commits wait. @default - not bounded, commits never wait
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
  readonly family: (version: string) => string;
  readonly requireTls: Record<string, string>;
}

const POSTGRESQL: Engine = {
  name: 'aurora-postgresql',
  secretName: 'postgres',
  port: 5432,
  logExports: ['postgresql'],
  family: (version) => `aurora-postgresql${majorOf(version)}`,
  requireTls: { 'rds.force_ssl': '1' },
};

const RPO_PARAMETER = 'rds.global_db_rpo';

const MONITORING_INTERVALS = [0, 1, 5, 10, 15, 30, 60];

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

/** Names that Aurora takes for itself, and reserved key words of PostgreSQL without underscores (its appendix C). */
const RESERVED_WORDS = new Set(
  (
    'admin administrator postgres rdsadmin rdsrepladmin root template0 template1 ' +
    'all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation ' +
    'column concurrently constraint create cross default deferrable desc distinct do else end except false fetch for ' +
    'foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral ' +
    'leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps ' +
    'placing primary public references returning right select similar some symmetric table tablesample then to ' +
    'trailing true union unique user using variadic verbose when where window with'
  ).split(' '),
);

const notReserved = (value: string): boolean => !RESERVED_WORDS.has(value.toLowerCase()) && !/^(pg|rds)_/i.test(value);

const cidrBlock = known(
  z
    .string('give an IPv4 range such as "10.0.0.0/16"')
    .regex(/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/, 'give an IPv4 range such as "10.0.0.0/16"'),
);

const network = z.object(
  {
    vpcId: text,
    cidrBlock,
    privateSubnetIds: known(
      z
        .array(text, 'give a list of subnet ids')
        .min(2, 'give at least two private subnets, each in another availability zone'),
    ),
  },
  'give the network of the region',
);

const capacity = (min: number): z.ZodType => {
  const way = `give Aurora capacity units from ${min} to 256 in steps of 0.5; a standby that sleeps cannot take over`;
  return z.number(way).min(min, way).max(256, way).multipleOf(0.5, way);
};

const intervalWay = `use one of ${MONITORING_INTERVALS.join(', ')}`;

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryNetwork: network,
  secondaryNetwork: network,
  primaryKeyArn: arn('kms'),
  secondaryKeyArn: arn('kms'),
  clusterName: text.optional(),
  engineVersion: z
    .string('give a major and minor version such as "16.8"')
    .regex(/^\d{2}\.\d{1,2}$/, 'give a major and minor version such as "16.8": both clusters need the same minor')
    .optional(),
  databaseName: z
    .string('give the name of a database')
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, 'use at most 63 letters, digits and underscores, starting with a letter')
    .refine(notReserved, 'choose another name: PostgreSQL or Aurora reserves this word')
    .optional(),
  masterUsername: z
    .string('give the name of a user')
    .regex(/^[A-Za-z][A-Za-z0-9]{0,15}$/, 'use at most 16 letters and digits, starting with a letter')
    .refine(notReserved, 'choose another name: PostgreSQL or Aurora reserves this word')
    .optional(),
  instanceClass: z
    .string('give an instance class such as "db.r6g.large"')
    .regex(
      /^db\.(r5|r6|r7|r8|x2)[a-z]*\.[a-z0-9]+$|^db\.serverless$/,
      'use a memory-optimized class such as "db.r6g.large", or "db.serverless": global databases refuse all others, db.t classes among them',
    )
    .optional(),
  primaryInstanceCount: integer(1, 15, 'instances').optional(),
  secondaryInstanceCount: z
    .number('give a whole number from 1 to 16 instances')
    .int('give a whole number from 1 to 16 instances')
    .min(1, 'give at least one instance: AWS cannot fail over to a cluster without any')
    .max(16, 'give a whole number from 1 to 16 instances')
    .optional(),
  serverlessMinCapacity: capacity(0.5).optional(),
  serverlessMaxCapacity: capacity(1).optional(),
  backupRetentionDays: integer(1, 35, 'days').optional(),
  passwordVersion: integer(1, 2 ** 31 - 1).optional(),
  parameters: z.record(z.string(), z.string('give every parameter a string'), 'give names and values').optional(),
  globalDbRpoSeconds: integer(20, 2 ** 31 - 1, 'seconds').optional(),
  allowedCidrBlocks: z.array(cidrBlock, 'give a list of IPv4 ranges').optional(),
  globalWriteForwarding: flag.optional(),
  performanceInsights: flag.optional(),
  monitoringIntervalSeconds: z
    .number(intervalWay)
    .refine((value) => MONITORING_INTERVALS.includes(value), intervalWay)
    .optional(),
});

/**
 * An Aurora PostgreSQL global database: a cluster that writes in the primary region and a cluster that follows it in
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
    validateProps(this, schema, props);
    const { regions } = props;
    const { protection } = regions;
    keyHalves(this, regions, props);
    this.checkParameters(props);
    const engine = POSTGRESQL;
    const engineVersion = props.engineVersion ?? '16.8';
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

    const password = ephemeral(this, 'Password', 'aws_secretsmanager_random_password', {
      provider: regions.primary.provider.fqn,
      password_length: 40,
      // Letters and digits only: valid in a connection URL, a shell and JSON without escapes.
      exclude_punctuation: true,
      require_each_included_type: true,
    });
    const secret = new SecretsmanagerSecret(this, 'Secret', {
      provider: regions.primary.provider,
      name: this.secretName,
      description: `Master user of the Aurora global database ${this.globalClusterId}`,
      kmsKeyId: props.primaryKeyArn,
      recoveryWindowInDays: protection.secretRecoveryWindowInDays,
      replica: [{ region: regions.secondary.name, kmsKeyId: props.secondaryKeyArn }],
      forceOverwriteReplicaSecret: protection.forceDestroy,
      tags: { Name: this.secretName },
    });
    const secretVersion = new SecretsmanagerSecretVersion(this, 'SecretVersion', {
      provider: regions.primary.provider,
      secretId: secret.id,
      secretStringWo: Fn.jsonencode({
        username: masterUsername,
        password: ref(`${password}.random_password`),
        engine: engine.secretName,
        host: this.writerEndpoint,
        port: engine.port,
        dbname: this.databaseName,
      }),
      secretStringWoVersion: passwordVersion,
    });
    // The version id is unknown until the version exists, so a plan never reads a secret without a value.
    const storedSecret = ephemeral(this, 'StoredSecret', 'aws_secretsmanager_secret_version', {
      provider: regions.primary.provider.fqn,
      secret_id: secretVersion.secretId,
      version_id: secretVersion.versionId,
    });

    const common = {
      props,
      engine,
      engineVersion,
      clusterName,
      globalClusterId: globalCluster.id,
      serverless: this.serverlessScaling(props),
    };
    const primary = new RegionalCluster(this, 'Primary', {
      ...common,
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
        masterPasswordWo: `\${jsondecode(${storedSecret}.secret_string).password}`,
        masterPasswordWoVersion: passwordVersion,
      },
      after: [],
    });
    const secondary = new RegionalCluster(this, 'Secondary', {
      ...common,
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
    this.primary = primary.outputs(secret.arn);
    this.secondary = secondary.outputs(
      Fn.replace(secret.arn, `:${regions.primary.name}:`, `:${regions.secondary.name}:`),
    );
  }

  private checkParameters({ parameters, globalDbRpoSeconds }: AuroraGlobalDatabaseProps): void {
    if (parameters && RPO_PARAMETER in parameters) {
      throw new ConfigurationError(this, {
        prop: `parameters.${RPO_PARAMETER}`,
        received: parameters[RPO_PARAMETER],
        wayOut: 'use globalDbRpoSeconds: on the secondary it would stop all commits after a failover',
      });
    }
    if (globalDbRpoSeconds !== undefined) {
      addNotice(
        this,
        'warn',
        `globalDbRpoSeconds is ${globalDbRpoSeconds}: with one secondary region, commits wait whenever it lags more or cannot be reached, and a major version upgrade is refused`,
      );
    }
  }

  /** The capacities of `db.serverless` instances; nothing for other classes. */
  private serverlessScaling(
    props: AuroraGlobalDatabaseProps,
  ): { minCapacity: number; maxCapacity: number } | undefined {
    if (props.instanceClass !== 'db.serverless') {
      for (const prop of ['serverlessMinCapacity', 'serverlessMaxCapacity'] as const) {
        if (props[prop] !== undefined) {
          throw new ConfigurationError(this, {
            prop,
            received: props[prop],
            wayOut: 'remove it, or set instanceClass to "db.serverless"',
          });
        }
      }
      return undefined;
    }
    const minCapacity = props.serverlessMinCapacity ?? RECOMMENDED_MIN_CAPACITY;
    const maxCapacity = props.serverlessMaxCapacity ?? 64;
    if (minCapacity > maxCapacity) {
      throw new ConfigurationError(this, {
        prop: 'serverlessMaxCapacity',
        received: maxCapacity,
        wayOut: `give at least serverlessMinCapacity (${minCapacity})`,
      });
    }
    if (minCapacity < RECOMMENDED_MIN_CAPACITY) {
      addNotice(
        this,
        'warn',
        `serverlessMinCapacity is ${minCapacity}: AWS recommends at least ${RECOMMENDED_MIN_CAPACITY} capacity units for a global database`,
      );
    }
    return { minCapacity, maxCapacity };
  }
}

interface RegionalClusterProps {
  readonly props: AuroraGlobalDatabaseProps;
  readonly region: Region;
  readonly engine: Engine;
  readonly engineVersion: string;
  readonly clusterName: string;
  readonly globalClusterId: string;
  readonly serverless?: { readonly minCapacity: number; readonly maxCapacity: number };
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
  private readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, settings: RegionalClusterProps) {
    super(scope, id);
    const { props, region, engine, engineVersion, keyArn, finalSnapshot } = settings;
    const { regions } = props;
    const { protection } = regions;
    const { provider } = region;
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
    const subnetGroup = new DbSubnetGroup(this, 'SubnetGroup', {
      provider,
      name: region.resourceName('db subnet group', settings.clusterName),
      description: `Private subnets of ${this.clusterIdentifier}`,
      subnetIds: [...settings.network.privateSubnetIds],
    });
    this.securityGroup = this.buildSecurityGroup(settings);
    const clusterParameters = this.buildClusterParameterGroup(settings);
    const instanceParameters = new DbParameterGroup(this, 'InstanceParameterGroup', {
      provider,
      name: parameterGroupName(settings),
      description: `Instances of ${this.clusterIdentifier}`,
      family: engine.family(engineVersion),
      lifecycle: { createBeforeDestroy: true },
    });
    // Made here, or Aurora makes them on first use: unencrypted, and kept for ever.
    const logGroups = engine.logExports.map(
      (log) =>
        new CloudwatchLogGroup(this, `LogGroup-${log}`, {
          provider,
          name: checkName(this, 'log group', `/aws/rds/cluster/${this.clusterIdentifier}/${log}`),
          kmsKeyId: keyArn,
          retentionInDays: protection.logRetentionInDays,
        }),
    );

    this.cluster = new RdsCluster(this, 'Cluster', {
      provider,
      clusterIdentifier: this.clusterIdentifier,
      globalClusterIdentifier: settings.globalClusterId,
      engine: engine.name,
      engineVersion,
      ...settings.creation,
      dbSubnetGroupName: subnetGroup.name,
      dbClusterParameterGroupName: clusterParameters.name,
      vpcSecurityGroupIds: [this.securityGroup.id],
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
      dependsOn: [...logGroups, ...settings.after],
    });

    const monitoringInterval = props.monitoringIntervalSeconds ?? 60;
    const monitoring = monitoringInterval > 0 ? this.buildMonitoringRole(settings) : undefined;
    const performanceInsights = props.performanceInsights ?? true;
    this.instances = Array.from({ length: settings.instanceCount }, (_, index) => {
      const identifier = region.resourceName('db cluster', `${settings.clusterName}-${index + 1}`);
      return new RdsClusterInstance(this, `Instance${index + 1}`, {
        provider,
        identifier,
        clusterIdentifier: this.cluster.id,
        engine: engine.name,
        engineVersion,
        instanceClass: props.instanceClass ?? 'db.r6g.large',
        dbSubnetGroupName: subnetGroup.name,
        dbParameterGroupName: instanceParameters.name,
        publiclyAccessible: false,
        // It has no effect on members of a global database (rule R-AUR-20).
        autoMinorVersionUpgrade: false,
        performanceInsightsEnabled: performanceInsights,
        performanceInsightsKmsKeyId: performanceInsights ? keyArn : undefined,
        monitoringInterval,
        monitoringRoleArn: monitoring?.arn,
        tags: { Name: identifier },
        timeouts: INSTANCE_TIMEOUTS,
        lifecycle: { ignoreChanges: ['engine_version'] },
        dependsOn: monitoring?.policy && [monitoring.policy],
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
      securityGroupId: this.securityGroup.id,
      secretArn,
    };
  }

  /** Lets in both VPCs, because applications of either region reach the writer wherever it is (rule R-AUR-16). */
  private buildSecurityGroup(settings: RegionalClusterProps): SecurityGroup {
    const { props, region, engine, clusterName, network, peerCidrBlock } = settings;
    const group = new SecurityGroup(this, 'SecurityGroup', {
      provider: region.provider,
      name: region.resourceName('security group', `${clusterName}-database`),
      description: `Aurora cluster ${this.clusterIdentifier}`,
      vpcId: network.vpcId,
      tags: { Name: this.clusterIdentifier },
    });
    const sources: Record<string, string> = { OwnVpc: network.cidrBlock, PeerVpc: peerCidrBlock };
    (props.allowedCidrBlocks ?? []).forEach((block, index) => (sources[`Allowed${index + 1}`] = block));
    for (const [name, cidrIpv4] of Object.entries(sources)) {
      new VpcSecurityGroupIngressRule(this, `From${name}`, {
        provider: region.provider,
        securityGroupId: group.id,
        ipProtocol: 'tcp',
        fromPort: engine.port,
        toPort: engine.port,
        cidrIpv4,
        description: `Database clients: ${name}`,
      });
    }
    return group;
  }

  private buildClusterParameterGroup(settings: RegionalClusterProps): RdsClusterParameterGroup {
    const { props, region, engine, engineVersion, rpoSeconds } = settings;
    const parameter = Object.entries({ ...engine.requireTls, ...props.parameters }).map(([name, value]) => ({
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
      family: engine.family(engineVersion),
      parameter,
      lifecycle: { createBeforeDestroy: true },
    });
  }

  /** As the managed policy AmazonRDSEnhancedMonitoringRole, for the log groups of this region only. */
  private buildMonitoringRole({ region, clusterName }: RegionalClusterProps): ServiceRole {
    return new ServiceRole(this, 'MonitoringRole', {
      region,
      name: `${clusterName}-monitoring`,
      description: `Enhanced monitoring of ${this.clusterIdentifier}`,
      servicePrincipal: 'monitoring.rds.amazonaws.com',
      statements: [
        {
          actions: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'],
          resources: [region.arn('logs', 'log-group:RDS*')],
        },
        {
          actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:PutLogEvents'],
          resources: [region.arn('logs', 'log-group:RDS*:log-stream:*')],
        },
      ],
    });
  }
}

/** The major version is part of the name: a major upgrade needs a new group beside the old one. */
function parameterGroupName({ region, clusterName, engineVersion }: RegionalClusterProps): string {
  return region.resourceName('db parameter group', `${clusterName}-v${majorOf(engineVersion)}`);
}

function majorOf(version: string): string {
  return version.split('.')[0];
}

/**
 * A value that lives only while Terraform runs: it is written to no state and no plan. CDKTF has no construct for it.
 *
 * @returns the address, to which an attribute's name is appended
 */
function ephemeral(scope: Construct, id: string, type: string, body: Record<string, unknown>): string {
  const stack = TerraformStack.of(scope);
  const address = `ephemeral.${type}.${stack.getLogicalId(new Construct(scope, id).node)}`;
  stack.addOverride(address, body);
  return address;
}
