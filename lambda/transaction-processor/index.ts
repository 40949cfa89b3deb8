import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { required } from '../environment';
import { jsonLog } from '../log';
import { BucketArchive, CLIENT_CONFIG, readParameter, StateMachine, TableLedger } from './aws';
import { createHandler } from './handler';
import { LimitPayments } from './payment';
import { Transactions } from './transactions';

const { TABLE_NAME, CUSTOMER_INDEX_NAME, BUCKET_NAME, REGION_ROLE, AWS_REGION } = required(
  process.env,
  'TABLE_NAME',
  'CUSTOMER_INDEX_NAME',
  'BUCKET_NAME',
  'REGION_ROLE',
  'AWS_REGION',
);
const { STATE_MACHINE_ARN, PARAMETER_PREFIX, DEFAULT_PAYMENT_LIMIT, AWS_LAMBDA_LOG_LEVEL, AWS_ENDPOINT_URL } =
  process.env;

const log = jsonLog({ service: 'transaction-processor', region: AWS_REGION, role: REGION_ROLE }, AWS_LAMBDA_LOG_LEVEL);
const systemsManager = new SSMClient(CLIENT_CONFIG);

/** The function `transaction-processor`: see `createHandler`. */
export const handler = createHandler({
  transactions: new Transactions({
    ledger: new TableLedger(new DynamoDBClient(CLIENT_CONFIG), TABLE_NAME, CUSTOMER_INDEX_NAME),
    archive: new BucketArchive(
      // A local AWS has no host name per bucket.
      new S3Client({ ...CLIENT_CONFIG, forcePathStyle: AWS_ENDPOINT_URL !== undefined }),
      BUCKET_NAME,
    ),
    workflow: STATE_MACHINE_ARN ? new StateMachine(new SFNClient(CLIENT_CONFIG), STATE_MACHINE_ARN) : undefined,
    payments: new LimitPayments({
      readLimit: async () =>
        PARAMETER_PREFIX ? readParameter(systemsManager, `${PARAMETER_PREFIX}/payment/limit`) : undefined,
      defaultLimit: DEFAULT_PAYMENT_LIMIT ?? '1000000',
      log,
      now: Date.now,
    }),
  }),
  log,
  now: Date.now,
});
