import { Refusal } from '../refusal';
import { Automaton } from './automaton';
import { isWord } from './characters';
import { Assertion } from './pattern';
import { Text } from './text';

/** Where a match or a group begins and ends, counted in characters; -1 for a group that took no part. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The whole match first, then its groups. */
export type Match = readonly Span[];

/** Counts the work that is done, so that a text and an expression made for each other cannot hold the function up. */
export class Effort {
  constructor(private left = 50_000_000) {}

  /** @throws Refusal when there is no end in sight */
  public spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new Refusal('the transformation takes too much work on this text');
  }
}

/** What stands beside a position. */
const EDGE = 0;
const NEWLINE = 1;
const WORD = 2;
const OTHER = 3;
const KINDS = 4;
/** A context in which no assertion holds. */
const NOWHERE = -1;

const HOLDS: Readonly<Record<Assertion, (before: number, after: number) => boolean>> = {
  lineStart: (before) => before === EDGE || before === NEWLINE,
  lineEnd: (_, after) => after === EDGE || after === NEWLINE,
  textStart: (before) => before === EDGE,
  textEnd: (_, after) => after === EDGE,
  wordStart: (before, after) => before !== WORD && after === WORD,
  wordEnd: (before, after) => before === WORD && after !== WORD,
  insideWord: (before, after) => before === WORD && after === WORD,
  outsideWord: (before, after) => before !== WORD && after !== WORD,
};

/** More sets of states than this are forgotten, and found again when they are needed. */
const MOST_SETS = 2000;

/**
 * Finds matches as POSIX defines them: of all the one that starts first, and of these the longest.
 *
 * It never tries twice. One pass over the text from its end tells where matches start; one from a start tells where the
 * match ends; one back over the match tells which way the groups were passed. What a step leads to is remembered, so that
 * a pass costs one look-up per character, whatever the expression.
 */
export class Matcher {
  /** How many groups there are. */
  public readonly groups: number;
  /** Whether it asks for the beginning or end of a word. */
  public readonly usesWords: boolean;
  private readonly alphabet: Alphabet;
  private readonly edges: Edges;
  private readonly sets = new Sets();

  /**
   * @param literal the text that the expression is, when it is nothing but text
   * @param required a text that every match contains; empty when there is none
   */
  constructor(
    private readonly automaton: Automaton,
    private readonly literal: string | undefined,
    private readonly required: string,
  ) {
    this.groups = automaton.groups;
    this.alphabet = new Alphabet(automaton);
    this.usesWords = this.alphabet.usesWords;
    this.edges = new Edges(automaton);
  }

  /** Prepares to find matches in a text. */
  public on(text: Text, effort: Effort): Search {
    effort.spend(text.length);
    if (!text.string.includes(this.required)) return { from: () => undefined };
    if (this.literal !== undefined && this.groups === 0 && text.isBasic)
      return new LiteralSearch(text.string, this.literal);
    const { codes } = text;
    const symbols = new Uint16Array(codes.length);
    for (let at = 0; at < codes.length; at++) symbols[at] = this.alphabet.symbol(codes[at]);
    return new AutomatonSearch(this.automaton, this.alphabet, this.edges, this.sets, symbols, effort);
  }
}

/** Finds matches in one text. */
export interface Search {
  /** The first match that starts at a position or after it. What stands before the position still counts as context. */
  from(position: number): Match | undefined;
}

/** Finds what is nothing but text. */
class LiteralSearch implements Search {
  constructor(
    private readonly text: string,
    private readonly literal: string,
  ) {}

  public from(position: number): Match | undefined {
    const start = this.text.indexOf(this.literal, position);
    return start < 0 ? undefined : [{ start, end: start + this.literal.length }];
  }
}

/** Finds matches with the automaton. */
class AutomatonSearch implements Search {
  private starts?: Uint8Array;

  constructor(
    private readonly automaton: Automaton,
    private readonly alphabet: Alphabet,
    private readonly edges: Edges,
    private readonly sets: Sets,
    private readonly symbols: Uint16Array,
    private readonly effort: Effort,
  ) {}

  public from(position: number): Match | undefined {
    this.starts ??= this.findStarts();
    const start = this.starts.indexOf(1, position);
    if (start < 0) return undefined;
    const end = this.findEnd(start);
    return this.automaton.groups === 0 ? [{ start, end }] : this.findGroups(start, end);
  }

  private findStarts(): Uint8Array {
    const { length } = this.symbols;
    this.effort.spend(length);
    const starts = new Uint8Array(length + 1);
    let set = this.sets.of([]);
    for (let at = length; at >= 0; at--) {
      set = this.before(set, at, true);
      starts[at] = set.has(this.automaton.start) ? 1 : 0;
    }
    return starts;
  }

  private findEnd(start: number): number {
    let end = start;
    let set = this.sets.of([this.automaton.start]);
    let at = start;
    for (; set.states.length > 0 && at <= this.symbols.length; at++) {
      const step = this.after(set, at);
      if (step.ends) end = at;
      set = step.set;
    }
    this.effort.spend(at - start);
    return end;
  }

  /** Goes the way that glibc goes: by the first edge from which the end of the match can still be reached. */
  private findGroups(start: number, end: number): Match {
    // To glibc, an end that hangs on an assertion is another end, and counts only where there is no plain one.
    const plain = this.findAlive(start, end, true);
    const alive = plain[0].has(this.automaton.start) ? plain : this.findAlive(start, end, false);
    const { states, groups, aliases } = this.automaton;
    const registers = new Registers(groups);
    const passed = new Set<number>();
    let state = this.automaton.start;
    for (let at = start; ;) {
      const { accepts, opens, closes, repeats, next } = states[state];
      if (opens !== undefined) registers.open(opens, at);
      if (closes !== undefined) registers.close(closes, at, repeats === true);
      if (at === end && state === this.automaton.end) break;
      if (accepts) {
        at += 1;
        passed.clear();
        state = next[0];
      } else {
        passed.add(state);
        const open = next.filter((candidate) => alive[at - start].has(candidate));
        // A loop that was gone round without reading anything is left.
        state = open.length > 1 && passed.has(open[0]) ? open[1] : open[0];
      }
    }
    return [{ start, end }, ...registers.spans(aliases)];
  }

  /** For each position of a match, the states from which its end can be reached. */
  private findAlive(start: number, end: number, isPlain: boolean): StateSet[] {
    this.effort.spend(end - start);
    const alive: StateSet[] = [];
    let set = isPlain
      ? this.sets.of(this.edges.closedBack([this.automaton.end], NOWHERE))
      : this.before(this.sets.of([]), end, true);
    alive[end - start] = set;
    for (let at = end - 1; at >= start; at--) {
      set = this.before(set, at, false);
      alive[at - start] = set;
    }
    return alive;
  }

  /** The states from which the end can be reached, one character earlier. */
  private before(set: StateSet, at: number, mayEnd: boolean): StateSet {
    const symbol = at < this.symbols.length ? this.symbols[at] + 1 : 0;
    const context = this.context(at);
    const key = (symbol * KINDS * KINDS + context) * 2 + (mayEnd ? 1 : 0);
    const known = set.earlier.get(key);
    if (known) return known;
    const moved = symbol === 0 ? [] : this.edges.movedBack(set, this.alphabet.codeOf(symbol - 1));
    if (mayEnd) moved.push(this.automaton.end);
    const found = this.sets.of(this.edges.closedBack(moved, context));
    set.earlier.set(key, found);
    return found;
  }

  /** Where the states lead over the next character, and whether the expression may end before it. */
  private after(set: StateSet, at: number): Step {
    const symbol = at < this.symbols.length ? this.symbols[at] + 1 : 0;
    const context = this.context(at);
    const key = symbol * KINDS * KINDS + context;
    const known = set.later.get(key);
    if (known) return known;
    const closed = this.edges.closed(set.states, context);
    const found: Step = {
      set: this.sets.of(symbol === 0 ? [] : this.edges.moved(closed, this.alphabet.codeOf(symbol - 1))),
      ends: closed.has(this.automaton.end),
    };
    set.later.set(key, found);
    return found;
  }

  private context(at: number): number {
    if (!this.automaton.hasAssertions) return 0;
    const kind = (position: number): number =>
      position < 0 || position >= this.symbols.length ? EDGE : this.alphabet.kindOf(this.symbols[position]);
    return kind(at - 1) * KINDS + kind(at);
  }
}

interface Step {
  readonly set: StateSet;
  readonly ends: boolean;
}

/** A set of states, and what is known of where it leads. */
class StateSet {
  public readonly earlier = new Map<number, StateSet>();
  public readonly later = new Map<number, Step>();
  private readonly members: ReadonlySet<number>;

  constructor(public readonly states: readonly number[]) {
    this.members = new Set(states);
  }

  public has(state: number): boolean {
    return this.members.has(state);
  }
}

/** One object per set of states. */
class Sets {
  private known = new Map<string, StateSet>();

  public of(states: Iterable<number>): StateSet {
    const sorted = [...new Set(states)].sort((a, b) => a - b);
    const key = sorted.join();
    const known = this.known.get(key);
    if (known) return known;
    if (this.known.size >= MOST_SETS) {
      // The sets forgotten must not lead back to one another either, or they would all stay.
      for (const set of this.known.values()) {
        set.earlier.clear();
        set.later.clear();
      }
      this.known = new Map();
    }
    const set = new StateSet(sorted);
    this.known.set(key, set);
    return set;
  }
}

/** Characters that no part of the expression tells apart share a symbol. */
class Alphabet {
  private readonly tests: readonly ((code: number) => boolean)[];
  public readonly usesWords: boolean;
  private readonly ascii = new Int32Array(0x80).fill(-1);
  private readonly others = new Map<number, number>();
  private readonly bySignature = new Map<string, number>();
  private readonly codes: number[] = [];
  private readonly kinds: number[] = [];

  constructor(private readonly automaton: Automaton) {
    const { states } = automaton;
    this.tests = [...new Set(states.flatMap(({ accepts }) => accepts ?? []))];
    this.usesWords = states.some(({ assertion }) => assertion !== undefined && /word/i.test(assertion));
  }

  public symbol(code: number): number {
    const known = code < 0x80 ? this.ascii[code] : (this.others.get(code) ?? -1);
    if (known >= 0) return known;
    const kind = this.kind(code);
    const signature = `${kind}${this.tests.map((test) => (test(code) ? 1 : 0)).join('')}`;
    let symbol = this.bySignature.get(signature);
    if (symbol === undefined) {
      symbol = this.codes.push(code) - 1;
      this.kinds.push(kind);
      this.bySignature.set(signature, symbol);
    }
    if (code < 0x80) this.ascii[code] = symbol;
    else this.others.set(code, symbol);
    return symbol;
  }

  public codeOf(symbol: number): number {
    return this.codes[symbol];
  }

  public kindOf(symbol: number): number {
    return this.kinds[symbol];
  }

  private kind(code: number): number {
    if (this.automaton.multiline && code === 0x0a) return NEWLINE;
    return this.usesWords && isWord(code) ? WORD : OTHER;
  }
}

/** Where the states lead, forwards and backwards. */
class Edges {
  private readonly into: readonly number[][];

  constructor(private readonly automaton: Automaton) {
    const into: number[][] = automaton.states.map(() => []);
    automaton.states.forEach(({ next }, state) => next.forEach((target) => into[target].push(state)));
    this.into = into;
  }

  /** What is reached without reading a character. */
  public closed(from: readonly number[], context: number): Set<number> {
    const { states } = this.automaton;
    return spread(from, (state) => (states[state].accepts || !this.holds(state, context) ? [] : states[state].next));
  }

  public moved(from: Iterable<number>, code: number): number[] {
    const { states } = this.automaton;
    return [...from].flatMap((state) => (states[state].accepts?.(code) ? states[state].next : []));
  }

  /** From where these are reached without reading a character. */
  public closedBack(from: readonly number[], context: number): Set<number> {
    const { states } = this.automaton;
    return spread(from, (state) =>
      this.into[state].filter((source) => !states[source].accepts && this.holds(source, context)),
    );
  }

  public movedBack(set: StateSet, code: number): number[] {
    const { states } = this.automaton;
    return states.flatMap(({ accepts, next }, state) => (accepts && set.has(next[0]) && accepts(code) ? state : []));
  }

  private holds(state: number, context: number): boolean {
    const { assertion } = this.automaton.states[state];
    if (assertion === undefined || context === NOWHERE) return assertion === undefined;
    return HOLDS[assertion](Math.floor(context / KINDS), context % KINDS);
  }
}

/** Everything that can be reached, the beginnings included. */
function spread(from: readonly number[], targets: (state: number) => readonly number[]): Set<number> {
  const reached = new Set(from);
  // A set takes in what is added while it is walked.
  for (const state of reached) for (const target of targets(state)) reached.add(target);
  return reached;
}

/** What the groups hold, by the rules of glibc. */
class Registers {
  private now: Span[];
  /** As they were after the last round that read something. */
  private settled: Span[];

  constructor(groups: number) {
    this.now = Array.from({ length: groups }, () => ({ start: -1, end: -1 }));
    this.settled = [...this.now];
  }

  public open(group: number, at: number): void {
    this.now[group - 1] = { start: at, end: -1 };
  }

  public close(group: number, at: number, repeats: boolean): void {
    const { start } = this.now[group - 1];
    if (start >= at && repeats && this.settled[group - 1].start >= 0) {
      this.now = [...this.settled];
      return;
    }
    this.now[group - 1] = { start, end: at };
    if (start < at) this.settled = [...this.now];
  }

  public spans(aliases: ReadonlyMap<number, number>): Span[] {
    return this.now.map((span, index) => this.now[(aliases.get(index + 1) ?? index + 1) - 1] ?? span);
  }
}
