import type { KubernetesSpecification } from "../config/specified";
import { renderSiteConfiguration } from "../configuration/site-configuration";
import { configurationFilesOf } from "../configuration-files";
import { secretNames, type SecretPart } from "../secrets";

/** The configuration files of the frontends, by file name; undefined where the UI owns all of them. */
export function configurationTexts(
  specification: KubernetesSpecification,
): Readonly<Record<string, readonly SecretPart[]>> | undefined {
  const paths = configurationFilesOf(specification);
  const texts = renderSiteConfiguration(specification);
  const files = (["site", "codeHosts", "globalSettings"] as const).flatMap((key) => {
    const [path, text] = [paths[key], texts[key]];
    return path === undefined || text === undefined ? [] : [[path.split("/").at(-1) ?? path, text] as const];
  });
  return files.length === 0 ? undefined : Object.fromEntries(files);
}

/** Whether the configuration files are in a Secret, because one of them holds a secret, or in a ConfigMap. */
export function configurationIsSecret(specification: KubernetesSpecification): boolean {
  return Object.values(configurationTexts(specification) ?? {}).some((parts) => secretNames(parts).length > 0);
}
