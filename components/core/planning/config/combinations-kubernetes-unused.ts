import { asksForManaged } from "./combinations-managed";
import { servedElsewhere } from "./combinations-overrides";
import type { Config } from "./config";
import type { Problems } from "./problems";
import { makesStorageClass } from "./replica-terms";

// Keys that would have no effect because of what another key says: whoever sets one expects it to count.

/** Services that the nodes of group `stores` are for. */
const stores = ["pgsql", "codeintel-db", "codeinsights-db", "redis-cache", "redis-store", "blobstore"];

/** Keys about what only a cloud has. */
const ofClouds = ["alarms", "backup", "deletionProtection", "gcp"] as const;

/** Keys about who reaches a machine, and what stands before it. */
const ofMachines = ["sshKeys", "trustedProxies", "iapMembers"] as const;

type Kubernetes = NonNullable<Config["kubernetes"]>;

function checkIngress({ ingress = {}, networkPolicies }: Kubernetes, className: string, problems: Problems): void {
  const path = "kubernetes.ingress";
  if (ingress.enabled === false) {
    for (const key of ["annotations", "tlsSecret", "issuer", "internal", "controllerNamespace"] as const)
      if (ingress[key] !== undefined) problems.add(`${path}.${key}`, "has no meaning with 'enabled' false; remove it");
    return;
  }
  if (ingress.controllerNamespace === undefined) return;
  if (networkPolicies?.enabled === false)
    problems.add(
      `${path}.controllerNamespace`,
      "has no meaning without network policies, which let that namespace in; remove it",
    );
  else if (className === "alb" || className.startsWith("gce"))
    problems.add(
      `${path}.controllerNamespace`,
      `has no meaning for ingress class ${className}, whose load balancer reaches the pods by itself; remove it`,
    );
}

function checkMade(config: Partial<Config>, problems: Problems): void {
  const { profile, storageClass, priorityClass, serviceAccounts } = config.kubernetes ?? {};
  const makes = (create: boolean | undefined) => create ?? profile !== "restricted";
  if (makesStorageClass(config) && storageClass?.expandable !== undefined)
    problems.add(
      "kubernetes.storageClass.expandable",
      "is said only of a class that is not made here; one that is made lets its volumes grow; remove it",
    );
  if (!makes(priorityClass?.create) && priorityClass?.value !== undefined)
    problems.add("kubernetes.priorityClass.value", "has a meaning only where the class is made; remove it");
  if (serviceAccounts?.perWorkload === true && serviceAccounts.name !== undefined)
    problems.add(
      "kubernetes.serviceAccounts.perWorkload",
      "contradicts 'name', which is one account for all pods; remove one of the two",
    );
  if (serviceAccounts?.create === false && serviceAccounts.perWorkload === true)
    problems.add(
      "kubernetes.serviceAccounts.perWorkload",
      "has a meaning only where accounts are made; remove it, or let 'create' be true",
    );
  if (serviceAccounts?.create === false && serviceAccounts.annotations !== undefined)
    problems.add(
      "kubernetes.serviceAccounts.annotations",
      "have a meaning only for accounts that are made; remove them, or let 'create' be true",
    );
}

/** Of a cluster that is there nothing but the cloud's own services is made outside of it. */
function checkExisting(config: Partial<Config>, problems: Problems): void {
  const { cloud, cluster, network } = config;
  const managed = [config.databases, config.cache, config.objectStorage].some(asksForManaged);
  if (cluster?.maintenance !== undefined && !managed)
    problems.add(
      "cluster.maintenance",
      "has no meaning for a cluster that is there, without services of the cloud; remove it",
    );
  if (cloud === "existing") return;
  for (const key of ["alarms", "backup"] as const)
    if (config[key] !== undefined && !managed)
      problems.add(
        key,
        "has no meaning for a cluster that is there, without services of the cloud; give it to the stack that made the cluster",
      );
  if (network !== undefined && (cloud === "aws" || !("existing" in network)))
    problems.add("network", "has no meaning for a cluster that is there; remove it");
}

/** What is given and would be ignored. */
export function checkUnused({ access, kubernetes = {}, ...config }: Partial<Config>, problems: Problems): void {
  const { cloud } = config;
  for (const key of ofMachines)
    if (access?.[key] !== undefined) problems.add(`access.${key}`, "has no meaning for shape kubernetes; remove it");
  for (const key of ["keepDumps", "drillDays"] as const)
    if (cloud !== "existing" && config.backup?.[key] !== undefined)
      problems.add(`backup.${key}`, "has no meaning for shape kubernetes; remove it");
  const className = kubernetes.ingress?.className ?? (cloud === "aws" ? "alb" : cloud === "gcp" ? "gce" : "");
  if (cloud === "existing") {
    for (const key of ofClouds)
      if (config[key] !== undefined) problems.add(key, "has no meaning for cloud existing; remove it");
    if (config.tags !== undefined && className !== "alb")
      problems.add("tags", "has a meaning for cloud existing only with ingress class alb; remove it");
    if (config.dnsZone !== undefined && config.domain === undefined)
      problems.add("dnsZone", "needs 'domain', got none; set the instance's host name", "domain");
  }
  if (cloud === "existing" || config.cluster?.existing !== undefined) checkExisting(config, problems);
  if (config.cluster?.nodes?.stores !== undefined && stores.every((store) => servedElsewhere(store, config)))
    problems.add("cluster.nodes.stores", "has no effect: every store is served outside the cluster; remove it");
  checkIngress(kubernetes, className, problems);
  checkMade({ ...config, kubernetes }, problems);
  if (kubernetes.networkPolicies?.enabled === false && kubernetes.networkPolicies.egress !== undefined)
    problems.add("kubernetes.networkPolicies.egress", "has no meaning with 'enabled' false; remove it");
}
