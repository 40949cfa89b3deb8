import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteSubscriptionFilterCommand,
  DescribeSubscriptionFiltersCommand,
  PutDestinationCommand,
  PutLogEventsCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateDeliveryStreamCommand, FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { GetObjectCommand, ListObjectsV2Command, S3Client, CreateBucketCommand } from '@aws-sdk/client-s3';
import { gunzipSync } from 'zlib';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-west-2';
const ROLE = 'arn:aws:iam::123456789012:role/function';

motoDescribe('log events that are copied to another region', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const logs = (): CloudWatchLogsClient => new CloudWatchLogsClient(aws.sdk(P));
  const firehose = (): FirehoseClient => new FirehoseClient(aws.sdk(S));
  const s3 = (): S3Client => new S3Client({ ...aws.sdk(S), forcePathStyle: true });
  const group = { logGroupName: '/aws/lambda/orders' };
  const destinationArn = `arn:aws:logs:${P}:123456789012:destination:copies`;
  const filter = { ...group, filterName: 'copies', filterPattern: '', destinationArn };
  const write = (message: string): Promise<unknown> => {
    const logEvents = [{ timestamp: 1_700_000_000_000, message }];
    return logs().send(new PutLogEventsCommand({ ...group, logStreamName: 'one', logEvents }));
  };
  const putFilter = (changes: { filterName?: string; destinationArn?: string } = {}): Promise<unknown> =>
    logs().send(new PutSubscriptionFilterCommand({ ...filter, ...changes }));
  const deleteFilter = (filterName: string): Promise<unknown> =>
    logs().send(new DeleteSubscriptionFilterCommand({ ...group, filterName }));
  const objects = async (): Promise<string[]> => {
    const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket: 'copies' }));
    return Contents.map(({ Key = '' }) => Key);
  };

  beforeAll(async () => {
    await s3().send(
      new CreateBucketCommand({ Bucket: 'copies', CreateBucketConfiguration: { LocationConstraint: S } }),
    );
    await firehose().send(
      new CreateDeliveryStreamCommand({
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
      }),
    );
    await logs().send(new CreateLogGroupCommand(group));
    await logs().send(new CreateLogStreamCommand({ ...group, logStreamName: 'one' }));
    const targetArn = `arn:aws:firehose:${S}:123456789012:deliverystream/copies`;
    await logs().send(new PutDestinationCommand({ destinationName: 'copies', roleArn: ROLE, targetArn }));
  });

  test('a subscription filter is described as it was put, beside those that moto keeps', async () => {
    await putFilter();
    const { subscriptionFilters } = await logs().send(new DescribeSubscriptionFiltersCommand(group));
    expect(subscriptionFilters).toEqual([expect.objectContaining({ ...filter, distribution: 'ByLogStream' })]);
    const none = await logs().send(new DescribeSubscriptionFiltersCommand({ ...group, filterNamePrefix: 'other' }));
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
    const other = { filterName: 'other', destinationArn: destinationArn.replace('copies', 'none') };
    await expect(putFilter(other)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await putFilter({ filterName: 'second' });
    await expect(putFilter({ filterName: 'third' })).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  test('a filter that was deleted copies no more', async () => {
    await deleteFilter('second');
    await deleteFilter('copies');
    await expect(deleteFilter('copies')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await write('nobody reads it');
    await aws.control.clock({ advance: 180_000 });
    expect(await objects()).toHaveLength(3);
  });

  test('a batch of records is one object', async () => {
    const record = (text: string): { Data: Uint8Array } => ({
      Data: Buffer.from(JSON.stringify({ logGroup: '/batch', text })),
    });
    await firehose().send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: 'plain',
        ExtendedS3DestinationConfiguration: { RoleARN: ROLE, BucketARN: 'arn:aws:s3:::copies', Prefix: 'plain/' },
      }),
    );
    const { FailedPutCount } = await firehose().send(
      new PutRecordBatchCommand({ DeliveryStreamName: 'plain', Records: [record('a'), record('b')] }),
    );
    expect(FailedPutCount).toBe(0);
    await aws.control.clock({ advance: 300_000 });
    expect((await objects()).filter((key) => key.startsWith('plain/plain-1-'))).toHaveLength(1);
  });
});
