import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, unseen, type Sight } from "../sights";
import { workloadsOf } from "../workloads";
import { identityTypes } from "./grants";

/** Something that runs as an identity. */
interface Runner {
  readonly resource: GraphResource;
  /** Service it is of, apart from the same service of another zone, stage or cell. */
  readonly service: string;
  /** Cell, which has a cluster of its own. */
  readonly cell?: string;
  readonly input: string;
  readonly value: unknown;
  /** Identity of the program that it runs as. */
  readonly identity?: GraphResource;
}

/** Roles that pods get from outside the cluster. */
const podIdentity = { type: "aws:eks/podIdentityAssociation", input: "roleArn" } as const;

function runnerOf(graph: Graph, resource: GraphResource, input: string, value: unknown): Runner {
  const { zone, stage, cell, service } = graph.factsOf(resource);
  const [top = input] = input.split(".");
  const identity = graph.referred(resource, top).find(({ type }) => identityTypes.includes(type));
  const within = [zone, stage, cell].filter((each) => each !== undefined).join(" ");
  return {
    resource,
    service: `${service ?? resource.name}${within === "" ? "" : ` of ${within}`}`,
    ...(cell === undefined ? {} : { cell }),
    input,
    value,
    ...(identity === undefined ? {} : { identity }),
  };
}

function runnersOf(graph: Graph): Runner[] {
  return [
    ...workloadsOf(graph).map(({ resource, identity: { input, value } }) => runnerOf(graph, resource, input, value)),
    ...graph
      .ofType(podIdentity.type)
      .map((resource) => runnerOf(graph, resource, podIdentity.input, valueAt(resource.inputs, podIdentity.input))),
  ];
}

/** What tells the identity of a runner from every other; accounts of Kubernetes are of a namespace of a cluster. */
function keyOf({ resource, cell, value, identity }: Runner): string | undefined {
  if (identity !== undefined) return identity.urn;
  const namespace = valueAt(resource.inputs, "metadata.namespace");
  const place = [cell, namespace].map((each) => (typeof each === "string" ? `${each}/` : "")).join("");
  return typeof value === "string" ? `${place}${value}` : undefined;
}

const isDefault = (value: unknown): boolean =>
  typeof value === "string" &&
  (value === "default" ||
    value.endsWith("-compute@developer.gserviceaccount.com") ||
    value.endsWith("@appspot.gserviceaccount.com"));

/** Whether pods get no token of their account, and so no identity: neither the cluster nor the cloud knows them by it. */
function tokenless({ resource, input }: Runner): boolean {
  const pod = input.split(".").slice(0, -1).join(".");
  return (
    resource.type.startsWith("kubernetes:") && valueAt(resource.inputs, `${pod}.automountServiceAccountToken`) === false
  );
}

function sightsOf(runner: Runner, runners: readonly Runner[]): Sight[] {
  const { input, value, identity, service } = runner;
  const fix = `set ${input} to an identity that is only for ${service}`;
  if (isDefault(value) && tokenless(runner))
    return [good(`${input} is ${inText(value)}, whose token its pods do not have`)];
  if (isDefault(value)) return [bad(`${input} is ${inText(value)}, which everything shares that names none`, fix)];
  const key = keyOf(runner);
  if (key === undefined)
    return [
      isHidden(value)
        ? unseen(`${input} is ${inText(value)}`, fix)
        : bad(`${input} is not set, so it runs as whatever is the default`, fix),
    ];
  const others = runners.filter((other) => keyOf(other) === key && other.service !== service);
  const name = identity?.name ?? inText(value);
  if (others.length > 0)
    return [
      bad(
        `${input} is ${name}, which ${[...new Set(others.map((other) => other.service))].join(" and ")} has too`,
        fix,
      ),
    ];
  return [good(`${input} is ${name}`)];
}

/** No two services share an identity. */
export const i01: Rule = {
  id: "B-I01",
  severity: "critical",
  statement: "Every service has one identity of the cloud, of its own in every environment.",
  proof: "the role or service account of every task, service, job and pod, and who else has it",
  judge: (graph) => {
    const runners = runnersOf(graph);
    return runners
      .filter(({ resource }) => appliesTo("B-I01", graph.factsOf(resource)))
      .map((runner) => judgedBy(runner.resource.urn, sightsOf(runner, runners)));
  },
};
