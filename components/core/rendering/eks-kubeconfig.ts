/** What a kubeconfig of a cluster on EKS is made from. */
export interface EksEndpoint {
  readonly clusterName: string;
  readonly region: string;
  /** URL of the API. */
  readonly endpoint: string;
  /** Certificate of the cluster's own authority, PEM in base64. */
  readonly certificateAuthority: string;
  /** Role to sign in as; absent for whoever uses it. */
  readonly roleArn?: string;
}

/**
 * A kubeconfig without any secret: whoever uses it signs in by the AWS command line with an identity of their own, which
 * the cluster must know.
 */
export function eksKubeconfig(o: EksEndpoint): string {
  const { clusterName, region, endpoint, certificateAuthority, roleArn } = o;
  const role = roleArn === undefined ? [] : ["--role-arn", roleArn];
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: clusterName, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority } },
      ],
      users: [
        {
          name: clusterName,
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1beta1",
              command: "aws",
              args: [
                "--region",
                region,
                "eks",
                "get-token",
                "--cluster-name",
                clusterName,
                "--output",
                "json",
                ...role,
              ],
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
