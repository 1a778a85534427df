import assert from "node:assert/strict";
import {
  besideBoundary,
  clusterBoundary,
  kubernetesBoundary,
  managedBoundary,
} from "../../../../components/core/planning/boundary/kubernetes";
import { vmBoundary } from "../../../../components/core/planning/boundary/vm";
import { parseSpecification, requireVm } from "../../../../components/core/planning/config/specification";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { planVm } from "../../../../components/core/planning/vm/plan";
import { renderManifests } from "../../../../components/core/rendering/manifests/manifests";
import type { Boundary, DeclaredEdge } from "../../../../components/core/rules/facts";
import { Graph } from "../../../../components/core/rules/graph";
import { openingsOf } from "../../../../components/core/rules/network/policies";
import { goodConfigs } from "../../../support/configs";
import { kubernetesSpecification } from "../../../support/kubernetes-plans";

const access = { allowedCidrs: ["10.0.0.0/8"] };
const aws = { cloud: "aws", region: "us-east-1", access };
const image = `mirror.example.com/executor-kubernetes:7.5.4453@sha256:${"0".repeat(64)}`;

const inWords = (edge: DeclaredEdge): string =>
  edge.kind === "stores"
    ? `${edge.from} keeps ${edge.dataClass} in ${edge.to}`
    : edge.kind === "connects"
      ? `${edge.from} to ${edge.to} at ${edge.port ?? ""}${edge.plane === undefined ? "" : `, ${edge.plane}`}`
      : edge.kind;

const edgesOf = ({ edges = [] }: Boundary, kind: DeclaredEdge["kind"]): string[] =>
  edges.filter((edge) => edge.kind === kind).map(inWords);

function vm(config: object, files: Readonly<Record<string, string>> = {}): Boundary {
  const specification = requireVm(parseSpecification(config, files));
  return vmBoundary(planVm(specification), specification);
}

function kubernetes(vary: Readonly<Record<string, unknown>> = {}) {
  const specification = kubernetesSpecification(vary);
  const plan = planKubernetes(specification);
  return { specification, plan, boundary: kubernetesBoundary(plan, specification) };
}

describe("What an instance states to the rules", () => {
  it("is whose it is, what for, and what the config says of the product", () => {
    assert.deepEqual(vm(goodConfigs.aws).facts, {
      zone: "single-tenant",
      tenancy: "single",
      stage: "production",
      owner: "sourcegraph",
      registries: ["index.docker.io/sourcegraph"],
      settings: {},
    });
    const boundaries = { stage: "development", owner: "platform", companyDomains: ["example.com"] };
    const siteConfig = { siteFile: "site.json" };
    const registry = { host: "mirror.example.com/sg" };
    const site = '{ /* none */ "update.channel": "none", "attribution.enabled": false }';
    assert.deepEqual(vm({ ...goodConfigs.gcp, boundaries, siteConfig, registry }, { "site.json": site }).facts, {
      zone: "single-tenant",
      tenancy: "single",
      ...boundaries,
      account: "example-project",
      registries: ["mirror.example.com/sg"],
      mirror: "mirror.example.com/sg",
      settings: { updateChannel: "release", attribution: false },
    });
  });

  it("is whether it sends pings: no more to be switched off from 7.1 on", () => {
    const site = { "site.json": '{ "update.channel": "none" }' };
    const siteConfig = { siteFile: "site.json" };
    const settings = (release: string) => vm({ ...goodConfigs.aws, release, siteConfig }, site).facts.settings;
    assert.deepEqual(settings("7.0.2852"), { updateChannel: "none" });
    assert.deepEqual(settings("7.5.4453"), { updateChannel: "release" });
    const smtp = { host: "mail.test", port: 25, from: "a@mail.test", authentication: "none" };
    assert.deepEqual(vm({ ...goodConfigs.aws, smtp }).facts.settings, { updateChannel: "release" });
  });

  it("is the mode of a deployment without a way out", () => {
    const registry = { host: "mirror.example.com/sg" };
    const { facts } = kubernetes({ registry, kubernetes: { profile: "air-gapped" } }).boundary;
    assert.deepEqual(facts.modes, ["air-gapped"]);
    assert.equal(kubernetes().boundary.facts.modes, undefined);
  });
});

describe("What an instance states of the support services", () => {
  const asked = ({ edges = [] }: Boundary): string[] =>
    edges.flatMap((edge) =>
      edge.kind === "connects" && edge.contract !== undefined
        ? [
            `${edge.from} to ${edge.to} for ${edge.contract}, showing ${edge.credential ?? ""}, of plane ${edge.plane ?? ""}`,
          ]
        : [],
    );
  const all = [
    "sourcegraph-frontend to admin/cody-gateway for model-call, showing licence-token, of plane machine",
    "worker to admin/enterprise-portal for licence-check, showing licence-token, of plane machine",
    "worker to admin/pings for ping, showing none, of plane machine",
    "worker to admin/telemetry-gateway for telemetry, showing licence-token, of plane machine",
  ];
  const registry = { host: "mirror.example.com/sg" };

  it("is what it asks each for, and what it shows there", () => {
    assert.deepEqual(asked(vm(goodConfigs.aws)), all);
    assert.deepEqual(asked(kubernetes().boundary), all);
  });

  it("is no call of models where there are those of the customer", () => {
    const siteConfig = { siteFile: "site.json" };
    const site = { "site.json": '{ "modelConfiguration": { "providerOverrides": [{ "id": "own" }] } }' };
    const boundary = vm({ ...goodConfigs.aws, modes: ["own-model"], siteConfig }, site);
    assert.deepEqual(asked(boundary), all.slice(1));
    assert.deepEqual(boundary.facts.modes, ["own-model"]);
    assert.deepEqual(boundary.facts.settings, { updateChannel: "release", modelGateway: false, ownModels: true });
  });

  it("is nothing without a way out, of which it is told that nothing is to be asked", () => {
    const boundary = vm({
      ...goodConfigs.local,
      modes: ["air-gapped"],
      registry,
      boundaries: { licence: ["allow-air-gapped"] },
    });
    assert.deepEqual(asked(boundary), []);
    assert.deepEqual(boundary.facts.modes, ["air-gapped"]);
    assert.deepEqual(boundary.facts.settings, {
      updateChannel: "none",
      modelGateway: false,
      licence: ["allow-air-gapped"],
    });
    assert.deepEqual(asked(kubernetes({ registry, kubernetes: { profile: "air-gapped" } }).boundary), []);
  });

  it("is nothing of the public code search, which is in a zone of its own and no single tenant's", () => {
    const boundary = vm({ ...goodConfigs.aws, boundaries: { zone: "dotcom" } });
    assert.deepEqual(asked(boundary), []);
    assert.equal(boundary.facts.zone, "dotcom");
    assert.equal(boundary.facts.tenancy, undefined);
  });

  it("names the account whose key everything is under", () => {
    const customerKey = "arn:aws:kms:us-east-1:210987654321:key/1";
    const { facts } = vm({ ...goodConfigs.aws, modes: ["byok"], customerKey, boundaries: { account: "123456789012" } });
    assert.deepEqual([facts.modes, facts.account, facts.admits], [["byok"], "123456789012", ["210987654321"]]);
  });
});

describe("What a machine states to the rules", () => {
  it("is who keeps what on its disk and in services of the cloud, and what each holds", () => {
    const managed = { databases: { managed: { only: ["frontend"] } }, cache: "managed", objectStorage: "managed" };
    const boundary = vm({ ...goodConfigs.aws, ...managed });
    assert.deepEqual(edgesOf(boundary, "stores"), [
      "sourcegraph-frontend keeps user-data in sourcegraph-data",
      "sourcegraph-frontend-internal keeps user-data in sourcegraph-data",
      "worker keeps user-data in sourcegraph-data",
      "gitserver keeps user-data in sourcegraph-data",
      "searcher keeps user-data in sourcegraph-data",
      "zoekt-webserver keeps user-data in sourcegraph-data",
      "zoekt-indexserver keeps user-data in sourcegraph-data",
      "codeintel-db keeps user-data in sourcegraph-data",
      "codeinsights-db keeps user-data in sourcegraph-data",
      "prometheus keeps operational in sourcegraph-data",
      "grafana keeps operational in sourcegraph-data",
      "caddy keeps secret in sourcegraph-data",
      "codeintel-db keeps user-data in sourcegraph-backups",
      "codeinsights-db keeps user-data in sourcegraph-backups",
      "pgsql keeps user-data in sourcegraph-pgsql",
      "redis-cache keeps user-data in sourcegraph-cache",
      "redis-store keeps identity in sourcegraph-store",
      "blobstore keeps user-data in sourcegraph-uploads",
    ]);
    assert.deepEqual(boundary.children?.["aws:ebs/volume"], { dataClasses: ["user-data", "secret", "operational"] });
    assert.deepEqual(boundary.children?.["sourcegraph-store"], { dataClasses: ["identity"], rebuildable: false });
    assert.deepEqual(boundary.children?.["aws:s3/bucket"], { dataClasses: ["configuration"], rebuildable: true });
  });

  it("is its volumes by name on a local engine, and connections of what runs there only", () => {
    const boundary = vm(goodConfigs.local);
    assert.ok(edgesOf(boundary, "stores").includes("gitserver keeps user-data in sourcegraph-gitserver-0"));
    const connections = edgesOf(boundary, "connects");
    assert.ok(connections.includes("worker to gitserver at 3178"));
    assert.deepEqual(
      connections.filter((edge) => edge.includes("jaeger")),
      [],
    );
    assert.equal(new Set(connections).size, connections.length);
  });
});

describe("What a deployment on Kubernetes states to the rules", () => {
  const executors = { kind: "kubernetes", queues: ["codeintel"], image };
  const shapes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "a cluster that is there": {},
    AWS: aws,
    Google: { cloud: "gcp", region: "us-central1", gcp: { project: "example-project" }, access },
    "a deployment with tracing and executors": {
      tracing: true,
      secrets: { executors: "" },
      kubernetes: { executors: { ...executors, passwordSecret: "executors" } },
    },
  };

  for (const [shape, vary] of Object.entries(shapes))
    it(`is exactly the connections that its network policies let in: ${shape}`, () => {
      const { plan, boundary } = kubernetes(vary);
      const policies = renderManifests(plan).filter(({ kind }) => kind === "NetworkPolicy");
      const openings = policies.flatMap((policy) =>
        openingsOf({
          urn: "",
          type: "",
          name: policy.metadata.name,
          inputs: { spec: policy["spec"] },
          refers: {},
          protected: false,
          retained: false,
        }),
      );
      const open = openings.map(({ from, to, port }) => `${from} to ${to} at ${port ?? ""}`);
      const stated = edgesOf(boundary, "connects")
        .filter((edge) => !edge.includes(" to admin/"))
        .map((edge) => edge.replace(/, end-user$/, ""));
      assert.ok(stated.length > 50);
      assert.deepEqual([...new Set(stated)].sort(), [...new Set(open)].sort());
    });

  it("is the same where policies are switched off", () => {
    const off = kubernetes({ kubernetes: { networkPolicies: { enabled: false } } });
    assert.deepEqual(off.plan.networkPolicies, []);
    assert.deepEqual(edgesOf(off.boundary, "connects"), edgesOf(kubernetes().boundary, "connects"));
  });

  it("is who visits, and that those are users", () => {
    const visits = edgesOf(kubernetes().boundary, "connects").filter((edge) => edge.endsWith("end-user"));
    assert.deepEqual(visits, ["namespace ingress-nginx to sourcegraph-frontend at 3080, end-user"]);
  });

  it("is what is kept in which claim, by the name of its resource", () => {
    const kept = edgesOf(kubernetes().boundary, "stores");
    assert.ok(kept.includes("redis-store keeps identity in sourcegraph-claim-redis-store"), kept.join("\n"));
    assert.ok(kept.includes("pgsql keeps user-data in sourcegraph-claim-pgsql"), kept.join("\n"));
  });

  it("leaves the cloud's services to what makes them, backups to the cluster, and the rest with the facts alone", () => {
    const managed = { databases: "managed", cache: "managed", objectStorage: "managed" };
    const { specification, plan, boundary } = kubernetes({ ...aws, ...managed });
    assert.deepEqual(
      edgesOf(boundary, "stores").filter((edge) => /pgsql|redis|uploads/.test(edge)),
      [],
    );
    assert.deepEqual(edgesOf(managedBoundary(specification, plan.managed), "stores"), [
      "pgsql keeps user-data in sourcegraph-pgsql",
      "codeintel-db keeps user-data in sourcegraph-codeintel-db",
      "codeinsights-db keeps user-data in sourcegraph-codeinsights-db",
      "redis-cache keeps user-data in sourcegraph-cache",
      "redis-store keeps identity in sourcegraph-store",
      "blobstore keeps user-data in sourcegraph-uploads",
    ]);
    const { children, edges } = clusterBoundary(specification, plan.workloads);
    assert.deepEqual(children?.["gcp:gkebackup/backupPlan"], {
      dataClasses: ["user-data", "operational", "secret"],
    });
    assert.deepEqual([edges, besideBoundary(specification).edges], [undefined, undefined]);
    assert.deepEqual({ ...besideBoundary(specification).facts, settings: {} }, boundary.facts);
  });

  it("reaches the graph as the input of a component", () => {
    const { boundary } = kubernetes();
    const graph = new Graph([
      { urn: "u", type: "t", name: "n", inputs: { boundary }, refers: {}, protected: false, retained: false },
    ]);
    assert.deepEqual(graph.edges, boundary.edges);
  });
});
