import { existsSync } from 'fs';
import { dirname, join } from 'path';

/**
 * The folder of modules that has the AWS SDK, which the runtime of the service brings along: the one of the repository,
 * of the project that this package is installed in, or of the project that is worked in.
 *
 * @returns undefined where no SDK is installed: a function that is bundled needs none
 */
export function installedModules(starts: readonly string[] = [__dirname, process.cwd()]): string | undefined {
  return starts
    .flatMap(withParents)
    .map((folder) => join(folder, 'node_modules'))
    .find((folder) => existsSync(join(folder, '@aws-sdk')));
}

function withParents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}
