import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { SFNClient, TestStateCommand } from '@aws-sdk/client-sfn';
import { connect } from 'net';
import { Simulator } from '../../simulator/server';
import { Fixture, motoDescribe } from './support';

motoDescribe('the front door', () => {
  const aws = new Fixture();
  const parameters = (region: string): SSMClient => new SSMClient(aws.sdk(region));

  test('regions are apart, and the log tells of every call', async () => {
    await parameters('us-east-1').send(new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' }));
    const read = await parameters('us-east-1').send(new GetParameterCommand({ Name: '/a' }));
    expect(read.Parameter?.Value).toBe('1');
    await expect(parameters('us-east-2').send(new GetParameterCommand({ Name: '/a' }))).rejects.toThrow('/a not found');
    const log = await aws.control.log({ service: 'ssm' });
    expect(log.map(({ region, operation, plane, status }) => [region, operation, plane, status])).toEqual([
      ['us-east-1', 'PutParameter', 'control', 200],
      ['us-east-1', 'GetParameter', 'data', 200],
      ['us-east-2', 'GetParameter', 'data', 400],
    ]);
    expect(await aws.control.log({ service: 'ssm', plane: 'control' })).toHaveLength(1);
    expect(await aws.control.log({ since: '2999-01-01T00:00:00Z' })).toEqual([]);
  });

  test('an operation that nobody answers is refused at once, and in a way that clients do not try again', async () => {
    const client = new SFNClient({ ...aws.sdk('us-east-1'), maxAttempts: 5, disableHostPrefix: true });
    const started = Date.now();
    await expect(client.send(new TestStateCommand({ definition: '{}' }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      $metadata: { httpStatusCode: 501, attempts: 1 },
    });
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  test.each(['', '/x', '/?Action=Nothing', '/%', '/2013-04-01/%E0%A4%A'])(
    '%p without a signature is refused',
    async (url) => {
      const response = await fetch(aws.simulator.url + url, { method: 'POST', body: '\u0000garbage' });
      expect(response.status).toBe(400);
    },
  );

  test.each(['GET / HTTP/9\r\n\r\n', '\u0000\u0001\u0002', 'POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc', 'GET'])(
    'the bytes %j do no harm',
    async (bytes) => {
      const port = Number(new URL(aws.simulator.url).port);
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
        socket.on('error', () => resolve());
        socket.on('close', () => resolve());
        socket.resume();
      });
      expect((await aws.control.status()).moto).toContain('moto');
    },
  );

  test('a region that is down resets connections, and comes back with what it had', async () => {
    const fault = await aws.control.inject({ kind: 'region-down', region: 'us-east-1' });
    await expect(parameters('us-east-1').send(new GetParameterCommand({ Name: '/a' }))).rejects.toThrow(
      /socket hang up|ECONNRESET/,
    );
    await new DynamoDBClient(aws.sdk('us-east-2')).send(new ListTablesCommand({}));
    expect((await aws.control.log({ region: 'us-east-1' })).slice(-1)[0]).toMatchObject({ status: 0 });
    await aws.control.recover({ id: fault.id });
    const read = await parameters('us-east-1').send(new GetParameterCommand({ Name: '/a' }));
    expect(read.Parameter?.Value).toBe('1');
  });

  test('a throttled service says so in the words of its protocol', async () => {
    await aws.control.inject({ kind: 'throttle', region: 'us-east-1', service: 'ssm' });
    await expect(parameters('us-east-1').send(new GetParameterCommand({ Name: '/a' }))).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
    expect((await aws.control.recover()).faults).toEqual([]);
  });

  test('the control API refuses what it does not understand', async () => {
    await expect(aws.control.recover({ id: 'fault-99' })).rejects.toThrow('no active fault has the id fault-99');
    await expect(aws.control.clock({ factor: -1 })).rejects.toThrow('numbers from 0 on');
    await expect(aws.control.lag({ s3: { milliseconds: -1 } })).rejects.toThrow('a lag is');
    const answer = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(`${aws.simulator.url}/_simulator/${path}`, init)).status;
    expect(await answer('nothing')).toBe(404);
    expect(await answer('faults', { method: 'POST', body: '[' })).toBe(400);
    expect(await answer('faults', { method: 'POST', body: '1' })).toBe(400);
  });

  test('lags are set and told', async () => {
    expect((await aws.control.lag({ s3: { milliseconds: 10, sigma: 0.2 } })).s3).toEqual({
      milliseconds: 10,
      sigma: 0.2,
    });
  });
});

motoDescribe('start and stop', () => {
  test('a port that is taken is an error that leaves nothing running', async () => {
    const first = await Simulator.start({ port: 0 });
    try {
      await expect(Simulator.start({ port: Number(new URL(first.url).port) })).rejects.toThrow('EADDRINUSE');
    } finally {
      await first.stop();
    }
    await expect(fetch(first.url)).rejects.toThrow();
  }, 60_000);
});
