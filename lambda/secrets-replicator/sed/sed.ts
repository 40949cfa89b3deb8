import { Refusal } from '../refusal';
import { Effort, Match, Matcher } from './matcher';
import { replaced } from './replacement';
import { NO_VARIABLES, Variables } from '../variables';
import { Address, Command, parseScript, Script, Substitution } from './script';
import { Text } from './text';

/** How much a text may grow: far beyond any secret, and little enough to be held. */
const MOST_CHARACTERS = 1 << 22;

/**
 * A script of sed, with the meaning of GNU sed in the locale C.UTF-8, over texts that are lines. What is not surely carried
 * out as GNU sed does is refused. The time it takes grows with the text and not with the cleverness of either.
 */
export class Sed {
  private readonly script: Script;

  /**
   * @param script commands, as `sed -f` reads them
   * @param extended regular expressions are extended (`sed -E`) rather than basic
   * @param variables what `${NAME}` stands for in regular expressions and replacements: its text and nothing else
   * @throws Refusal for a script that cannot be carried out
   */
  constructor(script: string, extended: boolean, variables: Variables = NO_VARIABLES) {
    this.script = parseScript(script, extended, variables);
  }

  /** @throws Refusal for a text on which the script cannot be carried out */
  public run(text: string): string {
    return text === '' ? '' : new Run(this.script, text).result();
  }
}

/** One run over a text. */
class Run {
  private readonly lines: readonly string[];
  private readonly endsWithNewline: boolean;
  private readonly effort = new Effort();
  private readonly ranges = new Map<Command, Range>();
  private lineNumber = 0;
  /** The line being worked on. */
  private space = '';
  private lastMatcher?: Matcher;
  private output = '';
  /** A line was put out that ends in no newline, as the text does. */
  private lacksNewline = false;

  constructor(
    private readonly script: Script,
    text: string,
  ) {
    this.endsWithNewline = text.endsWith('\n');
    this.lines = (this.endsWithNewline ? text.slice(0, -1) : text).split('\n');
  }

  public result(): string {
    for (const line of this.lines) {
      this.lineNumber += 1;
      this.space = line;
      if (this.execute(this.script.commands) && !this.script.silent) this.print();
    }
    return this.output;
  }

  /** False when the line was deleted. */
  private execute(commands: readonly Command[]): boolean {
    for (const command of commands) {
      this.effort.spend(1);
      if (this.isFor(command) === command.negated) continue;
      const { action } = command;
      switch (action.kind) {
        case 'substitute':
          this.substitute(action.substitution);
          break;
        case 'transliterate':
          this.space = Array.from(this.space, (character) => action.map.get(character) ?? character).join('');
          break;
        case 'print':
          this.print();
          break;
        case 'delete':
          return false;
        case 'block':
          if (!this.execute(action.commands)) return false;
      }
    }
    return true;
  }

  private print(): void {
    if (this.lacksNewline) this.output += '\n';
    this.lacksNewline = !this.endsWithNewline && this.lineNumber === this.lines.length;
    this.output += `${this.space}${this.lacksNewline ? '' : '\n'}`;
    checkSize(this.output);
  }

  private isFor(command: Command): boolean {
    const { start, end } = command;
    if (!start) return true;
    if (!end) return this.isAt(start);
    let range = this.ranges.get(command);
    if (!range) {
      range = new Range(start, end);
      this.ranges.set(command, range);
    }
    return range.includes(this.lineNumber, (address) => this.isAt(address));
  }

  private isAt(address: Address): boolean {
    switch (address.kind) {
      case 'line': {
        const { number, step } = address;
        if (step === 0) return this.lineNumber === number;
        return this.lineNumber >= number && (this.lineNumber - number) % step === 0;
      }
      case 'last':
        return this.lineNumber === this.lines.length;
      case 'matching':
        return this.matcher(address.matcher).on(new Text(this.space), this.effort).from(0) !== undefined;
      default:
        return true;
    }
  }

  private substitute({ matcher: given, replacement, number, global, print }: Substitution): void {
    const matcher = this.matcher(given);
    if (matcher.groups < replacement.highestGroup) {
      throw new Refusal('a replacement refers to a group that the regular expression used last does not have');
    }
    const text = new Text(this.space);
    const search = matcher.on(text, this.effort);
    let result = '';
    let copied = 0;
    let count = 0;
    let lastEnd = -1;
    let isReplaced = false;
    for (let match = search.from(0); match;) {
      const [{ start, end }] = match;
      let next = end;
      result += text.slice(copied, start);
      copied = start;
      // An empty match right behind another match is none.
      if ((end > start || start > lastEnd) && ++count >= number) {
        isReplaced = true;
        result += replaced(replacement, textOf(text, match));
        copied = end;
        checkSize(result);
      } else if (start === end) {
        next += 1;
      }
      lastEnd = end;
      if (next > text.length || (isReplaced && !global)) break;
      match = search.from(next);
      // GNU sed 4.9 goes on after the first byte of the character that was skipped, and may match within it.
      if (next > end && text.codes[end] >= 0x80 && (match || matcher.usesWords)) {
        throw new Refusal('an empty match is followed by a character beyond ASCII, which GNU sed takes apart');
      }
    }
    this.space = result + text.slice(copied, text.length);
    if (isReplaced && print) this.print();
  }

  /** An empty regular expression is the one that was used last, when it is reached and not where it is written. */
  private matcher(given: Matcher | undefined): Matcher {
    const matcher = given ?? this.lastMatcher;
    if (!matcher) throw new Refusal('an empty regular expression stands where none was used before');
    this.lastMatcher = matcher;
    return matcher;
  }
}

/** The lines from one address to another. */
class Range {
  private state: 'before' | 'within' | 'over';
  /** For an end that counts from the start: the line it comes to. */
  private endLine = 0;

  constructor(
    private readonly start: Address,
    private readonly end: Address,
  ) {
    this.state = start.kind === 'line' && start.step === 0 && start.number === 0 ? 'within' : 'before';
  }

  public includes(line: number, isAt: (address: Address) => boolean): boolean {
    const { start, end } = this;
    if (this.state !== 'within') {
      if (start.kind === 'line' && start.step === 0) {
        if (this.state === 'over' || line < start.number) return false;
      } else if (!isAt(start)) {
        return false;
      }
      this.state = 'within';
      if (end.kind === 'matching') return true;
      if (end.kind === 'line' && end.step === 0) {
        if (line >= end.number) this.state = 'over';
        return line <= end.number || isAt(start);
      }
      if ((end.kind === 'more' || end.kind === 'multiple') && end.count > 0) {
        this.endLine = line + end.count - (end.kind === 'multiple' ? line % end.count : 0);
        return true;
      }
    }
    if (end.kind === 'line' && end.step === 0) {
      if (line >= end.number) this.state = 'over';
      return line <= end.number;
    }
    const isLast = end.kind === 'more' || end.kind === 'multiple' ? line >= this.endLine : isAt(end);
    if (isLast) this.state = 'over';
    return true;
  }
}

function checkSize(text: string): void {
  if (text.length > MOST_CHARACTERS) throw new Refusal('the transformation makes too much of this text');
}

function textOf(text: Text, match: Match): (group: number) => string {
  return (group) => {
    const { start, end } = match[group];
    return start < 0 || end < 0 ? '' : text.slice(start, end);
  };
}
