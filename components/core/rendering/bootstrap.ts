import { stringify } from "yaml";

import { InputError, type Problem } from "../errors";
import { gcsBucketUrl, s3BucketUrl } from "./bucket-url";
import { fetchText, setupText } from "./converge";

/** Where a machine finds its pointer, its bundles and its secrets. */
export type BundleSource =
  | {
      readonly kind: "s3";
      /** Bucket that holds `pointer.json` and `bundles/<digest>.json` and takes `status.json`. */
      readonly bucket: string;
      /** Region of the bucket and of the secrets, e.g. `eu-central-1`. */
      readonly region: string;
      /** URL of the S3 API in path style, e.g. of a VPC endpoint; default: the public one of the region. */
      readonly endpoint?: string;
      /** URL of the Secrets Manager API; default: the public one of the region. */
      readonly secretsEndpoint?: string;
    }
  | {
      readonly kind: "gcs";
      /** Bucket that holds `pointer.json` and `bundles/<digest>.json` and takes `status.json`. */
      readonly bucket: string;
      /** Project of the bucket; written down on the machine for whoever looks. Secrets are addressed in full. */
      readonly project: string;
      /** URL of the Cloud Storage XML API; default `https://storage.googleapis.com`. */
      readonly endpoint?: string;
      /** URL of the Secret Manager API; default `https://secretmanager.googleapis.com`. */
      readonly secretsEndpoint?: string;
    }
  | {
      readonly kind: "folder";
      /** Folder on the machine with `pointer.json`, `bundles/<digest>.json` and `secrets/<name>`. */
      readonly path: string;
    };

/** Proxy of a machine that may not reach the network by itself. */
export interface MachineProxy {
  /** Proxy for http, e.g. `http://proxy.example.com:3128`. */
  readonly http?: string;
  /** Proxy for https; default: the one for http. */
  readonly https?: string;
  /** Hosts and domains reached without it; the metadata service and the machine itself always are. */
  readonly noProxy?: readonly string[];
}

/**
 * What is particular to one machine. Each value is read when a machine boots for the first time; on AWS a change
 * reaches a new machine only, on Google Cloud the next boot.
 */
export interface BootstrapArgs {
  /** Decides the form: cloud-init user data (`aws`) or a startup script (`gcp`). Changing it replaces the machine. */
  readonly cloud: "aws" | "gcp";
  /** Name of the deployment: lower-case letters, digits and dashes. */
  readonly name: string;
  /** Where pointer, bundles and secrets are. */
  readonly source: BundleSource;
  /**
   * Stable path of the data disk, e.g. `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0abc` or
   * `/dev/disk/by-id/google-sourcegraph-data`. A blank one gets a file system; one that holds something else is
   * never touched.
   */
  readonly dataDevice: string;
  /** Public keys of the default user. AWS only: on Google Cloud they belong into the metadata entry `ssh-keys`. */
  readonly adminSshKeys?: readonly string[];
  /** URL below which `debian` and `debian-security` lie; default: what the image brings. */
  readonly packageMirror?: string;
  /** Proxy for packages, images and the store; default: none. */
  readonly httpProxy?: MachineProxy;
  /**
   * Public half of the key that signs the pointer, as `verificationKey` gives it; the machine then believes no other pointer. A
   * machine takes it up as it does the rest, so on AWS only a new one believes another key. Default: any pointer is believed.
   */
  readonly pointerKey?: string;
  /** Folder on the machine with image archives (`docker save`), loaded when an image is missing; default: none. */
  readonly imageArchives?: string;
}

/** What a machine is given at its start. */
export interface Bootstrap {
  /** `cloud-init` goes into user data, `startup-script` into the metadata entry of that name. */
  readonly kind: "cloud-init" | "startup-script";
  readonly text: string;
}

/** Size of user data that EC2 takes, in bytes; the same limit is kept for Google Cloud, which takes more. */
export const userDataLimitBytes = 16384;

/**
 * Renders the start of a machine: packages, data disk, Docker, and the program that fetches the bundle. The text
 * depends on nothing but the arguments, none of which changes with the release, size or settings of Sourcegraph.
 *
 * @throws InputError when a value cannot be what it is to be, or when the text is over {@link userDataLimitBytes}.
 */
export function renderBootstrap(args: BootstrapArgs): Bootstrap {
  const problems = problemsOf(args);
  if (problems.length > 0) throw new InputError(problems, "the machine's bootstrap cannot be rendered");
  const script = setupText.replace("# {{machine}}\n", () => machineText(args));
  const bootstrap: Bootstrap =
    args.cloud === "aws"
      ? { kind: "cloud-init", text: cloudConfig(script, args.adminSshKeys ?? []) }
      : { kind: "startup-script", text: script };
  const size = Buffer.byteLength(bootstrap.text);
  if (size > userDataLimitBytes) {
    throw new InputError(
      [
        {
          path: "",
          message: `user data would be ${size} bytes, and the cloud takes ${userDataLimitBytes}; shorten 'adminSshKeys' or 'httpProxy.noProxy'`,
        },
      ],
      "the machine's bootstrap cannot be rendered",
    );
  }
  return bootstrap;
}

const setupPath = "/usr/local/sbin/sourcegraph-setup";

/** User data of cloud-init: the set-up as a unit of its own, so that it runs at every boot as on Google Cloud. */
function cloudConfig(script: string, keys: readonly string[]): string {
  const unit = [
    "[Unit]",
    "Description=Set-up of this machine for Sourcegraph",
    "Wants=network-online.target",
    "After=network-online.target",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    `ExecStart=${setupPath}`,
    "Restart=on-failure",
    "RestartSec=60",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
  const config = {
    ...(keys.length > 0 ? { ssh_authorized_keys: keys } : {}),
    write_files: [
      { path: setupPath, permissions: "0755", content: script },
      { path: "/etc/systemd/system/sourcegraph-setup.service", content: unit },
    ],
    runcmd: ["systemctl daemon-reload", "systemctl enable --now sourcegraph-setup.service"],
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0, indent: 1, indentSeq: false })}`;
}

/** The part of the set-up that differs from machine to machine. */
function machineText(args: BootstrapArgs): string {
  const proxy = proxyOf(args.httpProxy);
  const settings = [
    ...Object.entries({
      name: args.name,
      ...sourceSettings(args.source),
      ...(args.pointerKey !== undefined && { signer: args.pointerKey }),
      archives: args.imageArchives ?? "",
    }).map(([key, value]) => `${key}=${quote(value)}`),
    ...Object.entries(proxy).map(([key, value]) => `export ${key}=${quote(value)}`),
  ];
  const parts = [
    file("/etc/sourcegraph/machine.conf", settings.join("\n")),
    "# shellcheck source=/dev/null\n. /etc/sourcegraph/machine.conf\n",
    `device=${quote(args.dataDevice)}\n`,
    `daemon=${quote(JSON.stringify(daemonSettings(proxy)))}\n`,
    file("/usr/local/sbin/sourcegraph-fetch", fetchText.trimEnd(), " 755"),
  ];
  if (args.httpProxy !== undefined) {
    parts.push(
      file(
        "/etc/apt/apt.conf.d/60sourcegraph",
        `Acquire::http::Proxy "${proxy.http_proxy}";\nAcquire::https::Proxy "${proxy.https_proxy}";`,
      ),
    );
  }
  if (args.packageMirror !== undefined) parts.push(mirrorText(args.packageMirror));
  return parts.join("");
}

function sourceSettings(source: BundleSource): Record<string, string> {
  switch (source.kind) {
    case "s3": {
      const domain = source.region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
      return {
        source: "s3",
        region: source.region,
        store:
          source.endpoint === undefined
            ? s3BucketUrl(source.bucket, source.region)
            : `${trimSlash(source.endpoint)}/${source.bucket}`,
        secrets: trimSlash(source.secretsEndpoint ?? `https://secretsmanager.${source.region}.${domain}`),
      };
    }
    case "gcs":
      return {
        source: "gcs",
        project: source.project,
        store:
          source.endpoint === undefined
            ? gcsBucketUrl(source.bucket)
            : `${trimSlash(source.endpoint)}/${source.bucket}`,
        secrets: trimSlash(source.secretsEndpoint ?? "https://secretmanager.googleapis.com"),
      };
    case "folder":
      return { source: "folder", folder: source.path };
    default: {
      const never: never = source;
      return never;
    }
  }
}

/** Docker's own settings: data on the data disk, bounded logs, open files as the vendor's images set them. */
function daemonSettings(proxy: Record<string, string>): Record<string, unknown> {
  return {
    "data-root": "/mnt/sourcegraph/docker",
    "live-restore": true,
    "log-driver": "json-file",
    "log-opts": { "max-size": "50m", "max-file": "4" },
    "default-ulimits": { nofile: { Name: "nofile", Soft: 262144, Hard: 262144 } },
    ...(proxy.http_proxy === undefined
      ? {}
      : {
          proxies: {
            "http-proxy": proxy.http_proxy,
            "https-proxy": proxy.https_proxy,
            "no-proxy": proxy.no_proxy,
          },
        }),
  };
}

function proxyOf(proxy: MachineProxy | undefined): Record<string, string> {
  const http = proxy?.http ?? proxy?.https;
  if (http === undefined) return {};
  const direct = ["localhost", "127.0.0.1", "169.254.169.254", "metadata.google.internal"];
  return {
    http_proxy: http,
    https_proxy: proxy?.https ?? http,
    no_proxy: [...direct, ...(proxy?.noProxy ?? [])].join(","),
  };
}

/** Debian's archive from a mirror, in place of whatever the image asks. */
function mirrorText(mirror: string): string {
  const archive = (path: string, suites: string): string =>
    [
      "Types: deb",
      `URIs: ${trimSlash(mirror)}/${path}`,
      `Suites: ${suites}`,
      "Components: main",
      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
    ].join("\n");
  const sources = `${archive("debian", "trixie trixie-updates")}\n\n${archive("debian-security", "trixie-security")}`;
  return `for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  [ ! -e "$list" ] || mv "$list" "$list.disabled"
done
${file("/etc/apt/sources.list.d/sourcegraph.sources", sources)}`;
}

/** Shell that writes a file whose text is taken as it is. */
function file(path: string, text: string, mode = ""): string {
  return `put ${path}${mode} << 'END_OF_FILE'\n${text}\nEND_OF_FILE\n`;
}

/** A text as one word of the shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

const bucketName = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;
const absolutePath = /^\/[\w./:@+-]+$/;

function problemsOf(args: BootstrapArgs): Problem[] {
  const problems: Problem[] = [];
  const check = (path: string, value: string | undefined, allowed: RegExp, wanted: string): void => {
    if (value !== undefined && !allowed.test(value)) {
      problems.push({ path, message: `is ${JSON.stringify(value)}; give ${wanted}` });
    }
  };
  const url = /^https?:\/\/[^\s'"\\]+$/;
  check("name", args.name, /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, "lower-case letters, digits and dashes, at most 63");
  check("dataDevice", args.dataDevice, /^\/dev\/[\w./:@+-]+$/, "the path of a disk below '/dev/'");
  check("imageArchives", args.imageArchives, absolutePath, "an absolute path without blanks");
  check(
    "pointerKey",
    args.pointerKey,
    /^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$/,
    "the public half of an Ed25519 key in base64",
  );
  check("packageMirror", args.packageMirror, url, "a URL that begins with 'https://' or 'http://'");
  check("httpProxy.http", args.httpProxy?.http, url, "a URL such as 'http://proxy.example.com:3128'");
  check("httpProxy.https", args.httpProxy?.https, url, "a URL such as 'http://proxy.example.com:3128'");
  (args.httpProxy?.noProxy ?? []).forEach((host, index) => {
    check(`httpProxy.noProxy.${index}`, host, /^[\w.:/*-]+$/, "a host name, domain or address range");
  });
  if (args.httpProxy !== undefined && args.httpProxy.http === undefined && args.httpProxy.https === undefined) {
    problems.push({ path: "httpProxy", message: "names no proxy; give 'http' or 'https', or leave it out" });
  }
  const source = args.source;
  if (source.kind === "folder") {
    check("source.path", source.path, absolutePath, "an absolute path without blanks");
  } else {
    check("source.bucket", source.bucket, bucketName, "the name of a bucket");
    check("source.endpoint", source.endpoint, url, "a URL that begins with 'https://' or 'http://'");
    check("source.secretsEndpoint", source.secretsEndpoint, url, "a URL that begins with 'https://' or 'http://'");
    if (source.kind === "s3") {
      check("source.region", source.region, /^[a-z]{2,}(-[a-z]+)+-\d$/, "a region such as 'us-east-1'");
    } else {
      check("source.project", source.project, /^[a-z0-9.:-]+$/, "the id of a project");
    }
    if ((source.kind === "s3") !== (args.cloud === "aws")) {
      problems.push({
        path: "source.kind",
        message: `is '${source.kind}' on '${args.cloud}', where a machine has no identity for it; give '${args.cloud === "aws" ? "s3" : "gcs"}' or 'folder'`,
      });
    }
  }
  const keys = args.adminSshKeys ?? [];
  if (args.cloud === "gcp" && keys.length > 0) {
    problems.push({
      path: "adminSshKeys",
      message: "cannot go into a startup script; give the keys in the metadata entry 'ssh-keys' of the instance",
    });
  }
  keys.forEach((key, index) => {
    check(
      `adminSshKeys.${index}`,
      key,
      /^(ssh-(ed25519|rsa)|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/=]+( [^\r\n]*)?$/,
      "one line of a public key such as 'ssh-ed25519 AAAA… you@example.com'",
    );
  });
  return problems;
}
