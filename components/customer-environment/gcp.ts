import * as billing from "@pulumi/gcp/billing";
import * as logging from "@pulumi/gcp/logging";
import * as projects from "@pulumi/gcp/projects";
import * as gcp from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { declareMailChannel } from "../cloud/gcp-mail-channel";
import { declareProject } from "../cloud/gcp-project";
import { InputError } from "../core/errors";
import type { PlannedGcpEnvironment } from "../core/planning/environment/environment-plan";
import { factTags } from "../core/rules/graph";
import type { CustomerEnvironmentArgs } from "./args";

/** What every part of the environment is declared from. */
interface Parts {
  readonly parent: pulumi.Resource;
  readonly plan: PlannedGcpEnvironment;
  readonly labels: Readonly<Record<string, string>>;
  /** Id of the project, known once its APIs and guard rails are there. */
  readonly project: pulumi.Output<string>;
  /** Number of the project. */
  readonly number: pulumi.Output<string>;
}

/**
 * The place of one customer on Google Cloud: a project in a folder with billing, APIs, guard rails, a watched budget, audit
 * logs into the project of logs, rights of groups that end, and a provider for all that is made in it. The project is
 * protected, and stays when it leaves the program, until the plan says that it closes.
 *
 * @example
 * const environment = new CustomerEnvironment("src-3f9c1a20b7", { plan });
 * new SourcegraphVm("src-3f9c1a20b7", args, { providers: [environment.provider] });
 */
export class CustomerEnvironment extends pulumi.ComponentResource {
  /** Id of the project, known once its APIs and guard rails are there. */
  readonly projectId: pulumi.Output<string>;
  /** Provider of the project. */
  readonly provider: gcp.Provider;
  /** The project in Google's console. */
  readonly link: pulumi.Output<string>;

  /**
   * @param name name of the environment in the plan
   * @param args the plan
   * @param opts options of the component; its provider is that of the folder
   * @throws InputError for a plan of another cloud
   */
  constructor(name: string, args: CustomerEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, boundary, tags = {} } = args;
    if (plan.cloud !== "gcp")
      throw new InputError([{ path: "plan.cloud", message: `is ${plan.cloud}; this component is of gcp` }]);
    super("sourcegraph:customer-environment:CustomerEnvironment", name, { boundary }, opts);
    const { zone, owner } = boundary?.facts ?? {};
    const labels = {
      ...tags,
      ...(zone === undefined ? {} : { [factTags.zone]: zone }),
      ...(owner === undefined ? {} : { [factTags.owner]: owner }),
    };
    const { project, projectId } = declareProject(this, plan.name, {
      projectId: plan.project,
      folder: plan.folder,
      billingAccount: plan.billingAccount,
      labels: { ...labels, ...plan.labels },
      apis: plan.services,
      guardRails: plan.guardRails,
      closing: plan.closing,
    });
    this.projectId = projectId;
    this.provider = new gcp.Provider(
      `${plan.name}-project`,
      { project: projectId, region: plan.region, userProjectOverride: true },
      { parent: this },
    );
    const parts: Parts = {
      parent: this,
      plan,
      labels: { ...labels, "sourcegraph-name": plan.name },
      project: projectId,
      number: project.number,
    };
    declareBudget(parts);
    declareAudit(parts);
    declareGrants(parts);
    this.link = pulumi.interpolate`https://console.cloud.google.com/home/dashboard?project=${projectId}`;
    this.registerOutputs({ projectId, link: this.link });
  }
}

function declareBudget({ parent, plan, labels, project, number }: Parts): void {
  const { name, monthlyUsd, emails, thresholds } = plan.budget;
  const channels = emails.flatMap((email, index) =>
    declareMailChannel(parent, `${name}-${index + 1}`, {
      project,
      displayName: `${plan.name}: spending`,
      email,
      labels,
      transform: undefined,
    }),
  );
  new billing.Budget(
    name,
    {
      billingAccount: plan.billingAccount,
      displayName: name,
      budgetFilter: { projects: [pulumi.interpolate`projects/${number}`], calendarPeriod: "MONTH" },
      amount: { specifiedAmount: { currencyCode: "USD", units: String(monthlyUsd) } },
      thresholdRules: thresholds.map(({ percent, of }) => ({
        thresholdPercent: percent / 100,
        spendBasis: of === "actual" ? "CURRENT_SPEND" : "FORECASTED_SPEND",
      })),
      allUpdatesRule: { monitoringNotificationChannels: channels, disableDefaultIamRecipients: true },
    },
    { parent },
  );
}

/** Tells who read and wrote what, into a bucket of logs of another project. */
function declareAudit({ parent, plan, project }: Parts): void {
  const name = `${plan.name}-audit`;
  const { bucket, project: target } = plan.audit;
  new projects.IAMAuditConfig(
    name,
    {
      project,
      service: "allServices",
      auditLogConfigs: ["ADMIN_READ", "DATA_READ", "DATA_WRITE"].map((logType) => ({ logType })),
    },
    { parent },
  );
  const agent = new projects.ServiceIdentity(
    `${plan.name}-logs-agent`,
    { project, service: "logging.googleapis.com" },
    { parent },
  );
  new logging.ProjectSink(
    name,
    {
      project,
      destination: `logging.googleapis.com/${bucket}`,
      filter: 'logName:"cloudaudit.googleapis.com"',
      uniqueWriterIdentity: true,
    },
    { parent },
  );
  new projects.IAMMember(
    `${name}-writer`,
    {
      project: target,
      role: "roles/logging.bucketWriter",
      // Sinks of a project write as its agent.
      member: agent.member,
      condition: {
        title: "the bucket of audit logs only",
        expression: `resource.name.endsWith("/${bucket.split("/").at(-1) ?? ""}")`,
      },
    },
    { parent },
  );
}

/** What groups of people may do, until a day. */
function declareGrants({ parent, plan, project }: Parts): void {
  for (const { name, group, role, until } of plan.grants)
    new projects.IAMMember(
      name,
      {
        project,
        role,
        member: `group:${group}`,
        condition: { title: `until ${until}`, expression: `request.time < timestamp("${until}T23:59:59Z")` },
      },
      { parent },
    );
}
