import assert from "node:assert/strict";
import { l02 } from "../../../components/core/rules/logs/l02";
import { part } from "../../support/boundary";
import { graphOf, said, type Given } from "../../support/graph";

const own = (filter: string): readonly Given[] => [
  part("zone", { zone: "admin", account: "admin-project" }),
  {
    type: "gcp:projects/iAMAuditConfig",
    name: "audit",
    parent: "zone",
    inputs: {
      service: "allServices",
      auditLogConfigs: ["DATA_READ", "DATA_WRITE"].map((logType) => ({ logType })),
    },
  },
  { type: "gcp:logging/projectBucketConfig", name: "kept", parent: "zone", inputs: { locked: false } },
  {
    type: "gcp:logging/projectSink",
    name: "sink",
    parent: "zone",
    inputs: { filter },
    refers: { destination: "kept" },
  },
];

const without = 'NOT logName:"cloudaudit.googleapis.com"';

describe("B-L02 of sinks for logs of services", () => {
  it("leaves alone a sink that leads no audit log anywhere, and does not take it for one that does", () =>
    assert.deepEqual(said(l02, graphOf(own(without))), [
      "audit holds: service is allServices and reads and writes are told",
      "admin on Google unproven: no gcp:logging/projectSink is of this program; those of the organization cannot be seen; make gcp:logging/projectSink, or show the organization's",
    ]));

  for (const filter of ["", `${without} OR severity>=ERROR`])
    it(`judges one with the filter '${filter}' like any other`, () =>
      assert.deepEqual(said(l02, graphOf(own(filter))), [
        "audit holds: service is allServices and reads and writes are told",
        "kept broken: locked is false; set locked to true",
        "sink broken: destination is kept of its own admin (admin-project); send it to an account or project that is only for logs",
      ]));
});
