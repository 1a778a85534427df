import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { deflateRawSync } from "node:zlib";
import { parse } from "yaml";
import { extractFromManifest } from "../../components/core/planning/replica/extract-manifest";
import { finishShape } from "../../components/core/planning/replica/extract";
import { parseShape } from "../../components/core/planning/replica/parse-shape";
import { standInManifest } from "../support/stand-in-manifest";
import { composeBundle, customerWords, kubernetesBundle } from "../support/support-bundle";
import { folderWith, sgbox, stackFile } from "./support";

/** A ZIP archive, every other file deflated. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const [bodies, directory]: [Buffer[], Buffer[]] = [[], []];
  let place = 0;
  Object.entries(files).forEach(([name, text], index) => {
    const method = index % 2 === 0 ? 0 : 8;
    const raw = Buffer.from(text);
    const data = method === 0 ? raw : deflateRawSync(raw);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(raw.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, Buffer.from(name), data]);
    const entry = Buffer.concat([
      Buffer.from("PK\u0001\u0002"),
      Buffer.alloc(2),
      common,
      Buffer.alloc(14),
      Buffer.from(name),
    ]);
    entry.writeUInt32LE(place, 42);
    place += local.length;
    bodies.push(local);
    directory.push(entry);
  });
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(bodies.length, 10);
  end.writeUInt32LE(place, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = folderWith({ "debug.zip": "" });
  writeFileSync(path.join(folder, "debug.zip"), zip(files));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const usage = ["--users", "500", "--repositories", "4000", "--total-size-gb", "300", "--largest-repository-gb", "20"];
const asked = [...usage, "--largest-index-gb", "2"];

describe("sgbox replica extract", () => {
  const compose = folderOf(composeBundle);

  it("makes a shape of a support bundle of one machine, from a ZIP archive and a folder alike", async () => {
    const args = (from: string) => ["replica", "extract", from, ...asked];
    const zipped = await sgbox(args("debug.zip"), { folder: compose });
    assert.deepEqual([zipped.code, zipped.stderr], [0, ""]);
    assert.equal((await sgbox(args("debug"), { folder: compose })).stdout, zipped.stdout);
    const host = { repositories: 1333, totalSizeGb: 100 };
    assert.deepEqual(parseShape(zipped.stdout), {
      schema: 1,
      release: "7.5.4453",
      shape: "vm",
      usage: {
        users: 500,
        repositories: 4000,
        totalSizeGb: 300,
        largestRepositoryGb: 20,
        largestIndexGb: 2,
        codeInsights: true,
      },
      external: { databases: {} },
      proxy: true,
      privateCa: true,
      registryMirror: true,
      ownModels: true,
      codeHosts: [
        { kind: "gitlab", ...host, largestRepositoryGb: 20 },
        { kind: "githubEnterprise", ...host },
        { kind: "github", ...host },
      ],
      overrides: {
        gitserver: { replicas: 2, cpus: 4, memoryGb: 8.5 },
        "sourcegraph-frontend": { cpus: 8, memoryGb: 16 },
      },
    });
  });

  it("makes a shape of a support bundle of a cluster, with what its admins do not allow", async () => {
    const { code, stdout, stderr } = await sgbox(["replica", "extract", "debug", "--size", "M", "--json"], {
      folder: folderOf(kubernetesBundle),
    });
    assert.deepEqual([code, stderr], [0, ""]);
    const { shape } = JSON.parse(stdout) as { shape: unknown };
    assert.deepEqual(shape, {
      schema: 1,
      release: "7.5.4453",
      shape: "kubernetes",
      size: "M",
      external: { objectStorage: {} },
      kubernetes: {
        podSecurity: "restricted",
        readOnlyRoots: true,
        userIds: "assigned",
        leaveOut: [
          "cadvisor",
          "node-exporter",
          "otel-agent",
          "prometheus",
          "precise-code-intel-worker",
          "syntactic-code-intel-worker",
        ],
      },
      overrides: {
        gitserver: { cpus: 2.5, memoryGb: 5.59, storageGb: 750 },
        pgsql: { cpus: 2.5, memoryGb: 5.59, storageGb: 300 },
        "redis-cache": { cpus: 2.5, memoryGb: 5.59 },
        "redis-store": { cpus: 2.5, memoryGb: 5.59 },
        grafana: { cpus: 2.5, memoryGb: 5.59 },
        "sourcegraph-frontend": { replicas: 2, cpus: 2.5, memoryGb: 5.59 },
      },
    });
  });

  it("never copies a name, host, address, person or secret, into the file or what it prints", async () => {
    for (const files of [composeBundle, kubernetesBundle]) {
      const folder = folderOf(files);
      const printed = await sgbox(["replica", "extract", "debug", "--size", "M", "-o", "shape.yaml"], { folder });
      assert.equal(printed.code, 0, printed.stderr);
      const all = readFileSync(path.join(folder, "shape.yaml"), "utf8") + printed.stdout + printed.stderr;
      for (const word of customerWords) assert.ok(!all.toLowerCase().includes(word.toLowerCase()), word);
    }
  });

  it("writes the file, and says what it took and what it left out and why; never over a file that is there", async () => {
    const args = ["replica", "extract", "debug.zip", "--size", "M", "-o", "taken.yaml"];
    const { stdout, stderr } = await sgbox(args, { folder: compose });
    assert.equal(stderr, "wrote taken.yaml; read it before it leaves the machine, then name it in a stack by 'like'\n");
    assert.match(stdout, /Taken/);
    assert.match(stdout, /release: 7\.5\.4453 +tag of the frontend's image/);
    assert.match(stdout, /Left out/);
    assert.match(stdout, /7 logs +they may have names, addresses and code/);
    assert.match(
      stdout,
      /codeHosts: gitlab, githubEnterprise, github +how many repositories of which size is not told/,
    );
    assert.equal((parse(readFileSync(path.join(compose, "taken.yaml"), "utf8")) as { size: string }).size, "M");
    const again = await sgbox(args, { folder: compose });
    assert.deepEqual(
      [again.code, again.stderr],
      [
        2,
        "sgbox: nothing was extracted:\n  - 'out' is \"taken.yaml\", which is there already; name another, or remove it\n",
      ],
    );
  });

  it("says what is missing, and what is no support bundle", async () => {
    const failed = async (...args: string[]) => {
      const { code, stderr } = await sgbox(["replica", "extract", ...args], { folder: compose });
      assert.equal(code, 2);
      return stderr.replace(/^sgbox: /, "").trim();
    };
    assert.equal(
      await failed("debug"),
      "no shape can be made of it:\n  - 'size' is missing; nothing there tells it, so give --size, or what the customer has by --users, --repositories and so on",
    );
    assert.equal(
      await failed("nowhere"),
      "the support bundle cannot be read:\n  - 'from' is \"nowhere\", which does not exist; give the folder or ZIP archive that src debug wrote",
    );
    writeFileSync(path.join(compose, "broken.zip"), "PK");
    assert.equal(
      await failed("broken.zip"),
      "the support bundle cannot be read:\n  - 'from' is \"broken.zip\", which is no ZIP archive, or not all of one",
    );
    mkdirSync(path.join(compose, "empty"), { recursive: true });
    assert.match(await failed("empty"), /'from' has no frontend; give what src debug compose or src debug kube wrote/);
    assert.match(await failed(), /'from' is either a support bundle or, by --stack, a running stack; give one of them/);
    assert.ok(!existsSync(path.join(compose, "shape.yaml")));
  });

  it("makes a shape of a manifest, without names and places", () => {
    const { shape } = finishShape(
      extractFromManifest(
        standInManifest({
          name: "acme",
          size: "M",
          services: { "databases.frontend": "managed", "cache.store": "external", objectStorage: "bundled" },
          dataResources: [
            { name: "acme-data", kind: "disk", place: "us-east-1a", sizeGb: 500 },
            { name: "acme-pgsql", kind: "database", place: "us-east-1", sizeGb: 200 },
          ],
        }),
      ),
      {},
    );
    assert.deepEqual(shape, {
      schema: 1,
      shape: "vm",
      release: "7.5.4453",
      size: "M",
      external: { databases: { sizeGb: 200 }, cache: {} },
      dataDiskGb: 500,
    });
  });
});

describe("sgbox replica", () => {
  const like = { cloud: "local", like: "preset:compose-vm", release: "7.5.4453", expires: "2026-12-10" };

  it("lists the presets", async () => {
    const { stdout } = await sgbox(["replica", "presets"]);
    assert.match(stdout, /preset:restricted-kubernetes +a namespace of a cluster whose admins allow almost nothing/);
  });

  it("shows the ordinary config a shape comes to, and what cannot be followed", async () => {
    const shape = { schema: 1, release: "7.5.4453", shape: "vm", size: "S", external: { cache: {} } };
    const folder = folderWith({
      "Pulumi.replica.yaml": stackFile({ ...like, like: "shape.yaml" }),
      "shape.yaml": JSON.stringify(shape),
    });
    const { code, stdout, stderr } = await sgbox(["replica", "show", "--stack", "Pulumi.replica.yaml"], { folder });
    assert.equal(code, 0, stderr);
    assert.deepEqual(parse(stdout), {
      cloud: "local",
      shape: "vm",
      release: "7.5.4453",
      size: "S",
      expires: "2026-12-10",
      replica: {},
    });
    assert.equal(
      stderr,
      "not followed: cache: outside of the deployment in the shape, bundled on cloud local, which has no services of its own\n",
    );
  });

  for (const [cloud, name] of [
    ["aws", "src-3f9c1a20b7"],
    ["gcp", "src-7b20d4e91c"],
  ] as const)
    it(`is planned as the example ${cloud}-customer-replica has it, in an environment of its own`, async () => {
      const stack = `examples/${cloud}-customer-replica/Pulumi.${name}.yaml`;
      const { code, stdout, stderr } = await sgbox(["plan", "--json", "--stack", stack]);
      assert.equal(code, 0, stderr);
      const { plan, resources } = JSON.parse(stdout) as {
        plan: { name: string; cloud: string };
        resources: { type: string; name: string }[];
      };
      assert.deepEqual([plan.name, plan.cloud], [name, cloud]);
      const place = cloud === "aws" ? "aws:organizations/account:Account" : "gcp:organizations/project:Project";
      assert.deepEqual(
        resources.filter(({ type }) => type === place).map((each) => each.name),
        [name],
      );
      assert.match(stdout, /code-host/);
    }).timeout(60_000);

  it("is planned like any other stack", async () => {
    const folder = folderWith({ "Pulumi.replica.yaml": stackFile(like) });
    const { code, stdout, stderr } = await sgbox(["plan", "--all", "--stack", "Pulumi.replica.yaml"], { folder });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /code-host/);
  });

  it("is refused by preview and up after its last day, before the engine is started", async () => {
    const folder = folderWith({ "Pulumi.replica.yaml": stackFile(like) });
    for (const verb of [["preview"], ["up", "--yes", "--no-cluster-check"]]) {
      const { code, stderr } = await sgbox([...verb, "--stack", "Pulumi.replica.yaml"], {
        folder,
        today: "2026-12-11",
      });
      assert.deepEqual(
        [code, stderr.split("\n").slice(-4, -1)],
        [
          3,
          [
            "wrote " + path.join(folder, "Pulumi.yaml") + ", so that pulumi itself can be used there too",
            "sgbox: refused for its last day:",
            "  - 'expires' was 2026-12-10, and today is 2026-12-11; remove the instance by sgbox down, in a fleet by sgbox fleet reap, or give a later day, up to 2027-01-10",
          ].slice(verb[0] === "up" ? 1 : 0),
        ],
      );
    }
  });
});
