import { Refusal } from '../refusal';

/** Where a text with escapes stands. */
export type Place = 'regexp' | 'replacement' | 'characters';

const CONTROLS: Readonly<Record<string, string>> = {
  a: '\x07',
  f: '\f',
  n: '\n',
  '\n': '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const NUMBERS: Readonly<Record<string, RegExp>> = {
  d: /^[0-9]{1,3}/,
  o: /^[0-7]{1,3}/,
  x: /^[0-9A-Fa-f]{1,2}/,
};
const BASES: Readonly<Record<string, number>> = { d: 10, o: 8, x: 16 };

/**
 * Resolves the escapes that stand for one character: `\t`, `\n`, `\x41`, `\d065`, `\o101`, `\cA`. As in GNU sed this comes
 * before everything else, within brackets too, and what a number gives is read on: `\x2e` in a regular expression matches
 * any character.
 *
 * @throws Refusal for a byte above 127, which is no character of UTF-8
 */
export function resolveEscapes(source: string, place: Place): string {
  let result = '';
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    const escaped = source[at + 1];
    if (character !== '\\' || escaped === undefined) {
      result += character;
      continue;
    }
    at += 1;
    if (Object.hasOwn(CONTROLS, escaped)) {
      result += CONTROLS[escaped];
    } else if (Object.hasOwn(NUMBERS, escaped)) {
      const digits = NUMBERS[escaped].exec(source.slice(at + 1))?.[0] ?? '';
      at += digits.length;
      // Without digits it is the letter itself: `\d` is no digit.
      const resolved = digits === '' ? escaped : characterOf(parseInt(digits, BASES[escaped]));
      result += place === 'replacement' && /[&\\]/.test(resolved) ? `\\${resolved}` : resolved;
    } else if (escaped === 'c') {
      const control = source[at + 1] ?? '';
      if (!/[A-Za-z]/.test(control)) throw new Refusal('the escape \\c is not followed by a letter');
      at += 1;
      result += String.fromCharCode(control.toUpperCase().charCodeAt(0) ^ 0x40);
    } else {
      result += place === 'characters' ? escaped : `\\${escaped}`;
    }
  }
  return result;
}

function characterOf(code: number): string {
  if (code > 0x7f) throw new Refusal('a numeric escape is above 127: write the character itself');
  return String.fromCharCode(code);
}
