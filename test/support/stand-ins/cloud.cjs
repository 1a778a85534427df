// The cloud behind the stand-ins: one JSON file that all provider processes of a test share.
//
//   objects     what exists now: { "<type>|<id>": { type, id, urn, inputs, outputs } }
//   tombstones  ids that once existed: nothing new may refer to them
//   reserved    names that stay taken after a delete: { "<type>|<name>": why }
//   lookups     answers that a test puts in: [{ token, args, result }]; `args` must be part of the call's
//   log         what was done, in order: [{ op, provider, type, name, urn, id, ...note }]
//   faults      how often each fault has been looked at (faults.cjs)
//   serials     counters, for addresses and versions
//
// A test may write the file between two operations: to seed objects, or to make drift.
"use strict";
const fs = require("node:fs");

const empty = () => ({ objects: {}, tombstones: [], reserved: {}, lookups: [], log: [], faults: {}, serials: {} });
let unshared = empty();
let held;
/** What this process has last read or written, and the file as it was then. */
let known;

const file = () => process.env.SGBOX_STANDIN_CLOUD;

/** Tells one state of the file from another: each write makes a new file. */
function stampOf() {
  const { ino, mtimeNs, size } = fs.statSync(file(), { bigint: true, throwIfNoEntry: false }) ?? {};
  return `${ino} ${mtimeNs} ${size}`;
}

function read() {
  if (!file()) return unshared;
  if (!fs.existsSync(file())) return empty();
  const stamp = stampOf();
  if (known?.stamp !== stamp) known = { stamp, cloud: { ...empty(), ...JSON.parse(fs.readFileSync(file(), "utf8")) } };
  return known.cloud;
}

function write(cloud) {
  if (!file()) {
    unshared = cloud;
    return;
  }
  const next = `${file()}.${process.pid}`;
  fs.writeFileSync(next, JSON.stringify(cloud), { mode: 0o600 });
  fs.renameSync(next, file());
  known = { stamp: stampOf(), cloud };
}

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return e.code === "EPERM";
  }
};

/** The process that holds a lock; 0 for one that is only being taken, or was given back meanwhile. */
function holderOf(path) {
  try {
    return Number(fs.readFileSync(path, "utf8"));
  } catch (e) {
    if (e.code === "ENOENT") return 0;
    throw e;
  }
}

/** Takes the lock; one whose holder was killed is taken over. */
function lock() {
  const path = `${file()}.lock`;
  const end = Date.now() + 20_000;
  for (;;) {
    try {
      fs.writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => fs.rmSync(path, { force: true });
    } catch (e) {
      if (e.code !== "EEXIST") throw e;
    }
    const holder = holderOf(path);
    if (holder && !alive(holder)) fs.rmSync(path, { force: true });
    if (Date.now() > end) throw new Error(`the stand-in cloud ${file()} stays locked`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

/** Runs `work(cloud)`, which changes nothing. */
exports.look = function look(work) {
  return work(held ?? read());
};

/** Runs `work(cloud)` alone, and keeps what it changed unless it throws. Nested calls share one cloud. */
exports.transact = function transact(work) {
  if (held) return work(held);
  const unlock = file() ? lock() : () => {};
  try {
    held = read();
    const result = work(held);
    write(held);
    return result;
  } catch (error) {
    known = undefined; // it may be half changed
    throw error;
  } finally {
    held = undefined;
    unlock();
  }
};

exports.keyOf = (type, id) => `${type}|${id}`;

/** All objects of a type. */
exports.all = (cloud, type) => Object.values(cloud.objects).filter((o) => o.type === type);

/** The next number of a counter, from 1. */
exports.serial = (cloud, key) => (cloud.serials[key] = (cloud.serials[key] ?? 0) + 1);

const covers = (part, whole) =>
  part && typeof part === "object" ? Object.entries(part).every(([k, v]) => covers(v, whole?.[k])) : part === whole;

/** The answer a test has put in for this call of a function, if any. */
exports.lookup = (token, args) =>
  exports.look((cloud) => cloud.lookups.find((l) => l.token === token && covers(l.args ?? {}, args))?.result);
