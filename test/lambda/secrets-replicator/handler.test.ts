import { handlerOf, Parts } from '../../../lambda/secrets-replicator/index';
import { Validated } from '../../../lambda/secrets-replicator/orchestration';
import { Result } from '../../../lambda/secrets-replicator/results';
import { MemoryAws, MemoryQueue } from './memory';
import { changed, CONFIG, EAST, EU, eu, furnish, Scenario, SCENARIOS, WEST, west } from './scenarios';
import { TOPOLOGIES } from './topologies';

const SCENARIO: Scenario = { title: '', results: [], state: {} };

function made(scenario: Partial<Scenario> = {}, env: Record<string, string> = {}, parts: Partial<Parts> = {}) {
  const aws = new MemoryAws();
  furnish(aws, { ...SCENARIO, ...scenario });
  const [lines, retry, dead] = [[] as string[], new MemoryQueue(), new MemoryQueue()];
  const handler = handlerOf(
    { AWS_REGION: EAST, ...env },
    {
      stores: aws.stores(),
      surroundings: aws,
      retryQueue: retry,
      deadLetterQueue: dead,
      write: (line) => void lines.push(line),
      ...parts,
    },
  );
  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { aws, handler, lines, logged, retry: retry.messages, dead: dead.messages };
}

const record = (messageId: string, body: unknown) => ({
  messageId,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const throttled = (region: string) => ({ operation: 'CreateSecret', region, code: 'ThrottlingException' });
const denied = (region: string) => ({ operation: 'CreateSecret', region, code: 'AccessDeniedException' });

describe('an event', () => {
  test('is answered with a result and logged by destination', async () => {
    const { handler, logged } = made({
      destinations: [west(), eu({ filters: 'secrets-replicator/filters/none' })],
      files: { 'filters/none': {} },
    });
    expect(await handler(changed('PutSecretValue'))).toEqual({
      secrets: [
        {
          secret: 'app/db',
          version: expect.stringMatching(/^original-/),
          destinations: [
            {
              destination: WEST,
              region: WEST,
              name: 'app/db',
              status: 'replicated',
              version: expect.stringMatching(/^replica-us-east-1-\d{13}-[0-9a-f]+$/),
              durationMs: expect.any(Number),
              lagMs: expect.any(Number),
            },
            {
              destination: EU,
              region: EU,
              name: 'app/db',
              status: 'filtered',
              reason: 'the filter does not let it pass',
              durationMs: expect.any(Number),
            },
          ],
        },
      ],
      counts: { replicated: 1, unchanged: 0, filtered: 1, failed: 0 },
    });
    const [line, ...metrics] = logged();
    expect(line).toMatchObject({ level: 'INFO', message: 'replicated', secret: 'app/db', destination: WEST });
    expect(metrics.map(({ Destination, Replicated, Filtered }) => [Destination, Replicated, Filtered])).toEqual([
      [WEST, 1, 0],
      [EU, 0, 1],
    ]);
  });

  test('that asks for nothing is logged', async () => {
    const { handler, logged } = made();
    expect(await handler(changed('GetSecretValue'))).toEqual({
      secrets: [],
      counts: { replicated: 0, unchanged: 0, filtered: 0, failed: 0 },
    });
    expect(logged()).toMatchObject([{ message: 'ignored', reason: 'the call changes nothing that is replicated' }]);
  });

  test.each([null, {}, 'text', { source: 'aws.ssm' }])('that cannot be read is raised: %j (W5)', async (event) => {
    await expect(made().handler(event)).rejects.toThrow('the event is not from Secrets Manager, and no manual call');
  });

  test('hands what may succeed later to one queue, and the rest to the other (W5)', async () => {
    const { handler, retry, dead, logged } = made({ faults: [throttled(WEST), denied(EU)] });
    expect(((await handler(changed('PutSecretValue'))) as Result).counts.failed).toBe(2);
    expect(retry).toEqual([{ source: 'manual', secretId: 'app/db', destinations: [WEST] }]);
    expect(dead).toEqual([{ source: 'manual', secretId: 'app/db', destinations: [EU] }]);
    expect(logged().filter(({ level }) => level === 'ERROR')).toMatchObject([
      { destination: WEST, retryable: true },
      { destination: EU, retryable: false },
    ]);
  });

  test.each([
    ['retryQueue', throttled(WEST)],
    ['deadLetterQueue', denied(WEST)],
  ])('is raised where nothing keeps what failed: no %s (W5)', async (queue, fault) => {
    const { handler } = made({ faults: [fault] }, {}, { [queue]: undefined });
    await expect(handler(changed('PutSecretValue'))).rejects.toThrow('1 of 2 not replicated');
  });

  test('is kept whole when not even the configuration can be read', async () => {
    const { handler, retry, dead, aws, logged } = made();
    aws.faults.push({ operation: 'GetSecretValue', name: CONFIG, code: 'InternalServiceError', times: 5 });
    expect(await handler(changed('DeleteSecret'))).toMatchObject({
      secrets: [{ secret: 'app/db', destinations: [{ destination: '*', status: 'failed', retryable: true }] }],
    });
    expect(retry).toEqual([{ source: 'manual', secretId: 'app/db', kind: 'delete' }]);
    expect(logged().find(({ Destination }) => Destination === '*')).toMatchObject({ Failed: 1 });
    aws.write(EAST, CONFIG, '{CANARY');
    await handler({ source: 'manual', secretId: 'app/db', destinations: [EU] });
    expect(dead).toEqual([{ source: 'manual', secretId: 'app/db', destinations: [EU] }]);
  });

  test('of an unknown destination is told', async () => {
    const { handler, dead } = made();
    const { secrets } = (await handler({
      source: 'manual',
      secretId: 'app/db',
      destinations: ['mars', WEST],
    })) as Result;
    expect(secrets[0].destinations.map(({ destination, status, reason }) => [destination, status, reason])).toEqual([
      [WEST, 'replicated', undefined],
      ['mars', 'failed', 'there is no such destination'],
    ]);
    expect(dead).toEqual([{ source: 'manual', secretId: 'app/db', destinations: ['mars'] }]);
  });

  test('with a partial ARN is asked for by that', async () => {
    const { handler } = made({ destinations: [west()] });
    const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db';
    expect(await handler({ source: 'manual', secretId: `${arn}-AbCdEf` })).toMatchObject({
      secrets: [{ secret: 'app/db' }],
    });
  });
});

describe('one destination of a function', () => {
  test('is the only one that is served', async () => {
    const { handler, aws } = made({}, { DESTINATION: EU });
    const { secrets } = (await handler({ source: 'manual', secretId: 'app/db', destinations: [WEST, EU] })) as Result;
    expect(secrets[0].destinations.map(({ destination }) => destination)).toEqual([EU]);
    expect(aws.view(WEST)).toEqual({});
  });

  test('has to be in the configuration', async () => {
    const { handler, dead } = made({}, { DESTINATION: 'mars' });
    expect(await handler(changed('PutSecretValue'))).toMatchObject({
      secrets: [
        {
          destinations: [
            {
              destination: 'mars',
              status: 'failed',
              reason: 'the configuration has no destination of the name in DESTINATION',
            },
          ],
        },
      ],
    });
    expect(dead).toHaveLength(1);
  });
});

describe('a batch from SQS', () => {
  const events = {
    Records: [
      record('good', changed('PutSecretValue', 'app/good')),
      record('later', changed('PutSecretValue', 'app/later')),
      record('never', changed('PutSecretValue', 'app/never')),
      record('both', { source: 'manual', secretIds: ['app/later', 'app/never'] }),
      record('garbage', '{'),
      record('nothing', changed('GetSecretValue')),
    ],
  };
  const scenario = {
    destinations: [west()],
    given: ['app/good', 'app/later', 'app/never'].map((name) => [EAST, name, name] as const),
    faults: [
      { ...throttled(WEST), name: 'app/later' },
      { ...denied(WEST), name: 'app/never' },
    ],
  };

  test('gives back what may succeed later and what cannot be read; the rest is dead-lettered at once (W5)', async () => {
    const { handler, retry, dead } = made(scenario);
    expect(await handler(events)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'garbage' }, { itemIdentifier: 'later' }, { itemIdentifier: 'both' }],
    });
    expect(retry).toEqual([]);
    expect(dead).toEqual([{ source: 'manual', secretId: 'app/never', destinations: [WEST] }]);
  });

  test.each([
    ['there is no dead-letter queue', undefined],
    ['the dead-letter queue takes nothing', { send: () => Promise.reject(new Error('no')) }],
  ])('gives everything back that failed when %s', async (_, deadLetterQueue) => {
    const { handler } = made(scenario, {}, { deadLetterQueue });
    expect(await handler(events)).toEqual({
      batchItemFailures: ['garbage', 'later', 'both', 'never'].map((itemIdentifier) => ({ itemIdentifier })),
    });
  });
});

describe('a schedule', () => {
  test('tells the secrets that concern anybody, and counts all', async () => {
    const { handler } = made({
      destinations: [west({ filters: 'secrets-replicator/filters/app' })],
      files: { 'filters/app': { 'app/*': '' } },
      given: [
        [EAST, 'app/a', '1'],
        [EAST, 'web/b', '2'],
      ],
    });
    expect(await handler({ source: 'schedule' })).toMatchObject({
      secrets: [{ secret: 'app/a' }],
      counts: { replicated: 1, unchanged: 0, filtered: 1, failed: 0 },
    });
  });

  test('that runs out of time hands the rest on', async () => {
    const aws = made({
      destinations: [west()],
      given: [...Array(20).keys()].map((index) => [EAST, `app/${index}`, 'x'] as const),
    });
    let left = 3010;
    const context = { getRemainingTimeInMillis: () => left-- };
    const { counts } = (await aws.handler({ source: 'schedule' }, context)) as Result;
    expect(counts.failed).toBeGreaterThan(0);
    expect(aws.retry).toHaveLength(counts.failed);
  });
});

describe('the tasks of a state machine', () => {
  const validated = async (scenario: Partial<Scenario> = {}, event: unknown = changed('PutSecretValue')) => {
    const parts = made(scenario);
    return { ...parts, ...((await parts.handler({ task: 'validate', event })) as Validated) };
  };

  test('name each secret for each destination, and nothing more', async () => {
    const { items } = await validated();
    expect(items).toEqual(
      [WEST, EU].map((destination) => ({
        command: {
          kind: 'replicate',
          secret: { id: 'app/db', name: 'app/db' },
          region: EAST,
          time: expect.any(String),
          cause: 'PutSecretValue',
        },
        destination,
      })),
    );
    expect((await validated({}, changed('GetSecretValue'))).items).toEqual([]);
    expect((await validated({}, { source: 'manual', secretId: 'a', destinations: [EU] })).items).toHaveLength(1);
  });

  test('of a change are for what the filters let pass; the rest is told in its place (W27)', async () => {
    const { handler, items, filtered, logged } = await validated({
      destinations: [eu({ name: 'first', filters: 'secrets-replicator/filters/none' }), west()],
      files: { 'filters/none': {} },
    });
    expect(items.map(({ destination }) => destination)).toEqual([WEST]);
    expect(filtered).toEqual([{ command: items[0].command, destination: 'first', region: EU, at: 0 }]);
    const results = [await handler({ task: 'replicate', item: items[0] })];
    expect(await handler({ task: 'aggregate', items, results, filtered })).toMatchObject({
      counts: { filtered: 1, replicated: 1 },
      secrets: [{ destinations: [{ destination: 'first', status: 'filtered' }, { destination: WEST }] }],
    });
    expect(logged()).toContainEqual(expect.objectContaining({ Destination: 'first', Filtered: 1, Replicated: 0 }));
  });

  test('of a schedule are for what the filters let pass', async () => {
    const { items } = await validated(
      { destinations: [west(), eu({ filters: 'secrets-replicator/filters/none' })], files: { 'filters/none': {} } },
      { source: 'schedule' },
    );
    expect(items.map(({ destination }) => destination)).toEqual([WEST]);
  });

  test('are refused when there are too many of them', async () => {
    const given = [...Array(1200).keys()].map((index) => [EAST, `app/${'x'.repeat(100)}${index}`, 'x'] as const);
    await expect(validated({ given }, { source: 'schedule' })).rejects.toMatchObject({
      name: 'PermanentFailure',
      message: 'there is more to do than one execution can be told: replicate fewer secrets at a time',
    });
  });

  test('say whether a retry can help', async () => {
    await expect(validated({}, {})).rejects.toMatchObject({ name: 'PermanentFailure' });
    const code = 'ThrottlingException';
    const config = { faults: [{ operation: 'GetSecretValue', name: CONFIG, code }] };
    await expect(validated(config)).rejects.toMatchObject({ name: 'RetryableFailure' });
    const { handler, items } = await validated({ faults: [throttled(WEST), denied(EU)] });
    const [later, never] = items.map((item) => handler({ task: 'replicate', item }));
    await expect(later).rejects.toMatchObject({ name: 'RetryableFailure' });
    await expect(never).rejects.toMatchObject({ name: 'PermanentFailure' });
  });

  test('sum up what was answered, what was caught, and what never answered', async () => {
    const { handler, items, dead, logged } = await validated({
      destinations: [west(), eu(), eu({ name: 'third' }), eu({ name: 'fourth' })],
    });
    const answered = await handler({ task: 'replicate', item: items[0] });
    const failure = { ...answered, destination: EU, status: 'failed', reason: 'why' };
    const Cause = JSON.stringify({ errorMessage: JSON.stringify(failure) });
    const results = [
      answered,
      { Error: 'PermanentFailure', Cause },
      { error: { Error: 'States.Timeout', Cause: 'not JSON' } },
    ];
    const aggregated = handler({ task: 'aggregate', items, results });
    await expect(aggregated).rejects.toMatchObject({
      name: 'ReplicationFailed',
      message: '3 of 4 not replicated',
      result: {
        secrets: [
          {
            secret: 'app/db',
            version: expect.any(String),
            destinations: [
              { destination: WEST, status: 'replicated' },
              { destination: EU, status: 'failed', reason: 'why' },
              { destination: 'third', status: 'failed', reason: 'the task ended without a result: States.Timeout' },
              { destination: 'fourth', status: 'failed', reason: 'the task ended without a result: no result' },
            ],
          },
        ],
      },
    });
    expect(dead).toEqual([{ source: 'manual', secretId: 'app/db', destinations: [EU, 'third', 'fourth'] }]);
    expect(logged().filter(({ Failed }) => Failed === 1)).toHaveLength(3);
    expect(await handler({ task: 'aggregate', items: [items[0]], results: [answered] })).toMatchObject({
      counts: { replicated: 1 },
    });
  });

  test('sum up without a queue too', async () => {
    const { handler } = made({}, {}, { deadLetterQueue: undefined });
    const { items } = (await handler({ task: 'validate', event: changed('PutSecretValue') })) as Validated;
    await expect(handler({ task: 'aggregate', items, results: [] })).rejects.toThrow('2 of 2 not replicated');
  });
});

describe('no value and no transformation is ever told (W19, W20)', () => {
  const CANARY = 'CANARY';
  const planted: Scenario[] = SCENARIOS.filter(({ state }) => Object.values(state).length > 0).map((scenario) => ({
    ...scenario,
    given: (scenario.given ?? [[EAST, 'app/db', 'x']]).map(
      ([place, name]) => [place, name, `${CANARY} value ${place}`] as const,
    ),
    files: Object.fromEntries(
      Object.entries(scenario.files ?? {}).map(([name, text]) => [
        name,
        typeof text === 'string' && name.startsWith('transformations/') ? `# ${CANARY} comment\n${text}` : text,
      ]),
    ),
  }));

  test.each(TOPOLOGIES)('%s', async (_, topology) => {
    const said: string[] = [];
    for (const scenario of planted) {
      const aws = new MemoryAws();
      furnish(aws, scenario);
      const run = await topology(aws, scenario.event ?? changed('PutSecretValue'), scenario.left).catch(
        (error: Error) => ({
          secrets: [error.message, error.stack, JSON.stringify(error)],
          dead: [],
          lines: [],
        }),
      );
      said.push(JSON.stringify([run.secrets, run.dead]), ...run.lines);
    }
    expect(said.length).toBeGreaterThan(100);
    expect(said.filter((line) => line.includes(CANARY))).toEqual([]);
  });

  test('not even where the code is at fault', async () => {
    const { handler, aws, lines } = made();
    aws.before = () => {
      throw new RangeError(CANARY);
    };
    expect(JSON.stringify(await handler(changed('PutSecretValue')))).toContain('unexpected RangeError');
    expect(lines.join()).not.toContain(CANARY);
  });
});

test('what was read of the configuration serves the next invocation (W24)', async () => {
  const { handler, aws } = made();
  await handler(changed('PutSecretValue'));
  const before = aws.calls.length;
  aws.write(EAST, 'app/db', 'next');
  await handler(changed('PutSecretValue'));
  expect(aws.calls.slice(before).filter((call) => call.includes('secrets-replicator/'))).toEqual([]);
  aws.time += 300_000;
  await handler(changed('PutSecretValue'));
  expect(aws.calls.slice(before)).toContain(`GetSecretValue ${EAST} ${CONFIG}`);
});

test('destinations are written at the same time: 10 of them with 20 ms for each call (W23)', async () => {
  const aws = new MemoryAws({ delayMilliseconds: 20 });
  const regions = [
    'us-east-2',
    'us-west-1',
    WEST,
    EU,
    'eu-west-2',
    'eu-west-3',
    'eu-north-1',
    'sa-east-1',
    'ca-central-1',
    'ap-south-1',
  ];
  furnish(aws, { ...SCENARIO, destinations: regions.map((region) => eu({ region })) });
  const handler = handlerOf({ AWS_REGION: EAST }, { stores: aws.stores(), surroundings: aws, write: () => undefined });
  await handler(changed('PutSecretValue'));
  aws.write(EAST, 'app/db', 'next');
  const start = performance.now();
  const { counts } = (await handler(changed('PutSecretValue'))) as Result;
  const took = performance.now() - start;
  expect(counts.replicated).toBe(10);
  expect(took).toBeLessThan(500);
});

describe('who writes without end is answered later', () => {
  test.each([
    ['GetSecretValue', WEST, WEST, `app/db in ${WEST} is written by others faster than it can be compared`],
    ['GetSecretValue', EAST, EAST, 'app/db is written faster than it can be read'],
    ['CreateSecret|UpdateSecretVersionStage', WEST, EAST, 'app/db is written faster than it can be copied'],
  ])('at each %s in %s, in %s', async (operations, region, written, reason) => {
    const { handler, aws, retry } = made({ destinations: [west()] });
    let count = 0;
    aws.before = async (operation, at, name) => {
      if (!operations.split('|').includes(operation) || at !== region || name !== 'app/db') return;
      // What is asked for at the same time is answered before.
      await new Promise((resolve) => setImmediate(resolve));
      aws.write(written, name, String(count++));
    };
    const { secrets } = (await handler(changed('PutSecretValue'))) as Result;
    expect(secrets[0].destinations).toMatchObject([{ status: 'failed', reason, retryable: true }]);
    expect(retry).toHaveLength(1);
  });
});
