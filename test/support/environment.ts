import type { Config } from "../../components/core/planning/config/config";

/** The id of the instances of these tests. */
export const id = "src-3f9c1a20b7";

const groupId = "906722b3a1-0f2b7c1e-8d4a-4c53-9f0e-2b1c7d5e6f80";

const budget = { monthlyUsd: 1500, emails: ["cloud@example.com"] };

/** A customer's environment on AWS with all that it may have. */
export const awsEnvironment = {
  kind: "replica",
  customer: "AcmeCorp",
  parent: "ou-ab12-3cd4ef56",
  budget,
  audit: {
    target: "example-audit",
    key: "arn:aws:kms:us-east-1:555555555555:key/00000000-0000-0000-0000-000000000000",
  },
  access: [
    { group: groupId, permissions: "operate" },
    { group: groupId, permissions: "read" },
  ],
  account: {
    email: `cloud+${id}@example.com`,
    signOn: {
      instance: "arn:aws:sso:::instance/ssoins-0123456789abcdef",
      portal: "https://example.awsapps.com/start",
      sessionHours: 2,
    },
    sharedRole: { account: "444455556666" },
  },
} as const satisfies Config["environment"];

/** A customer's environment on Google Cloud with all that it may have. */
export const gcpEnvironment = {
  kind: "managed",
  customer: "AcmeCorp",
  parent: "folders/123456789012",
  budget,
  audit: { target: "projects/example-logs/locations/us-central1/buckets/audit" },
  access: [{ group: "operators@example.com", permissions: "admin", until: "2027-01-31" }],
  project: { billingAccount: "012345-6789AB-CDEF01" },
} as const satisfies Config["environment"];

const instance = { name: id, release: "7.5.4453", size: "XS", access: { allowedCidrs: ["10.0.0.0/8"] } } as const;

/** The smallest instance in each. */
export const environmentConfigs = {
  aws: { ...instance, cloud: "aws", region: "us-east-1", environment: awsEnvironment },
  gcp: { ...instance, cloud: "gcp", region: "us-central1", environment: gcpEnvironment },
} as const;
