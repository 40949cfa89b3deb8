import { Glob } from './glob';
import { Refusal } from './refusal';

/** What a filter says of a secret: undefined when it is not replicated, else the transformations it goes through. */
export type Verdict = { readonly transformations: readonly string[] } | undefined;

interface FilterRule {
  readonly glob: Glob;
  readonly verdict: Verdict;
}

/**
 * Which secrets are replicated, and how: `{"app/prod/*": "to-west", "app/prod/keys/**": false, "app/prod/db": ""}`. A
 * value names transformations, one or several with commas between them; an empty one replicates the secret unchanged,
 * `false` keeps it back. The most specific pattern decides; what no pattern matches is not replicated.
 */
export class Filter {
  private readonly rules: readonly FilterRule[];

  /**
   * @param sources JSON texts; where two have the same pattern, the later one counts
   * @throws Refusal for one that cannot be read: half a filter could let pass what the other half keeps back
   */
  constructor(sources: readonly string[]) {
    const entries = sources.flatMap((source) => Object.entries(readMap(source, 'a filter')));
    this.rules = [...new Map(entries)]
      .map(([pattern, value]) => ({ glob: new Glob(pattern), verdict: verdictOf(value) }))
      .sort((a, b) => Glob.bySpecificity(a.glob, b.glob));
  }

  public verdict(name: string): Verdict {
    return this.rules.find(({ glob }) => glob.matches(name))?.verdict;
  }

  /** Every pattern of its rules, the most specific one first. */
  public get patterns(): string[] {
    return this.rules.map(({ glob }) => glob.source);
  }

  /** Every transformation that a rule names. */
  public get transformations(): string[] {
    return [...new Set(this.rules.flatMap(({ verdict }) => verdict?.transformations ?? []))].sort();
  }
}

/** @throws Refusal for what is no JSON object */
export function readMap(source: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new Refusal(`${what} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(`${what} is no JSON object`);
  }
  return value as Record<string, unknown>;
}

/** The parts of a list with commas. */
export function listed(names: string): string[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function verdictOf(value: unknown): Verdict {
  if (value === false) return undefined;
  if (value === null) return { transformations: [] };
  if (typeof value !== 'string') throw new Refusal('a rule of a filter is a list of transformations, "" or false');
  return { transformations: listed(value) };
}
