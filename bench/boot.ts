import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderBootstrap } from "../components/core/rendering/bootstrap";
import { bundleText, digestOf, type BundlePointer } from "../components/core/rendering/bundle";
import { standInDeployments, type Deployment } from "../test/real/vm/stand-in-deployment";
import { writeBundle } from "../test/support/compose-deployment";
import { installToolchain } from "../test/support/toolchain";
import { Machine, prepareMachines } from "../test/support/vm";
import { ratioOf, type Ratio } from "./ratio";

const disk = "sourcegraph-data";
const device = `/dev/disk/by-id/google-${disk}`;
const handover = "/srv/handover";

/** Both scripts begin with this: what a cloud would have by its network comes from a disk. */
const start = (script: string): string => `#!/bin/bash
set -e
mkdir -p ${handover}
mount -o ro /dev/disk/by-label/HANDOVER ${handover}
cp -r ${handover}/files/* /srv
exec bash /srv/${script}
`;

/** What a person writes who wants nothing but a machine that runs the compose file. */
const minimum = `set -e
mkfs.xfs -q -L sourcegraph ${device}
mkdir -p /mnt/sourcegraph
mount ${device} /mnt/sourcegraph
echo '{"data-root": "/mnt/sourcegraph/docker"}' > /etc/docker/daemon.json
systemctl restart docker
for archive in ${handover}/images/*.tar; do docker load --quiet --input "$archive"; done
cp -r /srv/deployment /mnt/sourcegraph
cd /mnt/sourcegraph/deployment
docker compose up --detach --wait
echo ready > /run/healthy
`;

/** What the machine of this library is handed over: bundle, pointer, secrets. */
function writeSource(folder: string, { bundle, secretValues }: Deployment): void {
  mkdirSync(join(folder, "bundles"), { recursive: true });
  mkdirSync(join(folder, "secrets"));
  const text = bundleText(bundle);
  const secrets = Object.fromEntries(bundle.secrets.map((name) => [name, name]));
  const pointer: BundlePointer = { schema: 1, release: bundle.release, digest: digestOf(text), secrets };
  writeFileSync(join(folder, "bundles", `${pointer.digest}.json`), text);
  writeFileSync(join(folder, "pointer.json"), JSON.stringify(pointer));
  for (const [name, value] of Object.entries(secretValues)) writeFileSync(join(folder, "secrets", name), value);
}

/**
 * Measures from the start of a new Debian 13 machine's kernel, with a blank data disk, to all services healthy: with the
 * rendered startup script, and with one that does the minimum. A small deployment, the same images out of archives; the
 * times are those of an emulated machine and say nothing about a cloud. Some minutes.
 *
 * @throws Error without root, the test toolchain or Debian's archive
 */
export async function measureBoot(): Promise<Ratio> {
  installToolchain();
  await prepareMachines();
  const work = mkdtempSync(join(tmpdir(), "sgbox-bench-vm-"));
  try {
    const { first } = await standInDeployments(work);
    writeSource(join(work, "source"), first);
    writeBundle(join(work, "deployment"), first.bundle, first.secretValues);
    const { text } = renderBootstrap({
      cloud: "gcp",
      name: "sourcegraph",
      source: { kind: "folder", path: "/srv/source" },
      dataDevice: device,
      imageArchives: `${handover}/images`,
    });
    writeFileSync(join(work, "ours"), text);
    writeFileSync(join(work, "minimum"), minimum);
    /** Boots with a script; gives the age of the machine when its file said that all is healthy, ms. */
    const boot = async (script: string, says: string, file: string): Promise<number> => {
      const machine = new Machine("bench");
      const userData = join(work, `start-${script}`);
      writeFileSync(userData, start(script));
      try {
        await machine.boot({
          cloud: "google",
          userData,
          dataDisk: join(work, `${script}.raw`),
          dataSize: "6G",
          diskId: disk,
          imageTars: first.imageTars,
          files: [join(work, "source"), join(work, "deployment"), join(work, script)],
        });
        await machine.until(`${script}: all services are healthy`, says, (line) => line === "ready", 900_000);
        const age = `echo $(($(stat -c %Y ${file}) - $(date +%s) + $(cut -d. -f1 /proc/uptime)))`;
        return Number(await machine.shell(age)) * 1000;
      } finally {
        await machine.pullPlug();
      }
    };
    const status = "/mnt/sourcegraph/state/status.json";
    const bareMs = [await boot("minimum", "cat /run/healthy", "/run/healthy")];
    const oursMs = [await boot("ours", `jq -r .result ${status}`, status)];
    return ratioOf({
      what: "from the start of a new machine to all healthy",
      against: "a script that does the minimum",
      bareMs,
      oursMs,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
