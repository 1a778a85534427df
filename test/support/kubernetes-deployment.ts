import assert from "node:assert/strict";
import { builtProject } from "./built";
import { byName, liveObjects, type LiveObject } from "./cluster";
import { Engine, type ConfigValue, type RunResult } from "./engine";
import type { TestCluster } from "./kubernetes";

/** A deployment by the ready stack program on the real engine, into a real control plane. */
export class KubernetesDeployment {
  private constructor(
    public readonly engine: Engine,
    private readonly cluster: TestCluster,
    public readonly namespace: string,
  ) {}

  /** Sets a stack up; nothing is deployed yet. */
  static async start(
    bin: string,
    cluster: TestCluster,
    config: Readonly<Record<string, ConfigValue>>,
    namespace = "sourcegraph",
  ): Promise<KubernetesDeployment> {
    const engine = await Engine.start({
      bin,
      project: builtProject(),
      env: { KUBECONFIG: cluster.kubeconfig },
      timeoutMs: 300_000,
    });
    const deployment = new KubernetesDeployment(engine, cluster, namespace);
    deployment.set({ shape: "kubernetes", cloud: "existing", ...config });
    return deployment;
  }

  /** Sets keys of the config; `undefined` removes one. */
  set(config: Readonly<Record<string, ConfigValue | undefined>>): void {
    const keys = Object.entries(config).map(([key, value]) => [`sourcegraph:${key}`, value]);
    this.engine.writeConfig(Object.fromEntries(keys) as Record<string, ConfigValue | undefined>);
  }

  /** An update that succeeds. */
  async up(): Promise<RunResult> {
    const up = await this.engine.up();
    assert.equal(up.code, 0, up.stdout + up.stderr);
    return up;
  }

  /** Asserts that a preview finds nothing to change. */
  async assertSettled(): Promise<void> {
    const preview = await this.engine.preview();
    assert.deepEqual([preview.code, preview.changes], [0, []], preview.stdout);
  }

  /** Live objects of these kinds. */
  objects(kinds: string): Promise<LiveObject[]> {
    return liveObjects(this.cluster, kinds, this.namespace);
  }

  /** Unique ids of the claims, by name. */
  async claims(): Promise<Record<string, string>> {
    return byName(await this.objects("persistentvolumeclaims"), ({ metadata }) => metadata.uid);
  }

  /** Unique ids of all pods' owners' objects: what a replacement would change. */
  async identities(): Promise<Record<string, string>> {
    return byName(
      await this.objects("deployments,statefulsets,services,persistentvolumeclaims"),
      ({ metadata }) => metadata.uid,
    );
  }

  /** Counter of the specs of what has pods: it moves exactly when pods roll or are counted otherwise. */
  async generations(): Promise<Record<string, number>> {
    return byName(
      await this.objects("deployments,statefulsets,daemonsets"),
      ({ metadata }) => metadata.generation ?? 0,
    );
  }

  /** Removes what the test made. */
  stop(): void {
    this.engine.stop();
  }
}
