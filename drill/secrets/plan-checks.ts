import { roundTrips, Site, Stop } from '../../lambda/secrets-replicator/cycles';
import { Glob } from '../../lambda/secrets-replicator/glob';
import { Findings } from './findings';
import { isLegal, nameIn } from './pattern-language';
import { arrival, PlannedDestination, PlannedName, PlannedPlace, PlannedSource } from './planned';

/** Every name, as it is: what holds where a map of names says nothing. */
const UNCHANGED: PlannedName = { from: '**', to: '**' };

/**
 * Finds what is wrong with what was read. Patterns are judged by names that they have, which are looked for exactly; what
 * becomes of a name, the replicator's own code says.
 *
 * @param names real names of secrets, besides those that are looked for
 */
export function checkAll(sources: readonly PlannedSource[], names: readonly string[], findings: Findings): void {
  for (const source of sources) {
    for (const destination of source.destinations) {
      checkRules(destination, source.ownPatterns, findings);
      checkNames(destination, source.ownPatterns, findings);
    }
  }
  const candidates = new Set([...names, ...sources.flatMap(namesOfInterest), ...meetings(sources)].filter(isLegal));
  checkArrivals(sources, [...candidates].sort(), new Set(names), findings);
  checkRounds(sources, [...candidates], findings);
}

/** A rule that never decides is one that somebody believes in. */
function checkRules(destination: PlannedDestination, own: readonly string[], findings: Findings): void {
  const { rules } = destination;
  rules.forEach(({ pattern }, index) => {
    const before = rules.slice(0, index).map((rule) => rule.pattern);
    const reason = whyIdle(pattern, before, own);
    if (reason) findings.warning('shadowed', placeOf(destination), `${pattern} never decides: ${reason}`);
  });
}

function checkNames(destination: PlannedDestination, own: readonly string[], findings: Findings): void {
  const { names, rules } = destination;
  const place = placeOf(destination);
  names.forEach(({ from, to }, index) => {
    const before = names.slice(0, index).map((rule) => rule.from);
    const reason = whyIdle(from, before, own);
    const passing = rules.filter(({ transformations }) => transformations);
    if (reason) findings.warning('shadowed', place, `the name for ${from} is never given: ${reason}`);
    else if (!passing.some(({ pattern }) => mayHold(nameIn([from, pattern], [...before, ...own])))) {
      findings.warning('shadowed', place, `the name for ${from} is never given: no rule of the filter lets any pass`);
    }
    if (!isLegal(to.replace(/\*\*|[*?]/g, 'a'))) {
      findings.error('name', place, `${from} would be called ${to}, which Secrets Manager does not allow`);
    }
  });
}

/** Undefined for a pattern that decides for some name. */
function whyIdle(pattern: string, before: readonly string[], own: readonly string[]): string | undefined {
  if (mayHold(nameIn([pattern], [...before, ...own]))) return undefined;
  if (!mayHold(nameIn([pattern], []))) return 'Secrets Manager allows no name that it matches';
  if (!mayHold(nameIn([pattern], own))) return "what it matches is the replicator's own";
  const covering = before.find((other) => !mayHold(nameIn([pattern], [other, ...own])));
  return `${covering ?? before.join(' and ')}, which counts before it, has all its names`;
}

function mayHold({ found, complete }: { readonly found?: string; readonly complete: boolean }): boolean {
  return found !== undefined || !complete;
}

/** Names that each rule of a filter decides on, together with each of a map of names. */
function namesOfInterest({ destinations, ownPatterns }: PlannedSource): string[] {
  return destinations.flatMap(({ rules, names }) =>
    rules.flatMap(({ pattern, transformations }, index) => {
      if (!transformations) return [];
      const others = [...rules.slice(0, index).map((rule) => rule.pattern), ...ownPatterns];
      return [
        ...someName([pattern], [...others, ...names.map(({ from }) => from)]),
        ...names.flatMap(({ from, to }) => [
          ...someName([pattern, from], others),
          ...someName([pattern, from, to], others),
          ...ownPatterns.flatMap((own) => someName([to, own], []).flatMap((name) => carried(to, from, name))),
        ]),
      ];
    }),
  );
}

/**
 * Names that might meet under one name: for every two rules that end in the same Secrets Manager, a name that both could
 * give, and for every name that arrives there, what else could be called so.
 */
function meetings(sources: readonly PlannedSource[]): string[] {
  const destinations = sources.flatMap((source) => source.destinations);
  const interesting = new Map(sources.map((source) => [source.place, namesOfInterest(source)]));
  return destinations.flatMap((one) => {
    const targets = (interesting.get(one.source) ?? []).flatMap((name) => arrival(one, name) ?? []);
    return destinations
      .filter((other) => isSame(one.place, other.place))
      .flatMap((other) => [
        ...[...other.names, UNCHANGED].flatMap(({ from, to }) => targets.flatMap((name) => carried(to, from, name))),
        ...one.names.flatMap((rule) =>
          other.names.flatMap(({ from, to }) =>
            someName([rule.to, to], []).flatMap((name) => [
              ...carried(rule.to, rule.from, name),
              ...carried(to, from, name),
            ]),
          ),
        ),
      ]);
  });
}

interface Arrival {
  readonly destination: PlannedDestination;
  readonly name: string;
  readonly target: string;
}

/** @param real those of the names that there are: the others might be given some day */
function checkArrivals(
  sources: readonly PlannedSource[],
  names: readonly string[],
  real: ReadonlySet<string>,
  findings: Findings,
): void {
  const arrivals = sources
    .flatMap(({ destinations }) => destinations)
    .flatMap((destination) =>
      names.flatMap((name): Arrival[] => {
        const target = arrival(destination, name);
        return target === undefined ? [] : [{ destination, name, target }];
      }),
    );
  for (const { destination, name, target } of arrivals) {
    if (destination.own.has(target)) {
      findings.error('own', placeOf(destination), `${name} would be called ${target}, which is the replicator's own`);
    }
    if (target === name && isSame(destination.source, destination.place)) {
      findings.error('itself', placeOf(destination), `${name} would be written onto itself: give it another name`);
    }
  }
  const byTarget = new Map<string, Arrival[]>();
  for (const one of arrivals) {
    const key = JSON.stringify([one.destination.place, one.target]);
    byTarget.set(key, [...(byTarget.get(key) ?? []), one]);
  }
  const pairs = [...byTarget.values()].flatMap((met) =>
    met.flatMap((one, index) => met.slice(index + 1).map((other): readonly [Arrival, Arrival] => [one, other])),
  );
  const isReal = ([one, other]: readonly [Arrival, Arrival]): boolean => real.has(one.name) && real.has(other.name);
  // Of two rules that meet one example is enough; real names are the better one.
  const told = new Set<string>();
  for (const pair of [...pairs.filter(isReal), ...pairs.filter((hypothetical) => !isReal(hypothetical))]) {
    const rules = pair.map(({ destination, name }) => `${keyOf(destination)} ${ruleOf(destination, name)}`).sort();
    if (told.has(rules.join())) continue;
    told.add(rules.join());
    checkMeeting(...pair, isReal(pair), findings);
  }
}

/** Two secrets of one name in one place; or one, on two ways. */
function checkMeeting(one: Arrival, other: Arrival, isReal: boolean, findings: Findings): void {
  const { region } = one.destination.place;
  const [here, there] = [one.destination.source.region, other.destination.source.region];
  const place = here === there ? { source: here } : {};
  const settings = [...new Set([one, other].map(({ destination }) => destination.settings.name))];
  if (one.name === other.name && here !== there) {
    const message = `${one.name} of ${here} and of ${there} are both ${one.target} in ${region}: the newest original wins`;
    findings.warning('meeting', place, message);
  } else if (one.name === other.name) {
    const message = `${settings.join(' and ')} both write ${one.target} in ${region}: each undoes the other`;
    findings.error('collision', place, message);
  } else {
    const names = [one, other].map(({ name, destination }) =>
      here === there ? name : `${name} of ${destination.source.region}`,
    );
    const where = { ...place, ...(settings.length === 1 && here === there && { destination: settings[0] }) };
    const message = `${names.join(' and ')} would both be ${one.target} in ${region}`;
    if (isReal) findings.error('collision', where, message);
    else findings.warning('collision', where, `${message}, if there were both`);
  }
}

function checkRounds(sources: readonly PlannedSource[], names: readonly string[], findings: Findings): void {
  const sites = sources.map(({ place, destinations }): Site => ({
    ...place,
    routes: destinations.map((destination) => ({
      ...destination.place,
      names: destination.nameMap,
      filter: destination.filter,
    })),
  }));
  const cargo = names.filter((name) =>
    sources.every(({ destinations }) => destinations.every(({ own }) => !own.has(name))),
  );
  const told = new Set<string>();
  for (const way of roundTrips(sites, cargo)) {
    const regions = way.map(({ region, account }) => `${account}/${region}`).join();
    if (told.has(regions)) continue;
    told.add(regions);
    findings.error('cycle', {}, `a secret comes back under another name: ${way.map(stopOf).join(' -> ')}`);
  }
}

function stopOf({ region, name }: Stop): string {
  return `${name} (${region})`;
}

/** What a name on one side of a rule is on the other; nothing for one that the rule does not have. */
function carried(from: string, to: string, name: string): string[] {
  const captures = new Glob(from).captures(name);
  return captures ? [new Glob(to).fill(captures)] : [];
}

function someName(all: readonly string[], none: readonly string[]): string[] {
  const { found } = nameIn(all, none);
  return found === undefined ? [] : [found];
}

function isSame(one: PlannedPlace, other: PlannedPlace): boolean {
  return one.region === other.region && one.account === other.account;
}

function placeOf({ source, settings }: Pick<PlannedDestination, 'source' | 'settings'>): {
  source: string;
  destination: string;
} {
  return { source: source.region, destination: settings.name };
}

function keyOf(destination: PlannedDestination): string {
  return JSON.stringify([destination.source, destination.settings.name]);
}

function ruleOf({ names }: PlannedDestination, name: string): string {
  return (names.find(({ from }) => new Glob(from).matches(name)) ?? UNCHANGED).from;
}
