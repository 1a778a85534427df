import assert from "node:assert/strict";
import { unknownValue } from "../../../components/core/rules/graph";
import { i05 } from "../../../components/core/rules/identities/i05";
import { n02 } from "../../../components/core/rules/network/n02";
import { graphOf, said } from "../../support/graph";

/** A policy of a role by its name, made from a bucket that is not there yet. */
const graph = (refers: Readonly<Record<string, string>>) =>
  graphOf([
    { type: "sourcegraph:test:Part", name: "part", boundary: { facts: { zone: "admin", account: "111122223333" } } },
    { type: "aws:iam/role", name: "task", parent: "part" },
    { type: "aws:s3/bucket", name: "events", parent: "part" },
    {
      type: "aws:iam/rolePolicy",
      name: "rights",
      parent: "part",
      inputs: { role: "task", policy: unknownValue },
      refers: { policy: "events", ...refers },
    },
  ]);

describe("the policy of a role of the program", () => {
  it("lets that role in and nobody else, whatever it is going to say", () => {
    assert.ok(said(n02, graph({ role: "task" })).includes("rights holds: it lets task in"));
    assert.ok(said(i05, graph({ role: "task" })).includes("rights holds: it names task"));
  });

  it("is of an unknown role where it only names one", () => {
    assert.ok(
      said(n02, graph({})).includes(
        "rights unproven: whom it lets in is known only after the deployment; name identities that are known before",
      ),
    );
    assert.ok(
      said(i05, graph({})).includes(
        "rights broken: it names task, which is not of zone admin; name only identities of the zone, or state in admits whose account it is",
      ),
    );
  });
});
