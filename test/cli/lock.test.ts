import assert from "node:assert/strict";
import { fork, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs, { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { lockFleet } from "../../cli/fleet/lock";
import { RefusedError } from "../../components/core/errors";

const at = "2026-11-22T10:00:00.000Z";

describe("a lock that a killed command left", () => {
  let folder: string;
  let gone: number;
  const files = (): string[] => readdirSync(join(folder, ".fleet"));
  const lock = (): { pid: number; at: string } =>
    JSON.parse(readFileSync(join(folder, ".fleet/lock"), "utf8")) as { pid: number; at: string };
  const leave = (when: string): void => {
    mkdirSync(join(folder, ".fleet"), { recursive: true });
    writeFileSync(join(folder, ".fleet/lock"), JSON.stringify({ pid: gone, host: hostname(), at: when }));
  };

  before(() => {
    gone = spawnSync(process.execPath, ["--version"]).pid;
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-lock-"));
    leave(at);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Does something at the moment somebody has seen that the lock's process is gone, for the given time of these. */
  const whenSeen = (number: number, then: () => void, work: () => void): void => {
    const kill = process.kill.bind(process);
    let seen = 0;
    process.kill = (pid, signal) => {
      if (pid === gone && ++seen === number) then();
      return kill(pid, signal);
    };
    try {
      work();
    } finally {
      process.kill = kill;
    }
  };
  const refused = (take: () => unknown): void =>
    assert.throws(take, (error: unknown) => {
      assert.ok(error instanceof RefusedError);
      assert.match(error.message, new RegExp(`is being rolled out by process ${process.pid} of`));
      return true;
    });

  it("is not taken a second time by who saw it before it was taken over", () => {
    whenSeen(
      1,
      () => lockFleet(folder, "2026-11-22T11:00:00.000Z"),
      () => refused(() => lockFleet(folder, "2026-11-22T11:00:00.001Z")),
    );
    assert.equal(lock().at, "2026-11-22T11:00:00.000Z");
    assert.deepEqual(files(), ["lock"]);
  });

  it("is free for who saw it when it was taken over and given back meanwhile", () => {
    whenSeen(
      1,
      () => lockFleet(folder, "2026-11-22T11:00:00.000Z")(),
      () => lockFleet(folder, "2026-11-22T11:00:00.001Z")(),
    );
    assert.deepEqual(files(), []);
  });

  it("is taken over after one who died while taking it over, by one alone too, and nothing else stays", () => {
    const { renameSync } = fs;
    fs.renameSync = () => {
      throw new Error("killed");
    };
    try {
      assert.throws(() => lockFleet(folder, at), { message: "killed" });
    } finally {
      fs.renameSync = renameSync;
    }
    const [claim = ""] = files().filter((name) => name !== "lock");
    assert.match(claim, /^lock\.after-[0-9a-f]{16}$/);
    refused(() => lockFleet(folder, "2026-11-22T11:00:00.000Z"));
    writeFileSync(join(folder, ".fleet", claim), JSON.stringify({ pid: gone, host: hostname(), at: "later" }));
    whenSeen(
      2,
      () => lockFleet(folder, "2026-11-22T12:00:00.000Z"),
      () => refused(() => lockFleet(folder, "2026-11-22T12:00:00.001Z")),
    );
    assert.equal(lock().at, "2026-11-22T12:00:00.000Z");
    assert.deepEqual(files(), ["lock"]);
  });

  it("is taken by one of six processes that try for it at the same moment, sixty times", async function () {
    this.timeout(120_000);
    const takers = Array.from({ length: 6 }, () =>
      fork(join(__dirname, "lock.program.ts"), { execArgv: ["--require", "tsx/cjs"] }),
    );
    const answer = async (child: ChildProcess): Promise<unknown> => ((await once(child, "message")) as unknown[])[0];
    try {
      await Promise.all(takers.map(answer));
      for (let round = 0; round < 60; round++) {
        leave(`round ${round}`);
        const answers = takers.map(answer);
        const moment = Date.now() + 5;
        for (const taker of takers) taker.send({ folder, at: moment });
        const said = await Promise.all(answers);
        assert.deepEqual(
          said.filter((each) => each === "taken"),
          ["taken"],
          `round ${round}: ${said.join("; ")}`,
        );
        assert.deepEqual(files(), ["lock"], `round ${round}`);
        assert.ok(takers.some(({ pid }) => pid === lock().pid));
      }
    } finally {
      for (const taker of takers) taker.kill("SIGKILL");
    }
    assert.ok(existsSync(folder));
  });
});
