#!/usr/bin/env node
import { Command } from 'commander';
import { version } from './version';

/** The commands, and how each is loaded. */
const COMMANDS: readonly { name: string; description: string; load: () => Promise<Command> }[] = [
  {
    name: 'sim',
    description: 'a local AWS whose regions can be killed',
    load: async () => (await import('./simulator-command')).simulatorCommand(),
  },
  {
    name: 'secrets',
    description: 'what the secrets replicator would do',
    load: async () => (await import('./secrets/secrets-command')).secretsCommand(),
  },
];

/**
 * The operator's command line. Of a command that is not asked for only the name is known, so that each starts without
 * waiting for the others to be loaded.
 *
 * @param words what follows `dr`
 */
export async function dr(words: readonly string[]): Promise<Command> {
  const program = new Command('dr')
    .description('operates a system that two regions carry')
    .version(version())
    .showHelpAfterError();
  for (const { name, description, load } of COMMANDS) {
    const command = words.includes(name) ? await load() : new Command(name);
    program.addCommand(command.description(description));
  }
  return program;
}

async function run(words: readonly string[]): Promise<void> {
  await (await dr(words)).parseAsync(words, { from: 'user' });
}

if (require.main === module) {
  run(process.argv.slice(2)).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
