/**
 * A pattern over the names of secrets: `*` stands for any characters within one part of a path, `**` for any across parts,
 * `?` for one character within a part. Everything else stands for itself.
 *
 * The time a match takes grows with the length of the name times that of the pattern, whatever they hold.
 */
export class Glob {
  /** How many wildcards there are. */
  public readonly wildcards: number;
  private readonly tokens: readonly string[];

  constructor(public readonly source: string) {
    this.tokens = source.match(/\*\*|[^]/g) ?? [];
    this.wildcards = this.tokens.filter(isWildcard).length;
  }

  public matches(name: string): boolean {
    return this.reach(name)[0][0] === 1;
  }

  /** What each wildcard stands for, the first ones as little as possible; undefined when the name does not match. */
  public captures(name: string): string[] | undefined {
    const reach = this.reach(name);
    if (reach[0][0] === 0) return undefined;
    const captures: string[] = [];
    let at = 0;
    this.tokens.forEach((token, index) => {
      const start = at;
      if (token === '*' || token === '**') while (reach[index + 1][at] === 0) at += 1;
      else at += 1;
      if (isWildcard(token)) captures.push(name.slice(start, at));
    });
    return captures;
  }

  /** What the wildcards of this pattern become, one capture each. */
  public fill(captures: readonly string[]): string {
    let used = 0;
    return this.tokens.map((token) => (isWildcard(token) ? captures[used++] : token)).join('');
  }

  /**
   * Orders patterns from the most specific one: without wildcards, then with more text of its own, then with fewer `**` and
   * fewer `*`, then with more `?`, each of which asks for one character more.
   */
  public static bySpecificity(a: Glob, b: Glob): number {
    return (
      Number(a.wildcards > 0) - Number(b.wildcards > 0) ||
      b.tokens.length - b.wildcards - (a.tokens.length - a.wildcards) ||
      count(a.tokens, '**') - count(b.tokens, '**') ||
      count(a.tokens, '*') - count(b.tokens, '*') ||
      count(b.tokens, '?') - count(a.tokens, '?') ||
      (a.source < b.source ? -1 : 1)
    );
  }

  /** For each rest of the pattern, which rests of the name it matches. */
  private reach(name: string): Uint8Array[] {
    const { length } = name;
    const last = new Uint8Array(length + 1);
    last[length] = 1;
    const reach = [last];
    for (const token of [...this.tokens].reverse()) {
      const rest = reach[0];
      const row = new Uint8Array(length + 1);
      for (let at = length; at >= 0; at--) {
        const passes = at < length && (token === '**' || (isWildcard(token) ? name[at] !== '/' : name[at] === token));
        const spans = token === '*' || token === '**';
        row[at] = spans ? rest[at] | (passes ? row[at + 1] : 0) : passes ? rest[at + 1] : 0;
      }
      reach.unshift(row);
    }
    return reach;
  }
}

function isWildcard(token: string): boolean {
  return token === '*' || token === '**' || token === '?';
}

function count(tokens: readonly string[], wanted: string): number {
  return tokens.filter((token) => token === wanted).length;
}
