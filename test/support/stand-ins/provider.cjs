// A provider that obeys the behaviour data. What a cloud does beyond it comes in as `cloudRules` (aws-rules.cjs,
// gcp-rules.cjs):
//
//   configure(config)                    => settings { region, account, ... }; throws when one is missing
//   known(settings, type, inputs)        => values that the provider fills in when omitted, known in a preview
//   labels(settings, type, outputs)      => tags and labels as merged by the provider
//   check, create, update, delete        { "<type>": hook }, see `hooks` below
//   unsettled                            { "<type>": (context) => names of outputs that an update makes unknown }
//   upserts                              types whose create takes over what is there
//   same                                 { "<type>": { of(outputs), error } }: what may exist only once
//   blockers                             { "<type>": { error, by: { "<dependent>": "path" }, unless? } }
//   taken(type, id)                      the error for an id that exists
//   functions                            { "<token>": ({ args, settings }) => result }
"use strict";
const { look, transact, keyOf, all, lookup, serial } = require("./cloud.cjs");
const { UNKNOWN, valuesAt, hasUnknown, isBlank, isObject, changesOf, withoutIndices } = require("./compare.cjs");
const rules = require("./rules.cjs");
const { filler } = require("./shapes.cjs");

const without = (object, ...keys) => Object.fromEntries(Object.entries(object).filter(([k]) => !keys.includes(k)));
const present = (object) => Object.fromEntries(Object.entries(object).filter(([, v]) => !isBlank(v)));
const named = (text, values) => text.replace(/<(\w+)>/g, (m, k) => values[k] ?? m);

/** Ids that are no plain names, so that one which is met again means the deleted object. */
const isUnique = (id) => /[0-9a-f]{16}|\//.test(id);

/** Keeps what the cloud had added inside blocks that the program sets again. */
function carry(news, olds, state) {
  if (Array.isArray(news)) return news.map((v, i) => carry(v, olds?.[i], state?.[i]));
  if (!isObject(news) || !isObject(state)) return news;
  const added = Object.keys(state).filter((k) => !(k in news) && !(isObject(olds) && k in olds));
  return {
    ...Object.fromEntries(added.map((k) => [k, state[k]])),
    ...Object.fromEntries(Object.entries(news).map(([k, v]) => [k, carry(v, olds?.[k], state[k])])),
  };
}

/** The present values of just the fields that the program has set. */
function project(inputs, live) {
  if (Array.isArray(inputs) && Array.isArray(live))
    return live.map((v, i) => (i < inputs.length ? project(inputs[i], v) : v));
  if (!isObject(inputs) || !isObject(live)) return live;
  return Object.fromEntries(
    Object.keys(inputs)
      .filter((k) => k in live)
      .map((k) => [k, project(inputs[k], live[k])]),
  );
}

exports.providerOf = function providerOf({ name: provider, version, rules: cloudRules }) {
  let settings = {};
  const hook = (kind, type) => cloudRules[kind]?.[type];

  function fillFor(cloud, type, urnName, inputs) {
    const spec = rules.specOf(type);
    const known = cloudRules.known(settings, type, inputs);
    const fields = { ...known, ...inputs };
    if (spec.autoName && spec.autoName.property !== "name") fields.name ??= fields[spec.autoName.property];
    const region = fields.region || settings.region;
    const address = (prefix) => `${prefix}.${(serial(cloud, "address") % 250) + 2}`;
    return { known, fields, fill: filler({ fields, region, account: settings.account, address, urnName }) };
  }

  function preview(type, inputs) {
    const spec = rules.specOf(type);
    const known = cloudRules.known(settings, type, inputs);
    const top = (p) => !/[.[]/.test(p);
    const later = [...Object.keys(spec.computed), ...(spec.filledWhenOmitted ?? [])].filter(
      (p) => top(p) && p !== "id",
    );
    const outputs = {
      ...Object.fromEntries(later.map((p) => [p, UNKNOWN])),
      ...present(known),
      ...present(without(inputs, "__defaults")),
    };
    const nested = hook("previewNested", type);
    return { ...outputs, ...nested?.(outputs), ...settledLabels(type, outputs) };
  }
  const settledLabels = (type, outputs) => {
    const labels = cloudRules.labels(settings, type, outputs);
    return Object.fromEntries(Object.entries(labels).map(([k, v]) => [k, hasUnknown(v) ? UNKNOWN : v]));
  };

  function refuseGone(cloud, inputs) {
    const gone = new Set(cloud.tombstones);
    const walk = (v) =>
      typeof v === "string" ? gone.has(v) && v : v && typeof v === "object" && Object.values(v).map(walk).find(Boolean);
    const id = walk(without(inputs, "__defaults"));
    if (id) throw new Error(`NotFound: '${id}' does not exist any more`);
  }

  function create({ type, name, urn, inputs, preview: dry }) {
    const spec = rules.specOf(type);
    if (dry) return { id: "", outputs: preview(type, inputs) };
    return transact((cloud) => {
      refuseGone(cloud, inputs);
      const { known, fields, fill } = fillFor(cloud, type, name, inputs);
      const context = { cloud, type, name, inputs, settings, fill, fields };
      const made = hook("create", type)?.(context) ?? {};
      Object.assign(fields, made);
      const id = made.id ?? fill(spec.computed.id);
      fields.id = id;
      const outputs = { ...present(known) };
      for (const [p, shape] of Object.entries(spec.computed)) {
        if (p !== "id" && !/[.[]/.test(p) && isBlank(made[p])) outputs[p] = fill(shape);
      }
      Object.assign(
        outputs,
        without(made, "id"),
        present(without(inputs, "__defaults")),
        hook("nested", type)?.({ ...context, id }),
      );
      Object.assign(outputs, settledLabels(type, outputs), { id });
      refuseTwice(cloud, type, id, outputs);
      cloud.tombstones = cloud.tombstones.filter((t) => t !== id);
      cloud.objects[keyOf(type, id)] = { type, id, urn, inputs: without(inputs, "__defaults"), outputs };
      return { id, outputs };
    });
  }

  function refuseTwice(cloud, type, id, outputs) {
    const same = cloudRules.same[type];
    const identity = same?.of(outputs);
    if (identity && all(cloud, type).some((o) => same.of(o.outputs) === identity)) {
      throw new Error(named(same.error, { ...outputs, identity }));
    }
    const reserved = identity && cloud.reserved[keyOf(type, identity)];
    if (reserved) throw new Error(reserved);
    if (!cloudRules.upserts.has(type) && cloud.objects[keyOf(type, id)]) throw new Error(cloudRules.taken(type, id));
  }

  function update({ type, id, name, urn, olds, inputs, state, preview: dry }) {
    const spec = rules.specOf(type);
    const { changes } = changesOf({ olds, news: inputs, state });
    const touched = (paths = []) => paths.filter((p) => changes.some(({ path }) => withoutIndices(path).startsWith(p)));
    const keeps = Object.entries(state).filter(
      ([k]) => !(k in olds) || k in inputs || spec.filledWhenOmitted?.includes(k),
    );
    const next = { ...Object.fromEntries(keeps), ...present(carry(without(inputs, "__defaults"), olds, state)) };
    Object.assign(next, settledLabels(type, next));
    const context = { type, id, name, olds, inputs, state, next, settings, changed: (...p) => touched(p).length > 0 };
    const stops = touched(spec.stopRequired);
    if (dry) {
      const unsettled = hook("unsettled", type)?.(context) ?? [];
      return { outputs: { ...next, ...Object.fromEntries(unsettled.map((p) => [p, UNKNOWN])) } };
    }
    return transact((cloud) => {
      const object = cloud.objects[keyOf(type, id)];
      if (!object) throw new Error(`updating ${type} (${id}): NotFound: it does not exist`);
      const [lowered] = rules.shrunk(spec, state, inputs);
      if (lowered) throw new Error((spec.growOnlyError ?? `${lowered} cannot be lowered`).replace(/\b(i|vol)-…/, id));
      if (stops.length) cloudRules.refuseStop?.({ spec, inputs });
      const { fill } = fillFor(cloud, type, name, next);
      Object.assign(
        next,
        hook("update", type)?.({ ...context, cloud, fill }),
        hook("nested", type)?.({ ...context, cloud, fill, inputs: next }),
      );
      Object.assign(object, { urn, inputs: without(inputs, "__defaults"), outputs: next });
      return {
        outputs: next,
        note: { changed: [...new Set(changes.map((c) => c.path[0]))], ...(stops.length && { stopped: true }) },
      };
    });
  }

  /** Guards look at the old state only, as the real providers do. Answers "keep" where the object stays. */
  function guard(spec, state, id) {
    const { property, default: usual, error } = spec.deletionGuard ?? {};
    const text = named(String(error), { ...state, id, name: state.name ?? id }).replace(/\b(i|vol)-…/g, id);
    if (state.deletionPolicy === "PREVENT") {
      const own = property === "deletionPolicy" && error && !error.includes("…");
      throw new Error(
        own ? text : `cannot destroy "${id}" without setting deletion_policy="DELETE" and running \`terraform apply\``,
      );
    }
    if (state.deletionPolicy === "ABANDON" || state.skipDestroy === true) return "keep";
    if (/Protection(Enabled)?$|^disableApiTermination$/.test(property ?? "")) {
      const value = state[property] ?? usual;
      if ((value === true || value === "ACTIVE") && !(property === "disableApiTermination" && state.forceDestroy))
        throw new Error(text);
    }
    const final = spec.finalSnapshot;
    if (final && state[final.skipProperty] !== true && !state[final.requires]) throw new Error(final.error);
    return undefined;
  }

  function refuseBlocked(cloud, type, id, state) {
    const { error, by = {}, unless } = cloudRules.blockers[type] ?? {};
    if (unless && state[unless]) return;
    const names = new Set([id, state.arn, state.selfLink, state.name, state.bucket].filter(Boolean));
    const refers = (v) => names.has(v) || (state.selfLink && typeof v === "string" && state.selfLink.endsWith(`/${v}`));
    for (const [dependent, paths] of Object.entries(by)) {
      for (const object of all(cloud, dependent)) {
        if ([paths].flat().some((path) => valuesAt(object.outputs, path).flat().some(refers))) {
          throw new Error(`${named(error, { ...state, id, by: object.id })} (still used by ${object.id})`);
        }
      }
    }
  }

  function remove({ type, id, state, name }) {
    const spec = rules.specOf(type);
    return transact((cloud) => {
      const key = keyOf(type, id);
      if (guard(spec, state, id) === "keep") return { note: { kept: true } };
      if (!cloud.objects[key]) return {};
      refuseBlocked(cloud, type, id, state);
      const answer = hook("delete", type)?.({ cloud, type, id, state, name, settings, object: cloud.objects[key] });
      if (answer?.stays) return { note: { kept: true } };
      delete cloud.objects[key];
      if (isUnique(id)) cloud.tombstones.push(id);
      return {};
    });
  }

  function read({ type, id, inputs }) {
    const object = look((cloud) => cloud.objects[keyOf(type, id)]);
    rules.specOf(type);
    if (!object) return undefined;
    const imported = Object.keys(inputs).length === 0;
    const known = imported ? object.inputs : { ...project(without(inputs, "__defaults"), object.outputs) };
    return { inputs: { ...known, __defaults: inputs.__defaults ?? [] }, outputs: object.outputs };
  }

  function invoke({ type, args }) {
    const answer = lookup(type, args);
    if (answer) return answer;
    const run = cloudRules.functions[type];
    if (!run)
      throw new Error(`the stand-in for ${provider} has no function ${type}: add it to ${provider}-functions.cjs`);
    return run({ args, settings });
  }

  return {
    name: provider,
    version,
    configure: ({ config }) => {
      settings = cloudRules.configure(config);
    },
    check(call) {
      const { inputs, failures } = rules.check(call);
      return { inputs, failures: [...failures, ...(hook("check", call.type)?.({ inputs, news: call.news }) ?? [])] };
    },
    diff: (call) => rules.diff({ ...call, region: settings.region }),
    create,
    update,
    read,
    delete: remove,
    invoke,
  };
};
