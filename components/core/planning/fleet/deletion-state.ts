/** A resource in the state of a stack, as far as deletion is about it. */
export interface StateResource {
  /** Its name in the state, unique. */
  readonly urn: string;
  /** Type token. */
  readonly type: string;
  /** Id in the cloud; absent of components. */
  readonly id?: string;
  /** Whether it is something of a provider's. */
  readonly custom?: boolean;
  /** Whether the engine refuses to delete it. */
  readonly protect?: boolean;
  /** Whether it stays in the cloud when it leaves the state. */
  readonly retainOnDelete?: boolean;
  /** Component it belongs to. */
  readonly parent?: string;
  /** What it waits for. */
  readonly dependencies?: readonly string[];
  /** What it was asked for. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** What it came to. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Something in a cloud, by the names people find it by. */
export interface Thing {
  /** Type token. */
  readonly type: string;
  /** Name in the program. */
  readonly name: string;
  /** Id in the cloud. */
  readonly id: string;
}

/** A resource as people find it. */
export function thingOf({ urn, type, id = "" }: StateResource): Thing {
  return { type, name: urn.split("::").at(-1) ?? "", id };
}

/** The places instances live in: accounts and projects, which are closed by a step of their own or kept. */
const environments = ["aws:organizations/account:Account", "gcp:organizations/project:Project"];

/** Whether a resource is the account or project an instance lives in. */
export function isEnvironment({ type }: StateResource): boolean {
  return environments.includes(type);
}

/** Component of a customer's environment. */
const environmentComponent = "sourcegraph:customer-environment:CustomerEnvironment";

/** URNs of the account or project an instance lives in, and of what watches over it: guard rails, budget, trail, rights. */
export function environmentOf(resources: readonly StateResource[]): ReadonlySet<string> {
  const components = new Set(resources.filter(({ type }) => type === environmentComponent).map(({ urn }) => urn));
  const of = resources.filter(
    (each) => isEnvironment(each) || (each.parent !== undefined && components.has(each.parent) && isReal(each)),
  );
  return new Set(of.map(({ urn }) => urn));
}

/** Whether something is in a cloud: neither the stack itself, nor a provider, nor a component. */
export function isReal({ type, custom }: StateResource): boolean {
  return custom !== false && !type.startsWith("pulumi:");
}

/** What is held against deletion: data, and what opens it. */
export function heldOf<Resource extends StateResource>(resources: readonly Resource[]): Resource[] {
  const environment = environmentOf(resources);
  return resources.filter(({ urn, protect, custom }) => protect === true && custom !== false && !environment.has(urn));
}

/** A state whose environment is held, whatever the program had let go of: it goes by its own step or not at all. */
export function holdEnvironment<Resource extends StateResource>(resources: readonly Resource[]): Resource[] {
  const environment = environmentOf(resources);
  return resources.map((each) => (environment.has(each.urn) ? { ...each, protect: true } : each));
}

/** What else a provider looks at in the state before it deletes: without these nothing that holds data ever goes. */
const guards: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "aws:s3/bucket:Bucket": { forceDestroy: true },
  "aws:rds/instance:Instance": { deletionProtection: false },
  "aws:rds/cluster:Cluster": { deletionProtection: false },
  "gcp:storage/bucket:Bucket": { forceDestroy: true },
  "gcp:sql/databaseInstance:DatabaseInstance": { deletionProtection: false },
  "gcp:container/cluster:Cluster": { deletionProtection: false },
  "aws:organizations/account:Account": { closeOnDeletion: true },
  "gcp:organizations/project:Project": { deletionPolicy: "DELETE" },
};

/** A resource that nothing holds any more: the next destroy deletes it for good. */
function unguarded<Resource extends StateResource>(resource: Resource): Resource {
  const guard = guards[resource.type];
  const { protect: _protect, retainOnDelete: _retain, ...rest } = resource;
  return {
    ...rest,
    ...(guard === undefined
      ? {}
      : { inputs: { ...resource.inputs, ...guard }, outputs: { ...resource.outputs, ...guard } }),
  } as Resource;
}

/** What held a resource before its guards were lifted. */
export interface LiftedGuards extends Pick<StateResource, "urn" | "protect" | "retainOnDelete" | "inputs" | "outputs"> {
  /** Those of its inputs that hold it. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** The same of its outputs. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

function guardsOf({ urn, type, protect, retainOnDelete, inputs = {}, outputs = {} }: StateResource): LiftedGuards {
  const ofGuards = (values: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(values).filter(([key]) => key in (guards[type] ?? {})));
  return {
    urn,
    ...(protect === undefined ? {} : { protect }),
    ...(retainOnDelete === undefined ? {} : { retainOnDelete }),
    inputs: ofGuards(inputs),
    outputs: ofGuards(outputs),
  };
}

/** What holds some resources now, of those only that anything holds. */
export function liftedGuards(
  resources: readonly StateResource[],
  which: (resource: StateResource) => boolean,
): LiftedGuards[] {
  return resources
    .filter((each) => which(each) && JSON.stringify(unguarded(each)) !== JSON.stringify(each))
    .map(guardsOf);
}

/** The resources of a state with guards put back that were lifted; what is gone stays gone. */
export function guardsBack<Resource extends StateResource>(
  resources: readonly Resource[],
  lifted: readonly LiftedGuards[],
): Resource[] {
  // Of guards that were lifted more than once the first are what was there before.
  const before = new Map([...lifted].reverse().map((each) => [each.urn, each]));
  return resources.map((each) => {
    const was = before.get(each.urn);
    if (was === undefined) return each;
    const { inputs, outputs, ...held } = was;
    const without = (values: Readonly<Record<string, unknown>> = {}) =>
      Object.fromEntries(Object.entries(values).filter(([key]) => !(key in (guards[each.type] ?? {}))));
    return {
      ...each,
      ...held,
      ...(each.inputs === undefined ? {} : { inputs: { ...without(each.inputs), ...inputs } }),
      ...(each.outputs === undefined ? {} : { outputs: { ...without(each.outputs), ...outputs } }),
    };
  });
}

/**
 * The resources of a state with the guards of some lifted.
 *
 * @param which those whose guards are lifted; all others stay as they are
 */
export function liftGuards<Resource extends StateResource>(
  resources: readonly Resource[],
  which: (resource: Resource) => boolean,
): Resource[] {
  return resources.map((resource) => (which(resource) ? unguarded(resource) : resource));
}

/** Type of a cluster whose controllers make endpoint groups. */
export const gkeType = "gcp:container/cluster:Cluster";

/** A network of Google's by project and name, however it is written: as a URL, a path, or by its name alone. */
function networkPath(given: unknown, project: unknown): string {
  const text = typeof given === "string" ? given : "";
  return (
    /projects\/[^/]+\/global\/networks\/[^/]+$/.exec(text)?.[0] ?? `projects/${String(project)}/global/networks/${text}`
  );
}

/** GKE clusters whose network is of the same stack: in one that exists, what is beside them is of others. */
export function clustersInOwnNetwork(resources: readonly StateResource[]): StateResource[] {
  const own = resources
    .filter(({ type }) => type === "gcp:compute/network:Network")
    .map(({ outputs }) => networkPath(outputs?.["selfLink"] ?? outputs?.["name"], outputs?.["project"]));
  return resources.filter(
    ({ type, outputs }) => type === gkeType && own.includes(networkPath(outputs?.["network"], outputs?.["project"])),
  );
}

/** Kinds of Kubernetes objects that run something or lead the outside in; controllers clean up after them while the cluster is there. */
const workloads =
  /^kubernetes:(apps\/v1:(Deployment|StatefulSet|DaemonSet)|batch\/v1:(Job|CronJob)|networking\.k8s\.io\/v1:Ingress|core\/v1:Service|helm\.sh\/v3:Release)$/;

/** URNs of everything that waits for a resource, at once or through others, itself included. */
function dependentsOf(urn: string, resources: readonly StateResource[]): ReadonlySet<string> {
  const found = new Set([urn]);
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { urn: each, parent, dependencies = [] } of resources)
      if ((parent !== undefined && found.has(parent)) || dependencies.some((other) => found.has(other)))
        found.add(each);
  }
  return found;
}

/** URNs of the workload on a cluster: what runs, and what leads there; nothing that something protected waits for. */
export function workloadOf(resources: readonly StateResource[]): string[] {
  const kept = resources.filter(({ protect }) => protect === true).map(({ urn }) => urn);
  return resources
    .filter(({ type }) => workloads.test(type))
    .map(({ urn }) => urn)
    .filter((urn) => {
      const dependents = dependentsOf(urn, resources);
      return !kept.some((each) => dependents.has(each));
    });
}
