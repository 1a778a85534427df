import assert from "node:assert/strict";
import {
  parseSpecification,
  requireKubernetes,
  requireVm,
} from "../../../../components/core/planning/config/specification";
import { goodConfigs, wrong } from "../../../support/configs";

const eks = { ...goodConfigs.aws, shape: "kubernetes" };
const gke = { ...goodConfigs.gcp, shape: "kubernetes" };
const existing = {
  shape: "kubernetes",
  cloud: "existing",
  release: "7.5.4453",
  size: "S",
  kubernetes: { storageClass: { name: "fast", create: false }, ingress: { className: "nginx" } },
};

describe("a config for Kubernetes", () => {
  it("is completed with the cloud's storage and ingress", () => {
    const { kubernetes, cluster } = requireKubernetes(parseSpecification(eks));
    assert.deepEqual(kubernetes.storageClass, {
      name: "sourcegraph",
      create: true,
      provisioner: "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true" },
      expandable: true,
    });
    assert.equal(kubernetes.ingress.className, "alb");
    assert.equal(cluster.existing, undefined);
    assert.deepEqual(cluster.endpoint, { public: true, allowedCidrs: ["10.0.0.0/8"] });
    assert.equal(
      requireKubernetes(parseSpecification(gke)).kubernetes.storageClass.provisioner,
      "pd.csi.storage.gke.io",
    );
  });

  it("takes the volumes of EKS Auto Mode from its own driver", () =>
    assert.equal(
      requireKubernetes(parseSpecification({ ...eks, cluster: { autoMode: true } })).kubernetes.storageClass
        .provisioner,
      "ebs.csi.eks.amazonaws.com",
    ));

  it("makes nothing cluster-scoped in profile restricted, and leaves out what needs rights on nodes", () => {
    const { kubernetes } = requireKubernetes(
      parseSpecification({ ...existing, kubernetes: { profile: "restricted", ingress: { className: "nginx" } } }),
    );
    assert.equal(kubernetes.createNamespace, false);
    assert.deepEqual(kubernetes.storageClass, {
      create: false,
      parameters: {},
      expandable: true,
      name: undefined,
      provisioner: undefined,
    });
    assert.deepEqual(kubernetes.leaveOut, ["cadvisor", "node-exporter", "otel-agent"]);
  });

  it("lets services reach the internet only on the ports they need, and not at all in profile air-gapped", () => {
    const egress = (config: unknown) => requireKubernetes(parseSpecification(config)).kubernetes.egress;
    assert.deepEqual(egress(existing), [{ cidr: "0.0.0.0/0", ports: [443, 80, 22, 587] }]);
    const airGapped = {
      ...existing,
      registry: { host: "mirror.example.com/sourcegraph" },
      kubernetes: { ...existing.kubernetes, profile: "air-gapped" },
    };
    assert.deepEqual(egress(airGapped), []);
  });

  it("may be of a size beyond one machine", () =>
    assert.deepEqual(parseSpecification({ ...eks, size: "3XL" }).size, { named: "3XL" }));

  it("may name a release that was published as a chart only when the chart deploys it", () => {
    assert.equal(parseSpecification({ ...eks, release: "7.6.0", kubernetes: { via: "helm" } }).release, "7.6.0");
    wrong({ ...eks, release: "7.6.0" }, [
      "'release' is \"7.6.0\", which was published as a chart only, so that the digests of its images are not known here; deploy it by the chart ('kubernetes.via' \"helm\"); nearest to it without the chart: 7.5.4453",
    ]);
  });

  it("is told from that of a machine", () => {
    assert.throws(() => requireVm(parseSpecification(eks)), {
      message: /'shape' is kubernetes, got where a machine is meant; use shape vm/,
    });
    assert.throws(() => requireKubernetes(parseSpecification(goodConfigs.aws)), {
      message: /'shape' is vm, got where a cluster is meant; give "shape: kubernetes"/,
    });
  });
});

describe("a config for Kubernetes is refused", () => {
  it("for what belongs to a machine, and a machine for what belongs to Kubernetes", () => {
    wrong({ ...eks, machine: { type: "m6a.large" }, dataDisk: { sizeGb: 100 }, zone: "us-east-1a" }, [
      "'machine' has no meaning for shape kubernetes; remove it",
      "'dataDisk' has no meaning for shape kubernetes; remove it",
      "'zone' has no meaning for shape kubernetes; remove it",
    ]);
    wrong({ ...goodConfigs.aws, kubernetes: {}, size: "2XL", overrides: { gitserver: { storageGb: 100 } } }, [
      "'size' 2XL is more than one machine; use shape kubernetes, or XS, S, M, L or XL",
      "'kubernetes' has no meaning for shape vm; remove it, or give \"shape: kubernetes\"",
      "'overrides.gitserver.storageGb' has a meaning on Kubernetes only; remove it",
    ]);
    wrong({ cloud: "existing", release: "7.5.4453", size: "S" }, [
      "'cloud' existing is a cluster, which takes shape kubernetes; add \"shape: kubernetes\"",
    ]);
  });

  it("without a size, of which a cluster knows more than a machine", () =>
    wrong({ ...existing, size: undefined }, ["'size' is missing; give a size (XS, S, M, L, XL, 2XL, 3XL) or 'usage'"]));

  it("on a local Docker Engine", () =>
    wrong({ shape: "kubernetes", cloud: "local", release: "7.5.4453", size: "S" }, [
      "'cloud' local is a Docker Engine, for shape vm; give aws, gcp, or existing for any cluster",
    ]));

  it("on a cluster nothing is known of, without a storage and an ingress class", () => {
    for (const kubernetes of [{}, undefined])
      wrong({ ...existing, kubernetes }, [
        "'kubernetes.storageClass' is missing its provisioner; give the cluster's CSI driver, or the name of a class that is there with 'create: false'",
        "'kubernetes.ingress.className' is missing; name the cluster's ingress class, or set 'enabled' to false",
      ]);
  });

  it("for keys about a cluster that is there, which only services of the cloud would follow", () => {
    const cluster = { existing: { stack: "o/p/cluster" }, maintenance: { day: "SU", hourUtc: 3 } };
    const more = { alarms: { email: "ops@example.com" }, backup: { keepDays: 3 }, cluster };
    const made = "give it to the stack that made the cluster";
    wrong({ ...eks, ...more, network: { cidr: "10.8.0.0/16" } }, [
      "'cluster.maintenance' has no meaning for a cluster that is there, without services of the cloud; remove it",
      `'alarms' has no meaning for a cluster that is there, without services of the cloud; ${made}`,
      `'backup' has no meaning for a cluster that is there, without services of the cloud; ${made}`,
      "'network' has no meaning for a cluster that is there; remove it",
    ]);
    wrong({ ...existing, cluster: { maintenance: cluster.maintenance } }, [
      "'cluster.maintenance' has no meaning for a cluster that is there, without services of the cloud; remove it",
    ]);
    assert.equal(parseSpecification({ ...eks, ...more, cache: "managed" }).managed.cache.tls, true);
    const network = { existing: { network: "corp", subnetId: "corp-a" } };
    assert.equal(parseSpecification({ ...gke, network, cluster: { existing: {} } }).cloud, "gcp");
  });

  it("for nodes of stores that are all served elsewhere", () => {
    const cluster = { nodes: { stores: { minimum: 2 } } };
    const managed = { databases: "managed", cache: "managed", objectStorage: "managed" };
    wrong({ ...eks, ...managed, cluster }, [
      "'cluster.nodes.stores' has no effect: every store is served outside the cluster; remove it",
    ]);
    assert.ok(parseSpecification({ ...eks, ...managed, cache: { managed: { only: ["store"] } }, cluster }));
  });

  it("for names Kubernetes refuses or keeps", () =>
    wrong(
      { ...eks, kubernetes: { namespace: "kube-system", helmRelease: "a".repeat(54), snapshotClass: "No_Class" } },
      [
        `'kubernetes.helmRelease' must be at most 53 lower-case letters, digits and dashes, and neither begin nor end with a dash, got "${"a".repeat(54)}"`,
        "'kubernetes.snapshotClass' must be lower-case letters, digits, dashes and dots, and begin and end with a letter or digit, got \"No_Class\"",
        "'kubernetes.namespace' must be a namespace of the instance's own, got \"kube-system\"; the names of its objects are fixed and would clash with others",
      ],
    ));

  it("for names, labels and taints that the API server would refuse one by one", () =>
    wrong(
      {
        ...existing,
        domain: "sourcegraph.example.com",
        kubernetes: {
          storageClass: { name: "fast", provisioner: "a b" },
          ingress: {
            className: "in gress",
            tlsSecret: "A",
            issuer: { name: "x_y" },
            controllerNamespace: "a.b",
            annotations: { "a b": "" },
          },
          priorityClass: { name: "system-high" },
          serviceAccounts: { name: "-", annotations: { "a/b/c": "" } },
          networkPolicies: { egress: [{ cidr: "10.0.0.1/8", ports: [443] }] },
        },
        overrides: {
          gitserver: {
            podAnnotations: { "-a": "" },
            podLabels: { team: "a b" },
            nodeSelector: { "example.com/": "x" },
            tolerations: [{ value: "x" }, { key: "a b", operator: "Exists", value: "x" }],
          },
        },
      },
      [
        "'kubernetes.storageClass.provisioner' must be the name of a CSI driver, such as ebs.csi.aws.com, got \"a b\"",
        "'kubernetes.ingress.className' must be lower-case letters, digits, dashes and dots, and begin and end with a letter or digit, got \"in gress\"",
        "'kubernetes.ingress.tlsSecret' must be lower-case letters, digits, dashes and dots, and begin and end with a letter or digit, got \"A\"",
        "'kubernetes.ingress.issuer.name' must be lower-case letters, digits, dashes and dots, and begin and end with a letter or digit, got \"x_y\"",
        "'kubernetes.ingress.controllerNamespace' must be at most 63 lower-case letters, digits and dashes, and neither begin nor end with a dash, got \"a.b\"",
        "'kubernetes.serviceAccounts.name' must be lower-case letters, digits, dashes and dots, and begin and end with a letter or digit, got \"-\"",
        "'kubernetes.priorityClass.name' must not begin with system-, which Kubernetes keeps for itself, got \"system-high\"; choose another name",
        "'kubernetes.ingress.annotations' has key \"a b\", which Kubernetes does not take; use letters, digits, dashes, dots and underscores, with a domain and a slash before them if need be",
        "'kubernetes.serviceAccounts.annotations' has key \"a/b/c\", which Kubernetes does not take; use letters, digits, dashes, dots and underscores, with a domain and a slash before them if need be",
        "'overrides.gitserver.podAnnotations' has key \"-a\", which Kubernetes does not take; use letters, digits, dashes, dots and underscores, with a domain and a slash before them if need be",
        "'overrides.gitserver.podLabels.team' must be at most 63 letters, digits, dashes, dots and underscores, and begin and end with a letter or digit, got \"a b\"",
        "'overrides.gitserver.nodeSelector' has key \"example.com/\", which Kubernetes does not take; use letters, digits, dashes, dots and underscores, with a domain and a slash before them if need be",
        "'overrides.gitserver.tolerations.0.key' is missing; name the taint, or set 'operator' to Exists for every taint",
        "'overrides.gitserver.tolerations.1.key' must be the key of a taint, got \"a b\"",
        "'overrides.gitserver.tolerations.1.value' has no meaning with operator Exists; remove it",
        "'kubernetes.networkPolicies.egress.0.cidr' must begin at the first address of its block, got \"10.0.0.1/8\"; write 10.0.0.0/8",
      ],
    ));

  it("but names of classes may have dots, and keys a domain", () => {
    const { kubernetes } = requireKubernetes(
      parseSpecification({
        ...existing,
        kubernetes: {
          storageClass: { name: "rook-ceph.block", create: false },
          ingress: { className: "nginx.internal", annotations: { "nginx.ingress.kubernetes.io/x": "y" } },
        },
        overrides: { gitserver: { tolerations: [{ operator: "Exists" }], nodeSelector: { "example.com/disk": "" } } },
      }),
    );
    assert.equal(kubernetes.storageClass.name, "rook-ceph.block");
  });

  it("for an ingress class of the other cloud, an unknown node group, and numbers of nodes that Auto Mode decides", () => {
    wrong({ ...eks, kubernetes: { ingress: { className: "gce" } } }, [
      "'kubernetes.ingress.className' gce is a class of gcp, which a cluster on aws does not have; leave it out for the one of aws",
    ]);
    wrong({ ...eks, cluster: { nodes: { large: {} } } }, [
      "'cluster.nodes.large' is not a known key; known keys here are general, search, stores",
    ]);
    wrong({ ...eks, cluster: { autoMode: true, nodes: { search: { minimum: 3, machineType: "r6i.4xlarge" } } } }, [
      "'cluster.nodes.search.minimum' has no meaning with 'autoMode', which makes nodes as pods need them; remove it",
    ]);
  });

  it("for an executor without a queue", () =>
    wrong(
      {
        ...existing,
        secrets: { token: "" },
        kubernetes: { ...existing.kubernetes, executors: { kind: "kubernetes", passwordSecret: "token", queues: [] } },
      },
      ["'kubernetes.executors.queues' must not be empty"],
    ));

  it("for what profile restricted does not allow", () =>
    wrong(
      {
        ...existing,
        secrets: { executors: "" },
        kubernetes: {
          ...existing.kubernetes,
          profile: "restricted",
          createNamespace: true,
          storageClass: { create: true, provisioner: "csi.example.com" },
          executors: { kind: "docker-in-docker", passwordSecret: "executors" },
        },
      },
      [
        "'kubernetes.createNamespace' must not be true in profile restricted, which makes nothing cluster-scoped; let the cluster's admins make it",
        "'kubernetes.storageClass.create' must not be true in profile restricted, which makes nothing cluster-scoped; let the cluster's admins make it",
        "'kubernetes.executors.kind' docker-in-docker needs a privileged pod, which profile restricted does not have; use kubernetes",
      ],
    ));

  it("by a chart that knows no profile restricted", () =>
    wrong(
      { ...existing, release: "6.4.0", kubernetes: { ...existing.kubernetes, profile: "restricted", via: "helm" } },
      [
        "'kubernetes.via' helm cannot be of profile restricted at release 6.4.0, whose chart always binds accounts to roles; use native, or a newer release",
      ],
    ));

  it("for overrides of services that are left out", () =>
    wrong(
      {
        ...existing,
        kubernetes: { ...existing.kubernetes, profile: "restricted", leaveOut: ["grafana"] },
        overrides: { grafana: { cpus: 1 }, cadvisor: { privileged: false }, "node-exporter": { cpus: 1 } },
      },
      [
        "'overrides.grafana' has no effect: 'kubernetes.leaveOut' leaves it out; remove it",
        "'overrides.cadvisor' has no effect: profile restricted leaves it out; remove it",
        "'overrides.node-exporter' has no effect: profile restricted leaves it out; remove it",
      ],
    ));

  it("for keys about a machine's dumps", () =>
    wrong({ ...eks, cache: "managed", backup: { keepDumps: 3, drillDays: 0 } }, [
      "'backup.keepDumps' has no meaning for shape kubernetes; remove it",
      "'backup.drillDays' has no meaning for shape kubernetes; remove it",
    ]));

  it("for keys that another key leaves without effect", () => {
    wrong(
      {
        ...existing,
        dnsZone: "example.com",
        alarms: { email: "ops@example.com" },
        backup: { keepDays: 3 },
        deletionProtection: true,
        tags: { team: "search" },
        access: { allowedCidrs: ["10.0.0.0/8"], trustedProxies: ["10.0.0.0/8"], sshKeys: [] },
        kubernetes: {
          storageClass: { provisioner: "csi.example.com", expandable: false },
          priorityClass: { name: "high", create: false, value: 7 },
          serviceAccounts: { create: false, name: "own", perWorkload: true, annotations: { team: "search" } },
          networkPolicies: { enabled: false, egress: [{ cidr: "10.0.0.0/8", ports: [443] }] },
          ingress: { className: "nginx", controllerNamespace: "edge" },
        },
      },
      [
        "'access.sshKeys' has no meaning for shape kubernetes; remove it",
        "'access.trustedProxies' has no meaning for shape kubernetes; remove it",
        "'alarms' has no meaning for cloud existing; remove it",
        "'backup' has no meaning for cloud existing; remove it",
        "'deletionProtection' has no meaning for cloud existing; remove it",
        "'tags' has a meaning for cloud existing only with ingress class alb; remove it",
        "'dnsZone' needs 'domain', got none; set the instance's host name",
        "'kubernetes.ingress.controllerNamespace' has no meaning without network policies, which let that namespace in; remove it",
        "'kubernetes.storageClass.expandable' is said only of a class that is not made here; one that is made lets its volumes grow; remove it",
        "'kubernetes.priorityClass.value' has a meaning only where the class is made; remove it",
        "'kubernetes.serviceAccounts.perWorkload' contradicts 'name', which is one account for all pods; remove one of the two",
        "'kubernetes.serviceAccounts.perWorkload' has a meaning only where accounts are made; remove it, or let 'create' be true",
        "'kubernetes.serviceAccounts.annotations' have a meaning only for accounts that are made; remove them, or let 'create' be true",
        "'kubernetes.networkPolicies.egress' has no meaning with 'enabled' false; remove it",
      ],
    );
    wrong({ ...eks, kubernetes: { ingress: { controllerNamespace: "edge" } } }, [
      "'kubernetes.ingress.controllerNamespace' has no meaning for ingress class alb, whose load balancer reaches the pods by itself; remove it",
    ]);
    wrong(
      {
        ...existing,
        domain: "sg.example.com",
        kubernetes: {
          ...existing.kubernetes,
          ingress: { enabled: false, issuer: { name: "le" }, tlsSecret: "tls", internal: true, annotations: {} },
        },
      },
      ["annotations", "tlsSecret", "issuer", "internal"].map(
        (key) => `'kubernetes.ingress.${key}' has no meaning with 'enabled' false; remove it`,
      ),
    );
  });

  it("in profile air-gapped without a registry of one's own", () =>
    wrong({ ...existing, kubernetes: { ...existing.kubernetes, profile: "air-gapped" } }, [
      "'registry' is missing; profile air-gapped takes images from a registry of your own only",
    ]));

  it("for numbers of pods that cannot be", () =>
    wrong(
      {
        ...eks,
        kubernetes: {
          autoscaling: { gitserver: { minimum: 1, maximum: 2 }, "sourcegraph-frontend": { minimum: 4, maximum: 2 } },
        },
        overrides: {
          "sourcegraph-frontend": { replicas: 2 },
          pgsql: { replicas: 2 },
          caddy: { cpus: 1 },
          searcher: { cpus: 1, cpuRequest: 2 },
        },
      },
      [
        "'kubernetes.autoscaling.gitserver' cannot be set; the number of pods may follow the load of sourcegraph-frontend, precise-code-intel-worker, syntactic-code-intel-worker, syntect-server only",
        "'kubernetes.autoscaling.sourcegraph-frontend.minimum' must not be above 'maximum' (2), got 4",
        "'overrides.sourcegraph-frontend.replicas' and 'kubernetes.autoscaling.sourcegraph-frontend' exclude each other; keep one of them",
        "'overrides.pgsql.replicas' cannot be set; only sourcegraph-frontend, gitserver, searcher, zoekt-webserver, precise-code-intel-worker, syntactic-code-intel-worker, syntect-server have replicas",
        "'overrides.caddy' has no effect: Kubernetes has no such service; remove it",
        "'overrides.searcher.cpuRequest' must not be above 'cpus' (1), got 2",
      ],
    ));

  it("for what is said of a cluster that is there", () =>
    wrong(
      {
        ...existing,
        region: "here",
        cluster: { version: "1.34", workloads: false, existing: { stack: "cluster", kubeconfigSecret: "kubeconfig" } },
        secrets: { kubeconfig: "" },
      },
      [
        "'region' has no meaning for cloud existing; remove it",
        "'cluster.workloads' false makes a cluster alone, which cloud existing does not; remove it",
        "'cluster.version' has no meaning for a cluster that is there; remove it",
        "'cluster.existing.stack' must be ORGANIZATION/PROJECT/STACK, such as organization/sourcegraph-in-a-box/cluster, got \"cluster\"",
        "'cluster.existing' takes either stack or kubeconfigSecret; keep one of them",
        "'cluster' that exists and has no workloads leaves nothing to deploy; remove 'workloads' or 'existing'",
      ],
    ));

  it("with ACME, which is a machine's", () =>
    wrong({ ...eks, domain: "sg.example.com", tls: { mode: "acme", email: "ops@example.com" } }, [
      "'tls.mode' acme is for shape vm; on Kubernetes name cert-manager's issuer in 'kubernetes.ingress.issuer'",
    ]));
});
