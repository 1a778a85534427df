// Serves a stand-in for a Pulumi provider plugin over the engine's own protocol.
//
// The `main` of @pulumi/pulumi/provider would do for a provider without configuration, but it hands
// on neither the configuration, nor the previous inputs (a diff sees outputs only), nor previews of
// creates and updates, and it wraps each secret in an object.
"use strict";
const { fstatSync } = require("node:fs");
const { createRequire } = require("node:module");
const sdk = createRequire(require.resolve("@pulumi/pulumi/package.json")); // its dependencies need not be ours
const grpc = sdk("@grpc/grpc-js");
const { Any } = sdk("google-protobuf/google/protobuf/any_pb.js");
const { Empty } = sdk("google-protobuf/google/protobuf/empty_pb.js");
const { Struct } = sdk("google-protobuf/google/protobuf/struct_pb.js");
const { PluginInfo } = sdk("./proto/plugin_pb.js");
const { Status } = sdk("./proto/status_pb.js");
const messages = sdk("./proto/provider_pb.js");
const { ResourceProviderService } = sdk("./proto/provider_grpc_pb.js");
const { transact } = require("./cloud.cjs");
const { UNKNOWN, changesOf } = require("./compare.cjs");
const faults = require("./faults.cjs");

/** The resource exists, but did not become what it should be: the engine records it with these reasons. */
class NotReady extends Error {
  constructor(id, outputs, inputs, reasons) {
    super(reasons.join("; "));
    const detail = new messages.ErrorResourceInitFailed();
    detail.setId(id);
    detail.setProperties(Struct.fromJavaScript(outputs));
    detail.setInputs(Struct.fromJavaScript(inputs));
    detail.setReasonsList(reasons);
    const any = new Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(this.message);
    status.addDetails(any);
    this.metadata = new grpc.Metadata();
    this.metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
}

const js = (struct) => struct?.toJavaScript() ?? {};
const secretMark = "4dabf18193072939515e22adb298388d";
const plain = (value) => (value?.[secretMark] ? plain(value.value) : value);
/** Settings as plain values: the engine wraps those that are secret, and again those that follow from resources. */
const withoutSecrets = (settings) =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, plain(value)]));
const struct = (value) => Struct.fromJavaScript(JSON.parse(JSON.stringify(value ?? {}))); // without `undefined`
const nameOf = (urn) => urn.slice(urn.lastIndexOf("::") + 2);

function message(type, fields) {
  const m = new messages[type]();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) m[`set${name}`](value);
  return m;
}

const failure = ({ property, reason }) => message("CheckFailure", { Property: property, Reason: reason });
const pathText = (path) =>
  path.map((p, i) => (typeof p === "number" ? `[${p}]` : /^\w+$/.test(p) ? (i ? `.${p}` : p) : `["${p}"]`)).join("");

/** What the engine shows for one change. */
function detail({ path, kind }, replaces) {
  const { Kind } = messages.PropertyDiff;
  const name = kind.toUpperCase() + (replaces ? "_REPLACE" : "");
  return [pathText(path), message("PropertyDiff", { Kind: Kind[name], Inputdiff: true })];
}

/**
 * Serves `provider`. Each of its methods takes one object and may be async. `urn`, `name` (the URN's) and `type`
 * are always there; inputs and state hold plain values, in previews with UNKNOWN among them.
 *
 *   name, version                                      "aws", "7.48.0"
 *   configure({ config })                              config: what the program gave the provider resource
 *   check({ olds, news, seed })                        => { inputs, failures?: [{ property, reason }] }
 *   diff({ id, olds, news, state })                    => { changes: [{ path, kind, replaces? }], deleteBeforeReplace? }
 *                                                      absent: each change of an input is an update
 *   create({ inputs, preview, timeout })               => { id, outputs, note? }; note: more for the cloud's log
 *   update({ id, olds, inputs, state, preview, timeout }) => { outputs, note? }; timeout: seconds, 0 for none
 *   read({ id, inputs, state })                        => { inputs, outputs }, or undefined when it is gone
 *   delete({ id, inputs, state, timeout })             => { note? } or nothing
 *   invoke({ type, args })                             => outputs
 */
exports.serve = function serve(provider) {
  /** Does one operation with the faults that are due, and logs it in the cloud. */
  async function operate(op, call, work) {
    const identity = { op, provider: provider.name, type: call.type, name: call.name, urn: call.urn };
    const due = call.preview ? [] : faults.due(identity);
    await faults.happen(due, "before");
    const result = await work();
    if (!call.preview && op !== "read" && op !== "invoke") {
      transact((cloud) => cloud.log.push({ ...identity, id: result?.id ?? call.id, ...result?.note }));
    }
    await faults.happen(due, "after");
    return result;
  }
  const target = (r) => ({ urn: r.getUrn(), type: r.getType(), name: r.getName() || nameOf(r.getUrn()) });

  const methods = {
    getPluginInfo: () => {
      const info = new PluginInfo();
      info.setVersion(provider.version);
      return info;
    },
    checkConfig: (r) => message("CheckResponse", { Inputs: r.getNews() }),
    async configure(r) {
      await provider.configure?.({ config: withoutSecrets(js(r.getArgs())) });
      // Without AcceptSecrets the engine sends plain values and marks the outputs of secret inputs itself.
      return message("ConfigureResponse", { Supportspreview: true, Acceptsecrets: false });
    },
    async check(r) {
      const news = js(r.getNews());
      const seed = Buffer.from(r.getRandomseed_asU8()).toString("hex");
      const checked = (await provider.check?.({ ...target(r), olds: js(r.getOlds()), news, seed })) ?? { inputs: news };
      const failures = (checked.failures ?? []).map(failure);
      return message("CheckResponse", { Inputs: struct(checked.inputs), FailuresList: failures });
    },
    async diff(r) {
      const args = {
        ...target(r),
        id: r.getId(),
        olds: js(r.getOldInputs()),
        news: js(r.getNews()),
        state: js(r.getOlds()),
      };
      const found = (await provider.diff?.(args)) ?? { changes: changesOf(args).changes };
      const tops = (list) => [...new Set(list.map(({ path }) => path[0]))];
      const replaces = tops(found.changes.filter((c) => c.replaces));
      const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
      const response = message("DiffResponse", {
        Changes: found.changes.length ? DIFF_SOME : DIFF_NONE,
        DiffsList: tops(found.changes),
        ReplacesList: replaces,
        Hasdetaileddiff: true,
        Deletebeforereplace: replaces.length > 0 && found.deleteBeforeReplace === true,
      });
      for (const change of found.changes) response.getDetaileddiffMap().set(...detail(change, change.replaces));
      return response;
    },
    async create(r) {
      const call = { ...target(r), inputs: js(r.getProperties()), preview: r.getPreview(), timeout: r.getTimeout() };
      const { id, outputs } = await operate("create", call, () => provider.create(call));
      return message("CreateResponse", { Id: id, Properties: struct(outputs) });
    },
    async update(r) {
      const call = { ...target(r), id: r.getId(), olds: js(r.getOldInputs()), state: js(r.getOlds()) };
      Object.assign(call, { inputs: js(r.getNews()), preview: r.getPreview(), timeout: r.getTimeout() });
      const { outputs } = await operate("update", call, () => provider.update(call));
      return message("UpdateResponse", { Properties: struct(outputs) });
    },
    async read(r) {
      const call = { ...target(r), id: r.getId(), inputs: js(r.getInputs()), state: js(r.getProperties()) };
      const read = () => (provider.read ? provider.read(call) : { inputs: call.inputs, outputs: call.state });
      const found = await operate("read", call, read);
      if (!found) return message("ReadResponse", {});
      return message("ReadResponse", { Id: call.id, Inputs: struct(found.inputs), Properties: struct(found.outputs) });
    },
    async delete(r) {
      const call = { ...target(r), id: r.getId(), inputs: js(r.getOldInputs()), state: js(r.getProperties()) };
      call.timeout = r.getTimeout();
      await operate("delete", call, () => provider.delete?.(call));
      return new Empty();
    },
    async invoke(r) {
      const call = { type: r.getTok(), args: js(r.getArgs()) };
      if (!provider.invoke) throw new Error(`the stand-in for ${provider.name} has no function ${call.type}`);
      return message("InvokeResponse", { Return: struct(await operate("invoke", call, () => provider.invoke(call))) });
    },
    cancel: () => {
      faults.cancel();
      return new Empty();
    },
  };
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  const handlers = Object.entries(methods).map(([name, method]) => [
    name,
    (call, done) =>
      Promise.resolve(call.request)
        .then(method)
        .then(
          (response) => done(null, response),
          (e) => done({ code: grpc.status.UNKNOWN, details: e.message, metadata: e.metadata }),
        ),
  ]);
  server.addService(ResourceProviderService, Object.fromEntries(handlers));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(`${port}`); // the engine reads it from the first line
  });
  // The engine starts a provider with a pipe that ends when the engine is gone, even if it was killed.
  if (fstatSync(0).isFIFO()) process.stdin.on("end", () => process.exit()).resume();
};
Object.assign(exports, { UNKNOWN, NotReady });
