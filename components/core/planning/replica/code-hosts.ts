import type { ReplicaCodeHostConfig } from "../config/config";

// Code hosts with made-up repositories. One service serves all of them, each below a folder of its own.

/** A code host with everything decided. */
export interface PlannedCodeHost {
  /** Name of its folder, and what the names of its repositories begin with. */
  readonly name: string;
  /** Number of repositories. */
  readonly repositories: number;
  /** Size of the first, which is the largest, KiB. */
  readonly largestKib: number;
  /** Size of each of the others, KiB. */
  readonly otherKib: number;
}

/** Most repositories of all code hosts together: they are listed one by one in a file, which a cluster bounds at 1 MiB. */
export const mostRepositories = 20_000;

const kibAGb = 1_000_000_000 / 1024;

/** Every code host, numbered among all. */
export function planCodeHosts(codeHosts: readonly ReplicaCodeHostConfig[]): PlannedCodeHost[] {
  return codeHosts.map(({ kind, repositories, totalSizeGb, largestRepositoryGb }, index) => {
    const alike = totalSizeGb / repositories;
    const largest = largestRepositoryGb ?? alike;
    const other = repositories === 1 ? 0 : (totalSizeGb - largest) / (repositories - 1);
    return {
      name: `${kind.toLowerCase()}-${index + 1}`,
      repositories,
      largestKib: Math.round(largest * kibAGb),
      otherKib: Math.round(other * kibAGb),
    };
  });
}

/** Room that the repositories of all code hosts need, and the largest of them once more while it is made anew, GiB. */
export function codeHostsGib(codeHosts: readonly ReplicaCodeHostConfig[]): number {
  const planned = planCodeHosts(codeHosts);
  const kib = planned.reduce(
    (sum, { repositories, largestKib, otherKib }) => sum + largestKib + (repositories - 1) * otherKib,
    0,
  );
  const anew = Math.max(0, ...planned.map(({ largestKib, otherKib }) => Math.max(largestKib, otherKib)));
  return Math.ceil(((kib + anew) * 1.1) / 2 ** 20);
}

/** Where the service is reached from the others, on a machine as on a cluster. */
const address = "http://code-host:3000";

function repositoryName(number: number): string {
  return `repo-${String(number).padStart(5, "0")}`;
}

/** The connections to all of them, as Sourcegraph reads them from a file; undefined without code hosts. */
export function codeHostConnections(codeHosts: readonly ReplicaCodeHostConfig[]): string | undefined {
  if (codeHosts.length === 0) return undefined;
  const connections = planCodeHosts(codeHosts).map(({ name, repositories }) => ({
    url: `${address}/${name}/`,
    repositoryPathPattern: `${name}/{repo}`,
    repos: Array.from({ length: repositories }, (_, index) => repositoryName(index + 1)),
  }));
  return JSON.stringify({ OTHER: connections });
}
