import assert from "node:assert/strict";
import type { BoundaryFacts, DeclaredEdge } from "../../../components/core/rules/facts";
import { o01 } from "../../../components/core/rules/modes/o01";
import { o02 } from "../../../components/core/rules/modes/o02";
import { o03 } from "../../../components/core/rules/modes/o03";
import { part, pod } from "../../support/boundary";
import { graphOf, said, type Given } from "../../support/graph";

const development = { accounts: ["acme-dev"], domain: "dev.acme.com" };
const right: BoundaryFacts = {
  zone: "dev-monolith",
  stage: "development",
  stackStage: "development",
  account: "acme-dev",
  development,
};

describe("B-O01", () => {
  const says = (change: Partial<BoundaryFacts>) => said(o01, graphOf([part("monolith", { ...right, ...change })]));

  it("lets development merge zones", () =>
    assert.deepEqual(says({}), [
      "monolith holds: its stage is development and the stack is tagged development and account acme-dev is for development",
    ]));

  it("finds production, staging, no stage, a stack that is tagged otherwise, and an account of production", () =>
    assert.deepEqual(
      [
        ...says({ stage: "production" }),
        ...says({ stage: "staging" }),
        ...says({ stage: undefined }),
        ...says({ stackStage: "production" }),
        ...says({ account: "acme-prod" }),
        ...says({ account: undefined }),
      ],
      [
        "monolith broken: dev-monolith in one place, and its stage is production; deploy every zone by itself, or all of them for development",
        "monolith broken: dev-monolith in one place, and its stage is staging; deploy every zone by itself, or all of them for development",
        "monolith broken: dev-monolith in one place, and no stage is stated; deploy every zone by itself, or all of them for development",
        "monolith broken: dev-monolith in one place, and the stack is tagged production; deploy every zone by itself, or all of them for development",
        "monolith broken: account acme-prod is not for development; deploy every zone by itself, or all of them for development",
        "monolith unproven: nothing states in which account it is, or which are for development; state the account, and in development which accounts are for it",
      ],
    ));

  it("finds two zones in one program, and says nothing of one, or of identities within the admin zone", () => {
    const zone = (name: "admin" | "identity" | "dotcom") =>
      part(name, { zone: name, stage: "production", account: "acme-prod", development });
    assert.deepEqual(said(o01, graphOf([zone("admin"), zone("dotcom")])), [
      "admin broken: admin and dotcom in one place, and its stage is production and account acme-prod is not for development; deploy every zone by itself, or all of them for development",
      "dotcom broken: admin and dotcom in one place, and its stage is production and account acme-prod is not for development; deploy every zone by itself, or all of them for development",
    ]);
    assert.deepEqual(said(o01, graphOf([zone("admin"), zone("identity")])), []);
  });
});

describe("B-O02", () => {
  const dev = part("dev", { zone: "single-tenant", stage: "development", development });
  const says = (...resources: readonly Given[]) => said(o02, graphOf([dev, ...resources]));

  it("lets development use addresses and a licence of its own", () => {
    const env = [
      { name: "SAMS_URL", value: "https://accounts.dev.acme.com" },
      { name: "REDIS_ENDPOINT", value: "redis-cache:6379" },
    ];
    assert.deepEqual(says(pod("frontend", "dev", env)), ["frontend holds: SAMS_URL is at accounts.dev.acme.com"]);
    assert.deepEqual(said(o02, graphOf([part("dev", { ...right, settings: { licence: ["dev"] } })])), [
      "dev holds: its licence is for development",
    ]);
  });

  it("takes pods of its own Services for what they are, and no other name without a domain of development", () => {
    const service = { type: "kubernetes:core/v1/Service", name: "service", inputs: { metadata: { name: "searcher" } } };
    const env = [
      { name: "SEARCHER_URL", value: "http://searcher-0.searcher:3181" },
      { name: "INDEX_URL", value: "http://index-0.index:6070" },
    ];
    assert.deepEqual(says(service, pod("frontend", "dev", env)), [
      "frontend broken: INDEX_URL is at index-0.index; use an address that ends in dev.acme.com",
    ]);
  });

  it("finds the name of a host of production, a snapshot, a licence and what is made from something of production", () => {
    assert.deepEqual(
      says(
        pod("frontend", "dev", [{ name: "SAMS_URL", value: "https://accounts.acme.com" }]),
        { type: "aws:rds/instance:Instance", name: "copy", parent: "dev", inputs: { snapshotIdentifier: "prod-1" } },
        {
          type: "gcp:sql/databaseInstance",
          name: "clone",
          parent: "dev",
          inputs: { clone: { sourceInstanceName: "prod" } },
        },
        part("prod", { zone: "single-tenant", stage: "production" }),
        { type: "aws:kms/key", name: "key", parent: "prod" },
        { type: "aws:ebs/volume", name: "volume", parent: "dev", refers: { kmsKeyId: "key" } },
      ),
      [
        "frontend broken: SAMS_URL is at accounts.acme.com; use an address that ends in dev.acme.com",
        "copy broken: snapshotIdentifier is prod-1, which may be of production; remove snapshotIdentifier; fill it with made-up data",
        'clone broken: clone is {"sourceInstanceName":"prod"}, which may be of production; remove clone; fill it with made-up data',
        "volume broken: kmsKeyId is made from key, which is for production; make one for development",
      ],
    );
    assert.deepEqual(said(o02, graphOf([part("dev", { ...right, settings: { licence: ["plan:enterprise-1"] } })])), [
      "dev broken: its licence is for plan:enterprise-1; use a licence of kind dev",
    ]);
  });

  it("says nothing of production", () =>
    assert.deepEqual(
      said(
        o02,
        graphOf([
          part("prod", { zone: "admin", stage: "production" }),
          { type: "aws:rds/instance", name: "copy", parent: "prod", inputs: { snapshotIdentifier: "x" } },
        ]),
      ),
      [],
    ));
});

describe("B-O03", () => {
  const apart: DeclaredEdge[] = [
    {
      kind: "connects",
      from: "admin/cody-gateway",
      to: "admin/portal",
      port: 443,
      credential: "oauth-client",
      contract: "licence-check",
    },
    {
      kind: "issues",
      from: "admin/cody-gateway",
      to: "admin/portal",
      scope: "enterprise_portal::codyaccess::read",
      client: "gateway",
    },
  ];
  const merged = (edges: readonly DeclaredEdge[]): Given => ({
    type: "sourcegraph:test:Part",
    name: "monolith",
    boundary: { facts: right, edges, apart },
  });
  const here: DeclaredEdge[] = apart.map((edge) => ({ ...edge, from: "cody-gateway", to: "portal" }));

  it("lets services speak to each other as they do apart", () =>
    assert.deepEqual(said(o03, graphOf([merged(here)])), ["monolith holds: 2 edges, as apart"]));

  it("finds a gateway that reads licences from the database, and one that shows nothing", () => {
    const database: DeclaredEdge = { kind: "connects", from: "cody-gateway", to: "portal-db", port: 5432 };
    assert.deepEqual(said(o03, graphOf([merged([...here, database])])), [
      "monolith broken: cody-gateway to portal-db at 5432 showing none is not there where zones are apart; let it go the way it goes there",
    ]);
    const first = {
      kind: "connects",
      from: "cody-gateway",
      to: "portal",
      port: 443,
      contract: "licence-check",
    } as const;
    assert.deepEqual(said(o03, graphOf([merged([first, ...here.slice(1)])])), [
      "monolith broken: cody-gateway to portal at 443 showing none for licence-check is not there where zones are apart and cody-gateway to portal at 443 showing oauth-client for licence-check is missing, which is there where zones are apart; let it go the way it goes there",
    ]);
  });

  it("cannot tell where nothing states how they speak apart", () =>
    assert.deepEqual(said(o03, graphOf([part("monolith", right)])), [
      "monolith unproven: nothing states the edges that its services have apart; state apart",
    ]));
});
