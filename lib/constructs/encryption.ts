import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { KmsReplicaKey } from '@cdktf/provider-aws/lib/kms-replica-key';
import { Construct } from 'constructs';
import { z } from 'zod';
import { PolicyStatement, policyDocument } from '../core/iam';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { instance, text, validateProps } from '../core/validation';

/** Props of `Encryption`. */
export interface EncryptionProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Name of the alias, without `alias/` and suffix; the same in every region. @default 'multi-region-dr' */
  readonly aliasName?: string;
  /** Services that use the key on their own behalf, besides those every system needs. @default [] */
  readonly additionalServicePrincipals?: readonly string[];
}

/** One region's key. */
export interface RegionalKey {
  readonly keyArn: string;
  readonly keyId: string;
  /** With `alias/`. */
  readonly aliasName: string;
}

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  aliasName: text.optional(),
  additionalServicePrincipals: z
    .array(z.string().regex(/^[a-z0-9.-]+\.amazonaws\.com$/, 'give service principals such as "sns.amazonaws.com"'))
    .optional(),
});

/**
 * Services that publish to encrypted topics and queues, or deliver to encrypted buckets, without a role of ours. The
 * root statement does not cover service principals, so without these lines an alarm fires and nobody is told
 * (rule R-KMS-4). https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
const SERVICE_PRINCIPALS = [
  'backup.amazonaws.com',
  'cloudwatch.amazonaws.com',
  'events.amazonaws.com',
  's3.amazonaws.com',
  'sns.amazonaws.com',
];

/**
 * One customer-managed multi-Region key with a replica in the other region, so that everything at rest in a region is
 * encrypted with a key of that region and needs nothing of its peer (rules R-KMS-1 to R-KMS-7).
 *
 * Rotation is turned on once, on the primary key, and holds for its replicas. Policies and aliases are not shared
 * between replicas, so each region has its own.
 *
 * @throws ConfigurationError for unknown or malformed props
 */
export class Encryption extends Construct {
  public readonly primary: RegionalKey;
  public readonly secondary: RegionalKey;
  /** The key in us-east-1, for the topic of the Route 53 alarms: one of the two above, or a third replica. */
  public readonly route53Metrics: RegionalKey;

  constructor(scope: Construct, id: string, props: EncryptionProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    const { protection } = regions;
    const aliasName = `alias/${regions.sharedName('kms alias', props.aliasName ?? 'multi-region-dr')}`;
    const principals = [...new Set([...SERVICE_PRINCIPALS, ...(props.additionalServicePrincipals ?? [])])].sort();
    const description = (region: Region): string =>
      `Data at rest of ${regions.environmentSuffix} in ${region.name} (${region.role})`;
    const withAlias = (half: Construct, region: Region, key: { arn: string; keyId: string }): RegionalKey => {
      new KmsAlias(half, 'Alias', { provider: region.provider, name: aliasName, targetKeyId: key.keyId });
      return { keyArn: key.arn, keyId: key.keyId, aliasName };
    };

    const primaryHalf = new Construct(this, 'Primary');
    const primaryKey = new KmsKey(primaryHalf, 'Key', {
      provider: regions.primary.provider,
      description: description(regions.primary),
      multiRegion: true,
      enableKeyRotation: true,
      deletionWindowInDays: protection.keyDeletionWindowInDays,
      policy: keyPolicy(regions.primary, principals),
      tags: { Name: regions.primary.resourceName('kms alias', props.aliasName ?? 'multi-region-dr') },
      lifecycle: { preventDestroy: protection.preventDestroy },
    });
    this.primary = withAlias(primaryHalf, regions.primary, primaryKey);

    const replica = (name: string, region: Region): RegionalKey => {
      const half = new Construct(this, name);
      const key = new KmsReplicaKey(half, 'Key', {
        provider: region.provider,
        description: description(region),
        primaryKeyArn: primaryKey.arn,
        deletionWindowInDays: protection.keyDeletionWindowInDays,
        policy: keyPolicy(region, principals),
        tags: { Name: region.resourceName('kms alias', props.aliasName ?? 'multi-region-dr') },
        lifecycle: { preventDestroy: protection.preventDestroy },
      });
      return withAlias(half, region, key);
    };
    this.secondary = replica('Secondary', regions.secondary);
    this.route53Metrics = this.ofRegion(regions.route53Metrics) ?? replica('Global', regions.route53Metrics);
  }

  private ofRegion(region: Region): RegionalKey | undefined {
    if (region.role === 'primary') return this.primary;
    return region.role === 'secondary' ? this.secondary : undefined;
  }
}

function keyPolicy(region: Region, servicePrincipals: readonly string[]): string {
  const statements: PolicyStatement[] = [
    {
      sid: 'AccountAdministersThroughIam',
      principals: { AWS: `arn:${region.partition}:iam::${region.accountId}:root` },
      actions: ['kms:*'],
      resources: ['*'],
    },
    {
      sid: 'LogGroupsOfThisRegion',
      principals: { Service: `logs.${region.name}.amazonaws.com` },
      actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': region.arn('logs', 'log-group:*') } },
    },
    {
      sid: 'ServicesThatPublish',
      principals: { Service: servicePrincipals },
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
    },
  ];
  return policyDocument(statements);
}
