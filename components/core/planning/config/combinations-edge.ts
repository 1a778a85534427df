import { defaultTlsMode } from "./tls-mode";
import ipaddr from "ipaddr.js";
import { blockProblem } from "../addresses";
import { show, type Problems } from "./problems";
import type { Config } from "./config";

type Files = Readonly<Record<string, string>>;
type Tls = NonNullable<Config["tls"]>;

const certificateHead = "-----BEGIN CERTIFICATE-----";

/** Whether a text looks like an address of mail. */
export function isMailAddress(text: string): boolean {
  return /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(text);
}

function checkAcme(config: Partial<Config>, tls: Tls, problems: Problems): void {
  const { cloud, local } = config;
  const cidrs = config.access?.allowedCidrs ?? [];
  if (tls.email === undefined) problems.add("tls.email", "is missing; mode acme needs a contact address");
  else if (!isMailAddress(tls.email))
    problems.add("tls.email", `must be an address such as admin@example.com, got ${show(tls.email)}`);
  if (cloud !== "local" && cidrs.length > 0 && !cidrs.includes("0.0.0.0/0"))
    problems.add(
      "tls.mode",
      `acme needs 'access.allowedCidrs' to hold 0.0.0.0/0, because the certificate authority connects from addresses it does not publish, got ${show(cidrs)}; use mode load-balancer or certificate for a closed instance`,
    );
  if (cloud === "local" && (local?.httpPort !== 443 || (local.address ?? "127.0.0.1") === "127.0.0.1"))
    problems.add(
      "tls.mode",
      "acme on cloud local needs 'local.httpPort' 443 and a 'local.address' the certificate authority can reach; use mode none or certificate otherwise",
      "local",
    );
}

function checkCertificate(tls: Tls, files: Files, problems: Problems): void {
  if (tls.keySecret === undefined)
    problems.add("tls.keySecret", "is missing; mode certificate needs the private key as a secret");
  const text = files[tls.certificateFile ?? ""] ?? "";
  if (tls.certificateFile === undefined)
    problems.add("tls.certificateFile", "is missing; mode certificate needs the certificate chain, PEM");
  else if (text.includes("PRIVATE KEY"))
    problems.add(
      "tls.certificateFile",
      "holds a private key; keep only certificates in it and give the key by 'tls.keySecret'",
    );
  else if (!text.includes(certificateHead))
    problems.add(
      "tls.certificateFile",
      `must name a readable PEM file with ${certificateHead}, got ${show(tls.certificateFile)}`,
    );
}

function checkLoadBalancer(config: Partial<Config>, certificateArn: string | undefined, problems: Problems): void {
  const { cloud, domain, dnsZone, network } = config;
  if (cloud !== "aws") return;
  if (certificateArn === undefined && dnsZone === undefined)
    problems.add(
      "tls.certificateArn",
      "is missing; give an existing certificate, or 'dnsZone' to have one issued and validated",
      "dnsZone",
    );
  if (certificateArn === undefined && dnsZone !== undefined && (domain?.length ?? 0) > 64)
    problems.add(
      "domain",
      `must be at most 64 characters for AWS to issue a certificate, got ${domain?.length}; give one by 'tls.certificateArn'`,
    );
  if (
    config.shape !== "kubernetes" &&
    network !== undefined &&
    "existing" in network &&
    new Set(network.existing.loadBalancerSubnetIds ?? []).size < 2
  )
    problems.add(
      "network.existing.loadBalancerSubnetIds",
      `needs at least two subnets in different zones for the load balancer, got ${show(network.existing.loadBalancerSubnetIds)}`,
    );
}

function checkTls(config: Partial<Config>, files: Files, problems: Problems): void {
  const { cloud, domain } = config;
  if (cloud === undefined) return;
  const onCloud = cloud === "aws" || cloud === "gcp";
  const tls: Tls = config.tls ?? { mode: defaultTlsMode(config) };
  if (tls.mode === "acme" && config.shape === "kubernetes") {
    problems.add(
      "tls.mode",
      "acme is for shape vm; on Kubernetes name cert-manager's issuer in 'kubernetes.ingress.issuer'",
      "shape",
    );
    return;
  }
  if (tls.mode !== "none" && domain === undefined && !(tls.mode === "load-balancer" && cloud === "local"))
    problems.add("tls.mode", `${tls.mode} needs 'domain', got none; set the instance's host name`, "domain");
  if (tls.mode === "acme") checkAcme(config, tls, problems);
  if (tls.mode === "certificate") checkCertificate(tls, files, problems);
  if (tls.mode === "load-balancer" && !onCloud)
    problems.add("tls.mode", `load-balancer has no meaning for cloud ${cloud}; use none or certificate`);
  if (tls.mode === "load-balancer") checkLoadBalancer(config, tls.certificateArn, problems);
  if (tls.certificateArn === undefined) return;
  if (tls.mode !== "load-balancer" || cloud !== "aws")
    problems.add("tls.certificateArn", "goes only with tls.mode load-balancer on aws; remove it");
  else if (!/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/\S+$/.test(tls.certificateArn))
    problems.add(
      "tls.certificateArn",
      `must be the ARN of a certificate in Certificate Manager, got ${show(tls.certificateArn)}`,
    );
  else if (config.region !== undefined && tls.certificateArn.split(":")[3] !== config.region)
    problems.add(
      "tls.certificateArn",
      `must be of region ${config.region}, because a load balancer takes no other, got ${show(tls.certificateArn)}`,
    );
}

function checkDns(config: Partial<Config>, problems: Problems): void {
  const { cloud, domain, dnsZone } = config;
  if (dnsZone === undefined || (cloud !== "aws" && cloud !== "gcp")) return;
  if (domain === undefined) problems.add("dnsZone", "needs 'domain', got none; set the instance's host name", "domain");
  const shape = cloud === "aws" ? /^Z[A-Z0-9]{1,31}$/ : /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
  const what =
    cloud === "aws"
      ? "the id of a Route 53 zone such as Z0123456789ABCDEFGHIJ"
      : "the name of a Cloud DNS managed zone";
  if (!shape.test(dnsZone)) problems.add("dnsZone", `must be ${what}, got ${show(dnsZone)}`);
}

const publicKey =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/=]+( \S.*)?$/;

function checkAccess(config: Partial<Config>, problems: Problems): void {
  const { cloud, access } = config;
  if ((cloud === "aws" || cloud === "gcp") && (access?.allowedCidrs ?? []).length === 0)
    problems.add(
      "access.allowedCidrs",
      "is empty, so nobody could reach the instance; list the blocks that may, such as 10.0.0.0/8, or 0.0.0.0/0 for everybody",
    );
  for (const key of ["allowedCidrs", "trustedProxies"] as const)
    (access?.[key] ?? []).forEach((cidr, index) => {
      const wrong = blockProblem(cidr);
      if (wrong !== undefined) problems.add(`access.${key}.${index}`, wrong);
    });
  (access?.sshKeys ?? []).forEach((key, index) => {
    if (!publicKey.test(key))
      problems.add(
        `access.sshKeys.${index}`,
        `must be a public key in OpenSSH's form such as "ssh-ed25519 AAAA... name", got ${show(key)}`,
      );
  });
  if (cloud === "aws" && access?.iapMembers !== undefined)
    problems.add("access.iapMembers", "has no meaning for cloud aws; remove it");
  (access?.iapMembers ?? []).forEach((member, index) => {
    if (cloud === "gcp" && !/^(user|group|serviceAccount|domain|principal|principalSet):\S+$/.test(member))
      problems.add(
        `access.iapMembers.${index}`,
        `must be an IAM member such as group:admins@example.com, got ${show(member)}`,
      );
  });
}

function checkLocal({ local }: Partial<Config>, problems: Problems): void {
  if (local?.address !== undefined && !ipaddr.isValid(local.address))
    problems.add("local.address", `must be an address such as 127.0.0.1 or 0.0.0.0, got ${show(local.address)}`);
  if (local?.host !== undefined && !/^(ssh|unix|tcp|npipe):\/\/\S+$/.test(local.host))
    problems.add("local.host", `must be a Docker host such as ssh://admin@build-1, got ${show(local.host)}`);
}

/** How the instance is reached: TLS, names, and who may. */
export function checkEdge(config: Partial<Config>, files: Files, problems: Problems): void {
  checkTls(config, files, problems);
  checkDns(config, problems);
  checkAccess(config, problems);
  checkLocal(config, problems);
}
