import assert from "node:assert/strict";
import { join } from "node:path";
import { converting, everything, far, standard, eachOnItsHost } from "../../support/upgrade-host";

describe("an upgrade by the machine's program", function () {
  this.timeout(240_000);
  const arranged = eachOnItsHost();

  it("of one minor release checks, stops, migrates, starts and verifies, in this order", async () => {
    const { host, to } = await arranged(standard);
    const { code, output } = await host.fetch("poll");
    assert.equal(code, 0, output);
    assert.deepEqual(host.acts(), [
      "compose run --rm --no-deps -T migrator validate",
      "stop c3",
      "rm --force c3",
      "stop c2",
      "rm --force c2",
      "compose up --detach --no-deps pgsql codeintel-db codeinsights-db",
      "compose create --scale migrator=0",
      "compose up --detach --wait --wait-timeout 3600 --no-deps pgsql codeintel-db codeinsights-db",
      "compose run --rm --no-deps -T migrator up",
      "compose up --detach --wait --wait-timeout 1800 --remove-orphans --scale migrator=0",
      "compose exec -T sourcegraph-frontend-0 wget -qO- http://127.0.0.1:3080/__version",
      "compose run --rm --no-deps -T migrator drift --db=frontend --version=v7.5.4453",
      "compose run --rm --no-deps -T migrator drift --db=codeintel --version=v7.5.4453",
      "compose run --rm --no-deps -T migrator drift --db=codeinsights --version=v7.5.4453",
    ]);
    host.isThere(standard, to);
    assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" });
    const told = host
      .read("mnt/state/history.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, string>);
    assert.deepEqual(
      told.map(({ release, message }) => `${release} ${message}`),
      [
        "7.4.0 starting the services",
        "7.4.0 all services are healthy",
        "7.5.4453 Check that schema and background migrations of the running release are complete",
        "7.5.4453 Stop everything but the databases",
        "7.5.4453 Start the databases of 7.5.4453",
        "7.5.4453 Bring the schemas from 7.4.0 to 7.5.4453",
        "7.5.4453 Start 7.5.4453",
        "7.5.4453 Check that the instance answers as 7.5.4453",
        "7.5.4453 Compare the schemas with 7.5.4453",
        "7.5.4453 all services are healthy",
      ],
    );
  });

  it("over several releases runs the migrator's upgrade beside the databases alone", async () => {
    const { host, to } = await arranged(far);
    const { code, output } = await host.fetch("poll");
    assert.equal(code, 0, output);
    assert.deepEqual(
      host.acts().filter((call) => call.includes("migrator upgrade")),
      ["compose run --rm --no-deps -T migrator upgrade --from v6.11 --to v7.5 --disable-animation"],
    );
    host.isThere(far, to);
  });

  it("is held up by no store that does not answer, whose last word is how it ended", async () => {
    const { host, to } = await arranged(standard);
    // The first word sent waits for the new release to be started, which would be in vain if anything waited for it.
    host.beforePublish(`
  jq -r .message "$FAKE/../mnt/state/status.json" >> "$FAKE/sent"
  for _ in {1..200}; do ! grep -q 'wait-timeout 1800' "$FAKE/docker.log" || break; sleep 0.1; done
  grep -q 'wait-timeout 1800' "$FAKE/docker.log" || echo "held up" >> "$FAKE/wrong"`);
    const { code, output } = await host.fetch("poll");
    assert.equal(code, 0, output);
    host.isThere(standard, to);
    const sent = host.read("fake/sent").trim().split("\n");
    assert.equal(sent[0], "Check that schema and background migrations of the running release are complete");
    assert.equal(sent.at(-1), "all services are healthy");
    const last = JSON.parse(host.read("source/status.json")) as Record<string, string>;
    assert.equal(last.result, "ready");
  });

  it("changes nothing when the check before it fails, and tries again at the next poll", async () => {
    const { host, from, to } = await arranged(standard);
    host.write("fake/fail", "migrator validate");
    for (const _ of [1, 2]) {
      const { code, output } = await host.fetch("poll");
      assert.equal(code, 4, output);
      assert.deepEqual(host.status(), {
        installed: { release: "7.4.0", digest: from },
        schema: 1,
        release: "7.5.4453",
        digest: to,
        result: "failed",
        message: "'Check that schema and background migrations of the running release are complete' failed",
        log: ["it said *** and more"],
      });
      assert.equal(host.running(), everything);
    }
    host.write("fake/fail", "");
    assert.equal((await host.fetch("poll")).code, 0);
    host.isThere(standard, to);
  });

  it("goes back to the release before when it fails before the databases change, and can be tried again", async () => {
    for (const [failing, title] of [
      ["^stop", "Stop everything but the databases"],
      ["no-deps pgsql", "Start the databases of 7.5.4453"],
      ["compose create", "Start the databases of 7.5.4453"],
    ] as const) {
      const { host, from, to } = await arranged(standard);
      host.write("fake/fail", failing);
      const { code, output } = await host.fetch("poll");
      assert.equal(code, 3, output);
      assert.deepEqual(host.status(), {
        installed: { release: "7.4.0", digest: from },
        schema: 1,
        release: "7.5.4453",
        digest: to,
        result: "failed",
        message: `'${title}' failed; 7.4.0 runs again, its data are as they were`,
        next: [`mend the cause, then: sudo bash ${host.folder}/mnt/bundles/${to}/converge.sh`],
        log: ["it said *** and more"],
      });
      assert.equal(host.running(), everything);
      assert.equal(host.read("fake/schema"), "7.4.0\n");
      assert.match(host.read("mnt/deployment/compose.yaml"), /release 7\.4\.0/);
      assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" });
      host.write("fake/fail", "");
      assert.equal((await host.run(join(host.folder, "mnt/bundles", to, "converge.sh"), [])).code, 0);
      host.isThere(standard, to);
    }
  });

  it("stands still when it fails after that, says what comes next, stays so over a boot, and goes on when told to", async () => {
    for (const [failing, title] of [
      ["migrator up", "Bring the schemas from 7.4.0 to 7.5.4453"],
      ["wait-timeout 1800", "Start 7.5.4453"],
    ] as const) {
      const { host, to } = await arranged(standard);
      host.write("fake/fail", failing);
      const { code, output } = await host.fetch("poll");
      assert.equal(code, 3, output);
      const stands = {
        installed: { release: "7.5.4453", digest: to },
        schema: 1,
        release: "7.5.4453",
        digest: to,
        result: "stopped",
        message: `'${title}' failed`,
        next: [
          `mend the cause, then: sudo SOURCEGRAPH_RETRY=1 bash ${host.folder}/mnt/bundles/${to}/converge.sh`,
          "or restore the data disk from the snapshot that was taken before 7.5.4453: 'sgbox restore --from SNAPSHOT'",
        ],
        log: ["it said *** and more"],
      };
      assert.deepEqual(host.status(), stands);
      assert.equal(host.running(), "pgsql c1\n");
      assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" });
      host.write("fake/fail", "");
      host.dockerCalls();
      const boot = await host.fetch("boot");
      assert.equal(boot.code, 3);
      assert.ok(
        boot.output.includes(`sourcegraph: stopped: '${title}' failed\n${stands.next.join("\n")}\n`),
        boot.output,
      );
      assert.deepEqual([host.acts(), host.status()], [[], stands]);
      host.environment.SOURCEGRAPH_RETRY = "1";
      assert.equal((await host.fetch("boot")).code, 0);
      host.isThere(standard, to);
    }
  });

  it("refuses any other release while it is not over, and the release before once databases may have changed", async () => {
    const { host } = await arranged(standard);
    host.write("fake/fail", "migrator up");
    await host.fetch("poll");
    for (const [release, message] of [
      ["7.6.1", "the upgrade from 7.4.0 to 7.5.4453 is not over"],
      ["7.4.0", "the upgrade from 7.4.0 to 7.5.4453 has begun to change the databases, and they do not go back"],
    ] as const) {
      host.publish(host.bundleOf(release), { a: "a" });
      assert.equal((await host.fetch("poll")).code, 3);
      assert.deepEqual([host.status().result, host.status().message], ["refused", message]);
    }
  });

  it("takes a further change of the same release as the word to go on", async () => {
    const { host, hop } = await arranged(standard);
    host.write("fake/fail", "migrator up");
    await host.fetch("poll");
    host.write("fake/fail", "");
    const to = host.publish(host.bundle("7.5.4453", [{ path: "hop.json", mode: "0644", text: JSON.stringify(hop) }]));
    assert.equal((await host.fetch("poll")).code, 0);
    host.isThere(standard, to);
  });

  it("goes on, and says so, when only the comparison afterwards finds something", async () => {
    const { host } = await arranged(standard);
    host.write("fake/fail", "migrator drift --db=codeintel");
    assert.equal((await host.fetch("poll")).code, 0);
    const { result, message } = host.status();
    assert.deepEqual(
      [result, message],
      ["ready", "all services are healthy; 'Compare the schemas with 7.5.4453' failed, please look"],
    );
  });

  describe("that converts the databases", () => {
    it("refuses before anything stops when they do not fit a second time", async () => {
      const { host } = await arranged(converting);
      host.write("bin/du", "#!/bin/bash\nprintf '99999999999999\\t%s\\n' \"$2\"\n");
      await host.run("chmod", ["+x", join(host.folder, "bin/du")]);
      const { code, output } = await host.fetch("poll");
      assert.equal(code, 4);
      assert.match(output, /the databases keep \d+ MiB, and only \d+ MiB are free beside them/);
      assert.equal(host.status().message, "'Check that the databases fit a second time' failed");
      assert.equal(host.running(), everything);
    });

    it("stands still after a kill in the midst of it, since nobody may repeat that by himself", async () => {
      const { host, hop } = await arranged(converting);
      host.write("fake/kill", "no-deps pgsql");
      assert.notEqual((await host.fetch("poll")).code, 0);
      const { code, output } = await host.fetch("boot");
      assert.equal(code, 3, output);
      const { result, message, next } = host.status();
      assert.deepEqual(
        [result, message, (next as string[])[1]],
        [
          "stopped",
          "'Start the databases of 6.11.5639, which converts them to PostgreSQL 16' was interrupted: the data directories become PostgreSQL 16; interrupting the conversion corrupts them and only the backup leads back",
          `or ${hop.wayBack}`,
        ],
      );
      assert.equal(host.journal()["state"], "stopped");
    });
  });

  it("goes back to the last bundle when another one of the same release does not become healthy", async () => {
    const { host, from } = await arranged(standard);
    const broken = host.bundle("7.4.0", [{ path: "more", mode: "0644", text: "" }]);
    host.write(
      "bin/docker",
      host
        .read("bin/docker")
        .replace("release() {", '[ "$1 $2" != "compose up" ] || [ ! -e more ] || exit 1\nrelease() {'),
    );
    host.publish(broken);
    assert.equal((await host.fetch("poll")).code, 3);
    const { installed, result, message } = host.status();
    assert.deepEqual(
      [installed, result, message],
      [
        { release: "7.4.0", digest: from },
        "failed",
        `not every service was healthy; bundle ${from.slice(0, 12)} of the same release is in place again`,
      ],
    );
    assert.equal(host.running(), everything);
  });
});
