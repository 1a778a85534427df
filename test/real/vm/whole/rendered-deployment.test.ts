import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planVm } from "../../../../components/core/planning/vm/plan";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { servicesOf } from "../../../../components/core/product/services";
import { renderBootstrap } from "../../../../components/core/rendering/bootstrap";
import { bundleText, digestOf, type BundlePointer } from "../../../../components/core/rendering/bundle";
import { renderBundle } from "../../../../components/core/rendering/bundle-files";
import { imageArchive, requireImages } from "../../../support/images/build";
import { requireToolchain, toolchainFolder } from "../../../support/toolchain";
import { Machine, prepareMachines, type MachineParts } from "../../../support/vm";

const release = "7.5.4453";
const source = "/srv/sourcegraph";
const disk = "sourcegraph-data";

const specification = parseSpecification({
  cloud: "gcp",
  gcp: { project: "stand-in" },
  region: "us-central1",
  release,
  size: "XS",
  access: { allowedCidrs: ["10.0.0.0/8"] },
  registry: { host: "registry.test/sourcegraph", pinDigests: false },
  // The test's machine has two processors, and Docker refuses a container that asks for more.
  overrides: Object.fromEntries(servicesOf(release).map(({ name }) => [name, { cpus: 1 }])),
});
const plan = planVm(specification);
const bundle = renderBundle(plan, specification);

/** Everything the machine is handed over: bundle, pointer, secrets. */
function writeSource(folder: string): void {
  mkdirSync(join(folder, "bundles"), { recursive: true });
  mkdirSync(join(folder, "secrets"));
  const text = bundleText(bundle);
  const pointer: BundlePointer = {
    schema: 1,
    release,
    digest: digestOf(text),
    secrets: Object.fromEntries(bundle.secrets.map((name) => [name, name])),
  };
  writeFileSync(join(folder, "bundles", `${pointer.digest}.json`), text);
  writeFileSync(join(folder, "pointer.json"), JSON.stringify(pointer));
  for (const name of bundle.secrets) writeFileSync(join(folder, "secrets", name), `stand-in-of-${name}`);
}

describe("a Debian 13 machine with the whole rendered deployment, in stand-in images", function () {
  this.timeout(1_800_000);
  const machine = new Machine("test-whole");
  let work: string;
  let parts: MachineParts;

  before(async function () {
    requireToolchain(this);
    requireImages(this);
    if (!existsSync(join(toolchainFolder(), "vm")) || process.getuid?.() !== 0) {
      if (process.env.CI === "true" && existsSync(join(toolchainFolder(), "vm"))) throw new Error("needs root");
      console.log("      skipped: virtual machines need root and the toolchain's folder vm");
      this.skip();
    }
    await prepareMachines();
    work = mkdtempSync(join(tmpdir(), "sgbox-vm-"));
    const images = new Map(plan.containers.map(({ image, service }) => [image.reference, service]));
    const tar = join(work, "images.tar");
    writeFileSync(tar, imageArchive([...images].map(([reference, service]) => ({ reference, service }))));
    writeSource(join(work, "source"));
    const { text } = renderBootstrap({
      cloud: "gcp",
      name: "sourcegraph",
      source: { kind: "folder", path: source },
      dataDevice: `/dev/disk/by-id/google-${disk}`,
      imageArchives: "/srv/handover/images",
    });
    const script = join(work, "startup-script.sh");
    writeFileSync(script, text);
    parts = {
      cloud: "google",
      userData: script,
      dataDisk: join(work, "data.raw"),
      dataSize: "8G",
      diskId: disk,
      imageTars: [tar],
      files: [join(work, "source")],
      memoryMb: 6144,
    };
  });
  after(async () => {
    if (work === undefined) return;
    await machine.pullPlug();
    rmSync(work, { recursive: true, force: true });
  });

  const handOver = (): Promise<string> =>
    machine.shell(
      `mkdir -p /srv/handover && mount -o ro /dev/disk/by-label/HANDOVER /srv/handover && cp -r /srv/handover/files/source ${source}.new && mv ${source}.new ${source}`,
    );
  const ready = (): Promise<string> =>
    machine.until(
      "the whole deployment is healthy",
      "jq -r '.release + \" \" + .result' /mnt/sourcegraph/state/status.json",
      (line) => line === `${release} ready`,
      1_500_000,
    );
  const states = async (): Promise<string[]> =>
    (await machine.shell("docker ps --all --format '{{.Names}} {{.State}}'", 300_000)).split("\n").sort();
  const expected = plan.containers
    .map(({ name, restart }) => `${name} ${restart === "on-failure" ? "exited" : "running"}`)
    .sort();

  it("comes up healthy with every container of the plan, on compose 2.26", async () => {
    await machine.boot(parts);
    await machine.until("root may log in", "true", () => true);
    await handOver();
    await ready();
    assert.deepEqual(await states(), expected);
    assert.match(await machine.shell("docker compose version --short"), /^2\.26\./);
    assert.equal(await machine.shell("docker exec pgsql cat /data/.stand-in-first"), release);
    assert.match(await machine.shell("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/healthz"), /^200$/);
  });

  it("comes up by itself on a new machine with the old data disk, and finds its data", async () => {
    await machine.powerOff();
    await machine.boot(parts);
    await machine.until("root may log in", "true", () => true);
    await handOver();
    await machine.until(
      "every container is up",
      "docker ps --all --format '{{.Names}} {{.State}}' | sort",
      (output) => output === expected.join("\n"),
      1_500_000,
    );
    assert.equal(await machine.shell("docker exec pgsql cat /data/.stand-in-first"), release);
    assert.equal(await machine.shell("docker exec pgsql sh -c 'wc -l < /data/.stand-in-starts'"), "2");
  });
});
