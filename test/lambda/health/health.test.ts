import { HttpEvent } from '../../../lambda/http-event';
import { Health, HealthProps, Probe } from '../../../lambda/health/health';
import { MemoryLog } from '../transaction-processor/memory';

const probe = (name: string, run: Probe['run'] = async () => undefined): Probe => ({ name, run });
const failing = (name: string, error: string): Probe =>
  probe(name, () => Promise.reject(Object.assign(new Error('x'), { name: error })));

function health(probes: Probe[], more: Partial<HealthProps> = {}) {
  const log = new MemoryLog();
  const clock = { now: 0 };
  const subject = new Health({
    region: 'us-east-1',
    role: 'primary',
    probes,
    critical: ['table', 'bucket'].filter((name) => probes.some((one) => one.name === name)),
    log,
    now: () => clock.now,
    ...more,
  });
  const get = async (event: Partial<HttpEvent> = {}) => {
    const { statusCode, body } = await subject.answer({ httpMethod: 'GET', path: '/health', ...event });
    return { statusCode, ...JSON.parse(body) };
  };
  return { get, log, clock };
}

describe('Health', () => {
  test('answers 200 with every check while all is well', async () => {
    const { get } = health([probe('table'), probe('bucket'), probe('database')]);
    expect(await get()).toEqual({
      statusCode: 200,
      status: 'healthy',
      region: 'us-east-1',
      role: 'primary',
      checks: [
        { name: 'table', healthy: true, critical: true, milliseconds: 0 },
        { name: 'bucket', healthy: true, critical: true, milliseconds: 0 },
        { name: 'database', healthy: true, critical: false, milliseconds: 0 },
      ],
    });
  });

  test('answers 503 when a critical check fails, and says which and why', async () => {
    const { get } = health([failing('table', 'AccessDeniedException'), probe('bucket')]);
    expect(await get()).toMatchObject({
      statusCode: 503,
      status: 'unhealthy',
      checks: [{ name: 'table', healthy: false, reason: 'AccessDeniedException' }, { healthy: true }],
    });
  });

  test('reports a failing check that is not critical, and stays healthy', async () => {
    const probes = [probe('table'), failing('database', 'ECONNREFUSED')];
    expect(await health(probes).get()).toMatchObject({
      statusCode: 200,
      checks: [{}, { healthy: false, critical: false, reason: 'ECONNREFUSED' }],
    });
    expect(await health(probes, { critical: ['database'] }).get()).toMatchObject({ statusCode: 503 });
  });

  test('answers within its deadline, even when a probe never does and ignores its signal', async () => {
    let signal: AbortSignal | undefined;
    const { get } = health([
      probe('table', (given) => {
        signal = given;
        return new Promise(() => undefined);
      }),
      probe('bucket'),
    ]);
    const startedAt = Date.now();
    expect(await get()).toMatchObject({
      statusCode: 503,
      checks: [{ healthy: false, reason: 'DeadlineExceeded' }, { healthy: true }],
    });
    expect(Date.now() - startedAt).toBeLessThan(1500);
    expect(signal?.aborted).toBe(true);
  });

  test('serves a result again for five seconds, so that checkers are no load', async () => {
    let calls = 0;
    const { get, clock } = health([probe('table', async () => (calls += 1))]);
    await Promise.all([get(), get(), get()]);
    clock.now = 4999;
    await get();
    expect(calls).toBe(1);
    clock.now = 5000;
    await get();
    expect(calls).toBe(2);
  });

  test('answers ?shallow at once, without a probe', async () => {
    const { get } = health([failing('table', 'X')]);
    expect(await get({ queryStringParameters: { shallow: '' } })).toMatchObject({ statusCode: 200, checks: [] });
    expect(await get({ queryStringParameters: null })).toMatchObject({ statusCode: 503 });
  });

  test.each([
    ['GET', '/', 404],
    ['GET', '/healthy', 404],
    ['POST', '/health', 405],
    ['HEAD', '/health/', 200],
  ])('answers %s %s with %d', async (httpMethod, path, statusCode) => {
    expect(await health([probe('table')]).get({ httpMethod, path })).toMatchObject({ statusCode });
  });

  test('logs a change, and no more', async () => {
    let error: Error | undefined;
    const { get, log, clock } = health([probe('table', async () => (error ? Promise.reject(error) : undefined))]);
    for (const next of [undefined, undefined, new Error('x'), new Error('x'), undefined]) {
      error = next;
      await get();
      clock.now += 5000;
    }
    expect(log.lines).toEqual([
      'INFO healthy {"failed":""}',
      'ERROR unhealthy {"failed":"table: Error"}',
      'INFO healthy {"failed":""}',
    ]);
  });

  test('fails at the start when a critical check does not exist', () => {
    expect(() => health([probe('table'), probe('bucket')], { critical: ['table', 'database'] })).toThrow(
      'HEALTH_CRITICAL names database; the checks here are table, bucket',
    );
  });
});
