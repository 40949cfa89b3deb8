const { execFileSync } = require('child_process');
const { join } = require('path');

/** Jest's global set-up: builds the function bundles that the compute constructs read. */
module.exports = () => {
  execFileSync(process.execPath, [join(__dirname, '../../scripts/build-functions.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};
