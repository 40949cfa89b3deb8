import fc from 'fast-check';

/** Draws scripts of sed, and texts for them, from the grammar that is carried out. */
export class SedScripts {
  constructor(
    private readonly draw: fc.GeneratorValue,
    private readonly extended: boolean,
    private readonly characters: readonly string[],
  ) {}

  public script(): string {
    return this.commands(1);
  }

  public text(): string {
    return this.repeat(0, 20, () => (this.chance(15) ? '\n' : this.pick(this.characters))).join('');
  }

  private commands(depth: number): string {
    return this.repeat(1, 3, () => this.command(depth)).join(this.pick([';', '\n', ' ; ']));
  }

  private command(depth: number): string {
    const address = this.address();
    const kind = this.number(100);
    if (kind < 75) return `${address}s/${this.chance(6) ? '' : this.choice(2)}/${this.replacement()}/${this.flags()}`;
    if (kind < 83) return `${address}d`;
    if (kind < 88) return `${address}p`;
    if (kind < 93 || depth === 0) return `${address}y/abA/xé\\n/`;
    return `${address}{${this.commands(depth - 1)}}`;
  }

  private address(): string {
    if (this.chance(60)) return '';
    const first = this.position();
    const end = this.pick([this.position(), `+${this.number(3)}`, `~${this.number(4)}`]);
    return `${first}${this.chance(50) ? `,${end}` : ''}${this.chance(20) ? '!' : ''}`;
  }

  private position(): string {
    switch (this.number(4)) {
      case 0:
        return String(this.number(4));
      case 1:
        return '$';
      case 2:
        return `${this.number(3)}~${this.number(3)}`;
    }
    return `/${this.choice(1)}/${this.pick(['', '', 'I', 'M'])}`;
  }

  private choice(depth: number): string {
    const branches = this.repeat(1, this.chance(25) ? 3 : 1, () => this.sequence(depth));
    return branches.join(this.extended ? '|' : '\\|');
  }

  private sequence(depth: number): string {
    return this.repeat(this.chance(5) ? 0 : 1, 4, () => `${this.atom(depth)}${this.repetition()}`).join('');
  }

  private atom(depth: number): string {
    const kind = this.number(100);
    if (kind < 45) return this.literal();
    if (kind < 52) return '.';
    if (kind < 60) return this.pick(BRACKETS);
    if (kind < 66) return this.pick(['\\w', '\\W', '\\s', '\\S', '\\t', '\\n', '\\x61']);
    if (kind < 72) return this.pick(['^', '$', '\\b', '\\B', '\\<', '\\>', '\\`', "\\'"]);
    if (depth === 0) return this.literal();
    return this.extended ? `(${this.choice(depth - 1)})` : `\\(${this.choice(depth - 1)}\\)`;
  }

  private literal(): string {
    const character = this.pick([...this.characters, 'a', 'b', 'a', 'b']);
    return character === '.' ? '\\.' : character;
  }

  private repetition(): string {
    if (this.chance(65)) return '';
    return this.extended
      ? this.pick(['*', '+', '?', '{2}', '{1,2}', '{0,2}', '{,2}', '{2,}', '{0}'])
      : this.pick(['*', '\\+', '\\?', '\\{2\\}', '\\{1,2\\}', '\\{,2\\}', '\\{2,\\}']);
  }

  private replacement(): string {
    return this.repeat(0, 5, () => this.pick(REPLACEMENTS)).join('');
  }

  private flags(): string {
    const flags = [
      [50, 'g'],
      [20, String(1 + this.number(3))],
      [15, 'p'],
      [20, this.pick(['i', 'I'])],
      [20, this.pick(['m', 'M'])],
    ] as const;
    return flags.map(([share, flag]) => (this.chance(share) ? flag : '')).join('');
  }

  private repeat<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: least + this.number(most - least + 1) }, make);
  }

  private chance(percent: number): boolean {
    return this.number(100) < percent;
  }

  private pick<T>(values: readonly T[]): T {
    return values[this.number(values.length)];
  }

  private number(count: number): number {
    return this.draw(fc.nat, { max: count - 1 });
  }
}

const BRACKETS = [
  '[ab]',
  '[^a]',
  '[a-c]',
  '[[:alpha:]]',
  '[[:digit:]_]',
  '[]a]',
  '[^]a]',
  '[a-]',
  '[[:space:]]',
  '[[:upper:]b]',
  '[^[:alnum:]]',
  '[.]',
  '[[:punct:]]',
];
const REPLACEMENTS = [
  'x',
  '[&]',
  '&',
  '\\1',
  '<\\2>',
  '\\U',
  '\\L',
  '\\E',
  '\\u',
  '\\l',
  '\\n',
  'y',
  '\\&',
  '\\0',
  'é',
];
