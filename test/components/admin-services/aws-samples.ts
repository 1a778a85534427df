import { readFileSync } from "node:fs";
import * as path from "node:path";
import { planAdmin } from "../../../components/core/planning/admin/plan-admin";
import type { AdminPlan } from "../../../components/core/planning/admin/admin-plan";
import { parseStack } from "../../../components/core/planning/config/parse-stack";
import { configFromStackFile } from "../../../stacks/config";
import type { Answers } from "../../support/recorder";
import { repository } from "../../support/toolchain";

// Stacks of support services on AWS, from the sample file.

const image = (name: string): string =>
  `111122223333.dkr.ecr.us-east-1.amazonaws.com/${name}@sha256:${"0".repeat(63)}1`;

type Section = Readonly<Record<string, unknown>>;

/** The sample's config, with other values of the section `admin` and of the top. */
export function adminConfig(admin: Section = {}, top: Section = {}): Record<string, unknown> {
  const text = readFileSync(path.join(repository, "Pulumi.aws-admin-sample.yaml"), "utf8");
  const config = configFromStackFile(text);
  return { ...config, ...top, admin: { ...(config["admin"] as Section), ...admin } };
}

/** The sub-zone of accounts. */
export const identityConfig = (): Record<string, unknown> =>
  adminConfig(
    {
      zone: "identity",
      services: { accounts: { image: image("accounts-server") } },
      neighbours: { "cody-gateway": { zone: "admin", host: "cody-gateway.services.example.com" } },
      licenceSigning: undefined,
    },
    { name: "identity", boundaries: { owner: "core-services", account: "222233334444" } },
  );

/** The community's gateway. */
export const dotcomConfig = (): Record<string, unknown> =>
  adminConfig(
    {
      zone: "dotcom",
      services: { "cody-gateway": { image: image("cody-gateway"), clientId: "sams_cid_community" } },
      licenceSigning: undefined,
    },
    {
      name: "community",
      boundaries: { owner: "cody", account: "333344445555" },
      secrets: { anthropicToken: "", codyGatewayClient: "", codyGatewaySiteToken: "", employeesClient: "" },
    },
  );

/** The plan of a config of shape admin. */
export function planned(config: Section): AdminPlan {
  const specification = parseStack(config);
  if (specification.shape !== "admin") throw new Error(`shape ${specification.shape}`);
  return planAdmin(specification);
}

/** What the cloud answers of what is made: the firewall's endpoint of each zone, and the proof of a certificate. */
export const answers: Answers = {
  outputs: ({ type, name, inputs }) => {
    switch (type) {
      case "aws:networkfirewall/firewall:Firewall":
        return {
          firewallStatuses: [
            {
              syncStates: ["a", "b", "c"].map((zone) => ({
                availabilityZone: `us-east-1${zone}`,
                attachments: [{ endpointId: `vpce-${zone}` }],
              })),
            },
          ],
        };
      case "aws:acm/certificate:Certificate":
        return {
          domainValidationOptions: [
            { resourceRecordName: `_${name}`, resourceRecordType: "CNAME", resourceRecordValue: "proof" },
          ],
        };
      case "aws:rds/instance:Instance":
        return { address: `${name}.rds.test`, resourceId: `db-${name}` };
      case "aws:elasticache/replicationGroup:ReplicationGroup":
        return { primaryEndpointAddress: `${name}.cache.test` };
      case "random:index/randomPassword:RandomPassword":
        return { result: `password-of-${name}` };
      case "random:index/randomString:RandomString":
        return { result: "abcd1234" };
      case "aws:s3/bucket:Bucket":
        return { bucket: name };
      case "aws:secretsmanager/secretVersion:SecretVersion":
        return { versionId: `version-of-${name}` };
      case "aws:cloudwatch/logGroup:LogGroup":
        return { name: inputs["name"] ?? name };
      case "aws:synthetics/canary:Canary":
        return { engineArn: `arn:aws:lambda:us-east-1:111122223333:function:cwsyn-${name}-0a1b2c3d:4` };
      case "aws:iam/role:Role":
        return { arn: `arn:aws:iam::111122223333:role/${String(inputs["name"])}` };
      default:
        return {};
    }
  },
};
