import { fanOutDefinition } from '../../lib/core/secrets-fan-out';
import { Json } from '../support/synth';

const validateAsl = jest.requireActual('asl-validator');
const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:replicate-secrets';

function definition(destinationCount = 2): Json {
  const partition = 'aws';
  return JSON.parse(fanOutDefinition({ partition, functionArn: FUNCTION, taskTimeoutSeconds: 150, destinationCount }));
}

describe('the fan-out of a change', () => {
  const { States } = definition();
  const replicate = States.Replicate.ItemProcessor.States.ReplicateOne;

  test.each([1, 40, 41])('passes the validator of the Amazon States Language with %i destinations', (count) => {
    expect(validateAsl(definition(count))).toMatchObject({ isValid: true, errors: [] });
  });

  test('runs up to 40 destinations in one execution, and more in executions of their own', () => {
    const mode = (count: number): Json => {
      const { MaxConcurrency, ItemProcessor } = definition(count).States.Replicate;
      return [ItemProcessor.ProcessorConfig, MaxConcurrency];
    };
    expect(mode(40)).toEqual([{ Mode: 'INLINE' }, 40]);
    expect(mode(41)).toEqual([{ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, 100]);
  });

  test('calls one function with the task, and waits longer than it may run', () => {
    for (const [state, task] of [
      [States.Validate, 'validate'],
      [replicate, 'replicate'],
      [States.Aggregate, 'aggregate'],
    ]) {
      expect(state).toMatchObject({ Resource: 'arn:aws:states:::lambda:invoke', TimeoutSeconds: 150 });
      expect(state.Parameters).toMatchObject({ FunctionName: FUNCTION, Payload: { task } });
    }
  });

  test('tries again what may succeed later, with what Lambda really raises, and nothing that is final (R-SFN-1)', () => {
    for (const state of [States.Validate, replicate]) {
      expect(state.Retry[0]).toMatchObject({
        ErrorEquals: ['RetryableFailure'],
        BackoffRate: 2,
        JitterStrategy: 'FULL',
      });
    }
    for (const state of [States.Validate, replicate, States.Aggregate]) {
      expect(state.Retry.at(-1).ErrorEquals).toEqual(
        expect.arrayContaining(['Lambda.ServiceException', 'Lambda.TooManyRequestsException', 'States.Timeout']),
      );
    }
    expect(JSON.stringify(definition())).not.toMatch(/ThrottlingError|PermanentFailure|ReplicationFailed/);
  });
});

describe('the definition, run', () => {
  // The interpreter is written for a newer Node.js than the oldest this library is built with.
  (Promise as Json).withResolvers ??= () => {
    const parts: Json = {};
    parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
    return parts;
  };
  const { StateMachine } = jest.requireActual('aws-local-stepfunctions');
  const event = { source: 'manual', secretId: 'app/dev/db' };
  const items = ['us-east-2', 'eu-west-1', 'ap-south-1'].map((destination) => ({
    command: { secret: 'app/dev/db' },
    destination,
  }));

  /** A function whose destinations fail with these errors, one for each attempt. */
  function region(failures: Record<string, string[]> = {}) {
    const attempts: string[] = [];
    const received: Json[] = [];
    const left = structuredClone(failures);
    const invoke = async ({ Payload }: Json): Promise<Json> => {
      received.push(structuredClone(Payload));
      if (Payload.task === 'validate') return { Payload: { items, filtered: [] } };
      if (Payload.task === 'replicate') {
        const { destination } = Payload.item;
        attempts.push(destination);
        const name = left[destination]?.shift();
        if (name) throw Object.assign(new Error(`{"errorMessage":"${destination}"}`), { name });
        return { Payload: { destination, status: 'replicated' } };
      }
      const failed = Payload.results.filter(({ status }: Json) => status === 'failed').length;
      if (failed > 0) throw Object.assign(new Error(`${failed} failed`), { name: 'ReplicationFailed' });
      return { Payload: { counts: { replicated: Payload.results.length } } };
    };
    const run = async (): Promise<Json> => {
      const tasks = ['Validate', 'ReplicateOne', 'Aggregate'];
      const overrides = {
        taskResourceLocalHandlers: Object.fromEntries(tasks.map((name) => [name, invoke])),
        retryIntervalOverrides: Object.fromEntries(tasks.map((name) => [name, [0, 0]])),
      };
      return new StateMachine(definition()).run(event, { overrides }).result;
    };
    const aggregated = (): Json => received.find(({ task }) => task === 'aggregate');
    return { run, attempts, received, aggregated };
  }

  test('a change goes to every destination, and the results are added up in the order of the items', async () => {
    const { run, attempts, received, aggregated } = region();
    expect(await run()).toEqual({ counts: { replicated: 3 } });
    expect(attempts.sort()).toEqual(['ap-south-1', 'eu-west-1', 'us-east-2']);
    expect(received[0]).toEqual({ task: 'validate', event });
    expect(aggregated()).toEqual({
      task: 'aggregate',
      items,
      filtered: [],
      results: items.map(({ destination }) => ({ destination, status: 'replicated' })),
    });
  });

  test('only the destination that may take it later is tried again', async () => {
    const { run, attempts } = region({ 'eu-west-1': ['RetryableFailure', 'Lambda.ServiceException'] });
    expect(await run()).toEqual({ counts: { replicated: 3 } });
    expect(attempts.sort()).toEqual(['ap-south-1', 'eu-west-1', 'eu-west-1', 'eu-west-1', 'us-east-2']);
  });

  test('one that fails for good keeps its place and its error, stops no other, and fails the execution', async () => {
    const { run, attempts, aggregated } = region({ 'us-east-2': ['PermanentFailure'] });
    await expect(run()).rejects.toThrow('1 failed');
    expect(attempts).toHaveLength(3);
    expect(aggregated().results).toEqual([
      {
        destination: 'us-east-2',
        status: 'failed',
        reason: 'PermanentFailure',
        error: { Error: 'PermanentFailure', Cause: '{"errorMessage":"us-east-2"}' },
        item: items[0],
      },
      { destination: 'eu-west-1', status: 'replicated' },
      { destination: 'ap-south-1', status: 'replicated' },
    ]);
  });
});
