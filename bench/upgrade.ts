import { composeDeployment } from "../test/support/compose-deployment";
import { inTurn, port } from "./engine";
import { ratioOf, type Ratio } from "./ratio";

const pace = 100;

/** How long the frontend's address did not answer while some work was done, ms: asked each 100 ms, as a person's browser would. */
async function downtimeOf(work: () => Promise<void>): Promise<number> {
  let down = 0;
  let since: number | undefined;
  let over = false;
  const answers = async (): Promise<boolean> => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(1000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  };
  const watch = async (): Promise<void> => {
    // Once more after the work: it may be over before the address is back.
    while (!over || since !== undefined) {
      const asked = performance.now();
      const answered = await answers();
      if (!answered) since ??= asked;
      else if (since !== undefined) {
        down += asked - since;
        since = undefined;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, pace - (performance.now() - asked))));
    }
  };
  const watching = watch();
  try {
    await work();
  } finally {
    over = true;
  }
  await watching;
  return down;
}

/**
 * Measures for how long nobody can work during a standard upgrade: by the machine's program with its runbook, and by bare
 * `docker compose pull` and `up` with the new files. Size XS, the compose of Debian 13, the same stand-in images, which are
 * there before: pulling is no part of the downtime in either way. A run of both takes some minutes.
 *
 * @param runs runs of each way
 */
export async function measureUpgrade(runs = 3): Promise<Ratio> {
  const [from, to] = ["6.0.12741", "6.1.5633"];
  const before = composeDeployment({ release: from, size: "XS" });
  const after = composeDeployment({ release: to, size: "XS" }, { from, to, kind: "standard" });
  const up = ["up", "--detach", "--remove-orphans", "--wait"];
  const times = await inTurn([before, after], runs, {
    bare: async (engine) => {
      await engine.compose(engine.write(before), ...up);
      const folder = engine.write(after);
      return downtimeOf(async () => {
        await engine.compose(folder, "pull", "--quiet", "--policy", "missing");
        await engine.compose(folder, ...up);
      });
    },
    ours: async (engine, machine) => {
      await engine.converge(machine, before, "boot");
      return downtimeOf(() => engine.converge(machine, after, "poll"));
    },
  });
  return ratioOf({
    what: "downtime of a standard upgrade, by the machine's program",
    against: "docker compose pull, up --wait",
    ...times,
    budget: 1.1,
  });
}
