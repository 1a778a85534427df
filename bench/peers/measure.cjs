// Does the same work several times in a process that is warm, and prints the median.
module.exports = function measure(work, runs = 15) {
  const count = work();
  const times = [];
  for (let run = 0; run < runs; run++) {
    const start = process.hrtime.bigint();
    work(run);
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ count, warmMs: times[Math.floor(runs / 2)] }));
};
