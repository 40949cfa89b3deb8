import { GetObjectCommand, ListObjectsV2Command, S3Client, CreateBucketCommand } from '@aws-sdk/client-s3';
import { gunzipSync } from 'zlib';
import { Json } from '../../simulator/wire';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-west-2';
const ROLE = 'arn:aws:iam::123456789012:role/function';

motoDescribe('log events that are copied to another region', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const logs = (operation: string, input: object, region = P): Promise<Json> =>
    aws.wire.json('logs', region, operation, input);
  const s3 = (): S3Client => new S3Client({ ...aws.sdk(S), forcePathStyle: true });
  const group = { logGroupName: '/aws/lambda/orders' };
  const destinationArn = `arn:aws:logs:${P}:123456789012:destination:copies`;
  const filter = { ...group, filterName: 'copies', filterPattern: '', destinationArn };
  const write = (message: string): Promise<unknown> =>
    logs('PutLogEvents', { ...group, logStreamName: 'one', logEvents: [{ timestamp: 1_700_000_000_000, message }] });
  const objects = async (): Promise<string[]> => {
    const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket: 'copies' }));
    return Contents.map(({ Key = '' }) => Key);
  };

  beforeAll(async () => {
    await s3().send(
      new CreateBucketCommand({ Bucket: 'copies', CreateBucketConfiguration: { LocationConstraint: S } }),
    );
    await aws.wire.json('firehose', S, 'CreateDeliveryStream', {
      DeliveryStreamName: 'copies',
      ExtendedS3DestinationConfiguration: {
        RoleARN: ROLE,
        BucketARN: 'arn:aws:s3:::copies',
        Prefix: 'us-east-1/!{partitionKeyFromQuery:logGroup}/!{timestamp:yyyy/MM/dd}/',
        BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 64 },
        CompressionFormat: 'GZIP',
        ProcessingConfiguration: {
          Enabled: true,
          Processors: [{ Type: 'Decompression' }, { Type: 'AppendDelimiterToRecord' }],
        },
      },
    });
    await logs('CreateLogGroup', group);
    await logs('CreateLogStream', { ...group, logStreamName: 'one' });
    const targetArn = `arn:aws:firehose:${S}:123456789012:deliverystream/copies`;
    await logs('PutDestination', { destinationName: 'copies', roleArn: ROLE, targetArn });
  });

  test('a subscription filter is described as it was put, beside those that moto keeps', async () => {
    await logs('PutSubscriptionFilter', filter);
    const { subscriptionFilters } = await logs('DescribeSubscriptionFilters', group);
    expect(subscriptionFilters).toEqual([expect.objectContaining({ ...filter, distribution: 'ByLogStream' })]);
    const none = await logs('DescribeSubscriptionFilters', { ...group, filterNamePrefix: 'other' });
    expect(none.subscriptionFilters).toEqual([]);
  });

  test('an event is an object of the other region after the delay and the buffering', async () => {
    await write('one');
    await write('two');
    await aws.control.clock({ advance: 60_000 });
    expect(await objects()).toEqual([]);
    await aws.control.clock({ advance: 60_000 });
    const [key, ...more] = await objects();
    expect(more).toEqual([]);
    expect(key).toMatch(/^us-east-1\/aws\/lambda\/orders\/\d{4}\/\d\d\/\d\d\/copies-1-.*\.gz$/);
    const { Body } = await s3().send(new GetObjectCommand({ Bucket: 'copies', Key: key }));
    const lines = gunzipSync(Buffer.from((await Body?.transformToByteArray()) ?? []))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ logEvents }) => logEvents[0].message)).toEqual(['one', 'two']);
    expect(lines[0]).toMatchObject({ messageType: 'DATA_MESSAGE', logGroup: '/aws/lambda/orders', logStream: 'one' });
  });

  test('what has left a region arrives without it; what has not waits', async () => {
    await write('gone in time');
    await aws.control.clock({ advance: 61_000 });
    await write('too late');
    await aws.control.inject({ kind: 'region-down', region: P });
    await aws.control.clock({ advance: 180_000 });
    expect(await objects()).toHaveLength(2);
    const { replication } = await aws.control.status();
    expect(replication).toContainEqual(expect.objectContaining({ service: 'logs', from: P, to: S, pending: 1 }));
    await aws.control.recover();
    await aws.control.clock({ advance: 120_000 });
    expect(await objects()).toHaveLength(3);
  });

  test('a filter to a destination that is none of the region, and a third one, are refused', async () => {
    const other = { ...filter, filterName: 'other', destinationArn: destinationArn.replace('copies', 'none') };
    await expect(logs('PutSubscriptionFilter', other)).rejects.toMatchObject({ code: 'InvalidParameterException' });
    await logs('PutSubscriptionFilter', { ...filter, filterName: 'second' });
    const third = { ...filter, filterName: 'third' };
    await expect(logs('PutSubscriptionFilter', third)).rejects.toMatchObject({ code: 'LimitExceededException' });
  });

  test('a filter that was deleted copies no more', async () => {
    await logs('DeleteSubscriptionFilter', { ...group, filterName: 'second' });
    await logs('DeleteSubscriptionFilter', { ...group, filterName: 'copies' });
    await expect(logs('DeleteSubscriptionFilter', { ...group, filterName: 'copies' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await write('nobody reads it');
    await aws.control.clock({ advance: 180_000 });
    expect(await objects()).toHaveLength(3);
  });

  test('a batch of records is one object', async () => {
    const record = (text: string): object => ({
      Data: Buffer.from(JSON.stringify({ logGroup: '/batch', text })).toString('base64'),
    });
    await aws.wire.json('firehose', S, 'CreateDeliveryStream', {
      DeliveryStreamName: 'plain',
      ExtendedS3DestinationConfiguration: { RoleARN: ROLE, BucketARN: 'arn:aws:s3:::copies', Prefix: 'plain/' },
    });
    const { FailedPutCount } = await aws.wire.json('firehose', S, 'PutRecordBatch', {
      DeliveryStreamName: 'plain',
      Records: [record('a'), record('b')],
    });
    expect(FailedPutCount).toBe(0);
    await aws.control.clock({ advance: 300_000 });
    expect((await objects()).filter((key) => key.startsWith('plain/plain-1-'))).toHaveLength(1);
  });
});
