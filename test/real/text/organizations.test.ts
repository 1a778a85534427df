import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { closeAccount, listAccounts } from "../../../cli/environment/organizations";
import { cloudProgram } from "../../../cli/machine/cloud-program";
import { sgbox } from "../../cli/support";
import { awsEnvironment, environmentConfigs, id } from "../../support/environment";
import { instanceFile } from "../../support/fleet";
import { Moto } from "../../support/moto";
import { requirePython } from "../../support/python";

const address = `cloud+${id}@example.com`;

describe("the accounts of an organization, by the AWS command line against moto", function () {
  this.timeout(120_000);
  let moto: Moto;
  let account: string;

  before(async function () {
    moto = await Moto.start(requirePython(this));
    await moto.aws("organizations", "create-organization", "--feature-set", "ALL");
    const made = await moto.aws("organizations", "create-account", "--email", address, "--account-name", id);
    account = (JSON.parse(made) as { CreateAccountStatus: { AccountId: string } }).CreateAccountStatus.AccountId;
  });
  after(() => moto?.stop());

  /** Runs the command, and answers what it said. */
  const ran = async (...args: string[]): Promise<{ code: number; text: string }> => {
    const { code, stdout, stderr } = await sgbox(args, { env: { ...process.env, ...moto.environment } });
    return { code, text: stdout + stderr };
  };
  const asked = () => moto.requests().filter(({ method }) => method === "POST").length;

  it("tell that an address is taken, however it is written, and that another is free", async () => {
    const taken = await ran("environment", "email", address.toUpperCase());
    assert.equal(taken.code, 3);
    assert.match(
      taken.text,
      new RegExp(`is taken by account ${account} \\(${id}, ACTIVE\\), and an address is never free again`),
    );
    const free = await ran("environment", "email", "cloud+src-00000000@example.com");
    assert.deepEqual(free, { code: 0, text: "no account of the organization has cloud+src-00000000@example.com\n" });
  });

  it("keep a fleet from deploying an instance with an address that is taken, before anything begins", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sgbox-taken-"));
    try {
      mkdirSync(join(folder, "instances"));
      const { name: _name, release: _release, ...config } = environmentConfigs.aws;
      writeFileSync(join(folder, "fleet.yaml"), stringify({ name: "managed", backend: `file://${folder}` }));
      const environment = { ...awsEnvironment, account: { ...awsEnvironment.account, email: address } };
      const instance = instanceFile(1, { release: "7.5.4453", config: { ...config, environment } });
      writeFileSync(join(folder, "instances/1.yaml"), stringify(instance));
      const refused = await ran("deploy", "7.5.4453", "--to", "true", "--yes", "--fleet", folder);
      assert.deepEqual(refused, {
        code: 3,
        text: `sgbox: refused, because addresses of accounts are taken, and nothing was begun:\n  - 'instances/1.yaml: config.environment.account.email' is "${address}", which is taken by account ${account} (${id}, ACTIVE), and an address is never free again; use another part after the plus\n`,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("are not closed for another instance, nor without a yes", async () => {
    const other = await ran("environment", "close", "--account", account, "--name", "src-00000000", "--yes");
    assert.equal(other.code, 3);
    assert.match(other.text, new RegExp(`'account' ${account} is named ${id}, and not src-00000000`));
    const before = asked();
    const unasked = await ran("environment", "close", "--account", account, "--name", id);
    assert.deepEqual([unasked.code, asked()], [2, before]);
    const wrong = await ran("environment", "close", "--account", "1", "--name", id, "--yes");
    assert.match(wrong.text, /'account' must be an account of AWS, 12 digits, got "1"/);
    const [, made] = await listAccounts(cloudProgram("aws", { env: { ...process.env, ...moto.environment } }));
    assert.deepEqual(made, { id: account, name: id, email: address, status: "ACTIVE" });
  });

  it("are not closed as long as the guard rail of their instance is attached", async () => {
    const made = await moto.aws(
      ...["organizations", "create-policy", "--type", "SERVICE_CONTROL_POLICY", "--name", `${id}-guard`],
      ...["--description", "guards", "--content", JSON.stringify({ Version: "2012-10-17", Statement: [] })],
    );
    const guard = (JSON.parse(made) as { Policy: { PolicySummary: { Id: string } } }).Policy.PolicySummary.Id;
    const attached = ["--policy-id", guard, "--target-id", account];
    await moto.aws("organizations", "attach-policy", ...attached);
    const kept = await ran("environment", "close", "--account", account, "--name", id, "--yes");
    assert.equal(kept.code, 3);
    assert.match(kept.text, new RegExp(`'account' ${account} is under the guard rail ${id}-guard`));
    await moto.aws("organizations", "detach-policy", ...attached);
  });

  it("are closed once, and stay so when asked again", async () => {
    const closed = await ran("environment", "close", "--account", account, "--name", id, "--yes");
    assert.deepEqual(closed, {
      code: 0,
      text: `account ${account} of ${id} is closed; AWS keeps it for 90 days, and its address ${address} for ever\n`,
    });
    const again = await ran("environment", "close", "--account", account, "--name", id, "--yes", "--json");
    assert.deepEqual(
      [again.code, JSON.parse(again.text)],
      [0, { id: account, name: id, email: address, status: "SUSPENDED" }],
    );
  });

  it("are waited for while they are being closed, and no longer than half an hour", async () => {
    let now = 0;
    const pauses: number[] = [];
    const clock = {
      now: () => now,
      pause: (seconds: number): Promise<void> => {
        pauses.push(seconds);
        now += seconds * 1000;
        return Promise.resolve();
      },
    };
    const said: string[] = [];
    let status = "ACTIVE";
    const program =
      (until: number) =>
      (args: readonly string[]): Promise<string> => {
        if (args[1] === "close-account") status = "PENDING_CLOSURE";
        else if (pauses.length >= until) status = "SUSPENDED";
        said.push(args[1] ?? "");
        if (args[1] === "list-policies-for-target") return Promise.resolve(JSON.stringify({ Policies: [] }));
        return Promise.resolve(JSON.stringify({ Account: { Id: account, Name: id, Email: address, Status: status } }));
      };
    assert.equal((await closeAccount(program(2), clock, { id: account, name: id })).status, "SUSPENDED");
    assert.deepEqual(pauses, [10, 10]);
    assert.deepEqual(said, [
      "describe-account",
      "list-policies-for-target",
      "close-account",
      "describe-account",
      "describe-account",
      "describe-account",
    ]);
    status = "PENDING_CLOSURE";
    await assert.rejects(closeAccount(program(Infinity), clock, { id: account, name: id }), {
      message: `account ${account} is PENDING_CLOSURE after 30 minutes, and not closed`,
    });
  });
});
