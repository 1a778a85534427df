import { z } from "zod";
import { isServiceName, services } from "../product/services";

// One schema: it validates the config, yields its types, and the published JSON Schema. Each description says the
// meaning, the unit, the default, and what changing the value later does.

const text = (description: string) => z.string().min(1).describe(description);
const count = (description: string, maximum = 50_000_000) => z.number().int().min(0).max(maximum).describe(description);
const gigabytes = (description: string) => z.number().min(0).max(50_000_000).meta({ description, unit: "GB" });

const usage = z
  .strictObject({
    users: count("people who use the instance (licensed users, not concurrent ones)", 50_000).min(1),
    repositories: count("repositories", 5_000_000).min(1),
    totalSizeGb: gigabytes("size of all repositories together, GB"),
    largestRepositoryGb: gigabytes("size of the largest repository, GB"),
    largestIndexGb: gigabytes("size of the largest code graph index, GB; 0 when precise code navigation is not used"),
    codeInsights: z.boolean().optional().describe("whether code insights are used; default true"),
  })
  .describe(
    "what the customer has; the size is computed from it. Changing it may change the machine (restart) and grow disks",
  );

const tls = z
  .strictObject({
    mode: z
      .enum(["acme", "certificate", "load-balancer", "none"])
      .describe(
        "`acme`: certificates by Let's Encrypt on the machine; `certificate`: your own on the machine; `load-balancer`: the cloud's load balancer ends TLS; `none`: plain HTTP",
      ),
    email: text("contact address of the ACME account; needed by mode acme").optional(),
    staging: z.boolean().optional().describe("use Let's Encrypt's staging service, for rehearsals; default false"),
    certificateFile: text("path of the certificate chain, PEM; needed by mode certificate").optional(),
    keySecret: text("name of the secret that holds the private key, PEM; needed by mode certificate").optional(),
    certificateArn: text(
      "AWS: existing certificate for the load balancer; without it one is requested and validated through dnsZone",
    ).optional(),
  })
  .describe(
    "how HTTPS is done; default load-balancer on a cloud with a domain, none without. A change rolls the edge only",
  );

const access = z
  .strictObject({
    allowedCidrs: z
      .array(text("a CIDR block such as 10.0.0.0/8"))
      .describe("who may reach ports 80 and 443; never empty on a cloud. In place"),
    sshKeys: z
      .array(text("a public key in OpenSSH's form"))
      .optional()
      .describe(
        "public keys of admins, for the Instance Connect endpoint or IAP; in place on GCP, at the next new machine on AWS",
      ),
    trustedProxies: z
      .array(text("a CIDR block"))
      .optional()
      .describe(
        "proxies in front whose X-Forwarded headers are believed; default: the load balancer's subnets, else none",
      ),
    iapMembers: z
      .array(text("an IAM member such as group:admins@example.com"))
      .optional()
      .describe("GCP: who may open a tunnel to the machine through IAP; default nobody. In place"),
  })
  .describe("who reaches the instance");

const database = z.strictObject({
  host: text("host name or address"),
  port: z.number().int().min(1).max(65_535).optional().describe("default 5432"),
  user: text("login"),
  database: text("name of the database"),
  sslmode: z
    .enum(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
    .optional()
    .describe("default require"),
  passwordSecret: text("name of the secret that holds the password").optional(),
});

const databases = z
  .union([
    z.enum(["bundled", "managed"]),
    z.strictObject({
      external: z.strictObject({
        frontend: database.optional(),
        codeIntel: database.optional(),
        codeInsights: database.optional(),
      }),
    }),
  ])
  .describe(
    "`bundled`: in containers (default); `{external: …}`: your own PostgreSQL 16, each of the three on its own; those not named stay bundled. Moving data between the two is a planned procedure, so a change is refused",
  );

const cache = z
  .union([
    z.enum(["bundled", "managed"]),
    z.strictObject({
      external: z.strictObject({
        cache: text("name of the secret that holds host:port or a redis URL").optional(),
        store: text("name of the secret that holds host:port or a redis URL").optional(),
      }),
    }),
  ])
  .describe("Redis: `bundled` (default) or `{external: {cache, store}}`; those not named stay bundled. Restart");

const objectStorage = z
  .union([
    z.enum(["bundled", "managed"]),
    z.strictObject({
      external: z.strictObject({
        backend: z.enum(["S3", "GCS"]).describe("kind of store"),
        bucket: text("general bucket, used from 7.2.0 on").optional(),
        codeIntelBucket: text("bucket of code graph uploads of instances older than 7.2").optional(),
        searchJobsBucket: text("bucket of search job results of instances older than 7.2").optional(),
        region: text("S3: region of the buckets").optional(),
        endpoint: text("S3: endpoint, where it is not the default one of the region").optional(),
        project: text("GCS: project of the buckets").optional(),
        pathStyle: z.boolean().optional().describe("S3-compatible stores: bucket in the path; default false"),
        accessKeyIdSecret: text(
          "S3: secret with the access key id; without it the machine's identity is used",
        ).optional(),
        secretAccessKeySecret: text("S3: secret with the secret access key").optional(),
      }),
    }),
  ])
  .describe("uploads: `bundled` (default) or your own buckets. Existing objects are not moved, so a change is refused");

const smtp = z
  .strictObject({
    host: text("host of the mail server"),
    port: z.number().int().min(1).max(65_535).describe("usually 587"),
    from: text("sender address"),
    senderName: text("sender's display name").optional(),
    authentication: z.enum(["PLAIN", "CRAM-MD5", "none"]).describe("how to log in"),
    username: text("login").optional(),
    passwordSecret: text("name of the secret that holds the password").optional(),
    domain: text("HELO domain").optional(),
    noVerifyTls: z.boolean().optional().describe("do not verify the server's certificate; default false"),
  })
  .describe("outgoing mail. Read from a file by the frontends, without a restart");

const siteConfig = z
  .strictObject({
    siteFile: text(
      "path of a site configuration file (JSON with comments); merged over what other keys set",
    ).optional(),
    codeHostsFile: text("path of a file with code host connections").optional(),
    globalSettingsFile: text("path of a file with global settings").optional(),
    allowEdits: z
      .boolean()
      .optional()
      .describe(
        "let admins edit in the UI although files own the configuration; edits are lost at the next restart; default false",
      ),
  })
  .describe(
    "configuration from files. Secrets in them are written as ${secret:NAME}. Without files, and without smtp, the UI owns the configuration",
  );

const resources = z.strictObject({
  replicas: z
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe("gitserver, searcher and zoekt-webserver only. Restart; adding gitserver replicas moves repositories"),
  cpus: z.number().positive().max(512).optional().describe("CPU limit per container. Restart of that service"),
  memoryGb: z
    .number()
    .positive()
    .max(4096)
    .optional()
    .describe("memory limit per container, GB. Restart of that service"),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
    .optional()
    .describe("variables added or replaced. Restart of that service"),
  image: text("full image reference, in place of the release's. Restart of that service").optional(),
});

const network = z
  .union([
    z.strictObject({
      cidr: text(
        "address block of the network made for the instance, /16 to /24; default 10.40.0.0/16. Replaces the network",
      ),
      reservedCidrs: z
        .array(text("a CIDR block"))
        .optional()
        .describe("blocks of networks this one will be connected to; it must not overlap them"),
    }),
    z.strictObject({
      existing: z.strictObject({
        vpcId: text("AWS: id of the VPC").optional(),
        subnetId: text(
          "AWS: id of the machine's subnet, in the zone of the machine; GCP: name or self link",
        ).optional(),
        loadBalancerSubnetIds: z
          .array(text("id of a subnet"))
          .optional()
          .describe("AWS: at least two public subnets in different zones; needed by tls.mode load-balancer"),
        network: text("GCP: name or self link of the network").optional(),
        instanceConnect: z
          .boolean()
          .optional()
          .describe(
            "AWS: make an Instance Connect endpoint in the machine's subnet (a VPC can hold only one); default false",
          ),
      }),
    }),
  ])
  .describe("the network: made for the instance, or one that exists");

/** The schema of the whole config, one Pulumi stack file per instance, namespace `sourcegraph`. */
export const configSchema = z
  .strictObject({
    name: text(
      "name of the instance, the stem of resource names: 2 to 24 lower-case letters, digits and dashes; default sourcegraph. Replaces everything",
    ).optional(),
    shape: z.enum(["vm"]).optional().describe("what is built; default vm. Never changed"),
    cloud: z.enum(["aws", "gcp", "local"]).describe("where. Never changed"),
    region: text("region of the cloud, e.g. us-east-1; needed by aws and gcp. Never changed").optional(),
    zone: text("zone of machine and data disk; default the first of the region. Moving the disk is refused").optional(),
    release: text("exact Sourcegraph release, e.g. 7.5.4453. A change is an upgrade"),
    size: z
      .enum(["XS", "S", "M", "L", "XL"])
      .optional()
      .describe("named size; either this or usage. A change restarts the machine"),
    usage: usage.optional(),
    domain: text("host name of the instance, e.g. sourcegraph.example.com").optional(),
    dnsZone: text(
      "AWS: id of the Route 53 zone; GCP: name of the Cloud DNS managed zone, to write the record into",
    ).optional(),
    tls: tls.optional(),
    access: access.optional(),
    network: network.optional(),
    databases: databases.optional(),
    cache: cache.optional(),
    objectStorage: objectStorage.optional(),
    registry: z
      .strictObject({
        host: text("registry and prefix the images were mirrored to, e.g. mirror.example.com/sourcegraph"),
        credentialsSecret: text("name of the secret that holds user:password").optional(),
      })
      .optional()
      .describe("private mirror of the images. Restart"),
    smtp: smtp.optional(),
    siteConfig: siteConfig.optional(),
    proxy: z
      .strictObject({
        http: text("proxy of plain HTTP requests").optional(),
        https: text("proxy of HTTPS requests").optional(),
        noProxy: z
          .array(text("host, domain or CIDR"))
          .optional()
          .describe("reached without the proxy, besides the services themselves"),
      })
      .optional()
      .describe("outgoing proxy of the services that talk to the outside. Restart of those"),
    tracing: z
      .boolean()
      .optional()
      .describe("run Jaeger and send traces to it; default false. Restart of the collector and frontends"),
    backup: z
      .strictObject({
        keepDays: z
          .number()
          .int()
          .min(1)
          .max(365)
          .optional()
          .describe("daily snapshots of the data disk kept; default 14. In place"),
        hourUtc: z
          .number()
          .int()
          .min(0)
          .max(23)
          .optional()
          .describe("hour of the daily snapshot, UTC; default 3. In place"),
      })
      .optional()
      .describe("snapshots of the data disk"),
    alarms: z
      .strictObject({ email: text("address the alarms go to") })
      .optional()
      .describe("alarms for status, disk and backup age. In place"),
    machine: z
      .strictObject({
        type: text("machine type, in place of the size's. Restart").optional(),
        rootDiskGb: z.number().int().min(20).max(2000).optional().describe("root disk, GB; default 50. Grows in place"),
      })
      .optional()
      .describe("the machine"),
    dataDisk: z
      .strictObject({
        sizeGb: z
          .number()
          .int()
          .min(50)
          .max(64_000)
          .optional()
          .describe("data disk, GB; default from the size. Grows in place, never shrinks"),
        type: text(
          "volume type: gp3 or io2 on AWS, pd-ssd, pd-balanced or hyperdisk-balanced on GCP. In place on AWS, refused on GCP",
        ).optional(),
        iops: z.number().int().min(100).max(256_000).optional().describe("provisioned operations a second. In place"),
        throughputMbps: z
          .number()
          .int()
          .min(125)
          .max(4000)
          .optional()
          .describe("provisioned throughput, MiB/s. In place"),
      })
      .optional()
      .describe("the data disk, which holds everything that matters"),
    deletionProtection: z
      .boolean()
      .optional()
      .describe("the cloud refuses to delete the machine; default true. In place"),
    acknowledge: z
      .array(text("id of a manual step"))
      .optional()
      .describe("manual steps of the upgrade that were taken"),
    allowDataLoss: z
      .array(text("name of a data resource"))
      .optional()
      .describe("data resources that may be removed, shrunk or moved by this update"),
    overrides: z
      .record(
        z
          .string()
          .refine(isServiceName, {
            error: (issue) =>
              `no service is called "${String(issue.input)}"; services are ${services.map((s) => s.name).join(", ")}`,
          }),
        resources,
      )
      .optional()
      .describe("per service: replicas, limits, variables, image"),
    tags: z.record(z.string(), z.string()).optional().describe("tags or labels of every resource. In place"),
    secrets: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/), z.string())
      .optional()
      .describe("encrypted values by name: pulumi config set --secret --path 'sourcegraph:secrets.NAME'"),
    gcp: z
      .strictObject({ project: text("project the instance lives in") })
      .optional()
      .describe("settings of Google Cloud"),
    local: z
      .strictObject({
        httpPort: z
          .number()
          .int()
          .min(1)
          .max(65_535)
          .optional()
          .describe("port of this machine; default 7080. Restart of the edge"),
        address: text("address the port is bound to; default 127.0.0.1").optional(),
        host: text("Docker host, e.g. ssh://admin@build-1; default the engine of this machine").optional(),
      })
      .optional()
      .describe("settings of a local Docker Engine"),
  })
  .describe("Sourcegraph in a box: configuration of one instance");

/** The config as a person writes it. */
export type Config = z.input<typeof configSchema>;
