import * as artifactregistry from "@pulumi/gcp/artifactregistry";
import * as dns from "@pulumi/gcp/dns";
import * as firestore from "@pulumi/gcp/firestore";
import * as kms from "@pulumi/gcp/kms";
import * as logging from "@pulumi/gcp/logging";
import * as organizations from "@pulumi/gcp/organizations";
import * as projects from "@pulumi/gcp/projects";
import * as gcp from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../core/errors";
import type { MultiTenantPlan, PlannedAccount } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { StoredClass } from "../core/rules/facts";
import { dataOptions } from "../cloud/data-options";
import { declareGuardRail } from "../cloud/gcp-guard-rail";
import { permitKey, serviceAgent } from "../cloud/gcp-key";
import type { MultiTenantEnvironmentArgs } from "./args";
import { boundaryOfEnvironment } from "./decision";
import type { GcpImages } from "./gcp-cell";
import type { GcpLogTarget } from "./gcp-logs";
import { declareOriginSecrets } from "./origin-secrets";
import { environmentTags } from "./tags";

/** What every part of an environment on Google Cloud is declared from. */
interface Scope {
  readonly parent: pulumi.Resource;
  readonly plan: MultiTenantPlan;
  readonly within: (account: PlannedAccount) => { readonly parent: pulumi.Resource; readonly provider?: gcp.Provider };
  readonly labels: (classes?: readonly StoredClass[]) => Record<string, string>;
}

/**
 * What the cells of one stage have in common on Google Cloud: the folder and what nobody in it may do, the zone of names, the
 * store of placements, the registry of images, and the project that logs go to. It holds no data of tenants, and no cell can
 * read another's by it.
 *
 * @example
 * const environment = new MultiTenantEnvironment("mt", { plan });
 */
export class MultiTenantEnvironment extends pulumi.ComponentResource {
  /** Where cells write their records to. */
  readonly logs: GcpLogTarget;
  /** Where nodes of cells read images. */
  readonly images: GcpImages;
  /** Secret: what the edge may show at the origin of each cell, by its name; the last is shown. */
  readonly originSecrets: Readonly<Record<string, pulumi.Output<string>[]>>;
  /** Name of the zone of Cloud DNS; undefined where names are at Cloudflare. */
  readonly namesZone: pulumi.Output<string> | undefined;
  /** Provider of the project of names and edge; undefined for the program's own. */
  readonly namesProvider: pulumi.ProviderResource | undefined;
  /** Name of the store of placements. */
  readonly placement: pulumi.Output<string>;
  /** Name of the folder; undefined where it is left to somebody else. */
  readonly folder: pulumi.Output<string> | undefined;

  /**
   * @param name name of the environment in the plan
   * @param args the plan
   * @param opts options of the component
   * @throws InputError for a plan of another cloud
   */
  constructor(name: string, args: MultiTenantEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan } = args;
    if (plan.cloud !== "gcp")
      throw new InputError([{ path: "plan.cloud", message: `is ${plan.cloud}; this component is of gcp` }]);
    super(
      "sourcegraph:multi-tenant-backend:MultiTenantEnvironment",
      name,
      { boundary: args.boundary ?? boundaryOfEnvironment(plan) },
      opts,
    );
    const scope = scopeOf(this, args);
    const { names } = plan.environment;
    this.folder = declareFolder(scope);
    this.namesProvider = scope.within(names.account).provider;
    this.namesZone = declareZone(scope);
    this.placement = declarePlacement(scope);
    this.images = declareImages(scope);
    this.originSecrets = Object.fromEntries(plan.cells.map((cell) => [cell.name, declareOriginSecrets(this, cell)]));
    this.logs = declareLogTarget(scope);
    this.registerOutputs({ placement: this.placement, namesZone: this.namesZone, folder: this.folder });
  }
}

/** A provider for each project with an account that deploys there, once. */
function scopeOf(parent: pulumi.Resource, { plan, tags = {} }: MultiTenantEnvironmentArgs): Scope {
  const providers = new Map<string, gcp.Provider>();
  return {
    parent,
    plan,
    within: ({ id, role }) => {
      if (role === undefined) return { parent };
      const provider =
        providers.get(id) ??
        new gcp.Provider(
          `${plan.name}-${id}`,
          { project: id, region: plan.region, impersonateServiceAccount: role },
          { parent },
        );
      providers.set(id, provider);
      return { parent, provider };
    },
    labels: (classes) => environmentTags(plan, tags, classes),
  };
}

/** The folder of the stage, and what nobody in it may do, whatever rights they have. */
function declareFolder({ parent, plan }: Scope): pulumi.Output<string> | undefined {
  const { containerName, parent: above, deletionProtection, guardRails } = plan.environment;
  if (above === undefined) return undefined;
  const folder = new organizations.Folder(
    containerName,
    { displayName: containerName, parent: above, deletionProtection },
    { parent },
  );
  const attached = guardRails.flatMap((rail) => {
    const policy = declareGuardRail(`${containerName}-${rail.name}`, folder.name, rail, { parent });
    return policy === undefined ? [] : [policy.id];
  });
  return pulumi.all([folder.name, pulumi.all(attached)]).apply(([of]) => of);
}

/** The zone of the tenants' names: one that is there, else one that is made; none at Cloudflare. */
function declareZone({ parent, plan, within, labels }: Scope): pulumi.Output<string> | undefined {
  const { names, edge } = plan.environment;
  if (names.zone !== undefined) return pulumi.output(names.zone);
  if (edge.kind === "cloudflare") return undefined;
  return new dns.ManagedZone(
    `${plan.name}-zone`,
    {
      project: names.account.id,
      dnsName: `${names.domain}.`,
      description: `Tenants of ${plan.name}`,
      labels: labels(["configuration"]),
    },
    { ...dataOptions(parent), ...within(names.account) },
  ).name;
}

/** A key of the environment and who of Google's services uses it. */
function declareKey(
  scope: Scope,
  o: {
    readonly name: string;
    readonly account: PlannedAccount;
    readonly classes: readonly StoredClass[];
    readonly agent: { readonly api: string; readonly domain: string };
  },
): { readonly key: pulumi.Output<string>; readonly permitted: pulumi.Resource } {
  const { parent, plan, within, labels } = scope;
  const { name, account, classes, agent } = o;
  const child = within(account);
  const kept = { ...dataOptions(parent), ...child };
  const ring = new kms.KeyRing(`${name}-keys`, { project: account.id, location: plan.region }, kept);
  const key = new kms.CryptoKey(
    `${name}-key`,
    {
      keyRing: ring.id,
      purpose: "ENCRYPT_DECRYPT",
      rotationPeriod: "7776000s",
      destroyScheduledDuration: "2592000s",
      labels: labels(classes),
    },
    kept,
  );
  const { number } = organizations.getProjectOutput({ projectId: account.id }, child);
  const identity = new projects.ServiceIdentity(`${name}-agent`, { project: account.id, service: agent.api }, child);
  const permitted = permitKey(
    parent,
    `${name}-key-agent`,
    { key: key.id, member: serviceAgent(number, agent.domain), dependsOn: [identity] },
    child.provider,
  );
  return { key: key.id, permitted };
}

/** Which tenant is in which cell: hosts, numbers and cells, and nothing of people. */
function declarePlacement(scope: Scope): pulumi.Output<string> {
  const { parent, plan, within } = scope;
  const { account, name, keyName } = plan.environment.placement;
  const { key, permitted } = declareKey(scope, {
    name: keyName,
    account,
    classes: ["configuration"],
    agent: { api: "firestore.googleapis.com", domain: "gcp-sa-firestore" },
  });
  return new firestore.Database(
    name,
    {
      project: account.id,
      name,
      locationId: plan.region,
      type: "FIRESTORE_NATIVE",
      cmekConfig: { kmsKeyName: key },
      pointInTimeRecoveryEnablement: "POINT_IN_TIME_RECOVERY_ENABLED",
      deleteProtectionState: "DELETE_PROTECTION_ENABLED",
    },
    { ...dataOptions(parent, { dependsOn: [permitted] }), ...within(account) },
  ).name;
}

/** Where images come from. */
function declareImages(scope: Scope): GcpImages {
  const { parent, plan, within, labels } = scope;
  const { account, name, keyName } = plan.environment.images;
  const child = within(account);
  const { key, permitted } = declareKey(scope, {
    name: keyName,
    account,
    classes: ["configuration"],
    agent: { api: "artifactregistry.googleapis.com", domain: "gcp-sa-artifactregistry" },
  });
  const repository = new artifactregistry.Repository(
    name,
    {
      project: account.id,
      location: plan.region,
      repositoryId: name,
      format: "DOCKER",
      kmsKeyName: key,
      dockerConfig: { immutableTags: true },
      labels: labels(["configuration"]),
    },
    { ...dataOptions(parent, { dependsOn: [permitted] }), ...child },
  );
  return {
    project: account.id,
    location: plan.region,
    repository: name,
    after: [repository],
    ...(child.provider === undefined ? {} : { provider: child.provider }),
  };
}

/** Where records of cells go: a locked bucket of logs in a project of logs. */
function declareLogTarget(scope: Scope): GcpLogTarget {
  const { parent, plan, within } = scope;
  const { account, name, keyName, retentionDays } = plan.environment.logs;
  const child = within(account);
  const { key, permitted } = declareKey(scope, {
    name: keyName,
    account,
    classes: ["operational"],
    agent: { api: "logging.googleapis.com", domain: "gcp-sa-logging" },
  });
  const bucket = new logging.ProjectBucketConfig(
    name,
    {
      project: account.id,
      location: plan.region,
      bucketId: name,
      retentionDays,
      locked: true,
      cmekSettings: { kmsKeyName: key },
    },
    { ...dataOptions(parent, { dependsOn: [permitted] }), ...child },
  );
  return {
    bucket: `projects/${account.id}/locations/${plan.region}/buckets/${name}`,
    project: account.id,
    after: [bucket],
    ...(child.provider === undefined ? {} : { provider: child.provider }),
  };
}
