import assert from "node:assert/strict";
import { InputError } from "../../../components/core/errors";
import type { Config } from "../../../components/core/planning/config/config";
import { planCustomerEnvironment } from "../../../components/core/planning/environment/plan";
import { CustomerEnvironment } from "../../../components/customer-environment/aws";
import { awsEnvironment, environmentConfigs, id } from "../../support/environment";
import { only, record, valueOf } from "../../support/recorder";

const account = "111122223333";
const boundary = { facts: { zone: "single-tenant", owner: "cloud" } } as const;

function planned(environment: object = {}) {
  const config = { ...environmentConfigs.aws, environment: { ...awsEnvironment, ...environment } };
  const plan = planCustomerEnvironment(config as unknown as Config);
  assert.ok(plan);
  return plan;
}

const environmentOf = (environment?: object) =>
  record((opts) => new CustomerEnvironment(id, { plan: planned(environment), boundary, tags: { team: "a" } }, opts), {
    outputs: ({ type }) => (type === "aws:organizations/account:Account" ? { id: account } : {}),
  });

describe("a customer's environment on AWS", () => {
  it("is an account that is protected and kept, under one guard rail, with a budget of the organization's", async () => {
    const { resources } = await environmentOf();
    const made = only(resources, "aws:organizations/account:Account", id);
    assert.deepEqual(
      [made.protect, made.retainOnDelete, made.inputs],
      [
        true,
        true,
        {
          name: id,
          email: `cloud+${id}@example.com`,
          parentId: "ou-ab12-3cd4ef56",
          roleName: "OrganizationAccountAccessRole",
          closeOnDeletion: false,
          tags: {
            team: "a",
            "sourcegraph-zone": "single-tenant",
            "sourcegraph-owner": "cloud",
            "sourcegraph:name": id,
            "environment-kind": "replica",
            customer: "AcmeCorp",
          },
        },
      ],
    );
    assert.deepEqual(only(resources, "aws:organizations/policyAttachment:PolicyAttachment", `${id}-guard`).inputs, {
      policyId: `${id}-guard-id`,
      targetId: account,
    });
    const { notifications, costFilters, limitAmount } = only(resources, "aws:budgets/budget:Budget", `${id}-budget`)
      .inputs as { notifications: { threshold: number; notificationType: string }[] } & Record<string, unknown>;
    assert.deepEqual([limitAmount, costFilters], ["1500", [{ name: "LinkedAccount", values: [account] }]]);
    assert.deepEqual(
      notifications.map(({ threshold, notificationType }) => [threshold, notificationType]),
      [
        [80, "ACTUAL"],
        [100, "ACTUAL"],
        [100, "FORECASTED"],
      ],
    );
  });

  it("has a provider that takes the account's role in this account alone, which makes trail and shared role", async () => {
    const { resources, result } = await environmentOf();
    const provider = only(resources, "pulumi:providers:aws", `${id}-account`).inputs;
    assert.deepEqual(JSON.parse(String(provider["assumeRoles"])), [
      { roleArn: `arn:aws:iam::${account}:role/OrganizationAccountAccessRole`, sessionName: id },
    ]);
    assert.deepEqual(JSON.parse(String(provider["allowedAccountIds"])), [account]);
    const trail = only(resources, "aws:cloudtrail/trail:Trail", `${id}-audit`).inputs;
    assert.deepEqual(
      [trail["s3BucketName"], trail["kmsKeyId"], trail["isMultiRegionTrail"], trail["enableLogFileValidation"]],
      ["example-audit", awsEnvironment.audit.key, true, true],
    );
    assert.deepEqual(trail["eventSelectors"], [
      {
        readWriteType: "All",
        includeManagementEvents: true,
        dataResources: [{ type: "AWS::S3::Object", values: ["arn:aws:s3"] }],
      },
    ]);
    const role = only(resources, "aws:iam/role:Role", `${id}-shared-access`).inputs;
    assert.equal(role["name"], "AcmeCorpReplicaSharedAccessRole");
    const { Statement: statements } = JSON.parse(String(role["assumeRolePolicy"])) as { Statement: object[] };
    assert.deepEqual(statements, [
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::444455556666:root" },
        Action: "sts:AssumeRole",
        Condition: {
          Bool: { "aws:MultiFactorAuthPresent": "true" },
          StringLike: { "sts:RoleSessionName": "${aws:username}" },
        },
      },
    ]);
    const link = await valueOf(result!.links.switchRole);
    assert.equal(
      link,
      `https://signin.aws.amazon.com/switchrole?account=${account}&roleName=AcmeCorpReplicaSharedAccessRole&displayName=${id}`,
    );
  });

  it("has a trail of the partition its region is in", async () => {
    const plan = { ...planned(), region: "us-gov-west-1" };
    const { resources } = await record((opts) => new CustomerEnvironment(id, { plan, boundary }, opts), {
      outputs: ({ type }) => (type === "aws:organizations/account:Account" ? { id: account } : {}),
    });
    const trail = only(resources, "aws:cloudtrail/trail:Trail", `${id}-audit`).inputs;
    const [selector] = trail["eventSelectors"] as { dataResources: { values: string[] }[] }[];
    assert.deepEqual(selector?.dataResources[0]?.values, ["arn:aws-us-gov:s3"]);
  });

  it("lets groups of people in by sessions of two hours, with a link for each set of permissions", async () => {
    const { resources, result } = await environmentOf();
    assert.equal(
      only(resources, "aws:ssoadmin/permissionSet:PermissionSet", `${id}-read`).inputs["sessionDuration"],
      "PT2H",
    );
    const { group } = awsEnvironment.access[0];
    const assigned = only(resources, "aws:ssoadmin/accountAssignment:AccountAssignment", `${id}-operate-${group}`);
    assert.deepEqual(
      [
        assigned.inputs["principalId"],
        assigned.inputs["principalType"],
        assigned.inputs["targetId"],
        assigned.dependsOn,
      ],
      [group, "GROUP", account, [`${id}-operate`]],
    );
    const links = await valueOf(result!.links.signOn);
    const portal = "https://example.awsapps.com/start/#/console?account_id=111122223333&role_name=";
    assert.deepEqual(links, { [`${id}-read`]: `${portal}${id}-read`, [`${id}-operate`]: `${portal}${id}-operate` });
  });

  it("has the customer's name in one tag and the historical role, and in nothing else it registers", async () => {
    const { resources } = await environmentOf();
    const named = resources.filter((each) => JSON.stringify(each).includes("AcmeCorp")).map(({ name }) => name);
    assert.deepEqual(named.sort(), [id, `${id}-shared-access`, `${id}-shared-access`]);
  });

  it("lets go of the account once it closes, and switches to the organization's role where none is shared", async () => {
    const { sharedRole: _shared, ...bare } = awsEnvironment.account;
    const { resources, result } = await environmentOf({ close: id, account: bare, access: [] });
    const made = only(resources, "aws:organizations/account:Account", id);
    assert.deepEqual([made.protect, made.retainOnDelete, made.inputs["closeOnDeletion"]], [false, false, true]);
    assert.deepEqual(
      resources.filter(({ type }) => /iam|ssoadmin/.test(type)).map(({ name }) => name),
      [],
    );
    const link = await valueOf(result!.links.switchRole);
    assert.match(link ?? "", /roleName=OrganizationAccountAccessRole&/);
  });

  it("refuses a plan of another cloud", async () => {
    const plan = planCustomerEnvironment(environmentConfigs.gcp as unknown as Config);
    assert.ok(plan);
    const { error, resources } = await record((opts) => new CustomerEnvironment(id, { plan, boundary }, opts));
    assert.ok(error instanceof InputError);
    assert.match(error.message, /'plan\.cloud' is gcp; this component is of aws/);
    assert.deepEqual(resources, []);
  });
});
