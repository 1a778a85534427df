import { counted } from "../../product/counted";
import type { BoundaryFacts } from "../facts";
import { valueAt, type Graph } from "../graph";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, unseen, type Sight } from "../sights";
import { cellsOf, inCells } from "./cells";

const shares = { tenants: 0.85, disk: 0.7 } as const;

/** Threshold of an alarm of either cloud; undefined for what is no alarm. */
function thresholdOf({ type, inputs }: { readonly type: string; readonly inputs: unknown }): unknown {
  if (type === "aws:cloudwatch/metricAlarm") return valueAt(inputs, "threshold");
  if (type === "gcp:monitoring/alertPolicy") return valueAt(inputs, "conditions.0.conditionThreshold.thresholdValue");
  return undefined;
}

/** Whether a threshold is early enough: a share up to 1, per cent up to 100, a number of tenants above. */
function isEarly(value: number, what: keyof typeof shares, limit: number | undefined): boolean {
  if (value <= 1) return value <= shares[what];
  if (value <= 100) return value <= shares[what] * 100;
  return what === "tenants" && limit !== undefined && value <= limit * shares.tenants;
}

function ofAlarm(graph: Graph, { cell, cellTerms }: BoundaryFacts, what: keyof typeof shares): Sight {
  const percent = shares[what] * 100;
  const fix = `make an alarm on ${what} at ${percent} %`;
  const alarms = inCells(graph, "B-T14").filter((resource) => {
    const facts = graph.factsOf(resource);
    return facts.cell === cell && facts.watches === what && thresholdOf(resource) !== undefined;
  });
  if (alarms.length === 0) return bad(`no alarm watches its ${what}`, fix);
  const thresholds = alarms.map(thresholdOf);
  if (thresholds.some(isHidden))
    return unseen(`the threshold of the alarm on ${what} is known only after the deployment`, fix);
  const first = thresholds.find(
    (value) => typeof value === "number" && isEarly(value, what, cellTerms?.targetMaxTenants),
  );
  return first === undefined
    ? bad(`the alarm on ${what} is at ${thresholds.map(inText).join(", ")}`, fix)
    : good(`the alarm on ${what} is at ${inText(first)}`);
}

/** A cell says when it is full. */
export const t14: Rule = {
  id: "B-T14",
  severity: "medium",
  statement: "A cell has a limit, and reports before it is full.",
  proof: "the tenants a cell is made for, and alarms at 85 % of them and at 70 % of its disks",
  judge: (graph) =>
    cellsOf(graph, "B-T14").map(({ resource, facts }) => {
      const limit = facts.cellTerms?.targetMaxTenants;
      return judgedBy(resource.urn, [
        limit === undefined
          ? bad("nothing states how many tenants it is made for", "state cellTerms.targetMaxTenants")
          : good(`it is made for ${counted(limit, "tenant")}`),
        ofAlarm(graph, facts, "tenants"),
        ofAlarm(graph, facts, "disk"),
      ]);
    }),
};
