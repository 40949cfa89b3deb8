import { readTransformation } from '../../lambda/secrets-replicator/transformation';
import { Variables } from '../../lambda/secrets-replicator/variables';
import { CommandResult } from './command-result';
import { attempt, readText } from './files';

/** Options of `dr secrets transform`. */
export interface TransformOptions {
  /** File with a script of sed or a JSON mapping. */
  readonly spec: string;
  /** File with the value of a secret; `-` is the standard input. */
  readonly input: string;
  /** `sed`, `json` or `auto`. */
  readonly mode: string;
  /** `ere` or `bre`. */
  readonly dialect: string;
  /** `NAME=value`, each. */
  readonly var: readonly string[];
}

/** Shows what a transformation makes of a value: the same bytes the replicator would write. */
export function transform({ spec, input, mode, dialect, var: assignments }: TransformOptions): CommandResult {
  return attempt(() => {
    const transformation = readTransformation(readText(spec), { mode, dialect, variables: variablesOf(assignments) });
    return { exitCode: 0, output: Buffer.from(transformation.run(readText(input))) };
  });
}

function variablesOf(assignments: readonly string[]): Variables {
  const pairs = assignments.map((assignment) => /^([^=]*)=([^]*)$/.exec(assignment) ?? ['', assignment, '']);
  return new Variables(Object.fromEntries(pairs.map(([, name, value]) => [name, value])));
}
