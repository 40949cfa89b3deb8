import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { EbsVolume } from '@cdktf/provider-aws/lib/ebs-volume';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketAccelerateConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-accelerate-configuration';
import {
  S3BucketLifecycleConfiguration,
  S3BucketLifecycleConfigurationRule,
} from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketLoggingA } from '@cdktf/provider-aws/lib/s3-bucket-logging';
import { S3BucketNotification } from '@cdktf/provider-aws/lib/s3-bucket-notification';
import { S3BucketReplicationConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-replication-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { checkArnRegion } from '../core/arn-region';
import { backupTag } from '../core/backup-tag';
import { ConfigurationError } from '../core/errors';
import { bothHalves, halfOf, Halves } from '../core/halves';
import { PolicyStatement, ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { secureBucket } from '../core/secure-bucket';
import { arn, flag, instance, integer, oneOf, text, validateProps } from '../core/validation';

/** Props of `Storage`. */
export interface StorageProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** ARN of the KMS key that encrypts what is in the primary region. @default - SSE-S3, and the account's default key for the volume */
  readonly primaryKeyArn?: string;
  /** ARN of the KMS key that encrypts what is in the secondary region. @default - SSE-S3 */
  readonly secondaryKeyArn?: string;
  /** First part of the buckets' names, `{bucketName}-{role}-{suffix}-{account id}`. @default 'dr' */
  readonly bucketName?: string;
  /**
   * `both`, so that what was written in the secondary during an outage returns (rule R-S3-10), or
   * `primaryToSecondary`. @default 'both'
   */
  readonly replication?: string;
  /**
   * Replicates 99.9 % of new objects within 15 minutes and publishes the replication metrics that alarms need
   * (rule R-S3-12). Without it there is no objective and no metric. @default true
   */
  readonly replicationTimeControl?: boolean;
  /**
   * Replicates deletions. With `false` a deletion in one region leaves the object in the other, which protects from
   * accidents and lets the two drift apart (rule R-S3-9). @default true
   */
  readonly deleteMarkerReplication?: boolean;
  /** Replicates only objects whose key starts with this. @default - all objects */
  readonly prefix?: string;
  /** Days after which a version that was replaced or deleted is removed, in both regions (1 to 3650). @default 90 */
  readonly noncurrentVersionExpirationDays?: number;
  /** Days after which objects move to STANDARD_IA, in both regions (30 to 3650). @default - never */
  readonly transitionToInfrequentAccessDays?: number;
  /** A bucket per region for the access logs of the data bucket and of the region's load balancers. @default true */
  readonly accessLogs?: boolean;
  /** Keeps old versions. Replication needs it, so `false` is refused. @default true */
  readonly versioning?: boolean;
  /**
   * Size in GiB (0 to 16384) of an encrypted gp3 volume in the first availability zone of the primary region, for
   * instances of your own. The daily backup copies its snapshot to the secondary region, where the volume is restored
   * from. 0 makes none. @default 8
   */
  readonly blockVolumeSizeGib?: number;
  /** Topic of the primary region that is told of objects it failed to replicate; give both or neither. @default - nobody is told */
  readonly primaryTopicArn?: string;
  /** Topic of the secondary region. @default - nobody is told */
  readonly secondaryTopicArn?: string;
  /** S3 Transfer Acceleration for uploads by distant clients. It does nothing for replication (rule R-S3-17). @default false */
  readonly transferAcceleration?: boolean;
}

/** One region's storage. */
export interface RegionalStorage {
  readonly bucketName: string;
  readonly bucketArn: string;
  /** Host name of the bucket in its own region. */
  readonly bucketRegionalDomainName: string;
  /**
   * Bucket for the access logs of load balancers of this region, under any prefix. It can be written to from the
   * moment this name is known. Nothing when `accessLogs` is false.
   */
  readonly logBucketName?: string;
  /**
   * Id of the replication rule whose source is this bucket: the dimension `RuleId` of its metrics (rule R-CW-4).
   * Nothing when this bucket is not a source.
   */
  readonly replicationRuleId?: string;
}

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
  bucketName: z
    .string('give the first part of the name of a bucket')
    .regex(
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
      'use lower-case letters, digits and hyphens, with neither end a hyphen and without dots',
    )
    .optional(),
  replication: oneOf('both', 'primaryToSecondary').optional(),
  replicationTimeControl: flag.optional(),
  deleteMarkerReplication: flag.optional(),
  prefix: text.max(1024, 'use at most 1024 characters').optional(),
  noncurrentVersionExpirationDays: integer(1, 3650, 'days').optional(),
  transitionToInfrequentAccessDays: integer(30, 3650, 'days').optional(),
  accessLogs: flag.optional(),
  versioning: flag.optional(),
  blockVolumeSizeGib: integer(0, 16384, 'GiB').optional(),
  primaryTopicArn: arn('sns').optional(),
  secondaryTopicArn: arn('sns').optional(),
  transferAcceleration: flag.optional(),
});

/**
 * What S3 tells a topic of replication (rule R-S3-20): an object failed, took over 15 minutes, or is no longer tracked.
 * EventBridge is never told: replication has no event there.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
const REPLICATION_EVENTS = [
  's3:Replication:OperationFailedReplication',
  's3:Replication:OperationMissedThreshold',
  's3:Replication:OperationNotTracked',
];

/** The only value S3 accepts, in minutes (rule R-S3-3). */
const REPLICATION_TIME_MINUTES = 15;

/** Where the log bucket keeps the access logs of the data bucket. */
const SERVER_ACCESS_LOG_PREFIX = 's3/';

/**
 * One bucket per region with replication between them, a bucket per region for access logs, and a block volume that
 * the daily backup carries to the secondary region (rules R-S3-1 to R-S3-21).
 *
 * Code in a region reads and writes the bucket of that region only (rule R-S3-21). Objects that existed before the
 * rule are not replicated: S3 Batch Replication does that once (rule R-S3-11).
 *
 * @throws ConfigurationError for unknown or malformed props, a key without its twin, a key of another region,
 * replication without versioning, and names that AWS would refuse
 */
export class Storage extends Construct {
  public readonly primary: RegionalStorage;
  public readonly secondary: RegionalStorage;
  /** The block volume in the primary region. Nothing when its size is 0. */
  public readonly volumeId?: string;
  /** True when replication publishes metrics, without which alarms on it have no data (rule R-CW-4). */
  public readonly replicationMetrics: boolean;

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    validateProps(this, schema, props);
    if (props.versioning === false) {
      throw new ConfigurationError(this, {
        prop: 'versioning',
        received: false,
        wayOut: 'leave it out: S3 replicates, and keeps to its replication time, between versioned buckets only',
      });
    }
    const { regions } = props;
    const keys = keyHalves(this, regions, props);
    const topics = this.topics(props);

    const buckets = bothHalves(
      regions,
      (region, name) =>
        new RegionalBucket(this, name, {
          ...props,
          region,
          keyArn: halfOf(keys, region),
          topicArn: halfOf(topics, region),
        }),
    );
    const replicate = (source: RegionalBucket, destination: RegionalBucket, name: string): Replication =>
      new Replication(this, name, { ...props, source, destination });
    const forth = replicate(buckets.primary, buckets.secondary, 'PrimaryToSecondary');
    const back =
      props.replication === 'primaryToSecondary'
        ? undefined
        : replicate(buckets.secondary, buckets.primary, 'SecondaryToPrimary');

    this.primary = buckets.primary.outputs(forth.ruleId);
    this.secondary = buckets.secondary.outputs(back?.ruleId);
    this.replicationMetrics = props.replicationTimeControl ?? true;
    this.volumeId = this.blockVolume(props);
  }

  private topics({ regions, primaryTopicArn, secondaryTopicArn }: StorageProps): Halves<string | undefined> {
    if ((primaryTopicArn === undefined) !== (secondaryTopicArn === undefined)) {
      throw new ConfigurationError(this, {
        prop: primaryTopicArn === undefined ? 'primaryTopicArn' : 'secondaryTopicArn',
        received: undefined,
        wayOut: 'give a topic of each region, or of neither: S3 reaches topics of its own region only',
      });
    }
    checkArnRegion(this, 'primaryTopicArn', primaryTopicArn, regions.primary);
    checkArnRegion(this, 'secondaryTopicArn', secondaryTopicArn, regions.secondary);
    return { primary: primaryTopicArn, secondary: secondaryTopicArn };
  }

  private blockVolume({ regions, blockVolumeSizeGib = 8, primaryKeyArn }: StorageProps): string | undefined {
    if (blockVolumeSizeGib === 0) return undefined;
    const { primary, protection } = regions;
    const zones = new DataAwsAvailabilityZones(this, 'Zones', {
      provider: primary.provider,
      // Without this filter a Local Zone that the account opted in to could come first.
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
    });
    return new EbsVolume(this, 'Volume', {
      provider: primary.provider,
      availabilityZone: Fn.element(zones.names, 0),
      size: blockVolumeSizeGib,
      type: 'gp3',
      encrypted: true,
      kmsKeyId: primaryKeyArn,
      finalSnapshot: protection.finalSnapshot,
      tags: { Name: primary.resourceName('volume', 'data'), ...backupTag(regions) },
      // A new zone in the region must not replace a volume that holds data. And the provider sends a change of the final
      // snapshot alone as an empty ModifyVolume, which EC2 refuses: what the volume was created with stays.
      lifecycle: { ignoreChanges: ['availability_zone', 'final_snapshot'] },
    }).id;
  }
}

interface RegionalBucketProps extends StorageProps {
  readonly region: Region;
  readonly topicArn?: string;
  readonly keyArn?: string;
}

/** The data bucket of one region. */
class RegionalBucket extends Construct {
  public readonly region: Region;
  public readonly keyArn?: string;
  public readonly bucket: S3Bucket;
  public readonly versioning: S3BucketVersioningA;
  private readonly logBucketName?: string;

  constructor(scope: Construct, id: string, props: RegionalBucketProps) {
    super(scope, id);
    const { regions, region, keyArn, topicArn, bucketName = 'dr' } = props;
    const { provider } = region;
    this.region = region;
    this.keyArn = keyArn;
    this.bucket = new S3Bucket(this, 'Bucket', {
      provider,
      bucket: region.bucketName(bucketName),
      forceDestroy: regions.protection.forceDestroy,
      tags: backupTag(regions),
    });
    const bucket = this.bucket.id;
    this.versioning = new S3BucketVersioningA(this, 'Versioning', {
      provider,
      bucket,
      versioningConfiguration: { status: 'Enabled' },
    });
    secureBucket(this, region, this.bucket, [], keyArn);
    new S3BucketLifecycleConfiguration(this, 'Lifecycle', {
      provider,
      bucket,
      rule: lifecycleRules(props),
      // Rules on noncurrent versions are refused by a bucket that has none yet.
      dependsOn: [this.versioning],
    });
    if (topicArn) {
      new S3BucketNotification(this, 'Notification', {
        provider,
        bucket,
        topic: [{ topicArn, events: REPLICATION_EVENTS }],
      });
    }
    if (props.accessLogs ?? true) {
      this.logBucketName = logBucket(this, regions, region, bucketName, this.bucket);
      new S3BucketLoggingA(this, 'Logging', {
        provider,
        bucket,
        targetBucket: this.logBucketName,
        targetPrefix: SERVER_ACCESS_LOG_PREFIX,
      });
    }
    if (props.transferAcceleration) {
      new S3BucketAccelerateConfiguration(this, 'Acceleration', { provider, bucket, status: 'Enabled' });
    }
  }

  public outputs(replicationRuleId?: string): RegionalStorage {
    return {
      bucketName: this.bucket.bucket,
      bucketArn: this.bucket.arn,
      bucketRegionalDomainName: this.bucket.bucketRegionalDomainName,
      logBucketName: this.logBucketName,
      replicationRuleId,
    };
  }
}

interface ReplicationProps extends StorageProps {
  readonly source: RegionalBucket;
  readonly destination: RegionalBucket;
}

/** The link from one bucket to the other. */
class Replication extends Construct {
  public readonly ruleId: string;

  constructor(scope: Construct, id: string, props: ReplicationProps) {
    super(scope, id);
    const { source, destination } = props;
    this.ruleId = `${source.region.role}-to-${destination.region.role}`;
    const role = new ServiceRole(this, 'Role', {
      region: source.region,
      name: 's3-replication',
      description: `Replicates objects from ${source.region.name} to ${destination.region.name}`,
      servicePrincipal: 's3.amazonaws.com',
      statements: replicationStatements(source, destination),
      // AWS documents no condition for this trust; one that S3 did not meet would stop replication without an error.
      restrictToAccount: false,
    });
    const timeControl = props.replicationTimeControl ?? true;
    new S3BucketReplicationConfigurationA(this, 'Resource', {
      provider: source.region.provider,
      bucket: source.bucket.id,
      role: role.arn,
      rule: [
        {
          id: this.ruleId,
          status: 'Enabled',
          priority: 1,
          // An empty filter, not an absent one, selects the schema that knows replication time (rule R-S3-2).
          filter: props.prefix === undefined ? {} : { prefix: props.prefix },
          deleteMarkerReplication: { status: (props.deleteMarkerReplication ?? true) ? 'Enabled' : 'Disabled' },
          sourceSelectionCriteria: {
            replicaModifications: { status: 'Enabled' },
            sseKmsEncryptedObjects: destination.keyArn === undefined ? undefined : { status: 'Enabled' },
          },
          destination: {
            bucket: destination.bucket.arn,
            encryptionConfiguration:
              destination.keyArn === undefined ? undefined : { replicaKmsKeyId: destination.keyArn },
            replicationTime: timeControl
              ? { status: 'Enabled', time: { minutes: REPLICATION_TIME_MINUTES } }
              : undefined,
            metrics: timeControl
              ? { status: 'Enabled', eventThreshold: { minutes: REPLICATION_TIME_MINUTES } }
              : undefined,
          },
        },
      ],
      dependsOn: [source.versioning, destination.versioning, role.policy].filter((one) => one !== undefined),
    });
  }
}

/**
 * What S3 needs to replicate, and nothing else (rule R-S3-6).
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 */
function replicationStatements(source: RegionalBucket, destination: RegionalBucket): PolicyStatement[] {
  const statements: PolicyStatement[] = [
    {
      sid: 'ReadSourceConfiguration',
      actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
      resources: [source.bucket.arn],
    },
    {
      sid: 'ReadSourceVersions',
      actions: ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
      resources: [`${source.bucket.arn}/*`],
    },
    {
      sid: 'WriteReplicas',
      actions: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
      resources: [`${destination.bucket.arn}/*`],
    },
  ];
  const throughS3 = ({ region, bucket }: RegionalBucket): PolicyStatement['conditions'] => ({
    StringEquals: { 'kms:ViaService': `s3.${region.name}.amazonaws.com` },
    // With bucket keys the context is the bucket; it is the object for those uploaded with bucket keys turned off.
    StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket.arn, `${bucket.arn}/*`] },
  });
  if (source.keyArn !== undefined && destination.keyArn !== undefined) {
    statements.push(
      {
        sid: 'DecryptSource',
        actions: ['kms:Decrypt'],
        resources: [source.keyArn],
        conditions: throughS3(source),
      },
      {
        sid: 'EncryptReplicas',
        // Bucket keys make S3 decrypt the bucket's key before it encrypts with it.
        actions: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
        resources: [destination.keyArn],
        conditions: throughS3(destination),
      },
    );
  }
  return statements;
}

/** The same rules in both regions: lifecycles do not replicate (rule R-S3-16). */
function lifecycleRules(props: StorageProps): S3BucketLifecycleConfigurationRule[] {
  const everything = { status: 'Enabled', filter: [{ prefix: '' }] };
  const rules: S3BucketLifecycleConfigurationRule[] = [
    {
      id: 'expire-noncurrent-versions',
      ...everything,
      noncurrentVersionExpiration: [{ noncurrentDays: props.noncurrentVersionExpirationDays ?? 90 }],
      expiration: [{ expiredObjectDeleteMarker: true }],
    },
    abortUploads(),
  ];
  if (props.transitionToInfrequentAccessDays !== undefined) {
    rules.push({
      id: 'infrequent-access',
      ...everything,
      transition: [{ days: props.transitionToInfrequentAccessDays, storageClass: 'STANDARD_IA' }],
    });
  }
  return rules;
}

function abortUploads(): S3BucketLifecycleConfigurationRule {
  return {
    id: 'abort-incomplete-uploads',
    status: 'Enabled',
    filter: [{ prefix: '' }],
    abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
  };
}

/**
 * The log bucket of one region (rule R-LB-4). It has no key of ours: neither S3 server access logging nor the access
 * logs of an Application Load Balancer can be delivered to a bucket whose default encryption is SSE-KMS.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 *
 * @returns its name, taken from its policy: a load balancer that names it waits until it may write
 */
function logBucket(
  scope: Construct,
  regions: RegionPair,
  region: Region,
  bucketName: string,
  loggedBucket: S3Bucket,
): string {
  const half = new Construct(scope, 'Logs');
  const { provider } = region;
  const bucket = new S3Bucket(half, 'Bucket', {
    provider,
    bucket: region.bucketName(`${bucketName}-logs`),
    forceDestroy: regions.protection.forceDestroy,
  });
  new S3BucketLifecycleConfiguration(half, 'Lifecycle', {
    provider,
    bucket: bucket.id,
    rule: [
      {
        id: 'expire-logs',
        status: 'Enabled',
        filter: [{ prefix: '' }],
        expiration: [{ days: regions.protection.logRetentionInDays }],
      },
      abortUploads(),
    ],
  });
  return secureBucket(half, region, bucket, logDeliveryStatements(region, bucket, loggedBucket)).bucket;
}

/**
 * Who writes logs: S3 for the data bucket, and the load balancers of this account and region under any prefix. The
 * service principal replaces the account ids that Elastic Load Balancing had per region.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-access-logs.html
 */
function logDeliveryStatements(region: Region, bucket: S3Bucket, loggedBucket: S3Bucket): PolicyStatement[] {
  const loadBalancerLogs = ['', '*/'].map((prefix) => `${bucket.arn}/${prefix}AWSLogs/${region.accountId}/*`);
  const fromLogsService = {
    StringEquals: { 'aws:SourceAccount': region.accountId },
    ArnLike: { 'aws:SourceArn': region.arn('logs', '*') },
  };
  return [
    {
      sid: 'ServerAccessLogs',
      principals: { Service: 'logging.s3.amazonaws.com' },
      actions: ['s3:PutObject'],
      resources: [`${bucket.arn}/${SERVER_ACCESS_LOG_PREFIX}*`],
      conditions: {
        StringEquals: { 'aws:SourceAccount': region.accountId },
        ArnLike: { 'aws:SourceArn': loggedBucket.arn },
      },
    },
    {
      // The account in the path is what restricts it: AWS documents no condition key that this delivery sends.
      sid: 'ApplicationLoadBalancerLogs',
      principals: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
      actions: ['s3:PutObject'],
      resources: loadBalancerLogs,
    },
    {
      sid: 'NetworkLoadBalancerLogs',
      principals: { Service: 'delivery.logs.amazonaws.com' },
      actions: ['s3:PutObject'],
      resources: loadBalancerLogs,
      conditions: {
        ...fromLogsService,
        StringEquals: { ...fromLogsService.StringEquals, 's3:x-amz-acl': 'bucket-owner-full-control' },
      },
    },
    {
      sid: 'NetworkLoadBalancerAclCheck',
      principals: { Service: 'delivery.logs.amazonaws.com' },
      actions: ['s3:GetBucketAcl'],
      resources: [bucket.arn],
      conditions: fromLogsService,
    },
  ];
}
