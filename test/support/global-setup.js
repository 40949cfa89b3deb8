const { execFileSync } = require('child_process');
const { mkdtempSync } = require('fs');
const { tmpdir } = require('os');
const { join } = require('path');

/** Jest's global set-up: builds the function bundles that the compute constructs read. */
module.exports = () => {
  // Every synthesis in a test leaves a folder behind: they go into one that the tear-down removes.
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'jest-run-'));
  execFileSync(process.execPath, [join(__dirname, '../../scripts/build-functions.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};
