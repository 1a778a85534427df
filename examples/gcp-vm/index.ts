import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { SourcegraphVm } from "sourcegraph-in-a-box/gcp";

/** Declares the instance; what the last update exported gates this one. */
export = async () => {
  const config = new pulumi.Config();
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const { url, release, connect, manifest } = new SourcegraphVm("sourcegraph", {
    region: "us-central1",
    gcp: { project: config.require("project") },
    release: "7.5.4453",
    size: "S",
    domain: config.require("domain"),
    dnsZone: config.require("dnsZone"),
    access: {
      allowedCidrs: config.requireObject<string[]>("allowedCidrs"),
      iapMembers: config.requireObject<string[]>("admins"),
    },
    previous,
  });
  return { url, release, connect, manifest };
};
