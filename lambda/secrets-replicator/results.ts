import { Failure } from '../replication/failure';
import { Refusal } from './refusal';

/** What became of one secret at one destination. It holds names, ids and times only, never a value. */
export interface DestinationResult {
  readonly destination: string;
  readonly region: string;
  /** Name of the copy; that of the source where it is not known. */
  readonly name: string;
  /** `replicated`, `unchanged`, `filtered` or `failed`. */
  readonly status: string;
  readonly reason?: string;
  /** Id of the version that readers of the copy get. */
  readonly version?: string;
  readonly durationMs: number;
  /** From the making of the version at the source to that of its copy. */
  readonly lagMs?: number;
  /** Of a failure: whether it may succeed later without anybody's doing. */
  readonly retryable?: boolean;
}

/** What became of one secret. There is one entry for each destination, always. */
export interface SecretResult {
  /** Its name, or what it was called by where that is not known. */
  readonly secret: string;
  /** Id of the source's version. */
  readonly version?: string;
  readonly destinations: readonly DestinationResult[];
}

/** How many destinations came to what. */
export interface Counts {
  readonly replicated: number;
  readonly unchanged: number;
  readonly filtered: number;
  readonly failed: number;
}

/** What an invocation came to. */
export interface Result {
  readonly secrets: readonly SecretResult[];
  readonly counts: Counts;
}

/** Something that is in the way now and may be out of it later. */
export class Postponed extends Error {
  public override readonly name = 'Postponed';
}

export function resultOf(secrets: readonly SecretResult[]): Result {
  const all = secrets.flatMap(({ destinations }) => destinations);
  const count = (status: string): number => all.filter((one) => one.status === status).length;
  const counts = {
    replicated: count('replicated'),
    unchanged: count('unchanged'),
    filtered: count('filtered'),
    failed: count('failed'),
  };
  return { secrets, counts };
}

/** Why something failed, in words that quote nothing: the message of an error that is not known here may quote anything. */
export function failureOf(error: unknown): { readonly reason: string; readonly retryable: boolean } {
  if (error instanceof Failure) return { reason: error.message, retryable: error.transient };
  if (error instanceof Refusal) return { reason: error.message, retryable: false };
  if (error instanceof Postponed) return { reason: error.message, retryable: true };
  return { reason: `unexpected ${error instanceof Error ? error.constructor.name : typeof error}`, retryable: false };
}
