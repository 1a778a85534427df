import type * as pulumi from "@pulumi/pulumi";
import { checkAdminTransition, parseAdminManifest } from "../components/core/planning/admin/manifest";
import { planAdmin } from "../components/core/planning/admin/plan-admin";
import type { Config } from "../components/core/planning/config/config";
import type { StackSpecification } from "../components/core/planning/config/parse-stack";
import { readConfig } from "../components/core/planning/config/reading";
import { customerEnvironmentBoundary } from "../components/core/planning/environment/boundary";
import type { PlannedCustomerEnvironment } from "../components/core/planning/environment/environment-plan";
import { planCustomerEnvironment } from "../components/core/planning/environment/plan";
import {
  checkEnvironmentTransition,
  parseDeployedEnvironment,
} from "../components/core/planning/environment/transition";
import type { Boundary } from "../components/core/rules/facts";
import { decide } from "../components/vm/decision";
import { decideKubernetes } from "./kubernetes-decision";
import type { StackArgs } from "./program";

/** A customer's environment of a stack, decided. */
export interface DecidedEnvironment {
  readonly plan: PlannedCustomerEnvironment;
  /** What it states to the rules. */
  readonly boundary: Boundary;
  /** Tags or labels of everything. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A customer's environment that is declared. */
export interface DeclaredEnvironment {
  /** Provider of what is made in it. */
  readonly provider: pulumi.ProviderResource;
  /** What the stack shows of it. */
  readonly output: pulumi.Input<unknown>;
}

/** What the program of an environment declares. */
export type DeclareEnvironment = (environment: DecidedEnvironment) => DeclaredEnvironment;

/**
 * Lets go of everything that is protected: what holds data leaves the state when the stack goes, and the cloud when the
 * account or project does.
 */
const letGo: pulumi.ResourceTransformation = ({ props, opts }) =>
  opts.protect === true ? { props, opts: { ...opts, protect: false, retainOnDelete: true } } : undefined;

/** Options of what is made in an environment. */
export function withinEnvironment(
  { plan }: DecidedEnvironment,
  { provider }: DeclaredEnvironment,
): pulumi.ComponentResourceOptions {
  return { providers: [provider], ...(plan.closing ? { transformations: [letGo] } : {}) };
}

/** What a stack exported at its last update. */
interface Exported {
  /** Manifest of what is deployed. */
  readonly previous?: unknown;
  /** The environment. */
  readonly previousEnvironment?: unknown;
}

/**
 * Decides the environment of a stack; undefined where it has none.
 *
 * @param config the config, which is checked
 * @throws RefusedError before anything is registered
 */
export function decideEnvironment(
  config: Readonly<Record<string, unknown>>,
  specification: StackSpecification,
  { previous, previousEnvironment }: Exported,
): DecidedEnvironment | undefined {
  const known = readConfig(config).config as Config;
  const plan = planCustomerEnvironment(known);
  checkEnvironmentTransition(
    parseDeployedEnvironment(previousEnvironment),
    plan,
    (previous ?? undefined) !== undefined,
  );
  if (plan === undefined) return undefined;
  const { boundaries } = specification;
  const zone = specification.shape === "admin" ? specification.zone : boundaries.zone;
  return { plan, boundary: customerEnvironmentBoundary(plan, zone, boundaries), tags: known.tags ?? {} };
}

/**
 * Refuses what is to be made in an environment while nothing of either is registered: no account is made for an instance that
 * cannot be.
 *
 * @throws InputError, RefusedError
 */
export function refuseWithin(specification: StackSpecification, args: () => StackArgs, previous: unknown): void {
  const { name, cloud, shape } = specification;
  switch (shape) {
    case "vm":
      decide(specification.cloud, name, args());
      return;
    case "kubernetes":
      if (cloud !== "existing") decideKubernetes(cloud, name, args());
      return;
    case "admin":
      checkAdminTransition(parseAdminManifest(previous), planAdmin(specification));
  }
}
