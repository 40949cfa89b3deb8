import { Content, latest, Listed, Mark, Parameter, ParameterStore, sameContent } from './model';
import { isAccountedFor, newestOf, Original, originalsOf, ReplicatorRoles } from './newest';
import { Request } from './request';

/** What became of one parameter. `orphan`: a copy whose original is gone, which only a delete event may remove. */
export type Outcome = 'created' | 'updated' | 'labelled' | 'unchanged' | 'deleted' | 'kept' | 'absent' | 'orphan';

/** What one parameter came to, or why it failed. */
export interface Result {
  readonly name: string;
  readonly outcome?: Outcome;
  readonly error?: Error;
}

/** What the replicator works with. */
export interface ReplicatorProps {
  /** The region the function runs in: it is read, never written. */
  readonly local: ParameterStore;
  /** The other region: it is written. */
  readonly peer: ParameterStore;
  /** Starts with a slash and ends without one. */
  readonly prefix: string;
  /** Paths below the prefix that belong to one region. */
  readonly excludedPaths: readonly string[];
  /** Names of the roles that both replicators write with. */
  readonly roles: ReplicatorRoles;
  /** Puts the other region's strings in the place of this region's. */
  readonly swap: (value: string) => string;
  /** Waits until events that are on their way have arrived. */
  readonly settle: () => Promise<void>;
}

/** Each round answers one write of somebody else that came in between. */
const ROUNDS = 8;

/**
 * Makes the other region hold the newest value of every parameter below a prefix. The same code runs in both regions,
 * each writing to the other one only, and neither trusts an event: events come late, twice, in any order or not at
 * all, so every invocation reads both histories and does what they ask for.
 *
 * The newest value is the last one somebody wrote, in either region. Copies never compete, so two replicators cannot
 * answer each other, and conflicting writes end in the same value on both sides.
 *
 * Parameter Store has no conditional write. A write in between shows in the number of the version that was written:
 * then both histories are read again, and a newer value that was overwritten is found in them and put back. It has no
 * conditional delete either: a delete is therefore confirmed after a pause, and looked after once more when it is done.
 */
export class Replicator {
  constructor(private readonly props: ReplicatorProps) {}

  /** Does what a request asks for. One failure does not stop the others. */
  public async handle(request: Request): Promise<Result[]> {
    switch (request.kind) {
      case 'ignored':
        return [];
      case 'reconcile':
        return this.reconcile();
      case 'manual':
        return this.each(request.names, (name) => {
          if (!this.isReplicated(name)) throw new Error(`${name} is not below ${this.props.prefix} or is excluded`);
          return this.copy(name);
        });
      case 'change': {
        const { name, operation, at } = request;
        if (!this.isReplicated(name)) return [];
        return this.each([name], () =>
          operation === 'Delete' ? this.remove(name, at) : this.copy(name, operation === 'LabelParameterVersion'),
        );
      }
    }
  }

  /** Whether a name is below the prefix and not in a path that belongs to one region. */
  public isReplicated(name: string): boolean {
    const { prefix, excludedPaths } = this.props;
    return (
      name.startsWith(`${prefix}/`) &&
      !excludedPaths.some((path) => name === `${prefix}/${path}` || name.startsWith(`${prefix}/${path}/`))
    );
  }

  private async copy(name: string, labelled = false): Promise<Outcome> {
    const { local, peer, roles } = this.props;
    for (let round = 0; round < ROUNDS; round++) {
      const [here, there] = await Promise.all([local.read(name), peer.read(name)]);
      if (!here) return 'absent';
      const best = newestOf([...originalsOf(here, local.region, roles), ...originalsOf(there, peer.region, roles)]);
      if (!best) return 'orphan';
      if (!there) {
        // A copy of what was deleted over there: its delete event is on the way, or was lost.
        if (best.origin.region !== local.region) return 'orphan';
        if (!(await peer.create(name, this.contentFor(best), markOf(best, 1)))) continue;
        await this.copyLabels(name, here, 1, []);
        return 'created';
      }
      const target = latest(there);
      const wanted = this.contentFor(best, target.content.tier);
      const takesLabels =
        (labelled || best.origin.region === local.region) &&
        sameContent(wanted, this.translated(latest(here).content, target.content.tier));
      const changed = !sameContent(wanted, target.content);
      const version = changed ? await peer.update(name, wanted) : target.version;
      if (changed && version !== target.version + 1) continue;
      if (changed || !isAccountedFor(there, roles)) await peer.mark(name, markOf(best, version));
      const added = takesLabels && (await this.copyLabels(name, here, version, changed ? [] : target.labels));
      return changed ? 'updated' : added ? 'labelled' : 'unchanged';
    }
    throw new Error(`${name} is written by others faster than it can be copied`);
  }

  private async remove(name: string, at: number): Promise<Outcome> {
    const { local, peer, roles, settle } = this.props;
    let confirmed: number | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const there = await peer.read(name);
      // Read last, so that as little time as possible passes until the delete.
      if (await local.read(name)) return this.copy(name);
      if (!there) return 'absent';
      const best = newestOf(originalsOf(there, peer.region, roles));
      // Event times are cut to the second: a write of the same second is not lost for it.
      if (best?.origin.region === peer.region && best.origin.modified >= at) return 'kept';
      const { version } = latest(there);
      if (confirmed === version) {
        await peer.remove(name);
        return (await local.read(name)) ? this.copy(name) : 'deleted';
      }
      confirmed = version;
      await settle();
    }
    throw new Error(`${name} is written by others faster than it can be deleted`);
  }

  /**
   * Finds what events missed. It compares what a walk shows: value, type and data type. It never deletes: what is only
   * over there is left to the replicator over there.
   */
  private async reconcile(): Promise<Result[]> {
    const { local, peer, prefix, settle } = this.props;
    const theirs = new Map<string, Listed>();
    for await (const listed of peer.list(prefix)) theirs.set(listed.name, listed);
    const different: string[] = [];
    const missing: string[] = [];
    for await (const mine of local.list(prefix)) {
      if (!this.isReplicated(mine.name)) continue;
      const their = theirs.get(mine.name);
      if (!their) missing.push(mine.name);
      else if (!this.isListedAlike(mine, their)) different.push(mine.name);
    }
    const results = await this.each(different, (name) => this.copy(name));
    if (missing.length === 0) return results;
    // What is missing over there may have been deleted there just now, with the event still on its way here.
    await settle();
    return [...results, ...(await this.each(missing, (name) => this.copy(name)))];
  }

  private isListedAlike(mine: Listed, their: Listed): boolean {
    return this.props.swap(mine.value) === their.value && mine.type === their.type && mine.dataType === their.dataType;
  }

  private async each(names: readonly string[], work: (name: string) => Promise<Outcome>): Promise<Result[]> {
    const results: Result[] = [];
    for (const name of names) {
      try {
        results.push({ name, outcome: await work(name) });
      } catch (error) {
        results.push({ name, error: error as Error });
      }
    }
    return results;
  }

  /** What the other region is to hold. What was found there is in its own words already. */
  private contentFor(best: Original, tierThere?: string): Content {
    const { content } = best.version;
    return best.foundIn === this.props.local.region
      ? this.translated(content, tierThere)
      : { ...content, tier: tierOf(content, tierThere) };
  }

  private translated(content: Content, tierThere?: string): Content {
    return { ...content, value: this.props.swap(content.value), tier: tierOf(content, tierThere) };
  }

  private async copyLabels(
    name: string,
    here: Parameter,
    version: number,
    present: readonly string[],
  ): Promise<boolean> {
    const missing = latest(here).labels.filter((label) => !present.includes(label));
    if (missing.length === 0) return false;
    await this.props.peer.label(name, version, missing);
    return true;
  }
}

/** An advanced parameter cannot become a standard one again (rule R-SSM-6). */
function tierOf(content: Content, tierThere?: string): string {
  return tierThere === 'Advanced' ? tierThere : content.tier;
}

function markOf(best: Original, replicaVersion: number): Mark {
  return { replicaVersion, origin: best.origin };
}
