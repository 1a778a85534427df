import assert from "node:assert/strict";
import fc from "fast-check";
import type { PlannedCluster } from "../../../../components/core/planning/kubernetes/cluster";
import {
  gkeNodeVersion,
  memberName,
  planGke,
  uploadAccounts,
  workloadMember,
} from "../../../../components/core/planning/kubernetes/gke";
import type { PlannedNodeGroup } from "../../../../components/core/planning/kubernetes/node-group";
import { planWorkloads } from "../../../../components/core/planning/kubernetes/workloads";
import { kubernetesContext } from "../../../../components/core/planning/kubernetes/context";
import { parseSpecification, requireKubernetes } from "../../../../components/core/planning/config/specification";
import { gkeKubeconfig } from "../../../../components/core/rendering/gke-kubeconfig";

const zones = ["us-central1-a", "us-central1-b", "us-central1-c"];

const group: PlannedNodeGroup = {
  name: "search",
  machineType: "n2-standard-16",
  vcpu: 16,
  memoryGib: 64,
  allocatable: { cpus: 15, memoryGib: 56 },
  podsPerNode: 110,
  nodes: { initial: 6, minimum: 3, maximum: 9 },
  zones,
  diskGb: 100,
  sysctls: {},
  workloads: ["gitserver"],
};

const cluster: PlannedCluster = {
  cloud: "gcp",
  version: "1.34",
  endpoint: { public: true, allowedCidrs: ["198.51.100.0/24"] },
  admins: [],
  autoMode: false,
  releaseChannel: "STABLE",
  maintenance: { day: "SU", hourUtc: 4 },
  zones,
  nodeGroups: [group],
  nodeConstraints: [],
};

const none = { registry: undefined };
const refusal = (given: PlannedCluster) => {
  try {
    planGke(given, none);
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was refused";
};

describe("planGke", () => {
  it("opens the API to the internet only where a block lies there, and lets in every IPv4 block", () => {
    const of = (allowedCidrs: string[], open = true) => {
      const { publicEndpoint, authorizedBlocks } = planGke(
        { ...cluster, endpoint: { public: open, allowedCidrs } },
        none,
      );
      return [publicEndpoint, authorizedBlocks];
    };
    assert.deepEqual(of(["10.0.0.0/8", "8.8.8.0/24", "2001:db8::/32"]), [true, ["10.0.0.0/8", "8.8.8.0/24"]]);
    assert.deepEqual(of(["0.0.0.0/0"]), [true, ["0.0.0.0/0"]]);
    assert.deepEqual(of(["10.0.0.0/8"]), [false, ["10.0.0.0/8"]]);
    assert.deepEqual(of(["8.8.8.0/24"], false), [false, ["8.8.8.0/24"]]);
    assert.deepEqual(of(["2001:db8::/32"]), [false, []]);
  });

  it("begins the weekly window on its day and ends it twelve hours later, over midnight and the year's days alike", () => {
    const windowOf = (day: string, hourUtc: number) =>
      planGke({ ...cluster, maintenance: { day, hourUtc } }, none).window;
    assert.deepEqual(windowOf("SU", 4), {
      startTime: "2026-01-11T04:00:00Z",
      endTime: "2026-01-11T16:00:00Z",
      recurrence: "FREQ=WEEKLY;BYDAY=SU",
    });
    assert.deepEqual(windowOf("MO", 23), {
      startTime: "2026-01-05T23:00:00Z",
      endTime: "2026-01-06T11:00:00Z",
      recurrence: "FREQ=WEEKLY;BYDAY=MO",
    });
  });

  it("leaves maintenance 48 hours in any 32 days, as GKE demands", () => {
    const hour = 3_600_000;
    fc.assert(
      fc.property(
        fc.constantFrom("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 7 * 24 }),
        (day, hourUtc, from) => {
          const { startTime, endTime } = planGke({ ...cluster, maintenance: { day, hourUtc } }, none).window;
          const length = (Date.parse(endTime) - Date.parse(startTime)) / hour;
          const open = Array.from({ length: 32 * 24 }, (_, index) => (from + index) % (7 * 24)).filter(
            (at) => at < length,
          );
          assert.ok(open.length >= 48, `${open.length} hours`);
          assert.ok(length >= 4);
        },
      ),
    );
  });

  it("counts nodes by zone, never fewer than planned in all, and takes no pool that may never have a node", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 3 }), (nodes, zoneCount) => {
        const given = {
          ...group,
          nodes: { initial: nodes, minimum: nodes, maximum: nodes },
          zones: zones.slice(0, zoneCount),
        };
        const [pool] = planGke({ ...cluster, nodeGroups: [given] }, none).pools;
        assert.ok(pool);
        const { initial, minimum, maximum } = pool.perZone;
        for (const count of [initial, minimum, maximum]) assert.ok(count * zoneCount >= nodes);
        assert.ok((minimum - 1) * zoneCount < nodes);
        assert.ok(maximum >= 1 && maximum >= minimum);
      }),
    );
  });

  it("gives the nodes enough addresses for the ports each has from the beginning, and the nodes of an upgrade", () => {
    const addressesOf = (maximum: number) =>
      planGke({ ...cluster, nodeGroups: [{ ...group, nodes: { ...group.nodes, maximum } }] }, none).natAddresses;
    assert.deepEqual([0, 28, 29, 59, 60].map(addressesOf), [1, 1, 2, 2, 3]);
  });

  it("lets nodes read images of Google's own registry only where the mirror is one", () => {
    const rolesOf = (host: string) =>
      Object.values(planGke(cluster, { registry: { host, pinDigests: false } }).nodeRoles);
    const node = "roles/container.defaultNodeServiceAccount";
    assert.deepEqual(rolesOf("mirror.example.com/sourcegraph"), [node]);
    assert.deepEqual(rolesOf("europe-docker.pkg.dev/example/mirror"), [node, "roles/artifactregistry.reader"]);
    assert.deepEqual(rolesOf("docker.pkg.dev.example.com"), [node]);
  });

  it("refuses admins that are no members or given twice, and more blocks than GKE takes, all at once", () => {
    const allowedCidrs = Array.from({ length: 101 }, (_, index) => `8.8.${index}.0/24`);
    assert.equal(
      refusal({
        ...cluster,
        admins: ["admins@example.com", "user:ada@example.com", "user:ada@example.com"],
        endpoint: { public: true, allowedCidrs },
      }),
      [
        "the configuration is not valid:",
        `  - 'cluster.admins.0' must be an IAM member such as group:admins@example.com, got "admins@example.com"`,
        `  - 'cluster.admins.2' is given twice, got "user:ada@example.com"; keep one`,
        "  - 'cluster.endpoint.allowedCidrs' must hold at most 100 IPv4 blocks on gcp, got 101; join some",
      ].join("\n"),
    );
  });
});

describe("gkeNodeVersion", () => {
  it("is the control plane's to the patch, and the planned one until the control plane has come to it", () => {
    assert.equal(gkeNodeVersion("1.34.5-gke.1000", "1.34"), "1.34.5-gke.1000");
    assert.equal(gkeNodeVersion("1.34.5-gke.1000", "1.35"), "1.35");
    assert.equal(gkeNodeVersion("1.35.0-gke.7", "1.34"), "1.35.0-gke.7");
    assert.equal(gkeNodeVersion("1.9.5-gke.1", "1.10"), "1.10");
  });
});

describe("accounts of pods on GKE", () => {
  it("are those whose containers use object storage, migrator and all, each once", () => {
    const specification = requireKubernetes(
      parseSpecification({
        shape: "kubernetes",
        cloud: "gcp",
        name: "sourcegraph",
        region: "us-central1",
        release: "7.5.4453",
        size: "S",
        gcp: { project: "example" },
        access: { allowedCidrs: ["198.51.100.0/24"] },
      }),
    );
    const workloads = planWorkloads(kubernetesContext(specification));
    const accounts = uploadAccounts(workloads);
    const users = workloads.filter(({ serviceAccount }) => accounts.includes(serviceAccount.name));
    assert.deepEqual([...new Set(accounts)], accounts);
    for (const name of ["sourcegraph-frontend", "worker", "precise-code-intel-worker"])
      assert.ok(
        users.some((workload) => workload.name === name),
        `${name} has no rights on uploads`,
      );
  });

  it("are members of IAM by namespace and name, without an account of Google's", () => {
    assert.equal(
      workloadMember("example", "123", "code", "worker"),
      "principal://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/example.svc.id.goog/subject/ns/code/sa/worker",
    );
    assert.equal(memberName("group:admins@example.com"), "group-admins-example-com");
  });
});

describe("gkeKubeconfig", () => {
  it("signs in by Google's plugin and holds no secret", () => {
    const text = gkeKubeconfig({ clusterName: "c-1", endpoint: "203.0.113.40", certificateAuthority: "Q0E=" });
    assert.deepEqual(JSON.parse(text), {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c-1", cluster: { server: "https://203.0.113.40", "certificate-authority-data": "Q0E=" } }],
      users: [
        {
          name: "c-1",
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1beta1",
              command: "gke-gcloud-auth-plugin",
              installHint:
                "install the plugin with: gcloud components install gke-gcloud-auth-plugin, or from your package manager",
              provideClusterInfo: true,
              interactiveMode: "Never",
            },
          },
        },
      ],
      contexts: [{ name: "c-1", context: { cluster: "c-1", user: "c-1" } }],
      "current-context": "c-1",
    });
  });
});
