import { lowerCase, upperCase } from './characters';

/** A part of what is put in: text, then perhaps a group. */
export interface Part {
  readonly text: string;
  /** 0 for the whole match. */
  readonly group?: number;
  /** The case it is put into. */
  readonly letters: Letters;
}

export interface Letters {
  readonly all?: 'upper' | 'lower';
  readonly first?: 'upper' | 'lower';
}

/** The right side of `s/regexp/replacement/`. */
export interface Replacement {
  readonly parts: readonly Part[];
  /** Of the groups it asks for. */
  readonly highestGroup: number;
}

/** Reads a replacement whose escapes such as `\t` are resolved. */
export function parseReplacement(source: string): Replacement {
  const parts: Part[] = [];
  let text = '';
  let letters: Letters = {};
  /** What holds after the next part: `\u` and `\l` are for one part only. */
  let lasting: Letters = {};
  const finish = (group?: number): void => {
    parts.push({ text, group, letters });
    text = '';
    letters = lasting;
  };
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if (character === '&') {
      finish(0);
      continue;
    }
    if (character !== '\\') {
      text += character;
      continue;
    }
    at += 1;
    const escaped = source[at] ?? '\\';
    if (/[0-9]/.test(escaped)) {
      finish(Number(escaped));
    } else if ('LUE'.includes(escaped)) {
      finish();
      lasting = letters = escaped === 'E' ? {} : { all: escaped === 'U' ? 'upper' : 'lower' };
    } else if ('lu'.includes(escaped)) {
      finish();
      lasting = letters;
      letters = { ...letters, first: escaped === 'u' ? 'upper' : 'lower' };
    } else {
      // The character ends a part, as it does in GNU sed: of two parts only the first is under a `\u`.
      text += escaped;
      finish();
    }
  }
  parts.push({ text, letters });
  return { parts, highestGroup: Math.max(0, ...parts.map(({ group }) => group ?? 0)) };
}

/**
 * What a match is replaced by.
 *
 * @param groupText what a group holds; empty when it took no part
 */
export function replaced({ parts }: Replacement, groupText: (group: number) => string): string {
  let result = '';
  /** A `\u` that found nothing to apply to waits for the next group. */
  let waiting: Letters['first'];
  for (const { text, group, letters } of parts) {
    let current: Letters = letters.first ? letters : { ...letters, first: waiting };
    waiting = undefined;
    if (text !== '') {
      result += inCase(text, current);
      current = { all: current.all };
    }
    if (group === undefined) continue;
    const held = groupText(group);
    if (held === '' && letters.first) waiting = current.first;
    else result += inCase(held, current);
  }
  return result;
}

function inCase(text: string, { all, first }: Letters): string {
  if (!all && !first) return text;
  const map = (character: string, to: Letters['all']): string => {
    if (!to) return character;
    const code = character.codePointAt(0) ?? 0;
    return String.fromCodePoint(to === 'upper' ? upperCase(code) : lowerCase(code));
  };
  // At a NUL, GNU sed stops changing the case.
  const end = text.indexOf('\0') < 0 ? text.length : text.indexOf('\0');
  const changed = [...text.slice(0, end)].map((character, index) => map(character, index === 0 && first ? first : all));
  return changed.join('') + text.slice(end);
}
