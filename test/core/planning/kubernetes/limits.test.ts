import assert from "node:assert/strict";
import { addressesOfNode, nodeRoom, scratchRoom } from "../../../../components/core/planning/kubernetes/limits";
import { machineOfType } from "../../../../components/core/planning/vm/machine-type";

function room(cloud: "aws" | "gcp", type: string): Record<string, number> {
  const machine = machineOfType(type, cloud);
  assert.ok(machine, type);
  const { cpus, memoryGib, volumes, pods } = nodeRoom(machine, cloud);
  return { cpus: Number(cpus.toFixed(3)), memoryGib: Number(memoryGib.toFixed(2)), volumes, pods };
}

describe("room of a node", () => {
  it("is what the kubelet of EKS leaves, less the agents of the cloud", () => {
    // 16 - (0.06 + 0.01 + 0.01 + 12 x 0.0025) - 0.3; 64 x 0.925 - (255 + 11 x 234) / 1024 - 100 / 1024 - 0.3
    assert.deepEqual(room("aws", "m6a.4xlarge"), { cpus: 15.59, memoryGib: 56.04, volumes: 19, pods: 102 });
    assert.deepEqual(room("aws", "m6a.xlarge"), { cpus: 3.62, memoryGib: 13.53, volumes: 23, pods: 50 });
  });

  it("reckons with at most 250 pods of a large machine, as EKS caps them, and with its 15 network interfaces", () =>
    assert.deepEqual(room("aws", "m6a.24xlarge"), { cpus: 95.39, memoryGib: 351.87, volumes: 12, pods: 242 }));

  it("is what GKE leaves: a quarter of the first 4 GiB, a fifth of the next, and so on", () => {
    // 16 - 0.11 - 0.5; 64 x 0.97 - (1 + 0.8 + 0.8 + 48 x 0.06) - 100 / 1024 - 1
    assert.deepEqual(room("gcp", "n2-standard-16"), { cpus: 15.39, memoryGib: 55.5, volumes: 127, pods: 102 });
    // Above 128 GiB two per cent.
    assert.deepEqual(room("gcp", "n2-standard-96"), { cpus: 95.19, memoryGib: 356.94, volumes: 127, pods: 102 });
  });

  it("is not above what a node of GKE reports: 3.92 CPUs and 12.87 GiB of 4 and 16, and 43.8 GiB of a disk of 100", () => {
    const { cpus, memoryGib } = nodeRoom({ type: "e2-standard-4", vcpu: 4, memoryGib: 16 }, "gcp");
    const agents = { cpus: 0.5, memoryGib: 1 };
    assert.equal(Number((cpus + agents.cpus).toFixed(2)), 3.92);
    assert.ok(memoryGib + agents.memoryGib <= 12.87 && memoryGib + agents.memoryGib > 12.5);
    assert.ok(scratchRoom(100, "gcp") <= 43.8 && scratchRoom(100, "gcp") > 43);
  });

  it("of scratch space is most of the boot disk on AWS, and keeps at most 100 GB on Google Cloud", () => {
    assert.equal(Number(scratchRoom(100, "aws").toFixed(1)), 83.6);
    assert.equal(Number(scratchRoom(1000, "gcp").toFixed(1)), 746);
  });

  it("takes the addresses of two network interfaces from its subnet on EKS", () =>
    assert.deepEqual([2, 8, 16, 64].map(addressesOfNode), [20, 30, 60, 100]));
});
