import { stringify } from "yaml";
import type { ExportGate, ExportMember } from "../../planning/fleet/export-plan";
import type { OperatorPlan } from "../../planning/fleet/export-settings";
import { providerConfigOf, type Fleet, type FleetInstance } from "../../planning/fleet/instance";
import type { BundleFile } from "../bundle";
import type { KubernetesObject } from "../manifests/object";

/** Project, and so Program, of the stacks without resources. */
const gateProject = "sourcegraph-fleet-gate";

/** Labels of an object: whose part it is, and which. */
function labels(component: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/managed-by": "sgbox",
    "app.kubernetes.io/part-of": "sourcegraph-fleet",
    ...more,
  };
}

/** Key of the Secret that holds the secrets of an instance, as one JSON object. */
const secretsKey = "secrets";

/** Names of the secrets of an instance, sorted. */
function secretNames({ config }: FleetInstance): string[] {
  const { secrets } = config;
  return typeof secrets === "object" && secrets !== null ? Object.keys(secrets).sort() : [];
}

const fromSecret = ({ secret, key }: { readonly secret: string; readonly key: string }): object => ({
  type: "Secret",
  secret: { name: secret, key },
});

/** What the Stacks of a fleet have in common. */
function commonSpec(fleet: Fleet, plan: OperatorPlan): Record<string, unknown> {
  const { backend, elsewhere } = fleet.settings;
  const { operator = {}, esc } = elsewhere;
  const { image, environment } = operator;
  return {
    ...(backend === undefined ? {} : { backend }),
    ...(environment === undefined
      ? {}
      : {
          envRefs: Object.fromEntries(Object.entries(environment).map(([name, where]) => [name, fromSecret(where)])),
        }),
    ...(esc === undefined ? {} : { environment: esc }),
    serviceAccountName: plan.serviceAccount,
    destroyOnFinalize: false,
    workspaceReclaimPolicy: "Delete",
    workspaceTemplate: { spec: { securityProfile: "restricted", ...(image === undefined ? {} : { image }) } },
  };
}

/** Name of a stack as the backend has it. */
function stackName({ settings }: Fleet, project: string, name: string): string {
  const { organization } = settings.elsewhere;
  return organization === undefined ? name : `${organization}/${project}/${name}`;
}

const prerequisites = (requires: readonly string[]): object =>
  requires.length === 0 ? {} : { prerequisites: requires.map((name) => ({ name })) };

function instanceStack(fleet: Fleet, plan: OperatorPlan, member: ExportMember, project: string): KubernetesObject {
  const { instance, release, requires } = member;
  const { repository, commit, folder } = plan.source;
  const { gitToken, resyncMinutes } = fleet.settings.elsewhere.operator ?? {};
  const { secrets: _secrets, ...config } = instance.config;
  const names = secretNames(instance);
  return {
    apiVersion: "pulumi.com/v1",
    kind: "Stack",
    metadata: {
      name: instance.id,
      namespace: plan.namespace,
      labels: labels("instance", { "instance-slug": instance.slug, "instance-type": instance.type }),
      ...(names.length === 0 ? {} : { annotations: { "sourcegraph.com/secrets": names.join(",") } }),
    },
    spec: {
      stack: stackName(fleet, project, instance.id),
      ...commonSpec(fleet, plan),
      projectRepo: repository,
      commit,
      ...(folder === undefined ? {} : { repoDir: folder }),
      ...(gitToken === undefined ? {} : { gitAuth: { accessToken: fromSecret(gitToken) } }),
      config: {
        ...providerConfigOf(config),
        ...Object.fromEntries(
          Object.entries({ ...config, release }).map(([key, value]) => [`${project}:${key}`, value]),
        ),
      },
      ...(names.length === 0
        ? {}
        : { secretsRef: { [`${project}:secrets`]: fromSecret({ secret: instance.id, key: secretsKey }) } }),
      ...(instance.secretsProvider === undefined ? {} : { secretsProvider: instance.secretsProvider }),
      ...(resyncMinutes === undefined
        ? {}
        : { continueResyncOnCommitMatch: true, refresh: true, resyncFrequencySeconds: resyncMinutes * 60 }),
      ...prerequisites(requires),
    },
  };
}

function gateStack(
  fleet: Fleet,
  plan: OperatorPlan,
  { name, requires, held }: ExportGate,
  component: "gate" | "window" = "gate",
): KubernetesObject {
  return {
    apiVersion: "pulumi.com/v1",
    kind: "Stack",
    metadata: {
      name,
      namespace: plan.namespace,
      labels: labels(component, component === "gate" ? { "sourcegraph.com/round": plan.round } : {}),
      ...(held === undefined ? {} : { annotations: { "sourcegraph.com/held": held } }),
    },
    spec: {
      stack: stackName(fleet, gateProject, name),
      ...commonSpec(fleet, plan),
      programRef: { name: gateProject },
      ...prerequisites(requires),
    },
  };
}

function ground(fleet: Fleet, { namespace, serviceAccount }: OperatorPlan): KubernetesObject[] {
  const { serviceAccountAnnotations: annotations } = fleet.settings.elsewhere.operator ?? {};
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: {
        name: serviceAccount,
        namespace,
        labels: labels("workspace"),
        ...(annotations === undefined ? {} : { annotations }),
      },
    },
    {
      // The pods ask the API server whether who calls them is the operator.
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: `${namespace}-${serviceAccount}-auth-delegator`, labels: labels("workspace") },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
    },
    {
      apiVersion: "pulumi.com/v1",
      kind: "Program",
      metadata: { name: gateProject, namespace, labels: labels("gate") },
      program: { outputs: { open: true } },
    },
  ];
}

/** Text as kubectl reads it: YAML 1.1, keys in one order. */
function yamlText(objects: readonly KubernetesObject[]): string {
  return objects
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, schema: "yaml-1.1" }))
    .join("---\n");
}

function readme(plan: OperatorPlan): string {
  const { namespace, waves, windows, round, leftOut } = plan;
  const held = [...waves.flatMap(({ gate }) => gate ?? []), ...windows].flatMap(({ name, held: when }) =>
    when === undefined ? [] : [`- held/${name}.yaml: ${when}`],
  );
  const secrets = waves.flatMap(({ members }) =>
    members.flatMap(({ instance }) => {
      const names = secretNames(instance);
      return names.length === 0 ? [] : [`- ${instance.id}: ${names.join(", ")}`];
    }),
  );
  return `# The fleet for the Pulumi Kubernetes Operator

Round ${round}: ${waves.reduce((sum, { members }) => sum + members.length, 0)} instances in ${waves.length} waves.

    kubectl apply --server-side -f .
    kubectl delete stacks -n ${namespace} -l 'app.kubernetes.io/component=gate,sourcegraph.com/round!=${round}'

Files are applied in the order of their names, so that no instance is changed before what it waits for. The second command
removes the gates of earlier rounds. Deleting a Stack destroys nothing: the instance is only not looked after any more.
${held.length === 0 ? "" : `\nThese are let in by hand or by a timer:\n\n${held.join("\n")}\n`}${
    secrets.length === 0
      ? ""
      : `\nThese need a Secret of their name, whose key \`${secretsKey}\` is a JSON object of these values:\n\n${secrets.join("\n")}\n`
  }${
    leftOut.length === 0
      ? ""
      : `\nNot part of it:\n\n${leftOut.map(({ id, reason }) => `- ${id}: ${reason}`).join("\n")}\n`
  }`;
}

interface Part {
  readonly path: string;
  readonly comment?: string;
  readonly objects: readonly KubernetesObject[];
}

function parts(
  fleet: Fleet,
  plan: OperatorPlan,
  project: string,
): { readonly files: readonly Part[]; readonly held: readonly Part[] } {
  const isHeld = ({ held }: ExportGate): boolean => held !== undefined;
  const gates = plan.waves.flatMap(({ gate }) => gate ?? []);
  return {
    files: [
      { path: "00-ground.yaml", objects: ground(fleet, plan) },
      ...plan.waves.map(({ name, gate, members }, index): Part => {
        const own = gate === undefined || isHeld(gate) ? [] : [gateStack(fleet, plan, gate)];
        return {
          path: `wave-${String(index + 1).padStart(2, "0")}.yaml`,
          comment: `Wave ${index + 1}: ${name}`,
          objects: [...own, ...members.map((member) => instanceStack(fleet, plan, member, project))],
        };
      }),
    ],
    held: [
      ...gates.filter(isHeld).map((gate) => ({ gate, component: "gate" as const })),
      ...plan.windows.map((gate) => ({ gate, component: "window" as const })),
    ].map(({ gate, component }) => ({
      path: `held/${gate.name}.yaml`,
      comment: gate.held ?? "",
      objects: [gateStack(fleet, plan, gate, component)],
    })),
  };
}

/**
 * A fleet as files for the Pulumi Kubernetes Operator: one for each wave, one for each gate somebody has to let in, and a
 * text that says how. No file holds a secret.
 *
 * @param project Pulumi project of the instances' stacks, namespace of their config
 */
export function renderOperatorFiles(fleet: Fleet, plan: OperatorPlan, project: string): BundleFile[] {
  const { files, held } = parts(fleet, plan, project);
  return [
    { path: "README.md", mode: "0644", text: readme(plan) },
    ...[...files, ...held].map(({ path, comment, objects }) => ({
      path,
      mode: "0644",
      text: `${comment === undefined ? "" : `# ${comment}\n`}${yamlText(objects)}`,
    })),
  ];
}
