import type { MovePlan } from "../../planning/managed/move-plan";
import { moveScripts } from "./script";
import { facts, type Section } from "../section";

function minutesText({ downtime }: MovePlan): string {
  const most = downtime.parts.every(({ minutes }) => minutes !== undefined)
    ? downtime.parts.reduce((sum, { minutes }) => sum + (minutes?.most ?? 0), 0)
    : undefined;
  return `${downtime.expected}; ${most === undefined ? `more than ${downtime.atLeastMinutes}` : `${downtime.atLeastMinutes} to ${most}`} minutes`;
}

/** The way of data between those who serve it as a report; with `commands`, the program of each step. */
export function moveSections(plan: MovePlan, options: { readonly commands: boolean }): Section[] {
  const { stores, steps, allowDataLoss, notes } = plan;
  if (stores.length === 0)
    return [facts("move", "Move", [["stores", "nothing moves: the two configs have every store served by the same"]])];
  const scripts = moveScripts(plan);
  const programs = steps.flatMap(({ id, where }): Section[] => {
    const text = scripts[id];
    return text === undefined || !options.commands
      ? []
      : [
          {
            id: `program-${id}`,
            title: `Program of ${id}, ${where === "machine" ? "run by root on the machine" : "run where the Pulumi program is"}`,
            columns: [{ title: "" }],
            rows: text
              .trimEnd()
              .split("\n")
              .map((line) => [line]),
          },
        ];
  });
  return [
    {
      id: "move",
      title: `Move of ${plan.name}`,
      columns: [{ title: "store" }, { title: "from" }, { title: "to" }, { title: "data" }],
      rows: stores.map(({ key, from, to, meaning }) => [key, from, to, meaning]),
      notes,
    },
    facts("terms", "Terms", [
      ["downtime", minutesText(plan)],
      ["allowDataLoss", allowDataLoss.join(" ")],
    ]),
    {
      id: "steps",
      title: "Steps",
      columns: [{ title: "step" }, { title: "by" }, { title: "what" }],
      rows: steps.map(({ id, by, title, preconditions, timeoutMinutes, onFailure, wayBack, pointOfNoReturn }) => [
        id,
        by,
        [
          title,
          ...preconditions.map((condition) => `before: ${condition}`),
          ...(pointOfNoReturn === undefined ? [] : [`no way back: ${pointOfNoReturn}`]),
          `at most: ${timeoutMinutes} minutes`,
          `if it fails: ${onFailure}`,
          `way back: ${wayBack}`,
        ].join("\n"),
      ]),
    },
    ...programs,
  ];
}

/** The plan with the program of each step, for other programs. */
export function moveDocument(plan: MovePlan): object {
  const scripts = moveScripts(plan);
  return { ...plan, steps: plan.steps.map((step) => ({ ...step, program: scripts[step.id] })) };
}
