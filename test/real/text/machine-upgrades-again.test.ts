import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { far, standard, eachOnItsHost } from "../../support/upgrade-host";

describe("an upgrade by the machine's program that was interrupted", function () {
  this.timeout(240_000);
  const arranged = eachOnItsHost();

  // What the two kinds have in common is not looked at twice as closely.
  for (const [last, each] of [
    [standard, 1],
    [far, 4],
  ] as const)
    it(`of the kind ${last.kind} goes on after a kill at ${each === 1 ? "any" : "every fourth"} of its calls, does nothing twice that may not be, and ends where it would have`, async () => {
      const { host, to } = await arranged(last);
      const again = host.remembered();
      await host.fetch("poll");
      const calls = host.read("fake/calls").length;
      assert.ok(calls > 12, String(calls));
      for (let at = 1; at <= calls; at += each) {
        again();
        host.write("fake/kill-at", String(at));
        const killed = await host.fetch("poll");
        assert.notEqual(killed.code, 0, `call ${at}: ${killed.output}`);
        host.released();
        const { code, output } = await host.fetch(at % 2 === 0 ? "boot" : "poll");
        assert.equal(code, 0, `call ${at}: ${output}`);
        host.isThere(last, to);
      }
    });

  it("waits for nothing that a killed run has left sending its status", async () => {
    const { host, to } = await arranged(standard);
    host.beforePublish(`
  if [ ! -e "$FAKE/sender" ]; then
    setsid sleep 120 < /dev/null > /dev/null 2>&1 &
    echo $! > "$FAKE/sender"
  fi`);
    host.write("fake/kill", "migrator up");
    assert.notEqual((await host.fetch("poll")).code, 0);
    const sender = Number(host.read("fake/sender"));
    try {
      const { code, output } = await host.fetch("boot");
      assert.equal(code, 0, output);
      host.isThere(standard, to);
      assert.ok(process.kill(sender, 0));
    } finally {
      process.kill(sender, "SIGKILL");
    }
  });

  it("takes away what was never started before it takes up a step that was interrupted, since an engine may not start it any more", async () => {
    const { host, to } = await arranged(standard);
    host.write("fake/left", "c7 left\nc1 /docker-compose-pgsql-1\nc8 /0123456789ab_docker-compose-worker-1\n");
    host.write("fake/fail", "wait-timeout 1800");
    assert.equal((await host.fetch("poll")).code, 3);
    assert.ok(!host.acts().some((call) => /^rm --force c[78]/.test(call)));
    host.write("fake/fail", "");
    host.environment.SOURCEGRAPH_RETRY = "1";
    host.dockerCalls();
    assert.equal((await host.fetch("boot")).code, 0);
    const done = host.acts();
    assert.deepEqual(done.slice(0, 2), ["rm --force c7", "rm --force c8"]);
    assert.ok(done.includes("compose up --detach --wait --wait-timeout 1800 --remove-orphans"));
    host.isThere(standard, to);
  });

  it("ends the process of a container that a killed engine had begun to start, before the container goes", async function () {
    const id = randomBytes(32).toString("hex");
    const version2 = existsSync("/sys/fs/cgroup/cgroup.controllers");
    const group = join("/sys/fs/cgroup", version2 ? "" : "pids", id);
    try {
      mkdirSync(group);
    } catch (error) {
      if (process.env.CI === "true") throw error;
      console.log(`      skipped: ${String(error)}`);
      return this.skip();
    }
    const left = spawn("sleep", ["600"], { stdio: "ignore" });
    const other = spawn("sleep", ["600"], { stdio: "ignore" });
    const ended = once(left, "exit");
    try {
      writeFileSync(join(group, "cgroup.procs"), String(left.pid));
      const { host } = await arranged(standard);
      host.write("fake/left", `${id} left\nc1 /docker-compose-pgsql-1\n`);
      host.write("fake/fail", "wait-timeout 1800");
      assert.equal((await host.fetch("poll")).code, 3);
      assert.equal(left.signalCode, null);
      host.write("fake/fail", "");
      host.environment.SOURCEGRAPH_RETRY = "1";
      host.dockerCalls();
      assert.equal((await host.fetch("boot")).code, 0);
      assert.equal(host.acts()[0], `rm --force ${id}`);
      assert.equal(left.signalCode, "SIGKILL");
      assert.equal(other.signalCode, null);
    } finally {
      left.kill("SIGKILL");
      other.kill("SIGKILL");
      await ended;
      rmdirSync(group);
    }
  });

  it("takes away the network of a container that a killed engine had begun to start, and of no other", async function () {
    const { host, to } = await arranged(standard);
    const folder = join(host.folder, "fake/netns");
    mkdirSync(folder);
    const [left, kept, newer, named] = ["0123456789ab", "ba9876543210", "abcdefabcdef", "default"].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    const made = (file: string): boolean => {
      writeFileSync(file, "");
      return spawnSync("unshare", [`--net=${file}`, "true"]).status === 0;
    };
    const open = (): string[] =>
      [left, kept, newer, named].filter((file) => readFileSync("/proc/mounts", "utf8").includes(` ${file} `));
    try {
      if (!made(left)) {
        if (process.env.CI === "true") throw new Error("no network can be made of its own");
        console.log("      skipped: no network can be made of its own here");
        return this.skip();
      }
      assert.ok(made(kept) && made(named));
      host.write("fake/fail", "wait-timeout 1800");
      assert.equal((await host.fetch("poll")).code, 3);
      host.write("fake/fail", "");
      host.write("fake/sandboxes", ` \n${kept} \n`);
      // Another container is about to be started at that moment.
      const starting = `case $* in *SandboxKey*) : > ${newer}; unshare --net=${newer} true ;; esac`;
      host.write("bin/docker", host.read("bin/docker").replace("release() {", `${starting}\nrelease() {`));
      host.environment.SOURCEGRAPH_RETRY = "1";
      assert.equal((await host.fetch("boot")).code, 0);
      host.isThere(standard, to);
      assert.deepEqual(open(), [kept, newer, named]);
      assert.ok(!existsSync(left));
    } finally {
      for (const file of open()) spawnSync("umount", [file]);
    }
  });

  it("tells the migrator of a half-done upgrade when it is run again", async () => {
    const { host, to } = await arranged(far);
    host.write("fake/fail", "migrator upgrade");
    assert.equal((await host.fetch("poll")).code, 3);
    host.write("fake/fail", "");
    host.dockerCalls();
    host.environment.SOURCEGRAPH_RETRY = "1";
    assert.equal((await host.fetch("boot")).code, 0);
    assert.deepEqual(
      host.acts().filter((call) => call.includes("migrator upgrade")),
      [
        "compose run --rm --no-deps -T migrator upgrade --from v6.11 --to v7.5 --disable-animation --skip-version-check --skip-drift-check",
      ],
    );
    host.isThere(far, to);
  });
});
