import * as pulumi from "@pulumi/pulumi";
import { MachineImagePipeline } from "sourcegraph-in-a-box/aws";

const config = new pulumi.Config();

const pipeline = new MachineImagePipeline("sourcegraph", {
  region: "us-east-1",
  vpcId: config.require("vpcId"),
  subnetId: config.require("subnetId"),
  // The release that runs, and the one that comes next. One more adds an image and changes none.
  releases: ["7.4.0", "7.5.4453"],
  keep: 2,
  // Each month once more, with Debian's packages of that day.
  rebuild: { schedule: "cron(0 3 1 * ? *)" },
});

export const images = pipeline.images;
export const dropped = pipeline.dropped;
