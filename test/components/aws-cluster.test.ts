import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fullCluster, leastCluster, manifestOf, recordCluster } from "../support/aws-cluster";
import { inputsByName, statementsOf } from "../support/aws-vm";
import { allOf, identitiesOf, only, unknownValue, valueOf, type Recorded, type Recording } from "../support/recorder";
import type { EksCluster } from "../../components/cluster/aws";
import { factLabels } from "../support/fact-labels";

const cluster = "aws:eks/cluster:Cluster";
const nodeGroup = "aws:eks/nodeGroup:NodeGroup";
const template = "aws:ec2/launchTemplate:LaunchTemplate";
const addOn = "aws:eks/addon:Addon";
const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm";

const dependencies = (resources: readonly Recorded[], type: string) =>
  Object.fromEntries(allOf(resources, type).map(({ name, dependsOn }) => [name, dependsOn]));

describe("EksCluster", () => {
  let least: Recording<EksCluster>;
  let full: Recording<EksCluster>;
  before(async () => {
    least = await recordCluster(leastCluster);
    full = await recordCluster(fullCluster);
    assert.equal(least.error, undefined);
  });

  it("has the names and parents of the last release", () => {
    const fixture = JSON.parse(
      readFileSync(join(__dirname, "..", "identity", "aws-kubernetes.json"), "utf8"),
    ) as Record<string, string[]>;
    for (const [which, recording] of Object.entries({ least, full }))
      assert.deepEqual(
        identitiesOf(recording.resources),
        fixture[which],
        `a changed name or parent makes a resource anew: give it an alias and a line under 'Expected preview changes' in CHANGELOG.md, then write ${which} of test/identity/aws-kubernetes.json anew`,
      );
  });

  it("declares the same children while nothing is known yet", async () => {
    const dry = await recordCluster(fullCluster, { dryRun: true });
    assert.deepEqual(identitiesOf(dry.resources), identitiesOf(full.resources));
    assert.deepEqual(only(dry.resources, nodeGroup, "sourcegraph-nodes-stores-a").inputs["launchTemplate"], {
      id: unknownValue,
      version: unknownValue,
    });
  });

  it("declares a closed control plane with a key, all logs, access entries and standard support", () => {
    const made = only(least.resources, cluster);
    assert.deepEqual(made.inputs, {
      name: "sourcegraph",
      version: "1.35",
      roleArn: "arn:aws:iam/role:Role:sourcegraph-cluster",
      vpcConfig: {
        subnetIds: ["sourcegraph-private-a-id", "sourcegraph-private-b-id", "sourcegraph-private-c-id"],
        endpointPrivateAccess: true,
        endpointPublicAccess: false,
      },
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      encryptionConfig: {
        provider: { keyArn: "arn:aws:kms:us-east-1:123456789012:key/key-1" },
        resources: ["secrets"],
      },
      bootstrapSelfManagedAddons: false,
      deletionProtection: true,
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      upgradePolicy: { supportType: "STANDARD" },
      zonalShiftConfig: { enabled: true },
      computeConfig: { enabled: false },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: false } },
      storageConfig: { blockStorage: { enabled: false } },
      tags: {
        Name: "sourcegraph-cluster",
        "sourcegraph:name": "sourcegraph",
        ...factLabels("secret_configuration"),
      },
    });
    assert.deepEqual(only(least.resources, "aws:cloudwatch/logGroup:LogGroup").inputs, {
      name: "/aws/eks/sourcegraph/cluster",
      retentionInDays: 90,
      kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/key-1",
      tags: {
        Name: "sourcegraph-cluster-logs",
        "sourcegraph:name": "sourcegraph",
        ...factLabels("operational"),
      },
    });
    assert.deepEqual(made.dependsOn, [
      "sourcegraph",
      "sourcegraph-cluster-AmazonEKSClusterPolicy",
      "sourcegraph-cluster-logs",
    ]);
  });

  it("opens the public endpoint to the public blocks only", () => {
    assert.deepEqual(
      (only(full.resources, cluster).inputs["vpcConfig"] as Record<string, unknown>)["publicAccessCidrs"],
      ["198.51.100.0/24"],
    );
  });

  it("protects the cluster while deletionProtection is on, and the key in any case", async () => {
    const open = await recordCluster({ ...leastCluster, deletionProtection: false });
    const guards = ({ resources }: Recording<EksCluster>) =>
      resources.filter(({ protect }) => protect).map(({ type, retainOnDelete }) => [type, retainOnDelete]);
    assert.deepEqual(guards(least), [
      ["aws:kms/key:Key", true],
      ["aws:kms/key:Key", true],
      [cluster, false],
    ]);
    assert.deepEqual(guards(open), [
      ["aws:kms/key:Key", true],
      ["aws:kms/key:Key", true],
    ]);
    assert.equal(only(open.resources, cluster).inputs["deletionProtection"], false);
  });

  it("lets admins in by access entries, whose create would take over what is there", () => {
    const name = "sourcegraph-admin-123456789012-role/platform/Admin";
    const entry = only(full.resources, "aws:eks/accessEntry:AccessEntry");
    const policy = only(full.resources, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
    assert.deepEqual([entry.name, policy.name], [name, name]);
    assert.deepEqual([entry.deleteBeforeReplace, policy.deleteBeforeReplace], [true, true]);
    assert.deepEqual(policy.inputs, {
      clusterName: "sourcegraph",
      principalArn: "arn:aws:iam::123456789012:role/platform/Admin",
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      accessScope: { type: "cluster" },
    });
  });

  it("gives every group a template with an encrypted disk, no way for pods to its role, and its kernel settings", () => {
    const { tags, tagSpecifications, userData, ...inputs } = only(
      least.resources,
      template,
      "sourcegraph-nodes-search",
    ).inputs;
    assert.deepEqual(inputs, {
      description: "Nodes of Sourcegraph sourcegraph: search",
      instanceType: "m6a.2xlarge",
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeSize: 100, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      updateDefaultVersion: true,
    });
    assert.deepEqual(tags, { Name: "sourcegraph-nodes-search", "sourcegraph:name": "sourcegraph" });
    assert.deepEqual(tagSpecifications, [
      { resourceType: "instance", tags },
      { resourceType: "volume", tags },
      { resourceType: "network-interface", tags },
    ]);
    assert.match(Buffer.from(String(userData), "base64").toString(), /^vm\.max_map_count = 300000$/m);
    assert.equal("userData" in only(least.resources, template, "sourcegraph-nodes-stores").inputs, false);
  });

  it("makes a node group for each zone, whose machines change without the group being replaced", () => {
    assert.deepEqual(only(least.resources, nodeGroup, "sourcegraph-nodes-general-b").inputs, {
      clusterName: "sourcegraph",
      version: "1.35",
      nodeRoleArn: "arn:aws:iam/role:Role:sourcegraph-nodes",
      subnetIds: ["sourcegraph-private-b-id"],
      amiType: "AL2023_x86_64_STANDARD",
      capacityType: "ON_DEMAND",
      launchTemplate: { id: "sourcegraph-nodes-general-id", version: "7" },
      scalingConfig: { desiredSize: 1, minSize: 1, maxSize: 2 },
      updateConfig: { maxUnavailable: 1 },
      nodeRepairConfig: { enabled: true },
      labels: { "sourcegraph.com/node-group": "general" },
      tags: { Name: "sourcegraph-nodes-general-b", "sourcegraph:name": "sourcegraph" },
    });
  });

  it("has the network of every node there before the nodes, and everything else after them", () => {
    const groups = allOf(least.resources, nodeGroup).map(({ name }) => name);
    for (const waits of Object.values(dependencies(least.resources, nodeGroup)))
      assert.deepEqual(waits, [
        "sourcegraph-eks-pod-identity-agent",
        "sourcegraph-kube-proxy",
        "sourcegraph-nodes-AmazonEC2ContainerRegistryPullOnly",
        "sourcegraph-nodes-AmazonEKSWorkerNodePolicy",
        "sourcegraph-vpc-cni",
      ]);
    const addOns = dependencies(least.resources, addOn);
    assert.deepEqual(addOns["sourcegraph-coredns"], groups.sort());
    assert.deepEqual(addOns["sourcegraph-aws-ebs-csi-driver"], ["sourcegraph-aws-ebs-csi-driver", ...groups].sort());
    assert.deepEqual(addOns["sourcegraph-kube-proxy"], []);
  });

  it("gives add-ons their rights by pod identity, and has the storage driver mark volumes for the daily snapshots", () => {
    const { tags: _tags, ...inputs } = only(least.resources, addOn, "sourcegraph-aws-ebs-csi-driver").inputs;
    assert.deepEqual(inputs, {
      clusterName: "sourcegraph",
      addonName: "aws-ebs-csi-driver",
      addonVersion: "aws-ebs-csi-driver-for-1.35",
      configurationValues: '{"controller":{"extraVolumeTags":{"sourcegraph:backup":"key-1"}}}',
      podIdentityAssociations: [
        { serviceAccount: "ebs-csi-controller-sa", roleArn: "arn:aws:iam/role:Role:sourcegraph-aws-ebs-csi-driver" },
      ],
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "PRESERVE",
    });
    assert.deepEqual(
      (
        only(least.resources, "aws:dlm/lifecyclePolicy:LifecyclePolicy").inputs["policyDetails"] as Record<
          string,
          unknown
        >
      )["targetTags"],
      { "sourcegraph:backup": "key-1" },
    );
    const rights = Object.values(inputsByName(least.resources, "aws:iam/rolePolicyAttachment:RolePolicyAttachment"));
    assert.deepEqual(rights.map(({ policyArn }) => policyArn).sort(), [
      "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
      "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
      "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
      "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
      "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
    ]);
  });

  it("moves add-ons with the cluster's version only, but for those that are pinned", async () => {
    const ignored = async (deployed: string) => {
      const args = {
        ...leastCluster,
        addOnVersions: { coredns: "v1.12.4-eksbuild.1" },
        previous: manifestOf(deployed),
      };
      const { resources } = await recordCluster(args);
      return Object.fromEntries(
        ["coredns", "kube-proxy"].map((name) => {
          const { inputs, ignoreChanges } = only(resources, addOn, `sourcegraph-${name}`);
          return [name, [inputs["addonVersion"], ignoreChanges]];
        }),
      );
    };
    assert.deepEqual(await ignored("1.34"), {
      coredns: ["v1.12.4-eksbuild.1", []],
      "kube-proxy": ["kube-proxy-for-1.35", []],
    });
    assert.deepEqual(await ignored("1.35"), {
      coredns: ["v1.12.4-eksbuild.1", []],
      "kube-proxy": ["kube-proxy-for-1.35", ["addonVersion"]],
    });
  });

  it("lets the load balancer controller change what carries its tag, and nothing of identities", () => {
    const statements = statementsOf(
      only(least.resources, "aws:iam/rolePolicy:RolePolicy", "sourcegraph-load-balancer-controller"),
    );
    assert.deepEqual(statements["ChangeOwnBalancers"]?.["Condition"], {
      Null: { "aws:ResourceTag/elbv2.k8s.aws/cluster": "false" },
    });
    const actions = Object.values(statements).flatMap(({ Action }) => Action as string[]);
    assert.deepEqual(
      actions.filter((action) => action.startsWith("iam:")),
      ["iam:CreateServiceLinkedRole", "iam:GetServerCertificate", "iam:ListServerCertificates"],
    );
    assert.deepEqual(
      only(least.resources, "aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs["serviceAccount"],
      "aws-load-balancer-controller",
    );
  });

  it("watches control plane, every node group and the snapshots, and tells whoever is to be told", async () => {
    assert.deepEqual(
      allOf(full.resources, alarm)
        .map(({ name }) => name)
        .sort(),
      [
        "sourcegraph-cluster-alarm-api-errors",
        "sourcegraph-cluster-alarm-backup-missing",
        ...["general-a", "general-b", "general-c", "search-a", "stores-a"].flatMap((pool) =>
          ["busy", "failed"].map((what) => `sourcegraph-cluster-alarm-nodes-${what}-${pool}`),
        ),
        "sourcegraph-cluster-alarm-pods-unschedulable",
      ].sort(),
    );
    const { dimensions, alarmActions } = only(
      full.resources,
      alarm,
      "sourcegraph-cluster-alarm-nodes-failed-stores-a",
    ).inputs;
    assert.deepEqual(dimensions, { AutoScalingGroupName: "asg-of-sourcegraph-nodes-stores-a" });
    const topic = "arn:aws:sns/topic:Topic:sourcegraph-cluster-alarms";
    assert.deepEqual(alarmActions, [topic]);
    assert.equal(await valueOf(full.result!.topicArn!), topic);
    assert.equal(least.result!.topicArn, undefined);
  });

  it("gives out what a deployment needs, and a kubeconfig without any secret", async () => {
    const { result } = least;
    assert.equal(await valueOf(result!.securityGroupId), "sg-cluster");
    assert.deepEqual(await valueOf(result!.databaseSubnetIds), [
      "sourcegraph-databases-a-id",
      "sourcegraph-databases-b-id",
      "sourcegraph-databases-c-id",
    ]);
    assert.equal(await valueOf(result!.version), "1.35");
    assert.deepEqual(JSON.parse((await valueOf(result!.kubeconfig)) ?? ""), {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "sourcegraph",
          cluster: { server: "https://abc.eks.amazonaws.com", "certificate-authority-data": "Q0E=" },
        },
      ],
      users: [
        {
          name: "sourcegraph",
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1beta1",
              command: "aws",
              args: ["--region", "us-east-1", "eks", "get-token", "--cluster-name", "sourcegraph", "--output", "json"],
              interactiveMode: "Never",
            },
          },
        },
      ],
      contexts: [{ name: "sourcegraph", context: { cluster: "sourcegraph", user: "sourcegraph" } }],
      "current-context": "sourcegraph",
    });
  });

  it("leaves nodes, storage and load balancers to Auto Mode where that is asked for, under the same role", async () => {
    const { resources, error } = await recordCluster({ ...leastCluster, cluster: { autoMode: true } });
    assert.equal(error, undefined);
    const made = only(resources, cluster).inputs;
    assert.deepEqual(
      [made["roleArn"], made["computeConfig"], made["kubernetesNetworkConfig"], made["storageConfig"]],
      [
        "arn:aws:iam/role:Role:sourcegraph-cluster",
        {
          enabled: true,
          nodePools: ["general-purpose", "system"],
          nodeRoleArn: "arn:aws:iam/role:Role:sourcegraph-nodes",
        },
        { elasticLoadBalancing: { enabled: true } },
        { blockStorage: { enabled: true } },
      ],
    );
    assert.deepEqual([allOf(resources, nodeGroup), allOf(resources, template)], [[], []]);
    assert.deepEqual(
      allOf(resources, addOn)
        .map(({ inputs }) => inputs["addonName"])
        .sort(),
      ["metrics-server", "snapshot-controller"],
    );
    assert.deepEqual(
      (only(resources, "aws:dlm/lifecyclePolicy:LifecyclePolicy").inputs["policyDetails"] as Record<string, unknown>)[
        "targetTags"
      ],
      { "eks:eks-cluster-name": "sourcegraph" },
    );
    assert.equal(
      only(resources, "aws:iam/role:Role", "sourcegraph-cluster").inputs["assumeRolePolicy"],
      only(least.resources, "aws:iam/role:Role", "sourcegraph-cluster").inputs["assumeRolePolicy"],
    );
  });

  it("stands in a network that exists, and makes none", async () => {
    const existingNetwork = {
      vpcId: "vpc-own",
      privateSubnets: { "us-east-1a": "subnet-a", "us-east-1b": "subnet-b", "us-east-1c": "subnet-c" },
    };
    const { resources, result } = await recordCluster({ ...leastCluster, existingNetwork });
    assert.deepEqual(allOf(resources, "aws:ec2/subnet:Subnet"), []);
    assert.deepEqual(only(resources, nodeGroup, "sourcegraph-nodes-general-c").inputs["subnetIds"], ["subnet-c"]);
    assert.equal(await valueOf(result!.vpcId), "vpc-own");
    assert.deepEqual(await valueOf(result!.databaseSubnetIds), ["subnet-a", "subnet-b", "subnet-c"]);
  });
});
