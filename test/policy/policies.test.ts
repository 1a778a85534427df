import assert from "node:assert/strict";
import type { Boundary } from "../../components/core/rules/facts";
import { secretValue, unknownValue } from "../../components/core/rules/graph";
import { rules } from "../../components/core/rules/rules";
import { boundaryPolicies } from "../../policy/policies";
import type { PackSettings } from "../../policy/settings";
import { part } from "../support/boundary";
import { graphOf, type Given } from "../support/graph";
import { shown, type Report } from "./shown";

const site = part("site", { zone: "single-tenant", owner: "sourcegraph", dataClasses: ["operational"] });
const lines = ({ policy, words, urn }: Report) => `${policy}${urn === undefined ? "" : " at it"}: ${words}`;

async function said(given: readonly Given[], settings: PackSettings = {}, policies = ["boundaries", "B-L01", "B-K01"]) {
  const { early, late } = await shown(boundaryPolicies(rules, "2026-11-21"), graphOf(given), settings);
  const of = (reports: readonly Report[]) => reports.filter(({ policy }) => policies.includes(policy)).map(lines);
  return { early: of(early), late: of(late) };
}

const volume = (inputs: Given["inputs"], more: Partial<Given> = {}): Given => ({
  type: "aws:ebs/volume:Volume",
  name: "data",
  parent: "site",
  inputs,
  ...more,
});
const log: Given = {
  type: "aws:cloudwatch/logGroup:LogGroup",
  name: "lines",
  parent: "site",
  inputs: { kmsKeyId: "k" },
};
const neighbour: Boundary = {
  stack: "cells",
  facts: { zone: "multi-tenant" },
  edges: [
    {
      kind: "connects",
      from: "worker",
      to: "admin/telemetry-gateway",
      contract: "telemetry",
      credential: "service-access-token",
    },
  ],
};
const exception = { rule: "B-L01", resource: "lines", reason: "moved", owner: "security", expires: "2026-12-01" };

describe("the policy pack", () => {
  it("has a policy for every rule after the one that they need, none of which can be named as all", () =>
    assert.deepEqual(
      boundaryPolicies(rules, "2026-11-21").map(({ name, severity }) => [name, severity]),
      [["boundaries", "critical"], ...rules.map(({ id, severity }) => [id, severity])],
    ));

  it("counts an unknown value as unproven, and judges the rest of the resource and the stack", async () =>
    assert.deepEqual(
      await said([site, volume({ kmsKeyId: unknownValue, tags: { Name: "data" } }), { ...log, inputs: {} }]),
      {
        early: [
          "B-L01 at it: 'lines' breaks B-L01: retentionInDays is not set; set retentionInDays to a number of days",
        ],
        late: [
          "B-K01 at it: 'lines' breaks B-K01: kmsKeyId is not set, so the provider's own key is used; set kmsKeyId to a key of this zone",
          "B-K01 at it: 'data' breaks B-K01: cannot be shown to hold: kmsKeyId is known only after the deployment; set kmsKeyId to a key of this zone",
        ],
      },
    ));

  it("proves a key by what the input is made from, while its value is unknown", async () =>
    assert.deepEqual(
      await said([
        site,
        { type: "aws:kms/key:Key", name: "key", parent: "site" },
        volume({ kmsKeyId: unknownValue }, { refers: { kmsKeyId: "key" } }),
      ]),
      { early: [], late: [] },
    ));

  it("knows a secret as one, and never prints it", async () => {
    const run: Given = {
      type: "gcp:cloudrunv2/service:Service",
      name: "run",
      parent: "site",
      inputs: { template: { containers: [{ image: "img", envs: [{ name: "GREETING", value: secretValue }] }] } },
    };
    const { early, late } = await shown(boundaryPolicies(rules, "2026-11-21"), graphOf([site, run]));
    const all = [...early, ...late];
    assert.deepEqual(
      all.filter(({ policy }) => policy === "B-K05").map(({ words }) => words),
      ["'run' breaks B-K05: GREETING is a secret as a plain value; take GREETING from a secret"],
    );
    assert.doesNotMatch(JSON.stringify(all), /MARKER/);
  });

  it("takes exceptions from its config until their last day", async () => {
    const ended = "2026-11-20";
    const words = "'lines' breaks B-L01: retentionInDays is not set; set retentionInDays to a number of days";
    assert.deepEqual(await said([site, log], { exceptions: [exception] }, ["boundaries", "B-L01"]), {
      early: [],
      late: [],
    });
    assert.deepEqual(
      await said([site, log], { exceptions: [{ ...exception, expires: ended }] }, ["boundaries", "B-L01"]),
      {
        early: [`B-L01 at it: ${words}`],
        late: [
          "boundaries: 'exceptions[0]' for rule B-L01 at lines ended on 2026-11-20; make the rule hold, or have security give it a new day",
        ],
      },
    );
  });

  it("gives stage and zone of its config to what states none, and to the stack", async () => {
    const stack: Given = { type: "pulumi:pulumi:Stack", name: "test" };
    const bare = { ...volume({}), parent: "test" };
    assert.deepEqual(await said([stack, bare], { stage: "development" }, ["B-K01"]), { early: [], late: [] });
    assert.deepEqual(await said([stack, bare], { zone: "dev-monolith", stage: "staging" }, ["B-O01"]), {
      early: [
        "B-O01 at it: 'test' breaks B-O01: dev-monolith in one place, and its stage is staging and dev-monolith in one place, and the stack is tagged staging; deploy every zone by itself, or all of them for development",
      ],
      late: [],
    });
  });

  it("judges connections of other stacks by their manifests, and nothing of them without", async () => {
    const words =
      "B-M04: 'multi-tenant/worker to admin/telemetry-gateway' breaks B-M04: the caller shows a service access token, which may never end; give the caller a client";
    const given = [part("admin", { zone: "admin" })];
    assert.deepEqual(await said(given, { neighbours: [neighbour] }, ["B-M04"]), { early: [], late: [words] });
    assert.deepEqual(await said(given, {}, ["B-M04"]), { early: [], late: [] });
  });

  it("judges nothing where it cannot tell secrets from other values, and says so", async () => {
    const policies = boundaryPolicies(rules, "2026-11-21").map((policy) =>
      policy.name === "boundaries" ? { ...policy, enforcementLevel: "mandatory" as const } : policy,
    );
    const { early, late } = await shown(policies, graphOf([{ ...log, parent: undefined }]));
    assert.deepEqual([...early, ...late].map(lines), [
      "boundaries: cannot tell secrets from other values, so nothing is judged; leave the enforcement level of policy boundaries at remediate",
    ]);
  });
});
