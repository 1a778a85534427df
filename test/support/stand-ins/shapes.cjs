// Makes computed values out of the shapes in the behaviour data: "arn:aws:ec2:us-west-2:123456789012:volume/vol-…".
"use strict";
const { createHash, randomBytes, randomInt, randomUUID } = require("node:crypto");

const hex = (length) => randomBytes(length).toString("hex").slice(0, length);
const digits = (length) => Array.from({ length }, (_, i) => randomInt(i ? 0 : 1, 10)).join("");
const upper = (length) => Array.from({ length }, () => "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[randomInt(36)]).join("");
const lastSegment = (text) => String(text).split(/[/:]/).pop();
const sha256 = (text) => createHash("sha256").update(String(text)).digest("hex");

/** Suffixes of load balancers, target groups and listeners in the behaviour data. */
const LITERALS = /50dc6c495c0c9188|6d0ecf831eec9f09|f2f7dc8efc522ab2/g;

/** us-west-2 => usw2, as in zone ids and cache endpoints. */
const shortRegion = (region) => region.replace(/^(\w+)-(\w)\w*-(\d)$/, "$1$2$3");

/**
 * A function that fills shapes for one object.
 *
 * `fields` are its inputs and what else is known by name; `region`, `account`, `address(prefix)` come from the cloud.
 * What stands twice in the shapes of one object (a uuid, a suffix) is the same value in both places.
 */
exports.filler = function filler({ fields, region, account, address, urnName }) {
  const once = new Map();
  const memo = (key, make) => once.get(key) ?? (once.set(key, make()), once.get(key));
  const last = (name) => fields[name] !== undefined && lastSegment(fields[name]);

  const named = {
    uuid: () => memo("uuid", randomUUID),
    "association uuid": () => memo("uuid", randomUUID),
    versionId: () => memo("uuid", randomUUID),
    base64: () => randomBytes(12).toString("base64"),
    hex: () => hex(8),
    md5: () =>
      createHash("md5")
        .update(String(fields.content ?? fields.source ?? ""))
        .digest("hex"),
    sha256: () => sha256(fields.content ?? ""),
    number: () => account,
    name: () => String(fields.name ?? urnName).replace(/^alias\//, ""),
    zone: () => last("zone"),
    region: () => last("region"),
    router: () => last("router"),
    path: () => (fields.path ?? "/").replace(/^\//, ""),
    "url without https://": () => String(fields.url).replace(/^https:\/\//, ""),
    host: () => (fields.url ? String(fields.url).replace(/^https:\/\//, "") : (fields.host ?? "")),
    email: () => `${fields.accountId}@${fields.project}.iam.gserviceaccount.com`,
    secretArn: () => fields.secretId,
    lb: () =>
      String(fields.loadBalancerArn ?? "")
        .split("/")
        .at(-2),
    cluster: () => last("clusterName") || last("cluster"),
    ng: () => fields.nodeGroupName,
    addon: () => fields.addonName,
    secret: () => last("secret") || last("secretId"),
    topic: () => last("topic"),
    instance: () => last("instance"),
    disk: () => last("disk"),
    backend: () => last("webBackendService"),
    display: () =>
      String(fields.displayName ?? urnName)
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-"),
    "network, url-encoded": () => encodeURIComponent(fields.network),
    identifier: () => fields.identifier ?? urnName,
    "…": () => hex(8),
    d: () => fields.datasetId,
    t: () => fields.tableId,
  };
  function placeholder(name) {
    const value = named[name]?.() ?? fields[name];
    return value === undefined || value === false ? undefined : String(value);
  }

  function text(shape) {
    if (/^<string>$/.test(shape)) return "";
    if (shape === "<boolean>") return false;
    if (shape === "<number>") return 0;
    if (/^<\w+\[\]>$/.test(shape)) return [];
    if (shape === "(same as id)") return fields.id;
    if (shape === "annotations") return fields.annotations ?? {};
    if (/^\d{19,21}$/.test(shape)) return memo(shape, () => digits(shape.length));
    if (shape === "123") return memo("123", () => digits(12));
    // What stands in the shape itself comes first: values of inputs are put in last, and stay as they are.
    return shape
      .replace(/ or ""$/, "")
      .replace(/^\(secret\) | when \w+$| \(.*$/g, "")
      .replace(/([a-z]+)-0a1b2c3d4e5f67890/g, (_, prefix) => memo(prefix, () => `${prefix}-${hex(17)}`))
      .replace(/\b([a-z]{1,10})-…/g, (_, prefix) =>
        String(fields.id).startsWith(`${prefix}-`) ? fields.id : memo(prefix, () => `${prefix}-${hex(17)}`),
      )
      .replace(/\b(AROA|AIPA|ANPA)…/g, (_, prefix) => memo(prefix, () => prefix + upper(17)))
      .replace(/\bZ…|\bZ0123456789ABCDEFGHIJ/g, () => memo("zone", () => `Z${upper(20)}`))
      .replace(/AbCdEf/g, () => memo("suffix", () => hex(6)))
      .replace(/-abc$/, () => `-${memo("abc", () => hex(10))}`)
      .replace(/\/123$/, () => `/${memo("123", () => digits(12))}`)
      .replace(LITERALS, (literal) => memo(literal, () => hex(16)))
      .replace(/\b(10\.\d+\.\d+|203\.0\.113)\.\d+\b/g, (_, prefix) => memo(prefix, () => address(prefix)))
      .replace(/\b(10-0-0|203-0-113)-10\b/g, (_, dashed) => {
        const prefix = dashed.replaceAll("-", ".");
        return memo(prefix, () => address(prefix)).replaceAll(".", "-");
      })
      .replaceAll("us-west-2", region)
      .replaceAll("usw2", shortRegion(region))
      .replaceAll("123456789012", account)
      .replaceAll("…", () => hex(8))
      .replace(/\[([^\]<]*)<(\w+)>\]/g, (_, before, name) => (fields[name] === undefined ? "" : before + fields[name]))
      .replace(/<([^>]+)>/g, (_, name) => placeholder(name) ?? memo(name, () => hex(8)));
  }

  return function fill(shape) {
    if (typeof shape === "string") return text(shape);
    if (Array.isArray(shape)) return shape.map(fill);
    if (shape && typeof shape === "object")
      return Object.fromEntries(Object.entries(shape).map(([k, v]) => [k, fill(v)]));
    if (shape === 123) return memo("number", () => Number(digits(12)));
    return shape;
  };
};
/** The number of a project of Google Cloud: another for each. */
const numberOf = (project) =>
  /^\d*$/.test(project ?? "")
    ? project || "123456789012"
    : String(BigInt(`0x${sha256(project).slice(0, 9)}`) + 10n ** 11n);
Object.assign(exports, { numberOf, hex, digits, lastSegment, sha256, shortRegion });
