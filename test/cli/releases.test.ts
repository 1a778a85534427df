import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { newestComposeRelease, registry, releases } from "../../components/core/product/releases";
import { folderWith, sgbox } from "./support";

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

function git(folder: string, ...args: string[]): void {
  const who = [
    "-c",
    "user.name=t",
    "-c",
    "user.email=t@example.com",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "tag.gpgsign=false",
  ];
  execFileSync("git", ["-C", folder, ...who, ...args], { stdio: "pipe" });
}

/** A checkout with one tag, whose compose file pins one image. */
function checkout(tag: string): string {
  const folder = folderWith({});
  git(folder, "init", "-q");
  mkdirSync(path.join(folder, "docker-compose"));
  const image = `${registry}/frontend:${tag.slice(1)}@sha256:${"a".repeat(64)}`;
  writeFileSync(
    path.join(folder, "docker-compose/docker-compose.yaml"),
    `services:\n  frontend:\n    image: ${image}\n`,
  );
  git(folder, "add", ".");
  git(folder, "commit", "-q", "-m", "release");
  git(folder, "tag", tag);
  git(folder, "tag", "not-a-release");
  return folder;
}

describe("sgbox releases", () => {
  it("lists the catalogue, newest first", async () => {
    const { releases: listed, chartOnly } = json((await sgbox(["releases", "--json"])).stdout) as {
      releases: { release: string; compose: boolean }[];
      chartOnly: string[];
    };
    assert.equal(listed.length, releases.length);
    assert.equal(listed.find(({ compose }) => compose)?.release, newestComposeRelease);
    assert.equal(chartOnly.length, 5);
  });

  it("shows the differences from a checkout, by its tags", async () => {
    const { differences, tags } = json(
      (await sgbox(["releases", "--checkout", checkout("v9.9.9"), "--json"])).stdout,
    ) as {
      tags: number;
      differences: { version: string; kind: string }[];
    };
    assert.equal(tags, 1);
    assert.deepEqual(differences.find(({ version }) => version === "9.9.9")?.kind, "new-release");
    assert.equal(differences.filter(({ kind }) => kind === "missing-tag").length, releases.length);
  });

  it("answers a folder without release tags, or that is no checkout, with exit code 2", async () => {
    const empty = folderWith({});
    git(empty, "init", "-q");
    const none = await sgbox(["releases", "--checkout", "."], { folder: empty });
    assert.deepEqual(
      [none.code, none.stderr],
      [
        2,
        "sgbox: the checkout cannot be read:\n  - 'checkout' is \".\", which has no release tags such as v7.5.4453; give a clone with its tags\n",
      ],
    );
    const missing = await sgbox(["releases", "--checkout", "nowhere"], { folder: empty });
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /'checkout' is "nowhere", which git cannot read: fatal: cannot change to /);
  });
});
