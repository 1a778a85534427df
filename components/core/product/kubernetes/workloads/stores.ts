import type { ContainerFacts, ContainerSecurityFacts, ProbesFacts, WorkloadFacts } from "../workload-facts";
import { plainWorkload } from "./common";

const redisUser: ContainerSecurityFacts = { uid: 999, gid: 1000, readOnlyRoot: true, allowPrivilegeEscalation: false };

/** Answers when Redis does, with the password of its configuration file where that has one. */
const redisAnswers = {
  exec: [
    "/bin/sh",
    "-c",
    [
      `password="$(sed -n 's/^requirepass //p' /etc/redis/redis.conf)"`,
      `if [ -n "$password" ]; then export REDISCLI_AUTH="$password"; fi`,
      `test "$(redis-cli ping)" = PONG`,
    ].join("\n"),
  ],
};

/** How a Redis is asked whether it is alive. */
const redisLiveness = {
  action: { tcp: "redis" },
  initialDelaySeconds: 60,
  periodSeconds: 30,
  timeoutSeconds: 5,
} as const;

/** Measures the Redis of its pod. */
const redisExporter: ContainerFacts = {
  name: "redis-exporter",
  image: "redis_exporter",
  valuesKey: "redisExporter",
  ports: [{ name: "http-metrics", number: 9121, plane: "metrics" }],
  environment: [],
  resources: { cpu: { request: "10m", limit: "10m" }, memory: { request: "100Mi", limit: "100Mi" } },
  security: redisUser,
  mounts: [],
};

function redis(name: "redis-cache" | "redis-store", valuesKey: string, probes: ProbesFacts): WorkloadFacts {
  return {
    ...plainWorkload,
    name,
    kind: "Deployment",
    service: name,
    valuesKey,
    component: "redis",
    selector: { app: name },
    replicas: { default: 1, scalable: false },
    strategy: { type: "Recreate" },
    minReadySeconds: 10,
    podSecurity: { fsGroup: 1000, fsGroupOnRootMismatch: true },
    containers: [
      {
        name,
        service: name,
        valuesKey,
        ports: [{ name: "redis", number: 6379, plane: "data" }],
        environment: [],
        probes,
        resources: { cpu: { request: "1", limit: "1" }, memory: { request: "7Gi", limit: "7Gi" } },
        security: redisUser,
        mounts: [{ volume: "redis-data", path: "/redis-data" }],
      },
      redisExporter,
    ],
    volumes: [{ name: "redis-data", claim: name }],
    claims: [{ kind: "claim", name, sizeGib: 100, sizedBy: name, holds: { service: name, target: "/redis-data" } }],
    services: [
      {
        name,
        headless: false,
        ports: [
          { name: "http-metrics", port: 9121, targetPort: "http-metrics" },
          { name: "redis", port: 6379, targetPort: "redis" },
        ],
        scrapePort: 9121,
      },
    ],
    serviceAccount: { name, created: false },
    rank: 0,
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/redis (labels, minReadySeconds)",
  };
}

/** Both Redis servers and the object store. */
export const storeWorkloads: readonly WorkloadFacts[] = [
  redis("redis-cache", "redisCache", {
    liveness: { ...redisLiveness, failureThreshold: 5 },
    readiness: { action: redisAnswers, initialDelaySeconds: 10, timeoutSeconds: 5, failureThreshold: 5 },
  }),
  redis("redis-store", "redisStore", {
    liveness: { ...redisLiveness, failureThreshold: 2 },
    readiness: { action: redisAnswers, initialDelaySeconds: 10, timeoutSeconds: 5 },
  }),
  {
    ...plainWorkload,
    name: "blobstore",
    kind: "Deployment",
    service: "blobstore",
    valuesKey: "blobstore",
    component: "blobstore",
    selector: { app: "blobstore" },
    replicas: { default: 1, scalable: false },
    strategy: { type: "Recreate" },
    minReadySeconds: 10,
    podSecurity: { uid: 100, gid: 101, fsGroup: 101, fsGroupOnRootMismatch: true },
    containers: [
      {
        name: "blobstore",
        service: "blobstore",
        valuesKey: "blobstore",
        ports: [{ name: "http", number: 9000, plane: "data" }],
        environment: [],
        probes: {
          liveness: { action: { http: "/", port: "http" }, initialDelaySeconds: 60, timeoutSeconds: 5 },
          readiness: { action: { http: "/", port: "http" }, periodSeconds: 5, timeoutSeconds: 5 },
        },
        resources: { cpu: { request: "1", limit: "1" }, memory: { request: "500M", limit: "500M" } },
        security: { uid: 100, gid: 101, allowPrivilegeEscalation: false },
        mounts: [
          { volume: "blobstore-data", path: "/data" },
          { volume: "blobstore", path: "/blobstore" },
        ],
      },
    ],
    volumes: [
      { name: "blobstore-data", claim: "blobstore" },
      { name: "blobstore", emptyDir: {} },
    ],
    claims: [
      {
        kind: "claim",
        name: "blobstore",
        sizeGib: 100,
        sizedBy: "blobstore",
        holds: { service: "blobstore", target: "/data" },
      },
    ],
    services: [{ name: "blobstore", headless: false, ports: [{ name: "http", port: 9000, targetPort: "http" }] }],
    serviceAccount: { name: "blobstore", created: false },
    rank: 0,
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/blobstore (labels, minReadySeconds)",
  },
];
