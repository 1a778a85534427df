// A program that uses each type of an AWS machine once: do the stand-ins know them all?
"use strict";
const pulumi = require("@pulumi/pulumi");
const acm = require("@pulumi/aws/acm");
const cloudwatch = require("@pulumi/aws/cloudwatch");
const dlm = require("@pulumi/aws/dlm");
const ebs = require("@pulumi/aws/ebs");
const ec2 = require("@pulumi/aws/ec2");
const transit = require("@pulumi/aws/ec2transitgateway");
const iam = require("@pulumi/aws/iam");
const kms = require("@pulumi/aws/kms");
const lb = require("@pulumi/aws/lb");
const route53 = require("@pulumi/aws/route53");
const s3 = require("@pulumi/aws/s3");
const secretsmanager = require("@pulumi/aws/secretsmanager");
const sns = require("@pulumi/aws/sns");
const vpcs = require("@pulumi/aws/vpc");
const aws = require("@pulumi/aws");

const zones = aws.getAvailabilityZonesOutput({ state: "available" });
const identity = aws.getCallerIdentityOutput();
const vpc = new ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true });
const gateway = new ec2.InternetGateway("gateway", { vpcId: vpc.id });
const subnets = [0, 1].map(
  (n) =>
    new ec2.Subnet(`subnet-${n}`, { vpcId: vpc.id, cidrBlock: `10.0.${n}.0/24`, availabilityZone: zones.names[n] }),
);
const table = new ec2.RouteTable("table", { vpcId: vpc.id });
new ec2.Route("route", { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id });
subnets.forEach(
  (s, n) => new ec2.RouteTableAssociation(`association-${n}`, { routeTableId: table.id, subnetId: s.id }),
);
new ec2.VpcEndpoint("storage", { vpcId: vpc.id, serviceName: "com.amazonaws.eu-west-1.s3", routeTableIds: [table.id] });
const group = new ec2.SecurityGroup("group", { vpcId: vpc.id });
new vpcs.SecurityGroupIngressRule("https", {
  securityGroupId: group.id,
  ipProtocol: "tcp",
  fromPort: 443,
  toPort: 443,
  cidrIpv4: "192.0.2.0/24",
});
new vpcs.SecurityGroupEgressRule("out", { securityGroupId: group.id, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" });
new transit.InstanceConnectEndpoint("connect", { subnetId: subnets[0].id, securityGroupIds: [group.id] });

const key = new kms.Key("key", { enableKeyRotation: true });
new kms.Alias("alias", { targetKeyId: key.keyId });
const role = new iam.Role("role", { assumeRolePolicy: { Version: "2012-10-17", Statement: [] } });
new iam.RolePolicy("policy", { role: role.id, policy: identity.accountId.apply((id) => JSON.stringify({ id })) });
const profile = new iam.InstanceProfile("profile", { role: role.name });

const bucket = new s3.Bucket("bundles", { forceDestroy: false });
new s3.BucketVersioning("versioning", { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } });
new s3.BucketPublicAccessBlock("block", {
  bucket: bucket.id,
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
});
new s3.BucketServerSideEncryptionConfiguration("encryption", {
  bucket: bucket.id,
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }],
});
new s3.BucketLifecycleConfiguration("lifecycle", {
  bucket: bucket.id,
  rules: [{ id: "old", status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 30 } }],
});
new s3.BucketPolicy("tls-only", {
  bucket: bucket.id,
  policy: bucket.arn.apply((arn) => JSON.stringify({ Resource: arn })),
});
new s3.BucketObjectv2("bundle", { bucket: bucket.id, key: "bundles/a/b.tar.gz", content: "bundle" });
const secret = new secretsmanager.Secret("secret", { recoveryWindowInDays: 0 });
new secretsmanager.SecretVersion("version", { secretId: secret.id, secretString: pulumi.secret("MARKER") });

const image = ec2.getAmiOutput({
  owners: ["136693071363"],
  filters: [{ name: "name", values: ["debian-13-amd64-20260601-2500"] }],
});
const machine = new ec2.Instance("machine", {
  ami: image.id,
  instanceType: "m6i.4xlarge",
  subnetId: subnets[0].id,
  vpcSecurityGroupIds: [group.id],
  iamInstanceProfile: profile.name,
  metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 2 },
  rootBlockDevice: { volumeSize: 20, volumeType: "gp3", encrypted: true },
  userData: "#cloud-config",
});
const volume = new ebs.Volume("data", {
  availabilityZone: subnets[0].availabilityZone,
  size: 100,
  type: "gp3",
  encrypted: true,
  kmsKeyId: key.arn,
});
new ec2.VolumeAttachment("attachment", { deviceName: "/dev/sdf", instanceId: machine.id, volumeId: volume.id });
const address = new ec2.Eip("address", { domain: "vpc" });
new ec2.EipAssociation("address", { allocationId: address.id, instanceId: machine.id });
new ebs.Snapshot("before-upgrade", { volumeId: volume.id, description: "before 7.5.4453" });
new dlm.LifecyclePolicy("snapshots", {
  description: "daily",
  executionRoleArn: role.arn,
  policyDetails: {
    resourceTypes: ["VOLUME"],
    targetTags: { a: "b" },
    schedules: [{ name: "daily", createRule: { interval: 24 }, retainRule: { count: 7 } }],
  },
});

const zone = route53.getZoneOutput({ name: "example.com" });
const certificate = new acm.Certificate("certificate", {
  domainName: "sourcegraph.example.com",
  validationMethod: "DNS",
});
const option = certificate.domainValidationOptions[0];
const proof = new route53.Record("proof", {
  zoneId: zone.zoneId,
  name: option.resourceRecordName,
  type: option.resourceRecordType,
  records: [option.resourceRecordValue],
  ttl: 60,
});
const validation = new acm.CertificateValidation("validation", {
  certificateArn: certificate.arn,
  validationRecordFqdns: [proof.fqdn],
});
const balancer = new lb.LoadBalancer("balancer", {
  subnets: subnets.map((s) => s.id),
  securityGroups: [group.id],
  idleTimeout: 600,
});
const target = new lb.TargetGroup("target", {
  vpcId: vpc.id,
  port: 80,
  protocol: "HTTP",
  healthCheck: { path: "/healthz" },
});
new lb.TargetGroupAttachment("target", { targetGroupArn: target.arn, targetId: machine.id });
new lb.Listener("https", {
  loadBalancerArn: balancer.arn,
  port: 443,
  protocol: "HTTPS",
  certificateArn: validation.certificateArn,
  defaultActions: [{ type: "forward", targetGroupArn: target.arn }],
});
new route53.Record("record", {
  zoneId: zone.zoneId,
  name: "sourcegraph.example.com",
  type: "A",
  aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
});
const topic = new sns.Topic("alarms");
new sns.TopicSubscription("mail", { topic: topic.arn, protocol: "email", endpoint: "admin@example.com" });
new cloudwatch.MetricAlarm("status", {
  comparisonOperator: "GreaterThanThreshold",
  evaluationPeriods: 2,
  metricName: "StatusCheckFailed",
  namespace: "AWS/EC2",
  period: 60,
  statistic: "Maximum",
  threshold: 0,
  dimensions: { InstanceId: machine.id },
  alarmActions: [topic.arn],
});
