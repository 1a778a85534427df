import type * as container from "@pulumi/gcp/container";
import type * as gkebackup from "@pulumi/gcp/gkebackup";
import * as monitoring from "@pulumi/gcp/monitoring";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import { transformed } from "../vm/args";
import { declareMailChannel } from "../cloud/gcp-mail-channel";
import type { GkeScope } from "./gcp-scope";

/** Declares who is told of alarms; nobody where the config names none. */
export function declareChannels(scope: GkeScope): pulumi.Output<string>[] {
  const { specification, parent, names, project, labels, transform } = scope;
  return declareMailChannel(parent, names.alarms, {
    project,
    displayName: `Cluster of Sourcegraph ${specification.name}`,
    email: specification.alarms?.email,
    labels,
    transform: transform.channel,
  });
}

/** One alarm, in the user's words, and when it fires. */
interface Alarm {
  readonly what: string;
  readonly title: string;
  readonly help: string;
  readonly query: pulumi.Input<string>;
  readonly duration: string;
}

/**
 * Declares the alarms that need nothing installed: pods that find no node, an API that fails, busy nodes, claims that fill
 * up, and missing backups. They exist in any case, since all can be looked at; somebody is told where `alarms.email` is set.
 * Cost: about 0.10 USD a month each.
 */
export function declareClusterAlarms(
  scope: GkeScope,
  o: {
    readonly control: container.Cluster;
    readonly backups: gkebackup.BackupPlan;
    readonly channels: readonly pulumi.Input<string>[];
  },
): void {
  const { specification, parent, names, project, labels, transform } = scope;
  for (const alarm of alarmsOf(scope, o.control, o.backups))
    new monitoring.AlertPolicy(
      names.alarm(alarm.what),
      transformed<monitoring.AlertPolicyArgs>(
        {
          project,
          displayName: `Sourcegraph ${specification.name}: ${alarm.title}`,
          combiner: "OR",
          conditions: [condition(alarm)],
          documentation: { content: alarm.help, mimeType: "text/markdown" },
          notificationChannels: [...o.channels],
          alertStrategy: { autoClose: "86400s" },
          userLabels: labels,
        },
        transform.alarm,
      ),
      { parent },
    );
}

/** A condition in PromQL, the only kind that can be made before the first point of its metric. */
function condition({ title, query, duration }: Alarm): inputs.monitoring.AlertPolicyCondition {
  return {
    displayName: title,
    conditionPrometheusQueryLanguage: { query, duration, evaluationInterval: "60s", disableMetricValidation: true },
  };
}

function alarmsOf(
  { specification }: GkeScope,
  control: container.Cluster,
  backups: gkebackup.BackupPlan,
): readonly Alarm[] {
  const { name, region, kubernetes } = specification;
  const ofNodes = (metric: string) =>
    pulumi.interpolate`max(${metric}{monitored_resource="k8s_node",cluster_name="${control.name}",location="${region}"})`;
  return [
    {
      what: "pods-unschedulable",
      title: "pods find no node",
      help: `Pods on the cluster of Sourcegraph ${name} have found no node for 15 minutes. Raise \`cluster.nodes\`, or look at what they ask for.`,
      query: pulumi.interpolate`max(scheduler_pending_pods{cluster="${control.name}",location="${region}",queue="unschedulable"}) > 0`,
      duration: "900s",
    },
    {
      what: "api-errors",
      title: "the Kubernetes API fails",
      help: `The Kubernetes API of the cluster of Sourcegraph ${name} has failed 50 requests a minute for five minutes.`,
      query: pulumi.interpolate`sum(rate(apiserver_request_total{cluster="${control.name}",location="${region}",code=~"5.."}[5m])) * 60 > 50`,
      duration: "300s",
    },
    {
      what: "nodes-busy",
      title: "nodes are busy",
      help: `A node of Sourcegraph ${name} has used nine tenths of its CPU for half an hour. Raise size or \`cluster.nodes\`.`,
      query: pulumi.interpolate`${ofNodes("kubernetes_io:node_cpu_allocatable_utilization")} > 0.9`,
      duration: "1800s",
    },
    {
      what: "claims-full",
      title: "a claim fills up",
      help: `A volume of Sourcegraph ${name} is over 80 % full. Raise \`overrides\`, \`storageGb\`, of that service and deploy; it grows in place.`,
      query: pulumi.interpolate`max by (pod_name, volume_name) (kubernetes_io:pod_volume_utilization{monitored_resource="k8s_pod",cluster_name="${control.name}",location="${region}",namespace_name="${kubernetes.namespace}"}) > 0.8`,
      duration: "600s",
    },
    {
      what: "backup-missing",
      title: "no backup for 26 hours",
      help: `No backup of Sourcegraph ${name} has succeeded for 26 hours; a new deployment is in this state until its first.`,
      // No count in 2.5 hours, for 23.5 hours on end, which is the longest a condition can ask for.
      query: pulumi.interpolate`(sum(increase(gkebackup_googleapis_com:backup_completion_times_count{monitored_resource="gkebackup.googleapis.com/BackupPlan",backup_plan_id="${backups.name}",state="SUCCEEDED"}[150m])) or vector(0)) < 1`,
      duration: "84600s",
    },
  ];
}
