import { Filter } from './filters';
import { NameMap } from './names';
import { Refusal } from './refusal';

/** Secrets Manager of one region and account, and where its secrets go from there. */
export interface Site {
  readonly account: string;
  readonly region: string;
  readonly routes: readonly Route[];
}

/** One destination of a site. */
export interface Route {
  readonly account: string;
  readonly region: string;
  readonly filter: Filter;
  readonly names: NameMap;
}

/** Where a secret is on its way, and what it is called there. */
export interface Stop {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

/**
 * Finds the secrets that would come back to where they were under another name: `* -> copy/*` within one region, or from
 * one region to the other and back with a renaming on the way. Nothing copied is copied on, so that such a round ends
 * after one step, until somebody writes to a copy: that is then an original, of a name nobody meant.
 *
 * A secret that comes back under its own name is no finding: that is a pair that replicates both ways.
 *
 * @param names names of secrets at every site: real ones, or those of `sampleNames`
 * @returns the ways, from the start to the stop that closes the round
 */
export function roundTrips(sites: readonly Site[], names: readonly string[]): Stop[][] {
  return sites.flatMap(({ account, region }) =>
    [...new Set(names)].sort().flatMap((name) => waysFrom(sites, [{ account, region, name }])),
  );
}

/** A name for each pattern that it matches, to look for round trips before there are secrets. */
export function sampleNames(patterns: readonly string[]): string[] {
  const samples = patterns.map((pattern) =>
    pattern.replace(/\*\*|[*?]/g, (wildcard) => ({ '**': 'a/b', '*': 'a' })[wildcard] ?? 'x'),
  );
  return [...new Set(samples)].sort();
}

/** A first step may stay where it is, which is a plain renaming; every later one that leads back ends the way. */
function waysFrom(sites: readonly Site[], way: readonly Stop[]): Stop[][] {
  const here = way[way.length - 1];
  const routes = sites.filter((site) => isSamePlace(site, here)).flatMap((site) => site.routes);
  return routes.flatMap((route) => {
    const name = arrival(route, here.name);
    if (name === undefined) return [];
    const next = { account: route.account, region: route.region, name };
    const before = way.filter((stop) => isSamePlace(stop, next));
    if (before.some((stop) => stop.name === name)) return [];
    return before.length === 0 || way.length === 1 ? waysFrom(sites, [...way, next]) : [[...way, next]];
  });
}

/** What a secret is called where a route ends; undefined when it does not get there. */
function arrival({ filter, names }: Route, name: string): string | undefined {
  if (!filter.verdict(name)) return undefined;
  try {
    return names.target(name);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function isSamePlace(a: { account: string; region: string }, b: { account: string; region: string }): boolean {
  return a.account === b.account && a.region === b.region;
}
