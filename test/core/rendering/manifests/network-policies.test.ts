import assert from "node:assert/strict";
import { networkPolicyObjects } from "../../../../components/core/rendering/manifests/network-policies";
import { edgePlan } from "../../../support/kubernetes-edge";

const config = {
  shape: "kubernetes",
  cloud: "existing",
  release: "7.5.4453",
  size: "S",
  kubernetes: { storageClass: { name: "fast", create: false }, ingress: { className: "nginx" } },
};

const specs = (given: object = config) =>
  Object.fromEntries(networkPolicyObjects(edgePlan(given)).map(({ metadata, spec }) => [metadata.name, spec]));

describe("network policies as objects", () => {
  it("close the namespace both ways and open it for names only", () => {
    const { "default-deny": deny, dns } = specs();
    assert.deepEqual(deny, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    const ports = (port: number) => [
      { protocol: "UDP", port },
      { protocol: "TCP", port },
    ];
    const namespace = (name: string) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    });
    assert.deepEqual(dns, {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      egress: [
        { to: [namespace("kube-system"), { ipBlock: { cidr: "169.254.20.10/32" } }], ports: ports(53) },
        { to: [namespace("openshift-dns")], ports: ports(5353) },
      ],
    });
  });

  it("let to a store whom the catalogue names, and nothing out of it", () => {
    const pods = (app: string) => ({
      podSelector: {
        matchLabels: { "app.kubernetes.io/name": "sourcegraph", "app.kubernetes.io/instance": "sourcegraph", app },
      },
    });
    assert.deepEqual(specs()["redis-cache"], {
      ...pods("redis-cache"),
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [pods("sourcegraph-frontend"), pods("worker"), pods("gitserver"), pods("searcher")],
          ports: [{ protocol: "TCP", port: 6379 }],
        },
        { from: [pods("prometheus")], ports: [{ protocol: "TCP", port: 9121 }] },
      ],
    });
  });

  it("know the pods of Jobs by what the cluster labels them with", () => {
    const { "executor-jobs": jobs, migrator } = specs({
      ...config,
      secrets: { token: "" },
      kubernetes: {
        ...config.kubernetes,
        executors: {
          kind: "kubernetes",
          image: "index.docker.io/sourcegraph/executor-kubernetes:7.5.4453",
          passwordSecret: "token",
        },
      },
    }) as Record<string, { podSelector: unknown }>;
    assert.deepEqual(jobs?.podSelector, {
      matchExpressions: [
        { key: "batch.kubernetes.io/job-name", operator: "Exists" },
        { key: "app", operator: "DoesNotExist" },
      ],
    });
    assert.deepEqual(migrator?.podSelector, { matchLabels: { app: "migrator", deploy: "sourcegraph" } });
  });
});
