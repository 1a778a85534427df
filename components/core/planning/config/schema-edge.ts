import { z } from "zod";
import { flag, keys, port, text } from "./schema-values";

/** How HTTPS is done. */
export const tls = keys("TlsConfig", {
  mode: z
    .enum(["acme", "certificate", "load-balancer", "none"])
    .describe(
      "`acme`: certificates by Let's Encrypt on the machine; `certificate`: your own on the machine; `load-balancer`: the cloud's load balancer ends TLS; `none`: plain HTTP. A change rolls the edge; to or from load-balancer it also makes or deletes one, and the DNS record follows",
    ),
  email: text(
    "contact address of the ACME account; needed by mode acme. Restart of the edge",
    "ops@example.com",
  ).optional(),
  staging: flag("use Let's Encrypt's staging service, for rehearsals; default false. Restart of the edge"),
  certificateFile: text(
    "path of the certificate chain, PEM, from the folder of the stack file; needed by mode certificate. A new one restarts the edge",
    "tls/chain.pem",
  ).optional(),
  keySecret: text(
    "name of the secret that holds the private key, PEM; needed by mode certificate. Restart of the edge",
    "tlsKey",
  ).optional(),
  certificateArn: text(
    "AWS: existing certificate for the load balancer; without it one is requested and validated through dnsZone. In place",
    "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000",
  ).optional(),
}).describe(
  "how HTTPS is done; default load-balancer on a cloud with a domain, none without. A change rolls the edge only",
);

/** Who reaches the instance. */
export const access = keys("AccessConfig", {
  allowedCidrs: z.array(text("a CIDR block such as 10.0.0.0/8")).meta({
    description: "CIDR blocks that may reach ports 80 and 443; never empty on a cloud. In place",
    examples: [["10.0.0.0/8"]],
  }),
  sshKeys: z
    .array(text("a public key in OpenSSH's form"))
    .optional()
    .describe(
      "public keys of admins, for the Instance Connect endpoint or IAP; default none. In place on GCP, at the next new machine on AWS",
    ),
  trustedProxies: z
    .array(text("a CIDR block"))
    .optional()
    .describe(
      "proxies in front whose X-Forwarded headers are believed; default: the load balancer's subnets, else none. Restart of the edge",
    ),
  iapMembers: z
    .array(text("an IAM member such as group:admins@example.com"))
    .optional()
    .describe("GCP: IAM members who may open a tunnel to the machine through IAP; default nobody. In place"),
}).describe("who reaches the instance. In place");

/** The network: made for the instance, or one that exists. */
export const network = z
  .union([
    keys("NewNetworkConfig", {
      cidr: text(
        "address block of the network, /16 to /24; default 10.40.0.0/16. Replaces the network",
        "10.40.0.0/16",
      ),
      reservedCidrs: z
        .array(text("a CIDR block"))
        .optional()
        .describe(
          "blocks of networks this one will be connected to; it must not overlap them; default none. Only checked",
        ),
    }).describe("the network is made for the instance"),
    keys("NetworkConfig", {
      existing: keys("ExistingNetworkConfig", {
        vpcId: text("AWS: id of the VPC; needed. Replaces the machine", "vpc-0123456789abcdef0").optional(),
        subnetId: text(
          "AWS: id of the machine's subnet, in the zone of the machine; GCP: name or self link; needed. Replaces the machine",
          "subnet-0123456789abcdef0",
        ).optional(),
        loadBalancerSubnetIds: z
          .array(text("id of a subnet"))
          .optional()
          .describe(
            "AWS: at least two public subnets in different zones; needed by tls.mode load-balancer. Replaces the load balancer",
          ),
        databaseSubnetIds: z
          .array(text("id of a subnet"))
          .optional()
          .describe(
            "AWS: at least two private subnets in different zones; needed where databases or Redis are managed. In place",
          ),
        network: text("GCP: name or self link of the network; needed. Replaces the machine").optional(),
        instanceConnect: flag(
          "AWS: make an Instance Connect endpoint in the machine's subnet (a VPC can hold only one); default false. In place",
        ),
      }).describe("a network that exists; nothing in it is changed but what is made for the instance"),
    }).describe("the network is one that exists"),
  ])
  .describe("the network: made for the instance (default), or one that exists. A change replaces the machine");

/** Private mirror of the images. */
export const registry = keys("RegistryConfig", {
  host: text(
    "registry and prefix the images were mirrored to. Restart of all services",
    "mirror.example.com/sourcegraph",
  ),
  credentialsSecret: text(
    "name of the secret that holds user:password; default no login. In place",
    "registryLogin",
  ).optional(),
  pinDigests: flag(
    "name images by tag and digest; default true. False where images come from archives, which carry no digests. Restart of all services",
  ),
}).describe("private mirror of the images; default the vendor's own registry. Restart");

/** Outgoing proxy. */
export const proxy = keys("ProxyConfig", {
  http: text("proxy of plain HTTP requests; default none. Restart", "http://proxy.example.com:3128").optional(),
  https: text("proxy of HTTPS requests; default none. Restart", "http://proxy.example.com:3128").optional(),
  noProxy: z
    .array(text("host, domain or CIDR"))
    .optional()
    .describe(
      "hosts, domains or CIDRs reached without the proxy, besides the services themselves; default none. Restart",
    ),
}).describe("outgoing proxy of the services that talk to the outside; default none. Restart of those");

/** Outgoing mail. */
export const smtp = keys("SmtpConfig", {
  host: text("host of the mail server. In place", "smtp.example.com"),
  port: port("port of the mail server, usually 587. In place"),
  from: text("sender address. In place", "sourcegraph@example.com"),
  senderName: text("sender's display name; default Sourcegraph's own. In place").optional(),
  authentication: z.enum(["PLAIN", "CRAM-MD5", "none"]).describe("how to log in. In place"),
  username: text("login; needed unless authentication is none. In place").optional(),
  passwordSecret: text(
    "name of the secret that holds the password; needed unless authentication is none. In place",
    "smtpPassword",
  ).optional(),
  domain: text("HELO domain; default none. In place").optional(),
  noVerifyTls: flag("do not verify the server's certificate; default false. In place"),
}).describe("outgoing mail; default none. Read from a file by the frontends, without a restart");

/** Configuration from files. */
export const siteConfig = keys("SiteConfigFiles", {
  siteFile: text(
    "path of a site configuration file (JSON with comments), from the folder of the stack file; merged over what other keys set; default none. In place",
    "site.jsonc",
  ).optional(),
  codeHostsFile: text(
    "path of a file with code host connections; default none, so that the UI owns them. In place",
    "code-hosts.jsonc",
  ).optional(),
  globalSettingsFile: text(
    "path of a file with global settings; default none, so that the UI owns them. In place",
    "settings.jsonc",
  ).optional(),
  allowEdits: flag(
    "let admins edit in the UI although files own the configuration; edits are lost at the next restart; default false. Restart of the frontends",
  ),
}).describe(
  "configuration from files. Secrets in them are written as `${secret:NAME}`. Without files, and without smtp, the UI owns the configuration. In place",
);
