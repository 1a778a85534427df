import type { Problem } from "../../errors";
import { isDay } from "../calendar";
import { mostRepositories } from "../replica/code-hosts";
import type { Config, ExternalDatabaseConfig } from "./config";
import { telemetryVariable } from "./modes";
import { Problems, show } from "./problems";
import { developmentLicences } from "./replica-terms";
import { siteObject } from "./site-text";

// What a replica of a customer's set-up must be told, and must not touch.

type Files = Readonly<Record<string, string>>;

function checkLicence({ replica }: Partial<Config>, problems: Problems): void {
  const { licence = "none", licenceSecret } = replica ?? {};
  if (licence === "none" && licenceSecret !== undefined)
    problems.add(
      "replica.licence",
      "is none, and 'replica.licenceSecret' gives a key; say what the replica's own licence is, development or internal",
    );
  if (licence !== "none" && licenceSecret === undefined)
    problems.add(
      "replica.licenceSecret",
      `is missing; a ${licence} licence has a key: set it by pulumi config set --secret --path 'sourcegraph:secrets.NAME' and write NAME here`,
    );
}

function checkCodeHosts({ replica, siteConfig, kubernetes }: Partial<Config>, problems: Problems): void {
  const { codeHosts = [] } = replica ?? {};
  codeHosts.forEach(({ totalSizeGb, largestRepositoryGb, repositories }, index) => {
    const path = `replica.codeHosts.${index}`;
    if (largestRepositoryGb !== undefined && largestRepositoryGb > totalSizeGb)
      problems.add(
        `${path}.largestRepositoryGb`,
        `must not be larger than 'totalSizeGb' (${totalSizeGb}), got ${largestRepositoryGb}`,
      );
    if (largestRepositoryGb !== undefined && repositories === 1 && largestRepositoryGb !== totalSizeGb)
      problems.add(
        `${path}.largestRepositoryGb`,
        `must be 'totalSizeGb' (${totalSizeGb}) where there is one repository, got ${largestRepositoryGb}; remove it`,
      );
  });
  if (codeHosts.length === 0) return;
  const all = codeHosts.reduce((sum, { repositories }) => sum + repositories, 0);
  if (all > mostRepositories)
    problems.add(
      "replica.codeHosts",
      `has ${all} repositories, and ${mostRepositories} are the most, since each is listed by name in one file; give fewer`,
    );
  if (siteConfig?.codeHostsFile !== undefined)
    problems.add(
      "siteConfig.codeHostsFile",
      "and 'replica.codeHosts' exclude each other, since both own the code host connections; keep one of them",
    );
  if (kubernetes?.via === "helm")
    problems.add(
      "replica.codeHosts",
      "cannot be with kubernetes.via helm, whose chart knows no workload besides the product's; use native, or give an empty list",
    );
}

function checkRestrictions({ replica, kubernetes, shape }: Partial<Config>, problems: Problems): void {
  const cluster = replica?.cluster;
  if (cluster === undefined) return;
  if (shape !== "kubernetes") {
    problems.add("replica.cluster", 'has no meaning for shape vm; remove it, or give "shape: kubernetes"', "shape");
    return;
  }
  if (cluster.clusterRoles === "denied" && kubernetes?.profile !== "restricted")
    problems.add(
      "kubernetes.profile",
      `must be restricted where 'replica.cluster.clusterRoles' is denied, got ${show(kubernetes?.profile)}`,
      "replica",
    );
  if (cluster.readOnlyRoots === true && kubernetes?.via === "helm")
    problems.add(
      "replica.cluster.readOnlyRoots",
      "cannot be with kubernetes.via helm, whose chart leaves some roots writable; use native",
    );
  if (kubernetes?.createNamespace === false)
    problems.add(
      "kubernetes.createNamespace",
      "must not be false with 'replica.cluster', whose restrictions are of a namespace that is made; remove it",
      "replica",
    );
}

/** The last day, and what a replica must be told. */
export function checkReplica(config: Partial<Config>, problems: Problems): void {
  const { boundaries, expires, like, replica } = config;
  if (like !== undefined)
    problems.add(
      "like",
      `is of stack files, whose program reads the shape, got ${show(like)}; in a program of your own give followLike its text, and pass on the config it returns`,
    );
  if (expires !== undefined && !isDay(expires))
    problems.add("expires", `must be a day such as 2027-01-31, got ${show(expires)}`);
  if (replica === undefined) return;
  if (expires === undefined) problems.add("expires", "is missing; a replica needs its last day, such as 2027-01-31");
  const zone = boundaries?.zone ?? "single-tenant";
  if (zone !== "single-tenant")
    problems.add("replica", `is for instances of one customer, got zone ${zone}; remove it`, "boundaries");
  checkLicence(config, problems);
  checkCodeHosts(config, problems);
  checkRestrictions(config, problems);
}

/** Places outside of the deployment, which have to be for development. */
function outsideHosts({ databases, objectStorage, domain }: Partial<Config>): readonly (readonly [string, string])[] {
  const external: Readonly<Record<string, ExternalDatabaseConfig | undefined>> =
    typeof databases === "object" ? { ...databases.external } : {};
  const store = typeof objectStorage === "object" ? objectStorage.external : undefined;
  return [
    ...(domain === undefined ? [] : [["domain", domain] as const]),
    ...Object.entries(external).flatMap(([name, database]) =>
      database === undefined ? [] : [[`databases.external.${name}.host`, database.host] as const],
    ),
    ...(store === undefined
      ? []
      : [
          [
            "objectStorage.external",
            store.endpoint?.replace(/^[a-z]+:\/\/|[:/].*$/g, "") ?? store.bucket ?? "",
          ] as const,
        ]),
  ];
}

function materialProblems(config: Partial<Config>, files: Files, problems: Problems): void {
  const { boundaries = {}, cache, customerKey, modes = [], overrides = {}, siteConfig } = config;
  const add = (path: string, message: string) => problems.add(path, `breaks B-O02: ${message}`);
  const suffix = boundaries.development?.domain;
  for (const [path, host] of outsideHosts(config)) {
    if (path === "domain" && suffix === undefined) continue;
    if (suffix !== undefined && (host === suffix || host.endsWith(`.${suffix}`))) continue;
    add(
      path,
      suffix === undefined
        ? `${show(host)} may be of production; leave it out, or state what ends hosts of development in 'boundaries.development'`
        : `${show(host)} is no host of development; use one that ends in ${suffix}`,
    );
  }
  if (typeof cache === "object" && cache.external !== undefined)
    add("cache.external", "what is kept outside may be of production; leave it out, so that the replica has its own");
  if (customerKey !== undefined || modes.includes("byok"))
    add(
      customerKey === undefined ? "modes" : "customerKey",
      "the customer's key is of production; a replica has made-up data only and keys of its own, so leave it out",
    );
  for (const [service, { env }] of Object.entries(overrides))
    if ((env?.[telemetryVariable] ?? "") !== "")
      add(
        `overrides.${service}.env.${telemetryVariable}`,
        "a replica sends events nowhere, or to the development that 'boundaries.development' states; leave it out",
      );
  const given = siteConfig?.siteFile;
  const site = siteObject(given === undefined ? undefined : files[given]);
  if (site["licenseKey"] !== undefined)
    add(
      "siteConfig.siteFile",
      `${given ?? ""} sets licenseKey, and nothing tells whose it is; leave it out, and name the replica's own by 'replica.licenceSecret'`,
    );
}

/**
 * What a replica is refused for, with the rule it breaks.
 *
 * @param malformed keys whose values could not be read: nothing is concluded from their absence
 */
export function replicaRefusals(
  config: Partial<Config>,
  files: Files,
  malformed: ReadonlySet<string> = new Set(),
): Problem[] {
  const problems = new Problems(malformed);
  const { boundaries = {}, replica } = config;
  if (replica === undefined) return [];
  const { licence, stage, syntheticData } = boundaries;
  if (stage !== undefined && stage !== "development")
    problems.add("boundaries.stage", `breaks B-O02: a replica is for development, got ${stage}; remove it`);
  if (syntheticData === false)
    problems.add("boundaries.syntheticData", "breaks B-K01: a replica holds made-up data only; remove it");
  if (licence !== undefined && !licence.some((tag) => developmentLicences.includes(tag)))
    problems.add(
      "boundaries.licence",
      `breaks B-O02: its licence is for ${licence.join(", ") || "anything"}; a replica has one of its own of kind dev or internal, or none`,
    );
  materialProblems(config, files, problems);
  return problems.list;
}
