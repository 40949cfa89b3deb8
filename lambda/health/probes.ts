import { connect } from 'net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Probe } from './health';

/** The key the table is asked for. There need not be an item: that the table answers is the proof. */
export const SENTINEL = 'health-sentinel';

/** The table of this region answers reads. */
export function tableProbe(client: DynamoDBClient, tableName: string): Probe {
  const command = new GetItemCommand({
    TableName: tableName,
    Key: { transactionId: { S: SENTINEL }, recordType: { S: SENTINEL } },
  });
  return { name: 'table', run: (abortSignal) => client.send(command, { abortSignal }) };
}

/** The bucket of this region exists and lets this function in. */
export function bucketProbe(client: S3Client, bucketName: string): Probe {
  const command = new HeadBucketCommand({ Bucket: bucketName });
  return { name: 'bucket', run: (abortSignal) => client.send(command, { abortSignal }) };
}

/** The local database reader accepts connections. It needs no password. */
export function databaseProbe(host: string, port: number): Probe {
  return {
    name: 'database',
    run: (signal) =>
      new Promise<void>((resolve, reject) => {
        const socket = connect({ host, port }, () => {
          socket.destroy();
          resolve();
        });
        const fail = (error: NodeJS.ErrnoException): void => {
          socket.destroy();
          reject(
            Object.assign(new Error(error.message), { name: typeof error.code === 'string' ? error.code : error.name }),
          );
        };
        socket.once('error', fail);
        signal.addEventListener('abort', () => fail(signal.reason), { once: true });
      }),
  };
}
