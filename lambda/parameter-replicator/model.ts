/** What one version of a parameter holds. */
export interface Content {
  readonly value: string;
  /** `String`, `StringList` or `SecureString`. */
  readonly type: string;
  /** `Standard`, `Advanced` or `Intelligent-Tiering`. */
  readonly tier: string;
  /** `text`, `aws:ec2:image` or `aws:ssm:integration`. */
  readonly dataType: string;
  /** Empty when there is none. */
  readonly description: string;
  /** Empty when there is none. */
  readonly allowedPattern: string;
}

/** One version in the history of a parameter. */
export interface Version {
  readonly version: number;
  /** Milliseconds since 1970, by the clock of Parameter Store. */
  readonly modified: number;
  /** ARN of who wrote it. Anything that is not an ARN counts as unknown. */
  readonly author: string;
  readonly content: Content;
  readonly labels: readonly string[];
}

/** Where and when a value was written by someone other than the replicator. */
export interface Origin {
  readonly region: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** What the replicator notes on a parameter: which of its versions is a copy, and of what. */
export interface Mark {
  readonly replicaVersion: number;
  readonly origin: Origin;
}

/** A parameter of one region. */
export interface Parameter {
  /** The oldest first, at least one. */
  readonly versions: readonly Version[];
  readonly mark?: Mark;
}

/** What a walk over a prefix shows of a parameter. */
export interface Listed {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  readonly dataType: string;
}

/** Parameter Store of one region. A failure names the parameter and the operation, never a value. */
export interface ParameterStore {
  /** AWS name of the region. */
  readonly region: string;
  /** Undefined when there is no such parameter. */
  read(name: string): Promise<Parameter | undefined>;
  /** Every parameter below the prefix. */
  list(prefix: string): AsyncIterable<Listed>;
  /** False when the parameter exists. */
  create(name: string, content: Content, mark: Mark): Promise<boolean>;
  /** The number of the version that was written. */
  update(name: string, content: Content): Promise<number>;
  /** Notes what a version is a copy of. A parameter deleted meanwhile is no failure. */
  mark(name: string, mark: Mark): Promise<void>;
  /** Adds labels to a version. A parameter deleted meanwhile is no failure. */
  label(name: string, version: number, labels: readonly string[]): Promise<void>;
  /** A parameter that does not exist is no failure. */
  remove(name: string): Promise<void>;
}

/** The version that readers get. */
export function latest(parameter: Parameter): Version {
  return parameter.versions[parameter.versions.length - 1];
}

/** Whether two contents are the same to every reader. */
export function sameContent(a: Content, b: Content): boolean {
  return (
    a.value === b.value &&
    a.type === b.type &&
    a.tier === b.tier &&
    a.dataType === b.dataType &&
    a.description === b.description &&
    a.allowedPattern === b.allowedPattern
  );
}
