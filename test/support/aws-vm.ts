import { SourcegraphVm, type AwsSourcegraphVmArgs, type Manifest } from "../../components/aws";
import { allOf, record, valueOf, type Answers, type Recorded, type Recording } from "./recorder";

/** A value that must appear in no place but a secret version. */
export const secretMarker = "MARKER-4f1c-generated";
/** The same, for values from the config. */
export const configMarker = "MARKER-9b2e-config";

/** What AWS would fill in. */
export function awsOutputs({ type, name }: { type: string; name: string }): Record<string, unknown> {
  switch (type) {
    case "random:index/randomPassword:RandomPassword":
      return { result: secretMarker };
    case "aws:kms/key:Key":
      return { keyId: "key-1", arn: "arn:aws:kms:us-east-1:123456789012:key/key-1" };
    case "aws:secretsmanager/secret:Secret":
      return { arn: `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf` };
    case "aws:secretsmanager/secretVersion:SecretVersion":
      return { versionId: `version-of-${name}` };
    case "aws:s3/bucket:Bucket":
      return { id: `${name}-0a1b2c3`, bucket: `${name}-0a1b2c3`, arn: `arn:aws:s3:::${name}-0a1b2c3` };
    case "aws:iam/instanceProfile:InstanceProfile":
      return { name: `${name}-0a1b2c3` };
    case "aws:ebs/volume:Volume":
      return { id: "vol-0123456789abcdef0", arn: "arn:aws:ec2:us-east-1:123456789012:volume/vol-0123456789abcdef0" };
    case "aws:ec2/instance:Instance":
      return { id: "i-0123456789abcdef0", privateIp: "10.40.0.10", publicIp: "203.0.113.77" };
    case "aws:ec2/eip:Eip":
      return { publicIp: "203.0.113.10" };
    case "aws:lb/loadBalancer:LoadBalancer":
      return { dnsName: "sourcegraph-1.elb.amazonaws.com", zoneId: "ZELB" };
    case "aws:acm/certificate:Certificate":
      return {
        domainValidationOptions: [
          {
            domainName: "sourcegraph.example.com",
            resourceRecordName: "_proof.sourcegraph.example.com.",
            resourceRecordType: "CNAME",
            resourceRecordValue: "_value.acm-validations.aws.",
          },
        ],
      };
    case "aws:route53/record:Record":
      return { fqdn: `fqdn-of-${name}` };
    default:
      return {};
  }
}

/** The least a deployment on AWS needs. */
export const leastArgs: AwsSourcegraphVmArgs = {
  region: "us-east-1",
  release: "7.5.4453",
  size: "S",
  access: { allowedCidrs: ["10.0.0.0/8"] },
};

/** A secret that is in the store already. */
export const registryLogin = "arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-login-XyZ123";

/** What has to be acknowledged for the upgrade from 7.4.0 to 7.5.4453. */
export const upgradeArgs: Partial<AwsSourcegraphVmArgs> = {
  acknowledge: ["backup-first", "oob-complete", "same-minor-executors"],
};

/** Everything that adds a child: load balancer, requested certificate, DNS record, alarms by mail, secrets of all origins. */
export const fullArgs: AwsSourcegraphVmArgs = {
  ...leastArgs,
  domain: "sourcegraph.example.com",
  dnsZone: "Z123",
  tls: { mode: "load-balancer" },
  alarms: { email: "ops@example.com" },
  tags: { team: "search" },
  smtp: {
    host: "mail.example.com",
    port: 587,
    from: "sourcegraph@example.com",
    authentication: "PLAIN",
    username: "sourcegraph",
    passwordSecret: "smtpPassword",
  },
  registry: { host: "mirror.example.com/sourcegraph", credentialsSecret: registryLogin },
  secrets: { smtpPassword: configMarker },
};

/** How AWS answers. */
export const awsAnswers: Answers = { outputs: awsOutputs, calls: () => ({ id: "ami-0123456789abcdef0" }) };

/** Records a deployment on AWS named `sourcegraph`. */
export function recordVm(args: AwsSourcegraphVmArgs, answers: Answers = {}): Promise<Recording<SourcegraphVm>> {
  return record((opts) => new SourcegraphVm("sourcegraph", args, opts), { ...awsAnswers, ...answers });
}

const recordings = new Map<string, Promise<Recording<SourcegraphVm>>>();

/** The recording of a deployment that many tests look at, made once. */
export function recorded(which: "least" | "full", dryRun = false): Promise<Recording<SourcegraphVm>> {
  const key = `${which} ${dryRun}`;
  const made = recordings.get(key) ?? recordVm(which === "least" ? leastArgs : fullArgs, { dryRun });
  recordings.set(key, made);
  return made;
}

/** The manifest a deployment leaves behind. */
export async function manifestAfter(args: AwsSourcegraphVmArgs): Promise<Manifest> {
  const { result, error } = await recordVm(args);
  const manifest = result === undefined ? undefined : await valueOf(result.manifest);
  if (manifest === undefined) throw error;
  return manifest;
}

/** The statements of a policy document, by their ids. */
export function statementsOf(resource: Recorded): Record<string, Record<string, unknown>> {
  const { Statement } = JSON.parse(resource.inputs["policy"] as string) as { Statement: Record<string, unknown>[] };
  return Object.fromEntries(Statement.map(({ Sid, ...rest }) => [Sid as string, rest]));
}

/** The inputs of all resources of a type, by name. */
export function inputsByName(resources: readonly Recorded[], type: string): Record<string, Record<string, unknown>> {
  return Object.fromEntries(allOf(resources, type).map((resource) => [resource.name, resource.inputs]));
}
