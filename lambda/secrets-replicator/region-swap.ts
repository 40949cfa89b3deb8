import { Refusal } from './refusal';

const REGION = /^[a-z]{2,4}(?:-[a-z]+){1,2}-[0-9]+$/;

/** Whether a text is written as AWS writes the names of regions. */
export function isRegionName(name: string): boolean {
  return REGION.test(name);
}

/**
 * The abbreviation in wide use, which AWS's zone ids have too: `us-east-1` is `use1`, `ap-southeast-2` is `apse2`.
 *
 * @throws Refusal for what is no name of a region
 */
export function shortName(region: string): string {
  if (!isRegionName(region)) throw new Refusal('a region is not written as AWS writes it, such as us-east-1');
  const [area, ...rest] = region.split('-');
  const number = rest.pop() ?? '';
  const directions = rest.map((word) => word.replace(/^(north|south)(east|west)$/, '$1 $2'));
  return `${area}${directions.flatMap((word) => word.split(' ').map(([initial]) => initial)).join('')}${number}`;
}

/**
 * Puts the destination's region in the place of the source's: `us-east-1`, its zones `us-east-1a`, `use1` and its zone ids
 * `use1-az1`, wherever letters and digits around them do not make them part of something else.
 */
export function swapRegion(text: string, source: string, destination: string): string {
  const targets = new Map([
    [source, destination],
    [shortName(source), shortName(destination)],
  ]);
  const pattern = new RegExp(`(?<![A-Za-z0-9])(?:${[...targets.keys()].join('|')})(?=[a-z]?(?![A-Za-z0-9]))`, 'g');
  return text.replace(pattern, (match) => targets.get(match) ?? match);
}
