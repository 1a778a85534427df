import { serviceNamed } from "../../product/services";
import type { KubernetesSpecification } from "../config/specified";
import { databaseLogin, databaseServices } from "../database-environment";
import { managedEndpoint } from "../managed/values";
import type { SecretPart } from "../secrets";
import { configurationIsSecret, configurationTexts } from "./configuration-object";
import type { KubernetesContext } from "./context";
import { executorSecrets } from "./executors";
import { secretVariables } from "./environment";
import {
  certificateSecret,
  configurationName,
  databaseSecret,
  environmentSecret,
  redisSecret,
  registrySecret,
} from "./secret-names";
import type { PlannedSecretObject, PlannedWorkload } from "./workload";

/** A Secret takes values as they are; only environment files need them written otherwise. */
function asTheyAre(parts: readonly SecretPart[]): readonly SecretPart[] {
  return parts.map((part) => (typeof part !== "string" && part.as === "env" ? { ...part, as: "raw" } : part));
}

/** Logins of the databases, bundled or not, under the vendor's names with the vendor's six keys. */
function databaseSecrets(specification: KubernetesSpecification): PlannedSecretObject[] {
  return databaseServices.map(([name, component]) => {
    const { host, port, user, database, sslmode, passwordSecret } = databaseLogin(name, specification);
    // The pods name all six keys; who signs in by identity has an empty password.
    const password: SecretPart[] = passwordSecret === undefined ? [""] : [{ secret: passwordSecret, as: "raw" }];
    return {
      name: databaseSecret(name),
      component,
      data: {
        database: [database],
        host: asTheyAre(host),
        password,
        port: [String(port)],
        user: [user],
        sslmode: [sslmode],
      },
    };
  });
}

/** Where each Redis is, under the vendor's names. */
function redisSecretObjects({ cache }: KubernetesSpecification): PlannedSecretObject[] {
  return (["cache", "store"] as const).map((which) => {
    const place = cache[which];
    const endpoint: readonly SecretPart[] =
      place === "bundled"
        ? [`redis-${which}:6379`]
        : [{ secret: place === "managed" ? managedEndpoint(which) : place.secret, as: "raw" }];
    return { name: redisSecret(which), component: "redis", data: { endpoint } };
  });
}

function environmentSecrets(
  specification: KubernetesSpecification,
  workloads: readonly PlannedWorkload[],
): PlannedSecretObject[] {
  return workloads.flatMap(({ component, initContainers, containers }) =>
    [...initContainers, ...containers].flatMap(({ service }): PlannedSecretObject[] => {
      const variables =
        service === undefined ? [] : Object.entries(secretVariables(serviceNamed(service), specification));
      if (service === undefined || variables.length === 0) return [];
      const data = Object.fromEntries(variables.map(([name, parts]) => [name, asTheyAre(parts)]));
      return [{ name: environmentSecret(service), component, data }];
    }),
  );
}

function configurationSecret(specification: KubernetesSpecification): PlannedSecretObject[] {
  const texts = configurationTexts(specification);
  if (texts === undefined || !configurationIsSecret(specification)) return [];
  return [{ name: configurationName, component: "frontend", data: texts }];
}

function edgeSecrets({ tls, registry }: KubernetesSpecification): PlannedSecretObject[] {
  const certificate: PlannedSecretObject[] =
    tls.mode === "certificate" && tls.certificate !== undefined && tls.keySecret !== undefined
      ? [
          {
            name: certificateSecret,
            component: "frontend",
            type: "kubernetes.io/tls",
            data: { "tls.crt": [tls.certificate], "tls.key": [{ secret: tls.keySecret, as: "raw" }] },
          },
        ]
      : [];
  if (registry?.credentialsSecret === undefined) return certificate;
  const host = registry.host.split("/")[0] ?? registry.host;
  const login: PlannedSecretObject = {
    name: registrySecret,
    component: "registry",
    type: "kubernetes.io/dockerconfigjson",
    data: {
      ".dockerconfigjson": [
        `{"auths":{${JSON.stringify(host)}:{"auth":"`,
        { secret: registry.credentialsSecret, as: "base64" },
        '"}}}',
      ],
    },
  };
  return [...certificate, login];
}

/**
 * Every Secret of the namespace, without values: logins and addresses of the stores, variables and configuration files
 * that hold secrets, the certificate, the login at the registry and the password of the executors.
 *
 * @param workloads every workload, those of the executors too
 */
export function planSecretObjects(
  context: KubernetesContext,
  workloads: readonly PlannedWorkload[],
): PlannedSecretObject[] {
  const { specification } = context;
  return [
    ...databaseSecrets(specification),
    ...redisSecretObjects(specification),
    ...environmentSecrets(specification, workloads),
    ...configurationSecret(specification),
    ...edgeSecrets(specification),
    ...executorSecrets(specification),
  ];
}
