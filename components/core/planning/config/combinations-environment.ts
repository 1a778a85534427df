import { customerLabel, nameLimits, opaqueName, permissionSetName, sharedRoleName } from "../environment/names";
import { checkDay } from "./combinations-boundaries";
import type { Config } from "./config";
import { show, type Problems } from "./problems";

type Environment = NonNullable<Config["environment"]>;
type Account = NonNullable<Environment["account"]>;

const path = "environment";
const identifiers = {
  account: /^\d{12}$/,
  address: /^[^@\s]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i,
  bucket: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  billing: /^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/,
  customer: /^[A-Za-z][A-Za-z0-9]*$/,
  folder: /^folders\/\d+$/,
  group: /^([0-9a-f]{10}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  key: /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/.+$/,
  logBucket: /^projects\/[^/]+\/locations\/[^/]+\/buckets\/[^/]+$/,
  region: { aws: /^[a-z]{2,4}(-[a-z]+)+-\d$/, gcp: /^[a-z]+-[a-z]+\d+$/ },
  role: /^[\w+=,.@-]{1,64}$/,
  signOn: /^arn:aws[a-z-]*:sso:::instance\/ssoins-[0-9a-f]{16}$/,
  unit: /^(r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})$/,
};

/** What makes it the one of a cloud. */
const ofCloud = {
  aws: { own: "account", other: "project" },
  gcp: { own: "project", other: "account" },
} as const;

/** Adds a problem where a value is not of a form. */
type Form = (path: string, value: string | undefined, form: RegExp, words: string, ...because: string[]) => void;

const forms =
  (problems: Problems): Form =>
  (at, value, form, words, ...because) => {
    if (value !== undefined && !form.test(value)) problems.add(at, `must be ${words}, got ${show(value)}`, ...because);
  };

function checkNames({ name }: Partial<Config>, { customer, kind, account }: Environment, problems: Problems): void {
  if (name === undefined)
    problems.add("name", "is missing; an environment is named by an opaque id such as src-3f9c1a20b7");
  else if (!opaqueName.test(name))
    problems.add(
      "name",
      `must be src- and 8 to 20 hexadecimal digits in an environment, so that no name of a customer gets into names of resources, got ${show(name)}`,
    );
  if (!identifiers.customer.test(customer)) {
    problems.add(`${path}.customer`, `must be letters and digits, beginning with a letter, got ${show(customer)}`);
    return;
  }
  const role = sharedRoleName(customer, kind);
  if (account?.sharedRole !== undefined && role.length > nameLimits.role)
    problems.add(
      `${path}.customer`,
      `makes the name of the shared role ${role.length} characters long, and AWS takes ${nameLimits.role}; shorten it, or leave 'account.sharedRole' out`,
    );
  if (customerLabel(customer).length > nameLimits.label)
    problems.add(`${path}.customer`, `must be at most ${nameLimits.label} characters, got ${customer.length}`);
}

/** What is wrong with the address of an account's root; empty where nothing is. */
export function accountEmailProblems(email: string): readonly string[] {
  const isAddress = identifiers.address.test(email);
  return [
    ...(isAddress ? [] : [`must be a mail address, got ${show(email)}`]),
    ...(isAddress && !/^[^+@]+\+[^+@]+@/.test(email)
      ? [
          `must have one plus, such as cloud+src-3f9c1a20b7@example.com, so that it is no other account's, got ${show(email)}`,
        ]
      : []),
    ...(email.length > nameLimits.email ? [`must be at most ${nameLimits.email} characters, got ${email.length}`] : []),
  ];
}

function checkAccount({ email, role, signOn, sharedRole }: Account, problems: Problems): void {
  const form = forms(problems);
  const at = `${path}.account`;
  for (const message of accountEmailProblems(email)) problems.add(`${at}.email`, message);
  form(`${at}.role`, role, identifiers.role, "the name of a role");
  form(
    `${at}.signOn.instance`,
    signOn?.instance,
    identifiers.signOn,
    "the ARN of an instance of IAM Identity Center, such as arn:aws:sso:::instance/ssoins-0123456789abcdef",
  );
  form(`${at}.signOn.region`, signOn?.region, identifiers.region.aws, "a region of aws such as us-east-1");
  form(`${at}.signOn.portal`, signOn?.portal, /^https:\/\/[^\s/]+(\/\S*)?$/, "an address that begins with https://");
  form(`${at}.sharedRole.account`, sharedRole?.account, identifiers.account, "an account of AWS, 12 digits in quotes");
}

function checkAccess(config: Partial<Config>, environment: Environment, problems: Problems): void {
  const form = forms(problems);
  const { cloud, name = "" } = config;
  const { access = [], account } = environment;
  const seen = new Set<string>();
  access.forEach(({ group, permissions, until }, index) => {
    const at = `${path}.access.${index}`;
    const right = `${group} ${permissions}`;
    if (seen.has(right)) problems.add(at, `gives ${show(group)} the right to ${permissions} again; remove it`);
    seen.add(right);
    if (cloud === "gcp") {
      form(`${at}.group`, group, identifiers.address, "the mail address of a group");
      if (until === undefined)
        problems.add(
          `${at}.until`,
          "is missing; rights of people end, so give the last day, such as 2027-01-31 (B-I04)",
        );
      else checkDay(until, `${at}.until`, problems);
      return;
    }
    form(
      `${at}.group`,
      group,
      identifiers.group,
      "the id of a group in IAM Identity Center, such as 906722b3a1-0f2b7c1e-8d4a-4c53-9f0e-2b1c7d5e6f80",
    );
    if (until !== undefined)
      problems.add(
        `${at}.until`,
        `has a meaning on gcp only, got ${show(until)}; on aws 'account.signOn.sessionHours' ends sessions`,
      );
    const set = permissionSetName(name, permissions);
    if (set.length > nameLimits.permissionSet)
      problems.add(
        "name",
        `makes the set of permissions ${set} longer than ${nameLimits.permissionSet} characters; shorten it`,
      );
  });
  if (cloud === "aws" && access.length > 0 && account !== undefined && account.signOn === undefined)
    problems.add(`${path}.account.signOn`, "is missing; 'access' needs to know where people sign in");
}

function checkPlace(config: Partial<Config>, environment: Environment, problems: Problems): void {
  const form = forms(problems);
  const { cloud, gcp, name = "", region } = config;
  if (cloud !== "aws" && cloud !== "gcp") return;
  const { own, other } = ofCloud[cloud];
  const { parent, regions, audit, project } = environment;
  if (environment[own] === undefined) problems.add(`${path}.${own}`, `is missing; cloud ${cloud} needs it`);
  if (environment[other] !== undefined)
    problems.add(`${path}.${other}`, `has no meaning for cloud ${cloud}; remove it`, "cloud");
  regions?.forEach((each, index) =>
    form(`${path}.regions.${index}`, each, identifiers.region[cloud], `a region of ${cloud}`, "cloud"),
  );
  if (regions !== undefined && region !== undefined && !regions.includes(region))
    problems.add(`${path}.regions`, `must name ${region}, in which the instance is, got ${show(regions)}`, "region");
  if (cloud === "aws") {
    form(
      `${path}.parent`,
      parent,
      identifiers.unit,
      "the id of an organizational unit such as ou-ab12-3cd4ef56",
      "cloud",
    );
    form(`${path}.audit.target`, audit.target, identifiers.bucket, "the name of a bucket", "cloud");
    if (audit.key === undefined)
      problems.add(`${path}.audit.key`, "is missing; the audit trail is encrypted by a key for logs");
    form(`${path}.audit.key`, audit.key, identifiers.key, "the ARN of a key", "cloud");
    return;
  }
  form(`${path}.parent`, parent, identifiers.folder, "a folder such as folders/123456789012", "cloud");
  form(
    `${path}.audit.target`,
    audit.target,
    identifiers.logBucket,
    "the full name of a bucket of logs, projects/P/locations/L/buckets/B",
    "cloud",
  );
  if (audit.key !== undefined)
    problems.add(
      `${path}.audit.key`,
      "has no meaning for cloud gcp, where the bucket of logs has its key; remove it",
      "cloud",
    );
  form(
    `${path}.project.billingAccount`,
    project?.billingAccount,
    identifiers.billing,
    "a billing account such as 012345-6789AB-CDEF01",
  );
  if (gcp !== undefined && opaqueName.test(name) && gcp.project !== name && !gcp.project.startsWith(`${name}-`))
    problems.add(
      "gcp.project",
      `is made for this instance, and has to be ${name} or begin with ${name}-, got ${show(gcp.project)}; leave it out`,
    );
  if (audit.target.startsWith(`projects/${gcp?.project ?? name}/`))
    problems.add(
      `${path}.audit.target`,
      "is in the project itself, where it could be deleted; name one of a project for logs (B-L02)",
    );
}

function checkClose(
  { name, deletionProtection = true }: Partial<Config>,
  { close }: Environment,
  problems: Problems,
): void {
  if (close === undefined) return;
  if (close !== name)
    problems.add(`${path}.close`, `must be the name of this instance, ${show(name)}, got ${show(close)}`, "name");
  if (deletionProtection)
    problems.add(
      "deletionProtection",
      "is true, which keeps the cloud from deleting what is in the environment; set it to false to close it",
    );
}

/**
 * What is wrong with a customer's environment.
 *
 * @param shape what is made in it, where that may be in one
 */
export function checkEnvironment(config: Partial<Config>, problems: Problems): void {
  const { environment, cloud, shape = "vm" } = config;
  if (environment === undefined) return;
  if (cloud === "local" || cloud === "existing" || shape === "multi-tenant" || shape === "monolith") {
    problems.add(
      path,
      shape === "multi-tenant"
        ? "has no meaning for shape multi-tenant, whose cells have accounts of their own; remove it"
        : `is made on aws or gcp, got cloud ${cloud}; remove it`,
      "cloud",
      "shape",
    );
    return;
  }
  checkNames(config, environment, problems);
  checkPlace(config, environment, problems);
  if (cloud === "aws" && environment.account !== undefined) checkAccount(environment.account, problems);
  checkAccess(config, environment, problems);
  const form = forms(problems);
  environment.budget.emails.forEach((email, index) =>
    form(`${path}.budget.emails.${index}`, email, identifiers.address, "a mail address"),
  );
  checkClose(config, environment, problems);
}
