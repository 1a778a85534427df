import { InputError, type Problem } from "../../errors";
import { readConfig } from "../config/reading";
import type { OwnPart } from "./kinds";
import { readShapeText } from "./parse-shape";
import { presetPrefix, shapePresets } from "./presets";
import type { ShapeConfig } from "./shape-schema";
import { show } from "../config/problems";

// A replica's config: the shape gives the base, the stack's own keys win, and the result is an ordinary config.

/** A shape; a preset is of no release, which the stack gives. */
type ShapeToFollow = Omit<ShapeConfig, "release"> & Partial<Pick<ShapeConfig, "release">>;

type Raw = Readonly<Record<string, unknown>>;

/** What a shape comes to for one stack. */
export interface Followed {
  /** An ordinary config, without `like`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What of the shape cannot be followed there, and what stands in for it. */
  readonly notes: readonly string[];
}

const isSet = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);

/** Keys whose forms exclude each other, so that the stack's own takes the place of the shape's. */
const whole = new Set(["databases", "cache", "objectStorage", "network", "replica.codeHosts"]);

/** One tree over another: sets of keys are joined, everything else of the upper one wins. */
function over(base: unknown, own: unknown, path = ""): unknown {
  if (own === undefined) return base;
  if (!isSet(base) || !isSet(own) || whole.has(path)) return own;
  const keys = new Set([...Object.keys(base), ...Object.keys(own)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, over(base[key], own[key], path === "" ? key : `${path}.${key}`)]),
  );
}

/** A set of keys without those that have no value. */
function given(keys: Raw): Raw | undefined {
  const entries = Object.entries(keys).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Databases, Redis and uploads outside of the deployment, as the cloud's own services; where there is no cloud, bundled. */
function outsideKeys({ external = {} }: ShapeToFollow, cloud: unknown, notes: string[]): Raw {
  const { databases, cache, objectStorage } = external;
  const isCloud = cloud === "aws" || cloud === "gcp";
  const named = { databases, cache, objectStorage };
  const there = Object.keys(named).filter((key) => named[key as keyof typeof named] !== undefined);
  if (!isCloud) {
    if (there.length > 0)
      notes.push(
        `${there.join(", ")}: outside of the deployment in the shape, bundled on cloud ${String(cloud)}, which has no services of its own`,
      );
    return {};
  }
  if (cache?.sizeGb !== undefined && cloud === "aws")
    notes.push("cache.sizeGb: has a meaning on gcp only; on aws the node type decides, which follows from the size");
  return {
    databases: databases && { managed: databases },
    cache: cache && (cloud === "gcp" && cache.sizeGb !== undefined ? { managed: { sizeGb: cache.sizeGb } } : "managed"),
    objectStorage: objectStorage && "managed",
  };
}

function kubernetesKeys({ kubernetes = {} }: ShapeToFollow, { cloud, cluster }: Raw, notes: string[]): Raw {
  const { version, via, clusterRoles, podSecurity, readOnlyRoots, quota, userIds, leaveOut } = kubernetes;
  const isMade = cloud !== "existing" && !(isSet(cluster) && cluster["existing"] !== undefined);
  if (version !== undefined && !isMade)
    notes.push(`kubernetes.version: ${version} in the shape; the cluster is there and has one of its own`);
  const grows = kubernetes.expandableStorage ?? true;
  if (!grows && cloud !== "existing")
    notes.push("kubernetes.expandableStorage: false in the shape; volumes of a class that is made here grow");
  const restrictions = given({ clusterRoles, podSecurity, readOnlyRoots, quota });
  return {
    kubernetes: given({
      via,
      profile: clusterRoles === "denied" ? "restricted" : undefined,
      userIds,
      leaveOut,
      networkPolicies: kubernetes.networkPolicies === false ? { enabled: false } : undefined,
      storageClass: grows || cloud !== "existing" ? undefined : { create: false, expandable: false },
    }),
    cluster: version !== undefined && isMade ? { version } : undefined,
    restrictions,
  };
}

/** The keys a shape gives a stack. */
function keysOf(shape: ShapeToFollow, own: Raw, notes: string[]): Raw {
  const { release, size, usage, machineType, dataDiskGb, airGapped, ownModels, tracing, overrides, codeHosts } = shape;
  const { cloud } = own;
  const ofMachine = cloud === "aws" || cloud === "gcp";
  for (const [key, value] of Object.entries({ machineType, dataDiskGb }))
    if (value !== undefined && !ofMachine)
      notes.push(`${key}: ${value} in the shape; on cloud ${String(cloud)} there is no machine to choose`);
  const sized = own["size"] !== undefined || own["usage"] !== undefined;
  const { restrictions, ...ofCluster } = shape.shape === "kubernetes" ? kubernetesKeys(shape, own, notes) : {};
  const modes = [...(airGapped === true ? ["air-gapped"] : []), ...(ownModels === true ? ["own-model"] : [])];
  return {
    shape: shape.shape,
    release,
    ...(sized ? {} : { size, usage }),
    machine: machineType !== undefined && ofMachine ? { type: machineType } : undefined,
    dataDisk: dataDiskGb !== undefined && ofMachine ? { sizeGb: dataDiskGb } : undefined,
    ...outsideKeys(shape, cloud, notes),
    tracing,
    modes: modes.length === 0 ? undefined : modes,
    ...ofCluster,
    overrides,
    replica: given({ codeHosts, cluster: restrictions }) ?? {},
  };
}

/** What the customer has of their own, by what says that the replica has it too. */
const parts: Readonly<
  Record<
    OwnPart,
    {
      readonly has: (shape: ShapeToFollow) => boolean;
      readonly what: string;
      readonly path: string;
      readonly brought: (config: Raw) => boolean;
    }
  >
> = {
  proxy: {
    has: ({ proxy }) => proxy === true,
    what: "an outgoing proxy",
    path: "proxy",
    brought: ({ proxy }) => proxy !== undefined,
  },
  privateCa: {
    has: ({ privateCa }) => privateCa === true,
    what: "certificates of an authority of its own",
    path: "tls.certificateFile",
    brought: ({ tls }) => isSet(tls) && tls["certificateFile"] !== undefined,
  },
  registry: {
    has: ({ registryMirror }) => registryMirror === true,
    what: "a mirror of the images",
    path: "registry",
    brought: ({ registry }) => registry !== undefined,
  },
};

/** What the shape has that only the replica's own can stand in for, and the stack neither gives nor leaves out. */
function missingParts(shape: ShapeToFollow, config: Raw): Problem[] {
  const { replica } = config;
  const without = isSet(replica) && Array.isArray(replica["without"]) ? (replica["without"] as unknown[]) : [];
  return (Object.keys(parts) as OwnPart[]).flatMap((part): Problem[] => {
    const { has, what, path, brought } = parts[part];
    if (!has(shape) || brought(config) || without.includes(part)) return [];
    return [
      {
        path,
        message: `is missing; the shape has ${what}, and the customer's is not the replica's: give one of its own, or say that it does without by 'replica.without': [${part}]`,
      },
    ];
  });
}

type Named = { readonly shape: ShapeToFollow } | { readonly problems: readonly Problem[] };

/** The shape a `like` names. */
function shapeNamed(like: unknown, files: Readonly<Record<string, string>>): Named {
  if (typeof like !== "string" || like === "")
    return { problems: [{ path: "like", message: `must be a text, got ${show(like)}` }] };
  if (like.startsWith(presetPrefix)) {
    const name = like.slice(presetPrefix.length);
    const preset = shapePresets.find((each) => each.name === name);
    if (preset !== undefined) return { shape: preset.shape };
    const known = shapePresets.map((each) => each.name).join(", ");
    return { problems: [{ path: "like", message: `names no preset, got ${show(like)}; presets are ${known}` }] };
  }
  const text = files[like];
  if (text === undefined)
    return { problems: [{ path: "like", message: `names a file that cannot be read, got ${show(like)}` }] };
  const read = readShapeText(text);
  if ("shape" in read) return read;
  return {
    problems: read.problems.map(({ path, message }) => ({
      path: path === "" ? `${like}` : `${like}: ${path}`,
      message,
    })),
  };
}

/**
 * The ordinary config of a stack: with `like`, what the shape gives below what the stack gives itself; else as it is.
 *
 * @param files texts of the files the config names, by path as written
 * @throws InputError with everything that is wrong with the shape, and what can be seen to be wrong with the stack's own keys
 */
export function followLike(config: unknown, files: Readonly<Record<string, string>> = {}): Followed {
  if (!isSet(config) || config["like"] === undefined) return { config: config as Raw, notes: [] };
  const { like, ...own } = config;
  const read = shapeNamed(like, files);
  if ("problems" in read) throw new InputError([...read.problems, ...readConfig(own).problems]);
  const notes: string[] = [];
  const merged = over(given(keysOf(read.shape, own, notes)), own) as Raw;
  const missing = missingParts(read.shape, merged);
  if (missing.length > 0) throw new InputError([...missing, ...readConfig(merged).problems]);
  return { config: merged, notes };
}
