import { RefusedError, type Problem } from "../../../errors";
import type { MultiTenantPlan, PlannedCell } from "../multi-tenant-plan";
import { isResident } from "../placement";
import { movedStep } from "../transition";
import { canaryAction, canaryProbe } from "./canary";
import { planOffboarding } from "./offboarding";
import {
  asksHost,
  cellNamed,
  deploys,
  isResource,
  type Procedure,
  type ProcedureStep,
  type TenantReference,
} from "./procedure";

/** Longest that the two cells may be open to the job of a move, hours (B-T08). */
export const moveHours = 24;

function refuse(tenant: TenantReference, from: PlannedCell, to: PlannedCell): void {
  const problems: Problem[] = [];
  const path = "to";
  const tenancy = tenant.tier === "isolated" ? "pooled" : tenant.tier;
  if (to.name === from.name) problems.push({ path, message: `is cell ${to.name}, in which ${tenant.name} is already` });
  if (to.state !== "open")
    problems.push({ path, message: `is cell ${to.name}, which is ${to.state} and takes no tenants; use an open cell` });
  if (to.tenancy !== tenancy)
    problems.push({
      path,
      message: `is a cell of tenancy ${to.tenancy}, got for tier ${tenant.tier}; use a cell of tenancy ${tenancy} (B-T03)`,
    });
  if (!isResident(to.region, tenant.residency))
    problems.push({
      path,
      message: `is in region ${to.region}, got for residency "${tenant.residency ?? ""}"; use a cell in such a region`,
    });
  if (to.release !== from.release)
    problems.push({
      path,
      message: `runs release ${to.release}, and cell ${from.name} runs ${from.release}, whose tables differ; bring both to one release first`,
    });
  if (problems.length > 0) throw new RefusedError(problems, "refused, because the tenant cannot be moved there");
}

function copySteps(tenant: TenantReference, from: PlannedCell, to: PlannedCell): ProcedureStep[] {
  const job = `move-${tenant.name}`;
  const back = `drop what was copied of tenant ${tenant.number} in cell ${to.name}, and resume it in cell ${from.name}`;
  const resumes = `resume the tenant in cell ${from.name}`;
  return [
    {
      id: "suspend",
      title: "suspend it",
      by: "control plane",
      cell: from.name,
      effect: "suspend",
      what: `${tenant.name} is suspended, so that nothing is written while it is copied; its route stays and answers that it is being moved`,
      actions: [],
      proof: "the cell reports the tenant as suspended, and its last job has ended",
      checks: [],
      undo: resumes,
    },
    {
      id: "open",
      title: "let one job into both cells",
      by: "operator",
      effect: "admit",
      what: `job ${job} gets an identity of its own with rights on the rows of tenant ${tenant.number} and on the object keys of both cells, for ${moveHours} hours: the only thing that two cells ever share`,
      actions: [
        {
          kind: "config",
          path: "boundaries.exceptions",
          value: `{rule: B-T08, resource: ${job}, reason: move of ${tenant.name} from ${from.name} to ${to.name}, owner: …, expires: the next day}`,
        },
        deploys,
      ],
      proof: "sgbox check names the exception, and its end within a day",
      checks: [{ kind: "command", text: "sgbox check" }],
      undo: "take the exception, and the job with it, out of the config",
    },
    {
      id: "copy-rows",
      title: "copy rows",
      by: "operator",
      cell: to.name,
      effect: "copy",
      what: `rows of tenant ${tenant.number} are exported and imported unchanged: its number is the same in every cell`,
      actions: [],
      proof: "counts of rows by table are equal in both cells",
      checks: [from, to].map((cell) => ({
        kind: "sql",
        query: "purge-verification",
        cell: cell.name,
        databases: cell.logins.databases.map(({ name }) => name),
        tenant: tenant.number,
        as: "owner",
        expected: "the same lines in both cells",
      })),
      undo: back,
    },
    {
      id: "copy-objects",
      title: "copy objects",
      by: "operator",
      cell: to.name,
      effect: "copy",
      what: "objects below the tenant's prefix are read under the key of one cell and written under that of the other",
      actions: [],
      proof: "names and sizes are equal in both buckets",
      checks: [],
      undo: back,
    },
    {
      id: "close",
      title: "shut the job out",
      by: "operator",
      effect: "close",
      what: `job ${job}, its identity, its rights and the exception are taken away`,
      actions: [{ kind: "config", path: "boundaries.exceptions" }, deploys],
      proof: "sgbox check names no exception, and the cells share nothing",
      checks: [{ kind: "command", text: "sgbox check" }],
      undo: "open it again, which makes a new exception",
    },
    {
      id: "clone",
      title: "clone again",
      by: "product",
      cell: to.name,
      effect: "make",
      what: "gitserver of the new cell clones the repositories from their code hosts, which is cheaper than copying them",
      actions: [],
      proof: "every repository of the tenant is cloned, or has the error it had before",
      checks: [],
      undo: back,
    },
    {
      id: "index",
      title: "index again",
      by: "product",
      cell: to.name,
      effect: "make",
      what: "the index of the new cell takes the repositories in; with cloning this is most of the time",
      actions: [],
      proof: "every default branch of the tenant is indexed",
      checks: [],
      undo: back,
    },
  ];
}

/**
 * How a tenant goes from one cell to another: nothing is emptied before it is shown to work where it went.
 *
 * @throws InputError for a cell there is not; RefusedError for one that does not take the tenant, or runs another release
 */
export function planMove(plan: MultiTenantPlan, tenant: TenantReference, target: string): Procedure {
  const from = cellNamed(plan, tenant.cell);
  const to = cellNamed(plan, target);
  refuse(tenant, from, to);
  const probe = canaryProbe(to, tenant);
  const purged = planOffboarding(plan, tenant).steps.filter(
    ({ effect, store }) => effect === "purge" && store !== "gateway-limits",
  );
  const resource = isResource(tenant);
  const steps: ProcedureStep[] = [
    ...copySteps(tenant, from, to),
    {
      id: "canary",
      title: "show that it is apart",
      by: "cell agent",
      cell: to.name,
      effect: "probe",
      what: `a row is written as tenant ${probe.own} and read as tenant ${probe.other} in the new cell, which has to fail`,
      actions: [canaryAction(probe)],
      proof: "every database answers 'canary passed'",
      checks: [canaryAction(probe)],
      undo: "nothing is left: the probe rolls back",
    },
    {
      id: "route",
      title: "switch the route",
      by: resource ? "this program" : "control plane",
      effect: "route-on",
      what: `the edge leads ${tenant.hostname} to ${to.ingress.origin} in place of ${from.ingress.origin}`,
      actions: resource
        ? [
            { kind: "config", path: "acknowledge", value: movedStep(tenant.name, from.name, to.name) },
            { kind: "config", path: `multiTenant.tenants.${tenant.name}.cell`, value: to.name },
            deploys,
          ]
        : [],
      proof: `the host name answers 200, and cell ${to.name} reports the call`,
      checks: [asksHost(tenant.hostname)],
      undo: `lead the route back to ${from.ingress.origin} and resume the tenant there: nothing of it is emptied yet`,
    },
    {
      id: "resume",
      title: "resume it",
      by: "control plane",
      cell: to.name,
      effect: "resume",
      what: `${tenant.name} is active in cell ${to.name}`,
      actions: [],
      proof: "somebody of the tenant searches, and finds",
      checks: [],
      undo: "suspend it again and move it back: what was written since has to be copied",
    },
    // Days of grace do not count: what is emptied is a copy.
    ...purged.map(({ fromDay: _fromDay, ...step }): ProcedureStep => step),
  ];
  return {
    kind: "move",
    title: `moving ${tenant.name} from cell ${from.name} to cell ${to.name}`,
    tenant,
    cells: [from.name, to.name],
    steps,
    limits: [
      `copies in the backups of cell ${from.name} end after ${plan.environment.offboarding.backupDays} days`,
      "nobody of the tenant can work from the first step to the last but the purge",
    ],
  };
}
