import { SemVer } from "semver";
import type { LastHop, Manifest } from "../manifest";
import { hopKind } from "../upgrade/rules";

/** Id that a rollback is acknowledged by. */
export const rollbackId = "rollback";

/**
 * Going back to the release before the last upgrade: one standard hop, on the databases as they are, which the release before
 * can work with. `possible` while nobody has acknowledged it; undefined where there is no such way back.
 */
export function rollbackOf(
  previous: Manifest,
  to: string,
  acknowledged: readonly string[],
): LastHop | "possible" | undefined {
  const { lastHop, release } = previous;
  if (lastHop?.kind !== "standard" || lastHop.to !== release || lastHop.from !== to) return undefined;
  if (hopKind(new SemVer(to), new SemVer(release)) !== "standard") return undefined;
  return acknowledged.includes(rollbackId) ? { from: release, to, kind: "rollback" } : "possible";
}

/** What a person does after a rollback. */
export function rollbackStep({ from, to }: LastHop, namespace: string): string {
  return `${to} runs again on the schemas of ${from}: compare them with the migrator's 'drift' in namespace ${namespace}, and take back by hand what ${from} rewrote in files of the site configuration; remove "${rollbackId}" from 'acknowledge'`;
}
