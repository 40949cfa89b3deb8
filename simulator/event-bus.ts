import { randomUUID } from 'crypto';
import { ACCOUNT_ID } from './account';
import { AwsError, succeeded } from './answer';
import { matches } from './event-pattern';
import { publish } from './metrics';
import { Json } from './wire';
import { World } from './world';

/** An event as EventBridge hands it to targets. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Json;
}

/** What is said of an event by whoever sends it. */
export interface EventContent {
  readonly source: string;
  readonly detailType: string;
  readonly resources?: readonly string[];
  readonly detail: Json;
}

/** EventBridge's own numbers: a target is tried again for a day, 185 times. */
const MAX_AGE_SECONDS = 86_400;
const MAX_ATTEMPTS = 185;

/** The longest pause between two attempts. */
const MAX_PAUSE_MS = 60_000;

/** Carries events to the targets of the rules that they match. moto keeps buses, rules and targets. */
export class EventBus {
  constructor(private readonly world: World) {}

  /** Sends an event of a service to the default bus of a region. */
  public async emit(region: string, content: EventContent): Promise<void> {
    await this.put(region, 'default', this.toEvent(region, content));
  }

  /** An event that begins in a region, now. */
  public toEvent(region: string, { source, detailType, resources = [], detail }: EventContent): BusEvent {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': detailType,
      source,
      account: ACCOUNT_ID,
      time: `${new Date(this.world.clock.now()).toISOString().slice(0, 19)}Z`,
      region,
      resources,
      detail,
    };
  }

  /** Puts an event on a bus: every enabled rule that it matches gets it. A dead region's bus takes none. */
  public async put(region: string, bus: string, event: BusEvent): Promise<void> {
    const { moto, faults } = this.world;
    if (!faults.isServing(region, 'events')) return;
    const { Rules } = await moto.json('events', region, 'ListRules', { EventBusName: bus });
    for (const rule of Rules) {
      if (rule.State !== 'ENABLED' || !rule.EventPattern || !matches(JSON.parse(rule.EventPattern), event)) continue;
      const { Targets } = await moto.json('events', region, 'ListTargetsByRule', {
        EventBusName: bus,
        Rule: rule.Name,
      });
      for (const target of Targets) this.deliver(region, rule.Arn, target, event);
    }
  }

  /** Tries a target, again and again with longer pauses; what it never takes goes to its dead-letter queue. */
  public deliver(region: string, rule: string, target: Json, event: BusEvent): void {
    const { clock, aws } = this.world;
    const started = clock.now();
    const tryOnce = async (tried: number): Promise<void> => {
      try {
        await this.send(region, target, event);
        await this.publishLatency(region, clock.now() - started);
      } catch (error) {
        const { MaximumRetryAttempts: attempts = MAX_ATTEMPTS, MaximumEventAgeInSeconds: age = MAX_AGE_SECONDS } =
          target.RetryPolicy ?? {};
        const pause = Math.min(1000 * 2 ** tried, MAX_PAUSE_MS);
        const isLast = tried >= attempts || clock.now() + pause - started > age * 1000;
        if (!isLast) clock.after(pause, () => tryOnce(tried + 1));
        else if (target.DeadLetterConfig?.Arn) {
          await aws.json('sqs', regionOf(target.DeadLetterConfig.Arn), 'SendMessage', {
            QueueUrl: queueUrl(target.DeadLetterConfig.Arn),
            MessageBody: JSON.stringify(event),
            MessageAttributes: attributes({
              RULE_ARN: rule,
              TARGET_ARN: target.Arn,
              ERROR_CODE: error instanceof AwsError ? error.code : 'InternalFailure',
              ERROR_MESSAGE: (error as Error).message || 'unknown',
              RETRY_ATTEMPTS: String(tried),
            }),
          });
        }
      }
    };
    // Delivery is asynchronous: the caller of PutEvents does not wait for it.
    clock.after(0, () => tryOnce(0));
  }

  /** What the alarm of an endpoint watches: how long events wait until a target is called. */
  private publishLatency(region: string, value: number): Promise<void> {
    return publish(this.world, {
      region,
      namespace: 'AWS/Events',
      metric: 'IngestionToInvocationStartLatency',
      dimensions: {},
      value,
    });
  }

  private async send(region: string, target: Json, event: BusEvent): Promise<void> {
    const arn: string = target.Arn;
    const service = arn.split(':')[2];
    const place = regionOf(arn) || region;
    const input = inputFor(target, event);
    const { aws } = this.world;
    switch (service) {
      case 'lambda': {
        const answer = await aws.raw('lambda', place, {
          method: 'POST',
          url: `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`,
          headers: { 'x-amz-invocation-type': 'Event' },
          body: Buffer.from(input),
        });
        if (!succeeded(answer)) throw new AwsError('SDK_CLIENT_ERROR', answer.body.toString(), answer.status);
        return;
      }
      case 'sqs':
        await aws.json('sqs', place, 'SendMessage', {
          QueueUrl: queueUrl(arn),
          MessageBody: input,
          ...(target.SqsParameters ?? {}),
        });
        return;
      case 'sns':
        await aws.query('sns', place, 'Publish', { TopicArn: arn, Message: input });
        return;
      case 'states':
        await aws.json('states', place, 'StartExecution', { stateMachineArn: arn, input });
        return;
      case 'events':
        if (!this.world.faults.isServing(place, 'events')) throw new AwsError('SDK_CLIENT_ERROR', `${place} is down`);
        await this.put(place, arn.split('/').pop() ?? 'default', event);
        return;
      default:
        throw new AwsError('NOT_SIMULATED', `targets of ${service} are not simulated`);
    }
  }
}

/** What a target gets: the event, a part of it, a constant, or a text with parts of it filled in. */
function inputFor(target: Json, event: BusEvent): string {
  if (target.Input) return target.Input;
  if (target.InputPath) return JSON.stringify(at(event, target.InputPath) ?? null);
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer ?? {};
  if (!InputTemplate) return JSON.stringify(event);
  const values: Record<string, Json> = { 'aws.events.event': event, 'aws.events.event.json': JSON.stringify(event) };
  for (const [name, path] of Object.entries<string>(InputPathsMap)) values[name] = at(event, path);
  return fillIn(InputTemplate, values);
}

/** A variable inside a string of the template becomes part of it; one that stands alone keeps its type. */
function fillIn(template: string, values: Readonly<Record<string, Json>>): string {
  let isInString = false;
  return template.replace(/\\.|"|<([\w.-]+)>/g, (part, name: string | undefined) => {
    if (part === '"') isInString = !isInString;
    if (name === undefined) return part;
    const text = JSON.stringify(toText(values[name])).slice(1, -1);
    return isInString ? text : JSON.stringify(values[name] ?? '');
  });
}

function toText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

/** A value at a path such as `$.detail.items[0]`. */
function at(event: Json, path: string): Json {
  return [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)].reduce<Json>(
    (value, [, name, index, quoted]) => value?.[name ?? quoted ?? Number(index)],
    event,
  );
}

function regionOf(arn: string): string {
  return arn.split(':')[3];
}

/** moto finds a queue by the last parts of its URL. */
export function queueUrl(arn: string): string {
  return `http://localhost/${ACCOUNT_ID}/${arn.split(':').pop()}`;
}

function attributes(values: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(values).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
}
