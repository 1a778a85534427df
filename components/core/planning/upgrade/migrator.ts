import { compare, SemVer } from "semver";
import { findRelease, newestComposeRelease, registry as vendorRegistry } from "../../product/releases";
import { holds } from "./conditions";
import { forbiddenBecause, knownReleases } from "./facts";
import type { DeploymentKind, MigratorImage, UpgradeSituation } from "./upgrade-plan";
import { requiredPostgresMajor } from "./rules";

const v5_10 = new SemVer("5.10.0");
const v5_11 = new SemVer("5.11.0");
const v6_0 = new SemVer("6.0.0");

/** The newest migrator that still connects to PostgreSQL below 16. */
const newestForOldPostgres =
  knownReleases("compose").findLast(
    (release) => compare(release, v6_0) < 0 && forbiddenBecause(release) === undefined,
  ) ?? newestComposeRelease;

/** The newest migrator for a release: one whose digest is known, if that is not older than the release. */
function newestFor(release: SemVer, target: DeploymentKind): string {
  if (compare(release, newestComposeRelease) <= 0) return newestComposeRelease;
  return knownReleases(target).at(-1) ?? newestComposeRelease;
}

/** The reference of a release's migrator image: with digest where the catalogue pins it and digests are wanted. */
function migratorReference(release: string, situation: UpgradeSituation): string {
  const pin = findRelease(release)?.images["migrator"];
  const name = `${situation.registry ?? vendorRegistry}/migrator`;
  const tagged = `${name}:${pin?.tag ?? release}`;
  return pin === undefined || situation.pinDigests === false ? tagged : `${tagged}@${pin.digest}`;
}

function image(release: string, reason: string, situation: UpgradeSituation): MigratorImage {
  return { release, reference: migratorReference(release, situation), reason };
}

/** The migrator for `up`: the target schema is compiled in, so it is exactly the release being deployed. */
export function migratorForUp(to: string, situation: UpgradeSituation): MigratorImage {
  return image(
    to,
    "'up' brings the schema its own image was built with, so the image is that of the release being deployed",
    situation,
  );
}

/** The migrator that changes the schema from one release to another in one multi-version upgrade. */
export function migratorForUpgrade(from: SemVer, to: SemVer, situation: UpgradeSituation): MigratorImage {
  const { target = "compose" } = situation;
  const converts = holds("builtin-postgres", situation) && compare(from, v5_10) < 0 && compare(to, v5_10) >= 0;
  if (converts && compare(to, v5_11) < 0) {
    return image(
      to.version,
      "the step onto 5.10, where the built-in databases become PostgreSQL 16, is made with the migrator of 5.10",
      situation,
    );
  }
  // The chart cannot start new database images before its migrator Job; compose does.
  const converted = converts && target === "compose";
  return migratorForData(to, converted || !mayBeOld(from, to, situation), situation);
}

/** The migrator for reading: `drift` against the release that runs. */
export function migratorForDrift(running: SemVer, situation: UpgradeSituation): MigratorImage {
  return migratorForData(running, !mayBeOld(running, running, situation), situation);
}

/** Whether PostgreSQL may be below 16 when the migrator connects: the databases those of `from`, the wanted release `to`. */
function mayBeOld(from: SemVer, to: SemVer, situation: UpgradeSituation): boolean {
  const bundledOld = holds("builtin-postgres", situation) && compare(from, v5_10) < 0;
  const externalOld =
    holds("external-postgres", situation) &&
    (situation.postgresMajor === undefined ? compare(to, v6_0) < 0 : situation.postgresMajor < requiredPostgresMajor);
  return bundledOld || externalOld;
}

function migratorForData(release: SemVer, postgres16: boolean, situation: UpgradeSituation): MigratorImage {
  return postgres16
    ? image(
        newestFor(release, situation.target ?? "compose"),
        "everything but 'up' is done with the newest migrator",
        situation,
      )
    : image(
        newestForOldPostgres,
        "migrators from 6.0 on refuse PostgreSQL below 16, so the newest before 6.0 is used",
        situation,
      );
}
