import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import { RolloutFiles } from "../../cli/fleet/rollout-files";
import { runRollout } from "../../cli/fleet/run-rollout";
import { earlierTryOf } from "../../components/core/planning/fleet/earlier-try";
import { planRollout } from "../../components/core/planning/fleet/rollout-plan";
import { deployedAs, fleetOf, instanceFile } from "../support/fleet";
import { folderWith } from "./support";

const to = "7.5.4453";
const at = "2026-11-22T10:00:00.000Z";
const waves = [{ name: "all", members: [{ select: "true" }], soakHours: 0 }];
const instance = instanceFile(1, { pause: false });
const { id } = instance;
const root = path.resolve(__dirname, "../..");

describe("a rollout that is interrupted by Ctrl-C", function () {
  this.timeout(120_000);
  let folder: string;
  let files: RolloutFiles;

  beforeEach(() => {
    folder = folderWith({ "fleet.yaml": stringify({ name: "managed", waves }), asked: "" });
    for (const part of ["instances", "states", "home/pulumi/bin"])
      mkdirSync(path.join(folder, part), { recursive: true });
    writeFileSync(path.join(folder, "instances/1.yaml"), stringify(instance));
    const fleet = fleetOf([instance], { waves });
    const acknowledge = ["backup-first", "oob-complete"];
    files = RolloutFiles.begin(folder, planRollout(fleet, deployedAs(fleet), { to, acknowledge }), at, "ann");
  });

  it("ends with one line and 130, nothing of what goes on left on the screen, and the journal as after a kill", async () => {
    const engine = path.join(folder, "home/pulumi/bin/pulumi");
    writeFileSync(
      engine,
      `#!/bin/sh
[ "$1" = version ] && { echo v3.248.0; exit; }
[ "$1" = preview ] || exit 0
sleep 90 &
# What is in the background takes no Ctrl-C.
trap 'kill $!; echo ended >>${folder}/asked; exit 1' INT
echo begun >>${folder}/asked
wait
`,
    );
    chmodSync(engine, 0o755);
    const command = [
      process.execPath,
      "--require",
      "tsx/cjs",
      path.join(root, "cli/main.ts"),
      "fleet",
      "resume",
      "--yes",
    ];
    // With a terminal where there is a program that makes one.
    const hasTerminal = existsSync("/usr/bin/script");
    const [program = "", ...args] = hasTerminal
      ? ["/usr/bin/script", "-qec", [...command, "--fleet", folder].join(" "), "/dev/null"]
      : [...command, "--fleet", folder];
    const child = spawn(program, args, {
      cwd: root,
      detached: true,
      env: {
        HOME: folder,
        PATH: "/usr/bin:/bin",
        TERM: "xterm",
        SGBOX_HOME: path.join(folder, "home"),
        PULUMI_BACKEND_URL: pathToFileURL(path.join(folder, "states")).href,
      },
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => (printed += data.toString().replaceAll("\r", "")));
    const ended = new Promise((resolve) => child.on("close", resolve));
    const asked = (): string => readFileSync(path.join(folder, "asked"), "utf8");
    try {
      while (!asked().includes("begun") || (hasTerminal && !printed.includes("at work"))) {
        assert.equal(child.exitCode, null, printed);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      if (hasTerminal) child.stdin.write("\u0003");
      else if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
      assert.equal(await ended, 130, printed);
    } finally {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }
    const line = `interrupted: customer-1 (${id}) at check; the engine ends what it is in the midst of, then 'sgbox fleet resume' goes on\n`;
    const last = printed.slice(printed.lastIndexOf("\u001b[J") + "\u001b[J".length);
    assert.ok(hasTerminal ? last === line : printed.endsWith(line), JSON.stringify(printed));
    // The engine was not left at work behind the command.
    assert.ok(asked().endsWith("ended\n"), asked());
    const { events = [], progress } = RolloutFiles.newest(folder) ?? {};
    assert.deepEqual(
      events.map(({ event }) => event),
      ["begun", "wave-begun", "member-begun", "step-begun"],
    );
    assert.equal(earlierTryOf(progress?.members[id]), "killed");
    assert.ok(!existsSync(path.join(folder, ".fleet/lock")));
  });

  it("writes down what was done all the same, begins nothing more, and goes on with the next command", async () => {
    let pressed = new AbortController();
    const taken: string[] = [];
    const run = (interruptAt?: string) =>
      runRollout(files, {
        driver: {
          step: (_member, step) => {
            taken.push(step);
            if (step === interruptAt) pressed.abort();
            return Promise.resolve();
          },
        },
        interrupted: pressed.signal,
        now: () => new Date(at),
        sleep: () => Promise.resolve(),
        told: () => undefined,
        waits: false,
        isPaused: () => false,
      });
    assert.deepEqual(await run("update"), { state: "interrupted" });
    assert.deepEqual(taken, ["check", "update"]);
    assert.deepEqual(files.events.at(-1), { at, event: "step-done", id, step: "update" });
    assert.equal(files.progress.state, "running");
    pressed = new AbortController();
    assert.deepEqual(await run(), { state: "finished" });
    assert.deepEqual(taken, ["check", "update", "check", "verify"]);
  });
});
