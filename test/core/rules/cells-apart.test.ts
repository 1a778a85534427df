import assert from "node:assert/strict";
import { i01 } from "../../../components/core/rules/identities/i01";
import { n07 } from "../../../components/core/rules/network/n07";
import { t01 } from "../../../components/core/rules/tenancy/t01";
import { x05 } from "../../../components/core/rules/zones/x05";
import { part } from "../../support/boundary";
import { graphOf, said, type Given } from "../../support/graph";

const zone = "multi-tenant";

/** A pod under an account in namespace `sourcegraph`, as every cell has one. */
const deployment = (name: string, parent: string): Given => ({
  type: "kubernetes:apps/v1:Deployment",
  name,
  parent,
  inputs: {
    metadata: { namespace: "sourcegraph" },
    spec: { template: { spec: { serviceAccountName: "worker", containers: [] } } },
  },
});

const namespace = (name: string, parent: string): Given => ({
  type: "kubernetes:core/v1:Namespace",
  name,
  parent,
  inputs: { metadata: { name: "sourcegraph" } },
});

const policy = (name: string, parent: string, more: object): Given => ({
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name,
  parent,
  inputs: {
    metadata: { namespace: "sourcegraph" },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...more },
  },
});

describe("cells with clusters of their own", () => {
  it("may use one name for accounts of Kubernetes, and within a cell may not", () => {
    const cells = [part("cell-1", { zone, cell: "cell-1" }), part("cell-2", { zone, cell: "cell-2" })];
    const pods = [deployment("a", "cell-1"), deployment("b", "cell-2")];
    assert.deepEqual(said(i01, graphOf([...cells, ...pods])), [
      "a holds: spec.template.spec.serviceAccountName is worker",
      "b holds: spec.template.spec.serviceAccountName is worker",
    ]);
    assert.match(
      said(i01, graphOf([...cells, ...pods, deployment("c", "cell-1")]))[0] ?? "",
      /^a broken: .*c of multi-tenant cell-1 has too/,
    );
  });

  it("have the policies of their own namespace, though all are called the same", () => {
    const open = { ingress: [{ from: [{ ipBlock: { cidr: "10.2.0.0/16" } }], ports: [{ port: 443 }] }] };
    const cells = [part("cell-1", { zone, cell: "cell-1" }), part("cell-2", { zone, cell: "cell-2" })];
    const graph = graphOf([
      ...cells,
      namespace("one", "cell-1"),
      policy("deny-1", "cell-1", {}),
      namespace("two", "cell-2"),
      policy("deny-2", "cell-2", {}),
      policy("open-2", "cell-2", open),
    ]);
    assert.deepEqual(said(n07, graph), [
      "one holds: every pod is closed both ways and 0 openings are declared connections",
      "two broken: no connection is declared from 10.2.0.0/16 to every pod at 443; remove what lets it in, or declare the connection",
    ]);
  });

  it("need no policy for hosts and services that are reached over the internet", () => {
    const connects = { kind: "connects", from: "worker", port: 443 } as const;
    const graph = graphOf([
      part(
        "cell-1",
        { zone, cell: "cell-1" },
        { ...connects, to: "github.com" },
        { ...connects, to: "workspaces", over: "internet" },
      ),
      namespace("one", "cell-1"),
      policy("deny-1", "cell-1", {}),
    ]);
    assert.deepEqual(said(n07, graph), [
      "one holds: every pod is closed both ways and 0 openings are declared connections",
    ]);
  });

  it("set up their databases by what knows no tenants", () => {
    const graph = graphOf([part("set-up", { zone, cell: "cell-1", service: "db-set-up" }), deployment("a", "set-up")]);
    assert.deepEqual(said(t01, graph), []);
  });

  it("are deployed by the role of their provider, which the engine is given as text", () => {
    const account = "111111111111";
    const graph = graphOf([
      part("cell-1", { zone, cell: "cell-1", account }),
      {
        type: "pulumi:providers:aws",
        name: "provider",
        parent: "cell-1",
        inputs: { assumeRoles: JSON.stringify([{ roleArn: `arn:aws:iam::${account}:role/deploy` }]) },
      },
    ]);
    assert.deepEqual(
      said(x05, graph).filter((line) => line.startsWith("provider")),
      [`provider holds: it acts in ${account} of zone multi-tenant`],
    );
  });
});
