import { accountOf, Destination } from './configuration';
import { converge, copiedTags, Outcome, Overtaken, withdraw } from './convergence';
import { originInId } from './copies';
import { roundTrips } from './cycles';
import { ReplicationCommand } from './events';
import { Filter } from './filters';
import { Library } from './library';
import { NameMap, OwnNames } from './names';
import { Pool } from './pool';
import { Content, DestinationStores, SecretDescription, SecretStore, SecretVersion, Surroundings } from './ports';
import { Refusal } from './refusal';
import { DestinationResult, failureOf, Postponed, SecretResult } from './results';
import { retrying, TimeLeft } from './retry';
import { chain } from './transformation';
import { Variables } from './variables';

/** What an errand is run with. */
export interface ErrandProps {
  /** Secrets Manager of the region the function runs in. */
  readonly source: SecretStore;
  readonly stores: DestinationStores;
  readonly library: Library;
  readonly own: OwnNames;
  readonly surroundings: Surroundings;
  /** Bounds the destinations that are written at the same time. */
  readonly pool: Pool;
  readonly left: TimeLeft;
}

/** What is at the source. A secret that waits for its deletion, or has no value yet, has no version. */
interface Source {
  readonly description?: SecretDescription;
  readonly version?: SecretVersion;
}

/** A destination that takes the secret. */
interface Way {
  readonly destination: Destination;
  readonly transformations: readonly string[];
  readonly filter: Filter;
  readonly names: NameMap;
  readonly target: string;
  readonly store: SecretStore;
  /** Version of the destination that was seen before the source was last read. */
  confirmed?: string;
  /** What it came to so far. */
  reached?: Reached;
}

type Reached = Omit<DestinationResult, 'destination' | 'region' | 'durationMs'>;

/** How often a source that changes while it is copied is read again. */
const ROUNDS = 5;

/** Why most secrets do not go to most destinations. */
export const FILTERED = 'the filter does not let it pass';

/** As Secrets Manager bounds the value of a secret, in bytes. */
const LARGEST = 65536;

/** One command on its way: its secret is read once, and each destination made to hold what it is now. */
export class Errand {
  private readonly results = new Map<Destination, DestinationResult>();
  private readonly started: number;
  private name: string;
  private version?: string;

  constructor(
    private readonly props: ErrandProps,
    private readonly command: ReplicationCommand,
    private readonly destinations: readonly Destination[],
  ) {
    this.started = props.surroundings.now();
    this.name = command.secret.name ?? command.secret.id;
  }

  public async run(): Promise<SecretResult> {
    try {
      await this.carry();
    } catch (error) {
      for (const one of this.destinations.filter((open) => !this.results.has(open))) this.fail(one, error);
    }
    const { name, version } = this;
    const destinations = this.destinations.flatMap((one) => this.results.get(one) ?? []);
    return { secret: name, ...(version !== undefined && { version }), destinations };
  }

  private async carry(): Promise<void> {
    const { command, props } = this;
    if (command.region !== undefined && command.region !== props.source.region) {
      throw new Refusal('the change was made in another region than the function is in');
    }
    this.name = command.secret.name ?? (await this.nameAtSource());
    if (props.own.has(this.name)) {
      for (const one of this.destinations) {
        this.end(one, { name: this.name, status: 'filtered', reason: 'it belongs to the replicator' });
      }
      return;
    }
    const ways = await Promise.all(this.destinations.map((one) => this.guarded(one, () => this.wayTo(one))));
    await this.follow(ways.flatMap((way) => way ?? []));
  }

  /** The end of a partial ARN looks like that of a full one: then only Secrets Manager knows the name. */
  private async nameAtSource(): Promise<string> {
    const description = await this.props.source.describe(this.command.secret.id);
    if (!description) throw new Refusal('there is no such secret');
    return description.name;
  }

  /** Looks a destination's filter and names up: of what it does not take, it is not even asked. */
  private async wayTo(destination: Destination): Promise<Way | undefined> {
    const { library, source, own, stores, surroundings, left } = this.props;
    const filter = await library.filter(source, destination);
    const verdict = filter.verdict(this.name);
    if (!verdict) {
      this.end(destination, { name: this.name, status: 'filtered', reason: FILTERED });
      return undefined;
    }
    const names = await library.nameMap(source, destination);
    const target = names.target(this.name);
    if (own.has(target)) throw new Refusal('the name at the destination belongs to the replicator');
    const store = retrying(stores.at(destination), surroundings, left);
    return { destination, filter, names, target, store, transformations: verdict.transformations };
  }

  /**
   * Goes to all destinations, and again as long as the source is another one afterwards than it was before: who read it
   * first may have written last.
   */
  private async follow(ways: readonly Way[]): Promise<void> {
    if (ways.length === 0) return;
    this.requireTime();
    let source = await this.read();
    let open = ways;
    for (let round = 0; round < ROUNDS; round++) {
      this.version = source.version?.id;
      const { description, version } = source;
      const steps = await Promise.all(open.map((way) => this.guarded(way.destination, () => this.go(way, source))));
      const reached = open.filter((_, index) => steps[index] === 'reached');
      const overtaken = open.filter((_, index) => steps[index] === 'overtaken');
      const isUncertain = overtaken.length > 0 || reached.some((way) => way.reached?.status === 'replicated');
      const after = isUncertain ? await this.props.source.describe(this.name) : description;
      const isSame = after?.current === description?.current && after?.deleted === description?.deleted;
      if (isSame) for (const way of reached) this.end(way.destination, way.reached);
      open = isSame ? overtaken : [...reached, ...overtaken];
      if (open.length === 0) return;
      source = isSame ? { description: after, version } : await this.read();
    }
    throw new Postponed(`${this.name} is written faster than it can be copied`);
  }

  private requireTime(): void {
    if (this.props.left() <= 0) throw new Postponed('the invocation has no time left');
  }

  private async read(): Promise<Source> {
    for (let round = 0; round < ROUNDS; round++) {
      const { source } = this.props;
      const [description, version] = await Promise.all([source.describe(this.name), source.current(this.name)]);
      if (!description || description.deleted) return { description };
      if (description.current === version?.id) return { description, version };
    }
    throw new Postponed(`${this.name} is written faster than it can be read`);
  }

  private go(way: Way, source: Source): Promise<string> {
    return this.props.pool.run(async () => {
      this.requireTime();
      const outcome = await this.outcomeOf(way, source);
      if (outcome instanceof Overtaken) {
        way.confirmed = outcome.version;
        return 'overtaken';
      }
      const wasWritten = way.reached?.status === 'replicated' && outcome.status === 'unchanged';
      way.reached = { ...outcome, ...(wasWritten && { status: 'replicated' }) };
      return 'reached';
    });
  }

  private async outcomeOf(way: Way, { description, version }: Source): Promise<Reached | Overtaken> {
    const { target: name, store } = way;
    if (!description || description.deleted) return { name, ...(await this.withoutSource(way, description)) };
    if (!version) return { name, status: 'unchanged', reason: 'the source has no value yet' };
    if (originInId(version.id)) return { name, status: 'filtered', reason: 'it is a copy, and no copy is copied on' };
    this.refuseRounds(way, description);
    const { destination } = way;
    const { region } = this.props.source;
    const outcome = await converge(
      store,
      {
        origin: { region, created: version.created },
        identity: [description.arn, version.id, destination.name],
        name,
        content: await this.transformed(way, description, version.content),
        ...(destination.description && { description: description.description }),
        ...(destination.tags && { tags: copiedTags(description.tags, region) }),
        kmsKeyId: destination.kmsKeyId,
      },
      way.confirmed,
    );
    if (outcome instanceof Overtaken) return outcome;
    const lagMs = Math.max(0, this.props.surroundings.now() - version.created);
    return { name, ...outcome, ...(outcome.status === 'replicated' && { lagMs }) };
  }

  private async withoutSource(way: Way, description: SecretDescription | undefined): Promise<Outcome> {
    const { deletion, recoveryWindowDays } = way.destination;
    const { kind, cause } = this.command;
    if (!description && kind !== 'delete') {
      // An event that is late is no failure; a name that somebody typed wrongly is one.
      if (cause === 'Manual') throw new Refusal('there is no such secret');
      return { status: 'unchanged', reason: 'the source is gone' };
    }
    if (deletion === 'keep') return { status: 'unchanged', reason: 'the source is deleted, and the copy stays' };
    return withdraw(way.store, way.target, this.props.source.region, recoveryWindowDays);
  }

  /** Within one region and account, a copy is a secret like its source, and its name one that a filter may let pass. */
  private refuseRounds({ destination, filter, names, target }: Way, { arn }: SecretDescription): void {
    const account = arn.split(':')[4];
    const { region } = this.props.source;
    if (destination.region !== region || (accountOf(destination.roleArn) ?? account) !== account) return;
    if (target === this.name) throw new Refusal('the source and its copy are the same secret');
    const site = { account, region };
    const trips = roundTrips([{ ...site, routes: [{ ...site, filter, names }] }], [this.name]);
    if (trips.length > 0) {
      throw new Refusal('its copy would be copied on under another name: keep the copy back with false in the filter');
    }
  }

  private async transformed(way: Way, { arn }: SecretDescription, content: Content): Promise<Content> {
    const { destination, target } = way;
    const { library, source } = this.props;
    const account = arn.split(':')[4];
    const variables = new Variables({
      REGION: destination.region,
      SOURCE_REGION: source.region,
      SECRET_NAME: this.name,
      DEST_SECRET_NAME: target,
      ACCOUNT_ID: accountOf(destination.roleArn) ?? account,
      SOURCE_ACCOUNT_ID: account,
      ...destination.variables,
    });
    const transformations = await library.transformations(source, destination, way.transformations, variables);
    if (content.text === undefined) {
      if (transformations.every(({ isForNames }) => isForNames)) return content;
      throw new Refusal('it is binary, and a transformation is for text');
    }
    const text = chain(transformations).run(content.text);
    const bytes = Buffer.byteLength(text);
    if (bytes === 0) throw new Refusal('nothing is left of it by the transformations');
    if (bytes > LARGEST) throw new Refusal(`it has ${bytes} bytes after the transformations, of ${LARGEST} at most`);
    return { text };
  }

  private end(destination: Destination, reached: Reached | undefined): void {
    if (!reached) return;
    const durationMs = this.props.surroundings.now() - this.started;
    const { name, region } = destination;
    this.results.set(destination, { destination: name, region, ...reached, durationMs });
  }

  private fail(destination: Destination, error: unknown): void {
    this.end(destination, { name: this.name, status: 'failed', ...failureOf(error) });
  }

  /** Whatever goes wrong on the way to one destination concerns no other. */
  private async guarded<T>(destination: Destination, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.fail(destination, error);
      return undefined;
    }
  }
}
