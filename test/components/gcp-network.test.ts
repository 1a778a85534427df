import assert from "node:assert/strict";
import { Network, type GcpNetworkArgs } from "../../components/gcp";
import { gcpAnswers, inputsOf } from "../support/gcp-vm";
import { identitiesOf, only, record, valueOf } from "../support/recorder";

const args: GcpNetworkArgs = {
  cidr: "10.40.0.0/16",
  region: "us-central1",
  project: "example",
  labels: { team: "search" },
};

const build = (more: Partial<GcpNetworkArgs> = {}, dryRun = false) =>
  record((opts) => new Network("net", { ...args, ...more }, opts), { ...gcpAnswers, dryRun });

describe("Network on Google Cloud", () => {
  it("declares a network of its own, one subnetwork and a way out from a lasting address, and nothing that lets in", async () => {
    const { resources } = await build();
    const child = " < sourcegraph:gcp:Network net";
    assert.deepEqual(identitiesOf(resources), [
      `gcp:compute/address:Address net-nat${child}`,
      `gcp:compute/network:Network net-vpc${child}`,
      `gcp:compute/router:Router net-router${child}`,
      `gcp:compute/routerNat:RouterNat net-nat${child}`,
      `gcp:compute/subnetwork:Subnetwork net-machine${child}`,
      "sourcegraph:gcp:Network net < stack",
    ]);
  });

  it("gives each child exactly what it needs", async () => {
    const { resources } = await build();
    const inputs = (type: string) => inputsOf(resources, type);
    assert.deepEqual(inputs("gcp:compute/network:Network")["net-vpc"], {
      project: "example",
      autoCreateSubnetworks: false,
      routingMode: "REGIONAL",
    });
    assert.deepEqual(inputs("gcp:compute/subnetwork:Subnetwork")["net-machine"], {
      project: "example",
      region: "us-central1",
      network: "link:Network/net-vpc",
      ipCidrRange: "10.40.0.0/19",
      privateIpGoogleAccess: true,
      stackType: "IPV4_ONLY",
      logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
    });
    assert.deepEqual(inputs("gcp:compute/router:Router")["net-router"], {
      project: "example",
      region: "us-central1",
      network: "link:Network/net-vpc",
    });
    assert.deepEqual(inputs("gcp:compute/address:Address")["net-nat"], {
      project: "example",
      region: "us-central1",
      addressType: "EXTERNAL",
      labels: { team: "search" },
    });
    assert.deepEqual(inputs("gcp:compute/routerNat:RouterNat")["net-nat"], {
      project: "example",
      region: "us-central1",
      router: "net-router-1a2b3c4",
      natIpAllocateOption: "MANUAL_ONLY",
      natIps: ["link:Address/net-nat"],
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
      subnetworks: [{ name: "link:Subnetwork/net-machine", sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
      minPortsPerVm: 8192,
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    });
  });

  it("tells where it is and where it goes out", async () => {
    const { result } = await build();
    assert.ok(result?.egressAddress);
    const told = [result.networkId, result.selfLink, result.subnetworkId, result.egressAddress].map(valueOf);
    assert.deepEqual(await Promise.all(told), [
      "net-vpc-1a2b3c4",
      "link:Network/net-vpc",
      "link:Subnetwork/net-machine",
      "203.0.113.10",
    ]);
  });

  it("leaves the way out away when it is switched off", async () => {
    const { resources, result } = await build({ nat: false });
    assert.equal(result?.egressAddress, undefined);
    assert.deepEqual(resources.map(({ name }) => name).sort(), ["net", "net-machine", "net-vpc"]);
  });

  it("applies transforms last, one per child", async () => {
    const { resources } = await build({
      transform: {
        network: { mtu: 1500 },
        subnetwork: (planned) => ({ ...planned, privateIpGoogleAccess: false }),
        router: { description: "way out" },
        natAddress: { labels: { team: "other" } },
        nat: { minPortsPerVm: 64 },
      },
    });
    const at = (type: string, key: string) => only(resources, type).inputs[key];
    assert.deepEqual(
      [
        at("gcp:compute/network:Network", "mtu"),
        at("gcp:compute/subnetwork:Subnetwork", "privateIpGoogleAccess"),
        at("gcp:compute/router:Router", "description"),
        at("gcp:compute/address:Address", "labels"),
        at("gcp:compute/routerNat:RouterNat", "minPortsPerVm"),
      ],
      [1500, false, "way out", { team: "other" }, 64],
    );
  });

  it("declares the same in a preview", async () => {
    const [real, dry] = [await build(), await build({}, true)];
    assert.deepEqual(identitiesOf(dry.resources), identitiesOf(real.resources));
  });

  it("refuses a block that is none before it registers anything", async () => {
    const { error, resources } = await build({ cidr: "10.40.0.0/8" });
    assert.equal(
      (error as Error).message,
      "the network is not valid:\n  - 'network.cidr' must begin at the first address of its block, got \"10.40.0.0/8\"; write 10.0.0.0/8",
    );
    assert.deepEqual(resources, []);
  });
});
