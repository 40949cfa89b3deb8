import { LAMBDA_ERRORS } from './lambda-errors';

/** What a definition is made of. */
export interface FanOutProps {
  readonly partition: string;
  /** The one function that validates, replicates and aggregates. */
  readonly functionArn: string;
  /** Longer than the function may run, in seconds. */
  readonly taskTimeoutSeconds: number;
  /** Destinations one change goes to: they decide between the two modes of a map. */
  readonly destinationCount: number;
}

/**
 * What a map inside one execution runs at a time, and the number of destinations from which every item gets an execution
 * of its own. https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
 */
export const INLINE_CONCURRENCY = 40;

/** Far below the 10,000 that AWS allows, so that the account's concurrency is not used up by one change. */
const DISTRIBUTED_CONCURRENCY = 100;

/**
 * What Lambda may fail with and succeed when it is called again; a "ThrottlingError" is none of them (rule R-SFN-1).
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
 */
const TRANSIENT = {
  ErrorEquals: LAMBDA_ERRORS,
  IntervalSeconds: 2,
  MaxAttempts: 6,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

/** The function's word for a destination that may take the copy later: tried for about a quarter of an hour. */
const LATER = {
  ErrorEquals: ['RetryableFailure'],
  IntervalSeconds: 5,
  MaxAttempts: 8,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  JitterStrategy: 'FULL',
};

/** Whether every item gets an execution of its own. */
export function isDistributed(destinationCount: number): boolean {
  return destinationCount > INLINE_CONCURRENCY;
}

/**
 * Validates a change, replicates it to all destinations at once and adds up what became of it, in the Amazon States
 * Language. A destination that fails keeps its place in the results, with its error, and stops no other; the last state
 * fails when one did, and with it the execution. Items hold ids and names of destinations, never a value.
 */
export function fanOutDefinition(props: FanOutProps): string {
  const call = (payload: object, next: object, ...retriers: object[]): object => ({
    Type: 'Task',
    Resource: `arn:${props.partition}:states:::lambda:invoke`,
    Parameters: { FunctionName: props.functionArn, Payload: payload },
    TimeoutSeconds: props.taskTimeoutSeconds,
    Retry: [...retriers, TRANSIENT],
    ...next,
  });
  const distributed = isDistributed(props.destinationCount);
  return JSON.stringify({
    Comment: 'Replicates one change of a secret to every destination',
    StartAt: 'Validate',
    States: {
      Validate: call(
        { task: 'validate', 'event.$': '$' },
        { ResultSelector: { 'items.$': '$.Payload.items', 'filtered.$': '$.Payload.filtered' }, Next: 'Replicate' },
        LATER,
      ),
      Replicate: {
        Type: 'Map',
        ItemsPath: '$.items',
        ItemSelector: { 'item.$': '$$.Map.Item.Value' },
        MaxConcurrency: distributed ? DISTRIBUTED_CONCURRENCY : INLINE_CONCURRENCY,
        ItemProcessor: {
          ProcessorConfig: distributed ? { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } : { Mode: 'INLINE' },
          StartAt: 'ReplicateOne',
          States: {
            ReplicateOne: call(
              { task: 'replicate', 'item.$': '$.item' },
              {
                OutputPath: '$.Payload',
                Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Failed' }],
                End: true,
              },
              LATER,
            ),
            Failed: {
              Type: 'Pass',
              Parameters: {
                'destination.$': '$.item.destination',
                status: 'failed',
                'reason.$': '$.error.Error',
                'error.$': '$.error',
                'item.$': '$.item',
              },
              End: true,
            },
          },
        },
        ResultPath: '$.results',
        Next: 'Aggregate',
      },
      Aggregate: call(
        { task: 'aggregate', 'items.$': '$.items', 'results.$': '$.results', 'filtered.$': '$.filtered' },
        { OutputPath: '$.Payload', End: true },
      ),
    },
  });
}
