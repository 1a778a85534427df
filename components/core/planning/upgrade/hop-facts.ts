import type { SemVer } from "semver";
import { holds } from "./conditions";
import type { DataEvents } from "./downtime";
import type { HopKind, MigratorImage, UpgradeSituation } from "./upgrade-plan";

/** One of the product's databases. */
export interface Database {
  /** Name of its service, StatefulSet and host when it is bundled. */
  readonly service: string;
  /** Name the migrator knows its schema by. */
  readonly schema: string;
  /** User and database within the bundled server. */
  readonly user: string;
  readonly name: string;
}

const databases: readonly Database[] = [
  { service: "pgsql", schema: "frontend", user: "sg", name: "sg" },
  { service: "codeintel-db", schema: "codeintel", user: "sg", name: "sg" },
  { service: "codeinsights-db", schema: "codeinsights", user: "postgres", name: "postgres" },
];

/** Everything the runbook of one hop depends on. */
export interface HopFacts {
  readonly from: SemVer;
  readonly to: SemVer;
  readonly kind: HopKind;
  readonly events: DataEvents;
  readonly situation: UpgradeSituation;
  /** The databases the instance has. */
  readonly databases: readonly Database[];
  /** Those of them that run in the deployment itself. */
  readonly bundled: readonly Database[];
  /** What changes the schema. */
  readonly migrator: MigratorImage;
  /** What compares the schema with the release that ran before. */
  readonly driftBefore: MigratorImage;
  /** What compares the schema with the release that runs afterwards. */
  readonly driftAfter: MigratorImage;
}

/** Limits in minutes; chosen generously, since stopping a migration half-way is what costs data. */
export const timeouts = {
  check: 10,
  snapshot: 60,
  pull: 60,
  stop: 15,
  /** Start of a database that has nothing to convert: what its health check allows. */
  databases: 60,
  up: 60,
  upgrade: 24 * 60,
  start: 30,
  /** First start of gitserver when it renames every repository. */
  startRenaming: 4 * 60,
  rebuild: 4 * 60,
  verify: 15,
} as const;

/** Minutes given to the databases' first start: twice the estimate, a day when the size is not known. */
export function databaseStartTimeout({ events }: HopFacts): number {
  if (!events.convertsPostgres) return timeouts.databases;
  const estimate = events.conversionMinutes;
  return estimate === undefined ? 24 * 60 : Math.max(timeouts.databases, 2 * estimate);
}

/** `vX.Y`, the way the migrator's upgrade command is told a release. */
function migratorLine(version: SemVer): string {
  return `v${version.major}.${version.minor}`;
}

/** Arguments that limit `up` and `validate` to the schemas that exist; none when all do. */
function schemaArgs(facts: HopFacts): string[] {
  return facts.databases.length === databases.length
    ? []
    : [`--db=${facts.databases.map(({ schema }) => schema).join(",")}`];
}

/** Arguments of the migrator for the schema change of a hop. */
export function migrateArgs(facts: HopFacts, retry = false): string[] {
  // What an interrupted or failed run leaves in the migrator's log blocks the next one; a person has looked, or nothing runs any more.
  if (facts.kind === "standard")
    return ["up", ...schemaArgs(facts), ...(retry ? ["--ignore-single-dirty-log", "--ignore-single-pending-log"] : [])];
  // Conversion makes the live schema differ from the description of the old release, and so does a half-done upgrade.
  const skipDrift = retry || convertedBeforeMigrator(facts);
  return [
    "upgrade",
    "--from",
    migratorLine(facts.from),
    "--to",
    migratorLine(facts.to),
    "--disable-animation",
    // A run that was interrupted at its very end has noted the new release already.
    ...(retry ? ["--skip-version-check"] : []),
    ...(skipDrift ? ["--skip-drift-check"] : []),
  ];
}

/** Whether the databases are PostgreSQL 16 already when the migrator looks at a schema that was described on 12. */
export function convertedBeforeMigrator({ events, situation }: HopFacts): boolean {
  return events.convertsPostgres && (situation.target ?? "compose") === "compose";
}

/** Arguments of the migrator for a comparison of one schema with a release. */
export function driftArgs(schema: string, release: SemVer): string[] {
  return ["drift", `--db=${schema}`, `--version=v${release.version}`];
}

/** Arguments of the migrator for the check before a hop; only a standard one needs the background migrations finished by then. */
export function validateArgs(facts: HopFacts): string[] {
  return ["validate", ...schemaArgs(facts), ...(facts.kind === "standard" ? [] : ["--skip-out-of-band-migrations"])];
}

/** Arguments of psql that rebuild a database's indexes and accept the new collation. */
export function rebuildArgs({ user, name }: Database): string[] {
  return [
    "psql",
    "--username",
    user,
    "--dbname",
    name,
    "--set",
    "ON_ERROR_STOP=1",
    "--command",
    `REINDEX DATABASE ${name}`,
    "--command",
    `ALTER DATABASE ${name} REFRESH COLLATION VERSION`,
  ];
}

/** What the schema change makes final. */
export function migrationPointOfNoReturn({ kind, from }: HopFacts): string | undefined {
  return kind === "multi-version"
    ? `the schema leaves what ${from.version} can work with; the way back is the backup`
    : undefined;
}

/** What the conversion of the databases makes final. */
export const conversionPointOfNoReturn =
  "the data directories become PostgreSQL 16; interrupting the conversion corrupts them and only the backup leads back";

/** The databases an instance has. */
export function databasesOf(situation: UpgradeSituation): {
  databases: readonly Database[];
  bundled: readonly Database[];
} {
  const existing = databases.filter(({ schema }) => schema !== "codeinsights" || situation.codeInsights !== false);
  return { databases: existing, bundled: holds("builtin-postgres", situation) ? existing : [] };
}
