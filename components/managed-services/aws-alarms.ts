import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import { transformed } from "../vm/args";
import { declareMailTopic } from "../cloud/aws-mail-topic";
import { nodesOf, type AwsCache } from "./aws-caches";
import type { AwsDatabase } from "./aws-databases";
import { serviceTags, type AwsServicesScope } from "./aws-scope";

const minutes = (count: number) => ({ period: 300, evaluationPeriods: count / 5 });
const over = { comparisonOperator: "GreaterThanOrEqualToThreshold" } as const;
const under = { comparisonOperator: "LessThanOrEqualToThreshold" } as const;

function alarm(scope: AwsServicesScope, name: string, args: cloudwatch.MetricAlarmArgs): void {
  const { parent, topicArns, transform } = scope;
  const common = { alarmActions: [...topicArns], okActions: [...topicArns], tags: serviceTags(scope, name) };
  new cloudwatch.MetricAlarm(name, transformed({ ...common, ...args }, transform.alarm), { parent });
}

/** Declares the topic that mails what alarms say, where an address is given. Answers the ARNs to tell. */
function declareTopic(scope: AwsServicesScope): pulumi.Output<string>[] {
  const { parent, name, alarmEmail, transform } = scope;
  const own = `${name}-services-alarms`;
  const tags = serviceTags(scope, own);
  const topic = declareMailTopic(parent, own, { email: alarmEmail, tags, transform: transform.topic });
  return topic === undefined ? [] : [topic.arn];
}

/**
 * Declares the alarms: of databases, little free disk although it grows by itself, busy processors, connections that run out;
 * of Redis, memory, and a standby that lags behind. Cost: about 0.10 USD a month each.
 */
export function declareServiceAlarms(
  scope: AwsServicesScope,
  databases: readonly AwsDatabase[],
  caches: readonly AwsCache[],
): void {
  if (databases.length + caches.length === 0) return;
  const told = { ...scope, topicArns: [...scope.topicArns, ...declareTopic(scope)] };
  for (const database of databases) databaseAlarms(told, database);
  for (const cache of caches) cacheAlarms(told, cache);
}

function databaseAlarms(scope: AwsServicesScope, { planned, instance }: AwsDatabase): void {
  const { resource } = planned;
  const metric = { namespace: "AWS/RDS", dimensions: { DBInstanceIdentifier: instance.identifier } };
  alarm(scope, `${resource}-alarm-storage`, {
    ...metric,
    ...under,
    ...minutes(30),
    metricName: "FreeStorageSpace",
    statistic: "Minimum",
    threshold: Math.round((planned.sizeGb * 2 ** 30) / 20),
    alarmDescription: `the disk of ${resource} is nearly full although it grows by itself up to ${planned.maximumSizeGb} GB; raise databases.managed.sizeGb, or find out what grows`,
  });
  alarm(scope, `${resource}-alarm-cpu`, {
    ...metric,
    ...over,
    ...minutes(15),
    metricName: "CPUUtilization",
    statistic: "Average",
    threshold: 90,
    alarmDescription: `the processors of ${resource} are busy for 15 minutes; look at its performance insights, or take a larger databases.managed.machineType`,
  });
  alarm(scope, `${resource}-alarm-connections`, {
    ...metric,
    ...over,
    ...minutes(5),
    metricName: "DatabaseConnections",
    statistic: "Maximum",
    threshold: Math.floor(0.8 * Number(planned.parameters["max_connections"])),
    alarmDescription: `${resource} has four fifths of the connections it takes`,
  });
}

function cacheAlarms(scope: AwsServicesScope, { planned, group }: AwsCache): void {
  const { resource } = planned;
  for (let node = 1; node <= nodesOf(planned); node++)
    alarm(scope, `${resource}-alarm-memory-${node}`, {
      namespace: "AWS/ElastiCache",
      dimensions: { CacheClusterId: pulumi.interpolate`${group.id}-${String(node).padStart(3, "0")}` },
      ...over,
      ...minutes(15),
      metricName: "DatabaseMemoryUsagePercentage",
      statistic: "Maximum",
      // The cache is meant to be full, and drops the oldest.
      threshold: planned.evicts ? 100 : 80,
      alarmDescription: planned.evicts
        ? `the memory of ${resource} is used up although it drops what is old; take a larger cache.managed.machineType`
        : `the memory of ${resource} is four fifths full, and it drops nothing; take a larger cache.managed.machineType`,
    });
  if (nodesOf(planned) === 1) return;
  alarm(scope, `${resource}-alarm-lag`, {
    namespace: "AWS/ElastiCache",
    dimensions: { CacheClusterId: pulumi.interpolate`${group.id}-002` },
    ...over,
    ...minutes(15),
    metricName: "ReplicationLag",
    statistic: "Maximum",
    threshold: 30,
    alarmDescription: `the standby of ${resource} is half a minute behind for 15 minutes; after a failure that would be lost`,
  });
}
