import { Refusal } from '../refusal';
import { comparable, isClassName, isInClass, isWord } from './characters';

/** Conditions on what stands before and after a position. */
export type Assertion =
  'lineStart' | 'lineEnd' | 'textStart' | 'textEnd' | 'wordStart' | 'wordEnd' | 'insideWord' | 'outsideWord';

/** A regular expression as a tree. Undefined stands for the empty one. */
export type Tree =
  /** `code`: the one character it accepts, where it is one. */
  | { readonly kind: 'set'; readonly accepts: (code: number) => boolean; readonly code?: number }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly left: Tree; readonly right: Tree }
  | { readonly kind: 'choice'; readonly left?: Tree; readonly right?: Tree }
  | { readonly kind: 'star'; readonly body: Tree }
  /** `repeats`: a quantifier stands on the group itself and lets it be absent. */
  | { readonly kind: 'group'; readonly index: number; readonly repeats: boolean; readonly body?: Tree };

/** How a regular expression is written and read. */
export interface Syntax {
  /** Extended (`sed -E`) rather than basic. */
  readonly extended: boolean;
  /** Flag `I`: case is of no account. */
  readonly ignoreCase: boolean;
  /** Flag `M`: `^` and `$` match at every line, and `.` and `[^a]` no newline. */
  readonly multiline: boolean;
}

/** A regular expression that was read. */
export interface Pattern {
  readonly tree?: Tree;
  /** How many groups it has. */
  readonly groups: number;
  readonly multiline: boolean;
}

/** As in GNU sed. */
const MOST_REPETITIONS = 32767;
/** What repetitions unfold to: more than any real expression, and little enough to be built at once. */
const LARGEST_TREE = 4000;
const DEEPEST_GROUP = 100;

const NEWLINE = 0x0a;

/**
 * Reads a regular expression as GNU sed does (POSIX with the operators of GNU).
 *
 * @param source what stood between the delimiters, with escapes such as `\t` resolved
 * @throws Refusal for what is no regular expression, and for a back-reference: it cannot be matched in linear time
 */
export function parsePattern(source: string, syntax: Syntax): Pattern {
  return new Parser(source, syntax).parse();
}

type Token =
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'assertion'; readonly assertion: Assertion | 'wordEdge' | 'noWordEdge' }
  | { readonly kind: 'class'; readonly accepts: (code: number) => boolean }
  | { readonly kind: 'star' | 'plus' | 'optional' | 'interval'; readonly code: number }
  | { readonly kind: 'any' | 'bracket' | 'open' | 'close' | 'or' | 'end' };

const REPETITIONS: readonly string[] = ['star', 'plus', 'optional', 'interval'];

const ESCAPED_ASSERTIONS: Readonly<Record<string, Assertion | 'wordEdge' | 'noWordEdge'>> = {
  '`': 'textStart',
  "'": 'textEnd',
  '<': 'wordStart',
  '>': 'wordEnd',
  b: 'wordEdge',
  B: 'noWordEdge',
};

class Parser {
  private readonly characters: readonly string[];
  private at = 0;
  private groups = 0;
  private size = 0;
  private token: Token;

  constructor(
    source: string,
    private readonly syntax: Syntax,
  ) {
    this.characters = [...source];
    this.token = this.next(true);
  }

  public parse(): Pattern {
    const tree = this.choice(0);
    if (this.token.kind === 'close') throw new Refusal('a parenthesis is closed that was not opened');
    return { tree, groups: this.groups, multiline: this.syntax.multiline };
  }

  private choice(depth: number): Tree | undefined {
    let tree = this.sequence(depth);
    while (this.token.kind === 'or') {
      this.token = this.next(true);
      tree = this.node({ kind: 'choice', left: tree, right: this.sequence(depth) });
    }
    return tree;
  }

  private sequence(depth: number): Tree | undefined {
    let tree: Tree | undefined;
    while (!['or', 'end'].includes(this.token.kind) && (depth === 0 || this.token.kind !== 'close')) {
      tree = joined(tree, this.expression(depth));
    }
    return tree;
  }

  private expression(depth: number): Tree | undefined {
    const { token } = this;
    let tree: Tree | undefined;
    switch (token.kind) {
      case 'star':
      case 'plus':
      case 'optional':
      case 'interval':
        if (this.syntax.extended || token.kind === 'interval') throw new Refusal('nothing stands before a repetition');
        tree = this.literal(token.code);
        break;
      case 'assertion': {
        // The two matchers within GNU sed differ here, but for the asterisk after `^`, which is a character.
        this.token = this.next(false);
        const isCharacter = this.token.kind === 'star' && token.assertion === 'lineStart';
        if (REPETITIONS.includes(this.token.kind) && !isCharacter) {
          throw new Refusal('a repetition stands on an assertion such as ^ or \\b');
        }
        return this.assertion(token.assertion);
      }
      case 'close':
        throw new Refusal('a parenthesis is closed that was not opened');
      case 'open':
        tree = this.group(depth);
        break;
      case 'bracket':
        tree = this.set(new Bracket(this.characters, this.at, this.syntax, (at) => (this.at = at)).parse());
        break;
      case 'any':
        tree = this.set(this.syntax.multiline ? (code) => code !== NEWLINE : () => true);
        break;
      case 'class':
        tree = this.set(token.accepts);
        break;
      case 'character':
        tree = this.literal(token.code);
        break;
    }
    this.token = this.next(false);
    while (REPETITIONS.includes(this.token.kind)) {
      tree = this.repetition(tree);
      if (!this.syntax.extended && ['star', 'interval'].includes(this.token.kind)) {
        throw new Refusal('a repetition stands on a repetition');
      }
    }
    return tree;
  }

  private group(depth: number): Tree {
    if (depth === DEEPEST_GROUP) throw new Refusal('the regular expression is nested too deeply');
    const index = ++this.groups;
    this.token = this.next(true);
    const body = this.choice(depth + 1);
    if (this.token.kind !== 'close') throw new Refusal('a parenthesis is not closed');
    return this.node({ kind: 'group', index, repeats: false, body });
  }

  private repetition(tree: Tree | undefined): Tree | undefined {
    const { kind } = this.token;
    const [least, most] =
      kind === 'interval' ? this.interval() : [kind === 'plus' ? 1 : 0, kind === 'optional' ? 1 : -1];
    this.token = this.next(false);
    if (tree === undefined || most === 0) return undefined;
    // Of copies, glibc forgets which groups may be absent.
    const copy = unmarked(tree);
    let result: Tree | undefined;
    for (let count = 0; count < least; count++) result = this.joined(result, count === 0 ? tree : copy);
    if (least === most) return result;
    if (hasAssertion(tree)) {
      throw new Refusal(
        'an assertion such as ^ or \\b stands in what is repeated, which GNU sed does not always get right',
      );
    }
    const optional = least === 0 ? tree : copy;
    const first: Tree = optional.kind === 'group' ? { ...optional, repeats: true } : optional;
    if (most < 0) return this.joined(result, this.node({ kind: 'star', body: first }));
    let rest = this.node({ kind: 'choice', left: first });
    for (let count = least + 2; count <= most; count++) {
      rest = this.node({ kind: 'choice', left: this.joined(rest, copy) });
    }
    return this.joined(result, rest);
  }

  /** `{2}`, `{2,}`, `{,3}`, `{2,3}`; -1 for no upper bound. */
  private interval(): [number, number] {
    const rest = this.characters.slice(this.at, this.at + 16).join('');
    const match = (this.syntax.extended ? /^(\d*)(,?)(\d*)\}/ : /^(\d*)(,?)(\d*)\\\}/).exec(rest);
    if (!match || (match[1] === '' && match[2] === '')) throw new Refusal('an interval such as {2,3} is malformed');
    this.at += match[0].length;
    const least = Number(match[1]);
    const most = match[2] === '' ? least : match[3] === '' ? -1 : Number(match[3]);
    if (most >= 0 && most < least) throw new Refusal('the bounds of an interval are the wrong way round');
    if (Math.max(least, most) > MOST_REPETITIONS) throw new Refusal('an interval asks for too many repetitions');
    return [least, most];
  }

  private assertion(assertion: Assertion | 'wordEdge' | 'noWordEdge'): Tree {
    const leaf = (name: Assertion): Tree => this.node({ kind: 'assertion', assertion: name });
    if (assertion === 'wordEdge') return this.node({ kind: 'choice', left: leaf('wordStart'), right: leaf('wordEnd') });
    if (assertion === 'noWordEdge') {
      return this.node({ kind: 'choice', left: leaf('insideWord'), right: leaf('outsideWord') });
    }
    return leaf(assertion);
  }

  private literal(code: number): Tree {
    if (!this.syntax.ignoreCase) return this.node({ kind: 'set', accepts: (other) => other === code, code });
    const upper = comparable(code);
    return this.node({ kind: 'set', accepts: (other) => comparable(other) === upper });
  }

  private set(accepts: (code: number) => boolean): Tree {
    return this.node({
      kind: 'set',
      accepts: this.syntax.ignoreCase ? (code) => accepts(comparable(code)) : accepts,
    });
  }

  private joined(left: Tree | undefined, right: Tree): Tree {
    return this.node(joined(left, right) ?? right);
  }

  /** Counts what is built, copies included, so that nested intervals cannot exhaust the memory. */
  private node(tree: Tree): Tree {
    this.size += 1;
    if (this.size > LARGEST_TREE || sizeOf(tree) > LARGEST_TREE)
      throw new Refusal('the regular expression is too large');
    return tree;
  }

  /** @param anchored whether a `^` here is an anchor in a basic expression */
  private next(anchored: boolean): Token {
    const { extended } = this.syntax;
    const start = this.at;
    const character = this.characters[this.at++];
    if (character === undefined) return { kind: 'end' };
    const code = character.codePointAt(0) ?? 0;
    if (character === '\\') return this.escape();
    if (character === '[') return { kind: 'bracket' };
    if (character === '.') return { kind: 'any' };
    if (character === '*') return { kind: 'star', code };
    if (character === '^' && (extended || anchored || start === 0))
      return { kind: 'assertion', assertion: 'lineStart' };
    if (character === '$' && (extended || this.endsHere())) return { kind: 'assertion', assertion: 'lineEnd' };
    if (extended) return operator(character, code) ?? { kind: 'character', code };
    return { kind: 'character', code };
  }

  private escape(): Token {
    const character = this.characters[this.at++];
    if (character === undefined) throw new Refusal('a backslash stands at the end of a regular expression');
    const code = character.codePointAt(0) ?? 0;
    if (/[1-9]/.test(character)) {
      throw new Refusal('a back-reference in a regular expression cannot be matched in linear time');
    }
    if (Object.hasOwn(ESCAPED_ASSERTIONS, character)) {
      return { kind: 'assertion', assertion: ESCAPED_ASSERTIONS[character] };
    }
    switch (character) {
      case 'w':
        return { kind: 'class', accepts: isWord };
      case 'W':
        return { kind: 'class', accepts: (other) => !isWord(other) };
      case 's':
        return { kind: 'class', accepts: (other) => isInClass('space', other) };
      case 'S':
        return { kind: 'class', accepts: (other) => !isInClass('space', other) };
    }
    return (this.syntax.extended ? undefined : operator(character, code)) ?? { kind: 'character', code };
  }

  /** Whether a basic expression, or a group or branch of it, ends after the `$` just read. */
  private endsHere(): boolean {
    const rest = this.characters.slice(this.at, this.at + 2).join('');
    return rest === '' || rest === '\\)' || rest === '\\|';
  }
}

/** The operators that are written with a backslash in basic expressions and without one in extended ones. */
function operator(character: string, code: number): Token | undefined {
  switch (character) {
    case '(':
      return { kind: 'open' };
    case ')':
      return { kind: 'close' };
    case '|':
      return { kind: 'or' };
    case '{':
      return { kind: 'interval', code };
    case '+':
      return { kind: 'plus', code };
    case '?':
      return { kind: 'optional', code };
  }
  return undefined;
}

function joined(left: Tree | undefined, right: Tree | undefined): Tree | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return { kind: 'sequence', left, right };
}

function unmarked(tree: Tree): Tree {
  switch (tree.kind) {
    case 'sequence':
      return { ...tree, left: unmarked(tree.left), right: unmarked(tree.right) };
    case 'choice':
      return { ...tree, left: tree.left && unmarked(tree.left), right: tree.right && unmarked(tree.right) };
    case 'star':
      return { ...tree, body: unmarked(tree.body) };
    case 'group':
      return { ...tree, repeats: false, body: tree.body && unmarked(tree.body) };
  }
  return tree;
}

function hasAssertion(tree: Tree | undefined): boolean {
  switch (tree?.kind) {
    case 'assertion':
      return true;
    case 'sequence':
    case 'choice':
      return hasAssertion(tree.left) || hasAssertion(tree.right);
    case 'star':
    case 'group':
      return hasAssertion(tree.body);
  }
  return false;
}

const sizes = new WeakMap<Tree, number>();

function sizeOf(tree: Tree | undefined): number {
  if (tree === undefined) return 0;
  const known = sizes.get(tree);
  if (known !== undefined) return known;
  const parts =
    tree.kind === 'sequence' || tree.kind === 'choice'
      ? [tree.left, tree.right]
      : tree.kind === 'star' || tree.kind === 'group'
        ? [tree.body]
        : [];
  const size = parts.reduce((sum, part) => sum + sizeOf(part), 1);
  sizes.set(tree, size);
  return size;
}

type Accepts = (code: number) => boolean;

/** What stands between the brackets of `[a-z[:digit:]]`. A backslash is an ordinary character there. */
class Bracket {
  private readonly members: Accepts[] = [];

  constructor(
    private readonly characters: readonly string[],
    private at: number,
    private readonly syntax: Syntax,
    private readonly leave: (at: number) => void,
  ) {}

  public parse(): Accepts {
    const negated = this.characters[this.at] === '^';
    if (negated) this.at += 1;
    const start = this.at;
    while (this.at === start || this.characters[this.at] !== ']') this.element(this.at === start);
    const inside = this.characters.slice(start, this.at);
    if (inside.length > 1 && inside[0] === ':' && inside[inside.length - 1] === ':') {
      throw new Refusal('a character class is written [[:name:]] and not [:name:]');
    }
    this.leave(this.at + 1);
    const { members, syntax } = this;
    const contains: Accepts = (code) => members.some((member) => member(code));
    if (!negated) return contains;
    return syntax.multiline ? (code) => code !== NEWLINE && !contains(code) : (code) => !contains(code);
  }

  private element(first: boolean): void {
    if (this.peek() === '-' && !first && this.characters[this.at + 1] !== ']') throw new Refusal(RANGE);
    const start = this.item();
    if (typeof start === 'function') {
      this.members.push(start);
      return;
    }
    if (this.peek() !== '-' || this.characters[this.at + 1] === ']') {
      this.members.push((code) => code === this.folded(start));
      return;
    }
    this.at += 1;
    const end = this.item();
    if (typeof end === 'function') throw new Refusal(RANGE);
    if (Math.max(start, end) >= 0x80) throw new Refusal('a range reaches beyond ASCII');
    const [from, to] = [this.folded(start), this.folded(end)];
    if (this.syntax.ignoreCase && !isPlainRange(start, end)) {
      throw new Refusal('a range under the flag I is not within digits or letters of one case');
    }
    if (from > to) throw new Refusal(RANGE);
    this.members.push((code) => from <= code && code <= to);
  }

  /** One character, or a class. */
  private item(): number | Accepts {
    const character = this.peek();
    const mark = this.characters[this.at + 1];
    if (character !== '[' || !['.', '=', ':'].includes(mark)) {
      this.at += 1;
      return character.codePointAt(0) ?? 0;
    }
    let end = this.at + 2;
    while (end < this.characters.length && !(this.characters[end] === mark && this.characters[end + 1] === ']'))
      end += 1;
    const name = this.characters.slice(this.at + 2, end).join('');
    this.at = end + 2;
    if (mark === ':') {
      if (!isClassName(name)) throw new Refusal('there is no character class of that name');
      const either = this.syntax.ignoreCase && (name === 'upper' || name === 'lower') ? 'alpha' : name;
      return (code) => isInClass(either, code);
    }
    const code = name.codePointAt(0) ?? 0;
    if (name.length !== 1 || code >= 0x80) throw new Refusal('a collating symbol is more than one character of ASCII');
    if (mark === '.') return code;
    const only = this.folded(code);
    return (other) => other === only;
  }

  private folded(code: number): number {
    return this.syntax.ignoreCase ? comparable(code) : code;
  }

  private peek(): string {
    const character = this.characters[this.at];
    if (character === undefined) throw new Refusal('a bracket expression is not closed');
    return character;
  }
}

const RANGE = 'a range such as [a-z] has no valid start or end';

/** GNU sed matches the letters in upper case: across other characters the range then means something else. */
function isPlainRange(start: number, end: number): boolean {
  return [/^[0-9]{2}$/, /^[a-z]{2}$/, /^[A-Z]{2}$/].some((kind) => kind.test(String.fromCodePoint(start, end)));
}
