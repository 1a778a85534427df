import { z } from "zod";
import { keys, text } from "../config/schema-values";

// Settings for those that run a fleet elsewhere than on this machine: the Pulumi Kubernetes Operator, Pulumi Deployments.

const source = keys("FleetSourceConfig", {
  repository: text(
    "repository of the program, as git clones it without a password",
    "https://github.com/acme/fleet.git",
  ),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/, { error: "must be a whole commit, 40 hexadecimal digits" })
    .optional()
    .describe("commit of it; needed by the operator, whose waves a moving branch would pass. Changing it updates all"),
  branch: text("branch of it; for Pulumi Deployments, default main", "main").optional(),
  folder: text("folder in it that holds Pulumi.yaml; default its root", "program").optional(),
}).describe("where those who run the fleet elsewhere get the program from");

const secretKey = keys("FleetSecretKeyConfig", {
  secret: text("name of a Secret", "pulumi"),
  key: text("key in it", "accessToken"),
}).describe("where a value is kept");

const kubernetesName = (description: string) =>
  z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
      error: "must be lower-case letters, digits and dashes, at most 63",
    })
    .optional()
    .describe(description);

const operator = keys("FleetOperatorConfig", {
  namespace: kubernetesName("namespace of the Stacks; it has to be there. Default sourcegraph-fleet"),
  serviceAccount: kubernetesName("account the pods run as; it is made. Default sourcegraph-fleet"),
  serviceAccountAnnotations: z
    .record(z.string(), z.string())
    .optional()
    .describe("annotations of that account, such as the cloud role it takes; default none"),
  image: text(
    "image the pods run, with Pulumi and Node; default the operator's",
    "pulumi/pulumi-nodejs:3.248.0",
  ).optional(),
  gitToken: secretKey.optional().describe("where the token is that reads the repository; default it is public"),
  environment: z
    .record(z.string().regex(/^[A-Z][A-Z0-9_]*$/, { error: "is no name of a variable" }), secretKey)
    .optional()
    .describe("variables of the pods from Secrets, such as PULUMI_ACCESS_TOKEN; default none"),
  resyncMinutes: z
    .number()
    .int()
    .min(1)
    .max(10_080)
    .optional()
    .describe("update every so often although nothing changed, minutes; default only when something did"),
}).describe("settings for the Pulumi Kubernetes Operator");

const deployments = keys("FleetDeploymentsConfig", {
  aws: keys("FleetAwsRoleConfig", { roleArn: text("role a run takes", "arn:aws:iam::111122223333:role/fleet") })
    .optional()
    .describe("how a run gets to AWS; default not at all"),
  gcp: keys("FleetGcpIdentityConfig", {
    projectId: text("number of the project of the pool", "123456789012"),
    workloadPoolId: text("pool of identities", "pulumi"),
    providerId: text("provider in that pool", "pulumi-cloud"),
    serviceAccount: text("account a run acts as", "fleet@acme.iam.gserviceaccount.com"),
  })
    .optional()
    .describe("how a run gets to Google Cloud; default not at all"),
  driftCron: text("when to look for drift, cron in UTC; default 0 3 * * *, which is nightly", "0 3 * * *").optional(),
  pool: text("id of the pool of own runners; default Pulumi's").optional(),
}).describe("settings for Pulumi Deployments");

/** Keys of `fleet.yaml` for those that run a fleet elsewhere. */
export const elsewhereKeys = {
  source: source.optional(),
  organization: text(
    "organization of the stacks at Pulumi Cloud; needed there, and none for other backends",
    "acme",
  ).optional(),
  esc: z
    .array(z.string().min(1))
    .optional()
    .describe(
      "environments of Pulumi ESC each stack opens elsewhere, which bring credentials and secrets; default none",
    ),
  operator: operator.optional(),
  deployments: deployments.optional(),
};

/** What `fleet.yaml` says for those that run a fleet elsewhere. */
export type ElsewhereConfig = z.infer<z.ZodObject<typeof elsewhereKeys>>;

/** Where the program of a fleet is. */
export type FleetSource = NonNullable<ElsewhereConfig["source"]>;

/** What `fleet.yaml` says for those that run a fleet elsewhere, as it stands there. */
export function elsewhereOf(config: ElsewhereConfig): ElsewhereConfig {
  const { source: from, organization, esc, operator: pods, deployments: runs } = config;
  return {
    ...(from === undefined ? {} : { source: from }),
    ...(organization === undefined ? {} : { organization }),
    ...(esc === undefined ? {} : { esc }),
    ...(pods === undefined ? {} : { operator: pods }),
    ...(runs === undefined ? {} : { deployments: runs }),
  };
}
