import assert from "node:assert/strict";
import { planAdmin } from "../../../../components/core/planning/admin/plan-admin";
import type { AdminSpecification } from "../../../../components/core/planning/admin/specification";
import { parseStack } from "../../../../components/core/planning/config/parse-stack";
import { adminConfig } from "../../../components/admin-services/aws-samples";

const image = `registry.example.com/pings@sha256:${"0".repeat(64)}`;

function specification(admin: Readonly<Record<string, unknown>> = {}): AdminSpecification {
  const parsed = parseStack(adminConfig(admin));
  if (parsed.shape !== "admin") throw new Error(parsed.shape);
  return parsed;
}

const hosts = (given: AdminSpecification): readonly string[] => planAdmin(given).network.allowedHosts;

describe("hosts that what runs support services asks", () => {
  it("are the company's sign-in on AWS, where employees come in, and not on Google Cloud", () => {
    assert.ok(hosts(specification()).includes("login.example.com"));
    assert.ok(!hosts({ ...specification(), cloud: "gcp", project: "p" }).includes("login.example.com"));
    assert.ok(!hosts(specification({ services: { pings: { image } } })).includes("login.example.com"));
  });

  it("are the registries of images, but for that of the region itself", () => {
    const own = hosts(specification()).filter((host) => host.includes("dkr.ecr"));
    assert.deepEqual(own, []);
    assert.deepEqual(hosts(specification({ services: { pings: { image } } })), ["registry.example.com"]);
  });
});
