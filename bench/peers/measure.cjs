// Does the same work, once or several times over, and prints the median of the processor time in a process that is warm.
module.exports = function measure(work) {
  const runs = Number(process.env.RUNS ?? 0);
  const count = work(0);
  const times = [];
  for (let run = 1; run <= runs; run++) {
    const before = process.cpuUsage();
    work(run);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ count, ...(runs > 0 && { warmMs: times[Math.floor(runs / 2)] }) }));
};
