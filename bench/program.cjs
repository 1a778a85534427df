// Declares a sample stack under mocks, as `pulumi preview` starts it but without an engine. Prints how many resources there
// are, and how large the machine's user data is.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const pulumi = require("@pulumi/pulumi");
const { configFromStackFile } = require("../dist/stacks/config");
const { declareStack } = require("../dist/stacks/declare");

const cloud = process.argv[2];
let resources = 0;
let userDataBytes;
const mocks = {
  newResource: ({ type, name, inputs }) => {
    resources++;
    if (type === "aws:ec2/instance:Instance")
      userDataBytes = inputs.userDataBase64
        ? Buffer.from(inputs.userDataBase64, "base64").length
        : Buffer.byteLength(inputs.userData);
    const option = { resourceRecordName: "_a", resourceRecordType: "CNAME", resourceRecordValue: "_b" };
    const computed = { arn: `arn:${name}`, result: "made up", exitCode: 0, domainValidationOptions: [option] };
    return { id: `${name}-id`, state: { ...computed, ...inputs } };
  },
  call: ({ inputs }) => inputs,
};

const unknowns = {
  newResource: ({ inputs }) => {
    resources++;
    const known = Object.entries(inputs).filter(([, value]) => value?.__pulumiUnknown !== true);
    return { id: undefined, state: Object.fromEntries(known) };
  },
  call: ({ inputs }) => inputs,
};

void (async () => {
  // A cluster's own answers stay unknown, as in a preview: made-up ones would have to be kubeconfigs.
  const isCluster = ["eks", "gke", "existing"].includes(cloud);
  await pulumi.runtime.setMocks(isCluster ? unknowns : mocks, "sourcegraph", "bench", isCluster, "organization");
  const text = readFileSync(join(__dirname, "..", `Pulumi.${cloud}-sample.yaml`), "utf8");
  declareStack({ config: configFromStackFile(text), secrets: {}, files: {} });
  await pulumi.runtime.disconnect();
  console.log(JSON.stringify({ resources, userDataBytes }));
})();
