import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import {
  parseSpecification,
  requireKubernetes,
  type Specification,
} from "../../../components/core/planning/config/specification";
import { planKubernetes } from "../../../components/core/planning/kubernetes/plan";
import { kubernetesDrawingOf } from "../../../components/core/rendering/kubernetes-drawing";
import { kubernetesSections } from "../../../components/core/rendering/kubernetes-report";
import { configFromStackFile } from "../../../stacks/config";
import { kubernetesSpecification } from "../../support/kubernetes-plans";
import { repository } from "../../support/toolchain";

const planned = (specification: Specification) => {
  const plan = planKubernetes(requireKubernetes(specification));
  const sections = kubernetesSections({ plan, specification, objects: [], resources: [] }, "short");
  const section = (id: string) => sections.find((each) => each.id === id)?.rows ?? [];
  return { section, drawing: kubernetesDrawingOf(plan, specification) };
};

/** The sample's specification, as a stack has it. */
const sample = (name: string) =>
  parseSpecification({
    name: "sourcegraph",
    ...configFromStackFile(readFileSync(path.join(repository, `Pulumi.${name}-sample.yaml`), "utf8")),
  });

const addressOf = (specification: Specification) => {
  const { section, drawing } = planned(specification);
  const label = drawing.links.map(({ label: text }) => text).find((text) => /plain|TLS/.test(text));
  return [section("overview").find(([name]) => name === "address")?.[1], label];
};

describe("the report of a plan for Kubernetes", () => {
  it("says what an ingress class leaves to whoever runs its controller", () => {
    const { section } = planned(kubernetesSpecification({ kubernetes: { ingress: { className: "contour" } } }));
    assert.deepEqual(section("notices").flat(), [
      "traffic is plain HTTP: set 'domain' and 'tls', or 'kubernetes.ingress.issuer', before anybody signs in",
      "unproven until 'sgbox check --cluster' has asked the cluster, or it is deployed: that the cluster has the ingress class contour, the storage class, and a network that enforces network policies",
      "nothing here backs up the claims: give 'kubernetes.snapshotClass', or let the cluster's own backup do it",
      "ingress class contour is not known here: by 'kubernetes.ingress.annotations' have it keep streams open for 600 s, take uploads of 150m, and buffer no answers",
      "network policies let users in from the pods of namespace ingress-nginx only: where the controller of ingress class contour runs elsewhere, name its namespace in 'kubernetes.ingress.controllerNamespace'",
    ]);
  });

  it("says of a new cluster what has to be on it and is not made with it", () => {
    const config = (kubernetes: object) => ({
      shape: "kubernetes",
      cloud: "gcp",
      region: "us-central1",
      gcp: { project: "example-project" },
      release: "7.5.4453",
      size: "S",
      domain: "sg.example.com",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      kubernetes,
    });
    const { section } = planned(
      parseSpecification(
        config({
          profile: "restricted",
          priorityClass: { name: "high" },
          ingress: { className: "nginx", issuer: { name: "le" } },
        }),
      ),
    );
    assert.deepEqual(section("notices").flat(), [
      "the new cluster does not have: namespace sourcegraph, the controller of ingress class nginx, cert-manager and its ClusterIssuer le, priority class high; make the cluster alone first ('cluster.workloads' false), put that on it, and deploy Sourcegraph by a second stack with cluster.existing.stack",
    ]);
    assert.equal(
      section("overview").find(([name]) => name === "address")?.[1],
      "https://sg.example.com  HTTPS at the Ingress",
    );
    assert.deepEqual(planned(parseSpecification(config({}))).section("notices"), []);
    const named = config({ storageClass: { name: "fast", create: false } });
    assert.deepEqual(planned(parseSpecification(named)).section("notices").flat(), [
      "the new cluster does not have: storage class fast; make the cluster alone first ('cluster.workloads' false), put that on it, and deploy Sourcegraph by a second stack with cluster.existing.stack",
    ]);
  });

  it("says of an instance without an Ingress that it is reached inside the cluster, by plain HTTP", () => {
    const { section } = planned(
      kubernetesSpecification({
        domain: "sg.example.com",
        access: { allowedCidrs: ["10.0.0.0/8"] },
        tls: { mode: "none" },
        kubernetes: { ingress: { enabled: false } },
      }),
    );
    assert.deepEqual(
      section("overview").filter(([name = ""]) => ["address", "open to"].includes(name)),
      [
        ["address", "http://sourcegraph-frontend:30080 (inside the cluster)  plain HTTP"],
        ["open to", "ports 30080 from 10.0.0.0/8"],
      ],
    );
  });

  it("says of the sample on EKS what is made, from where it is reached, and that stores are the cloud's", () => {
    assert.deepEqual(planned(sample("eks")).section("overview"), [
      ["release", "7.5.4453 of 2026-07-22"],
      ["size", "M (from 2,000 users, 20,000 repositories, 400 GB)"],
      [
        "cluster",
        "new, EKS 1.35 in us-east-1a, us-east-1b, us-east-1c; search 1 x m6a.4xlarge, general 3 x m6a.2xlarge",
      ],
      ["namespace", "sourcegraph, made, enforcing pod security level privileged; profile default"],
      ["network", "new 10.40.0.0/16"],
      ["address", "https://sourcegraph.example.com  HTTPS at the load balancer"],
      ["open to", "ports 80, 443 from 10.0.0.0/8"],
      ["stores", "PostgreSQL managed · Redis managed · object store managed"],
      ["price", "about 3,155.97 USD a month"],
    ]);
  });

  it("says of the sample on GKE what is made, what nodes have for pods, and how far Google's services go back", () => {
    const { section } = planned(sample("gke"));
    assert.deepEqual(
      section("overview").filter(([name = ""]) => ["cluster", "address", "stores"].includes(name)),
      [
        [
          "cluster",
          "new, GKE 1.35 in us-central1-a, us-central1-b, us-central1-c; search 1 x n2-standard-16, general 3 x n2-standard-8",
        ],
        ["address", "https://sourcegraph.example.com  HTTPS at the load balancer"],
        ["stores", "PostgreSQL managed · Redis managed · object store managed"],
      ],
    );
    assert.deepEqual(
      section("nodes").map(([group, , , , , forPods]) => [group, forPods]),
      [
        ["search", "14.94 / 55"],
        ["general", "6.96 / 25"],
      ],
    );
    assert.deepEqual(
      section("managed").map(([, what]) => what),
      ["PostgreSQL 16", "PostgreSQL 16", "PostgreSQL 16", "Redis 7.2", "Redis 7.2", "bucket"],
    );
    const managed = section("data").filter(([, , , where = ""]) => /^(Cloud|Memory)/.test(where));
    assert.deepEqual(
      managed.map(([what, , , , , backedUp]) => [what, backedUp]),
      [
        ["main database", "to the minute, 7 days; daily, 14 days"],
        ["code navigation database", "to the minute, 7 days; daily, 14 days"],
        ["code insights database", "to the minute, 7 days; daily, 14 days"],
        ["Redis cache", "no"],
        ["Redis store", "hourly, the last copy"],
        ["object store", "versions, 14 days"],
      ],
    );
  });

  it("says of the sample on a cluster that is there what it leaves to that cluster", () => {
    const { section } = planned(sample("existing"));
    assert.deepEqual(section("overview"), [
      ["release", "7.5.4453 of 2026-07-22"],
      ["size", "S (named in the config)"],
      ["cluster", "one that is there"],
      ["namespace", "sourcegraph, made, enforcing pod security level privileged; profile default"],
      ["address", "https://sourcegraph.example.com  HTTPS at the Ingress"],
      ["stores", "PostgreSQL bundled · Redis bundled · object store bundled"],
    ]);
  });

  it("calls HTTPS what an issuer or a certificate of one's own secures, and plain what nothing does", () => {
    const tls = { domain: "a.example.com", tls: { mode: "certificate", certificateFile: "crt.pem", keySecret: "key" } };
    const secrets = { key: "" };
    assert.deepEqual(addressOf(sample("existing")), [
      "https://sourcegraph.example.com  HTTPS at the Ingress",
      "80 443 TLS",
    ]);
    assert.deepEqual(
      addressOf(kubernetesSpecification({ ...tls, secrets }, { "crt.pem": "-----BEGIN CERTIFICATE-----" })),
      ["https://a.example.com  HTTPS at the Ingress", "80 443 TLS"],
    );
    assert.deepEqual(addressOf(kubernetesSpecification({ domain: "a.example.com", tls: { mode: "none" } })), [
      "http://a.example.com  plain HTTP",
      "80 plain",
    ]);
  });

  it("says that claims stay at a destroy, but for those of caches", () => {
    const rows = planned(kubernetesSpecification()).section("data");
    const gone = rows.filter(([, , , where, kept]) => where?.startsWith("claim ") && kept === "no");
    assert.deepEqual(
      gone.map(([what, , value]) => [what, value]),
      [
        ["searcher", "cache"],
        ["redis-cache", "cache"],
      ],
    );
    assert.equal(rows.filter(([, , , where, kept]) => where?.startsWith("claim ") && kept === "yes").length, 9);
  });

  it("counts as data the servers of the cloud, with which their passwords are kept, and the passwords of bundled ones", () => {
    const secretsOf = (specification: Specification) =>
      planKubernetes(requireKubernetes(specification))
        .dataResources.filter(({ kind }) => kind === "secret" || kind === "database")
        .map(({ kind, name }) => `${kind} ${name}`);
    assert.deepEqual(secretsOf(sample("eks")), [
      "database sourcegraph-pgsql",
      "database sourcegraph-codeintel-db",
      "database sourcegraph-codeinsights-db",
    ]);
    assert.deepEqual(secretsOf(sample("existing")).sort(), [
      "secret sourcegraph-codeinsightsDbPassword",
      "secret sourcegraph-codeintelDbPassword",
      "secret sourcegraph-pgsqlPassword",
    ]);
  });
});
