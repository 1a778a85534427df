// Plans instances of every size, from one repository to five million, on both clouds: what nodes they get and what they cost.
import { parseSpecification, requireKubernetes } from "../components/core/planning/config/specification";
import { planCluster, type PlannedCluster } from "../components/core/planning/kubernetes/cluster";
import { kubernetesContext } from "../components/core/planning/kubernetes/context";
import type { PlannedWorkload } from "../components/core/planning/kubernetes/workload";
import { planWorkloads } from "../components/core/planning/kubernetes/workloads";
import { priceOf, type PricedThing } from "../components/core/planning/price/price";
import { kubernetesPriceThings } from "../components/core/planning/price/price-kubernetes";
import type { SizeLabel, Usage } from "../components/core/planning/sizing/usage";

/** Clouds that are simulated. */
export const simulatedClouds = ["aws", "gcp"] as const;

/** Numbers of repositories: 1, 2 and 5 of every power of ten. */
const repositoryCounts = [0, 1, 2, 3, 4, 5, 6]
  .flatMap((power) => [1, 2, 5].map((first) => first * 10 ** power))
  .filter((count) => count <= 5_000_000);

/** Users of an instance with so many repositories: few, as the size chart has them, and many. */
function userCounts(repositories: number): number[] {
  return [10, Math.ceil(repositories / 10), 50_000].map((users) => Math.min(50_000, Math.max(10, users)));
}

/** Repositories by their average size in GB: small ones, the estimator's default, and large ones with a monorepo. */
export const repositoryMixes = [
  { name: "small", averageGb: 0.005, largestGb: 1 },
  { name: "usual", averageGb: 100 / 3000, largestGb: 5 },
  { name: "large", averageGb: 0.2, largestGb: 100 },
] as const;

/** Every usage that is simulated, with the name of its mix. */
export function simulatedUsages(): { readonly mix: string; readonly usage: Usage }[] {
  return repositoryCounts.flatMap((repositories) =>
    [...new Set(userCounts(repositories))].flatMap((users) =>
      repositoryMixes.map(({ name, averageGb, largestGb }) => {
        const totalSizeGb = Math.ceil(repositories * averageGb);
        return {
          mix: name,
          usage: {
            users,
            repositories,
            totalSizeGb,
            largestRepositoryGb: Math.min(largestGb, totalSizeGb),
            largestIndexGb: Math.min(32, Math.max(1, totalSizeGb / 1000)),
          },
        };
      }),
    ),
  );
}

/** What the simulation decides of one usage. */
export interface Simulated {
  readonly usage: Usage;
  readonly size: SizeLabel;
  readonly workloads: readonly PlannedWorkload[];
  readonly cluster: PlannedCluster;
  readonly claimsTib: number;
  readonly monthly: number;
  readonly unpriced: readonly string[];
  readonly things: readonly PricedThing[];
}

const places = {
  aws: { cloud: "aws", region: "us-east-1" },
  gcp: { cloud: "gcp", region: "us-central1", gcp: { project: "example-project" } },
};

/** Plans one usage on a cloud, every store in the cluster. */
export function simulate(cloud: "aws" | "gcp", usage: Usage): Simulated {
  const specification = requireKubernetes(
    parseSpecification({
      shape: "kubernetes",
      ...places[cloud],
      release: "7.5.4453",
      usage,
      access: { allowedCidrs: ["10.0.0.0/8"] },
    }),
  );
  const context = kubernetesContext(specification);
  const workloads = planWorkloads(context);
  const cluster = planCluster(context, workloads);
  const things = kubernetesPriceThings(
    {
      region: specification.region,
      cluster,
      workloads,
      ingress: { name: "sourcegraph-frontend", annotations: {}, serviceAnnotations: {}, notices: [] },
      exposure: {
        url: "",
        tls: "load-balancer",
        loadBalancer: true,
        allowedCidrs: [],
        ports: [443],
        trustedProxies: [],
      },
      managed: { databases: [], caches: [] },
    },
    cloud,
  );
  const { monthly, unpriced } = priceOf(cloud, specification.region, things);
  const claimsGib = workloads
    .flatMap(({ claims }) => claims)
    .reduce((sum, { sizeGib, objects }) => sum + sizeGib * objects.length, 0);
  return { usage, size: context.size, workloads, cluster, claimsTib: claimsGib / 1024, monthly, unpriced, things };
}

/** A row of the table. */
export interface ScaleRow {
  readonly cloud: "aws" | "gcp";
  readonly mix: string;
  readonly repositories: number;
  readonly users: number;
  readonly totalSizeGb: number;
  readonly size: SizeLabel;
  /** Nodes at first, and what they are together. */
  readonly nodes: number;
  readonly vcpu: number;
  readonly memoryGib: number;
  readonly claimsTib: number;
  /** US dollars. */
  readonly monthly: number;
  readonly per1000Repositories: number;
  readonly perUser: number;
  readonly unpriced: readonly string[];
}

/** Simulates usages on both clouds; default every one. */
export function scaleRows(usages = simulatedUsages()): ScaleRow[] {
  return simulatedClouds.flatMap((cloud) =>
    usages.map(({ mix, usage }): ScaleRow => {
      const { size, cluster, claimsTib, monthly, unpriced } = simulate(cloud, usage);
      const { repositories, users, totalSizeGb } = usage;
      const sum = (figure: (group: PlannedCluster["nodeGroups"][number]) => number): number =>
        cluster.nodeGroups.reduce((total, group) => total + group.nodes.initial * figure(group), 0);
      return {
        cloud,
        mix,
        repositories,
        users,
        totalSizeGb,
        size,
        nodes: sum(() => 1),
        vcpu: sum(({ vcpu }) => vcpu),
        memoryGib: sum(({ memoryGib }) => memoryGib),
        claimsTib,
        monthly,
        per1000Repositories: (monthly / repositories) * 1000,
        perUser: monthly / users,
        unpriced,
      };
    }),
  );
}

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const small = (value: number): string => (value < 10 ? value.toFixed(2) : whole(value));

/** Heads of the table's columns. */
export const scaleHead = [
  "Repositories",
  "Users",
  "Size",
  "Nodes",
  "vCPU",
  "Memory GiB",
  "Claims TiB",
  "USD a month",
  "per 1,000 repositories",
  "per user",
] as const;

/** Whether a person is shown it: repositories of the usual size, and one user for every ten of them. */
function isShown({ mix, repositories, users }: Pick<ScaleRow, "mix" | "repositories" | "users">): boolean {
  return mix === "usual" && users === userCounts(repositories)[1];
}

/** The usages a person is shown. */
export function shownUsages(): ReturnType<typeof simulatedUsages> {
  return simulatedUsages().filter(({ mix, usage }) => isShown({ mix, ...usage }));
}

/** The rows a person is shown of a cloud. */
export function scaleTable(rows: readonly ScaleRow[], cloud: "aws" | "gcp"): string[][] {
  return rows
    .filter((row) => row.cloud === cloud && isShown(row))
    .map((row) => [
      whole(row.repositories),
      whole(row.users),
      row.size,
      whole(row.nodes),
      whole(row.vcpu),
      whole(row.memoryGib),
      small(row.claimsTib),
      whole(row.monthly),
      small(row.per1000Repositories),
      small(row.perUser),
    ]);
}
