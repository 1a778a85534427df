import assert from "node:assert/strict";
import type { BoundaryFacts } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { t05 } from "../../../components/core/rules/tenancy/t05";
import { t06 } from "../../../components/core/rules/tenancy/t06";
import { t07 } from "../../../components/core/rules/tenancy/t07";
import { part, pod } from "../../support/boundary";
import { graphOf, said, type Given } from "../../support/graph";

const facts: BoundaryFacts = { zone: "multi-tenant", cell: "one", tenancy: "pooled" };
const cell = part("cell", facts);

describe("B-T05", () => {
  const connected = part(
    "cell",
    facts,
    {
      kind: "connects",
      from: "sourcegraph-frontend",
      to: "gitserver",
      port: 3178,
    },
    { kind: "connects", from: "syntect-server", to: "zoekt-webserver", port: 6070 },
  );
  const policy = (to: string, from: readonly unknown[], ports: readonly number[]): Given => ({
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    name: `${to}-policy`,
    parent: "cell",
    inputs: {
      spec: {
        podSelector: { matchLabels: { app: to } },
        ingress: [{ from, ports: ports.map((port) => ({ port })) }],
      },
    },
  });
  const of = (app: string) => ({ podSelector: { matchLabels: { app } } });
  const says = (...resources: readonly Given[]) => said(t05, graphOf([connected, ...resources]));

  it("lets declared callers in, and the edge to the frontend's public port", () =>
    assert.deepEqual(
      says(
        policy("gitserver", [of("sourcegraph-frontend")], [3178]),
        policy("sourcegraph-frontend", [{ ipBlock: { cidr: "10.0.0.0/8" } }], [3080]),
        pod("gitserver", "cell", []),
      ),
      [
        "gitserver-policy holds: sourcegraph-frontend may open gitserver at 3178",
        "gitserver holds: a policy names the callers of gitserver",
      ],
    ));

  it("finds zoekt that syntect-server may open, the internal API open to the edge, everybody, every port, and no policy", () =>
    assert.deepEqual(
      [
        ...says(policy("zoekt-webserver", [of("syntect-server")], [6070])),
        ...says(policy("sourcegraph-frontend", [{ ipBlock: { cidr: "10.0.0.0/8" } }], [3090])),
        ...says(policy("gitserver", [], [3178])),
        ...says(policy("gitserver", [of("sourcegraph-frontend")], [])),
        ...says(pod("gitserver", "cell", [])),
      ],
      [
        "zoekt-webserver-policy broken: syntect-server may open zoekt-webserver at 6070, and is no declared caller; let in only services that are declared to call it, at their port",
        "sourcegraph-frontend-policy broken: 10.0.0.0/8 may open sourcegraph-frontend at 3090, and is no declared caller; let in only services that are declared to call it, at their port",
        "gitserver-policy broken: everybody may open gitserver at 3178, and is no declared caller; let in only services that are declared to call it, at their port",
        "gitserver-policy broken: sourcegraph-frontend may open gitserver at every port, and is no declared caller; let in only services that are declared to call it, at their port",
        "gitserver broken: no policy names the callers of gitserver; make a NetworkPolicy that names them",
      ],
    ));
});

describe("B-T05 of what is known only later", () => {
  it("cannot tell whom a policy lets in", () =>
    assert.deepEqual(
      said(
        t05,
        graphOf([
          cell,
          {
            type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
            name: "policy",
            parent: "cell",
            inputs: { spec: unknownValue },
          },
        ]),
      ),
      ["policy unproven: spec is known only after the deployment; name services and ports that are known before"],
    ));
});

describe("B-T06", () => {
  const namespace: Given = {
    type: "kubernetes:core/v1:Namespace",
    name: "namespace",
    parent: "cell",
    inputs: { metadata: { name: "sg" } },
  };
  const mesh = (mode: unknown): Given => ({
    type: "kubernetes:security.istio.io/v1:PeerAuthentication",
    name: "mesh",
    parent: "cell",
    inputs: { metadata: { namespace: "sg" }, spec: { mtls: { mode } } },
  });

  it("wants certificates of every caller", () =>
    assert.deepEqual(said(t06, graphOf([cell, namespace, mesh("STRICT")])), [
      "namespace holds: spec.mtls.mode is STRICT",
    ]));

  it("finds a permissive mode, none, and a namespace without", () =>
    assert.deepEqual(
      [[mesh("PERMISSIVE")], [mesh(undefined)], [mesh(unknownValue)], []].flatMap((given) =>
        said(t06, graphOf([cell, namespace, ...given])),
      ),
      [
        "namespace broken: spec.mtls.mode is PERMISSIVE; set spec.mtls.mode to STRICT",
        "namespace broken: spec.mtls.mode is not set; set spec.mtls.mode to STRICT",
        "namespace unproven: spec.mtls.mode is known only after the deployment; set spec.mtls.mode to STRICT",
        "namespace broken: nothing asks callers for a certificate; make a PeerAuthentication of mode STRICT for all of the namespace",
      ],
    ));
});

describe("B-T07", () => {
  const says = (env: unknown) => said(t07, graphOf([cell, pod("zoekt-indexserver", "cell", env)]));
  const off = { name: "SRC_DISABLE_SHARD_MERGING", value: "true" };

  it("wants merging off", () =>
    assert.deepEqual(says([off]), ["zoekt-indexserver holds: SRC_DISABLE_SHARD_MERGING is true"]));

  it("finds merging on, by default, by its own variable or by a value, and cannot see it where it is known later", () =>
    assert.deepEqual(
      [[], [off, { name: "SRC_ENABLE_SHARD_MERGING", value: "1" }], [{ ...off, value: "false" }], unknownValue].flatMap(
        says,
      ),
      [
        "zoekt-indexserver broken: SRC_DISABLE_SHARD_MERGING is not set, so small indexes are merged; set SRC_DISABLE_SHARD_MERGING to true",
        "zoekt-indexserver broken: SRC_ENABLE_SHARD_MERGING is 1; remove SRC_ENABLE_SHARD_MERGING",
        "zoekt-indexserver broken: SRC_DISABLE_SHARD_MERGING is false; set SRC_DISABLE_SHARD_MERGING to true",
        "zoekt-indexserver unproven: its variables are known only after the deployment; set SRC_DISABLE_SHARD_MERGING to true",
      ],
    ));
});
