import type { Config } from "../config/config";
import { defaultTlsMode } from "../config/tls-mode";
import { amazonGuardRails, googleGuardRails } from "../multi-tenant/guard-rails";
import type {
  PlannedAwsEnvironment,
  PlannedBudget,
  PlannedCustomerEnvironment,
  PlannedGcpEnvironment,
  PlannedGrant,
  PlannedPermissionSet,
} from "./environment-plan";
import { customerLabel, guardRailName, permissionSetName, sharedRoleName } from "./names";

type Environment = NonNullable<Config["environment"]>;
type Permissions = NonNullable<Environment["access"]>[number]["permissions"];

/** Role that AWS makes in a member account where nothing is said. */
const usualRole = "OrganizationAccountAccessRole";

/** Hours of a session where nothing is said. */
const usualSession = 4;

/** Managed policies of AWS. */
const policies = {
  read: "ReadOnlyAccess",
  operate: "PowerUserAccess",
  admin: "AdministratorAccess",
} as const satisfies Readonly<Record<Permissions, string>>;

/** Roles of Google Cloud. */
const roles = {
  read: ["roles/viewer"],
  operate: ["roles/editor"],
  admin: ["roles/editor", "roles/resourcemanager.projectIamAdmin"],
} as const satisfies Readonly<Record<Permissions, readonly string[]>>;

/** APIs that the shapes of this library need. */
const services: readonly string[] = [
  "artifactregistry",
  "bigquery",
  "binaryauthorization",
  "certificatemanager",
  "cloudkms",
  "cloudresourcemanager",
  "compute",
  "container",
  "dns",
  "gkebackup",
  "iam",
  "iap",
  "logging",
  "monitoring",
  "orgpolicy",
  "pubsub",
  "redis",
  "run",
  "secretmanager",
  "servicenetworking",
  "serviceusage",
  "sqladmin",
  "storage",
].map((service) => `${service}.googleapis.com`);

function budgetOf(name: string, { budget }: Environment): PlannedBudget {
  return {
    name: `${name}-budget`,
    monthlyUsd: budget.monthlyUsd,
    emails: budget.emails,
    thresholds: [
      { percent: 80, of: "actual" },
      { percent: 100, of: "actual" },
      { percent: 100, of: "forecast" },
    ],
  };
}

/** What nobody in a member account may do beyond what nobody may in any of ours: leave, or stop the trail. */
function ownStatements(role: string): readonly Readonly<Record<string, unknown>>[] {
  // The program itself changes the trail, and takes it down when the account is closed.
  const butTheProgram = { ArnNotLike: { "aws:PrincipalARN": `arn:*:iam::*:role/${role}` } };
  return [
    {
      Sid: "NoLeaving",
      Effect: "Deny",
      Action: ["organizations:LeaveOrganization", "account:CloseAccount"],
      Resource: "*",
    },
    {
      Sid: "NoSilence",
      Effect: "Deny",
      Action: [
        "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:StopLogging",
        "cloudtrail:UpdateTrail",
      ],
      Resource: "*",
      Condition: butTheProgram,
    },
  ];
}

function guardRailOf(name: string, regions: readonly string[], role: string): PlannedAwsEnvironment["guardRail"] {
  const rails = amazonGuardRails(regions);
  const statements = [...rails.flatMap((rail) => rail.statements ?? []), ...ownStatements(role)];
  return {
    name: guardRailName(name),
    statement: `${rails.map(({ statement }) => statement).join(" ")} Nobody leaves the organization or stops the audit trail.`,
    content: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
  };
}

function permissionSetsOf(name: string, { access = [], account }: Environment): PlannedPermissionSet[] {
  const hours = account?.signOn?.sessionHours ?? usualSession;
  return (Object.keys(policies) as Permissions[]).flatMap((permissions): PlannedPermissionSet[] => {
    const groups = access.filter((each) => each.permissions === permissions).map(({ group }) => group);
    if (groups.length === 0) return [];
    return [
      { name: permissionSetName(name, permissions), policy: policies[permissions], session: `PT${hours}H`, groups },
    ];
  });
}

function amazon(name: string, region: string, environment: Environment): PlannedAwsEnvironment {
  const { kind, customer, parent, regions = [region], audit, account, close } = environment;
  if (account === undefined) throw new Error("an environment on aws has an account");
  const { role = usualRole, signOn, sharedRole } = account;
  return {
    cloud: "aws",
    name,
    region,
    kind,
    closing: close !== undefined,
    email: account.email,
    parent,
    role,
    labels: { "sourcegraph:name": name, "environment-kind": kind, customer },
    guardRail: guardRailOf(name, regions, role),
    budget: budgetOf(name, environment),
    trail: { name: `${name}-audit`, bucket: audit.target, keyArn: audit.key ?? "" },
    ...(signOn === undefined
      ? {}
      : {
          signOn: {
            instance: signOn.instance,
            ...(signOn.region === undefined ? {} : { region: signOn.region }),
            ...(signOn.portal === undefined ? {} : { portal: signOn.portal }),
          },
        }),
    permissionSets: permissionSetsOf(name, environment),
    ...(sharedRole === undefined
      ? {}
      : {
          sharedRole: {
            resource: `${name}-shared-access`,
            role: sharedRoleName(customer, kind),
            account: sharedRole.account,
            policy: policies[sharedRole.permissions ?? "read"],
          },
        }),
  };
}

/** A right for each role. */
function grantsOf(name: string, { access = [] }: Environment): PlannedGrant[] {
  return access.flatMap(({ group, permissions, until = "" }) =>
    roles[permissions].map((role) => ({
      name: `${name}-${group.split("@")[0] ?? ""}-${role.split(/[/.]/).at(-1) ?? ""}`,
      group,
      role,
      until,
    })),
  );
}

/** Whether a machine stands on the internet itself, and not behind the cloud's load balancer. */
function hasOwnAddress(config: Config): boolean {
  const { shape = "vm", tls, modes = [] } = config;
  return shape === "vm" && !modes.includes("air-gapped") && (tls?.mode ?? defaultTlsMode(config)) !== "load-balancer";
}

function google(name: string, config: Config, region: string, environment: Environment): PlannedGcpEnvironment {
  const { kind, customer, parent, regions = [region], audit, project, close } = environment;
  if (project === undefined) throw new Error("an environment on gcp has a project");
  const rails = googleGuardRails(regions).filter(
    (rail) => rail.name !== "no-external-addresses" || !hasOwnAddress(config),
  );
  return {
    cloud: "gcp",
    name,
    region,
    kind,
    closing: close !== undefined,
    project: config.gcp?.project ?? name,
    folder: parent,
    billingAccount: project.billingAccount,
    labels: { "sourcegraph-name": name, "environment-kind": kind, customer: customerLabel(customer) },
    services,
    guardRails: rails,
    grants: grantsOf(name, environment),
    budget: budgetOf(name, environment),
    audit: { bucket: audit.target, project: audit.target.split("/")[1] ?? "" },
  };
}

/**
 * Decides a customer's environment; undefined where the config has none.
 *
 * @param config a config that is checked
 */
export function planCustomerEnvironment(config: Config): PlannedCustomerEnvironment | undefined {
  const { cloud, environment, name = "", region = "" } = config;
  if (environment === undefined) return undefined;
  return cloud === "gcp" ? google(name, config, region, environment) : amazon(name, region, environment);
}
