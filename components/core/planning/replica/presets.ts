import type { ShapeConfig } from "./shape-schema";

/** A set-up that is known to occur, to be a replica of without a file. */
export interface ShapePreset {
  /** Name, written `preset:NAME`. */
  readonly name: string;
  /** What it is, in a few words. */
  readonly summary: string;
  /** The shape, but for the release, which the stack gives. */
  readonly shape: Omit<ShapeConfig, "release">;
}

/** The code host that stands beside a preset, unless it is about one. */
const someRepositories = {
  kind: "githubEnterprise",
  repositories: 100,
  totalSizeGb: 5,
  largestRepositoryGb: 1,
} as const;

/** Every preset. Source: managed-instances.md 7.3. */
export const shapePresets: readonly ShapePreset[] = [
  {
    name: "restricted-kubernetes",
    summary: "a namespace of a cluster whose admins allow almost nothing: no cluster roles, pods of level restricted",
    shape: {
      schema: 1,
      shape: "kubernetes",
      size: "S",
      kubernetes: {
        clusterRoles: "denied",
        podSecurity: "restricted",
        readOnlyRoots: true,
        userIds: "assigned",
        leaveOut: ["prometheus"],
        quota: { cpus: 64, memoryGb: 256, pods: 64, claims: 20 },
      },
      codeHosts: [someRepositories],
    },
  },
  {
    name: "external-databases",
    summary: "a cluster with databases, Redis and uploads outside of it",
    shape: {
      schema: 1,
      shape: "kubernetes",
      size: "M",
      external: { databases: { version: "16" }, cache: {}, objectStorage: {} },
      codeHosts: [someRepositories],
    },
  },
  {
    name: "compose-vm",
    summary: "one machine with Docker Compose",
    shape: { schema: 1, shape: "vm", size: "S", codeHosts: [someRepositories] },
  },
  {
    name: "airgapped-vm",
    summary: "one machine without a way to the internet, images from a mirror, certificates of a private authority",
    shape: {
      schema: 1,
      shape: "vm",
      size: "S",
      airGapped: true,
      registryMirror: true,
      privateCa: true,
      codeHosts: [{ ...someRepositories, kind: "bitbucketServer" }],
    },
  },
  {
    name: "gitlab-beside",
    summary: "one machine beside a self-managed GitLab with many small repositories and one large one",
    shape: {
      schema: 1,
      shape: "vm",
      size: "S",
      codeHosts: [{ kind: "gitlab", repositories: 500, totalSizeGb: 20, largestRepositoryGb: 5 }],
    },
  },
];

/** What a `like` begins with that names a preset. */
export const presetPrefix = "preset:";
