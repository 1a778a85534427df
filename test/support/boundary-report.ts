import { boundaryReport } from "../../components/core/rendering/boundary/collect";
import type { BoundaryReport, ReportedCredential } from "../../components/core/rendering/boundary/model";
import { judgeGraph, type RuleException } from "../../components/core/rules/engine";
import { d01 } from "../../components/core/rules/data/d01";
import { d02 } from "../../components/core/rules/data/d02";
import { i03 } from "../../components/core/rules/identities/i03";
import { k01 } from "../../components/core/rules/keys/k01";
import { m01 } from "../../components/core/rules/machines/m01";
import { n04 } from "../../components/core/rules/network/n04";
import type { Rule } from "../../components/core/rules/rule";
import { graphOf, type Given } from "./graph";

/** Support services with a service, its stores, key, identity and listener; a cell that calls it; a bucket of nobody. */
export const reviewed: readonly Given[] = [
  {
    type: "sourcegraph:admin:AdminServices",
    name: "services",
    boundary: {
      facts: { zone: "admin", owner: "telemetry-gateway", dataClasses: ["operational"] },
      edges: [
        {
          kind: "connects",
          from: "single-tenant/worker",
          to: "telemetry-gateway",
          port: 443,
          contract: "telemetry",
          credential: "licence-token",
          plane: "machine",
          over: "internet",
        },
        { kind: "connects", from: "telemetry-gateway", to: "identity/accounts", port: 443, contract: "introspection" },
        { kind: "stores", from: "telemetry-gateway", to: "events", dataClass: "operational" },
        {
          kind: "issues",
          from: "telemetry-gateway",
          to: "identity/accounts",
          scope: "accounts::tokens::read",
          client: "telemetry",
          tokenSeconds: 3600,
        },
      ],
      children: { front: { plane: "machine", service: "telemetry-gateway" } },
    },
  },
  { type: "gcp:kms/cryptoKey", name: "streams", parent: "services" },
  {
    type: "gcp:pubsub/topic",
    name: "events",
    parent: "services",
    inputs: { messageRetentionDuration: "604800s" },
    refers: { kmsKeyName: "streams" },
  },
  { type: "gcp:serviceaccount/account", name: "gateway", parent: "services" },
  {
    type: "gcp:cloudrunv2/service",
    name: "telemetry-gateway",
    parent: "services",
    inputs: { template: { containers: [] } },
    refers: { template: "gateway" },
  },
  {
    type: "gcp:kms/cryptoKeyIAMMember",
    name: "gateway-encrypts",
    parent: "services",
    inputs: { role: "roles/cloudkms.cryptoKeyEncrypterDecrypter" },
    refers: { cryptoKeyId: "streams", member: "gateway" },
  },
  {
    type: "gcp:compute/uRLMap",
    name: "front",
    parent: "services",
    inputs: {
      hostRules: [{ hosts: ["telemetry.example.com"] }],
      pathMatchers: [{ pathRules: [{ paths: ["/telemetrygateway.v1.TelemetryGatewayService/*"] }] }],
    },
  },
  {
    type: "sourcegraph:multi-tenant-backend:Cell",
    name: "first",
    boundary: {
      facts: { zone: "multi-tenant", cell: "first", owner: "cells", dataClasses: ["user-data"] },
      edges: [
        { kind: "connects", from: "frontend", to: "gitserver", port: 3178 },
        {
          kind: "connects",
          from: "frontend",
          to: "admin/telemetry-gateway",
          port: 443,
          contract: "telemetry",
          credential: "oauth-client",
          plane: "machine",
          carries: ["operational"],
        },
        { kind: "connects", from: "10.0.0.0/8", to: "frontend", port: 3080, plane: "end-user" },
        { kind: "stores", from: "gitserver", to: "repositories", dataClass: "user-data" },
      ],
    },
  },
  { type: "aws:ebs/volume", name: "repositories", parent: "first", inputs: { kmsKeyId: "arn" } },
  { type: "gcp:storage/bucket", name: "bare" },
];

/** Rules that the small report is made with. */
export const fewRules: readonly Rule[] = [d01, d02, n04, i03, m01, { ...k01, probe: "a look at the key's log" }];

/** One that covers something, and one that covers nothing. */
export const reviewExceptions: readonly RuleException[] = [
  { rule: "B-D02", resource: "bare", reason: "being moved", owner: "security", expires: "2027-01-31" },
  { rule: "B-K01", resource: "gone", reason: "was moved", owner: "security", expires: "2026-11-22" },
];

/** A credential of each kind of text. */
export const reviewCredential: ReportedCredential = {
  name: "licence token",
  holder: "single-tenant/worker",
  kind: "made from the licence, good for as long as it is",
  scope: "telemetry",
  kept: "site configuration",
  blastRadius: "send events in the name of the instance",
  rotation: ["issue a new licence", "switch", "revoke the old one"],
};

/** The report on such a graph. */
export function reportOf(
  given: readonly Given[] = reviewed,
  exceptions: readonly RuleException[] = reviewExceptions,
  day = "2026-11-21",
): BoundaryReport {
  const graph = graphOf(given);
  const verdicts = judgeGraph(graph, fewRules, exceptions, day);
  const credentials = [reviewCredential];
  return boundaryReport({ graph, rules: fewRules, exceptions, verdicts, of: "Pulumi.x.yaml", day, credentials });
}
