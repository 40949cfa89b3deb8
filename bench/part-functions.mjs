import { spawnSync } from 'child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { unzipSync } from 'fflate';
import { median, root, table } from './measure.mjs';

const RUNS = 15;

/** What is read while loading. The SDK would warn of a release of Node.js that is older than Lambda's. */
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  TABLE_NAME: 'table',
  BUCKET_NAME: 'bucket',
  REGION_ROLE: 'primary',
  CUSTOMER_INDEX_NAME: 'index',
};

/** Prints how long one file takes to load, by the clock and by the processor. */
const LOAD = `
  const before = process.cpuUsage();
  const start = process.hrtime.bigint();
  require(process.argv[1]);
  const wall = Number(process.hrtime.bigint() - start) / 1e6;
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ wall, cpu: (user + system) / 1000 }));
`;

/** What a cold start of each function costs before its handler runs: its size, and the time to load it in a new process. */
export default function functions() {
  const folder = join(root, 'dist/lambda');
  const names = readdirSync(folder)
    .map((file) => /^(.+)\.zip$/.exec(file)?.[1])
    .filter(Boolean)
    .sort();
  if (names.length === 0) throw new Error('there are no bundles: npm run build:functions');
  const rows = names.map((name) => {
    const zip = readFileSync(join(folder, `${name}.zip`));
    const code = unzipSync(zip)['index.js'];
    const { wall, cpu } = load(code);
    return [name, kilobytes(code), kilobytes(zip), `${wall.toFixed(0)} ms`, `${cpu.toFixed(0)} ms`];
  });
  table(['function', 'bundle', 'zip', 'load, wall', 'load, CPU'], rows);
  console.log('\naim: a bundle under 400 KB that loads in under 60 ms');
}

/** The middle of several loads, each in a process of its own. */
function load(code) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'index.js');
  writeFileSync(file, code);
  const env = { ...process.env, ...ENVIRONMENT };
  try {
    const loads = Array.from({ length: RUNS }, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', LOAD, file], { env, encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr.split('\n').find((line) => /^\w*Error: /.test(line)) ?? stderr);
      return JSON.parse(stdout);
    });
    return { wall: median(loads.map(({ wall }) => wall)), cpu: median(loads.map(({ cpu }) => cpu)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function kilobytes({ length }) {
  return `${(length / 1024).toFixed(0)} KB`;
}
