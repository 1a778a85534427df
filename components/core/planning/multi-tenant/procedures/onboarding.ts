import { RefusedError, type Problem } from "../../../errors";
import { tenantName } from "../../../product/multi-tenant/tenancy";
import type { MultiTenantPlan } from "../multi-tenant-plan";
import { isResident } from "../placement";
import { canaryAction, canaryProbe } from "./canary";
import {
  asksHost,
  cellNamed,
  deploys,
  isResource,
  type Procedure,
  type ProcedureStep,
  type TenantReference,
} from "./procedure";

function refuse(plan: MultiTenantPlan, tenant: TenantReference): void {
  const cell = cellNamed(plan, tenant.cell);
  const problems: Problem[] = [];
  const tenancy = tenant.tier === "isolated" ? "pooled" : tenant.tier;
  if (!tenantName.test(tenant.name))
    problems.push({
      path: "tenant.name",
      message: `must be 3 to 32 lower-case letters, digits and dashes, beginning with a letter, got "${tenant.name}"`,
    });
  if (cell.state !== "open")
    problems.push({
      path: "tenant.cell",
      message: `is cell ${cell.name}, which is ${cell.state} and takes no tenants; use an open cell`,
    });
  if (cell.tenancy !== tenancy)
    problems.push({
      path: "tenant.cell",
      message: `is a cell of tenancy ${cell.tenancy}, got for tier ${tenant.tier}; use a cell of tenancy ${tenancy} (B-T03)`,
    });
  if (!isResident(cell.region, tenant.residency))
    problems.push({
      path: "tenant.cell",
      message: `is in region ${cell.region}, got for residency "${tenant.residency ?? ""}"; use a cell in such a region`,
    });
  if (problems.length > 0) throw new RefusedError(problems, "refused, because the tenant cannot be let in there");
}

function makesResources(tenant: TenantReference): ProcedureStep[] {
  if (!isResource(tenant)) return [];
  const alone = tenant.tier !== "isolated";
  return [
    {
      id: "resources",
      title: alone ? "make its cell" : "make its database, bucket and key",
      by: "this program",
      cell: tenant.cell,
      effect: "make",
      what: alone
        ? `cell ${tenant.cell} is deployed with its account, network, keys, stores and logins; no other cell changes`
        : `key, bucket, database and login of ${tenant.name} are made in cell ${tenant.cell}; no other tenant changes`,
      actions: [{ kind: "config", path: `multiTenant.tenants.${tenant.name}.state`, value: "suspended" }, deploys],
      proof: "a second run of the program changes nothing",
      checks: [{ kind: "command", text: "sgbox preview" }],
      undo: "take tenant and cell out of the config again, and deploy: nothing is in them yet",
    },
  ];
}

/**
 * How a tenant is let in: reserved, placed, made, shown to be apart, and only then reachable.
 *
 * @throws InputError for a cell there is not; RefusedError for one that does not take the tenant
 */
export function planOnboarding(plan: MultiTenantPlan, tenant: TenantReference): Procedure {
  refuse(plan, tenant);
  const cell = cellNamed(plan, tenant.cell);
  const probe = canaryProbe(cell, tenant);
  const steps: ProcedureStep[] = [
    {
      id: "reserve",
      title: "reserve name and number",
      by: "control plane",
      effect: "reserve",
      what: `name ${tenant.name} is checked against pattern and block list and reserved everywhere, with number ${tenant.number} and workspace ${tenant.workspaceId}`,
      actions: [],
      proof: "the directory has one row of this name, this number and this workspace each",
      checks: [],
      undo: "release the name; a number is never given twice",
    },
    {
      id: "place",
      title: "choose the cell",
      by: "control plane",
      effect: "place",
      what: `the least full open cell of its tier${tenant.residency === undefined ? "" : ` in ${tenant.residency}`} is chosen: ${tenant.cell}; none means 'at capacity', and somebody is called`,
      actions: [],
      proof: `the placement of ${tenant.name} is ${tenant.cell}, which reports less than ${cell.limits.targetMaxTenants} tenants and disks below ${Math.round(cell.limits.closedDisk * 100)} %`,
      checks: [],
      undo: "take the placement back",
    },
    ...makesResources(tenant),
    {
      id: "row",
      title: "make the tenant",
      by: "cell agent",
      cell: tenant.cell,
      effect: "make",
      what: "the agent of the cell pulls its tenants from the control plane and makes the row of the tenant, with its code-host connection; nobody pushes into the cell",
      actions: [],
      proof: "the cell reports the tenant with its number",
      checks: [],
      undo: "set the tenant's state to deleted: the procedure of leaving purges what there is",
    },
    {
      id: "limits",
      title: "set its limits",
      by: "control plane",
      effect: "admit",
      what: "limits of users, repositories and storage are set, and those of models where the cell uses them",
      actions: [],
      proof: "the control plane shows the limits of the plan that was sold",
      checks: [],
      undo: "take the limits away",
    },
    {
      id: "canary",
      title: "show that it is apart",
      by: "cell agent",
      cell: tenant.cell,
      effect: "probe",
      what: `a row is written as tenant ${probe.own} and read as tenant ${probe.other}, which has to fail`,
      actions: [canaryAction(probe)],
      proof:
        "every database answers 'canary passed'; any other answer ends the procedure, and the cell is closed until somebody has looked",
      checks: [canaryAction(probe)],
      undo: "nothing is left: the probe rolls back",
    },
    ...(isResource(tenant)
      ? [
          {
            id: "activate",
            title: "activate it",
            by: "this program" as const,
            cell: tenant.cell,
            effect: "resume" as const,
            what: "the tenant is active, and not yet reachable",
            actions: [{ kind: "config" as const, path: `multiTenant.tenants.${tenant.name}.state`, value: "active" }],
            proof: "the config says active",
            checks: [],
            undo: "set its state to suspended",
          },
        ]
      : []),
    {
      id: "route",
      title: "publish the route",
      by: isResource(tenant) ? "this program" : "control plane",
      effect: "route-on",
      what: `the edge leads ${tenant.hostname} to ${cell.ingress.origin}; last, so that nobody comes before all is shown`,
      actions: isResource(tenant) ? [deploys] : [],
      proof: "the host name answers 200",
      checks: [asksHost(tenant.hostname)],
      undo: "take the route out of the edge",
    },
  ];
  return {
    kind: "onboarding",
    title: `letting ${tenant.name} into cell ${tenant.cell}`,
    tenant,
    cells: [tenant.cell],
    steps,
    limits: [],
  };
}
