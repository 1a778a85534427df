/** Why no rule sees a weakening, and what stands in for the rule. */
export interface Unprovable {
  /** The kind of the mutant, as it is printed. */
  readonly kind: string;
  readonly because: string;
  /** What shows it instead. */
  readonly probe: string;
}

const chosen = "who may come to the pages is the customer's choice, which a graph cannot tell from a mistake";
const outsideRate = "many requests a second from one address, after the deployment, must be refused";
const outside = "a request from an address that is not on the list, after the deployment, must be refused";

/** Every weakening that no rule sees. */
export const unprovable: readonly Unprovable[] = [
  {
    kind: "aws:vpc/securityGroupIngressRule: cidrIpv4 to 0.0.0.0/0",
    because: `at the ports of pages, ${chosen}`,
    probe: outside,
  },
  {
    kind: 'gcp:compute/firewall: sourceRanges to ["0.0.0.0/0"]',
    because: `at the ports of pages, ${chosen}`,
    probe: outside,
  },
  { kind: "gcp:compute/backendService: securityPolicy to nothing", because: chosen, probe: outside },
  { kind: "without gcp:compute/securityPolicy", because: chosen, probe: outside },
  {
    kind: 'gcp:sql/databaseInstance: settings.ipConfiguration.authorizedNetworks to [{"value":"0.0.0.0/0"}]',
    because: "it has no effect while the database has no public address, and that is judged",
    probe: "B-N04 of the same database",
  },
  {
    kind: "aws:ec2/instance: metadataOptions.httpTokens to optional",
    because: "none of the sixty-four rules is about the metadata service",
    probe: "a request to the metadata service without a token, from the machine, must be refused",
  },
  {
    kind: "aws:ec2/launchTemplate: metadataOptions.httpTokens to optional",
    because: "none of the sixty-four rules is about the metadata service",
    probe: "a request to the metadata service without a token, from a node, must be refused",
  },
  {
    kind: "aws:wafv2/webAclAssociation: webAclArn to nothing",
    because: "in front of pages for people who are no employees no rule asks for a web firewall",
    probe: outsideRate,
  },
  {
    kind: "without aws:wafv2/webAclAssociation",
    because: "in front of pages for people who are no employees no rule asks for a web firewall",
    probe: outsideRate,
  },
  {
    kind: "without gcp:monitoring/uptimeCheckConfig",
    because: "B-L05 is about listeners for machines and employees, and asks nothing of those for others",
    probe: "the list of checks from outside after the deployment has the host",
  },
  {
    kind: "gcp:logging/projectBucketConfig: retentionDays to nothing",
    because: "without it Google keeps logs for 30 days, which is what the rule allows",
    probe: "the retention that the bucket shows after the deployment",
  },
  {
    kind: "aws:ec2/instance: rootBlockDevice.encrypted to false",
    because: "a root disk is no store: it is made again from the image, and data is on the data disk",
    probe: "the machine's list of mounts shows no data below the root disk",
  },
  {
    kind: "gcp:compute/instance: bootDisk.kmsKeySelfLink to nothing",
    because: "a root disk is no store, and Google encrypts it in any case",
    probe: "the machine's list of mounts shows no data below the root disk",
  },
  {
    kind: "gcp:compute/subnetwork: logConfig to nothing",
    because: "none of the sixty-four rules is about logs of traffic",
    probe: "the log of traffic has entries after the deployment",
  },
  {
    kind: "facts: zone changed to single-tenant",
    because: "a single instance may hold whatever support services hold: nothing but the statement tells them apart",
    probe: "the folder or organizational unit of the account that it is deployed to",
  },
  {
    kind: "facts: zone changed to dotcom",
    because:
      "public code search may hold what a single instance of Docker holds: nothing but the statement tells them apart",
    probe: "the account or host that it is deployed to",
  },
];
