import type { PlannedPurge } from "./cell-plan";
import { RefusedError } from "../../errors";
import { storeKinds } from "../../rules/stores";

/**
 * What empties every store of a tenant who leaves, in the order in which it is done: the route first, then what is rebuilt
 * from the rest, the databases last of what is emptied, and what ends by itself at the end. Source: multi-tenant.md 1.5, 4.9.
 */
export const purges: readonly PlannedPurge[] = [
  {
    store: "edge-route",
    by: "control-plane",
    how: "the entry of the host name is taken out of the store of routes",
    proof: "the edge answers 404 for the host name",
  },
  {
    store: "gateway-limits",
    by: "control-plane",
    how: "limits and tokens of the workspace at the model gateway are taken away",
    proof: "a model call in the name of the workspace is answered with 401",
  },
  {
    store: "searcher-cache",
    kind: "ephemeral",
    by: "product",
    how: "every searcher drops the directory of the tenant",
    proof: "the marker of the searcher cache in the tenant's record has a time",
  },
  {
    store: "redis",
    kind: "cache",
    by: "product",
    how: "keys with the tenant's prefix are deleted from both caches, sessions too",
    proof: "a scan for the prefix finds no key, and the marker of redis has a time",
  },
  {
    store: "zoekt",
    kind: "block",
    by: "product",
    how: "zoekt deletes all index files of the tenant, and its trash",
    proof: "no file of the index begins with the tenant's number, and the marker of zoekt has a time",
  },
  {
    store: "gitserver",
    kind: "block",
    by: "product",
    how: "every gitserver removes the directory of the tenant",
    proof: "the directory is on no gitserver, and the marker of gitserver has a time",
  },
  {
    store: "blobstore",
    kind: "object",
    by: "product",
    how: "objects with the tenant's prefix are deleted, former versions too",
    proof: "a listing of the prefix, with versions, is empty, and the marker of the blob store has a time",
  },
  {
    store: "database",
    kind: "relational",
    by: "product",
    how: "rows of the tenant are deleted from all tables of the three databases",
    proof: "the query of purge verification counts no rows, and the marker of the database has a time",
  },
  {
    store: "secrets",
    kind: "secret",
    by: "cell-agent",
    how: "secrets of the tenant alone are deleted without a wait; those of the cell name no tenant",
    proof: "a listing of secrets with the tenant's label is empty",
  },
  {
    store: "logs",
    kind: "logs",
    by: "expiry",
    how: "logs hold the tenant's number and no content, and end with their retention",
    proof: "the retention of the log groups is within the term",
  },
  {
    store: "backups",
    kind: "backup",
    by: "expiry",
    how: "backups, snapshots and deleted objects end with their retention",
    proof: "no backup is older than the days they are kept",
  },
];

/** Kinds of stores that are emptied, in the words of the rules; block and file are the same volumes to a pod. */
export const purgedKinds: readonly string[] = [...new Set(purges.flatMap(({ kind }) => kind ?? []))];

/** Kinds of stores in the catalogue of the rules that can hold something of a tenant: not the state of a cluster. */
const kindsOfTenants: ReadonlySet<string> = new Set(
  storeKinds.map(({ what }) => what).filter((what) => what !== "cluster"),
);

/**
 * Refuses a plan with a kind of store that nothing empties (B-T10).
 *
 * @param kinds kinds of the stores of a cell
 * @throws RefusedError naming each
 */
export function requirePurges(cell: string, kinds: readonly string[]): void {
  const without = [...new Set(kinds)].filter((kind) => kindsOfTenants.has(kind) && !purgedKinds.includes(kind));
  if (without.length > 0)
    throw new RefusedError(
      without.map((kind) => ({
        path: cell,
        message: `breaks B-T10: nothing purges ${kind} of a tenant who leaves; write what does, with its proof, or keep nothing of tenants in it`,
      })),
      "refused by the rules of the boundaries",
    );
}
