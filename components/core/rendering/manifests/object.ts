/** An object as the Kubernetes API takes it: plain JSON. */
export interface KubernetesObject {
  /** Group and version, e.g. `apps/v1`. */
  readonly apiVersion: string;
  /** Kind, e.g. `Deployment`. */
  readonly kind: string;
  /** Name and labels. */
  readonly metadata: {
    /** Name of the object. */
    readonly name: string;
    /** Namespace; absent for what is cluster-scoped. */
    readonly namespace?: string;
    /** Labels. */
    readonly labels?: Readonly<Record<string, string>>;
    /** Annotations. */
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** The rest, as its kind has it. */
  readonly [key: string]: unknown;
}
