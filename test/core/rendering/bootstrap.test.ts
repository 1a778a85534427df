import assert from "node:assert/strict";
import { parse } from "yaml";
import {
  renderBootstrap,
  userDataLimitBytes,
  type BootstrapArgs,
  type BundleSource,
} from "../../../components/core/rendering/bootstrap";
import { InputError } from "../../../components/core/errors";
import { verificationKey } from "../../../components/core/rendering/pointer";

const s3: BundleSource = { kind: "s3", bucket: "acme-sourcegraph-bundles", region: "eu-central-1" };
const gcs: BundleSource = { kind: "gcs", bucket: "acme-sourcegraph-bundles", project: "acme-prod" };
const aws: BootstrapArgs = {
  cloud: "aws",
  name: "sourcegraph",
  source: s3,
  dataDevice: "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d4e5f60718",
};
const gcp: BootstrapArgs = {
  cloud: "gcp",
  name: "sourcegraph",
  source: gcs,
  dataDevice: "/dev/disk/by-id/google-sourcegraph-data",
};
const key = `ssh-ed25519 ${"A".repeat(68)} admin@example.com`;

interface CloudConfig {
  readonly ssh_authorized_keys?: string[];
  readonly write_files: { path: string; permissions?: string; content: string }[];
  readonly runcmd: string[];
}

/** The set-up script inside user data. */
function scriptOf(text: string): string {
  return (parse(text) as CloudConfig).write_files[0]?.content ?? "";
}

/** The message of the error that a call ends with. */
function messageOf(args: BootstrapArgs): string {
  try {
    renderBootstrap(args);
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.message;
  }
  return assert.fail("nothing was refused");
}

describe("bootstrap", () => {
  it("is cloud-init user data on AWS: one script, one unit that runs it at every boot", () => {
    const { kind, text } = renderBootstrap({ ...aws, adminSshKeys: [key] });
    assert.equal(kind, "cloud-init");
    assert.ok(text.startsWith("#cloud-config\n"));
    const config = parse(text) as CloudConfig;
    assert.deepEqual(config.ssh_authorized_keys, [key]);
    assert.deepEqual(
      config.write_files.map(({ path, permissions }) => [path, permissions]),
      [
        ["/usr/local/sbin/sourcegraph-setup", "0755"],
        ["/etc/systemd/system/sourcegraph-setup.service", undefined],
      ],
    );
    assert.deepEqual(config.runcmd, ["systemctl daemon-reload", "systemctl enable --now sourcegraph-setup.service"]);
    // It would wait for itself: cloud-init runs it in its final stage.
    assert.doesNotMatch(text, /After=.*cloud-(final|init)/);
  });

  it("is the same script on Google Cloud, as a startup script", () => {
    const { kind, text } = renderBootstrap(gcp);
    assert.equal(kind, "startup-script");
    assert.ok(text.startsWith("#!/bin/bash\n"));
    const common = (script: string): string => script.slice(script.indexOf("package() {"));
    assert.ok(common(text).length > 3000);
    assert.equal(common(text), common(scriptOf(renderBootstrap(aws).text)));
  });

  it("says nothing of a release, a size or a setting of Sourcegraph", () => {
    const { text } = renderBootstrap(aws);
    assert.doesNotMatch(text, /\b[4-9]\.\d+\.\d{3,}\b|gitserver|frontend|pgsql|sha256:/);
  });

  it("stays under the limit of user data with long names, many keys and a proxy", () => {
    const { text } = renderBootstrap({
      ...aws,
      name: "n".repeat(63),
      source: {
        kind: "s3",
        bucket: "b".repeat(63),
        region: "ap-southeast-4",
        endpoint: `https://${"e".repeat(120)}.example.com`,
        secretsEndpoint: `https://${"s".repeat(120)}.example.com`,
      },
      adminSshKeys: Array.from({ length: 6 }, () => key),
      packageMirror: `https://${"m".repeat(120)}.example.com`,
      pointerKey: verificationKey("secret"),
      httpProxy: {
        http: `http://${"p".repeat(60)}:3128`,
        noProxy: Array.from({ length: 10 }, (_, i) => `h${i}.example.com`),
      },
      imageArchives: `/srv/${"a".repeat(60)}`,
    });
    const size = Buffer.byteLength(text);
    assert.ok(size < userDataLimitBytes, `${size}`);
  });

  it("is refused when it is over the limit, with what to shorten", () => {
    const noProxy = Array.from({ length: 400 }, (_, index) => `host${index}.example.com`);
    assert.match(
      messageOf({ ...aws, httpProxy: { http: "http://proxy:3128", noProxy } }),
      /^the machine's bootstrap cannot be rendered:\n {2}- user data would be \d+ bytes, and the cloud takes 16384; shorten 'adminSshKeys' or 'httpProxy.noProxy'$/,
    );
  });

  it("tells the machine the one key whose signature it is to believe, where there is one", () => {
    const pointerKey = verificationKey("secret");
    assert.match(
      renderBootstrap({ ...aws, pointerKey }).text,
      new RegExp(`^ +signer='${pointerKey.replace("+", "\\+")}'$`, "m"),
    );
    assert.doesNotMatch(renderBootstrap(aws).text, /signer='/);
    assert.equal(
      messageOf({ ...aws, pointerKey: "secret" }),
      `the machine's bootstrap cannot be rendered:\n  - 'pointerKey' is "secret"; give the public half of an Ed25519 key in base64`,
    );
  });

  it("asks the public addresses of the region, or the endpoints it is given", () => {
    const settings = (args: BootstrapArgs): string[] =>
      renderBootstrap(args)
        .text.split("\n")
        .map((line) => line.trim())
        .filter((line) => /^(store|secrets|folder|region)=/.test(line));
    assert.deepEqual(settings(aws), [
      "region='eu-central-1'",
      "store='https://acme-sourcegraph-bundles.s3.eu-central-1.amazonaws.com'",
      "secrets='https://secretsmanager.eu-central-1.amazonaws.com'",
    ]);
    assert.deepEqual(settings({ ...aws, source: { ...s3, region: "cn-north-1" } }).slice(1), [
      "store='https://acme-sourcegraph-bundles.s3.cn-north-1.amazonaws.com.cn'",
      "secrets='https://secretsmanager.cn-north-1.amazonaws.com.cn'",
    ]);
    assert.deepEqual(
      settings({
        ...aws,
        source: { ...s3, endpoint: "https://s3.local/", secretsEndpoint: "https://sm.local/" },
      }).slice(1),
      ["store='https://s3.local/acme-sourcegraph-bundles'", "secrets='https://sm.local'"],
    );
    assert.deepEqual(settings(gcp), [
      "store='https://storage.googleapis.com/acme-sourcegraph-bundles'",
      "secrets='https://secretmanager.googleapis.com'",
    ]);
    assert.deepEqual(settings({ ...gcp, source: { kind: "folder", path: "/srv/source" } }), ["folder='/srv/source'"]);
  });

  it("gives Docker, apt and the store the proxy, and keeps the metadata service off it", () => {
    const { text } = renderBootstrap({
      ...gcp,
      httpProxy: { http: "http://proxy:3128", noProxy: ["git.example.com"] },
    });
    const direct = "localhost,127.0.0.1,169.254.169.254,metadata.google.internal,git.example.com";
    assert.ok(text.includes(`export https_proxy='http://proxy:3128'\nexport no_proxy='${direct}'`));
    assert.ok(
      text.includes(
        `"proxies":{"http-proxy":"http://proxy:3128","https-proxy":"http://proxy:3128","no-proxy":"${direct}"}`,
      ),
    );
    assert.ok(text.includes('Acquire::https::Proxy "http://proxy:3128";'));
    assert.doesNotMatch(renderBootstrap(gcp).text, /Acquire::|"proxies"/);
  });

  it("takes packages from a mirror in place of what the image asks", () => {
    const { text } = renderBootstrap({ ...gcp, packageMirror: "https://mirror.example.com/" });
    assert.ok(text.includes("URIs: https://mirror.example.com/debian\nSuites: trixie trixie-updates\n"));
    assert.ok(text.includes("URIs: https://mirror.example.com/debian-security\nSuites: trixie-security\n"));
  });

  it("refuses everything that is wrong at once", () => {
    assert.equal(
      messageOf({
        cloud: "aws",
        name: "Source graph",
        source: { kind: "s3", bucket: "no", region: "frankfurt", endpoint: "s3.local" },
        dataDevice: "nvme1n1",
        adminSshKeys: ["ssh-ed25519 AAAA", "~/.ssh/id.pub"],
        packageMirror: "mirror",
        httpProxy: { https: "proxy:3128", noProxy: ["a b"] },
        imageArchives: "images",
      }),
      [
        "the machine's bootstrap cannot be rendered:",
        `  - 'name' is "Source graph"; give lower-case letters, digits and dashes, at most 63`,
        `  - 'dataDevice' is "nvme1n1"; give the path of a disk below '/dev/'`,
        `  - 'imageArchives' is "images"; give an absolute path without blanks`,
        `  - 'packageMirror' is "mirror"; give a URL that begins with 'https://' or 'http://'`,
        `  - 'httpProxy.https' is "proxy:3128"; give a URL such as 'http://proxy.example.com:3128'`,
        `  - 'httpProxy.noProxy.0' is "a b"; give a host name, domain or address range`,
        `  - 'source.bucket' is "no"; give the name of a bucket`,
        `  - 'source.endpoint' is "s3.local"; give a URL that begins with 'https://' or 'http://'`,
        `  - 'source.region' is "frankfurt"; give a region such as 'us-east-1'`,
        `  - 'adminSshKeys.1' is "~/.ssh/id.pub"; give one line of a public key such as 'ssh-ed25519 AAAA… you@example.com'`,
      ].join("\n"),
    );
  });

  it("refuses a store that the machine has no identity for, and keys where they do not belong", () => {
    assert.equal(
      messageOf({ ...gcp, source: s3, adminSshKeys: [key], httpProxy: {} }),
      [
        "the machine's bootstrap cannot be rendered:",
        "  - 'httpProxy' names no proxy; give 'http' or 'https', or leave it out",
        "  - 'source.kind' is 's3' on 'gcp', where a machine has no identity for it; give 'gcs' or 'folder'",
        "  - 'adminSshKeys' cannot go into a startup script; give the keys in the metadata entry 'ssh-keys' of the instance",
      ].join("\n"),
    );
    assert.equal(
      messageOf({ ...aws, source: { ...gcs, project: "" }, imageArchives: "/a b" }),
      [
        "the machine's bootstrap cannot be rendered:",
        `  - 'imageArchives' is "/a b"; give an absolute path without blanks`,
        `  - 'source.project' is ""; give the id of a project`,
        "  - 'source.kind' is 'gcs' on 'aws', where a machine has no identity for it; give 's3' or 'folder'",
      ].join("\n"),
    );
    assert.equal(
      messageOf({ ...aws, source: { kind: "folder", path: "bundles" } }),
      `the machine's bootstrap cannot be rendered:\n  - 'source.path' is "bundles"; give an absolute path without blanks`,
    );
  });
});
