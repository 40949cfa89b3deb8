import { readFileSync, rmSync } from 'fs';
import { join } from 'path';
import { measure, table } from './measure.mjs';

const TS_NODE = ['-r', 'ts-node/register'];

/** Synthesis: the default system through ts-node, the same resources bare, and a stack ten times as large. */
export default function synth() {
  const system = measure([...TS_NODE, 'bench/system.ts', '1']);
  const stackFile = (folder) => join(folder, 'out/stacks/bench/cdk.tf.json');
  const count = (folder) => {
    const json = JSON.parse(readFileSync(stackFile(folder), 'utf8'));
    return [json.resource, json.data]
      .flatMap((byType) => Object.values(byType ?? {}))
      .reduce((sum, byId) => sum + Object.keys(byId).length, 0);
  };
  const resources = count(system.folder);
  const floor = measure([...TS_NODE, 'bench/floor.ts', stackFile(system.folder)]);
  const start = measure([...TS_NODE, 'bench/system.ts', '0']);
  const tenfold = measure([...TS_NODE, 'bench/system.ts', '10'], { runs: 3 });
  const tenfoldResources = count(tenfold.folder);
  const row = (name, { milliseconds, cpu, megabytes }, n) => [
    name,
    n,
    `${milliseconds.toFixed(0)} ms`,
    `${cpu.toFixed(0)} ms`,
    n ? `${((cpu - start.cpu) / n).toFixed(2)} ms` : '',
    `${megabytes.toFixed(0)} MB`,
  ];
  table(
    ['synthesis', 'resources', 'wall', 'CPU', 'CPU per resource, without start-up', 'peak memory'],
    [
      row('start-up alone: the library loaded, nothing built', start, 0),
      row('default system', system, resources),
      row('floor: the same resources, bare', floor, count(floor.folder)),
      row('ten systems in one stack', tenfold, tenfoldResources),
    ],
  );
  const perResource = (measured, n) => (measured.cpu - start.cpu) / n;
  console.log(
    `\nbeside the floor: ${(system.milliseconds / floor.milliseconds).toFixed(2)} wall, ${(system.cpu / floor.cpu).toFixed(2)} CPU (aim: at most 1.5)`,
  );
  console.log(
    `wall: ${(system.milliseconds / 1000).toFixed(2)} s (aim: under 2.5), memory: ${system.megabytes.toFixed(0)} MB (aim: under 300)`,
  );
  console.log(
    `linear: ${(perResource(tenfold, tenfoldResources) / perResource(system, resources)).toFixed(2)} times the cost per resource at ten times the size (aim: 1)`,
  );
  for (const { folder } of [system, floor, start, tenfold]) rmSync(folder, { recursive: true, force: true });
}
