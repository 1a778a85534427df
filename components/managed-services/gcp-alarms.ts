import * as monitoring from "@pulumi/gcp/monitoring";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import { transformed } from "../vm/args";
import { declareMailChannel } from "../cloud/gcp-mail-channel";
import type { GcpServicesAlarm } from "./gcp-args";
import type { GcpCache } from "./gcp-caches";
import type { GcpDatabase } from "./gcp-databases";
import type { GcpServicesScope } from "./gcp-scope";

/** From how much of what there is an alarm fires. */
const tooFull = 0.8;
const tooBusy = 0.9;

/** Declares who is told of alarms beside those the cluster tells; nobody where no address is given. */
function declareChannel({ parent, name, project, labels, alarmEmail, transform }: GcpServicesScope) {
  return declareMailChannel(parent, `${name}-services-alarms`, {
    project,
    displayName: `Services of Sourcegraph ${name}`,
    email: alarmEmail,
    labels,
    transform: transform.channel,
  });
}

/**
 * Declares the alarms: of databases, a disk near the size it may grow to, busy processors, connections that run out, and
 * memory; of Redis, memory. One alarm holds for all servers and says which one it is. Cost: about 0.10 USD a month each.
 */
export function declareServiceAlarms(
  given: GcpServicesScope,
  databases: readonly GcpDatabase[],
  caches: readonly GcpCache[],
): void {
  if (databases.length + caches.length === 0) return;
  const { name } = given;
  const scope = { ...given, channels: [...given.channels, ...declareChannel(given)] };
  alarm(
    scope,
    "database-disk",
    "disk of a database fills up",
    `A disk of a database of Sourcegraph ${name} is near the size up to which it grows by itself. Raise \`databases.managed.sizeGb\` and deploy, or find out what grows.`,
    databases.map((database) =>
      ofDatabase(scope, database, "disk/bytes_used", tooFull * database.planned.maximumSizeGb * 2 ** 30, "600s"),
    ),
  );
  alarm(
    scope,
    "database-cpu",
    "processors of a database are busy",
    `The processors of a database of Sourcegraph ${name} are busy for 15 minutes. Look at its query insights, or take a larger \`databases.managed.machineType\`.`,
    databases.map((database) => ofDatabase(scope, database, "cpu/utilization", tooBusy, "900s")),
  );
  alarm(
    scope,
    "database-connections",
    "connections of a database run out",
    `A database of Sourcegraph ${name} has nearly as many connections as it takes.`,
    databases.flatMap((database) => {
      const most = database.planned.parameters["max_connections"];
      return most === undefined
        ? []
        : // There is a series for each database of the server.
          [ofDatabase(scope, database, "postgresql/num_backends", tooFull * Number(most), "300s", "REDUCE_SUM")];
    }),
  );
  alarm(
    scope,
    "database-memory",
    "memory of a database runs out",
    `The memory of a database of Sourcegraph ${name} is nearly used up. Take a larger \`databases.managed.machineType\`.`,
    databases.map((database) => ofDatabase(scope, database, "memory/utilization", tooBusy, "900s")),
  );
  alarm(
    scope,
    "redis",
    "memory of Redis runs out",
    `The memory of a Redis of Sourcegraph ${name} is nearly used up. Raise \`cache.managed.sizeGb\` and deploy.`,
    caches.map((cache) => ofCache(cache)),
  );
}

function alarm(
  scope: GcpServicesScope,
  what: GcpServicesAlarm,
  title: string,
  help: string,
  conditions: readonly inputs.monitoring.AlertPolicyCondition[],
): void {
  if (conditions.length === 0) return;
  const { parent, name, project, channels, labels, transform } = scope;
  new monitoring.AlertPolicy(
    `${name}-alarm-${what}`,
    transformed<monitoring.AlertPolicyArgs>(
      {
        project,
        displayName: `Sourcegraph ${name}: ${title}`,
        combiner: "OR",
        conditions: [...conditions],
        documentation: { content: help, mimeType: "text/markdown" },
        notificationChannels: [...channels],
        alertStrategy: { autoClose: "86400s" },
        userLabels: labels,
      },
      transform.alarm,
    ),
    { parent },
  );
}

function ofDatabase(
  { project }: GcpServicesScope,
  { planned, instance }: GcpDatabase,
  metric: string,
  thresholdValue: number,
  duration: string,
  crossSeriesReducer?: string,
): inputs.monitoring.AlertPolicyCondition {
  return {
    displayName: planned.resource,
    conditionThreshold: {
      filter: pulumi.interpolate`metric.type="cloudsql.googleapis.com/database/${metric}" AND resource.type="cloudsql_database" AND resource.labels.database_id="${project}:${instance.name}"`,
      aggregations: [
        {
          alignmentPeriod: "60s",
          perSeriesAligner: "ALIGN_MEAN",
          ...(crossSeriesReducer === undefined
            ? {}
            : { crossSeriesReducer, groupByFields: ["resource.label.database_id"] }),
        },
      ],
      comparison: "COMPARISON_GT",
      thresholdValue,
      duration,
    },
  };
}

/** The whole memory of the server, with what copies and buffers take: without room there, writes are refused. */
function ofCache({ planned, instance }: GcpCache): inputs.monitoring.AlertPolicyCondition {
  return {
    displayName: planned.resource,
    conditionThreshold: {
      filter: pulumi.interpolate`metric.type="redis.googleapis.com/stats/memory/system_memory_usage_ratio" AND resource.type="redis_instance" AND resource.labels.instance_id="${instance.id}"`,
      aggregations: [{ alignmentPeriod: "60s", perSeriesAligner: "ALIGN_MEAN" }],
      comparison: "COMPARISON_GT",
      thresholdValue: tooFull,
      duration: "600s",
    },
  };
}
