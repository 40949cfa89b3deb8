import { readFileSync } from 'fs';
import { Refusal } from '../../lambda/secrets-replicator/refusal';
import { CommandResult } from './command-result';

/** A command that was called wrongly, such as with a file that cannot be read. Its message is one line. */
export class CalledWrongly extends Error {}

/**
 * Reads a text, byte for byte: a mark at its beginning stays.
 *
 * @param path `-` is the standard input
 * @throws CalledWrongly for a file that cannot be read
 * @throws Refusal for what is not UTF-8, which no secret string is
 */
export function readText(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw new CalledWrongly(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal(`${path} is not UTF-8`);
  }
}

/** Turns what may be thrown into an exit code and one line. */
export function attempt(work: () => CommandResult): CommandResult {
  try {
    return work();
  } catch (error) {
    return resultOfError(error);
  }
}

/** What a command comes to that ended in an error. @throws the error when it is none that is expected */
export function resultOfError(error: unknown): CommandResult {
  if (error instanceof CalledWrongly) return { exitCode: 2, error: error.message };
  if (error instanceof Refusal) return { exitCode: 1, error: error.message };
  throw error;
}
