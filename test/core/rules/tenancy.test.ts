import assert from "node:assert/strict";
import type { BoundaryFacts, Tenancy } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { t01 } from "../../../components/core/rules/tenancy/t01";
import { t02 } from "../../../components/core/rules/tenancy/t02";
import { t03 } from "../../../components/core/rules/tenancy/t03";
import { t04 } from "../../../components/core/rules/tenancy/t04";
import { part, pod } from "../../support/boundary";
import { graphOf, said, type Given } from "../../support/graph";

const facts: BoundaryFacts = { zone: "multi-tenant", cell: "one", tenancy: "pooled" };
const cell = part("cell", facts);
const service = (name: string): Given => ({ ...part(`${name}-part`, { service: name }), parent: "cell" });
const strict = { name: "SRC_TENANT_ENFORCEMENT_MODE", value: "strict" };
const workspaces = { name: "WORKSPACES_API_URL", value: "https://workspaces" };

describe("B-T01", () => {
  const says = (...env: unknown[]) =>
    said(
      t01,
      graphOf([
        cell,
        pod("frontend", "cell", [strict, workspaces]),
        pod("zoekt-webserver", "cell", ...(env as [unknown])),
      ]),
    );

  it("lets a cell be strict, with the switch everywhere", () =>
    assert.deepEqual(says([strict, workspaces]), [
      "frontend holds: SRC_TENANT_ENFORCEMENT_MODE is strict and WORKSPACES_API_URL is set, as everywhere in its cell",
      "zoekt-webserver holds: SRC_TENANT_ENFORCEMENT_MODE is strict and WORKSPACES_API_URL is set, as everywhere in its cell",
    ]));

  it("finds a service without the mode, one that only reports, one without the switch, and cannot see one that is known later", () =>
    assert.deepEqual(
      [
        ...says([workspaces]),
        ...says([{ ...strict, value: "logging" }, workspaces]),
        ...says([strict]),
        ...says(unknownValue),
      ],
      [
        "frontend holds: SRC_TENANT_ENFORCEMENT_MODE is strict and WORKSPACES_API_URL is set, as everywhere in its cell",
        "zoekt-webserver broken: SRC_TENANT_ENFORCEMENT_MODE is not set, which means disabled; set SRC_TENANT_ENFORCEMENT_MODE to strict",
        "frontend holds: SRC_TENANT_ENFORCEMENT_MODE is strict and WORKSPACES_API_URL is set, as everywhere in its cell",
        "zoekt-webserver broken: SRC_TENANT_ENFORCEMENT_MODE is logging; set SRC_TENANT_ENFORCEMENT_MODE to strict",
        "frontend broken: WORKSPACES_API_URL is set, and is not on zoekt-webserver; set WORKSPACES_API_URL on every service of the cell",
        "zoekt-webserver broken: WORKSPACES_API_URL is not set, and is on frontend; set WORKSPACES_API_URL on every service of the cell",
        "frontend holds: SRC_TENANT_ENFORCEMENT_MODE is strict and WORKSPACES_API_URL is set, as everywhere in its cell",
        "zoekt-webserver unproven: its variables are known only after the deployment and whether WORKSPACES_API_URL is set is known only after the deployment; set SRC_TENANT_ENFORCEMENT_MODE to strict and set WORKSPACES_API_URL",
      ],
    ));

  it("says nothing of databases, and of a single tenant", () =>
    assert.deepEqual(
      [
        ...said(t01, graphOf([cell, pod("pgsql", "cell", [])])),
        ...said(t01, graphOf([part("instance", { zone: "single-tenant" }), pod("frontend", "instance", [])])),
      ],
      [],
    ));
});

describe("B-T02", () => {
  const role = (inputs: Given["inputs"], refers: Given["refers"] = {}): Given => ({
    type: "postgresql:index/role:Role",
    name: "app",
    parent: "cell",
    inputs: inputs ?? {},
    refers,
  });
  const owner: Given = { type: "postgresql:index/role:Role", name: "owner", parent: "migrator-part" };
  const user = (inputs: Given["inputs"]): Given => ({
    type: "gcp:sql/user:User",
    name: "user",
    parent: "cell",
    inputs,
  });
  const says = (...resources: readonly Given[]) => said(t02, graphOf([cell, service("migrator"), owner, ...resources]));

  it("lets a login be that owns nothing", () => {
    assert.deepEqual(says(role({})), [
      "app holds: superuser is not set, which means false and bypassRowLevelSecurity is not set, which means false and createRole is not set, which means false and it is in no role that owns",
    ]);
    assert.deepEqual(
      [...says(user({ type: "CLOUD_IAM_SERVICE_ACCOUNT" })), ...says(user({ databaseRoles: ["app"] }))],
      ["user holds: type is CLOUD_IAM_SERVICE_ACCOUNT", "user holds: databaseRoles is app"],
    );
  });

  for (const input of ["superuser", "bypassRowLevelSecurity", "createRole"])
    it(`finds ${input}, and cannot see it where it is known later`, () => {
      assert.deepEqual(says(role({ [input]: true })), [`app broken: ${input} is true; set ${input} to false`]);
      assert.deepEqual(says(role({ [input]: unknownValue })), [
        `app unproven: ${input} is known only after the deployment; set ${input} to false`,
      ]);
    });

  it("finds a login in the owner's role, or that owns a database, and users of Cloud SQL who may all", () => {
    const database: Given = {
      type: "postgresql:index/database:Database",
      name: "pgsql",
      parent: "cell",
      refers: { owner: "app" },
    };
    const grant = (inputs: Given["inputs"], refers: Record<string, string>): Given => ({
      type: "postgresql:index/grantRole:GrantRole",
      name: "grant",
      inputs,
      refers: { role: "app", ...refers },
    });
    assert.deepEqual(
      [
        ...says(role({}, { roles: "owner" })),
        ...says(role({}), grant({}, { grantRole: "owner" })),
        ...says(role({}), grant({ grantRole: "rds_superuser" }, {})),
        ...says(role({}), database),
        ...says(user({})),
        ...says(user({ type: "BUILT_IN", databaseRoles: ["cloudsqlsuperuser"] })),
        ...says(user({ databaseRoles: unknownValue })),
      ],
      [
        "app broken: it is in owner, which no row is kept from; take it out",
        "app broken: it is in owner, which no row is kept from; take it out",
        "app broken: it is in rds_superuser, which no row is kept from; take it out",
        "app broken: it owns pgsql; let the migrator's login own it",
        "user broken: databaseRoles is not set, which gives it cloudsqlsuperuser; sign in by IAM, or name databaseRoles without cloudsqlsuperuser",
        "user broken: databaseRoles has cloudsqlsuperuser; sign in by IAM, or name databaseRoles without cloudsqlsuperuser",
        "user unproven: databaseRoles is known only after the deployment; sign in by IAM, or name databaseRoles without cloudsqlsuperuser",
      ],
    );
  });

  it("finds a frontend and a migrator with one secret, the administrator's secret, and a migrator that runs on", () => {
    const env = (name: string) => [{ name: "PGPASSWORD", valueFrom: { secretKeyRef: { name, key: "password" } } }];
    const job: Given = { ...pod("migrator", "migrator-part", env("owner")), type: "kubernetes:batch/v1:Job" };
    const frontend = (name: string) => pod("frontend", "cell", env(name));
    const graph = (...resources: readonly Given[]) => said(t02, graphOf([cell, service("migrator"), ...resources]));
    assert.deepEqual(graph(job, frontend("app")), [
      "migrator holds: the migrator's login is used by a job",
      "frontend holds: its login is app password",
    ]);
    assert.deepEqual(
      [
        ...graph(job, frontend("owner")),
        ...graph(frontend("rds!db-1")),
        ...graph(pod("migrator", "migrator-part", env("owner"))),
      ],
      [
        "migrator holds: the migrator's login is used by a job",
        "frontend broken: its login is owner password, which is that of migrator; give it a login of its own, which owns nothing",
        "frontend broken: its login is rds!db-1 password, which is the administrator of the instance; give it a login of its own, which owns nothing",
        "migrator broken: the migrator's login is used by what runs on; run the migrator as a job",
      ],
    );
  });
});

describe("B-T03", () => {
  const bucket = (tenancy: Tenancy | undefined): Given => ({
    ...part("bucket-part", { dataClasses: ["user-data"], ...(tenancy === undefined ? {} : { tenancy }) }),
    parent: "cell",
  });
  const store: Given = { type: "aws:s3/bucket:Bucket", name: "uploads", parent: "bucket-part" };
  const tenant = (tenancy: Tenancy | undefined): Given => ({
    ...part("acme", { tenant: "acme", ...(tenancy === undefined ? {} : { tenancy }) }),
    parent: "cell",
  });
  const says = (...resources: readonly Given[]) => said(t03, graphOf([cell, ...resources]));

  it("lets a pooled tenant be in a pooled cell, and a tenant with its own key in a cell of that", () =>
    assert.deepEqual(
      [...says(bucket("pooled"), store, tenant("pooled")), ...says(bucket("byok"), store, tenant("byok"))],
      [
        "uploads holds: it is pooled",
        "acme holds: it is pooled, and so are its 1 stores or better",
        "uploads holds: it is byok",
        "acme holds: it is byok, and so are its 1 stores or better",
      ],
    ));

  it("finds a tenant that states no tier", () =>
    assert.deepEqual(
      said(
        t03,
        graphOf([
          part("bare", { zone: "multi-tenant", cell: "one" }),
          { ...part("acme", { tenant: "acme" }), parent: "bare" },
        ]),
      ),
      ["acme broken: nothing states its tier; state tenancy"],
    ));

  it("finds a tenant with its own key, or a dedicated one, in a pooled cell", () =>
    assert.deepEqual(
      [...says(bucket("pooled"), store, tenant("byok")), ...says(bucket("pooled"), store, tenant("dedicated"))],
      [
        "uploads holds: it is pooled",
        "acme broken: it is byok in cell one, where uploads is pooled; put it into a cell of tenancy byok",
        "uploads holds: it is pooled",
        "acme broken: it is dedicated in cell one, where uploads is pooled; put it into a cell of tenancy dedicated",
      ],
    ));

  it("finds an isolated tenant whose bucket is pooled, and a store that states nothing", () => {
    const own: Given = { ...part("own", { dataClasses: ["user-data"], tenancy: "pooled" }), parent: "acme" };
    assert.deepEqual(says(tenant("isolated"), own, { type: "aws:s3/bucket", name: "theirs", parent: "own" }), [
      "theirs holds: it is pooled",
      "acme broken: it is isolated in cell one, where theirs is pooled; put it into a cell of tenancy isolated",
    ]);
    const bare = part("bare", { zone: "multi-tenant", cell: "one", dataClasses: ["user-data"] });
    assert.deepEqual(said(t03, graphOf([bare, { type: "aws:s3/bucket", name: "uploads", parent: "bare" }])), [
      "uploads broken: nothing states whose data it holds; state tenancy",
    ]);
  });
});

describe("B-T04", () => {
  const tenant = (name: string): Given => ({ ...part(name, { tenant: name, tenancy: "isolated" }), parent: "cell" });
  const owned = (name: string): Given[] => [
    tenant(name),
    { type: "aws:kms/key:Key", name: `${name}-key`, parent: name },
    { type: "aws:s3/bucket:Bucket", name: `${name}-bucket`, parent: name },
    { type: "postgresql:index/database:Database", name: `${name}-db`, parent: name },
    { type: "postgresql:index/role:Role", name: `${name}-login`, parent: name },
  ];
  const encryption = (name: string, key: string): Given => ({
    type: "aws:s3/bucketServerSideEncryptionConfiguration",
    name: `${name}-encryption`,
    parent: name,
    refers: { bucket: `${name}-bucket`, rules: key },
  });

  it("lets two tenants have what is their own", () =>
    assert.deepEqual(said(t04, graphOf([cell, ...owned("a"), ...owned("b"), encryption("a", "a-key")])), [
      "a holds: its key is a-key and its bucket is a-bucket and its database is a-db and its login is a-login",
      "b holds: its key is b-key and its bucket is b-bucket and its database is b-db and its login is b-login",
      "a-key holds: it is of a alone",
      "a-bucket holds: it is of a alone",
      "a-db holds: it is of a alone",
      "a-login holds: it is of a alone",
      "b-key holds: it is of b alone",
      "b-bucket holds: it is of b alone",
      "b-db holds: it is of b alone",
      "b-login holds: it is of b alone",
    ]));

  it("finds two tenants with one key, and a tenant without anything", () => {
    const said04 = said(t04, graphOf([cell, ...owned("a"), ...owned("b"), encryption("b", "a-key")]));
    assert.deepEqual(
      said04.filter((text) => text.includes("broken")),
      ["a-key broken: tenants a and b share it; make one for every tenant"],
    );
    assert.deepEqual(said(t04, graphOf([cell, tenant("a")])), [
      "a broken: it has no key of its own and it has no bucket of its own and it has no database of its own and it has no login of its own; make a key for a and make a bucket for a and make a database for a and make a login for a",
    ]);
  });

  it("finds a right of an identity that is not of the cell", () =>
    assert.deepEqual(
      said(
        t04,
        graphOf([
          cell,
          ...owned("a"),
          part("other", { zone: "multi-tenant", cell: "two" }),
          { type: "aws:iam/role", name: "reader", parent: "other" },
          { type: "aws:kms/grant", name: "grant", parent: "a", refers: { keyId: "a-key", granteePrincipal: "reader" } },
        ]),
      ).filter((text) => text.includes("broken")),
      ["a-key broken: reader, which is not of cell one, has rights on it; take the right away"],
    ));
});
