import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { SourcegraphVm as AwsVm, type AwsSourcegraphVmArgs } from "../../components/aws";
import { SourcegraphVm as GcpVm } from "../../components/gcp";
import { provider } from "../../components/vm/outside-check-provider";
import type { OutsideCheckInputs } from "../../components/vm/outside-check";
import { awsAnswers, leastArgs, manifestAfter, recordVm, upgradeArgs } from "../support/aws-vm";
import { allOf, only, record, unknownValue, type Answers, type Recorded } from "../support/recorder";

const type = "pulumi-nodejs:dynamic/sourcegraph:OutsideCheck";

/** A cloud in whose bucket the machine has written this. */
const cloudWith = (body: string): Answers => ({
  ...awsAnswers,
  calls: (call) => {
    if (call.token === "aws:s3/getObjects:getObjects") return { keys: body === "" ? [] : ["status.json"] };
    return call.token === "aws:s3/getObject:getObject" ? { body } : (awsAnswers.calls?.(call) ?? {});
  },
});

/** What the resource is told, without the text for the engine. */
function told({ inputs }: Recorded): Record<string, unknown> {
  const { __provider: _provider, ...rest } = inputs;
  return rest;
}

describe("OutsideCheck, as it is declared", () => {
  it("asks for the machine's status in the bucket of its pointer, and hands on what it says", async () => {
    const { result, resources } = await recordVm(leastArgs);
    assert.ok(result !== undefined);
    const pointer = only(resources, "aws:s3/bucketObjectv2:BucketObjectv2", "sourcegraph-pointer");
    const { digest, release } = JSON.parse(pointer.inputs["content"] as string) as { digest: string; release: string };
    const status = { schema: 1, release, digest, result: "ready", message: "all services are healthy" };
    const { resources: after, calls } = await recordVm(leastArgs, cloudWith(JSON.stringify(status)));
    assert.deepEqual(told(only(after, type)), {
      url: "http://203.0.113.10",
      address: "203.0.113.10",
      asksAddress: true,
      release: "7.5.4453",
      digest,
      machineId: "i-0123456789abcdef0",
      timeoutMinutes: 30,
      machine: { state: "well", text: "the machine says ready: all services are healthy" },
    });
    assert.deepEqual(
      calls.filter(({ token }) => token.startsWith("aws:s3/")).map(({ inputs }) => inputs),
      [
        { bucket: "sourcegraph-bundles-0a1b2c3", prefix: "status.json" },
        { bucket: "sourcegraph-bundles-0a1b2c3", key: "status.json" },
      ],
    );
  });

  it("asks nobody in a preview", async () => {
    const { resources, calls } = await recordVm(leastArgs, { ...awsAnswers, dryRun: true });
    assert.equal(only(resources, type).inputs["machine"], unknownValue);
    assert.deepEqual(
      calls.filter(({ token }) => token.startsWith("aws:s3/")),
      [],
    );
  });

  it("is of machines on both clouds, and gone where the config wants none", async () => {
    const { release, size, access } = leastArgs;
    const args = { release, size, access, region: "us-central1", gcp: { project: "example" } };
    const { resources } = await record((opts) => new GcpVm("sourcegraph", args, opts));
    assert.equal(only(resources, type).parent, "sourcegraph:gcp:SourcegraphVm sourcegraph");
    const without: AwsSourcegraphVmArgs = { ...leastArgs, outsideCheck: { enabled: false } };
    const { resources: none } = await record((opts) => new AwsVm("sourcegraph", without, opts), awsAnswers);
    assert.deepEqual(allOf(none, type), []);
  });

  it("does not ask an address that leads nowhere from outside", async () => {
    const { resources, error } = await recordVm({
      ...leastArgs,
      modes: ["air-gapped"],
      registry: { host: "mirror.internal/sourcegraph" },
      machine: { packageMirror: "https://mirror.internal/debian" },
      boundaries: { licence: ["allow-air-gapped"] },
    });
    assert.equal(error, undefined);
    assert.equal(only(resources, type).inputs["asksAddress"], false);
  });

  it("names a module that is there, and can be made from a state that was written elsewhere", async () => {
    const { resources } = await recordVm(leastArgs);
    const text = only(resources, type).inputs["__provider"] as string;
    const [path = ""] = /(?<=require\(")[^"]+/.exec(text) ?? [];
    assert.ok(existsSync(`${path}.ts`), path);
    const exported: { handler?: () => Partial<typeof provider> } = {};
    const require = () => {
      throw new Error("Cannot find module");
    };
    runInNewContext(text, { exports: exported, require });
    const made = exported.handler?.();
    assert.deepEqual(Object.keys(made ?? {}), ["create", "update"]);
    assert.throws(() => void made?.create?.({} as OutsideCheckInputs), { message: "Cannot find module" });
  });
});

describe("upgrade: replace", () => {
  const replacedFor = async (args: Partial<AwsSourcegraphVmArgs>) =>
    (await manifestAfter({ ...leastArgs, ...args })).replacedFor;

  it("counts at the next upgrade, and leaves its mark while nothing replaces the machine again", async () => {
    const first = await manifestAfter({ ...leastArgs, release: "7.4.0", upgrade: "replace" });
    assert.equal(first.replacedFor, undefined);
    const upgraded = await manifestAfter({ ...leastArgs, ...upgradeArgs, previous: first, upgrade: "replace" });
    assert.equal(upgraded.replacedFor, "7.5.4453");
    assert.equal(await replacedFor({ previous: upgraded, upgrade: "in-place" }), "7.5.4453");
    assert.equal(await replacedFor({ ...upgradeArgs, previous: first }), undefined);
  });
});
