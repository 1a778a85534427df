import { factTags, Graph, tagInputs, valueAt, type GraphResource } from "../../../components/core/rules/graph";
import {
  companionsOf,
  keyTypes,
  storeKindOf,
  volumeTypes,
  type ClosingInput,
} from "../../../components/core/rules/stores";
import { added, changed, replaced, restated, withValue } from "../../support/graph-changes";
import { properties } from "./properties";

/** A graph in which one thing is weaker than it was. */
export interface Mutant {
  /** What was done, the same for every resource of a kind: by this it is listed where no rule can see it. */
  readonly kind: string;
  /** Name of the resource it was done to. */
  readonly to: string;
  readonly graph: Graph;
}

/** What is given as an assembly, and taken away as a whole. */
const takenAway: readonly string[] = [
  "aws:wafv2/webAclAssociation",
  "gcp:compute/securityPolicy",
  "gcp:monitoring/uptimeCheckConfig",
  "aws:route53/healthCheck",
  "aws:networkfirewall/firewall",
  "gcp:binaryauthorization/policy",
];

const podTypes = ["Deployment", "StatefulSet", "DaemonSet"].map((kind) => `kubernetes:apps/v1/${kind}`);

/** A resource that nobody of ours made. */
const handMade: readonly { readonly type: string; readonly inputs: Readonly<Record<string, unknown>> }[] = [
  { type: "aws:iam/accessKey", inputs: { user: "somebody" } },
  { type: "gcp:serviceaccount/key", inputs: { serviceAccountId: "somebody" } },
  { type: "gcp:storage/hmacKey", inputs: { serviceAccountEmail: "somebody" } },
  { type: "aws:s3/bucket", inputs: {} },
  { type: "gcp:storage/bucket", inputs: { location: "US" } },
  { type: "aws:rds/instance", inputs: { publiclyAccessible: true } },
  { type: "gcp:sql/databaseInstance", inputs: { settings: {} } },
  { type: "aws:lb/listener", inputs: { port: 80, protocol: "HTTP", defaultActions: [{ type: "forward" }] } },
];

function ofStores(graph: Graph, resource: GraphResource): Mutant[] {
  const kind = storeKindOf(resource);
  if (kind === undefined) return [];
  const { type, name: to } = resource;
  const [keyInput = ""] = kind.key.split(".");
  const companions = (on: NonNullable<ClosingInput["on"]>) => companionsOf(graph, { resource, kind }, on);
  const keyed = kind.keyOn === undefined ? [resource] : companions(kind.keyOn);
  const closings = (kind.closed ?? []).flatMap((closing): Mutant[] => {
    const holders = closing.on === undefined ? [resource] : companions(closing.on);
    return holders.flatMap((holder) =>
      valueAt(holder.inputs, closing.input) === closing.value ||
      (valueAt(holder.inputs, closing.input) === undefined && closing.byDefault === closing.value)
        ? [
            {
              kind: `${type}: ${closing.input} opened`,
              to,
              graph: replaced(
                graph,
                changed(holder, closing.input, typeof closing.value === "boolean" ? !closing.value : "inherited"),
              ),
            },
          ]
        : [],
    );
  });
  const closers = new Set((kind.closed ?? []).flatMap(({ on }) => (on === undefined ? [] : companions(on))));
  return [
    ...keyed
      .filter(({ inputs }) => valueAt(inputs, kind.key) !== undefined)
      .map((holder) => ({
        kind: `${type}: ${kind.key} removed`,
        to,
        graph: replaced(graph, changed(holder, keyInput, undefined)),
      })),
    ...(kind.keyOn === undefined
      ? []
      : keyed.map(({ urn }) => ({
          kind: `${type}: without ${kind.keyOn?.type ?? ""}`,
          to,
          graph: replaced(graph, { gone: urn }),
        }))),
    ...closings,
    ...[...closers].map(({ urn, type: closer }) => ({
      kind: `${type}: without ${closer}`,
      to,
      graph: replaced(graph, { gone: urn }),
    })),
    { kind: `${type}: class removed`, to, graph: unclassified(graph, resource) },
  ];
}

/** The same resource with a tag of a fact changed, or removed. */
function retagged(resource: GraphResource, tag: string, to: string | undefined): GraphResource {
  return tagInputs.reduce(
    (each, input) =>
      valueAt(each.inputs, `${input}.${tag}`) === undefined
        ? each
        : { ...each, inputs: withValue(each.inputs, `${input}.${tag}`, to) as GraphResource["inputs"] },
    resource,
  );
}

/** The graph with a tag of every resource changed, or removed. */
const retaggedAll = (graph: Graph, tag: string, to: string | undefined): Graph =>
  new Graph(
    graph.resources.map((resource) => retagged(resource, tag, to)),
    graph.neighbours,
  );

/** A store of which nobody says what it holds. */
function unclassified(graph: Graph, resource: GraphResource): Graph {
  const bare = retagged(resource, factTags.dataClasses, undefined);
  return restated(
    replaced(graph, bare),
    ({ dataClasses, ...facts }, of) =>
      dataClasses === undefined || of === resource.type || of === resource.name ? facts : { ...facts, dataClasses },
    (edges) => edges.filter((edge) => edge.kind !== "stores" || edge.to !== resource.name),
  );
}

function ofRows(graph: Graph, resource: GraphResource): Mutant[] {
  return properties.flatMap(({ types, input, to, always, from, zones, without, shared }): Mutant[] => {
    if (!types.includes(resource.type)) return [];
    const value = valueAt(resource.inputs, input);
    if ((value === undefined && always !== true) || value === to) return [];
    if (from !== undefined && !from.includes(value)) return [];
    const facts = graph.factsOf(resource);
    if (zones?.includes(facts.zone) === false || (shared === true && facts.tenant !== undefined)) return [];
    const told =
      typeof to === "string" && to.length < 40
        ? to
        : to === undefined
          ? "nothing"
          : typeof to === "string"
            ? "everybody"
            : JSON.stringify(to);
    return [
      {
        kind: `${resource.type}: ${input} to ${told}`,
        to: resource.name,
        graph: replaced(
          graph,
          changed(without === undefined ? resource : changed(resource, without, undefined), input, to),
        ),
      },
    ];
  });
}

function ofPods(graph: Graph, resource: GraphResource): Mutant[] {
  if (!podTypes.includes(resource.type)) return [];
  const at = "spec.template.spec";
  const image = valueAt(resource.inputs, `${at}.containers.0.image`);
  const mutant = (what: string, path: string, value: unknown): Mutant => ({
    kind: `${resource.type}: ${what}`,
    to: resource.name,
    graph: replaced(graph, { ...resource, inputs: withValue(resource.inputs, path, value) as GraphResource["inputs"] }),
  });
  return [
    ...(typeof image === "string"
      ? [mutant("image by tag", `${at}.containers.0.image`, image.replace(/@sha256:.*/, ""))]
      : []),
    mutant("image of somebody else", `${at}.containers.0.image`, `ghcr.io/somebody/else@sha256:${"0".repeat(64)}`),
    mutant("password in the open", `${at}.containers.0.env`, [{ name: "PGPASSWORD", value: "in-the-open" }]),
  ];
}

function ofPolicies(graph: Graph, resource: GraphResource): Mutant[] {
  if (resource.type !== "kubernetes:networking.k8s.io/v1/NetworkPolicy") return [];
  return (["ingress", "egress"] as const).map((way) => ({
    kind: `${resource.type}: ${way} from and to anywhere`,
    to: resource.name,
    graph: replaced(graph, {
      ...resource,
      inputs: withValue(resource.inputs, `spec.${way}`, [{}]) as GraphResource["inputs"],
    }),
  }));
}

/** Caches are filled again; what only belongs to a store is judged where it is missing. */
function isKept(resource: GraphResource): boolean {
  const kind = storeKindOf(resource);
  if (kind !== undefined) return kind.what !== "cache" && kind.what !== "logs" && kind.what !== "stream";
  return keyTypes.includes(resource.type) || volumeTypes.includes(resource.type);
}

/** A namespace without the policies that close every pod. */
function ofNamespaces(graph: Graph, resource: GraphResource): Mutant[] {
  if (resource.type !== "kubernetes:core/v1/Namespace") return [];
  const closing = graph
    .ofType("kubernetes:networking.k8s.io/v1/NetworkPolicy")
    .filter(
      ({ inputs }) =>
        valueAt(inputs, "metadata.namespace") === valueAt(resource.inputs, "metadata.name") &&
        JSON.stringify(valueAt(inputs, "spec.podSelector")) === "{}",
    );
  if (closing.length === 0) return [];
  const open = closing.reduce((each, { urn }) => replaced(each, { gone: urn }), graph);
  return [{ kind: "kubernetes:core/v1/Namespace: nothing closes every pod", to: resource.name, graph: open }];
}

function ofGuards(graph: Graph, resource: GraphResource): Mutant[] {
  const { stage = "production" } = graph.factsOf(resource);
  if (stage !== "production" || !isKept(resource) || (!resource.protected && !resource.retained)) return [];
  return [
    {
      kind: `${resource.type}: not protected`,
      to: resource.name,
      graph: replaced(graph, { ...resource, protected: false, retained: false }),
    },
  ];
}

function ofFacts(graph: Graph): Mutant[] {
  const zones = new Set(
    graph.resources.map((resource) => graph.factsOf(resource).zone).filter((zone) => zone !== undefined),
  );
  const others = (["admin", "dotcom", "single-tenant", "dev-monolith"] as const).filter((zone) => !zones.has(zone));
  const mutant = (
    kind: string,
    tag: string,
    to: string | undefined,
    change: Parameters<typeof restated>[1],
  ): Mutant => ({
    kind: `facts: ${kind}`,
    to: "every component",
    graph: retaggedAll(restated(graph, change), tag, to),
  });
  return [
    mutant("owner removed", factTags.owner, undefined, ({ owner: _owner, ...facts }) => facts),
    mutant("zone removed", factTags.zone, undefined, ({ zone: _zone, ...facts }) => facts),
    ...others.map((zone) =>
      mutant(`zone changed to ${zone}`, factTags.zone, zone, (facts) =>
        facts.zone === undefined ? facts : { ...facts, zone },
      ),
    ),
  ];
}

/** Every way in which a stack can be made weaker, one at a time. */
export function mutantsOf(graph: Graph): Mutant[] {
  return [
    ...graph.resources.flatMap((resource) => [
      ...ofStores(graph, resource),
      ...ofRows(graph, resource),
      ...ofPods(graph, resource),
      ...ofPolicies(graph, resource),
      ...ofNamespaces(graph, resource),
      ...ofGuards(graph, resource),
      ...(takenAway.includes(resource.type)
        ? [{ kind: `without ${resource.type}`, to: resource.name, graph: replaced(graph, { gone: resource.urn }) }]
        : []),
    ]),
    ...handMade.map(({ type, inputs }) => ({
      kind: `made by hand: ${type}`,
      to: "the stack",
      graph: added(graph, { type, name: "made-by-hand", inputs }),
    })),
    ...ofFacts(graph),
  ];
}
