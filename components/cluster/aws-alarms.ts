import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as dlm from "@pulumi/aws/dlm";
import type * as eks from "@pulumi/aws/eks";
import type * as sns from "@pulumi/aws/sns";
import type * as pulumi from "@pulumi/pulumi";
import { transformed } from "../vm/args";
import { declareMailTopic } from "../cloud/aws-mail-topic";
import type { EksNodePool } from "./aws-nodes";
import { clusterTags, type EksScope } from "./aws-scope";

const hour = 3600;

/** The scaling group behind a node group. */
function scalingGroupOf({ group }: EksNodePool): pulumi.Output<string> {
  return group.resources.apply((made) => made[0]?.autoscalingGroups?.[0]?.name ?? "");
}

/**
 * Declares the alarms that need nothing installed: pods that find no node, an API that fails, nodes that fail or have no CPU
 * left, and missing backup. How full the claims are is watched by the product's own Prometheus. Somebody is told where
 * `alarms.email` is set. Cost: about 0.10 USD a month each.
 *
 * @returns the topic, for the alarms of managed services; absent without `alarms.email`
 */
export function declareClusterAlarms(
  scope: EksScope,
  o: {
    readonly control: eks.Cluster;
    readonly pools: readonly EksNodePool[];
    /** Absent where nothing runs on the cluster that would have claims. */
    readonly backup?: dlm.LifecyclePolicy;
  },
): sns.Topic | undefined {
  const { parent, names, transform, specification } = scope;
  const topic = declareMailTopic(parent, names.alarms, {
    email: specification.alarms?.email,
    tags: clusterTags(scope, names.alarms),
    transform: transform.topic,
  });
  const told = topic === undefined ? [] : [topic.arn];
  const alarm = (what: string, args: cloudwatch.MetricAlarmArgs): void => {
    const name = names.alarm(what);
    const common = {
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      alarmActions: told,
      okActions: told,
      tags: clusterTags(scope, name),
    };
    new cloudwatch.MetricAlarm(name, transformed({ ...common, ...args }, transform.alarm), { parent });
  };
  const ofControl = { namespace: "AWS/EKS", dimensions: { ClusterName: o.control.name }, period: 60 };
  alarm("pods-unschedulable", {
    ...ofControl,
    metricName: "scheduler_pending_pods_UNSCHEDULABLE",
    statistic: "Maximum",
    threshold: 1,
    evaluationPeriods: 15,
    alarmDescription: "pods have found no node for 15 minutes; raise cluster.nodes, or look at what they ask for",
  });
  alarm("api-errors", {
    ...ofControl,
    metricName: "apiserver_request_total_5XX",
    statistic: "Sum",
    threshold: 50,
    evaluationPeriods: 5,
    alarmDescription: "the Kubernetes API has failed 50 requests a minute for five minutes",
  });
  for (const pool of o.pools) {
    const ofNodes = { namespace: "AWS/EC2", dimensions: { AutoScalingGroupName: scalingGroupOf(pool) } };
    alarm(`nodes-failed-${pool.pool}`, {
      ...ofNodes,
      metricName: "StatusCheckFailed",
      statistic: "Maximum",
      threshold: 1,
      period: 60,
      evaluationPeriods: 10,
      alarmDescription: "a node has failed its checks for ten minutes and was not repaired",
    });
    alarm(`nodes-busy-${pool.pool}`, {
      ...ofNodes,
      metricName: "CPUUtilization",
      statistic: "Average",
      threshold: 90,
      period: 300,
      evaluationPeriods: 6,
      alarmDescription: "the nodes have used nine tenths of their CPU for half an hour; raise size or cluster.nodes",
    });
  }
  if (o.backup !== undefined)
    alarm("backup-missing", {
      namespace: "AWS/EBS",
      metricName: "SnapshotsCreateCompleted",
      dimensions: { DLMPolicyId: o.backup.id },
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      statistic: "Sum",
      period: hour,
      evaluationPeriods: 26,
      // Snapshots are counted only in the hour they are done in; hours without any have no data.
      treatMissingData: "breaching",
      alarmDescription:
        "no daily snapshot of the claims for 26 hours; a new deployment is in this state until its first",
    });
  return topic;
}
