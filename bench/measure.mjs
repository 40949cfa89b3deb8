import { spawnSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The middle of some numbers. */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/**
 * Runs a Node program several times, each in a process and a folder of its own.
 *
 * @returns medians: wall and CPU time in milliseconds, peak memory in megabytes; and the folder of the last run
 */
export function measure(args, { runs = 5, env = {} } = {}) {
  const times = [];
  const memory = [];
  const cpu = [];
  let folder;
  for (let run = 0; run < runs; run++) {
    if (folder) rmSync(folder, { recursive: true, force: true });
    folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const usage = join(folder, 'usage');
    const start = process.hrtime.bigint();
    const { status, stderr } = spawnSync(process.execPath, ['-r', join(root, 'bench/report-usage.cjs'), ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, ...env, BENCH_USAGE_FILE: usage, CDKTF_OUTDIR: join(folder, 'out') },
    });
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
    if (status !== 0) throw new Error(`${args.join(' ')} failed:\n${stderr}`);
    const { kilobytes, cpuMicroseconds } = JSON.parse(readFileSync(usage, 'utf8'));
    memory.push(kilobytes / 1024);
    cpu.push(cpuMicroseconds / 1000);
  }
  return { milliseconds: median(times), cpu: median(cpu), megabytes: median(memory), folder };
}

/** Prints rows as a Markdown table. */
export function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log([line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n'));
}
