import { adminCatalogue } from "../../product/admin/catalogue";
import { isContract } from "../../product/boundary-words";
import type { ConnectsEdge, IssuesEdge } from "../../rules/facts";
import { scopeText } from "../admin/scopes";
import type { Specification } from "../config/specified";
import { modesOf, settingsOf } from "./facts";

/** What a service is called in an edge: `zone/service`, or its name alone where all are in one place. */
export type EndName = (zone: string, service: string) => string;

/** Names of services whose zones are apart. */
export const apartNames: EndName = (zone, service) => `${zone}/${service}`;

/** Names of services whose zones are merged. */
export const mergedNames: EndName = (_, service) => service;

/** Seconds that a token of the accounts service lives. */
const tokenSeconds = 3600;

/**
 * What every instance asks of the support services, over the internet at their listeners of machines. The product shows a
 * token that is made from the licence, which is not for one callee alone; to pings it shows nothing.
 */
function instanceCalls(named: EndName): ConnectsEdge[] {
  return adminCatalogue.admin.flatMap(({ name, callers }) =>
    callers.flatMap(({ from, contract, credential, carries }): ConnectsEdge[] =>
      from !== "instance" || !isContract(contract)
        ? []
        : [
            {
              kind: "connects",
              from: contract === "model-call" ? "sourcegraph-frontend" : "worker",
              to: named("admin", name),
              port: 443,
              credential,
              contract,
              carries,
              over: "internet",
              plane: "machine",
            },
          ],
    ),
  );
}

/**
 * Connections of an instance to the support services: none of one without a way out, no call of models where there are those
 * of the customer. Other zones have support services of their own, and credentials that are for one callee.
 */
export function adminEdges(specification: Specification, named: EndName = apartNames): ConnectsEdge[] {
  const { zone } = specification.boundaries;
  if (zone !== "single-tenant" && zone !== "dev-monolith") return [];
  if (modesOf(specification).includes("air-gapped")) return [];
  const { modelGateway = true } = settingsOf(specification);
  return instanceCalls(named).filter(({ contract }) => contract !== "model-call" || modelGateway);
}

/** Zones of support services that an instance has to do with. */
const supportZones = ["admin", "identity"] as const;

/** Support services of these zones with what they are known by. */
export const supportServices = supportZones.flatMap((zone) =>
  adminCatalogue[zone].map(({ name, title, scopeName }) => ({ name, title, scopeName })),
);

/** Connections and rights of the support services among each other. */
export function supportEdges(named: EndName): (ConnectsEdge | IssuesEdge)[] {
  const known = (zone: string): zone is (typeof supportZones)[number] => supportZones.some((each) => each === zone);
  return supportZones.flatMap((zone) =>
    adminCatalogue[zone].flatMap((caller) =>
      caller.calls.flatMap(({ to, zone: at, contract, permissions }): (ConnectsEdge | IssuesEdge)[] => {
        if (!known(at)) return [];
        const callee = adminCatalogue[at].find(({ name }) => name === to);
        const ends = { from: named(zone, caller.name), to: named(at, to) };
        return [
          {
            kind: "connects",
            ...ends,
            port: 443,
            credential: "oauth-client",
            ...(isContract(contract) ? { contract } : {}),
            plane: "machine",
          },
          ...permissions.map((permission): IssuesEdge => ({
            kind: "issues",
            ...ends,
            scope: scopeText({ service: callee?.scopeName ?? to.replaceAll("-", "_"), ...permission }),
            client: caller.name,
            tokenSeconds,
          })),
        ];
      }),
    ),
  );
}
