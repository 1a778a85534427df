import assert from "node:assert/strict";
import { ingressObjects } from "../../../../components/core/rendering/manifests/ingress";
import { cellsPlan } from "../../../support/cells";
import { goodConfigs } from "../../../support/configs";
import { edgePlan } from "../../../support/kubernetes-edge";

const gke = { ...goodConfigs.gcp, shape: "kubernetes", domain: "code.example.com" };
const eks = { ...goodConfigs.aws, shape: "kubernetes" };

const backend = { service: { name: "sourcegraph-frontend", port: { number: 30_080 } } };
const specs = (config: unknown) => ingressObjects(edgePlan(config)).map(({ kind, spec }) => [kind, spec]);

describe("the Ingress as objects", () => {
  it("of Google Cloud comes after what it refers to", () =>
    assert.deepEqual(specs(gke), [
      [
        "BackendConfig",
        {
          timeoutSec: 600,
          healthCheck: { type: "HTTP", requestPath: "/ready", port: 6060, checkIntervalSec: 5 },
          securityPolicy: { name: "sourcegraph-ingress" },
        },
      ],
      ["FrontendConfig", { redirectToHttps: { enabled: true }, sslPolicy: "sourcegraph-ingress" }],
      ["ManagedCertificate", { domains: ["code.example.com"] }],
      [
        "Ingress",
        { rules: [{ host: "code.example.com", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] },
      ],
    ]));

  it("of a class names it, and the Secret with the certificate of the host", () =>
    assert.deepEqual(
      specs({ ...gke, kubernetes: { ingress: { className: "nginx", issuer: { name: "letsencrypt" } } } }),
      [
        [
          "Ingress",
          {
            ingressClassName: "nginx",
            tls: [{ hosts: ["code.example.com"], secretName: "sourcegraph-frontend-tls" }],
            rules: [{ host: "code.example.com", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
          },
        ],
      ],
    ));

  it("of EKS Auto Mode brings its class", () =>
    assert.deepEqual(specs({ ...eks, cluster: { autoMode: true } }), [
      ["IngressClassParams", { scheme: "internet-facing" }],
      [
        "IngressClass",
        {
          controller: "eks.amazonaws.com/alb",
          parameters: { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name: "alb" },
        },
      ],
      [
        "Ingress",
        { ingressClassName: "alb", rules: [{ http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] },
      ],
    ]));

  it("is none where it is switched off", () =>
    assert.deepEqual(specs({ ...eks, kubernetes: { ingress: { enabled: false } } }), []));

  it("of a cell takes calls for hosts of its tenants, and finds the certificate of its origin all the same", () => {
    const host = "cell-1.origin.workspaces.example.com";
    const rules = [{ http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
    const specsOf = (cloud: "aws" | "gcp") =>
      Object.fromEntries(
        ingressObjects(cellsPlan(cloud).cells[0]?.plan ?? assert.fail()).map(({ kind, spec }) => [kind, spec]),
      );
    assert.deepEqual(specsOf("aws")["Ingress"], { ingressClassName: "alb", tls: [{ hosts: [host] }], rules });
    assert.deepEqual(specsOf("gcp")["Ingress"], { rules });
    assert.deepEqual(specsOf("gcp")["ManagedCertificate"], { domains: [host] });
  });
});
