import {
  BackupClient,
  CreateBackupVaultCommand,
  DescribeBackupJobCommand,
  ListRecoveryPointsByBackupVaultCommand,
  RecoveryPointByBackupVault,
  StartBackupJobCommand,
  StartCopyJobCommand,
} from '@aws-sdk/client-backup';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  BatchWriteItemCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-east-2';

motoDescribe('replication', () => {
  const aws = new Fixture({ clock: { factor: 0 } });

  describe('DynamoDB global tables', () => {
    const client = (region: string): DynamoDBClient => new DynamoDBClient(aws.sdk(region));
    const put = (region: string, id: string, value: string): Promise<unknown> =>
      client(region).send(new PutItemCommand({ TableName: 'orders', Item: { id: { S: id }, value: { S: value } } }));
    const get = async (region: string, id: string): Promise<string | undefined> => {
      const { Item } = await client(region).send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: id } } }));
      return Item?.value.S;
    };

    beforeAll(async () => {
      await client(P).send(
        new CreateTableCommand({
          TableName: 'orders',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        }),
      );
      await put(P, 'before', 'v');
      await client(P).send(
        new UpdateTableCommand({ TableName: 'orders', ReplicaUpdates: [{ Create: { RegionName: S } }] }),
      );
    });

    test('each region tells of the other replica, and has what was written before it', async () => {
      const replicas = async (region: string): Promise<unknown> =>
        (await client(region).send(new DescribeTableCommand({ TableName: 'orders' }))).Table?.Replicas?.map(
          ({ RegionName, ReplicaStatus }) => [RegionName, ReplicaStatus],
        );
      expect([await replicas(P), await replicas(S)]).toEqual([[[S, 'ACTIVE']], [[P, 'ACTIVE']]]);
      expect(await get(S, 'before')).toBe('v');
    });

    test('a write arrives after the lag, in both directions', async () => {
      await put(P, 'a', '1');
      await put(S, 'b', '2');
      expect([await get(S, 'a'), await get(P, 'b')]).toEqual([undefined, undefined]);
      await aws.control.clock({ advance: 1_000 });
      expect([await get(S, 'a'), await get(P, 'b')]).toEqual(['1', '2']);
    });

    test('every kind of write arrives', async () => {
      const key = (id: string): { id: { S: string } } => ({ id: { S: id } });
      await client(P).send(
        new UpdateItemCommand({
          TableName: 'orders',
          Key: key('u'),
          UpdateExpression: 'SET #v = :v',
          ExpressionAttributeNames: { '#v': 'value' },
          ExpressionAttributeValues: { ':v': { S: 'updated' } },
        }),
      );
      await client(P).send(
        new BatchWriteItemCommand({
          RequestItems: {
            orders: [
              { PutRequest: { Item: { ...key('w'), value: { S: 'batch' } } } },
              { DeleteRequest: { Key: key('a') } },
            ],
          },
        }),
      );
      await client(P).send(
        new TransactWriteItemsCommand({
          TransactItems: [
            {
              ConditionCheck: {
                TableName: 'orders',
                Key: key('none'),
                ConditionExpression: 'attribute_not_exists(id)',
              },
            },
            { Put: { TableName: 'orders', Item: { ...key('t'), value: { S: 'transaction' } } } },
          ],
        }),
      );
      await client(P).send(new DeleteItemCommand({ TableName: 'orders', Key: key('b') }));
      await aws.control.clock({ advance: 1_000 });
      const seen = await Promise.all(['u', 'w', 't', 'a', 'b'].map((id) => get(S, id)));
      expect(seen).toEqual(['updated', 'batch', 'transaction', undefined, undefined]);
    });

    test('the last writer wins in both regions', async () => {
      await put(P, 'c', 'first');
      await aws.control.clock({ advance: 100 });
      await put(S, 'c', 'last');
      await aws.control.clock({ advance: 5_000 });
      expect([await get(P, 'c'), await get(S, 'c')]).toEqual(['last', 'last']);
    });

    test('what a lost region had acknowledged is counted, and arrives when it comes back', async () => {
      await put(P, 'd', 'only here');
      const fault = await aws.control.inject({ kind: 'region-down', region: P });
      await aws.control.clock({ advance: 60_000 });
      expect(await get(S, 'd')).toBeUndefined();
      const { replication } = await aws.control.status();
      const link = replication.find(({ from, resource }) => from === P && resource === 'orders');
      expect(link).toMatchObject({ pending: 1, recoveryPointAge: 60_000 });
      await aws.control.recover({ id: fault.id });
      await aws.control.clock({ advance: 1_000 });
      expect(await get(S, 'd')).toBe('only here');
    });

    test('a late write of the lost region does not undo what was written meanwhile', async () => {
      await put(P, 'e', 'before the loss');
      const fault = await aws.control.inject({ kind: 'region-down', region: P });
      await aws.control.clock({ advance: 10_000 });
      await put(S, 'e', 'after the loss');
      await aws.control.recover({ id: fault.id });
      await aws.control.clock({ advance: 10_000 });
      expect([await get(P, 'e'), await get(S, 'e')]).toEqual(['after the loss', 'after the loss']);
    });

    test('a region that is lost for good takes its last writes with it', async () => {
      await put(P, 'f', 'lost');
      const fault = await aws.control.inject({ kind: 'region-down', region: P });
      await aws.control.clock({ advance: 2_000 });
      const { replication } = await aws.control.recover({ id: fault.id, lose: true });
      expect(replication.find(({ from, resource }) => from === P && resource === 'orders')).toMatchObject({
        pending: 0,
        lost: 1,
        lostAge: 2_000,
      });
      await aws.control.clock({ advance: 60_000 });
      expect(await get(S, 'f')).toBeUndefined();
    });
  });

  describe('S3 replication', () => {
    const client = (region: string): S3Client => new S3Client({ ...aws.sdk(region), forcePathStyle: true });
    const read = async (region: string, Bucket: string, Key: string): Promise<string | undefined> =>
      client(region)
        .send(new GetObjectCommand({ Bucket, Key }))
        .then(({ Body }) => Body?.transformToString())
        .catch(() => undefined);
    const configure = (region: string, from: string, to: string): Promise<unknown> =>
      client(region).send(
        new PutBucketReplicationCommand({
          Bucket: from,
          ReplicationConfiguration: {
            Role: 'arn:aws:iam::123456789012:role/replication',
            Rules: [
              {
                ID: `to-${to}`,
                Status: 'Enabled',
                Priority: 1,
                Filter: { Prefix: 'orders/' },
                DeleteMarkerReplication: { Status: 'Enabled' },
                Destination: { Bucket: `arn:aws:s3:::${to}` },
              },
            ],
          },
        }),
      );

    beforeAll(async () => {
      for (const [region, bucket] of [
        [P, 'data-p'],
        [S, 'data-s'],
      ]) {
        const place = region === P ? {} : { CreateBucketConfiguration: { LocationConstraint: S } as const };
        await client(region).send(new CreateBucketCommand({ Bucket: bucket, ...place }));
        await client(region).send(
          new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
        );
      }
      await configure(P, 'data-p', 'data-s');
      await configure(S, 'data-s', 'data-p');
    });

    test('an object arrives with its metadata, and both sides say so', async () => {
      const object = { Bucket: 'data-p', Key: 'orders/a b.txt' };
      await client(P).send(
        new PutObjectCommand({ ...object, Body: 'hello', Metadata: { who: 'me' }, ContentType: 'text/x' }),
      );
      expect((await client(P).send(new HeadObjectCommand(object))).ReplicationStatus).toBe('PENDING');
      expect(await read(S, 'data-s', object.Key)).toBeUndefined();
      await aws.control.clock({ advance: 5_000 });
      expect(await read(S, 'data-s', object.Key)).toBe('hello');
      const replica = await client(S).send(new HeadObjectCommand({ ...object, Bucket: 'data-s' }));
      expect(replica).toMatchObject({ ReplicationStatus: 'REPLICA', Metadata: { who: 'me' }, ContentType: 'text/x' });
      expect((await client(P).send(new HeadObjectCommand(object))).ReplicationStatus).toBe('COMPLETED');
    });

    test('the other direction has its own rule, and a replica does not come back', async () => {
      await client(S).send(new PutObjectCommand({ Bucket: 'data-s', Key: 'orders/back', Body: 'x' }));
      await aws.control.clock({ advance: 60_000 });
      expect(await read(P, 'data-p', 'orders/back')).toBe('x');
      const links = (await aws.control.status()).replication.filter(({ service }) => service === 's3');
      expect(links.map(({ from, delivered }) => [from, delivered])).toEqual([
        [P, 1],
        [S, 1],
      ]);
    });

    test('what no rule covers stays', async () => {
      await client(P).send(new PutObjectCommand({ Bucket: 'data-p', Key: 'private/a', Body: 'x' }));
      await aws.control.clock({ advance: 60_000 });
      expect(await read(S, 'data-s', 'private/a')).toBeUndefined();
    });

    test('a delete marker arrives', async () => {
      await client(P).send(new DeleteObjectCommand({ Bucket: 'data-p', Key: 'orders/back' }));
      expect(await read(S, 'data-s', 'orders/back')).toBe('x');
      await aws.control.clock({ advance: 5_000 });
      expect(await read(S, 'data-s', 'orders/back')).toBeUndefined();
    });

    test('a bucket is where it was created, whatever region a client signs for', async () => {
      const fault = await aws.control.inject({ kind: 'region-down', region: P });
      expect(await read(S, 'data-p', 'orders/a b.txt')).toBeUndefined();
      expect(await read(P, 'data-s', 'orders/a b.txt')).toBe('hello');
      await aws.control.recover({ id: fault.id });
    });
  });

  describe('Secrets Manager replicas', () => {
    const client = (region: string): SecretsManagerClient => new SecretsManagerClient(aws.sdk(region));
    const read = async (region: string): Promise<string | undefined> =>
      (await client(region).send(new GetSecretValueCommand({ SecretId: 'db' }))).SecretString;

    test('a value arrives after the lag, and outlives its region', async () => {
      await client(P).send(
        new CreateSecretCommand({ Name: 'db', SecretString: 'one', AddReplicaRegions: [{ Region: S }] }),
      );
      await expect(read(S)).rejects.toThrow("can't find the specified secret value");
      await aws.control.clock({ advance: 1_000 });
      expect(await read(S)).toBe('one');
      await client(P).send(new PutSecretValueCommand({ SecretId: 'db', SecretString: 'two' }));
      expect([await read(P), await read(S)]).toEqual(['two', 'one']);
      const fault = await aws.control.inject({ kind: 'region-down', region: P });
      await aws.control.clock({ advance: 60_000 });
      expect(await read(S)).toBe('one');
      await aws.control.recover({ id: fault.id });
      await aws.control.clock({ advance: 1_000 });
      expect(await read(S)).toBe('two');
    });
  });

  describe('AWS Backup copies', () => {
    const client = (region: string): BackupClient => new BackupClient(aws.sdk(region));
    const points = async (region: string): Promise<RecoveryPointByBackupVault[] | undefined> =>
      (await client(region).send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: 'daily' })))
        .RecoveryPoints;

    test('the source pushes a copy; while it is down none arrives', async () => {
      for (const region of [P, S])
        await client(region).send(new CreateBackupVaultCommand({ BackupVaultName: 'daily' }));
      const ResourceArn = `arn:aws:dynamodb:${P}:123456789012:table/orders`;
      const role = { IamRoleArn: 'arn:aws:iam::123456789012:role/backup' };
      const { BackupJobId, RecoveryPointArn } = await client(P).send(
        new StartBackupJobCommand({ BackupVaultName: 'daily', ResourceArn, ...role }),
      );
      const state = async (): Promise<string | undefined> =>
        (await client(P).send(new DescribeBackupJobCommand({ BackupJobId }))).State;
      expect(await state()).toBe('RUNNING');
      await aws.control.clock({ advance: 30_000 });
      expect(await state()).toBe('COMPLETED');
      await client(P).send(
        new StartCopyJobCommand({
          RecoveryPointArn,
          SourceBackupVaultName: 'daily',
          DestinationBackupVaultArn: `arn:aws:backup:${S}:123456789012:backup-vault:daily`,
          ...role,
        }),
      );
      const fault = await aws.control.inject({ kind: 'region-down', region: P });
      await aws.control.clock({ advance: 120_000 });
      expect(await points(S)).toEqual([]);
      await aws.control.recover({ id: fault.id });
      await aws.control.clock({ advance: 1_000 });
      expect((await points(S))?.map((point) => [point.ResourceArn, point.Status])).toEqual([
        [ResourceArn, 'COMPLETED'],
      ]);
    });
  });
});
