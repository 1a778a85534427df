import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PreparedImage } from "../../../components/core/planning/machine-images/plan";
import { registry } from "../../../components/core/product/releases";
import { renderBootstrap } from "../../../components/core/rendering/bootstrap";
import { bundleText, digestOf, type Bundle } from "../../../components/core/rendering/bundle";
import { prepareImageScript } from "../../../components/core/rendering/machine-image";
import { archiveFor } from "../../support/debian-archive";
import { ImageSource } from "../../support/image-source";
import { imageFolder, Machine, serviceUrl, type MachineParts } from "../../support/vm";
import { eachNeedsTheLast, pointerOf, requireMachines, secretsArrive, serves } from "./life";
import { standInDeployments, type Deployment } from "./stand-in-deployment";

const release = "7.4.0";
const disk = "vol0a1b2c3d4e5f60719";
const source = "/srv/sourcegraph";

/** What tells one machine from another; no two may share any of it. */
const identity = "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub; cloud-init query instance_id";

const status = "status=/mnt/sourcegraph/state/status.json";

/** Looks on the machine itself for most of a minute: each login costs an emulated one some seconds. */
const waiting = (condition: string, command: string): string =>
  `${status}; for _ in {1..10}; do ${condition} && break; sleep 4; done; ${command}`;

describe("a Debian 13 machine that starts from a machine image, without any network", function () {
  this.timeout(1_800_000);
  eachNeedsTheLast();
  const builder = new Machine("test-machine-image");
  let work: string | undefined;
  let machine: Machine;
  let network: ImageSource | undefined;
  let images: PreparedImage[];
  let deployment: Deployment;
  let ofBuilder: string[];

  /** The same deployment, its images by digest and under the vendor's name, as the planner gives them. */
  const byDigest = (bundle: Bundle): Bundle => {
    let text = JSON.stringify(bundle);
    for (const { repository, tag, digest } of images)
      text = text.replaceAll(`stand-in/${repository}:1`, `${registry}/${repository}:${tag}@${digest}`);
    return JSON.parse(text) as Bundle;
  };
  const place = (path: string): string => join(work ?? "", path);
  const handedOver = "mkdir -p /srv/handover && mount -o ro /dev/disk/by-label/HANDOVER /srv/handover";

  before(async function () {
    work = await requireMachines(this);
    const archive = archiveFor(join(imageFolder(), "packages.txt"), ["docker-registry", "skopeo"]);
    network = await ImageSource.start(archive);
    const { first } = await standInDeployments(work);
    const digests = first.imageTars.map((tar) => network?.push(tar) ?? "");
    images = ["db", "web"].map((repository, index) => ({ repository, tag: release, digest: digests[index] ?? "" }));
    deployment = { ...first, bundle: byDigest(first.bundle) };
  });
  after(async () => {
    await network?.stop();
    if (work === undefined) return;
    await builder.pullPlug();
    await machine?.pullPlug();
    rmSync(work, { recursive: true, force: true });
  });

  it("is prepared on Debian 13 by the program of the pipelines, with Debian's own apt, registry and skopeo", async () => {
    assert.ok(network !== undefined);
    const from = `${serviceUrl}/stand-ins`;
    writeFileSync(place("prepare.sh"), prepareImageScript({ release, images, from }));
    // As a unit, so that a connection which is cut off does not end it. The key of the test, which it takes away, opens the
    // machine once more, to be asked.
    const keys = "/root/.ssh/authorized_keys";
    writeFileSync(
      place("unit.sh"),
      `cp ${keys} /run/keys; bash /srv/handover/files/prepare.sh > /run/said 2>&1; code=$?
if [ -e ${keys} ]; then code=99; else cp /run/keys ${keys}; fi; echo $code > /run/ended\n`,
    );
    writeFileSync(place("nothing.yaml"), "#cloud-config\n{}\n");
    await builder.boot({
      cloud: "ec2",
      userData: place("nothing.yaml"),
      dataDisk: place("unused.raw"),
      dataSize: "64M",
      diskId: disk,
      servicePort: network.port,
      files: [place("prepare.sh"), place("unit.sh")],
    });
    await builder.shell("cloud-init status --wait", 600_000);
    ofBuilder = (await builder.shell(identity)).split("\n");
    const archives = `rm -f /etc/apt/sources.list.d/*; echo 'deb [trusted=yes] ${serviceUrl}/debian ./' > /etc/apt/sources.list`;
    await builder.shell(`${archives}; ${handedOver}; systemd-run -q --unit prepare bash /srv/handover/files/unit.sh`);
    const said = await builder.until(
      "the program ended",
      waiting("[ -s /run/ended ]", "tail -n 20 /run/said; cat /run/ended"),
      (text) => /^\d+$/m.test(text),
    );
    assert.match(said, new RegExp(`^sourcegraph: this disk holds ${release} and 2 container images\n0$`, "m"));
    await builder.shell(`rm ${keys}`);
    await builder.powerOff();
    await builder.takeImage(place("image"));
  });

  it("gives it all it needs: a new machine with a blank disk becomes healthy, with no registry, archive or network anywhere", async () => {
    const { text } = renderBootstrap({
      cloud: "aws",
      name: "sourcegraph",
      source: { kind: "folder", path: source },
      dataDevice: `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${disk}`,
    });
    writeFileSync(place("user-data.yaml"), text);
    const folder = place("source");
    mkdirSync(join(folder, "bundles"), { recursive: true });
    mkdirSync(join(folder, "secrets"));
    const bundle = bundleText(deployment.bundle);
    writeFileSync(join(folder, "bundles", `${digestOf(bundle)}.json`), bundle);
    const pointer = pointerOf(deployment, (secret) => secret);
    writeFileSync(join(folder, "pointer.json"), pointer);
    for (const [secret, value] of Object.entries(deployment.secretValues))
      writeFileSync(join(folder, "secrets", secret), value);
    const parts: MachineParts = {
      cloud: "ec2",
      userData: place("user-data.yaml"),
      dataDisk: place("data.raw"),
      dataSize: "6G",
      diskId: disk,
      files: [folder],
    };
    machine = new Machine("machine", place("image"));
    await machine.boot(parts);
    await machine.shell(
      `${handedOver} && cp -r /srv/handover/files/source ${source}.new && mv ${source}.new ${source}`,
    );
    await machine.until(
      "all services are healthy",
      waiting("jq -e '.result == \"ready\"' $status > /dev/null 2>&1", "jq -r '.release + \" \" + .result' $status"),
      (line) => line === `${release} ready`,
    );
    await serves(machine, release, "first");
    await secretsArrive(machine);
    assert.equal(await machine.shell("ip route show default; ls /srv/handover/images"), "");
  });

  it("had the container images by digest from the registry on its own root disk, and installed nothing", async () => {
    assert.equal(
      await machine.shell("docker info --format '{{json .RegistryConfig.Mirrors}}'"),
      '["http://127.0.0.1:5000/"]',
    );
    const found = await machine.shell("docker image ls --digests --no-trunc --format '{{.Repository}} {{.Digest}}'");
    assert.deepEqual(
      found.split("\n").sort(),
      images.map(({ repository, digest }) => `sourcegraph/${repository} ${digest}`),
    );
    assert.equal(await machine.shell("journalctl -b -q -o cat -u sourcegraph-setup | grep -c installing || true"), "0");
  });

  it("is an instance of its own, to cloud-init and to those who log in, not the machine that was prepared", async () => {
    const own = (await machine.shell(identity)).split("\n");
    assert.equal(own.length, 3);
    for (const [index, line] of own.entries()) assert.notEqual(line, ofBuilder[index]);
    assert.equal(await machine.shell("ls /var/lib/cloud/instances"), own[2]);
    const cloudInit = await machine.shell(
      "cloud-init status --wait --long | grep -E '^(status|errors):' | xargs echo; systemctl --failed --no-legend",
    );
    assert.equal(cloudInit, "status: done errors: []");
    const active = "systemctl is-active sourcegraph sourcegraph-poll.timer sourcegraph-images | xargs";
    assert.equal(await machine.shell(active), "active active active");
  });
});
