import assert from "node:assert/strict";
import { d05 } from "../../../components/core/rules/data/d05";
import type { StatedContainer } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { k05 } from "../../../components/core/rules/keys/k05";
import { graphOf, said } from "../../support/graph";

const task = "aws:ecs/taskDefinition";

function graph(variables: StatedContainer["variables"], containerDefinitions: unknown = unknownValue) {
  const containers = [{ name: "gateway", image: "registry.test/cody-gateway@sha256:0", variables }];
  return graphOf([
    {
      type: "sourcegraph:test:Part",
      name: "part",
      boundary: { facts: { zone: "admin", service: "cody-gateway" }, children: { [task]: { containers } } },
    },
    { type: task, name: "gateway", parent: "part", inputs: { containerDefinitions } },
  ]);
}

describe("containers that are one text until the deployment", () => {
  it("are judged by what their component states of them", () => {
    assert.deepEqual(said(d05, graph({ PORT: { value: "9992" } })), ["gateway holds: no variable turns on a recorder"]);
    assert.deepEqual(said(d05, graph({ CODY_GATEWAY_DOTCOM_ACCESS_TOKEN: { secret: "dotcom" } })), [
      "gateway broken: CODY_GATEWAY_DOTCOM_ACCESS_TOKEN is set, which turns on actors of the public site, whose flagged prompts are recorded; remove CODY_GATEWAY_DOTCOM_ACCESS_TOKEN",
    ]);
    assert.deepEqual(said(k05, graph({ API_TOKEN: { secret: "token" } })), ["gateway holds: API_TOKEN is a reference"]);
    assert.deepEqual(said(k05, graph({ API_TOKEN: { value: "x" } })), [
      "gateway broken: API_TOKEN is a plain value; take API_TOKEN from a secret",
    ]);
  });

  it("are judged by the text where it is known, whatever is stated", () => {
    const text = JSON.stringify([{ name: "gateway", image: "i", environment: [{ name: "API_TOKEN", value: "x" }] }]);
    assert.deepEqual(said(k05, graph({ API_TOKEN: { secret: "token" } }, text)), [
      "gateway broken: API_TOKEN is a plain value; take API_TOKEN from a secret",
    ]);
  });
});
