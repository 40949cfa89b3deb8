import { Glob } from '../../lambda/secrets-replicator/glob';
import { sampleNames } from '../../lambda/secrets-replicator/cycles';

/** As Secrets Manager allows them in `CreateSecret`. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=.@-';

/** Patterns that are made to be hard could have more states than can be walked through. */
const MOST_STATES = 20_000;

/** What a search for a name came to. */
export interface NameSearch {
  readonly found?: string;
  /** False when the search was given up: then nothing is said by finding nothing. */
  readonly complete: boolean;
}

/**
 * Looks for a name that matches all of some patterns and none of others: whether a rule can ever decide is whether there
 * is a name for it. The answer is exact, as the patterns are finite automata; the name is a readable one where the usual
 * fillings of wildcards give one, and else a shortest one.
 */
export function nameIn(all: readonly string[], none: readonly string[]): NameSearch {
  if (!all.every((one) => all.every((other) => mayMeet(one, other)))) return { complete: true };
  const inTheWay = none.filter((pattern) => all.every((one) => mayMeet(one, pattern)));
  const wanted = all.map((pattern) => new Glob(pattern));
  const unwanted = inTheWay.map((pattern) => new Glob(pattern));
  const found = sampleNames(all).find(
    (name) =>
      isLegal(name) && wanted.every((glob) => glob.matches(name)) && !unwanted.some((glob) => glob.matches(name)),
  );
  return found === undefined ? shortest(all, inTheWay) : { found, complete: true };
}

/** Most patterns differ in what stands before their first wildcard, which takes no search to see. */
function mayMeet(one: string, other: string): boolean {
  const [a, b] = [one, other].map((pattern) => pattern.replace(/[*?][^]*$/, ''));
  return a.startsWith(b) || b.startsWith(a);
}

/** Whether Secrets Manager allows a name. */
export function isLegal(name: string): boolean {
  return /^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name);
}

/** One step further in breadth: a shortest name comes first. */
function shortest(all: readonly string[], none: readonly string[]): NameSearch {
  const automata = [...all, ...none].map((pattern) => new Automaton(pattern));
  const alphabet = alphabetOf([...all, ...none]);
  const accepts = (states: readonly State[]): boolean =>
    automata.every((automaton, index) => automaton.accepts(states[index]) === index < all.length);
  const start = automata.map((automaton) => automaton.start);
  const seen = new Set([keyOf(start)]);
  let front: (readonly [string, readonly State[]])[] = [['', start]];
  while (front.length > 0) {
    const next: typeof front = [];
    for (const [name, states] of front) {
      for (const letter of alphabet) {
        const after = automata.map((automaton, index) => automaton.step(states[index], letter));
        if (after.slice(0, all.length).some((state) => state.length === 0) || seen.has(keyOf(after))) continue;
        if (accepts(after)) return { found: name + letter, complete: true };
        seen.add(keyOf(after));
        next.push([name + letter, after]);
      }
    }
    if (seen.size > MOST_STATES) return { complete: false };
    front = next;
  }
  return { complete: true };
}

/** Positions in the tokens of a pattern, in their order. */
type State = readonly number[];

class Automaton {
  public readonly start: State;
  private readonly tokens: readonly string[];

  constructor(pattern: string) {
    this.tokens = pattern.match(/\*\*|[^]/g) ?? [];
    this.start = this.closed([0]);
  }

  public accepts(state: State): boolean {
    return state.includes(this.tokens.length);
  }

  public step(state: State, letter: string): State {
    return this.closed(
      state.flatMap((at) => {
        const token = this.tokens[at];
        if (token === '**' || (token === '*' && letter !== '/')) return [at];
        return token === letter || (token === '?' && letter !== '/') ? [at + 1] : [];
      }),
    );
  }

  /** Stars stand for nothing, too. */
  private closed(positions: readonly number[]): State {
    const reached = new Set<number>();
    for (const position of positions) {
      let at = position;
      reached.add(at);
      while (this.tokens[at] === '*' || this.tokens[at] === '**') reached.add((at += 1));
    }
    return [...reached].sort((a, b) => a - b);
  }
}

/** Letters that no pattern has are alike: one of them stands for all. */
function alphabetOf(patterns: readonly string[]): string[] {
  const own = [...new Set(patterns.join('').replace(/[*?]/g, ''))].filter(isLegal);
  const other = [...LETTERS].find((letter) => !own.includes(letter)) ?? [];
  return [...new Set([...other, ...own.sort(), '/'])];
}

function keyOf(states: readonly State[]): string {
  return states.map((state) => state.join()).join(';');
}
