/** A deployment to be rendered by the command. */
export interface Variant {
  readonly title: string;
  readonly release: string;
  readonly size: string;
  /** Config beyond release and size; without it the command's own default (a machine on AWS) is rendered. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Files beside the stack file that the config names. */
  readonly files?: Readonly<Record<string, string>>;
}

const aws = { cloud: "aws", region: "us-east-1", access: { allowedCidrs: ["10.0.0.0/8"] } };
const gcp = {
  cloud: "gcp",
  region: "us-central1",
  gcp: { project: "acme-sourcegraph" },
  access: { allowedCidrs: ["10.0.0.0/8"] },
};

const database = (name: string) => ({
  host: `${name}.db.example.com`,
  port: 6432,
  user: "sg$user",
  database: name,
  sslmode: "verify-full",
  passwordSecret: "pgPassword",
});

const secrets = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { secure: "AAABAMxBIcrlIQ==" }]));

/** Each release and each size once. */
const plain: readonly Variant[] = [
  ["6.0.0", "XS"],
  ["6.4.0", "M"],
  ["6.12.5040", "L"],
  ["7.0.2852", "XL"],
  ["7.5.4453", "S"],
].map(([release = "", size = ""]) => ({ title: `${release} in size ${size}`, release, size }));

const optional: readonly Variant[] = [
  {
    title: "external databases",
    release: "6.0.0",
    size: "S",
    config: {
      ...aws,
      databases: {
        external: {
          frontend: database("front"),
          codeIntel: database("intel"),
          codeInsights: database("insights"),
        },
      },
      secrets: secrets("pgPassword"),
    },
  },
  {
    title: "one external database, external Redis",
    release: "6.12.5040",
    size: "M",
    config: {
      ...aws,
      databases: { external: { codeIntel: database("intel") } },
      cache: { external: { cache: "redisCache", store: "redisStore" } },
      secrets: secrets("pgPassword", "redisCache", "redisStore"),
    },
  },
  {
    title: "S3-compatible storage with keys",
    release: "7.5.4453",
    size: "L",
    config: {
      ...aws,
      objectStorage: {
        external: {
          backend: "S3",
          bucket: "acme",
          codeIntelBucket: "acme-intel",
          searchJobsBucket: "acme-jobs",
          region: "eu-central-1",
          endpoint: "https://minio.example.com:9000",
          pathStyle: true,
          accessKeyIdSecret: "keyId",
          secretAccessKeySecret: "key",
        },
      },
      secrets: secrets("keyId", "key"),
    },
  },
  {
    title: "Google Cloud Storage",
    release: "7.0.2852",
    size: "XS",
    config: {
      ...gcp,
      objectStorage: {
        external: { backend: "GCS", codeIntelBucket: "acme-intel", searchJobsBucket: "acme-jobs", project: "acme" },
      },
    },
  },
  {
    title: "certificates by ACME, tracing in the older way",
    release: "7.0.2852",
    size: "S",
    config: {
      ...aws,
      access: { allowedCidrs: ["0.0.0.0/0"] },
      domain: "sourcegraph.example.com",
      tls: { mode: "acme", email: "ops@example.com" },
      tracing: true,
    },
  },
  {
    title: "own certificate, tracing",
    release: "7.5.4453",
    size: "XS",
    config: {
      ...gcp,
      domain: "sourcegraph.example.com",
      tls: { mode: "certificate", certificateFile: "chain.pem", keySecret: "tlsKey" },
      tracing: true,
      secrets: secrets("tlsKey"),
    },
    files: { "chain.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
  },
  {
    title: "load balancer",
    release: "6.4.0",
    size: "M",
    config: { ...aws, domain: "sourcegraph.example.com", dnsZone: "Z0123456789ABCDEFGHIJ" },
  },
  {
    title: "proxy, mirror with a login, mail, configuration files",
    release: "7.5.4453",
    size: "M",
    config: {
      ...aws,
      proxy: { http: "http://proxy.example.com:3128", https: "http://proxy.example.com:3128", noProxy: [".corp"] },
      registry: { host: "mirror.example.com/sourcegraph", credentialsSecret: "registryLogin" },
      smtp: {
        host: "smtp.example.com",
        port: 587,
        from: "sg@example.com",
        authentication: "PLAIN",
        username: "sg",
        passwordSecret: "smtpPassword",
      },
      siteConfig: {
        siteFile: "site.jsonc",
        codeHostsFile: "hosts.jsonc",
        globalSettingsFile: "settings.jsonc",
        allowEdits: true,
      },
      secrets: secrets("registryLogin", "smtpPassword", "token"),
    },
    files: {
      "site.jsonc": '{ "auth.providers": [{ "type": "builtin" }] }',
      "hosts.jsonc": '{ "GITHUB": [{ "url": "https://github.com", "token": "${secret:token}" }] }',
      "settings.jsonc": "{}",
    },
  },
  {
    title: "replicas, limits and awkward variables",
    release: "7.5.4453",
    size: "M",
    config: {
      ...aws,
      overrides: {
        gitserver: { replicas: 3, memoryGb: 1.5 },
        searcher: { replicas: 2, cpus: 0.25 },
        "zoekt-webserver": { replicas: 2 },
        cadvisor: { privileged: false },
        worker: {
          env: { PRICE: "$5 ${HOME} $$", TEXT: "a: 'b' \"c\" # d\nnext\\n\ttab", EMPTY: "", LIKE_A_NUMBER: "0755" },
        },
      },
    },
  },
  {
    title: "this machine's own Docker Engine",
    release: "7.5.4453",
    size: "XS",
    config: { cloud: "local", local: { httpPort: 8080 } },
  },
];

/** Deployments that between them show every release asked for, every size and every option. */
export const variants: readonly Variant[] = [...plain, ...optional];
