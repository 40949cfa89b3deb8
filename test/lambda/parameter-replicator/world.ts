import {
  Content,
  latest,
  Listed,
  Mark,
  Parameter,
  ParameterStore,
  Version,
} from '../../../lambda/parameter-replicator/model';
import { Replicator, ReplicatorProps, Result } from '../../../lambda/parameter-replicator/replicator';
import { requestOf } from '../../../lambda/parameter-replicator/request';
import { swapper } from '../../../lambda/replication/swap';

export const EAST = 'us-east-1';
export const WEST = 'us-west-2';
export const PREFIX = '/app/dev';
const ROLES = ['replicate-parameters-primary-dev', 'replicate-parameters-secondary-dev'];
const START = Date.UTC(2026, 0, 1);

/** How the simulated AWS behaves. All times in milliseconds of simulated time. */
export interface WorldProps {
  /** Decides every latency, delay and accident: the same seed gives the same run. */
  readonly seed?: number;
  /** Longest way of an API call, in one direction. */
  readonly latency?: number;
  /** Longest way of an event from Parameter Store to the function; the shortest is 300. */
  readonly eventDelay?: number;
  /** Share of events that arrive more than once. */
  readonly duplicates?: number;
  /** Share of events that never arrive. */
  readonly losses?: number;
  /** Share of invocations that die at some call, and are retried by Lambda. */
  readonly crashes?: number;
  /** Whether the author of a version is recorded, as AWS does and local AWS servers do not. */
  readonly authors?: boolean;
}

interface Stored {
  versions: Version[];
  mark?: Mark;
}

class Died extends Error {}

export function content(value: string, rest: Partial<Content> = {}): Content {
  return { value, type: 'String', tier: 'Standard', dataType: 'text', description: '', allowedPattern: '', ...rest };
}

/** Two regions of Parameter Store with a replicator in each, in simulated time. */
export class World {
  public now = START;
  /** Versions and deletes the replicators wrote. */
  public writes = 0;
  public failures: string[] = [];
  private readonly waiting: { at: number; order: number; resolve: () => void }[] = [];
  private order = 0;
  private readonly regions = new Map<string, Map<string, Stored>>([
    [EAST, new Map()],
    [WEST, new Map()],
  ]);
  private readonly random: () => number;
  public readonly swap = swapper([
    ['db.us-east-1.internal', 'db.us-west-2.internal'],
    ['queue-east', 'queue-west'],
  ]);

  constructor(private readonly props: WorldProps = {}) {
    this.random = generator(props.seed ?? 1);
  }

  /** Somebody writes: at once, as far as Parameter Store is concerned. */
  public write(region: string, name: string, value: Content | string): Version {
    const version = this.append(region, name, typeof value === 'string' ? content(value) : value, 'Admin');
    this.emit(region, name, version.version === 1 ? 'Create' : 'Update');
    return version;
  }

  public delete(region: string, name: string): boolean {
    const existed = this.parameters(region).delete(name);
    if (existed) this.emit(region, name, 'Delete');
    return existed;
  }

  public label(region: string, name: string, version: number, labels: readonly string[]): void {
    const stored = this.parameters(region).get(name);
    if (!stored?.versions.some((known) => known.version === version)) return;
    stored.versions = stored.versions.map((known) => ({
      ...known,
      labels:
        known.version === version
          ? [...new Set([...known.labels, ...labels])]
          : known.labels.filter((label) => !labels.includes(label)),
    }));
    this.emit(region, name, 'LabelParameterVersion');
  }

  public parameter(region: string, name: string): Parameter | undefined {
    const stored = this.parameters(region).get(name);
    return stored && { versions: [...stored.versions], mark: stored.mark };
  }

  public value(region: string, name: string): string | undefined {
    const parameter = this.parameter(region, name);
    return parameter && latest(parameter).content.value;
  }

  /** Everything readers see of a region: values and the rest of the content. */
  public view(region: string): Record<string, Content> {
    return Object.fromEntries(
      [...this.parameters(region)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, stored]) => [name, latest(stored).content]),
    );
  }

  /** The view of the other region in this region's words. */
  public translatedView(region: string): Record<string, Content> {
    return Object.fromEntries(
      Object.entries(this.view(region)).map(([name, one]) => [name, { ...one, value: this.swap(one.value) }]),
    );
  }

  /** Invokes the function of a region, as Lambda does: a failure is retried twice. */
  public async invoke(region: string, event: unknown): Promise<Result[]> {
    for (let attempt = 0; ; attempt++) {
      const dies = attempt === 0 && this.random() < (this.props.crashes ?? 0);
      const calls = dies ? Math.floor(this.random() * 8) : Infinity;
      const results = await this.replicator(region, calls)
        .handle(requestOf(event))
        .catch((error: Error): Result[] => [{ name: PREFIX, error }]);
      const failed = results.flatMap(({ error }) => (error ? [error] : []));
      if (failed.length === 0) return results;
      if (attempt === 2) {
        this.failures.push(...failed.map(({ message }) => message));
        return results;
      }
      await this.sleep(60_000);
    }
  }

  /** Lets simulated time pass until nothing is on its way. */
  public async run(): Promise<void> {
    await turn();
    while (this.waiting.length > 0) await this.step();
  }

  /** Runs one thing to its end. */
  public async finish<T>(work: Promise<T>): Promise<T> {
    await this.run();
    return work;
  }

  /** Lets a time pass. */
  public async pass(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    await turn();
    while (this.waiting.some(({ at }) => at <= until)) await this.step();
    this.now = until;
  }

  public async reconcileBoth(): Promise<void> {
    await this.finish(this.invoke(EAST, { source: 'reconcile' }));
    await this.finish(this.invoke(WEST, { source: 'reconcile' }));
  }

  /** The replicator of a region, which dies after a number of calls. */
  public replicator(region: string, callsToLive = Infinity): Replicator {
    return new Replicator(this.partsOf(region, callsToLive));
  }

  /** What a replicator of a region is made of, for tests that exchange a part. */
  public partsOf(region: string, callsToLive = Infinity): ReplicatorProps {
    const lives = { left: callsToLive };
    const peer = region === EAST ? WEST : EAST;
    return {
      local: this.store(region, region, lives),
      peer: this.store(peer, region, lives),
      prefix: PREFIX,
      excludedPaths: ['regional'],
      roles: ROLES,
      swap: this.swap,
      settle: () => this.sleep(5_000),
    };
  }

  public sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.waiting.push({ at: this.now + milliseconds, order: this.order++, resolve }));
  }

  private store(region: string, writer: string, lives: { left: number }): ParameterStore {
    // A call that dies may or may not have reached Parameter Store.
    const call = async <T>(work: () => T): Promise<T> => {
      await this.sleep(this.random() * (this.props.latency ?? 0));
      const dies = lives.left-- <= 0;
      if (dies && this.random() < 0.5) throw new Died('died');
      const result = work();
      if (dies) throw new Died('died');
      await this.sleep(this.random() * (this.props.latency ?? 0));
      return result;
    };
    const author = ROLES[writer === EAST ? 0 : 1];
    const parameters = this.parameters(region);
    const view = (): Record<string, Content> => this.view(region);
    return {
      region,
      read: (name) => call(() => this.parameter(region, name)),
      create: (name, value, mark) =>
        call(() => {
          if (parameters.has(name)) return false;
          this.writes++;
          this.append(region, name, value, author);
          (parameters.get(name) as Stored).mark = mark;
          this.emit(region, name, 'Create');
          return true;
        }),
      update: (name, value) =>
        call(() => {
          this.writes++;
          const { version } = this.append(region, name, value, author);
          this.emit(region, name, version === 1 ? 'Create' : 'Update');
          return version;
        }),
      mark: (name, mark) =>
        call(() => {
          const stored = parameters.get(name);
          if (stored) stored.mark = mark;
        }),
      label: (name, version, labels) => call(() => this.label(region, name, version, labels)),
      remove: (name) =>
        call(() => {
          if (this.delete(region, name)) this.writes++;
        }),
      async *list(prefix): AsyncIterable<Listed> {
        const listed = await call(() => Object.entries(view()));
        for (const [name, { value, type, dataType }] of listed) {
          if (name.startsWith(`${prefix}/`)) yield { name, value, type, dataType };
        }
      },
    };
  }

  private append(region: string, name: string, value: Content, role: string): Version {
    const parameters = this.parameters(region);
    const stored = parameters.get(name) ?? { versions: [] };
    const version: Version = {
      version: stored.versions.length + 1,
      modified: this.now,
      author: (this.props.authors ?? true) ? `arn:aws:sts::123456789012:assumed-role/${role}/session` : 'N/A',
      content: value,
      labels: [],
    };
    stored.versions.push(version);
    parameters.set(name, stored);
    return version;
  }

  /** Events go out once, twice or not at all, and arrive in any order. */
  private emit(region: string, name: string, operation: string): void {
    const event = eventOf(name, operation, this.now);
    const copies = this.random() < (this.props.losses ?? 0) ? 0 : this.random() < (this.props.duplicates ?? 0) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const delay = 300 + this.random() * ((this.props.eventDelay ?? 300) - 300);
      void this.sleep(delay).then(() => this.invoke(region, event));
    }
  }

  private parameters(region: string): Map<string, Stored> {
    return this.regions.get(region) as Map<string, Stored>;
  }

  private async step(): Promise<void> {
    this.waiting.sort((a, b) => a.at - b.at || a.order - b.order);
    const next = this.waiting.shift();
    if (!next) return;
    this.now = Math.max(this.now, next.at);
    next.resolve();
    await turn();
  }
}

/** As in the user guide of Systems Manager; times are cut to the second. */
export function eventOf(name: string, operation: string, at = START): unknown {
  return {
    version: '0',
    source: 'aws.ssm',
    'detail-type': 'Parameter Store Change',
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    region: EAST,
    detail: { name, operation, type: 'String' },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
