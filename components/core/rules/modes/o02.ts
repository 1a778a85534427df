import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import { boundaryOf, valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, inText, judgedBy, type Sight } from "../sights";
import { workloadOf } from "../workloads";

/** Inputs that fill a store with what another one held. */
const restored: Readonly<Record<string, readonly string[]>> = {
  "aws:rds/instance": ["snapshotIdentifier", "restoreToPointInTime", "replicateSourceDb"],
  "aws:rds/cluster": ["snapshotIdentifier", "restoreToPointInTime", "replicationSourceIdentifier"],
  "aws:elasticache/replicationGroup": ["snapshotName", "snapshotArns"],
  "aws:ebs/volume": ["snapshotId"],
  "gcp:sql/databaseInstance": ["clone", "restoreBackupContext", "pointInTimeRestoreContext"],
  "gcp:compute/disk": ["snapshot", "sourceDisk"],
};

function ofRestored({ type, inputs }: GraphResource): Sight[] {
  return (restored[type] ?? []).flatMap((input) => {
    const value = valueAt(inputs, input);
    if (value === undefined || value === null) return [];
    return [
      bad(`${input} is ${inText(value)}, which may be of production`, `remove ${input}; fill it with made-up data`),
    ];
  });
}

/** Host of an address that is no name within the deployment. */
function hostOf(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const host = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/\s]*@)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?(?:\/|$)/i.exec(
    value,
  )?.[1];
  return host === undefined || /^[\d.]+$/.test(host) || host.endsWith(".local") || host.endsWith(".internal")
    ? undefined
    : host;
}

const isAddress = /_(URL|ADDR|ADDRESS|HOST|ENDPOINT)$/;

/** Whether a host is a pod of a Service of the program, such as `searcher-0.searcher`. */
function isPod(graph: Graph, host: string): boolean {
  const [, service, ...rest] = host.split(".");
  const services = graph.ofType("kubernetes:core/v1/Service").map(({ inputs }) => valueAt(inputs, "metadata.name"));
  return rest.length === 0 && services.includes(service);
}

function ofAddresses(graph: Graph, resource: GraphResource, { development }: BoundaryFacts): Sight[] {
  const domain = development?.domain;
  if (domain === undefined) return [];
  const variables = workloadOf(resource)?.containers.flatMap((container) => container.variables) ?? [];
  return variables
    .filter(({ name }) => isAddress.test(name))
    .flatMap(({ name, value }) => {
      const host = hostOf(value);
      if (host === undefined || isPod(graph, host)) return [];
      return [
        host === domain || host.endsWith(`.${domain}`)
          ? good(`${name} is at ${host}`)
          : bad(`${name} is at ${host}`, `use an address that ends in ${domain}`),
      ];
    });
}

function ofOthers(graph: Graph, resource: GraphResource): Sight[] {
  return Object.keys(resource.refers)
    .flatMap((input) =>
      graph.referred(resource, input).map((other) => ({ input, stage: graph.factsOf(other).stage, other })),
    )
    .filter(({ stage }) => stage !== undefined && stage !== "development")
    .map(({ input, stage = "", other }) =>
      bad(`${input} is made from ${other.name}, which is for ${stage}`, "make one for development"),
    );
}

function ofLicence(resource: GraphResource): Sight[] {
  const licence = boundaryOf(resource)?.facts.settings?.licence;
  if (licence === undefined) return [];
  if (licence.includes("dev")) return [good("its licence is for development")];
  if (licence.includes("internal")) return [good("its licence is for use within the company")];
  return [bad(`its licence is for ${licence.join(", ") || "anything"}`, "use a licence of kind dev")];
}

/** Development has nothing of production. */
export const o02: Rule = {
  id: "B-O02",
  severity: "critical",
  alone: true,
  statement: "Development never touches what is of production.",
  proof: "what resources for development are made from and filled with, addresses that they use, and their licence",
  judge: (graph) =>
    graph.resources
      .filter((resource) => {
        const facts = graph.factsOf(resource);
        return facts.stage === "development" && appliesTo("B-O02", facts);
      })
      .flatMap((resource) => {
        const sights = [
          ...ofRestored(resource),
          ...ofAddresses(graph, resource, graph.factsOf(resource)),
          ...ofOthers(graph, resource),
          ...ofLicence(resource),
        ];
        return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
      }),
};
