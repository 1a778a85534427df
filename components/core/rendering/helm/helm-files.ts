import { stringify } from "yaml";
import { chartName, migratorChartName } from "../../product/kubernetes/chart";
import { databaseServices } from "../../planning/database-environment";
import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { databaseSecret } from "../../planning/kubernetes/secret-names";
import type { BundleFile } from "../bundle";
import { renderSecretsScript } from "../manifests/secrets-script";
import { helmValues, plain, type HelmValues } from "./values";

const migratorKeys = { frontend: "pgsql", codeIntel: "codeIntelDB", codeInsights: "codeInsightsDB" } as const;

/** Values of the chart that runs migrator by itself; it inherits nothing from the main release. */
export function migratorValues(plan: KubernetesPlan): HelmValues {
  const migrator = plan.workloads
    .flatMap(({ initContainers }) => initContainers)
    .find(({ service }) => service === "migrator");
  return {
    sourcegraph: helmValues(plan)["sourcegraph"],
    ...Object.fromEntries(
      databaseServices.map(([database]) => [
        migratorKeys[database],
        { auth: { existingSecret: databaseSecret(database) } },
      ]),
    ),
    ...(migrator !== undefined && { migrator: { resources: plain(migrator.resources) } }),
  };
}

function yaml(values: HelmValues): string {
  return stringify(values, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** What the values cannot say. */
function executorsText({ executors }: KubernetesPlan): string {
  if (executors === undefined) return "";
  return `Executors are not among these values: they have charts of their own, \`sourcegraph-executor-k8s\` and \`sourcegraph-executor-dind\`. The Secret
with their password and the network policies are here.

`;
}

function readme(plan: KubernetesPlan): string {
  const { release, helmRelease, chartRepository, namespace } = plan;
  const install = (name: string, chart: string, values: string, more: readonly string[] = []) =>
    [
      `helm upgrade --install ${name} ${chart}`,
      `--repo ${chartRepository}`,
      `--version ${release}`,
      `--namespace ${namespace.name}`,
      `--values ${values}`,
      ...more,
    ].join(" \\\n  ");
  return `# Sourcegraph ${release} by the vendor's chart

\`values.yaml\` is for chart ${chartName} ${release}; the chart's version is always the release. A key the chart does not know is ignored
without a word, so take values of another release from another run.

\`\`\`sh
kubectl create namespace ${namespace.name}   # unless it is there
kubectl label namespace ${namespace.name} --overwrite pod-security.kubernetes.io/enforce=${namespace.podSecurityLevel}
./secrets/apply.sh   # makes the Secrets that are not there yet; asks for what only you know by environment variables
${install(helmRelease, chartName, "values.yaml", ["--wait --timeout 60m"])}
\`\`\`

An upgrade over several minors runs the migrator's own chart while nothing but the databases runs; \`sgbox upgrade --target kubernetes\` prints the
steps. Its values are \`migrator-values.yaml\`:

\`\`\`sh
${install("sourcegraph-migrator", migratorChartName, "migrator-values.yaml")}
\`\`\`

${executorsText(plan)}Not proven here: these values were compared with the documentation of the chart's values, not rendered with the chart. Look at
\`helm template\` with the same arguments before the first installation.
`;
}

/** Files to install the plan by the vendor's chart. */
export function helmFiles(plan: KubernetesPlan): BundleFile[] {
  return [
    { path: "values.yaml", mode: "0644", text: yaml(helmValues(plan)) },
    { path: "migrator-values.yaml", mode: "0644", text: yaml(migratorValues(plan)) },
    { path: "secrets/apply.sh", mode: "0755", text: renderSecretsScript(plan) },
    { path: "README.md", mode: "0644", text: readme(plan) },
  ];
}
