#!/usr/bin/env node
/** Completes `dist` after the compiler: the program of a simulated function is JavaScript as it is, and `dr` can be executed. */
import { chmodSync, copyFileSync } from 'fs';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
copyFileSync(join(root, 'simulator/lambda-process.js'), join(root, 'dist/programs/simulator/lambda-process.js'));
chmodSync(join(root, 'dist/programs/drill/dr.js'), 0o755);
