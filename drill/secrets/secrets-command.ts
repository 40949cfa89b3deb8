import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CommandResult } from './command-result';
import { diff, DiffOptions } from './diff';
import { plan, PlanOptions } from './plan';
import { CONFIG_SECRET } from './plan-source';
import { transform, TransformOptions } from './transform';

/** `dr secrets`: shows beforehand what the secrets replicator would do, and afterwards what it did. */
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
  exitCodes(
    secrets
      .command('plan')
      .description('which secret goes where, under which name, through what, and what is wrong; calls no AWS')
      .requiredOption('--config <source>', 'FILE, folder or REGION=FILE; may be repeated', append)
      .option('--secrets <file>', 'names of secrets, one on each line; - is the standard input')
      .option('--source-region <region>', 'region of a configuration that has none before its file')
      .option('--source-account <account>', 'ACCOUNT or REGION=ACCOUNT; may be repeated', append, [])
      .option('--config-secret <name>', 'the secret with the destinations', CONFIG_SECRET)
      .option('--json', 'write JSON')
      .action((options: PlanOptions) => finish(plan(options))),
  );
  exitCodes(
    secrets
      .command('diff')
      .description('whether copies are what they should be, by hash; reads Secrets Manager and writes nothing there')
      .requiredOption('--region <region>', 'the region with the sources')
      .option('--config <source>', 'FILE or folder that counts before the configuration in Secrets Manager')
      .option('--config-secret <name>', 'the secret with the destinations', CONFIG_SECRET)
      .option('--secret <name>', 'compare this one, a name or an ARN; may be repeated', append, [])
      .option('--destination <name>', 'compare with this one; may be repeated', append, [])
      .option('--hashes', 'write hashes, which hold for this run only')
      .option('--all', 'write a line for what a filter keeps back, too')
      .option('--json', 'write JSON')
      .action(async (options: DiffOptions) => finish(await diff(options))),
  );
  return secrets;
}

function append(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
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
