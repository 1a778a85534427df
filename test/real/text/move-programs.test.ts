import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseSpecification, requireVm } from "../../../components/core/planning/config/specification";
import { planMove } from "../../../components/core/planning/managed/plan-move";
import { planVm } from "../../../components/core/planning/vm/plan";
import { renderBundle } from "../../../components/core/rendering/bundle-files";
import { dumpProgram, restoreProgram } from "../../../components/core/rendering/move/programs";
import { moveScripts } from "../../../components/core/rendering/move/script";
import { goodConfigs as good } from "../../support/configs";
import { requireToolchain } from "../../support/toolchain";

const all = { databases: "managed", cache: "managed", objectStorage: "managed" } as const;
const eks = { ...good.aws, shape: "kubernetes", kubernetes: { namespace: "code" } } as const;
const moves: Record<string, readonly [object, object]> = {
  "on a machine to managed services": [good.aws, { ...good.aws, ...all }],
  "on a machine of Google back": [{ ...good.gcp, ...all }, good.gcp],
  "on a cluster to managed services": [eks, { ...eks, ...all }],
  "on a cluster back": [{ ...eks, ...all }, eks],
  "of caches alone": [eks, { ...eks, cache: "managed" }],
};

const planOf = ([from, to]: readonly [object, object]) => planMove(parseSpecification(from), parseSpecification(to));

describe("programs of a move, judged by the tools that read them", function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-move-programs-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe("shellcheck", () => {
    before(function () {
      if (spawnSync("shellcheck", ["--version"]).status === 0) return;
      if (process.env.CI === "true") throw new Error("shellcheck is missing (Debian: apt-get install shellcheck)");
      console.log("      skipped: no shellcheck here (Debian: apt-get install shellcheck)");
      this.skip();
    });
    const judge = (text: string): string => {
      const file = join(folder, "program.sh");
      writeFileSync(file, text);
      return spawnSync("shellcheck", ["--norc", file], { encoding: "utf8" }).stdout;
    };
    it("has nothing to say about the programs that dump and restore", () => {
      const databases = [{ service: "pgsql", prefix: "PG" }];
      assert.equal(judge(dumpProgram(databases)), "");
      assert.equal(judge(restoreProgram(databases)), "");
    });
    for (const [name, configs] of Object.entries(moves))
      it(`has nothing to say about the steps ${name}`, () => {
        for (const [id, text] of Object.entries(moveScripts(planOf(configs)))) assert.equal(judge(text), "", id);
      });
  });

  it("hold everything but databases and one service in Compose's eyes, and put their image in the migrator's place", function () {
    const bin = requireToolchain(this);
    const to = { ...good.aws, ...all };
    const specification = requireVm(parseSpecification(good.aws));
    const { prepare } = moveScripts(planOf([{ ...to }, good.aws]));
    const bundle = renderBundle(planVm(specification), specification);
    for (const { path, text } of bundle.files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    for (const [, name, text] of (prepare ?? "").matchAll(
      /move\/(\w+\.json) << 'END OF FILE'\n([\s\S]*?)END OF FILE\n/g,
    ))
      writeFileSync(join(folder, name ?? ""), text ?? "");
    const compose = (files: string, ...args: string[]) =>
      execFileSync(join(bin, "docker-compose"), args, {
        cwd: folder,
        encoding: "utf8",
        env: { PATH: process.env.PATH, COMPOSE_FILE: files },
      });
    assert.deepEqual(compose("compose.yaml:hold.json", "config", "--services").trim().split("\n").sort(), [
      "codeinsights-db",
      "codeintel-db",
      "pgsql",
      "syntect-server",
    ]);
    const { services } = JSON.parse(compose("compose.yaml:tools.json", "config", "--format=json")) as {
      services: Record<string, { image: string; entrypoint: string[]; environment: Record<string, string> }>;
    };
    assert.match(services["migrator"]?.image ?? "", /\/postgresql-16:/);
    assert.deepEqual(services["migrator"]?.entrypoint, ["sh"]);
    assert.equal(services["migrator"]?.environment["CODEINTEL_PGHOST"], "codeintel-db");
  });
});
