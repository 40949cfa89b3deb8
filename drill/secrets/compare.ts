import { setTimeout } from 'timers/promises';
import { ReplicationCommand } from '../../lambda/secrets-replicator/events';
import { Library } from '../../lambda/secrets-replicator/library';
import { Pool } from '../../lambda/secrets-replicator/pool';
import { Content, DestinationStores, SecretVersion } from '../../lambda/secrets-replicator/ports';
import { Replicator } from '../../lambda/secrets-replicator/replicator';
import { DestinationResult } from '../../lambda/secrets-replicator/results';
import { secretIdOf } from '../../lambda/secrets-replicator/secret-id';
import { DryStores, SourceView } from './dry-store';

/** What is at a destination, beside what should be there. */
export interface Comparison {
  readonly secret: string;
  readonly destination: string;
  readonly region: string;
  /** Name of the copy. */
  readonly name: string;
  /**
   * `equal`, `differs`, `missing`, `newer` (another value, and one that would stay), `filtered`, `unreadable`, `refused`
   * (by the replicator), or `nothing` (there is nothing to compare with).
   */
  readonly status: string;
  readonly reason?: string;
  readonly sourceVersion?: SecretVersion;
  readonly copyVersion?: SecretVersion;
  /** What should be there, where it is something else. */
  readonly wanted?: Content;
}

/** What a comparison is made with. */
export interface CompareProps {
  readonly region: string;
  readonly configSecret: string;
  /** Configuration that counts in the place of what is in Secrets Manager, by the names of its secrets. */
  readonly texts: ReadonlyMap<string, string>;
  readonly stores: DestinationStores;
  /** Names or ARNs of secrets to compare. @default - all */
  readonly secrets?: readonly string[];
  /** Names of destinations. @default - all */
  readonly destinations?: readonly string[];
}

/** Pairs of a secret and a destination that are compared at the same time. */
const AT_ONCE = 10;

/**
 * Compares sources with their copies. What should be where, the replicator itself says: it is run with destinations that
 * take no writes.
 *
 * @throws Failure, Refusal when the configuration or the list of secrets cannot be read
 */
export async function compareAll(props: CompareProps): Promise<Comparison[]> {
  const library = new Library(props.configSecret, Date.now);
  const { replicator } = runOf(props, library, false);
  const destinations = await replicator.destinationNames(props.destinations);
  const secrets = props.secrets ?? (await replicator.names());
  const pool = new Pool(AT_ONCE);
  return Promise.all(
    secrets.flatMap((secret) =>
      destinations.map((destination) => pool.run(() => compare(props, library, secret, destination))),
    ),
  );
}

async function compare(props: CompareProps, library: Library, id: string, destination: string): Promise<Comparison> {
  const command: ReplicationCommand = {
    kind: 'replicate',
    secret: secretIdOf(id),
    cause: props.secrets ? 'Manual' : 'Schedule',
    destinations: [destination],
  };
  const run = runOf(props, library, true);
  const { secret, version, destinations: results } = await run.replicator.handle(command);
  const [result] = results;
  const writes = run.stores.used?.writes ?? [];
  const hasSource = version !== undefined;
  const isOther = writes.includes('value') && !writes.includes('restore');
  const isOpen = isOther || (result.status === 'unchanged' && !hasSource);
  return {
    secret,
    destination,
    region: result.region,
    name: result.name,
    ...(isOpen ? await honestly(props, library, command, hasSource) : judged(result, writes)),
    sourceVersion: run.source.versions.get(secret),
    copyVersion: run.stores.used?.version,
    wanted: run.stores.used?.wanted,
  };
}

type Verdict = Pick<Comparison, 'status' | 'reason'>;

function judged(result: DestinationResult, writes: readonly string[]): Verdict {
  const { status, reason } = result;
  if (status === 'filtered') return { status, reason };
  // The message of an API call that failed; everything else is the replicator's own doing.
  if (status === 'failed') return { status: /failed: \w+$/.test(reason ?? '') ? 'unreadable' : 'refused', reason };
  if (writes.includes('create')) return { status: 'missing' };
  if (writes.includes('restore')) return { status: 'missing', reason: 'it waits for its deletion' };
  return { status: 'equal', ...(writes.length > 0 && { reason: `${writes.join(', ')} would be written` }) };
}

/** There is another value, or nothing to compare it with: what would be done, with the times as they are? */
async function honestly(
  props: CompareProps,
  library: Library,
  command: ReplicationCommand,
  hasSource: boolean,
): Promise<Verdict> {
  const { replicator, stores } = runOf(props, library, false);
  const { destinations: results } = await replicator.handle(command);
  const [{ reason }] = results;
  const writes = stores.used?.writes ?? [];
  if (writes.includes('value')) return { status: 'differs' };
  if (writes.includes('delete')) return { status: 'differs', reason: 'it would be deleted with its source' };
  return { status: hasSource ? 'newer' : 'nothing', reason };
}

function runOf({ region, texts, stores }: CompareProps, library: Library, isOld: boolean) {
  const source = new SourceView(stores.at({ region }), texts);
  const dry = new DryStores(stores, isOld);
  const replicator = new Replicator({
    source,
    stores: dry,
    library,
    pool: new Pool(1),
    left: () => Infinity,
    surroundings: { now: Date.now, random: Math.random, sleep: async (time) => void (await setTimeout(time)) },
  });
  return { replicator, source, stores: dry };
}
