import { parseRelease } from "../../product/releases";
import type { Age } from "../../planning/fleet/release-age";
import type { RolloutStatus, WaveStatus } from "../../planning/fleet/rollout-status";
import { needsLook, type Health, type InstanceStatus } from "../../planning/fleet/status";
import type { Section } from "../section";

/** What an age is called. */
export const ageNames: Readonly<Record<Age, string>> = {
  current: "current",
  behind: "behind",
  old: "not supported any more",
  absent: "not deployed",
};

/** How old the release of an instance is, in words. */
function ageText({ age, minorsBehind = 0, daysBehind }: InstanceStatus): string {
  if (minorsBehind === 0 || age === "absent") return ageNames[age];
  const days = daysBehind === undefined ? "" : `, ${daysBehind} days`;
  return `${ageNames[age]}: ${minorsBehind} minor${days}`;
}

/** A time as people read it, UTC, to the minute. */
export function timeText(iso: string | undefined): string {
  return iso?.slice(0, 16).replace("T", " ") ?? "";
}

/** When an instance was changed last, and by whom, in words. */
function changeText({ updatedAt, changedBy }: InstanceStatus): string {
  return `${timeText(updatedAt)}${changedBy === undefined ? "" : ` ${changedBy}`}`;
}

/** Whether an instance is what its state says, in words; empty where nobody looked. */
function driftText({ drift }: InstanceStatus): string {
  if (drift === undefined) return "";
  return `${drift.differs === 0 ? "none" : `${drift.differs} differ`}, ${drift.at.slice(0, 10)}`;
}

/** What is unusual about an instance, in words. */
function noteText({ life, interrupted, isExpired, expires, rollout, wanted }: InstanceStatus): string {
  return [
    ...(life === undefined ? [] : [life.reason === undefined ? life.state : `${life.state}: ${life.reason}`]),
    ...(interrupted ? ["an update was interrupted"] : []),
    ...(isExpired ? [`expired ${expires ?? ""}`] : []),
    ...(wanted === undefined ? [] : [`its file says ${wanted}`]),
    ...(rollout === undefined
      ? []
      : [`wave ${rollout.wave}: ${rollout.state}${rollout.message === undefined ? "" : `, ${rollout.message}`}`]),
  ].join("; ");
}

/** How many there are of each kind, in words. */
export function counted(words: readonly string[]): string {
  const sums = new Map<string, number>();
  for (const word of words) sums.set(word, (sums.get(word) ?? 0) + 1);
  return [...sums].map(([name, count]) => `${count} ${name}`).join(", ");
}

/** Monthly list prices added up, in words; empty where none is known. */
function monthlyText(rows: readonly InstanceStatus[]): string {
  const known = rows.flatMap(({ monthly }) => (monthly === undefined ? [] : [monthly]));
  if (known.length === 0) return "";
  const sum = Math.round(known.reduce((total, each) => total + each, 0)).toLocaleString("en-US");
  return `${sum} USD a month${known.length === rows.length ? "" : ` for ${known.length} of them`}`;
}

/** A release as a number that grows with it; less than any where there is none. */
function releaseOrder(release: string | undefined): number {
  const parsed = release === undefined ? undefined : parseRelease(release);
  return parsed === undefined ? -1 : (parsed.major * 1000 + parsed.minor) * 1_000_000 + parsed.patch;
}

/** How something is, as a page colours it. */
export type Mark = "good" | "fair" | "bad";

/** A column of the table of instances. */
export interface StatusColumn {
  /** Its heading. */
  readonly title: string;
  /** Whether it holds figures. */
  readonly align?: "right";
  /** What it says of an instance. */
  readonly text: (row: InstanceStatus) => string;
  /** What it is sorted by; default its text. */
  readonly order?: (row: InstanceStatus) => number;
  /** How that is; default nothing to remark. */
  readonly mark?: (row: InstanceStatus) => Mark | undefined;
  /** Whether it is left out where it says nothing of anybody. */
  readonly optional?: true;
}

const ageMarks: Readonly<Record<Age, Mark | undefined>> = {
  current: "good",
  behind: "fair",
  old: "bad",
  absent: undefined,
};

const healthMarks: Readonly<Record<Health, Mark | undefined>> = {
  healthy: "good",
  sick: "bad",
  silent: "bad",
  "no address": undefined,
};

const columns: readonly StatusColumn[] = [
  { title: "instance", text: ({ id }) => id },
  { title: "slug", text: ({ slug }) => slug },
  { title: "type", text: ({ type, channel }) => (channel === "stable" ? type : `${type}, ${channel}`) },
  { title: "place", text: ({ place }) => place },
  { title: "size", text: ({ size }) => size },
  { title: "release", text: ({ release = "" }) => release, order: ({ release }) => releaseOrder(release) },
  {
    title: "age",
    text: ageText,
    order: ({ minorsBehind = -1 }) => minorsBehind,
    mark: ({ age }) => ageMarks[age],
  },
  { title: "last change", text: changeText },
  {
    title: "health",
    text: ({ health = "" }) => health,
    mark: ({ health }) => (health === undefined ? undefined : healthMarks[health]),
    optional: true,
  },
  {
    title: "drift",
    text: driftText,
    order: ({ drift }) => drift?.differs ?? -1,
    mark: ({ drift }) => (drift === undefined ? undefined : drift.differs > 0 ? "fair" : "good"),
    optional: true,
  },
  {
    title: "USD a month",
    align: "right",
    text: ({ monthly }) => (monthly === undefined ? "" : Math.round(monthly).toLocaleString("en-US")),
    order: ({ monthly = -1 }) => monthly,
    optional: true,
  },
  { title: "next wave", text: ({ nextWave = "" }) => nextWave, optional: true },
  { title: "note", text: noteText, mark: (row) => (needsLook(row) ? "bad" : undefined) },
];

/** Columns that say something of these instances. */
export function statusColumns(rows: readonly InstanceStatus[]): readonly StatusColumn[] {
  return columns.filter(({ optional, text }) => optional !== true || rows.some((row) => text(row) !== ""));
}

/** What nobody asked for, and how to. */
export function unasked(rows: readonly InstanceStatus[]): string[] {
  if (rows.length === 0) return [];
  return [
    ...(rows.every(({ health }) => health === undefined) ? ["health: not asked; --health does"] : []),
    ...(rows.every(({ drift }) => drift === undefined) ? ["drift: not looked for; sgbox fleet drift does"] : []),
  ];
}

/** How far a wave is, in words. */
export function waveText({ name, state, at }: WaveStatus, next: RolloutStatus["next"]): string {
  if (next?.wave === name) {
    const from = next.from === undefined ? "" : ` from ${timeText(next.from)}`;
    return next.asks ? `next${from}, waits for a person` : `next${from}`;
  }
  return at === undefined ? state : `${state} ${timeText(at)}`;
}

/** Most reasons that are told by name. */
const mostReasons = 5;

/** Who was passed over, in words: how many for which reason. */
export function passedText(passed: readonly { readonly reason: string }[]): string {
  const sums = new Map<string, number>();
  for (const { reason } of passed) sums.set(reason, (sums.get(reason) ?? 0) + 1);
  const told = [...sums].slice(0, mostReasons).map(([reason, count]) => `${reason}: ${count}`);
  const more = sums.size > mostReasons ? [`and ${sums.size - mostReasons} other reasons`] : [];
  return `passed over: ${passed.length} (${[...told, ...more].join("; ")})`;
}

/** A rollout as a table: how far each wave is, and which comes next. */
export function rolloutStatusSection(rollout: RolloutStatus): Section {
  const { to, state, reason, since, waves, next, passedOver = [] } = rollout;
  const notes = [
    ...(reason === undefined ? [] : [reason]),
    ...(passedOver.length === 0 ? [] : [passedText(passedOver)]),
  ];
  return {
    id: "rollout",
    title: `Rollout of ${to}`,
    summary: [state, ...(since === undefined ? [] : [`since ${timeText(since)}`])].join(" "),
    columns: [{ title: "wave" }, { title: "state" }, { title: "instances" }],
    rows: waves.map((wave) => [
      wave.name,
      waveText(wave, next),
      wave.members.length === 0 ? "people verify" : counted(wave.members.map(({ state: each }) => each)),
    ]),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** A fleet in a few words. */
export function fleetSummary(rows: readonly InstanceStatus[]): string {
  if (rows.length === 0) return "no instances";
  return [counted(rows.map(({ age }) => ageNames[age])), monthlyText(rows)].filter((each) => each !== "").join("; ");
}

/** A fleet as a table: which release runs where, how old it is, and what is going on. */
export function statusSections(
  fleet: string,
  rows: readonly InstanceStatus[],
  rollout: RolloutStatus | undefined,
): Section[] {
  const shown = statusColumns(rows);
  return [
    {
      id: "fleet",
      title: `Fleet ${fleet}`,
      summary: fleetSummary(rows),
      columns: shown.map(({ title, align }) => ({ title, ...(align === undefined ? {} : { align }) })),
      rows: rows.map((row) => shown.map(({ text }) => text(row))),
      notes: unasked(rows),
    },
    ...(rollout === undefined ? [] : [rolloutStatusSection(rollout)]),
  ];
}
