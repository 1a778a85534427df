import assert from "node:assert/strict";
import { adminConfigs, adminImage, plannedAdmin, uncheckedBy } from "../../../support/gcp-admin";

const refused = /^(.*): Cloud Run answers 403 to machines and end users/;

/** Which services the notice of a plan says to be closed to callers without an identity of Google. */
const closedBy = ({ notices }: { readonly notices: readonly string[] }): string | undefined =>
  notices.map((notice) => refused.exec(notice)?.[1]).find((found) => found !== undefined);

describe("services of Cloud Run that check their callers alone", () => {
  it("are none without an exception, and the plan says who is refused", () => {
    const plan = plannedAdmin(adminConfigs.admin);
    assert.deepEqual(plan.uncheckedServices, []);
    assert.equal(closedBy(plan), "billing, cody-gateway, enterprise-portal, pings, telemetry-gateway");
  });

  it("are those with an exception from B-N02 of their very name", () => {
    const plan = plannedAdmin(adminConfigs.admin, uncheckedBy("admin-pings", "admin", "admin-cody"));
    assert.deepEqual(plan.uncheckedServices, ["pings"]);
    assert.equal(closedBy(plan), "billing, cody-gateway, enterprise-portal, telemetry-gateway");
  });

  it("never are those that employees and services of the zone alone reach, who all have an identity", () => {
    const ledger = {
      image: adminImage("ledger"),
      title: "Ledger",
      purpose: "keeps books",
      listeners: [{ plane: "human" as const, subdomain: "ledger", paths: ["/*"], admits: "employees" }],
    };
    const plan = plannedAdmin({ ...adminConfigs.admin, ownServices: { ledger } }, uncheckedBy("admin-ledger"));
    assert.deepEqual(plan.uncheckedServices, []);
  });

  it("are none on AWS, whose load balancers ask for no identity of callers", () => {
    const { uncheckedServices, notices } = plannedAdmin(adminConfigs.admin, {
      ...uncheckedBy("admin-pings"),
      cloud: "aws",
      region: "us-east-1",
    });
    assert.deepEqual(uncheckedServices, []);
    assert.equal(closedBy({ notices }), undefined);
  });
});
