import { RefusedError, type Problem } from "../../errors";
import { scopeOf } from "../admin/scopes";
import { servicesOfAdmin } from "../admin/specified-admin";
import type { SpecifiedAdminService } from "../admin/specification";
import { adminCatalogue } from "../../product/admin/catalogue";
import type { AdminConfig, Config, OwnAdminServiceConfig } from "./config";

// What is well formed, and refused by a rule of the boundaries before anything is registered.

const inAdminZone: readonly string[] = ["configuration", "operational", "identity", "secret"];
/** Services that keep data about persons in the zones of the company. */
const ofPersons: readonly string[] = ["accounts", "billing", "enterprise-portal", "pings", "workspaces"];

function storeRefusals(name: string, { stores = {} }: OwnAdminServiceConfig, { zone }: AdminConfig): Problem[] {
  return Object.entries(stores).flatMap(([store, { dataClasses = [] }]): Problem[] => {
    const path = `admin.ownServices.${name}.stores.${store}.dataClasses`;
    const content = dataClasses.filter((each) => !inAdminZone.includes(each));
    const closed = zone === "admin" || zone === "identity";
    if (dataClasses.length === 0)
      return [
        {
          path,
          message:
            "breaks B-D02, every store is classified: no class is named; name what it holds, of configuration, operational, identity, secret, user-data and public-code",
        },
      ];
    if (closed && content.length > 0)
      return [
        {
          path,
          message: `breaks B-D01, the admin zone holds no user data and no public code: it holds ${content.join(", ")} in zone ${zone}; keep that data in the zone it comes from`,
        },
      ];
    if (closed && dataClasses.includes("identity") && !ofPersons.includes(name))
      return [
        {
          path,
          message: `breaks B-D03, data about persons is in few hands: its owner ${name} is none of ${ofPersons.join(", ")}; ask one of these for it, or do not keep it`,
        },
      ];
    return [];
  });
}

function listenerRefusals(name: string, { listeners }: OwnAdminServiceConfig, { zone }: AdminConfig): Problem[] {
  return listeners.flatMap(({ plane, subdomain, credentials = [] }, index): Problem[] => {
    const path = `admin.ownServices.${name}.listeners.${index}`;
    if (plane === undefined)
      return [
        {
          path: `${path}.plane`,
          message: `breaks B-N01, who is let in depends on the plane: none is named of ${subdomain}; name human, machine, end-user or internal`,
        },
      ];
    if (plane === "end-user" && zone === "admin")
      return [
        {
          path: `${path}.plane`,
          message: `breaks B-N01, employees and machines alone reach the admin zone: ${subdomain} is for end users; deploy the service in another zone, or let employees in by the human plane`,
        },
      ];
    if (credentials.includes("licence-token"))
      return [
        {
          path: `${path}.credentials`,
          message: `breaks B-M03, tokens that are made from a licence open only what was made for them: ${subdomain} takes one; let callers show the token of a client`,
        },
      ];
    return [];
  });
}

function scopeNameOf(to: string, admin: AdminConfig): string | undefined {
  const neighbour = admin.neighbours?.[to];
  const own = admin.ownServices?.[to];
  const known = Object.values(adminCatalogue)
    .flat()
    .find(({ name }) => name === to)?.scopeName;
  return neighbour?.scopeName ?? own?.scopeName ?? known ?? ((own ?? neighbour) ? to.replaceAll("-", "_") : undefined);
}

function callRefusals(name: string, { calls = [] }: OwnAdminServiceConfig, admin: AdminConfig): Problem[] {
  return calls.flatMap(({ to, scope }, index): Problem[] => {
    const wanted = scopeNameOf(to, admin);
    const segment = scopeOf(scope)?.service;
    if (wanted === undefined || segment === undefined || segment === wanted) return [];
    return [
      {
        path: `admin.ownServices.${name}.calls.${index}.scope`,
        message: `breaks B-M01, what a machine shows is for one callee: ${scope} is for ${segment}, and the callee ${to} is ${wanted}; give it a scope of ${wanted}`,
      },
    ];
  });
}

const secretVariable = /(SECRET|PASSWORD|TOKEN|CREDENTIALS?|PRIVATE_KEY|API_KEY|ACCESS_KEY|DSN|WEBHOOK_URL)$/i;
const secretText = /PRIVATE KEY|:\/\/[^/\s]*:[^/\s]*@/;

function variableRefusals({ own, description, env }: SpecifiedAdminService): Problem[] {
  const path = `admin.${own ? "ownServices" : "services"}.${description.name}`;
  const forbidden = (variable: string, at: string): Problem[] =>
    description.forbidden
      .filter(({ name }) => name.test(variable))
      .map(({ rule, because }) => ({ path: at, message: `breaks ${rule}: ${because}; remove it` }));
  const secrets = own
    ? description.secrets.flatMap(({ name, variable }) => forbidden(variable, `${path}.secrets.${name}.variable`))
    : [];
  const plain = Object.entries(env).flatMap(([variable, value]): Problem[] => {
    const at = `${path}.env.${variable}`;
    const found = forbidden(variable, at);
    if (found.length > 0 || (!secretVariable.test(variable) && !secretText.test(value))) return found;
    return [
      {
        path: at,
        message: `breaks B-K05, secrets are references: it looks like a secret, and would be a plain value, which is not shown here; ${own ? "name it below 'secrets' of the service" : "remove it, or name an encrypted config value below 'secrets' of the service where it is a variable of its own"}`,
      },
    ];
  });
  return [...plain, ...secrets];
}

function imageRefusals({ own, description: { name }, image }: SpecifiedAdminService, stage: string): Problem[] {
  if (stage === "development" || /@sha256:[0-9a-f]{64}$/.test(image)) return [];
  return [
    {
      path: `admin.${own ? "ownServices" : "services"}.${name}.image`,
      message: `breaks B-L04, images are pinned by digest: got "${image}" in stage ${stage}; write the digest behind it, as in ${image.replace(/@.*$/, "").replace(/:[^/:]*$/, "")}@sha256:…`,
    },
  ];
}

/** Why a well-formed config of shape admin is refused: every rule it breaks, before anything is registered. */
export function adminRefusal({ admin, boundaries }: Partial<Config>): RefusedError | undefined {
  if (admin === undefined) return undefined;
  const stage = boundaries?.stage ?? "production";
  const problems = [
    ...Object.entries(admin.ownServices ?? {}).flatMap(([name, given]) => [
      ...storeRefusals(name, given, admin),
      ...listenerRefusals(name, given, admin),
      ...callRefusals(name, given, admin),
    ]),
    ...servicesOfAdmin(admin).flatMap((service) => [...variableRefusals(service), ...imageRefusals(service, stage)]),
  ];
  return problems.length === 0
    ? undefined
    : new RefusedError(problems, "refused, because rules of the boundaries would be broken");
}
