import { registry as vendorRegistry } from "../../product/releases";
import type { BoundaryFacts, ProductSettings } from "../../rules/facts";
import { placeOfKey } from "../config/combinations-modes";
import { isSilent } from "../config/modes";
import { modelConfigurationOf, siteObject } from "../config/site-text";
import type { Specification } from "../config/specified";
import { configurationFilesOf } from "../configuration-files";

/** What the product is told, as far as the config and its files say; nothing of a configuration that the UI owns. */
export function settingsOf(specification: Specification): ProductSettings {
  const { licence } = specification.boundaries;
  const told = licence === undefined ? {} : { licence };
  if (configurationFilesOf(specification).site === undefined) return told;
  const site = siteObject(specification.siteConfig?.site);
  const models = modelConfigurationOf(site);
  const attribution = site["attribution.enabled"];
  const own = models["providerOverrides"];
  return {
    updateChannel: isSilent(site, specification) ? "none" : "release",
    ...(models["sourcegraph"] === null || site["cody.enabled"] === false ? { modelGateway: false } : {}),
    ...(Array.isArray(own) && own.length > 0 ? { ownModels: true } : {}),
    ...(typeof attribution === "boolean" ? { attribution } : {}),
    ...told,
  };
}

/** Modes that bring rules of their own: those of the config, and that of a cluster without a way out. */
export function modesOf(specification: Specification): NonNullable<BoundaryFacts["modes"]> {
  const closed = specification.shape === "kubernetes" && specification.kubernetes.profile === "air-gapped";
  return [...new Set([...(closed ? (["air-gapped"] as const) : []), ...specification.modes])];
}

/** What the rules know about everything that is deployed for one instance. */
export function instanceFacts(specification: Specification): BoundaryFacts {
  const { zone, stage, owner, account, companyDomains, development } = specification.boundaries;
  const { cloud, customerKey, registry } = specification;
  const modes = modesOf(specification);
  const customer = customerKey === undefined ? undefined : placeOfKey(cloud, customerKey)?.account;
  return {
    zone,
    ...(zone === "single-tenant" ? { tenancy: "single" as const } : {}),
    stage,
    owner,
    ...(account === undefined ? {} : { account }),
    ...(companyDomains === undefined ? {} : { companyDomains }),
    registries: [registry?.host ?? vendorRegistry],
    ...(registry === undefined ? {} : { mirror: registry.host }),
    ...(modes.length === 0 ? {} : { modes }),
    ...(customer === undefined ? {} : { admits: [customer] }),
    ...(development === undefined ? {} : { development }),
  };
}

/** The same of what runs the product, with what it is told. */
export function productFacts(specification: Specification): BoundaryFacts {
  return { ...instanceFacts(specification), settings: settingsOf(specification) };
}
