import { InvalidSwap, readSwap } from '../replication/swap';
import { JsonMapping } from './json/mapping';
import { Refusal } from './refusal';
import { swapRegion } from './region-swap';
import { Sed } from './sed/sed';
import { NO_VARIABLES, Variables } from './variables';

/** Turns the value of a secret into what the destination is to have. It changes nothing else and remembers nothing. */
export interface Transformation {
  /** Whether it is for names of regions and of what is in them only: a value that is no text holds none, and stays. */
  readonly isForNames?: boolean;
  /** @throws Refusal for a text it cannot be carried out on */
  run(text: string): string;
}

/** How a specification is read. */
export interface SpecificationOptions {
  /**
   * `sed`, `json` or `auto`
   * @default 'auto' - json for a JSON object with `transformations`, `swap` or paths as keys, sed for everything else
   */
  readonly mode?: string;
  /**
   * Regular expressions of sed: `ere` or `bre`
   * @default 'ere'
   */
  readonly dialect?: string;
  /** @default - none */
  readonly variables?: Variables;
}

/**
 * Reads a specification: a script of sed, a JSON mapping, or `{"swap": [["a", "b"]]}`, which puts each text of a pair in
 * the place of the other.
 *
 * @throws Refusal for one that cannot be carried out
 */
export function readTransformation(specification: string, options: SpecificationOptions = {}): Transformation {
  const { mode = 'auto', dialect = 'ere', variables = NO_VARIABLES } = options;
  if (!['auto', 'sed', 'json'].includes(mode)) throw new Refusal('a mode is auto, sed or json');
  if (!['ere', 'bre'].includes(dialect)) throw new Refusal('a dialect is ere or bre');
  const json = mode === 'sed' ? undefined : parsed(specification);
  if (mode === 'json' && json === undefined) throw new Refusal('the mapping is not JSON');
  if (json && isSwap(json.value)) return swap(json.value, variables);
  if (json && (mode === 'json' || JsonMapping.isMeant(json.value))) return new JsonMapping(json.value, variables);
  return new Sed(specification, dialect === 'ere', variables);
}

/** Puts the destination's region in the place of the source's. */
export function regionSwap(source: string, destination: string): Transformation {
  return { isForNames: true, run: (text) => swapRegion(text, source, destination) };
}

/** One after another, each on what the one before it made. None at all changes nothing. */
export function chain(transformations: readonly Transformation[]): Transformation {
  return { run: (text) => transformations.reduce((result, transformation) => transformation.run(result), text) };
}

interface Swap {
  readonly swap: unknown;
}

function isSwap(value: unknown): value is Swap {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'swap');
}

function swap(specification: Swap, variables: Variables): Transformation {
  const { swap: pairs, ...rest } = specification;
  if (Object.keys(rest).length > 0) throw new Refusal('a swap has no other keys');
  try {
    return { isForNames: true, run: readSwap(pairs, (text) => variables.expand(text)) };
  } catch (error) {
    throw error instanceof InvalidSwap ? new Refusal(error.message) : error;
  }
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
