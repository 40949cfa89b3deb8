import '@aws-sdk/signature-v4a';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { Manifest, parseManifest } from '../lib/manifest';
import { GlobalDatabase } from './global-database';
import { ClientSettings, describeLive, MINUTES, orUndefined } from './live-system';
import { testApply, testDestroy, testRecovery } from './stages';
import { Reply } from './web';

const ROLES = ['primary', 'secondary'] as const;

/** One system that is built, used, broken and taken down. */
export interface EndToEndProps {
  /** Program, from the root of the repository. @default 'main.ts' */
  readonly program?: string;
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
export function endToEnd(name: string, { program, settings = {}, settingsToDestroy }: EndToEndProps = {}): void {
  describeLive(name, (system) => {
    let manifest: Manifest;

    const say = (what: string): void => system.say(what);
    const sdk = (role: 'primary' | 'secondary'): ClientSettings => system.sdk(manifest.regions[role]);
    const web = (method: string, path: string, body?: object): Promise<Reply> =>
      system.web(manifest.routing?.hostName ?? '', method, path, body);
    const order = (orderId: string): object => ({
      orderId,
      customerId: 'customer-1',
      amount: '100.10',
      currency: 'USD',
      items: [{ sku: 'a', quantity: 1, price: '100.10' }],
    });
    const statusOf = async (transactionId: string): Promise<unknown> =>
      (await web('GET', `/transactions/${transactionId}`)).body.status;
    const eventually: typeof system.eventually = (question, isSo) => system.eventually(question, isSo);
    const database = (): GlobalDatabase =>
      new GlobalDatabase(system, manifest.regions.secondary, manifest.aurora?.globalClusterId ?? '');

    testApply(
      system,
      () => ({ program, settings }),
      ({ manifest: told }) => (manifest = parseManifest(String(told))),
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

    /** A secret of the application, with what is different in each region. */
    const appSecret = (role: 'primary' | 'secondary', password: string): string =>
      JSON.stringify({
        password,
        bucket: manifest.buckets[role],
        ...(manifest.aurora ? { reader: manifest.aurora.clusters[role].readerEndpoint } : {}),
      });
    const secretIn = async (role: 'primary' | 'secondary'): Promise<string | undefined> =>
      (
        await orUndefined(
          new SecretsManagerClient(sdk(role)).send(new GetSecretValueCommand({ SecretId: secretName() })),
        )
      )?.SecretString;
    const secretName = (): string => `${manifest.parameters?.prefix.slice(1)}/smoke/connection`;

    if (!settings.DISABLED_DOMAINS?.includes('secrets')) {
      test(
        'carries a secret of the application to the other region, with the values of that region in it',
        async () => {
          await new SecretsManagerClient(sdk('primary')).send(
            new CreateSecretCommand({ Name: secretName(), SecretString: appSecret('primary', 'first') }),
          );
          const wanted = appSecret('secondary', 'first');
          expect(
            await eventually(
              () => secretIn('secondary'),
              (value) => value !== undefined,
            ),
          ).toBe(wanted);
          say('a secret of the application arrived, with the values of its region');
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
        await system.control.clock({ advance: 10_000 });
        await system.control.inject({ kind: 'region-down', region: P });
        await system.control.clock({ advance: 60_000 });
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

    testRecovery(system, async () => {
      if (manifest.aurora) await database().failOverTo(manifest.regions.secondary);
    });

    if (!settings.DISABLED_DOMAINS?.includes('aurora')) {
      test(
        'goes back to the primary region by a switchover, and the plan stays empty',
        async () => {
          await database().switchOverTo(manifest.regions.primary);
          // The writer gate waits until five minutes without lag have shown that the writer is at home.
          await system.control.clock({ advance: 10 * MINUTES });
          expect((await web('GET', '/health')).body.region).toBe(manifest.regions.primary);
          expect(await system.folder.plan(system.url)).toBe('');
          say('back in the primary: no changes');
        },
        6 * MINUTES,
      );
    }

    if (!settings.DISABLED_DOMAINS?.includes('secrets')) {
      test(
        'carries back a secret that was changed in the secondary region, with the values of the primary in it',
        async () => {
          await new SecretsManagerClient(sdk('secondary')).send(
            new PutSecretValueCommand({ SecretId: secretName(), SecretString: appSecret('secondary', 'second') }),
          );
          const wanted = appSecret('primary', 'second');
          expect(
            await eventually(
              () => secretIn('primary'),
              (value) => value === wanted,
            ),
          ).toBe(wanted);
          for (const role of ROLES) {
            const gone = { SecretId: secretName(), ForceDeleteWithoutRecovery: true };
            await new SecretsManagerClient(sdk(role)).send(new DeleteSecretCommand(gone));
          }
          say('a changed secret came back');
        },
        2 * MINUTES,
      );
    }

    testDestroy(
      system,
      () => ROLES.map((role) => manifest.regions[role]),
      settingsToDestroy && { program, settings: settingsToDestroy },
    );
  });
}
