import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import type { LastHop } from "../../../components/core/planning/manifest";
import { machineHop, type MachineHop } from "../../../components/core/planning/vm/machine-hop";
import { planVm } from "../../../components/core/planning/vm/plan";
import type { Bundle } from "../../../components/core/rendering/bundle";
import { ProgramHost, requirePrograms } from "../../support/machine-programs";

const secrets = {
  secretFiles: [{ path: "secrets/a", mode: "0600", parts: [{ secret: "a", as: "raw" as const }] }],
  secrets: ["a"],
};

/** What the planner has the machine do for a hop. */
function planned(hop: LastHop): MachineHop {
  const specification = parseSpecification({
    cloud: "aws",
    region: "us-east-1",
    release: hop.to,
    size: "XS",
    access: { allowedCidrs: ["10.0.0.0/8"] },
  });
  const made = machineHop(planVm(specification), specification, hop);
  assert.ok(made);
  return made;
}

const standard = { from: "7.4.0", to: "7.5.4453", kind: "standard" } as const;
const far = { from: "6.11.5639", to: "7.5.4453", kind: "multi-version" } as const;
const converting = { from: "5.9.45", to: "6.11.5639", kind: "multi-version" } as const;

describe("an upgrade by the machine's program", function () {
  this.timeout(240_000);
  let host: ProgramHost;

  before(function () {
    requirePrograms(this);
  });
  afterEach(() => host?.delete());

  const bundle = (release: string, hop?: MachineHop): Bundle =>
    host.bundle(
      release,
      hop === undefined ? [] : [{ path: "hop.json", mode: "0644", text: JSON.stringify(hop) }],
      secrets,
    );
  /** A machine with `from` in place and `to` published; the digests of both. */
  async function arranged(last: LastHop): Promise<{ from: string; to: string; hop: MachineHop }> {
    host = new ProgramHost();
    host.write("source/secrets/a", "marker-4711");
    const hop = planned(last);
    host.write("fake/images", hop.images.map((image) => `${image}\n`).join(""));
    const from = host.publish(bundle(last.from), { a: "a" });
    assert.equal((await host.fetch("boot")).code, 0);
    host.dockerCalls();
    host.write("fake/calls", "");
    return { from, to: host.publish(bundle(last.to, hop), { a: "a" }), hop };
  }
  const journal = () => JSON.parse(host.read("mnt/state/journal.json")) as Record<string, unknown>;
  const wrong = () => host.read("fake/wrong");
  const running = () => host.read("fake/containers");
  const everything = "pgsql c1\nsourcegraph-frontend c2\nworker c3\n";
  const isThere = ({ to }: LastHop, digest: string) => {
    assert.deepEqual(host.status(), {
      installed: { release: to, digest },
      schema: 1,
      release: to,
      digest,
      result: "ready",
      message: "all services are healthy",
    });
    assert.equal(running(), everything);
    assert.equal(host.read("fake/schema"), `${to}\n`);
    assert.equal(wrong(), "");
    assert.ok(!existsSync(join(host.folder, "mnt/state/journal.json")));
  };
  /** The first words of what `docker` was asked, without looks. */
  const acts = () => host.dockerCalls().filter((call) => !/^(compose (config|ps)|ps|inspect|image inspect)/.test(call));

  it("of one minor release checks, stops, migrates, starts and verifies, in this order", async () => {
    const { to } = await arranged(standard);
    const { code, output } = await host.fetch("poll");
    assert.equal(code, 0, output);
    assert.deepEqual(acts(), [
      "compose run --rm --no-deps -T migrator validate",
      "stop c2 c3",
      "rm --force c2 c3",
      "compose up --detach --wait --wait-timeout 3600 --no-deps pgsql codeintel-db codeinsights-db",
      "compose run --rm --no-deps -T migrator up",
      "compose up --detach --wait --wait-timeout 1800 --remove-orphans",
      "compose exec -T sourcegraph-frontend-0 wget -qO- http://127.0.0.1:3080/__version",
      "compose run --rm --no-deps -T migrator drift --db=frontend --version=v7.5.4453",
      "compose run --rm --no-deps -T migrator drift --db=codeintel --version=v7.5.4453",
      "compose run --rm --no-deps -T migrator drift --db=codeinsights --version=v7.5.4453",
    ]);
    isThere(standard, to);
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
    const { to } = await arranged(far);
    const { code, output } = await host.fetch("poll");
    assert.equal(code, 0, output);
    assert.deepEqual(
      acts().filter((call) => call.includes("migrator upgrade")),
      ["compose run --rm --no-deps -T migrator upgrade --from v6.11 --to v7.5 --disable-animation"],
    );
    isThere(far, to);
  });

  // What the two kinds have in common is not looked at twice as closely.
  for (const [last, each] of [
    [standard, 1],
    [far, 4],
  ] as const)
    it(`of the kind ${last.kind} goes on after a kill at ${each === 1 ? "any" : "every fourth"} of its calls, does nothing twice that may not be, and ends where it would have`, async () => {
      const { to } = await arranged(last);
      const again = host.remembered();
      await host.fetch("poll");
      const calls = host.read("fake/calls").length;
      assert.ok(calls > 12, String(calls));
      for (let at = 1; at <= calls; at += each) {
        again();
        host.write("fake/kill-at", String(at));
        const killed = await host.fetch("poll");
        assert.notEqual(killed.code, 0, `call ${at}: ${killed.output}`);
        const { code, output } = await host.fetch(at % 2 === 0 ? "boot" : "poll");
        assert.equal(code, 0, `call ${at}: ${output}`);
        isThere(last, to);
      }
    });

  it("takes away what was never started before it takes up a step that was interrupted, since an engine may not start it any more", async () => {
    const { to } = await arranged(standard);
    host.write("fake/left", "c7 left\nc1 /docker-compose-pgsql-1\nc8 /0123456789ab_docker-compose-worker-1\n");
    host.write("fake/fail", "wait-timeout 1800");
    assert.equal((await host.fetch("poll")).code, 3);
    assert.ok(!acts().some((call) => /^rm --force c[78]/.test(call)));
    host.write("fake/fail", "");
    host.environment.SOURCEGRAPH_RETRY = "1";
    host.dockerCalls();
    assert.equal((await host.fetch("boot")).code, 0);
    const done = acts();
    assert.deepEqual(done.slice(0, 2), ["rm --force c7", "rm --force c8"]);
    assert.ok(done.includes("compose up --detach --wait --wait-timeout 1800 --remove-orphans"));
    isThere(standard, to);
  });

  it("tells the migrator of a half-done upgrade when it is run again", async () => {
    const { to } = await arranged(far);
    host.write("fake/fail", "migrator upgrade");
    assert.equal((await host.fetch("poll")).code, 3);
    host.write("fake/fail", "");
    host.dockerCalls();
    host.environment.SOURCEGRAPH_RETRY = "1";
    assert.equal((await host.fetch("boot")).code, 0);
    assert.deepEqual(
      acts().filter((call) => call.includes("migrator upgrade")),
      [
        "compose run --rm --no-deps -T migrator upgrade --from v6.11 --to v7.5 --disable-animation --skip-version-check --skip-drift-check",
      ],
    );
    isThere(far, to);
  });

  it("changes nothing when the check before it fails, and tries again at the next poll", async () => {
    const { from, to } = await arranged(standard);
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
      assert.equal(running(), everything);
    }
    host.write("fake/fail", "");
    assert.equal((await host.fetch("poll")).code, 0);
    isThere(standard, to);
  });

  it("goes back to the release before when it fails before the databases change, and can be tried again", async () => {
    for (const [failing, title] of [
      ["^stop", "Stop everything but the databases"],
      ["no-deps pgsql", "Start the databases of 7.5.4453"],
    ] as const) {
      const { from, to } = await arranged(standard);
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
      assert.equal(running(), everything);
      assert.equal(host.read("fake/schema"), "7.4.0\n");
      assert.match(host.read("mnt/deployment/compose.yaml"), /release 7\.4\.0/);
      assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" });
      host.write("fake/fail", "");
      assert.equal((await host.run(join(host.folder, "mnt/bundles", to, "converge.sh"), [])).code, 0);
      isThere(standard, to);
      host.delete();
    }
  });

  it("stands still when it fails after that, says what comes next, stays so over a boot, and goes on when told to", async () => {
    for (const [failing, title] of [
      ["migrator up", "Bring the schemas from 7.4.0 to 7.5.4453"],
      ["wait-timeout 1800", "Start 7.5.4453"],
    ] as const) {
      const { to } = await arranged(standard);
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
      assert.equal(running(), "pgsql c1\n");
      assert.deepEqual(await host.fetch("poll"), { code: 0, output: "" });
      host.write("fake/fail", "");
      host.dockerCalls();
      const boot = await host.fetch("boot");
      assert.equal(boot.code, 3);
      assert.ok(
        boot.output.includes(`sourcegraph: stopped: '${title}' failed\n${stands.next.join("\n")}\n`),
        boot.output,
      );
      assert.deepEqual([acts(), host.status()], [[], stands]);
      host.environment.SOURCEGRAPH_RETRY = "1";
      assert.equal((await host.fetch("boot")).code, 0);
      isThere(standard, to);
      host.delete();
    }
  });

  it("refuses any other release while it is not over, and the release before once databases may have changed", async () => {
    await arranged(standard);
    host.write("fake/fail", "migrator up");
    await host.fetch("poll");
    for (const [release, message] of [
      ["7.6.1", "the upgrade from 7.4.0 to 7.5.4453 is not over"],
      ["7.4.0", "the upgrade from 7.4.0 to 7.5.4453 has begun to change the databases, and they do not go back"],
    ] as const) {
      host.publish(bundle(release), { a: "a" });
      assert.equal((await host.fetch("poll")).code, 3);
      assert.deepEqual([host.status().result, host.status().message], ["refused", message]);
    }
  });

  it("takes a further change of the same release as the word to go on", async () => {
    const { hop } = await arranged(standard);
    host.write("fake/fail", "migrator up");
    await host.fetch("poll");
    host.write("fake/fail", "");
    const to = host.publish(host.bundle("7.5.4453", [{ path: "hop.json", mode: "0644", text: JSON.stringify(hop) }]));
    assert.equal((await host.fetch("poll")).code, 0);
    isThere(standard, to);
  });

  it("goes on, and says so, when only the comparison afterwards finds something", async () => {
    await arranged(standard);
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
      await arranged(converting);
      host.write("bin/du", "#!/bin/bash\nprintf '99999999999999\\t%s\\n' \"$2\"\n");
      await host.run("chmod", ["+x", join(host.folder, "bin/du")]);
      const { code, output } = await host.fetch("poll");
      assert.equal(code, 4);
      assert.match(output, /the databases keep \d+ MiB, and only \d+ MiB are free beside them/);
      assert.equal(host.status().message, "'Check that the databases fit a second time' failed");
      assert.equal(running(), everything);
    });

    it("stands still after a kill in the midst of it, since nobody may repeat that by himself", async () => {
      await arranged(converting);
      await host.fetch("poll");
      const start = host.dockerCalls().findIndex((call) => call.includes("--no-deps pgsql"));
      host.delete();
      const { hop } = await arranged(converting);
      host.write("fake/kill-at", String(start + 1));
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
      assert.equal(journal()["state"], "stopped");
    });
  });

  it("goes back to the last bundle when another one of the same release does not become healthy", async () => {
    const { from } = await arranged(standard);
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
    assert.equal(running(), everything);
  });
});
