import assert from "node:assert/strict";
import fc from "fast-check";
import { readConfig } from "../../../../components/core/planning/config/reading";
import type { Config } from "../../../../components/core/planning/config/config";
import { parseStack } from "../../../../components/core/planning/config/parse-stack";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { nameLimits, opaqueName, sharedRoleName } from "../../../../components/core/planning/environment/names";
import { planCustomerEnvironment } from "../../../../components/core/planning/environment/plan";
import { problemLines, wrong } from "../../../support/configs";
import { awsEnvironment, environmentConfigs, gcpEnvironment, id } from "../../../support/environment";

const { aws, gcp } = environmentConfigs;

function planned(config: object) {
  parseSpecification(config);
  const plan = planCustomerEnvironment(readConfig(config).config as Config);
  assert.ok(plan);
  return plan;
}

describe("the plan of a customer's environment", () => {
  it("has no customer in any name on AWS but that of the historical role, and the customer in one tag", () => {
    const plan = planned(aws);
    assert.equal(plan.cloud, "aws");
    const { guardRail, ...rest } = plan;
    assert.deepEqual(rest, {
      cloud: "aws",
      name: id,
      region: "us-east-1",
      kind: "replica",
      closing: false,
      email: `cloud+${id}@example.com`,
      parent: "ou-ab12-3cd4ef56",
      role: "OrganizationAccountAccessRole",
      labels: { "sourcegraph:name": id, "environment-kind": "replica", customer: "AcmeCorp" },
      budget: {
        name: `${id}-budget`,
        monthlyUsd: 1500,
        emails: ["cloud@example.com"],
        thresholds: [
          { percent: 80, of: "actual" },
          { percent: 100, of: "actual" },
          { percent: 100, of: "forecast" },
        ],
      },
      trail: { name: `${id}-audit`, bucket: "example-audit", keyArn: awsEnvironment.audit.key },
      signOn: { instance: awsEnvironment.account.signOn.instance, portal: "https://example.awsapps.com/start" },
      permissionSets: [
        { name: `${id}-read`, policy: "ReadOnlyAccess", session: "PT2H", groups: [awsEnvironment.access[1].group] },
        { name: `${id}-operate`, policy: "PowerUserAccess", session: "PT2H", groups: [awsEnvironment.access[0].group] },
      ],
      sharedRole: {
        resource: `${id}-shared-access`,
        role: "AcmeCorpReplicaSharedAccessRole",
        account: "444455556666",
        policy: "ReadOnlyAccess",
      },
    });
    assert.ok(!guardRail.content.includes("Acme"));
  });

  it("denies in the account on AWS other regions, peering, leaving, and silence to all but the program", () => {
    const plan = planned({ ...aws, environment: { ...awsEnvironment, regions: ["us-east-1", "eu-west-1"] } });
    assert.ok(plan.cloud === "aws");
    const { Statement: statements } = JSON.parse(plan.guardRail.content) as {
      Statement: { Sid: string; Effect: string; Action?: string[]; Condition?: object }[];
    };
    assert.ok(statements.every(({ Effect }) => Effect === "Deny"));
    const of = (sid: string) => statements.find(({ Sid }) => Sid === sid);
    assert.deepEqual(of("Regions")?.Condition, {
      StringNotEquals: { "aws:RequestedRegion": ["us-east-1", "eu-west-1"] },
    });
    assert.ok(of("NoPeering")?.Action?.includes("ec2:CreateVpcPeeringConnection"));
    assert.deepEqual(of("NoLeaving")?.Action, ["organizations:LeaveOrganization", "account:CloseAccount"]);
    assert.ok(of("NoSilence")?.Action?.includes("cloudtrail:StopLogging"));
    assert.deepEqual(of("NoSilence")?.Condition, {
      ArnNotLike: { "aws:PrincipalARN": "arn:*:iam::*:role/OrganizationAccountAccessRole" },
    });
    // AWS takes 5,120 characters, and an account five policies, of which its own full access is one.
    assert.ok(plan.guardRail.content.length < 5120, String(plan.guardRail.content.length));
  });

  it("names the project on Google Cloud like the instance, with rights that end", () => {
    const plan = planned(gcp);
    assert.ok(plan.cloud === "gcp");
    assert.equal(plan.project, id);
    assert.equal(parseSpecification(gcp).gcp?.project, id);
    assert.deepEqual(plan.labels, { "sourcegraph-name": id, "environment-kind": "managed", customer: "acmecorp" });
    assert.deepEqual(plan.grants, [
      { name: `${id}-operators-editor`, group: "operators@example.com", role: "roles/editor", until: "2027-01-31" },
      {
        name: `${id}-operators-projectIamAdmin`,
        group: "operators@example.com",
        role: "roles/resourcemanager.projectIamAdmin",
        until: "2027-01-31",
      },
    ]);
    assert.deepEqual(plan.audit, { bucket: gcpEnvironment.audit.target, project: "example-logs" });
    // This machine stands on the internet itself; one behind the load balancer does not.
    const names = (config: object) => {
      const { guardRails } = planned(config) as Extract<typeof plan, { cloud: "gcp" }>;
      return guardRails.map(({ name }) => name);
    };
    assert.ok(!names(gcp).includes("no-external-addresses"));
    assert.ok(names({ ...gcp, domain: "sg.example.com", dnsZone: "zone" }).includes("no-external-addresses"));
    assert.ok(names(gcp).includes("regions"));
  });

  it("is the same for the same config, and its names fit what the clouds take, whatever the id and the customer", () => {
    const ids = fc.stringMatching(/^src-[0-9a-f]{8,20}$/);
    const customers = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,40}$/);
    fc.assert(
      fc.property(ids, customers, fc.constantFrom("replica", "managed"), (name, customer, kind) => {
        const environment = { ...awsEnvironment, customer, kind, account: { ...awsEnvironment.account } };
        const config = { ...aws, name, environment };
        const plan = planned(config);
        assert.ok(plan.cloud === "aws" && opaqueName.test(plan.name));
        assert.deepEqual(planned(config), plan);
        assert.ok(name.length <= nameLimits.project && name.length <= nameLimits.accountName);
        for (const set of plan.permissionSets) assert.ok(set.name.length <= nameLimits.permissionSet, set.name);
        assert.ok((plan.sharedRole?.role ?? "").length <= nameLimits.role);
        const { labels: _labels, sharedRole, ...rest } = plan;
        assert.ok(customer.length < 4 || !JSON.stringify(rest).includes(customer));
        assert.equal(sharedRole?.resource, `${name}-shared-access`);
      }),
      { numRuns: 60 },
    );
  });

  it("is absent where the config has none", () => {
    assert.equal(planCustomerEnvironment({ cloud: "local", release: "7.5.4453" }), undefined);
  });
});

describe("a customer's environment is refused", () => {
  it("with all that is wrong with it on AWS at once", () => {
    const environment = {
      kind: "managed",
      customer: "Acme Corp",
      parent: "folders/1",
      regions: ["eu-west-1", "nowhere"],
      budget: { monthlyUsd: 10, emails: ["nobody"] },
      audit: { target: "A" },
      access: [
        { group: "ops@example.com", permissions: "read", until: "2027-01-31" },
        { group: "ops@example.com", permissions: "read" },
      ],
      account: { email: "cloud@example.com", role: "a b", sharedRole: { account: "1" } },
      project: { billingAccount: "1" },
      close: "src-00000000",
    };
    wrong({ ...aws, name: "acme", environment }, [
      "'name' must be src- and 8 to 20 hexadecimal digits in an environment, so that no name of a customer gets into names of resources, got \"acme\"",
      "'environment.customer' must be letters and digits, beginning with a letter, got \"Acme Corp\"",
      "'environment.project' has no meaning for cloud aws; remove it",
      "'environment.regions.1' must be a region of aws, got \"nowhere\"",
      '\'environment.regions\' must name us-east-1, in which the instance is, got ["eu-west-1","nowhere"]',
      "'environment.parent' must be the id of an organizational unit such as ou-ab12-3cd4ef56, got \"folders/1\"",
      "'environment.audit.target' must be the name of a bucket, got \"A\"",
      "'environment.audit.key' is missing; the audit trail is encrypted by a key for logs",
      "'environment.account.email' must have one plus, such as cloud+src-3f9c1a20b7@example.com, so that it is no other account's, got \"cloud@example.com\"",
      "'environment.account.role' must be the name of a role, got \"a b\"",
      "'environment.account.sharedRole.account' must be an account of AWS, 12 digits in quotes, got \"1\"",
      "'environment.access.0.group' must be the id of a group in IAM Identity Center, such as 906722b3a1-0f2b7c1e-8d4a-4c53-9f0e-2b1c7d5e6f80, got \"ops@example.com\"",
      "'environment.access.0.until' has a meaning on gcp only, got \"2027-01-31\"; on aws 'account.signOn.sessionHours' ends sessions",
      "'environment.access.1' gives \"ops@example.com\" the right to read again; remove it",
      "'environment.access.1.group' must be the id of a group in IAM Identity Center, such as 906722b3a1-0f2b7c1e-8d4a-4c53-9f0e-2b1c7d5e6f80, got \"ops@example.com\"",
      "'environment.account.signOn' is missing; 'access' needs to know where people sign in",
      "'environment.budget.emails.0' must be a mail address, got \"nobody\"",
      '\'environment.close\' must be the name of this instance, "acme", got "src-00000000"',
      "'deletionProtection' is true, which keeps the cloud from deleting what is in the environment; set it to false to close it",
    ]);
  });

  it("with all that is wrong with it on Google Cloud at once", () => {
    const environment = {
      ...gcpEnvironment,
      parent: "ou-ab12-3cd4ef56",
      audit: { target: `projects/${id}/locations/us/buckets/own`, key: "k" },
      access: [{ group: "ops", permissions: "read" }],
      project: { billingAccount: "x" },
    };
    wrong({ ...gcp, gcp: { project: "somebodys" }, environment }, [
      "'environment.parent' must be a folder such as folders/123456789012, got \"ou-ab12-3cd4ef56\"",
      "'environment.audit.key' has no meaning for cloud gcp, where the bucket of logs has its key; remove it",
      "'environment.project.billingAccount' must be a billing account such as 012345-6789AB-CDEF01, got \"x\"",
      `'gcp.project' is made for this instance, and has to be ${id} or begin with ${id}-, got "somebodys"; leave it out`,
      "'environment.access.0.group' must be the mail address of a group, got \"ops\"",
      "'environment.access.0.until' is missing; rights of people end, so give the last day, such as 2027-01-31 (B-I04)",
    ]);
    wrong({ ...gcp, environment: { ...environment, ...gcpEnvironment, audit: environment.audit } }, [
      "'environment.audit.key' has no meaning for cloud gcp, where the bucket of logs has its key; remove it",
      "'environment.audit.target' is in the project itself, where it could be deleted; name one of a project for logs (B-L02)",
    ]);
  });

  it("for a shared role whose name is too long, and for a name that is missing", () => {
    const customer = `A${"b".repeat(45)}`;
    const role = sharedRoleName(customer, "replica");
    wrong({ ...aws, environment: { ...awsEnvironment, customer } }, [
      `'environment.customer' makes the name of the shared role ${role.length} characters long, and AWS takes 64; shorten it, or leave 'account.sharedRole' out`,
    ]);
    const { name: _name, ...nameless } = aws;
    wrong(nameless, ["'name' is missing; an environment is named by an opaque id such as src-3f9c1a20b7"]);
  });

  it("where there is no cloud to make it in, or each cell has an account already", () => {
    wrong({ cloud: "local", release: "7.5.4453", environment: awsEnvironment }, [
      "'environment' is made on aws or gcp, got cloud local; remove it",
    ]);
    assert.throws(
      () => parseStack({ shape: "multi-tenant", cloud: "aws", region: "us-east-1", environment: awsEnvironment }),
      (error) => {
        assert.ok(
          problemLines(error).includes(
            "'environment' has no meaning for shape multi-tenant, whose cells have accounts of their own; remove it",
          ),
        );
        return true;
      },
    );
  });
});
