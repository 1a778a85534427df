import { goodConfigs as good, wrong } from "../../../support/configs";

const publicKey = "ssh-ed25519 AAAAC3Nza admin";
const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nsecretsecret";
const files = {
  "k.pem": "-----BEGIN PRIVATE KEY-----\nx",
  "s.json": '{ "password": "hunter2" }',
  "bad.json": "[1]",
  "p.json": '{ "a": "${secret:lost}" }',
};

describe("a config is refused for TLS", () => {
  it("refuses ACME without domain, without address and for a closed instance", () =>
    wrong({ ...good.aws, tls: { mode: "acme" } }, [
      "'tls.mode' acme needs 'domain', got none; set the instance's host name",
      "'tls.email' is missing; mode acme needs a contact address",
      "'tls.mode' acme needs 'access.allowedCidrs' to hold 0.0.0.0/0, because the certificate authority connects from addresses it does not publish, got [\"10.0.0.0/8\"]; use mode load-balancer or certificate for a closed instance",
    ]));

  it("refuses ACME with an address that is none", () =>
    wrong(
      {
        ...good.aws,
        access: { allowedCidrs: ["0.0.0.0/0"] },
        domain: "sg.example.com",
        tls: { mode: "acme", email: "me" },
      },
      ["'tls.email' must be an address such as admin@example.com, got \"me\""],
    ));

  it("refuses ACME on a port the authority does not come to", () =>
    wrong({ ...good.local, domain: "sg.example.com", tls: { mode: "acme", email: "a@b.co" } }, [
      "'tls.mode' acme on cloud local needs 'local.httpPort' 443 and a 'local.address' the certificate authority can reach; use mode none or certificate otherwise",
    ]));

  it("names everything a certificate of one's own needs", () =>
    wrong({ ...good.aws, tls: { mode: "certificate" } }, [
      "'tls.mode' certificate needs 'domain', got none; set the instance's host name",
      "'tls.keySecret' is missing; mode certificate needs the private key as a secret",
      "'tls.certificateFile' is missing; mode certificate needs the certificate chain, PEM",
    ]));

  it("refuses a certificate that cannot be read", () =>
    wrong(
      {
        ...good.aws,
        domain: "sg.example.com",
        secrets: { k: "" },
        tls: { mode: "certificate", certificateFile: "none.pem", keySecret: "k" },
      },
      ["'tls.certificateFile' must name a readable PEM file with -----BEGIN CERTIFICATE-----, got \"none.pem\""],
      files,
    ));

  it("refuses a key in the place of a certificate, without showing it", () =>
    wrong(
      {
        ...good.aws,
        domain: "sg.example.com",
        secrets: { k: "" },
        tls: { mode: "certificate", certificateFile: "k.pem", keySecret: "k" },
      },
      ["'tls.certificateFile' holds a private key; keep only certificates in it and give the key by 'tls.keySecret'"],
      files,
    ));

  it("refuses a load balancer without domain", () =>
    wrong(
      {
        ...good.aws,
        tls: { mode: "load-balancer", certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/x" },
      },
      ["'tls.mode' load-balancer needs 'domain', got none; set the instance's host name"],
    ));

  it("refuses a load balancer on a local engine", () =>
    wrong({ ...good.local, tls: { mode: "load-balancer" } }, [
      "'tls.mode' load-balancer has no meaning for cloud local; use none or certificate",
    ]));

  it("asks for a certificate or a zone where a domain alone means a load balancer", () =>
    wrong({ ...good.aws, domain: "sg.example.com" }, [
      "'tls.certificateArn' is missing; give an existing certificate, or 'dnsZone' to have one issued and validated",
    ]));

  it("refuses a domain too long for AWS to issue a certificate", () =>
    wrong({ ...good.aws, domain: "a".repeat(60) + ".example.com", dnsZone: "Z0123456789" }, [
      "'domain' must be at most 64 characters for AWS to issue a certificate, got 72; give one by 'tls.certificateArn'",
    ]));

  it("asks for two subnets that differ", () =>
    wrong(
      {
        ...good.aws,
        domain: "sg.example.com",
        dnsZone: "Z0123456789",
        network: {
          existing: { vpcId: "vpc-1", subnetId: "subnet-1", loadBalancerSubnetIds: ["subnet-2", "subnet-2"] },
        },
      },
      [
        '\'network.existing.loadBalancerSubnetIds\' needs at least two subnets in different zones for the load balancer, got ["subnet-2","subnet-2"]',
      ],
    ));

  it("refuses a certificate of Certificate Manager elsewhere", () =>
    wrong({ ...good.gcp, tls: { mode: "none", certificateArn: "x" } }, [
      "'tls.certificateArn' goes only with tls.mode load-balancer on aws; remove it",
    ]));

  it("refuses a certificate that is no ARN", () =>
    wrong({ ...good.aws, domain: "sg.example.com", tls: { mode: "load-balancer", certificateArn: "mycert" } }, [
      "'tls.certificateArn' must be the ARN of a certificate in Certificate Manager, got \"mycert\"",
    ]));

  it("refuses a certificate of another region", () =>
    wrong(
      {
        ...good.aws,
        domain: "sg.example.com",
        tls: { mode: "load-balancer", certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/x" },
      },
      [
        "'tls.certificateArn' must be of region us-east-1, because a load balancer takes no other, got \"arn:aws:acm:eu-west-1:123456789012:certificate/x\"",
      ],
    ));
});

describe("a config is refused for names in DNS", () => {
  it("refuses a zone without domain, and one that is no id", () =>
    wrong({ ...good.aws, dnsZone: "example.com" }, [
      "'dnsZone' needs 'domain', got none; set the instance's host name",
      "'dnsZone' must be the id of a Route 53 zone such as Z0123456789ABCDEFGHIJ, got \"example.com\"",
    ]));

  it("refuses a zone that is no name on Google Cloud", () =>
    wrong({ ...good.gcp, domain: "sg.example.com", dnsZone: "example.com" }, [
      "'dnsZone' must be the name of a Cloud DNS managed zone, got \"example.com\"",
    ]));
});

describe("a config is refused for access", () => {
  it("refuses access that is missing", () =>
    wrong({ ...good.aws, access: undefined }, [
      "'access.allowedCidrs' is empty, so nobody could reach the instance; list the blocks that may, such as 10.0.0.0/8, or 0.0.0.0/0 for everybody",
    ]));

  it("refuses access that is empty", () =>
    wrong({ ...good.aws, access: { allowedCidrs: [] } }, [
      "'access.allowedCidrs' is empty, so nobody could reach the instance; list the blocks that may, such as 10.0.0.0/8, or 0.0.0.0/0 for everybody",
    ]));

  it("refuses blocks that are none, or begin in the middle", () =>
    wrong(
      {
        ...good.aws,
        access: {
          allowedCidrs: ["10.0.0.0", "10.0.0.5/8", "300.0.0.0/8", "2001:db8::1/32"],
          trustedProxies: ["proxy"],
        },
      },
      [
        "'access.allowedCidrs.0' must be a CIDR block such as 10.0.0.0/8, got \"10.0.0.0\"",
        "'access.allowedCidrs.1' must begin at the first address of its block, got \"10.0.0.5/8\"; write 10.0.0.0/8",
        "'access.allowedCidrs.2' must be a CIDR block such as 10.0.0.0/8, got \"300.0.0.0/8\"",
        "'access.allowedCidrs.3' must begin at the first address of its block, got \"2001:db8::1/32\"; write 2001:db8::/32",
        "'access.trustedProxies.0' must be a CIDR block such as 10.0.0.0/8, got \"proxy\"",
      ],
    ));

  it("refuses keys that are none, and shows no private key", () =>
    wrong({ ...good.aws, access: { ...good.aws.access, sshKeys: [publicKey, "hello", privateKey] } }, [
      '\'access.sshKeys.1\' must be a public key in OpenSSH\'s form such as "ssh-ed25519 AAAA... name", got "hello"',
      '\'access.sshKeys.2\' must be a public key in OpenSSH\'s form such as "ssh-ed25519 AAAA... name", got "[hidden]"',
    ]));

  it("refuses IAP on AWS", () =>
    wrong({ ...good.aws, access: { ...good.aws.access, iapMembers: ["me"] } }, [
      "'access.iapMembers' has no meaning for cloud aws; remove it",
    ]));

  it("refuses a member that is none", () =>
    wrong({ ...good.gcp, access: { ...good.gcp.access, iapMembers: ["me"] } }, [
      "'access.iapMembers.0' must be an IAM member such as group:admins@example.com, got \"me\"",
    ]));

  it("refuses an address and an engine that are none", () =>
    wrong({ ...good.local, local: { address: "here", host: "build-1" } }, [
      "'local.address' must be an address such as 127.0.0.1 or 0.0.0.0, got \"here\"",
      "'local.host' must be a Docker host such as ssh://admin@build-1, got \"build-1\"",
    ]));
});
