import { hoursPerMonth, type PricedCloud, type PricedThing } from "../price/price-list";
import { databaseThings, cacheThings, joined } from "../price/price-managed";
import { priceOf, type PriceEstimate } from "../price/price";
import type { AdminPlan, PlannedAdminListener, PlannedAdminService } from "./admin-plan";

const secondsPerMonth = hoursPerMonth * 3600;

/** What instances that always run cost: the fewest of every service. */
function instanceThings(cloud: PricedCloud, { instances, container }: PlannedAdminService): PricedThing[] {
  const { minimum } = instances;
  if (minimum === 0) return [];
  const [cpus, memory] = [minimum * container.cpus, minimum * container.memoryGib];
  return cloud === "aws"
    ? [
        { item: "Fargate vCPUs, fewest tasks", key: "fargate.vcpu", quantity: cpus * hoursPerMonth },
        { item: "Fargate memory, fewest tasks", key: "fargate.gb", quantity: memory * hoursPerMonth },
      ]
    : [
        {
          item: "Cloud Run vCPUs, fewest instances",
          key: "cloudrun.instance.vcpu",
          quantity: cpus * secondsPerMonth,
        },
        {
          item: "Cloud Run memory, fewest instances",
          key: "cloudrun.instance.memory",
          quantity: memory * secondsPerMonth,
        },
      ];
}

function storeThings(cloud: PricedCloud, { stores }: PlannedAdminService): PricedThing[] {
  return stores.flatMap((store): PricedThing[] => {
    switch (store.kind) {
      case "relational":
        return databaseThings(cloud, store);
      case "cache":
        return cacheThings(cloud, store);
      case "analytics":
        return [
          {
            item: "events",
            key: cloud === "aws" ? "s3.standard.storage" : "bigquery.storage.active",
            quantity: store.expectedGb,
          },
        ];
      case "stream":
        return [];
    }
  });
}

/** Whether machines or end users come in there. */
const outside = ({ plane }: PlannedAdminListener): boolean => plane === "machine" || plane === "end-user";

/** On AWS a load balancer for each plane, and for machines and end users one behind the edge and one without. */
function balancersOf(listeners: readonly PlannedAdminListener[]): number {
  return new Set(listeners.map((way) => (outside(way) ? `${way.plane} ${way.origin}` : way.plane))).size;
}

/** Runs of all checks from outside in a month. */
function checkRuns(services: readonly PlannedAdminService[]): number {
  const each = services.flatMap(({ checks }) => checks.map(({ everySeconds }) => secondsPerMonth / everySeconds));
  return each.reduce((sum, runs) => sum + runs, 0);
}

/** Alarms that a cloud has something to look at for: Fargate does not tell how long a start takes. */
function alarmsOf(cloud: PricedCloud, services: readonly PlannedAdminService[]): number {
  const alarms = services.flatMap((service) => service.alarms);
  return alarms.filter(({ metric }) => cloud === "gcp" || metric !== "startup-latency").length;
}

function groundThings({
  cloud,
  network,
  keys,
  services,
}: Pick<AdminPlan, "cloud" | "network" | "keys" | "services">): PricedThing[] {
  const listeners = services.flatMap((service) => service.listeners);
  const walled = listeners.filter(({ webFirewall }) => webFirewall);
  const secrets = services.reduce((sum, service) => sum + service.secrets.length, 0);
  const checks = services.flatMap((service) => service.checks).length;
  const watching = (key: { readonly check: string; readonly alarm: string }): PricedThing[] => [
    { item: `runs of ${checks} checks from outside`, key: key.check, quantity: checkRuns(services) },
    { item: "alarms", key: key.alarm, quantity: alarmsOf(cloud, services) },
  ];
  if (cloud === "aws") {
    const zones = network.zones.length;
    const [balancers, firewalls] = [balancersOf(listeners), balancersOf(walled)];
    return [
      { item: `load balancers, ${balancers}`, key: "alb.hour", quantity: balancers * hoursPerMonth },
      { item: "load balancer capacity, 1 unit each", key: "alb.lcu", quantity: balancers * hoursPerMonth },
      { item: `NAT gateways, ${zones}`, key: "nat.hour", quantity: zones * hoursPerMonth },
      { item: "public addresses", key: "ipv4.public", quantity: 2 * zones * hoursPerMonth },
      { item: "egress firewall endpoints", key: "networkFirewall.endpoint.hour", quantity: zones * hoursPerMonth },
      { item: `web firewalls, ${firewalls}, with their rules`, key: "waf.acl", quantity: firewalls },
      { item: "keys", key: "kms.key", quantity: keys.length },
      { item: "secrets", key: "secretsmanager.secret", quantity: secrets },
      ...watching({ check: "synthetics.run", alarm: "cloudwatch.alarm" }),
    ];
  }
  const software = keys.filter(({ purpose }) => purpose === "encrypt").length;
  // Each way in has an address and a forwarding rule of its own.
  const further = Math.max(0, listeners.length - 5);
  return [
    {
      item: "forwarding rules, the first five together",
      key: "lb.forwardingRule.firstFive",
      quantity: listeners.length === 0 ? 0 : hoursPerMonth,
    },
    ...(further === 0
      ? []
      : [
          {
            item: `forwarding rules, ${further} more`,
            key: "lb.forwardingRule.additional",
            quantity: further * hoursPerMonth,
          },
        ]),
    { item: "address of what leaves", key: "ip.nat", quantity: hoursPerMonth },
    { item: "address translation", key: "nat.gatewayCap", quantity: hoursPerMonth },
    {
      item: `policies of Cloud Armor, ${walled.length}, with their rules`,
      key: "armor.policy",
      quantity: walled.length,
    },
    { item: "keys", key: "kms.keyVersion.software", quantity: software },
    ...(keys.length === software
      ? []
      : [{ item: "keys in hardware", key: "kms.keyVersion.hsm", quantity: keys.length - software }]),
    { item: "secrets", key: "secretmanager.version", quantity: secrets },
    ...watching({ check: "monitoring.uptimeRun", alarm: "monitoring.alarm" }),
  ];
}

/** Prices a stack: what always runs and always rests. What services are asked and send is not in it. */
export function priceAdmin(plan: Pick<AdminPlan, "cloud" | "region" | "network" | "keys" | "services">): PriceEstimate {
  const { cloud, region, services } = plan;
  return priceOf(cloud, region, [
    ...joined(services.flatMap((service) => instanceThings(cloud, service))),
    ...joined(services.flatMap((service) => storeThings(cloud, service))),
    ...groundThings(plan),
  ]);
}
