import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { codeHostFiles } from "../../../components/core/planning/replica/code-host-files";
import { freePort } from "../../support/ports";

const codeHosts = [
  { kind: "gitlab", repositories: 4, totalSizeGb: 0.01, largestRepositoryGb: 0.007 },
  { kind: "other", repositories: 1, totalSizeGb: 0.00002 },
] as const;

const git = (...args: readonly string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();

/** Kilobytes that a folder takes, by the sizes of its files. */
const kilobytes = (folder: string): number =>
  Number(execFileSync("du", ["--apparent-size", "-s", "-B1000", folder], { encoding: "utf8" }).split("\t")[0]);

describe("the code host of a replica, with real Git and Python", () => {
  let folder: string;
  let server: ChildProcess | undefined;
  const at = (...names: readonly string[]) => join(folder, ...names);
  const make = (root: string, hosts: Parameters<typeof codeHostFiles>[0] = codeHosts): string => {
    for (const [name, text] of Object.entries(codeHostFiles(hosts))) writeFileSync(at(name), text);
    return execFileSync("python3", [at("code-host.py"), at("repositories.json"), root], { encoding: "utf8" }).trim();
  };
  const heads = (root: string) =>
    readdirSync(root).flatMap((host) =>
      readdirSync(join(root, host)).map((name) => [
        `${host}/${name}`,
        git("-C", join(root, host, name), "rev-parse", "HEAD"),
      ]),
    );

  before(function () {
    try {
      execFileSync("python3", ["-c", "import random; random.Random().randbytes"]);
      git("init", "-h");
    } catch (error) {
      // `git init -h` ends with 129; only what cannot be started at all is missing.
      if ((error as { readonly code?: string }).code === "ENOENT") {
        console.log("      skipped: there is no python3 or git");
        this.skip();
      }
    }
    folder = mkdtempSync(join(tmpdir(), "code-host-"));
  });
  after(async () => {
    if (server !== undefined) {
      server.kill("SIGTERM");
      await once(server, "exit");
    }
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it("makes the stated number of repositories, each of its size within a twentieth, with a history to search", () => {
    assert.equal(make(at("one")), "5 repositories, 5 of them made now");
    const size = (name: string) => kilobytes(at("one", name));
    assert.ok(Math.abs(size("gitlab-1/repo-00001") - 7000) < 350, String(size("gitlab-1/repo-00001")));
    for (const number of [2, 3, 4])
      assert.ok(Math.abs(size(`gitlab-1/repo-0000${number}`) - 1000) < 50, String(size(`gitlab-1/repo-0000${number}`)));
    assert.equal(git("-C", at("one", "gitlab-1/repo-00001"), "rev-list", "--count", "main"), "10");
    assert.match(git("-C", at("one", "gitlab-1/repo-00001"), "grep", "-c", "def ", "main"), /main:src\/\w+\.py:\d+/);
    assert.equal(git("-C", at("one", "gitlab-1/repo-00001"), "fsck", "--full"), "");
  });

  it("makes the same commits every time, and others for every repository", () => {
    make(at("two"));
    assert.deepEqual(heads(at("two")), heads(at("one")));
    assert.equal(new Set(heads(at("one")).map(([, head]) => head)).size, 5);
  });

  it("leaves what is there, makes anew what has another size, and removes what the plan has no more", () => {
    const before = new Map(heads(at("one")) as [string, string][]);
    assert.equal(make(at("one")), "5 repositories, 0 of them made now");
    assert.equal(
      make(at("one"), [{ kind: "gitlab", repositories: 3, totalSizeGb: 0.009, largestRepositoryGb: 0.007 }]),
      "3 repositories, 0 of them made now",
    );
    assert.equal(
      make(at("one"), [{ kind: "gitlab", repositories: 3, totalSizeGb: 0.005, largestRepositoryGb: 0.003 }]),
      "3 repositories, 1 of them made now",
    );
    const after = new Map(heads(at("one")) as [string, string][]);
    assert.deepEqual([...after.keys()], ["gitlab-1/repo-00001", "gitlab-1/repo-00002", "gitlab-1/repo-00003"]);
    assert.notEqual(after.get("gitlab-1/repo-00001"), before.get("gitlab-1/repo-00001"));
    assert.equal(after.get("gitlab-1/repo-00002"), before.get("gitlab-1/repo-00002"));
  });

  it("serves them to git clone by the addresses that Sourcegraph is told, shows no folders, and ends when told", async () => {
    const port = await freePort();
    make(at("two"));
    server = spawn("python3", [at("code-host.py"), at("repositories.json"), at("two"), String(port), "127.0.0.1"], {
      stdio: "ignore",
    });
    const base = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 100; tries++) {
      if (
        await fetch(`${base}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        break;
      await setTimeout(100);
    }
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    assert.equal((await fetch(`${base}/gitlab-1/`)).status, 404);
    git("clone", "--quiet", "--mirror", `${base}/gitlab-1/repo-00001`, at("clone"));
    const head = git("-C", at("two", "gitlab-1/repo-00001"), "rev-parse", "HEAD");
    assert.equal(git("-C", at("clone"), "rev-parse", "main"), head);
    assert.match(git("ls-remote", "--symref", `${base}/other-2/repo-00001`, "HEAD"), /^ref: refs\/heads\/main\tHEAD/);
    server.kill("SIGTERM");
    const [code] = (await once(server, "exit")) as [number];
    server = undefined;
    assert.equal(code, 0);
  });
});
