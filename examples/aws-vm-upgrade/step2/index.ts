import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { SourcegraphVm } from "sourcegraph-in-a-box/aws";

/** The upgrade: another release, and the manual steps that were taken. */
export = async () => {
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const { url, release, manifest } = new SourcegraphVm("sourcegraph", {
    region: "us-east-1",
    release: "7.5.4453",
    size: "S",
    access: { allowedCidrs: ["10.0.0.0/8"] },
    // The manual steps of this hop, each taken: `npx sgbox upgrade --from 7.4.0 --to 7.5.4453` lists them.
    acknowledge: ["backup-first", "oob-complete"],
    previous,
  });
  return { url, release, manifest };
};
