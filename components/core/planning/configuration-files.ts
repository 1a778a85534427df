import type { Specification } from "./config/specified";

/** Folder of the bundle with the configuration files, and nothing else: the frontends see it as a whole. */
export const configurationFolder = "secrets/configuration";

/** Paths in the bundle of the configuration files that are rendered; all of them lie in `configurationFolder`. */
export interface ConfigurationFiles {
  readonly site?: string;
  readonly codeHosts?: string;
  readonly globalSettings?: string;
}

/**
 * The configuration files the frontends are given, by path in the bundle; a file that is absent here is not rendered.
 *
 * Site configuration is a file only where the config gives one (`siteConfig.siteFile`) or sets outgoing mail (`smtp`);
 * otherwise the UI owns it. Code hosts and global settings are files only where the config gives them. A file appearing or
 * disappearing later restarts the frontends; a file whose text changes is read again without a restart.
 */
export function configurationFilesOf(specification: Specification): ConfigurationFiles {
  const { siteConfig, smtp } = specification;
  return {
    ...(siteConfig?.site === undefined && smtp === undefined
      ? {}
      : { site: `${configurationFolder}/site-config.json` }),
    ...(siteConfig?.codeHosts === undefined ? {} : { codeHosts: `${configurationFolder}/code-hosts.json` }),
    ...(siteConfig?.globalSettings === undefined
      ? {}
      : { globalSettings: `${configurationFolder}/global-settings.json` }),
  };
}
