import assert from "node:assert/strict";
import {
  resourceOf,
  type Answer,
  type ClusterFacts,
} from "../../../../components/core/planning/kubernetes/cluster-facts";
import type { ClusterQuestion } from "../../../../components/core/planning/kubernetes/cluster-finding";
import { clusterFindings, clusterProblems } from "../../../../components/core/planning/kubernetes/cluster-findings";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { kubernetesSpecification } from "../../../support/kubernetes-plans";

const known = <Value>(value: Value): Answer<Value> => ({ known: value });
const unproven = { unproven: "you may not look" };

const kinds = [
  { resource: "deployments.apps", namespaced: true },
  { resource: "ingresses.networking.k8s.io", namespaced: true },
  { resource: "clusterrolebindings.rbac.authorization.k8s.io", namespaced: false },
];
const node = { cpus: 32, memoryGib: 128, labels: {}, taints: [], cordoned: false };

/** A cluster that takes everything. */
const good: ClusterFacts = {
  version: known("v1.35.2-eks-1"),
  kinds: known(kinds.map(({ resource }) => resource)),
  ingressClasses: known([{ name: "nginx", isDefault: true }]),
  storageClasses: known([{ name: "fast", provisioner: "csi.test", expandable: true, isDefault: true }]),
  snapshotClasses: known(["snaps"]),
  priorityClasses: known([{ name: "system-node-critical", value: 2_000_001_000 }]),
  namespace: known(undefined),
  owner: known(undefined),
  claims: known([]),
  workloads: known([]),
  bindings: known([]),
  issuer: known(true),
  nodes: known([node, node, node]),
  autoscaled: known(false),
  rights: known(kinds.map(({ resource }) => ({ verb: "create", resource, allowed: true }))),
};

const question = (
  vary: Readonly<Record<string, unknown>> = {},
  more: Partial<ClusterQuestion> = {},
): ClusterQuestion => ({
  plan: planKubernetes(kubernetesSpecification(vary)),
  kinds,
  stack: "prod",
  project: "sourcegraph",
  ...more,
});
const usual = question();
const kubernetes = (more: Readonly<Record<string, unknown>>): ClusterQuestion => question({ kubernetes: more });

const lines = (facts: Partial<ClusterFacts>, asked: ClusterQuestion = usual): string[] =>
  clusterProblems({ ...good, ...facts }, asked).map(({ path, message }) => `${path} ${message}`);

const claim = { name: "pgsql", sizeGib: 200, storageClass: "fast" };
const frontend = usual.plan.workloads.find(({ name }) => name === "sourcegraph-frontend");
const live = { kind: "Deployment", name: "sourcegraph-frontend", selector: frontend?.selector ?? {} };

describe("clusterFindings", () => {
  it("finds nothing against a cluster that has everything, and says that no cluster tells whether policies are enforced", () => {
    const findings = clusterFindings(good, usual);
    assert.deepEqual(
      findings.filter((finding) => finding.problems.length > 0 || finding.unproven !== undefined),
      [{ what: "its network enforces network policies", problems: [], unproven: "no cluster tells" }],
    );
    assert.equal(findings.length, 13);
  });

  it("leaves open what the cluster does not answer, with the reason, and refuses nothing for it", () => {
    const silent = Object.fromEntries(Object.keys(good).map((key) => [key, unproven])) as unknown as ClusterFacts;
    const findings = clusterFindings(silent, usual);
    assert.deepEqual(clusterProblems(silent, usual), []);
    assert.deepEqual(
      findings.filter((finding) => finding.unproven !== "you may not look").map(({ what }) => what),
      ["its network enforces network policies"],
    );
  });

  const refused: readonly [string, string[], string][] = [
    [
      "an ingress class that does not exist",
      lines({
        ingressClasses: known([
          { name: "alb", isDefault: false },
          { name: "traefik", isDefault: true },
        ]),
      }),
      `kubernetes.ingress.className is "nginx", which does not exist; the cluster has: alb, traefik (default); name one, or install its controller`,
    ],
    [
      "no ingress class at all",
      lines({ ingressClasses: known([]) }),
      `kubernetes.ingress.className is "nginx", which does not exist; the cluster has: none; name one, or install its controller`,
    ],
    [
      "a storage class that does not exist",
      lines({}, kubernetes({ storageClass: { name: "slow", create: false } })),
      `kubernetes.storageClass.name is "slow", which does not exist; the cluster has: fast (default); name one, or have it made by 'kubernetes.storageClass.create'`,
    ],
    [
      "no default storage class",
      lines({ storageClasses: known([{ name: "fast", provisioner: "csi.test", expandable: true, isDefault: false }]) }),
      `kubernetes.storageClass.name is missing, and no class is the default one; the cluster has: fast; name one, or have one made by 'kubernetes.storageClass.create'`,
    ],
    [
      "a storage class of another driver under the name of the one that is made",
      lines({}, kubernetes({ storageClass: { name: "fast", create: true, provisioner: "other.test" } })),
      `kubernetes.storageClass.name is "fast", which exists with provisioner csi.test and not other.test, and a class never changes; choose another name, or take it as it is by 'kubernetes.storageClass.create' false`,
    ],
    [
      "a claim that would grow on a class without expansion",
      lines({
        claims: known([{ ...claim, sizeGib: 100 }]),
        storageClasses: known([{ name: "fast", provisioner: "csi.test", expandable: false, isDefault: true }]),
      }),
      `kubernetes.storageClass fast does not let its volumes grow, and claim pgsql would go from 100 to 200 GiB; have the cluster's admins set allowVolumeExpansion, or keep the size`,
    ],
    [
      "a claim that would shrink",
      lines({ claims: known([{ ...claim, sizeGib: 300 }]) }),
      `size gives claim pgsql 200 GiB, which has 300 and cannot shrink; keep at least 300 by 'overrides'`,
    ],
    [
      "a claim of another class",
      lines(
        { claims: known([claim]) },
        kubernetes({ storageClass: { name: "new", create: true, provisioner: "csi.test" } }),
      ),
      `kubernetes.storageClass.name is "new", but claim pgsql has class fast, which never changes; keep fast, or move the data by backup and restore`,
    ],
    [
      "a snapshot class that does not exist",
      lines({}, kubernetes({ snapshotClass: "snap" })),
      `kubernetes.snapshotClass is "snap", which does not exist; the cluster has: snaps; name one, or leave it out`,
    ],
    [
      "a priority class that does not exist",
      lines({}, kubernetes({ priorityClass: { name: "high", create: false } })),
      `kubernetes.priorityClass.name is "high", which does not exist; the cluster has: system-node-critical; name one, or have it made by 'kubernetes.priorityClass.create'`,
    ],
    [
      "a priority class of another value under the name of the one that is made",
      lines(
        { priorityClasses: known([{ name: "high", value: 7 }]) },
        kubernetes({ priorityClass: { name: "high", value: 9 } }),
      ),
      `kubernetes.priorityClass.value is 9, but "high" exists with 7, and a class never changes; choose another name, or take it as it is by 'kubernetes.priorityClass.create' false`,
    ],
    [
      "an issuer that does not exist",
      lines(
        { issuer: known(false) },
        question({ domain: "a.example.com", kubernetes: { ingress: { className: "nginx", issuer: { name: "le" } } } }),
      ),
      `kubernetes.ingress.issuer is ClusterIssuer "le", which does not exist; install cert-manager and make it, or name one that is there`,
    ],
    [
      "a second instance in the namespace",
      lines({ owner: known("organization/sourcegraph/staging/sourcegraph") }),
      `kubernetes.namespace is "sourcegraph", which belongs to instance organization/sourcegraph/staging/sourcegraph; a namespace holds one instance: name another`,
    ],
    [
      "a cluster role binding of an instance in another namespace",
      lines({ bindings: known([{ name: "prometheus", namespaces: ["other"] }]) }),
      `kubernetes.profile makes cluster role binding "prometheus", which belongs to namespace other and would be taken from it; set it to restricted, which makes none`,
    ],
    [
      "an installation of another Helm release",
      lines({ workloads: known([{ ...live, selector: { ...live.selector, "app.kubernetes.io/instance": "sg" } }]) }),
      `kubernetes.helmRelease is "sourcegraph", but the pods of Deployment sourcegraph-frontend are selected as those of release sg, which never changes; set it to sg to take the instance over, or name another 'kubernetes.namespace'`,
    ],
    [
      "an installation with other labels",
      lines({ workloads: known([{ ...live, selector: { app: "sourcegraph-frontend" } }]) }),
      `kubernetes.namespace holds Deployment sourcegraph-frontend, whose pods are selected by app=sourcegraph-frontend, which never changes; name another namespace, or delete the Deployment and keep its claims`,
    ],
    [
      "by Helm, what Helm did not lay down",
      lines({ workloads: known([live]) }, kubernetes({ via: "helm" })),
      `kubernetes.via is helm, but sourcegraph-frontend was not laid down by Helm, and Helm takes over nothing that does not name release sourcegraph; first update with 'kubernetes.via' native and 'kubernetes.handOver' true`,
    ],
    [
      "a namespace that is not there and not made",
      lines({}, kubernetes({ createNamespace: false })),
      `kubernetes.namespace is "sourcegraph", which does not exist; make it, or have it made by 'kubernetes.createNamespace' true`,
    ],
    [
      "a namespace that is being deleted",
      lines({ namespace: known({ ending: true }) }),
      `kubernetes.namespace is "sourcegraph", which is being deleted; wait until it is gone, or name another`,
    ],
    [
      "a namespace that lets none of the pods in",
      lines({ namespace: known({ ending: false, enforces: "restricted" }) }, kubernetes({ createNamespace: false })),
      `kubernetes.namespace is "sourcegraph", which enforces pod security level restricted, and the pods need privileged; have its label changed, or set 'kubernetes.profile' restricted`,
    ],
    [
      "an old version",
      lines({ version: known("v1.28.9+rke2r1") }),
      "cluster.existing runs Kubernetes v1.28.9+rke2r1, and the oldest that is supported is 1.32; upgrade the cluster first",
    ],
    [
      "a kind it does not know",
      lines({ kinds: known(["deployments.apps", "clusterrolebindings.rbac.authorization.k8s.io"]) }),
      "cluster.existing does not know ingresses.networking.k8s.io; install what brings them, or leave out what needs them",
    ],
    [
      "rights that are missing in the whole cluster",
      lines({
        rights: known([
          { verb: "create", resource: "clusterrolebindings.rbac.authorization.k8s.io", allowed: false },
          { verb: "patch", resource: "clusterrolebindings.rbac.authorization.k8s.io", allowed: false },
          { verb: "create", resource: "deployments.apps", allowed: true },
        ]),
      }),
      "cluster.existing does not let you make clusterrolebindings.rbac.authorization.k8s.io (create, patch); have its admins grant that, or set 'kubernetes.profile' restricted, which makes nothing of the whole cluster",
    ],
    [
      "rights that are missing in the namespace",
      lines({ rights: known([{ verb: "create", resource: "deployments.apps", allowed: false }]) }),
      "cluster.existing does not let you make deployments.apps (create); have its admins grant that",
    ],
    [
      "nodes that are too few",
      lines({ nodes: known([{ ...node, cpus: 8, memoryGib: 32 }]) }),
      "size asks 30.4 CPUs and 50.7 GiB for all pods, and the nodes that take them (1) have 8 CPUs and 32 GiB; add nodes, or take a smaller size",
    ],
  ];
  for (const [what, got, message] of refused)
    it(`refuses ${what}`, () => {
      assert.deepEqual(got, [message]);
    });

  it("takes its own namespace, claims that grow, and an installation of its Helm release", () => {
    assert.deepEqual(
      lines({
        owner: known("acme/sourcegraph/prod/sourcegraph"),
        namespace: known({ ending: false, enforces: "privileged" }),
        claims: known([
          { ...claim, sizeGib: 100 },
          { name: "other", sizeGib: 5000 },
        ]),
        workloads: known([{ ...live, helmRelease: "sourcegraph" }]),
        bindings: known([{ name: "prometheus", namespaces: ["sourcegraph"] }]),
      }),
      [],
    );
  });

  it("takes what it laid down itself, claims of the same size on a class that stays, and a version it does not know yet", () => {
    const stays = known([{ name: "fast", provisioner: "csi.test", expandable: false, isDefault: true }]);
    assert.deepEqual(lines({ workloads: known([live]), claims: known([claim]), storageClasses: stays }), []);
    const [version] = clusterFindings({ ...good, version: known("v1.40.0") }, usual);
    assert.equal(version?.unproven, "it runs v1.40.0, and 1.36 is the newest known here");
  });

  it("leaves open whether a claim grows where the classes cannot be seen", () => {
    const findings = clusterFindings(
      { ...good, claims: known([{ ...claim, sizeGib: 100 }]), storageClasses: unproven },
      usual,
    );
    const finding = findings.find(({ what }) => what === "claims that are there stay as they are, or grow");
    assert.equal(finding?.unproven, "you may not look");
  });

  it("needs one default class where the Ingress names none", () => {
    const { ingress } = usual.plan;
    assert.ok(ingress);
    const { className: _className, ...unnamed } = ingress;
    const asked = { ...usual, plan: { ...usual.plan, ingress: unnamed } };
    const classes = (...defaults: boolean[]) =>
      known(defaults.map((isDefault, index) => ({ name: `class-${index}`, isDefault })));
    assert.deepEqual(lines({ ingressClasses: classes(true, false) }, asked), []);
    assert.deepEqual(lines({ ingressClasses: classes(false) }, asked), [
      "kubernetes.ingress.className is missing, and no class is the default one; the cluster has: class-0; name one, or install a controller",
    ]);
    assert.deepEqual(lines({ ingressClasses: classes(true, true) }, asked), [
      "kubernetes.ingress.className is missing, and 2 classes are the default one; the cluster has: class-0 (default), class-1 (default); name one",
    ]);
  });

  it("names an issuer of the namespace as such", () => {
    const issuer = { name: "own", kind: "Issuer" };
    const asked = question({ domain: "a.example.com", kubernetes: { ingress: { className: "nginx", issuer } } });
    assert.deepEqual(lines({ issuer: known(false) }, asked), [
      'kubernetes.ingress.issuer is Issuer "own", which does not exist; install cert-manager and make it, or name one that is there',
    ]);
  });

  it("takes no pods that are selected by fewer labels for its own", () => {
    const fewer = Object.fromEntries(Object.entries(live.selector).slice(0, 1));
    const more = { ...live, selector: { ...live.selector, extra: "x" } };
    for (const other of [{ ...live, selector: fewer }, more])
      assert.equal(lines({ workloads: known([other]) }).length, 1);
  });

  it("counts memory as it counts CPUs, and every replica", () => {
    const thin = { ...node, cpus: 64 };
    assert.match(lines({ nodes: known([{ ...thin, memoryGib: 0.1 }]) })[0] ?? "", / for a pod of /);
    assert.match(
      lines({ nodes: known([{ ...thin, memoryGib: 40 }]) })[0] ?? "",
      / for all pods, .* have 64 CPUs and 40 GiB;/,
    );
    const many = question({ overrides: { searcher: { replicas: 60 } } });
    assert.match(lines({}, many)[0] ?? "", / for all pods, /);
  });

  it("knows its own mark by what it knows of itself", () => {
    const owner = known("acme/sourcegraph/prod/sourcegraph");
    const counts = (more: Partial<ClusterQuestion>): number => lines({ owner }, { ...usual, ...more }).length;
    assert.deepEqual(
      [{ project: undefined }, { stack: undefined }, { project: "other" }, { stack: "dev" }].map(counts),
      [0, 0, 1, 1],
    );
  });

  it("names every workload whose pod fits no node, and leaves both open where nodes are added on demand", () => {
    const nodes = known([
      { ...node, cpus: 3.5 },
      { ...node, cordoned: true },
      { ...node, taints: [{ key: "gpu", effect: "NoSchedule" }] },
    ]);
    const got = lines({ nodes });
    assert.match(
      got[0] ?? "",
      /^size asks 4 CPUs and [\d.]+ GiB for a pod of [\w-]+, and the largest node that takes it has 3\.5 CPUs and 128 GiB; add larger nodes, or lower its requests by 'overrides'$/,
    );
    assert.ok(got.length > 1);
    const findings = clusterFindings({ ...good, nodes, autoscaled: known(true) }, usual);
    assert.deepEqual(
      findings.filter((finding) => finding.what.includes("node")).map((finding) => finding.unproven),
      ["those of now do not, and more are added on demand", "those of now do not, and more are added on demand"],
    );
  });

  it("looks for nodes by the labels and taints that a workload is given", () => {
    const asked = question({
      overrides: { gitserver: { nodeSelector: { disk: "ssd" }, tolerations: [{ key: "git", operator: "Exists" }] } },
    });
    assert.deepEqual(lines({}, asked), [
      "size needs a node that takes gitserver, and of 3 nodes none has its labels and lets it in; label a node, or change 'nodeSelector' and 'tolerations' of 'overrides'",
    ]);
    const own = { ...node, labels: { disk: "ssd" }, taints: [{ key: "git", value: "1", effect: "NoExecute" }] };
    assert.deepEqual(lines({ nodes: known([node, node, own]) }, asked), []);
  });
});

describe("resourceOf", () => {
  it("names kinds as Kubernetes does", () => {
    assert.deepEqual(
      [
        ["v1", "ConfigMap"],
        ["networking.k8s.io/v1", "Ingress"],
        ["networking.k8s.io/v1", "NetworkPolicy"],
        ["storage.k8s.io/v1", "StorageClass"],
      ].map(([group = "", kind = ""]) => resourceOf(group, kind)),
      [
        "configmaps",
        "ingresses.networking.k8s.io",
        "networkpolicies.networking.k8s.io",
        "storageclasses.storage.k8s.io",
      ],
    );
  });
});
