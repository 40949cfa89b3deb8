import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateGlobalClusterCommand,
  DeleteDBClusterCommand,
  DescribeDBClustersCommand,
  DescribeGlobalClustersCommand,
  FailoverGlobalClusterCommand,
  RDSClient,
  RemoveFromGlobalClusterCommand,
  SwitchoverGlobalClusterCommand,
} from '@aws-sdk/client-rds';
import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';
import { Json } from '../../simulator/wire';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-east-2';
const arn = (region: string): string => `arn:aws:rds:${region}:123456789012:cluster:orders-${region}`;

motoDescribe('Aurora global database', () => {
  const aws = new Fixture({ clock: { factor: 0, start: Math.floor(Date.now() / 60_000) * 60_000 } });
  const rds = (region: string): RDSClient => new RDSClient(aws.sdk(region));
  const ID = { GlobalClusterIdentifier: 'orders' };

  const cluster = (region: string, more: object = {}): Promise<unknown> =>
    rds(region).send(
      new CreateDBClusterCommand({
        ...ID,
        DBClusterIdentifier: `orders-${region}`,
        Engine: 'aurora-postgresql',
        EngineVersion: '16.8',
        StorageEncrypted: true,
        KmsKeyId: `arn:aws:kms:${region}:123456789012:key/k`,
        ...more,
      }),
    );
  const instance = (region: string, DBInstanceClass = 'db.serverless'): Promise<unknown> =>
    rds(region).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: `orders-${region}-1`,
        DBClusterIdentifier: `orders-${region}`,
        Engine: 'aurora-postgresql',
        DBInstanceClass,
      }),
    );
  const execute = async (region: string, sql: string): Promise<number | undefined> => {
    const { records } = await new RDSDataClient(aws.sdk(region)).send(
      new ExecuteStatementCommand({ resourceArn: arn(region), secretArn: 'x', sql }),
    );
    return records?.[0][0].longValue;
  };
  const described = async (region: string): Promise<{ status?: string; writer?: string }> => {
    const { GlobalClusters } = await rds(region).send(new DescribeGlobalClustersCommand(ID));
    const found = GlobalClusters?.[0];
    return {
      status: found?.Status,
      writer: found?.GlobalClusterMembers?.find(({ IsWriter }) => IsWriter)?.DBClusterArn,
    };
  };
  const link = async (from: string): Promise<Json> =>
    (await aws.control.status()).replication.find((each) => each.service === 'aurora' && each.from === from);

  beforeAll(async () => {
    await rds(P).send(
      new CreateGlobalClusterCommand({
        ...ID,
        Engine: 'aurora-postgresql',
        EngineVersion: '16.8',
        StorageEncrypted: true,
      }),
    );
    await cluster(P, { MasterUsername: 'app', MasterUserPassword: 'simulated-1' });
  });

  test('R-AUR-10: a secondary waits for an instance of the primary', async () => {
    await expect(cluster(S)).rejects.toThrow('not valid for physical replication');
    await instance(P);
  });

  test.each<[string, object, string]>([
    ['R-AUR-9', { MasterUsername: 'app', MasterUserPassword: 'simulated-1' }, 'Cannot specify user name / password'],
    ['R-AUR-11', { KmsKeyId: undefined }, 'kmsKeyId should be explicitly specified'],
    ['R-AUR-11', { StorageEncrypted: false, KmsKeyId: undefined }, 'should match setting for global cluster'],
    ['R-AUR-3', { EngineVersion: '16.6' }, 'must be that of the global cluster'],
  ])('%s: %p is refused', (_rule, more, message) => expect(cluster(S, more)).rejects.toThrow(message));

  test('R-AUR-5: a small instance class is refused', async () => {
    await cluster(S, { EnableGlobalWriteForwarding: true });
    await expect(instance(S, 'db.t4g.medium')).rejects.toThrow('not supported by global databases: db.t4g.medium');
    await instance(S);
  });

  test('R-AUR-13: the secondary names its source, the primary none', async () => {
    const source = async (region: string): Promise<string | undefined> => {
      const { DBClusters } = await rds(region).send(
        new DescribeDBClustersCommand({ DBClusterIdentifier: `orders-${region}` }),
      );
      return DBClusters?.[0].ReplicationSourceIdentifier;
    };
    expect([await source(P), await source(S)]).toEqual([undefined, arn(P)]);
  });

  test('a member is not deleted before it has left', async () => {
    const remove = new DeleteDBClusterCommand({ DBClusterIdentifier: `orders-${P}`, SkipFinalSnapshot: true });
    await expect(rds(P).send(remove)).rejects.toThrow('remove it from globalcluster first');
    const leave = new RemoveFromGlobalClusterCommand({ ...ID, DbClusterIdentifier: arn(P) });
    await expect(rds(P).send(leave)).rejects.toThrow('The writer cannot leave');
  });

  test('writes arrive after the lag; the secondary takes none', async () => {
    expect(await execute(P, 'INSERT INTO orders VALUES (1)')).toBe(1);
    expect(await execute(S, 'SELECT 1')).toBe(0);
    await aws.control.clock({ advance: 500 });
    expect(await execute(S, 'SELECT 1')).toBe(1);
    await expect(execute(S, 'INSERT INTO orders VALUES (2)')).rejects.toThrow('read-only transaction');
  });

  test('the lag is a metric of the secondary region', async () => {
    await aws.control.clock({ advance: 60_000 });
    const { time } = await aws.control.status();
    const { Datapoints } = await new CloudWatchClient(aws.sdk(S)).send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/RDS',
        MetricName: 'AuroraGlobalDBReplicationLag',
        StartTime: new Date(Date.parse(time) - 120_000),
        EndTime: new Date(Date.parse(time) + 60_000),
        Period: 60,
        Statistics: ['Maximum'],
        Dimensions: [
          { Name: 'DBClusterIdentifier', Value: `orders-${S}` },
          { Name: 'SourceRegion', Value: P },
        ],
      }),
    );
    expect(Datapoints?.map(({ Maximum }) => Maximum)).toContain(500);
  });

  test('R-AUR-26: a switchover loses nothing, and takes its time', async () => {
    await execute(P, 'INSERT INTO orders VALUES (2)');
    await rds(P).send(new SwitchoverGlobalClusterCommand({ ...ID, TargetDbClusterIdentifier: arn(S) }));
    expect(await described(S)).toEqual({ status: 'switching-over', writer: arn(P) });
    await aws.control.clock({ advance: 60_000 });
    expect(await described(S)).toEqual({ status: 'available', writer: arn(S) });
    expect(await execute(S, 'SELECT 1')).toBe(2);
    expect(await execute(S, 'INSERT INTO orders VALUES (3)')).toBe(3);
    await aws.control.clock({ advance: 1_000 });
    expect(await execute(P, 'SELECT 1')).toBe(3);
  });

  test('R-AUR-26: a switchover needs both regions, a failover only the target; what had not arrived is lost and counted', async () => {
    await execute(S, 'INSERT INTO orders VALUES (4)');
    await execute(S, 'INSERT INTO orders VALUES (5)');
    const fault = await aws.control.inject({ kind: 'region-down', region: S });
    const target = { ...ID, TargetDbClusterIdentifier: arn(P) };
    await expect(rds(P).send(new FailoverGlobalClusterCommand(target))).rejects.toThrow('needs both regions');
    await aws.control.clock({ advance: 30_000 });
    await rds(P).send(new FailoverGlobalClusterCommand({ ...target, AllowDataLoss: true }));
    await aws.control.clock({ advance: 60_000 });
    expect(await described(P)).toEqual({ status: 'available', writer: arn(P) });
    expect(await execute(P, 'INSERT INTO orders VALUES (6)')).toBe(4);
    expect(await link(S)).toMatchObject({ pending: 0, lost: 2, lostAge: 90_000 });
    await aws.control.recover({ id: fault.id });
    await aws.control.clock({ advance: 2_000 });
    expect(await execute(S, 'SELECT 1')).toBe(4);
  });
});
