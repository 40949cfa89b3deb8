import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformOutput } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { AuroraGlobalDatabase } from './constructs/aurora-global-database';
import { Backup } from './constructs/backup';
import { Certificates } from './constructs/certificates';
import { Compute } from './constructs/compute';
import { Configuration, ConfigurationProps } from './constructs/configuration';
import { Encryption } from './constructs/encryption';
import { Eventing } from './constructs/eventing';
import { GlobalTable } from './constructs/global-table';
import { HostedZone } from './constructs/hosted-zone';
import { Identity } from './constructs/identity';
import { LogReplication } from './constructs/log-replication';
import { LoadBalancing, RegionalLoadBalancer } from './constructs/load-balancing';
import { Monitoring, MonitoringThresholds } from './constructs/monitoring';
import { Networking } from './constructs/networking';
import { Notifications } from './constructs/notifications';
import { Routing } from './constructs/routing';
import { SecretsDestination, SecretsReplication } from './constructs/secrets-replication';
import { Storage } from './constructs/storage';
import { Workflow } from './constructs/workflow';
import { pauseCreationTraces } from './core/creation-traces';
import { ConfigurationError } from './core/errors';
import { Halves } from './core/halves';
import { ManifestWriter } from './core/manifest-writer';
import { RegionalNetwork } from './core/network';
import { RegionPair } from './core/region-pair';
import { RegionalSettings, settingsNamed } from './core/regional-settings';
import { arn, flag, instance, integer, oneOf, text, texts, validateProps } from './core/validation';
import { Manifest, MANIFEST_VERSION } from './manifest';

/** Domains that can be left out with `disabledDomains`; the others are what makes the system recoverable. */
export const OPTIONAL_DOMAINS = [
  'networking',
  'aurora',
  'workflow',
  'eventing',
  'load-balancing',
  'routing',
  'configuration',
  'secrets',
  'backup',
  'monitoring',
] as const;
type OptionalDomain = (typeof OPTIONAL_DOMAINS)[number];

/** What each domain needs from another one to exist. */
const REQUIRES: Partial<Record<OptionalDomain, OptionalDomain>> = {
  aurora: 'networking',
  'load-balancing': 'networking',
  routing: 'load-balancing',
};

/** A domain AWS accepts but nobody delegated: the system builds and works, its host name resolves for nobody. */
const UNDELEGATED_DOMAIN = 'multi-region-dr.internal';

const DEFAULT_FUNCTION_TIMEOUT_SECONDS = 30;
const REPLICATOR_TIMEOUT_SECONDS = 300;
const TASK_MARGIN_SECONDS = 30;

/** What one order may cost, until a person changes the parameter. */
const DEFAULT_PAYMENT_LIMIT = '10000.00';

/** Props of `MultiRegionDRStack`. Those of one domain are handed to its construct, which documents and checks them. */
export interface MultiRegionDRStackProps {
  /** Ends every name: 1 to 20 lower-case letters, digits and single hyphens. */
  readonly environmentSuffix: string;
  /** @default 'us-east-1' */
  readonly primaryRegion?: string;
  /** @default 'us-east-2' */
  readonly secondaryRegion?: string;
  /** `disposable` or `protected`. @default 'disposable' */
  readonly protection?: string;
  /** Value of the tag `Environment`. @default - environmentSuffix */
  readonly environment?: string;
  /** Value of the tag `CostCenter`. @default 'multi-region-dr' */
  readonly costCenter?: string;
  /** More tags for everything. @default {} */
  readonly tags?: Record<string, string>;
  /** Twelve digits. @default - read from the credentials at deploy */
  readonly accountId?: string;
  /** @default false */
  readonly allowOptInRegions?: boolean;
  /** A provider of your own, with an alias. @default - one with the alias `primary` */
  readonly primaryProvider?: AwsProvider;
  /** A provider of your own, with an alias. @default - one with the alias `secondary` */
  readonly secondaryProvider?: AwsProvider;
  /** A provider of your own for us-east-1, when neither region is us-east-1. @default - one with the alias `global` */
  readonly globalProvider?: AwsProvider;

  /** Domains not to build, of `OPTIONAL_DOMAINS`. @default [] */
  readonly disabledDomains?: readonly string[];
  /** Declared time to recover, in minutes: the drill measures against it. @default 15 */
  readonly rtoMinutes?: number;
  /** Declared data loss, in minutes: the drill measures against it. @default 5 */
  readonly rpoMinutes?: number;
  /** Terraform outputs with fixed names. Set to false for a second system in the same stack. @default true */
  readonly outputs?: boolean;
  /** File the manifest is written to at apply, relative to where Terraform runs; empty for none. @default 'dr-manifest-{environmentSuffix}.json' */
  readonly manifestFile?: string;

  /** A key of your own in the primary; give both. Its policy must admit the services `Encryption` lists. @default - made */
  readonly primaryKeyArn?: string;
  /** A key of your own in the secondary. @default - made */
  readonly secondaryKeyArn?: string;
  /** A key of your own in us-east-1, when neither region is us-east-1. @default - made */
  readonly route53MetricsKeyArn?: string;

  /** A network of your own in the primary; give both. @default - made */
  readonly primaryNetwork?: RegionalNetwork;
  /** A network of your own in the secondary. @default - made */
  readonly secondaryNetwork?: RegionalNetwork;
  /** @default '10.0.0.0/16' */
  readonly primaryCidrBlock?: string;
  /** @default '10.1.0.0/16' */
  readonly secondaryCidrBlock?: string;
  /** 2 to 6. @default 3 */
  readonly availabilityZoneCount?: number;
  /** `none`, `single` or `perZone`. @default 'none' */
  readonly natGateways?: string;
  /** Interface endpoints for code of your own, besides those the functions need. @default [] */
  readonly interfaceEndpoints?: readonly string[];

  /** `aurora-postgresql` or `aurora-mysql`. @default 'aurora-postgresql' */
  readonly auroraEngine?: string;
  /** Aurora version, the same everywhere. @default - see `AuroraGlobalDatabase` */
  readonly auroraEngineVersion?: string;
  /** Memory-optimized class or `db.serverless`. @default 'db.r6g.large' */
  readonly auroraInstanceClass?: string;
  /** @default - 1 when disposable, 2 when protected */
  readonly auroraPrimaryInstanceCount?: number;
  /** Smallest capacity with `db.serverless`, in ACU. @default 8 */
  readonly auroraServerlessMinCapacity?: number;
  /** Largest capacity with `db.serverless`, in ACU. @default 64 */
  readonly auroraServerlessMaxCapacity?: number;
  /** At least 1: a cluster without an instance cannot take over. @default 1 */
  readonly auroraSecondaryInstanceCount?: number;

  /** `both` or `primaryToSecondary`. @default 'both' */
  readonly s3Replication?: string;
  /** @default true */
  readonly s3ReplicationTimeControl?: boolean;
  /** @default true */
  readonly s3Versioning?: boolean;
  /** Size of the operator's EBS volume in the primary, in GiB; 0 for none. @default 8 */
  readonly blockVolumeSizeGib?: number;

  /** Folder or zip of your own `transaction-processor`. @default - the one of this library */
  readonly processorCode?: string;
  /** Folder or zip of your own `health`. @default - the one of this library */
  readonly healthCode?: string;
  /** Container image of your own processor in the primary's registry; give both. @default - a zip */
  readonly primaryProcessorImageUri?: string;
  /** Container image of your own processor in the secondary's registry. @default - a zip */
  readonly secondaryProcessorImageUri?: string;
  /** Handler of your own code. @default 'index.handler' */
  readonly functionHandler?: string;
  /** Runtime of your own code. @default 'nodejs22.x' */
  readonly functionRuntime?: string;
  /** `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`. @default 'INFO' */
  readonly functionLogLevel?: string;
  /** What must answer for a region to be healthy: of `table`, `bucket`, `database`. @default ['table', 'bucket'] */
  readonly healthCritical?: readonly string[];
  /** Memory of the functions, in MB. @default 512 */
  readonly functionMemorySize?: number;
  /** Time-out of the functions, in seconds. @default 30 */
  readonly functionTimeoutSeconds?: number;
  /** @default - not reserved */
  readonly functionReservedConcurrency?: number;
  /** More environment variables of the functions. @default {} */
  readonly functionEnvironment?: Record<string, string>;
  /** The EventBridge global endpoint. Set to false for a pair of regions that lack it. @default true */
  readonly globalEndpoint?: boolean;
  /** A state machine of your own, as Amazon States Language. @default - validate, pay, fulfil */
  readonly workflowDefinition?: string;

  /** Domain of the hosted zone. @default - '{environmentSuffix}.multi-region-dr.internal', which is not delegated */
  readonly domainName?: string;
  /** An existing, delegated zone of that domain: turns HTTPS on. @default - a zone is created */
  readonly hostedZoneId?: string;
  /** A private zone for both VPCs. @default false */
  readonly privateZone?: boolean;
  /** First label of the shared host name. @default 'app' */
  readonly recordLabel?: string;
  /** Certificate of the shared host name in the primary; give both: turns HTTPS on. @default - made when the zone is delegated */
  readonly primaryCertificateArn?: string;
  /** Certificate of the shared host name in the secondary. @default - made when the zone is delegated */
  readonly secondaryCertificateArn?: string;
  /** Who may reach the load balancers. @default ['0.0.0.0/0'] */
  readonly allowedCidrBlocks?: readonly string[];

  /** First values of `/app/{environmentSuffix}/...`, by relative name. @default { 'payment/limit': '10000.00' } */
  readonly parameters?: Record<string, string>;
  /** Patterns of the secrets that replicate both ways. @default ['app/{environmentSuffix}/**'] */
  readonly replicatedSecrets?: readonly string[];
  /** Patterns of secrets among them that do not. @default [] */
  readonly excludedSecrets?: readonly string[];
  /** Regions and accounts that secrets are replicated to besides the other region of the pair. @default [] */
  readonly secretsDestinations?: readonly SecretsDestination[];
  /** `perDestination`, `multiDestination` or `orchestrated`. @default 'multiDestination' */
  readonly secretsTopology?: string;
  /** A CloudTrail trail in each region, for changes that Secrets Manager itself does not report. @default false */
  readonly secretsTrail?: boolean;
  /** Days backups are kept. @default 7 */
  readonly backupRetentionDays?: number;
  /** A plan for resources of the secondary too. @default false */
  readonly backupPlanInSecondary?: boolean;
  /** A restore testing plan. @default false */
  readonly restoreTesting?: boolean;
  /** Who may assume the operator's role, made before it is needed; give operatorExternalId too. @default - no role */
  readonly operatorPrincipalArns?: readonly string[];
  /** What they must name when they assume it: an agreed word, not a secret. @default - none */
  readonly operatorExternalId?: string;
  /** Copies the logs of each region to the other, so that those of a dead region survive it. @default false */
  readonly logReplication?: boolean;
  /** A dashboard of each region alone, beside the one of both. @default false */
  readonly regionalDashboards?: boolean;
  /** Limits at which alarms fire. @default - see `Monitoring` */
  readonly alarmThresholds?: MonitoringThresholds;
  /**
   * What the secondary region has otherwise than the primary: thresholds of alarms, `reservedConcurrency` of the processor,
   * size of the Aurora cluster. A failover then changes it for everybody, and a warning says so. @default - nothing
   */
  readonly secondarySettings?: RegionalSettings;
  /** Who is told when an alarm fires. @default [] */
  readonly alarmEmails?: readonly string[];
  /** HTTPS endpoints that are told when an alarm fires. @default [] */
  readonly alarmHttpsEndpoints?: readonly string[];
}

/** The settings of its constructs that may differ in the secondary region. */
const SETTINGS_OF_SYSTEM = [...Monitoring.SETTINGS, ...Compute.SETTINGS, ...AuroraGlobalDatabase.SETTINGS];

/** Checked by the construct that takes it. */
const handedOn = z.any().optional();
const schema = z.strictObject({
  environmentSuffix: handedOn,
  primaryRegion: handedOn,
  secondaryRegion: handedOn,
  protection: handedOn,
  environment: handedOn,
  costCenter: handedOn,
  tags: handedOn,
  accountId: handedOn,
  allowOptInRegions: handedOn,
  primaryProvider: handedOn,
  secondaryProvider: handedOn,
  globalProvider: handedOn,
  disabledDomains: z.array(oneOf(...OPTIONAL_DOMAINS), `give a list of ${OPTIONAL_DOMAINS.join(', ')}`).optional(),
  rtoMinutes: integer(1, 1440, 'minutes').optional(),
  rpoMinutes: integer(0, 1440, 'minutes').optional(),
  outputs: flag.optional(),
  manifestFile: z.string('give a file name, or an empty string for no file').optional(),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  route53MetricsKeyArn: arn('kms').optional(),
  primaryNetwork: instance('a RegionalNetwork').optional(),
  secondaryNetwork: instance('a RegionalNetwork').optional(),
  primaryCidrBlock: handedOn,
  secondaryCidrBlock: handedOn,
  availabilityZoneCount: handedOn,
  natGateways: handedOn,
  interfaceEndpoints: texts.optional(),
  auroraEngine: handedOn,
  auroraEngineVersion: handedOn,
  auroraInstanceClass: handedOn,
  auroraPrimaryInstanceCount: handedOn,
  auroraServerlessMinCapacity: handedOn,
  auroraServerlessMaxCapacity: handedOn,
  auroraSecondaryInstanceCount: handedOn,
  s3Replication: handedOn,
  s3ReplicationTimeControl: handedOn,
  s3Versioning: handedOn,
  blockVolumeSizeGib: handedOn,
  processorCode: handedOn,
  healthCode: handedOn,
  primaryProcessorImageUri: handedOn,
  secondaryProcessorImageUri: handedOn,
  functionHandler: handedOn,
  functionRuntime: handedOn,
  functionLogLevel: handedOn,
  healthCritical: handedOn,
  functionMemorySize: handedOn,
  functionTimeoutSeconds: handedOn,
  functionReservedConcurrency: handedOn,
  functionEnvironment: handedOn,
  globalEndpoint: handedOn,
  workflowDefinition: handedOn,
  domainName: text.optional(),
  hostedZoneId: handedOn,
  privateZone: flag.optional(),
  recordLabel: z
    .string('give one label of a host name')
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'give one label of a host name: lower-case letters, digits, hyphens')
    .optional(),
  primaryCertificateArn: arn('acm').optional(),
  secondaryCertificateArn: arn('acm').optional(),
  allowedCidrBlocks: handedOn,
  parameters: z.record(text, z.any(), 'give an object of strings').optional(),
  replicatedSecrets: handedOn,
  excludedSecrets: handedOn,
  secretsDestinations: handedOn,
  secretsTopology: handedOn,
  secretsTrail: handedOn,
  backupRetentionDays: handedOn,
  backupPlanInSecondary: handedOn,
  restoreTesting: handedOn,
  operatorPrincipalArns: handedOn,
  operatorExternalId: handedOn,
  logReplication: flag.optional(),
  regionalDashboards: handedOn,
  alarmThresholds: z.looseObject({}, 'give an object of thresholds').optional(),
  secondarySettings: z
    .strictObject(Object.fromEntries(SETTINGS_OF_SYSTEM.map((name) => [name, handedOn])), 'give an object of settings')
    .optional(),
  alarmEmails: handedOn,
  alarmHttpsEndpoints: handedOn,
} satisfies Record<keyof MultiRegionDRStackProps, z.ZodType>);

/** What stands between users and functions. */
interface FrontDoor {
  readonly hostedZone?: HostedZone;
  readonly certificates?: Certificates;
  readonly loadBalancing?: LoadBalancing;
  readonly routing?: Routing;
}

/**
 * One system in two regions that survives the loss of either: every domain of this library, wired to the others.
 *
 * @throws ConfigurationError, with one line per problem, before anything is written
 */
export class MultiRegionDRStack extends Construct {
  public readonly regions: RegionPair;
  public readonly encryption?: Encryption;
  public readonly networking?: Networking;
  public readonly notifications: Notifications;
  public readonly globalTable: GlobalTable;
  public readonly storage: Storage;
  public readonly aurora?: AuroraGlobalDatabase;
  public readonly compute: Compute;
  public readonly workflow?: Workflow;
  public readonly eventing?: Eventing;
  public readonly hostedZone?: HostedZone;
  public readonly certificates?: Certificates;
  public readonly loadBalancing?: LoadBalancing;
  public readonly routing?: Routing;
  public readonly configuration?: Configuration;
  public readonly secrets?: SecretsReplication;
  public readonly backup?: Backup;
  public readonly monitoring?: Monitoring;
  public readonly identity?: Identity;
  public readonly logReplication?: LogReplication;
  /** What operators' tools need to know. */
  public readonly manifest: Manifest;

  private readonly disabled: ReadonlySet<string>;

  constructor(scope: Construct, id: string, props: MultiRegionDRStackProps) {
    super(scope, id);
    const resumeCreationTraces = pauseCreationTraces();
    try {
      validateProps(this, schema, props);
      this.disabled = new Set(props.disabledDomains);
      this.checkDomains(props);

      this.regions = new RegionPair(this, 'Regions', {
        environmentSuffix: props.environmentSuffix,
        primaryRegion: props.primaryRegion,
        secondaryRegion: props.secondaryRegion,
        protection: props.protection,
        environment: props.environment,
        costCenter: props.costCenter,
        tags: props.tags,
        accountId: props.accountId,
        allowOptInRegions: props.allowOptInRegions,
        primaryProvider: props.primaryProvider,
        secondaryProvider: props.secondaryProvider,
        globalProvider: props.globalProvider,
      });
      const { regions } = this;

      this.encryption = props.primaryKeyArn ? undefined : new Encryption(this, 'Encryption', { regions });
      const keys = {
        primaryKeyArn: props.primaryKeyArn ?? this.encryption?.primary.keyArn ?? '',
        secondaryKeyArn: props.secondaryKeyArn ?? this.encryption?.secondary.keyArn ?? '',
      };
      this.notifications = new Notifications(this, 'Notifications', {
        regions,
        ...keys,
        route53MetricsKeyArn: props.route53MetricsKeyArn ?? this.encryption?.route53Metrics.keyArn,
        emails: props.alarmEmails,
        httpsEndpoints: props.alarmHttpsEndpoints,
      });
      const topics = {
        primaryTopicArn: this.notifications.primary.topicArn,
        secondaryTopicArn: this.notifications.secondary.topicArn,
      };

      this.networking = this.unlessDisabled('networking', () => {
        if (props.primaryNetwork) return undefined;
        return new Networking(this, 'Networking', {
          regions,
          ...keys,
          primaryCidrBlock: props.primaryCidrBlock,
          secondaryCidrBlock: props.secondaryCidrBlock,
          availabilityZoneCount: props.availabilityZoneCount,
          natGateways: props.natGateways,
          interfaceEndpoints: this.interfaceEndpoints(props),
        });
      });
      const primaryNetwork = props.primaryNetwork ?? this.networking?.primary;
      const secondaryNetwork = props.secondaryNetwork ?? this.networking?.secondary;

      this.globalTable = new GlobalTable(this, 'GlobalTable', { regions, ...keys });
      this.storage = new Storage(this, 'Storage', {
        regions,
        ...keys,
        ...topics,
        replication: props.s3Replication,
        replicationTimeControl: props.s3ReplicationTimeControl,
        versioning: props.s3Versioning,
        blockVolumeSizeGib: props.blockVolumeSizeGib,
      });
      if (primaryNetwork && secondaryNetwork) {
        this.aurora = this.unlessDisabled(
          'aurora',
          () =>
            new AuroraGlobalDatabase(this, 'Aurora', {
              regions,
              ...keys,
              primaryNetwork,
              secondaryNetwork,
              engine: props.auroraEngine,
              engineVersion: props.auroraEngineVersion,
              instanceClass: props.auroraInstanceClass,
              primaryInstanceCount: props.auroraPrimaryInstanceCount,
              secondaryInstanceCount: props.auroraSecondaryInstanceCount,
              serverlessMinCapacity: props.auroraServerlessMinCapacity,
              serverlessMaxCapacity: props.auroraServerlessMaxCapacity,
              secondarySettings: settingsNamed(props.secondarySettings, AuroraGlobalDatabase.SETTINGS),
              backupRetentionDays: props.backupRetentionDays,
            }),
        );
      }

      const parameterPrefix = `/app/${regions.environmentSuffix}`;
      const withWorkflow = !this.disabled.has('workflow');
      this.compute = new Compute(this, 'Compute', {
        regions,
        ...keys,
        primaryNetwork,
        secondaryNetwork,
        tableName: this.globalTable.tableName,
        customerIndexName: this.globalTable.customerIndexName,
        primaryBucketName: this.storage.primary.bucketName,
        secondaryBucketName: this.storage.secondary.bucketName,
        primaryStateMachineArn: withWorkflow ? Workflow.stateMachineArn(regions.primary) : undefined,
        secondaryStateMachineArn: withWorkflow ? Workflow.stateMachineArn(regions.secondary) : undefined,
        parameterPrefix: this.disabled.has('configuration') ? undefined : parameterPrefix,
        databaseEndpoint: this.aurora?.writerEndpoint,
        databasePort: this.aurora?.port,
        primaryReaderEndpoint: this.aurora?.primary.readerEndpoint,
        secondaryReaderEndpoint: this.aurora?.secondary.readerEndpoint,
        databaseSecretName: this.aurora?.secretName,
        processorCode: props.processorCode,
        healthCode: props.healthCode,
        handler: props.functionHandler,
        runtime: props.functionRuntime,
        healthCritical: props.healthCritical,
        logLevel: props.functionLogLevel,
        primaryProcessorImageUri: props.primaryProcessorImageUri,
        secondaryProcessorImageUri: props.secondaryProcessorImageUri,
        memorySize: props.functionMemorySize,
        timeoutSeconds: props.functionTimeoutSeconds,
        reservedConcurrency: props.functionReservedConcurrency,
        secondarySettings: settingsNamed(props.secondarySettings, Compute.SETTINGS),
        environment: props.functionEnvironment,
      });
      const processors = {
        primaryFunctionArn: this.compute.primary.processorArn,
        secondaryFunctionArn: this.compute.secondary.processorArn,
      };
      this.workflow = this.unlessDisabled(
        'workflow',
        () =>
          new Workflow(this, 'Workflow', {
            regions,
            ...keys,
            ...processors,
            definition: props.workflowDefinition,
            // A task waits for a whole invocation, and for the time Lambda takes to start one.
            taskTimeoutSeconds:
              (props.functionTimeoutSeconds ?? DEFAULT_FUNCTION_TIMEOUT_SECONDS) + TASK_MARGIN_SECONDS,
          }),
      );
      this.eventing = this.unlessDisabled(
        'eventing',
        () =>
          new Eventing(this, 'Eventing', {
            regions,
            ...keys,
            ...processors,
            primaryFunctionName: this.compute.primary.processorName,
            secondaryFunctionName: this.compute.secondary.processorName,
            globalEndpoint: props.globalEndpoint,
          }),
      );
      const front: FrontDoor =
        primaryNetwork && secondaryNetwork ? this.buildFrontDoor(props, primaryNetwork, secondaryNetwork) : {};
      this.hostedZone = front.hostedZone;
      this.certificates = front.certificates;
      this.loadBalancing = front.loadBalancing;
      this.routing = front.routing;
      this.configuration = this.unlessDisabled(
        'configuration',
        () =>
          new Configuration(this, 'Configuration', {
            regions,
            ...keys,
            prefix: parameterPrefix,
            ...this.parametersOf(props),
          }),
      );
      this.secrets = this.unlessDisabled(
        'secrets',
        () =>
          new SecretsReplication(this, 'Secrets', {
            regions,
            ...keys,
            ...topics,
            ...this.mappedValues(),
            includedSecrets: props.replicatedSecrets,
            excludedSecrets: props.excludedSecrets,
            nativelyReplicatedSecrets: this.aurora && [this.aurora.secretName],
            destinations: props.secretsDestinations,
            topology: props.secretsTopology,
            createTrail: props.secretsTrail,
          }),
      );
      this.backup = this.unlessDisabled(
        'backup',
        () =>
          new Backup(this, 'Backup', {
            regions,
            ...keys,
            retentionDays: props.backupRetentionDays,
            copyRetentionDays: props.backupRetentionDays,
            planInSecondary: props.backupPlanInSecondary,
            restoreTesting: props.restoreTesting,
          }),
      );
      this.logReplication = props.logReplication
        ? new LogReplication(this, 'LogReplication', {
            regions,
            ...keys,
            primaryLogGroupNames: this.logGroupNames('primary'),
            secondaryLogGroupNames: this.logGroupNames('secondary'),
          })
        : undefined;
      this.monitoring = this.unlessDisabled('monitoring', () => this.buildMonitoring(props, topics));

      this.identity = props.operatorPrincipalArns && this.buildIdentity(props.operatorPrincipalArns, props, keys);

      this.manifest = this.manifestOf(props, keys);
      new ManifestWriter(this, 'Manifest', {
        regions,
        manifest: this.manifest,
        output: props.outputs ?? true,
        file: props.manifestFile ?? `dr-manifest-${regions.environmentSuffix}.json`,
      });
      if (props.outputs ?? true) this.addOutputs();
    } finally {
      resumeCreationTraces();
    }
  }

  /** Host name, zone, certificates, load balancers, health checks and failover records. */
  private buildFrontDoor(
    props: MultiRegionDRStackProps,
    primaryNetwork: RegionalNetwork,
    secondaryNetwork: RegionalNetwork,
  ): FrontDoor {
    if (this.disabled.has('load-balancing')) return {};
    const { regions, compute, storage } = this;
    const domainName = props.domainName ?? `${regions.environmentSuffix}.${UNDELEGATED_DOMAIN}`;
    const recordName = `${props.recordLabel ?? 'app'}.${domainName}`;
    const hostedZone = this.unlessDisabled('routing', () => {
      const createdPrivate = props.privateZone && !props.hostedZoneId;
      return new HostedZone(this, 'HostedZone', {
        regions,
        domainName,
        hostedZoneId: props.hostedZoneId,
        privateZone: props.privateZone,
        primaryVpcId: createdPrivate ? primaryNetwork.vpcId : undefined,
        secondaryVpcId: createdPrivate ? secondaryNetwork.vpcId : undefined,
      });
    });
    const certificates =
      hostedZone?.delegated && !props.primaryCertificateArn
        ? new Certificates(this, 'Certificates', { regions, domainName: recordName, zoneId: hostedZone.zoneId })
        : undefined;
    const loadBalancing = new LoadBalancing(this, 'LoadBalancing', {
      regions,
      primaryNetwork,
      secondaryNetwork,
      primaryProcessorArn: compute.primary.processorArn,
      primaryProcessorName: compute.primary.processorName,
      secondaryProcessorArn: compute.secondary.processorArn,
      secondaryProcessorName: compute.secondary.processorName,
      primaryHealthArn: compute.primary.healthArn,
      primaryHealthName: compute.primary.healthName,
      secondaryHealthArn: compute.secondary.healthArn,
      secondaryHealthName: compute.secondary.healthName,
      primaryCertificateArn: props.primaryCertificateArn ?? certificates?.primary.certificateArn,
      secondaryCertificateArn: props.secondaryCertificateArn ?? certificates?.secondary.certificateArn,
      primaryLogBucketName: storage.primary.logBucketName,
      secondaryLogBucketName: storage.secondary.logBucketName,
      allowedCidrBlocks: props.allowedCidrBlocks,
    });
    const routing = hostedZone && this.buildRouting(hostedZone, loadBalancing, recordName);
    return { hostedZone, certificates, loadBalancing, routing };
  }

  private buildRouting(hostedZone: HostedZone, { primary, secondary }: LoadBalancing, recordName: string): Routing {
    return new Routing(this, 'Routing', {
      regions: this.regions,
      zoneId: hostedZone.zoneId,
      recordName,
      primaryTargetDnsName: primary.dnsName,
      primaryTargetZoneId: primary.zoneId,
      secondaryTargetDnsName: secondary.dnsName,
      secondaryTargetZoneId: secondary.zoneId,
      protocol: primary.protocol,
      port: primary.port,
      alarmTopicArn: this.notifications.route53Metrics.topicArn,
      primaryTopicArn: this.notifications.primary.topicArn,
      secondaryTopicArn: this.notifications.secondary.topicArn,
      writerClusterIdentifier: this.aurora?.primary.clusterIdentifier,
    });
  }

  private buildMonitoring(
    props: MultiRegionDRStackProps,
    topics: { readonly primaryTopicArn: string; readonly secondaryTopicArn: string },
  ): Monitoring {
    const { aurora, backup, eventing, loadBalancing, logReplication, routing, storage, workflow } = this;
    const targetGroups = (half?: RegionalLoadBalancer): string[] | undefined =>
      half && [half.healthTargetGroupArnSuffix, half.processorTargetGroupArnSuffix];
    const measured = storage.replicationMetrics;
    return new Monitoring(this, 'Monitoring', {
      regions: this.regions,
      ...topics,
      ...props.alarmThresholds,
      secondarySettings: settingsNamed(props.secondarySettings, Monitoring.SETTINGS),
      regionalDashboards: props.regionalDashboards,
      route53MetricsTopicArn: this.notifications.route53Metrics.topicArn,
      tableName: this.globalTable.tableName,
      primaryClusterIdentifier: aurora?.primary.clusterIdentifier,
      secondaryClusterIdentifier: aurora?.secondary.clusterIdentifier,
      primaryBucketName: storage.primary.bucketName,
      secondaryBucketName: storage.secondary.bucketName,
      primaryReplicationRuleId: measured ? storage.primary.replicationRuleId : undefined,
      secondaryReplicationRuleId: measured ? storage.secondary.replicationRuleId : undefined,
      primaryFunctionNames: this.functionNames('primary'),
      secondaryFunctionNames: this.functionNames('secondary'),
      functionTimeoutsSeconds: this.functionTimeouts(props),
      primaryStateMachineArn: workflow?.primary.stateMachineArn,
      secondaryStateMachineArn: workflow?.secondary.stateMachineArn,
      primaryLoadBalancerArnSuffix: loadBalancing?.primary.loadBalancerArnSuffix,
      secondaryLoadBalancerArnSuffix: loadBalancing?.secondary.loadBalancerArnSuffix,
      primaryTargetGroupArnSuffixes: targetGroups(loadBalancing?.primary),
      secondaryTargetGroupArnSuffixes: targetGroups(loadBalancing?.secondary),
      primaryDeadLetterQueueNames: this.deadLetterQueues('primary'),
      secondaryDeadLetterQueueNames: this.deadLetterQueues('secondary'),
      primaryVaultName: backup?.primary.vaultName,
      secondaryVaultName: backup?.secondary.vaultName,
      busName: eventing?.busName,
      primaryRuleName: eventing?.primary.ruleName,
      secondaryRuleName: eventing?.secondary.ruleName,
      healthCheckIds: routing && [
        routing.primaryHealthCheckId,
        routing.secondaryHealthCheckId,
        routing.failoverHealthCheckId,
      ],
      eventHealthCheckId: eventing?.healthCheckId,
      primaryDeliveryStreamNames: logReplication && [logReplication.primary.deliveryStreamName],
      secondaryDeliveryStreamNames: logReplication && [logReplication.secondary.deliveryStreamName],
      logSubscriptions: logReplication !== undefined,
    });
  }

  /** The role of whoever fails over: it may do what docs/runbook.md does, and nothing that destroys. */
  private buildIdentity(
    trustedPrincipalArns: readonly string[],
    props: MultiRegionDRStackProps,
    keys: { readonly primaryKeyArn: string; readonly secondaryKeyArn: string },
  ): Identity {
    const { aurora, backup, configuration, eventing, notifications, routing, storage, workflow } = this;
    return new Identity(this, 'Identity', {
      regions: this.regions,
      ...keys,
      trustedPrincipalArns,
      externalId: props.operatorExternalId,
      globalClusterIdentifier: aurora?.globalClusterId,
      primaryClusterArn: aurora?.primary.clusterArn,
      secondaryClusterArn: aurora?.secondary.clusterArn,
      tableName: this.globalTable.tableName,
      primaryBucketName: storage.primary.bucketName,
      secondaryBucketName: storage.secondary.bucketName,
      primaryFunctionNames: this.operatedFunctions('primary'),
      secondaryFunctionNames: this.operatedFunctions('secondary'),
      primaryStateMachineArn: workflow?.primary.stateMachineArn,
      secondaryStateMachineArn: workflow?.secondary.stateMachineArn,
      primaryDeadLetterQueueNames: this.allDeadLetterQueues('primary'),
      secondaryDeadLetterQueueNames: this.allDeadLetterQueues('secondary'),
      primaryRetryQueueNames: this.secrets?.primary.retryQueueNames,
      secondaryRetryQueueNames: this.secrets?.secondary?.retryQueueNames,
      busName: eventing?.busName,
      primaryTopicArn: notifications.primary.topicArn,
      secondaryTopicArn: notifications.secondary.topicArn,
      healthCheckIds: routing && [
        routing.primaryHealthCheckId,
        routing.secondaryHealthCheckId,
        routing.failoverHealthCheckId,
        routing.operatorSwitchHealthCheckId,
      ],
      parameterPrefix: configuration?.prefix,
      primaryVaultName: backup?.primary.vaultName,
      secondaryVaultName: backup?.secondary.vaultName,
      backupRoleArn: backup?.roleArn,
    });
  }

  private logGroupNames(role: 'primary' | 'secondary'): string[] {
    const { compute, configuration, workflow } = this;
    return [
      compute[role].processorLogGroupName,
      compute[role].healthLogGroupName,
      ...[workflow?.[role], configuration?.[role]].flatMap((half) => half?.logGroupName ?? []),
      ...(this.secrets?.[role]?.logGroupNames ?? []),
    ];
  }

  /** What an operator may invoke: to hand in an order again, and to replicate what did not arrive. */
  private operatedFunctions(role: 'primary' | 'secondary'): string[] {
    return [
      this.compute[role].processorName,
      ...(this.configuration ? [this.configuration[role].functionName] : []),
      ...(this.secrets?.[role]?.functionNames ?? []),
    ];
  }

  private functionNames(role: 'primary' | 'secondary'): string[] {
    const { processorName, healthName } = this.compute[role];
    return [processorName, healthName, ...(this.configuration ? [this.configuration[role].functionName] : [])];
  }

  /** In the order of `functionNames`. */
  private functionTimeouts(props: MultiRegionDRStackProps): number[] {
    const timeout = props.functionTimeoutSeconds ?? DEFAULT_FUNCTION_TIMEOUT_SECONDS;
    return [timeout, timeout, ...(this.configuration ? [REPLICATOR_TIMEOUT_SECONDS] : [])];
  }

  /** Those without alarms of their own. */
  private deadLetterQueues(role: 'primary' | 'secondary'): string[] {
    return [
      this.compute[role].failureQueueName,
      ...[this.eventing?.[role], this.configuration?.[role]].flatMap((half) => half?.deadLetterQueueName ?? []),
    ];
  }

  private allDeadLetterQueues(role: 'primary' | 'secondary'): string[] {
    return [...this.deadLetterQueues(role), ...(this.secrets?.[role]?.deadLetterQueueNames ?? [])];
  }

  /** The APIs private code calls: those of the functions that are built, and what the user's own code needs. */
  private interfaceEndpoints(props: MultiRegionDRStackProps): string[] {
    const unused = { states: 'workflow', ssm: 'configuration' } as Record<string, string | undefined>;
    const called = Compute.CALLED_SERVICES.filter((service) => !this.disabled.has(unused[service] ?? ''));
    const database = this.disabled.has('aurora') ? [] : ['secretsmanager'];
    return [...new Set([...called, ...database, ...(props.interfaceEndpoints ?? [])])].sort();
  }

  /**
   * First values of the configuration. What belongs to a region is seeded under `regional/`, which is not replicated;
   * should such a value stand in a replicated parameter all the same, it is swapped for its twin on the way.
   */
  private parametersOf(props: MultiRegionDRStackProps): Partial<ConfigurationProps> {
    const regional = (role: 'primary' | 'secondary'): Record<string, string> => ({
      'bucket-name': this.storage[role].bucketName,
      ...(this.loadBalancing && { 'load-balancer-url': urlOf(this.loadBalancing[role]) }),
      ...(this.aurora && { 'database-reader-endpoint': this.aurora[role].readerEndpoint }),
    });
    return {
      parameters: props.parameters ?? { 'payment/limit': DEFAULT_PAYMENT_LIMIT },
      primaryRegionalParameters: regional('primary'),
      secondaryRegionalParameters: regional('secondary'),
      ...this.mappedValues(),
    };
  }

  /** What belongs to a region, and its twin in the other: swapped in parameters and secrets on their way. */
  private mappedValues(): Pick<ConfigurationProps, 'primaryMappedValues' | 'secondaryMappedValues'> {
    const twins = [
      [this.storage.primary.bucketName, this.storage.secondary.bucketName],
      ...(this.loadBalancing ? [[this.loadBalancing.primary.dnsName, this.loadBalancing.secondary.dnsName]] : []),
      ...(this.aurora ? [[this.aurora.primary.readerEndpoint, this.aurora.secondary.readerEndpoint]] : []),
      ...(this.workflow ? [[this.workflow.primary.stateMachineArn, this.workflow.secondary.stateMachineArn]] : []),
    ];
    return {
      primaryMappedValues: twins.map(([value]) => value),
      secondaryMappedValues: twins.map(([, value]) => value),
    };
  }

  private manifestOf(
    props: MultiRegionDRStackProps,
    keys: { primaryKeyArn: string; secondaryKeyArn: string },
  ): Manifest {
    const { aurora, backup, compute, configuration, eventing, globalTable, loadBalancing, monitoring, regions } = this;
    const { hostedZone, notifications, routing, secrets, storage, workflow } = this;
    const halves = <T>(of: (role: 'primary' | 'secondary') => T): Halves<T> => ({
      primary: of('primary'),
      secondary: of('secondary'),
    });
    return {
      version: MANIFEST_VERSION,
      environmentSuffix: regions.environmentSuffix,
      accountId: regions.primary.accountId,
      protection: regions.protection.profile,
      regions: halves((role) => regions[role].name),
      objectives: { rtoMinutes: props.rtoMinutes ?? 15, rpoMinutes: props.rpoMinutes ?? 5 },
      keyArns: { primary: keys.primaryKeyArn, secondary: keys.secondaryKeyArn },
      topicArns: halves((role) => notifications[role].topicArn),
      vpcIds: this.networking && halves((role) => this.networking?.[role].vpcId ?? ''),
      table: { name: globalTable.tableName, customerIndex: globalTable.customerIndexName },
      buckets: halves((role) => storage[role].bucketName),
      functions: halves((role) => ({
        transactionProcessor: compute[role].processorName,
        health: compute[role].healthName,
      })),
      deadLetterQueues: halves((role) => this.allDeadLetterQueues(role)),
      stateMachineArns: workflow && halves((role) => workflow[role].stateMachineArn),
      aurora: aurora && {
        globalClusterId: aurora.globalClusterId,
        writerEndpoint: aurora.writerEndpoint,
        port: aurora.port,
        databaseName: aurora.databaseName,
        secretName: aurora.secretName,
        clusters: halves((role) => ({
          id: aurora[role].clusterIdentifier,
          arn: aurora[role].clusterArn,
          readerEndpoint: aurora[role].readerEndpoint,
        })),
      },
      loadBalancers:
        loadBalancing && halves((role) => ({ dnsName: loadBalancing[role].dnsName, url: urlOf(loadBalancing[role]) })),
      routing: routing &&
        hostedZone && {
          hostName: routing.recordFqdn,
          zoneId: hostedZone.zoneId,
          nameServers: hostedZone.nameServers.length > 0 ? [...hostedZone.nameServers] : undefined,
          delegated: hostedZone.delegated,
          healthChecks: {
            primary: routing.primaryHealthCheckId,
            secondary: routing.secondaryHealthCheckId,
            failover: routing.failoverHealthCheckId,
            operatorSwitch: routing.operatorSwitchHealthCheckId,
            writerGate: routing.writerGateHealthCheckId,
          },
          operatorSwitch: {
            namespace: routing.operatorSwitch.namespace,
            metricName: routing.operatorSwitch.metricName,
            dimensions: { [routing.operatorSwitch.dimensionName]: routing.operatorSwitch.dimensionValue },
          },
        },
      events: eventing && {
        busName: eventing.busName,
        endpointId: eventing.endpointId,
        endpointUrl: eventing.endpointUrl,
      },
      parameters: configuration && {
        prefix: configuration.prefix,
        replicators: halves((role) => configuration[role].functionName),
      },
      secrets: secrets && {
        configuration: secrets.primary.configurationSecretName,
        replicators: halves((role) => [...(secrets[role]?.functionNames ?? [])]),
        retryQueueUrls: halves((role) => [...(secrets[role]?.retryQueueUrls ?? [])]),
        deadLetterQueueUrls: halves((role) => [...(secrets[role]?.deadLetterQueueUrls ?? [])]),
      },
      backup: backup && {
        planId: backup.planId,
        roleArn: backup.roleArn,
        vaults: halves((role) => backup[role].vaultName),
      },
      alarms:
        monitoring &&
        halves((role) => ({
          composite: monitoring[role].compositeAlarmName ?? '',
          dashboard: monitoring[role].dashboardName,
        })),
    };
  }

  /** One output per endpoint, ARN and id, named after what it is and where. */
  private addOutputs(): void {
    const { aurora, backup, compute, configuration, eventing, loadBalancing, monitoring, routing, storage } = this;
    for (const role of ['primary', 'secondary'] as const) {
      const values: Record<string, string | undefined> = {
        region: this.regions[role].name,
        key_arn: this.manifest.keyArns[role],
        topic_arn: this.notifications[role].topicArn,
        vpc_id: this.networking?.[role].vpcId,
        table_arn: this.globalTable[role].tableArn,
        bucket_name: storage[role].bucketName,
        bucket_arn: storage[role].bucketArn,
        log_bucket_name: storage[role].logBucketName,
        transaction_processor_name: compute[role].processorName,
        transaction_processor_arn: compute[role].processorArn,
        health_function_name: compute[role].healthName,
        failure_queue_url: compute[role].failureQueueUrl,
        state_machine_arn: this.workflow?.[role].stateMachineArn,
        aurora_cluster_identifier: aurora?.[role].clusterIdentifier,
        aurora_cluster_arn: aurora?.[role].clusterArn,
        aurora_reader_endpoint: aurora?.[role].readerEndpoint,
        database_secret_arn: aurora?.[role].secretArn,
        event_bus_arn: eventing?.[role].busArn,
        event_dead_letter_queue_url: eventing?.[role].deadLetterQueueUrl,
        load_balancer_dns_name: loadBalancing?.[role].dnsName,
        load_balancer_arn: loadBalancing?.[role].loadBalancerArn,
        load_balancer_url: loadBalancing && urlOf(loadBalancing[role]),
        health_check_id: role === 'primary' ? routing?.primaryHealthCheckId : routing?.secondaryHealthCheckId,
        parameter_replicator_name: configuration?.[role].functionName,
        parameter_dead_letter_queue_url: configuration?.[role].deadLetterQueueUrl,
        secrets_state_machine_arn: this.secrets?.[role]?.stateMachineArn,
        backup_vault_arn: backup?.[role].vaultArn,
        composite_alarm_name: monitoring?.[role].compositeAlarmName,
        dashboard_name: monitoring?.[role].dashboardName,
      };
      for (const [name, value] of Object.entries(values)) this.addOutput(`${role}_${name}`, value);
      this.addOutput(`${role}_secrets_replicator_names`, this.secrets?.[role]?.functionNames);
      this.addOutput(`${role}_secrets_dead_letter_queue_urls`, this.secrets?.[role]?.deadLetterQueueUrls);
    }
    const shared: Record<string, string | undefined> = {
      table_name: this.globalTable.tableName,
      global_cluster_identifier: aurora?.globalClusterId,
      database_writer_endpoint: aurora?.writerEndpoint,
      database_secret_name: aurora?.secretName,
      event_bus_name: eventing?.busName,
      event_endpoint_id: eventing?.endpointId,
      event_endpoint_url: eventing?.endpointUrl,
      host_name: routing?.recordFqdn,
      hosted_zone_id: this.hostedZone?.zoneId,
      failover_health_check_id: routing?.failoverHealthCheckId,
      operator_switch_health_check_id: routing?.operatorSwitchHealthCheckId,
      writer_gate_health_check_id: routing?.writerGateHealthCheckId,
      parameter_prefix: configuration?.prefix,
      backup_plan_id: backup?.planId,
      backup_role_arn: backup?.roleArn,
      volume_id: storage.volumeId,
      operator_role_arn: this.identity?.operatorRoleArn,
    };
    for (const [name, value] of Object.entries(shared)) this.addOutput(name, value);
    const nameServers = this.hostedZone?.nameServers;
    if (nameServers?.length) this.addOutput('name_servers', nameServers);
  }

  private addOutput(name: string, value: string | readonly string[] | undefined): void {
    if (value !== undefined) new TerraformOutput(this, name, { staticId: true, value });
  }

  private unlessDisabled<T>(domain: OptionalDomain, build: () => T): T | undefined {
    return this.disabled.has(domain) ? undefined : build();
  }

  private checkDomains(props: MultiRegionDRStackProps): void {
    const pairs = [
      ['primaryKeyArn', 'secondaryKeyArn'],
      ['primaryNetwork', 'secondaryNetwork'],
      ['primaryCertificateArn', 'secondaryCertificateArn'],
      ['primaryProcessorImageUri', 'secondaryProcessorImageUri'],
    ] as const;
    for (const [primary, secondary] of pairs) {
      if ((props[primary] === undefined) === (props[secondary] === undefined)) continue;
      const missing = props[primary] === undefined ? primary : secondary;
      throw new ConfigurationError(this, {
        prop: missing,
        received: undefined,
        wayOut: `give it too, or leave out ${missing === primary ? secondary : primary}: each region needs its own`,
      });
    }
    for (const [domain, needed] of Object.entries(REQUIRES)) {
      const ownNetwork = needed === 'networking' && props.primaryNetwork !== undefined;
      if (this.disabled.has(domain) || !this.disabled.has(needed) || ownNetwork) continue;
      throw new ConfigurationError(this, {
        prop: 'disabledDomains',
        received: props.disabledDomains,
        wayOut: `add ${domain}, which needs ${needed}${needed === 'networking' ? ', or give primaryNetwork and secondaryNetwork' : ''}`,
      });
    }
  }
}

function urlOf({ protocol, dnsName }: RegionalLoadBalancer): string {
  return `${protocol.toLowerCase()}://${dnsName}`;
}
