import type { Problem } from "../../errors";
import type { Config } from "./config";
import { Problems, show } from "./problems";

// Everything in one place, which is for development alone, with made-up data.

/** Whether a config is of everything in one place. */
export function isMonolith({ boundaries, shape }: Partial<Config>): boolean {
  return shape === "monolith" || boundaries?.zone === "dev-monolith";
}

/** Where a monolith is, in place of an account of a cloud: its Docker host; undefined for a cluster, which has to be named. */
export function monolithAccount(config: Partial<Config>): string | undefined {
  return isMonolith(config) && config.cloud === "local" ? (config.local?.host ?? "localhost") : undefined;
}

/** The config of the instance that a monolith is made of. */
export function monolithInstance(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const given = config["boundaries"];
  const boundaries = typeof given === "object" && given !== null ? given : {};
  return {
    ...config,
    shape: config["cloud"] === "existing" ? "kubernetes" : "vm",
    ...(given === undefined || boundaries === given ? { boundaries: { ...boundaries, zone: "dev-monolith" } } : {}),
  };
}

const apart = "deploy every zone by itself, or all of them for development";

function placeProblems(config: Partial<Config>, problems: Problems): void {
  const { boundaries = {}, cloud } = config;
  const { development, stage = "production" } = boundaries;
  const add = (path: string, message: string) => problems.add(path, `breaks B-O01: ${message}; ${apart}`, "cloud");
  if (cloud === "aws" || cloud === "gcp")
    add("cloud", `a monolith is on a Docker Engine (local) or on a cluster (existing), got ${cloud}`);
  if (stage !== "development") add("boundaries.stage", `zones are in one place, and its stage is ${stage}`);
  if (development === undefined) {
    add("boundaries.development", "nothing states which places are for development");
    return;
  }
  const account = boundaries.account ?? monolithAccount(config);
  if (account === undefined) add("boundaries.account", "nothing states which cluster it is on");
  else if (!development.accounts.includes(account))
    add("boundaries.development.accounts", `${account}, where it is, is not for development`);
}

function materialProblems(config: Partial<Config>, problems: Problems): void {
  const { boundaries = {}, domain } = config;
  const { development, licence, syntheticData } = boundaries;
  const add = (path: string, message: string) => problems.add(path, `breaks B-O02: ${message}`);
  if (syntheticData !== true)
    add(
      "boundaries.syntheticData",
      "nothing states that there is made-up data in it only; fill it so, and set this to true",
    );
  for (const key of ["databases", "cache", "objectStorage"] as const)
    if (typeof config[key] === "object")
      add(key, "what is kept outside may be of production; leave it out, so that the monolith has its own");
  const suffix = development?.domain;
  if (domain !== undefined && suffix !== undefined && domain !== suffix && !domain.endsWith(`.${suffix}`))
    add("domain", `${show(domain)} is no host of development; use one that ends in ${suffix}`);
  if (licence !== undefined && !licence.includes("dev"))
    add("boundaries.licence", `its licence is for ${licence.join(", ") || "anything"}; use one of kind dev`);
}

/**
 * What keeps a monolith from being deployed, with the rule it breaks.
 *
 * @param malformed keys whose values could not be read: nothing is concluded from their absence
 */
export function monolithRefusals(config: Partial<Config>, malformed: ReadonlySet<string> = new Set()): Problem[] {
  const problems = new Problems(malformed);
  if (isMonolith(config)) {
    placeProblems(config, problems);
    materialProblems(config, problems);
  }
  return problems.list;
}
