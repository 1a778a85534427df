import assert from "node:assert/strict";
import { secretValue, unknownValue } from "../../../components/core/rules/graph";
import { graphResource } from "../../../components/core/rules/registration";

const mark = "4dabf18193072939515e22adb298388d";
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const output = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

describe("a registration", () => {
  it("becomes a resource whose unknown values and secrets are told apart, and never shown", () =>
    assert.deepEqual(
      graphResource({
        urn: "urn:pulumi:s::p::aws:rds/instance:Instance::db",
        type: "aws:rds/instance:Instance",
        name: "db",
        parent: "urn:pulumi:s::p::x:y:Z::z",
        inputs: {
          plain: [1, { of: "text" }],
          later: { arn: unknown },
          password: { [mark]: "1b47061264138c4ac30d75fd1eb44270", value: "hidden" },
          made: { [mark]: output, dependencies: [] },
          known: { [mark]: output, value: "here" },
          token: { [mark]: output, value: "hidden", secret: true },
        },
        propertyDependencies: { later: ["urn:key"] },
        protect: true,
        retainOnDelete: false,
      }),
      {
        urn: "urn:pulumi:s::p::aws:rds/instance:Instance::db",
        type: "aws:rds/instance",
        name: "db",
        parent: "urn:pulumi:s::p::x:y:Z::z",
        inputs: {
          plain: [1, { of: "text" }],
          later: { arn: unknownValue },
          password: secretValue,
          made: unknownValue,
          known: "here",
          token: secretValue,
        },
        refers: { later: ["urn:key"] },
        protected: true,
        retained: false,
      },
    ));
});
