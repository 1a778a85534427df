import { publishedOn, registry } from "../../product/releases";
import { requireKubernetes, type KubernetesSpecification, type Specification } from "../config/specification";
import { dataNames, type DataResource } from "../data-safety";
import { planManagedServices, managedDataResources } from "../managed/plan-managed";
import { managedNotices } from "../managed/notices";
import { modeNotices, revocationText } from "../mode-texts";
import { plannedSecrets } from "../planned-secrets";
import { kubernetesPriceThings } from "../price/price-kubernetes";
import { priceOf, type PriceEstimate } from "../price/price";
import type { PlannedSecret } from "../secrets";
import type { Exposure } from "../vm/plan";
import { planCluster } from "./cluster";
import { planConfigMaps } from "./config-maps";
import { kubernetesContext } from "./context";
import { planExecutors } from "./executors";
import { planIngress } from "./ingress";
import { isOfCloud, isSecured } from "./ingress-parts";
import type { KubernetesPlan, PlannedStorageClass } from "./kubernetes-plan";
import { planNetworkPolicies } from "./network-policies";
import { planRestrictions } from "./restrictions";
import { registrySecret } from "./secret-names";
import { planSecretObjects } from "./secret-objects";
import type { PlannedWorkload } from "./workload";
import { planWorkloads } from "./workloads";

function exposureOf(specification: KubernetesSpecification): Exposure {
  const { cloud, domain, tls, access, kubernetes } = specification;
  const common = { domain, allowedCidrs: access.allowedCidrs, trustedProxies: access.trustedProxies ?? [] };
  if (!kubernetes.ingress.enabled)
    return {
      ...common,
      url: "http://sourcegraph-frontend:30080 (inside the cluster)",
      tls: "none",
      loadBalancer: false,
      ports: [30080],
    };
  const secured = isSecured(specification);
  return {
    ...common,
    url: `${secured ? "https" : "http"}://${domain ?? "(address of the load balancer)"}`,
    tls: tls.mode,
    loadBalancer: cloud !== "existing" && isOfCloud(kubernetes.ingress.className ?? ""),
    ports: secured ? [80, 443] : [80],
  };
}

/** Parameter of the cloud's driver that names the key of the disks. */
const keyParameters = { aws: "kmsKeyId", gcp: "disk-encryption-kms-key" } as const;

function storageClassOf(specification: KubernetesSpecification): PlannedStorageClass | undefined {
  const { cloud, customerKey, kubernetes } = specification;
  const { name, create, provisioner, parameters } = kubernetes.storageClass;
  if (!create || name === undefined || provisioner === undefined) return undefined;
  const key = customerKey === undefined || cloud === "existing" ? {} : { [keyParameters[cloud]]: customerKey };
  return { name, provisioner, parameters: { ...parameters, ...key } };
}

/** Claims but for caches, and the passwords that open databases. */
function dataResourcesOf(
  { name, cloud, kubernetes }: KubernetesSpecification,
  workloads: readonly PlannedWorkload[],
  secrets: readonly PlannedSecret[],
): DataResource[] {
  const claims = workloads.flatMap((workload) => workload.claims).filter(({ value }) => value !== "cache");
  return [
    ...claims.flatMap(({ objects, sizeGib, storageClass }) =>
      objects.map((object): DataResource => ({
        name: object,
        kind: "claim",
        place: kubernetes.namespace,
        sizeGb: sizeGib,
        ...(storageClass !== undefined && { type: storageClass }),
      })),
    ),
    // The password of a server of the cloud is kept with that server, and can be set anew.
    ...secrets
      .filter(({ guardsData, origin }) => guardsData && origin !== "managed")
      .map((secret): DataResource => ({ name: dataNames.secret(name, secret.name), kind: "secret", place: cloud })),
  ];
}

/** What has to be on a cluster that is made, and is not made with it. */
function newClusterNotices({ cloud, kubernetes }: KubernetesSpecification): string[] {
  const { ingress, namespace, createNamespace, priorityClass } = kubernetes;
  const { className = "", issuer } = ingress;
  const { create, name: storageClass } = kubernetes.storageClass;
  // GKE brings a default class, EKS none.
  const hasClass = create || (storageClass === undefined && cloud === "gcp");
  const missing = [
    ...(createNamespace ? [] : [`namespace ${namespace}`]),
    ...(ingress.enabled && !isOfCloud(className) ? [`the controller of ingress class ${className}`] : []),
    ...(issuer === undefined ? [] : [`cert-manager and its ${issuer.kind} ${issuer.name}`]),
    ...(hasClass ? [] : [storageClass === undefined ? "a default storage class" : `storage class ${storageClass}`]),
    ...(priorityClass === undefined || priorityClass.create ? [] : [`priority class ${priorityClass.name}`]),
  ];
  if (missing.length === 0) return [];
  return [
    `the new cluster does not have: ${missing.join(", ")}; make the cluster alone first ('cluster.workloads' false), put that on it, and deploy Sourcegraph by a second stack with cluster.existing.stack`,
  ];
}

function noticesOf(
  specification: KubernetesSpecification,
  plan: Pick<KubernetesPlan, "cluster" | "ingress" | "managed">,
): string[] {
  const { cloud, access, databases, kubernetes, cluster } = specification;
  const { ingress } = kubernetes;
  const notices: string[] = [];
  if (ingress.enabled && !isSecured(specification))
    notices.push(
      "traffic is plain HTTP: set 'domain' and 'tls', or 'kubernetes.ingress.issuer', before anybody signs in",
    );
  if (access.allowedCidrs.includes("0.0.0.0/0"))
    notices.push("the instance is reachable from everywhere ('access.allowedCidrs' holds 0.0.0.0/0)");
  if (Object.values(databases).some((database) => typeof database === "object"))
    notices.push("external databases must run PostgreSQL 16 and be backed up by whoever owns them");
  if (plan.cluster === undefined && ingress.enabled)
    notices.push(
      `unproven until 'sgbox check --cluster' has asked the cluster, or it is deployed: that the cluster has the ingress class ${ingress.className ?? "(its default)"}, the storage class, and a network that enforces network policies`,
    );
  if (cloud === "existing" && kubernetes.snapshotClass === undefined)
    notices.push(
      "nothing here backs up the claims: give 'kubernetes.snapshotClass', or let the cluster's own backup do it",
    );
  if (!kubernetes.storageClass.expandable)
    notices.push("the storage class is said not to grow its volumes: a larger size will be refused");
  if (kubernetes.networkPolicies === false)
    notices.push("there are no network policies: every pod of the cluster may reach the databases");
  if (plan.cluster !== undefined && cluster.workloads) notices.push(...newClusterNotices(specification));
  if (!cluster.workloads)
    notices.push("the cluster is made alone; a second stack with cluster.existing.stack deploys Sourcegraph");
  return [
    ...notices,
    ...(plan.ingress?.notices ?? []),
    ...modeNotices(specification),
    ...managedNotices(specification, plan.managed),
  ];
}

function priceFor(plan: Omit<KubernetesPlan, "price" | "notices">): PriceEstimate | undefined {
  if (plan.cloud === "existing") return undefined;
  return priceOf(plan.cloud, plan.region, kubernetesPriceThings(plan, plan.cloud));
}

/**
 * Decides everything about one instance on Kubernetes. Pure: the same specification gives the same plan.
 *
 * @param executorsRelease release the executors' images are of; another one only while everything stands still for an upgrade
 * @throws InputError for a node type too small for the largest pod, or a limit of the cloud that is exceeded
 * @example planKubernetes(parseSpecification({ shape: "kubernetes", cloud: "aws", region: "us-east-1", size: "M", … }))
 */
export function planKubernetes(given: Specification, executorsRelease = given.release): KubernetesPlan {
  const specification = requireKubernetes(given);
  const { name, cloud, region, release, kubernetes, cluster } = specification;
  const context = kubernetesContext(specification);
  const { size, usage } = context;
  // A cluster that is made alone is made for what another stack deploys on it.
  const services = planWorkloads(context);
  const runners = planExecutors(context, executorsRelease);
  const everything = [...services, ...(runners?.workloads ?? [])];
  const workloads = cluster.workloads ? services : [];
  const executors = cluster.workloads ? runners : undefined;
  const all = cluster.workloads ? everything : [];
  const { level, restrictions } = planRestrictions(specification, all);
  const secretObjects = cluster.workloads ? planSecretObjects(context, all) : [];
  const managed = planManagedServices(specification, size, usage);
  const secrets = plannedSecrets(
    specification,
    secretObjects.map(({ data }) => ({ secretEnvironment: data })),
  );
  const storageClass = storageClassOf(specification);
  const ingress = cluster.workloads ? planIngress(context) : undefined;
  const planned: Omit<KubernetesPlan, "price" | "notices"> = {
    schema: 1,
    name,
    shape: "kubernetes",
    cloud,
    region,
    release,
    releaseDate: publishedOn(release) ?? "",
    size,
    usage,
    sizeGiven: "named" in specification.size ? "named" : "usage",
    namespace: {
      name: kubernetes.namespace,
      create: kubernetes.createNamespace,
      podSecurityLevel: level,
    },
    ...(restrictions !== undefined && cluster.workloads && { restrictions }),
    profile: kubernetes.profile,
    via: kubernetes.via,
    helmRelease: kubernetes.helmRelease,
    chartRepository: kubernetes.chartRepository,
    registry: specification.registry?.host ?? registry,
    handOver: kubernetes.handOver,
    exposure: exposureOf(specification),
    ...(ingress !== undefined && { ingress }),
    ...(storageClass !== undefined && cluster.workloads && { storageClass }),
    ...(kubernetes.priorityClass?.create === true && {
      priorityClass: { name: kubernetes.priorityClass.name, value: kubernetes.priorityClass.value },
    }),
    workloads,
    configMaps: cluster.workloads ? planConfigMaps(context, all) : [],
    secretObjects,
    networkPolicies: kubernetes.networkPolicies && cluster.workloads ? planNetworkPolicies(context, all) : [],
    ...(executors !== undefined && { executors }),
    ...(kubernetes.snapshotClass !== undefined && { snapshotClass: kubernetes.snapshotClass }),
    ...(specification.registry?.credentialsSecret !== undefined && { imagePullSecret: registrySecret }),
    ...(cloud !== "existing" &&
      cluster.existing === undefined && {
        cluster: planCluster(context, everything),
      }),
    managed,
    ...(specification.customerKey !== undefined &&
      cloud !== "existing" && { revocation: revocationText(specification.customerKey, cloud, "kubernetes") }),
    secrets,
    dataResources: [...dataResourcesOf(specification, all, secrets), ...managedDataResources(managed, region)],
  };
  const price = priceFor(planned);
  return { ...planned, ...(price !== undefined && { price }), notices: noticesOf(specification, planned) };
}
