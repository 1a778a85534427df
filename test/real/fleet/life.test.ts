import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import type { InstanceConfig } from "../../../components/core/planning/fleet/schema";
import { builtProject } from "../../support/built";
import { instanceFile } from "../../support/fleet";
import { requireToolchain } from "../../support/toolchain";

/** What the command printed, and how it ended. */
interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const idOf = (number: number): string => instanceFile(number).id;
const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe("the life of instances, on the real engine with a backend that is a folder", function () {
  this.timeout(300_000);
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  const instances: readonly Partial<InstanceConfig>[] = [
    { type: "trial", expires: day(-3) },
    { type: "replica", expires: day(-1) },
    { type: "trial", expires: day(5) },
    { type: "production" },
    { type: "internal" },
    { type: "replica", expires: day(0) },
  ];
  const cloud = (): string[] =>
    readdirSync(join(folder, "cloud"))
      .filter((name) => name.startsWith("src-"))
      .sort();
  const ofCloud = (number: number): string[] => cloud().filter((name) => name.startsWith(idOf(number)));
  const machine = (number: number): unknown =>
    JSON.parse(readFileSync(join(folder, "cloud", `${idOf(number)}-machine`), "utf8"));
  const fileOf = (number: number): string => join(folder, "instances", `${number}.yaml`);
  const said = (number: number): InstanceConfig => parse(readFileSync(fileOf(number), "utf8")) as InstanceConfig;
  const state = (number: number): string => join(folder, "states/.pulumi/stacks/sourcegraph", `${idOf(number)}.json`);
  const seen = (numbers: readonly number[]): string[] =>
    numbers.flatMap((number) => [fileOf(number), state(number)]).map((file) => readFileSync(file, "utf8"));

  function sgbox(...args: readonly string[]): { readonly ran: Promise<Ran>; readonly kill: () => void } {
    const child = spawn(process.execPath, [join(builtProject(), "dist/cli/main.js"), "fleet", ...args], {
      cwd: folder,
      env: environment,
      detached: true,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    return {
      ran: new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr }))),
      kill: () => process.kill(-(child.pid ?? 0), "SIGKILL"),
    };
  }

  before(async function () {
    const bin = requireToolchain(this);
    folder = mkdtempSync(join(tmpdir(), "sgbox-life-"));
    for (const part of ["instances", "cloud", "states"]) mkdirSync(join(folder, part));
    environment = {
      ...process.env,
      PATH: `${bin}:${process.env.PATH ?? ""}`,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: pathToFileURL(join(folder, "states")).href,
      PULUMI_CONFIG_PASSPHRASE: "stand-in",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      SGBOX_HOME: join(folder, "sgbox"),
      STAND_IN_CLOUD: join(folder, "cloud"),
      NODE_PATH: join(__dirname, "../../../node_modules"),
    };
    const program = join(__dirname, "living.program.cjs");
    writeFileSync(join(folder, "fleet.yaml"), stringify({ name: "stand-ins", program, gate: { healthyMinutes: 0 } }));
    instances.forEach((more, number) =>
      writeFileSync(
        fileOf(number),
        `# customer ${number}\n${stringify(instanceFile(number, { pause: false, ...more }))}`,
      ),
    );
    // One is deployed by the engine; the state and the files of the others are copies under their names.
    const work = join(folder, "first");
    mkdirSync(work);
    const project = { name: "sourcegraph", runtime: { name: "nodejs", options: { typescript: false } }, main: program };
    writeFileSync(join(work, "Pulumi.yaml"), stringify(project));
    const pulumi = (...args: readonly string[]): void =>
      void execFileSync("pulumi", [...args, "--non-interactive"], { cwd: work, env: environment, stdio: "pipe" });
    pulumi("stack", "init", idOf(0));
    for (const [key, value] of [
      ["name", idOf(0)],
      ["release", "7.4.0"],
    ])
      pulumi("config", "set", `sourcegraph:${key}`, value ?? "");
    pulumi("up", "--yes", "--skip-preview");
    const first = readFileSync(state(0), "utf8");
    for (let number = 1; number < instances.length; number++) {
      writeFileSync(state(number), first.replaceAll(idOf(0), idOf(number)));
      for (const name of ofCloud(0))
        writeFileSync(
          join(folder, "cloud", name.replace(idOf(0), idOf(number))),
          readFileSync(join(folder, "cloud", name)),
        );
    }
    await Promise.resolve();
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it("reap deletes exactly what has expired, keeps protected data but a replica's, and leaves all others byte for byte", async () => {
    const others = [2, 3, 4, 5];
    const before = seen(others);
    const refused = await sgbox("reap", "customer-2", "customer-3", "--yes").ran;
    assert.equal(refused.code, 3);
    assert.equal(
      refused.stderr,
      `sgbox: refused, because only what has expired is reaped:
  - 'instances/2.yaml' lives until the end of ${day(5)}, and today is ${day(0)}; it is not reaped
  - 'instances/3.yaml' has no last day; it is not reaped
`,
    );
    const { code, stdout, stderr } = await sgbox("reap", "--no-backup", "--yes").ran;
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      `customer-0 (src-00000000) is away, and its data is kept; sgbox fleet delete customer-0 --drop-data deletes that, too
customer-1 (src-00000001) is gone; instances/gone/src-00000001.yaml tells what is left and how long copies last
`,
    );
    assert.deepEqual(ofCloud(0), ["src-00000000-data"]);
    assert.deepEqual(ofCloud(1), []);
    assert.equal(said(0).state, "leaving");
    assert.ok(existsSync(state(0)) && !existsSync(state(1)) && !existsSync(fileOf(1)));
    const gone = readFileSync(join(folder, "instances/gone/src-00000001.yaml"), "utf8");
    assert.match(gone, new RegExp(`^# customer 1\n[^]*\nstate: gone\nreason: its last day was ${day(-1)}\n`));
    const { steps, left } = (parse(gone) as { gone: { steps: { step: string }[]; left: unknown[] } }).gone;
    assert.deepEqual(
      steps.map(({ step }) => step),
      ["resources-away", "data-away", "stack-away"],
    );
    assert.deepEqual(left, []);
    const more = await sgbox("reap", "--drop-data", "--no-backup", "--yes").ran;
    assert.equal(more.code, 0, more.stderr);
    assert.match(more.stdout, /^customer-0 \(src-00000000\) is gone; /);
    assert.deepEqual(ofCloud(0), []);
    assert.deepEqual(seen(others), before);
    assert.equal(cloud().length, 8);
    assert.equal((await sgbox("reap", "--yes").ran).stdout, "nothing has expired\n");
  });

  it("delete asks production's slug, survives kill -9 in the midst of a step, and the same command finishes it", async () => {
    const command = ["delete", "customer-3", "--confirm", "customer-3", "--no-backup", "--yes"] as const;
    const refused = await sgbox("delete", "customer-3", "--yes").ran;
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /'confirm' is missing; customer-3 is production, so type its slug: --confirm customer-3\n/,
    );
    const early = await sgbox(...command, "--drop-data").ran;
    assert.equal(early.code, 2);
    assert.match(early.stderr, /'dropData' comes too early: customer-3 is production, /);
    assert.equal(said(3).state, undefined);
    const log = join(folder, "cloud/deletions.log");
    const deleted = (): string[] => readFileSync(log, "utf8").trim().split("\n");
    writeFileSync(join(folder, "cloud/slow"), "");
    const { ran, kill } = sgbox(...command);
    while (!deleted().includes("src-00000003-machine")) await sleep(50);
    kill();
    assert.equal((await ran).code, null);
    assert.equal(said(3).state, "leaving");
    assert.deepEqual(ofCloud(3), ["src-00000003-data", "src-00000003-machine"]);
    rmSync(join(folder, "cloud/slow"));
    const kept = await sgbox(...command).ran;
    assert.equal(kept.code, 0, kept.stderr);
    assert.match(kept.stdout, /^customer-3 \(src-00000003\) is away, and its data is kept; /);
    assert.deepEqual(ofCloud(3), ["src-00000003-data"]);
    const { code, stdout, stderr } = await sgbox(...command, "--drop-data").ran;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^customer-3 \(src-00000003\) is gone; /);
    assert.deepEqual(ofCloud(3), []);
    assert.equal(deleted().filter((name) => name === "src-00000003-data").length, 1);
    assert.ok(!existsSync(state(3)) && !existsSync(fileOf(3)));
    const again = await sgbox(...command).ran;
    assert.equal(again.code, 0, again.stderr);
    assert.equal(again.stdout, "customer-3 (src-00000003) is gone already: instances/gone/src-00000003.yaml\n");
  });

  it("suspend stops an instance and keeps it out of rollouts with the reason; unsuspend starts it again", async () => {
    const suspended = await sgbox("suspend", "customer-4", "--reason", "unpaid", "--yes").ran;
    assert.equal(suspended.code, 0, suspended.stderr);
    assert.deepEqual(machine(4), { power: "stopped", release: "7.4.0" });
    const plan = async (): Promise<{
      leftOut: { slug: string; reason: string }[];
      waves: { members: unknown[] }[];
    }> => {
      const args = ["--to", "7.5.4453", "--json", "--acknowledge", "backup-first", "oob-complete"];
      const { stdout, stderr } = await sgbox("plan", "--select", 'instance.type == "internal"', ...args).ran;
      assert.equal(stderr, "");
      return JSON.parse(stdout) as { leftOut: { slug: string; reason: string }[]; waves: { members: unknown[] }[] };
    };
    const without = await plan();
    assert.deepEqual(without.waves, []);
    assert.deepEqual(
      without.leftOut.map(({ slug, reason }) => [slug, reason]),
      [["customer-4", "it is suspended (unpaid)"]],
    );
    const started = await sgbox("unsuspend", "customer-4").ran;
    assert.equal(started.code, 0, started.stderr);
    assert.deepEqual(machine(4), { power: "running", release: "7.4.0" });
    assert.equal((await plan()).waves[0]?.members.length, 1);
    assert.match(readFileSync(fileOf(4), "utf8"), /^# customer 4\n[^]*\n {2}suspended: false\n/);
  });

  it("take-back refuses an instance that does not run what its file says, and --accept writes what runs", async () => {
    const extracted = await sgbox("extract", "customer-4", "--reason", "INC-42").ran;
    assert.equal(extracted.code, 0, extracted.stderr);
    const hand = join(folder, ".fleet/extracted/src-00000004");
    assert.deepEqual(readdirSync(hand).sort(), ["Pulumi.src-00000004.yaml", "Pulumi.yaml", "README.md", "state.json"]);
    const refused = await sgbox("suspend", "customer-4", "--reason", "unpaid", "--yes").ran;
    assert.equal(refused.code, 3);
    assert.match(
      refused.stderr,
      /it is in the hands of a person; 'sgbox fleet take-back' takes it back first \(INC-42\)/,
    );
    // What a person does with it, by what the folder has.
    const pulumi = (...args: readonly string[]): void =>
      void execFileSync("pulumi", [...args, "--stack", idOf(4), "--non-interactive"], {
        cwd: hand,
        env: environment,
        stdio: "pipe",
      });
    pulumi("config", "set", "sourcegraph:release", "7.4.2");
    pulumi("up", "--yes", "--skip-preview");
    const taken = await sgbox("take-back", "customer-4").ran;
    assert.equal(taken.code, 3);
    assert.equal(
      taken.stderr,
      `sgbox: refused, because customer-4 (src-00000004) does not run what its file says:
  - 'instances/4.yaml: release' is "7.4.0" in the file, and "7.4.2" runs; write it into the file, or let --accept do it
`,
    );
    // What no fleet can have is not written into its files.
    const invalid = await sgbox("take-back", "customer-4", "--accept").ran;
    assert.equal(invalid.code, 2);
    assert.match(invalid.stderr, /'instances\/4\.yaml: release' is "7\.4\.2", which is not a known release; /);
    assert.deepEqual([said(4).state, said(4).release], ["extracted", "7.4.0"]);
    pulumi("config", "set", "sourcegraph:release", "7.5.0");
    pulumi("up", "--yes", "--skip-preview");
    const accepted = await sgbox("take-back", "customer-4", "--accept").ran;
    assert.equal(accepted.code, 0, accepted.stderr);
    assert.equal(
      accepted.stdout,
      "customer-4 (src-00000004) is back: an update by its file would change nothing; written into instances/4.yaml: release\n",
    );
    const { state: is, reason, release } = said(4);
    assert.deepEqual([is, reason, release], [undefined, undefined, "7.5.0"]);
  });
});
