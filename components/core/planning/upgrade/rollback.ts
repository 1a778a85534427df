import { SemVer } from "semver";
import { finalReasons, UpgradeRefusedError } from "./refusal";
import { hopKind } from "./rules";
import type { UpgradeSituation } from "./upgrade-plan";

/** Id that a rollback is acknowledged by. */
export const rollbackId = "rollback";

/** Id by which a person says that a backup of the older release is restored, so that its files may be deployed. */
export const restoreId = "restore";

/** A change of release that was made. */
export interface LastHop {
  /** Release before. */
  readonly from: string;
  /** Release after. */
  readonly to: string;
  /**
   * Kind of the change; `rollback` went back to the release before, on the databases as they are, `restore` to a release whose
   * backup is restored.
   */
  readonly kind: "standard" | "multi-version" | "rollback" | "restore";
}

/** What is deployed, as far as the way back depends on it. */
export interface Standing {
  /** Release that is deployed. */
  readonly release: string;
  /** How it came there. */
  readonly lastHop?: LastHop;
}

/**
 * Going back to the release before the last upgrade: one standard hop, on the databases as they are, which the release before
 * can work with. `possible` while nobody has acknowledged it; undefined where there is no such way back.
 */
export function rollbackOf(
  previous: Standing,
  to: string,
  acknowledged: readonly string[],
  situation: UpgradeSituation,
): LastHop | "possible" | undefined {
  if (noRollbackBecause(previous, to, situation) !== undefined) return undefined;
  return acknowledged.includes(rollbackId) ? { from: previous.release, to, kind: "rollback" } : "possible";
}

/** Why an older release cannot be started on the databases as they are; undefined when it can. */
export function noRollbackBecause(
  { release, lastHop }: Standing,
  to: string,
  situation: UpgradeSituation,
): string | undefined {
  const final = finalReasons(new SemVer(to), new SemVer(release), situation);
  if (final.length > 0) return `there is no way back on the same data (${final.join("; ")})`;
  const rule = `only the release before a standard upgrade can be started again on the same data, and right after it`;
  if (lastHop === undefined) return `${rule}, and no upgrade of this instance is known`;
  if (lastHop.kind === "rollback") return `${rule}, and ${release} is where a rollback from ${lastHop.from} led`;
  if (lastHop.kind === "restore") return `${rule}, and ${release} came by a restore`;
  if (lastHop.to !== release || lastHop.from !== to)
    return `${rule}, and the last upgrade was from ${lastHop.from} to ${lastHop.to}`;
  if (lastHop.kind === "multi-version" || hopKind(new SemVer(to), new SemVer(release)) !== "standard")
    return `${rule}, and the one from ${to} to ${release} was multi-version`;
  return undefined;
}

/**
 * The way of a machine to an older release.
 *
 * @throws UpgradeRefusedError when there is none, or nobody has acknowledged it; says what there is instead
 */
export function wayBack(
  previous: Standing,
  to: string,
  acknowledged: readonly string[],
  situation: UpgradeSituation,
): LastHop {
  const { release } = previous;
  if (acknowledged.includes(restoreId)) return { from: release, to, kind: "restore" };
  const rollback = rollbackOf(previous, to, acknowledged, situation);
  if (typeof rollback === "object") return rollback;
  const intro = `is ${to}, older than ${release}, which runs now`;
  const way =
    rollback === "possible"
      ? `right after a standard upgrade this is a rollback: ${to} is started again on the databases as they are; add "${rollbackId}" to 'acknowledge' for it`
      : `${noRollbackBecause(previous, to, situation) ?? ""}; what is left is a backup taken at ${to}: add "${restoreId}" to 'acknowledge', deploy, which the machine refuses until the backup is there, then 'sgbox restore --from BACKUP' ('sgbox backup list' shows what there is)`;
  throw new UpgradeRefusedError("downgrade", [{ path: "release", message: `${intro}; ${way}` }]);
}
