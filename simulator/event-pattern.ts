import { Json } from './wire';

/**
 * Whether an event fits a pattern, by the rules of EventBridge.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matches(pattern: Json, event: Json): boolean {
  return Object.entries<Json>(pattern).every(([key, wanted]) => {
    if (key === '$or') return wanted.some((alternative: Json) => matches(alternative, event));
    const value = event?.[key];
    if (!Array.isArray(wanted)) {
      if (Array.isArray(value)) return value.some((each) => matches(wanted, each));
      return matches(wanted, value);
    }
    const values = Array.isArray(value) ? value : [value];
    return wanted.some((test) => values.some((each) => fits(test, each)));
  });
}

function fits(test: Json, value: Json): boolean {
  if (test === null || typeof test !== 'object') return value === test;
  const [operator, operand] = Object.entries<Json>(test)[0] ?? [];
  return OPERATORS[operator]?.(operand, value) ?? false;
}

const OPERATORS: Readonly<Record<string, (operand: Json, value: Json) => boolean>> = {
  exists: (operand, value) => operand === (value !== undefined),
  prefix: (operand, value) =>
    typeof value === 'string' &&
    (typeof operand === 'string'
      ? value.startsWith(operand)
      : value.toLowerCase().startsWith(operand['equals-ignore-case'].toLowerCase())),
  suffix: (operand, value) =>
    typeof value === 'string' &&
    (typeof operand === 'string'
      ? value.endsWith(operand)
      : value.toLowerCase().endsWith(operand['equals-ignore-case'].toLowerCase())),
  'equals-ignore-case': (operand, value) =>
    typeof value === 'string' && value.toLowerCase() === String(operand).toLowerCase(),
  wildcard: (operand, value) => typeof value === 'string' && glob(operand).test(value),
  numeric: (operand: Json[], value) =>
    typeof value === 'number' && operand.every((part, i) => i % 2 === 1 || COMPARISONS[part]?.(value, operand[i + 1])),
  'anything-but': (operand, value) => {
    if (value === undefined) return false;
    const tests = Array.isArray(operand) ? operand : [operand];
    return !tests.some((test) => spread(test).some((each) => fits(each, value)));
  },
  cidr: (operand, value) => typeof value === 'string' && inBlock(operand, value),
};

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
  '>=': (a, b) => a >= b,
  '>': (a, b) => a > b,
};

/** `{"prefix": ["a", "b"]}` as two tests. */
function spread(test: Json): Json[] {
  const [operator, operand] = test && typeof test === 'object' ? (Object.entries<Json>(test)[0] ?? []) : [];
  return operator && Array.isArray(operand) ? operand.map((each) => ({ [operator]: each })) : [test];
}

function glob(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
}

function inBlock(block: string, address: string): boolean {
  const [base, length] = block.split('/');
  const mask = Number(length) === 0 ? 0 : (~0 << (32 - Number(length))) >>> 0;
  return ((toNumber(base) ^ toNumber(address)) & mask) === 0;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
