// What the parts of a multi-tenant backend do on AWS beyond the behaviour data: its edge, and logs that leave an account. Texts of
// errors are from memory.
"use strict";
const { createHash } = require("node:crypto");
const { all } = require("./cloud.cjs");
const { hex } = require("./shapes.cjs");

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const FUNCTION = "aws:cloudfront/function:Function";
const DESTINATION = "aws:cloudwatch/logDestination:LogDestination";

/** A destination takes logs of the accounts that its policy names. */
function refuseForeign(cloud, { destinationArn }, { account }) {
  const named = all(cloud, DESTINATION).find(({ outputs }) => outputs.arn === destinationArn)?.id;
  if (named === undefined) return;
  const policies = all(cloud, "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy");
  const policy = policies.find(({ outputs }) => outputs.destinationName === named);
  const admitted = JSON.parse(policy?.outputs.accessPolicy ?? '{"Statement":[]}').Statement.flatMap(
    ({ Principal }) => Principal.AWS,
  );
  if (!admitted.includes(account))
    throw new Error(
      `operation error CloudWatch Logs: PutSubscriptionFilter, AccessDeniedException: User with accountId: ${account} is not authorized to perform PutSubscriptionFilter on resource ${destinationArn}`,
    );
}

exports.create = {
  "aws:organizations/organizationalUnit:OrganizationalUnit": ({ inputs }) => ({
    id: `${String(inputs.parentId)
      .replace(/^r-(\w+)$/, "ou-$1-")
      .replace(/-[^-]*$/, "")}-${hex(8)}`,
  }),
  "aws:organizations/policy:Policy": () => ({ id: `p-${hex(8)}` }),
  // CloudFront has its firewalls in one region, and apart from those of regions.
  "aws:wafv2/webAcl:WebAcl": ({ inputs, settings, fill }) => {
    if (inputs.scope !== "CLOUDFRONT") return {};
    if (settings.region !== "us-east-1")
      throw new Error(
        "operation error WAFV2: WAFInvalidParameterException: The scope is not valid., field: SCOPE_VALUE",
      );
    return { arn: fill("arn:aws:wafv2:us-west-2:123456789012:global/webacl/<name>/<uuid>") };
  },
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": ({ cloud, inputs, settings }) => {
    refuseForeign(cloud, inputs, settings);
    return {};
  },
  // A key of a store is known by both.
  "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey": ({ inputs: i }) => ({
    totalSizeInBytes: i.key.length + i.value.length,
  }),
};

exports.usesCertificate = { [DISTRIBUTION]: "viewerCertificate.acmCertificateArn" };

exports.inUse = {
  "aws:cloudfront/keyValueStore:KeyValueStore": {
    error: "CannotDeleteEntityWhileInUse: The key value store <name> is associated with a function",
    by: { [FUNCTION]: "keyValueStoreAssociations" },
  },
  [FUNCTION]: {
    error: "FunctionInUse: Cannot delete function <name>, it is in use by a distribution",
    by: { [DISTRIBUTION]: "defaultCacheBehavior.functionAssociations.functionArn" },
  },
  "aws:cloudfront/vpcOrigin:VpcOrigin": {
    error: "CannotDeleteEntityWhileInUse: The VPC origin <id> is used by a distribution",
    by: { [DISTRIBUTION]: "origins.vpcOriginConfig.vpcOriginId" },
  },
  "aws:wafv2/webAcl:WebAcl": {
    error: "WAFAssociatedItemException: AWS WAF couldn't perform the operation because <name> is still in use",
    by: { [DISTRIBUTION]: "webAclId", "aws:wafv2/webAclAssociation:WebAclAssociation": "webAclArn" },
  },
};

exports.functions = {
  // One that the load balancer controller of a cluster has made is in no program.
  "aws:lb/getLoadBalancer:getLoadBalancer": ({ args, settings: { account, region } }) => {
    const stem = createHash("sha256")
      .update(JSON.stringify(args.tags ?? args.name))
      .digest("hex");
    const name = args.name ?? `k8s-${stem.slice(0, 10)}`;
    const arn =
      args.arn ?? `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${name}/${stem.slice(-16)}`;
    return {
      ...args,
      id: arn,
      arn,
      arnSuffix: arn.split(":loadbalancer/")[1],
      name,
      dnsName: `internal-${name}.${region}.elb.amazonaws.com`,
      internal: true,
      loadBalancerType: "application",
      zoneId: "Z35SXDOTRQ7X7K",
      region,
    };
  },
};
