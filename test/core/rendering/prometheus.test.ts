import assert from "node:assert/strict";
import { parse } from "yaml";
import { planVm } from "../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { renderPrometheus } from "../../../components/core/rendering/prometheus";
import { assertGolden } from "../../support/golden";

function filesFor(config: object) {
  return renderPrometheus(planVm(parseSpecification({ cloud: "local", release: "7.5.4453", ...config })).containers);
}

/** Targets by job label, sorted. */
function targetsFor(config: object): Record<string, string[]> {
  const groups = parse(filesFor(config)["prometheus/prometheus_targets.yml"]) as {
    labels: { job: string; nodename: string };
    targets: string[];
  }[];
  const byJob: Record<string, string[]> = {};
  for (const { labels, targets } of groups) {
    assert.equal(labels.nodename, "sourcegraph-docker-compose-host");
    byJob[labels.job] = [...(byJob[labels.job] ?? []), ...targets].sort();
  }
  return byJob;
}

const single: Record<string, string[]> = {
  node: ["cadvisor:48080", "sourcegraph-frontend-internal:6060", "syntect-server:6060"],
  "sourcegraph-frontend": ["sourcegraph-frontend-0:6060"],
  gitserver: ["gitserver-0:6060"],
  searcher: ["searcher-0:6060"],
  worker: ["worker:6060"],
  "worker-executors": ["worker:6996"],
  "precise-code-intel-worker": ["precise-code-intel-worker:6060"],
  "zoekt-indexserver": ["zoekt-indexserver-0:6072"],
  "zoekt-webserver": ["zoekt-webserver-0:6070"],
  pgsql: ["pgsql-exporter:9187"],
  "codeintel-db": ["codeintel-db-exporter:9187"],
  "codeinsights-db": ["codeinsights-db-exporter:9187"],
  "redis-cache": ["redis-cache:9121"],
  "redis-store": ["redis-store:9121"],
  "node-exporter": ["node-exporter:9100"],
  "otel-collector": ["otel-collector:8888"],
};

describe("Prometheus files", () => {
  it("are as on record for a deployment of one of each", () => {
    for (const [path, text] of Object.entries(filesFor({}))) assertGolden(path, text);
  });

  it("have the vendor's jobs and targets", () => {
    assert.deepEqual(targetsFor({}), single);
  });

  it("list syntect-server in a group of its own, as the vendor does", () => {
    const groups = parse(filesFor({})["prometheus/prometheus_targets.yml"]) as { targets: string[] }[];
    assert.deepEqual(
      groups.map(({ targets }) => targets).filter((targets) => targets.includes("syntect-server:6060")),
      [["syntect-server:6060"]],
    );
  });

  it("have a target for each replica", () => {
    const overrides = { gitserver: { replicas: 2 }, searcher: { replicas: 3 }, "zoekt-webserver": { replicas: 2 } };
    assert.deepEqual(targetsFor({ overrides }), {
      ...single,
      gitserver: ["gitserver-0:6060", "gitserver-1:6060"],
      searcher: ["searcher-0:6060", "searcher-1:6060", "searcher-2:6060"],
      "zoekt-indexserver": ["zoekt-indexserver-0:6072", "zoekt-indexserver-1:6072"],
      "zoekt-webserver": ["zoekt-webserver-0:6070", "zoekt-webserver-1:6070"],
    });
  });

  it("have no target for what runs elsewhere, and more in releases with more services", () => {
    const database = { host: "db.example.com", user: "sg", database: "sg", passwordSecret: "password" };
    const { pgsql: _pgsql, "redis-cache": _cache, ...rest } = single;
    assert.deepEqual(
      targetsFor({
        release: "6.0.0",
        databases: { external: { frontend: database } },
        cache: { external: { cache: "redis" } },
        secrets: { password: "x", redis: "x" },
      }),
      { ...rest, "repo-updater": ["repo-updater:6060"], symbols: ["symbols-0:6060"] },
    );
  });
});
