import assert from "node:assert/strict";
import { fullCluster, recordCluster } from "../support/aws-cluster";
import { allOf, only } from "../support/recorder";

const cluster = "aws:eks/cluster:Cluster";
const nodeGroup = "aws:eks/nodeGroup:NodeGroup";
const template = "aws:ec2/launchTemplate:LaunchTemplate";
const addOn = "aws:eks/addon:Addon";
const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm";

describe("EksCluster, transformed", () => {
  it("applies a transform of every kind of child last, and none to what guards it", async () => {
    const tags = { owner: "me" };
    const { resources } = await recordCluster({
      ...fullCluster,
      transform: {
        key: { tags },
        logsKey: { tags },
        logGroup: { retentionInDays: 7 },
        cluster: { zonalShiftConfig: { enabled: false } },
        role: { permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary" },
        launchTemplate: { tags },
        nodeGroup: { labels: { own: "1" } },
        addOn: { tags },
        backupPolicy: { tags },
        topic: { tags },
        alarm: { tags },
        natAddress: { tags },
        subnet: { tags },
      },
    });
    for (const type of [
      "aws:kms/key:Key",
      template,
      addOn,
      "aws:dlm/lifecyclePolicy:LifecyclePolicy",
      "aws:sns/topic:Topic",
      alarm,
      "aws:ec2/eip:Eip",
      "aws:ec2/subnet:Subnet",
    ])
      for (const { name, inputs } of allOf(resources, type)) assert.deepEqual(inputs["tags"], tags, name);
    assert.equal(only(resources, "aws:cloudwatch/logGroup:LogGroup").inputs["retentionInDays"], 7);
    const made = only(resources, cluster);
    assert.deepEqual([made.inputs["zonalShiftConfig"], made.protect], [{ enabled: false }, true]);
    for (const { inputs } of allOf(resources, nodeGroup)) assert.deepEqual(inputs["labels"], { own: "1" });
  });
});
