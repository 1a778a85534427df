import type { Problem } from "../../errors";
import type { DataResource } from "../data-safety";
import type { PlannedManagedServices } from "./managed";

/** Major version of PostgreSQL in `16` or `16.9`. */
export const majorVersionOf = (version: string): string => version.split(".")[0] ?? version;

/** Minor version in `16.9`; none in `16`, whose minor the cloud chooses. */
const minorOf = (version: string): number => Number(version.split(".")[1]);

/** Id by which a step to a major version of PostgreSQL is acknowledged, e.g. `postgresql-17`. */
export const majorStep = (version: string): string => `postgresql-${majorVersionOf(version)}`;

/**
 * What is wrong with the versions of managed databases against those that are deployed: a version never goes down, and
 * a major version goes up only as a planned step, with Sourcegraph stopped.
 */
export function majorVersionProblems(before: readonly DataResource[], planned: PlannedManagedServices): Problem[] {
  return planned.databases.flatMap(({ resource, version, majorVersion, majorUpgrade }): Problem[] => {
    const last = before.find(({ name, kind }) => name === resource && kind === "database")?.type;
    if (last === undefined) return [];
    const was = majorVersionOf(last);
    if (Number(majorVersion) < Number(was) || (was === majorVersion && minorOf(version) < minorOf(last)))
      return [
        {
          path: "databases.managed.version",
          message: `cannot go back from PostgreSQL ${last} to ${version} (${resource}); keep ${last}, or restore a backup into a new instance`,
        },
      ];
    if (was === majorVersion || majorUpgrade) return [];
    return [
      {
        path: "databases.managed.version",
        message: `would take ${resource} from PostgreSQL ${was} to ${majorVersion}, a planned step with Sourcegraph stopped; follow "A new major version" in docs/managed-services.md, then add "${majorStep(majorVersion)}" to 'acknowledge'`,
      },
    ];
  });
}
