import { parse as parseJsonc } from "jsonc-parser";
import { parse as parseYaml } from "yaml";
import { InputError } from "../../errors";
import { leavableWorkloads } from "../../product/kubernetes/leavable";
import { kubernetesWorkloads } from "../../product/kubernetes/workloads";
import { parseRelease, registry as vendorRegistry } from "../../product/releases";
import { isServiceName } from "../../product/services";
import { modelConfigurationOf, siteObject } from "../config/site-text";
import { imageReference } from "../image-reference";
import { gibOf, quantityValue } from "../kubernetes/quantities";
import type { Extracted, ExtractNote } from "./extract";
import type { CodeHostKind } from "./kinds";
import type { ShapeConfig } from "./shape-schema";

// Reads what `src debug compose` and `src debug kube` collect. Of all its files only these facts are looked at; logs are not.

type Raw = Readonly<Record<string, unknown>>;

/** A running container, whatever runs it. */
interface Running {
  /** Service of the catalogue, or label `app` of its pod. */
  readonly service: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cpus?: number;
  readonly memoryGb?: number;
  readonly readOnlyRoot: boolean;
  readonly user?: number;
}

/** What a bundle tells, and the kinds of its code hosts. */
export interface BundleFacts extends Extracted {
  readonly hosts: readonly { readonly kind: CodeHostKind }[];
}

const isSet = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, key) => (isSet(found) ? found[key] : undefined), value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** Files whose path below the bundle's own folder fits, with what it fits by. */
function matching(files: Readonly<Record<string, string>>, pattern: RegExp): { name: string; text: string }[] {
  return Object.entries(files).flatMap(([path, text]) => {
    const name = pattern.exec(path)?.[1];
    return name === undefined ? [] : [{ name, text }];
  });
}

function jsonOf(text: string): unknown {
  return parseJsonc(text, [], { allowTrailingComma: true });
}

/** Containers of `docker container inspect`. */
function ofCompose(files: Readonly<Record<string, string>>): Running[] {
  return matching(files, /(?:^|\/)docker\/containers\/([^/]+)\/inspect-[^/]+\.txt$/).flatMap(
    ({ name, text }): Running[] => {
      const service = name.replace(/-\d+$/, "");
      const inspected = list(jsonOf(text))[0];
      if (!isServiceName(service) || inspected === undefined) return [];
      const nanoCpus = Number(at(inspected, "HostConfig", "NanoCpus") ?? 0);
      const bytes = Number(at(inspected, "HostConfig", "Memory") ?? 0);
      const env = list(at(inspected, "Config", "Env")).map(textOf);
      return [
        {
          service,
          image: textOf(at(inspected, "Config", "Image")),
          env: Object.fromEntries(env.map((each) => [each.split("=")[0] ?? "", each.slice(each.indexOf("=") + 1)])),
          ...(nanoCpus > 0 && { cpus: rounded(nanoCpus / 1e9) }),
          ...(bytes > 0 && { memoryGb: rounded(bytes / 2 ** 30) }),
          readOnlyRoot: at(inspected, "HostConfig", "ReadonlyRootfs") === true,
        },
      ];
    },
  );
}

/** Main containers of the pods; what a pod is of is told by its label. */
function ofKubernetes(files: Readonly<Record<string, string>>): Running[] {
  return matching(files, /(?:^|\/)kubectl\/pods\/([^/]+)\/manifest-[^/]+\.ya?ml$/).flatMap(({ text }): Running[] => {
    const pod: unknown = parseYaml(text);
    const app = textOf(at(pod, "metadata", "labels", "app"));
    const workload = kubernetesWorkloads.find(({ name }) => name === app);
    const main = workload?.containers.find(({ service }) => service === workload.service)?.name;
    return list(at(pod, "spec", "containers"))
      .filter((container) => workload !== undefined && at(container, "name") === main)
      .map((container) => {
        const { cpu, memory } = (at(container, "resources", "limits") ?? {}) as Record<string, string | undefined>;
        const user = at(container, "securityContext", "runAsUser") ?? at(pod, "spec", "securityContext", "runAsUser");
        return {
          service: workload?.service ?? app,
          image: textOf(at(container, "image")),
          env: Object.fromEntries(
            list(at(container, "env")).map((each) => [textOf(at(each, "name")), textOf(at(each, "value"))]),
          ),
          ...(cpu !== undefined && { cpus: rounded(quantityValue(String(cpu))) }),
          ...(memory !== undefined && { memoryGb: rounded(gibOf(String(memory))) }),
          readOnlyRoot: at(container, "securityContext", "readOnlyRootFilesystem") === true,
          ...(typeof user === "number" && { user }),
        };
      });
  });
}

/** Services that may run more than once. */
const numbered = new Set([
  "sourcegraph-frontend",
  "gitserver",
  "searcher",
  "zoekt-webserver",
  "precise-code-intel-worker",
  "syntactic-code-intel-worker",
  "syntect-server",
]);

/** Sizes of claims by the service whose they are, GiB. */
function claimsOf(files: Readonly<Record<string, string>>): ReadonlyMap<string, number> {
  const [claims] = matching(files, /(?:^|\/)kubectl\/(persistent-volume-claims)\.txt$/);
  const sizes = new Map<string, number>();
  for (const line of claims?.text.split("\n").slice(1) ?? []) {
    const [name = "", , , capacity = ""] = line.trim().split(/\s+/);
    if (!/^\d+(\.\d+)?[KMGT]i?$/.test(capacity)) continue;
    for (const workload of kubernetesWorkloads)
      for (const claim of workload.claims) {
        const isOne = claim.kind === "claim" ? name === claim.name : name.startsWith(`${claim.name}-${workload.name}-`);
        if (isOne && claim.sizedBy !== undefined) sizes.set(claim.sizedBy, Math.round(gibOf(capacity)));
      }
  }
  return sizes;
}

function overridesOf(
  running: readonly Running[],
  claims: ReadonlyMap<string, number>,
): NonNullable<ShapeConfig["overrides"]> {
  const names = [...new Set(running.map(({ service }) => service))].filter((name) => isServiceName(name)).sort();
  const entries = names.flatMap((name) => {
    const all = running.filter(({ service }) => service === name);
    const [first] = all;
    const storageGb = claims.get(name);
    const override = {
      ...(numbered.has(name) && all.length > 1 && { replicas: all.length }),
      ...(first?.cpus !== undefined && { cpus: first.cpus }),
      ...(first?.memoryGb !== undefined && { memoryGb: first.memoryGb }),
      ...(storageGb !== undefined && { storageGb }),
    };
    return Object.keys(override).length === 0 ? [] : [[name, override] as const];
  });
  return Object.fromEntries(entries) as NonNullable<ShapeConfig["overrides"]>;
}

/** Kinds as Sourcegraph calls them, by those of a shape. */
const kinds: Readonly<Record<string, CodeHostKind>> = {
  GITLAB: "gitlab",
  BITBUCKETSERVER: "bitbucketServer",
  BITBUCKETCLOUD: "bitbucketCloud",
  AZUREDEVOPS: "azureDevOps",
  GERRIT: "gerrit",
  GITOLITE: "gitolite",
  PERFORCE: "perforce",
  PHABRICATOR: "phabricator",
};

function hostsOf(files: Readonly<Record<string, string>>): { kind: CodeHostKind }[] {
  const [services] = matching(files, /(?:^|\/)config\/(external_services)\.txt$/);
  return (services?.text.split(/^---$/m) ?? []).flatMap((block) => {
    const kind = /^\s*\S+ \| (\w+) \|/.exec(block)?.[1];
    if (kind === undefined) return [];
    if (kind === "GITHUB")
      return [
        { kind: /"url":\s*"https?:\/\/github\.com/.test(block) ? ("github" as const) : ("githubEnterprise" as const) },
      ];
    return [{ kind: kinds[kind] ?? ("other" as const) }];
  });
}

function siteOf(files: Readonly<Record<string, string>>): Raw {
  const [site] = matching(files, /(?:^|\/)config\/(siteConfig)\.json$/);
  const answer = site === undefined ? undefined : jsonOf(site.text);
  return siteObject(textOf(at(answer, "data", "site", "configuration", "effectiveContents")));
}

function kubernetesOf(
  files: Readonly<Record<string, string>>,
  running: readonly Running[],
): NonNullable<ShapeConfig["kubernetes"]> {
  const pods = matching(files, /(?:^|\/)kubectl\/pods\/([^/]+)\/manifest-/).map(
    ({ text }) => parseYaml(text) as unknown,
  );
  const apps = new Set(pods.map((pod) => textOf(at(pod, "metadata", "labels", "app"))));
  const events = matching(files, /(?:^|\/)kubectl\/(events)\.txt$/)[0]?.text ?? "";
  const level = /violates PodSecurity "(baseline|restricted)/.exec(events)?.[1] as
    "baseline" | "restricted" | undefined;
  const leaveOut = leavableWorkloads.filter((name) => !apps.has(name));
  return {
    ...(level !== undefined && { podSecurity: level }),
    ...(running.every(({ readOnlyRoot }) => readOnlyRoot) && { readOnlyRoots: true }),
    ...(running.some(({ user = 0 }) => user >= 100_000) && { userIds: "assigned" as const }),
    ...(leaveOut.length > 0 && { leaveOut }),
  };
}

/** Stores that are outside where no container serves them. */
const stores = {
  databases: ["pgsql", "codeintel-db", "codeinsights-db"],
  cache: ["redis-cache", "redis-store"],
  objectStorage: ["blobstore"],
} as const;

function leftOutOf(files: Readonly<Record<string, string>>, site: Raw): ExtractNote[] {
  const logs = Object.keys(files).filter((path) => path.endsWith(".log")).length;
  return [
    ...(logs > 0 ? [{ what: `${logs} logs`, why: "they may have names, addresses and code" }] : []),
    { what: "variables of containers", why: "they have hosts and secrets; only their names were looked at" },
    ...(Object.keys(site).length > 0
      ? [
          {
            what: `${Object.keys(site).length} keys of the site configuration`,
            why: "they have addresses, secrets and the licence; only what is on was looked at",
          },
        ]
      : []),
    {
      what: "whether cluster roles are denied, quotas, sizes of external services",
      why: "a support bundle does not have them",
    },
  ];
}

/**
 * What a support bundle tells of a set-up.
 *
 * @param files texts of its files, by their path in it
 * @throws InputError where it is none, or tells no release
 */
export function extractFromBundle(files: Readonly<Record<string, string>>): BundleFacts {
  const compose = ofCompose(files);
  const running = compose.length > 0 ? compose : ofKubernetes(files);
  const frontend = running.find(({ service }) => service === "sourcegraph-frontend");
  const image = imageReference(frontend?.image ?? "");
  const release = /^\d+\.\d+\.\d+$/.test(image?.tag ?? "") && parseRelease(image?.tag ?? "") ? image?.tag : undefined;
  if (release === undefined)
    throw new InputError(
      [
        {
          path: "from",
          message:
            frontend === undefined
              ? "has no frontend; give what src debug compose or src debug kube wrote, with docker/containers/*/inspect-*.txt or kubectl/pods/*/manifest-*.yaml"
              : `has a frontend of image tag ${image?.tag ?? "(none)"}, which is no release; write the shape by hand`,
        },
      ],
      "the support bundle cannot be read",
    );
  const shape = compose.length > 0 ? "vm" : "kubernetes";
  const site = siteOf(files);
  const there = new Set(running.map(({ service }) => service));
  const external = Object.fromEntries(
    Object.entries(stores).flatMap(([key, names]) => (names.some((name) => there.has(name)) ? [] : [[key, {}]])),
  );
  const proxied = running.some(
    ({ env }) => (env["HTTP_PROXY"] ?? env["HTTPS_PROXY"] ?? env["https_proxy"] ?? "") !== "",
  );
  const certificates = list(at(site["experimentalFeatures"], "tls.external", "certificates")).length > 0;
  const models = list(modelConfigurationOf(site)["providerOverrides"]).length > 0;
  const mirrored = ![vendorRegistry, "sourcegraph", "docker.io/sourcegraph"].includes(image?.registry ?? "");
  const ofCluster = shape === "kubernetes" ? kubernetesOf(files, running) : {};
  const overrides = overridesOf(running, claimsOf(files));
  const found: Partial<ShapeConfig> = {
    release,
    shape,
    ...(Object.keys(external).length > 0 && { external }),
    ...(proxied && { proxy: true }),
    ...(certificates && { privateCa: true }),
    ...(mirrored && { registryMirror: true }),
    ...(models && { ownModels: true }),
    ...(there.has("jaeger") && { tracing: true }),
    ...(Object.keys(ofCluster).length > 0 && { kubernetes: ofCluster }),
    ...(Object.keys(overrides).length > 0 && { overrides }),
  };
  const told: Readonly<Record<string, string>> = {
    release: "tag of the frontend's image",
    shape: shape === "vm" ? "containers of Docker" : "pods",
    external: "no container serves it",
    proxy: "variables of containers",
    privateCa: "certificates in the site configuration",
    registryMirror: "images are not of the vendor's registry",
    ownModels: "models in the site configuration",
    tracing: "Jaeger runs",
    kubernetes: "pods and events",
    overrides: "numbers, limits and claims of what runs",
  };
  return {
    shape: found,
    taken: Object.entries(found).map(([what, value]) => ({
      what: typeof value === "object" ? `${what}: ${Object.keys(value).join(", ")}` : `${what}: ${String(value)}`,
      why: told[what] ?? "",
    })),
    leftOut: leftOutOf(files, site),
    hosts: hostsOf(files),
  };
}
