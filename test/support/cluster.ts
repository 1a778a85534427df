import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { TestCluster } from "./kubernetes";

// What tests look at in a control plane, and do to it.

/** An object as the API server gives it. */
export interface LiveObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** Objects of these kinds (`deployments,services`) in a namespace. */
export async function liveObjects(cluster: TestCluster, kinds: string, namespace: string): Promise<LiveObject[]> {
  const { stdout } = await cluster.kubectl(["get", kinds, `--namespace=${namespace}`, "--output=json"]);
  return (JSON.parse(stdout) as { items: LiveObject[] }).items;
}

/** One field of each object, by `Kind name`. */
export function byName<Value>(
  objects: readonly LiveObject[],
  field: (object: LiveObject) => Value,
): Record<string, Value> {
  return Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, field(object)]));
}

/** Ends the API server alone, as when the cluster is gone. */
export function stopApiServer({ kubeconfig }: TestCluster): void {
  const pid = Number(readFileSync(path.join(path.dirname(kubeconfig), "kube-apiserver.pid"), "utf8"));
  process.kill(pid, "SIGKILL");
}

/** Gives every Ingress an address, as the load balancer controller does; until it is stopped. */
export function playController(control: TestCluster, hostname: string): () => void {
  const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ hostname }] } } });
  const find = ["get", "ingresses", "--all-namespaces", "--output=jsonpath={range .items[*]}{.metadata.name} {end}"];
  const patch = ["--namespace=sourcegraph", "--subresource=status", "--type=merge", `--patch=${status}`];
  const timer = setInterval(() => {
    void control
      .kubectl(find)
      .then(async ({ stdout }) => {
        for (const name of stdout.split(" ").filter((each) => each !== ""))
          await control.kubectl(["patch", "ingress", name, ...patch]);
      })
      .catch(() => undefined); // it may be on its way out
  }, 1000);
  return () => clearInterval(timer);
}
