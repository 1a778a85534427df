import assert from "node:assert/strict";
import { parse } from "yaml";
import { InputError } from "../../../components/core/errors";
import { judgeGraph, nameOf } from "../../../components/core/rules/engine";
import type { Boundary } from "../../../components/core/rules/facts";
import { rules } from "../../../components/core/rules/rules";
import { MachineImagePipeline } from "../../../components/machine-images/aws";
import type { AwsMachineImagePipelineArgs } from "../../../components/machine-images/aws-args";
import { graphBy } from "../../support/program-graph";
import { allOf, only, record, valueOf, type Recording } from "../../support/recorder";

const args: AwsMachineImagePipelineArgs = {
  region: "us-east-1",
  vpcId: "vpc-0123456789abcdef0",
  subnetId: "subnet-0123456789abcdef0",
  releases: ["7.4.0", "7.5.4453"],
};
const boundary: Boundary = {
  facts: { zone: "single-tenant", stage: "production", owner: "release", account: "123456789012" },
};
const type = (name: string) => `aws:imagebuilder/${name}:${name.charAt(0).toUpperCase()}${name.slice(1)}`;

function recorded(more: Partial<AwsMachineImagePipelineArgs> = {}): Promise<Recording<MachineImagePipeline>> {
  return record((opts) => new MachineImagePipeline("sourcegraph", { ...args, ...more }, opts), {
    calls: ({ token }) => (token === "aws:ec2/getAmi:getAmi" ? { id: "ami-0debian" } : {}),
    outputs: ({ type: made, name }) =>
      made === type("image")
        ? { outputResources: [{ amis: [{ region: "us-east-1", image: `ami-${name.length}`, name: `${name}-2026` }] }] }
        : {},
  });
}

const namesOf = ({ resources }: Recording<unknown>, kind: string): string[] =>
  allOf(resources, type(kind)).map(({ name }) => name);

describe("MachineImagePipeline on AWS", function () {
  this.timeout(15_000);

  it("makes one image of each release, by the image's own name, and tells its id and exact name", async () => {
    const recording = await recorded();
    const names = namesOf(recording, "image");
    assert.equal(names.length, 2);
    for (const name of names) assert.match(name, /^sourcegraph-7-(4-0|5-4453)-[0-9a-f]{10}$/);
    for (const kind of ["component", "imageRecipe", "distributionConfiguration"])
      assert.deepEqual(namesOf(recording, kind), names);
    const [newest = ""] = names;
    const made = recording.result?.images["7.5.4453"];
    assert.ok(made !== undefined);
    assert.deepEqual(await valueOf(made), { id: `ami-${newest.length}`, name: `${newest}-2026` });
  });

  it("makes it of Debian, encrypted, with the program as the one thing that is done", async () => {
    const { resources } = await recorded({
      releases: ["7.5.4453"],
      keyArn: "arn:aws:kms:us-east-1:123456789012:key/k",
    });
    const recipe = only(resources, type("imageRecipe")).inputs;
    assert.deepEqual(
      [recipe["parentImage"], recipe["components"], recipe["version"], recipe["systemsManagerAgent"]],
      [
        "ami-0debian",
        [{ componentArn: `arn:${type("component")}:${String(recipe["name"])}` }],
        "1.0.0",
        { uninstallAfterBuild: true },
      ],
    );
    assert.deepEqual(recipe["blockDeviceMappings"], [
      {
        deviceName: "/dev/xvda",
        ebs: {
          volumeSize: 20,
          volumeType: "gp3",
          encrypted: "true",
          kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/k",
          deleteOnTermination: "true",
        },
      },
    ]);
    const userData = Buffer.from(recipe["userDataBase64"] as string, "base64").toString();
    assert.ok(userData.includes("https://s3.us-east-1.amazonaws.com/amazon-ssm-us-east-1/latest/debian_amd64/"));
    assert.equal(allOf(resources, "aws:kms/key:Key").length, 0);
    const text = only(resources, type("component")).inputs["data"] as string;
    const document = parse(text) as {
      phases: { name: string; steps: { action: string; inputs: { commands: string[] } }[] }[];
    };
    assert.deepEqual(
      document.phases.map(({ name, steps }) => [name, steps.map(({ action }) => action)]),
      [["build", ["ExecuteBash"]]],
    );
    const program = document.phases[0]?.steps[0]?.inputs.commands[0] ?? "";
    assert.ok(program.startsWith("#!/bin/bash\n"));
    // The runner takes double braces for variables of its own, and the text for 16,000 characters at most.
    assert.doesNotMatch(program, /\{\{/);
    assert.ok(text.length < 16_000);
  });

  it("keeps what has left the program, which the clean-up of AWS deletes by count and tag, snapshots and all", async () => {
    const { resources } = await recorded({ keep: 5 });
    for (const kind of ["component", "imageRecipe", "distributionConfiguration", "image"])
      for (const resource of allOf(resources, type(kind))) assert.equal(resource.retainOnDelete, true, resource.name);
    const policy = only(resources, type("lifecyclePolicy")).inputs;
    assert.deepEqual(policy["policyDetails"], [
      {
        action: { type: "DELETE", includeResources: { amis: true, snapshots: true } },
        filter: { type: "COUNT", value: 5 },
      },
    ]);
    assert.deepEqual(policy["resourceSelection"], { tagMap: { "sourcegraph:machine-images": "sourcegraph" } });
    for (const { inputs } of allOf(resources, type("image")))
      assert.equal((inputs["tags"] as Record<string, string>)["sourcegraph:machine-images"], "sourcegraph");
  });

  it("adds an image with a new release and lets go of the one over the count; the others stay as they are", async () => {
    const before = await recorded({ keep: 2 });
    const after = await recorded({ keep: 2, releases: ["7.3.1", ...args.releases].slice(1).concat("7.5.0") });
    const [was, is] = [namesOf(before, "image"), namesOf(after, "image")];
    const kept = is.filter((name) => was.includes(name));
    assert.deepEqual([was.length, is.length, kept.length], [2, 2, 1]);
    assert.deepEqual(after.result?.dropped, ["7.4.0"]);
    const inputs = ({ resources }: Recording<unknown>) =>
      resources.filter(({ name }) => kept.includes(name)).map((resource) => [resource.type, resource.inputs]);
    assert.deepEqual(inputs(after), inputs(before));
  });

  it("makes each anew by a clock where that is asked for, and deletes those by age, but never the one that the program tells", async () => {
    assert.deepEqual(namesOf(await recorded(), "imagePipeline"), []);
    const recording = await recorded({ rebuild: { schedule: "cron(0 3 1 * ? *)" } });
    const names = namesOf(recording, "image");
    assert.deepEqual(namesOf(recording, "imagePipeline"), names);
    const [name = ""] = names;
    const { inputs, dependsOn, retainOnDelete } = only(recording.resources, type("imagePipeline"), name);
    const arn = (kind: string, of = name) => `arn:${type(kind)}:${of}`;
    const tags = { Name: name, "sourcegraph:machine-images": "sourcegraph" };
    assert.deepEqual(inputs, {
      name,
      description: `Makes ${name} anew, with the packages of that day`,
      imageRecipeArn: arn("imageRecipe"),
      distributionConfigurationArn: arn("distributionConfiguration"),
      infrastructureConfigurationArn: arn("infrastructureConfiguration", "sourcegraph-images"),
      enhancedImageMetadataEnabled: true,
      imageTestsConfiguration: { imageTestsEnabled: false },
      schedule: { scheduleExpression: "cron(0 3 1 * ? *)", pipelineExecutionStartCondition: "EXPRESSION_MATCH_ONLY" },
      tags,
    });
    assert.ok(dependsOn.includes(name));
    assert.equal(retainOnDelete, false);
    const policy = only(recording.resources, type("lifecyclePolicy"), name);
    assert.deepEqual(policy.inputs, {
      description: "Keeps machine images that were made anew by the clock for 60 days",
      executionRole: "arn:aws:iam/role:Role:sourcegraph-images-lifecycle",
      resourceType: "AMI_IMAGE",
      policyDetails: [
        {
          action: { type: "DELETE", includeResources: { amis: true, snapshots: true } },
          filter: { type: "AGE", value: 60, unit: "DAYS" },
          exclusionRules: { tagMap: { "sourcegraph:machine-images": "sourcegraph" } },
        },
      ],
      resourceSelection: { recipes: [{ name, semanticVersion: "1.0.0" }] },
      tags,
    });
    assert.equal(policy.retainOnDelete, true);
  });

  it("refuses a clock that Image Builder does not take, with everything else that is wrong", async () => {
    const { error, resources } = await recorded({ accounts: ["1"], rebuild: { schedule: "monthly", keepDays: 0 } });
    assert.ok(error instanceof InputError);
    assert.equal(
      error.message,
      [
        "the machine images cannot be made:",
        "  - 'accounts.0' must be the 12 digits of an account, got \"1\"",
        "  - 'keyArn' is missing; other accounts cannot read images under a key that is made here, so give one they are let at",
        '  - \'rebuild.schedule\' must be a cron expression of six fields, got "monthly"; "cron(0 3 1 * ? *)" is the first of each month, at 3:00 UTC',
        "  - 'rebuild.keepDays' must be 1 to 365 days, got 0",
      ].join("\n"),
    );
    assert.deepEqual(resources, []);
  });

  it("prepares it on a machine that nobody reaches, in the private subnet, with rights of its own over nothing else", async () => {
    const { resources } = await recorded();
    const machine = only(resources, type("infrastructureConfiguration")).inputs;
    assert.equal(machine["subnetId"], args.subnetId);
    assert.deepEqual(machine["instanceMetadataOptions"], { httpTokens: "required", httpPutResponseHopLimit: 1 });
    assert.equal(machine["terminateInstanceOnFailure"], true);
    assert.equal(allOf(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").length, 0);
    const { Statement } = JSON.parse(only(resources, "aws:iam/rolePolicy:RolePolicy").inputs["policy"] as string) as {
      Statement: { Sid: string; Action: string | string[]; Resource: string }[];
    };
    assert.deepEqual(
      Statement.map(({ Sid, Resource }) => `${Sid} ${Resource}`),
      [
        "Agent *",
        "Components arn:aws:imagebuilder:us-east-1:*:component/sourcegraph-*",
        "Runner arn:aws:s3:::ec2imagebuilder*",
        "EncryptedComponents *",
        "Logs arn:aws:logs:us-east-1:*:log-group:/aws/imagebuilder/sourcegraph-*",
      ],
    );
    for (const { Action } of Statement) for (const action of [Action].flat()) assert.doesNotMatch(action, /\*/);
  });

  it("lets other accounts start machines from it, under a key they are let at", async () => {
    const { resources } = await recorded({ accounts: ["210987654321"], keyArn: "arn:aws:kms:us-east-1:1:key/k" });
    for (const { inputs } of allOf(resources, type("distributionConfiguration"))) {
      const [{ amiDistributionConfiguration }] = inputs["distributions"] as [
        { amiDistributionConfiguration: { launchPermission: unknown; name: string } },
      ];
      assert.deepEqual(amiDistributionConfiguration.launchPermission, { userIds: ["210987654321"] });
      assert.equal(amiDistributionConfiguration.name, `${String(inputs["name"])}-{{ imagebuilder:buildDate }}`);
    }
  });

  it("is refused before anything is registered where others could not read it", async () => {
    const { error, resources } = await recorded({ accounts: ["acme", "210987654321"] });
    assert.ok(error instanceof InputError);
    assert.equal(
      error.message,
      `the machine images cannot be made:
  - 'accounts.0' must be the 12 digits of an account, got "acme"
  - 'keyArn' is missing; other accounts cannot read images under a key that is made here, so give one they are let at`,
    );
    assert.deepEqual(resources, []);
  });

  it("breaks no rule of its zone but that its machine may go anywhere, and shows no audit trail, as SourcegraphVm by itself", async () => {
    const graph = await graphBy(
      () => void new MachineImagePipeline("sourcegraph", { ...args, boundary, enforce: false }),
    );
    const { findings } = judgeGraph(graph, rules, [], "2026-11-22");
    const found = findings.filter(({ verdict }) => verdict !== "holds");
    assert.deepEqual(
      found.map(({ rule, of, verdict }) => `${verdict} ${rule} ${nameOf(of)}`),
      [
        "broken B-N06 sourcegraph-images-builder-out-443",
        "broken B-N06 sourcegraph-images-builder-out-80",
        "unproven B-L02 single-tenant on AWS",
      ],
    );
  });
});
