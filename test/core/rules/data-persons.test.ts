import assert from "node:assert/strict";
import { d03 } from "../../../components/core/rules/data/d03";
import { unknownValue } from "../../../components/core/rules/graph";
import { graphOf, said, type Given } from "../../support/graph";

const component = (name: string, owner: string, dataClasses: readonly "identity"[] = []): Given => ({
  type: "sourcegraph:admin:Service",
  name,
  boundary: { facts: { zone: "identity", owner, dataClasses } },
});
const accounts = component("accounts", "accounts", ["identity"]);
const analytics = component("analytics", "analytics");
const keys: readonly Given[] = [
  { type: "gcp:kms/cryptoKey", name: "own", parent: "accounts" },
  { type: "gcp:kms/cryptoKey", name: "other", parent: "analytics" },
];
const dataset = (parent = "accounts", key = "own"): Given => ({
  type: "gcp:bigquery/dataset",
  name: "user-emails",
  parent,
  refers: { defaultEncryptionConfiguration: key },
});
const reader = (parent: string): readonly Given[] => [
  { type: "gcp:serviceaccount/account", name: "reader", parent },
  {
    type: "gcp:bigquery/datasetIamMember",
    name: "reads",
    inputs: { role: "roles/bigquery.dataViewer", member: unknownValue },
    refers: { datasetId: "user-emails", member: "reader" },
  },
];

describe("B-D03", () => {
  it("lets a service keep data about persons under its own key, for itself and the backups", () => {
    for (const parent of ["accounts", "backups"])
      assert.deepEqual(
        said(
          d03,
          graphOf([accounts, component("backups", "backup"), ...keys.slice(0, 1), dataset(), ...reader(parent)]),
        ),
        ["user-emails holds: its owner is accounts and its key own is of accounts alone"],
      );
  });

  it("finds a reader of another service", () =>
    assert.deepEqual(said(d03, graphOf([accounts, analytics, ...keys, dataset(), ...reader("analytics")])), [
      "user-emails broken: reads gives reader roles/bigquery.dataViewer on it; remove reads",
    ]));

  it("finds an owner that is not to have such data", () =>
    assert.deepEqual(
      said(
        d03,
        graphOf([component("analytics", "analytics", ["identity"]), ...keys.slice(1), dataset("analytics", "other")]),
      ),
      [
        "user-emails broken: its owner analytics is none of accounts, billing, enterprise-portal, pings, workspaces; keep that data with one of these, or do not declare it identity",
      ],
    ));

  it("finds a key that another owner's store has too", () =>
    assert.deepEqual(
      said(
        d03,
        graphOf([
          accounts,
          analytics,
          ...keys,
          dataset(),
          { type: "gcp:pubsub/topic", name: "events", parent: "analytics", refers: { kmsKeyName: "own" } },
        ]),
      ),
      ["user-emails broken: its key own is also that of events of analytics; give it a key of its own"],
    ));

  it("cannot prove a key or a reader that is of no program", () => {
    const [, grant = {}] = reader("accounts");
    assert.deepEqual(
      said(
        d03,
        graphOf([
          accounts,
          { type: "gcp:bigquery/dataset", name: "user-emails", parent: "accounts" },
          { ...(grant as Given), refers: { datasetId: "user-emails" } },
        ]),
      ),
      [
        "user-emails unproven: no key of this program is its key and whom reads gives rights is known only after the deployment; give it a key of its own and give reads an identity of accounts",
      ],
    );
  });
});
