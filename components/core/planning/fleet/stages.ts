import { InputError } from "../../errors";
import { compareReleases, findRelease, releases, unknownReleaseMessage } from "../../product/releases";
import type { Fleet, FleetInstance } from "./instance";
import type { KnownState } from "./known-state";
import type { RolloutPlan } from "./rollout-plan";
import { assign } from "./waves";

/** How far a release has come in one wave. */
export interface Stage {
  /** Name of the wave; empty for those no wave takes. */
  readonly wave: string;
  /** How many of its instances run the release or a newer one. */
  readonly reached: number;
  /** How many instances it has. */
  readonly of: number;
  /** Those that do not, with what they run; nothing where none is deployed. */
  readonly missing: readonly { readonly id: string; readonly slug: string; readonly release?: string }[];
}

/**
 * How far a release has come: which waves have it.
 *
 * @param states what is known of each instance, by id
 * @param plan the newest rollout, whose waves count where it is of this release; otherwise those a rollout to all would have
 * @throws InputError when there is no such release
 */
export function stagesOf(
  fleet: Fleet,
  states: Readonly<Record<string, KnownState>>,
  release: string,
  plan?: RolloutPlan,
): Stage[] {
  if (findRelease(release) === undefined) {
    const known = releases.map(({ version }) => version);
    throw new InputError(
      [{ path: "release", message: unknownReleaseMessage(release, known) }],
      "the stages cannot be told",
    );
  }
  const running = Object.fromEntries(fleet.instances.map(({ id, release: said }) => [id, states[id]?.release ?? said]));
  const stage = (wave: string, those: readonly FleetInstance[]): Stage => {
    const missing = those.flatMap(({ id, slug }) => {
      const runs = states[id]?.release;
      if (runs !== undefined && compareReleases(runs, release) >= 0) return [];
      return [{ id, slug, ...(runs === undefined ? {} : { release: runs }) }];
    });
    return { wave, reached: those.length - missing.length, of: those.length, missing };
  };
  if (plan?.to === release && plan.undoes === undefined) {
    const known = new Map(fleet.instances.map((instance) => [instance.id, instance]));
    const waves = plan.waves.map(({ name, members }) => {
      const those = members.flatMap(({ id }) => known.get(id) ?? []);
      those.forEach(({ id }) => known.delete(id));
      return stage(name, those);
    });
    return [...waves, ...(known.size === 0 ? [] : [stage("", [...known.values()])])];
  }
  const { waves, left } = assign(fleet, fleet.instances, running, release);
  return [
    ...waves.filter(({ instances }) => instances.length > 0).map(({ wave, instances }) => stage(wave.name, instances)),
    ...(left.length === 0 ? [] : [stage("", left)]),
  ];
}
