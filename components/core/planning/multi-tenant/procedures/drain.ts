import { RefusedError } from "../../../errors";
import type { MultiTenantPlan, PlannedCell } from "../multi-tenant-plan";
import { planMove } from "./move";
import { cellNamed, deploys, type Procedure, type ProcedureStep, type TenantReference } from "./procedure";
import { takesAway } from "./take-away";

/** Where a tenant goes when its cell is drained. */
export interface PlannedMove {
  /** Tenant. */
  readonly tenant: TenantReference;
  /** Cell it goes to. */
  readonly to: string;
}

/** Somebody who signs up needs a cell of many tenants that is open. */
function refuseLast({ cells }: MultiTenantPlan, { name, state, tenancy }: PlannedCell): void {
  const open = cells.filter((cell) => cell.state === "open" && cell.tenancy === "pooled");
  if (tenancy !== "pooled" || state !== "open" || open.length > 1) return;
  throw new RefusedError(
    [
      {
        path: "cell",
        message: `is ${name}, the only open cell of tenancy pooled, without which nobody can sign up; open another one in 'multiTenant.cells' and deploy it first`,
      },
    ],
    "refused, because the cell cannot be drained",
  );
}

/**
 * How a cell is emptied and taken away: it takes nobody, its tenants are moved one after another, it is shown to be empty, and
 * only then anything of it is destroyed.
 *
 * @param moves tenants that are in it, with the cell each goes to; the control plane knows the pooled ones
 * @throws InputError for a cell there is not; RefusedError for a move that cannot be made, and for the last cell that is open
 */
export function planDrain(plan: MultiTenantPlan, name: string, moves: readonly PlannedMove[]): Procedure {
  const cell = cellNamed(plan, name);
  refuseLast(plan, cell);
  const path = `multiTenant.cells.${name}`;
  const moved = moves.flatMap(({ tenant, to }) =>
    planMove(plan, tenant, to).steps.map((step): ProcedureStep => ({ ...step, id: `${tenant.name}-${step.id}` })),
  );
  const steps: ProcedureStep[] = [
    {
      id: "drain",
      title: "let nobody in",
      by: "this program",
      cell: name,
      effect: "close",
      what: `cell ${name} is draining: the control plane places no tenant there`,
      actions: [{ kind: "config", path: `${path}.state`, value: "draining" }, deploys],
      proof: "the cell reports its state, and only its state has changed in the cloud",
      checks: [{ kind: "command", text: "sgbox preview" }],
      undo: "set the state to open and deploy",
    },
    ...moved,
    {
      id: "verify",
      title: "verify that nobody is left",
      by: "operator",
      cell: name,
      effect: "verify",
      what: "tenants of the cell are counted, those that are suspended or asleep too",
      actions: [],
      proof: "no tenant is left, and all stores of those that were there are shown to be empty",
      checks: [
        {
          kind: "sql",
          query: "tenants-left",
          cell: name,
          databases: ["frontend"],
          as: "owner",
          expected: "no line",
        },
      ],
      undo: "set the state to open and deploy",
    },
    {
      id: "close",
      title: "close it",
      by: "this program",
      cell: name,
      effect: "close",
      what: `cell ${name} is closed; it costs what it did until it is taken away`,
      actions: [{ kind: "config", path: `${path}.state`, value: "closed" }, deploys],
      proof: "the control plane lists no tenant of the cell, and places none",
      checks: [],
      undo: "set the state to open and deploy",
    },
    {
      id: "wait",
      title: "let copies end",
      by: "time",
      cell: name,
      effect: "wait",
      what: `backups of the cell are kept for ${cell.backups.keepDays} days, in which a tenant can be brought back`,
      actions: [],
      proof: "no backup is younger than that",
      checks: [],
      fromDay: cell.backups.keepDays,
      undo: "restore a backup into another cell",
    },
    {
      id: "destroy",
      title: "take it away",
      by: "operator",
      cell: name,
      effect: "destroy",
      what: "the protection of what holds data is lifted, the cell is taken out of the config, the end of its keys begins, and its account is closed",
      actions: takesAway(plan, cell),
      proof: "the account holds nothing but keys that wait for their end",
      checks: [],
      fromDay: cell.backups.keepDays,
    },
  ];
  const { tenancy } = cell;
  return {
    kind: "drain",
    title: `draining cell ${name}`,
    cells: [...new Set([name, ...moves.map(({ to }) => to)])],
    steps,
    termDays: cell.backups.keepDays,
    limits:
      tenancy === "pooled" && moves.length === 0
        ? ["pooled tenants are known to the control plane alone: it repeats the procedure of a move for each of them"]
        : [],
  };
}
