import type { PlannedAdminAlarm, PlannedAdminCheck, PlannedAdminStore } from "./admin-plan";
import { adminNames } from "./names";

interface Watched {
  /** Name of the stack. */
  readonly stack: string;
  readonly service: string;
  readonly instances: { readonly minimum: number; readonly maximum: number };
  readonly stores: readonly PlannedAdminStore[];
  readonly checks: readonly PlannedAdminCheck[];
}

type Alarm = Omit<PlannedAdminAlarm, "resource" | "of">;

/** Most instances from which on it is said that they are nearly all in use. */
const manyInstances = 5;

const ofStore: Readonly<Record<PlannedAdminStore["kind"], readonly Alarm[]>> = {
  relational: [
    { metric: "database-cpu", above: 0.9, minutes: 15, means: "the database has hardly any CPU left" },
    { metric: "database-disk", above: 0.85, minutes: 15, means: "the disk of the database is nearly full" },
  ],
  cache: [
    { metric: "cache-memory", above: 0.8, minutes: 5, means: "the cache is nearly full" },
    { metric: "cache-cpu", above: 0.9, minutes: 5, means: "the cache has hardly any CPU left" },
    { metric: "cache-failover", above: 0, minutes: 1, means: "the cache failed over to its standby" },
  ],
  analytics: [],
  stream: [{ metric: "stream-backlog", above: 3600, minutes: 5, means: "events wait for more than an hour" }],
};

/** Decides the alarms of a service. */
export function planAlarms({ stack, service, instances, stores, checks }: Watched): PlannedAdminAlarm[] {
  const own: Alarm[] = [
    { metric: "cpu", above: 0.8, minutes: 5, means: "the slowest of a hundred instances has hardly any CPU left" },
    { metric: "memory", above: 0.8, minutes: 5, means: "an instance has hardly any memory left" },
    { metric: "startup-latency", above: 10, minutes: 5, means: "instances take more than ten seconds to start" },
    { metric: "response-codes", above: 0.05, minutes: 10, means: "more than one answer of twenty is an error of ours" },
    ...(instances.maximum > manyInstances
      ? [
          {
            metric: "instances" as const,
            above: Math.floor(instances.maximum * 0.9),
            minutes: 10,
            means: "nearly as many instances run as may",
          },
        ]
      : []),
  ];
  return [
    ...own.map((alarm) => ({ resource: adminNames.part(stack, service, alarm.metric), ...alarm })),
    ...stores.flatMap(({ name, kind, resource }) =>
      ofStore[kind].map((alarm) => ({
        resource: adminNames.part(stack, service, `${name}-${alarm.metric}`),
        of: resource,
        ...alarm,
      })),
    ),
    ...checks.map(({ resource, shows, host }) => ({
      resource: `${resource}-failed`,
      of: resource,
      metric: "check" as const,
      above: 0,
      minutes: 5,
      means: shows === "none" ? `${host} serves somebody who shows nothing` : `${host} does not answer from outside`,
    })),
  ];
}
