/** What a kubeconfig of a cluster on GKE is made from. */
export interface GkeEndpoint {
  readonly clusterName: string;
  /** Address of the API, without a scheme. */
  readonly endpoint: string;
  /** Certificate of the cluster's own authority, PEM in base64. */
  readonly certificateAuthority: string;
}

/**
 * A kubeconfig without any secret: whoever uses it signs in by Google's plugin with an identity of their own, which must
 * have rights on the cluster.
 */
export function gkeKubeconfig({ clusterName, endpoint, certificateAuthority }: GkeEndpoint): string {
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: clusterName,
          cluster: { server: `https://${endpoint}`, "certificate-authority-data": certificateAuthority },
        },
      ],
      users: [
        {
          name: clusterName,
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1beta1",
              command: "gke-gcloud-auth-plugin",
              installHint:
                "install the plugin with: gcloud components install gke-gcloud-auth-plugin, or from your package manager",
              provideClusterInfo: true,
              interactiveMode: "Never",
            },
          },
        },
      ],
      contexts: [{ name: clusterName, context: { cluster: clusterName, user: clusterName } }],
      "current-context": clusterName,
    },
    undefined,
    2,
  );
}
