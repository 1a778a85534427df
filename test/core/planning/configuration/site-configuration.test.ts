import assert from "node:assert/strict";
import { configurationFilesOf } from "../../../../components/core/planning/configuration-files";
import type { SecretPart } from "../../../../components/core/planning/secrets";
import { parseSpecification, type Specification } from "../../../../components/core/planning/config/specification";
import { renderSiteConfiguration } from "../../../../components/core/planning/configuration/site-configuration";
import { assertGolden } from "../../../support/golden";

const smtp = {
  host: "smtp.example.com",
  port: 587,
  from: "sourcegraph@example.com",
  authentication: "PLAIN",
  username: "mailer",
  passwordSecret: "mail",
};

function specificationOf(config: object, files: Readonly<Record<string, string>> = {}): Specification {
  return parseSpecification(
    { cloud: "local", release: "7.5.4453", secrets: { mail: "x", token: "y", licence: "z" }, ...config },
    files,
  );
}

const aws = {
  cloud: "aws",
  region: "us-east-1",
  size: "XS",
  domain: "sourcegraph.example.com",
  access: { allowedCidrs: ["10.0.0.0/8"] },
  tls: { mode: "load-balancer", certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/x" },
};

/** The text with every secret's value replaced by its name. */
function filled(parts: readonly SecretPart[] | undefined): unknown {
  assert.ok(parts !== undefined);
  return JSON.parse(parts.map((part) => (typeof part === "string" ? part : `<${part.secret}>`)).join(""));
}

function secretsIn(parts: readonly SecretPart[] | undefined): SecretPart[] {
  return (parts ?? []).filter((part) => typeof part !== "string");
}

function siteFor(config: object, file?: string): Record<string, unknown> {
  const given = file === undefined ? config : { ...config, siteConfig: { siteFile: "site.jsonc" } };
  const specification = specificationOf(given, file === undefined ? {} : { "site.jsonc": file });
  return filled(renderSiteConfiguration(specification).site) as Record<string, unknown>;
}

const signIn = [{ type: "builtin", allowSignup: false }];

describe("site configuration", () => {
  it("is left to the UI unless a file or outgoing mail is given, with tracing or without", () => {
    assert.deepEqual(renderSiteConfiguration(specificationOf({ tracing: true })), {});
    assert.deepEqual(configurationFilesOf(specificationOf({ tracing: true })), {});
  });

  it("names exactly the files that are rendered", () => {
    const files = { "s.json": "{}", "h.json": "{}", "g.json": "{}" };
    const given = { siteFile: "s.json", codeHostsFile: "h.json", globalSettingsFile: "g.json" };
    const paths = {
      site: "secrets/configuration/site-config.json",
      codeHosts: "secrets/configuration/code-hosts.json",
      globalSettings: "secrets/configuration/global-settings.json",
    };
    assert.deepEqual(configurationFilesOf(specificationOf({ siteConfig: given }, files)), paths);
    assert.deepEqual(configurationFilesOf(specificationOf({ smtp })), { site: paths.site });
    for (const siteConfig of [
      given,
      { siteFile: "s.json" },
      { codeHostsFile: "h.json" },
      { globalSettingsFile: "g.json" },
    ]) {
      const specification = specificationOf({ siteConfig }, files);
      assert.deepEqual(
        Object.keys(renderSiteConfiguration(specification)),
        Object.keys(configurationFilesOf(specification)),
      );
    }
  });

  it("is as on record with mail, tracing and a user's file", () => {
    const specification = specificationOf(
      { ...aws, smtp, tracing: true, siteConfig: { siteFile: "site.jsonc" } },
      { "site.jsonc": '{\n  // the licence\n  "licenseKey": "${secret:licence}",\n}\n' },
    );
    const parts = renderSiteConfiguration(specification).site ?? [];
    const text = parts.map((part) => (typeof part === "string" ? part : `<${part.secret} as ${part.as}>`)).join("");
    assertGolden("site-configuration/site-config.json", text);
  });

  it("sets the address people type", () => {
    assert.equal(siteFor({ smtp }).externalURL, "http://localhost:7080");
    assert.equal(siteFor({ smtp, local: { httpPort: 80 } }).externalURL, "http://localhost");
    assert.equal(siteFor({ smtp, domain: "sg.test" }).externalURL, "http://sg.test:7080");
    assert.equal(siteFor({ ...aws, smtp }).externalURL, "https://sourcegraph.example.com");
    const { domain: _domain, tls: _tls, ...bare } = aws;
    assert.equal("externalURL" in siteFor({ ...bare, smtp }), false);
  });

  it("keeps a way to sign in, unless the user's file says which", () => {
    assert.deepEqual(siteFor({ smtp })["auth.providers"], signIn);
    assert.deepEqual(siteFor({}, '{"auth.providers": [{"type": "saml"}]}')["auth.providers"], [{ type: "saml" }]);
  });

  it("writes every setting of the mail server, and none that is not given", () => {
    const open = { host: "smtp.example.com", port: 25, from: "a@example.com", authentication: "none" };
    assert.deepEqual(siteFor({ smtp: open }), {
      externalURL: "http://localhost:7080",
      "auth.providers": signIn,
      "email.address": "a@example.com",
      "email.smtp": { host: "smtp.example.com", port: 25, authentication: "none" },
    });
    assert.deepEqual(siteFor({ smtp: { ...smtp, senderName: "Code", domain: "example.com", noVerifyTls: true } }), {
      externalURL: "http://localhost:7080",
      "auth.providers": signIn,
      "email.address": "sourcegraph@example.com",
      "email.senderName": "Code",
      "email.smtp": {
        host: "smtp.example.com",
        port: 587,
        authentication: "PLAIN",
        username: "mailer",
        password: "<mail>",
        domain: "example.com",
        noVerifyTLS: true,
      },
    });
  });

  it("takes the mail password from the cloud's secret store by its name there", () => {
    const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mail-AbCdEf";
    const specification = specificationOf({ ...aws, smtp: { ...smtp, passwordSecret: arn } });
    assert.deepEqual(secretsIn(renderSiteConfiguration(specification).site), [{ secret: arn, as: "json" }]);
  });

  it("is overruled by the user's file: objects merged, lists and values replaced", () => {
    const site = siteFor({ smtp, tracing: true }, '{"externalURL": "https://a.example", "email.smtp": {"port": 465}}');
    assert.equal(site.externalURL, "https://a.example");
    assert.deepEqual(site["email.smtp"], {
      host: "smtp.example.com",
      port: 465,
      authentication: "PLAIN",
      username: "mailer",
      password: "<mail>",
    });
    assert.deepEqual(site["observability.tracing"], {
      type: "opentelemetry",
      sampling: "selective",
      urlTemplate: "{{ .ExternalURL }}/-/debug/jaeger/trace/{{ .TraceID }}",
    });
    assert.equal(siteFor({ tracing: true }, '{"observability.tracing": null}')["observability.tracing"], null);
  });
});

describe("code hosts and global settings", () => {
  it("lose comments and trailing commas, keep their order, and give secrets as parts for a JSON string", () => {
    const specification = specificationOf(
      { siteConfig: { codeHostsFile: "hosts.jsonc", globalSettingsFile: "settings.jsonc" } },
      {
        "hosts.jsonc": '{ /* ours */ "GITHUB": [{ "url": "https://github.com", "token": "${secret:token}", }] }',
        "settings.jsonc": '{ "search.defaultCaseSensitive": true, // strict\n "motd": ["\\u00e9"] }',
      },
    );
    assert.deepEqual(renderSiteConfiguration(specification), {
      codeHosts: [
        '{\n  "GITHUB": [\n    {\n      "url": "https://github.com",\n      "token": "',
        { secret: "token", as: "json" },
        '"\n    }\n  ]\n}\n',
      ],
      globalSettings: ['{\n  "search.defaultCaseSensitive": true,\n  "motd": [\n    "é"\n  ]\n}\n'],
    });
  });
});
