import { stringify } from "yaml";

// Support bundles as `src debug` writes them, of a customer whose name, hosts and secrets are in every file of them.

/** What must not be found in anything that was made of a bundle. */
export const customerWords = ["acme", "hunter2", "10.1.2.3", "eyJsaWNlbmNl", "ghp_", "jane"] as const;

const registry = "registry.acme.example/mirror";
const site = JSON.stringify({
  data: {
    site: {
      configuration: {
        effectiveContents: `{
  // Acme Corp
  "externalURL": "https://search.acme.example",
  "licenseKey": "eyJsaWNlbmNl",
  "email.address": "jane@acme.example",
  "experimentalFeatures": { "tls.external": { "certificates": ["-----BEGIN CERTIFICATE-----"] } },
  "modelConfiguration": { "providerOverrides": [{ "id": "acme-models", "serverSideConfig": { "accessToken": "hunter2" } }] },
}`,
      },
    },
  },
});
const codeHosts = [
  '1 | GITLAB | Acme GitLab\n{"url": "https://git.acme.example", "token": "hunter2"}',
  '2 | GITHUB | Acme GitHub\n{"url": "https://github.acme.example", "token": "ghp_abcdefghijklmnopqrstuvwxyz"}',
  '3 | GITHUB | public\n{"url": "https://github.com", "repos": ["acme/search"]}',
  "",
].join("\n---\n");

function inspected(name: string, repository: string, limits: object): Record<string, string> {
  const container = {
    Name: `/${name}`,
    Config: {
      Image: `${registry}/${repository}:7.5.4453@sha256:${"a".repeat(64)}`,
      Env: ["PGPASSWORD=hunter2", "PGHOST=pg.acme.example", "HTTPS_PROXY=http://jane:hunter2@proxy.acme.example:3128"],
    },
    HostConfig: limits,
  };
  return {
    [`debug/docker/containers/${name}/inspect-${name}.txt`]: JSON.stringify([container]),
    [`debug/docker/containers/${name}/${name}.log`]: "jane searched for acme/secret-repo from 10.1.2.3",
  };
}

const limits = (cpus: number, gib: number) => ({ NanoCpus: cpus * 1e9, Memory: gib * 2 ** 30 });

/** Of one machine with Docker Compose: two gitservers, databases outside. */
export const composeBundle: Readonly<Record<string, string>> = {
  ...inspected("sourcegraph-frontend-0", "frontend", limits(8, 16)),
  ...inspected("gitserver-0", "gitserver", limits(4, 8.5)),
  ...inspected("gitserver-1", "gitserver", limits(4, 8.5)),
  ...inspected("redis-cache", "redis-cache", {}),
  ...inspected("redis-store", "redis-store", {}),
  ...inspected("blobstore", "blobstore", {}),
  ...inspected("acme-sidecar", "acme", {}),
  "debug/docker/docker-ps.txt": "acme-sidecar",
  "debug/config/siteConfig.json": site,
  "debug/config/external_services.txt": codeHosts,
};

function pod(
  app: string,
  name: string,
  container: string,
  repository: string,
  more: object = {},
): Record<string, string> {
  const manifest = {
    metadata: { name, namespace: "acme-search", labels: { app, deploy: "sourcegraph" } },
    spec: {
      nodeName: "node-1.acme.example",
      securityContext: { runAsUser: 1_000_660_000 },
      containers: [
        {
          name: container,
          image: `index.docker.io/sourcegraph/${repository}:7.5.4453`,
          env: [{ name: "PGPASSWORD", value: "hunter2" }],
          resources: { limits: { cpu: "2500m", memory: "6G" } },
          securityContext: { readOnlyRootFilesystem: true },
          ...more,
        },
      ],
    },
  };
  return { [`debug/kubectl/pods/${name}/manifest-${name}.yaml`]: stringify(manifest) };
}

/** Of a cluster whose admins allow little: no agents on nodes, user ids of the cluster's choice. */
export const kubernetesBundle: Readonly<Record<string, string>> = {
  ...pod("sourcegraph-frontend", "sourcegraph-frontend-6b7f-x1", "frontend", "frontend"),
  ...pod("sourcegraph-frontend", "sourcegraph-frontend-6b7f-x2", "frontend", "frontend"),
  ...pod("gitserver", "gitserver-0", "gitserver", "gitserver"),
  ...pod("pgsql", "pgsql-0", "pgsql", "postgresql-16"),
  ...pod("redis-cache", "redis-cache-1", "redis-cache", "redis-cache"),
  ...pod("redis-store", "redis-store-1", "redis-store", "redis-store"),
  ...pod("grafana", "grafana-0", "grafana", "grafana"),
  "debug/kubectl/events.txt":
    'Warning FailedCreate pods "acme-debug" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
  "debug/kubectl/persistent-volume-claims.txt": [
    "NAME                STATUS   VOLUME                                     CAPACITY   ACCESS MODES   STORAGECLASS   AGE",
    "repos-gitserver-0   Bound    pvc-acme-1                                 750Gi      RWO            acme-fast      90d",
    "pgsql               Bound    pvc-acme-2                                 300Gi      RWO            acme-fast      90d",
    "acme-notes          Bound    pvc-acme-3                                 9Gi        RWO            acme-fast      90d",
  ].join("\n"),
};
