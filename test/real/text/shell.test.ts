import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { renderBootstrap, type BootstrapArgs } from "../../../components/core/rendering/bootstrap";
import {
  backupScript,
  convergeScript,
  databasesScript,
  drillScript,
  fetchText,
  measureScript,
  ordersScript,
  restoreDiskScript,
  restoreScript,
  upgradeScript,
} from "../../../components/core/rendering/converge";
import { preparedImagesOf } from "../../../components/core/planning/machine-images/plan";
import { prepareImageScript } from "../../../components/core/rendering/machine-image";

const run = promisify(execFile);

const everything = {
  name: "sourcegraph",
  packageMirror: "https://mirror.example.com",
  httpProxy: { http: "http://proxy.example.com:3128", noProxy: ["git.example.com"] },
  imageArchives: "/srv/images",
};
const machines: Record<string, BootstrapArgs> = {
  "AWS, plain": {
    cloud: "aws",
    name: "sourcegraph",
    source: { kind: "s3", bucket: "acme-bundles", region: "eu-central-1" },
    dataDevice: "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d4e5f60718",
  },
  "AWS, with everything": {
    ...everything,
    cloud: "aws",
    source: { kind: "s3", bucket: "acme-bundles", region: "eu-central-1", endpoint: "https://s3.example.com" },
    dataDevice: "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d4e5f60718",
    adminSshKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrM2r3q0u7a9Jt0yN0bqkq1o3o9Zk0iXw1Q5y8cB2fT it's me"],
  },
  "Google Cloud, plain": {
    cloud: "gcp",
    name: "sourcegraph",
    source: { kind: "gcs", bucket: "acme-bundles", project: "acme" },
    dataDevice: "/dev/disk/by-id/google-sourcegraph-data",
  },
  "Google Cloud, with everything": {
    ...everything,
    cloud: "gcp",
    source: { kind: "folder", path: "/srv/source" },
    dataDevice: "/dev/disk/by-id/google-sourcegraph-data",
  },
};

/** The set-up script, out of user data where it is in there. */
function scriptOf(args: BootstrapArgs): string {
  const { kind, text } = renderBootstrap(args);
  if (kind === "startup-script") return text;
  return (parse(text) as { write_files: { content: string }[] }).write_files[0]?.content ?? "";
}

function requireTool(context: Mocha.Context, tool: string): void {
  try {
    execFileSync(tool, ["--version"], { stdio: "ignore" });
  } catch {
    if (process.env.CI === "true") throw new Error(`${tool} is missing (Debian: apt-get install ${tool})`);
    console.log(`      skipped: no ${tool} here (Debian: apt-get install ${tool})`);
    context.skip();
  }
}

/** What shellcheck says of programs, and of what they have of those they read, which lie in the folder. */
function saidOf(files: readonly string[], folder: string): Promise<string> {
  return run("shellcheck", ["--norc", "--external-sources", "--source-path", folder, ...files]).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}

describe("shell texts and user data, judged by the tools that read them", function () {
  this.timeout(120_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-shell-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe("shellcheck", () => {
    before(function () {
      requireTool(this, "shellcheck");
    });
    const scripts: Record<string, () => string> = {
      "converge.sh": () => convergeScript,
      "upgrade.sh": () => upgradeScript,
      "measure.sh": () => measureScript,
      "databases.sh": () => databasesScript,
      "backup.sh": () => backupScript,
      "restore.sh": () => restoreScript,
      "restore-disk.sh": () => restoreDiskScript,
      "drill.sh": () => drillScript,
      "orders.sh": () => ordersScript,
      "prepare-image.sh": () =>
        prepareImageScript({
          release: "7.5.4453",
          images: preparedImagesOf("7.5.4453"),
          from: "registry.test/sourcegraph",
        }),
      // Its settings come from a file that the set-up writes.
      "sourcegraph-fetch": () =>
        fetchText.replace(/^\. .*machine\.conf$/m, "read -r source folder region store secrets archives"),
      ...Object.fromEntries(
        Object.entries(machines).map(([name, args]) => [`set-up for ${name}`, () => scriptOf(args)]),
      ),
    };
    for (const [name, text] of Object.entries(scripts)) {
      it(`has nothing to say about ${name}, nor about what it has of the programs it reads`, async () => {
        // Beside each other, as they are on the machine.
        for (const [program, its] of Object.entries(scripts))
          if (program.endsWith(".sh")) writeFileSync(join(folder, program), its());
        const file = join(folder, name.endsWith(".sh") ? name : "script.sh");
        writeFileSync(file, text());
        assert.equal(await saidOf([file], folder), "");
        await run("bash", ["-n", file]);
      });
    }

    it("has nothing to say about the programs of the stand-in images", async () => {
      const images = join(__dirname, "../../support/images/rootfs");
      const programs = readdirSync(images)
        .map((name) => join(images, name))
        .filter((file) => /^#(!\/bin\/sh| shellcheck shell=sh)/.test(readFileSync(file, "utf8")));
      assert.ok(programs.length > 10, programs.join());
      assert.equal(await saidOf(programs, images), "");
    });
  });

  describe("cloud-init schema", () => {
    before(function () {
      requireTool(this, "cloud-init");
    });
    for (const name of ["AWS, plain", "AWS, with everything"]) {
      it(`accepts user data for ${name}`, async () => {
        const file = join(folder, "user-data.yaml");
        const args = machines[name];
        assert.ok(args !== undefined);
        writeFileSync(file, renderBootstrap(args).text);
        const { stdout } = await run("cloud-init", ["schema", "--config-file", file]);
        assert.equal(stdout.trim(), `Valid cloud-config: ${file}`);
      });
    }
  });
});
