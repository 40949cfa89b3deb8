import { existsSync, readFileSync } from 'fs';
import { dirname, join } from 'path';

/** The version of the package, whether its sources run or what was compiled from them, which lies deeper in it. */
export function version(): string {
  return read(__dirname);
}

function read(folder: string): string {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return read(dirname(folder));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
