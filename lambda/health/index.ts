import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { required } from '../environment';
import { HttpEvent, HttpResponse } from '../http-event';
import { jsonLog } from '../log';
import { Health } from './health';
import { bucketProbe, databaseProbe, tableProbe } from './probes';

const { TABLE_NAME, BUCKET_NAME, REGION_ROLE, AWS_REGION } = required(
  process.env,
  'TABLE_NAME',
  'BUCKET_NAME',
  'REGION_ROLE',
  'AWS_REGION',
);
const { READER_ENDPOINT, DATABASE_PORT, HEALTH_CRITICAL, AWS_LAMBDA_LOG_LEVEL, AWS_ENDPOINT_URL } = process.env;

// Two attempts fit into the deadline; the deadline itself is the probe's.
const config = { maxAttempts: 2, requestHandler: { connectionTimeout: 500 } };

const health = new Health({
  region: AWS_REGION,
  role: REGION_ROLE,
  probes: [
    tableProbe(new DynamoDBClient(config), TABLE_NAME),
    // A local AWS has no host name per bucket.
    bucketProbe(new S3Client({ ...config, forcePathStyle: AWS_ENDPOINT_URL !== undefined }), BUCKET_NAME),
    ...(READER_ENDPOINT ? [databaseProbe(READER_ENDPOINT, Number(DATABASE_PORT ?? 5432))] : []),
  ],
  critical: (HEALTH_CRITICAL ?? 'table,bucket')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean),
  log: jsonLog({ service: 'health', region: AWS_REGION, role: REGION_ROLE }, AWS_LAMBDA_LOG_LEVEL),
  now: () => performance.now(),
});

/** The function `health`: tells load balancers and Route 53 whether this region can do its work. */
export const handler = (event: HttpEvent): Promise<HttpResponse> => health.answer(event);
