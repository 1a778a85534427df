import { z } from "zod";
import { keys, text } from "./schema-values";

// The place of one customer: an account of AWS or a project of Google Cloud that is made for the instance.

/** What a customer's environment is for. */
export const environmentKinds = ["replica", "managed"] as const;

/** What a group may do in a customer's environment. */
export const environmentPermissions = ["read", "operate", "admin"] as const;

const access = keys("EnvironmentAccessConfig", {
  group: text(
    "AWS: id of a group in IAM Identity Center; GCP: mail address of a group. Replaces the right",
    "operators@example.com",
  ),
  permissions: z
    .enum(environmentPermissions)
    .describe(
      "`read` sees everything; `operate` changes everything but rights; `admin` rights too. Replaces the right",
    ),
  until: text(
    "GCP: last day of the right, which is needed there; on AWS sessions end. In place",
    "2027-01-31",
  ).optional(),
}).describe("what the people of a group may do, each of whom signs in as themselves");

const account = keys("EnvironmentAccountConfig", {
  email: text(
    "address of the account's root, with a plus, used by no other account, closed ones counted. A change is refused",
    "cloud+src-3f9c1a20b7@example.com",
  ),
  role: text(
    "role by which the organization gets in, made with the account; default OrganizationAccountAccessRole. A change is refused",
    "OrganizationAccountAccessRole",
  ).optional(),
  signOn: keys("EnvironmentSignOnConfig", {
    instance: text(
      "ARN of the instance of IAM Identity Center. Replaces the rights",
      "arn:aws:sso:::instance/ssoins-0123456789abcdef",
    ),
    region: text("region it is in; default the program's own. Replaces the rights", "us-east-1").optional(),
    portal: text(
      "address of its portal, for links; default none. In place",
      "https://example.awsapps.com/start",
    ).optional(),
    sessionHours: z
      .number()
      .int()
      .min(1)
      .max(12)
      .optional()
      .describe("how long a session lasts, hours; default 4. In place"),
  })
    .optional()
    .describe("how people sign in; needed by 'access'"),
  sharedRole: keys("EnvironmentSharedRoleConfig", {
    account: text("account whose users may switch to it, 12 digits in quotes. In place", "123456789012"),
    permissions: z.enum(environmentPermissions).optional().describe("what it may do; default read. In place"),
  })
    .optional()
    .describe(
      "keeps the historical role CUSTOMERReplicaSharedAccessRole or CUSTOMERManagedSharedAccessRole beside the rights of people, so that old instructions work; default none",
    ),
}).describe("the account of AWS");

const project = keys("EnvironmentProjectConfig", {
  billingAccount: text("billing account that pays. In place", "012345-6789AB-CDEF01"),
}).describe("the project of Google Cloud; its id is 'gcp.project', by default the name");

/** The customer's environment that an instance is made in. */
export const environment = keys("EnvironmentConfig", {
  kind: z
    .enum(environmentKinds)
    .describe("`replica` imitates a customer's set-up; `managed` is the customer's own instance. A change is refused"),
  customer: text(
    "short name of the customer, letters and digits; it stands in one tag or label of the account or project, and in the name of the shared role. In place; replaces the shared role",
    "AcmeCorp",
  ),
  parent: text(
    "AWS: id of the organizational unit; GCP: folder. Moves the account or project in place",
    "folders/123456789012",
  ),
  regions: z
    .array(text("region"))
    .min(1)
    .optional()
    .describe("regions in which anything may be made; default that of the instance. In place"),
  budget: keys("EnvironmentBudgetConfig", {
    monthlyUsd: z
      .number()
      .int()
      .min(1)
      .max(10_000_000)
      .describe(
        "what a month may cost, US dollars; mails go out at 80 and 100 percent, and when 100 is foreseen. In place",
      ),
    emails: z.array(text("address", "cloud@example.com")).min(1).max(10).describe("who is told. In place"),
  }).describe("the spending that is watched"),
  audit: keys("EnvironmentAuditConfig", {
    target: text(
      "AWS: name of the bucket; GCP: full name of the bucket of logs, projects/P/locations/L/buckets/B; in an account or project for logs. In place",
      "example-audit",
    ),
    key: text(
      "AWS: ARN of the key it is encrypted with; needed there. In place",
      "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000",
    ).optional(),
  }).describe("where is written who did what"),
  access: z.array(access).optional().describe("who may do what; default nobody but whoever runs the program"),
  account: account.optional().describe("AWS: the account; needed there"),
  project: project.optional().describe("GCP: the project; needed there"),
  close: text(
    "the name of the instance again: the next update lets go of everything in it, and going down then closes the account or deletes the project, with all data; default none. In place",
    "src-3f9c1a20b7",
  ).optional(),
}).describe("the account or project that is made for this instance alone; on aws and gcp");
