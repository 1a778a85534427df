import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import { RolloutFiles } from "../../cli/fleet/rollout-files";
import { planRollout } from "../../components/core/planning/fleet/rollout-plan";
import type { InstanceConfig } from "../../components/core/planning/fleet/schema";
import { deployedAs, fleetOf, instanceFile } from "../support/fleet";
import { folderWith, sgbox, type Ran } from "./support";

const to = "7.5.4453";
const at = "2026-11-22T10:00:00.000Z";
const waves = [{ name: "all", members: [{ select: "true" }], soakHours: 0 }];

describe("instances of a rollout that are passed over", () => {
  let folder: string;
  const write = (number: number, more: Partial<InstanceConfig>): void =>
    writeFileSync(join(folder, `instances/${number}.yaml`), stringify(instanceFile(number, { pause: false, ...more })));
  const ran = (today: string, ...args: string[]): Promise<Ran> =>
    sgbox(args, {
      folder,
      today,
      env: {
        PATH: "",
        SGBOX_HOME: join(folder, "home"),
        PULUMI_BACKEND_URL: pathToFileURL(join(folder, "states")).href,
      },
    });
  const lastDay = (number: number): string =>
    `its last day 2026-12-10 is past; 'sgbox fleet reap customer-${number}' removes it, a later day in instances/${number}.yaml keeps it`;

  beforeEach(() => {
    folder = folderWith({ "fleet.yaml": stringify({ name: "managed", waves }) });
    for (const part of ["instances", "states", "home/pulumi/bin"]) mkdirSync(join(folder, part), { recursive: true });
    const engine = join(folder, "home/pulumi/bin/pulumi");
    writeFileSync(engine, "#!/bin/sh\necho v3.248.0\n");
    chmodSync(engine, 0o755);
  });

  it("since their last day is past keep nobody from the others, in a plan, a deployment and a preview", async () => {
    write(1, { type: "trial" });
    write(2, { type: "replica" });
    write(3, { expires: "2026-12-10" });
    write(4, { expires: "2026-12-10", state: "extracted" });
    const reasons = [
      [instanceFile(1).id, lastDay(1)],
      [instanceFile(2).id, lastDay(2)],
      [instanceFile(3).id, "its last day 2026-12-10 is past; give a later day in instances/3.yaml"],
    ];
    for (const verb of [
      ["fleet", "plan", "--to", to],
      ["deploy", to, "--to", "true", "--plan"],
    ]) {
      const { code, stdout, stderr } = await ran("2026-12-11", ...verb, "--json");
      assert.equal(code, 0, stderr);
      const { leftOut } = JSON.parse(stdout) as { leftOut: { id: string; reason: string }[] };
      const expected = [...reasons, [instanceFile(4).id, "it is extracted"]];
      assert.deepEqual(
        leftOut.map(({ id, reason }) => [id, reason]),
        expected,
      );
    }
    const seen = await ran("2026-12-11", "fleet", "preview", "--select", "instance.slug != 'customer-4'", "--json");
    assert.equal(seen.code, 0, seen.stderr);
    const { instances, passedOver } = JSON.parse(seen.stdout) as {
      instances: unknown[];
      passedOver: { id: string; reason: string }[];
    };
    assert.deepEqual([instances, passedOver.map(({ id, reason }) => [id, reason])], [[], reasons]);
    assert.ok(seen.stderr.includes(`customer-1 (${instanceFile(1).id}): passed over: ${lastDay(1)}\n`));
    const last = await ran("2026-12-10", "fleet", "plan", "--to", to, "--json");
    assert.ok(!last.stdout.includes("its last day"), last.stdout);
  });

  it("are told apart from those that are done, in what a rollout prints, its journal and the status", async () => {
    const given = [
      instanceFile(1, { type: "trial", pause: false }),
      instanceFile(2, { type: "trial", pause: false }),
      instanceFile(3, { pause: false }),
      instanceFile(4, { config: { ...instanceFile(4).config, suspended: true }, reason: "unpaid" }),
    ];
    const fleet = fleetOf(given, { waves });
    const acknowledge = ["backup-first", "oob-complete"];
    const plan = planRollout(fleet, deployedAs(fleet), { to, acknowledge });
    const [, , done] = plan.waves[0]?.members.toSorted((a, b) => (a.id < b.id ? -1 : 1)) ?? [];
    const files = RolloutFiles.begin(folder, plan, at, "ann");
    files.write({ at, event: "wave-begun", wave: "all" });
    files.write({ at, event: "member-begun", id: done?.id ?? "" });
    files.write({ at, event: "member-done", id: done?.id ?? "" });
    // Since then the last day of two is past.
    for (const each of given) write(Number(each.slug.slice(-1)), each);
    const { code, stdout, stderr } = await ran("2026-12-11", "fleet", "resume", "--yes");
    assert.deepEqual(
      [code, stdout],
      [
        0,
        `${to}: finished; 1 done, passed over: 3 (it is suspended (unpaid): 1; ${lastDay(1)}: 1; ${lastDay(2)}: 1)\n`,
      ],
      stderr,
    );
    assert.ok(stderr.includes(`customer-1 (${instanceFile(1).id}): passed over: ${lastDay(1)}\n`), stderr);
    const passed = RolloutFiles.newest(folder)?.events.flatMap((each) =>
      each.event === "member-passed" ? [each.reason] : [],
    );
    assert.deepEqual(passed?.sort(), [lastDay(1), lastDay(2)]);
    const again = JSON.parse((await ran("2026-12-11", "fleet", "resume", "--yes", "--json")).stdout) as {
      counts: unknown;
      passedOver: { slug: string }[];
    };
    assert.deepEqual(again.counts, { passed: 2, done: 1 });
    assert.deepEqual(
      again.passedOver.map(({ slug }) => slug),
      ["customer-4", "customer-1", "customer-2"],
    );
    const status = await ran("2026-12-11", "fleet", "status");
    assert.match(
      status.stdout,
      /all +done [-0-9]+ [:0-9]+ +(2 passed, 1 done|1 done, 2 passed|1 passed, 1 done, 1 passed)/,
    );
    assert.ok(
      status.stdout.replace(/\s+/g, " ").includes("passed over: 3 (it is suspended (unpaid): 1; its last day"),
      status.stdout,
    );
    const rows = JSON.parse((await ran("2026-12-11", "fleet", "status", "--json")).stdout) as {
      slug: string;
      passedOver?: string;
      rollout?: { state: string };
    }[];
    assert.deepEqual(
      rows.map(({ slug, passedOver, rollout }) => [slug, passedOver, rollout?.state]),
      [
        ["customer-1", lastDay(1), "passed"],
        ["customer-2", lastDay(2), "passed"],
        ["customer-3", undefined, "done"],
        ["customer-4", "it is suspended (unpaid)", undefined],
      ],
    );
    assert.ok(readFileSync(join(files.folder, "journal.jsonl"), "utf8").includes('"event":"member-passed"'));
  });
});
