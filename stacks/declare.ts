import * as pulumi from "@pulumi/pulumi";
import { judgement } from "../components/boundary";
import { InputError } from "../components/core/errors";
import { monolithInstance } from "../components/core/planning/config/combinations-monolith";
import { parseStack, shapeOf, type StackSpecification } from "../components/core/planning/config/parse-stack";
import type { FileTexts, Specification } from "../components/core/planning/config/specification";
import { parseManifest } from "../components/core/planning/manifest";
import { declareMonolith } from "./monolith/program";
import type { Declare, DeclareAdmin, DeclareMultiTenant, StackArgs, StackOutputs } from "./program";

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
/* eslint-enable @typescript-eslint/no-require-imports */

/** The keys of the config that a program takes as they are. */
function keysOf({ config, secrets, files, previous }: StackInput): StackArgs {
  const { name: _name, shape: _shape, cloud: _cloud, secrets: _secrets, ...keys } = config;
  return { ...(keys as unknown as StackArgs), secrets, files, previous: parseManifest(previous) };
}

function declared(specification: StackSpecification, input: StackInput): StackOutputs {
  const { secrets, previous } = input;
  switch (specification.shape) {
    case "admin":
      return adminProgramOf(specification.cloud)(specification.name, { specification, secrets, previous });
    case "multi-tenant":
      return multiTenantProgramOf(specification.cloud)(specification.name, { specification, secrets, previous });
    default: {
      const program = programOf(specification);
      if (shapeOf(input.config) !== "monolith") return program(specification.name, keysOf(input));
      // A monolith is an instance in a zone of its own, and stand-ins beside it.
      const config = monolithInstance(input.config);
      return declareMonolith(specification, program)(specification.name, keysOf({ ...input, config }));
    }
  }
}

/**
 * Checks a config and declares its resources, whatever shape it is of.
 *
 * @throws InputError, RefusedError with every problem, before anything is registered
 */
export function declareStack(input: StackInput): StackOutputs {
  const { config, secrets, files } = input;
  const specification = parseStack(config, files);
  const missing = Object.keys((config["secrets"] as Record<string, unknown> | undefined) ?? {}).filter(
    (key) => secrets[key] === undefined,
  );
  if (missing.length > 0)
    throw new InputError(missing.map((key) => ({ path: `secrets.${key}`, message: "has a name but no value" })));
  const { enforce, exceptions } = specification.boundaries;
  if (input.judge === true && enforce) pulumi.runtime.registerStackTransformation(judgement(exceptions));
  return declared(specification, input);
}
