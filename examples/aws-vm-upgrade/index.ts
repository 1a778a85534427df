import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { SourcegraphVm } from "sourcegraph-in-a-box/aws";

/** Before the upgrade. */
export = async () => {
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const { url, release, manifest } = new SourcegraphVm("sourcegraph", {
    region: "us-east-1",
    release: "7.4.0",
    size: "S",
    access: { allowedCidrs: ["10.0.0.0/8"] },
    previous,
  });
  return { url, release, manifest };
};
