import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { Notifier, toldBefore, type NotifyTiming } from "../../cli/fleet/notifier";
import { RolloutFiles } from "../../cli/fleet/rollout-files";
import type { RolloutEvent } from "../../components/core/planning/fleet/journal";
import { targetsOf, type NotifySink } from "../../components/core/planning/fleet/notify";
import { planRollout } from "../../components/core/planning/fleet/rollout-plan";
import type { Notification } from "../../components/core/rendering/fleet/notification";
import { repository } from "../support/toolchain";
import { sgbox } from "./support";
import { deployedAs, fleetOf, instanceFile } from "../support/fleet";

const to = "7.5.4453";
const at = "2026-11-22T10:00:00.000Z";
const key = Buffer.alloc(32, 7);
const secret = `whsec_${key.toString("base64")}`;
const timing: NotifyTiming = { answer: 300, tries: 3, pause: 20, rest: 60_000, end: 3_000 };

/** A request as the receiver got it. */
interface Got {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers the n-th request. */
type Answer = (response: ServerResponse, count: number) => void;

type Genuine = (headers: IncomingMessage["headers"], body: string, secret: string) => boolean;

/** The very example of the documentation. */
function documented(): Genuine {
  const page = readFileSync(join(repository, "docs/notifications.md"), "utf8");
  const [, program = ""] = /```js\n([^]*?)```/.exec(page) ?? [];
  const made = runInThisContext(`(require) => { ${program}; return isGenuine; }`) as (load: NodeJS.Require) => Genuine;
  return made(require);
}

describe("notifications of a rollout", () => {
  const genuine = documented();
  const isGenuine = ({ headers, body }: Got): boolean => genuine(headers, body, secret);
  let server: Server;
  let folder: string;
  let answer: Answer;
  let got: Got[];
  let notes: string[];

  const fleet = fleetOf([1, 2, 3].map((number) => instanceFile(number, { type: "internal" })));
  const plan = planRollout(fleet, deployedAs(fleet), {
    to,
    acknowledge: ["backup-first", "oob-complete"],
  });
  const [first] = plan.waves[0]?.members ?? [];
  const address = (path = ""): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const webhook = (): NotifySink => ({ name: "ops", kind: "webhook", url: address(), secretEnv: "SECRET" });
  const types = (): string[] => got.map(({ body }) => (JSON.parse(body) as Notification).type);
  const begin = (): RolloutFiles => RolloutFiles.begin(folder, plan, at, "ada");

  const notifier = (files: RolloutFiles, more: Partial<NotifyTiming> = {}, sink = webhook()): Notifier =>
    new Notifier(
      targetsOf([sink], { SECRET: secret, HOOK: address("/services/T0/B0/hush") }),
      files,
      (line) => notes.push(line),
      {
        ...timing,
        ...more,
      },
    );

  before(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (data: Buffer) => (body += data.toString()));
      request.on("end", () => {
        got.push({ headers: request.headers, body });
        answer(response, got.length);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-notify-"));
    got = [];
    notes = [];
    answer = (response) => response.end();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("tell each transition once, in order, signed so that a receiver can tell it is genuine", async () => {
    const files = begin();
    const told = notifier(files);
    const events: RolloutEvent[] = [
      { at, event: "wave-waits", wave: "internal" },
      { at, event: "wave-allowed", wave: "internal", by: "bob" },
      { at, event: "wave-begun", wave: "internal" },
      { at, event: "member-begun", id: first?.id ?? "" },
      { at, event: "step-begun", id: first?.id ?? "", step: "update" },
      {
        at,
        event: "member-failed",
        id: first?.id ?? "",
        step: "update",
        message: `the disk is full ${"x".repeat(900)}`,
      },
      { at, event: "stopped", reason: "wave internal failed" },
      { at, event: "resumed", by: "bob" },
      { at, event: "member-done", id: first?.id ?? "" },
      { at, event: "wave-done", wave: "internal" },
      { at, event: "finished" },
    ];
    for (const event of events) {
      files.write(event);
      told.wake();
    }
    await told.close();
    assert.deepEqual(notes, []);
    assert.ok(got.every(isGenuine));
    assert.equal(new Set(got.map(({ headers }) => headers["webhook-id"])).size, got.length);
    assert.ok(got.every(({ headers }) => !String(headers["webhook-id"]).includes(".")));
    const [sample] = got;
    assert.ok(sample !== undefined && !isGenuine({ ...sample, body: sample.body.replace("begun", "ended") }));
    const all = got.map(({ body }) => JSON.parse(body) as Notification);
    assert.deepEqual(
      all.map(({ data }) => data.text),
      [
        "managed: rollout of 7.5.4453 begun by ada (3 open)",
        "managed: wave internal waits for a person (3 open)",
        "managed: wave internal was let begin by bob (3 open)",
        "managed: wave internal begins with 3 instances (3 open)",
        `managed: ${first?.slug} (${first?.id}) failed at update: the disk is full ${"x".repeat(483)}… (1 failed, 2 open)`,
        "managed: rollout of 7.5.4453 stopped: wave internal failed (1 failed, 2 open)",
        "managed: rollout of 7.5.4453 goes on, by bob (3 open)",
        "managed: wave internal is over (1 done, 2 open)",
        "managed: rollout of 7.5.4453 is finished (1 done, 2 open)",
      ],
    );
    assert.deepEqual(all[4], {
      type: "rollout.member-failed",
      timestamp: at,
      data: {
        fleet: "managed",
        to,
        digest: plan.digest,
        text: all[4]?.data.text,
        instance: { id: first?.id, slug: first?.slug },
        instances: { failed: 1, open: 2 },
      },
    });
    assert.equal(all[3]?.data.wave, "internal");
  });

  it("are tried again after an answer that is no good, with the same id, before the next", async () => {
    answer = (response, count) => {
      response.statusCode = count <= 2 ? 500 : 200;
      response.end();
    };
    const files = begin();
    files.write({ at, event: "finished" });
    await notifier(files).close();
    assert.deepEqual(types(), ["rollout.begun", "rollout.begun", "rollout.begun", "rollout.finished"]);
    assert.equal(new Set(got.slice(0, 3).map(({ headers }) => headers["webhook-id"])).size, 1);
    assert.ok(got.every(isGenuine));
    assert.deepEqual(notes, []);
  });

  it("that are not wanted are told once and noted, and the next is told", async () => {
    answer = (response, count) => {
      response.statusCode = count === 1 ? 422 : 204;
      response.end();
    };
    const files = begin();
    files.write({ at, event: "finished" });
    await notifier(files).close();
    assert.deepEqual(types(), ["rollout.begun", "rollout.finished"]);
    assert.deepEqual(notes, ["notify ops: answered 422; begun is not told again"]);
  });

  it("wait as long as a receiver asks for that is asked too often", async () => {
    const times: number[] = [];
    answer = (response, count) => {
      times.push(Date.now());
      if (count === 1) response.setHeader("retry-after", "1");
      response.statusCode = count === 1 ? 429 : 200;
      response.end();
    };
    await notifier(begin()).close();
    const [early = 0, late = 0] = times;
    assert.ok(late - early >= 950, `${late - early} ms`);
  });

  it("to a receiver that hangs hold up nothing: it is given up after a time, and told by the next run", async () => {
    answer = () => undefined;
    const files = begin();
    const told = notifier(files, { end: 150 });
    files.write({ at, event: "wave-begun", wave: "internal" });
    told.wake();
    const start = Date.now();
    await told.close();
    assert.ok(Date.now() - start < 2_000);
    assert.equal(notes.at(-1), "notify ops: 2 notifications were not taken; the next rollout or resume sends them");
    got = [];
    notes = [];
    answer = (response) => response.end();
    const again = RolloutFiles.newest(folder);
    assert.ok(again !== undefined);
    await notifier(again).close();
    assert.deepEqual(types(), ["rollout.begun", "rollout.wave-begun"]);
    assert.deepEqual(notes, []);
    assert.equal(toldBefore(targetsOf([webhook()], { SECRET: secret }), again).length, 1);
    got = [];
    await notifier(again).close();
    assert.deepEqual(got, []);
  });

  it("to a receiver that was left alone go on when something happens, and that is noted", async () => {
    let isUp = false;
    answer = (response) => {
      response.statusCode = isUp ? 200 : 503;
      response.end();
    };
    const files = begin();
    const told = notifier(files);
    while (notes.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    isUp = true;
    files.write({ at, event: "finished" });
    told.wake();
    await told.close();
    assert.deepEqual(types().slice(-2), ["rollout.begun", "rollout.finished"]);
    assert.deepEqual(notes, ["notify ops: answered 503; begun is told later", "notify ops: takes notifications again"]);
  });

  it("in Slack's form are a text without markup of ours, and its address is in no line", async () => {
    const sink: NotifySink = { name: "chat", kind: "slack", urlEnv: "HOOK" };
    const files = begin();
    files.write({ at, event: "stopped", reason: "<!channel> & more" });
    await notifier(files, {}, sink).close();
    assert.deepEqual(
      got.map(({ body }) => JSON.parse(body) as unknown),
      [
        { text: "managed: rollout of 7.5.4453 begun by ada (3 open)" },
        { text: "managed: rollout of 7.5.4453 stopped: &lt;!channel&gt; &amp; more (3 open)" },
      ],
    );
    assert.equal(got[0]?.headers["webhook-signature"], undefined);
    answer = (response) => response.destroy();
    files.write({ at, event: "resumed", by: "ada" });
    await notifier(files, { tries: 1 }, sink).close();
    answer = (response) => {
      response.writeHead(302, { location: address("/elsewhere") });
      response.end();
    };
    await notifier(files, { tries: 1 }, sink).close();
    assert.equal(notes.length, 4);
    assert.match(notes[0] ?? "", /^notify chat: could not be reached \(\w+\); resumed is told later$/);
    assert.equal(notes[2], "notify chat: answered 302; resumed is told later");
    assert.doesNotMatch(notes.join("\n"), /hush|127\.0\.0\.1/);
  });

  it("whose secret is not in the environment are said before a rollout begins or goes on, with exit code 2", async () => {
    mkdirSync(join(folder, "instances"));
    writeFileSync(join(folder, "fleet.yaml"), JSON.stringify({ name: "managed", notify: [webhook()] }));
    for (const verb of [["rollout", "--to", to], ["resume"]]) {
      const { code, stderr } = await sgbox(["fleet", ...verb, "--yes"], { folder });
      assert.equal(code, 2);
      assert.equal(
        stderr,
        "sgbox: nobody can be told:\n  - 'notify.0.secretEnv' names SECRET, which is not set; 'ops' cannot be told anything without it\n",
      );
    }
    assert.deepEqual(readdirSync(folder).sort(), ["fleet.yaml", "instances"]);
  });

  it("survive a kill -9: the next run tells what was not taken, again with its id, and nothing else twice", async function () {
    this.timeout(60_000);
    begin();
    let child: ChildProcess | undefined;
    const run = (): Promise<{ code: number | null; output: string }> =>
      new Promise((resolve) => {
        const program = join(__dirname, "notify.program.ts");
        const args = ["--import", "tsx", program, folder, address()];
        child = spawn(process.execPath, args, { env: { ...process.env, SECRET: secret } });
        let output = "";
        for (const stream of [child.stdout, child.stderr])
          stream?.on("data", (data: Buffer) => (output += data.toString()));
        child.on("close", (code) => resolve({ code, output }));
      });
    answer = (response, count) => {
      if (count === 2) child?.kill("SIGKILL");
      else response.end();
    };
    assert.equal((await run()).code, null);
    const ended = await run();
    assert.equal(ended.code, 0, ended.output);
    assert.equal(ended.output, "finished\n");
    assert.deepEqual(types(), [
      "rollout.begun",
      "rollout.wave-begun",
      "rollout.wave-begun",
      "rollout.wave-done",
      "rollout.finished",
    ]);
    const ids = got.map(({ headers }) => headers["webhook-id"]);
    assert.equal(ids[1], ids[2]);
    assert.equal(new Set(ids).size, 4);
    const files = RolloutFiles.newest(folder);
    const kept = readFileSync(join(files?.folder ?? "", "notified/ops.json"), "utf8");
    assert.equal(kept, `{"next":${files?.events.length}}\n`);
  });
});
