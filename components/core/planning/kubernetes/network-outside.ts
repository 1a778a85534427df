import ipaddr from "ipaddr.js";
import { serviceNamed } from "../../product/services";
import type { ServiceName } from "../../product/service";
import type { KubernetesSpecification } from "../config/specified";
import { privateBlocks } from "../addresses";
import { databaseServices, signsInByIdentity } from "../database-environment";
import { managedLogin } from "../managed/values";
import type { KubernetesContext } from "./context";
import { runsJobs, sendsTraces, servicesIn } from "./network-edges";
import type { JobPods, PlannedPeer, PlannedPolicyRule } from "./network-policy";
import type { PlannedWorkload } from "./workload";

// Connections that leave the namespace, and those that come from outside of it.

/** Addresses of the nodes' own services: metadata and identities of the cloud, caches of DNS. */
const linkLocal = "169.254.0.0/16";

/** Google's load balancers and their health checks reach pods from these published blocks. */
const googleBlocks: readonly string[] = ["130.211.0.0/22", "35.191.0.0/16"];

const everywhere: PlannedPeer = { cidr: "0.0.0.0/0", except: [linkLocal] };

const cidrs = (blocks: readonly string[]): PlannedPeer[] => blocks.map((cidr) => ({ cidr }));

function rule(reason: string, peers: readonly PlannedPeer[], ports: readonly number[]): PlannedPolicyRule {
  return { peers, ports: ports.map((port) => ({ port, protocol: "TCP" })), reason };
}

/** Addresses of the network the cluster is in: its own where it is made here, otherwise all private ones. */
function networkBlocks({ cloud, cluster, network }: KubernetesSpecification): readonly string[] {
  const made = cloud !== "existing" && cluster.existing === undefined && !("existing" in network);
  return made ? [network.cidr] : privateBlocks;
}

/** Addresses a host can have: its own, or any where it is a name; air-gapped, any but those of the internet. */
function hostPeers(host: string, { kubernetes }: KubernetesSpecification): PlannedPeer[] {
  const bare = host.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(bare)) return [{ cidr: `${bare}/${ipaddr.parse(bare).kind() === "ipv4" ? 32 : 128}` }];
  return kubernetes.profile === "air-gapped" ? cidrs(privateBlocks) : [everywhere];
}

/** A block that users let services out to; the nodes' own services are never meant by "everywhere". */
function outsidePeer(cidr: string, untrusted: boolean): PlannedPeer {
  if (cidr === "0.0.0.0/0") return { cidr, except: untrusted ? [...privateBlocks, linkLocal] : [linkLocal] };
  if (cidr === "::/0") return { cidr, except: untrusted ? ["fc00::/7", "fe80::/10"] : ["fd00:ec2::/32", "fe80::/10"] };
  return { cidr };
}

function internetRules(
  { kubernetes }: KubernetesSpecification,
  reason: string,
  untrusted = false,
): PlannedPolicyRule[] {
  return kubernetes.egress
    .filter(({ ports }) => ports.length > 0)
    .map(({ cidr, ports }) => rule(reason, [outsidePeer(cidr, untrusted)], ports));
}

/** Host and port of a URL; undefined where it is none. */
function endpointOf(url: string | undefined): { readonly host: string; readonly port: number } | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname, port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port) };
}

function proxyRules(specification: KubernetesSpecification): PlannedPolicyRule[] {
  const { proxy } = specification;
  const ends = [endpointOf(proxy?.http), endpointOf(proxy?.https)].filter((end) => end !== undefined);
  const distinct = new Map(ends.map((end) => [`${end.host}:${end.port}`, end]));
  return [...distinct.values()].map(({ host, port }) => rule("the proxy", hostPeers(host, specification), [port]));
}

function databaseRules(services: readonly ServiceName[], specification: KubernetesSpecification): PlannedPolicyRule[] {
  const used = new Set(services.flatMap((service) => serviceNamed(service).databases?.names ?? []));
  return databaseServices
    .filter(([name]) => used.has(name))
    .flatMap(([name]) => {
      const database = specification.databases[name];
      if (database === "bundled") return [];
      if (database === "managed")
        return [rule(`the managed ${name} database`, cidrs(managedBlocks(specification)), [managedLogin.port])];
      return [rule(`the external ${name} database`, hostPeers(database.host, specification), [database.port])];
    });
}

/** Google's managed services have addresses of their own, outside the cluster's network. */
function managedBlocks(specification: KubernetesSpecification): readonly string[] {
  return specification.cloud === "gcp" ? privateBlocks : networkBlocks(specification);
}

/** The address of an external Redis is a secret, so all that is known here are the usual ports, plain and with TLS. */
const redisPorts = [6379, 6380];

function redisRules(services: readonly ServiceName[], specification: KubernetesSpecification): PlannedPolicyRule[] {
  if (!services.some((service) => serviceNamed(service).redis === true)) return [];
  const kinds = Object.values(specification.cache).map((cache) => (typeof cache === "object" ? "external" : cache));
  const outside = specification.kubernetes.profile === "air-gapped" ? cidrs(privateBlocks) : [everywhere];
  return [
    ...(kinds.includes("managed") ? [rule("managed Redis", cidrs(managedBlocks(specification)), [6379])] : []),
    ...(kinds.includes("external") ? [rule("external Redis", outside, redisPorts)] : []),
  ];
}

function usesStorage(services: readonly ServiceName[]): boolean {
  return services.some((service) => serviceNamed(service).objectStorage !== undefined);
}

function storageRules(services: readonly ServiceName[], specification: KubernetesSpecification): PlannedPolicyRule[] {
  const { objectStorage } = specification;
  if (objectStorage === "bundled" || !usesStorage(services)) return [];
  // The clouds' stores have public addresses, within a closed network too.
  if (objectStorage === "managed") return [rule("the managed bucket", [everywhere], [443])];
  const end = endpointOf(objectStorage.endpoint);
  if (end === undefined) return [rule("the external bucket", [everywhere], [443])];
  return [rule("the external bucket", hostPeers(end.host, specification), [end.port])];
}

/** Whether a workload proves to the cloud who it is: for buckets without keys and databases without passwords. */
function provesIdentity(services: readonly ServiceName[], specification: KubernetesSpecification): boolean {
  const { objectStorage } = specification;
  const keyless =
    objectStorage === "managed" || (typeof objectStorage === "object" && objectStorage.accessKeyIdSecret === undefined);
  const told = services.some((service) => serviceNamed(service).databases !== undefined);
  return (keyless && usesStorage(services)) || (told && signsInByIdentity(specification));
}

function identityRules(services: readonly ServiceName[], specification: KubernetesSpecification): PlannedPolicyRule[] {
  const reason = "the identity of the pod in the cloud";
  if (!provesIdentity(services, specification)) return [];
  const aws = rule(reason, cidrs(["169.254.170.23/32"]), [80]);
  const gcp = [rule(reason, cidrs(["169.254.169.252/32"]), [988]), rule(reason, cidrs(["169.254.169.254/32"]), [80])];
  if (specification.cloud === "aws") return [aws];
  return specification.cloud === "gcp" ? gcp : [aws, ...gcp];
}

/** Of a cluster that is there nothing tells where its API is; elsewhere, and air-gapped, it is at private addresses. */
function apiRules({ rights }: PlannedWorkload, { cloud, kubernetes }: KubernetesSpecification): PlannedPolicyRule[] {
  if (rights === undefined) return [];
  const anywhere = cloud === "existing" && kubernetes.profile !== "air-gapped";
  return [rule("the Kubernetes API", anywhere ? [everywhere] : cidrs(privateBlocks), [443, 6443])];
}

/**
 * What a workload connects to outside the namespace.
 *
 * @param workloads every workload of the namespace
 */
export function outsideRules(
  { specification }: KubernetesContext,
  workload: PlannedWorkload,
  workloads: readonly PlannedWorkload[],
): PlannedPolicyRule[] {
  const services = servicesIn(workload);
  const proxied = services.some((service) => serviceNamed(service).proxied === true);
  const mails = services.some((service) => service === "sourcegraph-frontend" || service === "worker");
  const { smtp } = specification;
  const agent = workloads.some(({ name }) => name === "otel-agent");
  return [
    ...(proxied ? internetRules(specification, "code hosts, sign-in, mail and the vendor") : []),
    ...(services.includes("prometheus") ? internetRules(specification, "notices of alerts") : []),
    ...(runsJobs(workload) ? internetRules(specification, "images and packages of jobs", true) : []),
    ...(proxied || runsJobs(workload) ? proxyRules(specification) : []),
    ...(mails && smtp !== undefined ? [rule("mail", hostPeers(smtp.host, specification), [smtp.port])] : []),
    ...databaseRules(services, specification),
    ...redisRules(services, specification),
    ...storageRules(services, specification),
    ...identityRules(services, specification),
    ...apiRules(workload, specification),
    // Some networks judge by the node's address, before it leads to the agent's pod.
    ...(agent && sendsTraces(workload)
      ? [rule("traces, by the address of the node", cidrs(networkBlocks(specification)), [4317])]
      : []),
  ];
}

/** What jobs connect to outside the namespace. */
export function jobRules({ specification }: KubernetesContext, jobs: JobPods): PlannedPolicyRule[] {
  if (jobs === "executor-jobs")
    return [...internetRules(specification, "images and packages of jobs", true), ...proxyRules(specification)];
  return [...databaseRules(["migrator"], specification), ...identityRules(["migrator"], specification)];
}

/** How every pod asks for names: of the cluster's DNS, and of what stands in for it on the node. */
export function dnsRules({ specification: { cloud, cluster } }: KubernetesContext): PlannedPolicyRule[] {
  const of = (peers: readonly PlannedPeer[], port: number): PlannedPolicyRule => ({
    peers,
    ports: (["UDP", "TCP"] as const).map((protocol) => ({ port, protocol })),
    reason: "names",
  });
  // In Auto Mode the nodes answer themselves, at the address of DNS in either of the default blocks of Services.
  const onNodes = cluster.autoMode ? cidrs(["172.20.0.10/32", "10.100.0.10/32"]) : [];
  return [
    of([{ namespace: "kube-system" }, { cidr: "169.254.20.10/32" }, ...onNodes], 53),
    ...(cloud === "existing" ? [of([{ namespace: "openshift-dns" }], 5353)] : []),
  ];
}

/** Who outside the namespace connects to a workload: whoever stands before the frontends. */
export function visitorRules({ specification }: KubernetesContext, workload: PlannedWorkload): PlannedPolicyRule[] {
  if (!servicesIn(workload).includes("sourcegraph-frontend")) return [];
  const { kubernetes, access } = specification;
  const { enabled, className = "", controllerNamespace } = kubernetes.ingress;
  const reason = "users, by the ingress";
  if (!enabled) return access.allowedCidrs.length === 0 ? [] : [rule("users", cidrs(access.allowedCidrs), [3080])];
  if (className === "alb") return [rule(reason, cidrs(networkBlocks(specification)), [3080])];
  if (!className.startsWith("gce"))
    return controllerNamespace === undefined ? [] : [rule(reason, [{ namespace: controllerNamespace }], [3080])];
  const proxies = kubernetes.ingress.internal || className === "gce-internal" ? networkBlocks(specification) : [];
  return [
    rule(reason, cidrs([...googleBlocks, ...proxies]), [3080]),
    rule("health checks of the load balancer", cidrs(googleBlocks), [6060]),
  ];
}
