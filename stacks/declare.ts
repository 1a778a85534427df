import type * as pulumi from "@pulumi/pulumi";
import { InputError } from "../components/core/errors";
import type { Manifest } from "../components/core/planning/manifest";
import {
  parseSpecification,
  type FileTexts,
  type Specification,
} from "../components/core/planning/config/specification";
import type { Declare, StackArgs, StackOutputs } from "./program";

/** Everything a stack program is told. */
export interface StackInput {
  /** The config; values below `secrets` are not used. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Values of the secrets, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Texts of the files the config names. */
  readonly files: FileTexts;
  /** The manifest of the last update. */
  readonly previous?: Manifest;
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
/* eslint-enable @typescript-eslint/no-require-imports */

/**
 * Checks a config and declares its resources.
 *
 * @throws InputError, RefusedError with every problem, before anything is registered
 */
export function declareStack(input: StackInput): StackOutputs {
  const { config, secrets, files, previous } = input;
  const specification = parseSpecification(config, files);
  const { name: _name, shape: _shape, cloud: _cloud, secrets: _secrets, ...keys } = config;
  const missing = Object.keys((config["secrets"] as Record<string, unknown> | undefined) ?? {}).filter(
    (key) => secrets[key] === undefined,
  );
  if (missing.length > 0)
    throw new InputError(missing.map((key) => ({ path: `secrets.${key}`, message: "has a name but no value" })));
  const args = { ...(keys as unknown as StackArgs), secrets, files, previous };
  return programOf(specification)(specification.name, args);
}
