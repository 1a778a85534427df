import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderBootstrap } from "../../../components/core/rendering/bootstrap";
import { bundleText, digestOf } from "../../../components/core/rendering/bundle";
import { Machine, type MachineParts } from "../../support/vm";
import { eachNeedsTheLast, log, pointerOf, requireMachines, secretsArrive, serves } from "./life";
import { standInDeployments } from "./stand-in-deployment";

const disk = "sourcegraph-data";
const device = `/dev/disk/by-id/google-${disk}`;
const source = "/srv/sourcegraph";

describe("a Debian 13 machine on Google Cloud without any network, with its bundle in a folder", function () {
  this.timeout(1_800_000);
  eachNeedsTheLast();
  const machine = new Machine("test-google");
  let work: string | undefined;
  let parts: MachineParts;

  before(async function () {
    work = await requireMachines(this);
    const { first } = await standInDeployments(work);
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
    const bundle = bundleText(first.bundle);
    writeFileSync(join(folder, "bundles", `${digestOf(bundle)}.json`), bundle);
    writeFileSync(
      join(folder, "pointer.json"),
      pointerOf(first, (secret) => secret),
    );
    for (const [secret, value] of Object.entries(first.secretValues))
      writeFileSync(join(folder, "secrets", secret), value);
    parts = {
      cloud: "google",
      userData: script,
      dataDisk: join(work, "google-data.raw"),
      dataSize: "6G",
      diskId: disk,
      imageTars: first.imageTars,
      files: [folder],
    };
  });
  after(async () => {
    if (work === undefined) return;
    await machine.pullPlug();
    rmSync(work, { recursive: true, force: true });
  });

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
  const active = (): Promise<string> =>
    machine.until("the services are up", "systemctl is-active sourcegraph", (state) => state === "active");
  const handOver = (): Promise<string> =>
    machine.shell(
      `mkdir -p /srv/handover && mount -o ro /dev/disk/by-label/HANDOVER /srv/handover && cp -r /srv/handover/files/source ${source}.new && mv ${source}.new ${source}`,
    );

  it("leaves a disk with a foreign file system as it is, and says so", async () => {
    const foreign = join(work ?? "", "foreign.raw");
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
    await machine.pullPlug();
    assert.equal(hash(), before);
  });

  it("sets up a new machine and a blank disk from image archives alone, and waits for a source that comes late", async () => {
    await machine.boot(parts);
    assert.equal(await scriptEnded(), "startup-script exit status 0");
    await machine.until("a first attempt", "journalctl -b -q -o cat -u sourcegraph", (text) =>
      text.includes("the pointer cannot be read"),
    );
    await handOver();
    await settled("7.4.0 ready");
    await serves(machine, "7.4.0", "first");
    await secretsArrive(machine);
    await machine.until(
      "no failed unit",
      "systemctl is-active sourcegraph; systemctl --failed --no-legend",
      (text) => text === "active",
    );
  });

  it("comes up by itself after a reboot, the script running in parallel", async () => {
    await machine.powerOff();
    await machine.bootAgain();
    assert.equal(await scriptEnded(), "startup-script exit status 0");
    await active();
    await serves(machine, "7.4.0", "first");
    assert.equal(await log(machine), "started stopped started");
    assert.equal(await machine.shell("systemctl --failed --no-legend"), "");
    await machine.powerOff();
  });
});
