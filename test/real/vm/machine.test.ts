import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderBootstrap } from "../../../components/core/rendering/bootstrap";
import { bundleText, digestOf, type BundlePointer } from "../../../components/core/rendering/bundle";
import { awsIdentity, startObjectStore, type ObjectStore } from "../../support/object-store";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";
import { Machine, prepareMachines, serviceUrl, type MachineParts } from "../../support/vm";
import { awkward, standInDeployments, type Deployment, type Deployments } from "./stand-in-deployment";

/** The part of a machine's status that the tests look at. */
interface Status {
  readonly release: string;
  readonly digest: string;
  readonly result: string;
  readonly message: string;
  readonly installed: { readonly release: string; readonly digest: string } | null;
}

/** What the machines are to run; a rendered deployment can take the place of the stand-in. */
const deploymentsOf: (folder: string) => Promise<Deployments> = standInDeployments;

const region = "us-east-1";
const bucket = "stand-in-bundles";
const role = "meta-data/iam/security-credentials/sourcegraph";
const address = (name: string): string => `arn:aws:secretsmanager:${region}:123456789012:secret:sg/${name}-AbCdEf`;

function pointerOf({ bundle }: Deployment, where: (name: string) => string): string {
  const pointer: BundlePointer = {
    schema: 1,
    release: bundle.release,
    digest: digestOf(bundleText(bundle)),
    secrets: Object.fromEntries(bundle.secrets.map((name) => [name, where(name)])),
  };
  return JSON.stringify(pointer);
}

/** The tests of a suite build on one another: after the first failure the others would only wait in vain. */
function eachNeedsTheLast(): void {
  let failed = false;
  beforeEach(function () {
    if (failed) this.skip();
  });
  afterEach(function () {
    failed ||= this.currentTest?.state === "failed";
  });
}

describe("a Debian 13 machine with the rendered bootstrap", function () {
  this.timeout(900_000);
  let work: string;
  let deployments: Deployments;

  before(async function () {
    requireToolchain(this);
    if (!existsSync(join(toolchainFolder(), "vm")) || process.getuid?.() !== 0) {
      if (process.env.CI === "true" && existsSync(join(toolchainFolder(), "vm"))) throw new Error("needs root");
      console.log("      skipped: virtual machines need root and the toolchain's folder vm");
      this.skip();
    }
    await prepareMachines();
    work = mkdtempSync(join(tmpdir(), "sgbox-vm-"));
    deployments = await deploymentsOf(work);
  });
  after(() => {
    if (work !== undefined) rmSync(work, { recursive: true, force: true });
  });

  describe("on AWS, with its bundle in S3", () => {
    eachNeedsTheLast();
    const machine = new Machine("test-ec2");
    const disk = "vol0a1b2c3d4e5f60718";
    const device = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${disk}`;
    let store: ObjectStore;
    let parts: MachineParts;
    let fileSystem: string;

    before(async () => {
      store = await startObjectStore(bucket, region);
      const userData = join(work, "user-data.yaml");
      const { text } = renderBootstrap({
        cloud: "aws",
        name: "sourcegraph",
        source: { kind: "s3", bucket, region, endpoint: serviceUrl, secretsEndpoint: serviceUrl },
        dataDevice: device,
        adminSshKeys: [
          "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrM2r3q0u7a9Jt0yN0bqkq1o3o9Zk0iXw1Q5y8cB2fT admin@example.com",
        ],
      });
      writeFileSync(userData, text);
      parts = {
        cloud: "ec2",
        userData,
        dataDisk: join(work, "ec2-data.raw"),
        dataSize: "6G",
        diskId: disk,
        metadata: { [role]: JSON.stringify({ Code: "Success", ...awsIdentity }) },
        servicePort: store.port,
        imageTars: deployments.first.imageTars,
        preload: true,
      };
    });
    after(async () => {
      await machine.pullPlug();
      await store?.close();
    });

    const publish = (deployment: Deployment): string => {
      const text = bundleText(deployment.bundle);
      store.objects.set(`bundles/${digestOf(text)}.json`, text);
      for (const [name, value] of Object.entries(deployment.secretValues)) store.secrets.set(address(name), value);
      store.objects.delete("status.json");
      store.objects.set("pointer.json", pointerOf(deployment, address));
      return digestOf(text);
    };
    const status = (): Status | undefined => {
      const text = store.objects.get("status.json");
      return text === undefined ? undefined : (JSON.parse(text) as Status);
    };
    const reported = async (digest: string, seconds = 600): Promise<Status> => {
      for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((r) => setTimeout(r, 1000))) {
        const now = status();
        if (now?.digest === digest && now.result !== "converging") return now;
      }
      const journal = await machine.shell("journalctl -b --no-pager -o cat | tail -n 60");
      throw new Error(`no status of ${digest}; last ${JSON.stringify(status())}\n${journal}`);
    };

    it("sets up a new machine and a blank disk, and reports all services healthy", async () => {
      const digest = publish(deployments.first);
      await machine.boot(parts);
      const report = await reported(digest);
      assert.deepEqual(
        [report.release, report.result, report.message, report.installed],
        ["7.5.4453", "ready", "all services are healthy", { release: "7.5.4453", digest }],
      );
      const cloudInit = await machine.shell(
        "cloud-init status --wait --long | grep -E '^(status|errors):' | xargs echo; cloud-init schema --system | grep -o 'Valid schema user-data'",
      );
      assert.equal(cloudInit, "status: done errors: []\nValid schema user-data");
      assert.deepEqual(await health(machine), { db: "healthy", migrator: "exited 0", web: "healthy" });
      await machine.until(
        "all units are up",
        "systemctl is-active sourcegraph sourcegraph-poll.timer | xargs; systemctl --failed --no-legend",
        (state) => state === "active active",
      );
      fileSystem = await machine.shell(`blkid -s UUID -o value ${device}`);
    });

    it("signs every request to S3 and to Secrets Manager with the role of the instance", () => {
      assert.deepEqual(
        store.seen.filter(({ reason }) => reason !== ""),
        [],
      );
      const kinds = new Set(store.seen.map(({ method, url }) => `${method} ${url.replace(/[0-9a-f]{64}/, "DIGEST")}`));
      assert.deepEqual([...kinds].sort(), [
        `GET /${bucket}/bundles/DIGEST.json`,
        `GET /${bucket}/pointer.json`,
        "POST /",
        `PUT /${bucket}/status.json`,
      ]);
    });

    it("hands secrets to containers unchanged, and shows them nowhere else", async () => {
      await secretsArrive(machine);
      const places = "/etc /var/lib/cloud /var/log /run/sourcegraph /mnt/sourcegraph/state";
      assert.equal(await machine.shell(`grep -rIlE 'marker-471[12]' ${places} || true`), "");
      assert.equal(await machine.shell("journalctl --no-pager -o cat | grep -acE 'marker-471[12]' || true"), "0");
      assert.equal(
        await machine.shell(
          "find /mnt/sourcegraph/deployment/secrets /mnt/sourcegraph/bundles -path '*secrets/*' -type f -printf '%f %m %U:%G\\n' | sort -u",
        ),
        "token 400 100:101\nweb.env 600 0:0",
      );
      assert.equal(await machine.shell("stat -c %a /mnt/sourcegraph/bundles"), "700");
    });

    it("keeps Docker's data on the data disk and sets the host's limits", async () => {
      assert.equal(
        await machine.shell("docker info --format '{{.DockerRootDir}} {{.LiveRestoreEnabled}} {{.LoggingDriver}}'"),
        "/mnt/sourcegraph/docker true json-file",
      );
      assert.equal(await machine.shell("findmnt -no FSTYPE,LABEL /mnt/sourcegraph | xargs"), "xfs sourcegraph");
      assert.equal(await machine.shell("docker exec web sh -c 'ulimit -n'"), "262144");
      const limits = await machine.shell("sysctl -n vm.max_map_count fs.inotify.max_user_watches | xargs");
      const [maps = 0, watches = 0] = limits.split(" ").map(Number);
      assert.ok(maps >= 300000 && watches >= 128000, limits);
    });

    it("takes up a new bundle by itself and leaves alone what did not change", async () => {
      const before = await machine.shell("docker inspect -f '{{.Id}} {{.State.StartedAt}}' db");
      const digest = publish(deployments.next);
      const report = await reported(digest);
      assert.deepEqual([report.release, report.result], ["7.6.0", "ready"]);
      assert.equal(await machine.shell("curl -fsS http://127.0.0.1:8080/page"), "next");
      assert.equal(await machine.shell("docker inspect -f '{{.Id}} {{.State.StartedAt}}' db"), before);
      assert.equal(
        await machine.shell("ls /mnt/sourcegraph/deployment"),
        "compose.yaml\nconverge.sh\nhop.json\nsecrets\nweb",
      );
    });

    it("refuses an older release, says so, and goes on serving", async () => {
      const digest = publish(deployments.older);
      const report = await reported(digest);
      assert.deepEqual(
        [report.result, report.message, report.installed?.release],
        ["refused", "7.4.0 is older than 7.6.0, which is in place, and databases do not go back", "7.6.0"],
      );
      assert.equal(await machine.shell("curl -fsS http://127.0.0.1:8080/page"), "next");
    });

    it("comes up by itself after a reboot, with the bundle in place and a disk that has grown", async () => {
      await machine.powerOff();
      truncateSync(parts.dataDisk, 8 * 2 ** 30);
      await machine.bootAgain();
      await machine.until("healthy", "systemctl is-active sourcegraph", (state) => state === "active");
      assert.equal(await machine.shell("curl -fsS http://127.0.0.1:8080/page"), "next");
      assert.equal(await log(machine), "started stopped started");
      assert.equal(status()?.result, "refused");
      assert.equal(await machine.shell("df --output=size -B1G /mnt/sourcegraph | tail -n 1"), "8");
      assert.equal(await machine.shell("systemctl --failed --no-legend | grep -v sourcegraph-poll || true"), "");
    });

    it("serves again on a new machine with the old disk, after a power cut", async () => {
      await machine.shell("sync");
      await machine.pullPlug();
      const digest = publish(deployments.next);
      await machine.boot(parts);
      assert.equal((await reported(digest)).result, "ready");
      assert.equal(await machine.shell(`blkid -s UUID -o value ${device}`), fileSystem);
      assert.equal(await log(machine), "started stopped started started");
      await secretsArrive(machine);
      await machine.powerOff();
    });
  });

  describe("on Google Cloud, with its bundle in a folder", () => {
    eachNeedsTheLast();
    const machine = new Machine("test-google");
    const disk = "sourcegraph-data";
    const device = `/dev/disk/by-id/google-${disk}`;
    const source = "/srv/sourcegraph";
    let parts: MachineParts;
    let fileSystem: string;

    before(() => {
      const script = join(work, "startup-script.sh");
      const { text } = renderBootstrap({
        cloud: "gcp",
        name: "sourcegraph",
        source: { kind: "folder", path: source },
        dataDevice: device,
        imageArchives: "/srv/handover/images",
      });
      writeFileSync(script, text);
      const folder = join(work, "source");
      mkdirSync(join(folder, "bundles"), { recursive: true });
      mkdirSync(join(folder, "secrets"));
      for (const [name, deployment] of Object.entries(deployments) as [string, Deployment][]) {
        const bundle = bundleText(deployment.bundle);
        writeFileSync(join(folder, "bundles", `${digestOf(bundle)}.json`), bundle);
        writeFileSync(
          join(folder, `${name}.json`),
          pointerOf(deployment, (secret) => secret),
        );
        for (const [secret, value] of Object.entries(deployment.secretValues)) {
          writeFileSync(join(folder, "secrets", secret), value);
        }
      }
      cpSync(join(folder, "first.json"), join(folder, "pointer.json"));
      parts = {
        cloud: "google",
        userData: script,
        dataDisk: join(work, "google-data.raw"),
        dataSize: "6G",
        diskId: disk,
        imageTars: deployments.first.imageTars,
        files: [folder],
      };
    });
    after(() => machine.pullPlug());

    const scriptEnded = (): Promise<string> =>
      machine.until(
        "the startup script ended",
        "journalctl -b -q -o cat -u google-startup-scripts | grep -a '^startup-script exit status' || true",
        (line) => line !== "",
      );
    const settled = (expected: string): Promise<string> =>
      machine.until(
        expected,
        "jq -r '.release + \" \" + .result' /mnt/sourcegraph/state/status.json",
        (line) => line === expected,
      );
    const handOver = (): Promise<string> =>
      machine.shell(
        `mkdir -p /srv/handover && mount -o ro /dev/disk/by-label/HANDOVER /srv/handover && cp -r /srv/handover/files/source ${source}.new && mv ${source}.new ${source}`,
      );

    it("leaves a disk with a foreign file system as it is, and says so", async () => {
      const foreign = join(work, "foreign.raw");
      writeFileSync(foreign, Buffer.alloc(64 << 20));
      execFileSync("mkfs.ext4", ["-q", "-L", "precious", foreign]);
      const hash = (): string => createHash("sha256").update(readFileSync(foreign)).digest("hex");
      const before = hash();
      await machine.boot({ ...parts, dataDisk: foreign });
      assert.equal(await scriptEnded(), "startup-script exit status 1");
      const said = await machine.shell(
        "journalctl -b -q -o cat -u google-startup-scripts | grep -a 'sourcegraph: failed'",
      );
      assert.equal(
        said,
        `startup-script: sourcegraph: failed: the data disk ${device} holds something else (type and label: 'ext4 precious'); it was left as it is`,
      );
      await machine.powerOff();
      assert.equal(hash(), before);
    });

    it("sets up a new machine and a blank disk, and waits for a source that comes late", async () => {
      await machine.boot(parts);
      assert.equal(await scriptEnded(), "startup-script exit status 0");
      await machine.until("a first attempt", "journalctl -b -q -o cat -u sourcegraph", (text) =>
        text.includes("the pointer cannot be read"),
      );
      await handOver();
      await settled("7.5.4453 ready");
      assert.deepEqual(await health(machine), { db: "healthy", migrator: "exited 0", web: "healthy" });
      await secretsArrive(machine);
      await machine.until(
        "no failed unit",
        "systemctl is-active sourcegraph; systemctl --failed --no-legend",
        (text) => text === "active",
      );
      fileSystem = await machine.shell(`blkid -s UUID -o value ${device}`);
    });

    it("takes up a new bundle by itself", async () => {
      await machine.shell(`cp ${source}/next.json ${source}/pointer.json`);
      await settled("7.6.0 ready");
      assert.equal(await machine.shell("curl -fsS http://127.0.0.1:8080/page"), "next");
    });

    it("comes up by itself after a reboot, the script running in parallel", async () => {
      await machine.powerOff();
      await machine.bootAgain();
      assert.equal(await scriptEnded(), "startup-script exit status 0");
      await machine.until("healthy", "systemctl is-active sourcegraph", (state) => state === "active");
      assert.equal(await machine.shell("curl -fsS http://127.0.0.1:8080/page"), "next");
      assert.equal(await log(machine), "started stopped started");
      assert.equal(await machine.shell("systemctl --failed --no-legend"), "");
    });

    it("serves again on a new machine with the old disk, though the source is not there", async () => {
      await machine.powerOff();
      await machine.boot(parts);
      assert.equal(await scriptEnded(), "startup-script exit status 0");
      await machine.until("healthy", "systemctl is-active sourcegraph", (state) => state === "active");
      assert.equal(await machine.shell("curl -fsS http://127.0.0.1:8080/page"), "next");
      assert.equal(await machine.shell(`blkid -s UUID -o value ${device}`), fileSystem);
      assert.equal(await log(machine), "started stopped started stopped started");
      await machine.powerOff();
    });
  });
});

/** State of each service: its health, or how it ended. */
async function health(machine: Machine): Promise<Record<string, string>> {
  const lines = await machine.shell("docker ps -a --format '{{.Names}} {{.Status}}'");
  return Object.fromEntries(
    lines.split("\n").map((line) => {
      const state = /\((healthy|unhealthy)\)/.exec(line)?.[1] ?? /Exited \((\d+)\)/.exec(line)?.[1] ?? line;
      return [line.split(" ")[0] ?? "", /^\d+$/.test(state) ? `exited ${state}` : state];
    }),
  );
}

/** What the database wrote down in its volume about its starts and stops. */
function log(machine: Machine): Promise<string> {
  return machine.shell("docker exec db cat /var/lib/db/log | xargs");
}

/** The secrets are in the containers as they are in the store. */
async function secretsArrive(machine: Machine): Promise<void> {
  const variable = await machine.shell("docker exec web sh -c 'printf %s \"$PASSWORD\"'");
  assert.equal(variable, awkward);
  assert.equal(
    await machine.shell("docker exec web sh -c 'printf %s \"$DSN\"'"),
    `postgres://sg:${encodeURIComponent(awkward).replace("'", "%27")}@db`,
  );
  assert.equal(await machine.shell("docker exec web cat /token"), "marker-4712");
}
