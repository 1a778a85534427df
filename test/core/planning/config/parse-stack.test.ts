import assert from "node:assert/strict";
import { InputError, RefusedError } from "../../../../components/core/errors";
import { parseStack } from "../../../../components/core/planning/config/parse-stack";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { goodConfigs as good, problemLines, wrong } from "../../../support/configs";

const monolith = {
  shape: "monolith",
  cloud: "local",
  release: "7.5.4453",
  boundaries: {
    stage: "development",
    syntheticData: true,
    development: { accounts: ["localhost"], domain: "dev.example.com" },
  },
};

function fails(config: unknown, kind: typeof InputError | typeof RefusedError, problems: readonly string[]): void {
  assert.throws(
    () => parseStack(config),
    (error) => {
      assert.ok(error instanceof kind, String(error));
      assert.deepEqual(problemLines(error), problems);
      return true;
    },
  );
}

const image = `registry.example.com/pings@sha256:${"0".repeat(64)}`;
const admin = {
  shape: "admin",
  cloud: "aws",
  region: "us-east-1",
  admin: { zone: "admin", domain: "example.com", services: { pings: { image } } },
};

describe("the config of a stack", () => {
  it("is that of an instance where it names no other shape", () => {
    assert.deepEqual(parseStack(good.aws), parseSpecification(good.aws));
    const existing = { ...good.aws, shape: "kubernetes" };
    assert.deepEqual(parseStack(existing), parseSpecification(existing));
  });

  it("is of support services, with a stage and owner as every stack", () => {
    const specification = parseStack(admin);
    assert.ok(specification.shape === "admin");
    assert.deepEqual(
      [specification.zone, specification.services.map(({ description }) => description.name)],
      ["admin", ["pings"]],
    );
    assert.equal(specification.boundaries.stage, "production");
  });

  it("says of every key without a meaning for the shape that it has none, and of the place what is wrong", () => {
    fails({ ...admin, region: undefined, release: "7.5.4453", size: "S", domain: "x.example.com" }, InputError, [
      "'region' is missing; cloud aws needs one, such as us-east-1",
      "'release' has no meaning for shape admin; remove it",
      "'size' has no meaning for shape admin; remove it",
      "'domain' has no meaning for shape admin; remove it",
    ]);
    fails({ ...admin, cloud: "local" }, InputError, ["'cloud' must be aws or gcp for shape admin, got local"]);
    fails({ shape: "multi-tenant", cloud: "aws", region: "us-east-1", release: "7.5.4453", machine: {} }, InputError, [
      "'machine' has no meaning for shape multi-tenant, whose cells say it by 'multiTenant.cells'; remove it",
      "'multiTenant' is missing; shape multi-tenant needs an environment and its cells",
    ]);
  });

  it("says of an instance that sections of other shapes have no meaning, and of a component that it is none of them", () => {
    wrong({ ...good.aws, admin: admin.admin }, [
      `'admin' has no meaning for shape vm; remove it, or give "shape: admin"`,
    ]);
    wrong({ ...good.local, shape: "monolith", boundaries: monolith.boundaries }, [
      "'shape' is monolith, got where an instance is meant; use vm or kubernetes",
    ]);
  });

  it("is malformed in the words of every other", () => {
    fails({ ...admin, shape: "admins" }, InputError, [
      `'shape' must be one of vm, kubernetes, admin, multi-tenant, monolith, got "admins"`,
      `'release' is missing; give a text, such as "7.5.4453"`,
      "'size' is missing; give a size (XS, S, M, L, XL) or 'usage'",
      "'access.allowedCidrs' is empty, so nobody could reach the instance; list the blocks that may, such as 10.0.0.0/8, or 0.0.0.0/0 for everybody",
    ]);
    fails({ ...admin, admin: { ...admin.admin, zone: "dev-monolith", servces: {} } }, InputError, [
      `'admin.zone' must be one of admin, identity, dotcom, multi-tenant, got "dev-monolith"`,
      "'admin.servces' is not a known key; did you mean 'services'?",
    ]);
  });
});

describe("a monolith", () => {
  it("is an instance in a zone of its own, which asks for no host of production", () => {
    const specification = parseStack(monolith);
    assert.ok(specification.shape === "vm");
    assert.deepEqual(
      [specification.boundaries.zone, specification.boundaries.account, specification.cloud],
      ["dev-monolith", "localhost", "local"],
    );
    assert.deepEqual(specification.overrides["worker"]?.env, {
      EXTERNAL_DENY_LIST: "sourcegraph.com,*.sourcegraph.com",
      TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR: "https://telemetry-gateway.dev.example.com:443",
    });
  });

  it("is refused wherever anything says that it is not for development, whatever its label", () => {
    const apart = "deploy every zone by itself, or all of them for development";
    fails({ ...monolith, boundaries: {} }, RefusedError, [
      `'boundaries.stage' breaks B-O01: zones are in one place, and its stage is production; ${apart}`,
      `'boundaries.development' breaks B-O01: nothing states which places are for development; ${apart}`,
      "'boundaries.syntheticData' breaks B-O02: nothing states that there is made-up data in it only; fill it so, and set this to true",
    ]);
    const { shape: _shape, ...rest } = monolith;
    const labelled = {
      ...rest,
      ...good.aws,
      boundaries: { ...monolith.boundaries, zone: "dev-monolith", account: "123456789012" },
    };
    fails(labelled, RefusedError, [
      `'cloud' breaks B-O01: a monolith is on a Docker Engine (local) or on a cluster (existing), got aws; ${apart}`,
      `'boundaries.development.accounts' breaks B-O01: 123456789012, where it is, is not for development; ${apart}`,
    ]);
    fails({ ...monolith, local: { host: "ssh://admin@production-1" } }, RefusedError, [
      `'boundaries.development.accounts' breaks B-O01: ssh://admin@production-1, where it is, is not for development; ${apart}`,
    ]);
  });

  it("is refused with anything that may be of production", () => {
    const external = { frontend: { host: "db.example.com", user: "sg", database: "sg", passwordSecret: "db" } };
    const boundaries = { ...monolith.boundaries, licence: ["plan:enterprise-1"] };
    fails(
      { ...monolith, domain: "sourcegraph.example.com", databases: { external }, secrets: { db: "" }, boundaries },
      RefusedError,
      [
        "'databases' breaks B-O02: what is kept outside may be of production; leave it out, so that the monolith has its own",
        `'domain' breaks B-O02: "sourcegraph.example.com" is no host of development; use one that ends in dev.example.com`,
        "'boundaries.licence' breaks B-O02: its licence is for plan:enterprise-1; use one of kind dev",
      ],
    );
  });
});
