import type { ReleaseRange } from "../service";
import { holdsIn } from "../services";

// The vendor's charts: where they are, what they are called, and since when they read which values. A key that a chart does
// not know is ignored without a word, so none is written for a chart that does not read it. Source: helm-values.md.

/** Repository of the vendor's charts; a mirror has another. */
export const chartRepository = "https://helm.sourcegraph.com/release";

/** The chart of the whole instance; its version is the release, without a `v`. */
export const chartName = "sourcegraph";

/** The chart that runs migrator as a Job. */
export const migratorChartName = "sourcegraph-migrator";

/** Values whose reading began after the oldest release that is rendered. Source: helm-values.md 16. */
const since: Readonly<Record<string, ReleaseRange>> = {
  createRoleBinding: { since: "6.5.2654" },
  "sgTestConnection.enabled": { since: "6.5.2654" },
  "sourcegraph.priorityClassName": { since: "6.11.1446" },
  "openTelemetry.agent.kind": { since: "7.3.0" },
  storageAnnotations: { since: "7.3.0" },
  "image.repository": { since: "7.4.0" },
};

/** Whether the chart of a release reads a value; values that are not listed are read by all. */
export function chartReads(value: string, release: string): boolean {
  return holdsIn(since[value] ?? {}, release);
}

/** Variables the chart writes into pods by itself, so that values must not give them a second time. */
const chartVariables =
  /^((CODEINTEL_|CODEINSIGHTS_)?PG(HOST|PORT|USER|PASSWORD|DATABASE|SSLMODE)|REDIS_(CACHE|STORE)_ENDPOINT|DEPLOY_TYPE|OTEL_\w+)$/;

/** Variables the chart writes while it runs the bundled object store. */
const blobstoreVariables = /^PRECISE_CODE_INTEL_UPLOAD_(BACKEND|AWS_ENDPOINT)$/;

/**
 * Whether the chart gives a container this variable by itself.
 * @param blobstore whether the chart runs the bundled object store
 */
export function chartSets(variable: string, blobstore: boolean): boolean {
  return chartVariables.test(variable) || (blobstore && blobstoreVariables.test(variable));
}
