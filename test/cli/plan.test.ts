import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { standInManifest } from "../support/stand-in-manifest";
import { folderWith, sgbox, stackFile } from "./support";

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

interface PlanOutput {
  readonly stack: { readonly file: string; readonly isSample: boolean };
  readonly plan: {
    readonly cloud: string;
    readonly release: string;
    readonly dataResources: readonly { name: string }[];
  };
  readonly files: readonly { path: string; bytes: number }[];
  readonly secretFiles: readonly { path: string }[];
  readonly resources: readonly {
    type: string;
    name: string;
    parent?: { name: string };
    protect: boolean;
    retainOnDelete: boolean;
  }[];
}

/** A deployment whose resources are quickly declared. */
const small = {
  cloud: "aws",
  region: "us-east-1",
  release: "7.5.4453",
  size: "XS",
  access: { allowedCidrs: ["10.0.0.0/8"] },
};

const marker = "s3cr3t-marker-value";

describe("sgbox plan", () => {
  it("shows the sample deployment in about a hundred lines, and how to make one's own", async () => {
    const { code, stdout, stderr } = await sgbox(["plan"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(stdout.split("\n").length < 115, String(stdout.split("\n").length));
    assert.match(stdout, /^The plan of a sample deployment, Pulumi\.aws-sample\.yaml\. Copy it to Pulumi\.prod\.yaml,/);
    const headings = stdout
      .split("\n")
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => line.split("  ")[0]);
    assert.deepEqual(headings.slice(1), [
      "Sourcegraph 7.5.4453 on aws, us-east-1",
      "To know",
      "Services",
      "Data at rest",
      "Secrets",
      "Files of the machine",
      "Resources",
      "Price a month",
      "Next",
    ]);
  });

  it("gives plan, files and the resources of the very program as JSON", async () => {
    const { stdout } = await sgbox(["plan", "--json"]);
    const { stack, plan, files, secretFiles, resources } = json(stdout) as unknown as PlanOutput;
    assert.deepEqual(stack, { file: "Pulumi.aws-sample.yaml", isSample: true });
    assert.deepEqual([plan.cloud, plan.release], ["aws", "7.5.4453"]);
    assert.ok(files.some((file) => file.path === "compose.yaml" && file.bytes > 10_000));
    assert.ok(secretFiles.every((file) => file.path.startsWith("secrets/")));
    for (const { name } of plan.dataResources) {
      const held = resources.filter((resource) => resource.name === name);
      assert.ok(
        held.some(({ protect, retainOnDelete }) => protect && retainOnDelete),
        name,
      );
    }
    const parents = new Set(resources.map(({ name }) => name));
    assert.equal(resources.filter(({ parent }) => parent === undefined).length, 1);
    assert.ok(resources.every(({ parent }) => parent === undefined || parents.has(parent.name)));
  });

  it("shows nothing of an encrypted value, in any format", async () => {
    const config = {
      ...small,
      smtp: {
        host: "mail.example.com",
        port: 587,
        from: "a@example.com",
        authentication: "PLAIN",
        username: "u",
        passwordSecret: "smtpPassword",
      },
      secrets: { smtpPassword: { secure: marker } },
    };
    const folder = folderWith({ "Pulumi.x.yaml": stackFile(config) });
    for (const format of ["text", "json", "svg", "html"]) {
      const { code, stdout } = await sgbox(["plan", "--stack", "Pulumi.x.yaml", "--all", "--format", format], {
        folder,
      });
      assert.equal(code, 0, format);
      assert.ok(!stdout.includes(marker), format);
      if (format !== "svg") assert.match(stdout, /smtpPassword/);
    }
  });

  it("writes to a file instead, and says so", async () => {
    const folder = folderWith({ "Pulumi.x.yaml": stackFile(small) });
    const { stdout, stderr } = await sgbox(
      ["plan", "--stack", "Pulumi.x.yaml", "--format", "html", "--out", "plan.html"],
      { folder },
    );
    assert.deepEqual([stdout, stderr], ["", "wrote plan.html\n"]);
    const page = readFileSync(path.join(folder, "plan.html"), "utf8");
    assert.match(page, /^<!doctype html>/);
    const loads = [...page.matchAll(/(?:src|href)="([^"#][^"]*)"|url\((?!#)|@import|<link/g)].map(([found]) => found);
    assert.deepEqual(loads, []);
  });

  it("names every problem of a configuration at once, with exit code 2", async () => {
    const folder = folderWith({
      "Pulumi.x.yaml": stackFile({ cloud: "local", relase: "7.5.4453", size: "XS", usage: { users: "12 people" } }),
    });
    const { code, stdout, stderr } = await sgbox(["plan", "--stack", "Pulumi.x.yaml", "--json"], { folder });
    assert.deepEqual([code, stderr], [2, ""]);
    const { kind, problems } = json(stdout)["error"] as { kind: string; problems: { path: string; message: string }[] };
    assert.equal(kind, "input");
    assert.deepEqual(
      problems.find((problem) => problem.path === "relase"),
      { path: "relase", message: "is not a known key; did you mean 'release'?" },
    );
    for (const expected of ["release", "usage.users", "usage.repositories"])
      assert.ok(
        problems.some((problem) => problem.path === expected),
        expected,
      );
  });

  it("answers a stack file that is missing, no YAML, or none at all with exit code 2", async () => {
    const folder = folderWith({ "broken.yaml": "config: [", "other.yaml": "services: {}" });
    const stderrOf = async (file: string) => {
      const { code, stderr } = await sgbox(["plan", "--stack", file], { folder });
      assert.equal(code, 2);
      return stderr;
    };
    assert.equal(
      await stderrOf("nope.yaml"),
      "sgbox: the stack file cannot be read:\n  - 'stack' is \"nope.yaml\", which does not exist; give the path of a stack file such as Pulumi.prod.yaml\n",
    );
    assert.match(await stderrOf("broken.yaml"), /^sgbox: the stack file cannot be read:\n {2}- it is not YAML: /);
    assert.match(
      await stderrOf("other.yaml"),
      /'config' is missing; a stack file holds keys such as sourcegraph:release below config/,
    );
  });
});

describe("sgbox check", () => {
  const manifest = (more: object = {}) =>
    JSON.stringify({
      manifest: {
        ...standInManifest(),
        dataResources: [{ name: "sourcegraph-data", kind: "disk", place: "us-east-1a", sizeGb: 1000, type: "gp3" }],
        ...more,
      },
    });

  it("lists the data resources with their protection", async () => {
    const { code, stdout } = await sgbox(["check"]);
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}sourcegraph-data +disk +us-east-1a, 500 GB gp3 +protected, kept on destroy$/m);
  });

  it("refuses a shrinking disk with exit code 3, in every format", async () => {
    const folder = folderWith({ "Pulumi.x.yaml": stackFile(small), "deployed.json": manifest() });
    const args = ["check", "--stack", "Pulumi.x.yaml", "--against", "deployed.json"];
    for (const format of ["text", "markdown", "html"]) {
      const { code, stdout } = await sgbox([...args, "--format", format], { folder });
      assert.equal(code, 3, format);
      assert.match(stdout, /would shrink from 1000 GB to 500 GB, and a disk only grows/, format);
    }
    const { code, stdout } = await sgbox([...args, "--json"], { folder });
    const { passed, compared, error } = json(stdout) as {
      passed: boolean;
      compared: boolean;
      error: { problems: { path: string }[] };
    };
    assert.deepEqual([code, passed, compared, error.problems[0]?.path], [3, false, true, "sourcegraph-data"]);
  });

  it("passes what loses nothing", async () => {
    const folder = folderWith({
      "Pulumi.x.yaml": stackFile({ ...small, dataDisk: { sizeGb: 1200 } }),
      "deployed.json": manifest(),
    });
    const { code, stdout } = await sgbox(["check", "--stack", "Pulumi.x.yaml", "--against", "deployed.json"], {
      folder,
    });
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}result +no data is lost$/m);
    assert.match(stdout, /sourcegraph-data .* 1000 to 1200 GB$/m);
  });

  it("answers a manifest that is none with exit code 2 or 3", async () => {
    const folder = folderWith({
      "Pulumi.x.yaml": stackFile(small),
      "text.json": "hello",
      "other.json": '{"schema":9}',
    });
    const run = (file: string) => sgbox(["check", "--stack", "Pulumi.x.yaml", "--against", file], { folder });
    assert.deepEqual(await run("text.json"), {
      code: 2,
      stdout: "",
      stderr:
        "sgbox: the comparison cannot be made:\n  - 'against' is \"text.json\", which is not JSON; write a manifest with sgbox outputs --stack STACK --json, or a report with sgbox check --stack STACK --json\n",
    });
    assert.equal((await run("other.json")).code, 3);
  });
});
