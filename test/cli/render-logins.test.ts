import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { folderWith, sgbox } from "./support";

const sample = path.resolve("Pulumi.gcp-admin-sample.yaml");

describe("sgbox render database-logins", function () {
  this.timeout(60_000);

  it("writes what has to be said to each database of the stack file, and no password", async () => {
    const folder = folderWith({});
    const args = ["render", "database-logins", "--stack", sample, "--out", "d"];
    const { code, stdout, stderr } = await sgbox(args, { folder });
    assert.deepEqual(
      [code, stdout, stderr],
      [
        0,
        [
          "wrote 5 files to d:",
          "  admin-billing-main/accounts.sql",
          "  admin-billing-main/cody_management.sql",
          "  admin-enterprise-portal-main/enterprise-portal.sql",
          "  admin-enterprise-portal-main/openfga.sql",
          "  README.md",
          "",
        ].join("\n"),
        "no password is written: d/README.md says who says what to which database\n",
      ],
    );
    const sql = readFileSync(path.join(folder, "d/admin-billing-main/accounts.sql"), "utf8");
    assert.match(sql, /^grant usage on schema public to "admin-billing@example-admin\.iam";$/m);
    assert.doesNotMatch(sql, /password/);
  });

  it("is told of a stack file of support services, and takes no flag of instances", async () => {
    const { code, stderr } = await sgbox(["render", "database-logins", "--size", "S", "--out", "d"]);
    assert.deepEqual(
      [code, stderr],
      [
        2,
        "sgbox: the arguments are not valid:\n  - 'stack' is missing; database-logins needs --stack\n  - 'size' is not for database-logins; remove it\n",
      ],
    );
    const other = await sgbox(["render", "database-logins", "--stack", "Pulumi.aws-sample.yaml", "--out", "d"]);
    assert.deepEqual(
      [other.code, other.stderr],
      [2, "sgbox: the arguments are not valid:\n  - 'shape' is vm, but database-logins are of shape admin\n"],
    );
  });
});
