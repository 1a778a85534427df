import { keepsData, type DeletionPlan } from "../../planning/fleet/deletion";
import type { DatedCopy } from "../../planning/fleet/retention";
import { facts, type Section } from "../section";

/** The deletion of an instance as tables: its steps, what is protected, and what outlives it. */
export function deletionSections(plan: DeletionPlan, copies: readonly DatedCopy[]): Section[] {
  const { id, slug, type, steps, held, digest } = plan;
  const end = keepsData(plan)
    ? "it ends with the data kept, until --drop-data"
    : "it ends with nothing left but the copies below";
  return [
    facts("deletion", `Deletion of ${slug} (${id})`, [
      ["type", type],
      ["end", end],
      ["digest", digest],
    ]),
    {
      id: "steps",
      title: "Steps",
      columns: [{ title: "step" }, { title: "state" }, { title: "what" }],
      rows: steps.map(({ name, state, what }) => [name, state === "nothing" ? "nothing to do" : state, what]),
    },
    ...(held.length === 0
      ? []
      : [
          {
            id: "held",
            title: "Protected",
            summary: "because it holds data or opens it",
            columns: [{ title: "name" }, { title: "type" }, { title: "id" }],
            rows: held.map(({ name, type: kind, id: cloud }) => [name, kind, cloud.length > 60 ? "" : cloud]),
          },
        ]),
    ...(copies.length === 0
      ? []
      : [
          {
            id: "copies",
            title: "What outlives it",
            summary: "if its data goes today",
            columns: [{ title: "copy" }, { title: "gone on" }],
            rows: copies.map(({ what, until }) => [what, until ?? "never by itself"]),
          },
        ]),
  ];
}
