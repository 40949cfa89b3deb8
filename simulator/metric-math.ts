/** A number per period, oldest first; undefined where there is none. */
export type Series = readonly (number | undefined)[];

/** What an expression is about. */
export interface MetricMath {
  /** The metrics by their ids; other expressions are not among them. */
  readonly metrics: ReadonlyMap<string, Series>;
  /** The other expressions, by their ids. */
  readonly expressions: ReadonlyMap<string, string>;
  readonly periodSeconds: number;
  /** How many periods are looked at. */
  readonly periods: number;
}

/** A number, a word such as `REPEAT`, a time series, or several. */
type Value = number | string | Series | { readonly list: readonly Series[] };

/** A part of metric math that is not evaluated: the alarm stays as it is. */
class NotEvaluated extends Error {}

/**
 * Evaluates a metric math expression: numbers, ids, lists, `+ - * / ^`, comparisons, `AND`, `OR`, and the functions ABS,
 * AVG, CEIL, FILL, FLOOR, IF, MAX, METRICS, MIN, PERIOD and SUM.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 *
 * @returns undefined for what it does not know: other functions, `SEARCH`, Metrics Insights queries, several series
 */
export function evaluate(expression: string, math: MetricMath): Series | undefined {
  try {
    return toSeries(new Expression(expression, math, []).value(), math);
  } catch (error) {
    if (error instanceof NotEvaluated) return undefined;
    throw error;
  }
}

type Operator = (a: number, b: number) => number;

/** Operators of two sides, the loosest first. */
const LEVELS: readonly Readonly<Record<string, Operator>>[] = [
  { OR: (a, b) => Number(a !== 0 || b !== 0), '||': (a, b) => Number(a !== 0 || b !== 0) },
  { AND: (a, b) => Number(a !== 0 && b !== 0), '&&': (a, b) => Number(a !== 0 && b !== 0) },
  {
    '==': (a, b) => Number(a === b),
    '!=': (a, b) => Number(a !== b),
    '<=': (a, b) => Number(a <= b),
    '>=': (a, b) => Number(a >= b),
    '<': (a, b) => Number(a < b),
    '>': (a, b) => Number(a > b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
];

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?|[a-z_]\w*|"[^"]*"|'[^']*'|<=|>=|==|!=|&&|\|\||[-+*/^()<>,[\]])|$)/iy;

/** Reads an expression from left to right, and computes it on the way. */
class Expression {
  private readonly tokens: string[] = [];

  constructor(
    text: string,
    private readonly math: MetricMath,
    /** Ids of the expressions that are being computed: one that needs itself has no value. */
    private readonly outer: readonly string[],
  ) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const match = TOKEN.exec(text);
      if (!match) throw new NotEvaluated();
      if (match[1]) this.tokens.push(match[1]);
    }
  }

  public value(): Value {
    const value = this.level(0);
    if (this.tokens.length > 0) throw new NotEvaluated();
    return value;
  }

  private level(depth: number): Value {
    if (depth === LEVELS.length) return this.unary();
    let value = this.level(depth + 1);
    for (let operator = this.operator(depth); operator; operator = this.operator(depth)) {
      value = combine(value, this.level(depth + 1), operator);
    }
    return value;
  }

  private operator(depth: number): Operator | undefined {
    const [next = ''] = this.tokens;
    const level = LEVELS[depth];
    const found = Object.hasOwn(level, next.toUpperCase()) ? level[next.toUpperCase()] : undefined;
    if (found) this.tokens.shift();
    return found;
  }

  private unary(): Value {
    if (this.skip('-')) return combine(0, this.unary(), (a, b) => a - b);
    const base = this.atom();
    return this.skip('^') ? combine(base, this.unary(), (a, b) => a ** b) : base;
  }

  private atom(): Value {
    const token = this.tokens.shift() ?? '';
    if (/^\d/.test(token)) return Number(token);
    if (/^["']/.test(token)) return token.slice(1, -1);
    if (token === '(') return this.until(')')[0];
    if (token === '[') return { list: this.until(']').flatMap((value) => toList(value, this.math)) };
    if (!/^\w/.test(token)) throw new NotEvaluated();
    if (this.skip('(')) return this.call(token.toUpperCase(), this.until(')'));
    return this.named(token);
  }

  private named(id: string): Value {
    const metric = this.math.metrics.get(id);
    if (metric) return metric;
    const expression = this.math.expressions.get(id);
    if (expression === undefined) return id;
    if (this.outer.includes(id)) throw new NotEvaluated();
    return new Expression(expression, this.math, [...this.outer, id]).value();
  }

  private call(name: string, given: readonly Value[]): Value {
    if (!Object.hasOwn(FUNCTIONS, name)) throw new NotEvaluated();
    return FUNCTIONS[name](given, this.math);
  }

  /** Values between commas, up to a closing bracket. */
  private until(end: string): Value[] {
    const values: Value[] = [];
    if (this.skip(end)) return values;
    do values.push(this.level(0));
    while (this.skip(','));
    if (!this.skip(end)) throw new NotEvaluated();
    return values;
  }

  private skip(token: string): boolean {
    if (this.tokens[0] !== token) return false;
    this.tokens.shift();
    return true;
  }
}

type Function = (given: readonly Value[], math: MetricMath) => Value;

const FUNCTIONS: Readonly<Record<string, Function>> = {
  ABS: each(Math.abs),
  CEIL: each(Math.ceil),
  FLOOR: each(Math.floor),
  AVG: aggregate((numbers) => sum(numbers) / numbers.length),
  MAX: aggregate((numbers) => Math.max(...numbers)),
  MIN: aggregate((numbers) => Math.min(...numbers)),
  SUM: aggregate(sum),
  METRICS: ([part = ''], { metrics }) => ({
    list: [...metrics].filter(([id]) => id.includes(String(part))).map(([, series]) => series),
  }),
  PERIOD: (_given, { periodSeconds }) => periodSeconds,
  IF: ([condition, yes, no], math) => {
    const [when, then] = [toSeries(condition, math), toSeries(yes, math)];
    const otherwise = no === undefined ? [] : toSeries(no, math);
    return when.map((value, i) => (value === undefined ? undefined : value !== 0 ? then[i] : otherwise[i]));
  },
  FILL: ([given, filler], math) => {
    const filled = toList(given, math).map((series) => fill(series, filler, math));
    return isList(given) ? { list: filled } : filled[0];
  },
};

/** A function of one number, for every number of what is given. */
function each(change: (number: number) => number): Function {
  return ([given]) => combine(given ?? '', 0, change);
}

/** A function of several numbers: of a series over time, of several series for each period, of what there is. */
function aggregate(fold: (numbers: readonly number[]) => number): Function {
  const over = (numbers: Series): number | undefined => {
    const present = numbers.filter((number) => number !== undefined);
    return present.length === 0 ? undefined : fold(present);
  };
  return (given, math) => {
    if (given.length === 1 && !isList(given[0])) {
      const result = over(toSeries(given[0], math));
      return result ?? new Array<undefined>(math.periods).fill(undefined);
    }
    const list = given.flatMap((value) => toList(value, math));
    return Array.from({ length: math.periods }, (_, i) => over(list.map((series) => series[i])));
  };
}

function fill(series: Series, filler: Value | undefined, math: MetricMath): Series {
  if (filler === 'REPEAT') {
    let last: number | undefined;
    return series.map((value) => (last = value ?? last));
  }
  if (filler === 'LINEAR') return series.map((value, i) => value ?? between(series, i));
  if (filler === undefined || typeof filler === 'string') throw new NotEvaluated();
  const other = toSeries(filler, math);
  return series.map((value, i) => value ?? other[i]);
}

/** The value on the straight line between the neighbours that are there; none at the ends. */
function between(series: Series, at: number): number | undefined {
  const before = at - 1 - [...series.slice(0, at)].reverse().findIndex((value) => value !== undefined);
  const after = series.findIndex((value, i) => i > at && value !== undefined);
  const [from, to] = [series[before], series[after]];
  if (from === undefined || to === undefined) return undefined;
  return from + ((to - from) * (at - before)) / (after - before);
}

function combine(a: Value, b: Value, operator: Operator): Value {
  if (typeof a === 'string' || typeof b === 'string') throw new NotEvaluated();
  if (isList(a)) return { list: a.list.map((series) => combine(series, b, operator) as Series) };
  if (isList(b)) return { list: b.list.map((series) => combine(a, series, operator) as Series) };
  // What is divided by zero has no value.
  const apply = (left?: number, right?: number): number | undefined => {
    const result = left === undefined || right === undefined ? NaN : operator(left, right);
    return Number.isFinite(result) ? result : undefined;
  };
  if (typeof a === 'number' && typeof b === 'number') return apply(a, b) ?? [];
  const length = Math.max(...[a, b].map((side) => (typeof side === 'number' ? 0 : side.length)));
  const at = (side: number | Series, i: number): number | undefined => (typeof side === 'number' ? side : side[i]);
  return Array.from({ length }, (_, i) => apply(at(a, i), at(b, i)));
}

function isList(value: Value): value is { readonly list: readonly Series[] } {
  return typeof value === 'object' && 'list' in value;
}

function toList(value: Value, math: MetricMath): readonly Series[] {
  return isList(value) ? value.list : [toSeries(value, math)];
}

/** One series; a number is the same in every period. */
function toSeries(value: Value | undefined, { periods }: MetricMath): Series {
  if (typeof value === 'number') return new Array<number>(periods).fill(value);
  if (value === undefined || typeof value === 'string') throw new NotEvaluated();
  if (!isList(value)) return value;
  if (value.list.length !== 1) throw new NotEvaluated();
  return value.list[0];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
