import { createHash } from 'crypto';

/** Where and when a value was written by somebody rather than copied. */
export interface Origin {
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly created: number;
}

const COPY = /^replica-([a-z]{2,4}(?:-[a-z]+){1,2}-[0-9]+)-([0-9]{13})-[0-9a-f]+$/;

/** The most that Secrets Manager allows in the id of a version. */
const LONGEST_ID = 64;

/** What a version is a copy of, by its id, which is written in one step with the value; undefined for an original. */
export function originInId(versionId: string): Origin | undefined {
  const [, region, created] = COPY.exec(versionId) ?? [];
  return region === undefined ? undefined : { region, created: Number(created) };
}

/**
 * The id of a copy. The same copy has the same id, so that a repeated write is none; after another version in between, or
 * of another attempt, it has another. The value has no part in it.
 */
export function copyId(origin: Origin, ...parts: readonly string[]): string {
  const mark = `replica-${origin.region}-${String(Math.floor(origin.created)).padStart(13, '0')}-`;
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${mark}${hash}`.slice(0, LONGEST_ID);
}

/** Whether one original is the newer one: by time; of the same time, by the name of the region. */
export function isNewer(a: Origin, b: Origin): boolean {
  return a.created === b.created ? a.region > b.region : a.created > b.created;
}
