import * as binaryauthorization from "@pulumi/gcp/binaryauthorization";
import * as monitoring from "@pulumi/gcp/monitoring";
import type * as pulumi from "@pulumi/pulumi";
import type { GcpCellScope } from "./gcp-scope";

/** Which images the cluster runs: those of the planned registry, and Google's own. */
export function admitImages({ cell, child, project }: GcpCellScope): void {
  const host = cell.specification.registry?.host;
  new binaryauthorization.Policy(
    `${cell.name}-images`,
    {
      project,
      globalPolicyEvaluationMode: "ENABLE",
      ...(host === undefined ? {} : { admissionWhitelistPatterns: [{ namePattern: `${host}/**` }] }),
      defaultAdmissionRule: {
        evaluationMode: host === undefined ? "ALWAYS_ALLOW" : "ALWAYS_DENY",
        enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG",
      },
    },
    child,
  );
}

/** Alarms of fullness, by what the cell's agent measures. */
export function declareFullness(
  { cell, child, project, labels }: GcpCellScope,
  channels: readonly pulumi.Input<string>[],
): void {
  for (const { name, percent, metric, metricNamespace, description } of cell.alarms)
    new monitoring.AlertPolicy(
      name,
      {
        project,
        displayName: name,
        combiner: "OR",
        conditions: [
          {
            displayName: description,
            conditionThreshold: {
              filter: `metric.type="${metricNamespace}/${metric}" AND resource.type="generic_task" AND metric.labels.cell="${cell.name}"`,
              comparison: "COMPARISON_GT",
              thresholdValue: percent,
              duration: "900s",
              aggregations: [{ alignmentPeriod: "300s", perSeriesAligner: "ALIGN_MAX" }],
              // Without a word from the agent nobody knows.
              evaluationMissingData: "EVALUATION_MISSING_DATA_ACTIVE",
            },
          },
        ],
        documentation: { content: description, mimeType: "text/markdown" },
        notificationChannels: [...channels],
        userLabels: labels(),
      },
      child,
    );
}
