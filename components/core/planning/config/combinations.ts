import type { Problem } from "../../errors";
import { checkAddresses, checkNames } from "../addresses";
import { checkBoundaries } from "./combinations-boundaries";
import { checkEdge } from "./combinations-edge";
import { checkEnvironment } from "./combinations-environment";
import { checkKubernetes } from "./combinations-kubernetes";
import { checkModes } from "./combinations-modes";
import { checkMachine } from "./combinations-machine";
import { checkOverrides } from "./combinations-overrides";
import { checkReplica } from "./combinations-replica";
import { checkSecrets } from "./combinations-secrets";
import { checkServices } from "./combinations-services";
import { Problems, show } from "./problems";
import type { Config } from "./config";

const regions = {
  aws: { shape: /^[a-z]{2,4}(-[a-z]+)+-\d$/, example: "us-east-1", zone: /^[a-z]$/ },
  gcp: { shape: /^[a-z]+-[a-z]+\d+$/, example: "us-central1", zone: /^-[a-z]$/ },
} as const;

const meaninglessLocally = [
  "region",
  "zone",
  "machine",
  "dataDisk",
  "network",
  "dnsZone",
  "alarms",
  "backup",
  "gcp",
  "tags",
  "deletionProtection",
  "suspended",
  "upgrade",
  "outsideCheck",
] as const;

function checkPlace(config: Partial<Config>, problems: Problems): void {
  const { cloud } = config;
  if (cloud === "local") {
    for (const key of meaninglessLocally)
      if (config[key] !== undefined)
        problems.add(key, `has no meaning for cloud local, got ${show(config[key])}; remove it`);
    if (config.access !== undefined) problems.add("access", "has no meaning for cloud local; use 'local.address'");
    return;
  }
  if (cloud === undefined) return;
  if (config.local !== undefined) problems.add("local", `has no meaning for cloud ${cloud}; remove it`);
  if (cloud !== "existing") checkCloudPlace({ ...config, cloud }, problems);
}

/** Region, zone and project of what is on a cloud, in every shape. */
export function checkCloudPlace(
  { cloud, gcp, region, zone }: Partial<Config> & { readonly cloud: "aws" | "gcp" },
  problems: Problems,
): void {
  const { shape, example, zone: letter } = regions[cloud];
  if (region === undefined) problems.add("region", `is missing; cloud ${cloud} needs one, such as ${example}`);
  else if (!shape.test(region))
    problems.add("region", `must be a region of ${cloud} such as ${example}, got ${show(region)}`);
  else if (zone !== undefined && !(zone.startsWith(region) && letter.test(zone.slice(region.length))))
    problems.add(
      "zone",
      `must be a zone of region ${region} such as ${region}${cloud === "gcp" ? "-b" : "b"}, got ${show(zone)}`,
    );
  if (cloud === "aws" && gcp !== undefined) problems.add("gcp", "has no meaning for cloud aws; remove it");
  if (cloud === "gcp" && gcp === undefined)
    problems.add("gcp.project", "is missing; cloud gcp needs the project the instance lives in");
  if (gcp !== undefined && !/^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(gcp.project))
    problems.add(
      "gcp.project",
      `must be the id of a project, 6 to 30 lower-case letters, digits and dashes, got ${show(gcp.project)}`,
    );
}

/** Keys of shapes that are no instances of the product. */
const ofOtherShapes = { admin: "admin", multiTenant: "multi-tenant" } as const;

function checkShape(config: Partial<Config>, problems: Problems): void {
  const { shape = "vm" } = config;
  if (shape !== "vm" && shape !== "kubernetes")
    problems.add("shape", `is ${shape}, got where an instance is meant; use vm or kubernetes`);
  for (const [key, other] of Object.entries(ofOtherShapes))
    if (config[key as keyof typeof ofOtherShapes] !== undefined)
      problems.add(key, `has no meaning for shape ${shape}; remove it, or give "shape: ${other}"`, "shape");
}

/**
 * Every contradiction in a well-formed config.
 *
 * @param config the config; what was malformed is absent
 * @param files texts of the files it names
 * @param malformed paths of what is absent because it was malformed
 */
export function checkCombinations(
  config: Partial<Config>,
  files: Readonly<Record<string, string>>,
  malformed: ReadonlySet<string> = new Set(),
): Problem[] {
  const problems = new Problems(malformed);
  if (config.release === undefined && !problems.unreadable(""))
    problems.add("release", 'is missing; give a text, such as "7.5.4453"');
  checkShape(config, problems);
  checkNames(config, problems);
  checkPlace(config, problems);
  if (config.shape === "kubernetes") checkKubernetes(config, problems);
  else checkMachine(config, problems);
  checkEdge(config, files, problems);
  checkAddresses(config, problems);
  checkServices(config, problems);
  checkOverrides(config, problems);
  checkSecrets(config, files, problems);
  checkModes(config, problems);
  checkBoundaries(config, problems);
  checkReplica(config, problems);
  checkEnvironment(config, problems);
  return problems.list;
}
