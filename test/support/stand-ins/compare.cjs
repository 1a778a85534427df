// Compares inputs the way the Terraform bridge does, down to single fields.
"use strict";

/** What the engine writes in place of a value that is not known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const isObject = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
const isBlank = (v) => v === undefined || v === null;
/** Terraform turns "300" and 300 into the same value. */
const sameScalar = (a, b) => a === b || (!isObject(a) && !isObject(b) && String(a) === String(b));

/**
 * All changes from `olds` to `news`. A field that the program had not set is compared with what the provider had
 * filled in (`state`).
 *
 * `changes` are [{ path, kind: "add" | "update" | "delete", before, after }] for single fields; `counts` are the paths
 * of blocks that come or go and of lists that get longer or shorter.
 */
function changesOf({ olds, news, state = {} }) {
  const changes = [];
  const counts = [];
  function walk(path, before, after, filled) {
    const old = isBlank(before) && !isBlank(after) ? filled : before;
    if (isBlank(old) && isBlank(after)) return;
    const complex = [old, after].some((v) => typeof v === "object" && v !== null);
    if (after === UNKNOWN || !complex) {
      if (after === UNKNOWN || isBlank(old) || isBlank(after) || !sameScalar(old, after)) {
        const kind = isBlank(old) ? "add" : isBlank(after) ? "delete" : "update";
        changes.push({ path, kind, before: old, after });
      }
      return;
    }
    const length = (v) => (isBlank(v) ? 0 : Array.isArray(v) ? v.length : 1);
    if (length(old) !== length(after)) counts.push(path);
    const start = changes.length;
    if (Array.isArray(old) || Array.isArray(after)) {
      const at = (v, i) => (Array.isArray(v) ? v[i] : undefined);
      for (let i = 0; i < Math.max(length(old), length(after)); i++)
        walk([...path, i], at(old, i), at(after, i), at(filled, i));
    } else {
      const fields = isBlank(before) ? Object.keys(after ?? {}) : [...Object.keys(before), ...Object.keys(after ?? {})];
      for (const k of new Set(fields)) if (k !== "__defaults") walk([...path, k], old?.[k], after?.[k], filled?.[k]);
    }
    // An empty block has no fields to tell of its coming and going.
    if (changes.length === start && isBlank(old) !== isBlank(after)) {
      changes.push({ path, kind: isBlank(old) ? "add" : "delete", before: old, after });
    }
  }
  for (const k of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    if (k !== "__defaults") walk([k], olds[k], news[k], state[k]);
  }
  return { changes, counts };
}

const withoutIndices = (path) => path.filter((p) => typeof p !== "number").join(".");

/**
 * Whether a pattern of the behaviour data names this change: "a" the property and all below it, "a.b" one field,
 * "a.#" the coming and going of a block or the length of a list.
 */
function touches(pattern, { path, after }, counts) {
  const at = withoutIndices(path);
  if (pattern.endsWith(".#")) {
    const block = pattern.slice(0, -2);
    return counts.some((c) => withoutIndices(c) === block && withoutIndices(path).startsWith(block));
  }
  const above = (a, b) => a === b || b.startsWith(`${a}.`);
  return above(pattern, at) || (after === UNKNOWN && above(at, pattern));
}

/** All values under a dotted path without list indices. */
function valuesAt(value, path) {
  const [head, ...rest] = Array.isArray(path) ? path : path.split(".");
  if (Array.isArray(value)) return value.flatMap((v) => valuesAt(v, [head, ...rest]));
  if (head === undefined) return isBlank(value) ? [] : [value];
  if (!isObject(value)) return [];
  const next = value[head];
  if (rest.length === 0) return isBlank(next) || (Array.isArray(next) && next.length === 0) ? [] : [next];
  return valuesAt(next, rest);
}

const hasUnknown = (value) => JSON.stringify(value ?? null).includes(UNKNOWN);

module.exports = { UNKNOWN, changesOf, touches, valuesAt, withoutIndices, hasUnknown, isBlank, isObject };
