import {
  accountOf,
  configurationSecrets,
  Destination,
  readConfiguration,
  transformationSecret,
} from '../../lambda/secrets-replicator/configuration';
import { Filter, listed, readMap } from '../../lambda/secrets-replicator/filters';
import { Glob } from '../../lambda/secrets-replicator/glob';
import { NameMap, OWN_PREFIX, OwnNames } from '../../lambda/secrets-replicator/names';
import { Refusal } from '../../lambda/secrets-replicator/refusal';
import { readTransformation } from '../../lambda/secrets-replicator/transformation';
import { Variables } from '../../lambda/secrets-replicator/variables';
import { Findings } from './findings';
import { PlanSource } from './plan-source';

/** Secrets Manager of one region and account. */
export interface PlannedPlace {
  readonly account: string;
  readonly region: string;
}

/** A rule of a filter. */
export interface PlannedRule {
  readonly pattern: string;
  /** Names of the secrets that hold them, in order; undefined for what is kept back. */
  readonly transformations?: readonly string[];
}

/** A rule of a map of names. */
export interface PlannedName {
  readonly from: string;
  readonly to: string;
}

/** A destination with everything that was read for it. Rules are in the order in which they decide. */
export interface PlannedDestination {
  readonly source: PlannedPlace;
  readonly place: PlannedPlace;
  readonly settings: Destination;
  readonly filter: Filter;
  readonly nameMap: NameMap;
  readonly rules: readonly PlannedRule[];
  readonly names: readonly PlannedName[];
  readonly own: OwnNames;
}

/** What is planned for the secrets of one region. */
export interface PlannedSource {
  readonly place: PlannedPlace;
  readonly configSecret: string;
  /** Names of all secrets with configuration, and a pattern for the rest of what is the replicator's. */
  readonly ownPatterns: readonly string[];
  /** Those that can be read. */
  readonly destinations: readonly PlannedDestination[];
}

/** What stands for an account that nobody told. */
export const UNKNOWN_ACCOUNT = '';

/** For variables, which a transformation may refuse when they are empty. */
const SOME_ACCOUNT = '000000000000';

/** Reads a configuration as the replicator does, and goes on where that would stop, to find everything in one run. */
export function planned(source: PlanSource, findings: Findings): PlannedSource | undefined {
  const { region, account = UNKNOWN_ACCOUNT, configSecret, document, texts } = source;
  const configuration = reading(
    () => readConfiguration(document),
    (problem) => findings.error('refused', { source: region }, `${configSecret}: ${problem}`),
  );
  if (!configuration) return undefined;
  const place = { account, region };
  const ownNames = [configSecret, ...configurationSecrets(configuration)];
  const used = new Set(configurationSecrets(configuration));
  const destinations = configuration.destinations.flatMap((settings): PlannedDestination[] => {
    const reader = new Reader(texts, findings, { source: region, destination: settings.name }, used);
    const filter = reader.together(settings.filters, (found) => new Filter(found));
    const nameMap = reader.together(settings.names, (found) => new NameMap(found));
    if (!filter || !nameMap) return [];
    const rules = rulesOf(reader.merged(settings.filters), settings);
    const names = namesOf(reader.merged(settings.names));
    const there = { account: accountOf(settings.roleArn) ?? account, region: settings.region };
    for (const secret of new Set(rules.flatMap(({ transformations = [] }) => transformations))) {
      reader.transformation(secret, variablesOf(place, there, settings));
    }
    const isDefaultUsed = rules.some(({ transformations }) => transformations === settings.transformations);
    if (settings.transformations.length > 0 && !isDefaultUsed) {
      const given = settings.transformations.join(', ');
      findings.warning(
        'unused',
        { source: region, destination: settings.name },
        `${given}: the destination's own transformations are for what the filter lets pass without naming any, and it names some everywhere`,
      );
    }
    return [{ source: place, place: there, settings, filter, nameMap, rules, names, own: new OwnNames(ownNames) }];
  });
  for (const name of [...texts.keys()].filter((name) => !used.has(name)).sort()) {
    findings.warning('unused', { source: region }, `${name} is configuration that nothing refers to`);
  }
  const ownPatterns = [`${OWN_PREFIX}**`, ...ownNames.filter((name) => !name.startsWith(OWN_PREFIX))];
  return { place, configSecret, ownPatterns, destinations };
}

/** What a secret is called at a destination; undefined when it does not get there. */
export function arrival({ filter, nameMap, own }: PlannedDestination, name: string): string | undefined {
  if (own.has(name) || !filter.verdict(name)) return undefined;
  return reading(
    () => nameMap.target(name),
    () => undefined,
  );
}

/** The first rule that matches a name decides. */
export function ruleFor(rules: readonly PlannedRule[], name: string): PlannedRule | undefined {
  return rules.find(({ pattern }) => new Glob(pattern).matches(name));
}

/** Reads the configuration of one destination, and reports what cannot be read. */
class Reader {
  constructor(
    private readonly texts: ReadonlyMap<string, string>,
    private readonly findings: Findings,
    private readonly place: { readonly source: string; readonly destination: string },
    private readonly used: Set<string>,
  ) {}

  /** What several texts say together: without all of them, nothing. */
  public together<T>(names: readonly string[], read: (texts: readonly string[]) => T): T | undefined {
    const found = names.map((name) => this.text(name));
    if (found.includes(undefined)) return undefined;
    return reading(
      () => read(found.filter((text) => text !== undefined)),
      (problem) => this.findings.error('refused', this.place, `${names.join(', ')}: ${problem}`),
    );
  }

  /** The rules of several texts by pattern: of two with the same pattern the later one counts. */
  public merged(names: readonly string[]): Map<string, unknown> {
    const merged = new Map<string, unknown>();
    const from = new Map<string, string>();
    for (const name of names) {
      for (const [pattern, value] of Object.entries(readMap(this.texts.get(name) ?? '', name))) {
        const before = from.get(pattern);
        if (before !== undefined) {
          this.findings.warning('shadowed', this.place, `${pattern} of ${before} never decides: ${name} has it, too`);
        }
        merged.set(pattern, value);
        from.set(pattern, name);
      }
    }
    return merged;
  }

  public transformation(name: string, variables: Variables): void {
    const text = this.text(name);
    if (text === undefined) return;
    reading(
      () => readTransformation(text, { variables }),
      (problem) => this.findings.error('refused', this.place, `${name}: ${problem}`),
    );
  }

  private text(name: string): string | undefined {
    this.used.add(name);
    const text = this.texts.get(name);
    if (text === undefined) this.findings.error('missing', this.place, `${name} is not there`);
    return text;
  }
}

function rulesOf(merged: ReadonlyMap<string, unknown>, { transformations }: Destination): PlannedRule[] {
  return inOrder(merged).map(([pattern, value]) => {
    if (value === false) return { pattern };
    const named = typeof value === 'string' ? listed(value).map(transformationSecret) : [];
    return { pattern, transformations: named.length > 0 ? named : transformations };
  });
}

function namesOf(merged: ReadonlyMap<string, unknown>): PlannedName[] {
  return inOrder(merged).map(([from, to]) => ({ from, to: to === '' ? from : String(to) }));
}

function inOrder<T>(merged: ReadonlyMap<string, T>): [string, T][] {
  return [...merged].sort(([a], [b]) => Glob.bySpecificity(new Glob(a), new Glob(b)));
}

/** The variables that are always there, with values of the kind they will have. */
function variablesOf(source: PlannedPlace, there: PlannedPlace, { variables }: Destination): Variables {
  return new Variables({
    REGION: there.region,
    SOURCE_REGION: source.region,
    SECRET_NAME: 'some/secret',
    DEST_SECRET_NAME: 'its/copy',
    ACCOUNT_ID: there.account || SOME_ACCOUNT,
    SOURCE_ACCOUNT_ID: source.account || SOME_ACCOUNT,
    ...variables,
  });
}

function reading<T>(read: () => T, refused: (problem: string) => void): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refused(error.message);
    return undefined;
  }
}
