import assert from "node:assert/strict";
import { WorkloadIdentity } from "../../components/cluster/gcp-identity";
import { IngressEdge, IngressRecord } from "../../components/cluster/gcp-ingress";
import { DataKey } from "../../components/cluster/gcp-keys";
import { ClusterNetwork, type GcpClusterNetworkArgs } from "../../components/network/gcp-cluster";
import { gcpAnswers, inputsOf } from "../support/gcp-vm";
import { allOf, identitiesOf, only, record, valueOf } from "../support/recorder";

const network: GcpClusterNetworkArgs = {
  nodeCidr: "10.40.0.0/18",
  podCidr: "10.4.0.0/14",
  serviceCidr: "10.8.0.0/20",
  region: "us-central1",
  project: "example",
  natAddresses: 2,
  labels: { team: "search" },
};

const recordNetwork = (more: Partial<GcpClusterNetworkArgs> = {}) =>
  record((opts) => new ClusterNetwork("net", { ...network, ...more }, opts), gcpAnswers);

describe("ClusterNetwork on Google Cloud", () => {
  it("declares one subnetwork with ranges for pods and services, and a way out from lasting addresses", async () => {
    const { resources, result } = await recordNetwork();
    const child = " < sourcegraph:gcp:ClusterNetwork net";
    assert.deepEqual(identitiesOf(resources), [
      `gcp:compute/address:Address net-nat-1${child}`,
      `gcp:compute/address:Address net-nat-2${child}`,
      `gcp:compute/network:Network net-vpc${child}`,
      `gcp:compute/router:Router net-router${child}`,
      `gcp:compute/routerNat:RouterNat net-nat${child}`,
      `gcp:compute/subnetwork:Subnetwork net-nodes${child}`,
      "sourcegraph:gcp:ClusterNetwork net < stack",
    ]);
    assert.deepEqual(only(resources, "gcp:compute/subnetwork:Subnetwork").inputs, {
      project: "example",
      region: "us-central1",
      network: "link:Network/net-vpc",
      ipCidrRange: "10.40.0.0/18",
      secondaryIpRanges: [
        { rangeName: "pods", ipCidrRange: "10.4.0.0/14" },
        { rangeName: "services", ipCidrRange: "10.8.0.0/20" },
      ],
      privateIpGoogleAccess: true,
      stackType: "IPV4_ONLY",
      logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
    });
    assert.deepEqual(only(resources, "gcp:compute/routerNat:RouterNat").inputs, {
      project: "example",
      region: "us-central1",
      router: "net-router-1a2b3c4",
      natIpAllocateOption: "MANUAL_ONLY",
      natIps: ["link:Address/net-nat-1", "link:Address/net-nat-2"],
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
      subnetworks: [{ name: "link:Subnetwork/net-nodes", sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
      enableDynamicPortAllocation: true,
      enableEndpointIndependentMapping: false,
      minPortsPerVm: 2048,
      maxPortsPerVm: 32768,
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    });
    assert.ok(result);
    assert.deepEqual(await valueOf(result.egressAddresses), ["203.0.113.10", "203.0.113.10"]);
    assert.equal(result.privateServices, undefined);
  });

  it("reserves a block for Google's services and peers with them where one is given", async () => {
    const { resources } = await recordNetwork({ privateServicesCidr: "10.40.224.0/19" });
    const block = only(resources, "gcp:compute/globalAddress:GlobalAddress").inputs;
    assert.deepEqual([block["address"], block["prefixLength"], block["purpose"]], ["10.40.224.0", 19, "VPC_PEERING"]);
    only(resources, "gcp:servicenetworking/connection:Connection", "net-services");
  });

  it("takes changes to single children, but for the blocks of the nodes", async () => {
    const transform = {
      subnetwork: { privateIpGoogleAccess: false, ipCidrRange: "10.0.0.0/8" },
      nat: { maxPortsPerVm: 4096 },
    };
    const { resources } = await recordNetwork({ transform });
    const subnetwork = only(resources, "gcp:compute/subnetwork:Subnetwork").inputs;
    assert.deepEqual([subnetwork["privateIpGoogleAccess"], subnetwork["ipCidrRange"]], [false, "10.40.0.0/18"]);
    assert.equal(only(resources, "gcp:compute/routerNat:RouterNat").inputs["maxPortsPerVm"], 4096);
  });
});

describe("what stands beside a cluster on GKE", () => {
  const edge = { project: "example", allowedCidrs: ["198.51.100.0/24", "2001:db8::/32"], labels: { team: "search" } };

  it("has address and policies under the names the Ingress asks for", async () => {
    const names = { staticAddress: "i-address", securityPolicy: "i-armor", sslPolicy: "i-tls" };
    const { resources, result } = await record((opts) => new IngressEdge("sg", { ...edge, names }, opts), gcpAnswers);
    assert.deepEqual(only(resources, "gcp:compute/globalAddress:GlobalAddress").inputs, {
      project: "example",
      name: "i-address",
      addressType: "EXTERNAL",
      labels: { team: "search" },
    });
    const match = (srcIpRanges: string[]) => ({ versionedExpr: "SRC_IPS_V1", config: { srcIpRanges } });
    assert.deepEqual(only(resources, "gcp:compute/securityPolicy:SecurityPolicy").inputs, {
      project: "example",
      name: "i-armor",
      type: "CLOUD_ARMOR",
      description: "who may reach Sourcegraph",
      rules: [
        { action: "allow", priority: 1000, description: "the allowed blocks", match: match(["198.51.100.0/24"]) },
        { action: "deny(403)", priority: 2147483647, description: "everybody else", match: match(["*"]) },
      ],
    });
    assert.deepEqual(only(resources, "gcp:compute/sSLPolicy:SSLPolicy").inputs, {
      project: "example",
      name: "i-tls",
      profile: "MODERN",
      minTlsVersion: "TLS_1_2",
    });
    assert.equal(await valueOf(result!.address), "203.0.113.20");
  });

  it("has the address alone where everybody may come in by plain HTTP", async () => {
    const args = { ...edge, names: { staticAddress: "i-address" } };
    const { resources } = await record((opts) => new IngressEdge("sg", args, opts), gcpAnswers);
    assert.deepEqual(identitiesOf(resources), [
      "gcp:compute/globalAddress:GlobalAddress sg-ingress < sourcegraph:gcp:IngressEdge sg",
      "sourcegraph:gcp:IngressEdge sg < stack",
    ]);
  });

  it("has a DNS record that makes way before another takes its name", async () => {
    const args = { project: "example", domain: "sg.example.com", dnsZone: "example-com", address: "203.0.113.20" };
    const { resources } = await record((opts) => new IngressRecord("sg", args, opts), gcpAnswers);
    const made = only(resources, "gcp:dns/recordSet:RecordSet", "sg-record");
    assert.deepEqual(made.inputs, {
      project: "example",
      managedZone: "example-com",
      name: "sg.example.com.",
      type: "A",
      ttl: 300,
      rrdatas: ["203.0.113.20"],
    });
    assert.equal(made.deleteBeforeReplace, true);
  });

  it("gives accounts of pods rights on buckets without keys, annotations or accounts of Google's", async () => {
    const args = { project: "example", namespace: "code", serviceAccounts: ["worker", "web"], buckets: ["uploads"] };
    const { resources, result } = await record((opts) => new WorkloadIdentity("sg-pods", args, opts), gcpAnswers);
    const member = (account: string) =>
      `principal://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/example.svc.id.goog/subject/ns/code/sa/${account}`;
    assert.deepEqual(inputsOf(resources, "gcp:storage/bucketIAMMember:BucketIAMMember"), {
      "sg-pods-uploads-worker": { bucket: "uploads", role: "roles/storage.objectUser", member: member("worker") },
      "sg-pods-uploads-web": { bucket: "uploads", role: "roles/storage.objectUser", member: member("web") },
    });
    assert.equal(allOf(resources, "gcp:serviceaccount/account:Account").length, 0);
    assert.equal(await valueOf(result!.members["web"]!), member("web"));
  });

  it("has a key of its own for services beside a cluster that is there, kept like data", async () => {
    const { resources } = await record(
      (opts) => new DataKey("sg", { project: "example", region: "us-central1" }, opts),
      gcpAnswers,
    );
    const kept = resources.filter(({ protect, retainOnDelete }) => protect && retainOnDelete);
    assert.deepEqual(kept.map(({ name }) => name).sort(), ["sg-key", "sg-keys"]);
    assert.deepEqual(only(resources, "gcp:kms/cryptoKey:CryptoKey").inputs, {
      keyRing: "sg-keys-id",
      purpose: "ENCRYPT_DECRYPT",
      rotationPeriod: "7776000s",
      destroyScheduledDuration: "2592000s",
      labels: { "sourcegraph-data-class": "secret" },
    });
  });
});
