import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeOfDebian } from "../test/support/compose-debian";
import {
  composeDeployment,
  dockerConfigWith,
  machineOn,
  publish,
  secretValues,
  standInImages,
  succeeded,
  writeBundle,
} from "../test/support/compose-deployment";
import { startDocker } from "../test/support/docker";
import { buildImages } from "../test/support/images/build";
import { installToolchain, toolchainFolder } from "../test/support/toolchain";

/** Times of bringing the same deployment up in two ways, from no container to all healthy. */
export interface ConvergeTimes {
  /** Bare `docker compose up --wait`, one time per run, ms. */
  readonly bareMs: readonly number[];
  /** The machine's program: fetch, verify, put in place, `docker compose up --wait`, ms. */
  readonly convergeMs: readonly number[];
  /** Median of the program's times over the median of the bare ones. */
  readonly ratio: number;
  /** The budget of the ratio. */
  readonly budget: number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/**
 * Measures what the machine's program adds to bare `docker compose up --wait`, with the compose of Debian 13, size XS and
 * the same stand-in images. The two take turns, so that a busy machine is fair to both; a run of each takes a minute.
 *
 * @param runs runs of each way
 * @param progress told of each finished run
 * @throws Error without root, the test toolchain or Debian's archive
 */
export async function measureConverge(
  runs = 3,
  progress: (line: string) => void = () => undefined,
): Promise<ConvergeTimes> {
  installToolchain();
  const docker = await startDocker(toolchainFolder());
  const config = dockerConfigWith(composeOfDebian());
  const folder = mkdtempSync(join(tmpdir(), "sgbox-bench-"));
  const times: Record<"bare" | "converge", number[]> = { bare: [], converge: [] };
  try {
    const deployment = composeDeployment({ release: "7.5.4453", size: "XS" });
    const values = secretValues(deployment.bundle);
    await buildImages(standInImages(deployment), docker.api);
    const compose = async (cwd: string, ...args: string[]): Promise<void> => {
      succeeded(await docker.docker(["--config", config, "compose", ...args], { cwd, timeoutMs: 300_000 }));
    };
    for (let run = 0; run < runs; run++) {
      writeBundle(folder, deployment.bundle, values);
      times.bare.push(await timed(() => compose(folder, "up", "--detach", "--wait")));
      await compose(folder, "down", "--volumes");
      const host = machineOn({ ...docker.env, DOCKER_CONFIG: config });
      try {
        publish(host, deployment.bundle, values);
        const converge = async (): Promise<void> => {
          const { code, output } = await host.fetch("boot");
          if (code !== 0) throw new Error(output);
        };
        times.converge.push(await timed(converge));
        await compose(join(host.folder, "mnt/deployment"), "down", "--volumes");
      } finally {
        host.delete();
      }
      const [bare, converge] = [times.bare, times.converge].map((list) => ((list.at(-1) ?? 0) / 1000).toFixed(1));
      progress(`run ${run + 1}: docker compose up --wait ${bare} s, converge ${converge} s`);
    }
  } finally {
    await docker.stop();
    for (const each of [config, folder]) rmSync(each, { recursive: true, force: true });
  }
  const ratio = median(times.converge) / median(times.bare);
  return { bareMs: times.bare, convergeMs: times.converge, ratio, budget: 1.2 };
}
