import { blockProblem } from "../addresses";
import type { Config } from "./config";
import { show, type Problems } from "./problems";

// Names that Kubernetes refuses, each where it is written.

const dnsLabel = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const dnsName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const word = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

const label = (longest: number) => ({
  fits: (name: string) => name.length <= longest && dnsLabel.test(name),
  rule: `at most ${longest} lower-case letters, digits and dashes, and neither begin nor end with a dash`,
});
const objectName = {
  fits: (name: string) => name.length <= 253 && dnsName.test(name) && !name.includes(".."),
  rule: "lower-case letters, digits, dashes and dots, and begin and end with a letter or digit",
};
const driver = {
  fits: (name: string) => {
    const parts = name.split("/");
    return parts.length <= 2 && parts.every((part) => objectName.fits(part));
  },
  rule: "the name of a CSI driver, such as ebs.csi.aws.com",
};

/** Keys of labels and annotations: a name, and before a slash whose it is. */
function isKey(key: string): boolean {
  const parts = key.split("/");
  const [prefix, name] = parts.length === 2 ? parts : [undefined, parts[0]];
  return parts.length <= 2 && word.test(name ?? "") && (prefix === undefined || objectName.fits(prefix));
}

function checkKeys(path: string, values: Readonly<Record<string, string>> = {}, problems: Problems): void {
  for (const key of Object.keys(values))
    if (!isKey(key))
      problems.add(
        path,
        `has key ${show(key)}, which Kubernetes does not take; use letters, digits, dashes, dots and underscores, with a domain and a slash before them if need be`,
      );
}

function checkLabels(path: string, labels: Readonly<Record<string, string>> = {}, problems: Problems): void {
  checkKeys(path, labels, problems);
  for (const [key, value] of Object.entries(labels))
    if (value !== "" && !word.test(value))
      problems.add(
        `${path}.${key}`,
        `must be at most 63 letters, digits, dashes, dots and underscores, and begin and end with a letter or digit, got ${show(value)}`,
      );
}

/** Where the chart is read from. A login in the address would be seen by everybody who sees the plan. */
function checkRepository({ kubernetes = {} }: Partial<Config>, problems: Problems): void {
  const { chartRepository, via } = kubernetes;
  if (chartRepository === undefined) return;
  const path = "kubernetes.chartRepository";
  if (!/^https?:\/\/[^\s/@]+(\/[^\s@]*)?$/.test(chartRepository))
    problems.add(path, "must be an address such as https://charts.example.com/sourcegraph, without a login");
  else if (via !== "helm") problems.add(path, "has a meaning with 'kubernetes.via' helm only; remove it");
}

/** Names of objects that are made or named. */
function checkNames({ kubernetes = {} }: Partial<Config>, problems: Problems): void {
  const { namespace, helmRelease, storageClass, ingress, snapshotClass, priorityClass, serviceAccounts } = kubernetes;
  for (const [key, name, { fits, rule }] of [
    ["namespace", namespace, label(63)],
    ["helmRelease", helmRelease, label(53)],
    ["storageClass.name", storageClass?.name, objectName],
    ["storageClass.provisioner", storageClass?.provisioner, driver],
    ["ingress.className", ingress?.className, objectName],
    ["ingress.tlsSecret", ingress?.tlsSecret, objectName],
    ["ingress.issuer.name", ingress?.issuer?.name, objectName],
    ["ingress.controllerNamespace", ingress?.controllerNamespace, label(63)],
    ["snapshotClass", snapshotClass, objectName],
    ["priorityClass.name", priorityClass?.name, objectName],
    ["serviceAccounts.name", serviceAccounts?.name, objectName],
  ] as const)
    if (name !== undefined && !fits(name)) problems.add(`kubernetes.${key}`, `must be ${rule}, got ${show(name)}`);
  if (priorityClass?.name.startsWith("system-") === true && priorityClass.create !== false)
    problems.add(
      "kubernetes.priorityClass.name",
      `must not begin with system-, which Kubernetes keeps for itself, got ${show(priorityClass.name)}; choose another name`,
    );
}

function checkTolerations(path: string, override: OverrideOf, problems: Problems): void {
  for (const [index, { key, operator = "Equal", value }] of (override.tolerations ?? []).entries()) {
    const at = `${path}.tolerations.${index}`;
    if (key === undefined && operator !== "Exists")
      problems.add(`${at}.key`, "is missing; name the taint, or set 'operator' to Exists for every taint");
    if (key !== undefined && !isKey(key)) problems.add(`${at}.key`, `must be the key of a taint, got ${show(key)}`);
    if (operator === "Exists" && value !== undefined)
      problems.add(`${at}.value`, "has no meaning with operator Exists; remove it");
  }
}

type OverrideOf = NonNullable<NonNullable<Config["overrides"]>[string]>;

/** Names, labels, annotations and addresses that the API server would refuse one by one. */
export function checkKubernetesNames(config: Partial<Config>, problems: Problems): void {
  const { cluster, kubernetes, overrides } = config;
  checkNames(config, problems);
  checkRepository(config, problems);
  checkKeys("kubernetes.ingress.annotations", kubernetes?.ingress?.annotations, problems);
  checkKeys("kubernetes.serviceAccounts.annotations", kubernetes?.serviceAccounts?.annotations, problems);
  for (const [service, override] of Object.entries(overrides ?? {})) {
    if (override === undefined) continue;
    const path = `overrides.${service}`;
    checkKeys(`${path}.podAnnotations`, override.podAnnotations, problems);
    checkLabels(`${path}.podLabels`, override.podLabels, problems);
    checkLabels(`${path}.nodeSelector`, override.nodeSelector, problems);
    checkTolerations(path, override, problems);
  }
  const blocks = [
    ...(kubernetes?.networkPolicies?.egress ?? []).map(({ cidr }, index) => ({
      path: `kubernetes.networkPolicies.egress.${index}.cidr`,
      cidr,
    })),
    ...(cluster?.endpoint?.allowedCidrs ?? []).map((cidr, index) => ({
      path: `cluster.endpoint.allowedCidrs.${index}`,
      cidr,
    })),
  ];
  for (const { path, cidr } of blocks) {
    const wrong = blockProblem(cidr);
    if (wrong !== undefined) problems.add(path, wrong);
  }
}
