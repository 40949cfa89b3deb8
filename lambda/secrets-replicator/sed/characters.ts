import { Refusal } from '../refusal';

/**
 * What GNU sed knows of characters in the locale C.UTF-8 (glibc 2.36). Each version of Unicode moves a few characters
 * from one class to another, and glibc and Node.js do not follow the same one. So classes are answered for ASCII and for
 * scripts that have been settled for long, where both agree; elsewhere the question is refused.
 */
const SETTLED =
  /[\u0080-\u024f\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20b5\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fa5\uac00-\ud7a3]|[\u{1f300}-\u{1f64f}]/u;

const ALPHA = /[\p{Alphabetic}\p{Nd}]/u;
const UPPER = /\p{Uppercase}/u;
const LOWER = /\p{Lowercase}/u;
/** Spaces at which a line does not break are no spaces to glibc. */
const SPACE = /[^\S\u00a0\u202f\u2007]/u;
const BLANK = /[^\P{Zs}\u00a0\u202f\u2007]/u;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
/** Letters such as Dž that are of both cases, and of neither to Unicode. */
const TITLE = /\p{Lt}/u;

type Predicate = (character: string) => boolean;

const isControl: Predicate = (character) => CONTROL.test(character);
const isSpace: Predicate = (character) => SPACE.test(character);
const isAlpha: Predicate = (character) => ALPHA.test(character);
const isGraph: Predicate = (character) => !isControl(character) && !isSpace(character);

const BEYOND_ASCII: Readonly<Record<string, Predicate>> = {
  alnum: isAlpha,
  alpha: isAlpha,
  blank: (character) => BLANK.test(character),
  cntrl: isControl,
  digit: () => false,
  graph: isGraph,
  lower: (character) => LOWER.test(character) || TITLE.test(character),
  print: (character) => !isControl(character),
  punct: (character) => isGraph(character) && !isAlpha(character),
  space: isSpace,
  upper: (character) => UPPER.test(character) || TITLE.test(character),
  xdigit: () => false,
};

const ASCII: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /\p{Cc}/u,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\v\f\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** Whether `[:name:]` is a class of POSIX. */
export function isClassName(name: string): boolean {
  return Object.hasOwn(ASCII, name);
}

/**
 * Whether a character is in a class of POSIX.
 *
 * @throws Refusal where versions of Unicode disagree
 */
export function isInClass(name: string, code: number): boolean {
  const character = String.fromCodePoint(code);
  if (code < 0x80) return ASCII[name].test(character);
  if (!SETTLED.test(character)) {
    throw new Refusal('the text has a character whose class differs between versions of Unicode');
  }
  return BEYOND_ASCII[name](character);
}

/** Whether a character is part of a word to `\w`, `\b`, `\<` and their like. */
export function isWord(code: number): boolean {
  return code === 0x5f || isInClass('alnum', code);
}

/** @throws Refusal where versions of Unicode disagree */
export function upperCase(code: number): number {
  return mapped(code, (character) => character.toUpperCase());
}

/** @throws Refusal where versions of Unicode disagree */
export function lowerCase(code: number): number {
  return mapped(code, (character) => character.toLowerCase());
}

/**
 * The upper case under which characters are compared where case is of no account.
 *
 * @throws Refusal for a character whose upper case takes another number of bytes, as of `ı`: glibc loses its place there
 */
export function comparable(code: number): number {
  const upper = upperCase(code);
  if (bytes(upper) !== bytes(code)) throw new Refusal('the flag I meets a character that GNU sed does not handle');
  return upper;
}

function bytes(code: number): number {
  return Buffer.byteLength(String.fromCodePoint(code));
}

/** Characters in settled scripts whose other case came later, or is more than one character in Unicode only. */
const UNSETTLED_CASE = /[\u0130\u019b]/;

/** One character stays one character: what Unicode maps to several is left alone, as glibc does. */
function mapped(code: number, map: (character: string) => string): number {
  const character = String.fromCodePoint(code);
  const result = map(character);
  if (result === character) return code;
  if (code >= 0x80 && (!SETTLED.test(character) || UNSETTLED_CASE.test(character))) {
    throw new Refusal('the text has a character whose case differs between versions of Unicode');
  }
  const target = result.codePointAt(0) ?? code;
  return String.fromCodePoint(target) === result ? target : code;
}
