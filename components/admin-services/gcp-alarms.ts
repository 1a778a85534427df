import * as monitoring from "@pulumi/gcp/monitoring";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import type { AdminAlarmMetric, PlannedAdminAlarm, PlannedAdminCheck } from "../core/planning/admin/admin-plan";
import type { GcpServiceScope } from "./gcp-scope";

/** Checks of a service by the name of the planned one. */
export type GcpAdminChecks = ReadonlyMap<string, monitoring.UptimeCheckConfig>;

/**
 * Declares the checks from outside. One with credentials shows the diagnostics secret; one without shows nothing, and asks
 * as a program does, so that Google's proxy refuses instead of leading to its sign-in.
 */
export function declareChecks(
  { parent, project, labels, service }: GcpServiceScope,
  diagnostics: pulumi.Output<string> | undefined,
): GcpAdminChecks {
  const declared = service.checks.map((check): [string, monitoring.UptimeCheckConfig] => [
    check.resource,
    new monitoring.UptimeCheckConfig(
      check.resource,
      {
        project,
        displayName: check.resource,
        monitoredResource: { type: "uptime_url", labels: { project_id: project, host: check.host } },
        httpCheck: {
          path: check.path,
          port: 443,
          useSsl: true,
          validateSsl: true,
          ...shown(check, diagnostics),
        },
        period: `${check.everySeconds}s`,
        timeout: "10s",
        userLabels: labels,
      },
      { parent },
    ),
  ]);
  return new Map(declared);
}

/** What a check shows, and which answers are well. Google's proxy takes no secret: that it asks for the sign-in is all that shows. */
function shown(
  check: PlannedAdminCheck,
  diagnostics: pulumi.Output<string> | undefined,
): inputs.monitoring.UptimeCheckConfigHttpCheck {
  const accepts = (codes: readonly number[]) => ({
    acceptedResponseStatusCodes: codes.map((statusValue) => ({ statusValue })),
  });
  const { shows, plane, resource, expects } = check;
  if (shows === "none") return { ...accepts(expects), headers: { "X-Requested-With": "XMLHttpRequest" } };
  if (plane === "human") return accepts([302]);
  if (diagnostics === undefined) throw new Error(`${resource} shows a diagnostics secret that is not planned`);
  return {
    ...accepts(expects),
    headers: { Authorization: pulumi.interpolate`Bearer ${diagnostics}` },
    maskHeaders: true,
  };
}

/** Metrics of Cloud Run, Cloud SQL, Memorystore and Pub/Sub, and how their series become one number. */
interface Watched {
  readonly metric: string;
  readonly of: "run" | "database" | "cache" | "stream";
  readonly aligner: string;
  /** What to multiply the planned number by, for the unit of the metric. */
  readonly factor?: number;
  readonly more?: string;
  readonly reducer?: string;
}

const watched: Readonly<Record<Exclude<AdminAlarmMetric, "check" | "response-codes">, Watched>> = {
  cpu: { metric: "run.googleapis.com/container/cpu/utilizations", of: "run", aligner: "ALIGN_PERCENTILE_99" },
  memory: { metric: "run.googleapis.com/container/memory/utilizations", of: "run", aligner: "ALIGN_PERCENTILE_99" },
  "startup-latency": {
    metric: "run.googleapis.com/container/startup_latencies",
    of: "run",
    aligner: "ALIGN_PERCENTILE_99",
    factor: 1000,
  },
  instances: {
    metric: "run.googleapis.com/container/instance_count",
    of: "run",
    aligner: "ALIGN_MAX",
    reducer: "REDUCE_SUM",
  },
  "database-cpu": { metric: "cloudsql.googleapis.com/database/cpu/utilization", of: "database", aligner: "ALIGN_MEAN" },
  "database-disk": {
    metric: "cloudsql.googleapis.com/database/disk/utilization",
    of: "database",
    aligner: "ALIGN_MEAN",
  },
  "cache-memory": {
    metric: "redis.googleapis.com/stats/memory/system_memory_usage_ratio",
    of: "cache",
    aligner: "ALIGN_MEAN",
  },
  "cache-cpu": {
    metric: "redis.googleapis.com/stats/cpu_utilization_main_thread",
    of: "cache",
    aligner: "ALIGN_RATE",
    reducer: "REDUCE_SUM",
  },
  "cache-failover": { metric: "redis.googleapis.com/replication/role", of: "cache", aligner: "ALIGN_DELTA" },
  "stream-backlog": {
    metric: "pubsub.googleapis.com/subscription/oldest_unacked_message_age",
    of: "stream",
    aligner: "ALIGN_MAX",
  },
};

/** How the resources of each kind are told apart. */
const resources: Readonly<Record<Watched["of"], { readonly type: string; readonly label: string }>> = {
  run: { type: "cloud_run_revision", label: "service_name" },
  database: { type: "cloudsql_database", label: "database_id" },
  cache: { type: "redis_instance", label: "instance_id" },
  stream: { type: "pubsub_subscription", label: "subscription_id" },
};

/** What alarms name in the cloud: the service of Cloud Run, and stores by the name of their resource. */
export interface GcpWatchedNames {
  readonly run: pulumi.Output<string>;
  readonly stores: ReadonlyMap<string, pulumi.Output<string>>;
}

type Condition = inputs.monitoring.AlertPolicyCondition;

function threshold(alarm: PlannedAdminAlarm, names: GcpWatchedNames): Condition {
  const { metric, of, aligner, factor = 1, reducer } = watched[alarm.metric as keyof typeof watched];
  const { type, label } = resources[of];
  const name = of === "run" ? names.run : names.stores.get(alarm.of ?? "");
  if (name === undefined) throw new Error(`${alarm.resource} watches ${alarm.of ?? "nothing"}, which is not planned`);
  return {
    displayName: alarm.means,
    conditionThreshold: {
      filter: pulumi.interpolate`metric.type="${metric}" AND resource.type="${type}" AND resource.labels.${label}="${name}"`,
      aggregations: [
        {
          alignmentPeriod: "60s",
          perSeriesAligner: aligner,
          ...(reducer === undefined ? {} : { crossSeriesReducer: reducer }),
        },
      ],
      comparison: "COMPARISON_GT",
      thresholdValue: alarm.above * factor,
      duration: `${alarm.minutes * 60}s`,
    },
  };
}

/** The share of answers that are errors of the server. */
function responseCodes({ above, minutes, means }: PlannedAdminAlarm, { run }: GcpWatchedNames): Condition {
  const series = "run_googleapis_com:request_count";
  const of = (more: string) => pulumi.interpolate`sum(rate(${series}{service_name="${run}"${more}}[5m]))`;
  return {
    displayName: means,
    conditionPrometheusQueryLanguage: {
      query: pulumi.interpolate`${of(',response_code_class="5xx"')} / ${of("")} > ${above}`,
      duration: `${minutes * 60}s`,
      evaluationInterval: "60s",
    },
  };
}

/** A check that fails from more than one place. */
function failing({ of = "", resource, above, minutes, means }: PlannedAdminAlarm, checks: GcpAdminChecks): Condition {
  const check = checks.get(of);
  if (check === undefined) throw new Error(`${resource} watches ${of}, which is not planned`);
  return {
    displayName: means,
    conditionThreshold: {
      filter: pulumi.interpolate`metric.type="monitoring.googleapis.com/uptime_check/check_passed" AND metric.label.check_id="${check.uptimeCheckId}" AND resource.type="uptime_url"`,
      aggregations: [
        {
          alignmentPeriod: "120s",
          perSeriesAligner: "ALIGN_NEXT_OLDER",
          crossSeriesReducer: "REDUCE_COUNT_FALSE",
          groupByFields: ["resource.label.*"],
        },
      ],
      comparison: "COMPARISON_GT",
      thresholdValue: above,
      duration: `${minutes * 60}s`,
      trigger: { count: 1 },
    },
  };
}

/** Declares the planned alarms of a service. Cost: about 0.10 USD a month each. */
export function declareAlarms(
  { parent, project, labels, service }: GcpServiceScope,
  o: {
    readonly channels: readonly pulumi.Input<string>[];
    readonly checks: GcpAdminChecks;
    readonly names: GcpWatchedNames;
  },
): void {
  const { channels, checks, names } = o;
  for (const alarm of service.alarms) {
    const condition =
      alarm.metric === "check"
        ? failing(alarm, checks)
        : alarm.metric === "response-codes"
          ? responseCodes(alarm, names)
          : threshold(alarm, names);
    new monitoring.AlertPolicy(
      alarm.resource,
      {
        project,
        displayName: `${service.title}: ${alarm.metric}`,
        combiner: "OR",
        conditions: [condition],
        documentation: { content: alarm.means, mimeType: "text/markdown" },
        notificationChannels: [...channels],
        alertStrategy: { autoClose: "86400s" },
        userLabels: labels,
      },
      { parent },
    );
  }
}
