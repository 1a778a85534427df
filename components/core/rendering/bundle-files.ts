import type { PlannedContainer } from "../planning/vm/container";
import { configurationFilesOf } from "../planning/configuration-files";
import type { LastHop } from "../planning/manifest";
import { codeHostFiles } from "../planning/replica/code-host-files";
import { machineDatabases } from "../planning/vm/machine-databases";
import { machineHop, type MachineHop } from "../planning/vm/machine-hop";
import type { Plan } from "../planning/vm/plan";
import { secretNames, type SecretPart } from "../planning/secrets";
import type { Specification } from "../planning/config/specification";
import type { Bundle, BundleFile, SecretFile } from "./bundle";
import { renderCaddyfile } from "./caddyfile";
import { renderCompose, secretEnvironmentPath } from "./compose";
import {
  backupScript,
  convergeScript,
  databasesScript,
  drillScript,
  measureScript,
  ordersScript,
  restoreDiskScript,
  restoreScript,
  upgradeScript,
} from "./converge";
import { renderGrafana } from "./grafana";
import { renderPostgresConf } from "../planning/configuration/postgresql";
import { renderPrometheus } from "./prometheus";
import { inEnvironmentFile } from "./secret-text";
import { renderSiteConfiguration } from "../planning/configuration/site-configuration";

const databases = ["pgsql", "codeintel-db", "codeinsights-db"] as const;

/** Owner of files that the application's containers read: their user, which is not root. */
const applicationOwner = "100:101";

function file(path: string, text: string, mode = "0644"): BundleFile {
  return { path, mode, text };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** An environment file: every value in double quotes, so that any character survives. */
function environmentFile(container: PlannedContainer): SecretFile[] {
  const variables = Object.entries(container.secretEnvironment);
  if (variables.length === 0) return [];
  const parts = variables.flatMap(([name, value]): SecretPart[] => [
    `${name}="`,
    ...value.map((part) => (typeof part === "string" ? inEnvironmentFile(part) : part)),
    '"\n',
  ]);
  return [{ path: secretEnvironmentPath(container.name), mode: "0600", parts }];
}

function configurationSecrets(specification: Specification): SecretFile[] {
  const paths = configurationFilesOf(specification);
  const parts = renderSiteConfiguration(specification);
  return (["site", "codeHosts", "globalSettings"] as const).flatMap((key): SecretFile[] => {
    const [path, text] = [paths[key], parts[key]];
    return path === undefined || text === undefined
      ? []
      : [{ path, mode: "0400", owner: applicationOwner, parts: text }];
  });
}

function otherSecrets(specification: Specification): SecretFile[] {
  const { tls, registry } = specification;
  const key: SecretFile[] =
    tls.mode === "certificate" && tls.keySecret !== undefined
      ? [{ path: "secrets/tls.key", mode: "0400", parts: [{ secret: tls.keySecret, as: "raw" }] }]
      : [];
  const login: SecretFile[] =
    registry?.credentialsSecret === undefined
      ? []
      : [{ path: "secrets/registry-login", mode: "0600", parts: [{ secret: registry.credentialsSecret, as: "raw" }] }];
  return [...key, ...login];
}

function plainFiles(plan: Plan, specification: Specification, hop: MachineHop | undefined): BundleFile[] {
  const { tls, registry, replica } = specification;
  const { codeHosts = [] } = replica ?? {};
  const caddyfile = renderCaddyfile({
    tls,
    trustedProxies: plan.exposure.trustedProxies,
  });
  const deployed = new Map(plan.containers.map((container) => [container.name, container]));
  const postgres = databases.flatMap((name): BundleFile[] => {
    const container = deployed.get(name);
    if (container === undefined) return [];
    return [
      file(
        `${name}/conf/postgresql.conf`,
        renderPostgresConf(name, { memoryMib: container.memoryMib, cpus: container.cpus, xl: plan.size === "XL" }),
      ),
    ];
  });
  const rendered = { ...renderPrometheus(plan.containers), ...renderGrafana(plan.containers) };
  return [
    file("caddy/Caddyfile", caddyfile),
    ...(codeHosts.length === 0
      ? []
      : Object.entries(codeHostFiles(codeHosts)).map(([name, text]) => file(`code-host/${name}`, text))),
    ...(tls.certificate === undefined ? [] : [file("caddy/sourcegraph.pem", tls.certificate)]),
    ...postgres,
    ...Object.entries(rendered).map(([path, text]) => file(path, text)),
    ...(registry?.credentialsSecret === undefined
      ? []
      : [file("registry-host", `${registry.host.split("/")[0] ?? ""}\n`)]),
    ...(hop === undefined ? [] : [file("hop.json", `${JSON.stringify(hop)}\n`)]),
    file("databases.json", `${JSON.stringify(machineDatabases(plan, specification))}\n`),
    file("converge.sh", convergeScript, "0755"),
    file("databases.sh", databasesScript),
    file("backup.sh", backupScript, "0755"),
    file("restore.sh", restoreScript, "0755"),
    file("restore-disk.sh", restoreDiskScript),
    file("drill.sh", drillScript, "0755"),
    file("orders.sh", ordersScript, "0755"),
    file("upgrade.sh", upgradeScript),
    file("measure.sh", measureScript, "0755"),
  ];
}

/**
 * Renders everything a machine reads.
 *
 * @param plan the plan
 * @param specification what the plan was made from
 * @param hop the upgrade the machine may make to come here
 */
export function renderBundle(plan: Plan, specification: Specification, hop?: LastHop): Bundle {
  const made = hop === undefined ? undefined : machineHop(plan, specification, hop);
  const files = plainFiles(plan, specification, made).sort(byPath);
  const secretFiles = [
    ...plan.containers.flatMap(environmentFile),
    ...configurationSecrets(specification),
    ...otherSecrets(specification),
  ].sort(byPath);
  const compose = file("compose.yaml", renderCompose(plan.containers, plan.volumes, files, secretFiles));
  return {
    schema: 1,
    release: plan.release,
    files: [...files, compose].sort(byPath),
    secretFiles,
    secrets: [...new Set(secretFiles.flatMap((secretFile) => secretNames(secretFile.parts)))].sort(),
    images: [...new Set(plan.containers.map((container) => container.image.reference))].sort(),
  };
}
