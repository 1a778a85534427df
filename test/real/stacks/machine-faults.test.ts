import assert from "node:assert/strict";
import type { Fault, Step } from "../../support/engine";
import { requireToolchain } from "../../support/toolchain";
import { acknowledgements, release, SampleStack } from "./sample";

const volume = "aws:ebs/volume:Volume";
const instance = "aws:ec2/instance:Instance";
const attachment = "aws:ec2/volumeAttachment:VolumeAttachment";
const refused = "api error InternalError: an error in the stand-in cloud";

/** The options with which the engine goes on beside what failed, and so meets many faults in one update. */
const beside = ["--continue-on-error", "--parallel", "32"];

/** A resource of the cloud, as a fault names it. */
const named = ({ type, name }: Pick<Step, "type" | "name">) => `${type} ${name}`;

interface Recorded {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly id?: string;
  readonly custom: boolean;
  readonly retainOnDelete?: boolean;
}

interface State {
  readonly resources?: readonly Recorded[];
  readonly pending_operations?: readonly { readonly resource: Recorded; readonly type: string }[];
}

function stateOf(stack: SampleStack): State {
  const { checkpoint } = JSON.parse(stack.engine.exportState()) as { checkpoint: { latest: State } };
  return checkpoint.latest;
}

/** What the engine does not know the end of. */
const pending = (stack: SampleStack) => stateOf(stack).pending_operations ?? [];

/** What is in the state, and what is in the cloud: ids by type, of what the cloud knows. */
function compared(stack: SampleStack): { readonly state: string[]; readonly cloud: string[] } {
  assert.deepEqual(pending(stack), []);
  const { resources = [] } = stateOf(stack);
  const ofCloud = resources.filter(({ type, custom }) => custom && type.startsWith("aws:"));
  return {
    state: ofCloud.map(({ type, id = "" }) => `${type} ${id}`).sort(),
    cloud: Object.values(stack.engine.cloud().objects)
      .filter(({ type }) => type.startsWith("aws:"))
      .map(({ type, id }) => `${type} ${id}`)
      .sort(),
  };
}

describe("faults at every resource of a machine on the real engine with a stand-in cloud", function () {
  this.timeout(900_000); // a dozen updates in one test
  this.bail(true); // one test goes on where the one before it ended
  let stack: SampleStack;

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "aws", {
      network: { existing: { vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0" } },
      tls: { mode: "acme", email: "ops@example.com" },
      access: { allowedCidrs: ["0.0.0.0/0"] },
    });
  });
  after(() => stack?.stop());

  /** Updates until nothing fails, each creation failing at its first try; returns what failed, and how many updates it took. */
  async function throughFaults(steps: readonly Step[]) {
    let open = steps.map(({ type, name }): Fault => ({ op: "create", type, name, times: 1, error: refused }));
    const failed: string[] = [];
    for (let run = 1; ; run++) {
      const result = await stack.run("up", { faults: open, args: beside });
      const now = result.steps.filter(({ status, type }) => status === "failed" && type.startsWith("aws:")).map(named);
      failed.push(...now);
      open = open.filter(({ type = "", name = "" }) => !now.includes(named({ type, name })));
      if (result.code === 0) return { failed: failed.sort(), runs: run };
      assert.ok(now.length > 0, result.stdout);
    }
  }

  const ofAws = (steps: readonly Step[], op: string) =>
    steps.filter((step) => step.op === op && step.type.startsWith("aws:"));

  it("names what an interrupted update may have made, and adopts it by the documented repair", async () => {
    const faults = [{ op: "create", type: volume, when: "after", kill: "engine" }] as const;
    assert.equal((await stack.run("up", { faults, args: ["--parallel", "1"] })).code, null);
    const made = stack.one(volume).id;
    await stack.engine.cancel();
    const [open] = pending(stack);
    assert.match(open?.resource.urn ?? "", /aws:ebs\/volume:Volume::sourcegraph-data$/);
    assert.equal(pending(stack).length, 1);
    const parent = `parent=${open?.resource.parent ?? ""}`;
    const imported = await stack.engine.importResource(volume, "sourcegraph-data", made, {
      args: ["--parent", parent],
    });
    assert.equal(imported.code, 0, imported.stdout + imported.stderr);
    await stack.changes("refresh", { args: ["--clear-pending-creates"] });
    assert.deepEqual(pending(stack), []);
    const { steps } = await stack.run("preview");
    assert.deepEqual(
      steps.filter(({ type }) => type === volume).map(({ op }) => op),
      ["same"],
    );
  });

  it("comes up after each other resource could not be made once, and leaves no other behind", async () => {
    const there = compared(stack).state.length;
    const planned = ofAws((await stack.run("preview")).steps, "create");
    const { failed, runs } = await throughFaults(planned);
    console.log(`      ${failed.length} faults in ${runs} updates`);
    assert.deepEqual(failed, planned.map(named).sort());
    const { state, cloud } = compared(stack);
    assert.deepEqual(cloud, state);
    assert.equal(state.length, planned.length + there);
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("upgrades after each step of the upgrade failed once, with one snapshot and the volume as it was", async () => {
    const kept = stack.one(volume).id;
    stack.set({ release, acknowledge: acknowledgements });
    const { steps } = await stack.run("preview");
    const made = steps.filter(({ op, type }) => type.startsWith("aws:") && /^create/.test(op));
    const { failed } = await throughFaults(made);
    assert.deepEqual(failed, [
      "aws:ebs/snapshot:Snapshot sourcegraph-before-7.5.4453",
      "aws:s3/bucketObjectv2:BucketObjectv2 sourcegraph-bundle",
    ]);
    const { state, cloud } = compared(stack);
    // The bundle before stays, for a machine that goes back to it.
    assert.equal(cloud.filter((object) => !state.includes(object)).length, 1);
    assert.equal(stack.one(volume).id, kept);
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("goes on with a destroy that was killed in the midst of a deletion, of which the cloud knows more than the engine", async () => {
    stack.set({ deletionProtection: false });
    await stack.changes("up");
    const faults = [{ op: "delete", type: instance, when: "after", kill: "engine" }] as const;
    assert.equal((await stack.run("destroy", { faults, args: ["--exclude-protected", "--parallel", "1"] })).code, null);
    await stack.engine.cancel();
    assert.deepEqual(
      pending(stack).map(({ type, resource }) => `${type} ${resource.type}`),
      [`deleting ${instance}`],
    );
    assert.ok(stateOf(stack).resources?.some(({ type }) => type === instance));
    assert.ok(!stack.left().includes(instance));
    // Whoever thinks better of it has the instance back, on the data that were there.
    const kept = stack.one(volume).id;
    await stack.changes("up", { args: ["--refresh"] });
    assert.deepEqual(await stack.changes("preview"), []);
    assert.equal(stack.one(volume).id, kept);
    assert.equal(stack.one(attachment).outputs["volumeId"], kept);
    assert.equal(stack.one(attachment).outputs["instanceId"], stack.one(instance).id);
  });

  it("goes down after each resource could not be deleted once, and leaves what holds data and nothing else", async () => {
    await stack.engine.unprotect();
    const kept = stack.one(volume).id;
    const deleted = (stateOf(stack).resources ?? []).filter(
      ({ type, custom, retainOnDelete = false }) => custom && type.startsWith("aws:") && !retainOnDelete,
    );
    let open = deleted.map(({ type, urn }): Fault => ({
      op: "delete",
      type,
      name: urn.split("::").at(-1),
      times: 1,
      error: refused,
    }));
    let runs = 0;
    for (let code: number | null = 1; code !== 0; runs++) {
      const result = await stack.run("destroy", { faults: open, args: beside });
      const now = result.steps.filter(({ status, type }) => status === "failed" && type.startsWith("aws:")).map(named);
      const left = open.filter(({ type = "", name = "" }) => !now.includes(named({ type, name })));
      code = result.code;
      assert.ok(code === 0 || left.length < open.length, result.stdout);
      open = left;
    }
    console.log(`      ${deleted.length} faults in ${runs} updates`);
    assert.deepEqual(open, []);
    // An engine that knows of nothing has no list.
    assert.deepEqual(stateOf(stack).resources ?? [], []);
    const holding = ["ebs/volume", "kms/key", "s3/bucket", "secretsmanager/secret"];
    for (const type of stack.left())
      assert.ok(
        holding.some((each) => type.startsWith(`aws:${each}`)),
        type,
      );
    assert.equal(stack.one(volume).id, kept);
  });
});
