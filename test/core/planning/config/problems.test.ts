import assert from "node:assert/strict";
import { Problems, show } from "../../../../components/core/planning/config/problems";
import { goodConfigs as good, wrong } from "../../../support/configs";

describe("a value in a message", () => {
  it("is shown as the user wrote it, and shortened", () => {
    assert.equal(show("x"), '"x"');
    assert.equal(show(5), "5");
    assert.equal(show(undefined), "nothing");
    assert.equal(show("x".repeat(100)), `"${"x".repeat(56)}...`);
  });

  it("is not shown where its key speaks of secrets", () => {
    assert.equal(show("hunter2", "smtp.passwordSecret"), "a value that is not shown here");
    assert.equal(show({ password: "hunter2", host: "h" }), '{"password":"[hidden]","host":"h"}');
    assert.equal(show([{ apiKey: "hunter2" }]), '[{"apiKey":"[hidden]"}]');
  });

  it("is not shown where it is a login or a private key", () => {
    assert.equal(show("https://me:hunter2@host"), '"[hidden]"');
    assert.equal(show("redis://:hunter2@host"), '"[hidden]"');
    assert.equal(show("-----BEGIN PRIVATE KEY-----"), '"[hidden]"');
  });
});

describe("problems", () => {
  it("leave out what follows from a key that could not be read", () => {
    const problems = new Problems(new Set(["usage"]));
    problems.add("usage.users", "is below");
    problems.add("size", "is missing", "usage");
    problems.add("size", "is odd");
    assert.deepEqual(problems.list, [{ path: "size", message: "is odd" }]);
  });
});

describe("what the schema refuses", () => {
  it("names the nearest key, or all keys where none is near", () => {
    wrong({ ...good.local, tracking: true, tls: { mode: "none", zzzzzzzz: 1 } }, [
      "'tls.zzzzzzzz' is not a known key; known keys here are mode, email, staging, certificateFile, keySecret, certificateArn",
      "'tracking' is not a known key; did you mean 'tracing'?",
    ]);
  });

  it("names the nearest key inside of alternatives", () =>
    wrong({ ...good.local, databases: { external: { frontnd: {} } }, cache: { extrnal: {} } }, [
      "'databases.external.frontnd' is not a known key; did you mean 'frontend'?",
      "'cache.extrnal' is not a known key; did you mean 'external'?",
    ]));

  it("names the nearest service", () =>
    wrong({ ...good.local, overrides: { gitservr: {}, "zoekt-webserver-0": {} } }, [
      "'overrides.gitservr' is not a service of Sourcegraph; did you mean 'gitserver'?",
      "'overrides.zoekt-webserver-0' is not a service of Sourcegraph; did you mean 'zoekt-webserver'?",
    ]));

  it("says what is allowed, with the value got", () =>
    wrong(
      {
        ...good.aws,
        size: "XXL",
        tls: { mode: "acm" },
        databases: "extern",
        overrides: { gitserver: { cpus: 0, memoryGb: "8g", replicas: 1.5, env: { "1x": "a" } } },
        backup: { keepDays: 0, hourUtc: 24, keepDumps: -1, drillDays: 366 },
        tracing: "yes",
        acknowledge: "backup-first",
        secrets: { "a b": "x" },
        domain: "",
      },
      [
        "'size' must be one of XS, S, M, L, XL, 2XL, 3XL, got \"XXL\"",
        "'domain' must not be empty",
        "'tls.mode' must be one of acme, certificate, load-balancer, none, got \"acm\"",
        "'databases' must be one of bundled, managed, {managed, external}, got \"extern\"",
        "'tracing' must be true or false, got \"yes\"",
        "'backup.keepDays' must be at least 1, got 0",
        "'backup.hourUtc' must be at most 23, got 24",
        "'backup.keepDumps' must be at least 0, got -1",
        "'backup.drillDays' must be at most 365, got 366",
        `'acknowledge' must be a list, such as ["backup-first"], got "backup-first"`,
        "'overrides.gitserver.replicas' must be a whole number, got 1.5",
        "'overrides.gitserver.cpus' must be more than 0, got 0",
        "'overrides.gitserver.memoryGb' must be a number, got \"8g\"; give the number alone",
        "'overrides.gitserver.env.1x' is not a name of a variable; use letters, digits and underscores, and begin with no digit",
        "'secrets.a b' is not a name of a secret; use at most 64 letters, digits, dashes and underscores, and begin with a letter",
      ],
    ));
});
