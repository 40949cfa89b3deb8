import { Refusal } from '../refusal';
import { variableAt, Variables } from '../variables';
import { automatonOf } from './automaton';
import { Place, resolveEscapes } from './escapes';
import { literalOf, requiredLiteral } from './literal';
import { Matcher } from './matcher';
import { parsePattern } from './pattern';
import { parseReplacement, Replacement } from './replacement';

/** Which lines a command is for. */
export type Address =
  /** `first~step`; without a step the line of that number. */
  | { readonly kind: 'line'; readonly number: number; readonly step: number }
  | { readonly kind: 'last' }
  /** No matcher: the one that was used last. */
  | { readonly kind: 'matching'; readonly matcher?: Matcher }
  /** `,+3`: so many lines more. `,~3`: up to the next multiple. As an end only. */
  | { readonly kind: 'more' | 'multiple'; readonly count: number };

/** What a command does with the line. */
export type Action =
  | { readonly kind: 'substitute'; readonly substitution: Substitution }
  | { readonly kind: 'transliterate'; readonly map: ReadonlyMap<string, string> }
  | { readonly kind: 'delete' | 'print' }
  | { readonly kind: 'block'; readonly commands: readonly Command[] };

/** An `s` command. */
export interface Substitution {
  /** Undefined: the one that was used last. */
  readonly matcher?: Matcher;
  readonly replacement: Replacement;
  /** The first match that is replaced. */
  readonly number: number;
  /** Whether those after it are replaced too. */
  readonly global: boolean;
  readonly print: boolean;
}

/** A command, and which lines it is for: all without a start, those of a range with an end. */
export interface Command {
  readonly start?: Address;
  readonly end?: Address;
  /** `!`: the other lines. */
  readonly negated: boolean;
  readonly action: Action;
}

/** A script that was read. */
export interface Script {
  readonly commands: readonly Command[];
  /** Its first line is `#n`: only what is printed by a command comes out. */
  readonly silent: boolean;
}

/**
 * Reads a script of sed as GNU sed does: `s`, `y`, `d`, `p`, blocks and comments.
 *
 * @param extended regular expressions are extended (`sed -E`) rather than basic
 * @param variables what `${NAME}` stands for
 * @throws Refusal with line and column for what GNU sed refuses, and for what is not carried out here
 */
export function parseScript(source: string, extended: boolean, variables: Variables): Script {
  const reader = new ScriptReader(source, extended, variables);
  try {
    const silent = source.startsWith('#n');
    if (silent && !/^#n(\n|$)/.test(source)) {
      throw new Refusal('GNU sed takes a comment that begins with #n for the option -n: put a space before the n');
    }
    return { commands: reader.commands(0), silent };
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(`${reader.position()}: ${error.message}`);
    throw error;
  }
}

const BLANK = /[ \t]/;
const SPACE = /[ \t\n\v\f\r;]/;
const DIGIT = /[0-9]/;

/** Blocks within blocks: more than anybody writes, and less than the stack holds. */
const DEEPEST_BLOCK = 100;

class ScriptReader {
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly extended: boolean,
    private readonly variables: Variables,
  ) {}

  public position(): string {
    const before = this.source.slice(0, this.at).split('\n');
    return `line ${before.length}, column ${Math.max(1, before[before.length - 1].length)}`;
  }

  public commands(depth: number): Command[] {
    if (depth > DEEPEST_BLOCK) throw new Refusal('blocks are nested too deeply');
    const commands: Command[] = [];
    for (;;) {
      while (SPACE.test(this.peek())) this.at += 1;
      if (this.peek() === '') {
        if (depth > 0) throw new Refusal('a block is not closed');
        return commands;
      }
      const start = this.address();
      const end = start && this.rangeEnd();
      checkRange(start, end);
      const negated = this.negation();
      const name = this.take();
      if (name === '}') {
        if (depth === 0) throw new Refusal('a block is closed that was not opened');
        if (start) throw new Refusal('a closing brace takes no address');
        this.endOfCommand();
        return commands;
      }
      if (name === '#') {
        if (start) throw new Refusal('a comment takes no address');
        this.skipLine();
        continue;
      }
      commands.push({ start, end, negated, action: this.action(name, depth) });
    }
  }

  private action(name: string, depth: number): Action {
    switch (name) {
      case '{':
        return { kind: 'block', commands: this.commands(depth + 1) };
      case 's':
        return { kind: 'substitute', substitution: this.substitution() };
      case 'y':
        return { kind: 'transliterate', map: this.transliteration() };
      case 'd':
      case 'p':
        this.endOfCommand();
        return { kind: name === 'd' ? 'delete' : 'print' };
      case '':
        throw new Refusal('an address without a command');
    }
    throw new Refusal('only the commands s, y, d, p and blocks are carried out');
  }

  private substitution(): Substitution {
    const delimiter = this.delimiter();
    const pattern = this.delimited(delimiter, 'regexp');
    const replacement = parseReplacement(resolveEscapes(this.delimited(delimiter, 'replacement'), 'replacement'));
    const flags = this.flags();
    const matcher = this.matcher(pattern, flags.ignoreCase, flags.multiline);
    if (matcher && matcher.groups < replacement.highestGroup) {
      throw new Refusal('the replacement refers to a group that the regular expression does not have');
    }
    return { matcher, replacement, number: flags.number || 1, global: flags.global, print: flags.print };
  }

  private flags(): { ignoreCase: boolean; multiline: boolean; number: number; global: boolean; print: boolean } {
    const flags = { ignoreCase: false, multiline: false, number: 0, global: false, print: false };
    for (;;) {
      const flag = this.takeNonBlank();
      switch (flag) {
        case 'i':
        case 'I':
          flags.ignoreCase = true;
          break;
        case 'm':
        case 'M':
          flags.multiline = true;
          break;
        case 'g':
          if (flags.global) throw new Refusal('the flag g stands twice');
          flags.global = true;
          break;
        case 'p':
          if (flags.print) throw new Refusal('the flag p stands twice');
          flags.print = true;
          break;
        case '}':
        case '#':
          this.at -= 1;
          return flags;
        case '':
        case '\n':
        case ';':
          return flags;
        default:
          if (flag === '\r' && this.peek() === '\n') {
            this.at += 1;
            return flags;
          }
          if (!DIGIT.test(flag)) throw new Refusal('a substitution takes the flags g, p, i, m and a number only');
          if (flags.number > 0) throw new Refusal('a substitution has two numbers');
          this.at -= 1;
          flags.number = this.number();
          if (flags.number === 0) throw new Refusal('the number of a substitution is zero');
      }
    }
  }

  private transliteration(): Map<string, string> {
    const delimiter = this.delimiter();
    const [from, to] = [this.delimited(delimiter, 'characters'), this.delimited(delimiter, 'characters')].map(
      (text) => [...resolveEscapes(text, 'characters')],
    );
    if (from.length !== to.length) throw new Refusal('the two sides of a y command differ in length');
    if ([...from, ...to].includes('\0')) throw new Refusal('a y command has a NUL');
    this.endOfCommand();
    const map = new Map<string, string>();
    from.forEach((character, index) => {
      if (!map.has(character)) map.set(character, to[index]);
    });
    return map;
  }

  private address(): Address | undefined {
    const character = this.peek();
    if (character === '$') {
      this.at += 1;
      return { kind: 'last' };
    }
    if (DIGIT.test(character)) {
      const number = this.number();
      this.skipBlanks();
      if (this.peek() !== '~') return { kind: 'line', number, step: 0 };
      this.at += 1;
      this.skipBlanks();
      return { kind: 'line', number, step: this.number() };
    }
    if (character !== '/' && character !== '\\') return undefined;
    this.at += 1;
    const pattern = this.delimited(character === '/' ? '/' : this.delimiter(), 'regexp');
    const flags = { I: false, M: false };
    for (;;) {
      this.skipBlanks();
      const flag = this.peek();
      if (flag !== 'I' && flag !== 'M') break;
      flags[flag] = true;
      this.at += 1;
    }
    return { kind: 'matching', matcher: this.matcher(pattern, flags.I, flags.M) };
  }

  private rangeEnd(): Address | undefined {
    this.skipBlanks();
    if (this.peek() !== ',') return undefined;
    this.at += 1;
    this.skipBlanks();
    const sign = this.peek();
    if (sign === '+' || sign === '~') {
      this.at += 1;
      this.skipBlanks();
      return { kind: sign === '+' ? 'more' : 'multiple', count: this.number() };
    }
    const end = this.address();
    if (!end) throw new Refusal('a comma is not followed by an address');
    return end;
  }

  private negation(): boolean {
    this.skipBlanks();
    if (this.peek() !== '!') return false;
    this.at += 1;
    this.skipBlanks();
    if (this.peek() === '!') throw new Refusal('an address is negated twice');
    return true;
  }

  private matcher(source: string, ignoreCase: boolean, multiline: boolean): Matcher | undefined {
    if (source === '') {
      if (ignoreCase || multiline) throw new Refusal('an empty regular expression takes no flags');
      return undefined;
    }
    const { extended } = this;
    const pattern = parsePattern(resolveEscapes(source, 'regexp'), { extended, ignoreCase, multiline });
    return new Matcher(automatonOf(pattern), literalOf(pattern.tree), requiredLiteral(pattern.tree));
  }

  private delimiter(): string {
    const delimiter = this.take();
    if (delimiter === '' || '\0\n\\'.includes(delimiter) || delimiter > '\x7f') {
      throw new Refusal('a delimiter is one character of ASCII other than a newline and a backslash');
    }
    return delimiter;
  }

  /** What stands up to the delimiter. A backslash before the delimiter is taken away; other escapes stay. */
  private delimited(delimiter: string, place: Place): string {
    const isPattern = place === 'regexp';
    let text = '';
    for (;;) {
      const variable = variableAt(this.source, this.at);
      if (variable !== undefined) {
        this.at += variable.length + 3;
        text += this.escaped(this.variables.valueOf(variable), place);
        continue;
      }
      const character = this.take();
      if (character === '' || character === '\n') throw new Refusal('a delimiter is missing');
      if (character === delimiter) return text;
      if (character === '[' && isPattern) {
        text += `[${this.bracket()}`;
      } else if (character === '\\') {
        const escaped = this.take();
        if (escaped === '') throw new Refusal('a delimiter is missing');
        const bare = escaped === '\n' || (escaped === delimiter && (isPattern || escaped !== '&'));
        text += bare ? escaped : `\\${escaped}`;
      } else {
        text += character;
      }
    }
  }

  /** The text that stands for a value and nothing else. It is put in behind the search for delimiters. */
  private escaped(value: string, place: Place): string {
    if (place === 'characters') throw new Refusal('a variable stands in a y command');
    if (place === 'replacement') return value.replace(/[\\&]/g, '\\$&').replace(/\n/g, '\\n');
    const repetition = this.extended ? /[*+?{]/y : /\*|\\[+?{]/y;
    repetition.lastIndex = this.at;
    if (repetition.test(this.source)) throw new Refusal('a repetition stands on a variable: put it into a group');
    return value.replace(this.extended ? /[\\.[*^$+?(){|]/g : /[\\.[*^$]/g, '\\$&');
  }

  /** What follows an opening bracket up to the one that closes it: the delimiter is an ordinary character in between. */
  private bracket(): string {
    const start = this.at;
    if (this.peek() === '^') this.at += 1;
    if (this.peek() === ']') this.at += 1;
    for (let character = this.take(); character !== ']'; character = this.take()) {
      if (character === '[' && /[.:=]/.test(this.peek())) {
        const end = this.source.indexOf(`${this.peek()}]`, this.at + 1);
        character = this.source.slice(this.at, end).includes('\n') ? '' : '[';
        this.at = end < 0 ? this.source.length : end + 2;
      }
      if (character === '' || character === '\n') throw new Refusal('a bracket expression is not closed');
    }
    const inside = this.source.slice(start, this.at);
    for (let at = 0; at < inside.length; at++) {
      if (variableAt(inside, at) !== undefined) throw new Refusal('a variable stands in a bracket expression');
    }
    return inside;
  }

  private number(): number {
    const digits = /^[0-9]*/.exec(this.source.slice(this.at, this.at + 16))?.[0] ?? '';
    if (digits === '' || digits.length > 15) throw new Refusal('a number is missing or too large');
    this.at += digits.length;
    return Number(digits);
  }

  private endOfCommand(): void {
    const character = this.takeNonBlank();
    if (character === '}' || character === '#') this.at -= 1;
    else if (character !== '' && character !== '\n' && character !== ';') {
      throw new Refusal('something follows a command on its line');
    }
  }

  private skipLine(): void {
    const end = this.source.indexOf('\n', this.at);
    this.at = end < 0 ? this.source.length : end + 1;
  }

  private skipBlanks(): void {
    while (BLANK.test(this.peek())) this.at += 1;
  }

  private takeNonBlank(): string {
    this.skipBlanks();
    return this.take();
  }

  private take(): string {
    const character = this.peek();
    this.at += 1;
    return character;
  }

  /** Empty at the end. */
  private peek(): string {
    return this.source.charAt(this.at);
  }
}

function checkRange(start: Address | undefined, end: Address | undefined): void {
  if (start?.kind === 'line' && start.step === 0 && start.number === 0 && end?.kind !== 'matching') {
    throw new Refusal('line 0 starts a range up to a regular expression only');
  }
}
