import assert from "node:assert/strict";
import { d01 } from "../../../components/core/rules/data/d01";
import { d02 } from "../../../components/core/rules/data/d02";
import type { Zone } from "../../../components/core/rules/facts";
import { graphOf, said, type Given } from "../../support/graph";

const component = (zone: Zone) => ({
  type: "sourcegraph:admin:AdminServices",
  name: "services",
  boundary: { facts: { zone, owner: "telemetry-gateway", dataClasses: ["operational"] as const } },
});

describe("B-D01", () => {
  it("lets the admin zone keep what is operational", () =>
    assert.deepEqual(
      said(d01, graphOf([component("admin"), { type: "gcp:bigquery/dataset", name: "events", parent: "services" }])),
      ["events holds: it holds operational"],
    ));

  it("finds a bucket of user data, by the tag it has itself", () => {
    const tags = { "sourcegraph-data-class": "user-data_operational" };
    const graph = graphOf([
      component("admin"),
      { type: "aws:s3/bucket:Bucket", name: "debugging", parent: "services", inputs: { tags } },
    ]);
    assert.deepEqual(said(d01, graph), [
      "debugging broken: it holds user-data in zone admin; keep that data in the zone it comes from",
    ]);
  });

  it("says nothing of other zones", () =>
    assert.deepEqual(
      said(d01, graphOf([component("dotcom"), { type: "aws:s3/bucket", name: "uploads", parent: "services" }])),
      [],
    ));
});

describe("B-D02", () => {
  it("knows what a volume holds by the services that keep it there", () => {
    const volume = (edges: boolean): readonly Given[] => [
      {
        type: "sourcegraph:local:SourcegraphVm",
        name: "vm",
        boundary: {
          facts: { zone: "single-tenant", owner: "us" },
          edges: edges ? [{ kind: "stores", from: "gitserver", to: "repos", dataClass: "user-data" }] : [],
        },
      },
      { type: "docker:index/volume", name: "repos", parent: "vm" },
    ];
    assert.deepEqual(said(d02, graphOf(volume(true))), ["repos holds: zone single-tenant, owner us, user-data"]);
    assert.deepEqual(said(d02, graphOf(volume(false))), [
      "repos broken: nothing says its data class; make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class",
    ]);
  });

  it("takes class and owner from the component a store belongs to", () =>
    assert.deepEqual(
      said(d02, graphOf([component("admin"), { type: "aws:sqs/queue", name: "events", parent: "services" }])),
      ["events holds: zone admin, owner telemetry-gateway, operational"],
    ));

  it("finds a bucket that belongs to nobody", () =>
    assert.deepEqual(
      said(
        d02,
        graphOf([{ type: "aws:s3/bucket", name: "bare", inputs: { tags: { "sourcegraph-zone": "multi-tenant" } } }]),
      ),
      [
        "bare broken: nothing says its owner, data class; make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class",
      ],
    ));
});
