import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { goodConfigs as good, wrong } from "../../../support/configs";

describe("a config is refused for the place", () => {
  it("names every key that has no meaning without a cloud", () =>
    wrong(
      {
        ...good.local,
        region: "us-east-1",
        zone: "a",
        machine: {},
        dataDisk: {},
        network: { cidr: "10.0.0.0/16" },
        dnsZone: "Z1",
        alarms: { email: "a@b.c" },
        backup: {},
        gcp: { project: "my-project" },
        tags: { a: "b" },
        deletionProtection: true,
        upgrade: "replace",
        outsideCheck: { enabled: false },
        access: { allowedCidrs: ["10.0.0.0/8"] },
      },
      [
        "'region' has no meaning for cloud local, got \"us-east-1\"; remove it",
        "'zone' has no meaning for cloud local, got \"a\"; remove it",
        "'machine' has no meaning for cloud local, got {}; remove it",
        "'dataDisk' has no meaning for cloud local, got {}; remove it",
        '\'network\' has no meaning for cloud local, got {"cidr":"10.0.0.0/16"}; remove it',
        "'dnsZone' has no meaning for cloud local, got \"Z1\"; remove it",
        '\'alarms\' has no meaning for cloud local, got {"email":"a@b.c"}; remove it',
        "'backup' has no meaning for cloud local, got {}; remove it",
        '\'gcp\' has no meaning for cloud local, got {"project":"my-project"}; remove it',
        '\'tags\' has no meaning for cloud local, got {"a":"b"}; remove it',
        "'deletionProtection' has no meaning for cloud local, got true; remove it",
        "'upgrade' has no meaning for cloud local, got \"replace\"; remove it",
        "'outsideCheck' has no meaning for cloud local, got {\"enabled\":false}; remove it",
        "'access' has no meaning for cloud local; use 'local.address'",
      ],
    ));

  it("names the keys of another cloud and of a local engine", () =>
    wrong({ ...good.aws, local: {}, gcp: { project: "example-project" } }, [
      "'local' has no meaning for cloud aws; remove it",
      "'gcp' has no meaning for cloud aws; remove it",
    ]));

  it("asks for a region", () =>
    wrong({ ...good.aws, region: undefined }, ["'region' is missing; cloud aws needs one, such as us-east-1"]));

  it("refuses a region of Google Cloud on AWS", () =>
    wrong({ ...good.aws, region: "us-central1" }, [
      "'region' must be a region of aws such as us-east-1, got \"us-central1\"",
    ]));

  it("refuses a region of AWS on Google Cloud", () =>
    wrong({ ...good.gcp, region: "us-east-1" }, [
      "'region' must be a region of gcp such as us-central1, got \"us-east-1\"",
    ]));

  it("refuses a zone of another region whose name begins alike", () =>
    wrong({ ...good.aws, zone: "us-east-10a" }, [
      "'zone' must be a zone of region us-east-1 such as us-east-1b, got \"us-east-10a\"",
    ]));

  it("refuses a zone written as the other cloud does", () =>
    wrong({ ...good.gcp, zone: "us-central1a" }, [
      "'zone' must be a zone of region us-central1 such as us-central1-b, got \"us-central1a\"",
    ]));

  it("asks for the project", () =>
    wrong({ ...good.gcp, gcp: undefined }, [
      "'gcp.project' is missing; cloud gcp needs the project the instance lives in",
    ]));

  it("refuses a project that cannot be", () =>
    wrong({ ...good.gcp, gcp: { project: "My Project" } }, [
      "'gcp.project' must be the id of a project, 6 to 30 lower-case letters, digits and dashes, got \"My Project\"",
    ]));
});

describe("a config is refused for the size", () => {
  it("names size and usage together also when the usage cannot be read", () =>
    wrong(
      {
        ...good.aws,
        usage: { users: "5 people", repositories: 10, totalSizeGb: 10, largestRepositoryGb: 1, largestIndexGb: 0 },
      },
      [
        "'usage.users' must be a number, got \"5 people\"; give the number alone",
        "'size' and 'usage' exclude each other, got \"S\" and a usage; keep one of them",
      ],
    ));

  it("refuses size and usage together", () =>
    wrong(
      {
        ...good.aws,
        usage: { users: 10, repositories: 10, totalSizeGb: 10, largestRepositoryGb: 1, largestIndexGb: 0 },
      },
      ["'size' and 'usage' exclude each other, got \"S\" and a usage; keep one of them"],
    ));

  it("asks for a size or a usage", () =>
    wrong({ ...good.aws, size: undefined }, ["'size' is missing; give a size (XS, S, M, L, XL) or 'usage'"]));

  it("refuses a largest repository larger than all of them", () =>
    wrong(
      {
        ...good.aws,
        size: undefined,
        usage: { users: 10, repositories: 10, totalSizeGb: 10, largestRepositoryGb: 11, largestIndexGb: 0 },
      },
      ["'usage.largestRepositoryGb' must not be larger than 'usage.totalSizeGb' (10), got 11"],
    ));

  it("refuses usage beyond one machine, and names the Kubernetes shape", () =>
    wrong(
      {
        ...good.aws,
        size: undefined,
        usage: { users: 30000, repositories: 300000, totalSizeGb: 10, largestRepositoryGb: 1, largestIndexGb: 0 },
      },
      [
        "'usage.users' is 30000, which makes size 2XL; one machine serves at most 20000 users; use the 'kubernetes' shape",
        "'usage.repositories' is 300000, which makes size 2XL; one machine serves at most 250000 repositories; use the 'kubernetes' shape",
      ],
    ));

  it("refuses usage beyond one disk, and names the Kubernetes shape", () =>
    wrong(
      {
        ...good.gcp,
        size: undefined,
        usage: { users: 10, repositories: 10, totalSizeGb: 30000, largestRepositoryGb: 1, largestIndexGb: 0 },
      },
      [
        "'usage.totalSizeGb' is 30000, which needs a data disk of 90000 GB; one disk holds at most 65536 GB, enough for 21845 GB of repositories; use the 'kubernetes' shape",
      ],
    ));
});

describe("a config is refused for the machine and its disk", () => {
  it("refuses an Arm machine of AWS", () =>
    wrong({ ...good.aws, machine: { type: "m7g.4xlarge" } }, [
      "'machine.type' must not be of an Arm family, because the images are for x86-64, got \"m7g.4xlarge\"",
    ]));

  it("refuses an Arm machine of Google Cloud", () =>
    wrong({ ...good.gcp, machine: { type: "t2a-standard-16" } }, [
      "'machine.type' must not be of an Arm family, because the images are for x86-64, got \"t2a-standard-16\"",
    ]));

  it("refuses a machine type whose vCPUs are not known", () =>
    wrong({ ...good.aws, machine: { type: "big" } }, [
      "'machine.type' must be a machine type of aws whose name tells its vCPUs, such as m6a.4xlarge, got \"big\"",
    ]));

  it("refuses a type of volume of the other cloud", () =>
    wrong({ ...good.aws, dataDisk: { type: "pd-ssd" } }, [
      "'dataDisk.type' must be one of gp3, io2 on aws, got \"pd-ssd\"",
    ]));

  it("refuses io2 without operations, and with throughput", () =>
    wrong({ ...good.aws, dataDisk: { type: "io2", throughputMbps: 500 } }, [
      "'dataDisk.iops' is missing; type io2 needs a number, such as 10000",
      "'dataDisk.throughputMbps' cannot be set for type io2, got 500; remove it",
    ]));

  it("refuses gp3 below its baseline", () =>
    wrong({ ...good.aws, dataDisk: { iops: 1000 } }, ["'dataDisk.iops' must be at least 3000 for type gp3, got 1000"]));

  it("refuses performance where the type has a fixed one", () =>
    wrong({ ...good.gcp, dataDisk: { iops: 5000, throughputMbps: 500 } }, [
      "'dataDisk.iops' cannot be set for type pd-ssd, got 5000; remove it",
      "'dataDisk.throughputMbps' cannot be set for type pd-ssd, got 500; remove it",
    ]));

  it("refuses to replace a guarded machine of Google Cloud, which only its guard would find out", () => {
    wrong({ ...good.gcp, upgrade: "replace" }, [
      "'upgrade' replace deletes the machine, which Google Cloud refuses for one that is guarded; set 'deletionProtection' to false and deploy, or use in-place",
    ]);
    parseSpecification({ ...good.gcp, upgrade: "replace", deletionProtection: false });
    parseSpecification({ ...good.aws, upgrade: "replace" });
  });

  it("refuses a time for a check that is not made", () =>
    wrong({ ...good.aws, outsideCheck: { enabled: false, timeoutMinutes: 5 } }, [
      "'outsideCheck.timeoutMinutes' has no meaning with 'enabled' false; remove it",
    ]));

  it("refuses hyperdisk-balanced on machines that take none", () =>
    wrong({ ...good.gcp, dataDisk: { type: "hyperdisk-balanced" } }, [
      "'dataDisk.type' hyperdisk-balanced does not go with machines of the family n2; give 'machine.type' of another, such as c3-standard-22",
    ]));
});

describe("a config is refused for names", () => {
  it("refuses upper case and underscores in names", () =>
    wrong({ ...good.aws, name: "Sourcegraph_1" }, [
      "'name' must be 2 to 24 lower-case letters, digits and dashes, begin with a letter and not end with a dash, because the clouds refuse other names, got \"Sourcegraph_1\"",
    ]));

  it("refuses a name that is too short", () =>
    wrong({ ...good.aws, name: "x" }, [
      "'name' must be 2 to 24 lower-case letters, digits and dashes, begin with a letter and not end with a dash, because the clouds refuse other names, got \"x\"",
    ]));

  it("refuses a name that is too long", () =>
    wrong({ ...good.aws, name: "a".repeat(25) }, [
      "'name' must be 2 to 24 lower-case letters, digits and dashes, begin with a letter and not end with a dash, because the clouds refuse other names, got \"aaaaaaaaaaaaaaaaaaaaaaaaa\"",
    ]));

  it("refuses a name AWS refuses for load balancers", () =>
    wrong({ ...good.aws, name: "internal-sg" }, [
      "'name' must not begin with internal-, which a cloud keeps for itself, got \"internal-sg\"",
    ]));

  it("refuses a name AWS refuses for security groups", () =>
    wrong({ ...good.aws, name: "sg-1" }, [
      "'name' must not begin with sg-, which a cloud keeps for itself, got \"sg-1\"",
    ]));

  it("refuses a name Google Cloud refuses for buckets", () =>
    wrong({ ...good.gcp, name: "my-google" }, [
      "'name' must not hold the word google, which Google Cloud refuses in names of buckets, got \"my-google\"",
    ]));

  it("refuses a URL in the place of a domain", () =>
    wrong({ ...good.gcp, domain: "https://SG.example.com" }, [
      "'domain' must be a host name in lower case such as sourcegraph.example.com, got \"https://SG.example.com\"",
    ]));

  it("refuses labels Google Cloud would refuse", () =>
    wrong({ ...good.gcp, tags: { Team: "x", team: "Search Team" } }, [
      "'tags.Team' is no name of a label; use at most 63 lower-case letters, digits, dashes and underscores, and begin with a letter",
      "'tags.team' must be at most 63 lower-case letters, digits, dashes and underscores, got \"Search Team\"",
    ]));

  it("refuses tags AWS would refuse", () =>
    wrong({ ...good.aws, tags: { "aws:x": "y", team: "a|b" } }, [
      "'tags.aws:x' is no name of a tag; use at most 128 letters, digits, spaces and _ . : / = + - @, and do not begin with aws:",
      "'tags.team' must be at most 256 letters, digits, spaces and _ . : / = + - @, got \"a|b\"",
    ]));
});

describe("a config is refused for the network", () => {
  it("refuses a network that is no block", () =>
    wrong({ ...good.aws, network: { cidr: "10.0.0.0" } }, [
      "'network.cidr' must be an IPv4 block such as 10.40.0.0/16, got \"10.0.0.0\"",
    ]));

  it("refuses a block that begins in the middle", () =>
    wrong({ ...good.aws, network: { cidr: "10.0.1.0/16" } }, [
      "'network.cidr' must begin at the first address of its block, got \"10.0.1.0/16\"; write 10.0.0.0/16",
    ]));

  it("refuses a block that is too large", () =>
    wrong({ ...good.aws, network: { cidr: "10.0.0.0/8" } }, [
      "'network.cidr' must be between /16 and /24, got \"10.0.0.0/8\"",
    ]));

  it("refuses a block of public addresses", () =>
    wrong({ ...good.aws, network: { cidr: "8.8.0.0/16" } }, [
      "'network.cidr' must lie in private addresses (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10), got \"8.8.0.0/16\"",
    ]));

  it("refuses a block that overlaps a reserved one, and a reserved one that is none", () =>
    wrong({ ...good.aws, network: { cidr: "10.1.0.0/16", reservedCidrs: ["10.0.0.0/8", "x"] } }, [
      "'network.cidr' must not overlap the reserved block 10.0.0.0/8, got \"10.1.0.0/16\"; choose another block",
      "'network.reservedCidrs.1' must be an IPv4 block such as 10.0.0.0/16, got \"x\"",
    ]));

  it("refuses a block that Docker uses", () =>
    wrong({ ...good.aws, network: { cidr: "172.17.0.0/16" } }, [
      "'network.cidr' must not overlap 172.17.0.0/16, which Docker uses on the machine, got \"172.17.0.0/16\"; choose another block",
    ]));

  it("names what is missing of an existing network on AWS", () =>
    wrong({ ...good.aws, network: { existing: { network: "n" } } }, [
      "'network.existing.vpcId' is missing; an existing network on aws needs vpcId and subnetId",
      "'network.existing.subnetId' is missing; an existing network on aws needs vpcId and subnetId",
      "'network.existing.network' has no meaning for cloud aws; remove it",
    ]));

  it("names what is missing of an existing network on Google Cloud", () =>
    wrong({ ...good.gcp, network: { existing: { vpcId: "v", instanceConnect: true } } }, [
      "'network.existing.network' is missing; an existing network on gcp needs network and subnetId",
      "'network.existing.subnetId' is missing; an existing network on gcp needs network and subnetId",
      "'network.existing.vpcId' has no meaning for cloud gcp; remove it",
      "'network.existing.instanceConnect' has no meaning for cloud gcp; remove it",
    ]));
});

describe("a config is refused for the release", () => {
  it("refuses a release nobody published", () =>
    wrong({ ...good.local, release: "7.5.9999" }, [
      "'release' is \"7.5.9999\", which is not a known release; nearest to it: 7.5.4453; the newest is 7.5.4453",
    ]));

  it("refuses a release that is no version", () =>
    wrong({ ...good.local, release: "7.5" }, [
      "'release' is \"7.5\", which is not a version; give three numbers such as 7.5.4453",
    ]));

  it("refuses a release that exists for Kubernetes only", () =>
    wrong({ ...good.local, release: "7.6.0" }, [
      "'release' is \"7.6.0\", which exists for Kubernetes only; nearest to it for docker compose: 7.5.4453",
    ]));

  it("refuses a release whose images cannot be pulled", () =>
    wrong({ ...good.local, release: "5.3.16323" }, [
      "'release' is \"5.3.16323\", which cannot be pulled: its compose file names images in the private registry us-central1-docker.pkg.dev/sourcegraph-ci/rfc795-internal; nearest to it: 6.0.0",
    ]));

  it("reports a release that is too old together with the rest", () =>
    wrong({ ...good.aws, release: "5.11.6271", size: undefined }, [
      "'size' is missing; give a size (XS, S, M, L, XL) or 'usage'",
      "'release' is \"5.11.6271\", which is known to the upgrade planner, but files are rendered exactly from 6.0.0 on; choose 6.0.0 or newer, the newest is 7.5.4453",
    ]));
});
