import assert from "node:assert/strict";
import { kubernetesBoundary } from "../../../components/core/planning/boundary/kubernetes";
import type { KubernetesObject } from "../../../components/core/rendering/manifests/object";
import { cellObjects, smallCells } from "../../support/cell-objects";
import { liveObjects, type LiveObject } from "../../support/cluster";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { mayConnect, type LivePod, type LivePolicy } from "../../support/live-network";

const product = "sourcegraph";
const setUp = "sourcegraph-set-up";

/** Pods of a cell, by the workload they are of, each with the groups of nodes it is for. */
const workloads = [
  "gitserver",
  "indexed-search",
  "otel-collector",
  "searcher",
  "sourcegraph-frontend",
  "syntect-server",
  "worker",
];

/** Kinds that a cluster has without the controllers of its cloud. */
const isPlain = ({ apiVersion }: KubernetesObject) => !/(google|gke|eks\.amazonaws|elbv2)/.test(apiVersion);

/** A cell on a control plane of its own. */
interface LiveCell {
  readonly cluster: TestCluster;
  readonly objects: readonly KubernetesObject[];
  readonly warnings: string;
}

interface LivePodObject extends LiveObject {
  readonly spec: {
    readonly serviceAccountName: string;
    readonly containers: readonly {
      readonly ports?: readonly { readonly containerPort: number }[];
      readonly volumeMounts?: readonly { readonly mountPath: string }[];
    }[];
  };
  readonly status: { readonly phase: string };
}

async function deploy(cluster: TestCluster, objects: readonly KubernetesObject[]): Promise<LiveCell> {
  const group = "sourcegraph.com/node-group";
  const { stdout } = await cluster.kubectl(["get", "nodes", "--output=name"]);
  const [first = "", ...others] = stdout.trim().split("\n");
  await cluster.kubectl(["label", first, `${group}=search`]);
  await cluster.kubectl(["label", ...others, `${group}=general`]);
  const plain = objects.filter(isPlain);
  const isNamespace = ({ kind }: KubernetesObject) => kind === "Namespace";
  const said = [
    await cluster.apply(plain.filter(isNamespace)),
    await cluster.apply(plain.filter((object) => !isNamespace(object))),
  ];
  return { cluster, objects: plain, warnings: said.map(({ stderr }) => stderr).join("") };
}
const podsOf = async ({ cluster }: LiveCell, namespace: string): Promise<LivePodObject[]> =>
  (await liveObjects(cluster, "pods", namespace)) as LivePodObject[];

/** The workload of a pod, or the Job. */
const ownerOf = ({ metadata }: LiveObject): string =>
  workloads.find((name) => metadata.name.startsWith(`${name}-`)) ??
  (metadata.name.startsWith("migrator-") ? "migrator" : "db-set-up");

async function settled(cell: LiveCell): Promise<void> {
  for (let tries = 0; tries < 90; tries += 1) {
    const pods = [...(await podsOf(cell, product)), ...(await podsOf(cell, setUp))];
    const done = pods.every(({ status }) => ["Running", "Succeeded"].includes(status.phase));
    if (pods.length >= workloads.length + 4 && done) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error("the pods of the cell did not come up");
}

/** What the API server says to something that it refuses. */
async function refusalOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    return (error as { stderr: string }).stderr.trim();
  }
  return "not refused";
}

/** Control planes, which are stopped at the end of the suite they are of. */
const started: TestCluster[] = [];
const stopAll = () => started.splice(0).forEach((cluster) => cluster.stop());

for (const cloud of ["aws", "gcp"] as const)
  describe(`a cell on a real API server, as on ${cloud}`, function () {
    this.timeout(600_000);
    let cell: LiveCell;

    before(async function () {
      const cluster = startKubernetes(this);
      this.timeout(500_000);
      started.push(cluster);
      cell = await deploy(cluster, await cellObjects(cloud, "cell-1"));
      await settled(cell);
    });
    after(stopAll);

    it("is accepted, and every pod is admitted and runs", async () => {
      // GKE reads the class of an Ingress from an annotation that the API server calls deprecated.
      const said =
        cloud === "gcp" ? /^Warning: annotation "kubernetes.io\/ingress.class" is deprecated[^\n]*\n$/ : /^$/;
      assert.match(cell.warnings, said);
      const pods = await podsOf(cell, product);
      const ran = Object.fromEntries(pods.map((pod) => [ownerOf(pod), pod.status.phase]));
      assert.deepEqual(ran, {
        ...Object.fromEntries(workloads.map((name) => [name, "Running"])),
        migrator: "Succeeded",
      });
      const jobs = await podsOf(cell, setUp);
      assert.deepEqual(
        jobs.map(({ status }) => status.phase),
        ["Succeeded", "Succeeded", "Succeeded"],
      );
    });

    const pod = (namespace: string, more: object, container: object = {}): KubernetesObject => {
      const securityContext = {
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
        ...container,
      };
      return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "stranger", namespace },
        spec: { containers: [{ name: "c", image: "registry.test/i", securityContext }], ...more },
      };
    };

    it("refuses pods that are privileged, root, or see the node, in both namespaces", async () => {
      const cases: readonly [object, object, string][] = [
        [
          {},
          { privileged: true, allowPrivilegeEscalation: true },
          'privileged (container "c" must not set securityContext.privileged=true), allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false)',
        ],
        [{ hostNetwork: true }, {}, "host namespaces (hostNetwork=true)"],
        [{ hostPID: true }, {}, "host namespaces (hostPID=true)"],
        [{}, { runAsUser: 0 }, 'runAsUser=0 (container "c" must not set runAsUser=0)'],
        [
          {},
          { runAsNonRoot: false },
          'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)',
        ],
        [
          { volumes: [{ name: "node", hostPath: { path: "/" } }] },
          {},
          'restricted volume types (volume "node" uses restricted volume type "hostPath")',
        ],
        [
          {},
          { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } },
          'unrestricted capabilities (container "c" must not include "NET_ADMIN" in securityContext.capabilities.add)',
        ],
      ];
      for (const namespace of [product, setUp]) {
        const said = cases.map(([more, container]) =>
          refusalOf(cell.cluster.apply([pod(namespace, more, container)], "--dry-run=server")),
        );
        assert.deepEqual(
          await Promise.all(said),
          cases.map(
            ([, , why]) =>
              `Error from server (Forbidden): pods "stranger" is forbidden: violates PodSecurity "restricted:latest": ${why}`,
          ),
        );
        // It is what makes them so that is refused, not the pod.
        await cell.cluster.apply([pod(namespace, {})], "--dry-run=server");
      }
    });

    /** Everything that may open a connection here: a pod of each workload and Job, and two that nobody knows. */
    async function ends(): Promise<readonly { name: string; pod: LivePod; object?: LivePodObject }[]> {
      // On AWS pods have addresses of the network, on Google Cloud of a block of their own.
      const planned = smallCells(cloud).cells[0];
      const address = (cloud === "aws" ? planned?.cidr : planned?.plan.cluster?.podCidr)?.replace(/0\/.*/, "7") ?? "";
      const known = [...(await podsOf(cell, product)), ...(await podsOf(cell, setUp)).slice(0, 1)];
      return [
        ...known.map((object) => {
          const name = ownerOf(object);
          const namespace = name === "db-set-up" ? setUp : product;
          return { name, pod: { namespace, address, labels: object.metadata.labels ?? {} }, object };
        }),
        { name: "a stranger within", pod: { namespace: product, address, labels: {} } },
        {
          name: "a stranger elsewhere",
          pod: { namespace: "default", address, labels: { app: "sourcegraph-frontend", deploy: "sourcegraph" } },
        },
      ];
    }

    async function livePolicies(): Promise<LivePolicy[]> {
      const { stdout } = await cell.cluster.kubectl(["get", "networkpolicies", "--all-namespaces", "--output=json"]);
      return (JSON.parse(stdout) as { items: LivePolicy[] }).items;
    }

    /** Every connection that may be opened, `from to:port`, on every port that is listened on and some that are not. */
    async function mayBeOpened(policies: readonly LivePolicy[]): Promise<string[]> {
      const all = await ends();
      const ports = new Set(
        all.flatMap(({ object }) =>
          (object?.spec.containers ?? []).flatMap((each) => (each.ports ?? []).map((port) => port.containerPort)),
        ),
      );
      const others = [22, 53, 80, 443, 5432, 6379, 8080, 9090, 10_250, 15_008];
      return all
        .flatMap(({ name: to, pod: server, object }) =>
          object === undefined
            ? []
            : [...ports, ...others].flatMap((port) =>
                all
                  .filter(({ name: from, pod: client }) => from !== to && mayConnect(policies, client, server, port))
                  .map(({ name: from }) => `${from} ${to}:${port}`),
              ),
        )
        .sort();
    }

    it("lets connect whom the product's own edges name and nobody else: every pair of pods on every port", async () => {
      const policies = await livePolicies();
      assert.deepEqual(
        policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort(),
        [
          ...["default-deny", "dns", "migrator", ...workloads].map((name) => `${product}/${name}`),
          `${setUp}/databases`,
          `${setUp}/deny-all`,
        ].sort(),
      );
      const planned = smallCells(cloud).cells[0];
      assert.ok(planned);
      const declared = (kubernetesBoundary(planned.plan, planned.specification).edges ?? []).flatMap((edge) =>
        edge.kind === "connects" && edge.from !== edge.to && workloads.includes(edge.from)
          ? [`${edge.from} ${edge.to}:${edge.port}`]
          : [],
      );
      // A load balancer of AWS has addresses of the network, and so have pods.
      const visitors = cloud === "aws" ? ["a stranger elsewhere sourcegraph-frontend:3080"] : [];
      const opened = await mayBeOpened(policies);
      assert.deepEqual(opened, [...declared, ...visitors].sort());
      const callersOf = (port: number) =>
        opened.filter((each) => each.endsWith(`:${port}`)).map((each) => each.slice(0, each.indexOf(" ")));
      // Who may name any tenant, because nothing authenticates the header, and who may ask for the databases' logins (B-T05).
      assert.deepEqual(
        { gitserver: callersOf(3178), searcher: callersOf(3181), index: callersOf(6070), indexer: callersOf(6072) },
        {
          gitserver: ["indexed-search", "searcher", "sourcegraph-frontend", "worker"],
          searcher: ["sourcegraph-frontend", "worker"],
          index: ["sourcegraph-frontend", "worker"],
          indexer: ["sourcegraph-frontend"],
        },
      );
      assert.deepEqual(callersOf(3090), ["gitserver", "indexed-search", "searcher", "worker"]);
    });

    it("stays closed where one end is opened by hand, and it is seen where both are", async () => {
      const policies = await livePolicies();
      const before = await mayBeOpened(policies);
      const added = async (...more: LivePolicy["spec"][]) => {
        const metadata = { namespace: product, name: "by-hand" };
        const opened = await mayBeOpened([...policies, ...more.map((spec) => ({ metadata, spec }))]);
        return opened.filter((each) => !before.includes(each) && each.endsWith(":3178"));
      };
      const podSelector = { matchLabels: { app: "gitserver" } };
      const takesAll = { podSelector, policyTypes: ["Ingress"], ingress: [{}] } as const;
      const letsAllOut = { podSelector: {}, policyTypes: ["Egress"], egress: [{}] } as const;
      const callers = ["a stranger within", "migrator", "otel-collector", "syntect-server"];
      assert.deepEqual(await added(letsAllOut), []);
      // Whoever is not of the product is held back by nobody's policy of its own.
      assert.deepEqual(await added(takesAll), ["a stranger elsewhere gitserver:3178"]);
      assert.deepEqual(
        await added(takesAll, letsAllOut),
        ["a stranger elsewhere", ...callers].map((from) => `${from} gitserver:3178`).sort(),
      );
    });

    it("gives every workload an account of its own, a token to the one that asks, and no more than it reads", async () => {
      const pods = [...(await podsOf(cell, product)), ...(await podsOf(cell, setUp))];
      const accounts = Object.fromEntries(pods.map((each) => [ownerOf(each), each.spec.serviceAccountName]));
      assert.deepEqual(
        accounts,
        Object.fromEntries([...workloads, "migrator", "db-set-up"].map((name) => [name, name])),
      );
      const tokens = pods.filter(({ spec }) =>
        spec.containers.some((each) =>
          (each.volumeMounts ?? []).some(({ mountPath }) => mountPath.startsWith("/var/run/secrets/kubernetes.io")),
        ),
      );
      assert.deepEqual(tokens.map(ownerOf), ["sourcegraph-frontend"]);
      const rights = async (namespace: string, account: string) => {
        const { stdout } = await cell.cluster.kubectl([
          "auth",
          "can-i",
          "--list",
          "--no-headers",
          `--namespace=${namespace}`,
          `--as=system:serviceaccount:${namespace}:${account}`,
        ]);
        return stdout
          .split("\n")
          .map((line) => line.trim().replace(/\s+/g, " "))
          .filter((line) => /^[a-z]/.test(line) && !/authentication\.k8s|authorization\.k8s/.test(line))
          .sort();
      };
      const [frontend, ...others] = await Promise.all(
        ["sourcegraph-frontend", ...workloads.slice(0, 4), "syntect-server", "worker", "migrator", "cell-agent"].map(
          (account) => rights(product, account),
        ),
      );
      assert.deepEqual(frontend, [
        "endpoints [] [] [get list watch]",
        "services [] [] [get list watch]",
        "statefulsets.apps [] [] [get list watch]",
      ]);
      assert.deepEqual([...others, await rights(setUp, "db-set-up")].flat(), []);
    });
  });

describe("two cells side by side, each on a real API server", function () {
  this.timeout(600_000);
  let cell: LiveCell;
  let other: LiveCell;

  before(async function () {
    const made: LiveCell[] = [];
    for (const name of ["cell-1", "cell-2"] as const) {
      const cluster = startKubernetes(this);
      this.timeout(500_000);
      started.push(cluster);
      // Of what runs there is no need here.
      const still = (await cellObjects("aws", name)).filter(
        ({ apiVersion }) => apiVersion === "v1" || apiVersion.startsWith("rbac."),
      );
      made.push(await deploy(cluster, still));
    }
    [cell, other] = made as [LiveCell, LiveCell];
  });
  after(stopAll);

  it("share no secret, and the token of one means nothing to the other", async () => {
    const values = async (of: LiveCell) => {
      const secrets = [
        ...(await liveObjects(of.cluster, "secrets", product)),
        ...(await liveObjects(of.cluster, "secrets", setUp)),
      ];
      return secrets.flatMap(({ metadata, data = {} }) =>
        Object.entries(data)
          // Where it is and how it is reached is no secret.
          .filter(([key]) => /password|secret|endpoint|^(app|owner)$/i.test(key))
          .map(([key, value]) => ({ of: `${metadata.name} ${key}`, value: Buffer.from(value, "base64").toString() })),
      );
    };
    const [own, foreign] = await Promise.all([values(cell), values(other)]);
    assert.ok(own.length > 10);
    assert.equal(own.length, foreign.length);
    const known = new Set(foreign.map(({ value }) => value));
    assert.deepEqual(
      own.filter(({ value }) => known.has(value)),
      [],
    );
    const { stdout: token } = await cell.cluster.kubectl([
      "create",
      "token",
      "sourcegraph-frontend",
      `--namespace=${product}`,
    ]);
    const read = async (at: TestCluster) => {
      const address = ["config", "view", "--minify", "--output=jsonpath={.clusters[0].cluster.server}"];
      const { stdout: server } = await at.kubectl(address);
      const login = ["--kubeconfig=/dev/null", `--server=${server}`, "--insecure-skip-tls-verify", `--token=${token}`];
      return at.kubectl([...login, "get", "services", `--namespace=${product}`, "--output=name"]);
    };
    assert.match((await read(cell.cluster)).stdout, /^service\/gitserver$/m);
    assert.equal(await refusalOf(read(other.cluster)), "error: You must be logged in to the server (Unauthorized)");
  });
});
