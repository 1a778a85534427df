import assert from "node:assert/strict";
import { parse } from "yaml";
import { planVm } from "../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { renderGrafana } from "../../../components/core/rendering/grafana";
import { assertGolden } from "../../support/golden";

function filesFor(config: object) {
  return renderGrafana(planVm(parseSpecification({ cloud: "local", release: "7.5.4453", ...config })).containers);
}

const prometheus = {
  name: "Prometheus",
  type: "prometheus",
  url: "http://prometheus:9090",
  isDefault: true,
  access: "proxy",
  editable: false,
};

describe("Grafana files", () => {
  it("name Prometheus alone as a data source, and drop Jaeger, without tracing", () => {
    assert.deepEqual(parse(filesFor({})["grafana/datasources/datasources.yaml"]), {
      apiVersion: 1,
      deleteDatasources: [{ name: "Jaeger", orgId: 1 }],
      datasources: [prometheus],
    });
  });

  it("name Jaeger at the host that exists, with tracing", () => {
    assert.deepEqual(parse(filesFor({ tracing: true })["grafana/datasources/datasources.yaml"]), {
      apiVersion: 1,
      datasources: [
        prometheus,
        {
          name: "Jaeger",
          type: "jaeger",
          url: "http://jaeger:16686/-/debug/jaeger",
          access: "proxy",
          editable: false,
        },
      ],
    });
  });

  it("have a dashboard whose panels do not overlap and ask the data source that exists", () => {
    const text = filesFor({})["grafana/dashboards/containers.json"];
    assertGolden("grafana/dashboards/containers.json", text);
    const { panels } = JSON.parse(text) as {
      panels: { id: number; datasource: string; gridPos: { y: number; h: number } }[];
    };
    assert.deepEqual(
      panels.map(({ id, datasource, gridPos }) => [id, datasource, gridPos.y]),
      panels.map((_, index) => [index + 1, prometheus.name, index * 10]),
    );
  });
});
