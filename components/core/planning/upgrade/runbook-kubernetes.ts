import {
  conversionPointOfNoReturn,
  databaseStartTimeout,
  driftArgs,
  migrateArgs,
  migrationPointOfNoReturn,
  rebuildArgs,
  timeouts,
  validateArgs,
  type HopFacts,
} from "./hop-facts";
import type { RunbookCommand, RunbookStep } from "./upgrade-plan";

/** Objects of the databases carry these names in the label that says what a pod belongs to. */
const databaseServices = "pgsql,codeintel-db,codeinsights-db";

/** Pods that no scaling stops: the agents of the nodes, and what a run of the migrator has left. */
const staying = "cadvisor,node-exporter,migrator";

/** The runbook of a Kubernetes deployment, in the terms of the vendor's charts; override values are expected in `override.yaml`. */
export function kubernetesRunbook(facts: HopFacts): RunbookStep[] {
  const { from, to, kind, events, situation, databases, bundled, driftAfter } = facts;
  const namespace = `--namespace=${situation.namespace ?? "sourcegraph"}`;
  const kubectl = (...args: string[]): RunbookCommand => ({ program: "kubectl", args: [namespace, ...args] });
  const helm = (...args: string[]): RunbookCommand => ({ program: "helm", args: [namespace, ...args] });

  /** The migrator's chart runs a Job whose name is random, so it is found by its labels; what an earlier run left goes first. */
  const migrator = (args: readonly string[], release: string, minutes: number): RunbookCommand[] => [
    helm("uninstall", "sourcegraph-migrator", "--ignore-not-found", "--wait"),
    helm(
      "install",
      "sourcegraph-migrator",
      "sourcegraph/sourcegraph-migrator",
      `--version=${release}`,
      "--values=override.yaml",
      `--set-json=migrator.args=${JSON.stringify(args)}`,
    ),
    kubectl(
      "wait",
      "job",
      "--for=condition=complete",
      "--selector=app.kubernetes.io/instance=sourcegraph-migrator",
      `--timeout=${minutes}m`,
    ),
  ];
  const scaleDown = [
    kubectl("scale", "deployment", "--all", "--replicas=0"),
    kubectl(
      "scale",
      "statefulset",
      `--selector=app.kubernetes.io/component notin (${databaseServices})`,
      "--replicas=0",
    ),
    kubectl(
      "wait",
      "pod",
      "--for=delete",
      `--selector=deploy=sourcegraph,app.kubernetes.io/component notin (${databaseServices},${staying}),app!=otel-agent`,
      `--timeout=${timeouts.stop}m`,
    ),
  ];
  const startTimeout = Math.max(
    events.renamesRepositories ? timeouts.startRenaming : timeouts.start,
    events.convertsPostgres ? databaseStartTimeout(facts) : 0,
  );
  const deploy = helm(
    "upgrade",
    "sourcegraph",
    "sourcegraph/sourcegraph",
    `--version=${to.version}`,
    "--values=override.yaml",
    "--wait",
    `--timeout=${startTimeout}m`,
  );
  const multiVersion = kind === "multi-version";

  const steps: (RunbookStep | undefined)[] = [
    {
      id: "check-migrations",
      title: "Check that schema and background migrations of the running release are complete",
      phase: "before",
      by: "machine",
      commands: migrator(validateArgs(facts), from.version, timeouts.check),
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
          check: { kind: "free-disk", asMuchAgainAs: bundled.map(({ service }) => service) },
          preconditions: [
            "the databases' start-up probes and termination grace outlast the conversion",
            "no node is going to be drained or replaced meanwhile",
          ],
          timeoutMinutes: timeouts.check,
          safeToRepeat: true,
          onFailure: "stop",
        }
      : undefined,
    {
      id: "backup",
      title: "Take a backup of all databases: volume snapshots, or dumps while nothing else is connected",
      phase: "before",
      by: "person",
      commands: [],
      preconditions: [],
      timeoutMinutes: timeouts.snapshot,
      safeToRepeat: true,
      onFailure: "stop",
    },
    multiVersion
      ? {
          id: "stop",
          title: "Scale everything but the databases to zero",
          phase: "during",
          by: "machine",
          commands: scaleDown,
          preconditions: ["every step before has succeeded"],
          timeoutMinutes: timeouts.stop,
          safeToRepeat: true,
          onFailure: "stop",
        }
      : undefined,
    multiVersion
      ? {
          id: "migrate",
          title: `Bring the schemas from ${from.version} to ${to.version}`,
          phase: "during",
          by: "machine",
          commands: migrator(migrateArgs(facts), facts.migrator.release, timeouts.upgrade),
          retryCommands: migrator(migrateArgs(facts, true), facts.migrator.release, timeouts.upgrade),
          preconditions: ["nothing but the databases runs", "the databases are healthy"],
          timeoutMinutes: timeouts.upgrade,
          safeToRepeat: true,
          pointOfNoReturn: migrationPointOfNoReturn(facts),
          onFailure: "stop",
        }
      : undefined,
    {
      id: "start",
      title: multiVersion
        ? `Start ${to.version}`
        : `Roll out ${to.version}; the first container of frontend brings the schema`,
      phase: "during",
      by: "machine",
      commands: [deploy],
      preconditions: multiVersion ? ["the migrator's Job is complete"] : ["every step before has succeeded"],
      timeoutMinutes: startTimeout,
      safeToRepeat: !events.convertsPostgres,
      ...(events.convertsPostgres && { pointOfNoReturn: conversionPointOfNoReturn }),
      onFailure: "stop",
    },
    events.rebuildsIndexes
      ? {
          id: "rebuild-indexes",
          title:
            "Stop everything but the databases again, rebuild their indexes, which were sorted by another C library, and start",
          phase: "after",
          by: "machine",
          commands: [
            ...scaleDown,
            ...bundled.map((database) =>
              kubectl("exec", `statefulset/${database.service}`, "--", ...rebuildArgs(database)),
            ),
            deploy,
          ],
          preconditions: ["a backup taken after the step before"],
          timeoutMinutes: timeouts.rebuild,
          safeToRepeat: true,
          onFailure: "stop",
        }
      : undefined,
    {
      id: "verify",
      title: `Check that the instance answers as ${to.version}`,
      phase: "after",
      by: "machine",
      commands: [],
      check: { kind: "release", release: to.version },
      preconditions: ["every pod is ready"],
      timeoutMinutes: timeouts.verify,
      safeToRepeat: true,
      onFailure: "stop",
    },
    {
      id: "drift",
      title: `Compare the schemas with ${to.version}`,
      phase: "after",
      by: "machine",
      commands: databases.flatMap(({ schema }) => migrator(driftArgs(schema, to), driftAfter.release, timeouts.check)),
      preconditions: [],
      timeoutMinutes: timeouts.check,
      safeToRepeat: true,
      onFailure: "report",
    },
  ];
  return steps.filter((step) => step !== undefined);
}
