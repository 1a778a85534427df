import type { Stage } from "../../planning/fleet/stages";
import type { Section } from "../section";

/** Most instances that are named in a row. */
const named = 5;

function missingText({ missing }: Stage): string {
  const names = missing.slice(0, named).map(({ slug, release }) => `${slug} (${release ?? "not deployed"})`);
  return [...names, ...(missing.length > named ? [`${missing.length - named} more`] : [])].join(", ");
}

/** Which waves of a fleet a release has reached, as a table. */
export function stagesSections(fleet: string, release: string, stages: readonly Stage[]): Section[] {
  const sum = (key: "reached" | "of") => stages.reduce((total, stage) => total + stage[key], 0);
  return [
    {
      id: "stages",
      title: `${release} in ${fleet}`,
      summary: `${sum("reached")} of ${sum("of")} instances`,
      columns: [
        { title: "wave" },
        { title: "has it", align: "right" },
        { title: "of", align: "right" },
        { title: "not yet" },
      ],
      rows: stages.map((stage) => [
        stage.wave === "" ? "in no wave" : stage.wave,
        String(stage.reached),
        String(stage.of),
        missingText(stage),
      ]),
    },
  ];
}
