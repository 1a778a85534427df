import { createHash } from "node:crypto";
import { InputError, type Problem } from "../../errors";
import type { Fleet, FleetInstance, FleetSettings } from "./instance";
import { selectorOf, type Selector } from "./selector";

/** A share of the instances. */
export interface WaveShare {
  /** Which instances, as an expression. */
  readonly select: string;
  /** How many of them are through after this wave, percent; those of earlier waves count. */
  readonly percent: number;
}

/** Instances that are upgraded together. */
export interface Wave {
  /** Name of the wave. */
  readonly name: string;
  /** Who belongs to it; nobody for a wave of verification by people. */
  readonly members: readonly WaveShare[];
  /** How long it is watched before the next begins, hours. */
  readonly soakHours: number;
  /** Whether a person has to let it begin. */
  readonly pause: boolean;
  /** Instances of it upgraded at a time; absent where the fleet's number holds. */
  readonly parallel?: number;
}

const day = 24;
const share = (type: string, percent = 100): WaveShare => ({ select: `instance.type == "${type}"`, percent });
const insiders: WaveShare = { select: 'instance.channel == "insiders"', percent: 100 };

/**
 * The two ways the vendor rolls a release out to its managed instances, in working days taken as days. Replicas go with the
 * internal ones: they hold no data of anybody.
 */
export const presetWaves: Readonly<Record<"quarterly" | "monthly", readonly Wave[]>> = {
  quarterly: [
    { name: "internal", members: [insiders, share("internal"), share("replica")], soakHours: 3 * day, pause: false },
    { name: "verification", members: [], soakHours: 2 * day, pause: true },
    { name: "first", members: [share("trial", 30), share("production", 10)], soakHours: 2 * day, pause: false },
    { name: "second", members: [share("trial"), share("production", 40)], soakHours: 2 * day, pause: false },
    { name: "all", members: [share("production")], soakHours: 0, pause: false },
  ],
  monthly: [
    { name: "internal", members: [insiders, share("internal"), share("replica")], soakHours: 3 * day, pause: false },
    { name: "first", members: [share("trial", 10), share("production", 10)], soakHours: day, pause: false },
    { name: "second", members: [share("trial", 40), share("production", 40)], soakHours: day, pause: false },
    { name: "all", members: [share("trial"), share("production")], soakHours: 0, pause: false },
  ],
};

/** The waves of a fleet. */
export function wavesOf({ waves }: FleetSettings): readonly Wave[] {
  if (typeof waves === "string") return presetWaves[waves];
  return waves.map(({ name, members, soakHours = day, pause = false, parallel }) => ({
    name,
    members: members.map(({ select, percent = 100 }) => ({ select, percent })),
    soakHours,
    pause,
    ...(parallel === undefined ? {} : { parallel }),
  }));
}

/** Whom a wave takes. */
export interface WaveMembers {
  /** The wave. */
  readonly wave: Wave;
  /** Its instances, in the order they begin. */
  readonly instances: readonly FleetInstance[];
}

/** A place that is fair, and the same in every run: another for each release, so that nobody is always first. */
function drawn(instance: FleetInstance, release: string): string {
  return createHash("sha256").update(`${instance.id} ${release}`).digest("hex");
}

/** Problems of waves that no fleet can have. */
function waveProblems(waves: readonly Wave[], most: number): Problem[] {
  const names = waves.map(({ name }) => name);
  return waves.flatMap(({ name, parallel = 1 }, index): Problem[] => [
    ...(names.indexOf(name) === index
      ? []
      : [
          {
            path: `waves.${index}.name`,
            message: `is "${name}", which wave ${names.indexOf(name) + 1} is called already; give it another`,
          },
        ]),
    ...(parallel <= most
      ? []
      : [
          {
            path: `waves.${index}.parallel`,
            message: `is ${parallel}, more than the ${most} instances the fleet upgrades at a time; give up to ${most}, or raise 'parallel' of the fleet`,
          },
        ]),
  ]);
}

/**
 * Puts instances into the waves of a rollout. Each belongs to the first wave that takes it.
 *
 * @param chosen the instances the rollout is about
 * @param running release each of them runs, by id
 * @param to release wanted, which decides the draw
 * @throws InputError when a wave's expression cannot be read or two waves have one name
 */
export function assign(
  fleet: Fleet,
  chosen: readonly FleetInstance[],
  running: Readonly<Record<string, string>>,
  to: string,
): { readonly waves: readonly WaveMembers[]; readonly left: readonly FleetInstance[] } {
  const waves = wavesOf(fleet.settings);
  const problems = waveProblems(waves, fleet.settings.parallel);
  const selectors = new Map<WaveShare, Selector>();
  waves.forEach(({ members }, index) =>
    members.forEach((member, number) => {
      try {
        const path = `waves.${index}.members.${number}.select`;
        selectors.set(member, selectorOf(member.select, fleet.instances, path));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        problems.push(...error.problems);
      }
    }),
  );
  if (problems.length > 0) throw new InputError(problems, "the waves are not valid");
  const order = new Map(chosen.map((instance) => [instance, drawn(instance, to)]));
  const ordered = [...chosen].sort((a, b) => ((order.get(a) ?? "") < (order.get(b) ?? "") ? -1 : 1));
  const taken = new Set<FleetInstance>();
  const assigned = waves.map((wave): WaveMembers => {
    const instances = wave.members.flatMap((member) => {
      const meant = ordered.filter((each) => selectors.get(member)?.matches(each, running[each.id] ?? each.release));
      const through = meant.filter((each) => taken.has(each)).length;
      const more = Math.max(0, Math.ceil((meant.length * member.percent) / 100) - through);
      const next = meant.filter((each) => !taken.has(each)).slice(0, more);
      next.forEach((each) => taken.add(each));
      return next;
    });
    return { wave, instances };
  });
  return { waves: assigned, left: ordered.filter((each) => !taken.has(each)) };
}
