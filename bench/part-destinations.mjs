import { spawnSync } from 'child_process';
import { root, table } from './measure.mjs';

/** The public system's times for 1, 2, 5 and 10 destinations at 20 ms per call, as it was measured with no filter. */
const PUBLISHED = { 1: 135, 2: 202, 5: 407, 10: 740 };

/** How long a changed secret takes to be at all of its destinations, at 20 ms per call of Secrets Manager. */
export default function destinations() {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-r', 'ts-node/register', 'bench/destinations.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const rows = JSON.parse(stdout);
  const time = ({ milliseconds }) => `${milliseconds.toFixed(0)} ms`;
  table(
    ['destinations', 'at a time', 'warm', 'calls', 'cold', 'calls', 'public system, warm'],
    rows.map(({ destinations, parallel, warm, cold }) => [
      destinations,
      parallel,
      time(warm),
      warm.calls,
      time(cold),
      cold.calls,
      destinations in PUBLISHED ? `${PUBLISHED[destinations]} ms` : '',
    ]),
  );
  const ten = rows.find(({ destinations }) => destinations === 10);
  console.log(`\nten destinations: ${time(ten.warm)} (aim: under 150 ms)`);
}
