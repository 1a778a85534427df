import type { CostSum, FleetCost } from "../../planning/fleet/cost";
import type { Section } from "../section";

const amount = (value: number): string => value.toFixed(2);

/** Says that a sum is too low, where it is. */
function missing({ unpriced }: CostSum): string {
  return unpriced === 0 ? "" : `${unpriced} with items that have no price`;
}

/** What a fleet costs, as tables: sums of groups, then every instance. */
export function costSections(fleet: string, by: string | undefined, cost: FleetCost): Section[] {
  const { instances, groups, total, asOf, excluded } = cost;
  const notes = [
    "an estimate of public on-demand list prices, not an offer",
    ...new Set(instances.flatMap(({ note }) => note ?? [])),
    `not in it: ${excluded.join("; ")}`,
  ];
  return [
    ...(by === undefined
      ? []
      : [
          {
            id: "groups",
            title: `Cost by ${by}`,
            columns: [
              { title: by },
              { title: "instances", align: "right" as const },
              { title: "USD a month", align: "right" as const },
              { title: "note" },
            ],
            rows: groups.map((sum) => [
              sum.group === "" ? "none" : sum.group,
              String(sum.instances),
              amount(sum.monthly),
              missing(sum),
            ]),
          },
        ]),
    {
      id: "cost",
      title: `Cost of ${fleet}`,
      summary: [`${amount(total.monthly)} USD a month at the prices of ${asOf}`, missing(total)]
        .filter((part) => part !== "")
        .join(", "),
      columns: [
        { title: "instance" },
        { title: "slug" },
        { title: "USD a month", align: "right" },
        { title: "without a price" },
      ],
      rows: instances.map(({ id, slug, monthly, unpriced }) => [
        id,
        slug,
        monthly === undefined ? "" : amount(monthly),
        unpriced.join("; "),
      ]),
      notes,
    },
  ];
}
