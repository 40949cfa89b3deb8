/** What a version of a secret holds: one of the two. */
export interface Content {
  readonly text?: string;
  readonly binary?: Uint8Array;
}

/** The version that readers of a secret get. */
export interface SecretVersion {
  readonly id: string;
  /** Milliseconds since 1970, by the clock of Secrets Manager. */
  readonly created: number;
  readonly content: Content;
}

/** What is known of a secret without reading it. */
export interface SecretDescription {
  readonly arn: string;
  readonly name: string;
  /** Empty when there is none. */
  readonly description: string;
  /** As Secrets Manager tells it: undefined for the key of AWS. */
  readonly kmsKeyId?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether it waits for its deletion. */
  readonly deleted: boolean;
  /** Id of the version with AWSCURRENT; undefined for a secret that never had a value. */
  readonly current?: string;
  /** Set where Secrets Manager replicates natively: the region that is written to. */
  readonly primaryRegion?: string;
}

/** A secret in a list. */
export interface ListedSecret {
  readonly arn: string;
  readonly name: string;
}

/** What a new secret is made with. */
export interface NewSecret {
  /** Becomes the id of its version. */
  readonly token: string;
  readonly content: Content;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly kmsKeyId?: string;
}

/**
 * Secrets Manager of one region and account. An id is a name or an ARN.
 *
 * A method throws a `Failure`, which names the operation, the secret, the region and AWS's error, and never a value.
 */
export interface SecretStore {
  readonly region: string;
  /** Undefined when there is no such secret. */
  describe(id: string): Promise<SecretDescription | undefined>;
  /** Undefined when there is no such secret, it has no value, or it waits for its deletion. */
  current(id: string): Promise<SecretVersion | undefined>;
  /** False when the secret exists, be it one that waits for its deletion. */
  create(name: string, secret: NewSecret): Promise<boolean>;
  /**
   * Adds a version, and leaves what readers get as it is; only of a secret without a value it becomes that. False when a
   * version with this id holds something else, or the secret is not there.
   */
  stage(name: string, token: string, content: Content): Promise<boolean>;
  /** Lets readers get another version. False when what they get is no longer `from`: somebody else was faster. */
  promote(name: string, from: string, to: string): Promise<boolean>;
  /** Changes the description and the key, each where it is given. */
  update(name: string, change: { readonly description?: string; readonly kmsKeyId?: string }): Promise<void>;
  tag(name: string, tags: Readonly<Record<string, string>>): Promise<void>;
  untag(name: string, keys: readonly string[]): Promise<void>;
  /** Lets a secret wait for its deletion. One that is not there is no failure. */
  remove(name: string, recoveryWindowDays: number): Promise<void>;
  restore(name: string): Promise<void>;
  /** Every secret, also those that wait for their deletion. */
  list(): AsyncIterable<ListedSecret>;
}

/** Secrets Manager where a destination is. */
export interface DestinationStores {
  at(destination: { readonly region: string; readonly roleArn?: string; readonly externalId?: string }): SecretStore;
}

/** Time and chance, so that a run can be repeated. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** From 0 up to and without 1. */
  random(): number;
}
