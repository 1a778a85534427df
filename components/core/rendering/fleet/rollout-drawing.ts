import type { MemberProgress } from "../../planning/fleet/journal";
import type { RolloutStatus, WaveStatus } from "../../planning/fleet/rollout-status";
import type { InstanceStatus } from "../../planning/fleet/status";
import { compareReleases } from "../../product/releases";
import { escapeXml } from "../drawing/svg";
import { counted, waveText } from "./status-report";

/** Width of the pictures: that of a phone, so that their texts are read there. */
const width = 340;
/** A square, and what it takes with its gap. */
const square = { side: 8, pitch: 10 };
const perRow = Math.floor(width / square.pitch);

/** States of instances in the order they are drawn. */
const memberStates: readonly MemberProgress["state"][] = [
  "failed",
  "locked",
  "running",
  "back",
  "done",
  "passed",
  "open",
];
/** Those that few rollouts have. */
const rareStates: readonly MemberProgress["state"][] = ["locked", "passed"];

function text(x: number, y: number, content: string, className: string, end = false): string {
  return `<text x="${x}" y="${y}" class="${className}"${end ? ' text-anchor="end"' : ""}>${escapeXml(content)}</text>`;
}

function svg(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeXml(title)}" viewBox="0 0 ${width} ${height}">`,
    ...parts,
    "</svg>",
  ].join("\n");
}

/** A square for an instance, its name shown to who points at it. */
function memberSquare({ id, slug, state }: WaveStatus["members"][number], index: number, top: number): string {
  const x = (index % perRow) * square.pitch;
  const y = top + Math.floor(index / perRow) * square.pitch;
  return `<rect x="${x}" y="${y}" width="${square.side}" height="${square.side}" rx="1.5" class="is-${state}"><title>${escapeXml(`${slug} (${id}): ${state}`)}</title></rect>`;
}

/** What the colours mean; states that are rare only where there is one. */
function legend(rollout: RolloutStatus, top: number): string {
  const seen = new Set(rollout.waves.flatMap(({ members }) => members.map(({ state }) => state)));
  let left = 0;
  return memberStates
    .filter((state) => seen.has(state) || !rareStates.includes(state))
    .map((state) => {
      const part = `<rect x="${left}" y="${top}" width="${square.side}" height="${square.side}" rx="1.5" class="is-${state}"/>${text(left + 12, top + 8, state, "soft")}`;
      left += 26 + state.length * 6;
      return part;
    })
    .join("\n");
}

/** Draws the waves of a rollout, in order, an instance a square coloured by how far it is. */
export function rolloutDrawing(rollout: RolloutStatus): string {
  let top = 0;
  const waves = rollout.waves.flatMap((wave, index) => {
    const { name, members } = wave;
    const parts = [
      text(0, top + 12, `${index + 1}  ${name}`, "name"),
      text(width, top + 12, waveText(wave, rollout.next), "soft", true),
      text(0, top + 27, members.length === 0 ? "people verify" : counted(members.map(({ state }) => state)), "soft"),
      ...members.map((member, place) => memberSquare(member, place, top + 34)),
    ];
    top += 34 + Math.ceil(members.length / perRow) * square.pitch + 14;
    return parts;
  });
  const title = `Waves of the rollout of ${rollout.to}: ${rollout.waves
    .map((wave) => `${wave.name} ${waveText(wave, rollout.next)}`)
    .join("; ")}`;
  return svg(title, top + 14, [...waves, legend(rollout, top)]);
}

/** Draws how many instances run which release, the newest first. */
export function releasesDrawing(rows: readonly InstanceStatus[]): string {
  const counts = new Map<string, number>();
  for (const { release } of rows) if (release !== undefined) counts.set(release, (counts.get(release) ?? 0) + 1);
  const sorted = [...counts].sort(([a], [b]) => compareReleases(b, a));
  const most = Math.max(1, ...counts.values());
  const [labels, figures, pitch] = [80, 44, 20];
  const ageOf = new Map(rows.map(({ release = "", age }) => [release, age]));
  const bars = sorted.flatMap(([release, count], index) => {
    const y = index * pitch;
    const length = Math.max(2, Math.round((count / most) * (width - labels - figures)));
    return [
      text(0, y + 13, release, "name"),
      `<rect x="${labels}" y="${y + 3}" width="${length}" height="12" rx="2" class="is-${ageOf.get(release) ?? ""}"/>`,
      text(labels + length + 6, y + 13, String(count), "soft"),
    ];
  });
  const title = `Releases that run: ${sorted.map(([release, count]) => `${release} ${count}`).join(", ")}`;
  return svg(title, Math.max(pitch, sorted.length * pitch), bars);
}
