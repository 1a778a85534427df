// What check and diff do, read from the behaviour data.
"use strict";
const { createHash, randomBytes } = require("node:crypto");
const { readdirSync } = require("node:fs");
const { changesOf, touches, valuesAt, withoutIndices, isBlank, isObject } = require("./compare.cjs");
const conditions = require("./conditions.cjs");
const disregarded = require("./disregarded.cjs");
const behaviour = require("./behaviour.json");

/** Our own reading, one file for each part of the library: supplement.json, supplement-multi-tenant.json and so on. */
const supplements = readdirSync(__dirname)
  .filter((file) => /^supplement.*\.json$/.test(file))
  .sort();

const types = Object.assign({}, behaviour, ...supplements.map((file) => require(`./${file}`)));
delete types._meta;

/** The behaviour of a type. An unknown one is an error that names it, never a silent success. */
function specOf(type) {
  const spec = types[type];
  if (!spec)
    throw new Error(`the stand-ins do not know the type ${type}: add it to test/support/stand-ins/supplement.json`);
  return spec;
}

function autoName({ pattern }, name, seed) {
  const base = pattern.includes("<lowercase urnName>") ? name.toLowerCase() : name;
  const suffix = (
    seed
      ? createHash("sha256")
          .update(seed + name)
          .digest()
      : randomBytes(8)
  )
    .toString("hex")
    .slice(0, 7);
  const text = pattern
    .replace(/,? max.*$|;.*$| \(.*$|\[.*$/g, "")
    .replace("<lowercase urnName>", base)
    .replace("<urnName>", base)
    .replace("<7 hex>", suffix);
  const max = Number(/max (\d+)/.exec(pattern)?.[1] ?? Infinity);
  return text.length <= max ? text : text.slice(0, max - suffix.length - 1) + "-" + suffix;
}

/** A group of nested paths counts within each block that encloses all of them, and not at all where there is none. */
function scopes(inputs, group) {
  const parts = group.map((path) => path.split("."));
  const shortest = Math.min(...parts.map((p) => p.length)) - 1;
  let depth = 0;
  while (depth < shortest && parts.every((p) => p[depth] === parts[0][depth])) depth++;
  const local = parts.map((p) => p.slice(depth).join("."));
  const blocks = depth === 0 ? [inputs] : valuesAt(inputs, parts[0].slice(0, depth)).flat();
  return blocks.filter(isObject).map((block) => local.filter((path) => valuesAt(block, path).length > 0));
}

function failuresOf(spec, news) {
  const failures = [];
  const fail = (property, reason) => failures.push({ property: property.split(".")[0], reason });
  const list = (names) => names.map((n) => `\`${n}\``).join(", ");
  for (const p of spec.required ?? []) if (isBlank(news[p])) fail(p, `Missing required property '${p}'`);
  for (const pair of spec.conflicts ?? []) {
    for (const set of scopes(news, pair))
      if (set.length > 1) fail(pair[0], `Conflicting configuration arguments: "${pair[0]}": conflicts with ${pair[1]}`);
  }
  for (const group of spec.exactlyOneOf ?? []) {
    for (const set of scopes(news, group)) {
      if (set.length !== 1)
        fail(
          group[0],
          `Invalid combination of arguments: only one of ${list(group)} can be specified, and one must be; got ${set.length}`,
        );
    }
  }
  for (const group of spec.atLeastOneOf ?? []) {
    for (const set of scopes(news, group)) {
      if (set.length === 0) fail(group[0], `Missing required argument: one of ${list(group)} must be specified`);
    }
  }
  for (const [a, b] of spec.requiredWith ?? []) {
    if (valuesAt(news, a).length && !valuesAt(news, b).length)
      fail(a, `Missing required argument: "${a}": all of ${list([a, b])} must be specified`);
  }
  return failures;
}

/** Validates inputs and completes them; `__defaults` tells the diff which ones the program did not set. */
function check({ type, name, olds, news, seed }) {
  const spec = specOf(type);
  const inputs = { ...news };
  delete inputs.__defaults;
  const failures = failuresOf(spec, inputs);
  const filled = [];
  const property = spec.autoName?.property;
  const prefixed = property && news[`${property}Prefix`] !== undefined;
  if (property && isBlank(news[property]) && !prefixed) {
    inputs[property] = olds.__defaults?.includes(property) ? olds[property] : autoName(spec.autoName, name, seed);
    filled.push(property);
  }
  const clashes = (p) =>
    (spec.conflicts ?? []).some((c) => c.includes(p) && c.some((q) => q !== p && valuesAt(news, q).length));
  for (const [p, value] of Object.entries(spec.defaults ?? {})) {
    if (!isBlank(inputs[p]) || clashes(p)) continue;
    inputs[p] = value;
    filled.push(p);
  }
  return { inputs: { ...inputs, __defaults: filled.sort() }, failures };
}

function replacedIf(type, spec, change, context) {
  const at = withoutIndices(change.path);
  for (const key of Object.keys(spec.replaceIf ?? {})) {
    if (key === "region") continue;
    if (!key.split("|").some((p) => at === p || at.startsWith(`${p}.`))) continue;
    const rule = conditions[type]?.[key];
    if (!rule)
      throw new Error(`the stand-ins do not know when a change of ${key} replaces a ${type}: add it to conditions.cjs`);
    const whole =
      key.includes("|") || key.includes(".")
        ? change
        : { ...change, before: context.before(key), after: context.news[key] };
    if (rule({ ...context, change: whole })) return true;
  }
  return false;
}

/** Whether the provider leaves a change out, as the `replaceIf` and `notes` of the behaviour data tell. */
function isDisregarded(type, change, context) {
  const rule = disregarded[type]?.[withoutIndices(change.path)];
  return rule !== undefined && rule({ ...context, change });
}

/** Which inputs change, which of them replace, and in which order a replacement goes. */
function diff({ type, olds, news, state, region }) {
  const spec = specOf(type);
  const { changes, counts } = changesOf({ olds, news, state });
  const optional = new Set(spec.filledWhenOmitted ?? []);
  const context = { olds, news, state, before: (k) => olds[k] ?? state[k] };
  const real = changes.filter(
    (change) =>
      !(isBlank(news[change.path[0]]) && optional.has(change.path[0])) && !isDisregarded(type, change, context),
  );
  const effective = real.filter(
    ({ path, before, after }) => path[0] !== "region" || (before || region) !== (after || region),
  );
  const marked = effective.map((change) => {
    const [top] = change.path;
    const byPattern = (spec.replace ?? []).some((pattern) => touches(pattern, change, counts));
    const byRegion = top === "region" && spec.replaceIf?.region !== undefined;
    return { ...change, replaces: byPattern || byRegion || replacedIf(type, spec, change, context) };
  });
  return { changes: marked, deleteBeforeReplace: deletesFirst(spec, olds, news) };
}

function deletesFirst(spec, olds, news) {
  if (spec.deleteBeforeReplace === "always") return true;
  if (spec.deleteBeforeReplace === "never" || !spec.autoName) return false;
  const { property } = spec.autoName;
  const explicit = !isBlank(news[property]) && !news.__defaults?.includes(property);
  return explicit && (spec.deleteBeforeReplace !== "explicit and unchanged" || olds[property] === news[property]);
}

/** The values below a path before and after, where an update must not lower them. */
function shrunk(spec, state, inputs) {
  return (spec.growOnly ?? []).filter((path) => {
    const [before, after] = [valuesAt(state, path), valuesAt(inputs, path)];
    return after.some((v, i) => typeof v === "number" && typeof before[i] === "number" && v < before[i]);
  });
}

module.exports = { specOf, check, diff, shrunk };
