import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as dlm from "@pulumi/aws/dlm";
import type * as pulumi from "@pulumi/pulumi";
import { transformed } from "./args";
import { declareMailTopic } from "../cloud/aws-mail-topic";
import { metricNamespace } from "./aws-identity";
import type { AwsMachine } from "./aws-machine";
import { partitionOf, tagsOf, type AwsScope } from "./aws-scope";

const hour = 3600;

/** Declares the topic that tells somebody, where the config names one. Answers the ARNs to tell. */
export function declareTopic(scope: AwsScope): pulumi.Output<string>[] {
  const { parent, names, transform, specification } = scope;
  const topic = declareMailTopic(parent, names.alarms, {
    email: specification.alarms?.email,
    tags: tagsOf(scope, names.alarms),
    transform: transform.topic,
  });
  return topic === undefined ? [] : [topic.arn];
}

/**
 * Declares the alarms: hardware (the machine is moved to sound hardware by itself), operating system, stalled disk, filling
 * disk, and missing backup. They exist in any case, since one of them acts and all can be looked at; somebody is told where
 * `alarms.email` is set. Cost: about 0.10 USD a month each.
 *
 * How full the disk is, is told by the machine itself: metric `DataDiskUsedPercent`, dimension `Name`, every minute.
 */
export function declareAlarms(
  scope: AwsScope,
  machine: AwsMachine,
  backup: dlm.LifecyclePolicy,
  told: readonly pulumi.Output<string>[],
): void {
  const { parent, names, transform, plan } = scope;
  const child = { parent };
  const alarm = (what: string, args: cloudwatch.MetricAlarmArgs): void => {
    const name = names.alarm(what);
    const common = {
      alarmActions: [...told],
      okActions: [...told],
      // A machine that is stopped on purpose has nothing to tell.
      ...(plan.power === "stopped" && { actionsEnabled: false }),
      tags: tagsOf(scope, name),
    };
    new cloudwatch.MetricAlarm(name, transformed({ ...common, ...args }, transform.alarm), child);
  };
  const machineMetric = { namespace: "AWS/EC2", dimensions: { InstanceId: machine.instance.id } };
  const over = { comparisonOperator: "GreaterThanOrEqualToThreshold", threshold: 1, statistic: "Maximum", period: 60 };
  alarm("hardware", {
    ...machineMetric,
    ...over,
    metricName: "StatusCheckFailed_System",
    evaluationPeriods: 2,
    alarmDescription: "the hardware under the machine has failed; the machine is being moved to another",
    alarmActions: [`arn:${partitionOf(plan.region)}:automate:${plan.region}:ec2:recover`, ...told],
  });
  alarm("system", {
    ...machineMetric,
    ...over,
    metricName: "StatusCheckFailed_Instance",
    evaluationPeriods: 5,
    alarmDescription: "the machine's operating system does not answer; look at its console output, then restart it",
  });
  alarm("disk-stalled", {
    ...over,
    namespace: "AWS/EBS",
    metricName: "VolumeStalledIOCheck",
    dimensions: { VolumeId: machine.dataVolume.id },
    evaluationPeriods: 10,
    alarmDescription: "the data volume has not finished a request for ten minutes",
  });
  alarm("disk-full", {
    namespace: metricNamespace,
    metricName: "DataDiskUsedPercent",
    dimensions: { Name: plan.name },
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 80,
    statistic: "Maximum",
    period: 300,
    evaluationPeriods: 3,
    // A machine that has stopped to measure may have run full already.
    treatMissingData: "breaching",
    alarmDescription:
      "the data disk is four fifths full (raise dataDisk.sizeGb, it grows in place), or the machine does not say",
  });
  alarm("backup-missing", {
    namespace: "AWS/EBS",
    metricName: "SnapshotsCreateCompleted",
    dimensions: { DLMPolicyId: backup.id },
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    statistic: "Sum",
    period: hour,
    evaluationPeriods: 26,
    // Snapshots are counted only in the hour they are done in; hours without any have no data.
    treatMissingData: "breaching",
    alarmDescription: "no daily snapshot for 26 hours; a new deployment is in this state until its first",
  });
}
