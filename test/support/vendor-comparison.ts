import assert from "node:assert/strict";
import facts from "../facts/services.json";

/** What the vendor's file says of one service, as read at v7.5.4453. */
export interface VendorService {
  readonly service: string;
  readonly containerName: string;
  readonly image: string;
  readonly cpus: number;
  readonly memLimit: string;
  readonly env: Readonly<Record<string, unknown>>;
  readonly volumes: readonly { kind: string; source: string; target: string; readOnly?: boolean }[];
  readonly publishedPorts: readonly string[];
  readonly healthcheck: null | {
    readonly test: { kind: string; tool?: string; url?: string; command?: string; form: string };
    readonly interval: string;
    readonly timeout: string;
    readonly retries: number;
    readonly startPeriod?: string;
  };
  readonly restart: string;
  readonly dependsOn: Readonly<Record<string, string>>;
  readonly networks: readonly string[];
  readonly command?: readonly string[];
  readonly hostname?: string;
  readonly privileged?: boolean;
  readonly devices?: readonly string[];
  readonly pid?: string;
  readonly expose?: readonly number[];
  readonly shmSize?: string;
  readonly stopGracePeriod?: string;
  readonly overlay?: boolean;
}

/** A service of a compose file, as it is written there. */
export type ComposeService = Record<string, unknown>;

/** Every service of the vendor's file, overlays left out. */
export function vendorServices(): VendorService[] {
  return Object.entries(facts)
    .filter(([name]) => !name.startsWith("_"))
    .map(([, entry]) => (entry as unknown as { compose: VendorService }).compose)
    .filter((compose) => compose.overlay !== true);
}

function seconds(text: string | undefined): number {
  const match = /^(\d+)(s|m|h)$/.exec(text ?? "0s");
  return Number(match?.[1]) * { s: 1, m: 60, h: 3600 }[match?.[2] as "s" | "m" | "h"];
}

function vendorEnvironment(vendor: VendorService): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(vendor.env).map(([key, value]) => {
      if (key !== "SRC_PROF_SERVICES") return [key, String(value)];
      const { jsonString } = value as { jsonString: { name: string; host: string; defaultPath?: string }[] };
      return [
        key,
        jsonString
          .map((e) => [e.name, e.host, e.defaultPath ?? ""].join(" "))
          .sort()
          .join("\n"),
      ];
    }),
  );
}

function ourEnvironment(ours: ComposeService): Record<string, unknown> {
  const environment = (ours["environment"] ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(environment).map(([key, value]) => {
      if (key !== "SRC_PROF_SERVICES") return [key, value];
      const list = JSON.parse(value) as { Name: string; Host: string; DefaultPath?: string }[];
      return [
        key,
        list
          .map((e) => [e.Name, e.Host, e.DefaultPath ?? ""].join(" "))
          .sort()
          .join("\n"),
      ];
    }),
  );
}

function vendorHealth(vendor: VendorService): unknown {
  const health = vendor.healthcheck;
  if (health === null) return undefined;
  const { test } = health;
  const command =
    test.kind === "exec"
      ? `CMD-SHELL ${test.command}`
      : test.tool === "curl"
        ? `CMD curl -f ${test.url}`
        : `CMD-SHELL wget -q '${test.url}' -O /dev/null || exit 1`;
  return {
    command,
    interval: seconds(health.interval),
    timeout: seconds(health.timeout),
    retries: health.retries,
    start: seconds(health.startPeriod),
  };
}

function ourHealth(ours: ComposeService): unknown {
  const health = ours["healthcheck"] as
    undefined | { test: string[]; interval: string; timeout: string; retries: number; start_period?: string };
  if (health === undefined) return undefined;
  return {
    command: health.test.join(" "),
    interval: seconds(health.interval),
    timeout: seconds(health.timeout),
    retries: health.retries,
    start: seconds(health.start_period),
  };
}

function volumes(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    list.map((line) => {
      const [source, target, mode] = line.split(":");
      return [target?.replace(/(.)\/$/, "$1") ?? "", `${source}${mode === undefined ? "" : ` ${mode}`}`];
    }),
  );
}

/** Every difference in meaning between one vendor service and ours, a line each. */
export function differences(vendor: VendorService, ours: ComposeService | undefined): string[] {
  const name = vendor.service;
  if (ours === undefined) return [`${name}: absent`];
  const found: string[] = [];
  const compare = (field: string, theirs: unknown, mine: unknown) => {
    try {
      assert.deepEqual(mine, theirs);
    } catch {
      found.push(`${name}.${field}: ${JSON.stringify(theirs)} -> ${JSON.stringify(mine)}`);
    }
  };
  const maps = (field: string, theirs: Record<string, unknown>, mine: Record<string, unknown>) => {
    for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)]))
      compare(`${field}.${key}`, theirs[key], mine[key]);
  };
  compare("container_name", vendor.containerName, ours["container_name"]);
  compare("image", `index.docker.io/${vendor.image}`, String(ours["image"]).split(":")[0]);
  compare("cpus", vendor.cpus, ours["cpus"]);
  compare("mem_limit", vendor.memLimit, ours["mem_limit"]);
  maps("environment", vendorEnvironment(vendor), ourEnvironment(ours));
  maps(
    "volumes",
    volumes(
      vendor.volumes.map((v) => `${v.kind === "repoFile" ? "file" : v.source}:${v.target}${v.readOnly ? ":ro" : ""}`),
    ),
    volumes(((ours["volumes"] ?? []) as string[]).map((line) => line.replace(/^\.\/[^:]+(:[^:]+):ro$/, "file$1"))),
  );
  compare("ports", vendor.publishedPorts, ours["ports"] ?? []);
  compare("healthcheck", vendorHealth(vendor), ourHealth(ours));
  compare("restart", vendor.restart, ours["restart"]);
  compare("networks", vendor.networks, ours["networks"]);
  const depends = (ours["depends_on"] ?? {}) as Record<string, { condition: string }>;
  compare(
    "depends_on",
    vendor.dependsOn,
    Object.fromEntries(Object.entries(depends).map(([k, v]) => [k, v.condition])),
  );
  compare("command", vendor.command, ours["command"]);
  compare("hostname", vendor.hostname, ours["hostname"]);
  compare("privileged", vendor.privileged, ours["privileged"]);
  compare("devices", vendor.devices, ours["devices"]);
  compare("pid", vendor.pid, ours["pid"]);
  compare("expose", vendor.expose?.map(String), ours["expose"]);
  compare("shm_size", vendor.shmSize, ours["shm_size"]);
  compare(
    "stop_grace_period",
    seconds(vendor.stopGracePeriod),
    seconds(ours["stop_grace_period"] as string | undefined),
  );
  for (const field of ["env_file", "logging", "labels"])
    if (ours[field] !== undefined) found.push(`${name}.${field}: only ours`);
  return found;
}

/** Deviations by id: what they look like in the comparison. Each is explained in docs/deviations.md. */
export const deviations: Readonly<Record<string, RegExp>> = {
  "limits-from-sizing": /^[a-z0-9-]+\.(cpus|mem_limit): /,
  "database-passwords":
    /^(pgsql|codeintel-db|codeinsights-db|[a-z-]+-exporter|migrator|sourcegraph-frontend-\w+)\.(env_file: only ours|environment\.(POSTGRES_PASSWORD|DATA_SOURCE_NAME|(CODEINTEL_|CODEINSIGHTS_)?PGPASSWORD): )/,
  "database-variables":
    /^sourcegraph-frontend-\w+\.environment\.((CODEINTEL_|CODEINSIGHTS_)?PG(HOST|PORT|USER|DATABASE|SSLMODE)|CODEINSIGHTS_PGDATASOURCE): /,
  "prometheus-not-published": /^prometheus\.ports: \["0\.0\.0\.0:9090:9090"\] -> \[\]$/,
  "edge-ports": /^caddy\.ports: /,
  "otel-template-not-mounted": /^otel-collector\.volumes\./,
  "log-rotation": /\.logging: only ours$/,
  "config-digest-label": /\.labels: only ours$/,
  "prometheus-stop-time": /^prometheus\.stop_grace_period: 0 -> 120$/,
};
