import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { sgbox } from "./support";

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes": number;
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly needs?: string;
  readonly if?: string;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly concurrency: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = resolve(__dirname, "../../examples/fleet");
const workflowsFolder = join(folder, ".github/workflows");
const actionsFolder = join(folder, ".github/actions");
const workflows = readdirSync(workflowsFolder).sort();
const actions = readdirSync(actionsFolder).sort();
const textOf = (name: string): string => readFileSync(join(workflowsFolder, name), "utf8");
const workflow = (name: string): Workflow => parse(textOf(name)) as Workflow;
const actionText = (name: string): string => readFileSync(join(actionsFolder, name, "action.yml"), "utf8");
const jobsOf = (name: string): Job[] => Object.values(workflow(name).jobs);

/** Every step of every workflow and action. */
const steps: readonly Step[] = [
  ...workflows.flatMap((name) => jobsOf(name).flatMap((job) => job.steps)),
  ...actions.flatMap((name) => (parse(actionText(name)) as { readonly runs: { readonly steps: Step[] } }).runs.steps),
];
const scripts = steps.flatMap(({ run }) => run ?? []);

describe("the workflows of the fleet's example", () => {
  it("pin what they use to a commit, and name its version beside it", () => {
    const lines = [...workflows.map(textOf), ...actions.map(actionText)]
      .flatMap((text) => text.split("\n"))
      .filter((line) => line.includes("uses:"));
    assert.ok(lines.length >= 5);
    for (const line of lines) {
      const local = /uses: \.\/\.github\/actions\/(\S+)$/.exec(line)?.[1];
      if (local !== undefined) assert.ok(actions.includes(local), line);
      else assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it("put nothing of a run's context, and so no secret, into a command", () => {
    for (const script of scripts) assert.ok(!script.includes("${{"), script);
    for (const name of workflows) {
      const { on } = workflow(name);
      const secrets = textOf(name)
        .split("\n")
        .filter((line) => line.includes("secrets."));
      if ("pull_request" in on) assert.deepEqual(secrets, []);
      for (const line of secrets) assert.match(line, /^ {10}[A-Z_]+: \$\{\{ secrets\.[A-Z_]+ \}\}$/);
      assert.ok(!textOf(name).includes("pull_request_target"));
    }
  });

  it("give secrets and the right to push only to the steps that need them, and run no scripts of dependencies", () => {
    const holders = steps.filter(({ env = {} }) => Object.values(env).some((value) => value.includes("secrets.")));
    assert.equal(holders.length, 2);
    for (const { run = "" } of holders) assert.match(run, /npx sgbox fleet /);
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@") === true);
    assert.equal(checkouts.length, 5);
    for (const { with: given } of checkouts) assert.equal(given?.["persist-credentials"], false);
    for (const script of scripts) if (/\bnpm /.test(script)) assert.equal(script, "npm ci --ignore-scripts");
  });

  it("ask for the rights of each job by name, and end by themselves", () => {
    for (const name of workflows) {
      assert.deepEqual(workflow(name).permissions, {});
      for (const job of jobsOf(name)) {
        assert.ok(Object.keys(job.permissions).every((right) => ["contents", "id-token"].includes(right)));
        assert.ok(job["timeout-minutes"] <= 360);
        assert.match(job["runs-on"], /^ubuntu-\d\d\.04$/);
      }
    }
    assert.deepEqual(
      jobsOf("preview.yml").map(({ permissions }) => permissions),
      [{ contents: "read", "id-token": "write" }],
    );
    assert.equal(jobsOf("preview.yml")[0]?.if, "github.event.pull_request.head.repo.full_name == github.repository");
  });

  it("let one rollout and one reaping be at work at a time, and nothing cut them off", () => {
    const changing = workflows.filter((name) =>
      jobsOf(name).some(({ permissions }) => permissions["contents"] === "write"),
    );
    assert.deepEqual(
      changing.map((name) => [name, workflow(name).concurrency]),
      [
        ["reap.yml", { group: "fleet-reap", "cancel-in-progress": false }],
        ["rollout.yml", { group: "fleet", "cancel-in-progress": false }],
      ],
    );
  });

  it("let a person begin the waves that wait for one, and nobody else", () => {
    const { waves, production } = workflow("rollout.yml").jobs;
    assert.equal(production?.environment, "production");
    assert.equal(production?.needs, "waves");
    assert.equal(production?.if, "needs.waves.outputs.asks == 'true'");
    assert.equal(waves?.environment, undefined);
    const allows = (job: Job | undefined): boolean => job?.steps.some(({ run }) => run?.includes("--allow")) === true;
    assert.equal(allows(waves), false);
    assert.equal(allows(production), true);
  });

  it("commit how far things are, and neither states nor logs", () => {
    const work = mkdtempSync(join(tmpdir(), "sgbox-kept-"));
    try {
      const git = (...args: readonly string[]): string => execFileSync("git", args, { cwd: work, encoding: "utf8" });
      git("init", "--quiet");
      writeFileSync(join(work, ".gitignore"), readFileSync(join(folder, ".gitignore")));
      const files = ["deletions/a.jsonl", "deletions/a.log", "extracted/a/state.json", "lock", "life/a"];
      const more = ["rollouts/newest", "rollouts/r/journal.jsonl", "rollouts/r/logs/a.log", "work/a/Pulumi.a.yaml"];
      for (const file of [...files, ...more]) {
        mkdirSync(dirname(join(work, ".fleet", file)), { recursive: true });
        writeFileSync(join(work, ".fleet", file), "");
      }
      git("add", "--all", "--", ".fleet");
      const kept = ["deletions/a.jsonl", "life/a", "rollouts/newest", "rollouts/r/journal.jsonl"];
      assert.deepEqual(
        git("ls-files").trim().split("\n"),
        kept.map((file) => `.fleet/${file}`),
      );
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });

  it("use commands sgbox has, with options they have", async function () {
    // The first command loads the whole of the fleet's verbs.
    this.timeout(60_000);
    const commands = scripts.flatMap((script) =>
      [...script.matchAll(/npx sgbox ([^\n|;>]+)/g)].map(([, args]) => args ?? ""),
    );
    assert.ok(commands.length >= 4);
    for (const command of new Set(commands)) {
      const words = command.split(" ");
      const verbs = words.slice(
        0,
        words.findIndex((word) => word.startsWith("-")),
      );
      const { code, stdout } = await sgbox([...(verbs.length === 0 ? words : verbs), "--help"]);
      assert.equal(code, 0, command);
      assert.match(stdout, new RegExp(`^Usage: sgbox ${verbs.join(" ")}`), command);
      for (const option of words.filter((word) => word.startsWith("--")))
        assert.match(stdout, new RegExp(`${option}\\b`), command);
    }
  });
});

describe("the commands of the rollout workflow", function () {
  let work: string;
  let environment: NodeJS.ProcessEnv;
  const run = (script: string): number =>
    spawnSync("bash", ["-e", "-o", "pipefail", "-c", script], { cwd: work, env: environment }).status ?? -1;
  const scriptOf = (which: (step: Step) => boolean): string => {
    const found = workflow("rollout.yml").jobs["waves"]?.steps.find(which)?.run;
    assert.ok(found !== undefined);
    return found;
  };
  const beginOrGoOn = scriptOf((step) => step.name === "begin, or go on");
  const ends = scriptOf((step) => step.id === "end");
  const ended = (text: string): void => writeFileSync(join(work, "end.json"), text);
  const answers = (script: string): void =>
    writeFileSync(join(work, "bin/npx"), `#!/bin/sh\necho "$@" >> called\n${script}\n`, { mode: 0o755 });
  const called = (): string => (existsSync(join(work, "called")) ? readFileSync(join(work, "called"), "utf8") : "");

  before(function () {
    if (spawnSync("jq", ["--version"]).status === 0) return;
    console.log("skipped: there is no jq");
    this.skip();
  });
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), "sgbox-workflow-"));
    mkdirSync(join(work, "bin"));
    writeFileSync(join(work, "release.txt"), "7.5.4453\n");
    answers(`echo '{"state":"finished"}'`);
    environment = {
      ...process.env,
      PATH: `${join(work, "bin")}:${process.env["PATH"] ?? ""}`,
      GITHUB_OUTPUT: join(work, "output"),
      RUNNER_TEMP: work,
    };
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  it("are shell", () => {
    for (const script of scripts) execFileSync("bash", ["-n", "-c", script]);
  });

  /** A rollout that came as far as its last event. */
  const rolledOut = (to: string, last: string, more: object = {}): void => {
    const rollout = join(work, ".fleet/rollouts", to);
    mkdirSync(rollout, { recursive: true });
    writeFileSync(join(rollout, "plan.json"), JSON.stringify({ to, ...more }));
    writeFileSync(join(rollout, "journal.jsonl"), `{"event":"begun"}\n${last}`);
    writeFileSync(join(work, ".fleet/rollouts/newest"), `${to}\n`);
  };
  const event = (name: string): string => `{"event":"${name}"}\n`;
  const calledBy = (name: string): string => {
    rmSync(join(work, "called"), { force: true });
    environment = { ...environment, GITHUB_EVENT_NAME: name };
    assert.equal(run(beginOrGoOn), 0);
    return called();
  };
  const begins = "sgbox fleet rollout --to 7.5.4453 --yes --json\n";
  const goesOn = "sgbox fleet resume --yes --json\n";

  it("ask the journal what is next, and never begin a wave in place of a person", () => {
    const cases: readonly (readonly [string, readonly [push: string, schedule: string, dispatch: string]])[] = [
      [event("finished"), [begins, "", begins]],
      [event("abandoned"), [begins, "", begins]],
      [event("stopped"), ["", "", goesOn]],
      [event("wave-waits"), [goesOn, goesOn, goesOn]],
      [event("wave-done"), [goesOn, goesOn, goesOn]],
      [`${event("step-begun")}{"event":"step-do`, [goesOn, goesOn, goesOn]],
    ];
    assert.deepEqual(["push", "schedule", "workflow_dispatch"].map(calledBy), [begins, begins, begins]);
    for (const [last, expected] of cases) {
      rolledOut("7.5.4453", last);
      assert.deepEqual(["push", "schedule", "workflow_dispatch"].map(calledBy), expected, last);
    }
  });

  it("begin by the hour what a dropped run was to begin, once the rollout before is over", () => {
    rolledOut("7.4.0", event("wave-done"));
    assert.equal(calledBy("push"), goesOn);
    rolledOut("7.4.0", event("finished"));
    assert.equal(calledBy("schedule"), begins);
    rolledOut("7.4.0", event("stopped"));
    assert.equal(calledBy("schedule"), begins);
    rolledOut("7.5.4453", event("finished"), { undoes: { rollout: "another" } });
    assert.equal(calledBy("schedule"), begins);
    rolledOut("7.5.4453", event("finished"));
    rolledOut("7.4.0", event("finished"), { undoes: { rollout: "7.5.4453" } });
    assert.equal(calledBy("schedule"), "");
  });

  it("go on after a call that failed", () => {
    rolledOut("7.5.4453", event("wave-done"));
    answers(`echo '{"error":"the backend does not answer"}'; exit 1`);
    environment = { ...environment, GITHUB_EVENT_NAME: "schedule" };
    assert.equal(run(beginOrGoOn), 1);
    answers(`echo '{"state":"finished"}'`);
    assert.equal(calledBy("schedule"), goesOn);
  });

  it("ask a person exactly when the rollout waits for one", () => {
    const asks = (): string => {
      rmSync(join(work, "output"), { force: true });
      assert.equal(run(ends), 0);
      return readFileSync(join(work, "output"), "utf8");
    };
    assert.equal(asks(), "asks=false\n");
    ended('{"state":"waiting","why":"wave first waits for a person"}');
    assert.equal(asks(), "asks=true\n");
    ended('{"state":"waiting","why":"wave first is watched","until":"2026-11-22T10:00:00.000Z"}');
    assert.equal(asks(), "asks=false\n");
    ended('{"error":"the rollout is refused"}');
    assert.equal(asks(), "asks=false\n");
    ended("");
    assert.equal(asks(), "");
  });
});

describe("the action that keeps what a run wrote", () => {
  it("pushes it with the token that only it has, and leaves none in the checkout", () => {
    const work = mkdtempSync(join(tmpdir(), "sgbox-keep-"));
    try {
      const script = (parse(actionText("keep")) as { runs: { steps: Step[] } }).runs.steps[0]?.run ?? "";
      const env = { ...process.env, MESSAGE: "Roll out", TOKEN: "hush", GITHUB_SERVER_URL: "https://github.com" };
      const run = (cwd: string, text: string): string =>
        execFileSync("bash", ["-e", "-o", "pipefail", "-c", text], { cwd, env, encoding: "utf8", stdio: "pipe" });
      run(work, "git init -q --bare -b main there; git clone -q there here; mkdir here/instances");
      const here = join(work, "here");
      run(
        here,
        "git checkout -q -b main; touch instances/a; git add .; git -c user.name=x -c user.email=x commit -qm x",
      );
      run(here, "git push -q -u origin main; mkdir .fleet; echo x > .fleet/journal");
      run(here, script);
      assert.equal(run(here, "git log -1 --format=%s origin/main").trim(), "Roll out");
      assert.doesNotMatch(readFileSync(join(here, ".git/config"), "utf8"), /extraheader/i);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
});
