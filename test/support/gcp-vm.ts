import { SourcegraphVm, type GcpSourcegraphVmArgs } from "../../components/gcp";
import { allOf, record, type Answers, type Recorded, type Recording } from "./recorder";

/** A value that must appear in no place but a secret version. */
export const secretMarker = "MARKER-5d2a-generated";
/** The same, for values from the config. */
export const configMarker = "MARKER-8e7b-config";

/** What Google Cloud would fill in. */
export function gcpOutputs(resource: {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}): Record<string, unknown> {
  const { type, name, inputs } = resource;
  const [, kind = ""] = /:(\w+)$/.exec(type) ?? [];
  const cloudName = typeof inputs["name"] === "string" ? inputs["name"] : `${name}-1a2b3c4`;
  switch (type) {
    case "random:index/randomPassword:RandomPassword":
      return { result: secretMarker };
    case "gcp:serviceaccount/account:Account": {
      const email = `${String(inputs["accountId"])}@example.iam.gserviceaccount.com`;
      return { email, member: `serviceAccount:${email}`, name: `projects/example/serviceAccounts/${email}` };
    }
    case "gcp:secretmanager/secret:Secret":
      return {
        id: `projects/example/secrets/${cloudName}`,
        secretId: cloudName,
        name: `projects/123/secrets/${cloudName}`,
      };
    case "gcp:secretmanager/secretVersion:SecretVersion":
      return { name: `${String(inputs["secret"]).replace("example", "123")}/versions/1` };
    case "gcp:kms/cryptoKey:CryptoKey":
      return { id: `${String(inputs["keyRing"])}/cryptoKeys/${cloudName}` };
    case "gcp:compute/address:Address":
      return { name: cloudName, selfLink: `link:${kind}/${name}`, address: "203.0.113.10" };
    case "gcp:compute/globalAddress:GlobalAddress":
      return { name: cloudName, selfLink: `link:${kind}/${name}`, address: "203.0.113.20" };
    case "gcp:compute/instance:Instance":
      return { name: cloudName, selfLink: `link:${kind}/${name}`, instanceId: "1001" };
    case "gcp:compute/disk:Disk":
      return { name: cloudName, selfLink: `link:${kind}/${name}`, diskId: "2002" };
    case "gcp:sql/databaseInstance:DatabaseInstance":
      return { name: cloudName, privateIpAddress: `10.40.224.${name.length}` };
    case "gcp:redis/instance:Instance":
      return { name: cloudName, host: `10.40.225.${name.length}`, port: 6379, authString: `${secretMarker}/redis` };
    case "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig":
      return { uptimeCheckId: "check-1" };
    default:
      return { name: cloudName, selfLink: `link:${kind}/${name}` };
  }
}

/** The least a deployment on Google Cloud needs: it serves by itself. */
export const leastArgs: GcpSourcegraphVmArgs = {
  region: "us-central1",
  release: "7.5.4453",
  size: "S",
  access: { allowedCidrs: ["198.51.100.0/24"] },
  gcp: { project: "example" },
};

/** Everything that adds a child: load balancer, DNS record, alarms by mail, admins, own buckets, secrets of all origins. */
export const fullArgs: GcpSourcegraphVmArgs = {
  ...leastArgs,
  domain: "sourcegraph.example.com",
  dnsZone: "example-com",
  tls: { mode: "load-balancer" },
  access: { allowedCidrs: ["198.51.100.0/24", "2001:db8::/32"], iapMembers: ["group:admins@example.com"] },
  alarms: { email: "ops@example.com" },
  tags: { team: "search" },
  objectStorage: { external: { backend: "GCS", bucket: "example-uploads", project: "example" } },
  smtp: {
    host: "mail.example.com",
    port: 587,
    from: "sourcegraph@example.com",
    authentication: "PLAIN",
    username: "sourcegraph",
    passwordSecret: "smtpPassword",
  },
  registry: { host: "mirror.example.com/sourcegraph", credentialsSecret: "projects/shared/secrets/registry-login" },
  secrets: { smtpPassword: configMarker },
};

/** How Google Cloud answers while recording. */
export const gcpAnswers: Answers = {
  outputs: gcpOutputs,
  calls: ({ token }) =>
    token === "gcp:organizations/getProject:getProject"
      ? { number: "123" }
      : { emailAddress: "service-123@gs-project-accounts.iam.gserviceaccount.com" },
};

const recorded = new WeakMap<GcpSourcegraphVmArgs, Promise<Recording<SourcegraphVm>>>();

/** Records a deployment on Google Cloud named `sourcegraph`; one that was recorded already is not recorded again. */
export function recordVm(args: GcpSourcegraphVmArgs, answers?: Answers): Promise<Recording<SourcegraphVm>> {
  const known = answers === undefined ? recorded.get(args) : undefined;
  if (known !== undefined) return known;
  const recording = record((opts) => new SourcegraphVm("sourcegraph", args, opts), { ...gcpAnswers, ...answers });
  if (answers === undefined) recorded.set(args, recording);
  return recording;
}

/** The inputs of all resources of a type, by name. */
export function inputsOf(resources: readonly Recorded[], type: string): Record<string, Record<string, unknown>> {
  return Object.fromEntries(allOf(resources, type).map((resource) => [resource.name, resource.inputs]));
}
