import type { StatedContainer } from "./facts";
import { secretValue, unknownValue, valueAt, type Graph, type GraphResource } from "./graph";

/** A variable of a container. */
export interface WorkloadVariable {
  readonly name: string;
  /** Plain value; {@link unknownValue} or {@link secretValue} where it cannot be seen; absent where it is a reference. */
  readonly value?: unknown;
  /** Secret it is taken from, with the version or key. */
  readonly secret?: { readonly name: unknown; readonly version?: unknown };
}

/** A container of a workload. */
export interface WorkloadContainer {
  readonly name: string;
  readonly image: unknown;
  readonly variables: readonly WorkloadVariable[];
}

/** Something that runs containers. */
export interface Workload {
  readonly resource: GraphResource;
  /** Its containers, as far as they can be seen. */
  readonly containers: readonly WorkloadContainer[];
  /** Whether containers or variables are known only after the deployment. */
  readonly unseen: boolean;
  /** Input that names the identity it runs as, and its value. */
  readonly identity: { readonly input: string; readonly value: unknown };
  /** Whether it ends by itself. */
  readonly job: boolean;
}

interface WorkloadKind {
  readonly type: string;
  readonly containers: string;
  readonly variables: string;
  readonly identity: string;
  readonly job?: true;
}

const kubernetesPod = (type: string, pod: string, job?: true): WorkloadKind => ({
  type,
  containers: `${pod}.containers`,
  variables: "env",
  identity: `${pod}.serviceAccountName`,
  ...(job === undefined ? {} : { job }),
});

const workloadKinds: readonly WorkloadKind[] = [
  { type: "aws:ecs/taskDefinition", containers: "containerDefinitions", variables: "", identity: "taskRoleArn" },
  {
    type: "gcp:cloudrunv2/service",
    containers: "template.containers",
    variables: "envs",
    identity: "template.serviceAccount",
  },
  {
    type: "gcp:cloudrunv2/job",
    containers: "template.template.containers",
    variables: "envs",
    identity: "template.template.serviceAccount",
    job: true,
  },
  kubernetesPod("kubernetes:apps/v1/Deployment", "spec.template.spec"),
  kubernetesPod("kubernetes:apps/v1/StatefulSet", "spec.template.spec"),
  kubernetesPod("kubernetes:apps/v1/DaemonSet", "spec.template.spec"),
  kubernetesPod("kubernetes:core/v1/Pod", "spec"),
  kubernetesPod("kubernetes:batch/v1/Job", "spec.template.spec", true),
  kubernetesPod("kubernetes:batch/v1/CronJob", "spec.jobTemplate.spec.template.spec", true),
];

/** Types of resources that run containers. */
export const workloadTypes: readonly string[] = workloadKinds.map(({ type }) => type);

/** A text that holds JSON, as its value; what cannot be seen stays so. */
export function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Variables of a container of Cloud Run or of a pod, which differ in how a secret is named. */
function variable(given: unknown): WorkloadVariable {
  const name = textOf(valueAt(given, "name"));
  const cloudRun = valueAt(given, "valueSource.secretKeyRef");
  if (cloudRun !== undefined)
    return { name, secret: { name: valueAt(cloudRun, "secret"), version: valueAt(cloudRun, "version") } };
  const pod = valueAt(given, "valueFrom.secretKeyRef");
  if (pod !== undefined) return { name, secret: { name: valueAt(pod, "name"), version: valueAt(pod, "key") } };
  return { name, value: valueAt(given, "value") };
}

/** Variables of a container of ECS, which lists those from secrets apart. */
function taskVariables(container: unknown): WorkloadVariable[] {
  return [
    ...listOf(valueAt(container, "environment")).map(variable),
    ...listOf(valueAt(container, "secrets")).map((given): WorkloadVariable => ({
      name: textOf(valueAt(given, "name")),
      secret: { name: valueAt(given, "valueFrom") },
    })),
  ];
}

/** The workload that a resource is; undefined for everything else. */
export function workloadOf(resource: GraphResource): Workload | undefined {
  const kind = workloadKinds.find(({ type }) => type === resource.type);
  if (kind === undefined) return undefined;
  const given = parsed(valueAt(resource.inputs, kind.containers));
  const hidden = (value: unknown): boolean => value === unknownValue || value === secretValue;
  const unseen = hidden(given) || listOf(given).some((each) => hidden(valueAt(each, kind.variables || "environment")));
  const containers = listOf(given).map((container): WorkloadContainer => {
    const variables =
      kind.variables === "" ? taskVariables(container) : listOf(valueAt(container, kind.variables)).map(variable);
    return { name: textOf(valueAt(container, "name")), image: valueAt(container, "image"), variables };
  });
  const identity = { input: kind.identity, value: valueAt(resource.inputs, kind.identity) };
  return { resource, containers, unseen, identity, job: kind.job === true };
}

function stated({ name, image, variables }: StatedContainer): WorkloadContainer {
  return {
    name,
    image,
    variables: Object.entries(variables).map(([variableName, given]) =>
      "secret" in given ? { name: variableName, secret: { name: given.secret } } : { name: variableName, ...given },
    ),
  };
}

/** Everything that runs containers. What is hidden in one text until the deployment is as the component states it. */
export function workloadsOf(graph: Graph): Workload[] {
  return graph.resources.flatMap((resource): Workload[] => {
    const workload = workloadOf(resource);
    const { containers } = graph.factsOf(resource);
    if (workload === undefined) return [];
    if (!workload.unseen || workload.containers.length > 0 || containers === undefined) return [workload];
    return [{ ...workload, containers: containers.map(stated), unseen: false }];
  });
}

/** Every variable of a workload of this name. */
export function variablesOf({ containers }: Workload, name: string): WorkloadVariable[] {
  return containers.flatMap(({ variables }) => variables.filter((each) => each.name === name));
}
