import assert from "node:assert/strict";
import type { BoundaryFacts } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { i01 } from "../../../components/core/rules/identities/i01";
import { i02 } from "../../../components/core/rules/identities/i02";
import { i03 } from "../../../components/core/rules/identities/i03";
import { i04 } from "../../../components/core/rules/identities/i04";
import { graphOf, said, type Given } from "../../support/graph";

const part = (name: string, facts: BoundaryFacts): Given => ({
  type: "sourcegraph:test:Part",
  name,
  boundary: { facts },
});
const admin = part("admin", { zone: "admin", account: "acme-admin", companyDomains: ["acme.com"] });
const service = (name: string) => ({ ...part(name, { service: name }), parent: "admin" });

describe("B-I01", () => {
  const account = (name: string) => ({ type: "gcp:serviceaccount/account:Account", name, parent: "admin" });
  const run = (name: string, identity?: string): Given => ({
    type: "gcp:cloudrunv2/service:Service",
    name: `${name}-run`,
    parent: name,
    inputs:
      identity === undefined ? {} : { template: { serviceAccount: `${identity}@acme-admin.iam.gserviceaccount.com` } },
    ...(identity === undefined ? {} : { refers: { template: identity } }),
  });

  it("lets every service have an account of its own", () =>
    assert.deepEqual(
      said(
        i01,
        graphOf([
          admin,
          service("pings"),
          service("portal"),
          account("a"),
          account("b"),
          run("pings", "a"),
          run("portal", "b"),
        ]),
      ),
      ["pings-run holds: template.serviceAccount is a", "portal-run holds: template.serviceAccount is b"],
    ));

  it("finds two services with one account, and one that names none", () =>
    assert.deepEqual(
      said(
        i01,
        graphOf([
          admin,
          service("pings"),
          service("portal"),
          service("billing"),
          account("a"),
          run("pings", "a"),
          run("portal", "a"),
          run("billing"),
        ]),
      ),
      [
        "pings-run broken: template.serviceAccount is a, which portal of admin has too; set template.serviceAccount to an identity that is only for pings of admin",
        "portal-run broken: template.serviceAccount is a, which pings of admin has too; set template.serviceAccount to an identity that is only for portal of admin",
        "billing-run broken: template.serviceAccount is not set, so it runs as whatever is the default; set template.serviceAccount to an identity that is only for billing of admin",
      ],
    ));

  it("finds the default accounts of a project and of a namespace, and cannot see one that is known later", () => {
    const pod = (name: string, serviceAccountName: unknown): Given => ({
      type: "kubernetes:apps/v1:Deployment",
      name,
      parent: "admin",
      inputs: { metadata: { namespace: "prod" }, spec: { template: { spec: { serviceAccountName } } } },
    });
    assert.deepEqual(
      said(
        i01,
        graphOf([
          admin,
          pod("gitserver", "default"),
          pod("searcher", unknownValue),
          pod("worker", "worker"),
          {
            type: "aws:ecs/taskDefinition",
            name: "task",
            parent: "admin",
            inputs: { taskRoleArn: "1-compute@developer.gserviceaccount.com" },
          },
        ]),
      ),
      [
        "gitserver broken: spec.template.spec.serviceAccountName is default, which everything shares that names none; set spec.template.spec.serviceAccountName to an identity that is only for gitserver of admin",
        "searcher unproven: spec.template.spec.serviceAccountName is known only after the deployment; set spec.template.spec.serviceAccountName to an identity that is only for searcher of admin",
        "worker holds: spec.template.spec.serviceAccountName is worker",
        "task broken: taskRoleArn is 1-compute@developer.gserviceaccount.com, which everything shares that names none; set taskRoleArn to an identity that is only for task of admin",
      ],
    );
  });

  it("finds a role that the pods of two services get from outside the cluster", () => {
    const association = (name: string): Given => ({
      type: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
      name: `${name}-identity`,
      parent: name,
      refers: { roleArn: "role" },
    });
    assert.deepEqual(
      said(
        i01,
        graphOf([
          admin,
          service("pings"),
          service("portal"),
          { type: "aws:iam/role:Role", name: "role", parent: "admin" },
          association("pings"),
          association("portal"),
        ]),
      ),
      [
        "pings-identity broken: roleArn is role, which portal of admin has too; set roleArn to an identity that is only for pings of admin",
        "portal-identity broken: roleArn is role, which pings of admin has too; set roleArn to an identity that is only for portal of admin",
      ],
    );
  });
});

describe("B-I02", () => {
  for (const [type, owner, input] of [
    ["aws:iam/accessKey", "aws:iam/user", "user"],
    ["aws:iam/serviceSpecificCredential", "aws:iam/user", "userName"],
    ["aws:iam/userLoginProfile", "aws:iam/user", "user"],
    ["gcp:serviceaccount/key", "gcp:serviceaccount/account", "serviceAccountId"],
    ["gcp:storage/hmacKey", "gcp:serviceaccount/account", "serviceAccountEmail"],
  ] as const)
    it(`finds ${type}, and lets its owner be without one`, () => {
      const owned = { type: owner, name: "owner", parent: "admin" };
      assert.deepEqual(said(i02, graphOf([admin, owned])), ["owner holds: no key is made for it"]);
      assert.deepEqual(
        said(i02, graphOf([admin, owned, { type, name: "key", parent: "admin", refers: { [input]: "owner" } }])),
        [
          `key broken: ${type} lives until somebody removes it; remove it; let the workload take on a role or a service account instead`,
        ],
      );
    });

  it("finds the token of an account of Kubernetes, and one in no zone", () =>
    assert.deepEqual(
      said(
        i02,
        graphOf([
          {
            type: "kubernetes:core/v1:Secret",
            name: "token",
            inputs: { type: "kubernetes.io/service-account-token" },
          },
          { type: "kubernetes:core/v1:Secret", name: "other", inputs: { type: "Opaque" } },
        ]),
      ),
      [
        "token broken: kubernetes:core/v1/Secret lives until somebody removes it; remove it; let the workload take on a role or a service account instead",
      ],
    ));
});

describe("B-I03", () => {
  const project = (role: string, condition?: string): Given => ({
    type: "gcp:projects/iAMMember:IAMMember",
    name: role,
    parent: "admin",
    inputs: {
      role,
      member: "serviceAccount:pings@acme-admin.iam.gserviceaccount.com",
      ...(condition === undefined ? {} : { condition: { expression: condition } }),
    },
  });
  const policy = (Action: unknown, Resource: unknown): Given => ({
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "policy",
    parent: "admin",
    inputs: { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource }] }) },
  });

  it("lets a secret be given, and what can only be given for a project", () =>
    assert.deepEqual(
      said(
        i03,
        graphOf([
          admin,
          { type: "gcp:secretmanager/secret:Secret", name: "token", parent: "admin" },
          {
            type: "gcp:secretmanager/secretIamMember:SecretIamMember",
            name: "reads",
            parent: "admin",
            inputs: { role: "roles/secretmanager.secretAccessor", member: "serviceAccount:a" },
            refers: { secretId: "token" },
          },
          project("roles/logging.logWriter"),
          project("roles/storage.objectViewer", "resource.name.startsWith('projects/_/buckets/uploads')"),
          policy("s3:GetObject", ["arn:aws:s3:::uploads/*"]),
        ]),
      ),
      [
        "reads holds: it gives roles/secretmanager.secretAccessor for token",
        "roles/logging.logWriter holds: it gives roles/logging.logWriter, with which no data can be read",
        "roles/storage.objectViewer holds: it gives roles/storage.objectViewer where resource.name.startsWith('projects/_/buckets/uploads')",
        "policy holds: it gives s3:GetObject for arn:aws:s3:::uploads/*",
      ],
    ));

  it("finds a role for secrets in all of a project, a wildcard for everything, and the administrator of a cluster", () => {
    assert.deepEqual(said(i03, graphOf([admin, project("roles/secretmanager.secretAccessor")])), [
      "roles/secretmanager.secretAccessor broken: it gives roles/secretmanager.secretAccessor in all of a project; give it for the one resource that it is for",
    ]);
    assert.deepEqual(said(i03, graphOf([admin, policy(["s3:ListBucket", "s3:*"], "*")])), [
      "policy broken: it gives s3:* for every resource; name the actions and the resources",
    ]);
    assert.deepEqual(
      said(
        i03,
        graphOf([
          admin,
          {
            type: "aws:iam/rolePolicyAttachment",
            name: "attached",
            parent: "admin",
            inputs: { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
          },
          {
            type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
            name: "bound",
            parent: "admin",
            inputs: { roleRef: { name: "cluster-admin" }, subjects: [{ kind: "Group", name: "operators@acme.com" }] },
          },
          {
            type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
            name: "all",
            parent: "admin",
            inputs: { rules: [{ verbs: ["*"], resources: ["*"], apiGroups: ["*"] }] },
          },
        ]),
      ),
      [
        "attached broken: it gives arn:aws:iam::aws:policy/AdministratorAccess; attach a policy that names actions and resources",
        "bound broken: it gives cluster-admin; bind a role that names resources and verbs",
        "all broken: its verbs and its resources are *; name the verbs and the resources",
      ],
    );
  });

  it("takes what a policy is made from for a name, and cannot see one that is known later", () =>
    assert.deepEqual(
      said(
        i03,
        graphOf([
          admin,
          { type: "aws:s3/bucket", name: "uploads", parent: "admin" },
          {
            type: "aws:iam/rolePolicy",
            name: "made",
            parent: "admin",
            inputs: { policy: unknownValue },
            refers: { policy: "uploads" },
          },
          { type: "aws:iam/rolePolicy", name: "later", parent: "admin", inputs: { policy: unknownValue } },
        ]),
      ),
      [
        "made holds: it is made from uploads",
        "later unproven: its policy is known only after the deployment; write it with names that are known before",
      ],
    ));
});

describe("B-I04", () => {
  const given = (member: string, condition?: string): Given => ({
    type: "gcp:storage/bucketIAMMember:BucketIAMMember",
    name: "given",
    parent: "admin",
    inputs: {
      role: "roles/storage.objectViewer",
      member,
      ...(condition === undefined ? {} : { condition: { expression: condition } }),
    },
  });
  const says = (...resources: readonly Given[]) => said(i04, graphOf([admin, ...resources]));

  it("lets a group of the company have a role for a time, by condition or by entitlement", () => {
    assert.deepEqual(says(given("group:ops@acme.com", "request.time < timestamp('2026-12-01T00:00:00Z')")), [
      "given holds: it is given to group:ops@acme.com and until request.time < timestamp('2026-12-01T00:00:00Z')",
    ]);
    assert.deepEqual(
      says({
        type: "gcp:privilegedaccessmanager/entitlement:Entitlement",
        name: "entitlement",
        parent: "admin",
        inputs: { eligibleUsers: [{ principals: ["group:ops@acme.com"] }], maxRequestDuration: "14400s" },
      }),
      ["entitlement holds: it is given to group:ops@acme.com and it ends after 14400s"],
    );
    assert.deepEqual(
      says({
        type: "gcp:iap/webCloudRunServiceIamMember",
        name: "page",
        parent: "admin",
        inputs: { role: "roles/iap.httpsResourceAccessor", member: "group:staff@acme.com" },
      }),
      ["page holds: it is given to group:staff@acme.com"],
    );
  });

  it("finds a person, another domain, a domain of public mail, a whole domain and a group without an end", () =>
    assert.deepEqual(
      ["user:eve@acme.com", "group:ops@other.com", "domain:gmail.com", "domain:acme.com", "group:ops@acme.com"].flatMap(
        (member) => says(given(member)),
      ),
      [
        "given broken: it is given to the person eve@acme.com; give it to a group of the company",
        "given broken: it is given to group:ops@other.com, which is not of acme.com; give it to a group of the company",
        "given broken: it is given to domain:gmail.com, where anybody can have an address; give it to a group of the company",
        "given broken: it is given to everybody of acme.com; give it to a group of the company",
        "given broken: roles/storage.objectViewer has no end; give it a condition with an end, or through an entitlement that is asked for",
      ],
    ));

  it("finds a person of AWS' sign-in, of a database and of a cluster, and operators who may write", () =>
    assert.deepEqual(
      says(
        { type: "aws:ssoadmin/accountAssignment", name: "person", parent: "admin", inputs: { principalType: "USER" } },
        { type: "aws:ssoadmin/accountAssignment", name: "group", parent: "admin", inputs: { principalType: "GROUP" } },
        { type: "gcp:sql/user", name: "eve", parent: "admin", inputs: { type: "CLOUD_IAM_USER" } },
        {
          type: "gcp:sql/user",
          name: "ops",
          parent: "admin",
          inputs: { type: "CLOUD_IAM_GROUP", databaseRoles: ["cloudsqlsuperuser"] },
        },
        {
          type: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
          name: "bound",
          parent: "admin",
          inputs: { roleRef: { name: "view" }, subjects: [{ kind: "User", name: "eve@acme.com" }] },
        },
        {
          ...part("operators", { plane: "human" }),
          parent: "admin",
        },
        {
          type: "postgresql:index/grant:Grant",
          name: "writes",
          parent: "operators",
          inputs: { privileges: ["SELECT", "UPDATE"] },
        },
        {
          type: "postgresql:index/grant:Grant",
          name: "reads",
          parent: "operators",
          inputs: { privileges: ["SELECT"] },
        },
      ),
      [
        "person broken: principalType is USER; give it to a group of the company",
        "group holds: principalType is GROUP, whose sessions end",
        "eve broken: type is CLOUD_IAM_USER, which is a person; make it CLOUD_IAM_GROUP",
        "ops broken: databaseRoles has cloudsqlsuperuser; give the group a role that may only read",
        "bound broken: it is given to the person eve@acme.com; give it to a group of the company",
        "writes broken: operators may UPDATE; leave SELECT, USAGE, CONNECT",
        "reads holds: operators may SELECT",
      ],
    ));

  it("cannot tell who is given a role, or which role, where that is known only later", () =>
    assert.deepEqual(
      [
        ...says({
          type: "aws:ssoadmin/accountAssignment",
          name: "later",
          parent: "admin",
          inputs: { principalType: unknownValue },
        }),
        ...says({ ...given("x"), inputs: { role: "roles/storage.objectViewer", member: unknownValue } }),
        ...said(
          i03,
          graphOf([admin, { ...given("x"), type: "gcp:projects/iAMMember", inputs: { role: unknownValue } }]),
        ),
      ],
      [
        "later unproven: principalType is known only after the deployment; give it to a group of the company",
        "given unproven: whom it is given to is known only after the deployment; give it to a group of the company",
        "given unproven: its roles in a project are known only after the deployment; give roles that are known before",
      ],
    ));

  it("cannot tell a group where nobody states the domains of the company", () =>
    assert.deepEqual(
      said(i04, graphOf([part("admin", { zone: "admin" }), given("group:ops@acme.com", "request.time < x")])),
      [
        "given unproven: it is given to group:ops@acme.com, and no component states the domains of the company; state companyDomains",
      ],
    ));
});
