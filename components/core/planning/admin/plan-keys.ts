import type { PlannedAdminKey, PlannedAdminService } from "./admin-plan";
import { adminNames, keyUseOf } from "./names";
import type { AdminSpecification } from "./specification";

/** Days after which a key is made anew. */
const rotationDays = 90;
/** Days in which its destruction can be undone. */
const destroyDays = 30;

/** Services as far as their keys follow from them. */
type KeyUser = Pick<
  PlannedAdminService,
  "name" | "identity" | "executionIdentity" | "stores" | "secrets" | "secretKey" | "signingKey"
>;

/** Decides every key of a stack: for each service one for each class that has to be apart, and one for the logs. */
export function planKeys({ name, cloud }: AdminSpecification, services: readonly KeyUser[]): PlannedAdminKey[] {
  const shared = { purpose: "encrypt" as const, rotationDays, destroyDays };
  const ofService = (service: KeyUser): PlannedAdminKey[] => {
    const { stores, secrets, secretKey, signingKey } = service;
    const identities = new Map(services.map((each) => [each.name, each.identity]));
    const start = cloud === "aws" ? [service.executionIdentity] : [];
    const ofStores = [...new Set(stores.map(({ key }) => key))].map((key): PlannedAdminKey => {
      const under = stores.filter((store) => store.key === key);
      const readers = under.flatMap((store) => (store.kind === "analytics" ? store.readers : []));
      return {
        name: key,
        use: keyUseOf(under[0] ?? { kind: "relational", dataClasses: [] }),
        service: service.name,
        ...shared,
        usedBy: [...new Set([service.identity, ...readers.flatMap((reader) => identities.get(reader) ?? [])])],
        encrypts: under.map(({ resource }) => resource),
      };
    });
    const ofSecrets: PlannedAdminKey = {
      name: secretKey,
      use: "secret",
      service: service.name,
      ...shared,
      usedBy: [service.identity, ...start],
      encrypts: secrets.map(({ resource }) => resource),
    };
    const signing: PlannedAdminKey[] =
      signingKey === undefined
        ? []
        : [
            {
              name: signingKey,
              use: "signing",
              purpose: "sign",
              service: service.name,
              destroyDays,
              usedBy: [service.identity],
              encrypts: [],
            },
          ];
    return [...ofStores, ofSecrets, ...signing];
  };
  return [
    ...services.flatMap(ofService),
    {
      name: adminNames.logKey(name),
      use: "log",
      ...shared,
      usedBy: [],
      encrypts: [adminNames.logs(name), ...services.map((service) => adminNames.part(name, service.name, "log"))],
    },
  ];
}
