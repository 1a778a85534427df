import { z } from "zod";
import { RefusedError, type Problem } from "../../errors";
import type { Boundary } from "../../rules/facts";
import { dataProblems, type DataResource } from "../data-safety";
import type { AdminPlan } from "./admin-plan";
import { adminManifest } from "./boundary";

/**
 * The record a stack of support services exports about itself: it reads the last one before it registers anything, and
 * refuses what cannot change; other stacks are judged against its boundary. Names and classes only, never secrets.
 */
export interface AdminManifest {
  /** Version of this form. */
  readonly schema: 1;
  /** What is built. */
  readonly shape: "admin";
  /** Stem of the names of all resources. */
  readonly name: string;
  /** Where it is built. */
  readonly cloud: "aws" | "gcp";
  /** Region of the cloud. */
  readonly region: string;
  /** Account or project; absent where it is not known. */
  readonly account?: string;
  /** Zone of the stack. */
  readonly zone: string;
  /** Address block of the network. */
  readonly cidr: string;
  /** Everything that holds data. */
  readonly dataResources: readonly DataResource[];
  /** How licences are signed; absent where none are. */
  readonly licenceSigning?: "secret" | "key";
  /** What other stacks may know of it. */
  readonly boundary: Boundary;
}

const schema = z.object({
  schema: z.literal(1),
  shape: z.literal("admin"),
  name: z.string(),
  cloud: z.enum(["aws", "gcp"]),
  region: z.string(),
  account: z.string().optional(),
  zone: z.string(),
  cidr: z.string(),
  dataResources: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(["disk", "volume", "claim", "secret", "database", "cache", "bucket"]),
      place: z.string(),
      sizeGb: z.number().optional(),
      type: z.string().optional(),
    }),
  ),
  licenceSigning: z.enum(["secret", "key"]).optional(),
  boundary: z.object({ facts: z.object({}).loose() }).loose(),
});

/** How a plan signs licences; undefined where it does not. */
function signingOf({ services }: AdminPlan): AdminManifest["licenceSigning"] {
  const portal = services.find(({ administers }) => administers === "licensing");
  if (portal === undefined) return undefined;
  return portal.signingKey === undefined ? "secret" : "key";
}

/** The manifest of a plan. */
export function adminStackManifest(plan: AdminPlan): AdminManifest {
  const { name, cloud, region, account, zone, network, dataResources } = plan;
  const licenceSigning = signingOf(plan);
  return {
    schema: 1,
    shape: "admin",
    name,
    cloud,
    region,
    ...(account === undefined ? {} : { account }),
    zone,
    cidr: network.cidr,
    dataResources,
    ...(licenceSigning === undefined ? {} : { licenceSigning }),
    boundary: adminManifest(plan),
  };
}

/**
 * Reads the manifest of the last update.
 *
 * @returns undefined where there was none
 * @throws RefusedError when it is not one that this version can read
 */
export function parseAdminManifest(value: unknown): AdminManifest | undefined {
  if (value === undefined || value === null) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { shape } = value as { readonly shape?: unknown };
  throw new RefusedError([
    {
      path: "manifest",
      message:
        typeof shape === "string" && shape !== "admin"
          ? `is of shape ${shape}, and the stack is of shape admin; deploy the support services as a stack of their own`
          : "cannot be read: it was written by another version, or by something else; deploy with the version that wrote it",
    },
  ]);
}

/** What never changes of a stack, and what it names. */
const immovable = {
  name: "name",
  cloud: "cloud",
  region: "region",
  account: "boundaries.account",
  zone: "admin.zone",
  cidr: "admin.cidr",
} as const;

function immovableProblems(previous: AdminManifest, next: AdminManifest): Problem[] {
  return (Object.keys(immovable) as (keyof typeof immovable)[]).flatMap((key): Problem[] => {
    const [was, is] = [previous[key], next[key]];
    // An account that was not stated may be stated.
    if (was === undefined || was === is) return [];
    return [
      {
        path: immovable[key],
        message: `cannot change from ${was} to ${is ?? "nothing"} in place; deploy a second stack beside this one, and move databases by backup and restore`,
      },
    ];
  });
}

/**
 * Checks a plan against the last manifest, before anything is registered.
 *
 * @throws RefusedError with every reason: what never changes would, or data would be lost
 */
export function checkAdminTransition(previous: AdminManifest | undefined, plan: AdminPlan): void {
  if (previous === undefined) return;
  const next = adminStackManifest(plan);
  const fixed = immovableProblems(previous, next);
  // Of a stack that would be built anew nothing else can be said.
  if (fixed.length > 0) throw new RefusedError(fixed, "refused, because the stack would be built anew");
  const back: Problem[] =
    previous.licenceSigning === "key" && next.licenceSigning === "secret"
      ? [
          {
            path: "admin.licenceSigning",
            message:
              "cannot go back from key to secret: the key in hardware never leaves it, so licences would be signed by another; keep key",
          },
        ]
      : [];
  const lost = dataProblems(previous.dataResources, plan.dataResources, plan.allowDataLoss, plan.cloud);
  if (back.length + lost.length > 0)
    throw new RefusedError(
      [...back, ...lost],
      lost.length > 0
        ? "refused, because data would be lost"
        : "refused, because licences would be signed by another key",
    );
}
