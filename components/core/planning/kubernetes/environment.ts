import type { ObjectStorageFamily, Service, ServiceName } from "../../product/service";
import { holdsIn, serviceNamed } from "../../product/services";
import type { ContainerFacts, PodValue, WorkloadFacts } from "../../product/kubernetes/workload-facts";
import { kubernetesAddress, workloadOf } from "../../product/kubernetes/workloads";
import type { KubernetesSpecification } from "../config/specified";
import { configurationFilesOf } from "../configuration-files";
import { databasePrefixes, databaseLogin, databaseServices, signsInByIdentity } from "../database-environment";
import type { SecretPart } from "../secrets";
import { configurationEnvironment, givenEnvironment, proxyEnvironment } from "../service-environment";
import { objectStorageEnvironment } from "../store-environment";
import type { KubernetesContext } from "./context";
import type { Deployed } from "./deployed-workloads";
import { databaseSecret, environmentSecret, redisSecrets } from "./secret-names";
import type { PlannedPodContainer, PlannedPodValue } from "./workload";

type Variables = Record<string, PlannedPodValue>;

/** Services that are told where every instance of the services of search is. */
const toldOfInstances: readonly ServiceName[] = ["sourcegraph-frontend", "worker"];

function withScheme(scheme: "http" | undefined, address: string): string {
  return scheme === undefined ? address : `${scheme}://${address}`;
}

/** Addresses of all pods of a service, separated by spaces. */
function instances(service: ServiceName, port: number, scheme: "http" | undefined, deployed: Deployed): string {
  const workload = workloadOf(service);
  const count = workload === undefined ? 0 : deployed.replicas(workload);
  return Array.from({ length: count }, (_, ordinal) => {
    const address = kubernetesAddress(service, port, ordinal);
    return withScheme(scheme, `${address.host}:${address.port}`);
  }).join(" ");
}

/** The value of a variable; undefined where it says where something is that is not deployed, or does not go there. */
function resolved(value: PodValue, workload: WorkloadFacts, deployed: Deployed): PlannedPodValue | undefined {
  if (typeof value === "string" || "field" in value) return value;
  // Grafana reads the databases for nothing that is shipped, and anybody in it could do so with its login.
  if ("secret" in value) return value.secret === "grafana-auth" ? undefined : value;
  if ("claim" in value) {
    const claim = workload.claims.find(({ name }) => name === value.claim);
    return claim && String(deployed.claimGib(claim) * value.mbPerGib);
  }
  if ("addresses" in value) return instances(value.addresses, value.port, value.scheme, deployed);
  if (!("address" in value)) throw new Error(`${workload.name} has a variable that only compose can resolve`);
  if (!deployed.services.has(value.address)) return undefined;
  const { host, port } = kubernetesAddress(value.address, value.port);
  return withScheme(value.scheme, `${host}:${port}`);
}

/** What the chart tells a container, decided. */
function ownVariables(
  container: ContainerFacts,
  workload: WorkloadFacts,
  { specification }: KubernetesContext,
  deployed: Deployed,
): Variables {
  const agent = deployed.workloads.some(({ name }) => name === "otel-agent");
  const collector = kubernetesAddress("otel-collector", 4317);
  const variables: Variables = {};
  for (const { name, value, ...range } of container.environment) {
    if (!holdsIn(range, specification.release)) continue;
    const planned = resolved(value, workload, deployed);
    if (name === "DEPLOY_TYPE") variables[name] = "kubernetes";
    else if (agent || !name.startsWith("OTEL_")) {
      if (planned !== undefined) variables[name] = planned;
    } else if (name === "OTEL_EXPORTER_OTLP_ENDPOINT") variables[name] = `http://${collector.host}:${collector.port}`;
  }
  return variables;
}

function databaseVariables({ databases }: Service, specification: KubernetesSpecification): Variables {
  const variables: Variables = {};
  if (databases?.told === true)
    for (const [name] of databaseServices) {
      if (!databases.names.includes(name)) continue;
      const secret = databaseSecret(name);
      const { passwordSecret } = databaseLogin(name, specification);
      for (const key of ["database", "host", "password", "port", "user", "sslmode"] as const)
        if (key !== "password" || passwordSecret !== undefined)
          variables[`${databasePrefixes[name]}${key.toUpperCase()}`] = { secret, key };
    }
  if (databases !== undefined && signsInByIdentity(specification))
    variables["PG_CONNECTION_UPDATER"] = "EC2_ROLE_CREDENTIALS";
  return variables;
}

/** Where the instances of the services of search are: always said, so that nothing has to be looked up. */
function instanceVariables(service: Service, { specification }: KubernetesContext, deployed: Deployed): Variables {
  if (!toldOfInstances.includes(service.name)) return {};
  return Object.fromEntries(
    serviceNamed("sourcegraph-frontend").environment.flatMap(({ name, value, ...range }) =>
      typeof value === "object" && "addresses" in value && holdsIn(range, specification.release)
        ? [[name, instances(value.addresses, value.port, value.scheme, deployed)]]
        : [],
    ),
  );
}

/** Names that pods reach each other and the cluster by. */
function insideNames({ workloads }: Deployed): readonly string[] {
  const objects = workloads.flatMap(({ services }) => services.map(({ name }) => name));
  return [...objects, ".svc", ".svc.cluster.local"];
}

function tracingVariables({ name }: Service, { tracing }: KubernetesSpecification): Variables {
  if (!tracing || name !== "otel-collector") return {};
  const { host, port } = kubernetesAddress("jaeger", 4317);
  return { JAEGER_HOST: host, JAEGER_OTLP_GRPC_PORT: String(port) };
}

/** Frontends keep a copy of the site configuration in a file, which a user the image does not know has no place for. */
function foreignUserVariables({ name }: Service, { kubernetes }: KubernetesSpecification): Variables {
  return name === "sourcegraph-frontend" && kubernetes.userIds !== "image"
    ? { NO_SITE_CONFIG_ESCAPE_HATCH: "true" }
    : {};
}

/** Variables of a service whose values hold secrets beyond the logins of the stores: in a Secret of the service's own. */
export function secretVariables(
  service: Service,
  specification: KubernetesSpecification,
): Readonly<Record<string, readonly SecretPart[]>> {
  const given = givenEnvironment(specification.overrides[service.name]?.env);
  const stored = Object.entries(objectStorageEnvironment(service, specification).secretEnvironment).filter(
    ([name]) => given.environment[name] === undefined,
  );
  return { ...Object.fromEntries(stored), ...given.secretEnvironment };
}

/**
 * What a container is told. `$(NAME)` refers to earlier variables only: the chart's own come first, and a variable that is
 * replaced keeps its place.
 */
export function containerEnvironment(
  container: ContainerFacts,
  workload: WorkloadFacts,
  context: KubernetesContext,
  deployed: Deployed,
): PlannedPodContainer["environment"] {
  const { specification } = context;
  const own = ownVariables(container, workload, context, deployed);
  const list = (variables: Variables) => Object.entries(variables).map(([name, value]) => ({ name, value }));
  if (container.service === undefined) return list(own);
  const service = serviceNamed(container.service);
  const files = service.configurationFiles ? configurationFilesOf(specification) : {};
  const secret = environmentSecret(service.name);
  return list({
    ...own,
    ...databaseVariables(service, specification),
    ...(service.redis === true && redisSecrets),
    ...objectStorageEnvironment(service, specification).environment,
    ...instanceVariables(service, context, deployed),
    ...tracingVariables(service, specification),
    ...foreignUserVariables(service, specification),
    ...configurationEnvironment(specification, files),
    ...(service.proxied === true && proxyEnvironment(specification, insideNames(deployed))),
    ...givenEnvironment(specification.overrides[service.name]?.env).environment,
    ...Object.fromEntries(
      Object.keys(secretVariables(service, specification)).map((name) => [name, { secret, key: name }]),
    ),
  });
}

/** Whether a service opens something by the identity of its pods. */
export function needsIdentity(service: Service, specification: KubernetesSpecification): boolean {
  const { objectStorage } = specification;
  const buckets: readonly ObjectStorageFamily[] = service.objectStorage ?? [];
  const bucketByIdentity =
    objectStorage === "managed" || (typeof objectStorage === "object" && objectStorage.accessKeyIdSecret === undefined);
  return (
    (service.databases !== undefined && signsInByIdentity(specification)) || (buckets.length > 0 && bucketByIdentity)
  );
}
