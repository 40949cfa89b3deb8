import { ReplayMessage } from '../../../lambda/secrets-replicator/replay';
import { handlerOf } from '../../../lambda/secrets-replicator/index';
import { ReplicationFailed } from '../../../lambda/secrets-replicator/orchestration';
import { DestinationResult, Result, SecretResult } from '../../../lambda/secrets-replicator/results';
import { fanOutDefinition } from '../../../lib/core/secrets-fan-out';
import { Json } from '../../support/synth';
import { MemoryAws, MemoryQueue } from './memory';

/** Everything a run left behind. */
export interface Run {
  readonly secrets: readonly SecretResult[];
  readonly dead: readonly ReplayMessage[];
  /** Log and metrics. */
  readonly lines: readonly string[];
}

/** How often a message of the retry queue is received, and a task of a state machine retried. */
const TRIES = 3;

export type Topology = (aws: MemoryAws, event: unknown, left?: number, region?: string) => Promise<Run>;

type Handler = ReturnType<typeof handlerOf>;

/** A handler with everything it writes and sends. */
function made(aws: MemoryAws, env: Record<string, string>, left?: number) {
  const [lines, retry, dead] = [[] as string[], new MemoryQueue(), new MemoryQueue()];
  const handler = handlerOf(env, {
    stores: aws.stores(),
    surroundings: aws,
    retryQueue: retry,
    deadLetterQueue: dead,
    write: (line) => void lines.push(line),
  });
  const context = left === undefined ? undefined : { getRemainingTimeInMillis: () => left };
  const invoke: Handler = (event) => handler(event, context);
  return { invoke, lines, retry, dead };
}

async function queued(aws: MemoryAws, event: unknown, env: Record<string, string>, left?: number): Promise<Run> {
  const { invoke, lines, retry, dead } = made(aws, env, left);
  const results = [(await invoke(event)) as Result];
  for (let attempt = 1; attempt < TRIES; attempt++) {
    for (const message of retry.take()) results.push((await invoke(message)) as Result);
  }
  return { secrets: merged(results), dead: [...dead.messages, ...retry.messages], lines };
}

export const multiDestination: Topology = (aws, event, left, region = 'us-east-1') =>
  queued(aws, event, { AWS_REGION: region }, left);

/** One function for each destination, as they come. */
export const perDestination: Topology = async (aws, event, left, region = 'us-east-1') => {
  const configuration = JSON.parse(aws.value(region, 'secrets-replicator/destinations') ?? '{}') as {
    destinations: { name?: string; region: string; roleArn?: string }[];
  };
  const names = configuration.destinations.map(
    ({ name, region: there, roleArn }) => name ?? (roleArn ? `${there}/${roleArn.split(':')[4]}` : there),
  );
  const runs: Run[] = [];
  for (const DESTINATION of names) runs.push(await queued(aws, event, { AWS_REGION: region, DESTINATION }, left));
  return {
    secrets: merged(runs.map(({ secrets }) => ({ secrets }))),
    dead: runs.flatMap(({ dead }) => dead),
    lines: runs.flatMap(({ lines }) => lines),
  };
};

// The interpreter is written for a newer Node.js than the oldest this library is built with.
(Promise as Json).withResolvers ??= () => {
  const parts: Json = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
const { StateMachine } = jest.requireActual('aws-local-stepfunctions');

const TASKS = ['Validate', 'ReplicateOne', 'Aggregate'];
const DEFINITION = JSON.parse(
  fanOutDefinition({
    partition: 'aws',
    functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:replicate-secrets',
    taskTimeoutSeconds: 150,
    destinationCount: 3,
  }),
);

/** The state machine itself, in an interpreter of the Amazon States Language, with the function behind its tasks. */
export const orchestrated: Topology = async (aws, event, left, region = 'us-east-1') => {
  const { invoke, lines, dead } = made(aws, { AWS_REGION: region }, left);
  let failed: Result | undefined;
  const task = async ({ Payload }: { Payload: unknown }): Promise<unknown> => {
    try {
      return { Payload: JSON.parse(JSON.stringify(await invoke(Payload))) };
    } catch (error) {
      if (error instanceof ReplicationFailed) failed = error.result;
      // As Lambda tells a state machine of what a function threw.
      const { name, message } = error as Error;
      const cause = JSON.stringify({ errorType: name, errorMessage: message, trace: [] });
      throw Object.assign(new Error(cause), { name, task: (Payload as { task: string }).task });
    }
  };
  const execution = new StateMachine(DEFINITION).run(structuredClone(event), {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(TASKS.map((name) => [name, task])),
      retryIntervalOverrides: Object.fromEntries(TASKS.map((name) => [name, [0, 0]])),
    },
  });
  const result = (await execution.result.catch((error: unknown) => {
    if (failed === undefined) throw error;
    return failed;
  })) as Result;
  return { secrets: result.secrets, dead: dead.messages, lines };
};

/** The last result of each secret at each destination. */
function merged(results: readonly Pick<Result, 'secrets'>[]): SecretResult[] {
  const secrets = new Map<string, Map<string, DestinationResult>>();
  for (const { secret, destinations } of results.flatMap((one) => one.secrets)) {
    const known = secrets.get(secret) ?? new Map<string, DestinationResult>();
    for (const one of destinations) known.set(one.destination, one);
    secrets.set(secret, known);
  }
  return [...secrets].map(([secret, destinations]) => ({ secret, destinations: [...destinations.values()] }));
}

export const TOPOLOGIES: readonly (readonly [string, Topology])[] = [
  ['perDestination', perDestination],
  ['multiDestination', multiDestination],
  ['orchestrated', orchestrated],
];
