import type { CellArgs } from "../../components/multi-tenant-backend/args";
import { Cell as AwsCell } from "../../components/multi-tenant-backend/aws-cell";
import { Cell as GcpCell } from "../../components/multi-tenant-backend/gcp-cell";
import type { KubernetesObject } from "../../components/core/rendering/manifests/object";
import { clusterAnswers as awsAnswers } from "./aws-cluster";
import { managedOutputs } from "./aws-managed";
import { cell, cellsPlan, clientSecrets } from "./cells";
import { clusterAnswers as gcpAnswers } from "./gcp-cluster";
import { record, type Answers, type Recorded } from "./recorder";

/** The plan of two cells, each of which fits into the three nodes of a test cluster. */
export const smallCells = (cloud: "aws" | "gcp") =>
  cellsPlan(cloud, {
    cells: { "cell-1": cell(cloud, "1", { size: "XS" }), "cell-2": cell(cloud, "2", { size: "XS" }) },
  });

const outputsOf: Readonly<Record<"aws" | "gcp", NonNullable<Answers["outputs"]>>> = {
  aws: (resource) => ({
    ...managedOutputs(resource),
    ...awsAnswers.outputs?.(resource),
    ...(resource.type === "aws:kms/key:Key" ? { arn: `arn:key:${resource.name}`, keyId: resource.name } : {}),
    ...(resource.type === "aws:networkfirewall/firewall:Firewall" ? { firewallStatuses: [] } : {}),
  }),
  gcp: (resource) => ({
    ...gcpAnswers.outputs?.(resource),
    ...(resource.type === "gcp:redis/instance:Instance" ? { authString: `pw of ${resource.name}` } : {}),
  }),
};

const callsOf = { aws: awsAnswers.calls, gcp: gcpAnswers.calls } as const;

const objectOf = ({ inputs }: Recorded): KubernetesObject => inputs as unknown as KubernetesObject;

/** The objects of a cluster that the component of a cell declares, in the order in which it does. */
export async function cellObjects(cloud: "aws" | "gcp", name: "cell-1" | "cell-2"): Promise<KubernetesObject[]> {
  const args: CellArgs = { plan: smallCells(cloud), secrets: clientSecrets };
  const calls = callsOf[cloud];
  const { error, resources } = await record(
    (opts) => (cloud === "aws" ? new AwsCell(name, args, opts) : new GcpCell(name, args, opts)),
    {
      ...(calls === undefined ? {} : { calls }),
      outputs: (resource) => ({
        ...outputsOf[cloud](resource),
        ...(resource.type === "random:index/randomPassword:RandomPassword" ? { result: `pw of ${resource.name}` } : {}),
        ...(resource.type.startsWith("kubernetes:networking.k8s.io/v1:Ingress")
          ? { status: { loadBalancer: { ingress: [{ hostname: "alb.test", ip: "192.0.2.1" }] } } }
          : {}),
      }),
    },
  );
  if (error !== undefined) throw error as Error;
  // What Helm brings is the cloud's own controller.
  return resources
    .filter(({ type }) => type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/"))
    .map(objectOf);
}
