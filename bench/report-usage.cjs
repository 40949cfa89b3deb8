/** Preloaded into a measured process: writes its peak memory and CPU time to the file a variable names, when it ends. */
const { writeFileSync } = require('fs');
process.on('exit', () => {
  const file = process.env.BENCH_USAGE_FILE;
  if (!file) return;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(file, JSON.stringify({ kilobytes: maxRSS, cpuMicroseconds: userCPUTime + systemCPUTime }));
});
