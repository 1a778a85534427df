import type { AwsStatement } from "./aws-identity";

/** Tag by which the controller knows what it has made. */
const owned = "elbv2.k8s.aws/cluster";

const madeByIt = { Null: { [`aws:ResourceTag/${owned}`]: "false" } };
const marked = { Null: { [`aws:RequestTag/${owned}`]: "false" } };

/**
 * What the AWS Load Balancer Controller may do: look at the network and the certificates, and make, change and delete load
 * balancers and security groups that carry its tag. No firewalls of the web and no identity pools: nothing here uses them.
 */
export function loadBalancerStatements(partition: string): AwsStatement[] {
  const everywhere = "*";
  const groups = `arn:${partition}:ec2:*:*:security-group/*`;
  const balancers = ["targetgroup/*/*", "loadbalancer/app/*/*", "loadbalancer/net/*/*"].map(
    (kind) => `arn:${partition}:elasticloadbalancing:*:*:${kind}`,
  );
  const rulesOfBalancers = [
    "listener/app/*/*/*",
    "listener/net/*/*/*",
    "listener-rule/app/*/*/*",
    "listener-rule/net/*/*/*",
  ].map((kind) => `arn:${partition}:elasticloadbalancing:*:*:${kind}`);
  const allow = (Sid: string, Action: readonly string[], Resource: string | readonly string[], Condition?: object) => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
    ...(Condition === undefined ? {} : { Condition }),
  });
  return [
    allow("ServiceRole", ["iam:CreateServiceLinkedRole"], everywhere, {
      StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" },
    }),
    allow(
      "Look",
      [
        "acm:DescribeCertificate",
        "acm:ListCertificates",
        "ec2:DescribeAccountAttributes",
        "ec2:DescribeAddresses",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeCoipPools",
        "ec2:DescribeInstances",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeTags",
        "ec2:DescribeVpcPeeringConnections",
        "ec2:DescribeVpcs",
        "ec2:GetSecurityGroupsForVpc",
        "elasticloadbalancing:Describe*",
        "iam:GetServerCertificate",
        "iam:ListServerCertificates",
      ],
      everywhere,
    ),
    allow("MakeGroups", ["ec2:CreateSecurityGroup"], everywhere),
    allow("MarkNewGroups", ["ec2:CreateTags"], groups, {
      StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" },
      ...marked,
    }),
    allow("MarkOwnGroups", ["ec2:CreateTags", "ec2:DeleteTags"], groups, {
      Null: { [`aws:RequestTag/${owned}`]: "true", [`aws:ResourceTag/${owned}`]: "false" },
    }),
    // Also the nodes' group, which is the cluster's own: balancers have to reach the pods.
    allow("OpenGroups", ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"], everywhere),
    allow("DeleteOwnGroups", ["ec2:DeleteSecurityGroup"], everywhere, madeByIt),
    allow(
      "MakeBalancers",
      ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
      everywhere,
      marked,
    ),
    allow("MarkNewBalancers", ["elasticloadbalancing:AddTags"], balancers, {
      StringEquals: { "elasticloadbalancing:CreateAction": ["CreateTargetGroup", "CreateLoadBalancer"] },
      ...marked,
    }),
    allow("MarkOwnBalancers", ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"], balancers, {
      Null: { [`aws:RequestTag/${owned}`]: "true", [`aws:ResourceTag/${owned}`]: "false" },
    }),
    allow("MarkRules", ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"], rulesOfBalancers),
    allow(
      "Listen",
      [
        "elasticloadbalancing:AddListenerCertificates",
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:CreateRule",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteRule",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyRule",
        "elasticloadbalancing:RemoveListenerCertificates",
        "elasticloadbalancing:SetRulePriorities",
      ],
      everywhere,
    ),
    allow(
      "ChangeOwnBalancers",
      [
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:ModifyListenerAttributes",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:SetIpAddressType",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:SetSubnets",
      ],
      everywhere,
      madeByIt,
    ),
    allow(
      "Register",
      ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
      balancers.slice(0, 1),
    ),
  ];
}
