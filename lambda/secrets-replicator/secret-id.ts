/** What a caller of Secrets Manager may name a secret by (rule R-SEC-4). */
export interface SecretId {
  /** As it was given: `DescribeSecret` tells the name. */
  readonly id: string;
  /** Set where the id says it for sure. */
  readonly name?: string;
}

const ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:(.+)$/;
const SUFFIX = /^(.+)-[A-Za-z0-9]{6}$/;

/**
 * Reads a name, a partial or a full ARN. A full ARN ends with a hyphen and six characters, and the end of a partial one may
 * look the same (`app/my-secret`): then the name is left open.
 *
 * @param isComplete the ARN comes from AWS and not from a caller, so that it is a full one
 */
export function secretIdOf(id: string, isComplete = false): SecretId {
  const [, resource] = ARN.exec(id) ?? [];
  if (resource === undefined) return id.startsWith('arn:') ? { id } : { id, name: id };
  const [, stem] = SUFFIX.exec(resource) ?? [];
  if (stem === undefined) return { id, name: resource };
  return isComplete ? { id, name: stem } : { id };
}
