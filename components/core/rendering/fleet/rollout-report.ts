import type { RolloutPlan, RolloutWave } from "../../planning/fleet/rollout-plan";
import { facts, type Section } from "../section";

function hours(count: number): string {
  if (count === 0) return "";
  return count % 24 === 0 ? `${count / 24} days` : `${count} hours`;
}

function waveSection(wave: RolloutWave, number: number): Section {
  const { name, members, soakHours, pause, parallel } = wave;
  const words = [
    `${members.length} instances`,
    ...(pause ? ["waits for a person"] : []),
    ...(parallel === undefined ? [] : [`${parallel} at a time`]),
    ...(soakHours > 0 ? [`then watched for ${hours(soakHours)}`] : []),
  ];
  return {
    id: `wave-${number}`,
    title: `Wave ${number}: ${name}`,
    summary: words.join(", "),
    columns: [{ title: "instance" }, { title: "slug" }, { title: "from" }, { title: "change" }, { title: "window" }],
    rows: members.map(({ id, slug, from = "", to, kind, maintenance }) => [
      id,
      slug,
      from,
      to === undefined ? kind : `${kind} to ${to}`,
      maintenance === undefined ? "any time" : `from ${maintenance.fromHourUtc}:00 UTC, ${maintenance.hours} hours`,
    ]),
  };
}

/** A rollout as tables: what it is, its waves, and who is left out. */
export function rolloutSections(plan: RolloutPlan): Section[] {
  const { fleet, to, select, parallel, gate, waves, leftOut, digest, undoes } = plan;
  const title =
    undoes === undefined
      ? `Rollout of ${to} to ${fleet}`
      : `Rollback of wave ${undoes.wave} of ${fleet} from ${undoes.to}`;
  return [
    facts("rollout", title, [
      ["instances", String(waves.reduce((sum, { members }) => sum + members.length, 0))],
      ["selected by", select === "" ? "nothing, all of them" : select],
      ["at a time", String(parallel)],
      [
        "gate",
        `${gate.healthyMinutes} minutes healthy, under ${gate.errorPercent} % errors, ${gate.failures} failed instances a wave`,
      ],
      ["digest", digest],
    ]),
    ...waves.map((wave, index) => waveSection(wave, index + 1)),
    ...(leftOut.length === 0
      ? []
      : [
          {
            id: "left-out",
            title: "Left out",
            summary: `${leftOut.length} instances`,
            columns: [{ title: "instance" }, { title: "slug" }, { title: "why" }],
            rows: leftOut.map(({ id, slug, reason }) => [id, slug, reason]),
          },
        ]),
  ];
}
