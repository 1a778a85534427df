import * as pulumi from "@pulumi/pulumi";
import { parseManifest, type Manifest } from "../components/core/planning/manifest";
import { readNamedFiles, readStackConfig } from "./config";
import { declareStack } from "./declare";
import type { StackOutputs } from "./program";

/** Reads what this very stack exported at its last update. */
async function lastManifest(): Promise<Manifest | undefined> {
  const self = new pulumi.StackReference("self", {
    name: `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`,
  });
  const manifest = await self.getOutputDetails("manifest");
  return parseManifest(manifest.value as unknown);
}

async function program(): Promise<StackOutputs> {
  const { config, secrets } = readStackConfig();
  const previous = await lastManifest();
  return declareStack({ config, secrets, files: readNamedFiles(config, pulumi.getRootDirectory()), previous });
}

export = program;
