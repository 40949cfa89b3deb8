import { Storage, StorageProps } from '../../lib/constructs/storage';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, referencesIn, synth, Synthesized, SynthesizedResource } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const KEYS = {
  primaryKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/p',
  secondaryKeyArn: 'arn:aws:kms:us-east-2:111122223333:key/s',
};

const REGIONS = ['us-east-1', 'us-east-2'];

function storage(props: Partial<StorageProps> = {}, pair = {}): Synthesized {
  return synth((scope, regions) => new Storage(scope, 'Storage', { regions, ...props }), pair);
}

function outputs(props: Partial<StorageProps> = {}): Storage {
  let built: Storage | undefined;
  synth((scope, regions) => {
    built = new Storage(scope, 'Storage', { regions, ...props });
  });
  return built as Storage;
}

/** The data bucket, or the log bucket, of a region. */
function bucketOf(synthesized: Synthesized, region: string, logs = false): SynthesizedResource {
  const found = synthesized
    .resources('aws_s3_bucket', region)
    .filter(({ body }) => /-logs-/.test(body.bucket) === logs);
  expect(found).toHaveLength(1);
  return found[0];
}

/** The only configuration of a type that belongs to a bucket. */
function partOf(synthesized: Synthesized, type: string, bucket: SynthesizedResource): SynthesizedResource {
  const found = synthesized.resources(type).filter(({ body }) => referencesIn(body.bucket).includes(bucket.address));
  expect(found).toHaveLength(1);
  return found[0];
}

function statements(policy: SynthesizedResource): Json {
  return Object.fromEntries(JSON.parse(policy.body.policy).Statement.map((s: Json) => [s.Sid, s]));
}

describe('Storage', () => {
  const synthesized = storage();
  const encrypted = storage(KEYS);

  test('builds one bucket and one log bucket per region, with names unique in the world (R-S3-13)', () => {
    for (const region of REGIONS) {
      const role = region === 'us-east-1' ? 'primary' : 'secondary';
      for (const [logs, name] of [
        [false, 'dr'],
        [true, 'dr-logs'],
      ] as const) {
        const { body } = bucketOf(synthesized, region, logs);
        expect(body.bucket).toMatch(
          new RegExp(`^${name}-${role}-dev-\\$\\{data\\.aws_caller_identity\\.[^.]+\\.account_id\\}$`),
        );
      }
    }
  });

  test('gives a bucket to the backup, and its logs not (R-BKP-4)', () => {
    for (const region of REGIONS) {
      expect(bucketOf(synthesized, region).body.tags).toEqual({ Backup: 'daily-dev' });
      expect(bucketOf(synthesized, region, true).body.tags).toBeUndefined();
    }
  });

  test('empties all buckets on destroy when disposable, and none when protected (R-S3-18, R-DEL-4, R-DEL-17)', () => {
    const forced = (s: Synthesized): boolean[] => s.resources('aws_s3_bucket').map(({ body }) => body.force_destroy);
    expect(forced(synthesized)).toEqual([true, true, true, true]);
    expect(forced(storage({}, { protection: 'protected' }))).toEqual([false, false, false, false]);
  });

  test.each(REGIONS)('versions the bucket of %s, before it is replicated either way (R-S3-1)', (region) => {
    const versioning = partOf(synthesized, 'aws_s3_bucket_versioning', bucketOf(synthesized, region));
    expect(versioning.body.versioning_configuration).toEqual({ status: 'Enabled' });
    const replications = synthesized.resources('aws_s3_bucket_replication_configuration');
    expect(replications).toHaveLength(2);
    for (const { body } of replications) expect(body.depends_on).toContain(versioning.address);
  });

  test('waits for the permissions of the role before it replicates', () => {
    for (const replication of synthesized.resources('aws_s3_bucket_replication_configuration')) {
      const role = synthesized.target(replication.body.role);
      const policy = synthesized
        .resources('aws_iam_role_policy')
        .find(({ body }) => synthesized.target(body.role) === role);
      expect(replication.body.depends_on).toContain(policy?.address);
    }
  });

  test('uses the V2 schema with an explicit decision on delete markers (R-S3-2, R-S3-9)', () => {
    for (const { body } of synthesized.resources('aws_s3_bucket_replication_configuration')) {
      const [rule] = body.rule;
      expect(rule).toMatchObject({
        filter: {},
        priority: 1,
        status: 'Enabled',
        delete_marker_replication: { status: 'Enabled' },
      });
      expect(rule).not.toHaveProperty('prefix');
    }
    const kept = storage({ deleteMarkerReplication: false, prefix: 'orders/' });
    for (const { body } of kept.resources('aws_s3_bucket_replication_configuration')) {
      expect(body.rule[0]).toMatchObject({
        filter: { prefix: 'orders/' },
        delete_marker_replication: { status: 'Disabled' },
      });
    }
  });

  test('has replication time and metrics of 15 minutes together, or neither (R-S3-3, R-S3-12)', () => {
    for (const { body } of synthesized.resources('aws_s3_bucket_replication_configuration')) {
      expect(body.rule[0].destination).toMatchObject({
        replication_time: { status: 'Enabled', time: { minutes: 15 } },
        metrics: { status: 'Enabled', event_threshold: { minutes: 15 } },
      });
    }
    const plain = storage({ replicationTimeControl: false });
    for (const { body } of plain.resources('aws_s3_bucket_replication_configuration')) {
      expect(Object.keys(body.rule[0].destination)).toEqual(['bucket']);
    }
  });

  test('re-encrypts with the key of the destination region, bucket keys on (R-S3-4, R-S3-5, R-KMS-1)', () => {
    for (const [region, own, other] of [
      ['us-east-1', KEYS.primaryKeyArn, KEYS.secondaryKeyArn],
      ['us-east-2', KEYS.secondaryKeyArn, KEYS.primaryKeyArn],
    ]) {
      const bucket = bucketOf(encrypted, region);
      expect(partOf(encrypted, 'aws_s3_bucket_server_side_encryption_configuration', bucket).body.rule).toEqual([
        {
          apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms', kms_master_key_id: own },
          bucket_key_enabled: true,
        },
      ]);
      const [rule] = partOf(encrypted, 'aws_s3_bucket_replication_configuration', bucket).body.rule;
      expect(rule.destination.encryption_configuration).toEqual({ replica_kms_key_id: other });
      expect(rule.source_selection_criteria.sse_kms_encrypted_objects).toEqual({ status: 'Enabled' });
    }
  });

  test('uses SSE-S3 without keys, and says nothing of keys in the rule (R-S3-4, R-S3-5)', () => {
    for (const { body } of synthesized.resources('aws_s3_bucket_server_side_encryption_configuration')) {
      expect(body.rule).toEqual([{ apply_server_side_encryption_by_default: { sse_algorithm: 'AES256' } }]);
    }
    for (const { body } of synthesized.resources('aws_s3_bucket_replication_configuration')) {
      expect(body.rule[0].destination).not.toHaveProperty('encryption_configuration');
      expect(body.rule[0].source_selection_criteria).not.toHaveProperty('sse_kms_encrypted_objects');
    }
    expect(JSON.stringify(synthesized.json.resource)).not.toContain('kms:');
  });

  test.each([
    ['us-east-1', 'us-east-2', KEYS.primaryKeyArn, KEYS.secondaryKeyArn],
    ['us-east-2', 'us-east-1', KEYS.secondaryKeyArn, KEYS.primaryKeyArn],
  ])('replicates from %s to %s with exactly the rights it needs (R-S3-6)', (from, to, sourceKey, destinationKey) => {
    const arnOf = (region: string): string => `\${${bucketOf(encrypted, region).address}.arn}`;
    const replication = partOf(encrypted, 'aws_s3_bucket_replication_configuration', bucketOf(encrypted, from));
    const role = encrypted.target(replication.body.role);
    expect(JSON.parse(role.body.assume_role_policy).Statement).toEqual([
      { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: ['sts:AssumeRole'] },
    ]);
    const policy = encrypted
      .resources('aws_iam_role_policy')
      .find(({ body }) => encrypted.target(body.role) === role) as SynthesizedResource;
    const conditions = (region: string): Json => ({
      StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': [arnOf(region), `${arnOf(region)}/*`] },
    });
    expect(JSON.parse(policy.body.policy).Statement).toEqual([
      {
        Sid: 'ReadSourceConfiguration',
        Effect: 'Allow',
        Action: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
        Resource: [arnOf(from)],
      },
      {
        Sid: 'ReadSourceVersions',
        Effect: 'Allow',
        Action: ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
        Resource: [`${arnOf(from)}/*`],
      },
      {
        Sid: 'WriteReplicas',
        Effect: 'Allow',
        Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
        Resource: [`${arnOf(to)}/*`],
      },
      {
        Sid: 'DecryptSource',
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: [sourceKey],
        Condition: conditions(from),
      },
      {
        Sid: 'EncryptReplicas',
        Effect: 'Allow',
        Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
        Resource: [destinationKey],
        Condition: conditions(to),
      },
    ]);
    expect(encrypted.target(replication.body.rule[0].destination.bucket)).toBe(bucketOf(encrypted, to));
  });

  test('has one replication per source and no deprecated argument of the bucket itself (R-S3-8)', () => {
    for (const region of REGIONS) {
      partOf(synthesized, 'aws_s3_bucket_replication_configuration', bucketOf(synthesized, region));
    }
    for (const { body } of synthesized.resources('aws_s3_bucket')) {
      expect(Object.keys(body).filter((key) => !['//', 'tags'].includes(key))).toEqual([
        'bucket',
        'force_destroy',
        'provider',
      ]);
    }
  });

  test('brings changes of replicas back, so that a failback loses nothing (R-S3-10)', () => {
    const rules = synthesized
      .resources('aws_s3_bucket_replication_configuration')
      .map(({ region, body }) => [region, body.rule[0].source_selection_criteria.replica_modifications]);
    expect(rules).toEqual([
      ['us-east-1', { status: 'Enabled' }],
      ['us-east-2', { status: 'Enabled' }],
    ]);
  });

  test('replicates one way when told to', () => {
    const oneWay = storage({ ...KEYS, replication: 'primaryToSecondary' });
    expect(oneWay.only('aws_s3_bucket_replication_configuration').region).toBe('us-east-1');
    expect(oneWay.resources('aws_iam_role')).toHaveLength(1);
  });

  test('does not ask for replication of existing objects (R-S3-11)', () => {
    for (const { body } of synthesized.resources('aws_s3_bucket_replication_configuration')) {
      expect(body.rule[0]).not.toHaveProperty('existing_object_replication');
    }
  });

  test('locks every bucket, the log buckets too (R-S3-14)', () => {
    for (const bucket of synthesized.resources('aws_s3_bucket')) {
      expect(partOf(synthesized, 'aws_s3_bucket_public_access_block', bucket).body).toMatchObject({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      });
      expect(partOf(synthesized, 'aws_s3_bucket_ownership_controls', bucket).body.rule).toEqual({
        object_ownership: 'BucketOwnerEnforced',
      });
      partOf(synthesized, 'aws_s3_bucket_server_side_encryption_configuration', bucket);
      const arn = `\${${bucket.address}.arn}`;
      expect(statements(partOf(synthesized, 'aws_s3_bucket_policy', bucket)).TlsOnly).toEqual({
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: ['s3:*'],
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });

  test('denies nothing but plain text, so that replicas are accepted (R-S3-19)', () => {
    for (const policy of encrypted.resources('aws_s3_bucket_policy')) {
      const denied = Object.values<Json>(statements(policy)).filter(({ Effect }) => Effect === 'Deny');
      expect(denied.map(({ Sid }) => Sid)).toEqual(['TlsOnly']);
    }
  });

  test('configures each bucket through the provider of its region (R-S3-15)', () => {
    const parts = encrypted.all.filter(({ type, body }) => type.startsWith('aws_s3_bucket_') && body.bucket);
    expect(parts.length).toBeGreaterThan(20);
    for (const part of parts) expect(encrypted.target(part.body.bucket).region).toBe(part.region);
  });

  test('ages both data buckets by the same rules, each with exactly one filter (R-S3-16)', () => {
    const tiered = storage({ noncurrentVersionExpirationDays: 30, transitionToInfrequentAccessDays: 45 });
    const [first, second] = REGIONS.map(
      (region) => partOf(tiered, 'aws_s3_bucket_lifecycle_configuration', bucketOf(tiered, region)).body.rule,
    );
    expect(first).toEqual(second);
    expect(first).toEqual([
      {
        id: 'expire-noncurrent-versions',
        status: 'Enabled',
        filter: [{ prefix: '' }],
        noncurrent_version_expiration: [{ noncurrent_days: 30 }],
        expiration: [{ expired_object_delete_marker: true }],
      },
      {
        id: 'abort-incomplete-uploads',
        status: 'Enabled',
        filter: [{ prefix: '' }],
        abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
      },
      {
        id: 'infrequent-access',
        status: 'Enabled',
        filter: [{ prefix: '' }],
        transition: [{ days: 45, storage_class: 'STANDARD_IA' }],
      },
    ]);
    for (const { body } of synthesized.resources('aws_s3_bucket_lifecycle_configuration')) {
      for (const rule of body.rule) expect([rule.filter.length, rule.prefix]).toEqual([1, undefined]);
    }
  });

  test('accelerates uploads only when told to, under names without dots (R-S3-17)', () => {
    expect(synthesized.resources('aws_s3_bucket_accelerate_configuration')).toEqual([]);
    const fast = storage({ transferAcceleration: true }, { accountId: '111122223333' });
    const accelerated = fast.resources('aws_s3_bucket_accelerate_configuration');
    expect(accelerated.map(({ region, body }) => [region, body.status])).toEqual([
      ['us-east-1', 'Enabled'],
      ['us-east-2', 'Enabled'],
    ]);
    for (const { body } of accelerated) expect(fast.target(body.bucket).body.bucket).not.toContain('.');
  });

  test('tells the topic of its own region what failed to replicate (R-S3-20)', () => {
    const topicArn = (region: string): string => `arn:aws:sns:${region}:123456789012:alerts`;
    const told = synth(
      (scope, regions) =>
        new Storage(scope, 'S', {
          regions,
          primaryTopicArn: topicArn('us-east-1'),
          secondaryTopicArn: topicArn('us-east-2'),
        }),
    );
    for (const region of REGIONS) {
      expect(partOf(told, 'aws_s3_bucket_notification', bucketOf(told, region)).body.topic).toEqual([
        {
          topic_arn: topicArn(region),
          events: expect.arrayContaining([
            's3:Replication:OperationFailedReplication',
            's3:Replication:OperationMissedThreshold',
          ]),
        },
      ]);
    }
    expect(synthesized.resources('aws_s3_bucket_notification')).toEqual([]);
  });

  test('fails on the topic of one region only, and on a topic of the other', () => {
    const primaryTopicArn = 'arn:aws:sns:us-east-2:123456789012:alerts';
    expect(errorOf((scope, regions) => new Storage(scope, 'S', { regions, primaryTopicArn }))).toBe(
      'test/S: secondaryTopicArn is missing; give a topic of each region, or of neither: S3 reaches topics of its own region only',
    );
    expect(
      errorOf((scope, regions) => new Storage(scope, 'S', { regions, secondaryTopicArn: primaryTopicArn })),
    ).toContain('primaryTopicArn is missing');
    expect(
      errorOf(
        (scope, regions) => new Storage(scope, 'S', { regions, primaryTopicArn, secondaryTopicArn: primaryTopicArn }),
      ),
    ).toContain(`primaryTopicArn is "${primaryTopicArn}"; give the ARN of one in us-east-1`);
  });

  test('hands each region the name of its own bucket (R-S3-21) and of the rule its metrics carry (R-CW-4)', () => {
    const built = outputs();
    expect(built.primary.replicationRuleId).toBe('primary-to-secondary');
    expect(built.secondary.replicationRuleId).toBe('secondary-to-primary');
    expect(built.replicationMetrics).toBe(true);
    for (const { body } of synthesized.resources('aws_s3_bucket_replication_configuration')) {
      expect(body.rule[0].id).toBe(
        body.provider === 'aws.primary' ? built.primary.replicationRuleId : built.secondary.replicationRuleId,
      );
    }
    expect(outputs({ replication: 'primaryToSecondary' }).secondary.replicationRuleId).toBeUndefined();
    expect(outputs({ replicationTimeControl: false }).replicationMetrics).toBe(false);

    const wired = synth((scope, regions) => {
      const { primary, secondary } = new Storage(scope, 'Storage', { regions });
      scope.addOverride('locals', { primary, secondary });
    });
    for (const [half, region] of [
      ['primary', 'us-east-1'],
      ['secondary', 'us-east-2'],
    ]) {
      const { bucketName, bucketArn, bucketRegionalDomainName, logBucketName } = wired.json.locals[half];
      for (const value of [bucketName, bucketArn, bucketRegionalDomainName]) {
        expect(wired.target(value)).toBe(bucketOf(wired, region));
      }
      const policy = wired.target(logBucketName);
      expect(policy.type).toBe('aws_s3_bucket_policy');
      expect(wired.target(policy.body.bucket)).toBe(bucketOf(wired, region, true));
    }
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(encrypted)).toEqual([]);
    expect(foreignReferences(encrypted)).toEqual([]);
  });

  describe('log bucket', () => {
    test.each(REGIONS)('of %s takes the logs of S3 and of the load balancers of that region (R-LB-4)', (region) => {
      const logs = bucketOf(encrypted, region, true);
      const arn = `\${${logs.address}.arn}`;
      const policy = statements(partOf(encrypted, 'aws_s3_bucket_policy', logs));
      const account = policy.ServerAccessLogs.Condition.StringEquals['aws:SourceAccount'];
      expect(account).toMatch(/^\$\{data\.aws_caller_identity\./);
      const underAnyPrefix = [`${arn}/AWSLogs/${account}/*`, `${arn}/*/AWSLogs/${account}/*`];

      expect(policy.ServerAccessLogs).toMatchObject({
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: ['s3:PutObject'],
        Resource: [`${arn}/s3/*`],
        Condition: { ArnLike: { 'aws:SourceArn': `\${${bucketOf(encrypted, region).address}.arn}` } },
      });
      expect(policy.ApplicationLoadBalancerLogs).toEqual({
        Sid: 'ApplicationLoadBalancerLogs',
        Effect: 'Allow',
        Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
        Action: ['s3:PutObject'],
        Resource: underAnyPrefix,
      });
      const fromLogsService = {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': `arn:aws:logs:${region}:${account}:*` },
      };
      expect(policy.NetworkLoadBalancerLogs).toMatchObject({
        Principal: { Service: 'delivery.logs.amazonaws.com' },
        Action: ['s3:PutObject'],
        Resource: underAnyPrefix,
        Condition: {
          ...fromLogsService,
          StringEquals: { 'aws:SourceAccount': account, 's3:x-amz-acl': 'bucket-owner-full-control' },
        },
      });
      expect(policy.NetworkLoadBalancerAclCheck).toMatchObject({
        Action: ['s3:GetBucketAcl'],
        Resource: [arn],
        Condition: fromLogsService,
      });
    });

    test('has SSE-S3 whatever the keys, or logs would not be delivered (R-LB-4)', () => {
      for (const region of REGIONS) {
        const logs = bucketOf(encrypted, region, true);
        expect(partOf(encrypted, 'aws_s3_bucket_server_side_encryption_configuration', logs).body.rule).toEqual([
          { apply_server_side_encryption_by_default: { sse_algorithm: 'AES256' } },
        ]);
      }
    });

    test('keeps logs as long as the profile keeps logs (R-DEL-17)', () => {
      const days = (s: Synthesized): number[] =>
        REGIONS.map(
          (region) =>
            partOf(s, 'aws_s3_bucket_lifecycle_configuration', bucketOf(s, region, true)).body.rule[0].expiration[0]
              .days,
        );
      expect(days(synthesized)).toEqual([30, 30]);
      expect(days(storage({}, { protection: 'protected' }))).toEqual([365, 365]);
    });

    test('receives the access logs of the data bucket once S3 may write them', () => {
      for (const region of REGIONS) {
        const logging = partOf(synthesized, 'aws_s3_bucket_logging', bucketOf(synthesized, region));
        expect(logging.body.target_prefix).toBe('s3/');
        expect(synthesized.target(logging.body.target_bucket)).toBe(
          partOf(synthesized, 'aws_s3_bucket_policy', bucketOf(synthesized, region, true)),
        );
      }
    });

    test('is left out when told to', () => {
      const silent = storage({ accessLogs: false });
      expect(silent.resources('aws_s3_bucket')).toHaveLength(2);
      expect(silent.resources('aws_s3_bucket_logging')).toEqual([]);
      expect(outputs({ accessLogs: false }).primary.logBucketName).toBeUndefined();
    });
  });

  describe('block volume', () => {
    test('is one encrypted gp3 volume in the primary, in the backup (R-BKP-4, R-KMS-1)', () => {
      const volume = encrypted.only('aws_ebs_volume');
      expect(volume.region).toBe('us-east-1');
      expect(volume.body).toMatchObject({
        size: 8,
        type: 'gp3',
        encrypted: true,
        kms_key_id: KEYS.primaryKeyArn,
        tags: { Name: 'data-primary-dev', Backup: 'daily-dev' },
      });
      expect(synthesized.only('aws_ebs_volume').body).not.toHaveProperty('kms_key_id');
      expect(outputs().volumeId).toBeDefined();
    });

    test('is in the first availability zone that is no Local Zone, and stays there', () => {
      const { body } = synthesized.only('aws_ebs_volume');
      expect(body.availability_zone).toMatch(/^\$\{element\(data\.aws_availability_zones\.\w+\.names, 0\)\}$/);
      expect(body.lifecycle.ignore_changes).toEqual(['availability_zone', 'final_snapshot']);
      expect(synthesized.target(body.availability_zone).body.filter).toEqual([
        { name: 'opt-in-status', values: ['opt-in-not-required'] },
      ]);
    });

    test('writes a last snapshot when protected (R-DEL-17)', () => {
      expect(synthesized.only('aws_ebs_volume').body.final_snapshot).toBe(false);
      expect(storage({}, { protection: 'protected' }).only('aws_ebs_volume').body.final_snapshot).toBe(true);
    });

    test('is left out at size 0', () => {
      expect(storage({ blockVolumeSizeGib: 0 }).resources('aws_ebs_volume')).toEqual([]);
      expect(outputs({ blockVolumeSizeGib: 0 }).volumeId).toBeUndefined();
    });
  });

  test.each<[object, string]>([
    [{ bucket: 'x' }, 'test/S: bucket is "x"; there is no such prop, remove it or correct its spelling'],
    [
      { versioning: false },
      'test/S: versioning is false; leave it out: S3 replicates, and keeps to its replication time, between versioned buckets only',
    ],
    [{ replication: 'none' }, 'test/S: replication is "none"; use one of "both", "primaryToSecondary"'],
    [{ replicationTimeControl: 15 }, 'test/S: replicationTimeControl is 15; give true or false'],
    [{ deleteMarkerReplication: 'Enabled' }, 'test/S: deleteMarkerReplication is "Enabled"; give true or false'],
    [
      { bucketName: 'my.bucket' },
      'test/S: bucketName is "my.bucket"; use lower-case letters, digits and hyphens, with neither end a hyphen and without dots',
    ],
    [
      { bucketName: 'b'.repeat(40) },
      `test/Regions/Primary: name of the bucket is "${'b'.repeat(40)}-primary-dev"; shorten environmentSuffix or the name by 2: AWS allows 63 characters`,
    ],
    [{ prefix: '' }, 'test/S: prefix is ""; give a string that is not empty'],
    [{ prefix: 'p'.repeat(1025) }, `test/S: prefix is "${'p'.repeat(196)}...; use at most 1024 characters`],
    [
      { noncurrentVersionExpirationDays: 0 },
      'test/S: noncurrentVersionExpirationDays is 0; give a whole number from 1 to 3650 days',
    ],
    [
      { transitionToInfrequentAccessDays: 7 },
      'test/S: transitionToInfrequentAccessDays is 7; give a whole number from 30 to 3650 days',
    ],
    [{ blockVolumeSizeGib: 1.5 }, 'test/S: blockVolumeSizeGib is 1.5; give a whole number from 0 to 16384 GiB'],
    [
      { primaryKeyArn: KEYS.primaryKeyArn },
      'test/S: secondaryKeyArn is missing; give a key of each region, or of neither',
    ],
    [
      { primaryKeyArn: KEYS.secondaryKeyArn, secondaryKeyArn: KEYS.secondaryKeyArn },
      `test/S: primaryKeyArn is "${KEYS.secondaryKeyArn}"; give a key of us-east-1`,
    ],
    [
      { primaryKeyArn: 'alias/x', secondaryKeyArn: KEYS.secondaryKeyArn },
      'test/S: primaryKeyArn is "alias/x"; give the ARN of a resource of this kind (arn:aws:kms:...)',
    ],
    [
      { accessLogs: 'yes', transferAcceleration: 1 },
      'test/S: accessLogs is "yes"; give true or false\ntest/S: transferAcceleration is 1; give true or false',
    ],
  ])('fails on %j', (props, message) => {
    expect(errorOf((scope, regions) => new Storage(scope, 'S', { regions, ...props }))).toBe(message);
  });

  test('fails without regions', () => {
    expect(errorOf((scope) => new Storage(scope, 'S', {} as never))).toBe(
      'test/S: regions is missing; give a RegionPair',
    );
  });
});

terraformTest.each<[string, Partial<StorageProps>, string]>([
  ['by default', KEYS, 'disposable'],
  [
    'one way, without keys, logs, volume and replication time',
    {
      replication: 'primaryToSecondary',
      accessLogs: false,
      blockVolumeSizeGib: 0,
      replicationTimeControl: false,
    },
    'disposable',
  ],
  [
    'with everything, protected',
    {
      ...KEYS,
      transferAcceleration: true,
      transitionToInfrequentAccessDays: 30,
      prefix: 'orders/',
      deleteMarkerReplication: false,
    },
    'protected',
  ],
])(
  'the real AWS provider accepts it %s',
  (_, props, protection) => {
    expect(validate(storage(props, { protection }))).toEqual([]);
  },
  60_000,
);
