import assert from "node:assert/strict";
import { folderWith, sgbox, stackFile } from "./support";

const apart = "deploy every zone by itself, or all of them for development";
const monolith = {
  shape: "monolith",
  cloud: "local",
  release: "7.5.4453",
  boundaries: {
    stage: "development",
    syntheticData: true,
    enforce: true,
    development: { accounts: ["localhost"], domain: "dev.example.com" },
  },
};
const folder = folderWith({
  "Pulumi.good.yaml": stackFile(monolith),
  "Pulumi.bad.yaml": stackFile({ ...monolith, boundaries: { ...monolith.boundaries, stage: "staging" } }),
  "backend.json": JSON.stringify({
    manifest: {
      schema: 1,
      shape: "multi-tenant",
      name: "backend",
      cloud: "aws",
      stage: "production",
      domain: "example.com",
      keyWaitDays: 30,
      cells: {},
      tenants: {},
    },
  }),
});

const admin = "Pulumi.aws-admin-sample.yaml";

describe("sgbox plan, of every shape", function () {
  this.timeout(120_000);

  it("shows support services as a page with price and picture, from what the very program declares", async () => {
    const { code, stdout, stderr } = await sgbox(["plan", "--stack", admin, "--format", "html"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /<title>Support services of zone admin on AWS/);
    assert.match(stdout, /<svg /);
    assert.match(stdout, /about [\d,.]+ USD a month/);
  });

  it("shows them as JSON", async () => {
    const { code, stdout } = await sgbox(["plan", "--stack", admin, "--json"]);
    const { plan, resources } = JSON.parse(stdout) as { plan: { shape: string }; resources: unknown[] };
    assert.deepEqual([code, plan.shape, resources.length > 100], [0, "admin", true]);
  });

  it("shows an air-gapped machine in a network that is made, and code search for the public, with what each means", async () => {
    const told = {
      airgapped: /the network that is made leads nowhere: connect it to yours by peering or VPN/,
      dotcom: /this is code search for the public: it holds code that is public, and administers nothing/,
    };
    for (const [sample, notice] of Object.entries(told)) {
      const { code, stdout } = await sgbox(["plan", "--stack", `Pulumi.${sample}-sample.yaml`]);
      assert.equal(code, 0, stdout);
      assert.match(stdout, notice);
    }
  });

  it("shows a monolith as the instance it is, and says what it is for", async () => {
    const { code, stdout } = await sgbox(["plan", "--stack", "Pulumi.good.yaml"], { folder });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /everything is in one place, for development with made-up data; support services are stood in for: nothing of them runs here/,
    );
  });
});

describe("sgbox check, of every shape", function () {
  this.timeout(120_000);

  it("finds nothing in a monolith for development, and shows that it merges no contract", async () => {
    const { code, stdout } = await sgbox(["check", "--stack", "Pulumi.good.yaml", "--json"], { folder });
    const { passed, boundaries } = JSON.parse(stdout) as {
      passed: boolean;
      boundaries: { findings: readonly { rule: string; verdict: string; because: string }[] };
    };
    assert.deepEqual([code, passed], [0, true]);
    assert.deepEqual(
      boundaries.findings.filter(({ verdict }) => verdict !== "holds"),
      [],
    );
    const modes = boundaries.findings.filter(({ rule }) => rule === "B-O01" || rule === "B-O03");
    assert.deepEqual([...new Set(modes.map(({ because }) => because.replace(/^\d+/, "N")))].sort(), [
      "N edges, as apart",
      "its stage is development and account localhost is for development",
    ]);
  });

  it("refuses a monolith for anything else with exit code 3, by every verb that looks at it", async () => {
    const message = [
      "what the instance promises is broken:",
      `  - 'boundaries.stage' breaks B-O01: zones are in one place, and its stage is staging; ${apart}`,
    ].join("\n");
    for (const verb of ["plan", "check", "preview"]) {
      const { code, stdout } = await sgbox([verb, "--stack", "Pulumi.bad.yaml", "--json"], { folder });
      assert.equal(code, 3, verb);
      const { error } = JSON.parse(stdout) as { error: { kind: string; message: string } };
      assert.deepEqual([error.kind, error.message], ["refused", message], verb);
    }
  });

  it("does not compare a stack with the manifest of another shape", async () => {
    const { code, stderr } = await sgbox(["check", "--stack", "Pulumi.good.yaml", "--against", "backend.json"], {
      folder,
    });
    assert.deepEqual(
      [code, stderr],
      [
        2,
        "sgbox: the comparison cannot be made:\n  - 'against' holds the manifest of another shape, and the stack is of shape vm; name its own\n",
      ],
    );
  });
});
