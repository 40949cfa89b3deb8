/** A text whose positions are counted in characters, as regular expressions do, and not in halves of them. */
export class Text {
  /** Whether every character is one unit of the string, so that a position is one in both. */
  public readonly isBasic: boolean;
  private readonly characters?: readonly string[];
  private known?: ArrayLike<number>;

  constructor(public readonly string: string) {
    this.isBasic = !/[\ud800-\udfff]/.test(string);
    if (!this.isBasic) this.characters = [...string];
  }

  /** The code points, made when they are first asked for: most lines hold no match and are never looked at by character. */
  public get codes(): ArrayLike<number> {
    this.known ??= this.characters?.map((character) => character.codePointAt(0) ?? 0) ?? unitsOf(this.string);
    return this.known;
  }

  public get length(): number {
    return this.characters?.length ?? this.string.length;
  }

  public slice(start: number, end: number): string {
    return this.characters ? this.characters.slice(start, end).join('') : this.string.slice(start, end);
  }
}

function unitsOf(text: string): ArrayLike<number> {
  const codes = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at++) codes[at] = text.charCodeAt(at);
  return codes;
}
