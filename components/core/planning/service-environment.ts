import { configurationFolder, type ConfigurationFiles } from "./configuration-files";
import type { Specification } from "./config/specified";
import type { ServiceEnvironment } from "./database-environment";
import { secretNames, splitPlaceholders, type SecretPart } from "./secrets";

// Variables of services that are the same in every shape.

/** Hosts the services must reach without the proxy: each other, the metadata service, and what runs outside. */
function noProxy(specification: Specification, inside: readonly string[]): string {
  const outside = Object.values(specification.databases).flatMap((database) =>
    typeof database === "string" ? [] : [database.host],
  );
  return [
    "localhost",
    "127.0.0.1",
    "169.254.169.254",
    "metadata.google.internal",
    ...inside,
    ...outside,
    ...(specification.proxy?.noProxy ?? []),
  ].join(",");
}

/**
 * Proxy variables, where the config has a proxy.
 *
 * @param inside names of the services, which are reached without it
 */
export function proxyEnvironment(specification: Specification, inside: readonly string[]): Record<string, string> {
  const { proxy } = specification;
  if (proxy === undefined) return {};
  return {
    ...(proxy.http === undefined ? {} : { HTTP_PROXY: proxy.http }),
    ...(proxy.https === undefined ? {} : { HTTPS_PROXY: proxy.https }),
    NO_PROXY: noProxy(specification, inside),
  };
}

/** Where the frontends find the configuration files that are rendered. */
export function configurationEnvironment(
  specification: Specification,
  files: ConfigurationFiles,
): Record<string, string> {
  const edits = specification.siteConfig?.allowEdits === true;
  const variables = [
    ["SITE_CONFIG", files.site],
    ["EXTSVC_CONFIG", files.codeHosts],
    ["GLOBAL_SETTINGS", files.globalSettings],
  ] as const;
  return Object.fromEntries(
    variables.flatMap(([stem, path]) =>
      path === undefined
        ? []
        : [
            [`${stem}_FILE`, path.replace(configurationFolder, "/etc/sourcegraph")],
            ...(edits ? [[`${stem}_ALLOW_EDITS`, "true"]] : []),
          ],
    ),
  ) as Record<string, string>;
}

/** Variables a person adds or replaces; those with `${secret:NAME}` in them are secret. */
export function givenEnvironment(env: Readonly<Record<string, string>> = {}): ServiceEnvironment {
  const environment: Record<string, string> = {};
  const secretEnvironment: Record<string, readonly SecretPart[]> = {};
  for (const [variable, value] of Object.entries(env)) {
    const parts = splitPlaceholders(value, "env");
    if (secretNames(parts).length === 0) environment[variable] = value;
    else secretEnvironment[variable] = parts;
  }
  return { environment, secretEnvironment };
}
