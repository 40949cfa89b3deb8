#!/usr/bin/env node
/**
 * `npm run bench [-- part ...]`: measures what users wait for, in one run, and prints medians. Parts: domains, simulator, synth.
 * Nothing here fails on a slow machine: the aims are printed beside the figures.
 */
import { fileURLToPath } from 'url';
import { dirname, join } from 'path';
import { readdirSync } from 'fs';

const here = dirname(fileURLToPath(import.meta.url));
const parts = readdirSync(here)
  .map((file) => /^part-(.+)\.mjs$/.exec(file)?.[1])
  .filter(Boolean)
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts.includes(name));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are: ${parts.join(', ')}`);
  process.exit(2);
}
for (const part of wanted.length > 0 ? wanted : parts) {
  console.log(`\n## ${part}\n`);
  await (await import(join(here, `part-${part}.mjs`))).default();
}
