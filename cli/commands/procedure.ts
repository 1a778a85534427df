import { Argument, InvalidArgumentError, Option, type Command } from "commander";
import { InputError } from "../../components/core/errors";
import { parseStack } from "../../components/core/planning/config/parse-stack";
import type { MultiTenantPlan } from "../../components/core/planning/multi-tenant/multi-tenant-plan";
import { planMultiTenant } from "../../components/core/planning/multi-tenant/plan";
import { planAccess } from "../../components/core/planning/multi-tenant/procedures/access";
import { planDrain } from "../../components/core/planning/multi-tenant/procedures/drain";
import { planMove } from "../../components/core/planning/multi-tenant/procedures/move";
import { planOffboarding } from "../../components/core/planning/multi-tenant/procedures/offboarding";
import { planOnboarding } from "../../components/core/planning/multi-tenant/procedures/onboarding";
import { pooledTenant } from "../../components/core/planning/multi-tenant/procedures/pooled-tenant";
import {
  tenantReference,
  type Procedure,
  type TenantReference,
} from "../../components/core/planning/multi-tenant/procedures/procedure";
import { procedureSections } from "../../components/core/rendering/multi-tenant/procedures";
import { numberOption } from "../options";
import { readStackFile } from "../stack-file";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

type Kind = Procedure["kind"];

const kinds: readonly Kind[] = ["onboarding", "offboarding", "move", "drain", "access"];

interface Options {
  readonly stack: string;
  readonly tenant?: string;
  readonly number?: number;
  readonly workspace?: string;
  readonly host?: string;
  readonly cell?: string;
  readonly to?: string;
  readonly until?: string;
  readonly moves?: readonly (readonly [string, string])[];
  readonly json?: boolean;
}

function planOf(file: string, terminal: Terminal): MultiTenantPlan {
  const { config, files } = readStackFile(file, terminal);
  const specification = parseStack(config, files);
  if (specification.shape === "multi-tenant") return planMultiTenant(specification);
  throw new InputError(
    [{ path: "shape", message: `is ${specification.shape}, but only shape multi-tenant has tenants` }],
    "the procedure cannot be planned",
  );
}

/** Every option that a procedure needs and was not given. */
function requireOptions(kind: Kind, options: Options, needed: readonly (keyof Options)[]): void {
  const missing = needed.filter((option) => options[option] === undefined);
  if (missing.length > 0)
    throw new InputError(
      missing.map((option) => ({ path: option, message: `is missing; ${kind} needs --${option}` })),
      "the procedure cannot be planned",
    );
}

/** The tenant that is meant: one of the config, or a pooled one, of which the config knows nothing. */
function tenantOf(plan: MultiTenantPlan, kind: Kind, options: Options): TenantReference {
  requireOptions(kind, options, ["tenant"]);
  const { tenant: name = "", number, workspace, host, cell } = options;
  if (number === undefined && workspace === undefined && host === undefined) return tenantReference(plan, name);
  requireOptions(kind, options, ["number", "workspace", "host", "cell"]);
  return pooledTenant(plan, {
    name,
    number: number ?? 0,
    workspaceId: workspace ?? "",
    hostname: host ?? "",
    cell: cell ?? "",
  });
}

function planned(plan: MultiTenantPlan, kind: Kind, options: Options): Procedure {
  switch (kind) {
    case "onboarding":
      return planOnboarding(plan, tenantOf(plan, kind, options));
    case "offboarding":
      return planOffboarding(plan, tenantOf(plan, kind, options));
    case "move":
      requireOptions(kind, options, ["tenant", "to"]);
      return planMove(plan, tenantOf(plan, kind, options), options.to ?? "");
    case "access":
      requireOptions(kind, options, ["cell", "until"]);
      return planAccess(plan, options.cell ?? "", options.until ?? "");
    case "drain":
      requireOptions(kind, options, ["cell"]);
      return planDrain(
        plan,
        options.cell ?? "",
        (options.moves ?? []).map(([name, to]) => ({ tenant: tenantReference(plan, name), to })),
      );
  }
}

function procedure(kind: Kind, options: Options, terminal: Terminal): void {
  const plan = planOf(options.stack, terminal);
  const result = planned(plan, kind, options);
  if (options.json === true) printJson(terminal, result);
  else printText(terminal, sectionsText(procedureSections(plan, result), terminal));
}

/** A tenant with the cell it goes to, added to those before. */
function moveOption(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const [tenant = "", cell = "", ...rest] = text.split("=");
  if (tenant === "" || cell === "" || rest.length > 0)
    throw new InvalidArgumentError("Give a tenant and a cell, such as acme=cell-2.");
  return [...before, [tenant, cell]];
}

/** Defines `sgbox procedure`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .addArgument(new Argument("<kind>", "what is done").choices(kinds))
    .requiredOption("--stack <file>", "stack file of the multi-tenant backend")
    .option("--tenant <name>", "tenant; one that is pooled is not in the stack file and needs the next four options")
    .option("--number <n>", "number of a pooled tenant", numberOption)
    .option("--workspace <uuid>", "workspace of a pooled tenant")
    .option("--host <name>", "host name of a pooled tenant")
    .option("--cell <name>", "cell of a pooled tenant, or the one that is drained or looked into")
    .option("--to <cell>", "cell that a tenant is moved to")
    .option("--until <time>", "when looking into a cell ends, in UTC, such as 2026-01-31T18:00Z")
    .addOption(
      new Option("--moves <tenant=cell>", "where a tenant of a drained cell goes; may be given again").argParser(
        moveOption,
      ),
    );
  withExamples(command, [
    "sgbox procedure onboarding --stack Pulumi.prod.yaml --tenant acme",
    "sgbox procedure offboarding --stack Pulumi.prod.yaml --tenant small --number 17 --workspace 6f1c0a52-58a5-4d9c-9d0b-0c1f1f6a0b11 --host small.example.com --cell cell-1",
    "sgbox procedure move --stack Pulumi.prod.yaml --tenant small --number 17 --workspace 6f1c0a52-58a5-4d9c-9d0b-0c1f1f6a0b11 --host small.example.com --cell cell-1 --to cell-2",
    "sgbox procedure drain --stack Pulumi.prod.yaml --cell cell-1 --json",
    "sgbox procedure access --stack Pulumi.prod.yaml --cell cell-1 --until 2026-01-31T18:00Z",
  ]).action((kind: Kind, options: Options) => procedure(kind, options, terminal));
}
