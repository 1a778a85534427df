import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import YAML from "yaml";
import { declaredBy } from "../../../cli/declared";
import { readStackFile } from "../../../cli/stack-file";
import { processTerminal } from "../../../cli/terminal";
import { problemInLine } from "../../../components/core/errors";
import { judgeGraph } from "../../../components/core/rules/engine";
import { rules } from "../../../components/core/rules/rules";
import type { PackSettings } from "../../../policy/settings";
import { builtProject } from "../../support/built";
import { counterExamples } from "../../support/counter-examples";
import { combined, programOf } from "../../support/counter-examples/program";
import { Engine, type ConfigValue } from "../../support/engine";
import { judged, words } from "../../support/policy-pack";
import { repository, requireToolchain } from "../../support/toolchain";

/** A cluster that nobody answers for: previews do without. */
const nowhere = {
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "none", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "none", user: {} }],
  contexts: [{ name: "none", context: { cluster: "none", user: "none" } }],
  "current-context": "none",
};

/** An instance of the library with resources beside it that somebody wrote by hand. */
const beside = (bucket: string): string => `
const pulumi = require("@pulumi/pulumi");
const ebs = require("@pulumi/aws/ebs");
const { Network } = require(${JSON.stringify(path.join(builtProject(), "dist/components/aws.js"))});
new Network("ours", {
  cidr: "10.0.0.0/16", region: "us-east-1", zone: "us-east-1a",
  boundary: { facts: { zone: "single-tenant", owner: "sourcegraph" } },
});
${bucket}
`;
const bare = `new ebs.Volume("by-hand", { availabilityZone: "us-east-1a", size: 10, tags: { note: pulumi.secret("MARKER") } });`;

describe("the policy pack on the real engine", function () {
  this.timeout(400_000);
  let engine: Engine;
  let folder: string | undefined;

  before(async function () {
    const bin = requireToolchain(this);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "sgbox-pack-"));
    const KUBECONFIG = path.join(folder, "nowhere.json");
    fs.writeFileSync(KUBECONFIG, JSON.stringify(nowhere));
    engine = await Engine.start({
      bin,
      program: "",
      config: { "aws:region": "us-east-1", "gcp:project": "acme" },
      env: { KUBECONFIG },
    });
  });
  after(() => {
    engine?.stop();
    if (folder !== undefined) fs.rmSync(folder, { recursive: true });
  });

  for (const { examples, given } of combined(counterExamples))
    it(`stops a preview at ${examples.map(({ rule }) => rule).join(", ")} in the words of every other door`, async () => {
      engine.writeProgram(programOf(given));
      const run = await engine.preview(judged(engine));
      assert.notEqual(run.code, 0);
      const said = words(run);
      assert.deepEqual(
        examples.flatMap((example) => example.words).filter((line) => !said.includes(line)),
        [],
        run.stdout,
      );
    });

  it("stops a preview at a resource that somebody wrote by hand beside ours, and prints no secret", async () => {
    engine.writeProgram(beside(""));
    const ours = words(await engine.preview(judged(engine)));
    engine.writeProgram(beside(bare));
    const run = await engine.preview(judged(engine));
    assert.notEqual(run.code, 0);
    assert.deepEqual(
      words(run).filter((line) => !ours.includes(line)),
      [
        "'by-hand' breaks B-D02: nothing says its zone, owner, data class; make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class",
        "'by-hand' breaks B-K01: kmsKeyId is not set, so the provider's own key is used; set kmsKeyId to a key of this zone",
        "'by-hand' breaks B-L03: it is not protected; set its option protect",
      ],
    );
    assert.doesNotMatch(run.stdout + run.stderr, /MARKER/);
  });

  it("stops an update before the resource is made", async () => {
    engine.writeProgram(programOf([{ type: "aws:cloudwatch/logGroup:LogGroup", name: "lines" }]));
    assert.notEqual((await engine.up(judged(engine))).code, 0);
    assert.deepEqual(engine.cloud().all("aws:cloudwatch/logGroup:LogGroup"), []);
  });

  it("judges what other stacks state in the manifests of its config, and has the engine refuse another form", async () => {
    const site = { type: "sourcegraph:test:Part", name: "admin", boundary: { facts: { zone: "admin" } } } as const;
    engine.writeProgram(programOf([site]));
    const call = { kind: "connects", from: "worker", to: "admin/telemetry-gateway", contract: "telemetry" } as const;
    const edges = [{ ...call, credential: "service-access-token" as const }];
    const neighbours = [{ stack: "cells", facts: { zone: "multi-tenant" as const }, edges }];
    const run = await engine.preview(judged(engine, { neighbours }));
    assert.notEqual(run.code, 0);
    assert.deepEqual(
      words(run).filter((line) => line.includes("B-M04")),
      [
        "'multi-tenant/worker to admin/telemetry-gateway' breaks B-M04: the caller shows a service access token, which may never end; give the caller a client",
      ],
    );
    const wrong = { neighbours: [{ edges: [] }] } as unknown as PackSettings;
    const refused = await engine.preview(judged(engine, wrong));
    assert.match(refused.stdout + refused.stderr, /boundaries[^\n]*facts is required/);
  });

  it("lets through what exceptions cover, and has the engine refuse a config of another form", async () => {
    const lines = {
      type: "aws:cloudwatch/logGroup:LogGroup",
      name: "lines",
      inputs: { retentionInDays: 0, tags: { "sourcegraph-zone": "dotcom" } },
    };
    engine.writeProgram(programOf([lines]));
    const exceptions = ["B-D02", "B-K01", "B-L01", "B-L02"].map((rule) => ({
      rule,
      resource: "lines",
      reason: "being moved",
      owner: "security",
      expires: "2999-12-31",
    }));
    const free = await engine.preview(judged(engine, { exceptions }));
    assert.deepEqual([free.code, words(free)], [0, []], free.stdout);
    const wrong = { exceptions: [{ rule: "B-D02" }], stage: "prod" } as unknown as PackSettings;
    const refused = await engine.preview(judged(engine, wrong));
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout + refused.stderr, /boundaries[^\n]*stage must be one of the following/);
  });
});

describe("an instance whose rules are enforced, on the real engine", function () {
  this.timeout(200_000);

  it("fails at a transform that breaks a rule, in its words, and the resource is never made", async function () {
    const bin = requireToolchain(this);
    const program = `
      const { SourcegraphVm } = require(${JSON.stringify(path.join(builtProject(), "dist/components/aws.js"))});
      new SourcegraphVm("instance", {
        region: "us-east-1", release: "7.5.4453", size: "S", access: { allowedCidrs: ["10.0.0.0/8"] },
        boundaries: { enforce: true }, transform: { key: { deletionWindowInDays: 7 } },
      });`;
    const engine = await Engine.start({ bin, program, config: { "aws:region": "us-east-1" } });
    try {
      const run = await engine.up();
      assert.notEqual(run.code, 0);
      assert.deepEqual(words(run), [
        "- 'instance-key' breaks B-K03: deletionWindowInDays is 7; set deletionWindowInDays to 30",
      ]);
      assert.deepEqual(engine.cloud().all("aws:kms/key:Key"), []);
    } finally {
      engine.stop();
    }
  });
});

describe("the sample stack of AWS under the policy pack", function () {
  this.timeout(200_000);

  it("is told the very words of sgbox check", async function () {
    const bin = requireToolchain(this);
    const file = path.join(repository, "Pulumi.aws-sample.yaml");
    const { config } = YAML.parse(fs.readFileSync(file, "utf8")) as { config: Record<string, ConfigValue> };
    const engine = await Engine.start({ bin, project: builtProject(), config });
    try {
      const { graph } = await declaredBy(readStackFile(file, processTerminal()));
      const { problems } = judgeGraph(graph, rules, [], "2026-11-21");
      assert.deepEqual(words(await engine.preview(judged(engine))), problems.map(problemInLine).sort());
    } finally {
      engine.stop();
    }
  });
});
