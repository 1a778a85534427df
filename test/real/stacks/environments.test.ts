import assert from "node:assert/strict";
import type { CloudObject, ConfigValue } from "../../support/engine";
import { awsEnvironment, gcpEnvironment, id } from "../../support/environment";
import { requireToolchain } from "../../support/toolchain";
import { SampleStack } from "./sample";

const nameOf = ({ urn = "" }: { readonly urn?: string }): string => urn.split("::").at(-1) ?? "";

/** The sample, as small as can be, in an environment of its own. */
const inside = (environment: object): Record<string, ConfigValue | undefined> => ({
  name: id,
  environment: environment as ConfigValue,
  size: "XS",
  usage: undefined,
  domain: undefined,
  dnsZone: undefined,
  gcp: undefined,
  outsideCheck: { enabled: false },
});

interface Shown {
  readonly environment: { readonly id: string; readonly links: Readonly<Record<string, unknown>> };
}

interface Resource {
  readonly type: string;
  readonly provider?: string;
  readonly protect?: boolean;
}

/** What the state holds. */
function resourcesOf(stack: SampleStack): readonly Resource[] {
  const state = JSON.parse(stack.engine.exportState()) as { checkpoint: { latest: { resources: Resource[] } } };
  return state.checkpoint.latest.resources;
}

/** The names of the providers by which each type was made, without those of the environment itself. */
function providersOf(stack: SampleStack, type: RegExp): string[] {
  const found = resourcesOf(stack).filter((each) => type.test(each.type));
  return [...new Set(found.map(({ provider = "" }) => provider.split("::")[3] ?? ""))].sort();
}

/** What a preview says of a program that has dropped everything. */
async function dropped(stack: SampleStack): Promise<string> {
  const restore = stack.alter("stacks/index.js", /[^]*/, "module.exports = async () => ({});");
  const { code, stdout, stderr } = await stack.run("preview").finally(restore);
  assert.notEqual(code, 0);
  return stdout + stderr;
}

/** Deploys, and sees that nothing is left to do. */
async function comesUp(stack: SampleStack): Promise<void> {
  await stack.changes("up");
  assert.deepEqual(await stack.changes("preview"), []);
  assert.deepEqual(await stack.changes("refresh"), []);
}

/** An update on purpose, which lets go of the environment and changes nothing else. */
async function letsGo(stack: SampleStack, environment: object, type: string): Promise<void> {
  stack.set({ deletionProtection: false, environment: { ...environment, close: id } });
  const changes = await stack.changes("up");
  assert.deepEqual(
    changes.filter((each) => !each.startsWith("update ")),
    [],
  );
  assert.ok(changes.includes(`update ${type} ${id}`), changes.join());
}

/** Goes down, and sees that after the environment nothing is deleted but what is outside of it. */
async function goesDown(stack: SampleStack, type: string, outside: RegExp): Promise<void> {
  const steps = await stack.steps(() => stack.changes("destroy"));
  const later = steps.slice(steps.indexOf(`delete ${type} ${id}`) + 1);
  assert.deepEqual(
    later.filter((step) => !outside.test(step)),
    [],
    "something was deleted in an environment that is gone",
  );
}

const refusesIt = /cannot be deleted\s+because it is protected/;

/** Whether the state guards the one resource of a type. */
function isProtected(stack: SampleStack, type: string): boolean {
  return resourcesOf(stack).find((each) => each.type === type)?.protect === true;
}

describe("an instance in an account of its own on the real engine with a stand-in cloud", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  const account = "aws:organizations/account:Account";
  let stack: SampleStack;

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "aws", inside(awsEnvironment));
  });
  after(() => stack?.stop());

  const accountsOf = (type: string) => [
    ...new Set(
      stack.engine
        .cloud()
        .all(type)
        .map(({ outputs }: CloudObject) => String(outputs["arn"]).split(":")[4]),
    ),
  ];

  it("comes up in the account that the same update makes; a second preview and a refresh change nothing", () =>
    comesUp(stack));

  it("has everything of the instance in that account, and its guards outside of it", async () => {
    const made = stack.one(account);
    for (const type of [
      "aws:kms/key:Key",
      "aws:ebs/volume:Volume",
      "aws:cloudtrail/trail:Trail",
      "aws:ec2/instance:Instance",
    ])
      assert.deepEqual(accountsOf(type), [made.id], type);
    assert.deepEqual(providersOf(stack, /^aws:(ec2|ebs|kms|s3|iam|secretsmanager|cloudtrail)\//), [`${id}-account`]);
    assert.deepEqual(providersOf(stack, /^aws:(organizations|budgets|ssoadmin)\//).includes(`${id}-account`), false);
    const { environment } = (await stack.engine.outputs()) as unknown as Shown;
    assert.equal(environment.id, made.id);
    assert.equal(
      environment.links["switchRole"],
      `https://signin.aws.amazon.com/switchrole?account=${made.id}&roleName=AcmeCorpReplicaSharedAccessRole&displayName=${id}`,
    );
    const named = Object.values(stack.engine.cloud().objects).filter((each) =>
      JSON.stringify(each).includes("AcmeCorp"),
    );
    assert.deepEqual(named.map(nameOf).sort(), [id, `${id}-shared-access`, `${id}-shared-access`]);
  });

  it("refuses what would make another account or leave this one, before anything is registered", async () => {
    const { account: of } = awsEnvironment;
    assert.match(
      await stack.refusal({
        environment: { ...awsEnvironment, account: { ...of, email: "cloud+2@example.com" } },
      }),
      /'environment\.account\.email' is deployed as cloud\+src-3f9c1a20b7@example\.com, and cannot become cloud\+2@example\.com/,
    );
  });

  it("is not closed by a program that has dropped it", async () => {
    assert.match(await dropped(stack), refusesIt);
    assert.ok(isProtected(stack, account));
    assert.equal(stack.one(account).outputs["status"], "ACTIVE");
  });

  it("is closed on purpose in two steps: an update lets go, and going down closes the account last", async () => {
    await letsGo(stack, awsEnvironment, account);
    assert.equal(stack.one(account).outputs["status"], "ACTIVE");
    // Sets of permissions are the organization's; what assigns them to the account goes before it.
    const outside =
      /^delete (aws:organizations\/policy:|aws:ssoadmin\/(permissionSet|managedPolicyAttachment):|random:)/;
    await goesDown(stack, account, outside);
    assert.equal(stack.one(account).outputs["status"], "SUSPENDED");
    // What holds data was let go of, and goes with the account.
    assert.equal(stack.engine.cloud().all("aws:ebs/volume:Volume").length, 1);
    assert.deepEqual(stack.engine.cloud().all("aws:ec2/instance:Instance"), []);
  });
});

describe("an instance in a project of its own on the real engine with a stand-in cloud", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  const project = "gcp:organizations/project:Project";
  let stack: SampleStack;

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "gcp", inside(gcpEnvironment));
  });
  after(() => stack?.stop());

  it("comes up in the project that the same update makes; a second preview and a refresh change nothing", () =>
    comesUp(stack));

  it("has everything of the instance in that project, and shows where it is", async () => {
    for (const type of ["gcp:compute/instance:Instance", "gcp:compute/disk:Disk", "gcp:storage/bucket:Bucket"])
      for (const { outputs } of stack.engine.cloud().all(type)) assert.equal(outputs["project"], id, type);
    assert.deepEqual(providersOf(stack, /^gcp:(compute|kms|storage|secretmanager|serviceaccount)\//), [
      `${id}-project`,
    ]);
    const { environment } = (await stack.engine.outputs()) as unknown as Shown;
    assert.deepEqual(environment, {
      cloud: "gcp",
      name: id,
      kind: "managed",
      id,
      links: { console: `https://console.cloud.google.com/home/dashboard?project=${id}` },
    });
    const named = Object.values(stack.engine.cloud().objects).filter((each) => /acme/i.test(JSON.stringify(each)));
    assert.deepEqual(named.map(nameOf), [id]);
  });

  it("refuses another project, and is not deleted by accident", async () => {
    assert.match(
      await stack.refusal({ gcp: { project: `${id}-2` } }),
      /'gcp\.project' is deployed as src-3f9c1a20b7, and cannot become/,
    );
    assert.match(await dropped(stack), refusesIt);
    assert.ok(isProtected(stack, project));
  });

  it("is deleted on purpose in two steps: an update lets go, and going down deletes the project last", async () => {
    await letsGo(stack, gcpEnvironment, project);
    await goesDown(stack, project, /^delete random:/);
    assert.deepEqual(stack.engine.cloud().all(project), []);
  });
});
