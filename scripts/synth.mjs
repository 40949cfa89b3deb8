#!/usr/bin/env node
/**
 * `npm run synth`: runs main.ts the way `cdktf synth` does, and prints what was built: a table of resources by domain
 * and region, the notices, and where the output is. It needs no credentials and no Terraform.
 */
import { spawnSync } from 'child_process';
import { readFileSync } from 'fs';
import { dirname, join, relative, resolve } from 'path';
import { fileURLToPath } from 'url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outdir = process.env.CDKTF_OUTDIR ?? 'cdktf.out';
const output = resolve(root, outdir);
const { context } = JSON.parse(readFileSync(join(root, 'cdktf.json'), 'utf8'));

const { status } = spawnSync(process.execPath, ['-r', 'ts-node/register', 'main.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    CDKTF_OUTDIR: outdir,
    CDKTF_CONTEXT_JSON: process.env.CDKTF_CONTEXT_JSON ?? JSON.stringify(context),
  },
});
if (status !== 0) process.exit(status ?? 1);
for (const stack of Object.values(JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')).stacks)) {
  report(stack);
}

function report({ name, synthesizedStackPath, annotations }) {
  const file = join(output, synthesizedStackPath);
  const json = JSON.parse(readFileSync(file, 'utf8'));
  const regions = new Map((json.provider?.aws ?? []).map(({ alias, region }) => [`aws.${alias}`, region]));
  const counts = new Map();
  for (const byId of Object.values(json.resource ?? {})) {
    for (const body of Object.values(byId)) {
      const domain = domainOf(body['//'].metadata.path);
      const row = counts.get(domain) ?? counts.set(domain, new Map()).get(domain);
      const region = regions.get(body.provider) ?? 'terraform';
      row.set(region, (row.get(region) ?? 0) + 1);
    }
  }
  const columns = [...new Set([...regions.values(), ...[...counts.values()].flatMap((row) => [...row.keys()])])];
  const rows = [...counts].sort(([a], [b]) => a.localeCompare(b));
  const sum = (cells) => cells.reduce((total, cell) => total + cell, 0);
  const cellsOf = (row) => columns.map((column) => row.get(column) ?? 0);
  const totals = columns.map((column) => sum(rows.map(([, row]) => row.get(column) ?? 0)));
  const line = (label, cells) =>
    console.log(`${label.padEnd(18)}${cells.map((cell) => String(cell).padStart(12)).join('')}`);
  console.log(`\n${name}: resources by domain and region\n`);
  line('', [...columns, 'all']);
  for (const [domain, row] of rows) line(domain, [...cellsOf(row), sum(cellsOf(row))]);
  line('all', [...totals, sum(totals)]);
  if (annotations.length > 0) console.log('');
  for (const { level, message } of annotations)
    console.log(`${level === '@cdktf/warn' ? 'warning' : 'notice'}: ${message}`);
  console.log(`\nwritten: ${relative(process.cwd(), file)}`);
  console.log(`next:    npx cdktf deploy ${name}   (docs/deployment.md)`);
}

/** `TapStack-dev/MultiRegionDR/Networking/Primary/Vpc` belongs to `networking`. */
function domainOf(path) {
  const [, , domain] = path.split('/');
  return (domain ?? 'stack').replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase();
}
