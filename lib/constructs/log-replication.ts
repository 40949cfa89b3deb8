import { CloudwatchLogDestination } from '@cdktf/provider-aws/lib/cloudwatch-log-destination';
import { CloudwatchLogDestinationPolicy } from '@cdktf/provider-aws/lib/cloudwatch-log-destination-policy';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { CloudwatchLogStream } from '@cdktf/provider-aws/lib/cloudwatch-log-stream';
import { CloudwatchLogSubscriptionFilter } from '@cdktf/provider-aws/lib/cloudwatch-log-subscription-filter';
import { KinesisFirehoseDeliveryStream } from '@cdktf/provider-aws/lib/kinesis-firehose-delivery-stream';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Construct } from 'constructs';
import { z } from 'zod';
import { ConfigurationError } from '../core/errors';
import { bothHalves, halfOf } from '../core/halves';
import { PolicyStatement, policyDocument, ServiceRole } from '../core/iam';
import { keyHalves } from '../core/key-pair';
import { Region } from '../core/region';
import { stableId } from '../core/stable-id';
import { RegionPair } from '../core/region-pair';
import { secureBucket } from '../core/secure-bucket';
import { arn, instance, integer, known, validateProps } from '../core/validation';

/** Props of `LogReplication`. */
export interface LogReplicationProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /**
   * Names of the log groups of the primary region, whose events are copied to the secondary: at least one, of the
   * class STANDARD. A name that is known only at apply is identified by its position: add such names at the end.
   */
  readonly primaryLogGroupNames: readonly string[];
  /** The same in the secondary region, copied to the primary: after a failover these are the ones that matter. */
  readonly secondaryLogGroupNames: readonly string[];
  /** First part of the names of buckets and streams, `{bucketName}-{role}-{suffix}`. @default 'log-copies' */
  readonly bucketName?: string;
  /**
   * Which events are copied, in the syntax of CloudWatch Logs, at most 1,024 characters; empty for all of them.
   * @default ''
   */
  readonly filterPattern?: string;
  /** Seconds a copy may wait in Firehose before it is an object (60 to 900). @default 60 */
  readonly bufferingIntervalSeconds?: number;
  /** Days after which a copy is deleted (1 to 3650). @default - the retention of log groups: 30 when disposable, 365 when protected */
  readonly retentionDays?: number;
  /** Key of the primary region, for the copies that are kept there. @default - SSE-S3, and keys that AWS owns */
  readonly primaryKeyArn?: string;
  /** Key of the secondary region, for the copies that are kept there. @default - SSE-S3, and keys that AWS owns */
  readonly secondaryKeyArn?: string;
}

/** Where one region keeps the copies of the OTHER region's log events. */
export interface RegionalLogArchive {
  /** The bucket with the copies. */
  readonly bucketName: string;
  readonly bucketArn: string;
  /** Firehose stream of this region that receives them. */
  readonly deliveryStreamName: string;
  readonly deliveryStreamArn: string;
  /** Under this prefix, and then the log group's name without its first slash, and year/month/day/hour in UTC. */
  readonly prefix: string;
  /** Log group with the errors of the delivery. */
  readonly errorLogGroupName: string;
}

const BUCKET_NAME = 'log-copies';

const logGroupNames = z
  .array(
    known(
      z
        .string('give the name of a log group, such as "/aws/lambda/orders"')
        .regex(
          /^[A-Za-z0-9_/.#-]{1,512}$/,
          'give the name of a log group, such as "/aws/lambda/orders": letters, digits and _ - / . #, at most 512 characters',
        ),
    ),
    'give a list of names of log groups',
  )
  .min(1, 'give at least one log group: whichever region is lost, its logs are what tells why')
  .superRefine((names, context) =>
    names.forEach((name, index) => {
      if (names.indexOf(name) < index)
        context.addIssue({
          code: 'custom',
          path: [index],
          message: 'remove it: the log group is listed twice, and has room for two subscription filters only',
        });
    }),
  );

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  primaryLogGroupNames: logGroupNames,
  secondaryLogGroupNames: logGroupNames,
  bucketName: z
    .string('give the first part of the name of a bucket')
    .regex(/^[a-z][a-z0-9-]*$/, 'use lower-case letters, digits and hyphens, starting with a letter and without dots')
    .optional(),
  filterPattern: z.string('give a string').max(1024, 'use at most 1024 characters').optional(),
  bufferingIntervalSeconds: integer(60, 900, 'seconds').optional(),
  retentionDays: integer(1, 3650, 'days').optional(),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
});

/** The least that Firehose takes with dynamic partitioning, in MiB. https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html */
const BUFFERING_SIZE_MIB = 64;

/**
 * Reads the log group out of what CloudWatch Logs sends, in jq 1.6. Its test messages have none, and an empty
 * partition key would put them among the errors.
 */
const LOG_GROUP_QUERY =
  '{logGroup:(if (.logGroup // "") == "" then "control-messages" else (.logGroup | ltrimstr("/")) end)}';

/** Days a deleted copy can still be had. */
const NONCURRENT_DAYS = 7;

/**
 * Copies of the log events of each region in the other, so that they can be read while their own region cannot.
 *
 * A log group takes subscription destinations of its own region only. A Logs destination is of its region too, but may
 * lead to a Firehose stream of another one, in the same account. So each region has a destination that leads to the
 * stream of the other region, which writes to a bucket there: what has left a region needs nothing of it any more.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions-Firehose.html
 *
 * **What is lost.** CloudWatch Logs forwards events soon after it has them, "usually less than three minutes"; those of
 * the last minutes before a region is lost may not have left it. It tries for up to 24 hours when the stream does not
 * answer. A stream keeps events for `bufferingIntervalSeconds`, and up to half as long again, before they are an object;
 * in that time they are safe in the surviving region, but cannot be read yet.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html
 * https://docs.aws.amazon.com/firehose/latest/dev/buffering.html
 *
 * Each object is a gzip file with one JSON document per line: `logGroup`, `logStream` and a list `logEvents`. What
 * cannot be processed is kept in the same bucket under `errors/`. Events from before the subscription are not copied.
 *
 * @throws ConfigurationError for malformed props, a log group listed twice, a log group this construct itself writes
 * to, and a key of the wrong region or of one region only
 */
export class LogReplication extends Construct {
  /** In the primary region: copies of the secondary's log events. */
  public readonly primary: RegionalLogArchive;
  /** In the secondary region: copies of the primary's log events. */
  public readonly secondary: RegionalLogArchive;

  constructor(scope: Construct, id: string, props: LogReplicationProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    const keys = keyHalves(this, regions, props);
    const names = { primary: props.primaryLogGroupNames, secondary: props.secondaryLogGroupNames };
    for (const region of regions.both) this.checkRecursion(region, halfOf(names, region), props.bucketName);

    const archives = bothHalves(
      regions,
      (region, name) =>
        new Archive(this, name, {
          ...props,
          region,
          sourceRegionName: regions.peerOf(region).name,
          keyArn: halfOf(keys, region),
        }),
    );
    this.primary = archives.primary;
    this.secondary = archives.secondary;
    bothHalves(
      regions,
      (region, name) =>
        new Subscriptions(this, `${name}Subscriptions`, {
          ...props,
          region,
          logGroupNames: halfOf(names, region),
          archive: halfOf(archives, regions.peerOf(region)),
        }),
    );
  }

  /** A stream whose errors are copied by a stream that fails as well would write them for ever. */
  private checkRecursion(region: Region, names: readonly string[], bucketName = BUCKET_NAME): void {
    const index = names.indexOf(errorLogGroupName(region, bucketName));
    if (index < 0) return;
    throw new ConfigurationError(this, {
      prop: `${region.role}LogGroupNames[${index}]`,
      received: names[index],
      wayOut: 'remove it: it holds the errors of the copying itself, which must not be copied',
    });
  }
}

function errorLogGroupName(region: Region, bucketName: string): string {
  return region.resourceName('log group', `/aws/kinesisfirehose/${bucketName}`);
}

interface ArchiveProps extends LogReplicationProps {
  readonly region: Region;
  /** Whose events it holds: the first part of every key. */
  readonly sourceRegionName: string;
  readonly keyArn?: string;
}

/** Bucket and stream of one region. */
class Archive extends Construct implements RegionalLogArchive {
  public readonly region: Region;
  public readonly keyArn?: string;
  public readonly bucketName: string;
  public readonly bucketArn: string;
  public readonly deliveryStreamName: string;
  public readonly deliveryStreamArn: string;
  public readonly prefix: string;
  public readonly errorLogGroupName: string;

  constructor(scope: Construct, id: string, props: ArchiveProps) {
    super(scope, id);
    const { region, keyArn, bucketName = BUCKET_NAME, bufferingIntervalSeconds = 60 } = props;
    const { provider } = region;
    this.region = region;
    this.keyArn = keyArn;
    this.prefix = `${props.sourceRegionName}/`;
    const bucket = new S3Bucket(this, 'Bucket', {
      provider,
      bucket: region.bucketName(bucketName),
      forceDestroy: props.regions.protection.forceDestroy,
    });
    const bucketPolicy = secureBucket(this, this.region, bucket, [], this.keyArn);
    this.expire(bucket, props.retentionDays ?? props.regions.protection.logRetentionInDays);

    const errors = new CloudwatchLogGroup(this, 'Errors', {
      provider,
      name: errorLogGroupName(region, bucketName),
      retentionInDays: props.regions.protection.logRetentionInDays,
      kmsKeyId: keyArn,
    });
    const errorStream = new CloudwatchLogStream(this, 'ErrorStream', {
      provider,
      name: 'DestinationDelivery',
      logGroupName: errors.name,
    });
    const role = new ServiceRole(this, 'Role', {
      region,
      name: `${bucketName}-delivery`,
      description: `Firehose writes the log events of ${props.sourceRegionName} to ${region.name}`,
      servicePrincipal: 'firehose.amazonaws.com',
      // Firehose sends the account as external id. https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
      restrictToAccount: false,
      trustConditions: { StringEquals: { 'sts:ExternalId': region.accountId } },
      statements: this.deliveryStatements(bucket, errors),
    });
    const stream = new KinesisFirehoseDeliveryStream(this, 'Stream', {
      provider,
      name: region.resourceName('delivery stream', bucketName),
      destination: 'extended_s3',
      serverSideEncryption:
        keyArn === undefined
          ? { enabled: true, keyType: 'AWS_OWNED_CMK' }
          : { enabled: true, keyType: 'CUSTOMER_MANAGED_CMK', keyArn },
      extendedS3Configuration: {
        roleArn: role.arn,
        bucketArn: bucket.arn,
        kmsKeyArn: keyArn,
        compressionFormat: 'GZIP',
        bufferingInterval: bufferingIntervalSeconds,
        bufferingSize: BUFFERING_SIZE_MIB,
        prefix: `${this.prefix}!{partitionKeyFromQuery:logGroup}/!{timestamp:yyyy/MM/dd/HH}/`,
        errorOutputPrefix: `errors/${this.prefix}!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/`,
        dynamicPartitioningConfiguration: { enabled: true },
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: 'Decompression',
              parameters: [{ parameterName: 'CompressionFormat', parameterValue: 'GZIP' }],
            },
            {
              type: 'MetadataExtraction',
              parameters: [
                { parameterName: 'JsonParsingEngine', parameterValue: 'JQ-1.6' },
                { parameterName: 'MetadataExtractionQuery', parameterValue: LOG_GROUP_QUERY },
              ],
            },
            { type: 'AppendDelimiterToRecord' },
          ],
        },
        cloudwatchLoggingOptions: { enabled: true, logGroupName: errors.name, logStreamName: errorStream.name },
      },
      // Firehose tries the bucket when the stream is made.
      dependsOn: [...(role.policy ? [role.policy] : []), bucketPolicy],
    });
    this.bucketName = bucket.bucket;
    this.bucketArn = bucket.arn;
    this.deliveryStreamName = stream.name;
    this.deliveryStreamArn = stream.arn;
    this.errorLogGroupName = errors.name;
  }

  /**
   * https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3, without the permission on
   * ACLs, which the bucket does not have.
   */
  private deliveryStatements(bucket: S3Bucket, errors: CloudwatchLogGroup): PolicyStatement[] {
    const statements: PolicyStatement[] = [
      {
        sid: 'FindBucket',
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [bucket.arn],
      },
      {
        sid: 'WriteCopies',
        actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
        resources: [`${bucket.arn}/*`],
      },
      { sid: 'ReportErrors', actions: ['logs:PutLogEvents'], resources: [`${errors.arn}:log-stream:*`] },
    ];
    if (this.keyArn !== undefined) {
      statements.push({
        sid: 'EncryptCopies',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [this.keyArn],
        conditions: {
          StringEquals: { 'kms:ViaService': `s3.${this.region.name}.amazonaws.com` },
          // The context is the bucket with bucket keys, and the object without.
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket.arn, `${bucket.arn}/*`] },
        },
      });
    }
    return statements;
  }

  private expire(bucket: S3Bucket, retentionDays: number): void {
    const { provider } = this.region;
    const versioning = new S3BucketVersioningA(this, 'Versioning', {
      provider,
      bucket: bucket.id,
      versioningConfiguration: { status: 'Enabled' },
    });
    const everything = { status: 'Enabled', filter: [{ prefix: '' }] };
    new S3BucketLifecycleConfiguration(this, 'Lifecycle', {
      provider,
      bucket: bucket.id,
      rule: [
        {
          id: 'expire-copies',
          ...everything,
          expiration: [{ days: retentionDays }],
          noncurrentVersionExpiration: [{ noncurrentDays: NONCURRENT_DAYS }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
        },
        // S3 does not take it together with a number of days.
        { id: 'remove-delete-markers', ...everything, expiration: [{ expiredObjectDeleteMarker: true }] },
      ],
      // Rules on noncurrent versions are refused by a bucket that has none yet.
      dependsOn: [versioning],
    });
  }
}

interface SubscriptionsProps extends LogReplicationProps {
  readonly region: Region;
  readonly logGroupNames: readonly string[];
  /** Of the other region. */
  readonly archive: Archive;
}

/** The link: what leads from the log groups of one region to the stream of the other. */
class Subscriptions extends Construct {
  constructor(scope: Construct, id: string, props: SubscriptionsProps) {
    super(scope, id);
    const { region, archive, bucketName = BUCKET_NAME } = props;
    const { provider } = region;
    const role = new ServiceRole(this, 'Role', {
      region,
      name: `${bucketName}-sender`,
      description: `CloudWatch Logs sends the log events of ${region.name} to ${archive.region.name}`,
      servicePrincipal: 'logs.amazonaws.com',
      // It says for which log group, which names the account.
      restrictToAccount: false,
      sourceArn: region.arn('logs', '*'),
      statements: sendStatements(archive),
    });
    const destination = new CloudwatchLogDestination(this, 'Destination', {
      provider,
      name: region.resourceName('log destination', bucketName),
      roleArn: role.arn,
      targetArn: archive.deliveryStreamArn,
      // CloudWatch Logs sends a test message through it when it is made.
      dependsOn: role.policy && [role.policy],
    });
    const policy = new CloudwatchLogDestinationPolicy(this, 'DestinationPolicy', {
      provider,
      destinationName: destination.name,
      accessPolicy: policyDocument([
        {
          principals: { AWS: region.accountId },
          actions: ['logs:PutSubscriptionFilter'],
          resources: [destination.arn],
        },
      ]),
    });
    for (const logGroupName of props.logGroupNames) {
      new CloudwatchLogSubscriptionFilter(this, `Filter-${stableId(this, logGroupName)}`, {
        provider,
        name: region.resourceName('subscription filter', bucketName),
        logGroupName,
        filterPattern: props.filterPattern ?? '',
        // Without a role: the destination has one, and CloudWatch Logs refuses a second.
        destinationArn: destination.arn,
        dependsOn: [policy],
      });
    }
  }
}

function sendStatements({ region, keyArn, deliveryStreamArn }: Archive): PolicyStatement[] {
  const statements: PolicyStatement[] = [
    { sid: 'Send', actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'], resources: [deliveryStreamArn] },
  ];
  if (keyArn !== undefined) {
    statements.push({
      // Whoever puts records into a stream with a customer-managed key uses that key.
      sid: 'EncryptOnTheWay',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `firehose.${region.name}.amazonaws.com` } },
    });
  }
  return statements;
}
