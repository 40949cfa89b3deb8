import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CommandResult } from './command-result';
import { transform, TransformOptions } from './transform';

/** `dr secrets`: shows beforehand what the secrets replicator would do. It calls no AWS. */
export function secretsCommand(): Command {
  const secrets = new Command('secrets').description('what the secrets replicator would do');
  exitCodes(
    secrets
      .command('transform')
      .description('apply a script of sed or a JSON mapping to a value, byte for byte')
      .requiredOption('--spec <file>', 'script or mapping')
      .requiredOption('--input <file>', 'value of a secret; - is the standard input')
      .addOption(new Option('--mode <mode>', 'how to read the file').choices(['sed', 'json', 'auto']).default('auto'))
      .addOption(new Option('--dialect <dialect>', 'regular expressions').choices(['ere', 'bre']).default('ere'))
      .option('--var <assignment>', 'NAME=value for ${NAME}; may be repeated', collect, [])
      .action((options: TransformOptions) => finish(transform(options))),
  );
  return secrets;
}

function collect(value: string, before: readonly string[]): string[] {
  if (!/^[A-Z_][A-Z0-9_]*=/.test(value)) throw new InvalidArgumentError('Give NAME=value, the name in capitals.');
  return [...before, value];
}

/** Tells a wrong call (2) from a refusal (1); the shell around the commands knows one failure only. */
function exitCodes(command: Command): Command {
  return command.exitOverride(({ exitCode }: CommanderError) => process.exit(exitCode === 0 ? 0 : 2));
}

function finish({ exitCode, output, error }: CommandResult): void {
  if (output) process.stdout.write(output);
  if (error) process.stderr.write(`${error}\n`);
  process.exitCode = exitCode;
}
