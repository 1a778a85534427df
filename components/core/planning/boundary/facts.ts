import { parse as parseJsonc } from "jsonc-parser";
import { registry as vendorRegistry } from "../../product/releases";
import type { BoundaryFacts, ProductSettings } from "../../rules/facts";
import type { Specification } from "../config/specified";
import { configurationFilesOf } from "../configuration-files";

/** What the product is told, as far as the files of the config say; nothing where the UI owns its configuration. */
function settingsOf(specification: Specification): ProductSettings | undefined {
  if (configurationFilesOf(specification).site === undefined) return undefined;
  const site = (parseJsonc(specification.siteConfig?.site ?? "{}") ?? {}) as Readonly<Record<string, unknown>>;
  const attribution = site["attribution.enabled"];
  return {
    updateChannel: site["update.channel"] === "none" ? "none" : "release",
    ...(typeof attribution === "boolean" ? { attribution } : {}),
  };
}

/** What the rules know about everything that is deployed for one customer's instance. */
export function instanceFacts(specification: Specification): BoundaryFacts {
  const { stage, owner, account, companyDomains } = specification.boundaries;
  const { registry } = specification;
  const settings = settingsOf(specification);
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
    ...(settings === undefined ? {} : { settings }),
  };
}
