import type { Problem } from "../../errors";
import { show } from "../config/problems";

// What in a text tells who a customer is, or opens something of theirs. A shape, and what is taken from a running instance,
// goes through here.

/** What a key or a text is of. */
interface Finding {
  /** What it is, with its article. */
  readonly what: string;
  /** What to do about it. */
  readonly fix: string;
  /** Whether its value must not be repeated. */
  readonly secret?: boolean;
}

const licence: Finding = {
  what: "a licence of the customer's",
  fix: "remove it: a replica has one of its own, by 'replica.licence' of its stack, or none",
  secret: true,
};
const secret: Finding = {
  what: "a secret",
  fix: "remove it, and change it where it is in use: it was in the open here",
  secret: true,
};
const host: Finding = {
  what: "a host or an address of the customer's",
  fix: "remove it: a shape has kinds, versions and sizes only, and a replica hosts of its own",
};
const person: Finding = { what: "an e-mail address", fix: "remove it: nothing in a shape is of a person" };
const name: Finding = {
  what: "a name of the customer's",
  fix: "remove it: a shape says what is there, not whose it is",
};
const data: Finding = {
  what: "data of the customer's",
  fix: "remove it: a replica has made-up data only, such as 'codeHosts' ask for",
};

/** Keys that no shape has, by what they are of. */
const byKey: readonly (readonly [RegExp, Finding])[] = [
  [/^licen[cs]e/i, licence],
  [/secret|passw|token|credential|private_?key|api_?key|access_?key/i, secret],
  [/^(e-?mails?|from|admins?)$/i, person],
  [/^(hosts?|host_?names?|domains?|urls?|external_?url|endpoints?|address(es)?|ips?|cidrs?|allowedcidrs)$/i, host],
  [
    /^(customer|company|organi[sz]ation|org|names?|slug|owner|account|project|bucket|users_?list|dns_?zone|tags|labels)$/i,
    name,
  ],
  [/^(snapshots?|snapshot_?id|backups?|dumps?|restore|restore_?from|data)$/i, data],
];

/** Texts that no shape has. The order is that of what is worst. */
const byText: readonly (readonly [RegExp, Finding])[] = [
  [/PRIVATE KEY|^sg[pd]_[0-9a-f]{16,}|^gh[pousr]_\w{20,}|^glpat-|^AKIA[0-9A-Z]{16}$|:\/\/[^/\s]*@/, secret],
  [/^eyJ[\w-]{10,}/, licence],
  [/[^\s@]+@[^\s@]+\.[a-z]{2,}/i, person],
  [/^[a-z][a-z0-9+.-]*:\/\//i, host],
  [/^\d{1,3}(\.\d{1,3}){3}(:\d+|\/\d+)?$/, host],
  [/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(:\d+|\/.*)?$/i, host],
  [/^arn:aws/, name],
];

/** What a text is of; undefined for one that tells nothing of anybody. Names of machine types have dots and are no hosts. */
function findingOf(text: string): Finding | undefined {
  if (/^[a-z0-9-]+\.(\d*xlarge|large|medium|small|micro|metal[\w-]*)$/.test(text)) return undefined;
  return byText.find(([pattern]) => pattern.test(text))?.[1];
}

/** Whether a text is a host, an address, a secret or a person's. */
export function tellsOfSomebody(text: string): boolean {
  return findingOf(text) !== undefined;
}

const said = (path: string, value: unknown, { what, fix, secret: hidden }: Finding): Problem => ({
  path,
  message: `is ${what}, got ${hidden === true ? "a value that is not shown here" : show(value, path)}; ${fix}`,
});

/** A licence that says itself that it is of production: worth its own words. */
function ofLicence(path: string, value: unknown): Problem | undefined {
  const kind = typeof value === "string" ? value.toLowerCase() : "";
  if (!/licen[cs]e/i.test(path) || kind !== "production") return undefined;
  return {
    path,
    message: `is the licence of production; ${licence.fix}`,
  };
}

/** Everything in a tree that tells of a customer, or opens something of theirs. */
export function identityProblems(tree: unknown, path: readonly string[] = []): Problem[] {
  const dotted = path.join(".");
  if (typeof tree === "string") {
    const found = findingOf(tree);
    return found === undefined ? [] : [said(dotted, tree, found)];
  }
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]): Problem[] => {
    const here = [...path, key];
    const at = here.join(".");
    const found = Array.isArray(tree) ? undefined : byKey.find(([pattern]) => pattern.test(key))?.[1];
    if (found !== undefined) return [ofLicence(at, value) ?? said(at, value, found)];
    return identityProblems(value, here);
  });
}
