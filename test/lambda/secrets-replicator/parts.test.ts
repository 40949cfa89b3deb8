import fc from 'fast-check';
import { calling, callingUnless, Failure } from '../../../lambda/replication/failure';
import { Cache } from '../../../lambda/secrets-replicator/cache';
import { copiedTags } from '../../../lambda/secrets-replicator/convergence';
import { copyId, isNewer, originInId } from '../../../lambda/secrets-replicator/copies';
import { metricLines } from '../../../lambda/secrets-replicator/metrics';
import { Pool } from '../../../lambda/secrets-replicator/pool';
import { Refusal } from '../../../lambda/secrets-replicator/refusal';
import { failureOf, Postponed, resultOf } from '../../../lambda/secrets-replicator/results';
import { retried } from '../../../lambda/secrets-replicator/retry';
import { settingsOf } from '../../../lambda/secrets-replicator/settings';
import { readTransformation } from '../../../lambda/secrets-replicator/transformation';
import { Variables } from '../../../lambda/secrets-replicator/variables';

const CALL = { operation: 'PutSecretValue', name: 'app/db', region: 'us-west-2' };
const failed = (fields: object) => new Failure(CALL, Object.assign(new Error('CANARY'), fields));

describe('a failure', () => {
  test.each<[object, string, boolean]>([
    [{ name: 'ThrottlingException' }, 'ThrottlingException', true],
    [{ name: 'Throttling' }, 'Throttling', true],
    [{ name: 'TooManyRequestsException' }, 'TooManyRequestsException', true],
    [{ name: 'RequestLimitExceeded' }, 'RequestLimitExceeded', true],
    [{ name: 'InternalServiceError' }, 'InternalServiceError', true],
    [{ name: 'InternalFailure' }, 'InternalFailure', true],
    [{ name: 'ServiceUnavailable' }, 'ServiceUnavailable', true],
    [{ name: 'ExpiredTokenException' }, 'ExpiredTokenException', true],
    [{ name: 'TimeoutError' }, 'TimeoutError', true],
    [{ name: 'Error', code: 'ECONNRESET' }, 'ECONNRESET', true],
    [{ name: 'AggregateError', code: 'ETIMEDOUT' }, 'ETIMEDOUT', true],
    [{ name: 'Odd', $metadata: { httpStatusCode: 503 } }, 'Odd', true],
    [{ name: 'Odd', $metadata: { httpStatusCode: 429 } }, 'Odd', true],
    [{ name: 'Odd', $metadata: {} }, 'Odd', false],
    [{ name: 'AccessDeniedException' }, 'AccessDeniedException', false],
    [{ name: 'EncryptionFailure' }, 'EncryptionFailure', false],
    [{ name: 'Error' }, 'Error', false],
    [{ name: 'a value, quoted' }, 'UnknownError', false],
    [{ name: undefined }, 'UnknownError', false],
  ])('%j is told as %s and may pass: %s (W15, W19)', (fields, code, transient) => {
    const { message, ...rest } = failed(fields);
    expect(message).toBe(`PutSecretValue of app/db in us-west-2 failed: ${code}`);
    expect(rest).toMatchObject({ code, transient });
  });

  test('of the credentials of a call is told as that', async () => {
    const inner = failed({ name: 'AccessDenied' });
    await expect(calling({ ...CALL, operation: 'Other' }, () => Promise.reject(inner))).rejects.toBe(inner);
  });

  test('that is an answer is none', async () => {
    const refuse = () => Promise.reject(Object.assign(new Error(), { name: 'ResourceNotFoundException' }));
    expect(await callingUnless(['ResourceNotFoundException'], CALL, refuse)).toBeUndefined();
    await expect(callingUnless(['Other'], CALL, refuse)).rejects.toThrow(Failure);
  });

  test('is told without a word of what is not known here (W19, W20)', () => {
    expect(failureOf(new TypeError('CANARY'))).toEqual({ reason: 'unexpected TypeError', retryable: false });
    expect(failureOf('CANARY')).toEqual({ reason: 'unexpected string', retryable: false });
    expect(failureOf(new Refusal('why'))).toEqual({ reason: 'why', retryable: false });
    expect(failureOf(new Postponed('later'))).toEqual({ reason: 'later', retryable: true });
  });
});

describe('a retry', () => {
  const surroundings = (random: number) => {
    const waits: number[] = [];
    return { waits, now: () => 0, random: () => random, sleep: async (wait: number) => void waits.push(wait) };
  };
  const failing = (times: number, name = 'ThrottlingException') => {
    let left = times;
    return async () => {
      if (left-- > 0) throw failed({ name });
      return 'done';
    };
  };

  test('waits between nothing and a bound that doubles (W15)', async () => {
    const most = surroundings(0.999999);
    expect(await retried(failing(4), most, () => Infinity)).toBe('done');
    expect(most.waits).toEqual([199, 399, 799, 1599]);
    const least = surroundings(0);
    expect(await retried(failing(4), least, () => Infinity)).toBe('done');
    expect(least.waits).toEqual([0, 0, 0, 0]);
  });

  test('ends after five attempts, at once for what does not pass, and when time is short', async () => {
    const { waits, ...rest } = surroundings(0.5);
    await expect(retried(failing(5), rest, () => Infinity)).rejects.toThrow(Failure);
    expect(waits).toHaveLength(4);
    await expect(retried(failing(1, 'AccessDenied'), rest, () => Infinity)).rejects.toThrow(Failure);
    await expect(
      retried(
        () => Promise.reject(new Refusal('no')),
        rest,
        () => Infinity,
      ),
    ).rejects.toThrow(Refusal);
    await expect(retried(failing(1), rest, () => 100)).rejects.toThrow(Failure);
    expect(waits).toHaveLength(4);
    expect(await retried(failing(1), rest, () => 101)).toBe('done');
  });
});

test('a pool does so much at the same time and no more, also after failures', async () => {
  const pool = new Pool(2);
  let running = 0;
  let most = 0;
  const work = (index: number) => async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (index % 3 === 0) throw new Error('no');
    return index;
  };
  const ended = await Promise.allSettled([...Array(9).keys()].map((index) => pool.run(work(index))));
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
  expect([most, running]).toEqual([2, 0]);
  expect(await pool.run(work(1))).toBe(1);
});

describe('a cache (W7, W24)', () => {
  test('remembers by key for its time, and shares what is being read', async () => {
    let now = 0;
    let reads = 0;
    const cache = new Cache<number>(() => now, 300);
    const get = (key: string) => cache.get(key, async () => ++reads);
    expect(await Promise.all([get('a'), get('a'), get('b')])).toEqual([1, 1, 2]);
    now = 299;
    expect(await get('a')).toBe(1);
    now = 300;
    expect(await get('a')).toBe(3);
  });

  test('does not remember failures, and forgets nothing newer with them', async () => {
    let now = 0;
    const cache = new Cache<number>(() => now, 300);
    await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await cache.get('a', async () => 1)).toBe(1);
    let refuse: (error: Error) => void = () => undefined;
    now = 300;
    const slow = cache.get('a', () => new Promise((_, reject) => (refuse = reject)));
    now = 600;
    expect(await cache.get('a', async () => 2)).toBe(2);
    refuse(new Error('late'));
    await expect(slow).rejects.toThrow('late');
    expect(await cache.get('a', async () => 3)).toBe(2);
  });
});

describe('the id of a copy', () => {
  test('tells its origin, is the same for the same copy only, and fits', () => {
    const regions = fc.constantFrom('us-east-1', 'ap-southeast-2', 'us-gov-west-1', 'eusc-de-east-1', 'mx-central-1');
    const created = fc.integer({ min: 0, max: 9_999_999_999_999 });
    fc.assert(
      fc.property(regions, created, fc.string(), fc.string(), (region, time, a, b) => {
        const id = copyId({ region, created: time }, a, b);
        expect(originInId(id)).toEqual({ region, created: time });
        expect(id.length).toBeLessThanOrEqual(64);
        expect(id.length).toBeGreaterThanOrEqual(32);
        expect(copyId({ region, created: time }, a, b)).toBe(id);
        expect(copyId({ region, created: time }, a, `${b}.`)).not.toBe(id);
        expect(copyId({ region, created: time }, `${a}${b}`)).not.toBe(id);
      }),
      { seed: 3 },
    );
  });

  test.each(['', 'replica-', 'replica-us-east-1-1-ab', '3f0c1b1e-8a5e-4f3f-9a43-0123456789ab'])('%j is none', (id) => {
    expect(originInId(id)).toBeUndefined();
  });

  test('orders by time, then by the name of the region', () => {
    const [east, west] = ['us-east-1', 'us-west-2'];
    expect(isNewer({ region: east, created: 2 }, { region: west, created: 1 })).toBe(true);
    expect(isNewer({ region: west, created: 1 }, { region: east, created: 1 })).toBe(true);
    expect(isNewer({ region: east, created: 1 }, { region: west, created: 1 })).toBe(false);
    expect(isNewer({ region: east, created: 1 }, { region: east, created: 1 })).toBe(false);
  });
});

test('the tags of a copy are fifty at most', () => {
  const fifty = Object.fromEntries([...Array(50).keys()].map((index) => [`tag-${index}`, '']));
  expect(copiedTags(fifty, 'us-east-1')).toEqual(fifty);
  expect(copiedTags({ 'aws:cloudformation:x': '1', 'dr:y': '2', z: '3' }, 'us-east-1')).toEqual({
    z: '3',
    'dr:origin-region': 'us-east-1',
  });
});

describe('a swap as a transformation', () => {
  test('puts each text of a pair in the place of the other, variables included', () => {
    const variables = new Variables({ REGION: 'west' });
    const { run } = readTransformation('{"swap": [["db.east", "db.${REGION}"], ["same", "same"]]}', { variables });
    expect(run('db.east db.west same')).toBe('db.west db.east same');
  });

  test.each([
    ['{"swap": [], "x": 1}', 'a swap has no other keys'],
    ['{"swap": {}}', 'a swap is a list of pairs of texts'],
    ['{"swap": [["CANARY"]]}', 'a swap is a list of pairs of texts'],
    ['{"swap": [["CANARY", 1]]}', 'a swap is a list of pairs of texts'],
    ['{"swap": [["CANARY", ""]]}', 'a text of a swap is empty'],
    ['{"swap": [["CANARY", "b"], ["b", "c"]]}', 'a text is in two pairs of a swap'],
    ['{"swap": [["${CANARY_NOT}", "b"]]}', 'there is no variable CANARY_NOT'],
  ])('%s is refused', (specification, message) => {
    expect(() => readTransformation(specification)).toThrow(new Refusal(message));
  });
});

test('metrics count for the replicator and each destination, zeros included (W6)', () => {
  const entry = { destination: 'us-west-2', region: 'us-west-2', name: 'a', durationMs: 20 };
  const { secrets } = resultOf([
    {
      secret: 'a',
      destinations: [
        { ...entry, status: 'replicated', lagMs: 900 },
        { ...entry, destination: 'eu', status: 'filtered' },
      ],
    },
    { secret: 'b', destinations: [{ ...entry, status: 'failed' }] },
  ]);
  const lines = metricLines(resultOf(secrets), 'SecretsReplicator', 'secrets', 7).map(
    (line) => JSON.parse(line) as Record<string, unknown>,
  );
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({
    _aws: {
      Timestamp: 7,
      CloudWatchMetrics: [
        {
          Namespace: 'SecretsReplicator',
          Dimensions: [['Replicator'], ['Replicator', 'Destination']],
          Metrics: [
            { Name: 'Replicated', Unit: 'Count' },
            { Name: 'Unchanged', Unit: 'Count' },
            { Name: 'Filtered', Unit: 'Count' },
            { Name: 'Failed', Unit: 'Count' },
            { Name: 'Duration', Unit: 'Milliseconds' },
            { Name: 'Lag', Unit: 'Milliseconds' },
          ],
        },
      ],
    },
    Replicator: 'secrets',
    Destination: 'us-west-2',
    Replicated: 1,
    Failed: 1,
    Unchanged: 0,
    Duration: [20, 20],
    Lag: [900],
  });
  expect(lines[1]).toMatchObject({ Destination: 'eu', Filtered: 1, Failed: 0 });
  expect(lines[1]).not.toHaveProperty('Lag');
});

describe('the settings', () => {
  test('have defaults for all but the region', () => {
    expect(settingsOf({ AWS_REGION: 'us-east-1' })).toEqual({
      region: 'us-east-1',
      configSecret: 'secrets-replicator/destinations',
      destination: undefined,
      retryQueueUrl: undefined,
      deadLetterQueueUrl: undefined,
      metricNamespace: 'SecretsReplicator',
      replicator: 'secrets-replicator',
      parallel: 10,
      deadlineMarginMilliseconds: 3000,
      logLevel: undefined,
    });
    expect(() => settingsOf({})).toThrow('AWS_REGION missing');
  });

  test.each(['0', '1.5', 'ten'])('refuse %s as a number', (PARALLEL) => {
    expect(() => settingsOf({ AWS_REGION: 'us-east-1', PARALLEL })).toThrow(
      'PARALLEL is no whole number of at least 1',
    );
  });
});
