import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderBootstrap } from "../../../components/core/rendering/bootstrap";

/** What the set-up calls and this test only writes down; `blkid` and `cmp` are the real ones. */
const pretended: Record<string, string> = {
  "dpkg-query": 'grep -qxF -- "$4" "$FAKE/absent" || echo installed',
  dpkg: "",
  "apt-get": "",
  mountpoint: "exit 1",
  "mkfs.xfs": "",
  udevadm: "",
  systemctl: "",
  findmnt: 'cat "$FAKE/mounted"',
  xfs_growfs: "",
  sysctl: '[ "$1" != -n ] || cat "$FAKE/limit"',
  docker: 'cat "$FAKE/docker-root"',
};

describe("set-up of a machine, run with pretended commands", function () {
  this.timeout(30_000);
  let folder: string;
  let disk: string;
  let script: string;

  before(function () {
    if (existsSync("/usr/sbin/blkid") && existsSync("/usr/sbin/mkfs.ext4")) return;
    if (process.env.CI === "true") throw new Error("blkid or mkfs.ext4 is missing");
    console.log("      skipped: no blkid or mkfs.ext4 here (Debian: apt-get install util-linux e2fsprogs)");
    this.skip();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-setup-"));
    for (const part of ["bin", "etc", "mnt", "fake"]) mkdirSync(join(folder, part));
    for (const [name, body] of Object.entries(pretended)) {
      writeFileSync(join(folder, "bin", name), `#!/bin/bash\necho "${name} $*" >> "$FAKE/calls"\n${body}\n`);
      chmodSync(join(folder, "bin", name), 0o755);
    }
    disk = join(folder, "disk");
    writeFileSync(disk, Buffer.alloc(16 << 20));
    writeFileSync(join(folder, "etc/fstab"), "LABEL=root / ext4 defaults 0 1\n");
    writeFileSync(join(folder, "fake/mounted"), `${disk}\n`);
    writeFileSync(join(folder, "fake/absent"), "");
    writeFileSync(join(folder, "fake/limit"), "65530\n");
    writeFileSync(join(folder, "fake/docker-root"), `${folder}/mnt/docker\n`);
    script = join(folder, "script.sh");
    const { text } = renderBootstrap({
      cloud: "gcp",
      name: "sourcegraph",
      source: { kind: "folder", path: "/srv/source" },
      dataDevice: "/dev/disk",
    });
    const led = text
      .replaceAll("/etc/", `${folder}/etc/`)
      .replaceAll("/usr/local/sbin/", `${folder}/bin/`)
      .replaceAll("/mnt/sourcegraph", `${folder}/mnt`)
      .replaceAll("'/dev/disk'", `'${disk}'`)
      .replaceAll('-b "$device"', '-e "$device"');
    writeFileSync(script, led);
  });
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const run = (): { code: number | null; output: string } => {
    rmSync(join(folder, "fake/calls"), { force: true });
    const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}:/usr/sbin`, FAKE: join(folder, "fake") };
    const { status, stdout, stderr } = spawnSync("/bin/bash", [script], { env, encoding: "utf8" });
    return { code: status, output: stdout + stderr };
  };
  const calls = (): string[] => {
    const all = readFileSync(join(folder, "fake/calls"), "utf8").trim().split("\n");
    return all.filter((call) => /^(mkfs|systemctl|apt-get)/.test(call)).map((call) => call.replaceAll(folder, ""));
  };
  const starts = [
    "systemctl -q enable sourcegraph.service sourcegraph-poll.timer",
    "systemctl start --no-block sourcegraph.service",
    "systemctl start sourcegraph-poll.timer",
  ];

  it("makes a file system on a blank disk, and has Docker's data on it before anything starts", () => {
    const { code, output } = run();
    assert.equal(code, 0, output);
    assert.deepEqual(calls(), [
      "mkfs.xfs -q -L sourcegraph /disk",
      "systemctl daemon-reload",
      "systemctl start mnt-sourcegraph.mount",
      "systemctl start docker",
      "systemctl restart docker",
      ...starts,
    ]);
    const line = `LABEL=sourcegraph ${folder}/mnt xfs noatime,nofail,x-systemd.device-timeout=300 0 0`;
    assert.equal(readFileSync(join(folder, "etc/fstab"), "utf8"), `LABEL=root / ext4 defaults 0 1\n${line}\n`);
    const daemon = JSON.parse(readFileSync(join(folder, "etc/docker/daemon.json"), "utf8")) as Record<string, unknown>;
    assert.equal(daemon["data-root"], `${folder}/mnt/docker`);
  });

  it("has Docker ask the registry on the machine itself where the image has one", () => {
    mkdirSync(join(folder, "etc/sourcegraph"));
    const image = { schema: 1, release: "7.5.4453", store: "http://127.0.0.1:5000" };
    writeFileSync(join(folder, "etc/sourcegraph/machine-image.json"), JSON.stringify(image));
    const { code, output } = run();
    assert.equal(code, 0, output);
    const daemon = JSON.parse(readFileSync(join(folder, "etc/docker/daemon.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual(daemon["registry-mirrors"], ["http://127.0.0.1:5000"]);
    assert.equal(daemon["data-root"], `${folder}/mnt/docker`);
  });

  it("reloads and restarts nothing when it runs again, and mounts by one line only", () => {
    run();
    // As the mkfs of the first run would have left it, a file system that is not to be made again.
    writeFileSync(join(folder, "bin/mountpoint"), "#!/bin/bash\nexit 0\n");
    const before = readFileSync(join(folder, "etc/fstab"), "utf8");
    const { code, output } = run();
    assert.equal(code, 0, output);
    assert.deepEqual(calls(), ["systemctl start mnt-sourcegraph.mount", "systemctl start docker", ...starts]);
    assert.equal(readFileSync(join(folder, "etc/fstab"), "utf8"), before);
  });

  it("restarts a Docker whose data lies elsewhere, though its settings are right", () => {
    run();
    writeFileSync(join(folder, "fake/docker-root"), "/var/lib/docker\n");
    run();
    assert.ok(calls().includes("systemctl restart docker"));
  });

  it("raises limits and never lowers them", () => {
    run();
    const limits = (): string => readFileSync(join(folder, "etc/sysctl.d/60-sourcegraph.conf"), "utf8");
    assert.equal(limits(), "vm.max_map_count = 300000\nfs.inotify.max_user_watches = 128000\n");
    writeFileSync(join(folder, "fake/limit"), "1048576\n");
    run();
    assert.equal(limits(), "vm.max_map_count = 1048576\nfs.inotify.max_user_watches = 1048576\n");
  });

  it("leaves a disk alone that holds another file system or data of any kind, and starts nothing", () => {
    const cases: [() => void, string][] = [
      [
        () => execFileSync("/usr/sbin/mkfs.ext4", ["-q", "-L", "precious", disk]),
        `the data disk ${disk} holds something else (type and label: 'ext4 precious'); it was left as it is`,
      ],
      [
        () => writeFileSync(disk, Buffer.concat([Buffer.alloc(3 << 20), Buffer.from("data"), Buffer.alloc(8 << 20)])),
        `the data disk ${disk} is not blank, though without a file system; it was left as it is`,
      ],
      [
        () => execFileSync("/usr/sbin/sfdisk", ["-q", disk], { input: "label: gpt\n,\n" }),
        `the data disk ${disk} holds something else (type and label: ' '); it was left as it is`,
      ],
    ];
    for (const [arrange, message] of cases) {
      writeFileSync(disk, Buffer.alloc(16 << 20));
      arrange();
      const { code, output } = run();
      assert.equal(code, 1);
      assert.ok(output.endsWith(`sourcegraph: failed: ${message}\n`), output);
      assert.deepEqual(calls(), []);
    }
  });

  it("stops when another disk has the label", () => {
    writeFileSync(join(folder, "fake/mounted"), "/dev/sdz\n");
    const { code, output } = run();
    assert.equal(code, 1);
    assert.ok(output.endsWith(`sourcegraph: failed: another disk than ${disk} has the label sourcegraph\n`), output);
    assert.ok(!calls().includes("systemctl start docker"));
  });

  it("asks apt only for what is absent", () => {
    writeFileSync(join(folder, "fake/absent"), "jq\ndocker.io\n");
    run();
    const apt = calls().filter((call) => call.startsWith("apt-get"));
    assert.deepEqual(apt, [
      "apt-get -qq -o DPkg::Lock::Timeout=300 update",
      "apt-get -qq -o DPkg::Lock::Timeout=300 -y --no-install-recommends install jq",
      "apt-get -qq -o DPkg::Lock::Timeout=300 update",
      "apt-get -qq -o DPkg::Lock::Timeout=300 -y --no-install-recommends install docker.io",
    ]);
  });
});
