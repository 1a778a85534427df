import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { SourcegraphVm } from "sourcegraph-in-a-box/aws";

/** Declares the instance; what the last update exported gates this one. */
export = async () => {
  const config = new pulumi.Config();
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const { url, release, connect, manifest } = new SourcegraphVm("sourcegraph", {
    region: "us-east-1",
    release: "7.5.4453",
    usage: { users: 800, repositories: 6000, totalSizeGb: 120, largestRepositoryGb: 8, largestIndexGb: 2 },
    domain: config.require("domain"),
    dnsZone: config.require("dnsZone"),
    access: { allowedCidrs: config.requireObject<string[]>("allowedCidrs") },
    alarms: { email: config.require("alarmEmail") },
    previous,
  });
  return { url, release, connect, manifest };
};
