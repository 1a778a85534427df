// AWS CDK: a cluster on EKS with node groups, add-ons, databases, caches and buckets, and the same objects on it, each as the
// custom resource that its own class for manifests makes.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");

const [, , file, folder] = process.argv;
const cdk = createRequire(`${folder}/`)("aws-cdk-lib");
const {
  aws_ec2: ec2,
  aws_eks: eks,
  aws_elasticache: cache,
  aws_iam: iam,
  aws_kms: kms,
  aws_rds: rds,
  aws_s3: s3,
} = cdk;
const objects = JSON.parse(readFileSync(file, "utf8"));

const app = new cdk.App({ analyticsReporting: false, outdir: `${folder}/cdk.out` });
const stack = new cdk.Stack(app, "sourcegraph", { env: { account: "123456789012", region: "us-east-1" } });
const key = new kms.Key(stack, "key", { enableKeyRotation: true });
const vpc = new ec2.Vpc(stack, "network", { availabilityZones: ["us-east-1a", "us-east-1b", "us-east-1c"] });
const subnetIds = vpc.privateSubnets.map(({ subnetId }) => subnetId);
const role = (name, service) => new iam.Role(stack, name, { assumedBy: new iam.ServicePrincipal(service) });
const cluster = new eks.CfnCluster(stack, "cluster", {
  roleArn: role("cluster-role", "eks.amazonaws.com").roleArn,
  resourcesVpcConfig: { subnetIds },
  encryptionConfig: [{ provider: { keyArn: key.keyArn }, resources: ["secrets"] }],
});
const nodeRole = role("node-role", "ec2.amazonaws.com").roleArn;
for (const group of ["stores", "search", "general"])
  for (const [zone, subnet] of subnetIds.entries())
    new eks.CfnNodegroup(stack, `${group}-${zone}`, { clusterName: cluster.ref, nodeRole, subnets: [subnet] });
for (const addonName of ["vpc-cni", "coredns", "kube-proxy", "aws-ebs-csi-driver", "eks-pod-identity-agent"])
  new eks.CfnAddon(stack, addonName, { clusterName: cluster.ref, addonName });
for (const name of ["frontend", "worker", "gitserver", "controller"])
  new eks.CfnPodIdentityAssociation(stack, `${name}-identity`, {
    clusterName: cluster.ref,
    namespace: "sourcegraph",
    serviceAccount: name,
    roleArn: role(`${name}-role`, "pods.eks.amazonaws.com").roleArn,
  });
for (const name of ["pgsql", "codeintel", "codeinsights"])
  new rds.DatabaseInstance(stack, name, {
    engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_16 }),
    vpc,
    storageEncryptionKey: key,
    multiAz: true,
    deletionProtection: true,
  });
const subnets = new cache.CfnSubnetGroup(stack, "caches", { description: "caches", subnetIds });
for (const name of ["cache", "store"])
  new cache.CfnReplicationGroup(stack, name, {
    replicationGroupDescription: name,
    cacheSubnetGroupName: subnets.ref,
    transitEncryptionEnabled: true,
  });
new s3.Bucket(stack, "uploads", { encryptionKey: key, versioned: true });
for (const [index, object] of objects.entries())
  new cdk.CfnResource(stack, `manifest-${index}`, {
    type: "Custom::AWSCDK-EKS-KubernetesResource",
    properties: { ClusterName: cluster.ref, Manifest: stack.toJsonString([object]) },
  });
const { template } = app.synth().getStackByName("sourcegraph");
console.log(JSON.stringify({ count: Object.keys(template.Resources).length }));
