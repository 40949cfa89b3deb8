import { copyId, isNewer, Origin, originInId } from './copies';
import { Content, SecretDescription, SecretStore } from './ports';
import { Refusal } from './refusal';
import { Postponed } from './results';

/** What a destination is to hold. */
export interface Wanted {
  readonly origin: Origin;
  /** ARN and version id of the source, and name of the destination: with them the id of the copy is made. */
  readonly identity: readonly string[];
  readonly name: string;
  readonly content: Content;
  /** Undefined: the destination keeps its own. */
  readonly description?: string;
  /** Undefined: the destination keeps its own. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly kmsKeyId?: string;
}

/** What a destination came to. */
export interface Outcome {
  readonly status: 'replicated' | 'unchanged';
  readonly reason?: string;
  /** Id of the version that its readers get. */
  readonly version?: string;
}

/** The destination holds what was the source's value after the one at hand: the source is to be read again. */
export class Overtaken {
  constructor(public readonly version: string) {}
}

/** Each round answers one write of somebody else that came in between. */
const ROUNDS = 8;

/** Tags that are AWS's, and the replicator's own. */
const RESERVED_TAG = /^(aws|dr):/;

/**
 * Makes a destination hold a value, unless it has a newer one that was written there.
 *
 * The newest original counts, whatever the events say and in whichever order they come: by the time it was written. A
 * copy counts as what it is a copy of. Of its own region's originals the source alone decides which one is current, so
 * that a rollback there arrives; a copy of a later one than that at hand is therefore a reason to read the source again.
 *
 * A secret of the destination that never was a copy is taken over where its value is older than the source's.
 *
 * A version is put beside the current one and then made current on the condition that the current one is still the one
 * that was compared: no write of somebody else is lost in between.
 *
 * @param confirmed version of the destination that was seen before the source was last read
 * @throws Failure, Refusal, Postponed
 */
export async function converge(store: SecretStore, wanted: Wanted, confirmed?: string): Promise<Outcome | Overtaken> {
  const { name, content } = wanted;
  const changed: string[] = [];
  let tried: string | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const [there, current] = await Promise.all([store.describe(name), store.current(name)]);
    const id = copyId(wanted.origin, ...wanted.identity, there?.current ?? '', String(round));
    if (!there) {
      tried = id;
      if (await store.create(name, newSecret(wanted, id))) return { status: 'replicated', version: id };
      continue;
    }
    if (there.primaryRegion !== undefined && there.primaryRegion !== store.region) {
      throw new Refusal('the secret at the destination is a replica of Secrets Manager itself (R-SEC-2)');
    }
    if (there.deleted) {
      await store.restore(name);
      changed.push('restored');
      continue;
    }
    if (there.current !== current?.id) continue;
    const verdict = current && compared(current, store.region, wanted.origin);
    if (current && verdict === 'newer') {
      return { status: 'unchanged', reason: 'the destination has a newer value', version: current.id };
    }
    if (current && verdict === 'overtaken' && confirmed !== current.id) return new Overtaken(current.id);
    let version = current?.id;
    if (!current || !isSame(current.content, content)) {
      tried = id;
      if (!(await store.stage(name, id, content))) continue;
      if (current && !(await store.promote(name, current.id, id))) continue;
      version = id;
    }
    changed.push(...(await describeAs(store, there, wanted)));
    return {
      // An answer that was lost on its way is a write nevertheless.
      status: version === tried || changed.includes('restored') ? 'replicated' : 'unchanged',
      ...(changed.length > 0 && { reason: changed.join(', ') }),
      version,
    };
  }
  throw new Postponed(`${name} in ${store.region} is written by others faster than it can be compared`);
}

/** Deletes a copy whose source is deleted. What was written at the destination stays. */
export async function withdraw(store: SecretStore, name: string, region: string, days: number): Promise<Outcome> {
  const there = await store.describe(name);
  if (!there || there.deleted) return { status: 'unchanged', reason: 'there is no copy' };
  if (originInId(there.current ?? '')?.region !== region) {
    return { status: 'unchanged', reason: 'the destination has a value of its own', version: there.current };
  }
  await store.remove(name, days);
  return { status: 'replicated', reason: `deleted with its source, to be restored within ${days} days` };
}

/** The tags of a source that its copies get. */
export function copiedTags(tags: Readonly<Record<string, string>>, region: string): Record<string, string> {
  const own = Object.entries(tags).filter(([key]) => !RESERVED_TAG.test(key));
  // A secret has fifty tags at most: where the source has them all, the mark is what can be done without.
  return Object.fromEntries([...own, ['dr:origin-region', region]].slice(0, 50));
}

function compared(current: { id: string; created: number }, region: string, origin: Origin): string {
  const known = originInId(current.id) ?? { region, created: current.created };
  const isCopyOfHere = known.region === origin.region && originInId(current.id) !== undefined;
  if (isCopyOfHere) return known.created > origin.created ? 'overtaken' : 'older';
  return isNewer(known, origin) ? 'newer' : 'older';
}

/** Description, key and tags are no part of the version: they are compared and changed by themselves. */
async function describeAs(store: SecretStore, there: SecretDescription, wanted: Wanted): Promise<string[]> {
  const { name } = wanted;
  const changed: string[] = [];
  const description = wanted.description !== there.description ? wanted.description : undefined;
  const kmsKeyId = isSameKey(wanted.kmsKeyId, there.kmsKeyId) ? undefined : wanted.kmsKeyId;
  if (description !== undefined || kmsKeyId !== undefined) {
    await store.update(name, { description, kmsKeyId });
    if (description !== undefined) changed.push('description');
    if (kmsKeyId !== undefined) changed.push('key');
  }
  if (!wanted.tags) return changed;
  const { tags } = wanted;
  const missing = Object.entries(tags).filter(([key, value]) => there.tags[key] !== value);
  const surplus = Object.keys(there.tags).filter((key) => !RESERVED_TAG.test(key) && !Object.hasOwn(tags, key));
  if (missing.length > 0) await store.tag(name, Object.fromEntries(missing));
  if (surplus.length > 0) await store.untag(name, surplus);
  return missing.length + surplus.length > 0 ? [...changed, 'tags'] : changed;
}

function newSecret({ content, description = '', tags = {}, kmsKeyId }: Wanted, token: string) {
  return { token, content, description, tags, kmsKeyId };
}

function isSame(a: Content, b: Content): boolean {
  if (a.binary && b.binary) return Buffer.compare(a.binary, b.binary) === 0;
  return a.text !== undefined && a.text === b.text;
}

/**
 * Secrets Manager tells a key by its id, its ARN or the ARN of its alias, whichever it was given. An alias is compared
 * with an alias only: which key it stands for is not to be seen from here, and a guess would change the key each time.
 */
function isSameKey(wanted: string | undefined, actual: string | undefined): boolean {
  if (wanted === undefined || wanted === actual) return true;
  if (actual === undefined) return false;
  const tail = (key: string): string => key.replace(/^arn:.*?:(?:key\/)?(?=[^:]+$)/, '');
  if (tail(wanted).startsWith('alias/') !== tail(actual).startsWith('alias/')) return true;
  return tail(wanted) === tail(actual);
}
