import '@aws-sdk/signature-v4a';
import { join } from 'path';
import { DynamoDBClient, ListTablesCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeGlobalClustersCommand,
  FailoverGlobalClusterCommand,
  RDSClient,
  SwitchoverGlobalClusterCommand,
} from '@aws-sdk/client-rds';
import { GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { Manifest, parseManifest } from '../lib/manifest';
import { initOnce } from '../scripts/terraform-init';
import { SimulatorClient } from '../simulator/client';
import { Moto } from '../simulator/moto';
import { Simulator } from '../simulator/server';
import { TerraformFolder } from './terraform-folder';
import { ask, Reply } from './web';

const SHARED_INIT = join(__dirname, '../node_modules/.cache/terraform-init');
const MINUTES = 60_000;
const ROLES = ['primary', 'secondary'] as const;

/** One system that is built, used, broken and taken down. */
export interface EndToEndProps {
  /** Settings of the application, as environment variables. @default {} */
  readonly settings?: Record<string, string>;
  /** Settings under which it can be destroyed, when it is protected. @default - it can be destroyed as it is */
  readonly settingsToDestroy?: Record<string, string>;
}

/**
 * Synthesizes the application, applies it with the real Terraform and the real AWS provider to a simulator of its own,
 * proves that the next plan is empty, sends an order, an event, a parameter and a secret through it, takes the primary
 * region away and brings it back, and destroys it.
 */
export function endToEnd(name: string, { settings = {}, settingsToDestroy }: EndToEndProps = {}): void {
  const reason = Moto.isInstalled() ? initOnce(SHARED_INIT) : 'moto_server is not installed';
  if (reason !== undefined) process.stderr.write(`skipped, ${name}: ${reason}\n`);

  (reason === undefined ? describe : describe.skip)(name, () => {
    const started = Date.now();
    let folder: TerraformFolder;
    let simulator: Simulator;
    let manifest: Manifest;

    const say = (what: string): void => {
      process.stderr.write(`${((Date.now() - started) / 1000).toFixed(0).padStart(5)} s  ${name}: ${what}\n`);
    };
    const sdk = (role: 'primary' | 'secondary') => ({
      region: manifest.regions[role],
      endpoint: simulator.url,
      forcePathStyle: true,
      credentials: { accessKeyId: 'simulator', secretAccessKey: 'simulator' },
    });
    const control = (): SimulatorClient => new SimulatorClient(simulator.url);
    const web = (method: string, path: string, body?: object): Promise<Reply> =>
      ask(simulator.url, manifest.routing?.hostName ?? '', method, path, body);
    const order = (orderId: string): object => ({
      orderId,
      customerId: 'customer-1',
      amount: '100.10',
      currency: 'USD',
      items: [{ sku: 'a', quantity: 1, price: '100.10' }],
    });
    const statusOf = async (transactionId: string): Promise<unknown> =>
      (await web('GET', `/transactions/${transactionId}`)).body.status;
    /** Asks until it is so, while simulated time goes on; the last answer when it never is. */
    const eventually = async <T>(question: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> => {
      for (let tries = 1; ; tries++) {
        const answer = await question();
        if (isSo(answer) || tries === 60) return answer;
        await control().clock({ advance: 1_000 });
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    };
    const rds = (role: 'primary' | 'secondary'): RDSClient => new RDSClient(sdk(role));
    /** Waits until the writer of the database is in a region. */
    const writerIsAt = async (role: 'primary' | 'secondary'): Promise<void> => {
      const GlobalClusterIdentifier = manifest.aurora?.globalClusterId;
      const writer = async (): Promise<string | undefined> => {
        const { GlobalClusters } = await rds(role).send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier }));
        return GlobalClusters?.[0].GlobalClusterMembers?.find(({ IsWriter }) => IsWriter)?.DBClusterArn;
      };
      const wanted = manifest.aurora?.clusters[role].arn;
      expect(await eventually(writer, (arn) => arn === wanted)).toBe(wanted);
      await control().clock({ advance: 3 * MINUTES });
    };
    const orUndefined = <T>(answer: Promise<T>): Promise<T | undefined> => answer.catch(() => undefined);

    beforeAll(async () => {
      simulator = await Simulator.start({ port: 0 });
      folder = new TerraformFolder(SHARED_INIT);
      folder.synthesize(settings);
      say('synthesized');
    }, 2 * MINUTES);

    afterAll(async () => {
      await simulator?.stop();
      folder?.remove();
    }, MINUTES);

    test(
      'is applied by the real provider, and the next plan is empty',
      async () => {
        await folder.apply(simulator.url);
        say('applied');
        expect(await folder.plan(simulator.url)).toBe('');
        const outputs = await folder.outputs(simulator.url);
        manifest = parseManifest(String(outputs.manifest));
        say('planned: no changes');
      },
      20 * MINUTES,
    );

    test(
      'takes an order at the load balancer, and both regions have its records and its object',
      async () => {
        const { status, body } = await web('POST', '/transactions', order('order-1'));
        expect(status).toBe(202);
        expect(
          await eventually(
            () => statusOf(body.transactionId),
            (answer) => answer === 'fulfilled',
          ),
        ).toBe('fulfilled');
        for (const role of ROLES) {
          const records = await eventually(
            async () => {
              const { Items = [] } = await new DynamoDBClient(sdk(role)).send(
                new QueryCommand({
                  TableName: manifest.table.name,
                  KeyConditionExpression: 'transactionId = :id',
                  ExpressionAttributeValues: { ':id': { S: body.transactionId } },
                }),
              );
              return Items.map((item) => `${item.recordType.S} ${item.amount?.N ?? ''}`.trim()).sort();
            },
            (found) => found.length === 3,
          );
          expect([role, records]).toEqual([role, ['FULFILMENT', 'ORDER 100.1', 'PAYMENT 100.1']]);
          const text = await eventually(
            async () => {
              const key = `transactions/${body.transactionId}.json`;
              const found = await orUndefined(
                new S3Client(sdk(role)).send(new GetObjectCommand({ Bucket: manifest.buckets[role], Key: key })),
              );
              return found?.Body?.transformToString();
            },
            (found) => found !== undefined,
          );
          expect(JSON.parse(text ?? 'null')).toMatchObject({ order: { orderId: 'order-1', amount: '100.1' } });
        }
        say('an order is in both regions');
      },
      3 * MINUTES,
    );

    test(
      'takes an order as an event at the global endpoint',
      async () => {
        const { events } = manifest;
        const { FailedEntryCount } = await new EventBridgeClient(sdk('primary')).send(
          new PutEventsCommand({
            EndpointId: events?.endpointId,
            Entries: [
              {
                EventBusName: events?.busName,
                Source: 'app.orders',
                DetailType: 'OrderSubmitted',
                Detail: JSON.stringify(order('order-2')),
              },
            ],
          }),
        );
        expect(FailedEntryCount).toBe(0);
        const list = async (): Promise<string> =>
          JSON.stringify((await web('GET', '/transactions?customerId=customer-1')).body);
        expect(await eventually(list, (text) => text.includes('order-2'))).toContain('order-2');
        say('an event became an order');
      },
      2 * MINUTES,
    );

    test(
      'carries a changed parameter to the other region, with the values of that region in it',
      async () => {
        const Name = `${manifest.parameters?.prefix}/smoke/bucket`;
        await new SSMClient(sdk('primary')).send(
          new PutParameterCommand({ Name, Type: 'String', Value: `s3://${manifest.buckets.primary}/x` }),
        );
        const read = async (): Promise<string | undefined> =>
          (await orUndefined(new SSMClient(sdk('secondary')).send(new GetParameterCommand({ Name }))))?.Parameter
            ?.Value;
        expect(await eventually(read, (value) => value !== undefined)).toBe(`s3://${manifest.buckets.secondary}/x`);
        say('a parameter arrived, with the bucket of its region');
      },
      2 * MINUTES,
    );

    if (!settings.DISABLED_DOMAINS?.includes('aurora')) {
      test(
        'carries a changed secret to the other region',
        async () => {
          const SecretId = manifest.aurora?.secretName;
          const read = async (role: 'primary' | 'secondary'): Promise<string | undefined> =>
            (await orUndefined(new SecretsManagerClient(sdk(role)).send(new GetSecretValueCommand({ SecretId }))))
              ?.SecretString;
          const before = JSON.parse((await read('primary')) ?? 'null');
          const changed = JSON.stringify({ ...before, rotated: true });
          await new SecretsManagerClient(sdk('primary')).send(
            new PutSecretValueCommand({ SecretId, SecretString: changed }),
          );
          expect(
            await eventually(
              () => read('secondary'),
              (value) => value === changed,
            ),
          ).toBe(changed);
          say('a secret arrived');
        },
        2 * MINUTES,
      );
    }

    test(
      'serves users from the secondary region when the primary is lost, and they find their orders',
      async () => {
        const { primary: P, secondary: S } = manifest.regions;
        expect((await web('GET', '/health')).body.region).toBe(P);
        const { body } = await web('POST', '/transactions', order('order-3'));
        await eventually(
          () => statusOf(body.transactionId),
          (answer) => answer === 'fulfilled',
        );
        await control().clock({ advance: 10_000 });
        await control().inject({ kind: 'region-down', region: P });
        await control().clock({ advance: 60_000 });
        expect((await web('GET', '/health')).body.region).toBe(S);
        expect(await statusOf(body.transactionId)).toBe('fulfilled');
        const late = await web('POST', '/transactions', order('order-4'));
        expect(late.status).toBe(202);
        const fulfilled = await eventually(
          () => statusOf(late.body.transactionId),
          (answer) => answer === 'fulfilled',
        );
        expect(fulfilled).toBe('fulfilled');
        say('the secondary serves');
      },
      3 * MINUTES,
    );

    test(
      'has an empty plan after the failover, when the region is back (R-AUR-27)',
      async () => {
        const { aurora } = manifest;
        if (aurora) {
          await rds('secondary').send(
            new FailoverGlobalClusterCommand({
              GlobalClusterIdentifier: aurora.globalClusterId,
              TargetDbClusterIdentifier: aurora.clusters.secondary.arn,
              AllowDataLoss: true,
            }),
          );
          await writerIsAt('secondary');
        }
        await control().recover();
        await control().clock({ advance: 2 * MINUTES });
        expect(await folder.plan(simulator.url)).toBe('');
        say('planned after the failover: no changes');
      },
      6 * MINUTES,
    );

    if (!settings.DISABLED_DOMAINS?.includes('aurora')) {
      test(
        'goes back to the primary region by a switchover, and the plan stays empty',
        async () => {
          await rds('secondary').send(
            new SwitchoverGlobalClusterCommand({
              GlobalClusterIdentifier: manifest.aurora?.globalClusterId,
              TargetDbClusterIdentifier: manifest.aurora?.clusters.primary.arn,
            }),
          );
          await writerIsAt('primary');
          // The writer gate waits until five minutes without lag have shown that the writer is at home.
          await control().clock({ advance: 10 * MINUTES });
          expect((await web('GET', '/health')).body.region).toBe(manifest.regions.primary);
          expect(await folder.plan(simulator.url)).toBe('');
          say('back in the primary: no changes');
        },
        6 * MINUTES,
      );
    }

    test(
      'is destroyed without a trace',
      async () => {
        if (settingsToDestroy) {
          folder.synthesize(settingsToDestroy);
          await folder.apply(simulator.url);
          say('protection is off');
        }
        await folder.destroy(simulator.url);
        say('destroyed');
        for (const role of ROLES) {
          expect((await new S3Client(sdk(role)).send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
          expect((await new DynamoDBClient(sdk(role)).send(new ListTablesCommand({}))).TableNames).toEqual([]);
        }
      },
      20 * MINUTES,
    );
  });
}
