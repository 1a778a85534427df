import { parse as parseJsonc } from "jsonc-parser";
import { isAtLeast, registry as vendorRegistry } from "../../product/releases";
import type { BoundaryFacts, ProductSettings } from "../../rules/facts";
import type { Specification } from "../config/specified";
import { configurationFilesOf } from "../configuration-files";

/** From this release on no channel keeps the product from sending pings. Source: external-services.md. */
const pingsAlways = "7.1.0";

/** What the product is told, as far as the files of the config say; nothing where the UI owns its configuration. */
function settingsOf(specification: Specification): ProductSettings {
  if (configurationFilesOf(specification).site === undefined) return {};
  const site = (parseJsonc(specification.siteConfig?.site ?? "{}") ?? {}) as Readonly<Record<string, unknown>>;
  const attribution = site["attribution.enabled"];
  const off = site["update.channel"] === "none" && !isAtLeast(specification.release, pingsAlways);
  return {
    updateChannel: off ? "none" : "release",
    ...(typeof attribution === "boolean" ? { attribution } : {}),
  };
}

/** What the rules know about everything that is deployed for one customer's instance. */
export function instanceFacts(specification: Specification): BoundaryFacts {
  const { stage, owner, account, companyDomains } = specification.boundaries;
  const { registry } = specification;
  const airGapped = specification.shape === "kubernetes" && specification.kubernetes.profile === "air-gapped";
  return {
    zone: "single-tenant",
    tenancy: "single",
    stage,
    owner,
    ...(account === undefined ? {} : { account }),
    ...(companyDomains === undefined ? {} : { companyDomains }),
    registries: [registry?.host ?? vendorRegistry],
    ...(registry === undefined ? {} : { mirror: registry.host }),
    ...(airGapped ? { modes: ["air-gapped"] as const } : {}),
  };
}

/** The same of what runs the product, with what it is told. */
export function productFacts(specification: Specification): BoundaryFacts {
  return { ...instanceFacts(specification), settings: settingsOf(specification) };
}
