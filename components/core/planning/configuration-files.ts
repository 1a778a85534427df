import type { Specification } from "./specification";

/** Folder of the bundle that the frontends see at /etc/sourcegraph. */
export const configurationFolder = "secrets/frontend";

/** Paths in the bundle of the configuration files that are rendered. */
export interface ConfigurationFiles {
  readonly site?: string;
  readonly codeHosts?: string;
  readonly globalSettings?: string;
}

/**
 * Which configuration files a deployment has. Site configuration is owned by a file only when the config gives one or sets
 * up mail; otherwise the admins own it in the UI.
 */
export function configurationFilesOf(specification: Specification): ConfigurationFiles {
  const { siteConfig, smtp } = specification;
  return {
    ...(siteConfig?.site !== undefined || smtp !== undefined ? { site: `${configurationFolder}/site-config.json` } : {}),
    ...(siteConfig?.codeHosts === undefined ? {} : { codeHosts: `${configurationFolder}/code-hosts.json` }),
    ...(siteConfig?.globalSettings === undefined ? {} : { globalSettings: `${configurationFolder}/global-settings.json` }),
  };
}
