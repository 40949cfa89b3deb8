import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { Construct } from 'constructs';
import { PolicyStatement, policyDocument } from './iam';
import { Region } from './region';

/**
 * No public access, no ACLs, encryption at rest, TLS only (rules R-S3-14, R-S3-15). The one denial exempts nobody and stops
 * nobody who uses TLS, the replication role included (rule R-S3-19).
 *
 * @returns the bucket's policy, which whoever writes under it has to wait for
 */
export function secureBucket(
  scope: Construct,
  region: Region,
  bucket: S3Bucket,
  statements: readonly PolicyStatement[],
  keyArn?: string,
): S3BucketPolicy {
  const { provider } = region;
  new S3BucketPublicAccessBlock(scope, 'PublicAccessBlock', {
    provider,
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new S3BucketOwnershipControls(scope, 'OwnershipControls', {
    provider,
    bucket: bucket.id,
    rule: { objectOwnership: 'BucketOwnerEnforced' },
  });
  new S3BucketServerSideEncryptionConfigurationA(scope, 'Encryption', {
    provider,
    bucket: bucket.id,
    rule: [
      keyArn === undefined
        ? { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }
        : {
            applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn },
            bucketKeyEnabled: true,
          },
    ],
  });
  return new S3BucketPolicy(scope, 'Policy', {
    provider,
    bucket: bucket.id,
    policy: policyDocument([
      {
        sid: 'TlsOnly',
        effect: 'Deny',
        principals: { AWS: '*' },
        actions: ['s3:*'],
        resources: [bucket.arn, `${bucket.arn}/*`],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      ...statements,
    ]),
  });
}
