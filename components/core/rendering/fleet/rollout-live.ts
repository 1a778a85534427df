import type { RolloutProgress } from "../../planning/fleet/journal";
import type { RolloutPlan, RolloutWave } from "../../planning/fleet/rollout-plan";
import { rolloutStatus } from "../../planning/fleet/rollout-status";
import { waveText } from "./status-report";

/** Room on a screen, characters and lines. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
}

/** Time since a moment, such as 4:05 or 1:04:05; empty where the moment is not known. */
function since(at: string | undefined, now: Date): string {
  if (at === undefined) return "";
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours === 0 ? minutes : `${hours}:${two(minutes)}`}:${two(seconds % 60)}`;
}

/** Texts in columns. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

/** A line as it fits, without what would move the cursor. */
function clipped(line: string, columns: number): string {
  const characters = [...line.replace(/\p{Cc}/gu, " ")];
  if (characters.length <= columns) return characters.join("");
  return columns < 1 ? "" : `${characters.slice(0, columns - 1).join("")}…`;
}

function waveLines(
  { name, members }: RolloutWave,
  { undoes }: RolloutPlan,
  progress: RolloutProgress,
  now: Date,
  rows: number,
): string[] {
  const having = (...states: readonly string[]): RolloutWave["members"] =>
    members.filter(({ id }) => states.includes(progress.members[id]?.state ?? "open"));
  const [through, failed, working] = [having("done", "back"), having("failed"), having("running")];
  const [locked, passed] = [having("locked"), having("passed")];
  const counts = [
    `${through.length} of ${members.length} ${undoes === undefined ? "done" : "back"}`,
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
    ...(passed.length === 0 ? [] : [`${passed.length} passed over`]),
    ...(locked.length === 0 ? [] : [`${locked.length} locked`]),
    ...(working.length === 0 ? [] : [`${working.length} at work`]),
  ];
  const shown = working.length < rows ? working : working.slice(0, Math.max(0, rows - 2));
  const lines = aligned(
    shown.map(({ id, slug }) => {
      const { step = "", stepAt } = progress.members[id] ?? {};
      return [`${slug} (${id})`, step, since(stepAt, now)];
    }),
  );
  const hidden = working.length - shown.length;
  return [`wave ${name}: ${counts.join(", ")}`, ...lines, ...(hidden === 0 ? [] : [`  and ${hidden} more`])];
}

/**
 * What is going on in a rollout at this moment: the wave with its counts and a line for each instance at work, or the wave
 * that comes next; nothing where nothing goes on. At most as many lines as there are rows, none longer than the columns.
 */
export function rolloutLive(plan: RolloutPlan, progress: RolloutProgress, now: Date, room: Room): string[] {
  if (progress.state !== "running") return [];
  const wave = plan.waves.find(({ name }) => progress.waves[name]?.state === "running");
  const status = rolloutStatus(plan, progress);
  const next = status.waves.find(({ name }) => name === status.next?.wave);
  const lines =
    wave !== undefined
      ? waveLines(wave, plan, progress, now, room.rows)
      : next === undefined
        ? []
        : [`wave ${next.name}: ${waveText(next, status.next)}`];
  return lines.slice(0, Math.max(0, room.rows)).map((line) => clipped(line, room.columns));
}
