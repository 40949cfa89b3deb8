import { latest, Origin, Parameter, Version } from './model';

/** A value somebody wrote, and where it can be read. */
export interface Original {
  readonly origin: Origin;
  /** Region in whose history it was found: its own, or the one that holds a copy. */
  readonly foundIn: string;
  readonly version: Version;
}

/** The roles that replicators write with: what they wrote is a copy, whatever the tags say. */
export type ReplicatorRoles = readonly string[];

/**
 * Whether a version was written by somebody rather than copied.
 *
 * Parameter Store records the author with the value in one step, so this holds even between the write of a copy and
 * the write of its tags. Where no author is recorded, everything up to the marked version counts as settled.
 */
export function isOriginal(version: Version, parameter: Parameter, roles: ReplicatorRoles): boolean {
  if (version.author.startsWith('arn:')) return !isReplicator(version.author, roles);
  return version.version > (parameter.mark?.replicaVersion ?? 0);
}

/** What was written by somebody and can be found in one region. */
export function originalsOf(parameter: Parameter | undefined, region: string, roles: ReplicatorRoles): Original[] {
  if (!parameter) return [];
  return parameter.versions.flatMap((version): Original[] => {
    if (isOriginal(version, parameter, roles)) {
      const { version: number, modified } = version;
      return [{ origin: { region, version: number, modified }, foundIn: region, version }];
    }
    const { mark } = parameter;
    return mark?.replicaVersion === version.version ? [{ origin: mark.origin, foundIn: region, version }] : [];
  });
}

/**
 * The newest of them: by the time of the original write; of the same time, by the name of the region; of an original
 * and its copy, the original. The same two histories give the same answer in both regions, which is what makes
 * conflicting writes converge.
 */
export function newestOf(originals: readonly Original[]): Original | undefined {
  return originals.reduce<Original | undefined>(
    (best, next) => (best && !isNewer(next, best) ? best : next),
    undefined,
  );
}

/** Whether the version that readers get carries a mark of its own, or is nothing to mark. */
export function isAccountedFor(parameter: Parameter, roles: ReplicatorRoles): boolean {
  const current = latest(parameter);
  return isOriginal(current, parameter, roles) || parameter.mark?.replicaVersion === current.version;
}

function isNewer(a: Original, b: Original): boolean {
  if (a.origin.modified !== b.origin.modified) return a.origin.modified > b.origin.modified;
  if (a.origin.region !== b.origin.region) return a.origin.region > b.origin.region;
  if (a.origin.version !== b.origin.version) return a.origin.version > b.origin.version;
  return a.foundIn === a.origin.region;
}

/** `arn:aws:sts::123456789012:assumed-role/{role}/{session}`; the session is not always there. */
function isReplicator(author: string, roles: ReplicatorRoles): boolean {
  const [, role] = /:assumed-role\/([^/]+)/.exec(author) ?? [];
  return role !== undefined && roles.includes(role);
}
