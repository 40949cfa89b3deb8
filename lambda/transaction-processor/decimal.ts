/** DynamoDB keeps at most this many significant digits of a number. */
const SIGNIFICANT_DIGITS = 38;

/** Up to this many digits, the text of a JavaScript number is the decimal that was written. */
const EXACT_DIGITS_OF_A_DOUBLE = 15;

/** A number of a JSON text, as it was written there. */
export class JsonNumber {
  constructor(public readonly text: string) {}
}

const MARK = '\u0000number:';

/**
 * Parses JSON and keeps every number as its text: money never passes through a binary float.
 *
 * @throws SyntaxError for a text that is not JSON
 */
export function parseExactJson(text: string): unknown {
  JSON.parse(text);
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : JSON.stringify(MARK + token),
  );
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && value.startsWith(MARK) ? new JsonNumber(value.slice(MARK.length)) : value,
  );
}

/**
 * The one way to write a non-negative decimal: no leading or trailing zeros, no exponent. Undefined for anything else,
 * for more digits than DynamoDB keeps, and for a JavaScript number that may have been rounded before it got here.
 */
export function canonicalDecimal(value: unknown): string | undefined {
  const [, integer, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(textOf(value)) ?? [];
  if (integer === undefined) return undefined;
  const whole = integer.replace(/^0+(?=\d)/, '');
  const rest = fraction.replace(/0+$/, '');
  const digits = significantDigits(whole + rest);
  if (digits > SIGNIFICANT_DIGITS || (typeof value === 'number' && digits > EXACT_DIGITS_OF_A_DOUBLE)) return undefined;
  return rest ? `${whole}.${rest}` : whole;
}

/** True when the first of two canonical decimals is greater. */
export function isGreater(a: string, b: string): boolean {
  const [[wholeA, restA = ''], [wholeB, restB = '']] = [a.split('.'), b.split('.')];
  if (wholeA.length !== wholeB.length) return wholeA.length > wholeB.length;
  return wholeA === wholeB ? restA > restB : wholeA > wholeB;
}

function textOf(value: unknown): string {
  if (value instanceof JsonNumber) return value.text;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function significantDigits(digits: string): number {
  return digits.replace(/^0+/, '').length;
}
