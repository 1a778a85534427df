import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { openLocked } from "../../cli/fleet/locked";
import type { Terminal } from "../../cli/terminal";
import { InputError, RefusedError } from "../../components/core/errors";
import { instanceFile, today } from "../support/fleet";

describe("the lock of a fleet", () => {
  let folder: string;
  const terminal = (): Terminal => ({ folder, today }) as Terminal;
  const instance = (text: string): void => writeFileSync(join(folder, "instances/1.yaml"), text);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-locked-"));
    mkdirSync(join(folder, "instances"));
    writeFileSync(join(folder, "fleet.yaml"), stringify({ name: "managed" }));
    instance(stringify(instanceFile(1)));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is there before the fleet is read, so that nothing is known from before it", () => {
    mkdirSync(join(folder, ".fleet"));
    const holder = { pid: process.pid, host: hostname(), at: "2026-11-22T09:00:00.000Z" };
    writeFileSync(join(folder, ".fleet/lock"), JSON.stringify(holder));
    instance("half: [written");
    assert.throws(() => openLocked(undefined, terminal()), RefusedError);
    rmSync(join(folder, ".fleet/lock"));
    assert.throws(() => openLocked(undefined, terminal()), InputError);
    instance(stringify(instanceFile(1, { state: "extracted" })));
    const { open, unlock } = openLocked(undefined, terminal());
    assert.equal(open.fleet.instances[0]?.state, "extracted");
    assert.ok(existsSync(join(folder, ".fleet/lock")));
    unlock();
    assert.ok(!existsSync(join(folder, ".fleet/lock")));
  });

  it("is given back only by who has it", () => {
    const { unlock } = openLocked(undefined, terminal());
    const lock = join(folder, ".fleet/lock");
    writeFileSync(lock, JSON.stringify({ pid: 1, host: "another", at: "2026-11-22T09:00:00.000Z" }));
    unlock();
    assert.ok(existsSync(lock));
  });

  it("leaves nothing in a folder that is no fleet, or one that cannot be read", () => {
    instance("half: [written");
    assert.throws(() => openLocked(undefined, terminal()), InputError);
    assert.deepEqual(readdirSync(folder).sort(), ["fleet.yaml", "instances"]);
    rmSync(join(folder, "fleet.yaml"));
    assert.throws(() => openLocked(undefined, terminal()), InputError);
    assert.deepEqual(readdirSync(folder), ["instances"]);
  });
});
