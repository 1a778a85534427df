import type { Specification } from "../config/specification";
import { situationOf, type LastHop } from "../manifest";
import { hopBetween } from "../upgrade/upgrade";
import { rollbackRunbook } from "../upgrade/runbook-rollback";
import type { RunbookStep } from "../upgrade/upgrade-plan";
import type { Plan } from "./plan";

/** A step as the machine's program reads it. */
export type MachineStep = Pick<
  RunbookStep,
  | "id"
  | "title"
  | "phase"
  | "commands"
  | "retryCommands"
  | "check"
  | "timeoutMinutes"
  | "safeToRepeat"
  | "pointOfNoReturn"
  | "onFailure"
>;

/** The change of release a machine may make to come to its bundle, as the machine's program reads it. */
export interface MachineHop {
  /** Releases it may come from. */
  readonly from: readonly string[];
  /** Kind of the change of release. */
  readonly kind: Exclude<LastHop["kind"], "restore">;
  /** Container that is asked for its release. */
  readonly frontend: string;
  /** Images that are run besides those of the two bundles. */
  readonly images: readonly string[];
  /** What to do when it failed and trying again does not help. */
  readonly wayBack: string;
  /** What the machine does, in order. */
  readonly steps: readonly MachineStep[];
}

/** The steps of a runbook that the machine takes. */
export function machineSteps(runbook: readonly RunbookStep[]): readonly MachineStep[] {
  return (
    runbook
      // Images come from archives, too, and have to be there before anything else begins: that is not a step of the runbook.
      .filter(({ id, by }) => by === "machine" && id !== "pull")
      .map(({ by: _by, preconditions: _preconditions, ...step }) => step)
  );
}

function wayBackOf(plan: Plan, { to, from }: LastHop): string {
  return plan.cloud === "local"
    ? `restore the backup that was taken at ${from}`
    : `restore the data disk from the snapshot that was taken before ${to}: 'sgbox restore --from SNAPSHOT'`;
}

/** What the machine does to come from one release to the other; undefined for a way that needs nothing but the new files. */
export function machineHop(plan: Plan, specification: Specification, hop: LastHop): MachineHop | undefined {
  // Whether the backup is there is seen on the machine: then this release is in place, and there is no change to make.
  if (hop.kind === "restore") return undefined;
  const { runbook, images } = (hop.kind === "rollback" ? rollbackRunbook : hopBetween)(
    hop.from,
    hop.to,
    situationOf(specification),
  );
  return {
    from: [hop.from],
    kind: hop.kind,
    frontend: plan.containers.find(({ service }) => service === "sourcegraph-frontend")?.name ?? "",
    images,
    wayBack: wayBackOf(plan, hop),
    steps: machineSteps(runbook),
  };
}
