import { backgroundServices } from "../../product/services";
import {
  conversionPointOfNoReturn,
  convertedBeforeMigrator,
  databaseStartTimeout,
  driftArgs,
  migrateArgs,
  migrationPointOfNoReturn,
  rebuildArgs,
  timeouts,
  validateArgs,
  type HopFacts,
} from "./hop-facts";
import type { MigratorImage, RunbookCommand, RunbookStep } from "./upgrade-plan";

type Bundle = "from" | "to";

/** For what is to start without the one-off that the files have for the schemas. */
const withoutMigrator = ["--scale", "migrator=0"];

/** A command of compose with the files of one of the two bundles. */
export function compose(bundle: Bundle, ...args: string[]): RunbookCommand {
  return { program: "docker", args: ["compose", ...args], bundle };
}

/** A one-off migrator with the network and environment of the compose file's own; `image` replaces the pinned one. */
export function migrator(bundle: Bundle, args: readonly string[], image?: MigratorImage): RunbookCommand {
  const run = ["run", "--rm", "--no-deps", "-T", "migrator", ...args];
  if (image === undefined) return compose(bundle, ...run);
  return {
    ...compose(bundle, "--file", "compose.yaml", "--file", "-", ...run),
    stdin: `services:\n  migrator:\n    image: ${image.reference}\n`,
  };
}

/**
 * Stops all services but some: those first that nobody waits for, since some of them take their time.
 * A container that is only stopped is started again when Docker is.
 */
export function stopCommands(exceptions: readonly string[]): RunbookCommand[] {
  const remove = compose("from", "rm", "--stop", "--force");
  return [
    { ...remove, instancesOf: backgroundServices() },
    { ...remove, allServicesExcept: exceptions },
  ];
}

/** The runbook of a machine that runs the compose files. The machine holds both bundles while it works. */
export function composeRunbook(facts: HopFacts): RunbookStep[] {
  const { from, to, kind, events, databases, bundled, driftBefore, driftAfter } = facts;
  const services = bundled.map(({ service }) => service);
  const ownMigrator = facts.migrator.release === to.version;
  const migrate = (retry: boolean): RunbookCommand =>
    migrator("to", migrateArgs(facts, retry), ownMigrator ? undefined : facts.migrator);
  // What the step before did with the very same program would be done again while nobody can work.
  const migrated = kind === "standard" && ownMigrator;
  const startTimeout = events.renamesRepositories ? timeouts.startRenaming : timeouts.start;
  const wait = ["--wait", "--wait-timeout", String(startTimeout * 60)];
  const start = compose("to", "up", "--detach", ...wait, "--remove-orphans");

  const steps: (RunbookStep | undefined)[] = [
    {
      id: "check-migrations",
      title: "Check that schema and background migrations of the running release are complete",
      phase: "before",
      by: "machine",
      commands: [migrator("from", validateArgs(facts))],
      preconditions: [`${from.version} runs and is healthy`],
      timeoutMinutes: timeouts.check,
      safeToRepeat: true,
      onFailure: "stop",
    },
    events.convertsPostgres
      ? {
          id: "check-disk",
          title: "Check that the databases fit a second time",
          phase: "before",
          by: "machine",
          commands: [],
          check: { kind: "free-disk", asMuchAgainAs: services },
          preconditions: [],
          timeoutMinutes: timeouts.check,
          safeToRepeat: true,
          onFailure: "stop",
        }
      : undefined,
    kind === "multi-version" && convertedBeforeMigrator(facts)
      ? {
          id: "check-drift",
          title: "Compare the schemas with the running release, as long as they are what it was described on",
          phase: "before",
          by: "machine",
          commands: databases.map(({ schema }) => migrator("from", driftArgs(schema, from), driftBefore)),
          preconditions: [`${from.version} runs and is healthy`],
          timeoutMinutes: timeouts.check,
          safeToRepeat: true,
          onFailure: "stop",
        }
      : undefined,
    {
      id: "backup",
      title: `Keep a snapshot of the data disk named after ${to.version}`,
      phase: "before",
      by: "program",
      commands: [],
      preconditions:
        databases.length > bundled.length ? ["a backup of the external databases was taken at the same release"] : [],
      timeoutMinutes: timeouts.snapshot,
      safeToRepeat: true,
      onFailure: "stop",
    },
    {
      id: "pull",
      title: `Pull the images of ${to.version}`,
      phase: "before",
      by: "machine",
      commands: [
        compose("to", "pull", "--quiet"),
        ...(ownMigrator ? [] : [{ program: "docker", args: ["pull", "--quiet", facts.migrator.reference] } as const]),
      ],
      preconditions: ["the disk has room for a second set of images"],
      timeoutMinutes: timeouts.pull,
      safeToRepeat: true,
      onFailure: "stop",
    },
    {
      id: "stop",
      title: services.length > 0 ? "Stop everything but the databases" : "Stop everything",
      phase: "during",
      by: "machine",
      commands: stopCommands(services),
      preconditions: ["every step before has succeeded"],
      timeoutMinutes: timeouts.stop,
      safeToRepeat: true,
      onFailure: "go-back",
    },
    services.length > 0
      ? {
          id: "databases",
          title: events.convertsPostgres
            ? `Start the databases of ${to.version}, which converts them to PostgreSQL 16`
            : `Start the databases of ${to.version}`,
          phase: "during",
          by: "machine",
          commands: [
            // While the databases come up, the others' containers are made: that much sooner they are there afterwards,
            // and what cannot be made goes back before the databases change. Not beside a conversion, which nothing may cut short.
            ...(events.convertsPostgres
              ? []
              : [
                  compose("to", "up", "--detach", "--no-deps", ...services),
                  compose("to", "create", ...withoutMigrator),
                ]),
            compose(
              "to",
              "up",
              "--detach",
              "--wait",
              "--wait-timeout",
              String(databaseStartTimeout(facts) * 60),
              "--no-deps",
              ...services,
            ),
          ],
          preconditions: ["nothing but the databases runs", "the snapshot is complete"],
          timeoutMinutes: databaseStartTimeout(facts),
          safeToRepeat: !events.convertsPostgres,
          ...(events.convertsPostgres && { pointOfNoReturn: conversionPointOfNoReturn }),
          onFailure: events.convertsPostgres ? "stop" : "go-back",
        }
      : undefined,
    events.rebuildsIndexes
      ? {
          id: "rebuild-indexes",
          title: "Rebuild the indexes, which were sorted by another C library, before anything reads them",
          phase: "during",
          by: "machine",
          commands: bundled.map((database) => compose("to", "exec", "-T", database.service, ...rebuildArgs(database))),
          preconditions: ["nothing but the databases runs"],
          timeoutMinutes: timeouts.rebuild,
          safeToRepeat: true,
          onFailure: "stop",
        }
      : undefined,
    {
      id: "migrate",
      title: `Bring the schemas from ${from.version} to ${to.version}`,
      phase: "during",
      by: "machine",
      commands: [migrate(false)],
      retryCommands: [migrate(true)],
      preconditions: ["nothing but the databases runs", "the databases are healthy"],
      timeoutMinutes: kind === "multi-version" ? timeouts.upgrade : timeouts.up,
      safeToRepeat: true,
      ...(kind === "multi-version" && { pointOfNoReturn: migrationPointOfNoReturn(facts) }),
      onFailure: "stop",
    },
    {
      id: "start",
      title: `Start ${to.version}`,
      phase: "during",
      by: "machine",
      commands: [migrated ? { ...start, args: [...start.args, ...withoutMigrator] } : start],
      // Whoever was at work between two tries may have put the databases back.
      ...(migrated && { retryCommands: [start] }),
      preconditions: ["the migrator has exited with 0"],
      timeoutMinutes: startTimeout,
      safeToRepeat: true,
      onFailure: "stop",
    },
    {
      id: "verify",
      title: `Check that the instance answers as ${to.version}`,
      phase: "after",
      by: "machine",
      commands: [],
      check: { kind: "release", release: to.version },
      preconditions: ["every service is healthy"],
      timeoutMinutes: timeouts.verify,
      safeToRepeat: true,
      onFailure: "stop",
    },
    {
      id: "drift",
      title: `Compare the schemas with ${to.version}`,
      phase: "after",
      by: "machine",
      commands: databases.map(({ schema }) =>
        migrator("to", driftArgs(schema, to), driftAfter.release === to.version ? undefined : driftAfter),
      ),
      preconditions: [],
      timeoutMinutes: timeouts.check,
      safeToRepeat: true,
      onFailure: "report",
    },
  ];
  return steps.filter((step) => step !== undefined);
}
