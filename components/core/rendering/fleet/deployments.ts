import { stringify } from "yaml";
import type { DeploymentsPlan } from "../../planning/fleet/export-settings";
import { providerConfigOf, stackConfigOf, type Fleet, type FleetInstance } from "../../planning/fleet/instance";
import type { InstanceConfig } from "../../planning/fleet/schema";
import type { BundleFile } from "../bundle";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Owner and name of a repository at GitHub; undefined for one elsewhere. */
function atGitHub(repository: string): string | undefined {
  return /^(?:https:\/\/|ssh:\/\/git@|git@)github\.com[/:]([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(repository)?.[1];
}

const stackFile = (id: string): string => `Pulumi.${id}.yaml`;

/** The deployment settings of a stack, as `PATCH …/deployments/settings` takes them. */
function settingsOf(fleet: Fleet, { source }: DeploymentsPlan, id: string): object {
  const { repository, branch = "main", commit, folder } = source;
  const { aws, gcp, pool } = fleet.settings.elsewhere.deployments ?? {};
  const gitHub = atGitHub(repository);
  const file = folder === undefined ? stackFile(id) : `${folder}/${stackFile(id)}`;
  return {
    sourceContext: {
      git: {
        ...(gitHub === undefined ? { repoUrl: repository } : {}),
        ...(commit === undefined ? { branch: `refs/heads/${branch}` } : { commit }),
        ...(folder === undefined ? {} : { repoDir: folder }),
      },
    },
    ...(gitHub === undefined
      ? {}
      : {
          // A merge changes many instances: only a rollout does that in waves.
          gitHub: {
            repository: gitHub,
            deployCommits: false,
            previewPullRequests: true,
            pullRequestTemplate: false,
            paths: [file],
          },
        }),
    operationContext: {
      oidc: {
        ...(aws === undefined ? {} : { aws: { roleArn: aws.roleArn, sessionName: `pulumi-${id}` } }),
        ...(gcp === undefined ? {} : { gcp }),
      },
    },
    ...(pool === undefined ? {} : { agentPoolID: pool }),
  };
}

const dayAfter = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString();

interface Request {
  readonly method: "PATCH" | "POST";
  readonly path: string;
  readonly file: string;
  readonly body: object;
}

function requestsOf(fleet: Fleet, plan: DeploymentsPlan, instance: FleetInstance, project: string): Request[] {
  const { id, type, expires } = instance;
  const base = `/api/stacks/${plan.organization}/${project}/${id}/deployments`;
  const { driftCron = "0 3 * * *" } = fleet.settings.elsewhere.deployments ?? {};
  return [
    { method: "PATCH", path: `${base}/settings`, file: `${id}/settings.json`, body: settingsOf(fleet, plan, id) },
    {
      method: "POST",
      path: `${base}/drift/schedules`,
      file: `${id}/drift.json`,
      body: { scheduleCron: driftCron, autoRemediate: false },
    },
    // Others are removed by `fleet reap`, which makes a last backup and keeps an order.
    ...(expires === undefined || type !== "replica"
      ? []
      : [
          {
            method: "POST" as const,
            path: `${base}/ttl/schedules`,
            file: `${id}/ttl.json`,
            body: { timestamp: dayAfter(expires), deleteAfterDestroy: true },
          },
        ]),
  ];
}

/** The stack file of an instance, with the ciphertexts its own file has. */
function stackText(fleet: Fleet, given: InstanceConfig, project: string): string {
  const { esc } = fleet.settings.elsewhere;
  const own = stackConfigOf(given);
  const keys = Object.entries(own).map(([key, value]) => [`${project}:${key}`, value] as const);
  const config = { ...providerConfigOf(own), ...Object.fromEntries(keys) };
  return stringify(
    { ...given.pulumi, ...(esc === undefined ? {} : { environment: esc }), config },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function readme({ source, instances, leftOut }: DeploymentsPlan): string {
  return `# The fleet for Pulumi Deployments

${instances.length} instances. Commit the files of stacks/ to ${source.folder ?? "the root"} of ${source.repository}, beside its
Pulumi.yaml; secrets in them stay encrypted. Then send what requests.json lists, in its order, each stack once: a second
request would make a second schedule.

    jq -r '.[] | [.method, .path, .file] | @tsv' requests.json | while read -r method path file; do
      curl --fail-with-body -X "$method" -H "Authorization: token $PULUMI_ACCESS_TOKEN" -H 'Accept: application/vnd.pulumi+8' \\
        -H 'Content-Type: application/json' -d "@$file" "https://api.pulumi.com$path"
    done

A merge changes no instance by itself: 'sgbox fleet rollout' brings releases to them wave by wave. Pull requests are
previewed, and every stack is looked at for drift. Replicas are destroyed on the day after their last; what else expires, by
'sgbox fleet reap', which makes a last backup first.
${
  leftOut.length === 0
    ? ""
    : `\nNot part of it:\n\n${leftOut.map(({ id, reason }) => `- ${id}: ${reason}`).join("\n")}\n`
}`;
}

/**
 * A fleet as files for Pulumi Deployments: the stack file of each instance, the bodies of the requests that set its
 * deployments up, and the list of them.
 *
 * @param given the files of the instances as they are, by id
 * @param project Pulumi project of the instances' stacks, namespace of their config
 */
export function renderDeploymentsFiles(
  fleet: Fleet,
  plan: DeploymentsPlan,
  given: Readonly<Record<string, InstanceConfig>>,
  project: string,
): BundleFile[] {
  const requests = plan.instances.flatMap((instance) => requestsOf(fleet, plan, instance, project));
  return [
    { path: "README.md", mode: "0644", text: readme(plan) },
    {
      path: "requests.json",
      mode: "0644",
      text: json(requests.map(({ method, path, file }) => ({ method, path, file }))),
    },
    ...requests.map(({ file, body }) => ({ path: file, mode: "0644", text: json(body) })),
    ...plan.instances.flatMap(({ id }) => {
      const file = given[id];
      return file === undefined
        ? []
        : [{ path: `stacks/${stackFile(id)}`, mode: "0644", text: stackText(fleet, file, project) }];
    }),
  ];
}
