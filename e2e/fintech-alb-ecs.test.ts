import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DBInstance, DescribeDBInstancesCommand, PromoteReadReplicaCommand, RDSClient } from '@aws-sdk/client-rds';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Json } from '../simulator/wire';
import { findAll } from '../simulator/xml';
import { describeLive, MINUTES } from './live-system';
import { attributeOf, textOf } from './readings';
import { testApply, testDestroy, testRecovery } from './stages';

const P = 'us-east-1';
const S = 'us-east-2';
const REGIONS = [P, S] as const;
const SESSION = { sessionId: 'session-1', recordType: 'SESSION' };

describeLive('examples/fintech-alb-ecs', (system) => {
  let outputs: Readonly<Record<string, string>>;

  const ledger = async (region: string): Promise<DBInstance | undefined> => {
    const { DBInstances = [] } = await new RDSClient(system.sdk(region)).send(new DescribeDBInstancesCommand({}));
    return DBInstances.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier?.startsWith('ledger-'));
  };
  const statusOf = async (host: string): Promise<number | undefined> =>
    (await system.web(host, 'GET', '/').catch(() => undefined))?.status;
  const session = (region: string): Promise<string | undefined> =>
    attributeOf(system.sdk(region), outputs.session_table_name, SESSION, 'userId');
  const isThere = (value: string | undefined): boolean => value !== undefined;

  testApply(
    system,
    () => ({ program: 'examples/fintech-alb-ecs/main.ts' }),
    (told) => (outputs = told as typeof outputs),
  );

  test.each([
    ['primary', P],
    ['secondary', S],
  ])('runs the containers of the %s region behind a load balancer with the firewall', async (role, region) => {
    const name = `web-${role}-dev`;
    const { services } = await system.wire.json('ecs', region, 'DescribeServices', { cluster: name, services: [name] });
    const [service] = services as Json[];
    expect(service).toMatchObject({ status: 'ACTIVE', desiredCount: 2, runningCount: 2 });
    expect(service.loadBalancers).toHaveLength(1);
    const described = await system.wire.query('elasticloadbalancing', region, 'DescribeLoadBalancers', {});
    const [ResourceArn] = findAll(described, 'LoadBalancerArn').map(({ text }) => text);
    const { WebACL } = await system.wire.json('wafv2', region, 'GetWebACLForResource', { ResourceArn });
    expect(WebACL.Name).toBe(`waf-${role}-dev`);
    expect(await statusOf(outputs[`${role}_load_balancer_dns_name`])).toBe(200);
  });

  test('has the database in the primary region, and its replica in the secondary', async () => {
    const [primary, secondary] = [await ledger(P), await ledger(S)];
    expect(primary?.ReadReplicaDBInstanceIdentifiers).toEqual([secondary?.DBInstanceArn]);
    expect(secondary?.ReadReplicaSourceDBInstanceIdentifier).toBe(primary?.DBInstanceArn);
    expect(outputs.primary_database_endpoint).toContain(primary?.Endpoint?.Address);
    expect(outputs.secondary_database_endpoint).toContain(secondary?.Endpoint?.Address);
  });

  test(
    'keeps sessions and uploads in both regions',
    async () => {
      await new DynamoDBClient(system.sdk(P)).send(
        new PutItemCommand({
          TableName: outputs.session_table_name,
          Item: {
            sessionId: { S: SESSION.sessionId },
            recordType: { S: SESSION.recordType },
            userId: { S: 'user-1' },
          },
        }),
      );
      const upload = { Bucket: outputs.primary_bucket_name, Key: 'statement.txt', Body: 'paid' };
      await new S3Client(system.sdk(P)).send(new PutObjectCommand(upload));
      expect(await system.eventually(() => session(S), isThere)).toBe('user-1');
      const copy = (): Promise<string | undefined> =>
        textOf(system.sdk(S), outputs.secondary_bucket_name, 'statement.txt');
      expect(await system.eventually(copy, isThere)).toBe('paid');
      system.say('a session and an upload are in both regions');
    },
    2 * MINUTES,
  );

  test(
    'is reached in the secondary region when the primary is lost, with its sessions, and a database that takes writes',
    async () => {
      expect(await statusOf(outputs.host_name)).toBe(200);
      await system.control.inject({ kind: 'region-down', region: P });
      await system.control.clock({ advance: 3 * MINUTES });
      expect(await statusOf(outputs.primary_load_balancer_dns_name)).toBeUndefined();
      expect(await statusOf(outputs.host_name)).toBe(200);
      expect(await session(S)).toBe('user-1');
      const DBInstanceIdentifier = (await ledger(S))?.DBInstanceIdentifier;
      await new RDSClient(system.sdk(S)).send(new PromoteReadReplicaCommand({ DBInstanceIdentifier }));
      const promoted = await ledger(S);
      expect(promoted?.ReadReplicaSourceDBInstanceIdentifier).toBeUndefined();
      expect(outputs.secondary_database_endpoint).toContain(promoted?.Endpoint?.Address);
      system.say('the secondary serves, and its database is promoted');
    },
    2 * MINUTES,
  );

  testRecovery(system);

  testDestroy(system, () => REGIONS);
});
