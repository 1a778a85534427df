import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle } from "../components/core/rendering/bundle";
import { composeOfDebian } from "../test/support/compose-debian";
import {
  dockerConfigWith,
  machineOn,
  secretValues,
  standInImages,
  succeeded,
  writeBundle,
  publish,
  type ComposeDeployment,
} from "../test/support/compose-deployment";
import { startDocker } from "../test/support/docker";
import { buildImages } from "../test/support/images/build";
import type { ProgramHost } from "../test/support/machine-programs";
import { installToolchain, toolchainFolder } from "../test/support/toolchain";
import type { Ratio } from "./ratio";

/** Port of the loopback that a deployment of the bench is reached at: others may have the port 80. */
export const port = 18_080;

/** A Docker Engine of the bench, with the compose of Debian 13 and the images of some deployments in it. */
export interface BenchEngine {
  /** Hands a deployment to a machine and lets it come to it. */
  converge(machine: ProgramHost, deployment: ComposeDeployment, how: "boot" | "poll"): Promise<void>;
  /** Writes a deployment's files where a person would have them. Returns the folder. */
  write(deployment: ComposeDeployment): string;
  /** Runs `docker compose` in a folder. */
  compose(folder: string, ...args: string[]): Promise<void>;
}

/** The two ways of doing something, each from no container. What they started goes afterwards. */
export interface Ways {
  /** The bare way, in the folder that the engine writes. Its time, ms. */
  readonly bare: (engine: BenchEngine) => Promise<number>;
  /** This library's way, by a machine that has nothing yet. Its time, ms. */
  readonly ours: (engine: BenchEngine, machine: ProgramHost) => Promise<number>;
}

/** A deployment that is reached at {@link port}. */
function onPort(bundle: Bundle): Bundle {
  const files = bundle.files.map((file) =>
    file.path === "compose.yaml"
      ? { ...file, text: file.text.replace(/(- ["']?)0\.0\.0\.0:80:80/, `$1127.0.0.1:${port}:80`) }
      : file,
  );
  return { ...bundle, files };
}

/**
 * Measures two ways that take turns, so that a busy machine is fair to both, on an engine of their own. Needs root.
 *
 * @param deployments what the ways bring up: their images are there before
 * @param runs runs of each way
 * @throws Error without root, the test toolchain or Debian's archive
 */
export async function inTurn(
  deployments: readonly ComposeDeployment[],
  runs: number,
  { bare, ours }: Ways,
): Promise<Pick<Ratio, "bareMs" | "oursMs">> {
  installToolchain();
  const docker = await startDocker(toolchainFolder());
  const config = dockerConfigWith(composeOfDebian());
  const folder = mkdtempSync(join(tmpdir(), "sgbox-bench-"));
  const written = join(folder, "deployment");
  const engine: BenchEngine = {
    async converge(machine, { bundle }, how) {
      publish(machine, onPort(bundle), secretValues(bundle));
      const { code, output } = await machine.fetch(how);
      if (code !== 0) throw new Error(output);
    },
    write({ bundle }) {
      writeBundle(written, onPort(bundle), secretValues(bundle));
      return written;
    },
    async compose(cwd, ...args) {
      succeeded(await docker.docker(["--config", config, "compose", ...args], { cwd, timeoutMs: 300_000 }));
    },
  };
  const [bareMs, oursMs]: [number[], number[]] = [[], []];
  try {
    await buildImages(standInImages(...deployments), docker.api);
    for (let run = 0; run < runs; run++) {
      bareMs.push(await bare(engine));
      await engine.compose(written, "down", "--volumes");
      const machine = machineOn({ ...docker.env, DOCKER_CONFIG: config });
      try {
        oursMs.push(await ours(engine, machine));
        await engine.compose(join(machine.folder, "mnt/deployment"), "down", "--volumes");
      } finally {
        machine.delete();
      }
    }
  } finally {
    await docker.stop();
    for (const each of [config, folder]) rmSync(each, { recursive: true, force: true });
  }
  return { bareMs, oursMs };
}
