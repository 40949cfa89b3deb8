import { listed, readMap } from './filters';
import { Glob } from './glob';
import { Refusal } from './refusal';

/** Everything below it belongs to the replicator, whatever it is called. */
export const OWN_PREFIX = 'secrets-replicator/';

/** As Secrets Manager allows them in `CreateSecret`. */
const NAME = /^[A-Za-z0-9/_+=.@-]{1,512}$/;

interface NameRule {
  readonly from: Glob;
  readonly to: Glob;
}

/**
 * What secrets are called at the destination: `{"app/prod/db": "app/prod/db-backup", "app/*": "copy/*"}`. The wildcards of
 * the right side take what those of the left side stand for, in their order. The most specific pattern decides; a secret
 * that none matches, or whose right side is empty, keeps its name.
 */
export class NameMap {
  private readonly rules: readonly NameRule[];

  /**
   * @param sources JSON texts; where two have the same pattern, the later one counts
   * @throws Refusal for one that cannot be read, and for a rule or two by which two secrets would become one
   */
  constructor(sources: readonly string[]) {
    const entries = sources.flatMap((source) => Object.entries(readMap(source, 'a map of names')));
    this.rules = [...new Map(entries)]
      .map(([from, to]) => ruleOf(from, to))
      .sort((a, b) => Glob.bySpecificity(a.from, b.from));
    const targets = this.rules.map(({ to }) => to.source);
    if (new Set(targets).size < targets.length) throw new Refusal('two rules of a map of names have the same target');
  }

  /** @throws Refusal for a name that Secrets Manager does not allow */
  public target(name: string): string {
    const target = this.mapped(name);
    if (!NAME.test(target)) throw new Refusal('the name at the destination is none that Secrets Manager allows');
    return target;
  }

  private mapped(name: string): string {
    for (const { from, to } of this.rules) {
      const captures = from.captures(name);
      if (captures) return to.fill(captures);
    }
    return name;
  }
}

/** Names that no secret is replicated from, and none to: what steers the replicator is not its cargo. */
export class OwnNames {
  private readonly names: ReadonlySet<string>;

  /** @param lists names of the secrets that hold the configuration, with commas where there are several */
  constructor(lists: readonly string[]) {
    this.names = new Set(lists.flatMap(listed));
  }

  public has(name: string): boolean {
    return name.startsWith(OWN_PREFIX) || this.names.has(name);
  }
}

/** Secrets that would become one at the destination, by the name they would have there. */
export function collisions(names: readonly string[], target: (name: string) => string): Map<string, string[]> {
  const byTarget = new Map<string, string[]>();
  for (const name of [...new Set(names)].sort()) {
    byTarget.set(target(name), [...(byTarget.get(target(name)) ?? []), name]);
  }
  return new Map([...byTarget].filter(([, sources]) => sources.length > 1));
}

function ruleOf(pattern: string, target: unknown): NameRule {
  if (typeof target !== 'string') throw new Refusal('the target of a map of names is a text');
  const from = new Glob(pattern);
  const to = new Glob(target === '' ? pattern : target);
  if (from.wildcards !== to.wildcards) {
    throw new Refusal(
      'both sides of a map of names have the same number of wildcards, or two secrets could become one',
    );
  }
  return { from, to };
}
