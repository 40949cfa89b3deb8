import { succeeded } from './answer';
import { queueUrl } from './event-bus';
import { matches } from './event-pattern';
import { Json } from './wire';
import { World } from './world';

/** A mapping of a queue to a function, in the words of Lambda's API. */
export interface EventSourceMapping {
  readonly UUID: string;
  readonly EventSourceArn: string;
  readonly FunctionArn: string;
  /** `Enabled` or `Disabled`. */
  readonly State: string;
  readonly BatchSize: number;
  readonly MaximumBatchingWindowInSeconds: number;
  readonly FunctionResponseTypes?: readonly string[];
  readonly FilterCriteria?: { readonly Filters?: readonly { readonly Pattern: string }[] };
}

/** A message that a mapping has taken, and nobody else sees before its visibility timeout ends. */
interface Taken {
  readonly message: Json;
  /** Simulated milliseconds since 1970. */
  visibleAt: number;
}

/** Messages that wait until the batching window ends or the batch is full. */
interface Batch {
  readonly since: number;
  readonly taken: readonly Taken[];
}

/** The longest that SQS lets a receiver wait: a message that was not announced is seen no later. */
const LONG_POLL_MS = 20_000;

/** Between two batches of one mapping: a function that feeds its own queue must not stop time. */
const PAUSE_MS = 10;

/** SQS gives no more messages to one call. */
const MAX_RECEIVE = 10;

/** The longest visibility timeout of SQS. moto counts it in real time, the simulator ends it in simulated time. */
const MAX_VISIBILITY_SECONDS = 43_200;

/**
 * Polls queues for functions, as Lambda does: in batches, deleting what succeeded, leaving the rest to the visibility
 * timeout and the redrive policy of the queue.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export class EventSources {
  private readonly mappings = new Map<string, EventSourceMapping>();
  private readonly batches = new Map<string, Batch>();
  /** By receipt handle. */
  private readonly taken = new Map<string, Taken>();

  constructor(private readonly world: World) {
    world.clock.every(LONG_POLL_MS, async () => {
      for (const id of [...this.mappings.keys()]) await this.poll(id);
    });
  }

  public list(region: string): EventSourceMapping[] {
    return [...this.mappings.values()].filter(({ EventSourceArn }) => regionOf(EventSourceArn) === region);
  }

  public find(region: string, id: string): EventSourceMapping | undefined {
    return this.list(region).find(({ UUID }) => UUID === id);
  }

  /** Adds a mapping or changes it. */
  public put(mapping: EventSourceMapping): void {
    this.mappings.set(mapping.UUID, mapping);
    this.pollSoon(mapping.UUID);
  }

  /** Ends a mapping: messages that it has not handed over yet go back. */
  public remove(id: string): void {
    this.mappings.delete(id);
    this.pollSoon(id);
  }

  /** Something may have come into a queue, or into any queue of a region. */
  public announce(region: string, queueName?: string): void {
    for (const { UUID, EventSourceArn } of this.list(region)) {
      if (queueName === undefined || nameOf(EventSourceArn) === queueName) this.pollSoon(UUID);
    }
  }

  /** A function changes how long a message of its batch stays hidden. @returns whether the message is one of a mapping's */
  public hide(receiptHandle: string, seconds: number): boolean {
    const taken = this.taken.get(receiptHandle);
    if (!taken) return false;
    taken.visibleAt = this.world.clock.now() + seconds * 1000;
    this.releaseInTime(taken);
    return true;
  }

  private pollSoon(id: string, milliseconds = 0): void {
    this.world.clock.after(milliseconds, () => this.poll(id));
  }

  /** Takes what fits into a batch, and hands the batch over when it is full or its window has ended. */
  private async poll(id: string): Promise<void> {
    const { clock, faults } = this.world;
    const mapping = this.mappings.get(id);
    const batch = this.batches.get(id) ?? { since: clock.now(), taken: [] };
    if (mapping?.State !== 'Enabled') {
      this.batches.delete(id);
      for (const taken of batch.taken) taken.visibleAt = clock.now();
      batch.taken.forEach((taken) => this.releaseInTime(taken));
      return;
    }
    const region = regionOf(mapping.EventSourceArn);
    if (!faults.isServing(region, 'sqs') || !faults.isServing(region, 'lambda')) return;
    const taken = [...batch.taken, ...(await this.take(mapping, mapping.BatchSize - batch.taken.length))];
    if (taken.length === 0) return;
    const windowEnd = batch.since + mapping.MaximumBatchingWindowInSeconds * 1000;
    if (taken.length < mapping.BatchSize && clock.now() < windowEnd) {
      this.batches.set(id, { since: batch.since, taken });
      if (batch.taken.length === 0) this.pollSoon(id, windowEnd - clock.now());
      return;
    }
    this.batches.delete(id);
    await this.handOver(mapping, taken);
    this.pollSoon(id, PAUSE_MS);
  }

  /** Receives up to so many messages; those that no filter lets through are deleted, as Lambda does. */
  private async take(mapping: EventSourceMapping, count: number): Promise<Taken[]> {
    const { moto, clock } = this.world;
    const { EventSourceArn: queue } = mapping;
    const found: Taken[] = [];
    while (found.length < count) {
      const { Messages = [] } = await moto
        .json('sqs', regionOf(queue), 'ReceiveMessage', {
          QueueUrl: queueUrl(queue),
          MaxNumberOfMessages: Math.min(count - found.length, MAX_RECEIVE),
          VisibilityTimeout: MAX_VISIBILITY_SECONDS,
          WaitTimeSeconds: 0,
          AttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        })
        // The queue has gone; its mapping stays, as on AWS.
        .catch(() => ({}));
      if (Messages.length === 0) break;
      const visibleAt = clock.now() + (await this.visibilityTimeout(queue)) * 1000;
      for (const message of Messages) {
        if (isWanted(mapping, message)) found.push({ message: { ...message, queue }, visibleAt });
        else await this.delete(queue, message);
      }
    }
    for (const each of found) this.taken.set(each.message.ReceiptHandle, each);
    return found;
  }

  /** Invokes the function with a batch. What it did with it is seen from its answer. */
  private async handOver(mapping: EventSourceMapping, batch: readonly Taken[]): Promise<void> {
    const { EventSourceArn: queue, FunctionArn: target } = mapping;
    const answer = await this.world.aws.raw('lambda', regionOf(queue), {
      method: 'POST',
      url: `/2015-03-31/functions/${encodeURIComponent(target)}/invocations`,
      headers: {},
      body: Buffer.from(JSON.stringify({ Records: batch.map(({ message }) => recordOf(message)) })),
    });
    const isError = !succeeded(answer) || 'x-amz-function-error' in answer.headers;
    const ids = batch.map(({ message }) => message.MessageId as string);
    const failed = new Set(isError ? ids : failuresIn(mapping, answer.body.toString(), ids));
    for (const each of batch) {
      if (failed.has(each.message.MessageId)) this.releaseInTime(each);
      else await this.delete(queue, each.message);
    }
  }

  private async delete(queue: string, { ReceiptHandle }: Json): Promise<void> {
    this.taken.delete(ReceiptHandle);
    await this.world.moto
      .json('sqs', regionOf(queue), 'DeleteMessage', { QueueUrl: queueUrl(queue), ReceiptHandle })
      // The function has deleted it, or its queue has gone.
      .catch(() => undefined);
  }

  /** Makes a message visible again when its time has come, unless it was deleted or hidden for longer. */
  private releaseInTime(taken: Taken): void {
    const { clock, moto } = this.world;
    const { queue, ReceiptHandle } = taken.message;
    const due = taken.visibleAt;
    clock.after(due - clock.now(), async () => {
      if (taken.visibleAt !== due || !this.taken.delete(ReceiptHandle)) return;
      const input = { QueueUrl: queueUrl(queue), ReceiptHandle, VisibilityTimeout: 0 };
      await moto.json('sqs', regionOf(queue), 'ChangeMessageVisibility', input).catch(() => undefined);
      this.announce(regionOf(queue), nameOf(queue));
    });
  }

  private async visibilityTimeout(queue: string): Promise<number> {
    const input = { QueueUrl: queueUrl(queue), AttributeNames: ['VisibilityTimeout'] };
    const { Attributes } = await this.world.moto.json('sqs', regionOf(queue), 'GetQueueAttributes', input);
    return Number(Attributes.VisibilityTimeout);
  }
}

/**
 * The messages that failed although the function returned: those it reports, if the mapping lets it. A report that cannot
 * be understood fails the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
function failuresIn(mapping: EventSourceMapping, payload: string, ids: readonly string[]): readonly string[] {
  if (!mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures')) return [];
  const reported: Json = JSON.parse(payload)?.batchItemFailures ?? [];
  if (!Array.isArray(reported)) return ids;
  const failed: string[] = reported.map((item) => item?.itemIdentifier);
  return failed.every((id) => ids.includes(id)) ? failed : ids;
}

/** Whether a filter lets a message through; patterns look into a body that is JSON. */
function isWanted({ FilterCriteria }: EventSourceMapping, { Body }: Json): boolean {
  const filters = FilterCriteria?.Filters ?? [];
  const record = { body: objectIn(Body) ?? Body };
  return filters.length === 0 || filters.some(({ Pattern }) => matches(JSON.parse(Pattern), record));
}

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A message as functions get it. */
function recordOf({ queue, MessageId, ReceiptHandle, Body, MD5OfBody, ...more }: Json): object {
  const attributes = Object.entries<Json>(more.MessageAttributes ?? {}).map(([name, attribute]) => [
    name,
    {
      stringValue: attribute.StringValue,
      binaryValue: attribute.BinaryValue,
      stringListValues: [],
      binaryListValues: [],
      dataType: attribute.DataType,
    },
  ]);
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: more.Attributes,
    messageAttributes: Object.fromEntries(attributes),
    md5OfMessageAttributes: more.MD5OfMessageAttributes,
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queue,
    awsRegion: regionOf(queue),
  };
}

function regionOf(arn: string): string {
  return arn.split(':')[3];
}

function nameOf(arn: string): string {
  return arn.split(':')[5];
}
