import assert from "node:assert/strict";
import { fullArgs as fullAws, leastArgs as leastAws, recordVm as recordAws } from "../support/aws-vm";
import { leastCluster, recordCluster } from "../support/aws-cluster";
import { fullArgs as fullGcp, leastArgs as leastGcp, recordVm as recordGcp } from "../support/gcp-vm";
import { allOf, valueOf, type Recording } from "../support/recorder";
import type * as pulumi from "@pulumi/pulumi";

interface Calling {
  readonly egressAddresses: pulumi.Output<string[]>;
}

async function addressesOf(recording: Promise<Recording<Calling>>): Promise<string[] | undefined> {
  const { error, result } = await recording;
  assert.equal(error, undefined);
  assert.ok(result !== undefined);
  return valueOf(result.egressAddresses);
}

describe("the addresses an instance calls out from", () => {
  it("are the machine's lasting one on AWS, or the one it has where a load balancer has the lasting ones", async () => {
    assert.deepEqual(await addressesOf(recordAws(leastAws)), ["203.0.113.10"]);
    assert.deepEqual(await addressesOf(recordAws(fullAws)), ["203.0.113.77"]);
  });

  it("are the machine's own on Google Cloud, or that of the translation behind a load balancer", async () => {
    assert.deepEqual(await addressesOf(recordGcp(leastGcp)), ["203.0.113.10"]);
    const { resources, result } = await recordGcp(fullGcp);
    assert.equal(allOf(resources, "gcp:compute/routerNat:RouterNat").length, 1);
    assert.ok(result !== undefined);
    assert.deepEqual(await valueOf(result.egressAddresses), ["203.0.113.10"]);
  });

  it("are none in a network of others, whose way out is not of this stack", async () => {
    const existing = { vpcId: "vpc-1", subnetId: "subnet-1", loadBalancerSubnetIds: ["subnet-2", "subnet-3"] };
    assert.deepEqual(await addressesOf(recordAws({ ...fullAws, network: { existing } })), []);
    const network = { existing: { network: "vpc-1", subnetId: "subnet-1" } };
    assert.deepEqual(await addressesOf(recordGcp({ ...fullGcp, network })), []);
  });

  it("are none without a way out", async () => {
    const modes = ["air-gapped" as const];
    const closed = { modes, boundaries: { licence: ["allow-air-gapped"] } };
    const machine = { packageMirror: "https://mirror.test/debian" };
    const registry = { host: "registry.test" };
    assert.deepEqual(await addressesOf(recordAws({ ...leastAws, ...closed, machine, registry })), []);
    assert.deepEqual(await addressesOf(recordGcp({ ...leastGcp, ...closed, machine, registry })), []);
  });

  it("are one for each zone of a cluster on AWS, and unknown in a network of others", async () => {
    const { resources, result } = await recordCluster(leastCluster);
    const addresses = allOf(resources, "aws:ec2/eip:Eip");
    assert.equal(addresses.length, 3);
    assert.ok(result?.egressAddresses !== undefined);
    assert.equal((await valueOf(result.egressAddresses))?.length, 3);
    const privateSubnets = { "us-east-1a": "subnet-a", "us-east-1b": "subnet-b", "us-east-1c": "subnet-c" };
    const own = await recordCluster({ ...leastCluster, existingNetwork: { vpcId: "vpc-own", privateSubnets } });
    assert.equal(own.result?.egressAddresses, undefined);
  });
});
