import type { EnvironmentValue, Plane, ReleaseRange, ServiceName } from "../service";

// What the vendor's chart says about a workload. Names of objects and labels are the vendor's and never change: an
// installation by the chart is taken over by them. Source: services.json (helm parts) and helm-values.md.

/** A value of an environment variable in a pod. `$(NAME)` in a text refers to an earlier variable. */
export type PodValue =
  | EnvironmentValue
  /** A key of a Secret. */
  | { readonly secret: string; readonly key: string }
  /** A field of the pod, e.g. `status.hostIP`. */
  | { readonly field: string }
  /** A share of the size of a claim of the workload: so many MB for every GiB of it. */
  | { readonly claim: string; readonly mbPerGib: number };

/** An environment variable of a container and the releases that read it. */
export interface PodVariable extends ReleaseRange {
  readonly name: string;
  readonly value: PodValue;
}

/** How a probe asks. */
export type ProbeAction =
  | {
      /** Path that has to answer well. */
      readonly http: string;
      /** Port, by name or number. */
      readonly port: string | number;
    }
  | {
      /** Port that has to take a connection. */
      readonly tcp: string | number;
    }
  | {
      /** Command that has to succeed. */
      readonly exec: readonly string[];
    };

/** A probe; durations in seconds. Absent numbers are Kubernetes' defaults (period 10, timeout 1, failures 3). */
export interface ProbeFacts {
  /** How it asks. */
  readonly action: ProbeAction;
  /** Time before it asks first. */
  readonly initialDelaySeconds?: number;
  /** Time between two questions. */
  readonly periodSeconds?: number;
  /** Time an answer may take. */
  readonly timeoutSeconds?: number;
  /** Failures in a row that count. */
  readonly failureThreshold?: number;
  /** Releases whose chart has it. */
  readonly range?: ReleaseRange;
}

/** The probes of a container. */
export interface ProbesFacts {
  /** Whether it has started; the others wait for it. */
  readonly startup?: ProbeFacts;
  /** Whether it lives; it is restarted otherwise. */
  readonly liveness?: ProbeFacts;
  /** Whether it is given work. */
  readonly readiness?: ProbeFacts;
}

/** A request and a limit in Kubernetes' notation; `G` is 10^9 bytes, `Gi` 2^30. */
export interface QuantityPair {
  readonly request: string;
  readonly limit: string;
}

/** What a container asks for and may have, by the chart's defaults. */
export interface ResourcesFacts {
  readonly cpu: QuantityPair;
  readonly memory: QuantityPair;
  readonly ephemeralStorage?: QuantityPair;
}

/** Who a container runs as, by the chart's defaults. */
export interface ContainerSecurityFacts {
  readonly uid?: number;
  readonly gid?: number;
  readonly readOnlyRoot?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
}

/** A port of a container. */
export interface ContainerPortFacts {
  readonly name: string;
  readonly number: number;
  readonly plane: Plane;
  /** Port of the node it is bound to as well. */
  readonly hostPort?: number;
}

/** One container of a pod. */
export interface ContainerFacts {
  /** The vendor's name of the container. */
  readonly name: string;
  /** Entry of the catalogue it runs; helpers such as exporters may have none. */
  readonly service?: ServiceName;
  /** Image repository, where it is not that of the service. */
  readonly image?: string;
  /** Key of the chart's values that holds its image and resources. */
  readonly valuesKey: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports: readonly ContainerPortFacts[];
  readonly environment: readonly PodVariable[];
  readonly probes?: ProbesFacts;
  readonly resources: ResourcesFacts;
  readonly security?: ContainerSecurityFacts;
  readonly mounts: readonly MountFacts[];
}

/** A volume of the pod at a path of a container. */
export interface MountFacts {
  readonly volume: string;
  readonly path: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
  /** Sees what the node mounts below the path later on. */
  readonly fromHost?: boolean;
}

/** A volume of a pod. */
export type PodVolumeFacts = {
  /** Name in the pod. */
  readonly name: string;
} & (
  | {
      /** Space of the pod alone, gone with it. */
      readonly emptyDir: {
        /** Memory in place of the node's disk. */
        readonly medium?: "Memory";
        /** Most it may hold. */
        readonly sizeLimit?: string;
      };
    }
  | {
      /** Claim of this name. */
      readonly claim: string;
    }
  | {
      /** A claim of its own for every pod of a StatefulSet, of the same name. */
      readonly claimTemplate: true;
    }
  | {
      /** ConfigMap whose keys are its files. */
      readonly configMap: string;
      /** Rights of the files. */
      readonly mode?: number;
    }
  | {
      /** Path of the node. */
      readonly hostPath: string;
    }
);

/** A persistent volume claim. */
export interface ClaimFacts {
  /** `claim`: one object of this name; `template`: one for every pod, `<name>-<workload>-<ordinal>`. */
  readonly kind: "claim" | "template";
  readonly name: string;
  /** Size by the chart's defaults, GiB. */
  readonly sizeGib: number;
  /** Service whose disk in the sizing it is; absent: always the chart's size. */
  readonly sizedBy?: ServiceName;
  /** Labels of the template, complete; a template never changes, so an installation of the chart has exactly these. Default none. */
  readonly templateLabels?: Readonly<Record<string, string>>;
  /** Which volume of the catalogue it is, for its data class and its worth: service and target path there. */
  readonly holds: { readonly service: ServiceName; readonly target: string };
}

/** A Service object. */
export interface ServiceObjectFacts {
  /** The vendor's name of the object. */
  readonly name: string;
  /** Without an address of its own, so that single pods are found by name. */
  readonly headless: boolean;
  /** Its ports, and the named ports of the pods behind them. */
  readonly ports: readonly {
    /** Name. */
    readonly name: string;
    /** Number. */
    readonly port: number;
    /** Name of the pods' port. */
    readonly targetPort: string;
  }[];
  /** Port that Prometheus scrapes, as the annotation says it. */
  readonly scrapePort?: number;
}

/** A rule of a Role or ClusterRole. */
export interface RoleRule {
  /** API groups. */
  readonly apiGroups?: readonly string[];
  /** Resources. */
  readonly resources?: readonly string[];
  /** Paths of the API server that are no resources. */
  readonly nonResourceURLs?: readonly string[];
  /** What may be done. */
  readonly verbs: readonly string[];
}

/** Rights a workload has by the chart's defaults. */
export interface RightsFacts {
  /** Name of role and binding. */
  readonly name: string;
  /** Whether it reaches beyond the namespace. */
  readonly clusterWide: boolean;
  /** The rules. */
  readonly rules: readonly RoleRule[];
  /** What is lost without it. */
  readonly without: string;
}

/** A Deployment, StatefulSet or DaemonSet of the vendor's chart. */
export interface WorkloadFacts {
  /** The vendor's name of the object. */
  readonly name: string;
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet";
  /** Entry of the catalogue it belongs to; absent for the agent of traces, which only Kubernetes has. */
  readonly service?: ServiceName;
  /** Key of the chart's values. */
  readonly valuesKey: string;
  /** Releases whose chart has it. */
  readonly present?: ReleaseRange;
  /** Not deployed unless asked for: the chart leaves it out by default. */
  readonly optional?: boolean;
  /** Label `app.kubernetes.io/component`. */
  readonly component: string;
  /** Labels its pods are selected by, besides name and instance; immutable. They win over the labels all pods have. */
  readonly selector: Readonly<Record<string, string>>;
  /** Whether name and instance labels are part of the selector, as in all but Grafana and Jaeger. */
  readonly selectsInstance: boolean;
  /** Labels of its pods that are not part of the selector. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Port that Prometheus scrapes at the pods themselves, as their annotation says it. */
  readonly podScrapePort?: number;
  /** Number by the chart's defaults; absent for DaemonSets. */
  readonly replicas?: { readonly default: number; readonly scalable: boolean };
  readonly strategy?:
    | {
        /** The old pod stops before the new one starts. */
        readonly type: "Recreate";
      }
    | {
        /** One pod after another. */
        readonly type: "RollingUpdate";
        /** New pods beside the old ones. */
        readonly maxSurge?: number;
        /** Pods that may be missing meanwhile. */
        readonly maxUnavailable?: number;
      };
  /** `podManagementPolicy` of a StatefulSet, where the chart sets one. Immutable. */
  readonly podManagementPolicy?: "Parallel" | "OrderedReady";
  /** Name of the governing Service of a StatefulSet. Immutable. */
  readonly serviceName?: string;
  readonly minReadySeconds?: number;
  readonly podSecurity?: {
    readonly uid?: number;
    readonly gid?: number;
    readonly fsGroup?: number;
    /** Whether the group is set on the files of a volume only when its root does not have it yet: large volumes start faster. */
    readonly fsGroupOnRootMismatch?: boolean;
    readonly runAsNonRoot?: boolean;
  };
  readonly terminationGraceSeconds?: number;
  readonly hostPid?: boolean;
  readonly initContainers: readonly ContainerFacts[];
  readonly containers: readonly ContainerFacts[];
  readonly volumes: readonly PodVolumeFacts[];
  readonly claims: readonly ClaimFacts[];
  readonly services: readonly ServiceObjectFacts[];
  /** Account of its pods; `created`: the chart makes it by default, else they run as the namespace's. */
  readonly serviceAccount: { readonly name: string; readonly created: boolean };
  /** Whether its pods see the token of their account; default `true`. */
  readonly mountsToken?: boolean;
  readonly rights?: RightsFacts;
  /**
   * Rank in a roll-out, lowest first: 0 stores, 1 the frontends (after the migrator), 2 what serves searches and code,
   * 3 workers, 4 what only watches.
   */
  readonly rank: 0 | 1 | 2 | 3 | 4;
  /** Why its pods cannot meet the level `restricted` of the pod security standards; absent where they can. */
  readonly notRestricted?: string;
  /** Pod security level its pods meet at best. */
  readonly podSecurityLevel: "restricted" | "baseline" | "privileged";
  /** Where the facts come from, beyond services.json. */
  readonly source?: string;
}
