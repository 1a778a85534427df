import type { Problem } from "../../errors";
import type { Config } from "./config";
import { telemetryVariable } from "./modes";
import { show, Problems } from "./problems";
import { makesStorageClass, replicaLicence } from "./replica-terms";
import { modelConfigurationOf, siteObject } from "./site-text";

// What the modes of a single-tenant instance need, and what breaks what they promise.

type Files = Readonly<Record<string, string>>;

const customerKeys = {
  aws: {
    shape: /^arn:aws[a-z-]*:kms:([a-z0-9-]+):(\d{12}):key\/[\w-]+$/,
    what: "the ARN of a key such as arn:aws:kms:us-east-1:210987654321:key/00000000-0000-0000-0000-000000000000",
  },
  gcp: {
    shape: /^projects\/([\w.:-]+)\/locations\/([\w-]+)\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/,
    what: "the full name of a key such as projects/customer-keys/locations/us-central1/keyRings/sourcegraph/cryptoKeys/sourcegraph",
  },
} as const;

/** Account or project, and region, of a key of the customer's; undefined where it cannot be told. */
export function placeOfKey(
  cloud: Config["cloud"] | undefined,
  key: string,
): { readonly account: string; readonly region: string } | undefined {
  if (cloud !== "aws" && cloud !== "gcp") return undefined;
  const [, first, second] = customerKeys[cloud].shape.exec(key) ?? [];
  if (first === undefined || second === undefined) return undefined;
  return cloud === "aws" ? { account: second, region: first } : { account: first, region: second };
}

function checkKey(config: Partial<Config>, problems: Problems): void {
  const { cloud, customerKey, modes = [], region } = config;
  const byok = modes.includes("byok");
  if (byok && (cloud === "local" || cloud === "existing"))
    problems.add(
      "modes",
      `byok has no meaning for cloud ${cloud}, where nothing is encrypted by us; remove it`,
      "cloud",
    );
  if (customerKey === undefined) return;
  if (!byok) {
    problems.add("customerKey", "has a meaning with mode byok only; remove it, or add byok to 'modes'", "modes");
    return;
  }
  if (cloud !== "aws" && cloud !== "gcp") return;
  const place = placeOfKey(cloud, customerKey);
  if (place === undefined) {
    problems.add("customerKey", `must be ${customerKeys[cloud].what}, got ${show(customerKey)}`);
    return;
  }
  if (region !== undefined && place.region !== region)
    problems.add(
      "customerKey",
      `must be of region ${region}, where what it encrypts is, got one of ${place.region}`,
      "region",
    );
  if (cloud === "aws" && config.boundaries?.account === undefined)
    problems.add(
      "boundaries.account",
      "is missing; mode byok needs the account the instance is in, to tell the customer's key from ours",
    );
}

/** Modes that contradict the rest of a config. */
export function checkModes(config: Partial<Config>, problems: Problems): void {
  const { boundaries, kubernetes, machine, modes = [], shape } = config;
  checkKey(config, problems);
  const zone = boundaries?.zone ?? "single-tenant";
  if (zone !== "single-tenant" && modes.length > 0)
    problems.add(
      "modes",
      `is for instances of one customer, got ${show(modes)} in zone ${zone}; remove it`,
      "boundaries",
    );
  const profile = kubernetes?.profile;
  if (modes.includes("air-gapped") && shape === "kubernetes" && profile !== undefined && profile !== "air-gapped")
    problems.add("kubernetes.profile", `must be air-gapped with mode air-gapped, got ${profile}; remove it`, "modes");
  if (machine?.packageMirror !== undefined && !/^https?:\/\/[^\s@?#]+$/.test(machine.packageMirror))
    problems.add(
      "machine.packageMirror",
      `must be a URL such as https://mirror.example.com/debian, without a login, got ${show(machine.packageMirror)}`,
    );
}

/** What leads an instance without a way out to the internet. */
function wayOutProblems(config: Partial<Config>, problems: Problems): void {
  const { cloud, cluster, machine, proxy, shape, tls } = config;
  const add = (path: string, message: string) => problems.add(path, `breaks B-A01: ${message}`, "cloud", "shape");
  if (shape === "kubernetes") {
    if (cloud !== "existing" && cluster?.existing === undefined)
      add("cluster", "a cluster that is made has a way out; name one that has none in 'cluster.existing'");
  } else if (cloud === "aws" || cloud === "gcp") {
    if (machine?.packageMirror === undefined && machine?.image === undefined)
      add(
        "machine.packageMirror",
        "the machine would install from Debian on the internet; give a mirror inside, or a machine image that has the packages in 'machine.image'",
      );
    if (cloud === "gcp" && (tls?.mode === "load-balancer" || (tls === undefined && config.domain !== undefined)))
      add("tls.mode", "a load balancer of Google has a public address; give mode certificate");
  }
  if (tls?.mode === "acme") add("tls.mode", "acme asks an authority on the internet; give mode certificate");
  if (proxy !== undefined) add("proxy", "a proxy leads out; remove it");
}

/** What asks something of the company. */
function askingProblems(config: Partial<Config>, files: Files, problems: Problems): void {
  const add = (path: string, message: string) => problems.add(path, `breaks B-A02: ${message}`);
  const given = config.siteConfig?.siteFile;
  const site = siteObject(given === undefined ? undefined : files[given]);
  const channel = site["update.channel"];
  if (channel !== undefined && channel !== "none")
    add("siteConfig.siteFile", `${given ?? ""} sets update.channel to ${show(channel)}; leave it out`);
  if ((modelConfigurationOf(site)["sourcegraph"] ?? null) !== null)
    add("siteConfig.siteFile", `${given ?? ""} configures our models in modelConfiguration.sourcegraph; leave it out`);
  for (const [service, { env }] of Object.entries(config.overrides ?? {}))
    if ((env?.[telemetryVariable] ?? "") !== "")
      add(`overrides.${service}.env.${telemetryVariable}`, "it is where events are sent; leave it out");
  // A replica without a licence has none that could be looked up.
  if (config.replica !== undefined && config.boundaries?.licence === undefined && replicaLicence(config) === undefined)
    return;
  const licence = config.boundaries?.licence ?? replicaLicence(config);
  const unchecked = ["allow-air-gapped", "dev", "internal"];
  if (licence === undefined)
    add(
      "boundaries.licence",
      "nothing tells whether the licence is looked up; get one with the feature allow-air-gapped, and list its features here",
    );
  else if (!unchecked.some((each) => licence.includes(each)))
    add(
      "boundaries.licence",
      `the licence has ${licence.join(", ") || "no feature"}, and is looked up; get one with the feature allow-air-gapped`,
    );
}

/** Images that come from anywhere but the customer's mirror. */
function imageProblems({ overrides = {}, registry }: Partial<Config>, problems: Problems): void {
  const add = (path: string, message: string) => problems.add(path, `breaks B-A05: ${message}`);
  if (registry === undefined) {
    add("registry", "images would come from the internet; name the mirror they were copied to in 'registry.host'");
    return;
  }
  if (registry.pinDigests === false) add("registry.pinDigests", "false takes images without digest; remove it");
  for (const [service, { image }] of Object.entries(overrides))
    if (image !== undefined && !(image.startsWith(`${registry.host}/`) && image.includes("@sha256:")))
      add(
        `overrides.${service}.image`,
        `${show(image)} is not of ${registry.host} by digest; copy it there and name it so`,
      );
}

function keyProblems(config: Partial<Config>, problems: Problems): void {
  const { boundaries, cloud, customerKey, gcp, shape } = config;
  const add = (path: string, message: string) => problems.add(path, `breaks B-A04: ${message}`, "cloud", "shape");
  if (shape === "kubernetes" && !makesStorageClass(config))
    add(
      "kubernetes.storageClass.create",
      "claims would take a class that is there, with a key nobody knows; set it to true",
    );
  if (customerKey === undefined) {
    if (cloud === "aws" || cloud === "gcp")
      add("customerKey", "it is missing, so everything would be under a key of ours; give the customer's");
    return;
  }
  const ours = cloud === "gcp" ? gcp?.project : boundaries?.account;
  const owner = placeOfKey(cloud, customerKey)?.account;
  if (owner !== undefined && owner === ours)
    add("customerKey", `it is of our account ${owner}; use the key that the customer owns`);
}

function modelProblems(config: Partial<Config>, files: Files, problems: Problems): void {
  const add = (path: string, message: string) => problems.add(path, `breaks B-A03: ${message}`);
  const path = "siteConfig.siteFile";
  const given = config.siteConfig?.siteFile;
  const site = siteObject(given === undefined ? undefined : files[given]);
  const models = modelConfigurationOf(site);
  const providers = models["providerOverrides"];
  if (!Array.isArray(providers) || providers.length === 0)
    add(path, "names no models of the customer; give them in modelConfiguration.providerOverrides");
  if ((models["sourcegraph"] ?? null) !== null)
    add(path, `${given ?? ""} configures our models in modelConfiguration.sourcegraph; leave it out`);
  if (site["attribution.enabled"] === true)
    add(path, `${given ?? ""} sets attribution.enabled, for which our gateway is needed; leave it out`);
}

/**
 * What breaks the promise of a mode, with the rule it breaks. Well formed all the same, so it is refused and not wrong.
 *
 * @param malformed keys whose values could not be read: nothing is concluded from their absence
 */
export function modeRefusals(
  config: Partial<Config>,
  files: Files,
  malformed: ReadonlySet<string> = new Set(),
): Problem[] {
  const problems = new Problems(malformed);
  const { modes = [] } = config;
  if (modes.includes("air-gapped")) {
    wayOutProblems(config, problems);
    askingProblems(config, files, problems);
    imageProblems(config, problems);
  }
  if (modes.includes("byok")) keyProblems(config, problems);
  if (modes.includes("own-model")) modelProblems(config, files, problems);
  return problems.list;
}
