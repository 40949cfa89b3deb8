import { DataAwsDynamodbTable } from '@cdktf/provider-aws/lib/data-aws-dynamodb-table';
import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { DynamodbTableReplicaA } from '@cdktf/provider-aws/lib/dynamodb-table-replica';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import { z } from 'zod';
import { backupTag } from '../core/backup-tag';
import { ConfigurationError } from '../core/errors';
import { keyHalves } from '../core/key-pair';
import { RegionPair } from '../core/region-pair';
import { arn, instance, text, validateProps } from '../core/validation';

/** Props of `GlobalTable`. */
export interface GlobalTableProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** Name of the table without suffix; the same in both regions. @default 'transactions' */
  readonly tableName?: string;
  /** Attribute (a string) that is the partition key. @default 'transactionId' */
  readonly partitionKey?: string;
  /** Attribute (a string) that is the sort key. @default 'recordType' */
  readonly sortKey?: string;
  /** Name of the global secondary index. @default 'customer-index' */
  readonly indexName?: string;
  /** Attribute (a string) that is the partition key of the index. @default 'customerId' */
  readonly indexPartitionKey?: string;
  /** Attribute (a string) that is the sort key of the index. @default 'createdAt' */
  readonly indexSortKey?: string;
  /** Attribute (a number, seconds since 1970) after which DynamoDB deletes an item in both regions. @default - items stay */
  readonly timeToLiveAttribute?: string;
  /** Key of the primary region. Give both keys or neither. @default - a key that DynamoDB owns */
  readonly primaryKeyArn?: string;
  /** Key of the secondary region. Give both keys or neither. @default - a key that DynamoDB owns */
  readonly secondaryKeyArn?: string;
}

/** One region's replica of the table. Both replicas take writes. */
export interface RegionalTable {
  /** Built from the region, so that a policy names the replica its code talks to (rule R-DDB-15). */
  readonly tableArn: string;
  /** ARN of the table and of its indexes, as IAM policies name them. */
  readonly policyArns: readonly string[];
  /** Stream of the changes that reach this replica: every change appears in the stream of both regions. */
  readonly streamArn: string;
}

const attributeName = text.max(255, 'use at most 255 characters');

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  tableName: text.optional(),
  partitionKey: attributeName.optional(),
  sortKey: attributeName.optional(),
  indexName: z
    .string('give the name of the index')
    .regex(/^[A-Za-z0-9_.-]{3,255}$/, 'use 3 to 255 letters, digits, dots, hyphens and underscores')
    .optional(),
  indexPartitionKey: attributeName.optional(),
  indexSortKey: attributeName.optional(),
  timeToLiveAttribute: attributeName.optional(),
  primaryKeyArn: arn('kms').optional(),
  secondaryKeyArn: arn('kms').optional(),
});

/**
 * A DynamoDB global table: one table, one replica in the other region, both take writes.
 *
 * It is eventually consistent between the regions: the recovery point is the replication delay, usually a few seconds,
 * the last writer of an item wins, and transactions are atomic in the region that runs them only (rule R-DDB-10). Strong
 * consistency between regions needs three regions and AWS provider 6, and is not offered here (rule R-DDB-9).
 *
 * The replica is an `aws_dynamodb_table_replica` and not a `replica` block of the table: the block has no deletion
 * protection before AWS provider 6.9, and would give the replica the tags of the primary region (rules R-DDB-1,
 * R-DDB-6, R-DDB-7). https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 *
 * @throws ConfigurationError for unknown or malformed props, one key without the other, a key of another
 * region, one attribute in two parts
 */
export class GlobalTable extends Construct {
  /** The same in both regions. */
  public readonly tableName: string;
  /** The same in both regions. */
  public readonly customerIndexName: string;
  public readonly primary: RegionalTable;
  public readonly secondary: RegionalTable;

  constructor(scope: Construct, id: string, props: GlobalTableProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;
    // The encryption type is common to all replicas: AWS refuses a key on one side only (rule R-DDB-5).
    const keys = keyHalves(this, regions, props);
    const { deletionProtection } = regions.protection;
    const hashKey = props.partitionKey ?? 'transactionId';
    const rangeKey = props.sortKey ?? 'recordType';
    const indexHashKey = props.indexPartitionKey ?? 'customerId';
    const indexRangeKey = props.indexSortKey ?? 'createdAt';
    this.checkAttributes(hashKey, rangeKey, indexHashKey, indexRangeKey, props.timeToLiveAttribute);
    this.tableName = regions.sharedName('table', props.tableName ?? 'transactions');
    this.customerIndexName = props.indexName ?? 'customer-index';

    const table = new DynamodbTable(new Construct(this, 'Primary'), 'Table', {
      provider: regions.primary.provider,
      name: this.tableName,
      billingMode: 'PAY_PER_REQUEST',
      hashKey,
      rangeKey,
      attribute: [...new Set([hashKey, rangeKey, indexHashKey, indexRangeKey])].map((name) => ({ name, type: 'S' })),
      globalSecondaryIndex: [
        { name: this.customerIndexName, hashKey: indexHashKey, rangeKey: indexRangeKey, projectionType: 'ALL' },
      ],
      streamEnabled: true,
      streamViewType: 'NEW_AND_OLD_IMAGES',
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: keys.primary ? { enabled: true, kmsKeyArn: keys.primary } : undefined,
      deletionProtectionEnabled: deletionProtection,
      ttl: props.timeToLiveAttribute ? { enabled: true, attributeName: props.timeToLiveAttribute } : undefined,
      tags: { Name: this.tableName, ...backupTag(regions) },
      lifecycle: { ignoreChanges: ['replica'] },
    });

    const secondaryHalf = new Construct(this, 'Secondary');
    const replica = new DynamodbTableReplicaA(secondaryHalf, 'Table', {
      provider: regions.secondary.provider,
      globalTableArn: table.arn,
      kmsKeyArn: keys.secondary,
      pointInTimeRecovery: true,
      deletionProtectionEnabled: deletionProtection,
      tags: { Name: this.tableName, ...backupTag(regions) },
    });
    const replicaData = new DataAwsDynamodbTable(secondaryHalf, 'TableData', {
      provider: regions.secondary.provider,
      // Through the replica's ARN, so that it is read after the replica exists, and not deferred by every later change.
      name: Fn.element(Fn.split('/', replica.arn), 1),
    });

    this.primary = this.half(regions.primary.arn('dynamodb', `table/${this.tableName}`), table.streamArn);
    this.secondary = this.half(regions.secondary.arn('dynamodb', `table/${this.tableName}`), replicaData.streamArn);
  }

  private half(tableArn: string, streamArn: string): RegionalTable {
    return { tableArn, policyArns: [tableArn, `${tableArn}/index/*`], streamArn };
  }

  private checkAttributes(
    hashKey: string,
    rangeKey: string,
    indexHashKey: string,
    indexRangeKey: string,
    ttl?: string,
  ): void {
    const differ = (prop: string, value: string, from: string): void => {
      throw new ConfigurationError(this, { prop, received: value, wayOut: `name an attribute other than ${from}` });
    };
    if (hashKey === rangeKey) differ('sortKey', rangeKey, 'partitionKey');
    if (indexHashKey === indexRangeKey) differ('indexSortKey', indexRangeKey, 'indexPartitionKey');
    if (ttl && [hashKey, rangeKey, indexHashKey, indexRangeKey].includes(ttl)) {
      differ('timeToLiveAttribute', ttl, 'the keys: they are strings, and this one is a number');
    }
  }
}
