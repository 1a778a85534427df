import type { PlannedIngress } from "../../planning/kubernetes/ingress";
import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { gceObjects } from "./backend-config";
import { clusterMetadata, metadata } from "./labels";
import type { KubernetesObject } from "./object";

const component = "frontend";

/** Port of the frontends' Service. */
const servicePort = 30080;

function classObjects(plan: KubernetesPlan, { makesClass }: PlannedIngress): KubernetesObject[] {
  if (makesClass === undefined) return [];
  const { name, scheme } = makesClass;
  const about = clusterMetadata(plan, { name, component });
  return [
    { apiVersion: "eks.amazonaws.com/v1", kind: "IngressClassParams", metadata: about, spec: { scheme } },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: about,
      spec: {
        controller: "eks.amazonaws.com/alb",
        parameters: { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name },
      },
    },
  ];
}

/** The Ingress, after the class and the custom objects that it refers to. */
export function ingressObjects(plan: KubernetesPlan): KubernetesObject[] {
  const { ingress } = plan;
  if (ingress === undefined) return [];
  const { name, className, annotations, host, anyHost, findsCertificate, tlsSecret } = ingress;
  const served = anyHost === true ? undefined : host;
  // What is looked for by the host of a rule is looked for here too.
  const found = served === undefined && host !== undefined && findsCertificate === true;
  const backend = { service: { name, port: { number: servicePort } } };
  return [
    ...classObjects(plan, ingress),
    ...gceObjects(plan),
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: metadata(plan, { name, component, annotations }),
      spec: {
        ...(className !== undefined && { ingressClassName: className }),
        ...(tlsSecret !== undefined && {
          tls: [{ ...(host !== undefined && { hosts: [host] }), secretName: tlsSecret }],
        }),
        ...(tlsSecret === undefined && found && { tls: [{ hosts: [host] }] }),
        rules: [
          {
            ...(served !== undefined && { host: served }),
            http: { paths: [{ path: "/", pathType: "Prefix", backend }] },
          },
        ],
      },
    },
  ];
}
