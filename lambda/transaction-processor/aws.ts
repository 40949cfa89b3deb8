import {
  AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { TransactionError } from './errors';
import { isObject } from './order';
import { Archive, Ledger, TransactionRecord, Workflow } from './ports';

/** How long one attempt may take, and how many there are: three attempts fit into a function of 30 seconds. */
export const CLIENT_CONFIG = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 4000, throwOnRequestTimeout: true },
};

/** Attributes the table keeps as numbers. */
const NUMBERS = ['amount', 'quantity', 'price'];

/** Newest orders of a customer that are listed at once. */
const PAGE = 100;

/** The ledger in a DynamoDB table with the key (`transactionId`, `recordType`) and an index on (`customerId`, `createdAt`). */
export class TableLedger implements Ledger {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly tableName: string,
    private readonly customerIndexName: string,
  ) {}

  public async putOnce(record: TransactionRecord): Promise<TransactionRecord | undefined> {
    const command = new PutItemCommand({
      TableName: this.tableName,
      Item: marshalled(record),
      ConditionExpression: 'attribute_not_exists(transactionId)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await answering('DynamoDB', this.client.send(command));
      return undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException && error.Item) return unmarshalled(error.Item);
      throw error;
    }
  }

  public async get(transactionId: string, recordType: string): Promise<TransactionRecord | undefined> {
    const command = new GetItemCommand({
      TableName: this.tableName,
      Key: marshalled({ transactionId, recordType }),
      ConsistentRead: true,
    });
    const { Item } = await answering('DynamoDB', this.client.send(command));
    return Item && unmarshalled(Item);
  }

  public async list(transactionId: string): Promise<readonly TransactionRecord[]> {
    const command = new QueryCommand({
      TableName: this.tableName,
      KeyConditionExpression: 'transactionId = :id',
      ExpressionAttributeValues: { ':id': { S: transactionId } },
      ConsistentRead: true,
    });
    const { Items } = await answering('DynamoDB', this.client.send(command));
    return (Items ?? []).map(unmarshalled);
  }

  public async listOrdersOf(customerId: string): Promise<readonly TransactionRecord[]> {
    const command = new QueryCommand({
      TableName: this.tableName,
      IndexName: this.customerIndexName,
      KeyConditionExpression: 'customerId = :id',
      ExpressionAttributeValues: { ':id': { S: customerId } },
      ScanIndexForward: false,
      Limit: PAGE,
    });
    const { Items } = await answering('DynamoDB', this.client.send(command));
    return (Items ?? []).map(unmarshalled);
  }
}

/** The archive in an S3 bucket that encrypts by default. */
export class BucketArchive implements Archive {
  constructor(
    private readonly client: S3Client,
    private readonly bucketName: string,
  ) {}

  public async putOnce(key: string, body: string): Promise<void> {
    const command = new PutObjectCommand({
      Bucket: this.bucketName,
      Key: key,
      Body: body,
      ContentType: 'application/json',
      IfNoneMatch: '*',
    });
    await unless('PreconditionFailed', answering('S3', this.client.send(command)));
  }
}

/** A Step Functions state machine. */
export class StateMachine implements Workflow {
  constructor(
    private readonly client: SFNClient,
    private readonly stateMachineArn: string,
  ) {}

  public async start(name: string, input: string): Promise<void> {
    const command = new StartExecutionCommand({ stateMachineArn: this.stateMachineArn, name, input });
    await unless('ExecutionAlreadyExists', answering('Step Functions', this.client.send(command)));
  }
}

/** Reads a parameter; undefined where there is none. */
export async function readParameter(client: SSMClient, name: string): Promise<string | undefined> {
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  const found = await unless('ParameterNotFound', answering('Parameter Store', client.send(command)));
  return found?.Parameter?.Value;
}

/** Names errors of AWS that may pass, so that callers and workflows know to try again. */
export async function answering<T>(service: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isTransient(error as SdkError)) {
      throw new TransactionError('ServiceUnavailable', `${service} did not answer: ${(error as Error).name}`);
    }
    throw error;
  }
}

interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: unknown;
}

/** Conflicts of two conditional writes at the same time, and throttles that are not marked as such. */
const TRANSIENT = [
  'ConditionalRequestConflict',
  'ThrottlingException',
  'RequestLimitExceeded',
  'ExecutionLimitExceeded',
];

function isTransient({ name, $metadata, $retryable }: SdkError): boolean {
  const status = $metadata?.httpStatusCode;
  return status === undefined || status >= 500 || $retryable !== undefined || TRANSIENT.includes(name);
}

async function unless<T>(errorName: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if ((error as Error).name === errorName) return undefined;
    throw error;
  }
}

function marshalled(record: object): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, attribute(name, value)]),
  );
}

function attribute(name: string, value: unknown): AttributeValue {
  if (Array.isArray(value)) return { L: value.map((element) => attribute(name, element)) };
  if (isObject(value)) return { M: marshalled(value) };
  return NUMBERS.includes(name) ? { N: String(value) } : { S: String(value) };
}

function unmarshalled(item: Record<string, AttributeValue>): TransactionRecord {
  return plain({ M: item }) as TransactionRecord;
}

function plain({ S, N, L, M }: AttributeValue): unknown {
  if (L) return L.map(plain);
  if (M) return Object.fromEntries(Object.entries(M).map(([name, value]) => [name, plain(value)]));
  return S ?? N;
}
