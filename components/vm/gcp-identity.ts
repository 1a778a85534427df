import * as projects from "@pulumi/gcp/projects";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import { partlyTransformed } from "./gcp-args";
import type { GcpScope } from "./gcp-scope";
import { accountId } from "./gcp-names";

/** What the machine may do in the whole project: write logs and metrics. */
const projectRoles = {
  "log-writer": "roles/logging.logWriter",
  "metric-writer": "roles/monitoring.metricWriter",
} as const;

/** Buckets outside the deployment that the services use by the machine's identity. */
function uploadBuckets(scope: GcpScope): string[] {
  const storage = scope.specification.objectStorage;
  if (typeof storage === "string" || storage.backend !== "GCS") return [];
  return [...new Set([storage.bucket, storage.codeIntelBucket, storage.searchJobsBucket])].filter(
    (bucket) => bucket !== undefined,
  );
}

/** The machine's own account, with no key and no right but those that are given one by one. */
export function declareIdentity(scope: GcpScope): serviceaccount.Account {
  const { name, names, parent, project, transform } = scope;
  const account = new serviceaccount.Account(
    names.machine,
    partlyTransformed<serviceaccount.AccountArgs, "description" | "displayName">(
      {
        project,
        accountId: accountId(name, pulumi.getProject(), pulumi.getStack()),
        displayName: `Sourcegraph ${name}`,
        description: "identity of the machine",
      },
      transform.account,
      ["description", "displayName"],
    ),
    // A renamed stack keeps its account.
    { parent, ignoreChanges: ["accountId"] },
  );
  for (const [suffix, role] of Object.entries(projectRoles))
    new projects.IAMMember(names.projectRole(suffix), { project, role, member: account.member }, { parent });
  for (const bucket of uploadBuckets(scope))
    new storage.BucketIAMMember(
      names.uploadsUser(bucket),
      { bucket, role: "roles/storage.objectUser", member: account.member },
      { parent },
    );
  return account;
}
