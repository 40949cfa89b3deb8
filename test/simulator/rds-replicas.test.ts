import {
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  CreateDBParameterGroupCommand,
  DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBEngineVersionsCommand,
  DescribeDBInstancesCommand,
  DescribeDBParametersCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  PromoteReadReplicaCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-east-2';
const KEY = `arn:aws:kms:${S}:123456789012:key/00000000-0000-0000-0000-000000000000`;

motoDescribe('RDS instances and their replicas', () => {
  const aws = new Fixture({ clock: { factor: 0 } });
  const rds = (region = P): RDSClient => new RDSClient(aws.sdk(region));
  const described = async (id: string, region = P): Promise<DBInstance | undefined> =>
    (await rds(region).send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }))).DBInstances?.[0];
  const create = (id: string, settings = {}): Promise<unknown> =>
    rds().send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: id,
        DBInstanceClass: 'db.t4g.medium',
        Engine: 'postgres',
        EngineVersion: '17.6',
        AllocatedStorage: 20,
        DBName: 'app',
        MasterUsername: 'dbadmin',
        ManageMasterUserPassword: true,
        BackupRetentionPeriod: 7,
        ...settings,
      }),
    );
  const replicate = async (id: string, of: string, settings = {}): Promise<DBInstance | undefined> => {
    const { DBInstance: replica } = await rds(S).send(
      new CreateDBInstanceReadReplicaCommand({
        DBInstanceIdentifier: id,
        SourceDBInstanceIdentifier: `arn:aws:rds:${P}:123456789012:db:${of}`,
        DBInstanceClass: 'db.t4g.medium',
        MonitoringInterval: 60,
        ...settings,
      }),
    );
    return replica;
  };

  beforeAll(async () => {
    await create('ledger', { StorageEncrypted: true });
  });

  test('a replica of another region has the settings of its source and its own, and both name each other', async () => {
    const replica = await replicate('ledger-copy', 'ledger', { KmsKeyId: KEY });
    const source = await described('ledger');
    expect(replica?.ReadReplicaSourceDBInstanceIdentifier).toBe(source?.DBInstanceArn);
    expect(await described('ledger-copy', S)).toMatchObject({
      DBInstanceArn: `arn:aws:rds:${S}:123456789012:db:ledger-copy`,
      Engine: 'postgres',
      EngineVersion: '17.6',
      AllocatedStorage: 20,
      BackupRetentionPeriod: 0,
      DBName: 'app',
      Endpoint: { Address: expect.stringContaining(S) },
      KmsKeyId: KEY,
      MonitoringInterval: 60,
      ReadReplicaSourceDBInstanceIdentifier: source?.DBInstanceArn,
    });
    expect(source?.ReadReplicaDBInstanceIdentifiers).toEqual([replica?.DBInstanceArn]);
    expect(source?.ReadReplicaSourceDBInstanceIdentifier).toBeUndefined();
  });

  test('a replica of the same region is named by its identifier', async () => {
    const settings = { DBInstanceIdentifier: 'ledger-reader', SourceDBInstanceIdentifier: 'ledger' };
    await rds().send(new CreateDBInstanceReadReplicaCommand({ ...settings, DBInstanceClass: 'db.t4g.medium' }));
    expect((await described('ledger-reader'))?.ReadReplicaSourceDBInstanceIdentifier).toBe('ledger');
    expect((await described('ledger'))?.ReadReplicaDBInstanceIdentifiers).toContain('ledger-reader');
    await rds().send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'ledger-reader', SkipFinalSnapshot: true }));
    expect((await described('ledger'))?.ReadReplicaDBInstanceIdentifiers).toHaveLength(1);
  });

  test('a source without backups, an encrypted one without a key, and one that is away, are refused', async () => {
    await create('plain', { BackupRetentionPeriod: 0 });
    await expect(replicate('copy', 'plain')).rejects.toMatchObject({ name: 'InvalidDBInstanceStateFault' });
    await expect(replicate('copy', 'ledger')).rejects.toThrow('kmsKeyId should be explicitly specified');
    await aws.control.inject({ kind: 'partition', region: P, peer: S });
    await expect(replicate('copy', 'ledger', { KmsKeyId: KEY })).rejects.toThrow('cannot be reached');
    await aws.control.recover();
  });

  test('a replica is promoted while its source is away, once, and is backed up from then on', async () => {
    await aws.control.inject({ kind: 'region-down', region: P });
    await rds(S).send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: 'ledger-copy' }));
    await aws.control.recover();
    const promoted = await described('ledger-copy', S);
    expect(promoted?.ReadReplicaSourceDBInstanceIdentifier).toBeUndefined();
    expect(promoted?.BackupRetentionPeriod).toBe(1);
    expect((await described('ledger'))?.ReadReplicaDBInstanceIdentifiers ?? []).toEqual([]);
    const again = new PromoteReadReplicaCommand({ DBInstanceIdentifier: 'ledger-copy' });
    await expect(rds(S).send(again)).rejects.toMatchObject({ name: 'InvalidDBInstanceStateFault' });
  });

  test('a changed setting of the monitoring is kept', async () => {
    const change = { DBInstanceIdentifier: 'ledger', MonitoringInterval: 30 };
    await rds().send(new ModifyDBInstanceCommand(change));
    expect((await described('ledger'))?.MonitoringInterval).toBe(30);
  });

  test('parameters that were set are those of the user', async () => {
    const DBParameterGroupName = 'ledger';
    const family = { DBParameterGroupFamily: 'postgres17', Description: 'test' };
    await rds().send(new CreateDBParameterGroupCommand({ DBParameterGroupName, ...family }));
    const parameter = { ParameterName: 'rds.force_ssl', ParameterValue: '1', ApplyMethod: 'pending-reboot' } as const;
    await rds().send(new ModifyDBParameterGroupCommand({ DBParameterGroupName, Parameters: [parameter] }));
    const { Parameters } = await rds().send(new DescribeDBParametersCommand({ DBParameterGroupName }));
    expect(Parameters).toEqual([{ ...parameter, Source: 'user' }]);
  });

  test.each([
    [{ Engine: 'postgres', DBParameterGroupFamily: 'postgres17' }, 'SupportsReadReplica', ['17.4', '17.6']],
    [{ Engine: 'aurora-postgresql', EngineVersion: '16' }, 'SupportsGlobalDatabases', ['16.4', '16.6', '16.8', '16.9']],
    [
      { Engine: 'aurora-mysql', EngineVersion: '8.0.mysql_aurora.3.10.3' },
      'SupportsGlobalDatabases',
      ['8.0.mysql_aurora.3.10.3'],
    ],
    [{ Engine: 'postgres', EngineVersion: '1' }, 'SupportsReadReplica', []],
  ] as const)('versions of %j', async (wanted, feature, versions) => {
    const { DBEngineVersions = [] } = await rds().send(new DescribeDBEngineVersionsCommand(wanted));
    expect(DBEngineVersions.map(({ EngineVersion }) => EngineVersion)).toEqual(versions);
    expect(DBEngineVersions.every((version) => version[feature])).toBe(true);
  });
});
