import { serviceNamed } from "../../services";
import type { WorkloadFacts } from "../workload-facts";
import { applicationUser, plainWorkload } from "./common";

const { entrypoint, command } = serviceNamed("code-host");

/** The made-up repositories of a replica, which no chart has. */
export const codeHostWorkloads: readonly WorkloadFacts[] = [
  {
    ...plainWorkload,
    name: "code-host",
    kind: "Deployment",
    service: "code-host",
    valuesKey: "codeHost",
    optional: true,
    component: "code-host",
    selector: { app: "code-host" },
    replicas: { default: 1, scalable: false },
    strategy: { type: "Recreate" },
    podSecurity: { uid: 100, gid: 101, fsGroup: 101, fsGroupOnRootMismatch: true },
    containers: [
      {
        name: "code-host",
        service: "code-host",
        valuesKey: "codeHost",
        command: entrypoint,
        args: command,
        ports: [{ name: "http", number: 3000, plane: "internal" }],
        environment: [],
        probes: {
          liveness: { action: { http: "/healthz", port: "http" }, initialDelaySeconds: 60, timeoutSeconds: 5 },
          readiness: { action: { http: "/healthz", port: "http" }, periodSeconds: 5, timeoutSeconds: 5 },
        },
        resources: { cpu: { request: "250m", limit: "1" }, memory: { request: "256M", limit: "512M" } },
        security: applicationUser,
        mounts: [
          { volume: "repositories", path: "/data/repos" },
          { volume: "plan", path: "/code-host", readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "repositories", claim: "code-host" },
      { name: "plan", configMap: "code-host" },
    ],
    claims: [
      {
        kind: "claim",
        name: "code-host",
        sizeGib: 1,
        sizedBy: "code-host",
        holds: { service: "code-host", target: "/data/repos" },
      },
    ],
    services: [{ name: "code-host", headless: false, ports: [{ name: "http", port: 3000, targetPort: "http" }] }],
    serviceAccount: { name: "code-host", created: false },
    rank: 2,
    source: "this library",
  },
];
