// What may exist only once on AWS, what blocks a delete, and whose create takes over what is there.
"use strict";
const backend = require("./aws-backend.cjs");
const stores = require("./aws-stores.cjs");

const VOLUME = "aws:ebs/volume:Volume";
const INSTANCE = "aws:ec2/instance:Instance";
const ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment";

const ec2 = (code, text) => `operation error EC2: api error ${code}: ${text}`;
const rule = (kind) => ({
  of: (o) =>
    [
      o.securityGroupId,
      o.ipProtocol,
      o.fromPort,
      o.toPort,
      o.cidrIpv4,
      o.cidrIpv6,
      o.prefixListId,
      o.referencedSecurityGroupId,
    ].join(),
  error: ec2("InvalidPermission.Duplicate", `the specified ${kind} rule of <securityGroupId> already exists`),
});
/** What may exist once though its id is not its name. */
const same = {
  "aws:ec2/securityGroup:SecurityGroup": {
    of: (o) => `${o.vpcId}/${o.name}`,
    error:
      "creating Security Group (<name>): " +
      ec2("InvalidGroup.Duplicate", "The security group '<name>' already exists for VPC '<vpcId>'"),
  },
  "aws:ec2/subnet:Subnet": {
    of: (o) => `${o.vpcId}/${o.cidrBlock}`,
    error:
      "creating EC2 Subnet: " + ec2("InvalidSubnet.Conflict", "The CIDR '<cidrBlock>' conflicts with another subnet"),
  },
  "aws:ec2/internetGateway:InternetGateway": {
    of: (o) => o.vpcId,
    error: ec2("InvalidParameterValue", "Network <vpcId> already has an internet gateway attached"),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    of: (o) => o.subnetId,
    error: ec2(
      "Resource.AlreadyAssociated",
      "the specified association for route table <routeTableId> conflicts with an existing association",
    ),
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("ingress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("egress"),
  "aws:lb/loadBalancer:LoadBalancer": {
    of: (o) => o.name,
    error: "DuplicateLoadBalancerName: A load balancer with the same name '<name>' exists, but with different settings",
  },
  "aws:lb/targetGroup:TargetGroup": {
    of: (o) => o.name,
    error: "DuplicateTargetGroupName: A target group with the same name '<name>' exists, but with different settings",
  },
  "aws:lb/listener:Listener": {
    of: (o) => `${o.loadBalancerArn}:${o.port}`,
    error: "DuplicateListener: A listener already exists on this port for this load balancer",
  },
  "aws:secretsmanager/secret:Secret": {
    of: (o) => o.name,
    error: "ResourceExistsException: The operation failed because the secret <name> already exists.",
  },
};

const dependency = (what) => ec2("DependencyViolation", `The ${what} '<id>' has dependencies and cannot be deleted.`);
const blockers = {
  "aws:ec2/vpc:Vpc": {
    error: dependency("vpc"),
    by: Object.fromEntries(
      [
        "subnet:Subnet",
        "securityGroup:SecurityGroup",
        "internetGateway:InternetGateway",
        "routeTable:RouteTable",
        "vpcEndpoint:VpcEndpoint",
      ].map((t) => [`aws:ec2/${t}`, "vpcId"]),
    ),
  },
  "aws:ec2/subnet:Subnet": {
    error: dependency("subnet"),
    by: {
      [INSTANCE]: "subnetId",
      "aws:lb/loadBalancer:LoadBalancer": "subnets",
      "aws:ec2/natGateway:NatGateway": "subnetId",
      "aws:ec2/vpcEndpoint:VpcEndpoint": "subnetIds",
      "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint": "subnetId",
      ...stores.blockers["aws:ec2/subnet:Subnet"],
      "aws:eks/nodeGroup:NodeGroup": "subnetIds",
      "aws:eks/cluster:Cluster": "vpcConfig.subnetIds",
    },
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    error: ec2("DependencyViolation", "resource <id> has a dependent object"),
    by: {
      [INSTANCE]: "vpcSecurityGroupIds",
      "aws:lb/loadBalancer:LoadBalancer": "securityGroups",
      "aws:ec2/vpcEndpoint:VpcEndpoint": "securityGroupIds",
      "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint": "securityGroupIds",
      ...stores.blockers["aws:ec2/securityGroup:SecurityGroup"],
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "referencedSecurityGroupId",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "referencedSecurityGroupId",
    },
  },
  [VOLUME]: {
    error: `deleting EBS Volume (<id>): ${ec2("VolumeInUse", "Volume <id> is currently attached to an instance")}`,
    by: { [ATTACHMENT]: "volumeId" },
  },
  "aws:ec2/eip:Eip": {
    error: ec2("InvalidIPAddress.InUse", "The address with allocation id <id> cannot be released because it is in use"),
    by: { "aws:ec2/eipAssociation:EipAssociation": "allocationId", "aws:ec2/natGateway:NatGateway": "allocationId" },
  },
  "aws:iam/role:Role": {
    error:
      "deleting IAM Role (<name>): operation error IAM: DeleteRole, DeleteConflict: Cannot delete entity, must detach all policies and instance profiles first.",
    by: {
      "aws:iam/rolePolicy:RolePolicy": "role",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "role",
      "aws:iam/instanceProfile:InstanceProfile": "role",
    },
    unless: "forceDetachPolicies",
  },
  "aws:lb/targetGroup:TargetGroup": {
    error: "ResourceInUse: Target group '<arn>' is currently in use by a listener or a rule",
    by: {
      "aws:lb/listener:Listener": "defaultActions.targetGroupArn",
      "aws:lb/listenerRule:ListenerRule": "actions.targetGroupArn",
    },
  },
  "aws:acm/certificate:Certificate": {
    error: "ResourceInUseException: Certificate <arn> in use.",
    by: { "aws:lb/listener:Listener": "certificateArn", ...backend.usesCertificate },
  },
  "aws:s3/bucket:Bucket": {
    error:
      "deleting S3 Bucket (<bucket>): operation error S3: DeleteBucket, api error BucketNotEmpty: The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    by: { "aws:s3/bucketObjectv2:BucketObjectv2": "bucket" },
    unless: "forceDestroy",
  },
  "aws:route53/zone:Zone": {
    error:
      "deleting Route53 Hosted Zone (<id>): HostedZoneNotEmpty: The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
    by: { "aws:route53/record:Record": "zoneId" },
    unless: "forceDestroy",
  },
  "aws:eks/cluster:Cluster": {
    error: "ResourceInUseException: Cluster has nodegroups attached",
    by: { "aws:eks/nodeGroup:NodeGroup": "clusterName" },
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    // EC2 would let it go, and the group would make no node any more.
    error: "launch template <id> is in use",
    by: { "aws:eks/nodeGroup:NodeGroup": "launchTemplate.id" },
  },
  ...stores.inUse,
  ...backend.inUse,
  "aws:rds/subnetGroup:SubnetGroup": {
    error:
      "InvalidDBSubnetGroupStateFault: Cannot delete the subnet group '<name>' because at least one database instance: <by> is still using it.",
    by: { "aws:rds/instance:Instance": "dbSubnetGroupName", "aws:rds/cluster:Cluster": "dbSubnetGroupName" },
  },
};

const bucketParts = [
  "Versioning",
  "PublicAccessBlock",
  "ServerSideEncryptionConfiguration",
  "LifecycleConfiguration",
  "Policy",
  "OwnershipControls",
];
/** A create of these sets what is there: nothing fails on a second one. */
const upserts = new Set([
  ...bucketParts.map((part) => `aws:s3/bucket${part}:Bucket${part}`),
  "aws:s3/bucketObjectv2:BucketObjectv2",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:sns/topic:Topic",
  "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  "aws:acm/certificateValidation:CertificateValidation",
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
  "aws:route53/record:Record", // its own hook refuses
  ATTACHMENT,
]);

module.exports = { same, blockers, upserts };
