/**
 * Workloads of the chart that a deployment can be without: those that watch, the ones that need rights on their node first, and
 * those that take in code graph indexes.
 */
export const leavableWorkloads = [
  "cadvisor",
  "node-exporter",
  "otel-agent",
  "prometheus",
  "grafana",
  "precise-code-intel-worker",
  "syntactic-code-intel-worker",
] as const;

/** A workload that a deployment can be without. */
export type LeavableWorkload = (typeof leavableWorkloads)[number];
