import assert from "node:assert/strict";
import { parse } from "yaml";
import { planConfigMaps } from "../../../../components/core/planning/kubernetes/config-maps";
import type { FileTexts } from "../../../../components/core/planning/config/specification";
import { planWorkloads } from "../../../../components/core/planning/kubernetes/workloads";
import { contextOf } from "../../../support/kubernetes-plans";

type Vary = Readonly<Record<string, unknown>>;

function mapsOf(vary: Vary = {}, files: FileTexts = {}): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const context = contextOf(vary, files);
  return Object.fromEntries(planConfigMaps(context, planWorkloads(context)).map(({ name, data }) => [name, data]));
}

interface Scraping {
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly static_configs?: readonly { readonly labels?: { readonly job: string }; readonly targets: string[] }[];
    readonly kubernetes_sd_configs?: readonly unknown[];
  }[];
}

const scraping = (vary: Vary) => parse(mapsOf(vary)["prometheus"]?.["prometheus.yml"] ?? "") as Scraping;

describe("the ConfigMaps", () => {
  it("are those that the deployed pods mount", () => {
    const databases = ["pgsql-conf", "codeintel-db-conf", "codeinsights-db-conf"];
    assert.deepEqual(Object.keys(mapsOf()), [...databases, "prometheus", "grafana", "otel-agent"]);
    assert.deepEqual(Object.keys(mapsOf({ tracing: true, kubernetes: { profile: "restricted" } })), [
      ...databases,
      "prometheus",
      "grafana",
      "jaeger",
    ]);
  });

  it("hold the configuration files of the frontends only while these hold no secret", () => {
    const of = (text: string) =>
      mapsOf({ siteConfig: { siteFile: "site.json" }, secrets: { key: "" } }, { "site.json": text })[
        "sourcegraph-configuration"
      ];
    assert.deepEqual(Object.keys(of("{}") ?? {}), ["site-config.json"]);
    assert.equal(of('{ "licenseKey": "${secret:key}" }'), undefined);
  });

  it("configure PostgreSQL for the memory and CPUs of its container, and for many connections from size XL on", () => {
    const of = (vary: Vary) => (mapsOf(vary)["pgsql-conf"]?.["postgresql.conf"] ?? "").split("\n");
    assert.ok(of({ overrides: { pgsql: { memoryGb: 4, cpus: 4 } } }).includes("shared_buffers = 1GB"));
    assert.ok(of({ overrides: { pgsql: { memoryGb: 16, cpus: 8 } } }).includes("shared_buffers = 4GB"));
    assert.ok(of({ overrides: { pgsql: { cpus: 8 } } }).includes("max_worker_processes = 8"));
    for (const [size, connections] of [
      ["L", 100],
      ["XL", 500],
      ["3XL", 500],
    ] as const)
      assert.ok(of({ size }).includes(`max_connections = ${connections}`), size);
  });
});

describe("the configuration of Prometheus", () => {
  it("finds targets by the cluster, in the namespace of the instance", () => {
    const { scrape_configs: jobs } = scraping({ kubernetes: { namespace: "code" } });
    assert.deepEqual(
      jobs.map(({ job_name }) => job_name),
      [
        "kubernetes-apiservers",
        "kubernetes-nodes",
        "kubernetes-service-endpoints",
        "kubernetes-pods",
        "builtin-prometheus",
        "builtin-alertmanager",
      ],
    );
    for (const job of jobs.slice(2, 4))
      assert.deepEqual(
        job.kubernetes_sd_configs?.map((each) => (each as { namespaces: unknown }).namespaces),
        [{ names: ["code"] }],
      );
  });

  it("lists every target of the plan in profile restricted, under the job the dashboards select on", () => {
    const { scrape_configs: jobs } = scraping({
      overrides: { gitserver: { replicas: 2 }, "zoekt-webserver": { replicas: 2 } },
      kubernetes: { profile: "restricted" },
    });
    assert.ok(jobs.every(({ kubernetes_sd_configs: found }) => found === undefined));
    const targets = (jobs[0]?.static_configs ?? []).map(({ labels, targets: own }) => [labels?.job, ...own].join(" "));
    assert.deepEqual(targets, [
      "sourcegraph-frontend sourcegraph-frontend:6060",
      "worker worker:6060",
      "worker-executors worker-executors:6996",
      "node syntect-server:6060",
      "gitserver gitserver-0.gitserver:6060 gitserver-1.gitserver:6060",
      "searcher searcher-0.searcher:6060",
      "zoekt-webserver indexed-search-0.indexed-search:6070 indexed-search-1.indexed-search:6070",
      "zoekt-indexserver indexed-search-0.indexed-search-indexer:6072 indexed-search-1.indexed-search-indexer:6072",
      "precise-code-intel-worker precise-code-intel-worker:6060",
      "pgsql pgsql:9187",
      "codeintel-db codeintel-db:9187",
      "codeinsights-db codeinsights-db:9187",
      "redis-cache redis-cache:9121",
      "redis-store redis-store:9121",
      "otel-collector otel-collector:8888",
    ]);
  });
});

describe("the data sources of Grafana", () => {
  it("are Prometheus and Jaeger at their Services, as far as they run", () => {
    const of = (vary: Vary) =>
      (parse(mapsOf(vary)["grafana"]?.["datasources.yml"] ?? "") as { datasources: { url: string }[] }).datasources.map(
        ({ url }) => url,
      );
    assert.deepEqual(of({}), ["http://prometheus:30090"]);
    assert.deepEqual(of({ tracing: true }), ["http://prometheus:30090", "http://jaeger-query:16686/-/debug/jaeger"]);
    assert.deepEqual(of({ kubernetes: { leaveOut: ["prometheus"] } }), []);
  });
});
