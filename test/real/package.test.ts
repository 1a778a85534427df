import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../support/toolchain";

const program = (cloud: string, args: string) => `import { SourcegraphVm } from "sourcegraph-in-a-box/${cloud}";

const instance = new SourcegraphVm("sourcegraph", {
  release: "7.5.4453",
  ${args}
});

export const url = instance.url;
export const connect = instance.connect;
`;

const programs = {
  aws: program("aws", 'region: "us-east-1",\n  size: "S",\n  access: { allowedCidrs: ["10.0.0.0/8"] },'),
  gcp: program(
    "gcp",
    'region: "us-central1",\n  gcp: { project: "example-project" },\n  size: "S",\n  access: { allowedCidrs: ["10.0.0.0/8"] },',
  ),
  local: program("local", "local: { httpPort: 7081 },"),
};

/** Runs a compiled program under mocks; prints what it registered and which SDKs it loaded. */
const host = `const pulumi = require("@pulumi/pulumi");
const types = [];
const mocks = {
  newResource: ({ type, name, inputs }) => {
    types.push(type);
    return { id: name + "-id", state: { arn: "arn:" + name, result: "made up", exitCode: 0, ...inputs } };
  },
  call: ({ inputs }) => inputs,
};
void (async () => {
  await pulumi.runtime.setMocks(mocks, "project", "stack", false);
  require(process.argv[2]);
  await pulumi.runtime.disconnect();
  const loaded = Object.keys(require.cache).flatMap((file) => /node_modules\\/(@pulumi\\/[a-z]+)\\//.exec(file)?.[1] ?? []);
  console.log(JSON.stringify({ types, loaded: [...new Set(loaded)].sort() }));
})();
`;

/** What a program of one cloud loads, besides the SDK itself and the passwords' provider. */
const sdks = { aws: "@pulumi/aws", gcp: "@pulumi/gcp", local: "@pulumi/docker" };

describe("the packed package in an empty project", function () {
  this.timeout(900_000);
  let project: string;
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

  before(() => {
    project = mkdtempSync(join(tmpdir(), "sgbox-package-"));
    // What was built when the dependencies were installed is packed; a build here would pull it from under other tests.
    const packed = execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", project], {
      cwd: repository,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const tarball = packed.trim().split("\n").at(-1) ?? "";
    const { devDependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    writeFileSync(join(project, "package.json"), '{ "name": "empty", "version": "1.0.0", "private": true }\n');
    const peers = Object.values(sdks).map((name) => `${name}@${devDependencies[name]}`);
    run("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", `./${tarball}`, ...peers);
    for (const [cloud, text] of Object.entries(programs)) writeFileSync(join(project, `${cloud}.ts`), text);
    writeFileSync(join(project, "host.cjs"), host);
  });
  after(() => {
    if (project !== undefined) rmSync(project, { recursive: true, force: true });
  });

  it("gives each cloud's program types that a strict compiler accepts", () => {
    const options = ["--module", "node16", "--target", "es2022", "--strict", "--outDir", "out"];
    const types = ["--types", "node", "--typeRoots", join(repository, "node_modules/@types")];
    const files = Object.keys(programs).map((cloud) => `${cloud}.ts`);
    run(process.execPath, join(repository, "node_modules/typescript/bin/tsc"), ...options, ...types, ...files);
  });

  for (const [cloud, sdk] of Object.entries(sdks)) {
    it(`declares an instance on ${cloud} and loads no other cloud's SDK`, () => {
      const output = run(process.execPath, "host.cjs", `./out/${cloud}.js`);
      const { types, loaded } = JSON.parse(output) as { types: string[]; loaded: string[] };
      assert.ok(types.includes(`sourcegraph:${cloud}:SourcegraphVm`), output);
      assert.deepEqual(loaded, [sdk, "@pulumi/pulumi", "@pulumi/random"].sort());
    });
  }

  it("brings the command, with its own sample to plan", () => {
    assert.match(run("npx", "--no-install", "sgbox", "--help"), /^Usage: sgbox /);
    assert.match(run("npx", "--no-install", "sgbox", "plan"), /7\.5\.4453/);
  });

  it("holds no test, source or state", () => {
    const paths = run("npm", "ls", "--parseable", "sourcegraph-in-a-box").trim();
    const files = execFileSync("find", [paths, "-type", "f", "-not", "-path", "*/node_modules/*/node_modules/*"], {
      encoding: "utf8",
    });
    const top = new Set(
      files
        .trim()
        .split("\n")
        .map((file) => file.slice(paths.length + 1).split("/")[0]),
    );
    assert.deepEqual([...top].sort(), [
      "CHANGELOG.md",
      "LICENSE",
      "Pulumi.airgapped-sample.yaml",
      "Pulumi.aws-admin-sample.yaml",
      "Pulumi.aws-multi-tenant-sample.yaml",
      "Pulumi.aws-sample.yaml",
      "Pulumi.dotcom-sample.yaml",
      "Pulumi.eks-sample.yaml",
      "Pulumi.existing-sample.yaml",
      "Pulumi.gcp-admin-sample.yaml",
      "Pulumi.gcp-multi-tenant-sample.yaml",
      "Pulumi.gcp-sample.yaml",
      "Pulumi.gke-sample.yaml",
      "Pulumi.local-sample.yaml",
      "Pulumi.monolith-sample.yaml",
      "Pulumi.yaml",
      "README.md",
      "dist",
      "docs",
      "package.json",
      "policy",
    ]);
  });
});
