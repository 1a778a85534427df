import type { Hop, RunbookCommand, UpgradePlan } from "../planning/upgrade/upgrade-plan";
import { facts, type Section } from "./section";

function commandText({ program, args, stdin, bundle, allServicesExcept, instancesOf }: RunbookCommand): string {
  const services =
    instancesOf !== undefined
      ? ` (instances of ${instancesOf.join(", ")})`
      : allServicesExcept !== undefined
        ? ` (all services except ${allServicesExcept.join(", ") || "none"})`
        : "";
  const files = bundle === undefined ? "" : `  # files of the release it goes ${bundle}`;
  return [program, ...args].join(" ") + services + (stdin === undefined ? "" : ` <<< ${JSON.stringify(stdin)}`) + files;
}

function hopSections(hop: Hop, number: number, commands: boolean): Section[] {
  const name = `Hop ${number}: ${hop.from} to ${hop.to}`;
  const { manualSteps, runbook, downtime, migrator, notes } = hop;
  return [
    facts(`hop-${number}`, name, [
      ["kind", hop.kind],
      ["downtime", downtime.expected],
      ["migrator", `${migrator.release}: ${migrator.reason}`],
      ...notes.map((note) => ["note", note] as const),
    ]),
    {
      id: `hop-${number}-steps`,
      title: `${name}, manual steps`,
      summary: manualSteps.length === 0 ? "none" : undefined,
      columns:
        manualSteps.length === 0
          ? []
          : [{ title: "id" }, { title: "when" }, { title: "state" }, { title: "what to do" }],
      rows: manualSteps.map(({ id, phase, blocking, acknowledged, summary, action, onlyIf }) => [
        id,
        phase,
        acknowledged ? "acknowledged" : blocking ? "NEEDED" : "note",
        `${onlyIf === undefined ? "" : `only with ${onlyIf.join(" or ")}: `}${summary} ${action}`,
      ]),
    },
    {
      id: `hop-${number}-runbook`,
      title: `${name}, runbook`,
      columns: [{ title: "step" }, { title: "by" }, { title: "what" }],
      rows: runbook.map(({ id, by, title, pointOfNoReturn, commands: run }) => [
        id,
        by,
        [
          title,
          ...(pointOfNoReturn === undefined ? [] : [`no way back: ${pointOfNoReturn}`]),
          ...(commands ? run.map((command) => `$ ${commandText(command)}`) : []),
        ].join("\n"),
      ]),
    },
  ];
}

/** The way between two releases as a report; with `commands`, what each step of a runbook runs. */
export function upgradeSections(plan: UpgradePlan, options: { readonly commands: boolean }): Section[] {
  const { path, hops, stops, acknowledgementsNeeded, unknownAcknowledgements, notes } = plan;
  const stopping: Section[] =
    stops.length === 0
      ? []
      : [
          {
            id: "stops",
            title: "Required stops",
            columns: [{ title: "release" }, { title: "because" }],
            rows: stops.map(({ release, reason }) => [release, reason]),
          },
        ];
  return [
    facts("way", `Upgrade from ${plan.from} to ${plan.to}`, [
      ["deploy", path.length === 1 ? "nothing" : path.slice(1).join(", then ")],
      ["acknowledge", acknowledgementsNeeded.length === 0 ? undefined : acknowledgementsNeeded.join(" ")],
      ["unknown ids", unknownAcknowledgements.length === 0 ? undefined : unknownAcknowledgements.join(" ")],
      ...notes.map((note) => ["note", note] as const),
    ]),
    ...stopping,
    ...hops.flatMap((hop, index) => hopSections(hop, index + 1, options.commands)),
  ];
}
