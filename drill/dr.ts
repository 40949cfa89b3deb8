import { Command } from 'commander';
import { secretsCommand } from './secrets/secrets-command';
import { simulatorCommand } from './simulator-command';

/** The operator's command line. */
export function dr(): Command {
  return new Command('dr')
    .description('operates a system that two regions carry')
    .showHelpAfterError()
    .addCommand(simulatorCommand())
    .addCommand(secretsCommand());
}

if (require.main === module) {
  dr()
    .parseAsync()
    .catch((error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    });
}
