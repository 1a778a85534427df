import assert from "node:assert/strict";
import { parseSpecification, requireKubernetes } from "../../../../components/core/planning/config/specification";
import { kubernetesContext } from "../../../../components/core/planning/kubernetes/context";
import {
  planNetworkPolicies,
  type PlannedPolicyRule,
} from "../../../../components/core/planning/kubernetes/network-policies";
import { verdict } from "../../../../components/core/planning/kubernetes/network-verdict";
import { planWorkloads } from "../../../../components/core/planning/kubernetes/workloads";
import { goodConfigs } from "../../../support/configs";

const eks = { ...goodConfigs.aws, shape: "kubernetes" };
const gke = { ...goodConfigs.gcp, shape: "kubernetes" };
const inCluster = (kubernetes: object = {}) => ({
  shape: "kubernetes",
  cloud: "existing",
  release: "7.5.4453",
  size: "S",
  kubernetes: { storageClass: { name: "fast", create: false }, ingress: { className: "nginx" }, ...kubernetes },
});

function planned(config: unknown) {
  const context = kubernetesContext(requireKubernetes(parseSpecification(config)));
  const workloads = planWorkloads(context);
  return { workloads, policies: planNetworkPolicies(context, workloads) };
}

/** A rule as one line: what for, whom, and at which ports. */
const line = ({ reason, peers, ports }: PlannedPolicyRule) =>
  `${reason}: ${peers
    .map((peer) => {
      if ("cidr" in peer)
        return peer.except === undefined ? peer.cidr : `${peer.cidr} without ${peer.except.join(" ")}`;
      return "namespace" in peer ? `namespace ${peer.namespace}` : "pods";
    })
    .join(", ")} at ${ports.map(({ port }) => port).join(" ")}`;

const outside = (rules: readonly PlannedPolicyRule[]) =>
  rules.filter(({ peers }) => peers.some((peer) => "cidr" in peer || "namespace" in peer)).map(line);

function out(config: unknown, name: string): string[] {
  return outside(planned(config).policies.find((policy) => policy.name === name)?.egress ?? []);
}

function visitors(config: unknown): string[] {
  return outside(planned(config).policies.find(({ name }) => name === "sourcegraph-frontend")?.ingress ?? []);
}

const everywhere = "0.0.0.0/0 without 169.254.0.0/16";
const privateBlocks = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10";
const internet = `code hosts, sign-in, mail and the vendor: ${everywhere} at 443 80 22 587`;

describe("connections that leave the namespace", () => {
  it("are those of the services that talk to the outside, never to the nodes' own services", () => {
    const config = inCluster();
    const { policies } = planned(config);
    assert.deepEqual(
      policies
        .filter(({ egress }) => egress.map(line).some((text) => text.includes(" 443 80 22 587")))
        .map(({ name }) => name),
      ["sourcegraph-frontend", "worker", "gitserver", "prometheus"],
    );
    assert.deepEqual(out(config, "gitserver"), [
      internet,
      `traces, by the address of the node: ${privateBlocks} at 4317`,
    ]);
    assert.deepEqual(out(config, "pgsql"), []);
    assert.deepEqual(out(config, "syntect-server"), []);
  });

  it("go where the config says, and in profile air-gapped nowhere on the internet", () => {
    const own = inCluster({ networkPolicies: { egress: [{ cidr: "10.20.0.0/16", ports: [443, 7999] }] } });
    assert.equal(out(own, "gitserver")[0], "code hosts, sign-in, mail and the vendor: 10.20.0.0/16 at 443 7999");
    const { policies } = planned({
      ...inCluster({ profile: "air-gapped" }),
      registry: { host: "mirror.example.com/sourcegraph" },
      databases: { external: { frontend: { host: "db.test", user: "u", database: "d", passwordSecret: "db" } } },
      proxy: { http: "http://proxy.test:3128" },
      secrets: { db: "" },
    });
    const blocks = policies.flatMap(({ egress }) => egress.flatMap(({ peers }) => peers));
    assert.ok(!blocks.some((peer) => "cidr" in peer && peer.cidr === "0.0.0.0/0"));
  });

  it("reach the Kubernetes API only where something is looked up", () => {
    const api = (config: unknown) =>
      planned(config)
        .policies.filter(({ egress }) => egress.some(({ reason }) => reason === "the Kubernetes API"))
        .map(({ name }) => name);
    assert.deepEqual(api(inCluster()), ["sourcegraph-frontend", "prometheus"]);
    assert.deepEqual(api(inCluster({ profile: "restricted" })), []);
    assert.ok(out(eks, "prometheus").includes(`the Kubernetes API: ${privateBlocks} at 443 6443`));
  });

  it("reach what is managed by AWS in the network, and prove the identity of the pod", () => {
    const managed = { ...eks, databases: "managed", cache: "managed", objectStorage: "managed" };
    assert.deepEqual(out(managed, "worker"), [
      internet,
      "the managed frontend database: 10.40.0.0/16 at 5432",
      "the managed codeIntel database: 10.40.0.0/16 at 5432",
      "the managed codeInsights database: 10.40.0.0/16 at 5432",
      "managed Redis: 10.40.0.0/16 at 6379",
      `the managed bucket: ${everywhere} at 443`,
      "the identity of the pod in the cloud: 169.254.170.23/32 at 80",
      "traces, by the address of the node: 10.40.0.0/16 at 4317",
    ]);
    assert.deepEqual(out(managed, "migrator"), [
      "the managed frontend database: 10.40.0.0/16 at 5432",
      "the managed codeIntel database: 10.40.0.0/16 at 5432",
      "the managed codeInsights database: 10.40.0.0/16 at 5432",
    ]);
    assert.deepEqual(out(managed, "syntect-server"), []);
  });

  it("reach what is managed by Google at private addresses, and its metadata for the identity only", () => {
    const managed = { ...gke, databases: "managed", objectStorage: "managed" };
    assert.deepEqual(out(managed, "precise-code-intel-worker"), [
      `the managed frontend database: ${privateBlocks} at 5432`,
      `the managed codeIntel database: ${privateBlocks} at 5432`,
      `the managed bucket: ${everywhere} at 443`,
      "the identity of the pod in the cloud: 169.254.169.252/32 at 988",
      "the identity of the pod in the cloud: 169.254.169.254/32 at 80",
      "traces, by the address of the node: 10.40.0.0/16 at 4317",
    ]);
    assert.ok(!out(gke, "precise-code-intel-worker").some((text) => text.includes("identity")));
  });

  it("reach what is external at its own address where it has one, at its own port", () => {
    const database = (host: string, port: number) => ({ host, port, user: "u", database: "d", passwordSecret: "db" });
    const config = {
      ...inCluster(),
      databases: { external: { frontend: database("192.0.2.9", 5433), codeIntel: database("db.test", 6432) } },
      cache: { external: { store: "redis" } },
      objectStorage: {
        external: {
          backend: "S3",
          bucket: "uploads",
          region: "r",
          endpoint: "http://192.0.2.8:9000",
          accessKeyIdSecret: "id",
          secretAccessKeySecret: "key",
        },
      },
      smtp: { host: "192.0.2.5", port: 465, from: "a@example.com", authentication: "none" },
      proxy: { http: "http://192.0.2.7:3128", https: "http://192.0.2.7:3128" },
      secrets: { db: "", redis: "", id: "", key: "" },
    };
    assert.deepEqual(out(config, "worker"), [
      internet,
      "the proxy: 192.0.2.7/32 at 3128",
      "mail: 192.0.2.5/32 at 465",
      "the external frontend database: 192.0.2.9/32 at 5433",
      `the external codeIntel database: ${everywhere} at 6432`,
      `external Redis: ${everywhere} at 6379 6380`,
      "the external bucket: 192.0.2.8/32 at 9000",
      `traces, by the address of the node: ${privateBlocks} at 4317`,
    ]);
  });
});

describe("connections from outside the namespace", () => {
  it("come from whoever stands before the frontends", () => {
    assert.deepEqual(visitors(eks), ["users, by the ingress: 10.40.0.0/16 at 3080"]);
    assert.deepEqual(visitors(gke), [
      "users, by the ingress: 130.211.0.0/22, 35.191.0.0/16 at 3080",
      "health checks of the load balancer: 130.211.0.0/22, 35.191.0.0/16 at 6060",
    ]);
    assert.deepEqual(visitors({ ...gke, kubernetes: { ingress: { internal: true } } }), [
      "users, by the ingress: 130.211.0.0/22, 35.191.0.0/16, 10.40.0.0/16 at 3080",
      "health checks of the load balancer: 130.211.0.0/22, 35.191.0.0/16 at 6060",
    ]);
    assert.deepEqual(visitors(inCluster()), ["users, by the ingress: namespace ingress-nginx at 3080"]);
    assert.deepEqual(visitors(inCluster({ ingress: { className: "openshift-default" } })), [
      "users, by the ingress: namespace openshift-ingress at 3080",
    ]);
    assert.deepEqual(visitors({ ...eks, kubernetes: { ingress: { enabled: false } } }), ["users: 10.0.0.0/8 at 3080"]);
    assert.deepEqual(visitors(inCluster({ ingress: { enabled: false } })), []);
  });

  it("open the frontends alone", () => {
    const { policies } = planned(gke);
    const open = policies.filter(({ ingress }) => outside(ingress).length > 0).map(({ name }) => name);
    assert.deepEqual(open, ["sourcegraph-frontend"]);
  });

  it("by a controller in the instance's own namespace count for its pods", () => {
    const { workloads, policies } = planned(
      inCluster({
        ingress: { className: "nginx", controllerNamespace: "sourcegraph" },
        networkPolicies: { egress: [{ cidr: "10.0.0.0/8", ports: [3080] }] },
      }),
    );
    const asked = (namespace: string) =>
      verdict(
        policies,
        workloads,
        { workload: "worker" },
        { workload: "sourcegraph-frontend" },
        { port: 3080 },
        namespace,
      ).allowed;
    assert.deepEqual([asked("sourcegraph"), asked("elsewhere")], [true, false]);
  });
});
