import { cpSync, readdirSync, readFileSync, writeFileSync } from 'fs';
import { request } from 'http';
import { join } from 'path';
import { Json } from '../../simulator/wire';
import { applyDescribe, Fixture, Workspace } from './support';

/**
 * Builds a synthesized stack of this library whole, loses the primary region under it, and takes it down again. It takes
 * some eight minutes, most of which the provider waits, and so runs only on demand:
 *
 *     npm run synth && SIMULATE_STACK=cdktf.out/stacks/TapStack-dev npx jest test/simulator/system.test.ts
 */
const STACK = process.env.SIMULATE_STACK;

const MINUTES = 60_000;

(STACK ? applyDescribe : describe.skip)('a system in two regions', () => {
  const aws = new Fixture();
  let workspace: Workspace;
  let outputs: Record<string, string>;

  const web = (method: string, path: string, body?: object): Promise<{ status?: number; body: Json }> =>
    new Promise((resolve, reject) => {
      const headers = { host: outputs.host_name, 'content-type': 'application/json' };
      const outgoing = request(aws.simulator.url + path, { method, headers }, (incoming) => {
        let text = '';
        incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
        incoming.on('end', () => resolve({ status: incoming.statusCode, body: JSON.parse(text || 'null') }));
      });
      outgoing.on('error', reject);
      outgoing.end(body && JSON.stringify(body));
    });
  const place = async (orderId: string): Promise<string> => {
    const items = [{ sku: 'a', quantity: 1, price: 5 }];
    const order = { orderId, customerId: 'c-1', amount: 5, currency: 'USD', items };
    return (await web('POST', '/transactions', order)).body.transactionId;
  };
  const outcome = async (transaction: string): Promise<string> => {
    for (let tries = 0; tries < 50; tries++) {
      const { status } = (await web('GET', `/transactions/${transaction}`)).body;
      if (status === 'fulfilled' || status === 'failed') return status;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return 'unfinished';
  };
  const writer = async (region: string): Promise<string> => {
    const found = await aws.wire.query('rds', region, 'DescribeGlobalClusters', {});
    return (
      /"DBClusterArn","text":"([^"]*)","children":\[\]},\{"name":"IsWriter","text":"true"/.exec(
        JSON.stringify(found),
      )?.[1] ?? ''
    );
  };

  beforeAll(() => {
    workspace = new Workspace(aws.simulator.url);
    for (const name of readdirSync(STACK ?? '')) {
      cpSync(join(STACK ?? '', name), join(workspace.folder, name), { recursive: true });
    }
    const file = join(workspace.folder, 'cdk.tf.json');
    const stack = JSON.parse(readFileSync(file, 'utf8'));
    // The state stays in the folder.
    delete stack.terraform.backend;
    writeFileSync(file, JSON.stringify(stack));
  });
  afterAll(() => workspace?.remove());

  test(
    'applies, and the next plan is empty',
    async () => {
      expect((await workspace.run('apply', '-auto-approve', '-parallelism=40')).output).toContain('Apply complete!');
      expect(await workspace.plan()).toBe('');
      const told = JSON.parse((await workspace.run('output', '-json')).output);
      outputs = Object.fromEntries(Object.entries<Json>(told).map(([name, { value }]) => [name, value]));
    },
    20 * MINUTES,
  );

  test(
    'serves users from the primary region, and from the secondary when that is gone',
    async () => {
      const { primary_region: P, secondary_region: S } = outputs;
      expect((await web('GET', '/health')).body.region).toBe(P);
      const first = await place('o-1');
      expect(await outcome(first)).toBe('fulfilled');
      await aws.control.clock({ advance: 5_000 });
      await aws.control.inject({ kind: 'region-down', region: P });
      await aws.control.clock({ advance: 40_000 });
      expect((await web('GET', '/health')).body.region).toBe(S);
      expect((await web('GET', `/transactions/${first}`)).status).toBe(200);
      expect(await outcome(await place('o-2'))).toBe('fulfilled');
    },
    MINUTES,
  );

  test(
    'after a failover of the database, and the return of the region, the plan is still empty (R-AUR-27)',
    async () => {
      const { secondary_region: S, global_cluster_identifier: id, secondary_aurora_cluster_arn: target } = outputs;
      await aws.wire.query('rds', S, 'FailoverGlobalCluster', {
        GlobalClusterIdentifier: id,
        TargetDbClusterIdentifier: target,
        AllowDataLoss: 'true',
      });
      await aws.control.clock({ advance: 2 * MINUTES });
      expect(await writer(S)).toBe(target);
      await aws.control.recover();
      await aws.control.clock({ advance: MINUTES });
      expect(await workspace.plan()).toBe('');
    },
    5 * MINUTES,
  );

  test(
    'is destroyed without a trace once the database has switched back (R-DEL-16: the writer leaves last)',
    async () => {
      const { secondary_region: S, global_cluster_identifier: id, primary_aurora_cluster_arn: target } = outputs;
      await aws.wire.query('rds', S, 'SwitchoverGlobalCluster', {
        GlobalClusterIdentifier: id,
        TargetDbClusterIdentifier: target,
      });
      await aws.control.clock({ advance: 2 * MINUTES });
      expect((await workspace.run('destroy', '-auto-approve', '-parallelism=40')).output).toContain(
        'Destroy complete!',
      );
    },
    20 * MINUTES,
  );
});
