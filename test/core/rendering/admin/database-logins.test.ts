import assert from "node:assert/strict";
import { adminDatabaseLogins, adminLoginFiles } from "../../../../components/core/rendering/admin/database-logins";
import { adminPlan } from "../../../support/admin";

describe("the logins of the databases of support services", () => {
  it("are those that the components declare: the service's identity, and an owner that no service is", () =>
    assert.deepEqual(
      (["aws", "gcp"] as const).map((cloud) =>
        adminDatabaseLogins(adminPlan(cloud)).map(({ server, database, app, owner }) =>
          [server, database, app, owner].join(" "),
        ),
      ),
      [
        [
          "sg-billing-main accounts sg-billing migrations",
          "sg-billing-main cody_management sg-billing migrations",
          "sg-enterprise-portal-main enterprise_portal sg-enterprise-portal migrations",
          "sg-enterprise-portal-main openfga sg-enterprise-portal migrations",
        ],
        [
          "sg-billing-main accounts sg-billing@example-admin.iam migrations",
          "sg-billing-main cody_management sg-billing@example-admin.iam migrations",
          "sg-enterprise-portal-main enterprise-portal sg-enterprise-portal@example-admin.iam migrations",
          "sg-enterprise-portal-main openfga sg-enterprise-portal@example-admin.iam migrations",
        ],
      ],
    ));

  it("are a file for each database, and steps that name each of them and make those that the cloud does not", () => {
    for (const cloud of ["aws", "gcp"] as const) {
      const files = adminLoginFiles(adminPlan(cloud));
      const readme = files.find(({ path }) => path === "README.md")?.text ?? "";
      const named = [...new Set([...readme.matchAll(/[\w-]+\/[\w-]+\.sql/g)].map(([name]) => name))];
      assert.deepEqual(
        [...named, "README.md"],
        files.map(({ path }) => path),
      );
      assert.deepEqual(
        [...readme.matchAll(/create database "(.*)"/g)].map(([, name]) => name),
        cloud === "aws" ? ["cody_management", "openfga"] : [],
      );
    }
  });
});
