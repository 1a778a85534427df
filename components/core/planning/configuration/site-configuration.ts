import { parse as parseJsonc } from "jsonc-parser";
import { configurationFilesOf } from "../configuration-files";
import { splitPlaceholders, type SecretPart } from "../secrets";
import type { Specification } from "../config/specification";

/** Texts of the configuration files the frontends are given, in parts; a file that is not rendered is absent. */
export interface ConfigurationTexts {
  readonly site?: readonly SecretPart[];
  readonly codeHosts?: readonly SecretPart[];
  readonly globalSettings?: readonly SecretPart[];
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseFile(text: string | undefined): JsonObject | undefined {
  return text === undefined ? undefined : (parseJsonc(text) as JsonObject);
}

/** Lays one object over another: objects are merged, everything else is replaced. */
function merge(under: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isObject(below) && isObject(value) ? merge(below, value) : value;
  }
  return merged;
}

function partsOf(value: JsonObject): SecretPart[] {
  return splitPlaceholders(`${JSON.stringify(value, null, 2)}\n`, "json");
}

/** The address of the instance as browsers see it; absent where it is that of a machine not made yet. */
function externalUrlOf({ cloud, domain, local, tls }: Specification): string | undefined {
  const scheme = tls.mode === "none" ? "http" : "https";
  // The origin leaves out a port that is the scheme's own, as browsers do.
  if (cloud === "local") return new URL(`${scheme}://${domain ?? "localhost"}:${local.httpPort}`).origin;
  return domain === undefined ? undefined : `${scheme}://${domain}`;
}

function mailOf(smtp: NonNullable<Specification["smtp"]>): JsonObject {
  return {
    "email.address": smtp.from,
    ...(smtp.senderName === undefined ? {} : { "email.senderName": smtp.senderName }),
    "email.smtp": {
      host: smtp.host,
      port: smtp.port,
      authentication: smtp.authentication,
      ...(smtp.username === undefined ? {} : { username: smtp.username }),
      ...(smtp.passwordSecret === undefined ? {} : { password: `\${secret:${smtp.passwordSecret}}` }),
      ...(smtp.domain === undefined ? {} : { domain: smtp.domain }),
      ...(smtp.noVerifyTls === undefined ? {} : { noVerifyTLS: smtp.noVerifyTls }),
    },
  };
}

/** What the other keys of the config say about the site configuration. */
function siteOf(specification: Specification): JsonObject {
  const externalURL = externalUrlOf(specification);
  return {
    ...(externalURL === undefined ? {} : { externalURL }),
    // A file takes the place of the product's default text, which has this provider; without one nobody can sign in.
    "auth.providers": [{ type: "builtin", allowSignup: false }],
    ...(specification.smtp === undefined ? {} : mailOf(specification.smtp)),
    ...(specification.tracing
      ? {
          "observability.tracing": {
            type: "opentelemetry",
            sampling: "selective",
            urlTemplate: "{{ .ExternalURL }}/-/debug/jaeger/trace/{{ .TraceID }}",
          },
        }
      : {}),
  };
}

/**
 * The configuration files of the frontends: JSON without comments, secrets as parts of their own. They are the files that
 * `configurationFilesOf` names.
 *
 * The user's site file is laid over what other keys of the config set: its keys win, objects are merged, lists are
 * replaced. Frontends read a changed file without a restart; some keys of the product still need one.
 *
 * @param specification a specification whose files were checked to hold one JSON object each
 */
export function renderSiteConfiguration(specification: Specification): ConfigurationTexts {
  const files = configurationFilesOf(specification);
  const { siteConfig } = specification;
  const codeHosts = parseFile(siteConfig?.codeHosts);
  const globalSettings = parseFile(siteConfig?.globalSettings);
  return {
    ...(files.site === undefined
      ? {}
      : { site: partsOf(merge(siteOf(specification), parseFile(siteConfig?.site) ?? {})) }),
    ...(codeHosts === undefined ? {} : { codeHosts: partsOf(codeHosts) }),
    ...(globalSettings === undefined ? {} : { globalSettings: partsOf(globalSettings) }),
  };
}
