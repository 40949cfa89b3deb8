import { Clock } from '../../simulator/clock';
import { answers, placeOf } from '../../simulator/endpoints';
import { Fault, Faults } from '../../simulator/faults';
import { Replication } from '../../simulator/replication';
import { Call } from '../../simulator/request';

function call(service: string, region: string, operation: string, plane: Call['plane'] = 'control'): Call {
  return { service, region, operation, plane } as Call;
}

const PUT = call('dynamodb', 'us-east-1', 'PutItem', 'data');
const CREATE = call('dynamodb', 'us-east-1', 'CreateTable');

function broken(...faults: Fault[]): Faults {
  const made = new Faults(() => 0, 1);
  faults.forEach((fault) => made.inject(fault));
  return made;
}

describe('what a fault does to calls', () => {
  test('a region that is down does not answer, its neighbour does', () => {
    const faults = broken({ kind: 'region-down', region: 'us-east-1' });
    expect(faults.effectOn(PUT).reset).toBe(true);
    expect(faults.effectOn({ ...PUT, region: 'us-east-2' })).toEqual({ reset: false, delay: 0 });
  });

  test('static stability: control planes of us-east-1 go with it, whatever region the caller names', () => {
    const faults = broken({ kind: 'region-down', region: 'us-east-1' });
    expect(faults.effectOn(call('iam', 'us-east-2', 'CreateRole')).reset).toBe(true);
    expect(faults.effectOn(call('route53', 'us-east-2', 'ChangeResourceRecordSets')).reset).toBe(true);
    expect(faults.effectOn(call('globalaccelerator', 'us-east-1', 'CreateListener')).reset).toBe(false);
  });

  test.each([
    ['elasticloadbalancing', 'CreateLoadBalancer'],
    ['s3', 'CreateBucket'],
    ['s3', 'PutBucketPolicy'],
    ['ec2', 'CreateVpcEndpoint'],
    ['rds', 'CreateDBInstance'],
    ['lambda', 'CreateFunctionUrlConfig'],
    ['apigateway', 'CreateRestApi'],
  ])('static stability: %s %s in another region needs us-east-1', (service, operation) => {
    const faults = broken({ kind: 'control-plane-down', region: 'us-east-1' });
    expect(faults.effectOn(call(service, 'us-east-2', operation)).error?.status).toBe(503);
    expect(faults.effectOn(call(service, 'us-east-2', 'DescribeThings')).error).toBeUndefined();
  });

  test('a control plane that is down leaves the data plane', () => {
    const faults = broken({ kind: 'control-plane-down', region: 'us-east-1' });
    expect(faults.effectOn(CREATE).error?.code).toBe('ServiceUnavailableException');
    expect(faults.effectOn(PUT).error).toBeUndefined();
  });

  test('a service that is down leaves the others', () => {
    const faults = broken({ kind: 'service-down', region: 'us-east-1', service: 's3' });
    expect(faults.effectOn(call('s3', 'us-east-1', 'GetObject', 'data')).error).toMatchObject({
      code: 'ServiceUnavailable',
      status: 503,
    });
    expect(faults.effectOn(PUT).error).toBeUndefined();
  });

  test('slow calls add up', () => {
    const slow = { kind: 'slow', region: 'us-east-1' } as const;
    expect(broken(slow, { ...slow, milliseconds: 250, service: 'dynamodb' }).effectOn(PUT).delay).toBe(1_250);
  });

  test.each([
    ['dynamodb', 'ProvisionedThroughputExceededException', 400],
    ['s3', 'SlowDown', 503],
    ['ssm', 'ThrottlingException', 400],
  ])('%s is throttled with %s', (service, code, status) => {
    const faults = broken({ kind: 'throttle', region: 'us-east-1' });
    expect(faults.effectOn(call(service, 'us-east-1', 'X')).error).toMatchObject({ code, status });
  });

  test('a share of calls is throttled', () => {
    const faults = broken({ kind: 'throttle', region: 'us-east-1', share: 0.3 });
    const refused = Array.from({ length: 1_000 }, () => faults.effectOn(PUT)).filter(({ error }) => error).length;
    expect(refused).toBeGreaterThan(250);
    expect(refused).toBeLessThan(350);
  });

  test('an end of a fault ends it', () => {
    const faults = broken({ kind: 'region-down', region: 'us-east-1' });
    faults.recover(faults.list()[0].id);
    expect([faults.list(), faults.effectOn(PUT).reset]).toEqual([[], false]);
    expect(() => faults.recover('fault-9')).toThrow('no active fault has the id fault-9');
  });

  test.each<[object, string]>([
    [{ kind: 'meteor' }, 'the kind of a fault is one of'],
    [{ kind: 'slow' }, 'slow needs a region'],
    [{ kind: 'region-down', region: 'a', service: 's3' }, 'use service-down for one'],
    [{ kind: 'service-down', region: 'a' }, 'service-down needs a service'],
    [{ kind: 'partition', region: 'a', peer: 'a' }, 'partition needs a peer'],
    [{ kind: 'slow', region: 'a', milliseconds: -1 }, 'milliseconds is a number'],
    [{ kind: 'throttle', region: 'a', share: 2 }, 'share is a number from 0 to 1'],
    [{ kind: 'endpoint-down' }, 'endpoint-down needs an endpoint'],
  ])('%p is refused', (fault, message) => expect(() => broken(fault as Fault)).toThrow(message));
});

describe('AWS names', () => {
  test('region and service are in the name', () => {
    expect(placeOf('app-1.us-east-1.elb.amazonaws.com')).toEqual({
      region: 'us-east-1',
      service: 'elasticloadbalancing',
    });
    expect(placeOf('d-x.execute-api.us-gov-west-1.amazonaws.com')).toEqual({
      region: 'us-gov-west-1',
      service: 'execute-api',
    });
    expect(placeOf('a1.awsglobalaccelerator.com')).toEqual({ region: undefined, service: 'unknown' });
    expect(placeOf('www.dr.test')).toBeUndefined();
  });

  test('a name answers while its region and its service do', () => {
    const name = 'app-1.us-east-1.elb.amazonaws.com';
    expect(answers(broken(), name)).toBe(true);
    expect(answers(broken({ kind: 'region-down', region: 'us-east-1' }), name)).toBe(false);
    expect(answers(broken({ kind: 'endpoint-down', endpoint: name }), name)).toBe(false);
    expect(answers(broken({ kind: 'region-down', region: 'us-east-1' }), 'a1.awsglobalaccelerator.com')).toBe(true);
  });
});

describe('replication', () => {
  function setUp(...faults: Fault[]): { clock: Clock; faults: Faults; replication: Replication; arrived: string[] } {
    const clock = new Clock({ factor: 0, start: 0 });
    const active = broken(...faults);
    const replication = new Replication(clock, (from, to, service) => active.connected(from, to, service), 1);
    return { clock, faults: active, replication, arrived: [] };
  }
  const change = (arrived: string[], name: string): Parameters<Replication['submit']>[0] => ({
    service: 'dynamodb',
    from: 'us-east-1',
    to: 'us-east-2',
    resource: 'orders',
    apply: () => arrived.push(name),
  });

  test('a change arrives after its lag', async () => {
    const { clock, replication, arrived } = setUp();
    replication.setLag('dynamodb', { milliseconds: 400 });
    replication.submit(change(arrived, 'a'));
    await clock.advance(399);
    expect([arrived, replication.status()[0]]).toMatchObject([[], { pending: 1, recoveryPointAge: 399, delivered: 0 }]);
    await clock.advance(1);
    expect([arrived, replication.status()[0]]).toMatchObject([
      ['a'],
      { pending: 0, recoveryPointAge: 0, delivered: 1 },
    ]);
  });

  test.each<[string, Fault]>([
    ['a partition', { kind: 'partition', region: 'us-east-2', peer: 'us-east-1' }],
    ['the loss of the source', { kind: 'region-down', region: 'us-east-1' }],
    ['the loss of the target', { kind: 'region-down', region: 'us-east-2' }],
    ['the loss of the service', { kind: 'service-down', region: 'us-east-1', service: 'dynamodb' }],
  ])('%s holds it up, and its end lets it through', async (_name, fault) => {
    const { clock, faults, replication, arrived } = setUp(fault);
    replication.submit(change(arrived, 'a'));
    await clock.advance(60_000);
    expect(replication.status()[0]).toMatchObject({ pending: 1, recoveryPointAge: 60_000 });
    faults.recover(faults.list()[0].id);
    await clock.advance(1_000);
    expect([arrived, replication.status()[0].pending]).toEqual([['a'], 0]);
  });

  test('a partition of one service leaves the others', () => {
    const { faults } = setUp({ kind: 'partition', region: 'a', peer: 'b', service: 's3' });
    expect([faults.connected('a', 'b', 's3'), faults.connected('a', 'b', 'dynamodb')]).toEqual([false, true]);
  });

  test('what is lost is counted, with its age, and never arrives', async () => {
    const { clock, replication, arrived } = setUp();
    replication.setLag('dynamodb', { milliseconds: 5_000 });
    replication.submit(change(arrived, 'a'));
    await clock.advance(1_000);
    replication.submit(change(arrived, 'b'));
    await clock.advance(2_000);
    replication.lose('us-east-1', 'aurora');
    expect(replication.status()[0].lost).toBe(0);
    replication.lose('us-east-1');
    await clock.advance(60_000);
    expect([arrived, replication.status()[0]]).toMatchObject([[], { pending: 0, lost: 2, lostAge: 3_000 }]);
  });
});
