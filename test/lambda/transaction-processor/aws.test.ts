import { CreateTableCommand, DeleteItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { HttpResponse } from '../../../lambda/http-event';
import { answering, BucketArchive, StateMachine, TableLedger } from '../../../lambda/transaction-processor/aws';
import { transactionIdOf } from '../../../lambda/transaction-processor/order';
import { describeWithMoto, Moto } from '../moto';
import { NOW } from './memory';

const REGIONS = ['us-east-1', 'us-east-2'] as const;
const ID = transactionIdOf('order-1');
type Handler = (event: unknown) => Promise<unknown>;

describeWithMoto('the functions on the wire of a local AWS', () => {
  const moto = new Moto();
  const environment = process.env;
  let endpoint: string;
  let machine: string;

  const config = (region: string) => ({
    region,
    endpoint,
    maxAttempts: 1,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const variablesOf = (region: string): Record<string, string> => ({
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: endpoint,
    AWS_LAMBDA_LOG_LEVEL: 'FATAL',
    TABLE_NAME: 'transactions',
    CUSTOMER_INDEX_NAME: 'customer-index',
    BUCKET_NAME: `records-${region}`,
    REGION_ROLE: region === 'us-east-1' ? 'primary' : 'secondary',
    PARAMETER_PREFIX: '/app/dev',
  });
  /** The function as Lambda loads it: its own module, with the environment of a region. */
  const load = (name: string, region: string, more: Record<string, string | undefined> = {}): Handler => {
    process.env = { ...environment, ...variablesOf(region), ...more };
    let loaded: { handler: Handler } | undefined;
    jest.isolateModules(() => {
      loaded = jest.requireActual<{ handler: Handler }>(`../../../lambda/${name}/index`);
    });
    return (loaded as { handler: Handler }).handler;
  };
  const post = async (handler: Handler, body: string): Promise<HttpResponse> =>
    (await handler({
      httpMethod: 'POST',
      path: '/transactions',
      body,
      requestContext: { requestTimeEpoch: NOW },
    })) as HttpResponse;

  beforeAll(async () => {
    endpoint = await moto.start();
    for (const region of REGIONS) {
      await new DynamoDBClient(config(region)).send(
        new CreateTableCommand({
          TableName: 'transactions',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['transactionId', 'recordType', 'customerId', 'createdAt'].map((AttributeName) => ({
            AttributeName,
            AttributeType: 'S',
          })),
          KeySchema: [
            { AttributeName: 'transactionId', KeyType: 'HASH' },
            { AttributeName: 'recordType', KeyType: 'RANGE' },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'customer-index',
              KeySchema: [
                { AttributeName: 'customerId', KeyType: 'HASH' },
                { AttributeName: 'createdAt', KeyType: 'RANGE' },
              ],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
        }),
      );
      const s3 = new S3Client({ ...config(region), forcePathStyle: true });
      const Bucket = `records-${region}`;
      await s3.send(
        new CreateBucketCommand(
          region === 'us-east-1' ? { Bucket } : { Bucket, CreateBucketConfiguration: { LocationConstraint: region } },
        ),
      );
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    }
    await new SSMClient(config('us-east-1')).send(
      new PutParameterCommand({ Name: '/app/dev/payment/limit', Value: '20000000000000', Type: 'String' }),
    );
    const created = await new SFNClient(config('us-east-1')).send(
      new CreateStateMachineCommand({
        name: 'order-processing-primary-dev',
        definition: '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}',
        roleArn: 'arn:aws:iam::123456789012:role/workflow',
      }),
    );
    machine = created.stateMachineArn as string;
  }, 60_000);
  afterAll(async () => {
    process.env = environment;
    await moto.stop();
  });

  const versions = async (region: string): Promise<number> => {
    const s3 = new S3Client({ ...config(region), forcePathStyle: true });
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket: `records-${region}` }));
    return Versions?.length ?? 0;
  };
  const objectOf = async (region: string): Promise<string | undefined> => {
    const s3 = new S3Client({ ...config(region), forcePathStyle: true });
    const found = await s3.send(new GetObjectCommand({ Bucket: `records-${region}`, Key: `transactions/${ID}.json` }));
    return found.Body?.transformToString();
  };
  const itemsOf = async (region: string): Promise<string> =>
    JSON.stringify(
      await Promise.all(
        ['ORDER', 'PAYMENT', 'FULFILMENT'].map(async (recordType) => {
          const command = new GetItemCommand({
            TableName: 'transactions',
            Key: { transactionId: { S: ID }, recordType: { S: recordType } },
          });
          return (await new DynamoDBClient(config(region)).send(command)).Item;
        }),
      ),
    );

  const body =
    '{"orderId":"order-1","customerId":"customer-1","amount":12345678901234.55,"currency":"USD","items":[{"sku":"a","quantity":2,"price":0.10}]}';

  test('an order in: item and object are there, the amount is exact, and a second time changes nothing', async () => {
    const handler = load('transaction-processor', 'us-east-1');
    expect(await post(handler, body)).toMatchObject({ statusCode: 201 });
    const [order, payment] = JSON.parse(await itemsOf('us-east-1'));
    expect(order.amount).toEqual({ N: '12345678901234.55' });
    expect(order.items).toEqual({ L: [{ M: { sku: { S: 'a' }, quantity: { N: '2' }, price: { N: '0.1' } } }] });
    expect(payment.amount).toEqual({ N: '12345678901234.55' });
    expect(await objectOf('us-east-1')).toContain('"amount":"12345678901234.55"');

    const before = await itemsOf('us-east-1');
    expect(await post(handler, body)).toMatchObject({ statusCode: 200 });
    expect(await itemsOf('us-east-1')).toBe(before);
    expect(await versions('us-east-1')).toBe(1);

    const conflict = await post(handler, body.replace('.55', '.56'));
    expect([conflict.statusCode, JSON.parse(conflict.body).error]).toEqual([409, 'OrderConflict']);
  });

  test('the same order in the other region gives the same bytes there (R-EB-6, R-DDB-10)', async () => {
    // No parameter is there: the default limit holds, and is raised for this test.
    await post(load('transaction-processor', 'us-east-2', { DEFAULT_PAYMENT_LIMIT: '20000000000000' }), body);
    expect(await itemsOf('us-east-2')).toBe(await itemsOf('us-east-1'));
    expect(await objectOf('us-east-2')).toBe(await objectOf('us-east-1'));
  });

  test('an object that is there is not written again, even when its record is lost', async () => {
    const handler = load('transaction-processor', 'us-east-1');
    const order = { ...JSON.parse(body), orderId: 'order-2', amount: '5' };
    await handler({ action: 'validate', order });
    await handler({ action: 'pay', order });
    const before = await versions('us-east-1');
    await handler({ action: 'fulfil', order });
    await new DynamoDBClient(config('us-east-1')).send(
      new DeleteItemCommand({
        TableName: 'transactions',
        Key: { transactionId: { S: transactionIdOf('order-2') }, recordType: { S: 'FULFILMENT' } },
      }),
    );
    await handler({ action: 'fulfil', order });
    expect(await versions('us-east-1')).toBe(before + 1);
  });

  test('what is on record can be read by its id and by its customer, as exact text', async () => {
    const handler = load('transaction-processor', 'us-east-1', { PARAMETER_PREFIX: undefined });
    const get = async (path: string, queryStringParameters = {}) =>
      JSON.parse(((await handler({ httpMethod: 'GET', path, queryStringParameters })) as HttpResponse).body);
    const { status, records } = await get(`/transactions/${ID}`);
    expect(status).toBe('fulfilled');
    expect(records.map(({ recordType }: { recordType: string }) => recordType)).toEqual([
      'FULFILMENT',
      'ORDER',
      'PAYMENT',
    ]);
    expect(records[1]).toMatchObject({
      amount: '12345678901234.55',
      items: [{ sku: 'a', quantity: '2', price: '0.1' }],
    });
    const { transactions } = await get('/transactions', { customerId: 'customer-1' });
    expect(transactions).toEqual(expect.arrayContaining([expect.objectContaining({ transactionId: ID })]));
    expect(await get('/transactions/txn-x')).toMatchObject({ error: 'NotFound' });
    expect(await get('/transactions', { customerId: 'nobody' })).toEqual({ transactions: [] });
  });

  test('an amount above the parameter is declined', async () => {
    const handler = load('transaction-processor', 'us-east-1');
    const declined = await post(
      handler,
      body.replace('order-1', 'order-3').replace('12345678901234.55', '30000000000000'),
    );
    expect(declined.statusCode).toBe(402);
  });

  test('with a state machine, the execution is named after the order and started once', async () => {
    const handler = load('transaction-processor', 'us-east-1', { STATE_MACHINE_ARN: machine });
    const order = body.replace('order-1', 'order-4');
    expect(await post(handler, order)).toMatchObject({ statusCode: 202 });
    expect(await post(handler, order)).toMatchObject({ statusCode: 202 });
    const { executions } = await new SFNClient(config('us-east-1')).send(
      new ListExecutionsCommand({ stateMachineArn: machine }),
    );
    expect(executions?.map(({ name }) => name)).toEqual([transactionIdOf('order-4')]);
  });

  test('an execution that was started with other input counts as started', async () => {
    const workflow = new StateMachine(new SFNClient(config('us-east-1')), machine);
    await workflow.start('txn-y', '{"a":1}');
    await expect(workflow.start('txn-y', '{"a":2}')).resolves.toBeUndefined();
  });

  test('a table that is not there is a defect and not something to try again', async () => {
    const ledger = new TableLedger(new DynamoDBClient(config('us-east-1')), 'absent', 'index');
    await expect(ledger.get('a', 'b')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(ledger.putOnce({ transactionId: 'a', recordType: 'b' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('a bucket that is not there is one, too', async () => {
    const archive = new BucketArchive(new S3Client({ ...config('us-east-1'), forcePathStyle: true }), 'absent');
    await expect(archive.putOnce('a', 'b')).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test('a service that does not answer is unavailable', async () => {
    const client = new DynamoDBClient({ ...config('us-east-1'), endpoint: 'http://127.0.0.1:1' });
    await expect(new TableLedger(client, 'transactions', 'index').list('a')).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      message: expect.stringMatching(/^DynamoDB did not answer: /),
    });
  });

  test('the health function finds its table and bucket, and says which one it does not', async () => {
    const read = async (more: Record<string, string>): Promise<HttpResponse> =>
      (await load('health', 'us-east-2', more)({ httpMethod: 'GET', path: '/health' })) as HttpResponse;
    const healthy = await read({});
    expect([healthy.statusCode, JSON.parse(healthy.body)]).toMatchObject([
      200,
      { region: 'us-east-2', role: 'secondary', checks: [{ name: 'table' }, { name: 'bucket' }] },
    ]);
    const noBucket = await read({ BUCKET_NAME: 'absent', READER_ENDPOINT: '127.0.0.1', DATABASE_PORT: '1' });
    expect(noBucket.statusCode).toBe(503);
    expect(JSON.parse(noBucket.body).checks).toMatchObject([
      { name: 'table', healthy: true },
      { name: 'bucket', healthy: false, critical: true },
      { name: 'database', healthy: false, critical: false, reason: 'ECONNREFUSED' },
    ]);
    const database = await read({ READER_ENDPOINT: '127.0.0.1', HEALTH_CRITICAL: 'database, ' });
    expect(database.statusCode).toBe(503);
  });

  test.each(['transaction-processor', 'health'])('%s names what is missing in its environment', (name) => {
    expect(() => load(name, 'us-east-1', { TABLE_NAME: undefined, BUCKET_NAME: undefined })).toThrow(
      'TABLE_NAME, BUCKET_NAME missing; set them in the environment of the function',
    );
  });
});

describe('errors of AWS', () => {
  const failing = (fields: object) =>
    answering('S3', Promise.reject(Object.assign(new Error('x'), { name: 'X' }, fields)));

  test.each([
    {},
    { $metadata: {} },
    { $metadata: { httpStatusCode: 503 } },
    { $metadata: { httpStatusCode: 400 }, $retryable: { throttling: true } },
    { $metadata: { httpStatusCode: 409 }, name: 'ConditionalRequestConflict' },
    { $metadata: { httpStatusCode: 400 }, name: 'ThrottlingException' },
  ])('%j may pass', async (fields) => {
    await expect(failing(fields)).rejects.toMatchObject({ name: 'ServiceUnavailable', isTransient: true });
  });

  test.each([
    { $metadata: { httpStatusCode: 403 }, name: 'AccessDenied' },
    { $metadata: { httpStatusCode: 400 }, name: 'ValidationException' },
  ])('%j stays what it is', async (fields) => {
    await expect(failing(fields)).rejects.toMatchObject({ name: fields.name });
  });
});
