import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { builtProject } from "../../support/built";
import { Engine } from "../../support/engine";
import { requireToolchain } from "../../support/toolchain";

const type = "pulumi-nodejs:dynamic/sourcegraph:OutsideCheck";
const release = "7.5.4453";

/** What a run of the program is told: the check's inputs, and what is found where the machine writes its status. */
interface Settings {
  readonly digest: string;
  readonly url: string;
  readonly status?: object;
  readonly asksAddress?: boolean;
  readonly timeoutMinutes?: number;
}

/** A program whose machine is a file, read anew at each question. */
const program = (library: string, file: string) => `
const pulumi = require("@pulumi/pulumi");
const { appendFileSync, readFileSync } = require("node:fs");
const { declareOutsideCheck } = require(${JSON.stringify(library)});
const read = () => JSON.parse(readFileSync(${JSON.stringify(file)}, "utf8"));
const { digest, url, asksAddress = true, timeoutMinutes = 1 } = read();
declareOutsideCheck({
  parent: new pulumi.ComponentResource("test:index:Machine", "machine"),
  name: "check", release: "${release}", digest, url, address: "127.0.0.1", machineId: "i-1",
  planned: { asksAddress, timeoutMinutes },
  pointer: { id: pulumi.output("pointer") }, bucket: "bucket",
  ask: async () => {
    appendFileSync(${JSON.stringify(`${file}.asked`)}, ".");
    const { status } = read();
    return status === undefined ? { kind: "none" } : { kind: "status", text: JSON.stringify(status) };
  },
});
`;

describe("the check from outside on the real engine, with a machine and an address that stand in", function () {
  this.timeout(120_000);
  this.bail(true); // one test goes on where the one before it ended
  let engine: Engine;
  let server: http.Server;
  let file = "";
  let url = "";
  const address = { health: 200, release };
  const said = (digest: string, result: string, message: string, more: object = {}) => ({
    schema: 1,
    installed: { release: "7.4.0", digest: "old" },
    release,
    digest,
    result,
    message,
    ...more,
  });
  const set = (settings: Settings) => fs.writeFileSync(file, JSON.stringify(settings));
  const questions = () => fs.statSync(`${file}.asked`, { throwIfNoEntry: false })?.size ?? 0;
  /** Waits for as many questions more. */
  const asked = async (more: number) => {
    const enough = questions() + more;
    while (questions() < enough) await new Promise((done) => setTimeout(done, 100));
  };
  const seen = () => /"seen": ?"([^"]*)"/.exec(engine.exportState())?.[1];

  before(async function () {
    const bin = requireToolchain(this);
    server = http.createServer((request, response) => {
      const health = request.url === "/healthz";
      response.writeHead(health ? address.health : 200).end(health ? "" : address.release);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    engine = await Engine.start({ bin });
    file = path.join(engine.folder, "machine.json");
    engine.writeProgram(program(path.join(builtProject(), "dist/components/vm/outside-check"), file));
  });
  after(() => {
    engine?.stop();
    server?.close();
  });

  it("waits for the machine, tells what it says, and is made once the address reports the release", async () => {
    set({ digest: "first", url });
    const running = engine.up();
    // Each word of the machine stands until a whole question has met it.
    await asked(1);
    set({ digest: "first", url, status: said("first", "converging", "bring the schemas up") });
    await asked(2);
    set({ digest: "first", url, status: said("first", "ready", "all is well") });
    const { code, stdout, changes } = await running;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /waiting: the machine has written no status yet/);
    assert.match(stdout, /waiting: the machine says converging: bring the schemas up/);
    assert.deepEqual(changes, ["create test:index:Machine machine", `create ${type} check`]);
    assert.equal(seen(), `${url} is healthy and reports release ${release}`);
  });

  it("changes nothing while nothing changes, and asks nobody in a preview", async () => {
    set({ digest: "first", url });
    assert.deepEqual((await engine.preview()).changes, []);
    set({ digest: "first", url, status: said("first", "ready", "all is well") });
    assert.deepEqual((await engine.up()).changes, []);
  });

  it("fails the update with the words of a machine that stands still, at every update until it is well", async () => {
    const status = said("second", "stopped", "the schemas are between two releases", {
      log: ["migration 7 failed"],
      next: ["sgbox go-on"],
    });
    set({ digest: "second", url, status });
    const words =
      /the machine says stopped of release 7\.5\.4453: the schemas are between two releases; in place is\s+7\.4\.0\s+last lines of its log:\s+migration 7 failed\s+next:\s+sgbox go-on/;
    for (const _ of [1, 2]) {
      const { code, stdout } = await engine.up();
      assert.equal(code, 1, stdout);
      assert.match(stdout, words);
    }
    set({ digest: "second", url, status: said("second", "ready", "all is well") });
    assert.deepEqual((await engine.up()).changes, [`update ${type} check`]);
  });

  it("fails the update with the address's answer where it is all that is known, and makes up for it later", async () => {
    address.health = 503;
    set({ digest: "third", url, status: { schema: 2 }, timeoutMinutes: 0.05 });
    const { code, stdout } = await engine.up();
    assert.equal(code, 1, stdout);
    assert.match(stdout, /waiting: http:\/\/127\.0\.0\.1:\d+ answers, but says 503 of its health/);
    assert.match(stdout, /answers, but says 503 of its health; the machine's status is of a form/);
    address.health = 200;
    assert.deepEqual((await engine.up()).changes, [`update ${type} check`]);
  });

  it("believes the machine where nobody knows its name yet, with a warning", async () => {
    set({ digest: "fourth", url: "https://nowhere.invalid", status: said("fourth", "ready", "all is well") });
    const { code, stdout } = await engine.up();
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /warning: the name in https:\/\/nowhere\.invalid is not known yet; the machine says ready: all is well/,
    );
  });

  it("refreshes and goes although nothing answers, and although the module of who made it is not there", async () => {
    const state = engine.stateFile();
    const text = fs.readFileSync(state, "utf8");
    const moved = text.replace(
      /require\(\\"[^"]*outside-check-provider/,
      'require(\\"/elsewhere/outside-check-provider',
    );
    assert.notEqual(moved, text);
    fs.writeFileSync(state, moved);
    assert.deepEqual((await engine.refresh()).changes, []);
    const { code, stdout } = await engine.destroy();
    assert.equal(code, 0, stdout);
  });
});
