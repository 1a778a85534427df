import type { AdminPlan, PlannedAdminSecret, PlannedAdminService } from "../admin/admin-plan";
import { adminBoundary } from "../admin/boundary";
import { Graph } from "../../rules/graph";
import type { Credential, CredentialKind } from "./credential";
import { factsOfKind } from "./kinds";
import { rotationOf } from "./rotation";
import { statedCredentials } from "./stated";

/** What kind of credential a secret of a service is. */
function kindOf({ name, use, origin }: PlannedAdminSecret): CredentialKind {
  if (use === "licence-signing") return "licence-signing";
  if (origin === "store") return "store";
  if (name === "client") return "oauth-client";
  if (name === "diagnostics") return "diagnostics";
  if (name === "management") return "management";
  return name === "site-token" ? "shared-secret" : "vendor";
}

const radius: Readonly<
  Partial<Record<CredentialKind, (service: PlannedAdminService, secret: PlannedAdminSecret) => string>>
> = {
  diagnostics: ({ name, listeners }) =>
    `the details of the health of ${name}${listeners.some(({ paths }) => paths.some((path) => path.startsWith("/-/actor"))) ? ", and a sync of its actors from inside the human plane" : ""}; no data`,
  management: ({ name }) => `every account of ${name}: read, change and end it; only through the human plane`,
  "licence-signing": () =>
    "licences of any kind for anybody, which every instance accepts until a release trusts another key; no data",
  vendor: (_, { purpose }) => `${purpose}, at the company's expense; nothing here`,
  store: (_, { store = "" }) => `everything in the store ${store}, from inside the network only`,
  "shared-secret": (_, { purpose }) => `${purpose}: what the holder can ask there`,
};

function ofSecret(plan: AdminPlan, service: PlannedAdminService, secret: PlannedAdminSecret): Credential[] {
  const kind = kindOf(secret);
  if (kind === "oauth-client") return [];
  const holder = `${plan.zone}/${service.name}`;
  const { resource, purpose, configName } = secret;
  return [
    {
      name: resource,
      kind,
      holder,
      opens: [{ at: kind === "vendor" || kind === "shared-secret" ? purpose : holder, may: [purpose] }],
      ...factsOfKind(kind),
      kept: `secret ${resource} under key ${service.secretKey}`,
      readers: [service.identity],
      blastRadius: radius[kind]?.(service, secret) ?? purpose,
      rotation: rotationOf(kind, { name: resource, holder, ...(configName === undefined ? {} : { configName }) }),
    },
  ];
}

function ofHardware(plan: AdminPlan, { name, signingKey, identity }: PlannedAdminService): Credential[] {
  if (signingKey === undefined) return [];
  const holder = `${plan.zone}/${name}`;
  return [
    {
      name: signingKey,
      kind: "licence-signing",
      holder,
      opens: [{ at: "every instance", may: ["licences"] }],
      ...factsOfKind("licence-signing"),
      kept: "in hardware of the cloud, from which it cannot be read",
      readers: [],
      blastRadius: `nobody can have it; whoever is ${identity} can sign licences while that lasts`,
      rotation: rotationOf("licence-signing", { name: signingKey, holder }),
    },
  ];
}

function ofEmployees({ zone, employees }: AdminPlan): Credential[] {
  const { oidc } = employees;
  if (oidc === undefined) return [];
  const holder = `${zone}/load balancer of employees`;
  return [
    {
      name: oidc.clientSecret,
      kind: "sign-in",
      holder,
      opens: [{ at: oidc.issuer, may: ["exchange of codes"] }],
      ...factsOfKind("sign-in"),
      kept: "the rules of the load balancer, and the encrypted config",
      readers: ["who deploys the stack", "who may read the rules of the load balancer"],
      blastRadius: "sign-ins in the name of the load balancer, with a code of an employee; no session by itself",
      rotation: rotationOf("sign-in", { name: oidc.clientSecret, holder, configName: oidc.clientSecret }),
    },
  ];
}

/** Clients of services here, with where their secret rests. */
function withPlace(plan: AdminPlan, credential: Credential): Credential {
  for (const service of plan.services) {
    const secret = service.secrets.find(({ resource }) => resource === credential.name);
    if (secret === undefined && credential.holder !== `${plan.zone}/${service.name}`) continue;
    const found = secret ?? service.secrets.find(({ name }) => name === "client");
    if (found === undefined) continue;
    const { resource, configName } = found;
    return {
      ...credential,
      name: resource,
      kept: `secret ${resource} under key ${service.secretKey}`,
      readers: [service.identity],
      rotation: rotationOf(credential.kind, {
        name: resource,
        holder: credential.holder,
        ...(configName === undefined ? {} : { configName }),
      }),
    };
  }
  return credential;
}

/** Every credential of a stack of support services: what is shown to it and by it, and what else opens something of it. */
export function adminCredentials(plan: AdminPlan): Credential[] {
  const stated = statedCredentials(
    new Graph([
      {
        urn: plan.name,
        type: "sourcegraph:admin-services/AdminServices",
        name: plan.name,
        inputs: { boundary: adminBoundary(plan) },
        refers: {},
        protected: false,
        retained: false,
      },
    ]),
  );
  return [
    ...stated.map((credential) => (credential.kind === "oauth-client" ? withPlace(plan, credential) : credential)),
    ...plan.services.flatMap((service) => [
      ...service.secrets.flatMap((secret) => ofSecret(plan, service, secret)),
      ...ofHardware(plan, service),
    ]),
    ...ofEmployees(plan),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}
