import { setTimeout } from 'timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { jsonLog } from '../log';
import { AwsStores } from './aws-stores';
import { readEvents, ReplicationCommand } from './events';
import { Library } from './library';
import { isSchedule, ItemResult, Orchestration, ReplicationFailed, scheduled, Validated } from './orchestration';
import { Pool } from './pool';
import { DestinationStores, Surroundings } from './ports';
import { ALL, Queue, replayOf } from './replay';
import { Replicator } from './replicator';
import { Report } from './report';
import { failureOf, Result, resultOf, SecretResult } from './results';
import { retried } from './retry';
import { Settings, settingsOf } from './settings';
import { SqsQueue } from './sqs-queue';

/** What Lambda tells a function about an invocation. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

/** The answer to a batch from SQS: these messages come back. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** What the function is made of besides its environment, exchanged by tests. */
export interface Parts {
  /** Secrets Manager of the source and of all destinations. */
  readonly stores: DestinationStores;
  readonly retryQueue: Queue | undefined;
  readonly deadLetterQueue: Queue | undefined;
  readonly surroundings: Surroundings;
  /** Takes the lines of the log. */
  readonly write: (line: string) => void;
}

export type Answer = Result | BatchAnswer | ItemResult | Validated;

/** A command and what became of it. */
interface Handled {
  readonly command: ReplicationCommand;
  readonly result: SecretResult;
}

/** The function over one environment. Clients, credentials and what was read of the configuration serve later invocations. */
export class ReplicatorFunction {
  private readonly library: Library;
  private readonly pool: Pool;
  private readonly report: Report;

  constructor(
    private readonly settings: Settings,
    private readonly parts: Parts,
  ) {
    const { surroundings, write } = parts;
    this.library = new Library(settings.configSecret, surroundings.now);
    this.pool = new Pool(settings.parallel);
    this.report = new Report(
      jsonLog({ region: settings.region }, settings.logLevel, write),
      write,
      surroundings.now,
      settings,
    );
  }

  /**
   * @throws Refusal for an event that cannot be read
   * @throws ReplicationFailed when something failed and there is no queue that keeps it
   * @throws RetryableFailure, PermanentFailure, ReplicationFailed in the tasks of a state machine
   */
  public async handle(event: unknown, context?: InvocationContext): Promise<Answer> {
    const left = (): number =>
      (context?.getRemainingTimeInMillis() ?? Infinity) - this.settings.deadlineMarginMilliseconds;
    const { settings, parts, library, pool, report } = this;
    const { stores, surroundings, deadLetterQueue } = parts;
    const source = stores.at({ region: settings.region });
    const only = settings.destination;
    const replicator = new Replicator({ source, stores, library, only, surroundings, pool, left });
    const { task, item, items, results, filtered, event: given, Records: records } = Object(event);
    const orchestration = new Orchestration(replicator, report, deadLetterQueue && this.patient(deadLetterQueue, left));
    if (task === 'validate') return orchestration.validate(given);
    if (task === 'replicate') return orchestration.replicate(item);
    if (task === 'aggregate') return orchestration.aggregate(items, results, filtered);
    const { commands, ignored, unreadable } = isSchedule(event)
      ? { commands: await scheduled(replicator), ignored: [], unreadable: [] }
      : readEvents(event);
    for (const { reason } of ignored) report.ignored(reason);
    const handled = await this.each(replicator, commands);
    const result = resultOf(handled.map((one) => one.result));
    report.lines(result.secrets);
    report.metrics(result);
    if (Array.isArray(records)) return { batchItemFailures: await this.returned(handled, unreadable, left) };
    await this.handOver(handled, result, left);
    return isSchedule(event) ? { ...result, secrets: result.secrets.filter(isConcerned) } : result;
  }

  private async each(replicator: Replicator, commands: readonly ReplicationCommand[]): Promise<Handled[]> {
    const line = new Pool(this.settings.parallel);
    return Promise.all(
      commands.map((command) =>
        line.run(async () => {
          try {
            return { command, result: await replicator.handle(command) };
          } catch (error) {
            return { command, result: this.unknown(command, error) };
          }
        }),
      ),
    );
  }

  /** Not even the list of destinations could be read. */
  private unknown({ secret, destinations }: ReplicationCommand, error: unknown): SecretResult {
    const { destination = ALL, region } = this.settings;
    const name = secret.name ?? secret.id;
    const failed = { region, name, status: 'failed', ...failureOf(error), durationMs: 0 };
    return {
      secret: name,
      destinations: (destinations ?? [destination]).map((one) => ({ destination: one, ...failed })),
    };
  }

  /** Sends what failed to where it is tried again, or to where somebody looks after it. */
  private async handOver(handled: readonly Handled[], result: Result, left: () => number): Promise<void> {
    let isLost = false;
    for (const { command, result: one } of handled) {
      for (const isRetryable of [true, false]) {
        const message = replayOf(command, failedOf(one, isRetryable));
        const queue = isRetryable ? this.parts.retryQueue : this.parts.deadLetterQueue;
        if (message && queue) await this.patient(queue, left).send(message);
        else isLost ||= message !== undefined;
      }
    }
    if (isLost) throw new ReplicationFailed(result);
  }

  /**
   * The messages of a batch that come back: those with anything that may succeed later, which the queue counts and in the
   * end dead-letters whole. What will never succeed goes there at once.
   */
  private async returned(handled: readonly Handled[], unreadable: readonly string[], left: () => number) {
    const ids = new Set(unreadable);
    for (const { command, result } of handled) if (failedOf(result, true).length > 0) ids.add(command.messageId ?? '');
    for (const { command, result } of handled) {
      const { messageId = '' } = command;
      const message = replayOf(command, failedOf(result, false));
      if (!message || ids.has(messageId)) continue;
      try {
        const { deadLetterQueue } = this.parts;
        if (deadLetterQueue) await this.patient(deadLetterQueue, left).send(message);
        else ids.add(messageId);
      } catch {
        ids.add(messageId);
      }
    }
    return [...ids].map((itemIdentifier) => ({ itemIdentifier }));
  }

  private patient(queue: Queue, left: () => number): Queue {
    return { send: (message) => retried(() => queue.send(message), this.parts.surroundings, left) };
  }
}

/** The handler over one environment. */
export function handlerOf(env: Record<string, string | undefined>, parts: Partial<Parts> = {}) {
  const settings = settingsOf(env);
  const { region, retryQueueUrl, deadLetterQueueUrl } = settings;
  const sqs = new SQSClient({ region, maxAttempts: 1 });
  const queue = (url: string | undefined): Queue | undefined => (url ? new SqsQueue(region, sqs, url) : undefined);
  const replicator = new ReplicatorFunction(settings, {
    stores: new AwsStores(region),
    retryQueue: queue(retryQueueUrl),
    deadLetterQueue: queue(deadLetterQueueUrl),
    surroundings: { now: Date.now, random: Math.random, sleep: async (time) => void (await setTimeout(time)) },
    write: (line) => void process.stdout.write(line),
    ...parts,
  });
  return (event: unknown, context?: InvocationContext): Promise<Answer> => replicator.handle(event, context);
}

function failedOf({ destinations }: SecretResult, isRetryable: boolean) {
  return destinations.filter(({ status, retryable }) => status === 'failed' && (retryable ?? false) === isRetryable);
}

function isConcerned({ destinations }: SecretResult): boolean {
  return destinations.some(({ status }) => status !== 'filtered');
}

let started: ReturnType<typeof handlerOf> | undefined;

/** Entry point of the function. */
export async function handler(event: unknown, context?: InvocationContext): Promise<Answer> {
  started ??= handlerOf(process.env);
  return started(event, context);
}
