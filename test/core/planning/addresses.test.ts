import assert from "node:assert/strict";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { blockProblem, checkNetwork, overlaps, planSubnets } from "../../../components/core/planning/addresses";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { accountId } from "../../../components/vm/gcp-names";
import { goodConfigs as good } from "../../support/configs";

const networkBlock = fc
  .record({ prefix: fc.integer({ min: 16, max: 24 }), b: fc.nat(255), c: fc.nat(255) })
  .map(({ prefix, b, c }) => {
    const network = ipaddr.IPv4.networkAddressFromCIDR(`10.${b}.${c}.0/${prefix}`);
    return `${network.toString()}/${prefix}`;
  });

function contains(outer: string, inner: string): boolean {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(outer);
  const first = ipaddr.IPv4.networkAddressFromCIDR(inner);
  const last = ipaddr.IPv4.broadcastAddressFromCIDR(inner);
  return first.match(address, prefix) && last.match(address, prefix);
}

describe("the subnets of a network", () => {
  it("lie inside of its block and overlap nowhere, at every block that is accepted", () =>
    fc.assert(
      fc.property(networkBlock, (cidr) => {
        const subnets = planSubnets(cidr);
        assert.deepEqual(checkNetwork({ cloud: "aws", network: { cidr } }), []);
        for (const subnet of subnets) {
          assert.ok(contains(cidr, subnet.cidr), `${subnet.cidr} in ${cidr}`);
          assert.equal(blockProblem(subnet.cidr), undefined);
        }
        for (const one of subnets)
          for (const other of subnets) if (one !== other) assert.ok(!overlaps(one.cidr, other.cidr));
      }),
    ));

  it("are the same every time, and the first ones stay where they are whatever comes after", () => {
    fc.assert(fc.property(networkBlock, (cidr) => assert.deepEqual(planSubnets(cidr), planSubnets(cidr))));
    assert.deepEqual(planSubnets("10.40.0.0/16"), [
      { name: "machine", cidr: "10.40.0.0/19", zoneIndex: 0 },
      { name: "edge-a", cidr: "10.40.32.0/19", zoneIndex: 0 },
      { name: "edge-b", cidr: "10.40.64.0/19", zoneIndex: 1 },
    ]);
  });

  it("leave a load balancer of AWS its 8 free addresses at the smallest block", () =>
    assert.deepEqual(
      planSubnets("10.40.0.0/24").map(({ cidr }) => cidr),
      ["10.40.0.0/27", "10.40.0.32/27", "10.40.0.64/27"],
    ));
});

describe("overlap", () => {
  it("is the same both ways, and holds exactly where an address is shared", () =>
    fc.assert(
      fc.property(networkBlock, networkBlock, (a, b) => {
        assert.equal(overlaps(a, b), overlaps(b, a));
        assert.equal(overlaps(a, b), contains(a, b) || contains(b, a));
      }),
    ));

  it("is not claimed of what is no block", () => assert.equal(overlaps("10.0.0.0", "10.0.0.0/8"), false));
});

describe("a block", () => {
  it("is good at its first address only, IPv4 and IPv6", () => {
    for (const block of ["0.0.0.0/0", "10.0.0.1/32", "::/0", "2001:db8::/32"])
      assert.equal(blockProblem(block), undefined);
    assert.equal(
      blockProblem("10.0.0.1/8"),
      'must begin at the first address of its block, got "10.0.0.1/8"; write 10.0.0.0/8',
    );
    assert.equal(
      blockProblem("2001:db8::1/32"),
      'must begin at the first address of its block, got "2001:db8::1/32"; write 2001:db8::/32',
    );
  });
});

describe("a name that is accepted", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,24}[a-z0-9]?$/);
  const accepted = (text: string): boolean => {
    try {
      parseSpecification({ ...good.gcp, name: text });
      return true;
    } catch {
      return false;
    }
  };

  it("keeps every name made from it within what the clouds allow", () =>
    fc.assert(
      fc.property(name, (text) => {
        fc.pre(accepted(text));
        // Google: resources, with the provider's seven characters, and the machine's account.
        const longest = `${text}-alarm-backup-1234567`;
        assert.match(longest, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
        assert.match(accountId(text, "project", "stack"), /^(?=.{6,30}$)[a-z]([-a-z0-9]*[a-z0-9])$/);
        // AWS: load balancer, role, bucket, and secrets.
        assert.match(`${text}-1234567`, /^(?!internal-)[a-zA-Z0-9]([a-zA-Z0-9-]{0,30}[a-zA-Z0-9])$/);
        assert.match(`${text}-bundles-1234567`, /^(?!xn--|sthree-|amzn-s3-demo-|goog)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
        assert.match(`${text}-machine-1234567`, /^(?!sg-)[\w+=,.@-]{1,64}$/);
        assert.ok(`${text}-${"s".repeat(64)}-1234567`.length <= 255);
      }),
    ));

  it("is any that is short enough and begins with a letter", () => {
    for (const text of ["sg", "sourcegraph", "a-1", "a".repeat(24)]) assert.ok(accepted(text), text);
    for (const text of ["s", "a-", "1a", "a_b", "A", "a".repeat(25), "internal-x", "sg-x", "googly", "my-google"])
      assert.ok(!accepted(text), text);
  });
});
