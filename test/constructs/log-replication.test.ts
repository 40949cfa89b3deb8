import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { LogReplication, LogReplicationProps } from '../../lib/constructs/log-replication';
import { RegionPairProps } from '../../lib/core/region-pair';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth, Synthesized } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const GROUPS = {
  primaryLogGroupNames: ['/aws/lambda/orders-primary-dev', '/vpc/flow-logs-primary-dev'],
  secondaryLogGroupNames: ['/aws/lambda/orders-secondary-dev'],
};
const KEYS = {
  primaryKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/mrk-1',
  secondaryKeyArn: 'arn:aws:kms:us-east-2:111122223333:key/mrk-1',
};
const DIRECTIONS: [string, string][] = [
  ['us-east-1', 'us-east-2'],
  ['us-east-2', 'us-east-1'],
];
const ACCOUNT = /^\$\{data\.aws_caller_identity\..*\.account_id\}$/;

function replication(
  props: Partial<LogReplicationProps> = {},
  pair: Partial<RegionPairProps> = {},
): { synthesized: Synthesized; built: LogReplication } {
  let built: LogReplication | undefined;
  const synthesized = synth((scope, regions) => {
    built = new LogReplication(scope, 'Logs', { regions, ...GROUPS, ...props });
  }, pair);
  if (!built) throw new Error('nothing was built');
  return { synthesized, built };
}

function statementsOf(synthesized: Synthesized, region: string, name: string): Json[] {
  const [policy] = synthesized
    .resources('aws_iam_role_policy', region)
    .filter(({ body }) => synthesized.target(body.role).body.name.startsWith(name));
  return JSON.parse(policy.body.policy).Statement;
}

function trustOf(synthesized: Synthesized, region: string, name: string): Json {
  const [role] = synthesized.resources('aws_iam_role', region).filter(({ body }) => body.name.startsWith(name));
  return JSON.parse(role.body.assume_role_policy).Statement[0];
}

describe('LogReplication', () => {
  const { synthesized, built } = replication();
  const encrypted = replication(KEYS).synthesized;
  const streamIn = (region: string, of = synthesized): Json =>
    of.only('aws_kinesis_firehose_delivery_stream', region).body;

  test.each(DIRECTIONS)('leads from the log groups of %s to a stream in %s', (from, to) => {
    const destination = synthesized.only('aws_cloudwatch_log_destination', from);
    expect(synthesized.target(destination.body.target_arn)).toBe(
      synthesized.only('aws_kinesis_firehose_delivery_stream', to),
    );
    const filters = synthesized.resources('aws_cloudwatch_log_subscription_filter', from);
    expect(filters.map(({ body }) => body.log_group_name).sort()).toEqual(
      from === 'us-east-1' ? GROUPS.primaryLogGroupNames : GROUPS.secondaryLogGroupNames,
    );
    for (const { body } of filters) {
      expect(synthesized.target(body.destination_arn)).toBe(destination);
      expect(body.filter_pattern).toBe('');
    }
  });

  test.each(DIRECTIONS)('a subscription of %s has no role of its own and waits until it may be made', (from) => {
    const policy = synthesized.only('aws_cloudwatch_log_destination_policy', from);
    for (const { body } of synthesized.resources('aws_cloudwatch_log_subscription_filter', from)) {
      expect(body.role_arn).toBeUndefined();
      expect(body.depends_on).toEqual([policy.address]);
    }
    const destination = synthesized.only('aws_cloudwatch_log_destination', from);
    const [statement] = JSON.parse(policy.body.access_policy).Statement;
    expect(statement).toMatchObject({ Effect: 'Allow', Action: ['logs:PutSubscriptionFilter'] });
    expect(statement.Principal.AWS).toMatch(ACCOUNT);
    expect(statement.Resource.map((one: string) => synthesized.target(one))).toEqual([destination]);
  });

  test.each(DIRECTIONS)('what has left %s needs nothing of it any more: stream and bucket are in %s', (from, to) => {
    const stream = streamIn(to);
    const s3 = stream.extended_s3_configuration;
    expect(stream.destination).toBe('extended_s3');
    for (const reference of [s3.bucket_arn, s3.role_arn, s3.cloudwatch_logging_options.log_group_name]) {
      expect(synthesized.target(reference).region).toBe(to);
    }
    expect(s3.prefix).toBe(`${from}/!{partitionKeyFromQuery:logGroup}/!{timestamp:yyyy/MM/dd/HH}/`);
    expect(s3.error_output_prefix).toBe(`errors/${from}/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/`);
  });

  test('finds the log group of each record, and leaves the test messages of CloudWatch Logs out of the errors', () => {
    const s3 = streamIn('us-east-2').extended_s3_configuration;
    expect(s3.dynamic_partitioning_configuration).toEqual({ enabled: true });
    expect(s3.processing_configuration).toEqual({
      enabled: true,
      processors: [
        {
          type: 'Decompression',
          parameters: [{ parameter_name: 'CompressionFormat', parameter_value: 'GZIP' }],
        },
        {
          type: 'MetadataExtraction',
          parameters: [
            { parameter_name: 'JsonParsingEngine', parameter_value: 'JQ-1.6' },
            {
              parameter_name: 'MetadataExtractionQuery',
              parameter_value:
                '{logGroup:(if (.logGroup // "") == "" then "control-messages" else (.logGroup | ltrimstr("/")) end)}',
            },
          ],
        },
        { type: 'AppendDelimiterToRecord' },
      ],
    });
  });

  test('keeps events in a stream for a minute, and no less than dynamic partitioning takes', () => {
    expect(streamIn('us-east-1').extended_s3_configuration).toMatchObject({
      buffering_interval: 60,
      buffering_size: 64,
      compression_format: 'GZIP',
    });
    const slow = replication({ bufferingIntervalSeconds: 900 }).synthesized;
    expect(streamIn('us-east-1', slow).extended_s3_configuration.buffering_interval).toBe(900);
  });

  test.each(DIRECTIONS)('CloudWatch Logs of %s may put records into that one stream', (from, to) => {
    const trust = trustOf(synthesized, from, 'log-copies-sender');
    expect(trust.Principal).toEqual({ Service: 'logs.amazonaws.com' });
    expect(trust.Condition.ArnLike['aws:SourceArn']).toMatch(
      new RegExp(`^arn:aws:logs:${from}:\\$\\{data\\.aws_caller_identity\\..*\\.account_id\\}:\\*$`),
    );
    const statements = statementsOf(synthesized, from, 'log-copies-sender');
    expect(statements).toHaveLength(1);
    expect(statements[0].Action).toEqual(['firehose:PutRecord', 'firehose:PutRecordBatch']);
    expect(statements[0].Resource.map((one: string) => synthesized.target(one))).toEqual([
      synthesized.only('aws_kinesis_firehose_delivery_stream', to),
    ]);
    const [policy] = synthesized
      .resources('aws_iam_role_policy', from)
      .filter(({ body }) => synthesized.target(body.role).body.name.startsWith('log-copies-sender'));
    expect(synthesized.only('aws_cloudwatch_log_destination', from).body.depends_on).toEqual([policy.address]);
  });

  test.each(DIRECTIONS)('Firehose writes to its own bucket and reports to its own log group (%s)', (region) => {
    const trust = trustOf(synthesized, region, 'log-copies-delivery');
    expect(trust.Principal).toEqual({ Service: 'firehose.amazonaws.com' });
    expect(trust.Condition.StringEquals['sts:ExternalId']).toMatch(ACCOUNT);
    const bucket = synthesized.only('aws_s3_bucket', region);
    const statements = statementsOf(synthesized, region, 'log-copies-delivery');
    expect(statements.map(({ Sid }) => Sid)).toEqual(['FindBucket', 'WriteCopies', 'ReportErrors']);
    expect(statements.flatMap(({ Resource }) => Resource).map((one: string) => synthesized.target(one))).toEqual([
      bucket,
      bucket,
      synthesized.only('aws_cloudwatch_log_group', region),
    ]);
    expect(JSON.stringify(statements)).not.toContain('s3:Delete');
    const waits = streamIn(region).depends_on.map((address: string) => address.split('.')[0]);
    expect(waits.sort()).toEqual(['aws_iam_role_policy', 'aws_s3_bucket_policy']);
  });

  test.each(DIRECTIONS)('roles are named after their region (%s, R-TF-4)', (region) => {
    const names = synthesized.resources('aws_iam_role').map(({ body }) => body.name);
    expect(new Set(names).size).toBe(4);
    const role = region === 'us-east-1' ? 'primary' : 'secondary';
    expect(names.filter((name) => name.endsWith(`-${role}-dev`))).toHaveLength(2);
  });

  test.each(DIRECTIONS)(
    'the bucket in %s is private, of one owner, versioned and TLS-only (R-S3-14, R-S3-15)',
    (region) => {
      const bucket = synthesized.only('aws_s3_bucket', region);
      for (const type of [
        'aws_s3_bucket_public_access_block',
        'aws_s3_bucket_ownership_controls',
        'aws_s3_bucket_server_side_encryption_configuration',
        'aws_s3_bucket_versioning',
        'aws_s3_bucket_lifecycle_configuration',
        'aws_s3_bucket_policy',
      ]) {
        expect(synthesized.target(synthesized.only(type, region).body.bucket)).toBe(bucket);
      }
      expect(synthesized.only('aws_s3_bucket_public_access_block', region).body).toMatchObject({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      });
      expect(synthesized.only('aws_s3_bucket_ownership_controls', region).body.rule.object_ownership).toBe(
        'BucketOwnerEnforced',
      );
      const [denial] = JSON.parse(synthesized.only('aws_s3_bucket_policy', region).body.policy).Statement;
      expect(denial).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
      expect(bucket.body.bucket).toMatch(/^log-copies-(primary|secondary)-dev-\$\{data\.aws_caller_identity\./);
    },
  );

  test.each([
    ['disposable', true, 30],
    ['protected', false, 365],
  ])('keeps copies as the %s profile says (R-DEL-10, R-S3-16, R-S3-18)', (protection, forceDestroy, days) => {
    const one = replication({}, { protection }).synthesized;
    for (const { body } of one.resources('aws_s3_bucket')) expect(body.force_destroy).toBe(forceDestroy);
    for (const { body } of one.resources('aws_s3_bucket_lifecycle_configuration')) {
      expect(body.rule[0].expiration).toEqual([{ days }]);
      expect(body.rule[1].expiration).toEqual([{ expired_object_delete_marker: true }]);
      expect(body.depends_on).toHaveLength(1);
    }
    for (const { body } of one.resources('aws_cloudwatch_log_group')) expect(body.retention_in_days).toBe(days);
  });

  test('keeps copies as long as it is told', () => {
    const one = replication({ retentionDays: 400 }).synthesized;
    for (const { body } of one.resources('aws_s3_bucket_lifecycle_configuration')) {
      expect(body.rule[0].expiration).toEqual([{ days: 400 }]);
    }
  });

  test.each([
    ['us-east-1', 'us-east-2', KEYS.secondaryKeyArn],
    ['us-east-2', 'us-east-1', KEYS.primaryKeyArn],
  ])('events of %s are encrypted with the key of %s, where they are kept (R-KMS-1, R-KMS-3)', (from, to, keyArn) => {
    const stream = streamIn(to, encrypted);
    expect(stream.server_side_encryption).toEqual({
      enabled: true,
      key_type: 'CUSTOMER_MANAGED_CMK',
      key_arn: keyArn,
    });
    expect(stream.extended_s3_configuration.kms_key_arn).toBe(keyArn);
    expect(encrypted.only('aws_cloudwatch_log_group', to).body.kms_key_id).toBe(keyArn);
    expect(encrypted.only('aws_s3_bucket_server_side_encryption_configuration', to).body.rule).toEqual([
      {
        apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms', kms_master_key_id: keyArn },
        bucket_key_enabled: true,
      },
    ]);
    const use = { Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: [keyArn] };
    expect(statementsOf(encrypted, from, 'log-copies-sender')[1]).toMatchObject({
      ...use,
      Condition: { StringEquals: { 'kms:ViaService': `firehose.${to}.amazonaws.com` } },
    });
    expect(statementsOf(encrypted, to, 'log-copies-delivery')[3]).toMatchObject({
      ...use,
      Condition: { StringEquals: { 'kms:ViaService': `s3.${to}.amazonaws.com` } },
    });
  });

  test('without keys, everything is encrypted with keys that AWS owns', () => {
    for (const [region] of DIRECTIONS) {
      expect(streamIn(region).server_side_encryption).toEqual({ enabled: true, key_type: 'AWS_OWNED_CMK' });
      expect(
        synthesized.only('aws_s3_bucket_server_side_encryption_configuration', region).body.rule[0]
          .apply_server_side_encryption_by_default,
      ).toEqual({ sse_algorithm: 'AES256' });
    }
    expect(JSON.stringify(synthesized.json)).not.toContain('kms:');
  });

  test('another log group in the list moves no filter that exists', () => {
    const ids = (one: Synthesized): string[] =>
      one.resources('aws_cloudwatch_log_subscription_filter', 'us-east-1').map(({ id }) => id);
    const more = replication({
      primaryLogGroupNames: ['/aws/lambda/first', ...GROUPS.primaryLogGroupNames],
    }).synthesized;
    expect(ids(more)).toEqual(expect.arrayContaining(ids(synthesized)));
    expect(ids(more)).toHaveLength(3);
  });

  test('nor does one that is given by reference, and waited for', () => {
    const filtersOf = (...names: string[]): Map<string, string> => {
      const one = synth((scope, regions) => {
        const group = (id: string): string =>
          new CloudwatchLogGroup(scope, id, { provider: regions.primary.provider, name: id }).name;
        new LogReplication(scope, 'Logs', { regions, ...GROUPS, primaryLogGroupNames: names.map(group) });
      });
      expect(foreignReferences(one)).toEqual([]);
      const filters = one.resources('aws_cloudwatch_log_subscription_filter', 'us-east-1');
      return new Map(filters.map(({ id, body }) => [id, one.target(body.log_group_name).body.name]));
    };
    const [few, more] = [filtersOf('b', 'c'), filtersOf('a', 'c', 'b')];
    expect([...more.values()].sort()).toEqual(['a', 'b', 'c']);
    for (const [id, name] of few) expect(more.get(id)).toBe(name);
  });

  test('takes a filter pattern and a name', () => {
    const one = replication({ filterPattern: '{ $.level = "ERROR" }', bucketName: 'errors-only' }).synthesized;
    expect(one.resources('aws_cloudwatch_log_subscription_filter').map(({ body }) => body.filter_pattern)).toEqual(
      Array(3).fill('{ $.level = "ERROR" }'),
    );
    expect(streamIn('us-east-1', one).name).toBe('errors-only-primary-dev');
  });

  test('shows what each region holds of the other', () => {
    expect(built.primary.prefix).toBe('us-east-2/');
    expect(built.secondary.prefix).toBe('us-east-1/');
    for (const half of [built.primary, built.secondary]) {
      for (const value of [
        half.bucketName,
        half.bucketArn,
        half.deliveryStreamName,
        half.deliveryStreamArn,
        half.errorLogGroupName,
      ]) {
        expect(value).toMatch(/TfToken/);
      }
    }
  });

  test.each([
    ['default', {}],
    ['encrypted', KEYS],
  ])('every resource of the %s copies names its provider and stays in its region (R-TF-1, R-TF-3)', (_, props) => {
    const one = replication(props).synthesized;
    expect(withoutProvider(one)).toEqual([]);
    expect(foreignReferences(one)).toEqual([]);
  });

  test('needs nothing of a third region', () => {
    const one = replication({}, { primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' }).synthesized;
    expect(new Set(one.all.map(({ region }) => region))).toEqual(new Set(['eu-west-1', 'eu-central-1']));
  });

  test('the same props give the same bytes (R-TF-15)', () => {
    expect(JSON.stringify(replication().synthesized.json)).toBe(JSON.stringify(synthesized.json));
  });
});

describe('LogReplication refuses', () => {
  const NAME =
    'give the name of a log group, such as "/aws/lambda/orders": letters, digits and _ - / . #, at most 512 characters';
  const LEAST = 'give at least one log group: whichever region is lost, its logs are what tells why';

  test.each<[string, Json, string]>([
    ['an unknown prop', { prefix: 'x' }, 'prefix is "x"; there is no such prop, remove it or correct its spelling'],
    ['no regions', { regions: undefined }, 'regions is missing; give a RegionPair'],
    [
      'no list for the primary',
      { primaryLogGroupNames: undefined },
      'primaryLogGroupNames is missing; give a list of names of log groups',
    ],
    [
      'one name that is no list',
      { primaryLogGroupNames: '/aws/lambda/a' },
      'primaryLogGroupNames is "/aws/lambda/a"; give a list of names of log groups',
    ],
    ['nothing of the primary', { primaryLogGroupNames: [] }, `primaryLogGroupNames is []; ${LEAST}`],
    ['nothing of the secondary', { secondaryLogGroupNames: [] }, `secondaryLogGroupNames is []; ${LEAST}`],
    [
      'an ARN for a name',
      { primaryLogGroupNames: ['arn:aws:logs:us-east-1:111122223333:log-group:a'] },
      `primaryLogGroupNames[0] is "arn:aws:logs:us-east-1:111122223333:log-group:a"; ${NAME}`,
    ],
    ['an empty name', { secondaryLogGroupNames: [''] }, `secondaryLogGroupNames[0] is ""; ${NAME}`],
    [
      'a number for a name',
      { secondaryLogGroupNames: [7] },
      'secondaryLogGroupNames[0] is 7; give the name of a log group, such as "/aws/lambda/orders"',
    ],
    [
      'a log group listed twice',
      { primaryLogGroupNames: ['/a', '/b', '/a'] },
      'primaryLogGroupNames[2] is "/a"; remove it: the log group is listed twice, and has room for two subscription filters only',
    ],
    [
      'the errors of the copying in the primary',
      { primaryLogGroupNames: ['/a', '/aws/kinesisfirehose/log-copies-primary-dev'] },
      'primaryLogGroupNames[1] is "/aws/kinesisfirehose/log-copies-primary-dev"; remove it: it holds the errors of the copying itself, which must not be copied',
    ],
    [
      'the errors of the copying in the secondary, under another name',
      { bucketName: 'kept', secondaryLogGroupNames: ['/aws/kinesisfirehose/kept-secondary-dev'] },
      'secondaryLogGroupNames[0] is "/aws/kinesisfirehose/kept-secondary-dev"; remove it: it holds the errors of the copying itself, which must not be copied',
    ],
    [
      'dots in the name of a bucket',
      { bucketName: 'log.copies' },
      'bucketName is "log.copies"; use lower-case letters, digits and hyphens, starting with a letter and without dots',
    ],
    ['a pattern that is no string', { filterPattern: 1 }, 'filterPattern is 1; give a string'],
    [
      'a shorter wait than dynamic partitioning has',
      { bufferingIntervalSeconds: 59 },
      'bufferingIntervalSeconds is 59; give a whole number from 60 to 900 seconds',
    ],
    [
      'a longer wait than Firehose has',
      { bufferingIntervalSeconds: 901 },
      'bufferingIntervalSeconds is 901; give a whole number from 60 to 900 seconds',
    ],
    ['no retention', { retentionDays: 0 }, 'retentionDays is 0; give a whole number from 1 to 3650 days'],
    [
      'a key of another service',
      { ...KEYS, primaryKeyArn: 'arn:aws:s3:::bucket' },
      'primaryKeyArn is "arn:aws:s3:::bucket"; give the ARN of a resource of this kind (arn:aws:kms:...)',
    ],
    [
      'a key of one region only',
      { secondaryKeyArn: KEYS.secondaryKeyArn },
      'primaryKeyArn is missing; give a key of each region, or of neither',
    ],
    [
      'the primary key in the secondary (R-KMS-3)',
      { ...KEYS, secondaryKeyArn: KEYS.primaryKeyArn },
      `secondaryKeyArn is "${KEYS.primaryKeyArn}"; give a key of us-east-2`,
    ],
  ])('%s', (_, props, message) => {
    expect(errorOf((scope, regions) => new LogReplication(scope, 'L', { regions, ...GROUPS, ...props }))).toBe(
      `test/L: ${message}`,
    );
  });

  test('a pattern longer than CloudWatch Logs takes', () => {
    expect(
      errorOf(
        (scope, regions) => new LogReplication(scope, 'L', { regions, ...GROUPS, filterPattern: 'x'.repeat(1025) }),
      ),
    ).toMatch(/^test\/L: filterPattern is "x+\.\.\.; use at most 1024 characters$/);
  });

  test('a name that makes the name of the bucket too long', () => {
    expect(
      errorOf((scope, regions) => new LogReplication(scope, 'L', { regions, ...GROUPS, bucketName: 'b'.repeat(40) })),
    ).toMatch(/^test\/Regions\/Primary: name of the bucket is /);
  });
});

describe('the real AWS provider accepts', () => {
  terraformTest.each<[string, Partial<LogReplicationProps>, Partial<RegionPairProps>]>([
    ['the default', {}, {}],
    [
      'keys, a pattern and all limits',
      { ...KEYS, filterPattern: 'ERROR', bufferingIntervalSeconds: 900 },
      { protection: 'protected' },
    ],
  ])(
    '%s',
    (_, props, pair) => {
      expect(validate(replication(props, pair).synthesized)).toEqual([]);
    },
    60_000,
  );
});
