import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import { closeAccount } from "../../cli/environment/organizations";
import { awsEnvironment, environmentConfigs, id } from "../support/environment";
import { instanceFile } from "../support/fleet";
import { folderWith, sgbox, stackFile, type Ran } from "./support";

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

  it("is asked about an address that an account can have, or nobody is asked anything", async () => {
    for (const [address, message] of [
      ["cloud", 'must be a mail address, got "cloud"'],
      [
        "cloud@example.com",
        'must have one plus, such as cloud+src-3f9c1a20b7@example.com, so that it is no other account\'s, got "cloud@example.com"',
      ],
    ] as const) {
      const { code, stderr } = await sgbox(["environment", "email", address]);
      assert.deepEqual([code, stderr], [2, `sgbox: nobody was asked:\n  - 'address' ${message}\n`]);
    }
  });
});

describe("the address of an account that is to be made", () => {
  const { name: _name, release: _release, ...config } = environmentConfigs.aws;
  const idOf = (number: number): string => instanceFile(number).id;
  const withEmail = (email: string) => ({
    ...config,
    environment: { ...awsEnvironment, account: { ...awsEnvironment.account, email } },
  });
  const listed = (Id: string, Name: string, Email: string) => ({ Id, Name, Email, Status: "ACTIVE" });
  const accounts = [
    listed("111111111111", "audit", "CLOUD+1@example.com"),
    listed("222222222222", idOf(2), "cloud+2@example.com"),
  ];
  let folder: string;
  let asked: () => string[];

  /** A fleet of three in accounts of their own, a stack, and stand-ins of both programs: what they are asked is kept. */
  const made = (aws: string): void => {
    folder = folderWith({
      "fleet.yaml": "name: managed\n",
      "accounts.json": JSON.stringify({ Accounts: accounts }),
      "Pulumi.one.yaml": stackFile({ ...environmentConfigs.aws, ...withEmail("cloud+2@example.com"), name: idOf(2) }),
      asked: "",
    });
    for (const part of ["instances", "states", "bin", "home/pulumi/bin"])
      mkdirSync(join(folder, part), { recursive: true });
    for (const number of [1, 2, 3])
      writeFileSync(
        join(folder, `instances/${number}.yaml`),
        stringify(instanceFile(number, { config: withEmail(`cloud+${number}@example.com`), release: "7.5.4453" })),
      );
    const program = (file: string, text: string): void => {
      writeFileSync(join(folder, file), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, file), 0o755);
    };
    program("bin/aws", `echo "aws $*" >>${folder}/asked\n${aws}`);
    program(
      "home/pulumi/bin/pulumi",
      `[ "$1" = version ] && { echo v3.248.0; exit; }
echo "pulumi $1 $2" >>${folder}/asked
[ -f ${folder}/state.json ] || { echo "error: no stack named 'one' found" >&2; exit 255; }
[ "$2" = export ] && { cat ${folder}/state.json; exit; }
[ "$1" = stack ] || { echo "error: it is not asked more" >&2; exit 1; }`,
    );
    asked = () => readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
  };
  const ran = (...args: string[]): Promise<Ran> => {
    const env = {
      PATH: `${join(folder, "bin")}:/usr/bin:/bin`,
      SGBOX_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: pathToFileURL(join(folder, "states")).href,
    };
    return sgbox(args, { folder, env, today: "2026-11-22" });
  };
  const answers = (): void => made(`cat "$(dirname "$0")/../accounts.json"`);
  const question = "aws organizations list-accounts --cli-connect-timeout=10 --output json";
  const fix = "and an address is never free again; use another part after the plus";
  const left = `, and where an update that broke off has left this one, close it by 'sgbox environment close --account 222222222222 --name ${idOf(2)}'`;
  const headline = "sgbox: refused, because addresses of accounts are taken, and nothing was begun:";
  const problems = [
    `  - 'instances/1.yaml: config.environment.account.email' is "cloud+1@example.com", which is taken by account 111111111111 (audit, ACTIVE), ${fix}`,
    `  - 'instances/2.yaml: config.environment.account.email' is "cloud+2@example.com", which is taken by account 222222222222 (${idOf(2)}, ACTIVE), ${fix}${left}`,
  ];

  it("refuses a fleet's deployment and its preview where others have it, all of them at once, before anything begins", async () => {
    answers();
    for (const verb of [
      ["deploy", "7.5.4453", "--to", "true", "--yes"],
      ["fleet", "preview"],
    ]) {
      const { code, stdout, stderr } = await ran(...verb);
      assert.deepEqual([code, stdout, stderr], [3, "", `${[headline, ...problems].join("\n")}\n`]);
      assert.ok(!existsSync(join(folder, ".fleet")));
    }
    assert.deepEqual(asked(), [question, question]);
  });

  it("is asked for no instance that is not selected, is not deployed by a rollout, or has its account already", async () => {
    answers();
    mkdirSync(join(folder, "states/.pulumi/stacks/sourcegraph"), { recursive: true });
    const resources = [{ type: "aws:organizations/account:Account", id: "222222222222" }];
    const state = JSON.stringify({ checkpoint: { latest: { resources } } });
    writeFileSync(join(folder, `states/.pulumi/stacks/sourcegraph/${idOf(2)}.json`), state);
    const to = `instance.id == "${idOf(2)}"`;
    await ran("deploy", "7.5.4453", "--to", to, "--yes");
    await ran("fleet", "rollout", "--to", "7.5.4453", "--yes");
    assert.ok(!asked().includes(question));
  });

  it("refuses the update of a stack and its preview, which is not made then", async () => {
    answers();
    const problem = `  - 'environment.account.email' is "cloud+2@example.com", which is taken by account 222222222222 (${idOf(2)}, ACTIVE), ${fix}${left}`;
    for (const verb of [["up", "--yes"], ["preview"]]) {
      const { code, stderr } = await ran(...verb, "--stack", "one");
      assert.equal(code, 3);
      assert.equal(stderr.slice(stderr.indexOf("sgbox: ")), `${headline}\n${problem}\n`);
    }
    const once = ["pulumi stack select", question];
    assert.deepEqual(asked(), [...once, ...once]);
  });

  it("is asked for no stack that has its account already", async () => {
    answers();
    const resources = [{ type: "aws:organizations/account:Account", id: "222222222222" }];
    writeFileSync(join(folder, "state.json"), JSON.stringify({ version: 3, deployment: { resources } }));
    await ran("up", "--yes", "--stack", "one");
    assert.ok(!asked().includes(question));
    assert.ok(asked().includes("pulumi up --yes"), asked().join("; "));
  });

  it("that cannot be asked for is told in one line, and what was wanted goes on", async () => {
    const emails = [1, 2, 3].map((number) => `cloud+${number}@example.com`).join(", ");
    const unknown = `whether an account of the organization has ${emails} already is not known, and AWS refuses it then: `;
    for (const [aws, why] of [
      [
        'echo "You must specify a region or credentials" >&2; exit 253',
        "aws organizations list-accounts json failed: You must specify a region or credentials",
      ],
      ["echo '{}'", "its answer could not be understood"],
    ] as const) {
      made(aws);
      const { stderr } = await ran("fleet", "preview");
      assert.equal(stderr.split("\n")[0], unknown + why);
      assert.ok(stderr.includes("change sets are in"), stderr);
    }
    made("");
    const { stderr } = await sgbox(["deploy", "7.5.4453", "--to", "true"], {
      folder,
      env: { PATH: join(folder, "none"), SGBOX_HOME: join(folder, "home") },
      today: "2026-11-22",
    });
    assert.equal(stderr.split("\n")[0], `${unknown}aws is not on the PATH`);
  });
});
