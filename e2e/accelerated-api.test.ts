import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { Json } from '../simulator/wire';
import { GlobalDatabase } from './global-database';
import { describeLive, MINUTES } from './live-system';
import { testApply, testDestroy, testRecovery } from './stages';
import { Reply } from './web';

const P = 'us-east-1';
const S = 'us-east-2';
const DOMAIN = 'dr.acme.dev';
const APP = `app.${DOMAIN}`;
const DIRECT = `direct.${DOMAIN}`;
const API = `api.${DOMAIN}`;

describeLive('examples/accelerated-api', (system) => {
  let outputs: Readonly<Record<string, string>>;

  const route53 = (): Route53Client => new Route53Client(system.sdk(P));
  const database = new GlobalDatabase(system, S, 'aurora-global-dev');
  /** The API wants signed requests; the simulator reads who signed, and for which region. */
  const api = (region: string, method: string, path: string, body?: object): Promise<Reply> =>
    system.web(API, method, path, body, {
      authorization: `AWS4-HMAC-SHA256 Credential=simulator/20260101/${region}/execute-api/aws4_request, SignedHeaders=host, Signature=0`,
    });
  const regionOf = async (host: string): Promise<string> => (await system.web(host, 'GET', '/health')).body.region;
  const groups = async (): Promise<Json[]> => {
    const list = (kind: string, input: object): Promise<Json> =>
      system.wire.json('globalaccelerator', 'us-west-2', `List${kind}s`, input);
    const [{ AcceleratorArn }] = (await list('Accelerator', {})).Accelerators;
    const [{ ListenerArn }] = (await list('Listener', { AcceleratorArn })).Listeners;
    const { EndpointGroups } = await list('EndpointGroup', { ListenerArn });
    return EndpointGroups.sort((a: Json, b: Json) => a.EndpointGroupRegion.localeCompare(b.EndpointGroupRegion));
  };
  const order = { orderId: 'order-1', customerId: 'customer-1', amount: '100.10', currency: 'USD' };
  const items = [{ sku: 'a', quantity: 1, price: '100.10' }];

  testApply(
    system,
    async () => {
      // Every front door speaks HTTPS, so the zone of the domain is there before the system.
      const { HostedZone } = await route53().send(
        new CreateHostedZoneCommand({ Name: DOMAIN, CallerReference: 'e2e' }),
      );
      const hostedZoneId = HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
      return { program: 'examples/accelerated-api/main.ts', context: { domainName: DOMAIN, hostedZoneId } };
    },
    (told) => (outputs = told as typeof outputs),
  );

  test('has an endpoint group in each region, which leads to the network load balancer there (2.1)', async () => {
    const described = (await groups()).map(({ EndpointGroupRegion, EndpointDescriptions }) => [
      EndpointGroupRegion,
      EndpointDescriptions.map(({ EndpointId }: Json) => EndpointId.split(':')[3]),
      EndpointDescriptions.map(({ HealthState }: Json) => HealthState),
    ]);
    expect(described).toEqual([
      [P, [P], ['HEALTHY']],
      [S, [S], ['HEALTHY']],
    ]);
    expect(outputs.app_name).toBe(APP);
    expect(await regionOf(outputs.primary_network_load_balancer_dns_name)).toBe(P);
    expect(await regionOf(outputs.secondary_network_load_balancer_dns_name)).toBe(S);
    expect(await regionOf(outputs.accelerator_dns_name)).toBe(P);
    expect(await regionOf(APP)).toBe(P);
    expect(await regionOf(DIRECT)).toBe(P);
    system.say('three names lead to the primary');
  });

  test('takes a signed order at the API, and no other', async () => {
    expect((await api(P, 'GET', '/health')).body.region).toBe(P);
    expect((await system.web(API, 'POST', '/transactions', { ...order, items })).status).toBe(403);
    const submitted = await api(P, 'POST', '/transactions', { ...order, items });
    expect(submitted.status).toBe(201);
    const found = await api(P, 'GET', `/transactions/${submitted.body.transactionId}`);
    expect(found.body).toMatchObject({ transactionId: submitted.body.transactionId });
    system.say('the API took an order');
  });

  test(
    'is reached in the secondary region by every name when the primary is lost (2.2)',
    async () => {
      await system.control.inject({ kind: 'region-down', region: P });
      await system.control.clock({ advance: 3 * MINUTES });
      for (const host of [outputs.accelerator_dns_name, APP, DIRECT]) {
        expect([host, await regionOf(host)]).toEqual([host, S]);
      }
      expect((await api(S, 'GET', '/health')).body.region).toBe(S);
      const late = await api(S, 'POST', '/transactions', { ...order, orderId: 'order-2', items });
      expect(late.status).toBe(201);
      system.say('the secondary serves');
    },
    2 * MINUTES,
  );

  testRecovery(system, () => database.failOverTo(S));

  test(
    'goes back to the primary region by a switchover, and the plan stays empty',
    async () => {
      await database.switchOverTo(P);
      // The writer gate waits until five minutes without lag have shown that the writer is at home.
      await system.control.clock({ advance: 10 * MINUTES });
      for (const host of [APP, DIRECT]) expect([host, await regionOf(host)]).toEqual([host, P]);
      expect(await system.folder.plan(system.url)).toBe('');
      system.say('back in the primary: no changes');
    },
    6 * MINUTES,
  );

  testDestroy(system, () => [P, S]);
});
