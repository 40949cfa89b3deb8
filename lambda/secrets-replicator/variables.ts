import { Refusal } from './refusal';

const NAME = /^[A-Z_][A-Z0-9_]*$/;
const VARIABLE = /\$\{([A-Z_][A-Z0-9_]*)\}/y;

/**
 * Values by name. `${NAME}` stands for one in a transformation: names are of capitals, digits and underscores, and a
 * reference to one that is not there is refused. A value is text wherever it stands and never read as syntax.
 */
export class Variables {
  private readonly values: ReadonlyMap<string, string>;

  /** @throws Refusal for a name that could never be referred to */
  constructor(values: Readonly<Record<string, string>>) {
    this.values = new Map(Object.entries(values));
    if (![...this.values.keys()].every((name) => NAME.test(name))) {
      throw new Refusal('the name of a variable has capitals, digits and underscores only, and starts with no digit');
    }
  }

  /** @throws Refusal when there is no such variable */
  public valueOf(name: string): string {
    const value = this.values.get(name);
    if (value === undefined) throw new Refusal(`there is no variable ${name}`);
    return value;
  }

  /** Puts the values into a text that has no syntax of its own. */
  public expand(text: string): string {
    return text.replace(/\$\{([A-Z_][A-Z0-9_]*)\}/g, (_, name: string) => this.valueOf(name));
  }
}

export const NO_VARIABLES = new Variables({});

/** The name of the variable that is referred to at a position. */
export function variableAt(text: string, at: number): string | undefined {
  VARIABLE.lastIndex = at;
  return VARIABLE.exec(text)?.[1];
}
