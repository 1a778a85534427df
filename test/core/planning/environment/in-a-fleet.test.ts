import assert from "node:assert/strict";
import { parseFleet } from "../../../../components/core/planning/fleet/parse-fleet";
import { problemLines } from "../../../support/configs";
import { awsEnvironment, environmentConfigs } from "../../../support/environment";
import { instanceFile, today } from "../../../support/fleet";

const { name: _name, release: _release, ...config } = environmentConfigs.aws;
const inAccount = (email: string) => ({
  ...config,
  environment: { ...awsEnvironment, account: { ...awsEnvironment.account, email } },
});

const read = (emails: readonly string[]) => {
  const files = emails.map((email, index) => [
    `instances/${index}.yaml`,
    { ...instanceFile(index + 1), config: inAccount(email) },
  ]);
  return parseFleet({ fleet: { name: "managed" }, instances: Object.fromEntries(files) as never }, today);
};

describe("instances of a fleet in accounts of their own", () => {
  it("are refused where two have one address, however it is written, and read where each has its own", () => {
    assert.throws(
      () => read(["cloud+1@example.com", "Cloud+1@example.com"]),
      (error) => {
        assert.deepEqual(problemLines(error), [
          `'instances/1.yaml: config.environment.account.email' is "Cloud+1@example.com", which instances/0.yaml has already; each needs its own`,
        ]);
        return true;
      },
    );
    assert.equal(read(["cloud+1@example.com", "cloud+2@example.com"]).instances.length, 2);
  });
});
