import { Failure } from '../replication/failure';
import { SecretStore, Surroundings } from './ports';

/** How often a call is made before its failure counts. */
const ATTEMPTS = 5;
/** Longest wait after the first failure in milliseconds; it doubles with each further one. */
const BASE = 100;
const LONGEST = 3000;

/** Milliseconds that an invocation has left for work. */
export type TimeLeft = () => number;

/**
 * Repeats a call that may succeed a moment later, after a wait between nothing and a bound that doubles, so that callers
 * that failed together do not come back together. It does not wait beyond the time that is left.
 */
export async function retried<T>(work: () => Promise<T>, { sleep, random }: Surroundings, left: TimeLeft): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const wait = Math.floor(random() * Math.min(LONGEST, BASE * 2 ** attempt));
      if (!(error instanceof Failure && error.transient) || attempt === ATTEMPTS || wait >= left()) throw error;
      await sleep(wait);
    }
  }
}

/** A store of which each call is retried. A list is taken up again by its caller. */
export function retrying(store: SecretStore, surroundings: Surroundings, left: TimeLeft): SecretStore {
  const again = <T>(work: () => Promise<T>): Promise<T> => retried(work, surroundings, left);
  return {
    region: store.region,
    describe: (id) => again(() => store.describe(id)),
    current: (id) => again(() => store.current(id)),
    create: (name, secret) => again(() => store.create(name, secret)),
    stage: (name, token, content) => again(() => store.stage(name, token, content)),
    promote: (name, from, to) => again(() => store.promote(name, from, to)),
    update: (name, change) => again(() => store.update(name, change)),
    tag: (name, tags) => again(() => store.tag(name, tags)),
    untag: (name, keys) => again(() => store.untag(name, keys)),
    remove: (name, days) => again(() => store.remove(name, days)),
    restore: (name) => again(() => store.restore(name)),
    list: () => store.list(),
  };
}
