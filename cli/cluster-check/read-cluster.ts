import type {
  Answer,
  ClaimFact,
  ClusterFacts,
  NamespaceFact,
  NodeFact,
  PlannedKind,
  RightFact,
  StorageClassFact,
  WorkloadFact,
} from "../../components/core/planning/kubernetes/cluster-facts";
import { issuerOf } from "../../components/core/planning/kubernetes/cluster-findings";
import type { KubernetesPlan } from "../../components/core/planning/kubernetes/kubernetes-plan";
import { gibOf, quantityValue } from "../../components/core/planning/kubernetes/quantities";
import type { Ask } from "./kubectl";

type Texts = Readonly<Record<string, string>>;

/** The parts of objects that are looked at, as the API gives them. */
interface Live {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Texts;
    readonly annotations?: Texts;
    readonly deletionTimestamp?: string;
  };
  readonly provisioner?: string;
  readonly allowVolumeExpansion?: boolean;
  readonly value?: number;
  readonly data?: Texts;
  readonly subjects?: readonly { readonly namespace?: string }[];
  readonly spec?: {
    readonly storageClassName?: string;
    readonly resources?: { readonly requests?: Texts };
    readonly selector?: { readonly matchLabels?: Texts };
    readonly taints?: NodeFact["taints"];
    readonly unschedulable?: boolean;
  };
  readonly status?: { readonly allocatable?: Texts };
}

function parsed<Value>(answer: Answer<string>, read: (text: string) => Value): Answer<Value> {
  if ("unproven" in answer) return answer;
  try {
    return { known: read(answer.known) };
  } catch {
    return { unproven: "kubectl gave an answer that is not understood" };
  }
}

const itemsOf = (text: string): readonly Live[] => (JSON.parse(text) as { items: readonly Live[] }).items;
const objectOf = (text: string): Live | undefined => (text.trim() === "" ? undefined : (JSON.parse(text) as Live));
const linesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "");

const isTrue = (annotations: Texts | undefined, key: string): boolean => annotations?.[key] === "true";

function storageClassOf({ metadata, provisioner = "", allowVolumeExpansion = false }: Live): StorageClassFact {
  const { name, annotations } = metadata;
  const isDefault = isTrue(annotations, "storageclass.kubernetes.io/is-default-class");
  return { name, provisioner, expandable: allowVolumeExpansion, isDefault };
}

function namespaceOf(live: Live | undefined): NamespaceFact | undefined {
  if (live === undefined) return undefined;
  const enforces = live.metadata.labels?.["pod-security.kubernetes.io/enforce"];
  return { ...(enforces !== undefined && { enforces }), ending: live.metadata.deletionTimestamp !== undefined };
}

function claimOf({ metadata, spec }: Live): ClaimFact {
  const storageClass = spec?.storageClassName;
  return {
    name: metadata.name,
    sizeGib: gibOf(spec?.resources?.requests?.["storage"] ?? ""),
    ...(storageClass !== undefined && { storageClass }),
  };
}

function workloadOf({ kind, metadata, spec }: Live): WorkloadFact {
  const helmRelease = metadata.annotations?.["meta.helm.sh/release-name"];
  const selector = spec?.selector?.matchLabels ?? {};
  return { kind, name: metadata.name, selector, ...(helmRelease !== undefined && { helmRelease }) };
}

function nodeOf({ metadata, spec, status }: Live): NodeFact {
  return {
    cpus: quantityValue(status?.allocatable?.["cpu"] ?? ""),
    memoryGib: gibOf(status?.allocatable?.["memory"] ?? ""),
    labels: metadata.labels ?? {},
    taints: spec?.taints ?? [],
    cordoned: spec?.unschedulable === true,
  };
}

const verbs = ["create", "patch"] as const;

/** Asks for every right in one go: the API server answers each review at once, and keeps none. */
async function rightsOf(ask: Ask, kinds: readonly PlannedKind[], namespace: string): Promise<Answer<RightFact[]>> {
  const wanted = kinds.flatMap(({ resource, namespaced }) => verbs.map((verb) => ({ resource, verb, namespaced })));
  const items = wanted.map(({ resource, verb, namespaced }) => {
    const [name, ...group] = resource.split(".");
    const attributes = { verb, resource: name, group: group.join("."), ...(namespaced && { namespace }) };
    return {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: attributes },
    };
  });
  const review = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const said = await ask(["create", "--filename=-", "--output=jsonpath={.status.allowed}{'\\n'}"], review);
  return parsed(said, (text) => {
    const allowed = linesOf(text);
    if (allowed.length !== wanted.length) throw new Error("not every right was answered");
    return wanted.map(({ resource, verb }, index) => ({ resource, verb, allowed: allowed[index] === "true" }));
  });
}

/** Autoscalers that leave a trace: Karpenter and EKS Auto Mode by their kinds, the others by the report they write. */
async function autoscaledBy(ask: Ask, kinds: Answer<readonly string[]>): Promise<Answer<boolean>> {
  const known = "known" in kinds ? kinds.known : [];
  if (known.some((kind) => /^nodepools\.karpenter\.sh$|^clusterautoscalers\.autoscaling\.openshift\.io$/.test(kind)))
    return { known: true };
  const report = await ask([
    "get",
    "configmap",
    "cluster-autoscaler-status",
    "--namespace=kube-system",
    "--ignore-not-found",
    "--output=name",
  ]);
  return parsed(report, (text) => text.trim() !== "");
}

/** The same reason for every question: the cluster cannot be reached at all. */
function nothingOf(reason: string): ClusterFacts {
  const unproven = { unproven: reason };
  return {
    version: unproven,
    kinds: unproven,
    ingressClasses: unproven,
    storageClasses: unproven,
    snapshotClasses: unproven,
    priorityClasses: unproven,
    namespace: unproven,
    owner: unproven,
    claims: unproven,
    workloads: unproven,
    bindings: unproven,
    issuer: unproven,
    nodes: unproven,
    autoscaled: unproven,
    rights: unproven,
  };
}

/**
 * Reads from a cluster what a plan depends on; nothing is changed, and no Secret is read.
 *
 * @param bindings names of the cluster role bindings that are made
 */
export async function readCluster(
  ask: Ask,
  plan: KubernetesPlan,
  kinds: readonly PlannedKind[],
  bindings: readonly string[],
): Promise<ClusterFacts> {
  const version = parsed(
    await ask(["version", "--output=json"]),
    (text) => (JSON.parse(text) as { serverVersion: { gitVersion: string } }).serverVersion.gitVersion,
  );
  // Without a first answer every other question would wait for its own time to run out.
  if ("unproven" in version) return nothingOf(version.unproven);
  const within = `--namespace=${plan.namespace.name}`;
  const items = async <Value>(args: readonly string[], read: (live: Live) => Value): Promise<Answer<Value[]>> =>
    parsed(await ask(["get", ...args, "--output=json"]), (text) => itemsOf(text).map(read));
  const one = async <Value>(args: readonly string[], read: (live: Live | undefined) => Value): Promise<Answer<Value>> =>
    parsed(await ask(["get", ...args, "--ignore-not-found", "--output=json"]), (text) => read(objectOf(text)));
  const known = parsed(await ask(["api-resources", "--output=name"]), linesOf);
  const has = (kind: string): boolean => "known" in known && known.known.includes(kind);
  const issuer = issuerOf(plan.ingress?.annotations ?? {});
  const issuerKind = issuer === undefined ? "" : `${issuer.kind.toLowerCase()}s.cert-manager.io`;
  const [ingressClasses, storageClasses, snapshotClasses, priorityClasses, namespace, owner] = await Promise.all([
    items(["ingressclasses"], ({ metadata: { name, annotations } }) => ({
      name,
      isDefault: isTrue(annotations, "ingressclass.kubernetes.io/is-default-class"),
    })),
    items(["storageclasses"], storageClassOf),
    has("volumesnapshotclasses.snapshot.storage.k8s.io")
      ? items(["volumesnapshotclasses"], ({ metadata }) => metadata.name)
      : { known: [] },
    items(["priorityclasses"], ({ metadata: { name }, value = 0 }) => ({ name, value })),
    one(["namespace", plan.namespace.name], namespaceOf),
    one(["configmap", "sourcegraph-instance", within], (live) => live?.data?.["owner"]),
  ]);
  const [claims, workloads, ownBindings, issuerThere, nodes, autoscaled, rights] = await Promise.all([
    items(["persistentvolumeclaims", within], claimOf),
    items(["deployments,statefulsets,daemonsets", within], workloadOf),
    bindings.length === 0
      ? { known: [] }
      : items(["clusterrolebindings"], ({ metadata, subjects = [] }) => ({
          name: metadata.name,
          namespaces: subjects.flatMap((subject) => subject.namespace ?? []),
        })),
    issuer === undefined || !has(issuerKind)
      ? { known: false }
      : one([issuerKind, issuer.name, ...(issuer.kind === "Issuer" ? [within] : [])], (live) => live !== undefined),
    items(["nodes"], nodeOf),
    autoscaledBy(ask, known),
    rightsOf(ask, kinds, plan.namespace.name),
  ]);
  return {
    version,
    kinds: known,
    ingressClasses,
    storageClasses,
    snapshotClasses,
    priorityClasses,
    namespace,
    owner,
    claims,
    workloads,
    bindings: parsedBindings(ownBindings, bindings),
    issuer: issuerThere,
    nodes,
    autoscaled,
    rights,
  };
}

function parsedBindings(answer: ClusterFacts["bindings"], names: readonly string[]): ClusterFacts["bindings"] {
  return "unproven" in answer ? answer : { known: answer.known.filter(({ name }) => names.includes(name)) };
}
