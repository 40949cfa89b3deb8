import { Refusal } from '../refusal';
import { JsonNode } from './document';

/** Which children of a value are meant. */
type Selector = (node: JsonNode) => readonly JsonNode[];

interface Step {
  readonly selectors: readonly Selector[];
  /** `..`: of everything below, too. */
  readonly descends: boolean;
}

/** A JSONPath (RFC 9535) without filters. */
export class JsonPath {
  private readonly steps: readonly Step[];

  /**
   * @param source `$`, then `.name`, `['name']`, `[0]`, `[-1]`, `[1:3]`, `[*]`, `.*`, several in one bracket, or any of
   *   them after `..`
   * @param expand puts values in the place of variables in names
   * @throws Refusal for anything else, filters included
   */
  constructor(source: string, expand: (name: string) => string) {
    this.steps = new PathReader(source, expand).steps();
  }

  /** What it points at, each value once and in the order of the text. */
  public of(root: JsonNode): JsonNode[] {
    let nodes = [root];
    for (const { selectors, descends } of this.steps) {
      const from = descends ? nodes.flatMap(withDescendants) : nodes;
      nodes = [...new Set(from.flatMap((node) => selectors.flatMap((selector) => selector(node))))];
    }
    return nodes.sort((a, b) => a.start - b.start);
  }
}

class PathReader {
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly expand: (name: string) => string,
  ) {}

  public steps(): Step[] {
    if (this.take(/\$/y) === undefined) throw new Refusal('a path starts with $');
    const steps: Step[] = [];
    while (this.at < this.source.length) {
      const descends = this.take(/\.\./y) !== undefined;
      if (this.take(/\[\s*/y) !== undefined) steps.push({ descends, selectors: this.bracketed() });
      else if (descends || this.take(/\./y) !== undefined) steps.push({ descends, selectors: [this.dotted()] });
      else throw this.malformed();
    }
    return steps;
  }

  private dotted(): Selector {
    if (this.take(/\*/y) !== undefined) return children;
    const name = this.take(
      /(?:[A-Za-z_\u0080-\uffff]|\$\{[A-Z_][A-Z0-9_]*\})(?:[\w\u0080-\uffff-]|\$\{[A-Z_][A-Z0-9_]*\})*/y,
    );
    if (name === undefined) throw this.malformed();
    return named(this.expand(name));
  }

  private bracketed(): Selector[] {
    const selectors: Selector[] = [];
    do selectors.push(this.selector());
    while (this.take(/\s*,\s*/y) !== undefined);
    if (this.take(/\s*\]/y) === undefined) throw this.malformed();
    return selectors;
  }

  private selector(): Selector {
    if (this.take(/\*/y) !== undefined) return children;
    const quoted = this.take(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/sy);
    if (quoted !== undefined) return named(this.expand(this.unquoted(quoted)));
    const slice = this.take(/-?\d{0,9}\s*:\s*(?:-?\d{1,9})?(?:\s*:\s*(?:-?\d{1,9})?)?/y);
    if (slice !== undefined) return sliced(slice.split(':').map((bound) => bound.trim()));
    const index = this.take(/-?\d{1,9}/y);
    if (index === undefined) throw this.malformed();
    return ({ items }) => {
      const item = items.at(Number(index));
      return item ? [item] : [];
    };
  }

  private unquoted(quoted: string): string {
    const inside = quoted.slice(1, -1).replace(/\\'/g, "'");
    const text = quoted.startsWith('"') ? quoted : `"${inside.replace(/(?<!\\)"/g, '\\"')}"`;
    try {
      return JSON.parse(text) as string;
    } catch {
      throw this.malformed();
    }
  }

  private take(token: RegExp): string | undefined {
    token.lastIndex = this.at;
    const found = token.exec(this.source)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private malformed(): Refusal {
    return new Refusal(`a path is malformed, or has a filter, at character ${this.at + 1}`);
  }
}

function children(node: JsonNode): readonly JsonNode[] {
  return node.kind === 'array' ? node.items : node.members.map(({ value }) => value);
}

function named(name: string): Selector {
  return (node) => node.members.filter(({ key }) => key === name).map(({ value }) => value);
}

function sliced([first, last, by]: readonly string[]): Selector {
  const step = by ? Number(by) : 1;
  return ({ items }) => {
    const position = (bound: string | undefined, otherwise: number): number => {
      if (!bound) return otherwise;
      return Number(bound) < 0 ? items.length + Number(bound) : Number(bound);
    };
    if (step === 0) return [];
    const [start, end] =
      step > 0
        ? [Math.max(0, position(first, 0)), Math.min(items.length, position(last, items.length))]
        : [Math.min(items.length - 1, position(first, items.length - 1)), Math.max(-1, position(last, -1))];
    const found: JsonNode[] = [];
    for (let at = start; step > 0 ? at < end : at > end; at += step) found.push(items[at]);
    return found;
  };
}

function withDescendants(node: JsonNode): JsonNode[] {
  return [node, ...children(node).flatMap(withDescendants)];
}
