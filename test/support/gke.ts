import { startKubernetes, type TestCluster } from "./kubernetes";

/** Kinds that GKE brings, as loosely as they can be defined. */
const kindsOfGke = [
  ["cloud.google.com", "v1", "BackendConfig"],
  ["networking.gke.io", "v1beta1", "FrontendConfig"],
  ["networking.gke.io", "v1", "ManagedCertificate"],
].map(([group = "", version = "", kind = ""]) => {
  const plural = `${kind.toLowerCase()}s`;
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
});

/** A control plane that looks like one of GKE. */
export interface GkePlane {
  readonly cluster: TestCluster;
  /** Ends it, and what plays Google's part. */
  stop(): void;
}

/** Gives each Ingress of the product the address that it asks for, as GKE's controller does. Ended by what is returned. */
function playIngresses(control: TestCluster, address: string): () => void {
  const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: address }] } } });
  const command = ["patch", "ingress", "sourcegraph-frontend", "--namespace=sourcegraph", "--subresource=status"];
  const timer = setInterval(
    () => void control.kubectl([...command, "--type=merge", "--patch", status]).catch(() => {}),
    2_000,
  );
  return () => clearInterval(timer);
}

/**
 * Starts a control plane for the stand-in for GKE, for a `before` hook: with Google's kinds, its nodes in the groups, and
 * addresses for Ingresses. Name them all in KUBECONFIG, separated by colons, and set SGBOX_STANDIN_GKE.
 */
export async function startGke(
  context: Mocha.Context,
  groups: readonly string[],
  address = "203.0.113.20",
): Promise<GkePlane> {
  const cluster = startKubernetes(context);
  try {
    await cluster.kubectl(
      ["apply", "--server-side", "-f", "-"],
      JSON.stringify({ apiVersion: "v1", kind: "List", items: kindsOfGke }),
    );
    const { stdout } = await cluster.kubectl(["get", "nodes", "--output=name"]);
    for (const [index, node] of stdout.trim().split("\n").entries())
      await cluster.kubectl(["label", node, `sourcegraph.com/node-group=${groups[index % groups.length]}`]);
    const stopIngresses = playIngresses(cluster, address);
    return {
      cluster,
      stop: () => {
        stopIngresses();
        cluster.stop();
      },
    };
  } catch (error) {
    cluster.stop();
    throw error;
  }
}
