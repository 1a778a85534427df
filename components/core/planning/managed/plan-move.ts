import { InputError, RefusedError, type Problem } from "../../errors";
import { requireKubernetes, requireVm, type Specification } from "../config/specification";
import { databasePrefixes, databaseServices } from "../database-environment";
import { dataProblems, type DataResource } from "../data-safety";
import { plannedImage } from "../image-reference";
import type { KubernetesPlan } from "../kubernetes/kubernetes-plan";
import { planKubernetes } from "../kubernetes/plan";
import { databaseComponents } from "../kubernetes/rollout";
import { databaseSecret } from "../kubernetes/secret-names";
import { servicesOf, type ServedBy } from "../manifest";
import type { DowntimePart } from "../upgrade/upgrade-plan";
import { planVm, type Plan } from "../vm/plan";
import { majorVersionOf } from "./major-version";
import { moveSteps } from "./move-steps";
import type { MovedDatabase, MovedStore, MoveMachine, MoveNamespace, MovePlan } from "./move-plan";

/** Minutes a GB takes to be dumped and restored: an estimate of ours, by the disks the planner chooses. */
const minutesPerGb = { least: 0.5, most: 3 };

/** Room for dumps where the size of the data is not known, GB. */
const usualDumpGb = 200;

/** Image whose PostgreSQL programs dump and restore, and the newest server they can read. */
const toolsRepository = "postgresql-16";
const toolsMajor = 16;

/** What is known of the data beside the two configs. */
export interface MoveSituation {
  /** Size of all PostgreSQL data, GB; unknown by default. */
  readonly postgresSizeGb?: number;
}

/** A plan of either shape. */
type AnyPlan = Plan | KubernetesPlan;

function planOf(specification: Specification): AnyPlan {
  return specification.shape === "kubernetes"
    ? planKubernetes(requireKubernetes(specification))
    : planVm(requireVm(specification));
}

function storeOf(key: string, from: ServedBy, to: ServedBy): MovedStore {
  const store = { key, from, to };
  if (key.startsWith("databases."))
    return { ...store, how: "restored", meaning: "is dumped and restored with everything in it" };
  if (key === "objectStorage")
    return {
      ...store,
      how: "drained",
      meaning:
        "objects are not moved: uploads are processed before, results of search jobs are downloaded before or run again",
    };
  return {
    ...store,
    how: "left",
    meaning:
      key === "cache.store" ? "begins empty: everybody signs in again" : "begins empty and fills itself: it is a cache",
  };
}

function movedStores(from: Specification, to: Specification): MovedStore[] {
  const after = servicesOf(to);
  return Object.entries(servicesOf(from)).flatMap(([key, was]) => {
    const will = after[key] ?? was;
    return will === was ? [] : [storeOf(key, was, will)];
  });
}

/** What a move keeps as it is. */
const fixed = ["name", "shape", "cloud", "region", "release"] as const;

/** @throws InputError for a size that is none */
function checkSize(postgresSizeGb: number | undefined): void {
  if (postgresSizeGb === undefined || (Number.isFinite(postgresSizeGb) && postgresSizeGb >= 0)) return;
  throw new InputError(
    [{ path: "postgresSizeGb", message: `is ${postgresSizeGb}; give the size in GB as a number of at least 0` }],
    "the move cannot be planned",
  );
}

function problemsOf(from: Specification, to: Specification, stores: readonly MovedStore[]): Problem[] {
  const problems = fixed
    .filter((key) => from[key] !== to[key])
    .map((key): Problem => ({
      path: key,
      message: `is ${from[key]} now and ${to[key]} then; a move changes who serves the stores and nothing else, so keep ${from[key]}`,
    }));
  if (stores.length === 0) return problems;
  if (from.cloud === "local")
    problems.push({
      path: "cloud",
      message:
        "is local: a try-out has no machine whose services are stopped and started by the steps of a move; make a new one",
    });
  for (const specification of [from, to])
    if (specification.shape === "kubernetes" && specification.kubernetes.via === "helm")
      problems.push({
        path: "kubernetes.via",
        message: 'is helm; the steps are for objects of this library, so give "native" for the move',
      });
  const restored = stores.filter(({ how }) => how === "restored");
  const managed = [from, to].filter(({ databases }) => Object.values(databases).includes("managed"));
  if (restored.length > 0 && managed.some((specification) => specification.managed.databases.login === "iam"))
    problems.push({
      path: "databases.managed.login",
      message: 'is iam, by which nothing is restored; move with "password", and change the login afterwards',
    });
  const { version } = from.managed.databases;
  if (restored.some((store) => store.from === "managed") && Number(majorVersionOf(version)) > toolsMajor)
    problems.push({
      path: "databases.managed.version",
      message: `is ${version}; release ${from.release} has no programs and no containers of PostgreSQL above ${toolsMajor}, so this data cannot go back`,
    });
  if (stores.some((store) => store.to === "managed") && stores.some((store) => store.from === "managed"))
    problems.push({
      path: "",
      message:
        "some stores would come to the cloud's own services and others leave them; make it two moves, one after the other",
    });
  return problems;
}

/** Names by which the updates of a move are told what to leave as it is. */
function excludedBy(given: DataResource, name: string): string {
  if (given.kind === "claim") return `**::${name}-claim-${given.name}`;
  if (given.kind === "secret") return `**::${given.name}`;
  return "**:ManagedServices**";
}

function machineOf(from: Plan, to: Plan): MoveMachine {
  const names = ({ containers }: Plan): string[] => containers.map(({ name }) => name);
  // One service that knows no database is started in any case, because compose refuses to start none.
  const free = [...databaseComponents, "syntect-server"];
  return {
    stopped: names(from).filter((name) => !databaseComponents.includes(name)),
    held: names(to).filter((name) => !free.includes(name)),
  };
}

function namespaceOf(from: KubernetesPlan, to: KubernetesPlan, databases: readonly MovedDatabase[]): MoveNamespace {
  const workload = [...from.workloads, ...to.workloads].find(({ component }) => databaseComponents.includes(component));
  const storageClass = workload?.claims[0]?.storageClass;
  const { fsGroupOnRootMismatch: _change, ...podSecurity } = workload?.podSecurity ?? {};
  return {
    name: from.namespace.name,
    helmRelease: from.helmRelease,
    goingOn: databaseComponents,
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(from.imagePullSecret === undefined ? {} : { imagePullSecret: from.imagePullSecret }),
    podSecurity,
    logins: Object.fromEntries(databases.map(({ name, service }) => [service, databaseSecret(name)])),
  };
}

function downtimeOf(databases: readonly MovedDatabase[], postgresSizeGb: number | undefined): MovePlan["downtime"] {
  const parts: DowntimePart[] = [
    { what: "everything stops, and starts again", minutes: { least: 5, most: 30 } },
    ...(databases.length === 0
      ? []
      : [
          {
            what: "dump, restore and comparison of the databases",
            ...(postgresSizeGb !== undefined && {
              minutes: {
                least: Math.ceil(postgresSizeGb * minutesPerGb.least),
                most: Math.ceil(postgresSizeGb * minutesPerGb.most),
              },
            }),
          },
        ]),
    { what: "the update that makes the new stores; servers take up to half an hour", minutes: { least: 5, most: 30 } },
  ];
  return {
    expected: "from the stop until everything runs on the new stores",
    parts,
    atLeastMinutes: parts.reduce((sum, { minutes }) => sum + (minutes?.least ?? 0), 0),
  };
}

const dumpRoom = (specification: Specification, databases: readonly MovedDatabase[], given: number | undefined) =>
  given ?? databases.length * (specification.managed.databases.sizeGb ?? usualDumpGb);

/**
 * The way of data between bundled, managed and external stores: what to stop, dump, change, restore, compare and start. Pure.
 *
 * @param from the config that is deployed
 * @param to the config wanted; it differs in who serves the stores, and in their settings
 * @throws InputError for a size of the data that is none
 * @throws RefusedError with every reason why the two cannot be one move
 */
export function planMove(from: Specification, to: Specification, situation: MoveSituation = {}): MovePlan {
  checkSize(situation.postgresSizeGb);
  const stores = movedStores(from, to);
  const problems = problemsOf(from, to, stores);
  if (problems.length > 0) throw new RefusedError(problems, "the move is refused");
  const [before, after] = [planOf(from), planOf(to)];
  const databases = databaseServices
    .filter(([name]) => stores.some(({ key }) => key === `databases.${name}`))
    .map(([name, service]): MovedDatabase => ({ name, service, prefix: databasePrefixes[name] }));
  const lost = dataProblems(before.dataResources, after.dataResources, [], from.cloud).map(({ path }) => path);
  const given = before.dataResources.filter(({ name }) => lost.includes(name));
  const keys = stores.filter(({ key }) => key !== "cache.cache").map(({ key }) => key);
  const plan: Omit<MovePlan, "steps"> = {
    name: from.name,
    shape: before.shape,
    cloud: before.cloud as MovePlan["cloud"],
    release: from.release,
    stores,
    databases,
    allowDataLoss: stores.length === 0 ? [] : [...keys, ...lost],
    exclude: [...new Set(given.map((resource) => excludedBy(resource, from.name)))],
    givenUp: given.map(({ name }) => name),
    image: plannedImage(toolsRepository, undefined, from),
    dumpGb: dumpRoom(from, databases, situation.postgresSizeGb),
    ...(before.shape === "vm" && after.shape === "vm" && { machine: machineOf(before, after) }),
    ...(before.shape === "kubernetes" &&
      after.shape === "kubernetes" && { kubernetes: namespaceOf(before, after, databases) }),
    downtime: downtimeOf(databases, situation.postgresSizeGb),
    notes: notesOf(stores, situation),
  };
  return { ...plan, steps: stores.length === 0 ? [] : moveSteps(plan) };
}

function notesOf(stores: readonly MovedStore[], { postgresSizeGb }: MoveSituation): string[] {
  if (stores.length === 0) return [];
  const restores = stores.some(({ how }) => how === "restored");
  return [
    "the old stores stay, and are paid for, until the last step gives them up",
    ...(restores && postgresSizeGb === undefined
      ? ["how long it takes depends on the size of the data; --postgres-size-gb gives an estimate"]
      : []),
    ...(restores
      ? ["rehearse it on a copy: a backup restored beside, with a licence and a site id of its own, tells the times"]
      : []),
  ];
}
