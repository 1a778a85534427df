import type { PendingUpgrade } from "../manifest";
import { rollbackId, type LastHop } from "../upgrade/rollback";
import type { Hop, RunbookStep, UpgradeSituation } from "../upgrade/upgrade-plan";
import { SemVer } from "semver";
import { databaseComponents } from "./rollout";

// What a person reads after an update, and in refusals of one.

/** Arguments as a person types them. */
function typed(args: readonly string[]): string {
  return args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg}'`)).join(" ");
}

/** After the first update of a multi-version upgrade. */
export function finishText({ from, to }: Hop): string {
  return `the schemas are at ${to} and everything but the databases of ${from} stands still: run the same update once more, which starts ${to}`;
}

/** Refusal of anything but the second update. */
export function pendingText({ from, to }: PendingUpgrade, release: string): string {
  return `is ${release}, but the schemas were brought from ${from} to ${to} and the services stand still; set it to ${to} and finish the upgrade; the way back to ${from} is the backup`;
}

/** Refusal of a rollback that nobody has acknowledged. */
export function rollbackText(from: string, to: string): string {
  return `is ${to}, older than ${from}, which runs now; right after a standard upgrade this is a rollback: the objects of ${to} are deployed again on the databases as they are, and the migrator does not run; add "${rollbackId}" to 'acknowledge' for it`;
}

/** What a person does after a rollback. */
export function rollbackStep({ from, to }: LastHop, namespace: string): string {
  return `${to} runs again on the schemas of ${from}: compare them with the migrator's 'drift' in namespace ${namespace}, and take back by hand what ${from} rewrote in files of the site configuration; remove "${rollbackId}" from 'acknowledge'`;
}

/** Refusal of any other way back, with the commands of the only one that keeps the data of today. */
export function wayBackText(
  reason: string,
  from: string,
  to: string,
  { namespace = "sourcegraph" }: UpgradeSituation,
): string {
  if (reason.includes("no way back")) return reason;
  const line = (release: string) => `v${new SemVer(release).major}.${new SemVer(release).minor}`;
  const kubectl = `kubectl --namespace=${namespace}`;
  const commands = [
    `${kubectl} scale deployment --all --replicas=0`,
    `${kubectl} scale statefulset --selector='app.kubernetes.io/component notin (${databaseComponents.join(",")})' --replicas=0`,
    `the migrator with the arguments downgrade --from ${line(from)} --to ${line(to)} --disable-animation, in a Job like that of the last update`,
  ];
  return `${reason}; commands: ${commands.join("; ")}`;
}

function commandsOf({ commands }: RunbookStep): string {
  return commands
    .filter(({ program }) => program === "kubectl")
    .map(({ program, args }) => `${program} ${typed(args)}`)
    .join(" && ");
}

/** After an upgrade: what its runbook and its manual steps leave to a person. */
export function hopText(hop: Hop, namespace: string): string {
  const rebuild = hop.runbook.find(({ id }) => id === "rebuild-indexes");
  const manual = hop.manualSteps.filter(({ phase }) => phase === "after");
  return [
    ...(rebuild === undefined ? [] : [`${rebuild.title}: ${commandsOf(rebuild)}, then pulumi up --refresh`]),
    ...manual.map(({ id, action }) => `${id}: ${action}`),
    `compare the schemas with ${hop.to} by the migrator's 'drift' in namespace ${namespace}`,
  ].join("\n");
}
