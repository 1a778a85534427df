import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as lb from "@pulumi/aws/lb";
import type * as synthetics from "@pulumi/aws/synthetics";
import * as pulumi from "@pulumi/pulumi";
import type { AdminAlarmMetric, PlannedAdminAlarm, PlannedAdminService } from "../core/planning/admin/admin-plan";
import type { AwsAdminBalancer } from "./aws-balancer";
import { adminTags, type AwsAdminScope } from "./aws-scope";

/** What the alarms of a service look at. */
export interface AwsWatched {
  readonly cluster: pulumi.Input<string>;
  readonly checks: ReadonlyMap<string, synthetics.Canary>;
  /** Targets behind its listeners, with the load balancer of each. */
  readonly targets: readonly { readonly target: lb.TargetGroup; readonly balancer: AwsAdminBalancer }[];
}

type Args = Partial<cloudwatch.MetricAlarmArgs>;

const over = { comparisonOperator: "GreaterThanThreshold", statistic: "Maximum" } as const;
const percent = (share: number): number => share * 100;

/** Nodes of a cache: the first is asked, the second stands by. */
const firstNode = (resource: string): string => `${resource}-001`;

/** Errors of ours among all answers of a service, as a share. */
function errorShare({ targets }: AwsWatched, minutes: number): Args {
  const metric = (name: string, { target, balancer }: AwsWatched["targets"][number], id: string) => ({
    id,
    metric: {
      namespace: "AWS/ApplicationELB",
      metricName: name,
      stat: "Sum",
      period: minutes * 60,
      dimensions: { TargetGroup: target.arnSuffix, LoadBalancer: balancer.balancer.arnSuffix },
    },
  });
  const sum = (stem: string): string => targets.map((_, index) => `FILL(${stem}${index + 1},0)`).join("+");
  return {
    comparisonOperator: "GreaterThanThreshold",
    metricQueries: [
      ...targets.map((each, index) => metric("HTTPCode_Target_5XX_Count", each, `e${index + 1}`)),
      ...targets.map((each, index) => metric("RequestCount", each, `r${index + 1}`)),
      {
        id: "share",
        expression: `IF((${sum("r")})>0,(${sum("e")})/(${sum("r")}),0)`,
        label: "errors among all answers",
        returnData: true,
      },
    ],
  };
}

/** What AWS calls what an alarm looks at; undefined for what it does not measure. */
function lookOf(
  service: PlannedAdminService,
  watched: AwsWatched,
  { metric, of = "", above, minutes }: PlannedAdminAlarm,
): Args | undefined {
  const period = { period: minutes * 60, evaluationPeriods: 1, threshold: above };
  const ofService = {
    namespace: "AWS/ECS",
    dimensions: { ClusterName: watched.cluster, ServiceName: service.resource },
  };
  const ofDatabase = { namespace: "AWS/RDS", dimensions: { DBInstanceIdentifier: of } };
  const ofCache = { namespace: "AWS/ElastiCache", dimensions: { CacheClusterId: firstNode(of) } };
  const disk = service.stores.find((store) => store.kind === "relational" && store.resource === of);
  const looks: Readonly<Record<AdminAlarmMetric, () => Args | undefined>> = {
    cpu: () => ({ ...period, ...over, ...ofService, metricName: "CPUUtilization", threshold: percent(above) }),
    memory: () => ({ ...period, ...over, ...ofService, metricName: "MemoryUtilization", threshold: percent(above) }),
    // Fargate does not tell how long a task takes to start; a start that fails is rolled back and told by the service.
    "startup-latency": () => undefined,
    instances: () => ({
      ...period,
      ...over,
      namespace: "ECS/ContainerInsights",
      dimensions: ofService.dimensions,
      metricName: "RunningTaskCount",
    }),
    "response-codes": () =>
      watched.targets.length === 0
        ? undefined
        : { evaluationPeriods: 1, threshold: above, ...errorShare(watched, minutes) },
    check: () => {
      const canary = watched.checks.get(of);
      if (canary === undefined) return undefined;
      return {
        ...period,
        namespace: "CloudWatchSynthetics",
        dimensions: { CanaryName: canary.name },
        metricName: "Failed",
        statistic: "Sum",
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "breaching",
      };
    },
    "database-cpu": () => ({
      ...period,
      ...over,
      ...ofDatabase,
      metricName: "CPUUtilization",
      threshold: percent(above),
    }),
    "database-disk": () => ({
      ...period,
      ...ofDatabase,
      metricName: "FreeStorageSpace",
      statistic: "Minimum",
      comparisonOperator: "LessThanThreshold",
      threshold: Math.round((disk?.kind === "relational" ? disk.sizeGb : 0) * 2 ** 30 * (1 - above)),
    }),
    "cache-memory": () => ({
      ...period,
      ...over,
      ...ofCache,
      metricName: "DatabaseMemoryUsagePercentage",
      threshold: percent(above),
    }),
    "cache-cpu": () => ({
      ...period,
      ...over,
      ...ofCache,
      metricName: "EngineCPUUtilization",
      threshold: percent(above),
    }),
    // The first node is the one that is asked, until it fails.
    "cache-failover": () => ({
      ...period,
      ...ofCache,
      metricName: "IsMaster",
      statistic: "Minimum",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
    }),
    "stream-backlog": (): Args => {
      const stream = service.stores.find((store) => store.kind === "stream" && store.resource === of);
      if (stream?.kind === "stream" && stream.into === undefined)
        return {
          ...period,
          ...over,
          namespace: "AWS/Kinesis",
          dimensions: { StreamName: of },
          metricName: "GetRecords.IteratorAgeMilliseconds",
          threshold: above * 1000,
        };
      return {
        ...period,
        ...over,
        namespace: "AWS/Firehose",
        dimensions: { DeliveryStreamName: of },
        metricName: "DeliveryToS3.DataFreshness",
      };
    },
  };
  return looks[metric]();
}

/** Declares the alarms of a service. Cost: about 0.10 USD a month each. */
export function declareAdminAlarms(scope: AwsAdminScope, service: PlannedAdminService, watched: AwsWatched): void {
  const { parent, topicArns } = scope;
  for (const planned of service.alarms) {
    const look = lookOf(service, watched, planned);
    if (look === undefined) continue;
    const { resource, means } = planned;
    new cloudwatch.MetricAlarm(
      resource,
      {
        alarmActions: [...topicArns],
        okActions: [...topicArns],
        alarmDescription: means,
        evaluationPeriods: 1,
        treatMissingData: "notBreaching",
        tags: adminTags(scope, resource, service.name),
        ...look,
        comparisonOperator: look.comparisonOperator ?? over.comparisonOperator,
      },
      { parent },
    );
  }
}
