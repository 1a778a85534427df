import * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import * as iap from "@pulumi/gcp/iap";
import * as projects from "@pulumi/gcp/projects";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminService } from "../core/planning/admin/admin-plan";
import type { GcpAdminScope, GcpIdentity } from "./gcp-scope";

/** What every service may do in the whole project; no data can be read with it. */
const projectRoles = {
  "log-writer": "roles/logging.logWriter",
  "metric-writer": "roles/monitoring.metricWriter",
  "trace-agent": "roles/cloudtrace.agent",
} as const;

/** What a service with a database may besides: sign in to it by its identity. */
const databaseRoles = {
  "sql-client": "roles/cloudsql.client",
  "sql-user": "roles/cloudsql.instanceUser",
} as const;

/** The identity of one service: no key, and no right but those that are given one by one. */
export function declareIdentity(
  { project }: GcpAdminScope,
  parent: pulumi.Resource,
  { identity, resource, title, stores }: PlannedAdminService,
): GcpIdentity {
  const account = new serviceaccount.Account(
    resource,
    { project, accountId: identity, displayName: title, description: "identity of the service" },
    { parent },
  );
  const email = account.urn.apply(() => `${identity}@${project}.iam.gserviceaccount.com`);
  const member = email.apply((address) => `serviceAccount:${address}`);
  const roles = { ...projectRoles, ...(stores.some(({ kind }) => kind === "relational") ? databaseRoles : {}) };
  for (const [suffix, role] of Object.entries(roles))
    new projects.IAMMember(`${resource}-${suffix}`, { project, role, member }, { parent });
  return { name: account.name, email, member };
}

/** Lets the company's groups through the proxy to a service, and the proxy to the service itself. */
export function declareProxy(
  { project, region, plan, agents }: GcpAdminScope,
  parent: pulumi.Resource,
  run: cloudrunv2.Service,
  resource: string,
): void {
  for (const group of plan.employees.groups) {
    const member = /^\w+:/.test(group) ? group : `group:${group}`;
    new iap.WebCloudRunServiceIamMember(
      `${resource}-${member.replaceAll(/[^A-Za-z0-9]+/g, "-")}`,
      {
        project,
        location: region,
        cloudRunServiceName: run.name,
        role: "roles/iap.httpsResourceAccessor",
        member,
      },
      { parent },
    );
  }
  const { member, made } = agents.iap();
  new cloudrunv2.ServiceIamMember(
    `${resource}-proxy`,
    { project, location: region, name: run.name, role: "roles/run.invoker", member },
    { parent, dependsOn: [...made] },
  );
}

/** Lets another service of the stack call this one by its identity. */
export function declareInvoker(
  { project, region }: GcpAdminScope,
  parent: pulumi.Resource,
  o: { readonly name: string; readonly run: cloudrunv2.Service; readonly caller: GcpIdentity },
): cloudrunv2.ServiceIamMember {
  const { name, run, caller } = o;
  return new cloudrunv2.ServiceIamMember(
    name,
    { project, location: region, name: run.name, role: "roles/run.invoker", member: caller.member },
    { parent },
  );
}
