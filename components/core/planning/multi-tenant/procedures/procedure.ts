import type { DatabaseName } from "../../../product/service";
import { tiers } from "../../../product/multi-tenant/tenancy";
import type { MultiTenantPlan, PlannedCell, PlannedPurge } from "../multi-tenant-plan";
import { InputError } from "../../../errors";
import { nearest } from "../../config/problems";

/** A tenant as procedures know it: pooled ones too, which are no resources. */
export interface TenantReference {
  /** Name. */
  readonly name: string;
  /** Number, unique over all cells. */
  readonly number: number;
  /** UUID of its workspace. */
  readonly workspaceId: string;
  /** Host name. */
  readonly hostname: string;
  /** How far it is apart. */
  readonly tier: keyof typeof tiers;
  /** Cell it is in, or goes to. */
  readonly cell: string;
  /** Region, or beginning of one, in which its data has to be; absent for anywhere. */
  readonly residency?: string;
}

/** Who takes a step: a person with the right for a limited time, or a program. */
export type ProcedureActor =
  "control plane" | "cell agent" | "product" | "operator" | "this program" | "customer" | "time";

/** What a step changes that the order of steps is about. */
export type ProcedureEffect =
  | "reserve"
  | "place"
  | "make"
  | "admit"
  | "probe"
  | "route-on"
  | "route-off"
  | "suspend"
  | "resume"
  | "revoke"
  | "wait"
  | "copy"
  | "purge"
  | "destroy"
  | "verify"
  | "record"
  | "close";

/** How something is done or shown. */
export type ProcedureAction =
  | {
      /** A command of a shell. */
      readonly kind: "command";
      /** Its text. */
      readonly text: string;
    }
  | {
      /** A query. Its text is rendered from the plan. */
      readonly kind: "sql";
      /** Which one. */
      readonly query: "canary" | "purge-verification" | "tenants-left" | "lint" | "admit" | "read-only" | "dismiss";
      /** Cell whose databases are asked. */
      readonly cell: string;
      /** Databases that are asked. */
      readonly databases: readonly DatabaseName[];
      /** Tenant it is about. */
      readonly tenant?: number;
      /** Time it ends, of ISO 8601, where somebody is let in. */
      readonly until?: string;
      /** Login it is asked as. */
      readonly as: "app" | "owner" | "operator" | "administrator";
      /** Answer that is expected. */
      readonly expected: string;
    }
  | {
      /** A change of the config, deployed by `sgbox up`. */
      readonly kind: "config";
      /** Path of the key. */
      readonly path: string;
      /** Its new value; absent to take it away. */
      readonly value?: string;
    };

/** One step of a procedure. */
export interface ProcedureStep {
  /** Name of the step within its procedure. */
  readonly id: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** Who takes it. */
  readonly by: ProcedureActor;
  /** Cell in which it is taken; absent outside cells. */
  readonly cell?: string;
  /** What it changes. */
  readonly effect: ProcedureEffect;
  /** What is done. */
  readonly what: string;
  /** How, where a command, query or change of the config does it. */
  readonly actions: readonly ProcedureAction[];
  /** What shows that it worked; the next step begins only then. */
  readonly proof: string;
  /** How that is shown, where a command or query shows it. */
  readonly checks: readonly ProcedureAction[];
  /** What takes it back; absent where nothing does. */
  readonly undo?: string;
  /** Store it empties. */
  readonly store?: PlannedPurge["store"];
  /** First day on which it may be taken, counted from the first step; default the day of the step before. */
  readonly fromDay?: number;
}

/** Steps in the order in which they are taken, each when the one before is shown to have worked. */
export interface Procedure {
  /** What it is. */
  readonly kind: "onboarding" | "offboarding" | "move" | "drain" | "access";
  /** What it is, in words. */
  readonly title: string;
  /** Tenant it is about; absent for a cell. */
  readonly tenant?: TenantReference;
  /** Cells it touches. */
  readonly cells: readonly string[];
  /** Its steps. */
  readonly steps: readonly ProcedureStep[];
  /** Days from the first step to the end of the last; absent where no day is promised. */
  readonly termDays?: number;
  /** What it cannot do, to be said openly. */
  readonly limits: readonly string[];
}

/** @throws InputError when a plan has no cell of this name */
export function cellNamed(plan: MultiTenantPlan, name: string): PlannedCell {
  const cell = plan.cells.find((each) => each.name === name);
  if (cell !== undefined) return cell;
  const all = plan.cells.map((each) => each.name);
  const meant = nearest(name, all);
  throw new InputError(
    [
      {
        path: "cell",
        message: `names cell "${name}", which there is not; ${meant === undefined ? `cells are ${all.join(", ")}` : `did you mean '${meant}'?`}`,
      },
    ],
    "the procedure cannot be planned",
  );
}

/** Tenant of the plan as procedures know it; pooled ones are not in it. */
export function tenantReference(plan: MultiTenantPlan, name: string): TenantReference {
  const tenant = plan.tenants.find((each) => each.name === name);
  if (tenant === undefined)
    throw new InputError(
      [
        {
          path: "tenant",
          message: `names tenant "${name}", which is no resource; give number, workspace, host name and cell of a pooled tenant`,
        },
      ],
      "the procedure cannot be planned",
    );
  const { number, workspaceId, hostname, tier, cell, residency } = tenant;
  return { name, number, workspaceId, hostname, tier, cell, ...(residency === undefined ? {} : { residency }) };
}

/** Whether a tenant is a resource of the program. */
export function isResource({ tier }: TenantReference): boolean {
  return tier !== "pooled";
}

/** Databases of a cell that hold rows of tenants: all three. */
export function databasesOf({ logins }: PlannedCell): DatabaseName[] {
  return logins.databases.map(({ name }) => name);
}

/** A command that shows whether a host name leads somewhere. */
export function asksHost(hostname: string): ProcedureAction {
  return {
    kind: "command",
    text: `curl --silent --output /dev/null --write-out '%{http_code}\\n' https://${hostname}/healthz`,
  };
}

/** A program run after a change of the config. */
export const deploys: ProcedureAction = { kind: "command", text: "sgbox up" };
