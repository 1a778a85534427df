import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import * as path from "node:path";
import { RefusedError } from "../../components/core/errors";

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly at: string;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The text of a file; undefined where it is not there. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Who wrote a lock; undefined where it is being written at this moment, or was broken off then. */
function holderOf(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

/** Makes a file, unless it is there. */
function isMade(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** @throws RefusedError unless a killed process of this machine left the lock */
function requireDead(text: string, file: string): void {
  const holder = holderOf(text);
  if (holder !== undefined && holder.host === hostname() && !isAlive(holder.pid)) return;
  const who = holder === undefined ? "somebody" : `process ${holder.pid} of ${holder.host} since ${holder.at}`;
  throw new RefusedError(
    [
      {
        path: "fleet",
        message: `is being rolled out by ${who}; wait for it, or remove ${file} when that process is gone for certain`,
      },
    ],
    "refused, because a rollout is at work",
  );
}

/**
 * Puts a lock in the place of a dead one. Of all who see the same dead lock only one can make its claim, a file named after what the
 * lock says; who made a claim and died before the lock was changed is a dead lock in turn. A claim that is made after the lock was
 * changed counts for nothing.
 *
 * @returns false where the lock went meanwhile or is another: look again
 * @throws RefusedError where who has the lock, or a claim, is alive
 */
function isTakenOver(file: string, text: string): boolean {
  const dead = textOf(file);
  if (dead === undefined) return false;
  const claims: string[] = [];
  for (let [seen, where] = [dead, file]; ;) {
    requireDead(seen, where);
    const claim = `${file}.after-${createHash("sha256").update(seen).digest("hex").slice(0, 16)}`;
    if (isMade(claim, text)) {
      if (textOf(file) !== dead) {
        rmSync(claim, { force: true });
        return false;
      }
      renameSync(claim, file);
      for (const each of claims) rmSync(each, { force: true });
      return true;
    }
    const other = textOf(claim);
    if (other === undefined) return false;
    claims.push(claim);
    [seen, where] = [other, claim];
  }
}

/**
 * Takes the lock of a fleet's rollouts; one that a killed process of this machine left is taken over, by one alone.
 *
 * @returns what gives it back
 * @throws RefusedError while somebody else has it
 */
export function lockFleet(folder: string, at: string): () => void {
  const file = path.join(folder, ".fleet", "lock");
  const isFirst = mkdirSync(path.dirname(file), { recursive: true }) !== undefined;
  // Two of one process and one moment are told apart, too.
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), at, id: randomUUID() });
  while (!isMade(file, mine) && !isTakenOver(file, mine));
  return () => {
    // Somebody may have removed it and taken another.
    if (textOf(file) !== mine) return;
    rmSync(file);
    // What was refused before anything was done leaves nothing.
    if (isFirst && readdirSync(path.dirname(file)).length === 0) rmdirSync(path.dirname(file));
  };
}
