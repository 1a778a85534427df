import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";

const root = path.resolve(__dirname, "../..");

/** Runs the command as a process of its own. */
function sgbox(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", "tsx/cjs", "cli/main.ts", ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

describe("the command as a process", function () {
  this.timeout(60_000);

  it("has the exit codes, its result on stdout, its errors on stderr", () => {
    const refused = sgbox(["upgrade", "--from", "7.4.0", "--to", "6.12.5040"]);
    assert.deepEqual([refused.status, refused.stdout], [3, ""]);
    assert.match(refused.stderr, /^sgbox: the upgrade is refused:\n/);
    const listed = sgbox(["images"]);
    assert.deepEqual([listed.status, listed.stderr], [0, ""]);
    assert.ok(!listed.stdout.includes("\u001b["), "no colour in a pipe");
  });

  it("shows stacks only when asked to", () => {
    assert.ok(!sgbox(["images", "--release", "1.0.0"]).stderr.includes("    at "));
    assert.ok(sgbox(["images", "--release", "1.0.0"], { SGBOX_DEBUG: "1" }).stderr.includes("    at "));
  });

  it("ends without a word when nobody reads its output to the end", () => {
    const { stdout, stderr } = spawnSync(
      "sh",
      ["-c", '"$0" --require tsx/cjs cli/main.ts plan --json | head -c 10', process.execPath],
      { cwd: root, encoding: "utf8" },
    );
    assert.deepEqual([stdout.length, stderr], [10, ""]);
  });

  it("can serialise functions although the modules for it are put off", () => {
    const program =
      'require("./cli/late-modules").putOffModules();' +
      "const loaded = () => Object.keys(require.cache).some((file) => /arborist.lib.arborist/.test(file));" +
      'const pulumi = require("@pulumi/pulumi");' +
      "const before = loaded();" +
      "pulumi.runtime.serializeFunction(() => 42).then(({ text }) => console.log(before, /return 42|42/.test(text)));";
    const { stdout, stderr } = spawnSync(process.execPath, ["--require", "tsx/cjs", "-e", program], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(stdout, "false true\n", stderr);
  });
});
