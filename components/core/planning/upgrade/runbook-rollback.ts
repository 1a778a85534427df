import { SemVer } from "semver";
import { databasesOf, driftArgs, timeouts } from "./hop-facts";
import { migratorForDrift } from "./migrator";
import { compose, migrator, stopCommands } from "./runbook-compose";
import type { RunbookStep, UpgradeSituation } from "./upgrade-plan";

/** What a machine does to start the release before again, and the images it needs for that besides those of the deployments. */
export interface RollbackRunbook {
  /** The steps, in order. */
  readonly runbook: readonly RunbookStep[];
  /** Images. */
  readonly images: readonly string[];
}

/** The runbook of a machine that goes back one standard hop; the databases stay as they are, so it can turn round at any point. */
export function rollbackRunbook(from: string, to: string, situation: UpgradeSituation): RollbackRunbook {
  const { databases, bundled } = databasesOf(situation);
  const newer = new SemVer(from);
  const reader = migratorForDrift(newer, situation);
  const own = reader.release === to;
  return {
    images: own ? [] : [reader.reference],
    runbook: [
      {
        id: "stop",
        title: `Stop what is of ${from}, but the databases`,
        phase: "during",
        by: "machine",
        commands: stopCommands(bundled.map(({ service }) => service)),
        preconditions: [],
        timeoutMinutes: timeouts.stop,
        safeToRepeat: true,
        onFailure: "go-back",
      },
      {
        id: "start",
        title: `Start ${to} on the databases as they are`,
        phase: "during",
        by: "machine",
        commands: [
          compose("to", "up", "--detach", "--wait", "--wait-timeout", String(timeouts.start * 60), "--remove-orphans"),
        ],
        preconditions: [`the schemas are those of ${from}, with which ${to} can work`],
        timeoutMinutes: timeouts.start,
        safeToRepeat: true,
        onFailure: "go-back",
      },
      {
        id: "verify",
        title: `Check that the instance answers as ${to}`,
        phase: "after",
        by: "machine",
        commands: [],
        check: { kind: "release", release: to },
        preconditions: ["every service is healthy"],
        timeoutMinutes: timeouts.verify,
        safeToRepeat: true,
        onFailure: "go-back",
      },
      {
        id: "drift",
        title: `Compare the schemas with ${from}, of which they stay`,
        phase: "after",
        by: "machine",
        commands: databases.map(({ schema }) => migrator("to", driftArgs(schema, newer), own ? undefined : reader)),
        preconditions: [],
        timeoutMinutes: timeouts.check,
        safeToRepeat: true,
        onFailure: "report",
      },
    ],
  };
}
