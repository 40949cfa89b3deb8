import { Refusal } from '../refusal';

/** A value of a JSON text, and where it stands in it. */
export interface JsonNode {
  readonly start: number;
  readonly end: number;
  readonly kind: 'object' | 'array' | 'string' | 'scalar';
  /** Of an object, in the order of the text; a key may stand there more than once. */
  readonly members: readonly JsonMember[];
  /** Of an array. */
  readonly items: readonly JsonNode[];
}

export interface JsonMember {
  readonly key: string;
  readonly value: JsonNode;
}

/** Deeper than any configuration, and less than the stack holds. */
const DEEPEST = 500;

const WHITESPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

/**
 * Finds the values of a JSON text (RFC 8259) without changing or copying any of it.
 *
 * @throws Refusal for a text that is not JSON
 */
export function parseDocument(text: string): JsonNode {
  return new Scanner(text).document();
}

class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  public document(): JsonNode {
    const node = this.value(0);
    if (this.at < this.text.length) throw this.notJson();
    return node;
  }

  private value(depth: number): JsonNode {
    if (depth > DEEPEST) throw new Refusal('the JSON text is nested too deeply');
    this.take(WHITESPACE);
    const start = this.at;
    const none = { members: [], items: [] };
    let node: Omit<JsonNode, 'start' | 'end'>;
    if (this.text[start] === '{') node = { ...none, kind: 'object', members: this.members(depth) };
    else if (this.text[start] === '[') node = { ...none, kind: 'array', items: this.items(depth) };
    else if (this.string() !== undefined) node = { ...none, kind: 'string' };
    else if (this.take(SCALAR) !== undefined) node = { ...none, kind: 'scalar' };
    else throw this.notJson();
    const end = this.at;
    this.take(WHITESPACE);
    return { ...node, start, end };
  }

  private members(depth: number): JsonMember[] {
    const members: JsonMember[] = [];
    this.list('}', () => {
      const key = this.string();
      if (key === undefined) throw this.notJson();
      this.take(WHITESPACE);
      this.expect(':');
      members.push({ key: JSON.parse(key) as string, value: this.value(depth + 1) });
    });
    return members;
  }

  private items(depth: number): JsonNode[] {
    const items: JsonNode[] = [];
    this.list(']', () => items.push(this.value(depth + 1)));
    return items;
  }

  private list(close: string, element: () => void): void {
    this.at += 1;
    this.take(WHITESPACE);
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      element();
      if (this.text[this.at] !== ',') break;
      this.at += 1;
      this.take(WHITESPACE);
    }
    this.expect(close);
  }

  private string(): string | undefined {
    const start = this.at;
    if (this.text[start] !== '"') return undefined;
    this.at += 1;
    while (this.text[this.at] !== '"') {
      if (this.take(ESCAPE) !== undefined) continue;
      // A character that has to be escaped, or the end.
      if (!(this.text[this.at] >= ' ') || this.text[this.at] === '\\') throw this.notJson();
      this.at += 1;
    }
    this.at += 1;
    return this.text.slice(start, this.at);
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) throw this.notJson();
    this.at += 1;
  }

  private take(token: RegExp): string | undefined {
    token.lastIndex = this.at;
    const found = token.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private notJson(): Refusal {
    return new Refusal(`the text is not JSON from character ${this.at + 1} on`);
  }
}
