/** A region-bound string, and the string that stands for it in the other region. */
export type ValuePair = readonly [string, string];

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
