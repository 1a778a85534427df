import type { MultiTenantPlan, PlannedCell } from "../multi-tenant-plan";
import { drainedStep } from "../transition";
import { deploys, type ProcedureAction } from "./procedure";

/** Databases and Redis are kept when they leave the program, and hold the network of their cell: they go first. */
function deletesStores({ account, region }: PlannedCell, cloud: "aws" | "gcp"): ProcedureAction[] {
  const texts =
    cloud === "aws"
      ? [
          `aws rds describe-db-instances --region ${region} --query 'DBInstances[].[DBInstanceIdentifier]' --output text | xargs -n 1 aws rds delete-db-instance --region ${region} --skip-final-snapshot --db-instance-identifier`,
          `aws elasticache describe-replication-groups --region ${region} --query 'ReplicationGroups[].[ReplicationGroupId]' --output text | xargs -n 1 aws elasticache delete-replication-group --region ${region} --replication-group-id`,
        ]
      : [
          `gcloud sql instances list --project ${account.id} --format 'value(name)' | xargs -n 1 gcloud sql instances delete --quiet --project ${account.id}`,
          `gcloud redis instances list --project ${account.id} --region ${region} --format 'value(name)' | xargs -n 1 gcloud redis instances delete --quiet --project ${account.id} --region ${region}`,
        ];
  return texts.map((text) => ({ kind: "command", text }));
}

/** Lifts the engine's protection of what is in a cell and of the copies of its backups, and of nothing else. */
function unprotects(
  { environment: { backupCopies } }: Pick<MultiTenantPlan, "environment">,
  { name }: PlannedCell,
): string {
  const copies = `${backupCopies?.vault ?? "copies"}-${name}`;
  const within = `.deployment.resources | (map({key: .urn, value: .parent}) | from_entries) as $above | .[] | select(.protect) | .urn | select(endswith($copies) or endswith($copies + "-key") or ([recurse($above[.] // empty)] | any(endswith($cell))))`;
  return `pulumi stack export | jq --raw-output --arg cell 'multi-tenant-backend:Cell::${name}' --arg copies '::${copies}' '${within}' | while read -r urn; do pulumi state unprotect --yes "$urn" < /dev/null; done`;
}

/**
 * How a cell is taken out of the program, in this order: guards of the cloud and of the engine are lifted, and what is kept and
 * stands in the way is deleted by hand.
 *
 * @param more what else is taken out in the same run
 */
export function takesAway(
  plan: Pick<MultiTenantPlan, "cloud" | "environment">,
  cell: PlannedCell,
  more: readonly ProcedureAction[] = [],
): ProcedureAction[] {
  return [
    { kind: "config", path: "deletionProtection", value: "false" },
    deploys,
    ...deletesStores(cell, plan.cloud),
    { kind: "command", text: unprotects(plan, cell) },
    { kind: "config", path: "deletionProtection" },
    { kind: "config", path: "acknowledge", value: drainedStep(cell.name) },
    ...more,
    { kind: "config", path: `multiTenant.cells.${cell.name}` },
    deploys,
  ];
}
