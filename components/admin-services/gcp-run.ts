import * as cloudrunv2 from "@pulumi/gcp/cloudrunv2";
import * as kms from "@pulumi/gcp/kms";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminContainer, PlannedAdminValue } from "../core/planning/admin/admin-plan";
import type { GcpAdminFile, GcpAdminSecret } from "./gcp-secrets";
import { keyNamed, type GcpServiceScope } from "./gcp-scope";
import type { GcpAdminStore } from "./gcp-stores";

/** What a workload is given beside its scope. */
export interface GcpRunParts {
  /** Stores of all services, by `service/store`. */
  readonly stores: ReadonlyMap<string, GcpAdminStore>;
  readonly secrets: readonly GcpAdminSecret[];
  /** Certificates by which it knows its stores. */
  readonly authorities: readonly GcpAdminFile[];
  /** What has to be there before it starts. */
  readonly ready: readonly pulumi.Resource[];
}

/** How a service of Cloud Run differs from the others of the same container. */
export interface GcpRunKind {
  /** Component it belongs to. */
  readonly parent: pulumi.Resource;
  /** Name of the resource. */
  readonly resource: string;
  /** Whether only employees come in, through the identity-aware proxy. */
  readonly proxied: boolean;
  /** Whether Cloud Run leaves it to the service to check who calls. */
  readonly unchecked: boolean;
}

/** Where images keep the certificates of everybody's authorities. */
const usualFolder = "/etc/ssl/certs";

/** Folder of a file; Cloud Run takes one for each. */
const folderOf = ({ file }: GcpAdminFile): string => `/etc/ssl/stores/${file.replace(/\.pem$/, "")}`;

const volumeOf = ({ file }: GcpAdminFile): string => `authority-${file.replace(/\.pem$/, "")}`;

function valueOf(scope: GcpServiceScope, value: PlannedAdminValue, { stores }: GcpRunParts): pulumi.Input<string> {
  const { project, region, service, keys } = scope;
  if (typeof value === "string") return value;
  if ("place" in value) return value.place === "project" ? project : region;
  if ("key" in value) {
    const signing = keys.get(value.key);
    if (signing === undefined) throw new Error(`the plan of ${service.name} has no key ${value.key}`);
    return signing.key.id;
  }
  const store = stores.get(`${value.service}/${value.store}`);
  const told = value.what === "endpoint" ? store?.address : store?.told[value.what];
  if (told === undefined)
    throw new Error(`${service.name} is told the ${value.what} of ${value.store}, which has none`);
  return told;
}

function variables(scope: GcpServiceScope, parts: GcpRunParts): inputs.cloudrunv2.ServiceTemplateContainerEnv[] {
  const plain = Object.entries(scope.service.container.environment).map(([name, value]) => ({
    name,
    value: valueOf(scope, value, parts),
  }));
  const references = parts.secrets.map(({ planned, secret, version }) => ({
    name: planned.variable,
    valueSource: { secretKeyRef: { secret, version } },
  }));
  const folders =
    parts.authorities.length === 0
      ? []
      : [{ name: "SSL_CERT_DIR", value: [usualFolder, ...parts.authorities.map(folderOf)].join(":") }];
  return [...plain, ...references, ...folders].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What Cloud Run asks to know whether it is alive: its version, which everybody may know; of gRPC its port only. */
function probe({ protocol, port, versionPath }: PlannedAdminContainer) {
  return protocol === "grpc" ? { tcpSocket: { port } } : { httpGet: { path: versionPath, port } };
}

/**
 * Declares a service of Cloud Run: reached through load balancers only, by its own identity, with everything it sends going
 * through the network, and with images that the project admits.
 */
export function declareRun(scope: GcpServiceScope, parts: GcpRunParts, kind: GcpRunKind): cloudrunv2.Service {
  const { plan, project, region, labels, network, account, service } = scope;
  const { container, instances } = service;
  const { authorities } = parts;
  const { key, permitted } = keyNamed(scope, service.secretKey);
  const asked = probe(container);
  return new cloudrunv2.Service(
    kind.resource,
    {
      project,
      location: region,
      description: service.purpose,
      ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
      defaultUriDisabled: true,
      deletionProtection: plan.deletionProtection,
      ...(kind.proxied && { iapEnabled: true }),
      ...(kind.unchecked && { invokerIamDisabled: true }),
      binaryAuthorization: { useDefault: true },
      labels,
      template: {
        serviceAccount: account.email,
        encryptionKey: key.id,
        timeout: `${container.timeoutSeconds}s`,
        maxInstanceRequestConcurrency: container.concurrency,
        executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
        // Employees are few: nothing waits for them.
        scaling: {
          minInstanceCount: kind.proxied ? 0 : instances.minimum,
          maxInstanceCount: instances.maximum,
        },
        vpcAccess: {
          egress: "ALL_TRAFFIC",
          networkInterfaces: [{ network: network.network.id, subnetwork: network.subnetwork.id }],
        },
        volumes: authorities.map((file) => ({
          name: volumeOf(file),
          secret: { secret: file.secret, items: [{ path: file.file, version: file.version }] },
        })),
        containers: [
          {
            image: container.image,
            ports: { name: container.protocol === "http1" ? "http1" : "h2c", containerPort: container.port },
            resources: {
              limits: { cpu: String(container.cpus), memory: `${container.memoryGib * 1024}Mi` },
              startupCpuBoost: true,
            },
            envs: variables(scope, parts),
            volumeMounts: authorities.map((file) => ({ name: volumeOf(file), mountPath: folderOf(file) })),
            startupProbe: { ...asked, periodSeconds: 3, timeoutSeconds: 3, failureThreshold: 20 },
            livenessProbe: { ...asked, periodSeconds: 30, timeoutSeconds: 3, failureThreshold: 3 },
          },
        ],
      },
    },
    {
      parent: kind.parent,
      dependsOn: [
        ...parts.ready,
        ...[...parts.secrets, ...authorities].flatMap(({ ready }) => [...ready]),
        ...permitted,
      ],
    },
  );
}

/** Lets the service, and nobody else, sign with its key; the key itself never leaves. */
export function permitSigning({ parent, service, account, keys }: GcpServiceScope): pulumi.Resource[] {
  const { signingKey } = service;
  const signing = signingKey === undefined ? undefined : keys.get(signingKey);
  if (signingKey === undefined || signing === undefined) return [];
  return [
    new kms.CryptoKeyIAMMember(
      `${signingKey}-${service.name}`,
      { cryptoKeyId: signing.key.id, role: "roles/cloudkms.signerVerifier", member: account.member },
      { parent },
    ),
  ];
}
