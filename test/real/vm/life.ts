import assert from "node:assert/strict";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleText, digestOf, type BundlePointer } from "../../../components/core/rendering/bundle";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";
import { prepareMachines, type Machine } from "../../support/vm";
import { awkward, type Deployment } from "./stand-in-deployment";

/** The part of a machine's status that the tests look at. */
export interface Status {
  readonly release: string;
  readonly digest: string;
  readonly result: string;
  readonly message: string;
  readonly installed: { readonly release: string; readonly digest: string } | null;
}

/** For a `before` hook: makes a folder to work in, and what machines need. Without them the suite is skipped, in CI it fails. */
export async function requireMachines(context: Mocha.Context): Promise<string> {
  requireToolchain(context);
  if (!existsSync(join(toolchainFolder(), "vm")) || process.getuid?.() !== 0) {
    if (process.env.CI === "true" && existsSync(join(toolchainFolder(), "vm"))) throw new Error("needs root");
    console.log("      skipped: virtual machines need root and the toolchain's folder vm");
    return context.skip();
  }
  await prepareMachines();
  return mkdtempSync(join(tmpdir(), "sgbox-vm-"));
}

/** The tests of a suite build on one another: after the first failure the others would only wait in vain. */
export function eachNeedsTheLast(): void {
  let failed = false;
  beforeEach(function () {
    if (failed) this.skip();
  });
  afterEach(function () {
    failed ||= this.currentTest?.state === "failed";
  });
}

/** The pointer to a deployment, without a signature. */
export function pointerOf({ bundle }: Deployment, address: (secret: string) => string): string {
  const pointer: BundlePointer = {
    schema: 1,
    release: bundle.release,
    digest: digestOf(bundleText(bundle)),
    secrets: Object.fromEntries(bundle.secrets.map((name) => [name, address(name)])),
  };
  return JSON.stringify(pointer);
}

const databases = ["pgsql", "codeintel-db", "codeinsights-db"];

/** Every service is up, of that release, on a schema of that release; its migrator ended well, but where a step of an upgrade ran it. */
export async function serves(machine: Machine, release: string, page: string, upgraded = false): Promise<void> {
  const lines = await machine.shell("docker ps -a --format '{{.Names}} {{.Status}}'");
  const state = (line: string): string =>
    /\((healthy|unhealthy)\)/.exec(line)?.[1] ?? /Exited \(\d+\)/.exec(line)?.[0] ?? line;
  assert.deepEqual(Object.fromEntries(lines.split("\n").map((line) => [line.split(" ")[0], state(line)])), {
    ...Object.fromEntries(databases.map((name) => [name, "healthy"])),
    ...(!upgraded && { migrator: "Exited (0)" }),
    "sourcegraph-frontend-0": "healthy",
  });
  const here = "http://127.0.0.1:8080";
  assert.equal(await machine.shell(`curl -fsS ${here}/__version ${here}/page`), `${release}${page}`);
  assert.equal(await machine.shell("docker exec pgsql cat /var/lib/db/schema"), release);
}

/** What the database wrote down in its volume about its starts and stops. */
export function log(machine: Machine): Promise<string> {
  return machine.shell("docker exec pgsql cat /var/lib/db/log | xargs");
}

/** The secrets are in the containers as they are in the store. */
export async function secretsArrive(machine: Machine): Promise<void> {
  const inside = (command: string): Promise<string> => machine.shell(`docker exec sourcegraph-frontend-0 ${command}`);
  assert.equal(await inside("sh -c 'printf %s \"$PASSWORD\"'"), awkward);
  const encoded = encodeURIComponent(awkward).replace("'", "%27");
  assert.equal(await inside("sh -c 'printf %s \"$DSN\"'"), `postgres://sg:${encoded}@db`);
  assert.equal(await inside("cat /token"), "marker-4712");
}
