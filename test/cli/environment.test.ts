import assert from "node:assert/strict";
import { closeAccount } from "../../cli/environment/organizations";
import { id } from "../support/environment";
import { sgbox } from "./support";

const account = "111122223333";
const clock = { now: () => 0, pause: (): Promise<void> => Promise.resolve() };

describe("the account of an instance", () => {
  /** An organization whose account is under these policies; what it was asked is in `said`. */
  const organization = (...policies: readonly string[]) => {
    const said: string[] = [];
    let status = "ACTIVE";
    const run = (args: readonly string[]): Promise<string> => {
      said.push(args.slice(1).join(" "));
      if (args[1] === "close-account") status = "SUSPENDED";
      const attached = policies.map((name, index) => ({ Id: `p-0000000${index}`, Name: name }));
      const answer = {
        Account: { Id: account, Name: id, Email: `cloud+${id}@example.com`, Status: status },
        Policies: attached,
      };
      return Promise.resolve(JSON.stringify(answer));
    };
    return { run, said };
  };

  it("is not closed by hand while the guard rail of its instance is attached", async () => {
    const { run, said } = organization("FullAWSAccess", `${id}-guard`);
    await assert.rejects(closeAccount(run, clock, { id: account, name: id }), {
      name: "RefusedError",
      message: `refused, because its instance is still there:\n  - 'account' ${account} is under the guard rail ${id}-guard, so its instance is not deleted; 'sgbox fleet delete ${id} --close-environment', or environment.close and 'sgbox down', close it with the instance. Where no stack knows the account any more, detach p-00000001 from it first`,
    });
    assert.deepEqual(said, [
      `describe-account --account-id ${account} --output json`,
      `list-policies-for-target --target-id ${account} --filter SERVICE_CONTROL_POLICY --output json`,
    ]);
  });

  it("is closed once its guard rail is gone, whatever else it is under, and asked nothing when it is closed", async () => {
    const { run, said } = organization("FullAWSAccess", "src-00000000-guard");
    assert.equal((await closeAccount(run, clock, { id: account, name: id })).status, "SUSPENDED");
    assert.equal(said[2], `close-account --account-id ${account}`);
    said.length = 0;
    assert.equal((await closeAccount(run, clock, { id: account, name: id })).status, "SUSPENDED");
    assert.deepEqual(said, [`describe-account --account-id ${account} --output json`]);
  });

  it("is asked for by an account and an opaque name, or nobody is asked anything", async () => {
    const { code, stderr } = await sgbox(["environment", "close", "--account", "1", "--name", "audit", "--yes"]);
    assert.equal(code, 2);
    assert.equal(
      stderr,
      `sgbox: nothing was done:\n  - 'account' must be an account of AWS, 12 digits, got "1"\n  - 'name' must be the opaque name of an instance, src- and 8 to 20 hexadecimal digits, got "audit"; accounts of other names are not closed from here\n`,
    );
  });
});
