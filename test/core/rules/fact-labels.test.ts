import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { classLabel, labelInputOf, withFacts } from "../../../components/core/rules/fact-labels";
import type { Boundary } from "../../../components/core/rules/facts";
import { d02 } from "../../../components/core/rules/data/d02";
import { shortType } from "../../../components/core/rules/graph";
import { labelText } from "../../../components/core/rules/label-text";
import { storeKinds } from "../../../components/core/rules/stores";
import { graphOf, said } from "../../support/graph";

const volume = { type: "aws:ebs/volume:Volume", name: "data" };
const boundary: Boundary = {
  facts: { zone: "multi-tenant", owner: "Search & Code", cell: "one", dataClasses: ["operational"] },
  children: { "aws:ebs/volume": { dataClasses: ["secret", "user-data"] } },
};

/** Stores of which the behaviour data has nothing. */
const notInData: readonly string[] = [
  "aws:docdb/cluster",
  "aws:dynamodb/table",
  "gcp:alloydb/cluster",
  "aws:elasticache/serverlessCache",
  "aws:memorydb/cluster",
  "gcp:compute/regionDisk",
  "gcp:filestore/instance",
  "aws:efs/fileSystem",
  "aws:kinesis/stream",
  "aws:kinesis/firehoseDeliveryStream",
  "aws:redshiftserverless/namespace",
  "aws:redshift/cluster",
  "aws:opensearch/domain",
];

describe("labels of facts", () => {
  it("are in the input that the type has for them, of stores only", () =>
    assert.deepEqual(
      [
        "aws:ebs/volume:Volume",
        "gcp:compute/disk:Disk",
        "gcp:sql/databaseInstance:DatabaseInstance",
        "gcp:container/cluster:Cluster",
        "gcp:logging/projectBucketConfig:ProjectBucketConfig",
        "aws:ec2/vpc:Vpc",
        "kubernetes:core/v1:PersistentVolumeClaim",
      ].map(labelInputOf),
      ["tags", "labels", "settings.userLabels", "resourceLabels", undefined, undefined, undefined],
    ));

  it("change in place, so that no store is replaced because of them", () => {
    const file = path.join(__dirname, "..", "..", "support", "stand-ins", "behaviour.json");
    const behaviour = JSON.parse(readFileSync(file, "utf8")) as Record<
      string,
      { readonly replace?: readonly string[] }
    >;
    const known = Object.entries(behaviour).filter(([token]) => labelInputOf(token) !== undefined);
    const types = known.map(([token]) => shortType(token));
    const unlabelled = ["gcp:logging/projectBucketConfig"];
    assert.deepEqual(
      storeKinds.map(({ type }) => type).filter((type) => !types.includes(type) && !unlabelled.includes(type)),
      notInData,
    );
    assert.deepEqual(
      known.filter(([token, { replace = [] }]) =>
        replace.some((input) => `${labelInputOf(token) ?? ""}.`.startsWith(`${input}.`)),
      ),
      [],
    );
  });

  it("say zone, owner, cell, tenant and every class, worst first, beside what is there", () =>
    assert.deepEqual(withFacts(boundary, volume, { Name: "data" }), {
      Name: "data",
      "sourcegraph-zone": "multi-tenant",
      "sourcegraph-owner": "search-code",
      "sourcegraph-cell": "one",
      "sourcegraph-data-class": "user-data_secret",
    }));

  it("leave what is nearer to the store, and add classes that are stated of the very store", () => {
    const near = withFacts({ facts: { zone: "identity", owner: "accounts", dataClasses: ["identity"] } }, volume, {});
    assert.deepEqual(withFacts(boundary, volume, near), {
      "sourcegraph-zone": "identity",
      "sourcegraph-owner": "accounts",
      "sourcegraph-cell": "one",
      "sourcegraph-data-class": "user-data_identity_secret",
    });
    assert.equal(withFacts({ facts: boundary.facts }, volume, near)["sourcegraph-data-class"], "identity");
  });

  it("are texts that every cloud takes", () => {
    fc.assert(fc.property(fc.string(), (text) => /^[a-z0-9_-]{0,63}$/.test(labelText(text))));
    const all = ["configuration", "public-code", "user-data", "operational", "secret", "identity"] as const;
    assert.equal(classLabel(all), "user-data_identity_secret_operational_configuration_public-code");
    assert.equal(labelText(classLabel(all)), classLabel(all));
  });

  it("are no facts of their own: what components state stays as they state it", () => {
    const labelled = { ...volume, parent: "part", inputs: { tags: withFacts(boundary, volume, {}) } };
    const graph = graphOf([{ type: "sourcegraph:test:Part", name: "part", boundary }, labelled]);
    assert.deepEqual(said(d02, graph), ["data holds: zone multi-tenant, owner Search & Code, secret, user-data"]);
  });

  it("must not say something else than the components a store belongs to", () => {
    const labelled = { ...volume, parent: "part", inputs: { tags: { "sourcegraph-zone": "dotcom" } } };
    const graph = graphOf([{ type: "sourcegraph:test:Part", name: "part", boundary }, labelled]);
    assert.deepEqual(said(d02, graph), [
      "data broken: its tag sourcegraph-zone says dotcom, and what it belongs to says multi-tenant; leave sourcegraph-zone to the component",
    ]);
  });
});
