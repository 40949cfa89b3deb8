import { Faults } from './faults';

/** The service behind an AWS name, by a part of the name. */
const SERVICES: readonly (readonly [RegExp, string])[] = [
  [/\belb\b/, 'elasticloadbalancing'],
  [/execute-api/, 'execute-api'],
  [/lambda-url/, 'lambda'],
  [/\bs3\b/, 's3'],
  [/\brds\b/, 'rds'],
];

/** Where an AWS name leads. */
export interface Place {
  readonly region: string | undefined;
  readonly service: string;
}

/** Region and service of a name that AWS gave; undefined for any other name. */
export function placeOf(name: string): Place | undefined {
  if (!/\.(amazonaws\.com|on\.aws|awsglobalaccelerator\.com)\.?$/i.test(name)) return undefined;
  const region = /\b([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d)\b/.exec(name)?.[1];
  return { region, service: SERVICES.find(([pattern]) => pattern.test(name))?.[1] ?? 'unknown' };
}

/** Whether what stands behind an AWS name answers. A name of no region (an accelerator) always does. */
export function answers(faults: Faults, name: string): boolean {
  const place = placeOf(name);
  if (!place || faults.isEndpointDown(name)) return false;
  return place.region === undefined || faults.isServing(place.region, place.service);
}

/** An address for an AWS name: the same for the same name, out of the block for benchmarks (RFC 2544). */
export function addressOf(name: string): string {
  let hash = 7;
  for (const character of name.toLowerCase()) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return `198.${18 + (hash & 1)}.${(hash >>> 8) & 255}.${(hash >>> 16) & 255}`;
}
