import { spawnSync } from 'child_process';
import { readFileSync, rmSync } from 'fs';
import { join } from 'path';
import { measure, root, table } from './measure.mjs';

const PROGRAM = ['-r', 'ts-node/register', 'bench/everything.ts'];
/** More than the other parts: what one domain adds is small beside what a busy machine does to one run. */
const RUNS = 5;

/** What each domain beside the base system adds to synthesis, alone and all together. */
export default function domains() {
  const { stdout } = spawnSync(process.execPath, [...PROGRAM, '--list'], { cwd: root, encoding: 'utf8' });
  const names = stdout.trim().split('\n');
  const start = measure([...PROGRAM, '--start'], { runs: RUNS });
  const build = (wanted) => {
    const measured = measure([...PROGRAM, ...wanted], { runs: RUNS });
    return { ...measured, resources: count(measured.folder) };
  };
  const base = build([]);
  const alone = names.map((name) => [name, build([name])]);
  const all = build(names);
  const each = ({ cpu, resources }) => (cpu - start.cpu) / resources;
  const row = (name, measured) => [
    name,
    measured.resources,
    measured === base ? '' : `+${measured.resources - base.resources}`,
    `${measured.milliseconds.toFixed(0)} ms`,
    `${measured.cpu.toFixed(0)} ms`,
    measured === base ? '' : signed(measured.cpu - base.cpu, 'ms'),
    `${each(measured).toFixed(2)} ms`,
    `${measured.megabytes.toFixed(0)} MB`,
    measured === base ? '' : signed(measured.megabytes - base.megabytes, 'MB'),
  ];
  table(
    ['system', 'resources', 'added', 'wall', 'CPU', 'added', 'CPU per resource', 'peak memory', 'added'],
    [
      row('base', base),
      ...alone.map(([name, measured]) => row(`base and ${name}`, measured)),
      row('everything together', all),
    ],
  );
  console.log(
    `\nper resource, without start-up: ${(each(all) / each(base)).toFixed(2)} times the base's cost with everything (aim: 1)`,
  );
  for (const { folder } of [start, base, all, ...alone.map(([, measured]) => measured)])
    rmSync(folder, { recursive: true, force: true });
}

function signed(value, unit) {
  return `${value < 0 ? '' : '+'}${value.toFixed(0)} ${unit}`;
}

function count(folder) {
  const json = JSON.parse(readFileSync(join(folder, 'out/stacks/bench/cdk.tf.json'), 'utf8'));
  return [json.resource, json.data]
    .flatMap((byType) => Object.values(byType ?? {}))
    .reduce((sum, byId) => sum + Object.keys(byId).length, 0);
}
