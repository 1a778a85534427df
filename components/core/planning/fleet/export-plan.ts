import { createHash } from "node:crypto";
import { compareReleases } from "../../product/releases";
import type { Fleet, FleetInstance, MaintenanceWindow } from "./instance";
import { planRollout, type LeftOut } from "./rollout-plan";
import { weekdays } from "./schema";
import { assign } from "./waves";

/** One instance of an export. */
export interface ExportMember {
  /** The instance. */
  readonly instance: FleetInstance;
  /** Release it is to run. */
  readonly release: string;
  /** Names of the stacks that have to have succeeded first, sorted. */
  readonly requires: readonly string[];
}

/** A stack without resources that lets others begin. */
export interface ExportGate {
  /** Its name. */
  readonly name: string;
  /** Names of the stacks that have to have succeeded first, sorted. */
  readonly requires: readonly string[];
  /** When a person, or a timer, is to let it in; absent where nobody has to. */
  readonly held?: string;
}

/** One wave of an export. */
export interface ExportWave {
  /** Its name. */
  readonly name: string;
  /** What lets it begin; absent where it begins at once. */
  readonly gate?: ExportGate;
  /** Its instances, in the order they begin. */
  readonly members: readonly ExportMember[];
}

/** A fleet in the order in which somebody else is to bring it up to date. */
export interface ExportPlan {
  /** What tells this round from others: the release wanted and the program; 8 hexadecimal digits. */
  readonly round: string;
  /** The waves, in order. */
  readonly waves: readonly ExportWave[];
  /** Gates of the maintenance windows, by name. */
  readonly windows: readonly ExportGate[];
  /** Instances that are not part of it, and why. */
  readonly leftOut: readonly LeftOut[];
}

/** What an export is asked for. */
export interface ExportRequest {
  /** Release to bring all of them to; default what their files say. */
  readonly to?: string;
  /** Ids of manual steps that were taken for all of them. */
  readonly acknowledge?: readonly string[];
  /** Commit of the program; default what `fleet.yaml` says. */
  readonly commit?: string;
}

/** Instances of a wave before its order is known. */
interface Group {
  readonly name: string;
  readonly soakHours: number;
  readonly pause: boolean;
  readonly parallel?: number;
  readonly members: readonly { readonly instance: FleetInstance; readonly release: string }[];
}

const rest = "rest";

/** Why nobody elsewhere is to run an instance; undefined where somebody may. */
function reasonToLeave({ channel, state }: FleetInstance): string | undefined {
  if (state !== "active") return `it is ${state}`;
  return channel === "pause" ? "its channel is pause" : undefined;
}

const asItIs = (instance: FleetInstance): Group["members"][number] => ({ instance, release: instance.release });

/** The waves of a rollout to a release, then those it does not touch. */
function groupsOfRollout(
  fleet: Fleet,
  exported: readonly FleetInstance[],
  request: ExportRequest,
  to: string,
): Group[] {
  const files = Object.fromEntries(exported.map(({ id, release }) => [id, { release }]));
  const { acknowledge } = request;
  const { waves } = planRollout(fleet, files, { to, ...(acknowledge === undefined ? {} : { acknowledge }) }, exported);
  const byId = new Map(exported.map((instance) => [instance.id, instance]));
  const groups = waves.map(({ members, ...wave }): Group => {
    const found = members.flatMap(({ id }) => byId.get(id) ?? []);
    for (const { id } of members) byId.delete(id);
    return { ...wave, members: found.map((instance) => ({ instance, release: to })) };
  });
  return [...groups, { name: rest, soakHours: 0, pause: false, members: [...byId.values()].map(asItIs) }];
}

/** The waves of all instances with the releases their files say. */
function groupsOfFiles(fleet: Fleet, exported: readonly FleetInstance[], newest: string): Group[] {
  const running = Object.fromEntries(exported.map(({ id, release }) => [id, release]));
  const { waves, left } = assign(fleet, exported, running, newest);
  return [
    ...waves.map(({ wave: { pause, ...wave }, instances }): Group => ({
      ...wave,
      pause: pause || instances.some((instance) => instance.pause),
      members: instances.map(asItIs),
    })),
    { name: rest, soakHours: 0, pause: left.some(({ pause }) => pause), members: left.map(asItIs) },
  ];
}

const twoDigits = (count: number): string => String(count).padStart(2, "0");

/** Name of the gate of a maintenance window. */
function windowName({ days, fromHourUtc, hours }: MaintenanceWindow): string {
  const named = [...new Set(days)].sort().map((day) => (weekdays[day] ?? "").slice(0, 3));
  return `window-${named.join("-")}-${twoDigits(fromHourUtc)}-${hours}h`;
}

function windowsOf(groups: readonly Group[]): ExportGate[] {
  const windows = new Map<string, ExportGate>();
  for (const { members } of groups)
    for (const { instance } of members) {
      const { maintenance } = instance;
      if (maintenance === undefined) continue;
      const days = maintenance.days.map((day) => weekdays[day] ?? "").join(", ");
      const opens = `${twoDigits(maintenance.fromHourUtc)}:00 UTC`;
      windows.set(windowName(maintenance), {
        name: windowName(maintenance),
        requires: [],
        held: `apply it at ${opens} of ${days}, and delete it ${maintenance.hours} hours later`,
      });
    }
  return [...windows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function heldText(before: string, soakHours: number, pause: boolean): string | undefined {
  const words = [
    ...(soakHours > 0 && before !== "" ? [`when ${before} has been watched for ${soakHours} hours`] : []),
    ...(pause ? ["when a person agrees"] : []),
  ];
  return words.length === 0 ? undefined : `apply it ${words.join(" and ")}`;
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();

/** The waves with what each stack has to wait for. */
function wavesInOrder(groups: readonly Group[], parallel: number, round: string): ExportWave[] {
  const waves: ExportWave[] = [];
  let before = { name: "", members: [] as readonly string[] };
  let soak = 0;
  let pause = false;
  for (const group of groups) {
    pause ||= group.pause;
    if (group.members.length === 0) {
      if (group.pause) soak += group.soakHours;
      continue;
    }
    const held = heldText(before.name, soak, pause);
    const gate: ExportGate | undefined =
      before.members.length === 0 && held === undefined
        ? undefined
        : {
            name: `gate-${waves.length + 1}-${round}`,
            requires: sorted(before.members),
            ...(held === undefined ? {} : { held }),
          };
    const ids = group.members.map(({ instance }) => instance.id);
    const members = group.members.map(({ instance, release }, place): ExportMember => {
      const ahead = ids[place - (group.parallel ?? parallel)];
      return {
        instance,
        release,
        requires: sorted([
          ...(gate === undefined ? [] : [gate.name]),
          ...(ahead === undefined ? [] : [ahead]),
          ...(instance.maintenance === undefined ? [] : [windowName(instance.maintenance)]),
        ]),
      };
    });
    waves.push({ name: group.name, ...(gate === undefined ? {} : { gate }), members });
    before = { name: group.name, members: ids };
    soak = group.soakHours;
    pause = false;
  }
  return waves;
}

/** Instances somebody elsewhere is to run, and those nobody is to touch. */
export function exportable(chosen: readonly FleetInstance[]): {
  readonly exported: readonly FleetInstance[];
  readonly leftOut: readonly LeftOut[];
} {
  const leftOut: LeftOut[] = [];
  const exported = chosen.filter((instance) => {
    const reason = reasonToLeave(instance);
    if (reason !== undefined) leftOut.push({ id: instance.id, slug: instance.slug, reason });
    return reason === undefined;
  });
  return { exported, leftOut };
}

/**
 * Plans in which order somebody else brings a fleet up to date. A wave begins when all of the one before have succeeded,
 * which a stack without resources between them tells: n + m references instead of n times m. In a wave each instance waits
 * for the one `parallel` places ahead of it.
 *
 * @param exported the instances that are part of it
 * @throws RefusedError when an instance cannot take the release, with all of them
 */
export function planWaves(
  fleet: Fleet,
  exported: readonly FleetInstance[],
  request: ExportRequest,
): Omit<ExportPlan, "leftOut"> {
  const newest =
    exported
      .map(({ release }) => release)
      .sort(compareReleases)
      .at(-1) ?? "";
  const { to, commit } = request;
  const groups =
    to === undefined ? groupsOfFiles(fleet, exported, newest) : groupsOfRollout(fleet, exported, request, to);
  const { source, operator } = fleet.settings.elsewhere;
  const round = createHash("sha256")
    .update(JSON.stringify([to ?? newest, source, commit, operator?.image]))
    .digest("hex")
    .slice(0, 8);
  return { round, waves: wavesInOrder(groups, fleet.settings.parallel, round), windows: windowsOf(groups) };
}
