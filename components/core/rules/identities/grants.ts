import type { Zone } from "../facts";
import { unknownValue, valueAt, type Graph, type GraphResource } from "../graph";
import { parsed } from "../workloads";
import { statementsOf } from "./policy";

/** Somebody may do something. */
export interface Grant {
  /** Resource that gives it. */
  readonly resource: GraphResource;
  /** Who gets it, as it is named; empty where that cannot be seen. */
  readonly principals: readonly string[];
  /** Identities of the program that get it. */
  readonly grantees: readonly GraphResource[];
  /** Roles or actions. */
  readonly actions: readonly string[];
  /** Resources of the program that it is for. */
  readonly targets: readonly GraphResource[];
  /** Names of resources it is for, where it names them itself. */
  readonly names: readonly string[];
  /** What it reaches: resources it names, or all of a project, folder, organization or cluster. */
  readonly scope: "resource" | "project" | "folder" | "organization" | "cluster";
  /** Condition under which it counts, as text. */
  readonly condition?: string;
  /** Whether some of it is known only after the deployment. */
  readonly unseen: boolean;
}

/** Types of resources that can be given rights. */
export const identityTypes: readonly string[] = [
  "aws:iam/role",
  "aws:iam/user",
  "aws:iam/group",
  "gcp:serviceaccount/account",
  "kubernetes:core/v1/ServiceAccount",
];

/** Accounts by which services of Google act in a project of this program, which are nobody's to use. */
const agentType = "gcp:projects/serviceIdentity";

const isIdentity = ({ type }: GraphResource): boolean => identityTypes.includes(type) || type === agentType;
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const textsOf = (value: unknown): string[] => listOf(value).filter((each): each is string => typeof each === "string");
const isUnknown = (value: unknown): boolean => value === unknownValue || listOf(value).includes(unknownValue);

/** Inputs of AWS' resource policies, by the input that names what they are about; none where they are part of it. */
const resourcePolicies: Readonly<Record<string, { readonly about?: string; readonly policy: string }>> = {
  "aws:s3/bucketPolicy": { about: "bucket", policy: "policy" },
  "aws:kms/key": { policy: "policy" },
  "aws:kms/externalKey": { policy: "policy" },
  "aws:kms/keyPolicy": { about: "keyId", policy: "policy" },
  "aws:secretsmanager/secret": { policy: "policy" },
  "aws:secretsmanager/secretPolicy": { about: "secretArn", policy: "policy" },
  "aws:sqs/queue": { policy: "policy" },
  "aws:sqs/queuePolicy": { about: "queueUrl", policy: "policy" },
  "aws:sns/topicPolicy": { about: "arn", policy: "policy" },
  "aws:backup/vaultPolicy": { about: "backupVaultName", policy: "policy" },
  "aws:kinesis/resourcePolicy": { about: "resourceArn", policy: "policy" },
  "aws:ecr/repositoryPolicy": { about: "repository", policy: "policy" },
  "aws:iam/role": { policy: "assumeRolePolicy" },
};

function awsResourcePolicy(graph: Graph, resource: GraphResource): Grant[] {
  const kind = resourcePolicies[resource.type];
  if (kind === undefined) return [];
  const { about, policy } = kind;
  const statements = statementsOf(valueAt(resource.inputs, policy));
  const targets = about === undefined ? [resource] : graph.referred(resource, about);
  const grantees = graph.referred(resource, policy).filter(isIdentity);
  if (statements === undefined && graph.factsOf(resource).givesRights === false) return [];
  if (statements === undefined)
    return [{ resource, principals: [], grantees, actions: [], targets, names: [], scope: "resource", unseen: true }];
  return statements
    .filter(({ allows }) => allows)
    .map(({ principals, actions, conditions }): Grant => {
      const condition = Object.keys(conditions).length === 0 ? {} : { condition: JSON.stringify(conditions) };
      return {
        resource,
        principals,
        grantees,
        actions,
        targets,
        names: [],
        scope: "resource",
        ...condition,
        unseen: false,
      };
    });
}

const rolePolicyInputs: Readonly<Record<string, string>> = {
  "aws:iam/rolePolicy": "role",
  "aws:iam/userPolicy": "user",
  "aws:iam/groupPolicy": "group",
};

/** Types of policies of an identity: whom they give rights is known, whatever they say. */
export const identityPolicyTypes: readonly string[] = [...Object.keys(rolePolicyInputs), "aws:iam/policy"];

/** Who is given a policy that stands by itself. */
function attachedTo(graph: Graph, policy: GraphResource): GraphResource[] {
  return graph
    .ofType("aws:iam/rolePolicyAttachment", "aws:iam/userPolicyAttachment", "aws:iam/groupPolicyAttachment")
    .filter((attachment) => graph.referred(attachment, "policyArn").includes(policy))
    .flatMap((attachment) => ["role", "user", "group"].flatMap((input) => graph.referred(attachment, input)));
}

function awsIdentityPolicy(graph: Graph, resource: GraphResource): Grant[] {
  const input = rolePolicyInputs[resource.type];
  if (input === undefined && resource.type !== "aws:iam/policy") return [];
  const grantees = input === undefined ? attachedTo(graph, resource) : graph.referred(resource, input);
  // An identity of the program says more than its name, which is of no account.
  const principals = input === undefined || grantees.length > 0 ? [] : textsOf(valueAt(resource.inputs, input));
  const targets = graph.referred(resource, "policy");
  const statements = statementsOf(valueAt(resource.inputs, "policy"));
  const shared = { resource, principals, grantees, targets, scope: "resource" } as const;
  if (statements === undefined) return [{ ...shared, actions: [], names: [], unseen: true }];
  return statements
    .filter(({ allows }) => allows)
    .map(({ actions, resources, conditions }): Grant => {
      const condition = Object.keys(conditions).length === 0 ? {} : { condition: JSON.stringify(conditions) };
      return { ...shared, actions, names: resources, ...condition, unseen: false };
    });
}

function awsManaged(graph: Graph, resource: GraphResource): Grant[] {
  const policy = valueAt(resource.inputs, "policyArn");
  if (!resource.type.endsWith("PolicyAttachment") || typeof policy !== "string") return [];
  if (!policy.startsWith("arn:aws:iam::aws:policy/")) return [];
  const grantees = ["role", "user", "group"].flatMap((input) => graph.referred(resource, input));
  return [
    { resource, principals: [], grantees, actions: [policy], targets: [], names: [], scope: "resource", unseen: false },
  ];
}

function awsKeyGrant(graph: Graph, resource: GraphResource): Grant[] {
  if (resource.type !== "aws:kms/grant") return [];
  const grantee = valueAt(resource.inputs, "granteePrincipal");
  return [
    {
      resource,
      principals: textsOf(grantee),
      grantees: graph.referred(resource, "granteePrincipal").filter(isIdentity),
      actions: textsOf(valueAt(resource.inputs, "operations")),
      targets: graph.referred(resource, "keyId"),
      names: [],
      scope: "resource",
      unseen: isUnknown(grantee),
    },
  ];
}

const wideScopes: Readonly<Record<string, Grant["scope"]>> = {
  "gcp:projects": "project",
  "gcp:folder": "folder",
  "gcp:organizations": "organization",
};

const notTargets = ["member", "members", "role", "condition", "policyData"];

function gcpBinding(graph: Graph, resource: GraphResource): Grant[] {
  if (!resource.type.startsWith("gcp:") || !/iam(member|binding|policy)$/i.test(resource.type)) return [];
  const [scopeName = ""] = resource.type.split("/");
  const scope = wideScopes[scopeName] ?? "resource";
  const targets = Object.keys(resource.refers)
    .filter((input) => !notTargets.includes(input) && (input !== "project" || scope !== "resource"))
    .flatMap((input) => graph.referred(resource, input));
  const { inputs } = resource;
  const members = [...listOf(inputs.member), ...listOf(inputs.members)];
  const grantees = ["member", "members", "policyData"]
    .flatMap((input) => graph.referred(resource, input))
    .filter(isIdentity);
  const expression = valueAt(inputs, "condition.expression");
  const condition = typeof expression === "string" ? { condition: expression } : {};
  const shared = { resource, grantees, targets, names: [], scope, ...condition };
  if (inputs.policyData === undefined)
    return [
      {
        ...shared,
        principals: textsOf(members),
        actions: textsOf(inputs.role),
        unseen: members.includes(unknownValue) || inputs.role === unknownValue,
      },
    ];
  const bindings = valueAt(parsed(inputs.policyData), "bindings");
  if (!Array.isArray(bindings)) return [{ ...shared, principals: [], actions: [], unseen: true }];
  return bindings.map((binding: unknown): Grant => {
    const [actions, principals] = [textsOf(valueAt(binding, "role")), textsOf(valueAt(binding, "members"))];
    return { ...shared, principals, actions, unseen: false };
  });
}

const accessMembers: Readonly<Record<string, string>> = {
  userByEmail: "user:",
  groupByEmail: "group:",
  domain: "domain:",
  specialGroup: "",
  iamMember: "",
};

/** Who may read a dataset, as it says itself or beside it. */
function datasetAccess(graph: Graph, resource: GraphResource): Grant[] {
  const own = resource.type === "gcp:bigquery/dataset";
  if (!own && resource.type !== "gcp:bigquery/datasetAccess") return [];
  const targets = own ? [resource] : graph.referred(resource, "datasetId");
  const accesses = own ? listOf(resource.inputs.accesses) : [resource.inputs];
  const inputs = own ? ["accesses"] : Object.keys(accessMembers);
  const grantees = inputs.flatMap((input) => graph.referred(resource, input)).filter(isIdentity);
  return accesses.map((access): Grant => {
    const named = Object.entries(accessMembers).map(([input, prefix]) => ({ value: valueAt(access, input), prefix }));
    const principals = named.flatMap(({ value, prefix }) => {
      const [member] = textsOf(value);
      if (member === undefined) return [];
      return [`${member.endsWith(".gserviceaccount.com") && prefix === "user:" ? "serviceAccount:" : prefix}${member}`];
    });
    const unseen = access === unknownValue || named.some(({ value }) => value === unknownValue);
    return {
      resource,
      principals,
      grantees,
      actions: textsOf(valueAt(access, "role")),
      targets,
      names: [],
      scope: "resource",
      unseen,
    };
  });
}

function kubernetesBinding(graph: Graph, resource: GraphResource): Grant[] {
  const cluster = resource.type === "kubernetes:rbac.authorization.k8s.io/v1/ClusterRoleBinding";
  if (!cluster && resource.type !== "kubernetes:rbac.authorization.k8s.io/v1/RoleBinding") return [];
  const subjects = listOf(resource.inputs.subjects);
  const principals = subjects.flatMap((subject) => {
    const [kind, name, namespace] = ["kind", "name", "namespace"].map((input) => valueAt(subject, input));
    if (typeof kind !== "string" || typeof name !== "string") return [];
    return [`${kind}:${typeof namespace === "string" ? `${namespace}/` : ""}${name}`];
  });
  return [
    {
      resource,
      principals,
      grantees: graph.referred(resource, "subjects").filter(isIdentity),
      actions: textsOf(valueAt(resource.inputs, "roleRef.name")),
      targets: [],
      names: [],
      scope: cluster ? "cluster" : "resource",
      unseen: isUnknown(resource.inputs.subjects),
    },
  ];
}

const readers = [
  awsResourcePolicy,
  awsIdentityPolicy,
  awsManaged,
  awsKeyGrant,
  gcpBinding,
  datasetAccess,
  kubernetesBinding,
];

/** Every grant of both clouds and of Kubernetes. */
export function grantsOf(graph: Graph): Grant[] {
  return graph.resources.flatMap((resource) => readers.flatMap((read) => read(graph, resource)));
}

/** Account of AWS or project of Google that a principal or the name of a resource is of. */
export function accountOf(named: string): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(named)?.[1] ?? /^(\d{12})$/.exec(named)?.[1] ?? projectOf(named);
}

/** Projects of Google itself whose accounts are agents of its services, one for each project that uses them. */
const agents =
  /@(gcp-sa-[^.]+|[^.]+-system|bigquery-encryption|container-engine-robot|cloud-redis|gs-project-accounts|serverless-robot-prod)\.(iam\.)?gserviceaccount\.com$/;

/** Whether a principal is an agent of a service of Google. */
export function isGoogleAgent(principal: string): boolean {
  return agents.test(principal);
}

function projectOf(named: string): string | undefined {
  const pool = /\/workloadIdentityPools\/([^/.]+)\.svc\.id\.goog\//.exec(named)?.[1];
  if (pool !== undefined || isGoogleAgent(named)) return pool;
  return /@([^.@]+)\.iam\.gserviceaccount\.com$/.exec(named)?.[1];
}

/** Zones of every account and project that is known, here and in the manifests of others. */
export function zonesOfAccounts(graph: Graph): ReadonlyMap<string, Zone> {
  const known = [
    ...graph.resources.map((resource) => graph.factsOf(resource)),
    ...graph.neighbours.map(({ facts }) => facts),
  ];
  return new Map(
    known.flatMap(({ account, zone }): [string, Zone][] =>
      account === undefined || zone === undefined ? [] : [[account, zone]],
    ),
  );
}

/** Zones of those who get a grant, each with a name. */
export function granteeZones(
  graph: Graph,
  { grantees, principals }: Grant,
): { readonly name: string; readonly zone: Zone }[] {
  const accounts = zonesOfAccounts(graph);
  return [
    ...grantees.map((grantee) => ({ name: grantee.name, zone: graph.factsOf(grantee).zone })),
    ...principals.map((name) => ({ name, zone: accounts.get(accountOf(name) ?? "") })),
  ].flatMap(({ name, zone }) => (zone === undefined ? [] : [{ name, zone }]));
}
