import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backupPrograms } from "../../support/backup-machine";
import { ProgramHost, requirePrograms, type Ended } from "../../support/machine-programs";

const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: "utf8" }).trim();

/** Why no file system can be made and mounted here; empty when it can. */
function lacksForDisks(): string {
  const missing = ["mkfs.xfs", "losetup", "blkid", "findmnt", "python3"].filter(
    (program) => spawnSync("which", [program]).status !== 0,
  );
  if (missing.length > 0) return `disks of a test need ${missing.join(", ")} (Debian: xfsprogs, mount, python3)`;
  if (process.getuid?.() !== 0) return "disks of a test need root";
  return spawnSync("losetup", ["-f"]).status === 0 ? "" : "disks of a test need loop devices";
}

/** Everything that Docker's folder can hold: links, holes, whiteouts of overlays, attributes. */
const made = `import os
os.makedirs("volumes/pgsql/_data"); os.makedirs("overlay2/a/diff")
open("volumes/pgsql/_data/table", "w").write("rows of then")
os.chown("volumes/pgsql/_data", 999, 999); os.chmod("volumes/pgsql/_data", 0o700)
os.link("volumes/pgsql/_data/table", "volumes/pgsql/_data/twin")
with open("volumes/pgsql/_data/holes", "wb") as f: f.seek(50_000_000); f.write(b"end")
os.symlink("../nowhere", "overlay2/a/link")
os.mknod("overlay2/a/diff/gone", 0o020000, os.makedev(0, 0))
os.setxattr("overlay2/a/diff", "trusted.overlay.opaque", b"y")
`;
const looked = `import hashlib, os, stat
for at, folders, files in sorted(os.walk(".")):
  for name in sorted(folders + files):
    path = os.path.join(at, name); s = os.lstat(path)
    text = hashlib.sha256(open(path, "rb").read()).hexdigest() if stat.S_ISREG(s.st_mode) else os.readlink(path) if stat.S_ISLNK(s.st_mode) else ""
    extra = [(key, os.getxattr(path, key, follow_symlinks=False)) for key in os.listxattr(path, follow_symlinks=False)]
    print(path, oct(s.st_mode), s.st_uid, s.st_gid, s.st_size, s.st_nlink if not stat.S_ISDIR(s.st_mode) else 0, s.st_rdev, int(s.st_mtime), text, extra)
`;

describe("a copy of the data disk, as a volume made of a snapshot is one", function () {
  this.timeout(600_000);
  let host: ProgramHost;
  let device: string;
  let then: string;

  const mount = () => join(host.folder, "mnt");
  const docker = () => join(mount(), "docker");
  const python = (text: string) => execFileSync("python3", ["-c", text], { cwd: docker(), encoding: "utf8" });
  const restore = (...args: string[]): Promise<Ended> =>
    host.run("bash", [join(mount(), "bundles/d1/restore.sh"), ...args]);
  const status = (installed: string) =>
    host.write("mnt/state/status.json", JSON.stringify({ installed: { release: installed }, result: "ready" }));
  const asked = () => host.read("fake/systemctl").trim().split("\n");

  before(function () {
    requirePrograms(this, lacksForDisks());
    host = new ProgramHost();
    for (const disk of ["disk", "copy"]) run("truncate", "-s", "3G", join(host.folder, disk));
    run("mkfs.xfs", "-q", "-L", "sourcegraph", join(host.folder, "disk"));
    run("mount", "-o", "loop", join(host.folder, "disk"), mount());
    for (const folder of ["bundles/d1", "deployment", "state", "docker"])
      mkdirSync(join(mount(), folder), { recursive: true });
    for (const { path, text } of backupPrograms(host, {})) host.write(`mnt/bundles/d1/${path}`, text);
    host.write("mnt/bundles/d1/converge.sh", "echo converged\n");
    host.write("mnt/deployment/compose.yaml", "of then");
    run("ln", "-s", "bundles/d1", join(mount(), "current"));
    status("7.4.0");
    python(made);
    then = python(looked);
    // As a snapshot does: what was written is there, and the file system is as after a loss of power.
    run("sync", "-f", mount());
    run("cp", "--sparse=always", join(host.folder, "disk"), join(host.folder, "copy"));
    device = run("losetup", "--find", "--show", join(host.folder, "copy"));
    const pretended = {
      systemctl: `echo "$*" >> "$FAKE/systemctl"`,
      ...Object.fromEntries(["cp", "mv"].map((name) => [name, `exec /bin/${name} "$@"`])),
    };
    for (const [name, does] of Object.entries(pretended)) {
      const path = join(host.folder, "bin", name);
      const kill = `if [ -s "$FAKE/kill-at" ] && grep -qE -f "$FAKE/kill-at" <<< "${name} $*"; then rm "$FAKE/kill-at"; pkill -9 -s 0; fi`;
      writeFileSync(path, `#!/bin/bash\n${kill}\n${does}\n`);
      chmodSync(path, 0o755);
    }
  });
  after(() => {
    if (host === undefined) return;
    spawnSync("umount", [join(host.folder, "run/sourcegraph-copy")]);
    if (device !== undefined) spawnSync("losetup", ["-d", device]);
    spawnSync("umount", [mount()]);
    host.delete();
  });

  /** The machine goes on after the copy was made: an upgrade from 7.4.0 stands still. */
  const goneOn = (): void => {
    rmSync(docker(), { recursive: true, force: true });
    mkdirSync(join(docker(), "volumes"), { recursive: true });
    host.write("mnt/docker/volumes/new", "rows of now");
    host.write("mnt/deployment/compose.yaml", "of now");
    status("7.5.4453");
    host.write("mnt/state/journal.json", '{"state":"stopped","from":{"release":"7.4.0"},"to":{"release":"7.5.4453"}}');
    host.write("mnt/state/orders.jsonl", '{"id":"a"}\n');
    host.write("fake/systemctl", "");
  };
  const isBack = (): void => {
    assert.equal(python(looked), then);
    assert.ok(Number(run("du", "-sk", docker()).split("\t")[0]) < 10_000, "holes stay holes");
    assert.equal(host.read("mnt/deployment/compose.yaml"), "of then");
    assert.deepEqual(JSON.parse(host.read("mnt/state/status.json")), {
      installed: { release: "7.4.0" },
      result: "ready",
    });
    assert.equal(host.read("mnt/state/orders.jsonl"), '{"id":"a"}\n');
    for (const gone of ["state/journal.json", "state/restore.json", "docker.old", "docker.new"])
      assert.ok(!existsSync(join(mount(), gone)), gone);
    assert.equal(spawnSync("mountpoint", ["-q", join(host.folder, "run/sourcegraph-copy")]).status, 32);
  };

  it("is refused when it is no disk, another's, or of a release that does not belong here", async () => {
    goneOn();
    const now = python(looked);
    const refused = async (message: string, ...args: string[]) => {
      const { code, output } = await restore("--device", ...args);
      assert.deepEqual([code, output], [3, `sourcegraph: refused: ${message}; nothing was changed\n`]);
      assert.equal(python(looked), now);
      assert.deepEqual(asked(), [""]);
    };
    await refused("there is no disk '/dev/nothing'", "/dev/nothing");
    const own = run("findmnt", "-no", "SOURCE", "--target", mount());
    await refused(`${own} is the data disk itself`, own);
    rmSync(join(mount(), "state/journal.json"));
    await refused(`${device} is of 7.4.0, and what may run here is 7.5.4453`, device);
    const databases = host.read("mnt/bundles/d1/databases.json");
    host.write("mnt/bundles/d1/databases.json", databases.replace('"name":"acme"', '"name":"other"'));
    await refused(`${device} is a data disk of 'acme', and this is 'other'`, device);
    host.write("mnt/bundles/d1/databases.json", databases);
  });

  it("comes back file by file, and what the machine was ordered stays known", async () => {
    goneOn();
    const { code, output } = await restore("--device", device);
    assert.equal(code, 0, output);
    assert.equal(
      output,
      `sourcegraph: ${device} holds the disk of acme with 7.4.0
sourcegraph: stopping Docker
sourcegraph: copying the containers and volumes
converged
sourcegraph: the data of ${device} are in place
`,
    );
    assert.deepEqual(asked(), ["stop docker.socket docker", "start docker"]);
    isBack();
    // Two disks of one label would leave it to chance which of them a boot mounts.
    assert.equal(run("blkid", "-p", "-o", "value", "-s", "LABEL", device), "sgbox-copy");
  });

  for (const [when, pattern, over] of [
    ["before Docker's folder is moved away", "mv /.*docker.old$", false],
    ["while it is copied, and Docker was started in between", "^cp -a .*/docker ", false],
    ["when it was copied", "mv -T .*docker.new ", true],
    ["at the last files", "cp -a .*state/status.json", false],
    ["before Docker is started", "^systemctl start", true],
  ] as const)
    it(`comes back whole when it is interrupted ${when}`, async () => {
      goneOn();
      host.write("fake/kill-at", pattern);
      const killed = await restore("--device", device, ...(over ? ["--over"] : []));
      assert.notEqual(killed.code, 0);
      assert.ok(!existsSync(join(host.folder, "fake/kill-at")), killed.output);
      if (!existsSync(docker())) mkdirSync(join(docker(), "fresh"), { recursive: true });
      const again = await restore("--device", device);
      assert.equal(again.code, 3, again.output);
      assert.ok(again.output.includes(`the restore of ${device} is not over`), again.output);
      const { code, output } = await restore("--resume");
      assert.equal(code, 0, output);
      isBack();
    });

  it("waits for the disk when it is gone in the middle", async () => {
    goneOn();
    host.write("fake/kill-at", "^cp -a .*/docker ");
    await restore("--device", device);
    spawnSync("umount", [join(host.folder, "run/sourcegraph-copy")]);
    run("losetup", "-d", device);
    const { code, output } = await restore("--resume");
    assert.equal(code, 3, output);
    assert.ok(
      output.includes(`sourcegraph: stopped: ${device} is not there; attach the copy of the data disk again\n`),
      output,
    );
    run("losetup", device, join(host.folder, "copy"));
    assert.equal((await restore("--resume")).code, 0);
    isBack();
  });
});
