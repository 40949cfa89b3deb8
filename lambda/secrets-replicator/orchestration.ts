import { Destination } from './configuration';
import { FILTERED } from './errand';
import { ReplicationCommand, readEvents } from './events';
import { Queue, replayOf } from './replay';
import { Replicator } from './replicator';
import { Refusal } from './refusal';
import { Report } from './report';
import { DestinationResult, failureOf, Result, resultOf, SecretResult } from './results';

/** One secret for one destination: what a state machine maps over. It is kept small, for a payload is bounded. */
export interface Item {
  readonly command: ReplicationCommand;
  readonly destination: string;
}

/** A destination that does not take a secret: nothing is to be done, and told all the same. */
export interface FilteredItem extends Item {
  readonly region: string;
  /** Its place among all, the items included. */
  readonly at: number;
}

/** What a change comes to before anything is done. */
export interface Validated {
  readonly items: readonly Item[];
  readonly filtered: readonly FilteredItem[];
}

/** What the task of one item comes to. */
export interface ItemResult extends DestinationResult {
  readonly secret: string;
  readonly sourceVersion?: string;
}

/** May succeed later: the state machine retries it. Its message is the result of the item as JSON. */
export class RetryableFailure extends Error {
  public override readonly name = 'RetryableFailure';
}

/** Will not succeed without somebody's doing. Its message is the result of the item as JSON. */
export class PermanentFailure extends Error {
  public override readonly name = 'PermanentFailure';
}

/** Something was not replicated, so that the execution of the state machine fails and its alarm goes off. */
export class ReplicationFailed extends Error {
  public override readonly name = 'ReplicationFailed';

  constructor(public readonly result: Result) {
    const { failed, replicated, unchanged, filtered } = result.counts;
    super(`${failed} of ${failed + replicated + unchanged + filtered} not replicated`);
  }
}

type Json = Readonly<Record<string, unknown>>;

/** As Step Functions bounds a payload, with room for the rest of it. */
const LARGEST_LIST = 200 * 1024;

/** The tasks of a state machine that replicates: one finds out what is to be done, one does it, one sums up. */
export class Orchestration {
  /** @param dead takes what failed at last */
  constructor(
    private readonly replicator: Replicator,
    private readonly report: Report,
    private readonly dead: Queue | undefined,
  ) {}

  /**
   * What an event asks for, by secret and destination. What a filter does not let pass costs no task.
   *
   * @throws RetryableFailure, PermanentFailure
   */
  public async validate(event: unknown): Promise<Validated> {
    try {
      const validated = isSchedule(event) ? await this.everything() : await this.asked(event);
      if (Buffer.byteLength(JSON.stringify(validated)) > LARGEST_LIST) {
        throw new Refusal('there is more to do than one execution can be told: replicate fewer secrets at a time');
      }
      return validated;
    } catch (error) {
      const { reason, retryable } = failureOf(error);
      throw retryable ? new RetryableFailure(reason) : new PermanentFailure(reason);
    }
  }

  /** Carries one secret to one destination. @throws RetryableFailure, PermanentFailure */
  public async replicate(item: unknown): Promise<ItemResult> {
    const { command, destination } = item as Item;
    const { secret, version, destinations } = await this.replicator.handle({ ...command, destinations: [destination] });
    const [one] = destinations;
    const result = { secret, ...(version !== undefined && { sourceVersion: version }), ...one };
    this.report.line(secret, one);
    if (one.status === 'failed') {
      const message = JSON.stringify(result);
      throw one.retryable ? new RetryableFailure(message) : new PermanentFailure(message);
    }
    this.report.metrics(resultOf([{ secret, destinations: [one] }]));
    return result;
  }

  /**
   * Sums up, and has a message kept for each secret that failed.
   *
   * @param results one for each item: what `replicate` gave, or what the state machine caught
   * @param filtered as `validate` told them
   * @throws ReplicationFailed when any failed
   */
  public async aggregate(
    items: readonly Item[],
    results: readonly unknown[],
    filtered: readonly FilteredItem[] = [],
  ): Promise<Result> {
    const bySecret = new Map<string, { command: ReplicationCommand; result: SecretResult }>();
    const told = items.map(({ command, destination }, index) => ({
      command,
      ...itemResult(results[index], command, destination),
    }));
    const kept = filtered.map(filteredResult);
    if (kept.length > 0) {
      this.report.metrics(resultOf(kept.map(({ secret, ...one }) => ({ secret, destinations: [one] }))));
    }
    filtered.forEach(({ at, command }, index) => told.splice(at, 0, { command, ...kept[index] }));
    told.forEach(({ command, secret, sourceVersion, ...one }) => {
      const known = bySecret.get(secret)?.result;
      const version = known?.version ?? sourceVersion;
      const destinations = [...(known?.destinations ?? []), one];
      bySecret.set(secret, { command, result: { secret, ...(version !== undefined && { version }), destinations } });
    });
    const secrets = [...bySecret.values()];
    const result = resultOf(secrets.map((one) => one.result));
    if (result.counts.failed === 0) return result;
    const failures = secrets.map(({ command, result: { secret, destinations } }) => ({
      command,
      secret,
      destinations: destinations.filter(({ status }) => status === 'failed'),
    }));
    this.report.metrics(resultOf(failures));
    for (const { command, destinations } of failures) {
      const message = replayOf(command, destinations);
      if (message) await this.dead?.send(message);
    }
    throw new ReplicationFailed(result);
  }

  private async asked(event: unknown): Promise<Validated> {
    const { commands, ignored } = readEvents(event);
    for (const { reason } of ignored) this.report.ignored(reason);
    const served = await this.replicator.destinations();
    const items: Item[] = [];
    const filtered: FilteredItem[] = [];
    for (const { destinations: asked, ...command } of commands.map(({ messageId: _, ...rest }) => rest)) {
      for (const destination of await this.replicator.destinationNames(asked)) {
        const known = served.find(({ name }) => name === destination);
        const { name } = command.secret;
        if (known && name !== undefined && (await this.isKeptBack(known, name))) {
          filtered.push({ command, destination, region: known.region, at: items.length + filtered.length });
        } else {
          items.push({ command, destination });
        }
      }
    }
    return { items, filtered };
  }

  /** What cannot be told yet is told by the task of the item, which fails by itself. */
  private async isKeptBack(destination: Destination, name: string): Promise<boolean> {
    try {
      return !(await this.replicator.takes(destination, name));
    } catch {
      return false;
    }
  }

  private async everything(): Promise<Validated> {
    const [commands, destinations] = [await scheduled(this.replicator), await this.replicator.destinations()];
    const items = commands.flatMap((command) =>
      destinations.map(async (one) => {
        const takes = await this.replicator.takes(one, command.secret.name ?? '');
        return takes ? [{ command, destination: one.name }] : [];
      }),
    );
    return { items: (await Promise.all(items)).flat(), filtered: [] };
  }
}

/** Whether an event asks to compare everything. */
export function isSchedule(event: unknown): boolean {
  return (event as Json | null)?.source === 'schedule';
}

/** What is to be done to compare everything: events get lost (rule R-SSM-10 for parameters holds here too). */
export async function scheduled(replicator: Replicator): Promise<ReplicationCommand[]> {
  const names = await replicator.names();
  return names.map((name) => ({ kind: 'replicate', secret: { id: name, name }, cause: 'Schedule' }));
}

function filteredResult({ command: { secret }, destination, region }: FilteredItem): ItemResult {
  const name = secret.name ?? secret.id;
  return { secret: name, destination, region, name, status: 'filtered', reason: FILTERED, durationMs: 0 };
}

function itemResult(result: unknown, { secret }: ReplicationCommand, destination: string): ItemResult {
  const given = object(result);
  const caught = typeof given.Error === 'string' ? given : object(given.error);
  if (caught.Error === undefined && typeof given.status === 'string') return given as unknown as ItemResult;
  const told = object(parsed(object(parsed(caught.Cause)).errorMessage));
  if (typeof told.status === 'string') return told as unknown as ItemResult;
  // The task never answered, so nothing is known but the name of the error: a time-out, or a function out of memory.
  const error = typeof caught.Error === 'string' ? caught.Error : 'no result';
  const name = secret.name ?? secret.id;
  return {
    ...{ secret: name, destination, region: '', name, status: 'failed' },
    reason: `the task ended without a result: ${error}`,
    durationMs: 0,
    retryable: true,
  };
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
