import { stringify } from "yaml";
import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import type { BundleFile } from "../bundle";
import { manifestGroups } from "./manifests";
import type { KubernetesObject } from "./object";
import { renderSecretsScript } from "./secrets-script";

/** Text as kubectl reads it: YAML 1.1, where `off` and `yes` are no strings unless they stand in quotes. */
function yamlText(object: KubernetesObject): string {
  return stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, schema: "yaml-1.1" });
}

function fileName({ kind, metadata }: KubernetesObject): string {
  return `${kind.toLowerCase()}-${metadata.name}.yaml`;
}

function readme(plan: KubernetesPlan, folders: readonly string[]): string {
  const { name, create, podSecurityLevel } = plan.namespace;
  const [first = "00-ground", ...others] = folders;
  const namespace = create
    ? `kubectl apply --server-side -f ${first}`
    : `# the namespace ${name} must be there, and allow pods of the pod security level ${podSecurityLevel}`;
  return `# Sourcegraph ${plan.release} on Kubernetes, size ${plan.size}

One file for each object. Namespace ${name}, pod security level ${podSecurityLevel}.

    ${namespace}
    secrets/apply.sh
    ${(create ? others : folders).map((folder) => `kubectl apply --server-side -f ${folder}`).join("\n    ")}

secrets/apply.sh makes the Secrets: passwords of the bundled databases at random, once; every other value from a variable
of the environment, of which it names the missing ones. No file here holds a value. Keep the passwords with the backups of
the databases: nothing else opens them.

Apply the same files again after each change. An upgrade goes one release at a time as \`sgbox upgrade --target kubernetes\`
says; the frontends wait for the migrator, which is the first container of their pods. Claims are never deleted by applying.
`;
}

/**
 * Everything of a plan as files: a folder for each group of objects in the order of applying, a script that makes the
 * Secrets, and a text that says how.
 */
export function renderManifestFiles(plan: KubernetesPlan): BundleFile[] {
  const groups = manifestGroups(plan);
  const objects = groups.flatMap((group) =>
    group.objects.map((object) => ({
      path: `${group.folder}/${fileName(object)}`,
      mode: "0644",
      text: yamlText(object),
    })),
  );
  return [
    {
      path: "README.md",
      mode: "0644",
      text: readme(
        plan,
        groups.map(({ folder }) => folder),
      ),
    },
    ...objects,
    { path: "secrets/apply.sh", mode: "0755", text: renderSecretsScript(plan) },
  ];
}
