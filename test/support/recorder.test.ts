import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { identitiesOf, only, record, unknownValue, valueOf } from "./recorder";

class Thing extends pulumi.CustomResource {
  declare readonly made: pulumi.Output<string>;
  constructor(name: string, args: Record<string, unknown>, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { made: undefined, ...args }, opts);
  }
}

class House extends pulumi.ComponentResource {
  readonly made: pulumi.Output<string>;
  constructor(name: string, args: { hidden?: boolean }, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:House", name, args, opts);
    const first = new Thing(`${name}-a`, { size: 1 }, { parent: this, protect: true, retainOnDelete: true });
    const second = new Thing(
      `${name}-b`,
      { of: first.id, word: pulumi.secret("open sesame") },
      { parent: this, dependsOn: [first], ignoreChanges: ["size"] },
    );
    if (args.hidden === true) first.id.apply(() => new Thing(`${name}-hidden`, {}, { parent: this }));
    this.made = second.made;
    this.registerOutputs({ made: this.made });
  }
}

const answers = { outputs: () => ({ made: "yes" }) };

describe("the recorder", () => {
  it("sees every child with inputs, parent and options", async () => {
    const { resources, result } = await record((opts) => new House("h", {}, opts), answers);
    assert.deepEqual(identitiesOf(resources), [
      "test:index:House h < stack",
      "test:index:Thing h-a < test:index:House h",
      "test:index:Thing h-b < test:index:House h",
    ]);
    const first = only(resources, "test:index:Thing", "h-a");
    assert.deepEqual([first.inputs, first.protect, first.retainOnDelete], [{ size: 1 }, true, true]);
    const second = only(resources, "test:index:Thing", "h-b");
    assert.deepEqual(second.inputs, { of: "h-a-id", word: "open sesame" });
    assert.deepEqual([second.dependsOn, second.ignoreChanges, second.secretInputs], [["h-a"], ["size"], ["word"]]);
    assert.equal(await valueOf(result!.made), "yes");
  });

  it("keeps ids and outputs unknown in a dry run, and so shows a resource made inside apply", async () => {
    const build = (opts: pulumi.ComponentResourceOptions) => new House("h", { hidden: true }, opts);
    const real = await record(build, answers);
    const dry = await record(build, { dryRun: true });
    assert.equal(real.resources.length - dry.resources.length, 1);
    assert.deepEqual(only(dry.resources, "test:index:Thing", "h-b").inputs.of, unknownValue);
    assert.equal(await valueOf(dry.result!.made), undefined);
  });

  it("gives back what was thrown", async () => {
    const { error, resources } = await record(() => {
      throw new Error("no");
    });
    assert.deepEqual([(error as Error).message, resources], ["no", []]);
  });
});
