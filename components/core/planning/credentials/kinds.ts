import type { Credential, CredentialKind } from "./credential";

/** What holds of every credential of a kind. */
export interface KindFacts {
  /** In words. */
  readonly title: string;
  /** Whether it is for its callee alone. */
  readonly bound: boolean;
  /** Why it is no short-lived token that names its callee; absent where it is one. */
  readonly why?: string;
  /** How long it is good. */
  readonly life: string;
}

/** Facts of every kind. Source: admin-services.md 3.1, 3.3, 4. */
export const kindFacts: Readonly<Record<CredentialKind, KindFacts>> = {
  "oauth-client": {
    title: "client of the accounts service",
    bound: true,
    life: "its tokens an hour; its secret until it is replaced",
  },
  "cloud-identity": { title: "identity of the cloud", bound: true, life: "an hour, renewed by the cloud" },
  "licence-token": {
    title: "token made from the licence",
    bound: false,
    why: "the product of instances that are not hosted by us has no client of the accounts service",
    life: "as long as the licence",
  },
  "service-access-token": {
    title: "service access token",
    bound: false,
    why: "it was made in the name of a person; give the caller a client",
    life: "may never end",
  },
  "shared-secret": {
    title: "shared secret",
    bound: true,
    why: "the callee knows no clients",
    life: "until it is replaced",
  },
  diagnostics: {
    title: "diagnostics secret",
    bound: true,
    why: "checks from outside have no client, and the answer is no data of anybody",
    life: "until it is replaced",
  },
  management: {
    title: "management secret",
    bound: true,
    why: "the management API knows one text, so it is behind the sign-in of employees as well",
    life: "until it is replaced",
  },
  "licence-signing": {
    title: "key that signs licences",
    bound: true,
    why: "instances verify licences without a network",
    life: "until a release of the product trusts another",
  },
  vendor: {
    title: "token of another company",
    bound: true,
    why: "that company decides what is shown to it",
    life: "until it is replaced",
  },
  store: {
    title: "address of a store, with its password",
    bound: true,
    why: "Redis knows passwords only; nothing outside the network reaches it",
    life: "until it is replaced",
  },
  "sign-in": {
    title: "client at the company's sign-in",
    bound: true,
    why: "load balancers exchange codes with a secret",
    life: "until it is replaced",
  },
  none: {
    title: "nothing",
    bound: false,
    why: "the product shows nothing here",
    life: "always",
  },
};

/** Facts of a kind as those of a credential. */
export function factsOfKind(kind: CredentialKind): Pick<Credential, "bound" | "why" | "life"> {
  const { bound, why, life } = kindFacts[kind];
  return { bound, ...(why === undefined ? {} : { why }), life };
}
