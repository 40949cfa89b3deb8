const { rmSync } = require('fs');

/** Jest's global tear-down: removes the temporary folder of the run. */
module.exports = () => rmSync(process.env.TMPDIR, { recursive: true, force: true });
