import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { LastHop, Manifest } from "../../components/core/planning/manifest";
import { editRelease } from "../../cli/engine/edit-stack-file";
import type { Terminal } from "../../cli/terminal";
import { standInManifest } from "../support/stand-in-manifest";
import { folderWith, sgbox } from "./support";

const release = "7.5.4453";
const manifest = (more: Partial<Manifest> = {}) => standInManifest({ release, size: "S", ...more });
const hop = (from: string, to: string, kind: LastHop["kind"]) => ({ lastHop: { from, to, kind } });
const machine = {
  cloud: "aws",
  region: "us-east-1",
  zone: "us-east-1a",
  machine: "i-1",
  dataDisk: "vol-1",
  bundleBucket: "bundles",
  backupBucket: "backups",
};
const onAws = `# ours
config:
  sourcegraph:cloud: aws
  sourcegraph:region: us-east-1
  sourcegraph:release: ${release} # the newest
  sourcegraph:size: S
  sourcegraph:access:
    allowedCidrs: [10.0.0.0/8]
  sourcegraph:acknowledge: [backup-first]
`;

function program(folder: string, name: string, text: string): void {
  const file = path.join(folder, "bin", name);
  writeFileSync(file, `#!/bin/bash\n${text}\n`);
  chmodSync(file, 0o755);
}

/** A folder of a stack, with an engine that knows its outputs only. */
function deployed(stack: string, outputs: object): { folder: string; env: Record<string, string> } {
  const folder = folderWith({
    "Pulumi.prod.yaml": stack,
    "Pulumi.yaml": "name: sourcegraph\nruntime: nodejs\n",
    "outputs.json": JSON.stringify(outputs),
  });
  mkdirSync(path.join(folder, "bin"));
  program(
    folder,
    "pulumi",
    `echo "$*" >> ${folder}/engine
case "$*" in
  version*) echo v3.248.0 ;;
  "stack output"*) cat ${folder}/outputs.json ;;
  up*) cp Pulumi.prod.yaml ${folder}/at-update.yaml; while [ $# -gt 0 ]; do [ "$1" != --event-log ] || : > "$2"; shift; done ;;
  "stack history"*) echo '[{"kind": "update", "startTime": "2026-11-22T05:00:00.000Z", "message": "", "environment": {}, "config": {}, "result": "succeeded", "version": 1}]' ;;
esac`,
  );
  return {
    folder,
    env: {
      PATH: `${path.join(folder, "bin")}:/usr/bin:/bin`,
      SGBOX_HOME: path.join(folder, "home"),
      PULUMI_CONFIG_PASSPHRASE: "",
    },
  };
}

/** Runs sgbox with the pretended programs only: the engine's own code reads the PATH of this process. */
async function ran(
  args: readonly string[],
  at: { folder: string; env: Record<string, string> },
  more: Partial<Terminal> = {},
) {
  const before = process.env["PATH"];
  process.env["PATH"] = at.env["PATH"];
  try {
    return await sgbox(args, { ...at, ...more });
  } finally {
    process.env["PATH"] = before;
  }
}

const rollback = ["rollback", "--stack", "Pulumi.prod.yaml", "--yes"];

describe("sgbox rollback", function () {
  this.timeout(60_000);

  it("writes release and acknowledgement into the stack file, updates, and takes the acknowledgement back", async () => {
    const at = deployed(onAws, { manifest: manifest(hop("7.4.0", release, "standard")), machine });
    const { code, stderr } = await ran(rollback, at);
    assert.equal(code, 0, stderr);
    const then = readFileSync(path.join(at.folder, "at-update.yaml"), "utf8");
    assert.match(then, /^# ours$/m);
    assert.match(then, /sourcegraph:release: 7\.4\.0 # the newest$/m);
    assert.match(then, /sourcegraph:acknowledge:\s+- backup-first\s+- rollback\s/);
    const now = readFileSync(path.join(at.folder, "Pulumi.prod.yaml"), "utf8");
    assert.match(now, /sourcegraph:release: 7\.4\.0/);
    assert.ok(!now.includes("- rollback"));
    assert.match(stderr, /'release' is 7\.4\.0 now, and "rollback" is acknowledged$/m);
  });

  it("does nothing when somebody says no, or nobody can be asked", async () => {
    const at = deployed(onAws, { manifest: manifest(hop("7.4.0", release, "standard")), machine });
    const questions: string[] = [];
    const confirm = (question: string) => (questions.push(question), Promise.resolve(false));
    const unsure = await ran(rollback.slice(0, -1), at, { confirm });
    assert.deepEqual([unsure.code, unsure.stderr], [1, "sgbox: nothing was done\n"]);
    assert.deepEqual(questions, [
      `Start 7.4.0 again on the databases of 7.5.4453? ${at.folder}/Pulumi.prod.yaml is changed, and the stack updated`,
    ]);
    const nobody = await ran(rollback.slice(0, -1), at);
    assert.equal(nobody.code, 2);
    assert.equal(readFileSync(path.join(at.folder, "Pulumi.prod.yaml"), "utf8"), onAws);
    assert.ok(!readFileSync(path.join(at.folder, "engine"), "utf8").includes("up "));
  });

  it("refuses after a multi-version upgrade, with the exact commands that bring the data of then back", async () => {
    const at = deployed(onAws, { manifest: manifest(hop("6.4.0", release, "multi-version")), machine });
    program(
      at.folder,
      "aws",
      `case "$*" in
  "s3api list-objects-v2"*) echo null ;;
  "ec2 describe-snapshots"*) echo '{"Snapshots": [{"SnapshotId": "snap-7", "StartTime": "2026-11-20T10:00:00+00:00", "VolumeSize": 500, "State": "completed",
    "Description": "Sourcegraph sourcegraph before the upgrade from 6.4.0 to 7.5.4453"}]}' ;;
esac`,
    );
    const { code, stderr } = await ran(rollback, at);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^sgbox: the rollback is refused:\n {2}- 'release' is 7\.5\.4453; .*6\.4\.0.* to 7\.5\.4453/);
    assert.ok(
      stderr.endsWith(
        `; its data of then come back by a restore: set 'release' to 6.4.0 in the stack file and add "restore" to 'acknowledge', then sgbox up --stack prod, then sgbox restore --stack prod --from snap-7\n`,
      ),
      stderr,
    );
    assert.equal(readFileSync(path.join(at.folder, "Pulumi.prod.yaml"), "utf8"), onAws);
  });

  it("refuses where nothing was upgraded, and after a rollback", async () => {
    const fresh = await ran(rollback, deployed(onAws, { manifest: manifest(), machine }));
    assert.deepEqual(
      [fresh.code, fresh.stderr],
      [
        3,
        "sgbox: the rollback is refused:\n  - 'release' is 7.5.4453, and no upgrade of this instance is known: there is nothing to go back to\n",
      ],
    );
    const back = manifest({ release: "7.4.0", ...hop(release, "7.4.0", "rollback") });
    const twice = await ran(rollback, deployed(onAws, { manifest: back, machine }));
    assert.equal(twice.code, 3);
  });
});

describe("sgbox backup and restore", function () {
  this.timeout(60_000);

  it("say that the cloud's command line is missing, and where it is to be had", async () => {
    const at = deployed(onAws, { manifest: manifest(), machine });
    at.env["PATH"] = `${path.join(at.folder, "bin")}:/bin`;
    const { code, stderr } = await ran(["backup", "--stack", "Pulumi.prod.yaml"], at);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^ {2}- 'aws' is not on the PATH, and the machine is reached by it, with your own credentials/m,
    );
  });

  it("say that nothing is deployed, or that the machine is not known yet", async () => {
    const none = await ran(["backup", "list", "--stack", "Pulumi.prod.yaml"], deployed(onAws, {}));
    assert.deepEqual(
      [none.code, none.stderr],
      [
        2,
        `sgbox: there is no instance:\n  - 'stack' is "prod", of which no instance is deployed; sgbox up --stack prod deploys it\n`,
      ],
    );
    const old = await ran(["backup", "list", "--stack", "Pulumi.prod.yaml"], deployed(onAws, { manifest: manifest() }));
    assert.equal(old.code, 2);
    assert.match(old.stderr, /a library that did not tell where its machine is; run sgbox up --stack prod once/);
  });

  describe("with containers on a host's Docker", () => {
    const local = `config:\n  sourcegraph:cloud: local\n  sourcegraph:release: ${release}\n`;
    const outputs = { manifest: manifest({ cloud: "local", region: "local", zone: "local" }) };
    /** Dumps are made by psql and pg_dump within a container; here they say what is needed to get that far. */
    const docker = `echo "$*" >> "$SOURCEGRAPH_ROOT/docker.log"; exit 1`;

    it("run the machine's own programs against the containers of the stack, and say why they failed", async () => {
      const at = deployed(local, outputs);
      program(at.folder, "docker", docker);
      const restore = await ran(["restore", "--stack", "Pulumi.prod.yaml", "--from", "x", "--yes"], at);
      assert.equal(restore.code, 2);
      assert.match(
        restore.stderr,
        /'from' is "x", which is neither a backup nor a snapshot; there is neither a backup nor a snapshot/,
      );
      const drill = await ran(["backup", "drill", "--stack", "Pulumi.prod.yaml"], at);
      assert.deepEqual(
        [drill.code, drill.stderr.trim().split("\n").at(-1)],
        [3, `  - there is no backup of ${release}; nothing was changed`],
      );
      const root = path.join(at.folder, "sourcegraph-prod");
      const databases = JSON.parse(readFileSync(path.join(root, "programs/databases.json"), "utf8")) as {
        name: string;
      };
      assert.equal(databases.name, "sourcegraph");
      assert.ok(existsSync(path.join(root, "backups")));
      assert.match(
        readFileSync(path.join(root, "docker.log"), "utf8"),
        /^rm --force --volumes sourcegraph-sourcegraph-drill$/m,
      );
    });

    it("go on with a restore that was interrupted, or say that there is none", async () => {
      const at = deployed(local, outputs);
      program(at.folder, "docker", docker);
      const { code, stderr } = await ran(["go-on", "--stack", "Pulumi.prod.yaml"], at);
      assert.deepEqual(
        [code, stderr.trim().split("\n").at(-1)],
        [3, "  - there is no restore that is not over; nothing was changed"],
      );
    });

    it("list what is in the folder of the stack", async () => {
      const at = deployed(local, outputs);
      const folder = path.join(at.folder, "sourcegraph-prod/backups/b1");
      mkdirSync(folder, { recursive: true });
      const backup = { schema: 1, id: "b1", release, at: "2026-11-21T03:00:00Z", complete: true, databases: [] };
      writeFileSync(path.join(folder, "backup.json"), JSON.stringify(backup));
      const { code, stdout } = await ran(["backup", "list", "--stack", "Pulumi.prod.yaml", "--json"], at);
      assert.equal(code, 0);
      assert.deepEqual(JSON.parse(stdout), {
        backups: [{ id: "b1", kind: "order", release, at: "2026-11-21T03:00:00Z", bytes: 0, databases: [] }],
        snapshots: [],
      });
    });
  });
});

describe("the release in a stack file", () => {
  it("is changed with what is acknowledged, and nothing else", () => {
    const folder = folderWith({ "Pulumi.prod.yaml": onAws });
    const file = path.join(folder, "Pulumi.prod.yaml");
    editRelease(file, release, (ids) => ids);
    assert.equal(
      readFileSync(file, "utf8"),
      onAws.replace("[backup-first]", "\n    - backup-first").replace(": \n", ":\n"),
    );
    editRelease(file, "7.4.0", () => []);
    assert.ok(!readFileSync(file, "utf8").includes("acknowledge"));
  });
});
