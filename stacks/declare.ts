import * as pulumi from "@pulumi/pulumi";
import { judgement } from "../components/boundary";
import { InputError } from "../components/core/errors";
import { followLike } from "../components/core/planning/replica/like";
import { refuseExpired } from "../components/core/planning/replica/expiry";
import { monolithInstance } from "../components/core/planning/config/combinations-monolith";
import { parseStack, shapeOf, type StackSpecification } from "../components/core/planning/config/parse-stack";
import type { FileTexts, Specification } from "../components/core/planning/config/specification";
import { backupNotes } from "../components/core/planning/fleet/backup-notes";
import { egressOf } from "../components/core/planning/fleet/egress";
import { promisedCopies } from "../components/core/planning/fleet/promise";
import { residencyOf } from "../components/core/planning/fleet/residency";
import { parseManifest } from "../components/core/planning/manifest";
import { planVm } from "../components/core/planning/vm/plan";
import {
  decideEnvironment,
  refuseWithin,
  withinEnvironment,
  type DecidedEnvironment,
  type DeclareEnvironment,
} from "./environment";
import { declareMonolith } from "./monolith/program";
import type { PlannedCustomerEnvironment } from "../components/core/planning/environment/environment-plan";
import type { Declare, DeclareAdmin, DeclareMultiTenant, InstanceOutputs, StackArgs, StackOutputs } from "./program";

/** Everything a stack program is told. */
export interface StackInput {
  /** The config; values below `secrets` are not used. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Values of the secrets, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Texts of the files the config names. */
  readonly files: FileTexts;
  /** The manifest of the last update, as it was exported. */
  readonly previous?: unknown;
  /** What the last update exported as `environment`; absent without one. */
  readonly previousEnvironment?: unknown;
  /** Day by the clock, UTC: what is past its last day is refused. Default not looked at. */
  readonly today?: string;
  /** Whether resources wait until no rule speaks against them, where the config enforces the rules; default false. */
  readonly judge?: boolean;
}

/* Only the chosen cloud is loaded: its SDK is what makes a program slow to start. */
/* eslint-disable @typescript-eslint/no-require-imports */
function programOf({ shape, cloud }: Specification): Declare {
  if (shape === "kubernetes")
    switch (cloud) {
      case "aws":
        return (require("./aws/kubernetes") as typeof import("./aws/kubernetes")).declareKubernetes;
      case "gcp":
        return (require("./gcp/kubernetes") as typeof import("./gcp/kubernetes")).declareKubernetes;
      case "existing":
        return (require("./existing/kubernetes") as typeof import("./existing/kubernetes")).declareKubernetes;
    }
  switch (cloud) {
    case "aws":
      return (require("./aws/vm") as typeof import("./aws/vm")).declareVm;
    case "gcp":
      return (require("./gcp/vm") as typeof import("./gcp/vm")).declareVm;
    case "local":
      return (require("./local/vm") as typeof import("./local/vm")).declareVm;
  }
}

function adminProgramOf(cloud: "aws" | "gcp"): DeclareAdmin {
  switch (cloud) {
    case "aws":
      return (require("./aws/admin") as typeof import("./aws/admin")).declareAdmin;
    case "gcp":
      return (require("./gcp/admin") as typeof import("./gcp/admin")).declareAdmin;
  }
}

function multiTenantProgramOf(cloud: "aws" | "gcp"): DeclareMultiTenant {
  switch (cloud) {
    case "aws":
      return (require("./aws/multi-tenant") as typeof import("./aws/multi-tenant")).declareMultiTenant;
    case "gcp":
      return (require("./gcp/multi-tenant") as typeof import("./gcp/multi-tenant")).declareMultiTenant;
  }
}

function environmentProgramOf(cloud: "aws" | "gcp"): DeclareEnvironment {
  switch (cloud) {
    case "aws":
      return (require("./aws/environment") as typeof import("./aws/environment")).declareEnvironment;
    case "gcp":
      return (require("./gcp/environment") as typeof import("./gcp/environment")).declareEnvironment;
  }
}
/* eslint-enable @typescript-eslint/no-require-imports */

/** The keys of the config that a program takes as they are. */
function keysOf({ config, secrets, files, previous }: StackInput): StackArgs {
  const { name: _name, shape: _shape, cloud: _cloud, secrets: _secrets, ...keys } = config;
  return { ...(keys as unknown as StackArgs), secrets, files, previous: parseManifest(previous) };
}

/** The promise of a machine in a cloud. */
function retentionOf(specification: Specification): Pick<StackOutputs, "retention"> {
  if (specification.shape !== "vm" || specification.cloud === "local") return {};
  return { retention: promisedCopies(planVm(specification)) };
}

/** What those who run an instance, and those whose it is, are told of it. */
function told(
  specification: Specification,
  { egressAddresses = [], ...outputs }: InstanceOutputs,
  environment: PlannedCustomerEnvironment | undefined,
): StackOutputs {
  const { cloud, shape } = specification;
  if (cloud === "local") return outputs;
  const addresses = pulumi.output(egressAddresses) as pulumi.Output<string[]>;
  const egress = addresses.apply((known) => egressOf(specification, known));
  if (shape === "kubernetes" && !specification.cluster.workloads) return { ...outputs, egress };
  return {
    ...outputs,
    ...retentionOf(specification),
    egress,
    backups: backupNotes(specification, pulumi.getStack()),
    residency: residencyOf(specification, environment),
  };
}

/** Declares the shape; `within` are options of every component. */
function declared(
  specification: StackSpecification,
  input: StackInput,
  within?: pulumi.ComponentResourceOptions,
  environment?: PlannedCustomerEnvironment,
): StackOutputs {
  const { secrets, previous } = input;
  switch (specification.shape) {
    case "admin":
      return adminProgramOf(specification.cloud)(specification.name, { specification, secrets, previous }, within);
    case "multi-tenant":
      return multiTenantProgramOf(specification.cloud)(specification.name, { specification, secrets, previous });
    default: {
      const program = programOf(specification);
      if (shapeOf(input.config) !== "monolith")
        return told(specification, program(specification.name, keysOf(input), within), environment);
      // A monolith is an instance in a zone of its own, and stand-ins beside it.
      const config = monolithInstance(input.config);
      const { egressAddresses: _addresses, ...outputs } = declareMonolith(specification, program)(
        specification.name,
        keysOf({ ...input, config }),
      );
      return outputs;
    }
  }
}

/** Declares a customer's environment, and the shape in it. */
function declaredWithin(
  environment: DecidedEnvironment,
  specification: StackSpecification,
  input: StackInput,
): StackOutputs {
  refuseWithin(specification, () => keysOf(input), input.previous);
  const made = environmentProgramOf(environment.plan.cloud)(environment);
  const outputs = declared(specification, input, withinEnvironment(environment, made), environment.plan);
  return { ...outputs, environment: made.output };
}

/**
 * Checks a config and declares its resources, whatever shape it is of.
 *
 * @throws InputError, RefusedError with every problem, before anything is registered
 */
export function declareStack(given: StackInput): StackOutputs {
  const { secrets, files, today } = given;
  const { config } = followLike(given.config, files);
  const input = { ...given, config };
  const specification = parseStack(config, files);
  const missing = Object.keys((config["secrets"] as Record<string, unknown> | undefined) ?? {}).filter(
    (key) => secrets[key] === undefined,
  );
  if (missing.length > 0)
    throw new InputError(missing.map((key) => ({ path: `secrets.${key}`, message: "has a name but no value" })));
  if (today !== undefined) refuseExpired(config, today);
  const environment = decideEnvironment(config, specification, input);
  const { enforce, exceptions } = specification.boundaries;
  if (input.judge === true && enforce) pulumi.runtime.registerStackTransformation(judgement(exceptions));
  return environment === undefined ? declared(specification, input) : declaredWithin(environment, specification, input);
}
