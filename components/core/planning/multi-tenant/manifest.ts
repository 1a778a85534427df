import { z } from "zod";
import { RefusedError } from "../../errors";
import { parseManifest, type Manifest } from "../manifest";
import type { MultiTenantPlan } from "./multi-tenant-plan";

/**
 * The record a multi-tenant stack exports about itself: it reads the last one before it registers anything, and refuses what
 * cannot change. Names only, never secrets, and no tenant that is not a resource.
 */
export interface MultiTenantManifest {
  /** Version of this form. */
  readonly schema: 1;
  /** What is built. */
  readonly shape: "multi-tenant";
  /** Name of the environment. */
  readonly name: string;
  /** Where it is built. */
  readonly cloud: "aws" | "gcp";
  /** What it runs with. */
  readonly stage: string;
  /** Domain of the tenants' host names. */
  readonly domain: string;
  /** Days that keys of tenants wait for their end. */
  readonly keyWaitDays: number;
  /** Cells by name. */
  readonly cells: Readonly<Record<string, DeployedCell>>;
  /** Tenants that are resources, by name. */
  readonly tenants: Readonly<Record<string, DeployedTenant>>;
}

/** A cell that is deployed. */
export interface DeployedCell {
  /** Account or project. */
  readonly account: string;
  /** Region. */
  readonly region: string;
  /** Zones. */
  readonly zones: readonly string[];
  /** Address block. */
  readonly cidr: string;
  /** Whose data it holds. */
  readonly tenancy: string;
  /** Whether its services are told of the control plane, which names their index files by tenant. */
  readonly workspaces: boolean;
  /** Release that is deployed. */
  readonly release: string;
  /** Whether new releases come here first. */
  readonly canary: boolean;
  /** Numbers of the secrets that its origin accepts; the edge shows the last. */
  readonly originSecrets: readonly number[];
  /** Keys of the customer by use; none without. */
  readonly customerKeys: Readonly<Record<string, string>>;
  /** What the cell's next upgrade compares itself with; absent until its workloads were ready once. */
  readonly kubernetes?: Manifest;
}

/** A tenant that is deployed. */
export interface DeployedTenant {
  /** Number. */
  readonly number: number;
  /** UUID of its workspace. */
  readonly workspaceId: string;
  /** How far it is apart. */
  readonly tier: string;
  /** Cell it is in. */
  readonly cell: string;
  /** Whether it is there, stopped, or leaving. */
  readonly state: string;
}

const manifestSchema = z.object({
  schema: z.literal(1),
  shape: z.literal("multi-tenant"),
  name: z.string(),
  cloud: z.enum(["aws", "gcp"]),
  stage: z.string(),
  domain: z.string(),
  keyWaitDays: z.number(),
  cells: z.record(
    z.string(),
    z.object({
      account: z.string(),
      region: z.string(),
      zones: z.array(z.string()),
      cidr: z.string(),
      tenancy: z.string(),
      workspaces: z.boolean(),
      release: z.string(),
      canary: z.boolean(),
      // Before they had numbers there was one.
      originSecrets: z.array(z.number()).default([1]),
      customerKeys: z.record(z.string(), z.string()),
      kubernetes: z.unknown().optional(),
    }),
  ),
  tenants: z.record(
    z.string(),
    z.object({
      number: z.number(),
      workspaceId: z.string(),
      tier: z.string(),
      cell: z.string(),
      state: z.string(),
    }),
  ),
});

/** Whether the services of a cell are told of the control plane. */
function isToldOfWorkspaces({ overrides }: MultiTenantPlan["cells"][number]["specification"]): boolean {
  return Object.values(overrides).some(({ env }) => env?.["WORKSPACES_API_URL"] !== undefined);
}

/**
 * The manifest of a plan.
 *
 * @param kubernetes manifests of what runs in the cells, by the cell's name
 */
export function multiTenantManifest(
  plan: MultiTenantPlan,
  kubernetes: Readonly<Record<string, Manifest>> = {},
): MultiTenantManifest {
  const { name, cloud, stage, environment, cells, tenants } = plan;
  return {
    schema: 1,
    shape: "multi-tenant",
    name,
    cloud,
    stage,
    domain: environment.names.domain,
    keyWaitDays: environment.offboarding.keyWaitDays,
    cells: Object.fromEntries(
      cells.map((cell) => [
        cell.name,
        {
          account: cell.account.id,
          region: cell.region,
          zones: cell.zones,
          cidr: cell.cidr,
          tenancy: cell.tenancy,
          workspaces: isToldOfWorkspaces(cell.specification),
          release: cell.release,
          canary: cell.canary,
          originSecrets: cell.ingress.headerSecrets.map(({ number }) => number),
          customerKeys: Object.fromEntries(
            cell.keys.flatMap(({ use, existing }) => (existing === undefined ? [] : [[use, existing]])),
          ),
          ...(kubernetes[cell.name] === undefined ? {} : { kubernetes: kubernetes[cell.name] }),
        },
      ]),
    ),
    tenants: Object.fromEntries(
      tenants.map(({ name: tenant, number, workspaceId, tier, cell, state }) => [
        tenant,
        { number, workspaceId, tier, cell, state },
      ]),
    ),
  };
}

/**
 * Reads a stack's output.
 *
 * @returns undefined when nothing was deployed
 * @throws RefusedError when it is none that this program can read
 */
export function parseMultiTenantManifest(output: unknown): MultiTenantManifest | undefined {
  if (output === undefined || output === null) return undefined;
  const parsed = manifestSchema.safeParse(output);
  if (parsed.success)
    return {
      ...parsed.data,
      cells: Object.fromEntries(
        Object.entries(parsed.data.cells).map(([name, { kubernetes, ...cell }]) => {
          const within = parseManifest(kubernetes);
          return [name, { ...cell, ...(within === undefined ? {} : { kubernetes: within }) }];
        }),
      ),
    };
  throw new RefusedError(
    [
      {
        path: "manifest",
        message:
          "of the last update cannot be read as that of a multi-tenant backend; use the version of this program that wrote it",
      },
    ],
    "refused, because nobody can say what is deployed",
  );
}
