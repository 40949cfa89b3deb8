import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describeLive, MINUTES } from './live-system';
import { attributeOf, bucketNamed, keysIn, textOf } from './readings';
import { testApply, testDestroy, testRecovery } from './stages';

const PROGRAM = 'examples/transaction-dr/main.ts';
const P = 'us-east-1';
const S = 'us-west-2';

describeLive('examples/transaction-dr', (system) => {
  let outputs: Readonly<Record<string, string>>;

  const host = (): string => outputs.host_name;
  const order = (orderId: string): object => ({
    orderId,
    customerId: 'customer-1',
    amount: '100.10',
    currency: 'USD',
    items: [{ sku: 'a', quantity: 1, price: '100.10' }],
  });
  const write = (region: string, name: string): Promise<unknown> =>
    new DynamoDBClient(system.sdk(region)).send(
      new PutItemCommand({
        TableName: outputs.table_name,
        Item: { transactionId: { S: name }, recordType: { S: 'NOTE' }, text: { S: `written in ${region}` } },
      }),
    );
  const read = (region: string, name: string): Promise<string | undefined> =>
    attributeOf(system.sdk(region), outputs.table_name, { transactionId: name, recordType: 'NOTE' }, 'text');
  const bucketOf = (region: string): string =>
    region === P ? outputs.primary_bucket_name : outputs.secondary_bucket_name;
  const store = (region: string, Key: string): Promise<unknown> =>
    new S3Client(system.sdk(region)).send(
      new PutObjectCommand({ Bucket: bucketOf(region), Key, Body: `stored in ${region}` }),
    );
  const load = (region: string, key: string): Promise<string | undefined> =>
    textOf(system.sdk(region), bucketOf(region), key);
  const isThere = (value: string | undefined): boolean => value !== undefined;

  testApply(
    system,
    () => ({ program: PROGRAM }),
    (told) => (outputs = told as typeof outputs),
  );

  test.each([
    [P, S],
    [S, P],
  ])(
    'carries what is written in %s to %s (M.1, M.2)',
    async (from, to) => {
      await write(from, `note of ${from}`);
      await store(from, `documents/${from}`);
      expect(await system.eventually(() => read(to, `note of ${from}`), isThere)).toBe(`written in ${from}`);
      expect(await system.eventually(() => load(to, `documents/${from}`), isThere)).toBe(`stored in ${from}`);
      system.say(`an item and an object of ${from} are in ${to}`);
    },
    2 * MINUTES,
  );

  test(
    'takes a transaction at the load balancer, and keeps the log of its function in the other region (M.9)',
    async () => {
      expect((await system.web(host(), 'POST', '/transactions', order('order-1'))).status).toBe(201);
      const bucket = await bucketNamed(system.sdk(S), 'log-copies-secondary');
      const prefix = `${P}/aws/lambda/transaction-processor-primary-prod/`;
      await system.control.clock({ advance: 2 * MINUTES });
      const copies = await system.eventually(
        () => keysIn(system.sdk(S), bucket, prefix),
        (keys) => keys.length > 0,
      );
      expect(copies[0]).toMatch(/\d{4}\/\d\d\/\d\d\/\d\d\/log-copies-secondary-prod-.*\.gz$/);
      system.say('the log of the primary is in the secondary');
    },
    2 * MINUTES,
  );

  test(
    'serves users and their data from the secondary region when the primary is lost',
    async () => {
      expect((await system.web(host(), 'GET', '/health')).body.region).toBe(P);
      await system.control.inject({ kind: 'region-down', region: P });
      await system.control.clock({ advance: 3 * MINUTES });
      expect((await system.web(host(), 'GET', '/health')).body.region).toBe(S);
      expect(await read(S, `note of ${P}`)).toBe(`written in ${P}`);
      expect(await load(S, `documents/${P}`)).toBe(`stored in ${P}`);
      expect((await system.web(host(), 'POST', '/transactions', order('order-2'))).status).toBe(201);
      await write(S, 'late');
      await store(S, 'documents/late');
      system.say('the secondary serves');
    },
    2 * MINUTES,
  );

  testRecovery(system);

  test(
    'finds in the primary what the secondary took while it was away',
    async () => {
      expect(await system.eventually(() => read(P, 'late'), isThere)).toBe(`written in ${S}`);
      expect(await system.eventually(() => load(P, 'documents/late'), isThere)).toBe(`stored in ${S}`);
      expect((await system.web(host(), 'GET', '/health')).body.region).toBe(P);
    },
    2 * MINUTES,
  );

  testDestroy(system, () => [P, S], {
    program: PROGRAM,
    edit: ["protection: 'protected'", "protection: 'disposable'"],
  });
});
