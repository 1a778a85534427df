import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { planVm } from "../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { renderGrafana } from "../../../components/core/rendering/grafana";
import { renderPrometheus } from "../../../components/core/rendering/prometheus";
import { requireTool } from "../../support/tools";

const deployments: Readonly<Record<string, object>> = {
  "one of each": { release: "7.5.4453" },
  "several of each, with tracing": { release: "7.5.4453", size: "XL", tracing: true },
  "the oldest release": { release: "6.0.0" },
};

describe("promtool", () => {
  let folder: string;

  before(function () {
    requireTool(this, "promtool", "prometheus");
    folder = mkdtempSync(join(tmpdir(), "sgbox-promtool-"));
  });

  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  function check(kind: "config" | "rules", file: string): string {
    const checked = spawnSync("promtool", ["check", kind, join(folder, file)], { encoding: "utf8" });
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
    return checked.stdout;
  }

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  for (const [name, config] of Object.entries(deployments))
    it(`accepts configuration, targets and rules of ${name}`, () => {
      const { containers } = planVm(parseSpecification({ cloud: "local", ...config }));
      // The files refer to each other by their place in the container.
      for (const [path, text] of Object.entries(renderPrometheus(containers)))
        write(path, text.replaceAll("/sg_prometheus_add_ons", join(folder, "prometheus")));
      assert.match(check("config", "prometheus/prometheus.yml"), /1 rule files found/);
      assert.match(check("rules", "prometheus/docker_rules.yml"), /SUCCESS: 4 rules found/);
    });

  it("accepts the queries of the dashboard", () => {
    const { "grafana/dashboards/containers.json": text } = renderGrafana([]);
    const { panels } = JSON.parse(text) as { panels: { targets: { expr: string }[] }[] };
    const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const rules = queries.map((expr, index) => ({ record: `query_${index}`, expr }));
    write("queries.yml", stringify({ groups: [{ name: "queries", rules }] }));
    assert.match(check("rules", "queries.yml"), new RegExp(`SUCCESS: ${panels.length} rules found`));
  });
});
