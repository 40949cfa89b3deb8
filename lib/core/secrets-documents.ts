/** Everything below it belongs to the replicator: it is never replicated, and never written by a replication. */
export const OWN_PREFIX = 'secrets-replicator/';

/** One destination with all that holds for it. */
export interface ReplicaRules {
  readonly name: string;
  readonly region: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly kmsKeyArn?: string;
  /** Patterns of the secrets that go there through `appliedTransformations`. */
  readonly includedSecrets: readonly string[];
  /** Patterns and names that are kept back. */
  readonly deniedSecrets: readonly string[];
  /** Names of transformations by pattern, for secrets that go through others. */
  readonly transformedSecrets: Readonly<Record<string, readonly string[]>>;
  readonly appliedTransformations: readonly string[];
  /** Pattern of the name there by pattern of the name here. */
  readonly names: Readonly<Record<string, string>>;
  /** Strings of the two regions that are swapped before anything else. */
  readonly mappedValues: readonly (readonly [string, string])[];
  readonly regionSwap: boolean;
  readonly variables: Readonly<Record<string, string>>;
  readonly deletion: string;
  readonly recoveryWindowDays: number;
  readonly copyTags: boolean;
  readonly copyDescriptions: boolean;
}

/** What is told to the replicators of one region: name and content of every secret with their configuration. */
export interface SecretsDocuments {
  /** Name of the one that lists the destinations. */
  readonly entry: string;
  readonly contents: Readonly<Record<string, string>>;
}

/** Names of the secrets with the configuration of an environment. */
export class DocumentNames {
  public readonly entry: string;

  constructor(private readonly environmentSuffix: string) {
    this.entry = `${OWN_PREFIX}destinations/${environmentSuffix}`;
  }

  public filters(destination: string): string {
    return this.below('filters', `to-${destination}`);
  }

  public names(destination: string): string {
    return this.below('names', `to-${destination}`);
  }

  public transformation(name: string): string {
    return this.below('transformations', name);
  }

  /** Patterns of all of them for the resources of a policy, with the six characters that AWS appends. */
  public get patterns(): string[] {
    return [`${this.entry}-??????`, ...['filters', 'names', 'transformations'].map((kind) => this.below(kind, '*'))];
  }

  private below(kind: string, name: string): string {
    return `${OWN_PREFIX}${kind}/${this.environmentSuffix}/${name}`;
  }
}

/**
 * Writes the configuration of the replicators of one region. Filters name every transformation in full, so that what a
 * secret goes through is said in one place.
 *
 * @param transformations their texts by name
 */
export function secretsDocuments(
  environmentSuffix: string,
  destinations: readonly ReplicaRules[],
  transformations: Readonly<Record<string, string>>,
): SecretsDocuments {
  const named = new DocumentNames(environmentSuffix);
  const contents: Record<string, string> = {
    [named.entry]: JSON.stringify({ destinations: destinations.map((rules) => entryOf(rules, named)) }),
  };
  for (const rules of destinations) {
    contents[named.filters(rules.name)] = JSON.stringify(filterOf(rules, named));
    if (isMapped(rules)) contents[named.names(rules.name)] = JSON.stringify(rules.names);
    if (rules.mappedValues.length > 0) {
      contents[named.transformation(swapOf(rules.name))] = JSON.stringify({ swap: rules.mappedValues });
    }
  }
  const used = new Set(destinations.flatMap(transformationsOf));
  for (const name of [...used].sort()) contents[named.transformation(name)] = literal(transformations[name]);
  return { entry: named.entry, contents };
}

/** Name of the transformation that swaps the mapped values of a destination. */
export function swapOf(destination: string): string {
  return `to-${destination}`;
}

/** Names of the transformations that a destination's secrets go through, without the swap. */
function transformationsOf(rules: ReplicaRules): string[] {
  return [...rules.appliedTransformations, ...Object.values(rules.transformedSecrets).flat()];
}

/** Patterns of the names that secrets have at a destination. */
export function targetsOf({ includedSecrets, names }: ReplicaRules): string[] {
  return [...includedSecrets.filter((pattern) => !(pattern in names)), ...Object.values(names)];
}

/**
 * A pattern of names as IAM writes it, where a star spans parts of a path, with the hyphen and six characters that AWS
 * appends to the name in the ARN.
 */
export function arnPattern(glob: string): string {
  return `${glob.replace(/\*+/g, '*')}-??????`;
}

/** Whether a pattern has every name that another one has, so that the other one is the more specific or the same. */
export function covers(pattern: string, other: string): boolean {
  const parts = pattern.match(/\*\*|[^]/g) ?? [];
  const wildcards: Record<string, string> = { '**': '.*', '*': '(?:(?!\\*\\*)[^/])*', '?': '[^/*]' };
  const source = parts.map((part) => wildcards[part] ?? part.replace(/[.+]/, '\\$&')).join('');
  return new RegExp(`^${source}$`).test(other);
}

/** How many wildcards a pattern has. */
export function wildcardsIn(pattern: string): number {
  return pattern.match(/\*\*|\*|\?/g)?.length ?? 0;
}

/** Text in which Terraform finds nothing but the references that this synthesis put there. */
function literal(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)/g, () => '$${').replace(/%\{/g, '%%{');
}

function entryOf(rules: ReplicaRules, named: DocumentNames): object {
  const { name, region, roleArn, externalId, deletion } = rules;
  return {
    name,
    region,
    roleArn,
    externalId,
    kmsKeyId: rules.kmsKeyArn,
    filters: named.filters(name),
    names: isMapped(rules) ? named.names(name) : undefined,
    regionSwap: rules.regionSwap || undefined,
    variables: literals(rules.variables),
    deletion,
    recoveryWindowDays: deletion === 'delete' ? rules.recoveryWindowDays : undefined,
    tags: rules.copyTags,
    description: rules.copyDescriptions,
  };
}

function literals(variables: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const entries = Object.entries(variables).map(([key, value]): [string, string] => [key, literal(value)]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function filterOf(rules: ReplicaRules, named: DocumentNames): Record<string, string | false> {
  const first = rules.mappedValues.length > 0 ? [swapOf(rules.name)] : [];
  const chain = (names: readonly string[]): string => names.map((name) => named.transformation(name)).join(',');
  return {
    ...Object.fromEntries(
      rules.includedSecrets.map((pattern) => [pattern, chain([...first, ...rules.appliedTransformations])]),
    ),
    // Secrets with an empty list go as they are.
    ...Object.fromEntries(
      Object.entries(rules.transformedSecrets).map(([pattern, names]) => [
        pattern,
        chain(names.length > 0 ? [...first, ...names] : []),
      ]),
    ),
    ...Object.fromEntries(rules.deniedSecrets.map((pattern): [string, false] => [pattern, false])),
  };
}

function isMapped({ names }: ReplicaRules): boolean {
  return Object.keys(names).length > 0;
}
