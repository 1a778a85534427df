import * as bigquery from "@pulumi/gcp/bigquery";
import * as kms from "@pulumi/gcp/kms";
import * as organizations from "@pulumi/gcp/organizations";
import * as projects from "@pulumi/gcp/projects";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminKey, PlannedAdminService } from "../core/planning/admin/admin-plan";
import { factTags } from "../core/rules/graph";
import { dataOptions } from "../cloud/data-options";
import { permitKey, serviceAgent } from "../cloud/gcp-key";
import type { GcpAdminKey, GcpAdminScope, GcpAgent, GcpAgentAccount } from "./gcp-scope";

/** APIs of the services that act by an account of their own, and the domain of that account. */
const agentsOf: Readonly<Record<Exclude<GcpAgent, "bigquery">, { readonly api: string; readonly domain: string }>> = {
  run: { api: "run.googleapis.com", domain: "serverless-robot-prod" },
  sql: { api: "sqladmin.googleapis.com", domain: "gcp-sa-cloud-sql" },
  redis: { api: "redis.googleapis.com", domain: "cloud-redis" },
  secrets: { api: "secretmanager.googleapis.com", domain: "gcp-sa-secretmanager" },
  pubsub: { api: "pubsub.googleapis.com", domain: "gcp-sa-pubsub" },
  logging: { api: "logging.googleapis.com", domain: "gcp-sa-logging" },
  iap: { api: "iap.googleapis.com", domain: "gcp-sa-iap" },
};

/** The accounts of Google's services in a project, each declared when it is first asked for. */
export function serviceAgents(parent: pulumi.Resource, name: string, project: string): GcpAdminScope["agents"] {
  const number = organizations.getProjectOutput({ projectId: project }, { parent }).number;
  const known = new Map<GcpAgent, GcpAgentAccount>();
  const once = (agent: GcpAgent, make: () => GcpAgentAccount) => (): GcpAgentAccount => {
    const found = known.get(agent) ?? make();
    known.set(agent, found);
    return found;
  };
  const made = Object.entries(agentsOf).map(([agent, { api, domain }]) => {
    const make = (): GcpAgentAccount => ({
      member: serviceAgent(number, domain),
      made: [new projects.ServiceIdentity(`${name}-${agent}-agent`, { project, service: api }, { parent })],
    });
    return [agent, once(agent as GcpAgent, make)];
  });
  // Asking for the account of BigQuery makes it.
  const ofBigQuery = (): GcpAgentAccount => {
    void bigquery.getDefaultServiceAccountOutput({ project }, { parent });
    return {
      member: pulumi.interpolate`serviceAccount:bq-${number}@bigquery-encryption.iam.gserviceaccount.com`,
      made: [],
    };
  };
  return { ...Object.fromEntries(made), bigquery: once("bigquery", ofBigQuery) } as GcpAdminScope["agents"];
}

/** Who of Google encrypts with a key, by what it encrypts. */
function encryptersOf(planned: PlannedAdminKey, services: readonly PlannedAdminService[]): GcpAgent[] {
  const stores = services.flatMap((service) => service.stores).filter(({ key }) => key === planned.name);
  const has = (kind: string): boolean => stores.some((store) => store.kind === kind);
  const agents: readonly (readonly [GcpAgent, boolean])[] = [
    ["sql", has("relational")],
    ["redis", has("cache")],
    ["bigquery", has("analytics")],
    ["pubsub", has("stream")],
    ["secrets", planned.use === "secret"],
    // Cloud Run keeps a copy of the image, and what it is started with.
    ["run", planned.use === "secret"],
    ["logging", planned.use === "log"],
  ];
  return agents.flatMap(([agent, needed]) => (needed ? [agent] : []));
}

/** The ring of all keys of a stack. Google Cloud never deletes it, nor frees its name. */
export function declareKeyRing({ parent, plan, project, region }: GcpAdminScope): kms.KeyRing {
  return new kms.KeyRing(`${plan.name}-keys`, { project, location: region }, dataOptions(parent));
}

/** What kind of key it is, by what it is for. */
function purposeOf({ purpose, rotationDays = 90, destroyDays }: PlannedAdminKey) {
  const destroyScheduledDuration = `${destroyDays * 86_400}s`;
  if (purpose === "encrypt")
    return { purpose: "ENCRYPT_DECRYPT", rotationPeriod: `${rotationDays * 86_400}s`, destroyScheduledDuration };
  return {
    purpose: "ASYMMETRIC_SIGN",
    destroyScheduledDuration,
    // It is made in hardware and never leaves it.
    versionTemplate: { algorithm: "RSA_SIGN_PKCS1_2048_SHA256", protectionLevel: "HSM" },
  };
}

/** Declares a key with what lets Google's services, and no identity of the program, encrypt with it. */
export function declareAdminKey(scope: GcpAdminScope, ring: kms.KeyRing, planned: PlannedAdminKey): GcpAdminKey {
  const { parent, plan, labels, agents } = scope;
  const key = new kms.CryptoKey(
    planned.name,
    {
      keyRing: ring.id,
      ...purposeOf(planned),
      labels: { ...labels, [factTags.owner]: planned.service ?? plan.owner },
    },
    dataOptions(parent),
  );
  const permitted = encryptersOf(planned, plan.services).map((agent) => {
    const { member, made } = agents[agent]();
    return permitKey(parent, `${planned.name}-${agent}`, { key: key.id, member, dependsOn: [...made] });
  });
  return { key, permitted };
}
