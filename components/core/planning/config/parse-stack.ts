import { InputError, type RefusedError } from "../../errors";
import { followLike } from "../replica/like";
import { completeAdmin, type AdminStackConfig } from "../admin/specified-admin";
import type { AdminSpecification } from "../admin/specification";
import { specifyMultiTenant } from "../multi-tenant/specify";
import type { MultiTenantSpecification } from "../multi-tenant/specification";
import { checkCloudPlace } from "./combinations";
import { checkAdmin } from "./combinations-admin";
import { checkBoundaries } from "./combinations-boundaries";
import { monolithInstance } from "./combinations-monolith";
import { checkEnvironment } from "./combinations-environment";
import { checkMultiTenant, multiTenantRefusal } from "./combinations-multi-tenant";
import { completeBoundaries } from "./completion";
import type { Config } from "./config";
import { Problems } from "./problems";
import { readConfig } from "./reading";
import { adminRefusal } from "./refusals-admin";
import { parseSpecification, type FileTexts } from "./specification";
import type { Specification, SpecifiedBoundaries } from "./specified";

/** A config of shape multi-tenant with what the rules of the boundaries are told. */
export interface MultiTenantStackSpecification extends MultiTenantSpecification {
  /** What the rules of the boundaries are told. */
  readonly boundaries: SpecifiedBoundaries;
  /** Ids of the manual steps that were taken. */
  readonly acknowledge: readonly string[];
}

/** The config of any stack, parsed, checked and completed. A monolith is an instance in a zone of its own. */
export type StackSpecification = Specification | AdminSpecification | MultiTenantStackSpecification;

/** Keys that every shape has. */
const ofEveryShape = [
  "name",
  "shape",
  "cloud",
  "region",
  "gcp",
  "environment",
  "boundaries",
  "alarms",
  "dnsZone",
  "deletionProtection",
  "allowDataLoss",
  "expires",
  "tags",
  "secrets",
] as const satisfies readonly (keyof Config)[];

/** Keys of shapes that are no instances of the product. */
const ownKeys = {
  admin: ["admin"],
  "multi-tenant": ["multiTenant", "release", "registry", "acknowledge"],
} as const satisfies Readonly<Record<string, readonly (keyof Config)[]>>;

type OtherShape = keyof typeof ownKeys;

/** What one shape adds to reading its config. */
interface Checks {
  /** Adds what is wrong. */
  readonly check: (config: Partial<Config>, problems: Problems) => void;
  /** Why it is refused though it is well formed. */
  readonly refusal: (config: Partial<Config>) => RefusedError | undefined;
}

/** Keys that are given and would be ignored, unless the shape's own checks say so. */
function checkMeaningless(config: Partial<Config>, shape: OtherShape, problems: Problems): void {
  const known: readonly string[] = [...ofEveryShape, ...ownKeys[shape]];
  const told = new Set(problems.list.map(({ path }) => path.split(".")[0]));
  for (const key of Object.keys(config))
    if (!known.includes(key) && !told.has(key))
      problems.add(key, `has no meaning for shape ${shape}; remove it`, "shape");
}

/** Region, zone and project, where the shape's own checks say nothing of them. */
function checkPlace(
  config: Partial<Config>,
  shape: OtherShape,
  problems: Problems,
  malformed: ReadonlySet<string>,
): void {
  const { cloud } = config;
  const place = new Problems(malformed);
  if (cloud === "aws" || cloud === "gcp") checkCloudPlace({ ...config, cloud }, place);
  else if (cloud !== undefined) place.add("cloud", `must be aws or gcp for shape ${shape}, got ${cloud}`);
  const told = new Set(problems.list.map(({ path }) => path));
  problems.list.push(...place.list.filter(({ path }) => !told.has(path)));
}

/** Reads the config of a shape that is no instance of the product. */
function readStack(given: unknown, shape: OtherShape, { check, refusal }: Checks): Config {
  const { config, problems: unreadable, malformed } = readConfig(given);
  const problems = new Problems(malformed);
  check(config, problems);
  checkPlace(config, shape, problems, malformed);
  checkMeaningless(config, shape, problems);
  checkBoundaries(config, problems);
  checkEnvironment(config, problems);
  const refused = refusal(config);
  const broken = new Problems(malformed);
  for (const { path, message } of refused?.problems ?? []) broken.add(path, message);
  if (unreadable.length + problems.list.length > 0)
    throw new InputError([...unreadable, ...problems.list, ...broken.list]);
  if (refused !== undefined) throw refused;
  return config as Config;
}

/** The shape a config names, before anything else of it is read; a machine where it names none. */
export function shapeOf(config: unknown): unknown {
  return (config as { readonly shape?: unknown } | null | undefined)?.shape ?? "vm";
}

/**
 * Parses, checks and completes the config of any stack.
 *
 * @param given what the user wrote, also with 'like'; encrypted values may be anything, only their names are used
 * @param files texts of the files the config names, by the path as written
 * @throws InputError naming every problem at once
 * @throws RefusedError when all that is wrong breaks a rule
 */
export function parseStack(given: unknown, files: FileTexts = {}): StackSpecification {
  const { config } = followLike(given, files);
  switch (shapeOf(config)) {
    case "admin":
      return completeAdmin(
        readStack(config, "admin", { check: checkAdmin, refusal: adminRefusal }) as AdminStackConfig,
      );
    case "multi-tenant": {
      const read = readStack(config, "multi-tenant", { check: checkMultiTenant, refusal: multiTenantRefusal });
      return {
        ...specifyMultiTenant(read),
        boundaries: completeBoundaries(read),
        acknowledge: read.acknowledge ?? [],
      };
    }
    case "monolith":
      return parseSpecification(monolithInstance(config), files);
    default:
      return parseSpecification(config, files);
  }
}
