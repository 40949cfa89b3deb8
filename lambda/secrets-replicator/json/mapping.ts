import { Refusal } from '../refusal';
import { Variables } from '../variables';
import { JsonNode, parseDocument } from './document';
import { JsonPath } from './path';

const SHAPE = 'a JSON mapping has a list "transformations" of path, find and replace, or paths with values';

interface Finding {
  readonly path: string;
  readonly find: string;
  readonly replace: unknown;
}

/** A part of the text, and what stands there instead. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Rule = (text: string, node: JsonNode) => Edit[];

/**
 * Changes values of a JSON text that paths point at, and leaves every other byte as it was: order, spacing, numbers of
 * any size, doubled keys, the way a character is escaped. The rules apply one after another.
 */
export class JsonMapping {
  private readonly rules: readonly { readonly path: JsonPath; readonly rule: Rule }[];

  /**
   * @param spec `{"transformations": [{"path": "$..host", "find": "us-east-1", "replace": "us-west-2"}]}`: in string
   *   values, every occurrence of a text, or with a `replace` that is no string the whole value where it equals the text;
   *   or `{"$.host": "db.internal"}`: the value itself, where there is one
   * @throws Refusal for anything else
   */
  constructor(spec: unknown, variables: Variables) {
    const expand = (name: string): string => variables.expand(name);
    if (isObjectOf(spec, ['transformations']) && Array.isArray(spec.transformations)) {
      const findings: unknown[] = spec.transformations;
      if (!findings.every(isFinding)) throw new Refusal(SHAPE);
      this.rules = findings.map(({ path, find, replace }) => ({
        path: new JsonPath(path, expand),
        rule: finding(expand(find), expanded(replace, variables)),
      }));
      return;
    }
    if (!isObject(spec) || !Object.keys(spec).every((path) => path.startsWith('$'))) throw new Refusal(SHAPE);
    this.rules = Object.entries(spec).map(([path, value]) => ({
      path: new JsonPath(path, expand),
      rule: setting(expanded(value, variables)),
    }));
  }

  /** Whether a text that may be a mapping is meant as one: a JSON object with the keys of one. */
  public static isMeant(spec: unknown): boolean {
    return isObject(spec) && Object.keys(spec).some((key) => key === 'transformations' || key.startsWith('$'));
  }

  /** @throws Refusal for a text that is not JSON */
  public run(text: string): string {
    let result = text;
    if (this.rules.length === 0) parseDocument(text);
    for (const { path, rule } of this.rules) {
      const edits = path.of(parseDocument(result)).flatMap((node) => rule(result, node));
      result = applied(result, edits);
    }
    return result;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value has exactly these keys. */
function isObjectOf(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  return isObject(value) && Object.keys(value).sort().join() === keys.join();
}

function isFinding(value: unknown): value is Finding {
  return (
    isObjectOf(value, ['find', 'path', 'replace']) && [value.find, value.path].every((one) => typeof one === 'string')
  );
}

/** `find` and `replace` of a rule. */
function finding(find: string, replace: unknown): Rule {
  return (text, node) => {
    if (node.kind !== 'string') return [];
    const { value, offsets } = decoded(text, node);
    if (value === find) return [{ start: node.start, end: node.end, text: JSON.stringify(replace) }];
    if (typeof replace !== 'string' || find === '') return [];
    const escaped = JSON.stringify(replace).slice(1, -1);
    const edits: Edit[] = [];
    for (let at = value.indexOf(find); at >= 0; at = value.indexOf(find, at + find.length)) {
      edits.push({ start: offsets[at], end: offsets[at + find.length], text: escaped });
    }
    return edits;
  };
}

function setting(value: unknown): Rule {
  const text = JSON.stringify(value);
  return (_, { start, end }) => [{ start, end, text }];
}

/** What a string says, and where in the text each of its characters stands. */
function decoded(text: string, { start, end }: JsonNode): { value: string; offsets: number[] } {
  const offsets: number[] = [];
  let at = start + 1;
  while (at < end - 1) {
    offsets.push(at);
    at += text[at] !== '\\' ? 1 : text[at + 1] === 'u' ? 6 : 2;
  }
  return { value: JSON.parse(text.slice(start, end)) as string, offsets: [...offsets, end - 1] };
}

/** Of an edit within another one the outer one counts. */
function applied(text: string, edits: readonly Edit[]): string {
  let result = '';
  let copied = 0;
  for (const edit of edits) {
    if (edit.start < copied) continue;
    result += text.slice(copied, edit.start) + edit.text;
    copied = edit.end;
  }
  return result + text.slice(copied);
}

/** Puts variables into every string of a value, keys included. */
function expanded(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return variables.expand(value);
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Refusal('a number of a mapping is too large to be kept exactly');
  }
  if (Array.isArray(value)) return value.map((item) => expanded(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [variables.expand(key), expanded(item, variables)]),
  );
}
