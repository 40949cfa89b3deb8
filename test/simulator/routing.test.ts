import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CreateEventBusCommand,
  CreateEndpointCommand,
  DescribeEndpointCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { LambdaClient, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  GetHealthCheckStatusCommand,
  HealthCheckConfig,
  ResourceRecordSet,
  Route53Client,
  TestDNSAnswerCommand,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import '@aws-sdk/signature-v4a';
import { createSocket } from 'dgram';
import { Fixture, motoDescribe } from './support';

const P = 'us-east-1';
const S = 'us-east-2';
const ACCOUNT = '123456789012';

motoDescribe('health and routing', () => {
  // Alarms look at whole minutes: time begins with one.
  const start = Math.floor(Date.now() / 60_000) * 60_000;
  const aws = new Fixture({ clock: { factor: 0, start }, dnsPort: 0 });
  const route53 = (): Route53Client => new Route53Client(aws.sdk(P));
  const cloudwatch = (region: string): CloudWatchClient => new CloudWatchClient(aws.sdk(region));
  const balancing = (region: string): ElasticLoadBalancingV2Client => new ElasticLoadBalancingV2Client(aws.sdk(region));
  const bridge = (region: string): EventBridgeClient => new EventBridgeClient(aws.sdk(region));
  let zone = '';
  let references = 0;

  const check = async (config: HealthCheckConfig): Promise<string> => {
    const { HealthCheck } = await route53().send(
      new CreateHealthCheckCommand({ CallerReference: `c${++references}`, HealthCheckConfig: config }),
    );
    return HealthCheck?.Id ?? '';
  };
  const record = (set: Omit<ResourceRecordSet, 'Type'> & { Type?: ResourceRecordSet['Type'] }): Promise<unknown> =>
    route53().send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone,
        ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet: { Type: 'A', ...set } }] },
      }),
    );
  const answer = async (RecordName: string, RecordType: ResourceRecordSet['Type'] = 'A'): Promise<string[]> => {
    const { RecordData } = await route53().send(
      new TestDNSAnswerCommand({ HostedZoneId: zone, RecordName, RecordType }),
    );
    return RecordData ?? [];
  };
  const failover = async (name: string, primary: object, secondary: object): Promise<void> => {
    await record({ Name: name, SetIdentifier: 'p', Failover: 'PRIMARY', ...primary });
    await record({ Name: name, SetIdentifier: 's', Failover: 'SECONDARY', ...secondary });
  };
  const address = (Value: string): object => ({ TTL: 60, ResourceRecords: [{ Value }] });
  const balancer = async (region: string): Promise<{ arn?: string; dns?: string }> => {
    const { Subnets = [] } = await new EC2Client(aws.sdk(region)).send(new DescribeSubnetsCommand({}));
    const two = Subnets.slice(0, 2).map(({ SubnetId }) => SubnetId ?? '');
    const { LoadBalancers } = await balancing(region).send(
      new CreateLoadBalancerCommand({ Name: 'web', Subnets: two }),
    );
    const made = LoadBalancers?.[0];
    return { arn: made?.LoadBalancerArn, dns: made?.DNSName };
  };

  beforeAll(async () => {
    const made = await route53().send(new CreateHostedZoneCommand({ Name: 'dr.test', CallerReference: 'zone' }));
    zone = made.HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
  });

  describe('failover records', () => {
    test('follow their health check, after interval times threshold, and come back', async () => {
      const id = await check({
        Type: 'HTTPS',
        FullyQualifiedDomainName: `app-1.${P}.elb.amazonaws.com`,
        RequestInterval: 10,
        FailureThreshold: 3,
      });
      await failover('www.dr.test', { ...address('192.0.2.10'), HealthCheckId: id }, address('192.0.2.20'));
      await aws.control.clock({ advance: 10_000 });
      expect(await answer('www.dr.test')).toEqual(['192.0.2.10']);
      const fault = await aws.control.inject({ kind: 'service-down', region: P, service: 'elasticloadbalancing' });
      await aws.control.clock({ advance: 20_000 });
      expect(await answer('www.dr.test')).toEqual(['192.0.2.10']);
      await aws.control.clock({ advance: 10_000 });
      expect(await answer('www.dr.test')).toEqual(['192.0.2.20']);
      const status = await route53().send(new GetHealthCheckStatusCommand({ HealthCheckId: id }));
      expect(status.HealthCheckObservations?.[0].StatusReport?.Status).toContain('Failure: Connection timed out');
      await aws.control.recover({ id: fault.id });
      await aws.control.clock({ advance: 30_000 });
      expect(await answer('www.dr.test')).toEqual(['192.0.2.10']);
    });

    test('answer without the control plane of their own region: DNS is data plane', async () => {
      const fault = await aws.control.inject({ kind: 'region-down', region: P });
      await aws.control.clock({ advance: 30_000 });
      await expect(answer('www.dr.test')).rejects.toThrow();
      expect(await dig('www.dr.test')).toEqual(['192.0.2.20']);
      await aws.control.recover({ id: fault.id });
      await aws.control.clock({ advance: 30_000 });
    });

    test('alias records evaluate the health of their target', async () => {
      const alias = (region: string): object => ({
        AliasTarget: {
          DNSName: `app-1.${region}.elb.amazonaws.com`,
          HostedZoneId: 'Z35SXDOTRQ7X7K',
          EvaluateTargetHealth: true,
        },
      });
      await failover('alias.dr.test', alias(P), alias(S));
      const before = await answer('alias.dr.test');
      const fault = await aws.control.inject({ kind: 'service-down', region: P, service: 'elasticloadbalancing' });
      const after = await answer('alias.dr.test');
      expect([before.length, after.length, before[0] === after[0]]).toEqual([1, 1, false]);
      await aws.control.recover({ id: fault.id });
    });

    test('R-R53-4: when both are unhealthy, the primary answers', async () => {
      const down = await check({
        Type: 'HTTPS',
        FullyQualifiedDomainName: 'nowhere.dr.test',
        Inverted: true,
        Disabled: true,
      });
      await failover(
        'both.dr.test',
        { ...address('192.0.2.1'), HealthCheckId: down },
        { ...address('192.0.2.2'), HealthCheckId: down },
      );
      expect(await answer('both.dr.test')).toEqual(['192.0.2.1']);
    });
  });

  describe('other policies', () => {
    test('multivalue answers give what is healthy', async () => {
      const down = await check({
        Type: 'TCP',
        FullyQualifiedDomainName: 'x.dr.test',
        Port: 80,
        Inverted: true,
        Disabled: true,
      });
      await record({ Name: 'm.dr.test', SetIdentifier: '1', MultiValueAnswer: true, ...address('192.0.2.1') });
      await record({
        Name: 'm.dr.test',
        SetIdentifier: '2',
        MultiValueAnswer: true,
        ...address('192.0.2.2'),
        HealthCheckId: down,
      });
      expect(await answer('m.dr.test')).toEqual(['192.0.2.1']);
    });

    test('the larger weight answers while it is healthy', async () => {
      await record({ Name: 'w.dr.test', SetIdentifier: '1', Weight: 10, ...address('192.0.2.1') });
      await record({ Name: 'w.dr.test', SetIdentifier: '2', Weight: 90, ...address('192.0.2.2') });
      expect(await answer('w.dr.test')).toEqual(['192.0.2.2']);
    });

    test('a CNAME is followed, a wildcard fits, and a name that there is not is not found', async () => {
      await record({ Name: 'c.dr.test', Type: 'CNAME', ...address('w.dr.test') });
      await record({ Name: '*.any.dr.test', ...address('192.0.2.9') });
      expect([await answer('c.dr.test'), await answer('b.any.dr.test'), await answer('none.dr.test')]).toEqual([
        ['w.dr.test', '192.0.2.2'],
        ['192.0.2.9'],
        [],
      ]);
    });
  });

  describe('health checks', () => {
    const isHealthy = async (id: string): Promise<boolean> => {
      await failover('status.dr.test', { ...address('192.0.2.1'), HealthCheckId: id }, address('192.0.2.2'));
      return (await answer('status.dr.test'))[0] === '192.0.2.1';
    };

    test('a disabled check is healthy, an inverted one the opposite of what it sees', async () => {
      const id = await check({
        Type: 'HTTP',
        FullyQualifiedDomainName: 'nowhere.dr.test',
        RequestInterval: 10,
        FailureThreshold: 1,
      });
      await aws.control.clock({ advance: 10_000 });
      expect(await isHealthy(id)).toBe(false);
      await route53().send(new UpdateHealthCheckCommand({ HealthCheckId: id, Inverted: true }));
      expect(await isHealthy(id)).toBe(true);
      await route53().send(new UpdateHealthCheckCommand({ HealthCheckId: id, Inverted: false, Disabled: true }));
      expect(await isHealthy(id)).toBe(true);
    });

    test('a calculated check counts its children', async () => {
      const up = await check({ Type: 'TCP', FullyQualifiedDomainName: 'x.dr.test', Disabled: true });
      const down = await check({ Type: 'TCP', FullyQualifiedDomainName: 'x.dr.test', Disabled: true, Inverted: true });
      const one = await check({ Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: [up, down] });
      const both = await check({ Type: 'CALCULATED', HealthThreshold: 2, ChildHealthChecks: [up, down] });
      expect([await isHealthy(one), await isHealthy(both)]).toEqual([true, false]);
    });

    test('an endpoint on this machine is really asked', async () => {
      const port = Number(new URL(aws.simulator.url).port);
      const config = {
        Type: 'HTTP_STR_MATCH',
        IPAddress: '127.0.0.1',
        Port: port,
        RequestInterval: 10,
        FailureThreshold: 1,
      } as const;
      const found = await check({ ...config, ResourcePath: '/_simulator/status', SearchString: 'moto' });
      const missing = await check({ ...config, ResourcePath: '/_simulator/status', SearchString: 'unicorn' });
      const refused = await check({ ...config, Type: 'TCP', Port: 1 });
      await aws.control.clock({ advance: 10_000 });
      expect([await isHealthy(found), await isHealthy(missing), await isHealthy(refused)]).toEqual([
        true,
        false,
        false,
      ]);
    });

    test('an endpoint can be broken by its name', async () => {
      const name = `other-1.${S}.elb.amazonaws.com`;
      const id = await check({
        Type: 'HTTPS',
        FullyQualifiedDomainName: name,
        RequestInterval: 10,
        FailureThreshold: 1,
      });
      const fault = await aws.control.inject({ kind: 'endpoint-down', endpoint: name });
      await aws.control.clock({ advance: 10_000 });
      expect(await isHealthy(id)).toBe(false);
      await aws.control.recover({ id: fault.id });
    });

    test('a load balancer answers with what its function says', async () => {
      const { arn, dns } = await balancer(S);
      const code = (status: number): string =>
        `exports.handler = async ({ path }) => ({ statusCode: path === '/health' ? ${status} : 200, headers: { 'x-region': process.env.AWS_REGION }, body: 'hello' });`;
      await aws.deploy(S, 'web', code(200));
      const { TargetGroups } = await balancing(S).send(
        new CreateTargetGroupCommand({ Name: 'web', TargetType: 'lambda' }),
      );
      const TargetGroupArn = TargetGroups?.[0].TargetGroupArn;
      const Id = `arn:aws:lambda:${S}:${ACCOUNT}:function:web`;
      await balancing(S).send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id }] }));
      await balancing(S).send(
        new CreateListenerCommand({
          LoadBalancerArn: arn,
          Port: 80,
          Protocol: 'HTTP',
          DefaultActions: [{ Type: 'forward', TargetGroupArn }],
        }),
      );
      const id = await check({
        Type: 'HTTP',
        FullyQualifiedDomainName: dns,
        Port: 80,
        ResourcePath: '/health',
        RequestInterval: 10,
        FailureThreshold: 1,
      });
      await aws.control.clock({ advance: 10_000 });
      expect(await isHealthy(id)).toBe(true);
      const zip = await import('fflate').then(({ zipSync }) =>
        zipSync({ 'index.js': new TextEncoder().encode(code(503)) }),
      );
      await new LambdaClient(aws.sdk(S)).send(new UpdateFunctionCodeCommand({ FunctionName: 'web', ZipFile: zip }));
      await aws.control.clock({ advance: 10_000 });
      expect(await isHealthy(id)).toBe(false);

      await record({
        Name: 'app.dr.test',
        AliasTarget: { DNSName: dns, HostedZoneId: 'Z3AADJGX6KTTL2', EvaluateTargetHealth: true },
      });
      const page = await get(aws.simulator.url, 'app.dr.test', '/page');
      expect(page).toEqual({ status: 200, region: S, body: 'hello' });
      const fault = await aws.control.inject({ kind: 'region-down', region: S });
      await expect(get(aws.simulator.url, 'app.dr.test', '/page')).rejects.toThrow();
      await aws.control.recover({ id: fault.id });
    });
  });

  describe('alarms', () => {
    const put = (region: string, name: string, more: object): Promise<unknown> =>
      cloudwatch(region).send(
        new PutMetricAlarmCommand({
          AlarmName: name,
          Namespace: 'Shop',
          MetricName: name,
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 1,
          ComparisonOperator: 'GreaterThanThreshold',
          Threshold: 0,
          ...more,
        }),
      );
    const stateOf = async (region: string, name: string): Promise<string | undefined> => {
      const { MetricAlarms, CompositeAlarms } = await cloudwatch(region).send(
        new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
      );
      return MetricAlarms?.[0]?.StateValue ?? CompositeAlarms?.[0]?.StateValue;
    };

    test('a new alarm has no data; a value over the threshold raises it; silence is judged as it wants', async () => {
      await put(P, 'errors', { TreatMissingData: 'notBreaching' });
      await put(P, 'beats', { TreatMissingData: 'breaching' });
      await put(P, 'quiet', {});
      expect(await stateOf(P, 'errors')).toBe('INSUFFICIENT_DATA');
      const { time } = await aws.control.status();
      await cloudwatch(P).send(
        new PutMetricDataCommand({
          Namespace: 'Shop',
          MetricData: [{ MetricName: 'errors', Value: 3, Timestamp: new Date(time) }],
        }),
      );
      await aws.control.clock({ advance: 60_000 });
      const states = (): Promise<(string | undefined)[]> =>
        Promise.all(['errors', 'beats', 'quiet'].map((name) => stateOf(P, name)));
      expect(await states()).toEqual(['ALARM', 'ALARM', 'INSUFFICIENT_DATA']);
      await aws.control.clock({ advance: 120_000 });
      expect(await states()).toEqual(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
    });

    test('a composite alarm follows its rule', async () => {
      await put(P, 'one', { TreatMissingData: 'ignore' });
      await put(P, 'two', { TreatMissingData: 'ignore' });
      await cloudwatch(P).send(
        new PutCompositeAlarmCommand({
          AlarmName: 'all',
          AlarmRule: 'ALARM("one") AND (ALARM("two") OR NOT OK("two") AND FALSE)',
        }),
      );
      const set = (AlarmName: string, StateValue: 'ALARM' | 'OK'): Promise<unknown> =>
        cloudwatch(P).send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'test' }));
      await set('one', 'ALARM');
      expect(await stateOf(P, 'all')).toBe('OK');
      await set('two', 'ALARM');
      expect(await stateOf(P, 'all')).toBe('ALARM');
      await set('one', 'OK');
      expect(await stateOf(P, 'all')).toBe('OK');
    });

    test('a change is published to the topic, and a health check follows the alarm', async () => {
      const sqs = new SQSClient(aws.sdk(S));
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'alarms' }));
      const sns = new SNSClient(aws.sdk(S));
      const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'alarms' }));
      const Endpoint = `arn:aws:sqs:${S}:${ACCOUNT}:alarms`;
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
      await put(S, 'switch', { AlarmActions: [TopicArn], TreatMissingData: 'ignore' });
      const id = await check({
        Type: 'CLOUDWATCH_METRIC',
        AlarmIdentifier: { Region: S, Name: 'switch' },
        InsufficientDataHealthStatus: 'Healthy',
      });
      await failover('switch.dr.test', { ...address('192.0.2.1'), HealthCheckId: id }, address('192.0.2.2'));
      await aws.control.clock({ advance: 10_000 });
      expect(await answer('switch.dr.test')).toEqual(['192.0.2.1']);
      await cloudwatch(S).send(
        new SetAlarmStateCommand({ AlarmName: 'switch', StateValue: 'ALARM', StateReason: 'operator' }),
      );
      await aws.control.clock({ advance: 10_000 });
      expect(await answer('switch.dr.test')).toEqual(['192.0.2.2']);
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      expect(JSON.parse(JSON.parse(Messages?.[0].Body ?? '').Message)).toMatchObject({
        AlarmName: 'switch',
        NewStateValue: 'ALARM',
        NewStateReason: 'operator',
      });
    });

    test('a health check of an alarm that there is not is refused', async () => {
      await expect(check({ Type: 'CLOUDWATCH_METRIC', AlarmIdentifier: { Region: P, Name: 'none' } })).rejects.toThrow(
        "alarm doesn't exist",
      );
      await expect(check({ Type: 'CALCULATED', FailureThreshold: 3 })).rejects.toThrow(
        'must not have a failure threshold',
      );
      await expect(check({ Type: 'TCP', FullyQualifiedDomainName: 'x', ResourcePath: '/' })).rejects.toThrow(
        'must not have a resource path',
      );
      await expect(check({ Type: 'HTTP' })).rejects.toThrow('can not be both empty');
    });
  });

  test('an EventBridge endpoint sends events where its health check points', async () => {
    const buses = [P, S];
    for (const region of buses) {
      await new SQSClient(aws.sdk(region)).send(new CreateQueueCommand({ QueueName: 'orders' }));
      await bridge(region).send(new CreateEventBusCommand({ Name: 'orders' }));
      await bridge(region).send(
        new PutRuleCommand({ Name: 'all', EventBusName: 'orders', EventPattern: '{"source":["shop"]}' }),
      );
      const target = { Id: 'q', Arn: `arn:aws:sqs:${region}:${ACCOUNT}:orders`, InputPath: '$.detail' };
      await bridge(region).send(new PutTargetsCommand({ Rule: 'all', EventBusName: 'orders', Targets: [target] }));
    }
    const id = await check({
      Type: 'HTTP',
      FullyQualifiedDomainName: `bus-1.${P}.elb.amazonaws.com`,
      RequestInterval: 10,
      FailureThreshold: 1,
    });
    const made = await bridge(P).send(
      new CreateEndpointCommand({
        Name: 'orders',
        RoutingConfig: {
          FailoverConfig: { Primary: { HealthCheck: `arn:aws:route53:::healthcheck/${id}` }, Secondary: { Route: S } },
        },
        ReplicationConfig: { State: 'DISABLED' },
        EventBuses: buses.map((region) => ({ EventBusArn: `arn:aws:events:${region}:${ACCOUNT}:event-bus/orders` })),
      }),
    );
    expect(made.Arn).toContain(':endpoint/orders');
    const { EndpointId } = await bridge(P).send(new DescribeEndpointCommand({ Name: 'orders' }));
    const put = (n: number): Promise<unknown> =>
      bridge(P).send(
        new PutEventsCommand({
          EndpointId,
          Entries: [{ EventBusName: 'orders', Source: 'shop', DetailType: 'Order', Detail: `{"n":${n}}` }],
        }),
      );
    const received = async (region: string): Promise<unknown[]> => {
      const QueueUrl = `${aws.simulator.url}/${ACCOUNT}/orders`;
      const { Messages = [] } = await new SQSClient(aws.sdk(region)).send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      return Messages.map(({ Body }) => JSON.parse(Body ?? ''));
    };
    await aws.control.clock({ advance: 10_000 });
    await put(1);
    await aws.control.clock({ advance: 1_000 });
    const fault = await aws.control.inject({ kind: 'region-down', region: P });
    await aws.control.clock({ advance: 20_000 });
    await put(2);
    await aws.control.clock({ advance: 1_000 });
    expect(await received(S)).toEqual([{ n: 2 }]);
    await aws.control.recover({ id: fault.id });
    expect(await received(P)).toEqual([{ n: 1 }]);
  });

  /** Asks the name server over UDP for the addresses of a name. */
  function dig(name: string): Promise<string[]> {
    const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
    const question = Buffer.concat([
      Buffer.from('abcd01000001000000000000', 'hex'),
      ...labels,
      Buffer.from('0000010001', 'hex'),
    ]);
    const socket = createSocket('udp4');
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer')), 3_000);
      socket.on('message', (message) => {
        clearTimeout(timer);
        socket.close();
        const count = message.readUInt16BE(6);
        // The last four bytes of the only answer are its address.
        resolve(count === 0 ? [] : [[...message.subarray(message.length - 4)].join('.')]);
      });
      socket.send('garbage', aws.simulator.dnsPort ?? 0, '127.0.0.1');
      socket.send(question, aws.simulator.dnsPort ?? 0, '127.0.0.1');
    });
  }
});

/** A request as a browser makes it, which fetch does not allow: with the Host header of another name. */
function get(url: string, host: string, path: string): Promise<{ status?: number; region: unknown; body: string }> {
  return import('http').then(
    ({ request }) =>
      new Promise((resolve, reject) => {
        const outgoing = request(url + path, { headers: { host } }, (incoming) => {
          let body = '';
          incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode, region: incoming.headers['x-region'], body }),
          );
        });
        outgoing.on('error', reject);
        outgoing.end();
      }),
  );
}
