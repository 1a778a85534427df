import assert from "node:assert/strict";
import { parseSpecification, requireKubernetes } from "../../../../components/core/planning/config/specification";
import { kubernetesContext } from "../../../../components/core/planning/kubernetes/context";
import { planIngress, type PlannedIngress } from "../../../../components/core/planning/kubernetes/ingress";
import { goodConfigs, problemLines } from "../../../support/configs";

const arn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d";
const eks = { ...goodConfigs.aws, shape: "kubernetes" };
const gke = { ...goodConfigs.gcp, shape: "kubernetes" };
const existing = (ingress: object) => ({
  shape: "kubernetes",
  cloud: "existing",
  release: "7.5.4453",
  size: "S",
  kubernetes: { storageClass: { name: "fast", create: false }, ingress },
});
const nginx = existing({ className: "nginx" });
const certificateFiles = { "tls.pem": "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n" };
const certificate = { mode: "certificate", certificateFile: "tls.pem", keySecret: "key" };

const contextOf = (config: unknown) =>
  kubernetesContext(requireKubernetes(parseSpecification(config, certificateFiles)));

function ingress(config: unknown): PlannedIngress {
  const planned = planIngress(contextOf(config));
  assert.ok(planned !== undefined);
  return planned;
}

function refused(config: unknown, problems: readonly string[]): void {
  const context = contextOf(config);
  assert.throws(
    () => planIngress(context),
    (error) => {
      assert.deepEqual(problemLines(error), problems);
      return true;
    },
  );
}

describe("the Ingress", () => {
  it("of a load balancer of AWS reaches pods directly, keeps streams open and lets in only who may", () =>
    assert.deepEqual(
      ingress({
        ...eks,
        domain: "code.example.com",
        tls: { mode: "load-balancer", certificateArn: arn },
        access: { allowedCidrs: ["10.0.0.0/8", "192.0.2.0/24"] },
        tags: { team: "search", cost: "42" },
      }),
      {
        name: "sourcegraph-frontend",
        className: "alb",
        annotations: {
          "alb.ingress.kubernetes.io/scheme": "internet-facing",
          "alb.ingress.kubernetes.io/target-type": "ip",
          "alb.ingress.kubernetes.io/healthcheck-path": "/healthz",
          "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP":80},{"HTTPS":443}]',
          "alb.ingress.kubernetes.io/load-balancer-attributes":
            "idle_timeout.timeout_seconds=600,routing.http.drop_invalid_header_fields.enabled=true",
          "alb.ingress.kubernetes.io/ssl-redirect": "443",
          "alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
          "alb.ingress.kubernetes.io/certificate-arn": arn,
          "alb.ingress.kubernetes.io/inbound-cidrs": "10.0.0.0/8,192.0.2.0/24",
          "alb.ingress.kubernetes.io/tags": "team=search,cost=42",
        },
        serviceAnnotations: {},
        notices: [],
        host: "code.example.com",
      },
    ));

  it("of AWS is told where the stack has a certificate issued, and of the class that Auto Mode lacks", () => {
    const issued = ingress({ ...eks, domain: "code.example.com", dnsZone: "Z0123456789ABCDEFGHIJ" });
    assert.equal(issued.findsCertificate, true);
    assert.equal(issued.annotations["alb.ingress.kubernetes.io/certificate-arn"], undefined);
    const auto = ingress({ ...eks, cluster: { autoMode: true }, kubernetes: { ingress: { internal: true } } });
    assert.deepEqual(auto.makesClass, { name: "alb", scheme: "internal" });
    assert.equal(auto.annotations["alb.ingress.kubernetes.io/scheme"], "internal");
    assert.equal(auto.annotations["alb.ingress.kubernetes.io/listen-ports"], '[{"HTTP":80}]');
    assert.equal(auto.annotations["alb.ingress.kubernetes.io/ssl-redirect"], undefined);
  });

  it("of Google Cloud has a managed certificate, an address, a policy, and the health of the pods", () =>
    assert.deepEqual(ingress({ ...gke, name: "acme", domain: "code.example.com" }), {
      name: "sourcegraph-frontend",
      annotations: {
        "kubernetes.io/ingress.class": "gce",
        "kubernetes.io/ingress.global-static-ip-name": "acme-ingress",
        "networking.gke.io/managed-certificates": "sourcegraph-frontend",
        "networking.gke.io/v1beta1.FrontendConfig": "sourcegraph-frontend",
      },
      serviceAnnotations: {
        "cloud.google.com/neg": '{"ingress":true}',
        "cloud.google.com/backend-config": '{"default":"sourcegraph-frontend"}',
      },
      gce: {
        timeoutSeconds: 600,
        healthPath: "/ready",
        healthPort: 6060,
        managedCertificate: "sourcegraph-frontend",
        redirectToHttps: true,
        staticAddress: "acme-ingress",
        securityPolicy: "acme-ingress",
        sslPolicy: "acme-ingress",
      },
      notices: [],
      host: "code.example.com",
    }));

  it("of Google Cloud inside the network takes a Secret and no plain HTTP, and says who is not kept out", () => {
    const inside = ingress({
      ...gke,
      domain: "code.example.com",
      tls: certificate,
      secrets: { key: "" },
      kubernetes: { ingress: { internal: true } },
    });
    assert.deepEqual(inside.annotations, {
      "kubernetes.io/ingress.class": "gce-internal",
      "kubernetes.io/ingress.allow-http": "false",
    });
    assert.equal(inside.tlsSecret, "sourcegraph-frontend-tls");
    assert.deepEqual(inside.gce, {
      timeoutSeconds: 600,
      healthPath: "/ready",
      healthPort: 6060,
      redirectToHttps: false,
    });
    assert.deepEqual(inside.notices, [
      "'access.allowedCidrs' is not enforced by this load balancer: restrict it by firewall rules of the network, or by a Cloud Armor policy",
    ]);
  });

  it("open to everybody needs no policy of Cloud Armor", () => {
    const open = ingress({ ...gke, access: { allowedCidrs: ["0.0.0.0/0"] } });
    assert.equal(open.gce?.securityPolicy, undefined);
    assert.equal(open.gce?.sslPolicy, undefined);
    assert.equal(open.gce?.staticAddress, "sourcegraph-ingress");
    assert.deepEqual(open.notices, []);
  });

  it("of nginx takes large uploads, keeps streams open, buffers nothing, and has cert-manager's certificate", () =>
    assert.deepEqual(
      ingress({
        ...existing({ className: "nginx", issuer: { name: "letsencrypt" }, annotations: { "example.com/own": "1" } }),
        domain: "code.example.com",
        access: { allowedCidrs: ["10.0.0.0/8", "192.0.2.0/24"] },
      }),
      {
        name: "sourcegraph-frontend",
        className: "nginx",
        annotations: {
          "nginx.ingress.kubernetes.io/proxy-body-size": "150m",
          "nginx.ingress.kubernetes.io/proxy-read-timeout": "600",
          "nginx.ingress.kubernetes.io/proxy-send-timeout": "600",
          "nginx.ingress.kubernetes.io/proxy-buffering": "off",
          "nginx.ingress.kubernetes.io/whitelist-source-range": "10.0.0.0/8,192.0.2.0/24",
          "cert-manager.io/cluster-issuer": "letsencrypt",
          "example.com/own": "1",
        },
        serviceAnnotations: {},
        notices: [],
        host: "code.example.com",
        tlsSecret: "sourcegraph-frontend-tls",
      },
    ));

  it("names an issuer of the namespace as such, and a Secret that is there by its name", () => {
    const own = ingress({
      ...existing({ className: "nginx", issuer: { name: "own", kind: "Issuer" }, tlsSecret: "mine" }),
      domain: "code.example.com",
    });
    assert.equal(own.annotations["cert-manager.io/issuer"], "own");
    assert.equal(own.tlsSecret, "mine");
    assert.equal(ingress(nginx).tlsSecret, undefined);
  });

  it("of OpenShift keeps streams open by the router's annotation", () =>
    assert.deepEqual(
      ingress({
        ...existing({ className: "openshift-default" }),
        access: { allowedCidrs: ["10.0.0.0/8", "192.0.2.0/24"] },
      }).annotations,
      {
        "haproxy.router.openshift.io/timeout": "600s",
        "haproxy.router.openshift.io/ip_whitelist": "10.0.0.0/8 192.0.2.0/24",
      },
    ));

  it("of a class nobody knows here has the annotations that are given, and says what they must do", () => {
    const planned = ingress({
      ...existing({ className: "contour", annotations: { "projectcontour.io/response-timeout": "600s" } }),
      access: { allowedCidrs: ["10.0.0.0/8"] },
    });
    assert.deepEqual(planned.annotations, { "projectcontour.io/response-timeout": "600s" });
    assert.deepEqual(planned.notices, [
      "ingress class contour is not known here: by 'kubernetes.ingress.annotations' have it keep streams open for 600 s, take uploads of 150m, and buffer no answers",
      "ingress class contour is not told of 'access.allowedCidrs': restrict it by its own annotations",
      "network policies let users in from the pods of namespace ingress-nginx only: where the controller of ingress class contour runs elsewhere, name its namespace in 'kubernetes.ingress.controllerNamespace'",
    ]);
  });

  it("says its name to external-dns only where no stack writes the record", () => {
    const dns = { domain: "code.example.com", dnsZone: "example-com" };
    const annotation = "external-dns.alpha.kubernetes.io/hostname";
    assert.equal(ingress({ ...nginx, ...dns }).annotations[annotation], "code.example.com");
    assert.equal(ingress({ ...gke, ...dns }).annotations[annotation], undefined);
  });

  it("is none where it is switched off", () =>
    assert.equal(planIngress(contextOf(existing({ enabled: false }))), undefined));

  it("refuses certificates that the class cannot serve, all at once", () => {
    const onAlb =
      "cannot be served by ingress class alb, which takes certificates from Certificate Manager only; use 'tls.mode' load-balancer, or another 'kubernetes.ingress.className'";
    const given = { domain: "code.example.com", tls: certificate, secrets: { key: "" } };
    const both = { issuer: { name: "own" }, tlsSecret: "mine" };
    refused({ ...eks, ...given, kubernetes: { ingress: both } }, [
      "'tls.mode' certificate cannot be served by ingress class alb, which takes certificates from Certificate Manager only; use load-balancer with 'tls.certificateArn' or 'dnsZone', or another 'kubernetes.ingress.className'",
      `'kubernetes.ingress.issuer' ${onAlb}`,
      `'kubernetes.ingress.tlsSecret' ${onAlb}`,
    ]);
    refused({ ...existing({ className: "nginx", ...both }), ...given }, [
      "'kubernetes.ingress.issuer' and 'tls.mode' certificate exclude each other; keep one of them",
      "'kubernetes.ingress.tlsSecret' and 'tls.mode' certificate exclude each other; keep one of them",
    ]);
    refused({ ...gke, domain: "code.example.com", kubernetes: { ingress: { className: "nginx" } } }, [
      "'tls.mode' load-balancer has no meaning for ingress class nginx, where no load balancer of the cloud ends TLS; name an issuer in 'kubernetes.ingress.issuer', or use certificate or none",
    ]);
    refused({ ...gke, domain: "code.example.com", kubernetes: { ingress: { internal: true } } }, [
      "'tls.mode' load-balancer needs a load balancer that the internet reaches, because Google proves the domain there; with 'kubernetes.ingress.internal' use certificate, or 'kubernetes.ingress.issuer'",
    ]);
  });

  it("refuses a zone of Route 53 whose record would lead to another load balancer than the stack's", () =>
    refused(
      {
        ...eks,
        domain: "code.example.com",
        dnsZone: "Z0123456789ABCDEFGHIJ",
        kubernetes: { ingress: { className: "nginx", issuer: { name: "own" } } },
      },
      [
        "'dnsZone' cannot be written into for ingress class nginx, because the record leads to a load balancer of class alb; remove it and write the record yourself",
      ],
    ));

  it("refuses a zone of Cloud DNS likewise", () =>
    refused(
      {
        ...gke,
        domain: "code.example.com",
        dnsZone: "example-zone",
        kubernetes: { ingress: { className: "nginx", issuer: { name: "own" } } },
      },
      [
        "'dnsZone' cannot be written into for ingress class nginx, because the record leads to a load balancer of class gce; remove it and write the record yourself",
      ],
    ));

  it("takes a domain without an Ingress for one that something else serves", () => {
    const context = contextOf({ ...eks, domain: "code.example.com", kubernetes: { ingress: { enabled: false } } });
    assert.deepEqual([planIngress(context), context.specification.tls.mode], [undefined, "none"]);
  });

  it("takes an issuer on a cloud without being asked for another mode", () =>
    assert.equal(
      ingress({
        ...gke,
        domain: "code.example.com",
        kubernetes: { ingress: { className: "nginx", issuer: { name: "own" } } },
      }).tlsSecret,
      "sourcegraph-frontend-tls",
    ));
});
