import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A program run from start to end. */
export interface Measured {
  /** Median wall time, seconds. */
  readonly seconds: number;
  /** Median processor time, seconds: the figure to trust on a machine that is busy. */
  readonly cpuSeconds: number;
  /** Median peak memory, MB. */
  readonly megabytes: number;
  /** Standard output of the last run. */
  readonly output: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs a Node program several times, once before to warm the disk. */
export function measureProgram(root: string, args: readonly string[], runs = 5): Measured {
  const folder = mkdtempSync(join(tmpdir(), "sgbox-bench-"));
  const peakFile = join(folder, "peak");
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  const megabytes: number[] = [];
  let output = "";
  try {
    for (let run = 0; run <= runs; run++) {
      const start = process.hrtime.bigint();
      const child = spawnSync(process.execPath, ["--require", join(root, "bench/peak.cjs"), ...args], {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, PEAK_FILE: peakFile },
      });
      if (child.status !== 0) throw new Error(`node ${args.join(" ")} ended with ${child.status}: ${child.stderr}`);
      output = child.stdout;
      if (run === 0) continue;
      seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
      const peak = JSON.parse(readFileSync(peakFile, "utf8")) as { bytes: number; cpuSeconds: number };
      cpuSeconds.push(peak.cpuSeconds);
      megabytes.push(peak.bytes / 1e6);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { seconds: median(seconds), cpuSeconds: median(cpuSeconds), megabytes: median(megabytes), output };
}
