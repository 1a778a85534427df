import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlannedSecretObject, PlannedWorkload } from "../core/planning/kubernetes/workload";
import { secretText } from "../core/rendering/secret-text";
import { keptOptions, type KubernetesScope } from "./scope";

/** The texts of a Secret, by key. */
export type SecretTexts = Readonly<Record<string, pulumi.Output<string>>>;

/** The value of every secret of the plan; database passwords that nobody gave are made, once. */
export function secretValues(scope: KubernetesScope): pulumi.Output<Record<string, string>> {
  const { decision, names, args } = scope;
  const values: Record<string, pulumi.Input<string>> = {};
  for (const { name, origin } of decision.plan.secrets) {
    const given = args.managedValues?.[name] ?? args.secrets?.[name];
    if (given === undefined && origin === "generated") {
      const { provider: _provider, ...options } = keptOptions(scope);
      values[name] = new random.RandomPassword(names.password(name), { length: 32, special: false }, options).result;
    } else values[name] = pulumi.secret(given ?? "");
  }
  return pulumi.secret(pulumi.all(values));
}

/** The texts of every Secret, by its name. */
export function secretTexts(
  objects: readonly PlannedSecretObject[],
  values: pulumi.Output<Record<string, string>>,
): Readonly<Record<string, SecretTexts>> {
  return Object.fromEntries(
    objects.map(({ name, data }) => [
      name,
      Object.fromEntries(
        Object.entries(data).map(([key, parts]) => [key, values.apply((known) => secretText(parts, known, false))]),
      ),
    ]),
  );
}

/**
 * What changes when a Secret changes that the pods of a workload read, and tells nothing about it: without the key, which
 * stays in the state, nobody can try values.
 */
export function secretsChecksum(
  { reads }: PlannedWorkload,
  texts: Readonly<Record<string, SecretTexts>>,
  key: pulumi.Output<string>,
): pulumi.Output<string> | undefined {
  const read = reads.secrets.flatMap((name) => Object.entries(texts[name] ?? {}).map(([k, v]) => [`${name} ${k}`, v]));
  if (read.length === 0) return undefined;
  const known = pulumi.all(Object.fromEntries(read) as Record<string, pulumi.Output<string>>);
  return pulumi.unsecret(
    pulumi.all([known, key]).apply(([values, salt]) => {
      const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
      return createHmac("sha256", salt).update(JSON.stringify(entries)).digest("hex");
    }),
  );
}
