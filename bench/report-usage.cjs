/** Preloaded into a measured process: writes its peak memory to the file a variable names, when it ends. */
const { writeFileSync } = require('fs');
process.on('exit', () => {
  const file = process.env.BENCH_USAGE_FILE;
  if (file) writeFileSync(file, String(process.resourceUsage().maxRSS));
});
