import { InputError, RefusedError, type Problem } from "../../errors";
import { checkKubernetesTransition, type KubernetesTransition } from "../kubernetes/transition";
import { fixedProblems, type FixedSetting } from "../fixed-settings";
import type { DeployedCell, DeployedTenant, MultiTenantManifest } from "./manifest";
import { multiTenantManifest } from "./manifest";
import type { MultiTenantPlan, PlannedCell } from "./multi-tenant-plan";

/** What an update of the backend does, beside what the upgrade of every cell says for itself. */
export interface MultiTenantTransition {
  /** Cells that are made. */
  readonly newCells: readonly string[];
  /** Tenants that are made. */
  readonly newTenants: readonly string[];
  /** Cells whose release changes. */
  readonly upgraded: readonly string[];
  /** What the update does in each cell that was deployed before: the planned steps of its upgrade, by the cell's name. */
  readonly kubernetes: Readonly<Record<string, KubernetesTransition>>;
  /** Things a person should know before going on. */
  readonly notices: readonly string[];
}

const newEnvironment = "deploy a second environment beside it and move the tenants";
const newCell =
  "make a second cell beside it, move its tenants by the procedure of a move, and take this one away empty";

/** What of a cell cannot change, and what is done in its stead. */
const fixedOfCells: readonly FixedSetting<DeployedCell>[] = [
  { key: "account", path: "account.id", because: "everything of it would be made anew in another account" },
  { key: "region", path: "region", because: "stores do not move between regions" },
  { key: "zones", path: "zones", because: "disks do not move between zones" },
  { key: "cidr", path: "cidr", because: "a network keeps its addresses" },
  { key: "tenancy", path: "tenancy", because: "tenants would share what was promised to one alone, or the reverse" },
  {
    key: "workspaces",
    path: "WORKSPACES_API_URL",
    because: "index files are named by it, and none of those that are there would be found again",
  },
  { key: "customerKeys", path: "customerKeys", because: "what is encrypted stays under its key" },
];

/** What of an environment cannot change. */
const fixedOfEnvironments: readonly FixedSetting<MultiTenantManifest>[] = [
  { key: "name", path: "name" },
  { key: "cloud", path: "cloud" },
  { key: "stage", path: "boundaries.stage" },
  { key: "domain", path: "multiTenant.environment.domain" },
];

/** Says of which cell problems are. */
function ofCell(name: string, problems: readonly Problem[]): Problem[] {
  return problems.map(({ path, message }) => ({ path: `multiTenant.cells.${name}.${path}`, message }));
}

/** A secret that the edge shows is accepted until it shows another everywhere. */
function secretProblems(name: string, before: DeployedCell, after: DeployedCell): Problem[] {
  const shown = before.originSecrets.at(-1);
  if (shown === undefined || after.originSecrets.includes(shown)) return [];
  const list = `[${after.originSecrets.join(", ")}]`;
  return [
    {
      path: `multiTenant.cells.${name}.originSecrets`,
      message: `must name ${shown}, which the edge shows until it was changed everywhere, got ${list}; set it to [${shown}, ${after.originSecrets.at(-1)}], and take ${shown} away in the update after`,
    },
  ];
}

function tenantProblems(name: string, before: DeployedTenant, after: DeployedTenant): Problem[] {
  const path = `multiTenant.tenants.${name}`;
  const fixed = (["number", "workspaceId"] as const).flatMap((key): Problem[] =>
    before[key] === after[key]
      ? []
      : [
          {
            path: `${path}.${key}`,
            message: `is ${before[key]}, and cannot become ${after[key]}: rows, index files and objects are named by it; keep it, or onboard another tenant`,
          },
        ],
  );
  const tier: Problem[] =
    before.tier === after.tier
      ? []
      : [
          {
            path: `${path}.tier`,
            message: `is ${before.tier}, and cannot become ${after.tier} in place; keep it, and move the tenant into a cell of that tier by the procedure of a move`,
          },
        ];
  const cell: Problem[] =
    before.cell === after.cell
      ? []
      : [
          {
            path: `${path}.cell`,
            message: `is ${before.cell}, and cannot become ${after.cell} by a change of the config, which would lead people to a cell without their data; run the procedure of a move, which ends with this change and '${movedStep(name, before.cell, after.cell)}' in 'acknowledge'`,
          },
        ];
  return [...fixed, ...tier, ...cell];
}

/** Step that says that the data of a tenant is in its new cell. */
export function movedStep(tenant: string, from: string, to: string): string {
  return `moved:${tenant}:${from}:${to}`;
}

/** Step that says that nothing of a tenant is left, by the verification of its purge. */
export function purgedStep(tenant: string): string {
  return `purged:${tenant}`;
}

function goneProblems(
  previous: MultiTenantManifest,
  wanted: MultiTenantManifest,
  acknowledged: readonly string[],
): Problem[] {
  const tenants = Object.entries(previous.tenants).flatMap(([name, { state }]): Problem[] => {
    if (wanted.tenants[name] !== undefined) return [];
    const path = `multiTenant.tenants.${name}`;
    if (state !== "deleted")
      return [
        {
          path,
          message: `would be taken away while its state is ${state}: set 'state' to deleted, deploy, wait the days of grace, purge, and only then remove it`,
        },
      ];
    return acknowledged.includes(purgedStep(name))
      ? []
      : [
          {
            path,
            message: `would be taken away before its stores are shown to be empty: run the verification of the procedure of leaving, then add "${purgedStep(name)}" to 'acknowledge'`,
          },
        ];
  });
  const cells = Object.keys(previous.cells).flatMap((name): Problem[] => {
    if (wanted.cells[name] !== undefined) return [];
    const inside = Object.entries(wanted.tenants).filter(([, { cell }]) => cell === name);
    return inside.length === 0 && acknowledged.includes(drainedStep(name))
      ? []
      : [
          {
            path: `multiTenant.cells.${name}`,
            message: `would be taken away with everything in it: drain it by its procedure, then add "${drainedStep(name)}" to 'acknowledge'`,
          },
        ];
  });
  return [...tenants, ...cells];
}

/** Step that says that a cell is empty. */
export function drainedStep(cell: string): string {
  return `drained:${cell}`;
}

function newTenantProblems(plan: MultiTenantPlan, previous: MultiTenantManifest | undefined): Problem[] {
  return plan.tenants.flatMap(({ name, cell }): Problem[] => {
    const target = plan.cells.find((each) => each.name === cell);
    if (previous === undefined || previous.tenants[name] !== undefined || target === undefined) return [];
    return target.state === "open"
      ? []
      : [
          {
            path: `multiTenant.tenants.${name}.cell`,
            message: `is cell ${cell}, which is ${target.state} and takes no tenants; use an open cell, or open this one`,
          },
        ];
  });
}

/** The upgrade of every cell, each from what is deployed in it; what is wrong with one is said with its name. */
function upgradesOf(
  plan: MultiTenantPlan,
  previous: MultiTenantManifest,
): { readonly transitions: Record<string, KubernetesTransition>; readonly problems: Problem[] } {
  const transitions: Record<string, KubernetesTransition> = {};
  const problems: Problem[] = [];
  for (const { name, plan: within, specification } of plan.cells) {
    const before = previous.cells[name]?.kubernetes;
    if (before === undefined) continue;
    try {
      transitions[name] = checkKubernetesTransition(before, within, specification);
    } catch (error) {
      if (!(error instanceof RefusedError) && !(error instanceof InputError)) throw error;
      problems.push(...ofCell(name, error.problems));
    }
  }
  return { transitions, problems };
}

/** A release reaches the canary before the other cells of its kind. */
function canaryNotices(
  cells: readonly PlannedCell[],
  previous: MultiTenantManifest,
  upgraded: readonly string[],
): string[] {
  const canaries = cells.filter(({ canary }) => canary);
  const after = upgraded.filter((name) => !canaries.some((canary) => canary.name === name));
  return canaries.flatMap((canary) => {
    const has = previous.cells[canary.name]?.release;
    const ahead = after.filter((name) => cells.find((cell) => cell.name === name)?.release !== has);
    return ahead.length === 0
      ? []
      : [
          `${ahead.join(", ")} would go to a release that the canary ${canary.name} does not run yet (${has ?? "nothing is deployed there"}): give the release to ${canary.name} alone, watch it, then to the others`,
        ];
  });
}

/**
 * Checks a plan against the last manifest, before anything is registered: what cannot change does not, nobody is taken away
 * by a forgotten line, a tenant goes into cells that are open, and the upgrade of each cell is one that can be made.
 *
 * @param acknowledged ids of the manual steps that were taken
 * @throws RefusedError with every reason
 */
export function checkMultiTenantTransition(
  previous: MultiTenantManifest | undefined,
  plan: MultiTenantPlan,
  acknowledged: readonly string[] = [],
): MultiTenantTransition {
  const wanted = multiTenantManifest(plan);
  const newTenant = newTenantProblems(plan, previous);
  if (previous === undefined)
    return {
      newCells: plan.cells.map(({ name }) => name),
      newTenants: plan.tenants.map(({ name }) => name),
      upgraded: [],
      kubernetes: {},
      notices: [],
    };
  const environment = fixedProblems(fixedOfEnvironments, previous, wanted, newEnvironment);
  const waits: Problem[] =
    plan.cloud === "gcp" && previous.keyWaitDays !== wanted.keyWaitDays && Object.keys(previous.tenants).length > 0
      ? [
          {
            path: "multiTenant.environment.offboarding.backupDays",
            message: `makes keys of tenants wait ${wanted.keyWaitDays} days for their end, and Google Cloud fixes that when a key is made: those that are there wait ${previous.keyWaitDays}; keep it, or onboard the tenants anew`,
          },
        ]
      : [];
  const moved = (name: string, before: DeployedTenant, after: DeployedTenant): boolean =>
    before.cell !== after.cell && acknowledged.includes(movedStep(name, before.cell, after.cell));
  const cells = Object.entries(previous.cells).flatMap(([name, before]) => {
    const after = wanted.cells[name];
    return after === undefined ? [] : ofCell(name, fixedProblems(fixedOfCells, before, after, newCell));
  });
  const secrets = Object.entries(previous.cells).flatMap(([name, before]) => {
    const after = wanted.cells[name];
    return after === undefined ? [] : secretProblems(name, before, after);
  });
  const tenants = Object.entries(previous.tenants).flatMap(([name, before]) => {
    const after = wanted.tenants[name];
    if (after === undefined) return [];
    return tenantProblems(name, before, moved(name, before, after) ? { ...after, cell: before.cell } : after);
  });
  // Of a cell that would be built anew nothing else can be said.
  const upgrades = cells.length > 0 ? { transitions: {}, problems: [] } : upgradesOf(plan, previous);
  const problems = [
    ...environment,
    ...waits,
    ...cells,
    ...secrets,
    ...tenants,
    ...goneProblems(previous, wanted, acknowledged),
    ...newTenant,
    ...upgrades.problems,
  ];
  if (problems.length > 0) throw new RefusedError(problems, "refused, because it cannot be changed in place");
  const upgraded = plan.cells
    .filter(({ name, release }) => previous.cells[name] !== undefined && previous.cells[name].release !== release)
    .map(({ name }) => name);
  return {
    newCells: Object.keys(wanted.cells).filter((name) => previous.cells[name] === undefined),
    newTenants: Object.keys(wanted.tenants).filter((name) => previous.tenants[name] === undefined),
    upgraded,
    kubernetes: upgrades.transitions,
    notices: canaryNotices(plan.cells, previous, upgraded),
  };
}
