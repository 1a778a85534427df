import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { planForDeployments, planForOperator } from "../../../../components/core/planning/fleet/export-settings";
import type { InstanceConfig } from "../../../../components/core/planning/fleet/schema";
import type { BundleFile } from "../../../../components/core/rendering/bundle";
import { renderDeploymentsFiles } from "../../../../components/core/rendering/fleet/deployments";
import { renderOperatorFiles } from "../../../../components/core/rendering/fleet/operator";
import type { KubernetesObject } from "../../../../components/core/rendering/manifests/object";
import { fleetOf, instanceFile } from "../../../support/fleet";

const commit = "0123456789abcdef0123456789abcdef01234567";
const encrypted = "[encrypted]";
const withSecret = (number: number, more: Partial<InstanceConfig> = {}): InstanceConfig =>
  instanceFile(number, { ...more, config: { ...instanceFile(number).config, secrets: { licence: encrypted } } });

const objectsOf = (files: readonly BundleFile[], path: string): KubernetesObject[] =>
  parseAllDocuments(files.find((file) => file.path === path)?.text ?? "").map(
    (each) => each.toJS() as KubernetesObject,
  );

describe("a fleet as files for the Pulumi Kubernetes Operator", () => {
  const fleet = fleetOf(
    [
      withSecret(1, { pulumi: { secretsprovider: "awskms://alias/fleet" } }),
      instanceFile(2, { type: "internal" }),
      instanceFile(3, { channel: "pause" }),
    ],
    {
      source: { repository: "https://github.com/acme/fleet.git", commit, folder: "program" },
      organization: "acme",
      esc: ["fleet/prod"],
      operator: {
        namespace: "fleet",
        serviceAccount: "runner",
        serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/fleet" },
        image: "pulumi/pulumi-nodejs:3.248.0",
        gitToken: { secret: "git", key: "token" },
        environment: { PULUMI_ACCESS_TOKEN: { secret: "pulumi", key: "accessToken" } },
        resyncMinutes: 60,
      },
    },
  );
  const plan = planForOperator(fleet, fleet.instances, {});
  const files = renderOperatorFiles(fleet, plan, "sourcegraph");

  it("has a file for what all need, for each wave, and for each gate somebody lets in", () => {
    assert.deepEqual(
      files.map(({ path }) => path),
      ["README.md", "00-ground.yaml", "wave-01.yaml", "wave-02.yaml", `held/gate-2-${plan.round}.yaml`],
    );
    assert.deepEqual(
      objectsOf(files, "00-ground.yaml").map(
        ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""} ${metadata.name}`,
      ),
      [
        "ServiceAccount fleet runner",
        "ClusterRoleBinding  fleet-runner-auth-delegator",
        "Program fleet sourcegraph-fleet-gate",
      ],
    );
  });

  it("says of an instance all that its stack needs, and of its secrets only where they are", () => {
    const [stack] = objectsOf(files, "wave-02.yaml");
    assert.deepEqual(stack, {
      apiVersion: "pulumi.com/v1",
      kind: "Stack",
      metadata: {
        name: "src-00000001",
        namespace: "fleet",
        labels: {
          "app.kubernetes.io/component": "instance",
          "app.kubernetes.io/managed-by": "sgbox",
          "app.kubernetes.io/part-of": "sourcegraph-fleet",
          "instance-slug": "customer-1",
          "instance-type": "production",
        },
        annotations: { "sourcegraph.com/secrets": "licence" },
      },
      spec: {
        stack: "acme/sourcegraph/src-00000001",
        envRefs: { PULUMI_ACCESS_TOKEN: { type: "Secret", secret: { name: "pulumi", key: "accessToken" } } },
        environment: ["fleet/prod"],
        serviceAccountName: "runner",
        destroyOnFinalize: false,
        workspaceReclaimPolicy: "Delete",
        workspaceTemplate: { spec: { securityProfile: "restricted", image: "pulumi/pulumi-nodejs:3.248.0" } },
        projectRepo: "https://github.com/acme/fleet.git",
        commit,
        repoDir: "program",
        gitAuth: { accessToken: { type: "Secret", secret: { name: "git", key: "token" } } },
        config: {
          "sourcegraph:deletionProtection": true,
          "sourcegraph:cloud": "aws",
          "sourcegraph:region": "us-east-1",
          "sourcegraph:size": "XS",
          "aws:region": "us-east-1",
          "sourcegraph:access": { allowedCidrs: ["10.0.0.0/8"] },
          "sourcegraph:name": "src-00000001",
          "sourcegraph:release": "7.4.0",
          "sourcegraph:tags": { "instance-type": "production", "instance-slug": "customer-1" },
        },
        secretsRef: { "sourcegraph:secrets": { type: "Secret", secret: { name: "src-00000001", key: "secrets" } } },
        secretsProvider: "awskms://alias/fleet",
        continueResyncOnCommitMatch: true,
        refresh: true,
        resyncFrequencySeconds: 3600,
        prerequisites: [{ name: `gate-2-${plan.round}` }],
      },
    });
  });

  it("has a gate that is a stack without resources, waits for the wave before, and says when to let it in", () => {
    const [gate] = objectsOf(files, `held/gate-2-${plan.round}.yaml`);
    assert.equal(gate?.metadata.labels?.["sourcegraph.com/round"], plan.round);
    const { stack, programRef, prerequisites } = gate?.["spec"] as Record<string, unknown>;
    assert.deepEqual(
      { stack, programRef, prerequisites },
      {
        stack: `acme/sourcegraph-fleet-gate/gate-2-${plan.round}`,
        programRef: { name: "sourcegraph-fleet-gate" },
        prerequisites: [{ name: "src-00000002" }],
      },
    );
    const readme = files[0]?.text ?? "";
    assert.match(
      readme,
      /held\/gate-2-.*: apply it when internal has been watched for 72 hours and when a person agrees/,
    );
    assert.match(readme, /- src-00000001: licence\n/);
    assert.match(readme, /- src-00000003: its channel is pause\n/);
  });

  it("is the same text for the same fleet, whatever the order of its files", () => {
    const again = fleetOf([instanceFile(2, { type: "internal" }), instanceFile(1)], {
      backend: "s3://states",
      source: { repository: "https://example.com/x.git", commit },
    });
    const turned = fleetOf([instanceFile(1), instanceFile(2, { type: "internal" })], {
      source: { commit, repository: "https://example.com/x.git" },
      backend: "s3://states",
    });
    const text = (one: typeof again): string =>
      JSON.stringify(renderOperatorFiles(one, planForOperator(one, one.instances, {}), "sourcegraph"));
    assert.equal(text(again), text(turned));
  });
});

describe("a fleet as files for Pulumi Deployments", () => {
  const settings = {
    source: { repository: "git@github.com:acme/fleet.git", folder: "program" },
    organization: "acme",
    esc: ["fleet/prod"],
    deployments: {
      aws: { roleArn: "arn:aws:iam::111122223333:role/fleet" },
      gcp: {
        projectId: "1",
        workloadPoolId: "pulumi",
        providerId: "cloud",
        serviceAccount: "a@b.iam.gserviceaccount.com",
      },
      driftCron: "0 4 * * *",
      pool: "pool-1",
    },
  };
  const rendered = (given: readonly InstanceConfig[], fleetSettings: Record<string, unknown>): BundleFile[] => {
    const fleet = fleetOf(given, fleetSettings);
    const raw = given.map((each) => ({
      ...each,
      config: {
        ...each.config,
        ...("secrets" in each.config ? { secrets: { licence: { secure: "v1:cipher" } } } : {}),
      },
    }));
    const byId = Object.fromEntries(raw.map((each) => [each.id, each]));
    return renderDeploymentsFiles(fleet, planForDeployments(fleet, fleet.instances), byId, "sourcegraph");
  };
  const files = rendered(
    [withSecret(1), instanceFile(2, { type: "replica" }), instanceFile(3, { type: "trial" })],
    settings,
  );
  const bodyOf = (path: string, from = files): unknown =>
    JSON.parse(from.find((file) => file.path === path)?.text ?? "null") as unknown;

  it("lists the requests of each stack in order, and destroys only replicas, after their last day", () => {
    const base = "/api/stacks/acme/sourcegraph";
    assert.deepEqual(bodyOf("requests.json"), [
      { method: "PATCH", path: `${base}/src-00000001/deployments/settings`, file: "src-00000001/settings.json" },
      { method: "POST", path: `${base}/src-00000001/deployments/drift/schedules`, file: "src-00000001/drift.json" },
      { method: "PATCH", path: `${base}/src-00000002/deployments/settings`, file: "src-00000002/settings.json" },
      { method: "POST", path: `${base}/src-00000002/deployments/drift/schedules`, file: "src-00000002/drift.json" },
      { method: "POST", path: `${base}/src-00000002/deployments/ttl/schedules`, file: "src-00000002/ttl.json" },
      { method: "PATCH", path: `${base}/src-00000003/deployments/settings`, file: "src-00000003/settings.json" },
      { method: "POST", path: `${base}/src-00000003/deployments/drift/schedules`, file: "src-00000003/drift.json" },
    ]);
    assert.deepEqual(bodyOf("src-00000001/drift.json"), { scheduleCron: "0 4 * * *", autoRemediate: false });
    assert.deepEqual(bodyOf("src-00000002/ttl.json"), {
      timestamp: "2026-12-11T00:00:00.000Z",
      deleteAfterDestroy: true,
    });
  });

  it("previews pull requests of a stack's own file and leaves updates to rollouts", () => {
    assert.deepEqual(bodyOf("src-00000001/settings.json"), {
      sourceContext: { git: { branch: "refs/heads/main", repoDir: "program" } },
      gitHub: {
        repository: "acme/fleet",
        deployCommits: false,
        previewPullRequests: true,
        pullRequestTemplate: false,
        paths: ["program/Pulumi.src-00000001.yaml"],
      },
      operationContext: {
        oidc: {
          aws: { roleArn: "arn:aws:iam::111122223333:role/fleet", sessionName: "pulumi-src-00000001" },
          gcp: settings.deployments.gcp,
        },
      },
      agentPoolID: "pool-1",
    });
    const elsewhere = rendered([instanceFile(1)], {
      organization: "acme",
      source: { repository: "https://git.example.com/fleet.git", commit },
    });
    assert.deepEqual(bodyOf("src-00000001/settings.json", elsewhere), {
      sourceContext: { git: { repoUrl: "https://git.example.com/fleet.git", commit } },
      operationContext: { oidc: {} },
    });
  });

  it("keeps ciphertext as it is in the stack files", () => {
    assert.equal(
      files.find(({ path }) => path === "stacks/Pulumi.src-00000001.yaml")?.text,
      `environment:
  - fleet/prod
config:
  aws:region: us-east-1
  sourcegraph:deletionProtection: true
  sourcegraph:cloud: aws
  sourcegraph:region: us-east-1
  sourcegraph:size: XS
  sourcegraph:access:
    allowedCidrs:
      - 10.0.0.0/8
  sourcegraph:secrets:
    licence:
      secure: v1:cipher
  sourcegraph:name: src-00000001
  sourcegraph:release: 7.4.0
  sourcegraph:tags:
    instance-type: production
    instance-slug: customer-1
`,
    );
  });
});
