import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeGlobalClustersCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LiveSystem, MINUTES } from './live-system';
import { SynthesisProps } from './terraform-folder';

type Outputs = Readonly<Record<string, unknown>>;

/** The first test of every system. @param then what the outputs are kept for */
export function testApply(
  system: LiveSystem,
  synthesis: () => Promise<SynthesisProps> | SynthesisProps,
  then: (outputs: Outputs) => void,
): void {
  test(
    'is applied by the real provider, and the next plan is empty',
    async () => {
      system.folder.synthesize(await synthesis());
      system.say('synthesized');
      await system.folder.apply(system.url);
      system.say('applied');
      expect(await system.folder.plan(system.url)).toBe('');
      then(await system.folder.outputs(system.url));
      system.say('planned: no changes');
    },
    20 * MINUTES,
  );
}

/** The last but one: a region that was lost comes back. @param before what is done while it is still away */
export function testRecovery(system: LiveSystem, before: () => Promise<unknown> = async () => undefined): void {
  test(
    'has an empty plan after the failover, when the region is back (R-AUR-27)',
    async () => {
      await before();
      await system.control.recover();
      await system.control.clock({ advance: 2 * MINUTES });
      expect(await system.folder.plan(system.url)).toBe('');
      system.say('planned after the failover: no changes');
    },
    6 * MINUTES,
  );
}

/** The last test of every system. @param unprotected what is applied first where the system is protected */
export function testDestroy(system: LiveSystem, regions: () => readonly string[], unprotected?: SynthesisProps): void {
  test(
    'is destroyed without a trace',
    async () => {
      if (unprotected) {
        system.folder.synthesize(unprotected);
        await system.folder.apply(system.url);
        system.say('protection is off');
      }
      await system.folder.destroy(system.url);
      system.say('destroyed');
      expect(await system.folder.managed(system.url)).toEqual([]);
      for (const region of regions()) expect([region, await leftIn(system, region)]).toEqual([region, []]);
    },
    20 * MINUTES,
  );
}

/** Names of what holds data or costs money and is still in a region. */
async function leftIn(system: LiveSystem, region: string): Promise<(string | undefined)[]> {
  const settings = system.sdk(region);
  const rds = new RDSClient(settings);
  const { Buckets = [] } = await new S3Client(settings).send(new ListBucketsCommand({}));
  const { TableNames = [] } = await new DynamoDBClient(settings).send(new ListTablesCommand({}));
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}));
  const { GlobalClusters = [] } = await rds.send(new DescribeGlobalClustersCommand({}));
  const { Functions = [] } = await new LambdaClient(settings).send(new ListFunctionsCommand({}));
  const { QueueUrls = [] } = await new SQSClient(settings).send(new ListQueuesCommand({}));
  return [
    ...Buckets.map(({ Name }) => Name),
    ...TableNames,
    ...DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier),
    ...DBClusters.map(({ DBClusterIdentifier }) => DBClusterIdentifier),
    ...GlobalClusters.map(({ GlobalClusterIdentifier }) => GlobalClusterIdentifier),
    ...Functions.map(({ FunctionName }) => FunctionName),
    ...QueueUrls,
  ];
}
