/** A region-bound string, and the string that stands for it in the other region. */
export type ValuePair = readonly [string, string];

/** A list that is no swap. The message quotes nothing of it. */
export class InvalidSwap extends Error {
  public override readonly name = 'InvalidSwap';
}

/**
 * Reads a list of pairs, `[["a", "b"]]`.
 *
 * @param expand puts the values of variables into each text
 * @throws InvalidSwap for what is no list of pairs of texts, and where a text would stand for two others
 */
export function readSwap(pairs: unknown, expand = (text: string): string => text): (text: string) => string {
  if (!Array.isArray(pairs) || !pairs.every(isPair)) throw new InvalidSwap('a swap is a list of pairs of texts');
  const expanded = pairs.map(([a, b]): ValuePair => [expand(a), expand(b)]);
  if (expanded.flat().includes('')) throw new InvalidSwap('a text of a swap is empty');
  const texts = expanded.flatMap(([a, b]) => (a === b ? [a] : [a, b]));
  if (new Set(texts).size < texts.length) throw new InvalidSwap('a text is in two pairs of a swap');
  return swapper(expanded);
}

/**
 * Swaps region-bound strings: each string of a pair becomes the other. One pass from left to right, the longest match
 * first, and nothing that was put in is looked at again, so that an endpoint that contains another one stays whole.
 */
export function swapper(pairs: readonly ValuePair[]): (text: string) => string {
  const swapped = new Map(
    pairs.flatMap(([a, b]): ValuePair[] => [
      [b, a],
      [a, b],
    ]),
  );
  if (swapped.size === 0) return (text) => text;
  const longestFirst = [...swapped.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const pattern = new RegExp(longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
  return (text) => text.replace(pattern, (match) => swapped.get(match) ?? match);
}

function isPair(value: unknown): value is ValuePair {
  return Array.isArray(value) && value.length === 2 && value.every((text) => typeof text === 'string');
}
