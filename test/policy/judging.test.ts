import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { judging } from "../../components/boundary";
import { unknownValue } from "../../components/core/rules/graph";
import { part } from "../support/boundary";
import type { Given } from "../support/graph";
import { declare, Made, refusedOf } from "./refused";

const site = part("site", { zone: "single-tenant", owner: "sourcegraph", dataClasses: ["operational"] });
const log = (retentionInDays: unknown, more: Partial<Given> = {}): Given => ({
  type: "aws:cloudwatch/logGroup:LogGroup",
  name: "lines",
  parent: "site",
  inputs: { retentionInDays },
  ...more,
});
const words = "'lines' breaks B-L01: retentionInDays is 0; set retentionInDays to a number of days";

describe("a component that judges what belongs to it", () => {
  it("refuses a resource and lets the others through", async () =>
    assert.deepEqual(await refusedOf(() => declare([site, log(0), { ...log(30), name: "others" }])), {
      registered: ["site", "others"],
      refused: [words],
    }));

  it("refuses nothing that is known only after the deployment", async () =>
    assert.deepEqual(await refusedOf(() => declare([site, log(unknownValue)])), {
      registered: ["site", "lines"],
      refused: [],
    }));

  it("lets through what an exception covers, and everything where nothing is to be enforced", async () => {
    const exception = { rule: "B-L01", resource: "lines", reason: "moved", owner: "security", expires: "2026-12-01" };
    for (const strictness of [{ enforce: false }, { exceptions: [exception] }])
      assert.deepEqual(await refusedOf(() => declare([site, log(0)], strictness)), {
        registered: ["site", "lines"],
        refused: [],
      });
  });

  it("sees a value that is known only when another resource is made", async () =>
    assert.deepEqual(
      (await refusedOf(() => declare([site, log(0, { refers: { retentionInDays: "site" } })]))).refused,
      [words],
    ));

  it("sees what transformations of the component have made of the inputs", async () => {
    const weaken: pulumi.ResourceTransformation = ({ type, props, opts }) =>
      type === "aws:cloudwatch/logGroup:LogGroup" ? { props: { ...props, retentionInDays: 0 }, opts } : undefined;
    const build = (): void => {
      const parent = new pulumi.ComponentResource(
        site.type,
        site.name,
        { boundary: site.boundary },
        judging({}, { transformations: [weaken] }),
      );
      new Made("aws:cloudwatch/logGroup:LogGroup", "lines", { retentionInDays: 30 }, { parent });
    };
    assert.deepEqual((await refusedOf(build)).refused, [words]);
  });

  it("knows what is protected by what it belongs to", async () => {
    const volume = { type: "aws:ebs/volume:Volume", name: "data", parent: "site", inputs: {} };
    const unprotected = "'data' breaks B-L03: it is not protected; set its option protect";
    assert.deepEqual((await refusedOf(() => declare([site, volume]))).refused, [unprotected]);
    assert.deepEqual((await refusedOf(() => declare([{ ...site, protected: true }, volume]))).refused, []);
  });

  it("keeps what a resource waits for, and does not judge what is only read", async () => {
    const build = (): void => {
      const parent = new pulumi.ComponentResource(site.type, site.name, { boundary: site.boundary }, judging({}));
      const first = new Made("aws:cloudwatch/logGroup:LogGroup", "lines", { retentionInDays: 0 }, { parent });
      new Made("test:index:Thing", "next", {}, { parent, dependsOn: [first] });
      new Made("aws:cloudwatch/logGroup:LogGroup", "read", { retentionInDays: 0 }, { parent, id: "id" });
    };
    const { registered, refused } = await refusedOf(build);
    assert.deepEqual([registered.filter((name) => name === "next"), refused], [[], [words]]);
  });
});
