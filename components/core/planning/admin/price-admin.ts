import { hoursPerMonth, type PricedCloud, type PricedThing } from "../price/price-list";
import { databaseThings, cacheThings, joined } from "../price/price-managed";
import { priceOf, type PriceEstimate } from "../price/price";
import type { AdminPlan, PlannedAdminService } from "./admin-plan";

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

/** Load balancers: one for machines and end users, one for employees, one for the inside, as far as there are listeners. */
function balancersOf(services: readonly PlannedAdminService[]): number {
  const planes = services.flatMap(({ listeners }) => listeners.map(({ plane }) => plane));
  const outside = planes.includes("machine") || planes.includes("end-user");
  return [outside, planes.includes("human"), planes.includes("internal")].filter((each) => each).length;
}

function groundThings({
  cloud,
  network,
  keys,
  services,
}: Pick<AdminPlan, "cloud" | "network" | "keys" | "services">): PricedThing[] {
  const balancers = balancersOf(services);
  const secrets = services.reduce((sum, service) => sum + service.secrets.length, 0);
  const names = services.flatMap(({ checks, alarms }) => [...checks, ...alarms]).length;
  if (cloud === "aws") {
    const zones = network.zones.length;
    return [
      { item: `load balancers, ${balancers}`, key: "alb.hour", quantity: balancers * hoursPerMonth },
      { item: "load balancer capacity, 1 unit each", key: "alb.lcu", quantity: balancers * hoursPerMonth },
      { item: `NAT gateways, ${zones}`, key: "nat.hour", quantity: zones * hoursPerMonth },
      { item: "public addresses", key: "ipv4.public", quantity: 2 * zones * hoursPerMonth },
      { item: "egress firewall endpoints", key: "networkFirewall.endpoint.hour", quantity: zones * hoursPerMonth },
      { item: "web firewall", key: "waf.acl", quantity: 1 },
      { item: "keys", key: "kms.key", quantity: keys.length },
      { item: "secrets", key: "secretsmanager.secret", quantity: secrets },
      { item: "alarms", key: "cloudwatch.alarm", quantity: names },
    ];
  }
  const software = keys.filter(({ purpose }) => purpose === "encrypt").length;
  return [
    {
      item: `forwarding rules, ${balancers}, the first five of a project together`,
      key: "lb.forwardingRule.firstFive",
      quantity: balancers === 0 ? 0 : hoursPerMonth,
    },
    { item: "address of what leaves", key: "ip.nat", quantity: hoursPerMonth },
    { item: "address translation", key: "nat.gatewayCap", quantity: hoursPerMonth },
    { item: "Cloud Armor policy", key: "armor.policy", quantity: 1 },
    { item: "keys", key: "kms.keyVersion.software", quantity: software },
    ...(keys.length === software
      ? []
      : [{ item: "keys in hardware", key: "kms.keyVersion.hsm", quantity: keys.length - software }]),
    { item: "secrets", key: "secretmanager.version", quantity: secrets },
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
