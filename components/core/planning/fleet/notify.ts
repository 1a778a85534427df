import { z } from "zod";
import { InputError, type Problem } from "../../errors";
import { keys, text } from "../config/schema-values";

const variableForm = /^[A-Z_][A-Z0-9_]*$/;

/** Who is told of the transitions of rollouts. */
export const notifySchema = z
  .array(
    keys("NotifyConfig", {
      name: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,30}$/, { error: "must be lower-case letters, digits and dashes, at most 31" })
        .meta({ description: "name of the receiver; what it was told is kept under it", examples: ["ops"] }),
      kind: z.enum(["webhook", "slack"]).describe("a webhook that is signed, or a message in Slack's form"),
      url: text("webhook: address, https", "https://hooks.example.com/fleet").optional(),
      secretEnv: text(
        "webhook: environment variable with the secret it is signed with, whsec_ and 24 to 64 bytes in base64",
        "FLEET_WEBHOOK_SECRET",
      ).optional(),
      urlEnv: text("slack: environment variable with the address, which is a secret", "FLEET_SLACK_URL").optional(),
    }),
  )
  .max(20)
  .describe("who is told when a rollout or a wave begins, waits, stops or ends, or an instance fails; default nobody");

/** A receiver as the file has it. */
type NotifyConfig = z.infer<typeof notifySchema>[number];

/** Somebody who is told of the transitions of rollouts. */
export type NotifySink =
  | { readonly name: string; readonly kind: "webhook"; readonly url: string; readonly secretEnv: string }
  | { readonly name: string; readonly kind: "slack"; readonly urlEnv: string };

/** A receiver with its secrets. */
export interface NotifyTarget {
  /** Its name. */
  readonly name: string;
  /** Which form it takes. */
  readonly kind: NotifySink["kind"];
  /** Its address; a secret for Slack. */
  readonly url: string;
  /** Key its notifications are signed with. */
  readonly key?: Uint8Array;
}

const local = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Why an address is none that is told anything; the address is not in it. */
function addressFault(address: string): string | undefined {
  if (!URL.canParse(address)) return "is no address";
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== "" || password !== "") return "holds a login, which does not belong into an address";
  if (protocol === "https:" || (protocol === "http:" && local.has(hostname))) return undefined;
  return "must begin with https://";
}

function ownProblems({ kind, url, secretEnv, urlEnv }: NotifyConfig, path: string): Problem[] {
  const problems: Problem[] = [];
  const add = (key: string, message: string) => problems.push({ path: `${path}.${key}`, message });
  // What stands there instead may be the secret itself, so it is not repeated.
  for (const [named, value] of Object.entries({ secretEnv, urlEnv }))
    if (value !== undefined && !variableForm.test(value))
      add(named, "must be the name of an environment variable, such as FLEET_HOOK; what it holds is never in the file");
  if (kind === "slack") {
    if (urlEnv === undefined)
      add("urlEnv", "is missing; name the environment variable that holds the address, such as FLEET_SLACK_URL");
    if (url !== undefined)
      add("url", "is a secret for Slack; remove it, put it into an environment variable and name that with 'urlEnv'");
    if (secretEnv !== undefined) add("secretEnv", "is for a webhook; remove it, Slack takes no signature");
    return problems;
  }
  const fault = url === undefined ? "is missing; give its address, such as https://hooks.example.com/fleet" : undefined;
  const wrong = fault ?? addressFault(url ?? "");
  if (wrong !== undefined) add("url", wrong);
  if (secretEnv === undefined)
    add(
      "secretEnv",
      "is missing; name the environment variable that holds the signing secret, such as FLEET_WEBHOOK_SECRET",
    );
  if (urlEnv !== undefined) add("urlEnv", "is for Slack; remove it, the address of a webhook is 'url'");
  return problems;
}

/** What is wrong with the receivers of a fleet. */
export function notifyProblems(given: readonly NotifyConfig[]): Problem[] {
  const names = given.map(({ name }) => name);
  return given.flatMap((each, index) => {
    const first = names.indexOf(each.name);
    const twice = {
      path: `notify.${index}.name`,
      message: `is "${each.name}", which receiver ${first + 1} is called already; give it another`,
    };
    return [...ownProblems(each, `notify.${index}`), ...(first === index ? [] : [twice])];
  });
}

/** The receivers of a fleet that were checked. */
export function sinksOf(given: readonly NotifyConfig[]): NotifySink[] {
  return given.flatMap(({ name, kind, url, secretEnv, urlEnv }): NotifySink[] => {
    if (kind === "slack") return urlEnv === undefined ? [] : [{ name, kind, urlEnv }];
    return url === undefined || secretEnv === undefined ? [] : [{ name, kind, url, secretEnv }];
  });
}

const secretForm = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

function keyOf(secret: string): Uint8Array | undefined {
  const [, encoded = ""] = secretForm.exec(secret) ?? [];
  const key = Buffer.from(encoded, "base64");
  return key.length >= 24 && key.length <= 64 ? key : undefined;
}

/**
 * Receivers with what the environment holds for them.
 *
 * @throws InputError with every variable that is missing or of the wrong form; no value is in it
 */
export function targetsOf(
  sinks: readonly NotifySink[],
  env: Readonly<Record<string, string | undefined>>,
): NotifyTarget[] {
  const problems: Problem[] = [];
  const targets = sinks.flatMap((sink, index): NotifyTarget[] => {
    const { name, kind } = sink;
    const [key, variable] = kind === "slack" ? ["urlEnv", sink.urlEnv] : ["secretEnv", sink.secretEnv];
    const value = env[variable] ?? "";
    const add = (message: string): NotifyTarget[] => {
      problems.push({ path: `notify.${index}.${key}`, message: `names ${variable}, which ${message}` });
      return [];
    };
    if (value === "") return add(`is not set; '${name}' cannot be told anything without it`);
    if (kind === "slack") {
      const fault = addressFault(value);
      return fault === undefined ? [{ name, kind, url: value }] : add(fault);
    }
    const made = keyOf(value);
    if (made !== undefined) return [{ name, kind, url: sink.url, key: made }];
    return add('holds no signing secret; make one with: echo "whsec_$(openssl rand -base64 32)"');
  });
  if (problems.length > 0) throw new InputError(problems, "nobody can be told");
  return targets;
}
