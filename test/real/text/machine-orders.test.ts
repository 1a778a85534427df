import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { run } from "../../../cli/program";
import type { Terminal } from "../../../cli/terminal";
import { backupScript, databasesScript, ordersScript } from "../../../components/core/rendering/converge";
import { signed, verificationKey } from "../../../components/core/rendering/pointer";
import { DeployedStacks, secretOutput } from "../../support/deployed-stack";
import { ProgramHost, requirePrograms } from "../../support/machine-programs";
import { Moto, type RoleCredentials } from "../../support/moto";
import { requirePython } from "../../support/python";
import { standInManifest } from "../../support/stand-in-manifest";
import { requireToolchain } from "../../support/toolchain";

const region = "us-east-1";
const zone = `${region}a`;
const release = "7.5.4453";
/** Of the key of both stacks. */
const secret = "marker-4711";

/** Makes the backup that the real program then copies to the store: a machine's databases are shown elsewhere. */
const dumps = (text: string) => `
set -euo pipefail
id=$2 backups=$(dirname "$(dirname "$(cd "$(dirname "$0")" && pwd -P)")")/backups
mkdir -p "$backups/$id"
head -c 1000 /dev/urandom > "$backups/$id/pgsql.sql.gz"
jq -n --arg id "$id" '{schema: 1, id: $id, kind: "order", name: "sourcegraph", release: "${release}", at: (now | todate), complete: true,
  elsewhere: [], databases: [{name: "frontend", service: "pgsql", bytes: 1000, tables: [{name: "public.users", rows: 42}]}]}' > "$backups/$id/backup.json"
${text.replace("#!/bin/bash\n", "")}`;

describe("orders to a machine on AWS, by the AWS CLI and moto", function () {
  this.timeout(300_000);
  let moto: Moto;
  let stacks: DeployedStacks;
  let metadata: Server;
  let identity: RoleCredentials;
  let place: Record<string, string>;
  const snapshots: Record<string, string> = {};
  const hosts: ProgramHost[] = [];
  const running = new Set<ProgramHost>();

  /** Asks moto as a person does, for one value. */
  const asked = async (...args: string[]): Promise<string> => (await moto.aws(...args, "--output", "text")).trim();

  /** Runs sgbox in the folder of the stacks, and answers what it printed. */
  async function sgbox(args: readonly string[], more: Partial<Terminal> = {}) {
    let [stdout, stderr] = ["", ""];
    const terminal = stacks.terminal({
      out: (text) => (stdout += text),
      note: (line) => (stderr += `${line}\n`),
      ...more,
    });
    return { code: await run(args, terminal), stdout, stderr };
  }

  /** A machine with the real programs for orders, which looks for them all the time. */
  function machine(bucket: string, backups: string): ProgramHost {
    const settings = {
      source: "s3",
      region,
      store: `${moto.url}/${bucket}`,
      secrets: moto.url,
      signer: verificationKey(secret),
    };
    const host = new ProgramHost(settings);
    host.environment["METADATA"] = String((metadata.address() as AddressInfo).port);
    const databases = {
      schema: 1,
      name: "sourcegraph",
      release,
      databases: [
        { name: "frontend", service: "pgsql", container: "pgsql", database: "sg", user: "sg", place: "bundled" },
      ],
      others: [],
      backup: { hourUtc: 3, keep: 0, drillDays: 0 },
    };
    const programs = {
      "orders.sh": host.led(ordersScript),
      "backup.sh": dumps(host.led(backupScript)),
      "databases.sh": host.led(databasesScript),
      "restore.sh": `echo "$*" >> ${host.folder}/restored; echo "sourcegraph: the data of $2 are in place"\n`,
      "drill.sh": `echo "sourcegraph: drill $2 passed: pgsql 1 tables, 42 rows, equal"\n`,
      "databases.json": JSON.stringify(databases),
    };
    const bundle = host.bundle(
      release,
      Object.entries(programs).map(([path, text]) => ({ path, mode: "0755", text })),
    );
    const digest = host.publish(bundle);
    const pointer = JSON.parse(host.read("source/pointer.json")) as object;
    const store = { kind: "s3", bucket: backups, url: `${moto.url}/${backups}`, prefix: "backups" };
    host.write("source/pointer.json", signed(JSON.stringify({ ...pointer, backups: store }), secret));
    host.write("source/digest", digest);
    hosts.push(host);
    return host;
  }

  async function boot(host: ProgramHost, bucket: string): Promise<void> {
    await moto.put(
      bucket,
      `bundles/${host.read("source/digest")}.json`,
      host.read(`source/bundles/${host.read("source/digest")}.json`),
    );
    await moto.put(bucket, "pointer.json", host.read("source/pointer.json"));
    const { code, output } = await host.fetch("boot");
    assert.equal(code, 0, output);
    running.add(host);
    void (async () => {
      while (running.has(host)) {
        await host.fetch("poll");
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }
    })();
  }

  before(async function () {
    requireToolchain(this);
    requirePrograms(this);
    moto = await Moto.start(requirePython(this), region);
    for (const bucket of ["acme-bundles", "acme-backups", "acme-bundles-2", "acme-backups-2"])
      await moto.aws("s3", "mb", `s3://${bucket}`);
    // moto takes any image; to list those it has takes it a minute.
    const image = "ami-0123456789abcdef0";
    const placement = ["--placement", `AvailabilityZone=${zone}`];
    const instance = await asked(
      "ec2",
      "run-instances",
      "--image-id",
      image,
      ...placement,
      "--query",
      "Instances[0].InstanceId",
    );
    const volume = await asked(
      "ec2",
      "create-volume",
      "--size",
      "20",
      "--availability-zone",
      zone,
      "--query",
      "VolumeId",
    );
    for (const [name, description] of Object.entries({
      daily: "",
      before: "Sourcegraph sourcegraph before the upgrade from 7.4.0 to 7.5.4453",
    }))
      snapshots[name] = await asked(
        ...["ec2", "create-snapshot", "--volume-id", volume, "--description", description, "--query", "SnapshotId"],
      );
    place = { cloud: "aws", region, zone, machine: instance, dataDisk: volume };
    // What components/vm/aws-identity.ts and aws-backup-bucket.ts allow.
    const arns = (buckets: string[], key: string) => buckets.map((bucket) => `arn:aws:s3:::${bucket}/${key}`);
    const [bundles, backups] = [
      ["acme-bundles", "acme-bundles-2"],
      ["acme-backups", "acme-backups-2"],
    ];
    identity = await moto.machineRole([
      {
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: ["pointer.json", "order.json", "bundles/*"].flatMap((key) => arns(bundles, key)),
      },
      { Effect: "Allow", Action: "s3:PutObject", Resource: arns(bundles, "status.json") },
      { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: arns(backups, "backups/*") },
    ]);
    metadata = createServer((request, response) => {
      const answers: Record<string, string> = {
        "PUT /latest/api/token": "imds-token",
        "GET /latest/meta-data/iam/security-credentials/": "sourcegraph",
        "GET /latest/meta-data/iam/security-credentials/sourcegraph": JSON.stringify(identity),
      };
      response.end(answers[`${request.method} ${request.url}`]);
    });
    await new Promise<void>((resolve) => metadata.listen(0, "127.0.0.1", resolve));
    stacks = new DeployedStacks(moto.environment);
    const config = { cloud: "aws", region, release, size: "S", access: { allowedCidrs: ["10.0.0.0/8"] } };
    const buckets = (suffix: string) => ({
      bundleBucket: `acme-bundles${suffix}`,
      backupBucket: `acme-backups${suffix}`,
    });
    const orderSecret = secretOutput(secret);
    const manifest = standInManifest({ region, zone, release, size: "S" });
    stacks.deploy("prod", config, { manifest, machine: { ...place, ...buckets("") }, orderSecret });
    stacks.deploy("new", config, { manifest, machine: { ...place, ...buckets("-2") }, orderSecret });
    await boot(machine("acme-bundles", "acme-backups"), "acme-bundles");
    await boot(machine("acme-bundles-2", "acme-backups-2"), "acme-bundles-2");
  });
  after(async () => {
    running.clear();
    // The last poll of each has to end before its folder goes.
    await new Promise((resolve) => setTimeout(resolve, 4000));
    hosts.forEach((host) => host.delete());
    metadata?.close();
    await moto?.stop();
    stacks?.delete();
  });

  let made = "";

  it("backs up by an order that the machine carries out once, into the bucket of backups", async () => {
    const { code, stdout, stderr } = await sgbox(["backup", "--stack", "prod"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^ {2}release +7\.5\.4453$/m);
    assert.match(stdout, /^ {2}pgsql +1\.0 kB, 42 rows$/m);
    assert.match(stderr, /^put order (\S+) \(backup\); the machine looks for orders each minute$/m);
    made = /^ {2}id +(\S+)$/m.exec(stdout)?.[1] ?? "";
    const [host] = hosts;
    const dumped = readFileSync(join(host!.folder, "mnt/backups", made, "pgsql.sql.gz"));
    const copy = await moto.aws(
      "s3",
      "cp",
      `s3://acme-backups/backups/${made}/pgsql.sql.gz.0`,
      join(stacks.folder, "part"),
    );
    assert.match(copy, /download/);
    const sha = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    assert.equal(sha(readFileSync(join(stacks.folder, "part"))), sha(dumped));
    assert.ok(!(stdout + stderr + (await sgbox(["outputs", "--stack", "prod", "--json"])).stdout).includes(secret));
    const ended = host!.read("mnt/state/orders.jsonl").trim().split("\n");
    assert.equal(ended.filter((line) => line.includes('"result":"done"')).length, 1);
    assert.match(host!.read("fake/curl.log"), /-I \S+pgsql\.sql\.gz\.0\n/);
  });

  it("lists backups and snapshots, with the release of one that was taken before an upgrade", async () => {
    const { code, stdout, stderr } = await sgbox(["backup", "list", "--stack", "prod", "--json"]);
    assert.equal(code, 0, stderr + stdout);
    const { backups, snapshots: listed } = JSON.parse(stdout) as Record<string, Record<string, unknown>[]>;
    assert.deepEqual(
      backups?.map(({ id, bytes }) => [id, bytes]),
      [[made, 1000]],
    );
    assert.deepEqual(
      listed?.map(({ id, kind, release: of, diskGb }) => [id, kind, of, diskGb]).sort(),
      [
        [snapshots["before"], "upgrade", "7.4.0", 20],
        [snapshots["daily"], "other", undefined, 20],
      ].sort(),
    );
  });

  it("restores a backup after it has shown the steps and asked", async () => {
    const questions: string[] = [];
    const confirm = (question: string) => (questions.push(question), Promise.resolve(questions.length > 1));
    const unsure = await sgbox(["restore", "--stack", "prod", "--from", made], { confirm });
    assert.deepEqual([unsure.code, unsure.stderr.trim().split("\n").at(-1)], [1, "sgbox: nothing was done"]);
    const { code, stdout, stderr } = await sgbox(["restore", "--stack", "prod", "--from", made], { confirm });
    assert.equal(code, 0, stderr);
    assert.deepEqual(questions, ["Restore prod?", "Restore prod?"]);
    assert.match(stderr, /^ {2}1 +restore each database beside the one in place, and compare rows and checksums/m);
    assert.equal(stdout, `prod is restored: the data of ${made} are in place\n`);
    const order = JSON.parse((await moto.get("acme-bundles", "order.json")) ?? "") as { id: string };
    assert.equal(hosts[0]!.read("restored"), `--backup ${made} --order ${order.id}\n`);
  });

  it("restores into another stack by copying the backup there first", async () => {
    const { code, stderr } = await sgbox(["restore", "--stack", "prod", "--from", made, "--into", "new", "--yes"]);
    assert.equal(code, 0, stderr);
    assert.match(hosts[1]!.read("restored"), new RegExp(`^--backup ${made} --order `));
    const keys = await asked("s3api", "list-objects-v2", "--bucket", "acme-backups-2", "--query", "Contents[].Key");
    assert.deepEqual(keys.split("\t").sort(), [`backups/${made}/backup.json`, `backups/${made}/pgsql.sql.gz.0`]);
  });

  it("restores a snapshot by a volume beside the data disk, which goes away again", async () => {
    const from = snapshots["daily"] ?? "";
    const { code, stdout, stderr } = await sgbox(["restore", "--stack", "prod", "--from", from, "--yes"]);
    assert.equal(code, 0, stderr);
    const [, id = ""] =
      /^(vol-\S+) is attached as \/dev\/disk\/by-id\/nvme-Amazon_Elastic_Block_Store_vol/m.exec(stderr) ?? [];
    assert.match(stderr, new RegExp(`^${id} is detached and deleted$`, "m"));
    assert.match(stdout, /^prod is restored: the data of \/dev\/disk\/by-id\/nvme-Amazon_Elastic_Block_Store_vol/);
    assert.match(
      hosts[0]!.read("restored"),
      /--device \/dev\/disk\/by-id\/nvme-Amazon_Elastic_Block_Store_vol\w+ --order /,
    );
    const left = await asked(
      "ec2",
      "describe-volumes",
      "--filters",
      "Name=tag-key,Values=sourcegraph:restore-of",
      "--query",
      "length(Volumes)",
    );
    assert.equal(left, "0");
  });

  it("takes no order of somebody who can write into the bucket but has no access to the stack's state", async () => {
    const at = new Date().toISOString().replace(/\.\d+/, "");
    const forged = { schema: 1, id: "forged", kind: "restore", at, backup: made };
    await moto.put("acme-bundles", "order.json", signed(JSON.stringify(forged), "another"));
    const told = async (): Promise<Record<string, unknown>> => {
      const status = JSON.parse((await moto.get("acme-bundles", "status.json")) ?? "") as Record<string, object>;
      return { ...status["order"], at: undefined };
    };
    for (let tries = 30; tries > 0 && (await told())["id"] !== "forged"; tries--)
      await new Promise((resolve) => setTimeout(resolve, 500));
    const message = "the order is not signed by the stack of this machine";
    assert.deepEqual(await told(), { id: "forged", kind: "restore", result: "refused", message, at: undefined });
    assert.ok(!hosts[0]!.read("restored").includes("forged"));
  });

  it("refuses what is not there or of another release, with what there is instead", async () => {
    const none = await sgbox(["restore", "--stack", "prod", "--from", "2020-01-01", "--yes"]);
    assert.equal(none.code, 2);
    assert.match(none.stderr, new RegExp(`a day of which there is nothing; the newest are: backups ${made} \\(`));
    const older = await sgbox(["restore", "--stack", "prod", "--from", snapshots["before"] ?? "", "--yes"]);
    assert.equal(older.code, 3);
    assert.match(
      older.stderr,
      /of release 7\.4\.0, and 7\.5\.4453 is deployed; what was taken at a release is restored at/,
    );
    const nobody = await sgbox(["restore", "--stack", "prod", "--from", made]);
    assert.deepEqual(
      [nobody.code, nobody.stderr],
      [2, "sgbox: nothing was done:\n  - 'yes' is missing, and nobody can be asked; --yes restores without asking\n"],
    );
  });

  it("rehearses a restore, and tells what the machine found", async () => {
    const { code, stdout } = await sgbox(["backup", "drill", "--stack", "prod"]);
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}result +drill \S+ passed: pgsql 1 tables, 42 rows, equal$/m);
  });
});
