import type { Problem } from "../../errors";
import { recordedSteps } from "./facts";
import type { UpgradeSituation } from "./upgrade-plan";

/** Whether a condition holds; `open` when nobody said. */
export type ConditionState = "holds" | "absent" | "open";

/** PostgreSQL data of this size in GB or more must let the tenant migration of 5.9 finish. */
const tenantBackfillGb = 1000;

/** Names a situation's `conditions` may hold, sorted. */
export const upgradeConditions: readonly string[] = [
  ...new Set(recordedSteps.flatMap(({ conditions }) => conditions)),
].sort();

/** Facts about the site's use of the product that no deployment configuration tells. */
const siteConditions: ReadonlySet<string> = new Set([
  "airgapped",
  "bitbucket-cloud",
  "ghes",
  "inventory-env-set",
  "perforce",
  "postgres-1tb-or-larger",
  "rockskip",
  "settings-used",
  "signature-verification",
  "ssh-code-hosts",
]);

/** Shapes a compose or Kubernetes deployment does not have unless it says so. */
const otherShapes: ReadonlySet<string> = new Set(["machine-image-or-pure-docker", "single-container"]);

/** Whether a condition holds in a situation. */
export function conditionState(name: string, situation: UpgradeSituation): ConditionState {
  const { conditions, databases = "bundled", target = "compose", postgresSizeGb } = situation;
  const holds = (value: boolean): ConditionState => (value ? "holds" : "absent");
  if (conditions?.includes(name)) return "holds";
  switch (name) {
    case "builtin-postgres":
      return holds(databases === "bundled");
    case "external-postgres":
      return holds(databases === "external");
    case "helm":
      return holds(target === "kubernetes" && !conditions?.includes("kustomize-or-legacy-manifests"));
    case "postgres-1tb-or-larger":
      return postgresSizeGb === undefined ? "open" : holds(postgresSizeGb >= tenantBackfillGb);
  }
  if (otherShapes.has(name)) return "absent";
  return conditions === undefined || siteConditions.has(name) ? "open" : "absent";
}

/** Whether a condition holds for certain. */
export function holds(name: string, situation: UpgradeSituation): boolean {
  return conditionState(name, situation) === "holds";
}

/** Everything in a situation that cannot be. */
export function situationProblems(situation: UpgradeSituation): Problem[] {
  const unknown = (situation.conditions ?? []).filter((name) => !upgradeConditions.includes(name));
  const problems: Problem[] = unknown.map((name) => ({
    path: "conditions",
    message: `names "${name}", which is no condition of a manual step; allowed: ${upgradeConditions.join(", ")}`,
  }));
  const { postgresMajor, postgresSizeGb } = situation;
  if (postgresMajor !== undefined && !(Number.isInteger(postgresMajor) && postgresMajor >= 12)) {
    problems.push({
      path: "postgresMajor",
      message: `is ${postgresMajor}; Sourcegraph runs on PostgreSQL 12 or newer, give the major version as a whole number`,
    });
  }
  if (postgresSizeGb !== undefined && !(Number.isFinite(postgresSizeGb) && postgresSizeGb >= 0)) {
    problems.push({
      path: "postgresSizeGb",
      message: `is ${postgresSizeGb}; give the size in GB as a number of at least 0`,
    });
  }
  return problems;
}
