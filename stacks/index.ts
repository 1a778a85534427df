import * as pulumi from "@pulumi/pulumi";
import { readNamedFiles, readStackConfig } from "./config";
import { declareStack } from "./declare";
import type { StackOutputs } from "./program";

/** Reads what this very stack exported at its last update. */
async function lastManifest(): Promise<unknown> {
  const self = new pulumi.StackReference("self", {
    name: `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`,
  });
  return (await self.getOutputDetails("manifest")).value as unknown;
}

async function program(): Promise<StackOutputs> {
  const { config, secrets } = readStackConfig();
  const previous = await lastManifest();
  const files = readNamedFiles(config, pulumi.getRootDirectory());
  return declareStack({ config, secrets, files, previous, judge: true });
}

export = program;
