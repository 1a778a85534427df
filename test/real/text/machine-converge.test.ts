import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LastHop } from "../../../components/core/planning/manifest";
import type { MachineHop } from "../../../components/core/planning/vm/machine-hop";
import { hopOf } from "../../support/fault-machine";
import { ProgramHost, requirePrograms } from "../../support/machine-programs";

const standard = { from: "7.4.0", to: "7.5.4453", kind: "standard" } as const;
const rollback = { from: "7.5.4453", to: "7.4.0", kind: "rollback" } as const;

describe("converge, besides the steps of an upgrade", function () {
  this.timeout(120_000);
  let host: ProgramHost;

  before(function () {
    requirePrograms(this);
  });
  beforeEach(() => {
    host = new ProgramHost();
  });
  afterEach(() => host.delete());

  /** Points the machine to a release. Returns the digest of its bundle. */
  const point = (release: string, change?: LastHop, images: readonly string[] = [], more = ""): string => {
    const hop: MachineHop | undefined = change && hopOf(change);
    host.write("fake/images", [...(hop?.images ?? []), ""].join("\n"));
    return host.publish(
      host.bundle(
        release,
        [
          ...(hop === undefined ? [] : [{ path: "hop.json", mode: "0644", text: JSON.stringify(hop) }]),
          { path: "more", mode: "0644", text: more },
        ],
        { images },
      ),
    );
  };
  const poll = async (code = 0): Promise<string> => {
    const ended = await host.fetch("poll");
    assert.equal(ended.code, code, ended.output);
    return ended.output;
  };
  /** `docker` with further lines before its own. */
  const docker = (lines: string) => {
    host.write("bin/docker", host.read("bin/docker").replace("release() {", `${lines}\nrelease() {`));
  };
  const bundles = () => readdirSync(join(host.folder, "mnt/bundles")).sort();
  const installed = () => (host.status().installed as { release: string }).release;

  it("goes back right after the standard upgrade it undoes, without a migrator of its own, and forward again", async () => {
    point("7.4.0");
    await poll();
    point("7.5.4453", standard);
    await poll();
    host.dockerCalls();
    point("7.4.0", rollback);
    await poll();
    assert.equal(installed(), "7.4.0");
    const acts = host.dockerCalls().filter((call) => /^(stop|compose (up|run|--file))/.test(call));
    assert.deepEqual(
      acts.map((call) => call.replace(/ --file .* run/, " run")),
      [
        "stop c3",
        "stop c2",
        "compose up --detach --wait --wait-timeout 1800 --remove-orphans",
        "compose run --rm --no-deps -T migrator drift --db=frontend --version=v7.5.4453",
        "compose run --rm --no-deps -T migrator drift --db=codeintel --version=v7.5.4453",
      ],
    );
    const last = JSON.parse(host.read("mnt/state/last-upgrade.json")) as { kind: string };
    assert.equal(last.kind, "rollback");
    point("7.5.4453", standard, [], "again");
    await poll();
    assert.equal(installed(), "7.5.4453");
  });

  it("refuses to go back over anything else, and says why", async () => {
    point("7.5.4453");
    await poll();
    const refusals: readonly (readonly [LastHop | undefined, string])[] = [
      [undefined, "7.4.0 is older than 7.5.4453, which is in place, and databases do not go back"],
      [
        rollback,
        "7.4.0 is older than 7.5.4453, and going back is for right after a standard upgrade between them, which was not the last one here",
      ],
    ];
    for (const [change, message] of refusals) {
      point("7.4.0", change);
      await poll(3);
      assert.deepEqual([host.status().result, host.status().message], ["refused", message]);
    }
    point("7.6.1", { ...rollback, from: "7.5.4453" });
    await poll(3);
    assert.equal(
      host.status().message,
      "7.6.1 is newer than 7.5.4453, which is in place, and its runbook is that of a rollback",
    );
    assert.equal(installed(), "7.5.4453");
  });

  it("goes back no second time, and not after an upgrade that came to no end", async () => {
    point("7.4.0");
    await poll();
    point("7.5.4453", standard);
    await poll();
    point("7.6.1", { from: "7.5.4453", to: "7.6.0", kind: "standard" });
    host.write("fake/fail", "^stop");
    await poll(3);
    host.write("fake/fail", "");
    // The attempt changed nothing, so the upgrade before it is still the last one.
    point("7.4.0", rollback);
    await poll();
    point("7.3.2527", { from: "7.4.0", to: "7.3.2527", kind: "rollback" });
    await poll(3);
    assert.equal(installed(), "7.4.0");
  });

  it("looks for room before it pulls: as much as the images of the same names take, and what has to stay free", async () => {
    point("7.4.0");
    await poll();
    host.write("bin/df", "#!/bin/bash\nprintf 'Avail\\n3000M\\n'\n");
    chmodSync(join(host.folder, "bin/df"), 0o755);
    docker(
      'case "$1 $2" in "image ls") [ "$4" = mirror.test:5000/a ] && echo i1; exit 0 ;; "image inspect") [ "$3" != --format ] || { echo 2147483648; exit; } ;; esac',
    );
    point("7.4.0", undefined, ["mirror.test:5000/a:2@sha256:00", "b:2"], "new");
    assert.doesNotMatch(await poll(4), /pulling/);
    assert.equal(host.status().message, "only 3000 MiB are free on the disk, and 3072 are needed");
  });

  it("keeps what runs, what ran before it and the last of another release, and drops what was only refused", async () => {
    host.write("fake/registry", ["a:1", "a:2", "a:3", "a:9"].map((image) => `${image}\n`).join(""));
    const first = point("7.4.0", undefined, ["a:1"]);
    await poll();
    const second = point("7.5.4453", standard, ["a:2"]);
    await poll();
    point("7.3.2527", undefined, ["a:9"]);
    await poll(3);
    const third = point("7.5.4453", standard, ["a:3"], "x");
    await poll();
    assert.deepEqual(bundles(), [first, second, third].sort());
    host.dockerCalls();
    const fourth = point("7.5.4453", standard, ["a:3"], "y");
    await poll();
    assert.deepEqual(bundles(), [first, third, fourth].sort());
    assert.deepEqual(
      host.dockerCalls().filter((call) => call.startsWith("image rm")),
      ["image rm a:2"],
    );
  });

  it("writes what it said into a log on the data disk, which only root reads and which stays small", async () => {
    host.write("mnt/placeholder", "");
    point("7.4.0");
    await poll();
    const log = join(host.folder, "mnt/state/converge.log");
    assert.match(
      host.read("mnt/state/converge.log"),
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ sourcegraph: 7\.4\.0 is in place, bundle [0-9a-f]{12}\n$/m,
    );
    assert.equal(statSync(log).mode & 0o777, 0o600);
    host.write("mnt/state/converge.log", `${"x".repeat(199)}\n`.repeat(10_000));
    point("7.4.0", undefined, [], "new");
    await poll();
    assert.ok(statSync(log).size < 1_100_000, String(statSync(log).size));
  });

  it("takes up a status that is damaged from what is in place", async () => {
    const digest = point("7.5.4453");
    await poll();
    for (const damaged of ["", '{"installed": {"relea']) {
      host.write("mnt/state/status.json", damaged);
      point("7.4.0", undefined, [], damaged);
      await poll(3);
      assert.equal(
        host.status().message,
        "7.4.0 is older than 7.5.4453, which is in place, and databases do not go back",
      );
      assert.deepEqual(host.status().installed, { release: "7.5.4453", digest });
    }
  });

  it("stops at a journal that is damaged, and says what to do", async () => {
    point("7.4.0");
    await poll();
    const digest = point("7.5.4453", standard);
    for (const damaged of ["", '{"from": {']) {
      host.write("mnt/state/journal.json", damaged);
      await host.fetch("boot");
      const { result, message } = host.status();
      assert.deepEqual([result, message], ["stopped", "the journal of an upgrade is damaged"]);
      assert.deepEqual(host.status().next, [
        `see in ${host.folder}/mnt/state/converge.log how far it came, remove ${host.folder}/mnt/state/journal.json, then: sudo bash ${host.folder}/mnt/bundles/${digest}/converge.sh`,
      ]);
    }
  });

  it("lets the next one wait until it is done", async () => {
    point("7.4.0");
    await poll();
    docker('case "$*" in "compose up"*) sleep 3 ;; esac');
    const digest = point("7.4.0", undefined, [], "slow");
    const first = host.fetch("poll");
    const program = join(host.folder, "mnt/bundles", digest, "converge.sh");
    while (!existsSync(program) || host.status().result !== "converging")
      await new Promise((done) => setTimeout(done, 50));
    const second = await host.run(program, []);
    assert.equal((await first).code, 0);
    assert.equal(second.code, 0);
    assert.match(second.output, /^sourcegraph: waiting for another one at work on this machine$/m);
  });
});
