import { composeDeployment } from "../test/support/compose-deployment";
import { inTurn } from "./engine";
import { ratioOf, timed, type Ratio } from "./ratio";

/**
 * Measures what the machine's program adds to bare `docker compose up --wait`, from no container to all healthy, with the
 * compose of Debian 13, size XS and the same stand-in images. A run of each takes a minute.
 *
 * @param runs runs of each way
 */
export async function measureConverge(runs = 1): Promise<Ratio> {
  const deployment = composeDeployment({ release: "7.5.4453", size: "XS" });
  const times = await inTurn([deployment], runs, {
    bare: (engine) => {
      const folder = engine.write(deployment);
      return timed(() => engine.compose(folder, "up", "--detach", "--wait"));
    },
    ours: (engine, machine) => timed(() => engine.converge(machine, deployment, "boot")),
  });
  return ratioOf({
    what: "from no container to all healthy, by the machine's program",
    against: "docker compose up --wait",
    ...times,
    budget: 1.2,
  });
}
