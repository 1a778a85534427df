// The `replaceIf` rules of the behaviour data as code: does this change replace?
//
// Each takes { olds, news, state, change: { before, after } }; UNKNOWN counts as a change. A rule of the data that
// has no code here makes the diff fail by name (rules.cjs), so that no test passes on a guess.
"use strict";
const ipaddr = require("ipaddr.js");
const semver = require("semver");
const { UNKNOWN, valuesAt } = require("./compare.cjs");

const always = () => true;
const fromTo =
  (from, to) =>
  ({ change }) =>
    String(change.before) === from && (to === undefined || String(change.after) === to);
const turnedOff = fromTo("true", "false");
const decreases = ({ change }) => change.after === UNKNOWN || Number(change.after) < Number(change.before);

const isArm = (type) => /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./.test(type) || /^[a-z]+\d+g[a-z]*\./.test(type);
const sourceKinds = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];
const kindChanges = ({ olds, news }) => sourceKinds.some((k) => (olds[k] === undefined) !== (news[k] === undefined));
const ownBucket = ({ change }) => Boolean(change.before);

function shrinksRange({ change }) {
  if (change.after === UNKNOWN || !change.before || !change.after) return true;
  const [old, next] = [ipaddr.parseCIDR(change.before), ipaddr.parseCIDR(change.after)];
  return !(next[1] <= old[1] && old[0].match(next));
}

const isNetwork = ({ news }) => news.loadBalancerType === "network";
const olderThan = (a, b) => semver.lt(semver.coerce(a) ?? "0.0.0", semver.coerce(b) ?? "0.0.0");

module.exports = {
  "aws:ec2/vpc:Vpc": {
    cidrBlock: ({ news }) => news.ipv4NetmaskLength === undefined,
    instanceTenancy: ({ change }) => !(change.before === "dedicated" && change.after === "default"),
  },
  "aws:ec2/subnet:Subnet": { ipv6CidrBlock: ({ state }) => state.assignIpv6AddressOnCreation === true },
  "aws:ec2/natGateway:NatGateway": {
    secondaryPrivateIpAddressCount: ({ news }) => news.connectivityType === "private",
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": { [sourceKinds.join("|")]: kindChanges },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": { [sourceKinds.join("|")]: kindChanges },
  "aws:ec2/vpcEndpoint:VpcEndpoint": { privateDnsEnabled: ({ news }) => news.vpcEndpointType !== "Interface" },
  "aws:ec2/instance:Instance": {
    userData: ({ news }) => news.userDataReplaceOnChange === true,
    userDataBase64: ({ news }) => news.userDataReplaceOnChange === true,
    instanceType: ({ change }) => change.after !== UNKNOWN && isArm(`${change.before}`) !== isArm(`${change.after}`),
    "launchTemplate.version": always,
    ipv6Addresses: ({ olds, news }) => olds.ipv6AddressCount === news.ipv6AddressCount,
    enablePrimaryIpv6: turnedOff,
    securityGroups: always,
  },
  "aws:ssm/parameter:Parameter": { tier: fromTo("Advanced", "Standard") },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    secretString: always,
    secretStringWo: ({ olds, news }) => olds.secretStringWoVersion !== news.secretStringWoVersion,
    secretStringWoVersion: always,
  },
  "aws:s3/bucketVersioning:BucketVersioning": { expectedBucketOwner: ownBucket },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    expectedBucketOwner: ownBucket,
  },
  "aws:lb/loadBalancer:LoadBalancer": {
    securityGroups: ({ olds, news, ...rest }) =>
      isNetwork({ news, ...rest }) && !olds.securityGroups?.length !== !news.securityGroups?.length,
    subnets: ({ olds, news }) => isNetwork({ news }) && (news.subnets?.length ?? 0) <= (olds.subnets?.length ?? 0),
    subnetMappings: always,
    secondaryIpsAutoAssignedPerSubnet: (c) => isNetwork(c) && decreases(c),
  },
  "aws:acm/certificate:Certificate": {
    domainName: ({ news }) => news.privateKey === undefined,
    subjectAlternativeNames: ({ news }) => news.privateKey === undefined,
  },
  "aws:rds/cluster:Cluster": { storageType: ({ news }) => !String(news.engine).startsWith("aurora") },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    engineVersion: ({ change }) => olderThan(change.after, change.before),
    engine: ({ change }) => !(change.before === "redis" && change.after === "valkey"),
    transitEncryptionEnabled: ({ state }) => olderThan(state.engineVersionActual, "7.0.5"),
  },
  "aws:eks/cluster:Cluster": {
    encryptionConfig: ({ news }) => news.encryptionConfig === undefined,
    "vpcConfig.controlPlaneEgressMode": fromTo("CUSTOMER_ROUTED", "AWS_MANAGED"),
  },
  "gcp:compute/subnetwork:Subnetwork": { ipCidrRange: shrinksRange },
  "gcp:compute/disk:Disk": {
    size: decreases,
    provisionedIops: ({ news }) => !String(news.type).includes("hyperdisk"),
  },
  "gcp:compute/instance:Instance": {
    metadataStartupScript: ({ olds, news }) =>
      (olds.metadataStartupScript ?? olds.metadata?.["startup-script"]) !==
      (news.metadataStartupScript ?? news.metadata?.["startup-script"]),
    "networkInterfaces.networkIp": ({ olds, news }) =>
      ["network", "subnetwork"].every(
        (k) => String(valuesAt(olds, `networkInterfaces.${k}`)) === String(valuesAt(news, `networkInterfaces.${k}`)),
      ),
  },
  "gcp:container/cluster:Cluster": { enableL4IlbSubsetting: turnedOff, enableFqdnNetworkPolicy: turnedOff },
  "gcp:sql/databaseInstance:DatabaseInstance": {
    "settings.diskSize": (c) => c.news.settings?.diskAutoresize === false && decreases(c),
    "settings.ipConfiguration.privateNetwork": ({ change }) => change.after === undefined,
    "settings.autoUpgradeEnabled": turnedOff,
  },
  "gcp:redis/instance:Instance": { redisVersion: ({ change }) => String(change.after) < String(change.before) },
  "gcp:storage/bucket:Bucket": { "retentionPolicy.isLocked": turnedOff },
};
