import { readFileSync } from 'fs';
import { Refusal } from '../../lambda/secrets-replicator/refusal';
import { CommandResult } from './command-result';

/** A file that cannot be read: the command was called wrongly. */
class UnreadableFile extends Error {}

/**
 * Reads a text, byte for byte: a mark at its beginning stays.
 *
 * @param path `-` is the standard input
 * @throws Refusal for what is not UTF-8, which no secret string is
 */
export function readText(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw new UnreadableFile(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal(`${path} is not UTF-8`);
  }
}

/** Turns what may be thrown into an exit code and one line. */
export function attempt(work: () => Uint8Array): CommandResult {
  try {
    return { exitCode: 0, output: work() };
  } catch (error) {
    if (error instanceof UnreadableFile) return { exitCode: 2, error: error.message };
    if (error instanceof Refusal) return { exitCode: 1, error: error.message };
    throw error;
  }
}
