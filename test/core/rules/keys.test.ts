import assert from "node:assert/strict";
import { unknownValue } from "../../../components/core/rules/graph";
import { k01 } from "../../../components/core/rules/keys/k01";
import { storeKinds } from "../../../components/core/rules/stores";
import { graphOf, said } from "../../support/graph";

const key = { type: "aws:kms/key:Key", name: "key" };

describe("B-K01", () => {
  for (const { type, key: path, keyOn, encrypted } of storeKinds) {
    const [input = ""] = path.split(".");
    const named = keyOn?.type ?? type;
    const companion =
      keyOn === undefined
        ? []
        : [{ type: keyOn.type, name: "companion", refers: { [keyOn.by]: "store", [input]: "key" } }];
    const own = keyOn === undefined ? { refers: { [input]: "key" } } : {};

    it(`sees the key of ${type} at ${path} of ${named}`, () =>
      assert.deepEqual(said(k01, graphOf([key, { type, name: "store", ...own }, ...companion])), [
        `store holds: ${path} is key`,
      ]));

    if (encrypted !== undefined)
      it(`finds ${type} that is not encrypted, whatever key it names`, () =>
        assert.deepEqual(said(k01, graphOf([key, { type, name: "store", ...own, inputs: { [encrypted]: false } }])), [
          `store broken: ${encrypted} is false; set ${encrypted} to true`,
        ]));

    it(`finds ${type} without a key`, () =>
      assert.deepEqual(said(k01, graphOf([key, { type, name: "store" }])), [
        keyOn === undefined
          ? `store broken: ${path} is not set, so the provider's own key is used; set ${path} to a key of this zone`
          : `store broken: no ${keyOn.type} names its key; set ${path} to a key of this zone`,
      ]));
  }

  it("takes a key that the customer brings, where it is said whose that is", () => {
    const store = (account: string, modes: readonly string[]) =>
      graphOf([
        {
          type: "sourcegraph:aws:SourcegraphVm",
          name: "vm",
          inputs: { boundary: { facts: { zone: "single-tenant", modes, admits: ["210987654321"] } } },
        },
        {
          type: "aws:ebs/volume",
          name: "store",
          parent: "vm",
          inputs: { kmsKeyId: `arn:aws:kms:us-east-1:${account}:key/x` },
        },
      ]);
    const unproven =
      "store unproven: kmsKeyId is a key that this program did not make; set kmsKeyId to a key of this zone, or declare whose it is";
    assert.deepEqual(said(k01, store("210987654321", ["byok"])), [
      "store holds: kmsKeyId is of the customer's account 210987654321",
    ]);
    assert.deepEqual(said(k01, store("333333333333", ["byok"])), [unproven]);
    assert.deepEqual(said(k01, store("210987654321", [])), [unproven]);
  });

  it("cannot prove a key that is known only later, or that somebody else made", () => {
    const store = (kmsKeyId: unknown) => graphOf([{ type: "aws:ebs/volume", name: "store", inputs: { kmsKeyId } }]);
    assert.deepEqual(said(k01, store(unknownValue)), [
      "store unproven: kmsKeyId is known only after the deployment; set kmsKeyId to a key of this zone",
    ]);
    assert.deepEqual(said(k01, store("arn:aws:kms:us-east-1:1:key/x")), [
      "store unproven: kmsKeyId is a key that this program did not make; set kmsKeyId to a key of this zone, or declare whose it is",
    ]);
  });
});
