import { spawnSync } from 'child_process';
import { root, table } from './measure.mjs';

/** Transformations of secrets per second, beside GNU sed in a process of its own and beside plain regular expressions. */
export default function transformations() {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-r', 'ts-node/register', 'bench/transformations.ts'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  const rate = (perSecond) => (perSecond === undefined ? '' : `${perSecond.toPrecision(3) * 1}/s`);
  table(
    ['transformation', 'text', 'engine', 'once', 'GNU sed, a process', 'plain RegExp'],
    JSON.parse(stdout).map(({ name, bytes, engine, gnu, native }) => [
      `\`${name}\``,
      `${bytes} bytes`,
      rate(engine),
      `${(1000 / engine).toPrecision(2)} ms`,
      rate(gnu),
      rate(native),
    ]),
  );
}
