import { SemVer } from "semver";
import { holds } from "./conditions";
import { conversionMinutesPer100Gb } from "./facts";
import type { Downtime, DowntimePart, HopKind, UpgradeSituation } from "./upgrade-plan";
import { crosses } from "./rules";

/** What a hop does to the data on disk beyond the schema. */
export interface DataEvents {
  /** The built-in databases' images convert PostgreSQL 12 data to 16. */
  readonly convertsPostgres: boolean;
  /** Estimate of that in minutes; undefined when the size is not known. */
  readonly conversionMinutes?: number;
  /** The C library of the built-in databases' images changes, so that all indexes have to be rebuilt. */
  readonly rebuildsIndexes: boolean;
  /** gitserver renames its repositories on disk at its first start. */
  readonly renamesRepositories: boolean;
}

const postgres16Images = new SemVer("5.10.0");
const newCollation = new SemVer("6.2.2553");
const newDiskLayout = new SemVer("6.2.0");

/** Minutes the documentation gives for rebuilding all indexes. */
const rebuildMinutes = { least: 15, most: 60 };
/** Minutes the documentation says to plan for a rolling upgrade. */
const rollingMinutes = { least: 0, most: 10 };

/** What a hop does to the data on disk. */
export function dataEvents(from: SemVer, to: SemVer, situation: UpgradeSituation): DataEvents {
  const builtIn = holds("builtin-postgres", situation);
  const convertsPostgres = builtIn && crosses(from, to, postgres16Images);
  const { postgresSizeGb } = situation;
  return {
    convertsPostgres,
    ...(convertsPostgres &&
      postgresSizeGb !== undefined && {
        conversionMinutes: Math.ceil((postgresSizeGb / 100) * conversionMinutesPer100Gb),
      }),
    rebuildsIndexes: builtIn && crosses(from, to, newCollation),
    renamesRepositories: crosses(from, to, newDiskLayout),
  };
}

const headlines = {
  compose: {
    standard: "short: the services stop, the schema moves one release, the services start",
    "multi-version": "until the migrator is through and the new services are up",
  },
  kubernetes: {
    standard: "rolling, but plan about 10 minutes",
    "multi-version": "until the migrator is through and the new services are up",
  },
};

/** How long users are shut out by a hop; parts without an estimate depend on the amount of data. */
export function downtimeOf(kind: HopKind, events: DataEvents, situation: UpgradeSituation): Downtime {
  const { target = "compose" } = situation;
  const parts: DowntimePart[] = [
    ...(target === "kubernetes" && kind === "standard" ? [{ what: "rolling restart", minutes: rollingMinutes }] : []),
    ...(kind === "multi-version" ? [{ what: "schema and data migrations of every release in between" }] : []),
    ...(events.convertsPostgres
      ? [
          {
            what: `conversion of the built-in databases to PostgreSQL 16, ${conversionMinutesPer100Gb} minutes for 100 GB`,
            ...(events.conversionMinutes !== undefined && {
              minutes: { least: events.conversionMinutes, most: events.conversionMinutes },
            }),
          },
        ]
      : []),
    ...(events.rebuildsIndexes
      ? [{ what: "rebuild of all indexes of the built-in databases", minutes: rebuildMinutes }]
      : []),
    ...(events.renamesRepositories
      ? [{ what: "first start of gitserver, which renames its repositories on disk" }]
      : []),
  ];
  return {
    expected: headlines[target][kind],
    parts,
    atLeastMinutes: parts.reduce((sum, { minutes }) => sum + (minutes?.least ?? 0), 0),
  };
}
