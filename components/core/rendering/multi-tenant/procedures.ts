import type { MultiTenantPlan } from "../../planning/multi-tenant/multi-tenant-plan";
import type { Procedure, ProcedureAction, ProcedureStep } from "../../planning/multi-tenant/procedures/procedure";
import { queryTexts } from "./databases";
import type { Section } from "../section";

/** How something is done or shown, in a line of a table. */
function actionText(action: ProcedureAction): string {
  switch (action.kind) {
    case "command":
      return action.text;
    case "config":
      return action.value === undefined ? `remove ${action.path}` : `${action.path}: ${action.value}`;
    case "sql":
      return `query ${action.query} as ${action.as} in ${action.databases.join(", ")} of ${action.cell}: ${action.expected}`;
  }
}

const lines = (actions: readonly ProcedureAction[]): string => actions.map(actionText).join("; ");

function row(step: ProcedureStep, day: number | undefined, index: number): string[] {
  return [
    String(index + 1),
    day === undefined ? "" : String(day),
    step.by,
    step.cell ?? "",
    `${step.title}: ${step.what}`,
    lines(step.actions),
    step.proof,
    lines(step.checks),
    step.undo ?? "nothing",
  ];
}

/** The day of every step, which is that of the step before where none is said. */
function daysOf({ steps, termDays }: Procedure): (number | undefined)[] {
  let day = 0;
  return steps.map(({ fromDay }) => {
    day = Math.max(day, fromDay ?? day);
    return termDays === undefined ? undefined : day;
  });
}

/** Every query of a procedure once, with its text for each database. */
function queriesOf(plan: MultiTenantPlan, { steps }: Procedure): Section[] {
  const asked = new Map<string, Extract<ProcedureAction, { readonly kind: "sql" }>>();
  for (const { actions, checks } of steps)
    for (const action of [...actions, ...checks])
      if (action.kind === "sql") asked.set(`${action.query} ${action.cell} ${action.tenant ?? ""}`, action);
  const rows = [...asked.values()].flatMap((action) =>
    queryTexts(plan, action).map(({ database, sql }) => [action.query, action.cell, database, action.as, sql.trim()]),
  );
  if (rows.length === 0) return [];
  return [
    {
      id: "queries",
      title: "Queries",
      columns: [{ title: "query" }, { title: "cell" }, { title: "database" }, { title: "as" }, { title: "text" }],
      rows,
    },
  ];
}

/** A procedure as a report: what is done by whom, what shows that it worked, and what takes it back. */
export function procedureSections(plan: MultiTenantPlan, procedure: Procedure): Section[] {
  const days = daysOf(procedure);
  const { kind, title, steps, termDays, limits } = procedure;
  return [
    {
      id: kind,
      title: `${title[0]?.toUpperCase() ?? ""}${title.slice(1)}`,
      summary: `${steps.length} steps${termDays === undefined ? "" : `, over after ${termDays} days`}; each begins when the one before is shown to have worked`,
      columns: [
        { title: "", align: "right" },
        { title: termDays === undefined ? "" : "day", align: "right" },
        { title: "by" },
        { title: "cell" },
        { title: "step" },
        { title: "how" },
        { title: "it worked when" },
        { title: "shown by" },
        { title: "taken back by" },
      ],
      rows: steps.map((step, index) => row(step, days[index], index)),
      ...(limits.length === 0 ? {} : { notes: limits }),
    },
    ...queriesOf(plan, procedure),
  ];
}
