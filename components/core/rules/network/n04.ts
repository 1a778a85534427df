import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Judgement, Rule } from "../rule";
import { bad, good, hasHidden, judgedBy, listAt, property, unseen, type Sight } from "../sights";
import { companionsOf, storesOf, type Store } from "../stores";
import { openingTypes, openPortSights } from "./open-ports";

/** What the inputs of a store, and of what refers to it, show. */
function closedSights(graph: Graph, store: Store): Sight[] {
  return (store.kind.closed ?? []).flatMap(({ input, value, byDefault, on }): Sight[] => {
    const wanted = { is: [value], fix: `set ${input} to ${String(value)}`, byDefault };
    if (on === undefined) return [property(store.resource.inputs, input, wanted)];
    const companions = companionsOf(graph, store, on);
    if (companions.length === 0 && byDefault === undefined)
      return [bad(`no ${on.type} is about it`, `make a ${on.type} that refers to it, with every flag on`)];
    return companions.map(({ name, inputs }) => {
      const sight = property(inputs, input, wanted);
      return { ...sight, because: `${sight.because} at ${name}` };
    });
  });
}

/** Whether a dataset lets everybody read. */
function datasetSights({ inputs }: GraphResource): Sight[] {
  const open = listAt(inputs, "accesses")
    .flatMap((access) => [valueAt(access, "specialGroup"), valueAt(access, "iamMember")])
    .filter((member) => member === "allAuthenticatedUsers" || member === "allUsers");
  if (open.length === 0 && hasHidden(inputs.accesses))
    return [unseen("accesses is known only after the deployment", "name identities that are known before")];
  return open.length === 0
    ? [good("accesses names nobody anonymous")]
    : [bad(`accesses lets ${open.join(", ")} in`, "name the identities that may")];
}

/** Routes of a table that lead to the internet, written on it or beside it. */
function opensTable(graph: Graph, table: GraphResource): boolean {
  const gateway = (resource: GraphResource, input: string): boolean =>
    graph.referred(resource, input).some(({ type }) => type === "aws:ec2/internetGateway");
  return (
    gateway(table, "routes") ||
    graph
      .ofType("aws:ec2/route")
      .some((route) => graph.referred(route, "routeTableId").includes(table) && gateway(route, "gatewayId"))
  );
}

/** Whether the subnets of databases have a way to the internet. */
function subnetSights(graph: Graph, resource: GraphResource): Sight[] {
  const subnets = graph.referred(resource, "subnetIds").filter(({ type }) => type === "aws:ec2/subnet");
  if (subnets.length === 0)
    return [unseen("its subnets are not of this program", "show that they have no route to an internet gateway")];
  const open = subnets.filter((subnet) =>
    graph
      .ofType("aws:ec2/routeTableAssociation")
      .filter((each) => graph.referred(each, "subnetId").includes(subnet))
      .flatMap((each) => graph.referred(each, "routeTableId"))
      .some((table) => opensTable(graph, table)),
  );
  const names = (each: readonly GraphResource[]): string => each.map(({ name }) => name).join(", ");
  return open.length === 0
    ? [good(`${names(subnets)} has no route to an internet gateway`)]
    : [bad(`${names(open)} has a route to an internet gateway`, "give it subnets without one")];
}

const pods = ["kubernetes:apps/v1/StatefulSet", "kubernetes:apps/v1/Deployment"];

/** Pods with claims that a Service leads to. */
function keepersBehind(graph: Graph, { inputs }: GraphResource): GraphResource[] {
  const selector = Object.entries((valueAt(inputs, "spec.selector") ?? {}) as Readonly<Record<string, unknown>>);
  const namespace = valueAt(inputs, "metadata.namespace");
  return graph.ofType(...pods).filter((pod) => {
    const labels = (valueAt(pod.inputs, "spec.template.metadata.labels") ?? {}) as Readonly<Record<string, unknown>>;
    const claims =
      listAt(pod.inputs, "spec.volumeClaimTemplates").length > 0 ||
      listAt(pod.inputs, "spec.template.spec.volumes").some((volume) => valueAt(volume, "persistentVolumeClaim"));
    return (
      claims &&
      selector.length > 0 &&
      namespace === valueAt(pod.inputs, "metadata.namespace") &&
      selector.every(([key, value]) => labels[key] === value)
    );
  });
}

function serviceSights(graph: Graph, resource: GraphResource): Sight[] {
  const keepers = keepersBehind(graph, resource);
  if (keepers.length === 0) return [];
  const sight = property(resource.inputs, "spec.type", {
    is: ["ClusterIP"],
    byDefault: "ClusterIP",
    fix: "set spec.type to ClusterIP",
  });
  return [{ ...sight, because: `${sight.because} in front of ${keepers.map(({ name }) => name).join(", ")}` }];
}

const beside: Readonly<Record<string, (graph: Graph, resource: GraphResource) => Sight[]>> = {
  "gcp:bigquery/dataset": (_, resource) => datasetSights(resource),
  "aws:rds/subnetGroup": subnetSights,
  "kubernetes:core/v1/Service": serviceSights,
  ...Object.fromEntries(
    openingTypes.map((type) => [type, (_: Graph, resource: GraphResource) => openPortSights(resource)]),
  ),
};

/** Stores are reached from within only. */
export const n04: Rule = {
  id: "B-N04",
  severity: "critical",
  statement: "No store has a public address.",
  proof:
    "the inputs that close each kind of store, the routes of database subnets, the Services in front of claims, and ports other than of pages that are open to the internet",
  judge: (graph) => {
    const stores = storesOf(graph).map((store) => ({
      resource: store.resource,
      sights: closedSights(graph, store),
    }));
    const others = graph
      .ofType(...Object.keys(beside))
      .map((resource) => ({ resource, sights: beside[resource.type]?.(graph, resource) ?? [] }));
    return [...stores, ...others]
      .filter(({ resource, sights }) => sights.length > 0 && appliesTo("B-N04", graph.factsOf(resource)))
      .map(({ resource, sights }): Judgement => judgedBy(resource.urn, sights));
  },
};
