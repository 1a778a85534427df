import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import pc from "picocolors";
import { InputError, RefusedError } from "../../components/core/errors";
import { newestComposeRelease } from "../../components/core/product/releases";
import { engineEnvironment } from "../../cli/engine/home";
import { findStack } from "../../cli/engine/place";
import { engineError, programError } from "../../cli/engine/program-error";
import { Progress } from "../../cli/engine/progress";
import { findPulumi } from "../../cli/engine/pulumi-command";
import type { Terminal } from "../../cli/terminal";
import { folderWith, sgbox, stackFile } from "./support";

function terminalIn(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Terminal & { readonly notes: string[] } {
  const notes: string[] = [];
  return {
    notes,
    out: () => undefined,
    note: (line) => notes.push(line),
    colors: pc.createColors(false),
    env: { SGBOX_HOME: path.join(folder, "home"), ...env },
    today: "2026-11-21",
    folder,
  };
}

describe("the engine's environment", () => {
  it("is files below the home folder unless the user has set it, with a passphrase made once", () => {
    const terminal = terminalIn(folderWith({}));
    const first = engineEnvironment(terminal);
    const file = first["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(readFileSync(file, "utf8"), /^[\w-]{43}\n$/);
    assert.equal(first["PULUMI_BACKEND_URL"], `file://${path.join(terminal.folder, "home/state")}`);
    const passphrase = readFileSync(file, "utf8");
    assert.deepEqual(engineEnvironment(terminal), first);
    assert.equal(readFileSync(file, "utf8"), passphrase);
    assert.equal(terminal.notes.length, 1);
    assert.ok(!terminal.notes.join().includes(passphrase.trim()));
  });

  it("keeps the user's backend and passphrase", () => {
    const folder = folderWith({});
    const own = terminalIn(folder, { PULUMI_BACKEND_URL: "s3://bucket", PULUMI_CONFIG_PASSPHRASE: "" });
    assert.deepEqual(engineEnvironment(own), { PULUMI_SKIP_UPDATE_CHECK: "true" });
    const service = terminalIn(folder, { PULUMI_BACKEND_URL: "https://api.pulumi.com" });
    assert.deepEqual(engineEnvironment(service), { PULUMI_SKIP_UPDATE_CHECK: "true" });
    assert.ok(!existsSync(path.join(folder, "home/passphrase")));
  });
});

describe("findStack", () => {
  it("makes a try-out of the newest release when there is no stack here, and keeps it", () => {
    const terminal = terminalIn(folderWith({}));
    const place = findStack(undefined, terminal, true);
    assert.deepEqual([place.stack, place.isTryOut], ["try-out", true]);
    assert.match(
      readFileSync(place.file, "utf8"),
      new RegExp(`sourcegraph:release: ${newestComposeRelease.replaceAll(".", "\\.")}\n`),
    );
    assert.match(
      readFileSync(path.join(place.folder, "Pulumi.yaml"), "utf8"),
      /^main: \/.*\/dist\/stacks\/index\.js$/m,
    );
    assert.deepEqual(findStack("try-out", terminal, false), place);
    assert.equal(terminal.notes.length, 1);
  });

  it("makes nothing for a verb that only looks", () => {
    const terminal = terminalIn(folderWith({}));
    assert.throws(() => findStack(undefined, terminal, false), {
      message:
        "the stack cannot be found:\n  - 'stack' is missing, and there is no try-out yet; sgbox up makes one, --stack names another",
    });
    assert.ok(!existsSync(path.join(terminal.folder, "home")));
  });

  it("asks which one when there are stack files here", () => {
    const terminal = terminalIn(folderWith({ "Pulumi.prod.yaml": "config: {}" }));
    assert.throws(() => findStack(undefined, terminal, true), {
      message:
        "the stack cannot be found:\n  - 'stack' is missing, and there is more than the try-out to choose from here: Pulumi.prod.yaml; name one, or try-out",
    });
  });

  it("takes a file or a name, and makes its folder a project once", () => {
    const terminal = terminalIn(folderWith({ "Pulumi.prod.yaml": "config: {}" }));
    const file = path.join(terminal.folder, "Pulumi.prod.yaml");
    const expected = { stack: "prod", folder: terminal.folder, file, isTryOut: false };
    assert.deepEqual(findStack("Pulumi.prod.yaml", terminal, true), expected);
    assert.deepEqual(findStack("prod", terminal, true), expected);
    assert.deepEqual(terminal.notes, [
      `wrote ${path.join(terminal.folder, "Pulumi.yaml")}, so that pulumi itself can be used there too`,
    ]);
  });

  it("refuses what is no stack, and a file whose name is not that of a stack file", () => {
    const terminal = terminalIn(folderWith({ "prod.yaml": "config: {}" }));
    assert.throws(
      () => findStack("prod.yaml", terminal, true),
      /but the file of a stack is called Pulumi\.STACK\.yaml; rename it/,
    );
    assert.throws(
      () => findStack("stage", terminal, true),
      /'stack' is "stage", which is neither a file nor the name of a stack with a file Pulumi\.stage\.yaml here/,
    );
  });
});

describe("findPulumi", () => {
  it("refuses to install where nobody can be asked, and does nothing when the answer is no", async () => {
    const folder = folderWith({});
    mkdirSync(path.join(folder, "bin"));
    const terminal = terminalIn(folder, { PATH: path.join(folder, "bin") });
    await assert.rejects(findPulumi(terminal, false), {
      name: "InputError",
      message:
        "the engine is missing:\n  - 'yes' is missing: Pulumi's engine is not on the PATH, and nobody can be asked whether to download it; install it, or allow the download by --yes",
    });
    const asked: string[] = [];
    const no = (question: string) => Promise.resolve(asked.push(question) === 0);
    await assert.rejects(findPulumi({ ...terminal, confirm: no }, false), {
      message: "Pulumi's engine is missing; nothing was done",
    });
    assert.deepEqual(asked, [
      `Pulumi's engine is not on the PATH. Download it from get.pulumi.com into ${path.join(folder, "home/pulumi")}?`,
    ]);
  });
});

describe("errors of the program", () => {
  const problems = [
    { path: "release", message: "is 7.4.0, older than 7.5.0" },
    { path: "", message: "a second one" },
  ];

  for (const error of [new InputError(problems), new RefusedError(problems, "the upgrade is refused")])
    it(`come back from the engine's text: ${error.name}`, () => {
      const found = programError(`Running program\n${error.message}\n`);
      assert.equal(found?.constructor, error.constructor);
      assert.equal(found?.message, error.message);
      assert.deepEqual(found?.problems, problems);
    });

  it("are told from those of the engine", () => {
    assert.equal(programError("error: could not load plugin\n  details: x"), undefined);
    const failed = engineError(["no such bucket", "update failed", "no such bucket"], new Error("exit"));
    assert.deepEqual([failed.name, failed.message], ["PlainError", "the engine failed:\nno such bucket"]);
    assert.equal(
      engineError([], new Error("code: 255\n stdout: \n stderr: error: stack is locked\n err?: x")).message,
      "error: stack is locked",
    );
  });
});

describe("Progress", () => {
  const step = (op: string, name: string) =>
    ({ metadata: { op, type: "docker:index/container:Container", urn: `urn:pulumi:a::b::c::${name}` } }) as never;

  it("tells each change in a line, counts, and leaves out what stays", () => {
    const terminal = terminalIn(folderWith({}));
    const progress = new Progress(terminal, "done");
    progress.take({ sequence: 1, timestamp: 1, resOutputsEvent: step("create", "pgsql") });
    progress.take({ sequence: 2, timestamp: 1, resOutputsEvent: step("same", "worker") });
    progress.take({
      sequence: 3,
      timestamp: 1,
      diagnosticEvent: { message: "<{%fg 1%}>broken<{%reset%}>\n", color: "", severity: "error" },
    });
    assert.deepEqual(terminal.notes, ["created docker Container pgsql"]);
    assert.deepEqual([progress.counts, progress.summary], [{ create: 1, same: 1 }, "1 created; 1 as they are"]);
    assert.deepEqual(progress.errors, ["broken"]);
  });

  it("passes on what an update waits for, and what the check from outside warns of, and nothing else that is said", () => {
    const terminal = terminalIn(folderWith({}));
    const progress = new Progress(terminal, "done");
    const said = [
      "waiting: the machine says converging: bring the schemas up",
      "warning: https://a.test cannot be reached from here",
      "using a plugin from the path",
    ];
    for (const [sequence, message] of said.entries())
      progress.take({
        sequence,
        timestamp: 1,
        diagnosticEvent: { message: `${message}\n`, color: "", severity: "info" },
      });
    assert.deepEqual(terminal.notes, said.slice(0, 2));
    assert.deepEqual(progress.errors, []);
  });

  it("says that nothing changes", () => {
    assert.equal(new Progress(terminalIn(folderWith({})), "planned").summary, "no change");
  });
});

describe("verbs of the engine", () => {
  it("do nothing without a yes where nobody can be asked", async () => {
    for (const verb of ["up", "down"]) {
      const { code, stderr } = await sgbox([verb]);
      assert.equal(code, 2, verb);
      assert.match(stderr, /^sgbox: nothing was done:\n {2}- 'yes' is missing, and nobody can be asked;/);
    }
  });

  it("say what is wrong with a configuration before there is an engine", async () => {
    const folder = folderWith({ "Pulumi.x.yaml": stackFile({ cloud: "local" }) });
    const { code, stderr } = await sgbox(["preview", "--stack", "x"], {
      folder,
      env: { SGBOX_HOME: folder, PATH: "" },
    });
    assert.equal(code, 2);
    assert.match(stderr, /sgbox: the configuration is not valid:\n {2}- 'release' is missing/);
  });

  it("need a Docker Engine for a try-out", async function () {
    if (existsSync("/var/run/docker.sock")) this.skip();
    const { code, stderr } = await sgbox(["up", "--yes"], { folder: folderWith({}), env: { SGBOX_HOME: "/nowhere" } });
    assert.equal(code, 2);
    assert.match(
      stderr,
      /a try-out needs a Docker Engine, of which neither \/var\/run\/docker\.sock nor DOCKER_HOST is there/,
    );
  });
});
