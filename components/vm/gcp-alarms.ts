import type * as compute from "@pulumi/gcp/compute";
import * as logging from "@pulumi/gcp/logging";
import * as monitoring from "@pulumi/gcp/monitoring";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "./args";
import { declareMailChannel } from "../cloud/gcp-mail-channel";
import type { GcpScope } from "./gcp-scope";

/** Metric the machine publishes: how full its data disk is, percent. Its absence tells that the machine is silent. */
export const diskMetric = "custom.googleapis.com/sourcegraph/data_disk_used_percent";

/** A metric's name as PromQL writes it. */
function seriesName(metric: string): string {
  return metric.replace("/", ":").replaceAll(/[^A-Za-z0-9:_]/g, "_");
}

/** Percent from which a data disk is called full. */
const fullPercent = 80;

/**
 * Declares the alarms: the status from the outside, where everybody may reach the instance; the machine's own signs of
 * life; a filling data disk; and missing snapshots. They exist in any case, since all can be looked at; somebody is told
 * where `alarms.email` is set. Cost: about 0.10 USD a month each.
 *
 * Google's checkers come from the open internet: an instance that is closed to it is closed to them too, and is watched
 * by the machine's signs of life alone.
 *
 * @param host where the instance answers
 * @param channels who is told
 */
export function declareAlarms(
  scope: GcpScope,
  machine: compute.Instance,
  disk: compute.Disk,
  host: pulumi.Input<string>,
  channels: readonly pulumi.Input<string>[],
): void {
  const { plan, parent, names, project, name, labels } = scope;
  const alarm: Alarm = (what, title, help, condition, change) =>
    new monitoring.AlertPolicy(
      names.alarm(what),
      transformed<monitoring.AlertPolicyArgs>(
        {
          project,
          displayName: `Sourcegraph ${name}: ${title}`,
          combiner: "OR",
          conditions: [condition],
          documentation: { content: help, mimeType: "text/markdown" },
          notificationChannels: [...channels],
          // A machine that is stopped on purpose has nothing to tell.
          ...(plan.power === "stopped" && { enabled: false }),
          alertStrategy: { autoClose: "86400s" },
          userLabels: labels,
        },
        change,
      ),
      { parent },
    );
  if (plan.exposure.allowedCidrs.includes("0.0.0.0/0")) declareUptime(scope, alarm, host);
  declareMachineAlarms(scope, alarm, machine);
  declareBackupAlarm(scope, alarm, disk);
}

/** Declares who is told of alarms; nobody where the config names none. */
export function declareChannels(scope: GcpScope): pulumi.Output<string>[] {
  const { specification, parent, names, project, name, labels, transform } = scope;
  return declareMailChannel(parent, names.alarms, {
    project,
    displayName: `Sourcegraph ${name}`,
    email: specification.alarms?.email,
    labels,
    transform: transform.alarms?.channel,
  });
}

/** Declares an alarm that fires when a condition holds. */
type Alarm = (
  what: "status" | "uptime" | "disk" | "backup",
  title: string,
  help: string,
  condition: inputs.monitoring.AlertPolicyCondition,
  change: Transform<monitoring.AlertPolicyArgs> | undefined,
) => monitoring.AlertPolicy;

function declareUptime(scope: GcpScope, alarm: Alarm, host: pulumi.Input<string>): void {
  const { name, names, parent, project, labels, plan } = scope;
  const transform = scope.transform.alarms ?? {};
  const secured = plan.exposure.tls !== "none";
  const check = new monitoring.UptimeCheckConfig(
    names.alarm("uptime"),
    transformed<monitoring.UptimeCheckConfigArgs>(
      {
        project,
        displayName: `Sourcegraph ${name}`,
        monitoredResource: { type: "uptime_url", labels: { project_id: project, host } },
        httpCheck: { path: "/healthz", port: secured ? 443 : 80, useSsl: secured, validateSsl: secured },
        period: "60s",
        timeout: "10s",
        userLabels: labels,
      },
      transform.uptimeCheck,
    ),
    { parent },
  );
  alarm(
    "uptime",
    "does not answer",
    `Sourcegraph ${name} has not answered \`/healthz\` to Google's checkers for five minutes.`,
    {
      displayName: "/healthz fails from more than one place",
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
        thresholdValue: 1,
        duration: "300s",
        trigger: { count: 1 },
      },
    },
    transform.uptime,
  );
}

function declareMachineAlarms(scope: GcpScope, alarm: Alarm, machine: compute.Instance): void {
  const { name } = scope;
  const transform = scope.transform.alarms ?? {};
  const series = pulumi.interpolate`${seriesName(diskMetric)}{monitored_resource="gce_instance",instance_id="${machine.instanceId}"}`;
  alarm(
    "status",
    "machine is silent",
    `The machine of Sourcegraph ${name} has published nothing for 20 minutes: it is off, or its set-up failed.`,
    promql("no sign of life", pulumi.interpolate`absent_over_time(${series}[10m])`, "600s"),
    transform.status,
  );
  alarm(
    "disk",
    "data disk fills up",
    `The data disk of Sourcegraph ${name} is over ${fullPercent} % full. Raise \`dataDisk.sizeGb\` and deploy; it grows in place.`,
    promql(`over ${fullPercent} % full`, pulumi.interpolate`max(${series}) > ${fullPercent}`, "600s"),
    transform.diskUsage,
  );
}

/**
 * Google has no metric of a snapshot's age, but a line in the audit log, which is always on, for each that a schedule
 * makes. They are counted; no count in 2.5 hours, for 23.5 hours on end, which is the longest a condition can ask
 * for, is 26 hours without a snapshot. The first day of a new instance can raise it for an hour, when it was made just
 * after the hour of the snapshot.
 */
function declareBackupAlarm(scope: GcpScope, alarm: Alarm, disk: compute.Disk): void {
  const { name, names, parent, project } = scope;
  const transform = scope.transform.alarms ?? {};
  const made = new logging.Metric(
    names.alarm("backup"),
    transformed<logging.MetricArgs>(
      {
        project,
        description: `snapshots that the schedule made of the data of Sourcegraph ${name}`,
        filter: pulumi.interpolate`resource.type="gce_disk" AND resource.labels.disk_id="${disk.diskId}" AND log_id("cloudaudit.googleapis.com/system_event") AND protoPayload.methodName="ScheduledSnapshots" AND protoPayload.response.status="DONE"`,
        metricDescriptor: { metricKind: "DELTA", valueType: "INT64", unit: "1" },
      },
      transform.snapshotMetric,
    ),
    { parent },
  );
  alarm(
    "backup",
    "no snapshot for 26 hours",
    `The schedule has made no snapshot of the data disk of Sourcegraph ${name} for 26 hours.`,
    promql(
      "no snapshot",
      made.name.apply(
        (metric) =>
          `(sum(increase(${seriesName(`logging.googleapis.com/user/${metric}`)}{monitored_resource="gce_disk"}[150m])) or vector(0)) < 1`,
      ),
      "84600s",
    ),
    transform.backupAge,
  );
}

/** A condition in PromQL, the only kind that can be made before the first point of its metric. */
function promql(
  displayName: string,
  query: pulumi.Output<string>,
  duration: string,
): inputs.monitoring.AlertPolicyCondition {
  return {
    displayName,
    conditionPrometheusQueryLanguage: { query, duration, evaluationInterval: "60s", disableMetricValidation: true },
  };
}
