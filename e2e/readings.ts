import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ClientSettings, orUndefined } from './live-system';

/** An attribute of an item, by the key of the table; undefined where there is no such item. */
export async function attributeOf(
  settings: ClientSettings,
  TableName: string,
  key: Readonly<Record<string, string>>,
  attribute: string,
): Promise<string | undefined> {
  const Key = Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { S: value }]));
  const { Item } = await new DynamoDBClient(settings).send(new GetItemCommand({ TableName, Key }));
  return Item?.[attribute]?.S;
}

/** The text of an object; undefined where there is none. */
export async function textOf(settings: ClientSettings, Bucket: string, Key: string): Promise<string | undefined> {
  const found = await orUndefined(new S3Client(settings).send(new GetObjectCommand({ Bucket, Key })));
  return found?.Body?.transformToString();
}

/** Keys of the objects below a prefix. */
export async function keysIn(settings: ClientSettings, Bucket: string, Prefix: string): Promise<string[]> {
  const { Contents = [] } = await new S3Client(settings).send(new ListObjectsV2Command({ Bucket, Prefix }));
  return Contents.map(({ Key = '' }) => Key);
}

/** The bucket whose name begins so. */
export async function bucketNamed(settings: ClientSettings, prefix: string): Promise<string> {
  const { Buckets = [] } = await new S3Client(settings).send(new ListBucketsCommand({}));
  return Buckets.map(({ Name = '' }) => Name).find((name) => name.startsWith(prefix)) ?? '';
}
