import { TerraformOutput } from 'cdktf';
import { GlobalTable, GlobalTableProps } from '../../lib/constructs/global-table';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, synth } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const KEYS = {
  primaryKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/mrk-1',
  secondaryKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/mrk-1',
};

const table = (props: Partial<GlobalTableProps> = {}, pair: object = {}) =>
  synth((scope, regions) => new GlobalTable(scope, 'Table', { regions, ...props }), pair);
const error = (props: object) =>
  errorOf((scope, regions) => new GlobalTable(scope, 'T', { regions, ...props } as GlobalTableProps));

describe('GlobalTable', () => {
  const synthesized = table(KEYS);
  const main = synthesized.only('aws_dynamodb_table');
  const replica = synthesized.only('aws_dynamodb_table_replica');

  test('is one table with one replica in the other region, by one mechanism (R-DDB-1, R-DDB-8, R-DDB-12, R-DDB-14)', () => {
    expect(main.region).toBe('us-east-1');
    expect(main.body.name).toBe('transactions-dev');
    expect(replica.region).toBe('us-east-2');
    expect(synthesized.target(replica.body.global_table_arn)).toBe(main);
    expect(main.body.replica).toBeUndefined();
    expect(main.body.lifecycle.ignore_changes).toEqual(['replica']);
    expect(synthesized.resources('aws_dynamodb_global_table')).toEqual([]);
  });

  test('streams new and old images, as replication requires (R-DDB-2)', () => {
    expect(main.body).toMatchObject({ stream_enabled: true, stream_view_type: 'NEW_AND_OLD_IMAGES' });
  });

  test('is billed on demand, so that replicated writes are never throttled (R-DDB-3)', () => {
    expect(main.body.billing_mode).toBe('PAY_PER_REQUEST');
    expect(main.body.write_capacity).toBeUndefined();
  });

  test('keeps point-in-time recovery in both regions, which is not synchronized (R-DDB-4)', () => {
    expect(main.body.point_in_time_recovery).toEqual({ enabled: true });
    expect(replica.body.point_in_time_recovery).toBe(true);
  });

  test('encrypts each replica with a key of its region (R-DDB-5, R-KMS-1)', () => {
    expect(main.body.server_side_encryption).toEqual({ enabled: true, kms_key_arn: KEYS.primaryKeyArn });
    expect(replica.body.kms_key_arn).toBe(KEYS.secondaryKeyArn);
  });

  test('leaves encryption to DynamoDB in both regions when no keys are given (R-DDB-5)', () => {
    const plain = table();
    expect(plain.only('aws_dynamodb_table').body.server_side_encryption).toBeUndefined();
    expect(plain.only('aws_dynamodb_table_replica').body.kms_key_arn).toBeUndefined();
  });

  test.each([
    ['disposable', false],
    ['protected', true],
  ])(
    'the profile %s sets deletion protection of both replicas to %s (R-DDB-6, R-DEL-3, R-DEL-17)',
    (protection, on) => {
      const profile = table(KEYS, { protection });
      for (const type of ['aws_dynamodb_table', 'aws_dynamodb_table_replica']) {
        expect(profile.only(type).body.deletion_protection_enabled).toBe(on);
      }
    },
  );

  test('tags both replicas for the daily backup (R-DDB-7, R-BKP-4, R-BKP-8)', () => {
    for (const { body } of [main, replica]) {
      expect(body.tags).toEqual({ Name: 'transactions-dev', Backup: 'daily-dev' });
    }
  });

  test('lists exactly the key attributes of table and index (R-DDB-11)', () => {
    expect(main.body).toMatchObject({ hash_key: 'transactionId', range_key: 'recordType' });
    expect(main.body.global_secondary_index).toEqual([
      { name: 'customer-index', hash_key: 'customerId', range_key: 'createdAt', projection_type: 'ALL' },
    ]);
    expect(main.body.attribute).toEqual(
      ['transactionId', 'recordType', 'customerId', 'createdAt'].map((name) => ({ name, type: 'S' })),
    );
    const shared = table({ indexPartitionKey: 'recordType', indexSortKey: 'transactionId' });
    expect(shared.only('aws_dynamodb_table').body.attribute).toHaveLength(2);
  });

  test('names ARNs of the own region for the policies of each half (R-DDB-15)', () => {
    let built: GlobalTable | undefined;
    synth((scope, regions) => (built = new GlobalTable(scope, 'Table', { regions })), { accountId: '123456789012' });
    expect(built).toMatchObject({ tableName: 'transactions-dev', customerIndexName: 'customer-index' });
    expect(built?.primary.policyArns).toEqual([
      'arn:aws:dynamodb:us-east-1:123456789012:table/transactions-dev',
      'arn:aws:dynamodb:us-east-1:123456789012:table/transactions-dev/index/*',
    ]);
    expect(built?.secondary.tableArn).toBe('arn:aws:dynamodb:us-east-2:123456789012:table/transactions-dev');
    expect(built?.secondary.policyArns).toEqual([built?.secondary.tableArn, `${built?.secondary.tableArn}/index/*`]);
  });

  test('reads the stream of each region in that region (R-TF-3)', () => {
    const { json } = synth((scope, regions) => {
      const { primary, secondary } = new GlobalTable(scope, 'Table', { regions });
      new TerraformOutput(scope, 'Streams', { value: [primary.streamArn, secondary.streamArn] });
    });
    expect(json.output.Streams.value).toEqual([
      expect.stringMatching(/^\$\{aws_dynamodb_table\.\w+\.stream_arn\}$/),
      expect.stringMatching(/^\$\{data\.aws_dynamodb_table\.\w+\.stream_arn\}$/),
    ]);
    const [data] = synthesized.dataSources('aws_dynamodb_table');
    expect(data.region).toBe('us-east-2');
    expect(synthesized.target(data.body.name)).toBe(replica);
  });

  test('expires items by an attribute of choice, defined once on the table (R-DDB-12)', () => {
    expect(main.body.ttl).toBeUndefined();
    const expiring = table({ timeToLiveAttribute: 'expiresAt' }).only('aws_dynamodb_table');
    expect(expiring.body.ttl).toEqual({ enabled: true, attribute_name: 'expiresAt' });
    expect(expiring.body.attribute).not.toContainEqual(expect.objectContaining({ name: 'expiresAt' }));
  });

  test('has one recovery promise: eventual consistency between two regions (R-DDB-9, R-DDB-10)', () => {
    for (const { body } of [main, replica]) {
      expect(body.consistency_mode).toBeUndefined();
      expect(body.global_table_witness).toBeUndefined();
    }
  });

  test('is removed replica first: the replica refers to the table (R-DDB-13)', () => {
    expect(JSON.stringify(main.body)).not.toContain('aws_dynamodb_table_replica');
    expect(replica.body.global_table_arn).toBe(`\${${main.address}.arn}`);
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(synthesized)).toEqual([]);
    expect(foreignReferences(synthesized)).toEqual([]);
  });

  test('takes names and keys of the user', () => {
    const own = table({
      tableName: 'orders',
      partitionKey: 'pk',
      sortKey: 'sk',
      indexName: 'by-status',
      indexPartitionKey: 'status',
      indexSortKey: 'sk',
    }).only('aws_dynamodb_table');
    expect(own.body).toMatchObject({ name: 'orders-dev', hash_key: 'pk', range_key: 'sk' });
    expect(own.body.global_secondary_index[0]).toMatchObject({
      name: 'by-status',
      hash_key: 'status',
      range_key: 'sk',
    });
    expect(own.body.attribute).toHaveLength(3);
  });

  test.each([
    [
      { primaryKeyArn: KEYS.primaryKeyArn },
      'test/T: secondaryKeyArn is missing; give a key of each region, or of neither',
    ],
    [
      { secondaryKeyArn: KEYS.secondaryKeyArn },
      'test/T: primaryKeyArn is missing; give a key of each region, or of neither',
    ],
    [
      { ...KEYS, secondaryKeyArn: KEYS.primaryKeyArn },
      `test/T: secondaryKeyArn is "${KEYS.primaryKeyArn}"; give a key of us-east-2`,
    ],
    [
      { ...KEYS, primaryKeyArn: 'alias/x' },
      'test/T: primaryKeyArn is "alias/x"; give the ARN of a resource of this kind (arn:aws:kms:...)',
    ],
    [{ sortKey: 'transactionId' }, 'test/T: sortKey is "transactionId"; name an attribute other than partitionKey'],
    [
      { indexSortKey: 'customerId' },
      'test/T: indexSortKey is "customerId"; name an attribute other than indexPartitionKey',
    ],
    [
      { timeToLiveAttribute: 'createdAt' },
      'test/T: timeToLiveAttribute is "createdAt"; name an attribute other than the keys: they are strings, and this one is a number',
    ],
    [{ partitionKey: '' }, 'test/T: partitionKey is ""; give a string that is not empty'],
    [{ indexName: 'x' }, 'test/T: indexName is "x"; use 3 to 255 letters, digits, dots, hyphens and underscores'],
    [
      { tableName: 'my table' },
      'test/Regions: name of the table is "my table-dev"; use letters, digits, dots, hyphens and underscores, at least 3',
    ],
    [
      { consistency: 'strong' },
      'test/T: consistency is "strong"; there is no such prop, remove it or correct its spelling',
    ],
    [{ regions: undefined }, 'test/T: regions is missing; give a RegionPair'],
  ])('fails on %j', (props, message) => {
    expect(error(props)).toBe(message);
  });
});

terraformTest(
  'the real AWS provider accepts it with and without keys, and protected',
  () => {
    for (const variant of [
      table(),
      table({ ...KEYS, timeToLiveAttribute: 'expiresAt' }),
      table(KEYS, { protection: 'protected' }),
    ]) {
      expect(validate(variant)).toEqual([]);
    }
  },
  60_000,
);
