// Loaded before a measured program: on exit, writes what it took to the file that PEAK_FILE names.
const { writeFileSync } = require("node:fs");
process.once("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(
    process.env.PEAK_FILE,
    JSON.stringify({ bytes: maxRSS * 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }),
  );
});
