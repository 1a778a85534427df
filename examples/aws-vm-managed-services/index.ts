import * as pulumi from "@pulumi/pulumi";
import { parseManifest } from "sourcegraph-in-a-box";
import { SourcegraphVm } from "sourcegraph-in-a-box/aws";

/** Declares the instance with AWS' own databases, Redis and bucket; what the last update exported gates this one. */
export = async () => {
  const config = new pulumi.Config();
  const self = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const previous = parseManifest((await self.getOutputDetails("manifest")).value);

  const { url, release, connect, manifest } = new SourcegraphVm("sourcegraph", {
    region: "us-east-1",
    release: "7.5.4453",
    size: "M",
    domain: config.require("domain"),
    dnsZone: config.require("dnsZone"),
    access: { allowedCidrs: config.requireObject<string[]>("allowedCidrs") },
    alarms: { email: config.require("alarmEmail") },
    // Class and disk follow from the size; what differs is said here.
    databases: { managed: { version: "16", backupDays: 30 } },
    // Only the store: the cache is faster, and as good, on the machine.
    cache: { managed: { only: ["store"] } },
    objectStorage: "managed",
    previous,
  });
  return { url, release, connect, manifest };
};
