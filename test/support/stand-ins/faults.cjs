// Faults on demand. SGBOX_STANDIN_FAULTS is a JSON list; each entry is tried on each operation:
//
//   op        "create" | "update" | "delete" | "read" | "invoke"; absent: any of the first three
//   provider  e.g. "aws"; type: the resource type or function; name: the URN name; urn: the URN. Absent: any
//   skip      how many matching operations pass first (default 0)
//   times     how many then fail (default: all)
//   error     the text to fail with
//   delayMs   how long to wait before the operation
//   when      "before" (default) or "after" the cloud has changed: what is done but not heard of
//   kill      "provider" or "engine": ends that process; signal: default "SIGKILL"
"use strict";
const { transact } = require("./cloud.cjs");

const faults = JSON.parse(process.env.SGBOX_STANDIN_FAULTS || "[]");
let cancelled = false;
const waiting = new Set();

/** Ends all waits: the engine asks for it on Ctrl-C. */
exports.cancel = () => {
  cancelled = true;
  for (const stop of waiting) stop();
};

const sleep = (ms) =>
  new Promise((done, fail) => {
    const stop = () => {
      clearTimeout(timer);
      waiting.delete(stop);
      fail(new Error("the operation was cancelled"));
    };
    const timer = setTimeout(() => {
      waiting.delete(stop);
      done();
    }, ms);
    if (cancelled) stop();
    else waiting.add(stop);
  });

const matches = (fault, call) =>
  (fault.op ? fault.op === call.op : ["create", "update", "delete"].includes(call.op)) &&
  ["provider", "type", "name", "urn"].every((k) => fault[k] === undefined || fault[k] === call[k]);

/** The faults which hit this operation. Counts it, once for each. */
exports.due = function due(call) {
  const hits = faults.map((fault, index) => ({ fault, index })).filter(({ fault }) => matches(fault, call));
  if (hits.length === 0) return [];
  return transact((cloud) =>
    hits
      .filter(({ fault, index }) => {
        const seen = cloud.faults[index] ?? 0;
        cloud.faults[index] = seen + 1;
        const skip = fault.skip ?? 0;
        return seen >= skip && seen < skip + (fault.times ?? Infinity);
      })
      .map(({ fault }) => fault),
  );
};

/** Lets the faults of one side ("before" or "after" the operation) happen. */
exports.happen = async function happen(list, side) {
  for (const fault of list) {
    if (side === "before" && fault.delayMs) await sleep(fault.delayMs);
    if ((fault.when ?? "before") !== side) continue;
    const signal = fault.signal ?? "SIGKILL";
    if (fault.kill) process.kill(fault.kill === "engine" ? process.ppid : process.pid, signal);
    if (fault.kill && signal === "SIGKILL") await new Promise(() => {}); // nothing more happens
    if (fault.error) throw new Error(fault.error);
  }
};
