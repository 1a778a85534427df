import { tiers } from "../../../product/multi-tenant/tenancy";
import type { MultiTenantPlan, PlannedCell, PlannedPurge } from "../multi-tenant-plan";
import { purgedStep } from "../transition";
import {
  asksHost,
  cellNamed,
  databasesOf,
  deploys,
  isResource,
  type Procedure,
  type ProcedureAction,
  type ProcedureStep,
  type TenantReference,
} from "./procedure";
import { takesAway } from "./take-away";

function leaves(tenant: TenantReference): ProcedureStep[] {
  const resource = isResource(tenant);
  const state: ProcedureAction[] = resource
    ? [{ kind: "config", path: `multiTenant.tenants.${tenant.name}.state`, value: "deleted" }, deploys]
    : [];
  return [
    {
      id: "route",
      title: "take the route away",
      by: resource ? "this program" : "control plane",
      effect: "route-off",
      what: `the state of ${tenant.name} becomes deleted, and the edge no longer leads ${tenant.hostname} anywhere; first, so that nobody writes into what is emptied`,
      actions: state,
      proof: "the host name answers 404",
      checks: [asksHost(tenant.hostname)],
      undo: "set the state to active and publish the route again",
      fromDay: 0,
    },
    {
      id: "revoke",
      title: "revoke tokens and sessions",
      by: "control plane",
      cell: tenant.cell,
      effect: "revoke",
      what: "access tokens of the workspace are revoked, its sessions ended, its code-host connection taken back",
      actions: [],
      proof: "a token of the workspace is answered with 401",
      checks: [],
      undo: "people sign in anew, and make new tokens",
    },
  ];
}

/** A command in every pod of a workload: each has disks of its own. */
function inPods({ plan }: PlannedCell, workload: string, container: string, command: string): ProcedureAction[] {
  const { replicas = 0 } = plan.workloads.find(({ name }) => name === workload) ?? {};
  return Array.from({ length: replicas }, (_, ordinal) => ({
    kind: "command",
    text: `kubectl --namespace ${plan.namespace.name} exec ${workload}-${ordinal} --container ${container} -- sh -c "${command}"`,
  }));
}

/** Begin of the names of a tenant's keys in both caches, and of its objects. */
const prefixOf = ({ number }: Pick<TenantReference, "number">): string => `tnt_${number}:`;

/** How a store is shown to be empty, where a command or query does it. */
function checksOf(
  store: PlannedPurge["store"],
  cell: PlannedCell,
  tenant: TenantReference,
  cloud: "aws" | "gcp",
): ProcedureAction[] {
  const { number } = tenant;
  const prefix = prefixOf(tenant);
  switch (store) {
    case "database":
      return [
        {
          kind: "sql",
          query: "purge-verification",
          cell: cell.name,
          databases: databasesOf(cell),
          tenant: number,
          as: "owner",
          expected: "no line",
        },
      ];
    case "blobstore":
      return [
        {
          kind: "command",
          text:
            cloud === "aws"
              ? `aws s3api list-object-versions --bucket "$UPLOADS_BUCKET" --prefix "${prefix}" --max-items 1`
              : `gcloud storage ls --all-versions "gs://$UPLOADS_BUCKET/${prefix}**"`,
        },
      ];
    case "redis":
      return (["cache", "store"] as const).map((name) => ({
        kind: "command",
        text: `redis-cli -u "$REDIS_${name.toUpperCase()}_ENDPOINT" --scan --pattern '${prefix}*'`,
      }));
    // Names of the files begin with the number, with or without zeros before it.
    case "zoekt":
      return inPods(
        cell,
        "indexed-search",
        "zoekt-webserver",
        `find /data/index -name '*.zoekt' | grep -E '/0*${number}_'`,
      );
    case "gitserver":
      return inPods(cell, "gitserver", "gitserver", `find /data/repos -type d -path '*/tenants/${number}'`);
    default:
      return [];
  }
}

/** The steps that empty stores, in the order of the plan; what ends by itself is waited for at the end. */
function purgeSteps(cell: PlannedCell, tenant: TenantReference, plan: MultiTenantPlan): ProcedureStep[] {
  const { graceDays } = plan.environment.offboarding;
  return cell.purges
    .filter(({ store, by }) => store !== "edge-route" && by !== "expiry")
    .map(({ store, by, how, proof }): ProcedureStep => ({
      id: `purge-${store}`,
      title: `purge ${store.replaceAll("-", " ")}`,
      by: by === "cell-agent" ? "cell agent" : by === "control-plane" ? "control plane" : "product",
      cell: cell.name,
      effect: "purge",
      what: how,
      actions: [],
      proof,
      checks: checksOf(store, cell, tenant, plan.cloud),
      store,
      fromDay: graceDays,
    }));
}

/** What an isolated tenant, or one with a cell of its own, has beyond rows. */
function destroySteps(cell: PlannedCell, tenant: TenantReference, plan: MultiTenantPlan): ProcedureStep[] {
  const { graceDays, keyWaitDays } = plan.environment.offboarding;
  const common = { by: "operator" as const, cell: cell.name, effect: "destroy" as const, fromDay: graceDays };
  const waiting = `the state of every key is pending destruction, for ${keyWaitDays} days`;
  const gone = { kind: "config", path: `multiTenant.tenants.${tenant.name}` } as const;
  const acknowledged = { kind: "config", path: "acknowledge", value: purgedStep(tenant.name) } as const;
  if (tenant.tier === "isolated")
    return [
      {
        ...common,
        id: "destroy-resources",
        title: "take its database, bucket and key away",
        what: "the database is dropped, the bucket emptied with all versions and deleted, the end of the key begins",
        actions: [acknowledged, gone, deploys],
        proof: `neither database nor bucket is there, and ${waiting}`,
        checks: [{ kind: "command", text: describeKey(plan.cloud, `tenant-${tenant.name}`) }],
      },
    ];
  if (tenant.tier === "pooled") return [];
  const keys: ProcedureStep =
    tenant.tier === "byok"
      ? {
          ...common,
          id: "destroy-keys",
          by: "customer",
          title: "take the keys back",
          what: "the customer takes the cell's rights on every key away, or ends the keys",
          actions: [],
          proof: "no store of the cell can be opened any more: a read is refused by the key",
          checks: [],
        }
      : {
          ...common,
          id: "destroy-keys",
          title: "end the keys",
          what: `the end of the eight keys of cell ${cell.name} begins; until then nothing can be opened`,
          actions: [],
          proof: waiting,
          checks: cell.keys.map(({ name }) => ({ kind: "command", text: describeKey(plan.cloud, name) })),
        };
  return [
    keys,
    {
      ...common,
      id: "destroy-cell",
      title: "take the cell away",
      what: `cell ${cell.name} is taken out of the config with its tenant, after the protection of what holds data is lifted, and its account is closed`,
      actions: takesAway(plan, cell, [acknowledged, gone]),
      proof: "the account holds nothing but keys that wait for their end",
      checks: [],
    },
  ];
}

function describeKey(cloud: "aws" | "gcp", name: string): string {
  return cloud === "aws"
    ? `aws kms describe-key --key-id alias/${name} --query KeyMetadata.KeyState`
    : `gcloud kms keys versions list --key ${name} --format 'value(state)'`;
}

function endSteps(cell: PlannedCell, tenant: TenantReference, plan: MultiTenantPlan): ProcedureStep[] {
  const { graceDays, termDays } = plan.environment.offboarding;
  const expiring = cell.purges.filter(({ by }) => by === "expiry");
  const verified = cell.purges
    .filter(({ by }) => by !== "expiry")
    .flatMap(({ store }) => checksOf(store, cell, tenant, plan.cloud));
  const isAlone = tenant.tier === "dedicated" || tenant.tier === "byok";
  const verify: ProcedureStep = {
    id: "verify",
    title: "verify that nothing is left",
    by: "operator",
    cell: cell.name,
    effect: "verify",
    what: "every store is counted anew, by somebody else than what emptied it",
    actions: [],
    proof: "all counts are 0, no object is below the prefix, and all six markers of the tenant's record have a time",
    checks: verified,
    fromDay: graceDays,
  };
  const expire: ProcedureStep = {
    id: "expire",
    title: "let copies end",
    by: "time",
    cell: cell.name,
    effect: "wait",
    what: expiring.map(({ how }) => how).join("; "),
    actions: [],
    proof: expiring.map(({ proof }) => proof).join("; "),
    checks: [],
    fromDay: termDays,
  };
  const record: ProcedureStep = {
    id: "record",
    title: "keep the record",
    by: "control plane",
    effect: "record",
    what: "a signed record of the counts, the states of keys and the days is kept as configuration; it names the number of the tenant, and no person",
    actions: [],
    proof: "the signature of the record is good",
    checks: [],
    fromDay: termDays,
  };
  // What is taken away with its cell has to be counted while it is there.
  const destroy = destroySteps(cell, tenant, plan);
  return isAlone || tenant.tier === "isolated" ? [verify, ...destroy, expire, record] : [verify, expire, record];
}

/**
 * How a tenant leaves: unreachable first, undone for some days, then emptied store by store with proof, and gone at the end of
 * the term.
 *
 * @throws InputError for a cell there is not
 */
export function planOffboarding(plan: MultiTenantPlan, tenant: TenantReference): Procedure {
  const cell = cellNamed(plan, tenant.cell);
  const { graceDays, termDays } = plan.environment.offboarding;
  const grace: ProcedureStep = {
    id: "grace",
    title: "wait for the days of grace",
    by: "time",
    effect: "wait",
    what: `for ${graceDays} days nothing is emptied, and leaving can be undone`,
    actions: [],
    proof: `${graceDays} days have gone since the route was taken away`,
    checks: [],
    undo: "set the state to active and publish the route again: everything is there",
    fromDay: 0,
  };
  return {
    kind: "offboarding",
    title: `taking ${tenant.name} out of cell ${cell.name}`,
    tenant,
    cells: [cell.name],
    steps: [...leaves(tenant), grace, ...purgeSteps(cell, tenant, plan), ...endSteps(cell, tenant, plan)],
    termDays,
    limits: tiers[tenant.tier].shreddable
      ? []
      : [
          `a tenant of tier ${tenant.tier} cannot be shredded by a key as a whole: pages and disks are shared, so until day ${termDays} its rows may be in backups`,
        ],
  };
}
