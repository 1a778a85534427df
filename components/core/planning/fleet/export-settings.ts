import { InputError, type Problem } from "../../errors";
import { encrypted, show } from "../config/problems";
import { filesNamed } from "../config/specification";
import type { FleetSource } from "./elsewhere";
import { exportable, planWaves, type ExportPlan, type ExportRequest } from "./export-plan";
import type { Fleet, FleetInstance } from "./instance";

/** A fleet for the Pulumi Kubernetes Operator. */
export interface OperatorPlan extends ExportPlan {
  /** Where the program is: at a commit. */
  readonly source: FleetSource & { readonly commit: string };
  /** Namespace of the Stacks. */
  readonly namespace: string;
  /** Account the pods run as. */
  readonly serviceAccount: string;
}

/** A fleet for Pulumi Deployments. */
export interface DeploymentsPlan {
  /** Where the program is. */
  readonly source: FleetSource;
  /** Organization of the stacks. */
  readonly organization: string;
  /** The instances, by id. */
  readonly instances: readonly FleetInstance[];
  /** Instances that are not part of it, and why. */
  readonly leftOut: ExportPlan["leftOut"];
}

/** Problems of instances nobody elsewhere can run. */
function instanceProblems({ file, config }: FleetInstance): Problem[] {
  const { secrets } = config;
  return [
    ...Object.entries(typeof secrets === "object" && secrets !== null ? secrets : {})
      .filter(([, value]) => value !== encrypted)
      .map(([name]) => ({
        path: `${file}: config.secrets.${name}`,
        message: "is not encrypted; replace it by {secure: CIPHERTEXT}, as 'pulumi config set --secret' writes it",
      })),
    ...filesNamed(config).map((named) => ({
      path: `${file}: config`,
      message: `names the file ${named}, which only a run beside it can read; let 'sgbox fleet rollout' run this instance`,
    })),
  ];
}

const isCloud = (backend: string | undefined): boolean => backend === undefined || backend.startsWith("https://");

/** Problems of settings both kinds of export share. */
function sharedProblems({ settings }: Fleet): Problem[] {
  const { backend, elsewhere, program } = settings;
  const { source, organization } = elsewhere;
  return [
    ...(source === undefined
      ? [
          {
            path: "fleet.yaml: source",
            message:
              "is missing; say where the program is, e.g. {repository: https://github.com/acme/fleet.git, commit: COMMIT}",
          },
        ]
      : []),
    ...(source !== undefined && /:\/\/[^/\s]*@/.test(source.repository)
      ? [
          {
            path: "fleet.yaml: source.repository",
            message: "holds a user or a password; give the address without, and a token by operator.gitToken",
          },
        ]
      : []),
    ...(program !== undefined
      ? [
          {
            path: "fleet.yaml: program",
            message: `is ${show(program)}, a folder of this machine; give source.folder instead, where its Pulumi.yaml is in the repository`,
          },
        ]
      : []),
    ...(backend?.startsWith("file://")
      ? [
          {
            path: "fleet.yaml: backend",
            message: `is ${show(backend)}, a folder of one machine; give one that is reached from everywhere, e.g. s3://states`,
          },
        ]
      : []),
    ...(isCloud(backend) && organization === undefined
      ? [
          {
            path: "fleet.yaml: organization",
            message:
              "is missing; stacks at Pulumi Cloud belong to one. Another backend needs none, e.g. backend: s3://states",
          },
        ]
      : []),
    ...(!isCloud(backend) && organization !== undefined
      ? [
          {
            path: "fleet.yaml: organization",
            message: `is ${show(organization)}, but stacks in ${show(backend)} belong to none; remove one of both`,
          },
        ]
      : []),
  ];
}

function throwAll(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(problems, "the fleet cannot be exported");
}

/** The commit of the program, or what is wrong with it. */
function commitOf(source: FleetSource | undefined, given: string | undefined): string | Problem {
  if (given !== undefined && !/^[0-9a-f]{40}$/.test(given))
    return { path: "commit", message: `is ${show(given)}; give a whole one, e.g. --commit $(git rev-parse HEAD)` };
  const commit = given ?? source?.commit;
  return (
    commit ?? {
      path: "fleet.yaml: source.commit",
      message:
        "is missing; a branch would bring each commit to all instances at once, past the waves. Give it, or --commit $(git rev-parse HEAD)",
    }
  );
}

/**
 * Plans how the Pulumi Kubernetes Operator runs a fleet.
 *
 * @param chosen the instances that were asked for
 * @throws InputError with every setting that is missing and every instance the operator cannot run
 * @throws RefusedError when an instance cannot take the release, with all of them
 */
export function planForOperator(fleet: Fleet, chosen: readonly FleetInstance[], request: ExportRequest): OperatorPlan {
  const { exported, leftOut } = exportable(chosen);
  const { source, operator = {} } = fleet.settings.elsewhere;
  const commit = commitOf(source, request.commit);
  throwAll([
    ...sharedProblems(fleet),
    ...(typeof commit === "string" || source === undefined ? [] : [commit]),
    ...exported.flatMap(instanceProblems),
  ]);
  if (source === undefined || typeof commit !== "string") throw new Error("unreachable");
  const { namespace = "sourcegraph-fleet", serviceAccount = "sourcegraph-fleet" } = operator;
  return {
    ...planWaves(fleet, exported, { ...request, commit }),
    leftOut,
    source: { ...source, commit },
    namespace,
    serviceAccount,
  };
}

/**
 * Plans the settings by which Pulumi Deployments runs a fleet: the releases are those of the files.
 *
 * @param chosen the instances that were asked for
 * @throws InputError with every setting that is missing and every instance that cannot be run there
 */
export function planForDeployments(fleet: Fleet, chosen: readonly FleetInstance[]): DeploymentsPlan {
  const { exported, leftOut } = exportable(chosen);
  const { backend, elsewhere } = fleet.settings;
  const { source, organization } = elsewhere;
  throwAll([
    ...sharedProblems(fleet),
    ...(isCloud(backend) || backend?.startsWith("file://")
      ? []
      : [
          {
            path: "fleet.yaml: backend",
            message: `is ${show(backend)}, but Pulumi Deployments are run by Pulumi Cloud`,
          },
        ]),
    ...exported.flatMap(instanceProblems),
  ]);
  if (source === undefined || organization === undefined) throw new Error("unreachable");
  return { source, organization, instances: exported, leftOut };
}
