import type { DataResource } from "../data-safety";
import type { PlannedSecret } from "../secrets";
import type { AdminPlan, PlannedAdminService } from "./admin-plan";
import { adminDecisions } from "./decisions";
import { adminNames } from "./names";
import { adminNotices } from "./notices";
import { planAlarms } from "./plan-alarms";
import { hostsOf, planCalls, servicesCalled } from "./plan-calls";
import { planAdminSecrets, planContainer } from "./plan-container";
import { planKeys } from "./plan-keys";
import { planChecks, planListeners } from "./plan-listeners";
import { planAdminNetwork } from "./plan-network";
import { planStores } from "./plan-stores";
import { platformHosts } from "./platform-hosts";
import { priceAdmin } from "./price-admin";
import { planUncheckedServices } from "./unchecked-services";
import type { AdminSpecification, SpecifiedAdminService } from "./specification";

/** Stores of other services that a service is told of. */
function readsOf(
  { services }: AdminSpecification,
  { description }: SpecifiedAdminService,
): PlannedAdminService["reads"] {
  const told = Object.values(description.environment).flatMap((value) =>
    typeof value === "object" && "store" in value && value.service !== undefined && value.service !== description.name
      ? [{ service: value.service, store: value.store }]
      : [],
  );
  const unique = new Map(told.map((each) => [`${each.service} ${each.store}`, each]));
  return [...unique.values()].filter(({ service }) => services.some((each) => each.description.name === service));
}

function planService(specification: AdminSpecification, service: SpecifiedAdminService): PlannedAdminService {
  const { name: stack, services, licenceSigning } = specification;
  const { description, own } = service;
  const { name } = description;
  const stores = planStores(specification, service, (store) => [
    ...(description.stores.find((each) => each.name === store)?.readers ?? []),
    ...services
      .filter((other) => readsOf(specification, other).some((each) => each.service === name && each.store === store))
      .map((other) => other.description.name),
  ]);
  const listeners = planListeners(specification, service);
  const checks = planChecks(specification, service, listeners);
  const signs = description.administers === "licensing" && licenceSigning === "key";
  return {
    name,
    resource: adminNames.service(stack, name),
    title: description.title,
    purpose: description.purpose,
    scopeName: description.scopeName,
    ...(description.administers === undefined ? {} : { administers: description.administers }),
    own,
    identity: adminNames.service(stack, name),
    executionIdentity: adminNames.execution(stack, name),
    container: planContainer(specification, service),
    instances: description.instances,
    stores,
    secrets: planAdminSecrets(specification, service, stores),
    reads: readsOf(specification, service),
    secretKey: adminNames.key(stack, name, "secret"),
    ...(signs ? { signingKey: adminNames.key(stack, name, "signing") } : {}),
    listeners,
    allowedHosts: hostsOf(specification, service),
    connectsTo: servicesCalled(specification, service),
    checks,
    alarms: planAlarms({ stack, service: name, instances: description.instances, stores, checks }),
  };
}

function secretsOfPlan(services: readonly PlannedAdminService[], oidcSecret: string | undefined): PlannedSecret[] {
  const origins = { generated: "generated", config: "config", store: "managed" } as const;
  const planned = services.flatMap(({ secrets }) =>
    secrets.map(({ resource, purpose, origin, configName }): PlannedSecret => ({
      name: configName ?? resource,
      purpose,
      origin: origins[origin],
      guardsData: false,
    })),
  );
  const employees: PlannedSecret[] =
    oidcSecret === undefined
      ? []
      : [{ name: oidcSecret, purpose: "client of the sign-in of employees", origin: "config", guardsData: false }];
  const unique = new Map([...planned, ...employees].map((secret) => [secret.name, secret]));
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What holds data that must not be lost: caches may go at any time, and events on their way are sent again. */
function dataResourcesOf(services: readonly PlannedAdminService[], region: string): DataResource[] {
  return services.flatMap(({ stores }) =>
    stores.flatMap((store): DataResource[] => {
      if (store.kind === "relational")
        return [{ name: store.resource, kind: "database", place: region, sizeGb: store.sizeGb, type: store.version }];
      return store.kind === "analytics" ? [{ name: store.resource, kind: "bucket", place: region }] : [];
    }),
  );
}

/** Decides everything of a stack of support services. Pure: the same specification gives the same plan. */
export function planAdmin(specification: AdminSpecification): AdminPlan {
  const { name, cloud, region, boundaries } = specification;
  const services = specification.services.map((service) => planService(specification, service));
  const keys = planKeys(specification, services);
  const network = planAdminNetwork(specification, [
    ...services.flatMap(({ allowedHosts }) => allowedHosts),
    ...platformHosts(specification),
  ]);
  const { calls, grants } = planCalls(specification);
  const { employees } = specification;
  return {
    schema: 1,
    shape: "admin",
    name,
    cloud,
    region,
    ...(specification.project === undefined ? {} : { project: specification.project }),
    zone: specification.zone,
    stage: boundaries.stage,
    owner: boundaries.owner,
    ...(boundaries.account === undefined ? {} : { account: boundaries.account }),
    ...(boundaries.companyDomains === undefined ? {} : { companyDomains: boundaries.companyDomains }),
    ...(boundaries.development === undefined ? {} : { development: boundaries.development }),
    domain: specification.domain,
    ...(specification.dnsZone === undefined ? {} : { dnsZone: specification.dnsZone }),
    edge: specification.edge,
    employees,
    network,
    services,
    uncheckedServices: planUncheckedServices(specification).unchecked,
    keys,
    grants,
    calls,
    logs: { key: adminNames.logKey(name), retentionDays: specification.logDays, resource: adminNames.logs(name) },
    ...(specification.auditSink === undefined ? {} : { auditSink: specification.auditSink }),
    ...(specification.perimeterPolicy === undefined ? {} : { perimeterPolicy: specification.perimeterPolicy }),
    ...(specification.alarmsEmail === undefined ? {} : { alarmsEmail: specification.alarmsEmail }),
    registries: specification.registries,
    deletionProtection: specification.deletionProtection,
    allowDataLoss: specification.allowDataLoss,
    tags: specification.tags,
    secrets: secretsOfPlan(services, employees.oidc?.clientSecret),
    dataResources: dataResourcesOf(services, region),
    decisions: adminDecisions,
    price: priceAdmin({ cloud, region, network, keys, services }),
    notices: adminNotices(specification),
  };
}
