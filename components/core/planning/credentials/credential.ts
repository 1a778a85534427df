// What one deployment shows to another, and what else opens something: of what kind it is, how long it is good, where it
// rests, who can read it, what whoever has it can do, and how it is replaced. Names and words only, never a value.

/** What kind of credential something is. */
export type CredentialKind =
  /** Secret of a client at the accounts service: it is exchanged for tokens that live for an hour and name their callee. */
  | "oauth-client"
  /** Identity of the cloud, whose tokens the cloud makes and ends. */
  | "cloud-identity"
  /** Token that is made from a licence: it names no callee and lives as long as the licence. */
  | "licence-token"
  /** Token of a person that a machine uses; it may never end. */
  | "service-access-token"
  /** A text that both sides know. */
  | "shared-secret"
  /** Opens the details of a service's health. */
  | "diagnostics"
  /** Opens the management of a service. */
  | "management"
  /** Signs licences. */
  | "licence-signing"
  /** Of a company outside: a provider of models, the payment processor, a chat. */
  | "vendor"
  /** Address of a store, with its password. */
  | "store"
  /** Client of a load balancer at the company's sign-in. */
  | "sign-in"
  /** Nothing at all is shown. */
  | "none";

/** What a credential opens. */
export interface CredentialScope {
  /** Who takes it: `zone/service`, or a name outside. */
  readonly at: string;
  /** What it may there: scopes, or the paths of a contract. */
  readonly may: readonly string[];
}

/** One step of a replacement. */
export interface RotationStep {
  /** What kind of step it is; always in this order. */
  readonly step: "make" | "give" | "switch" | "prove" | "revoke";
  /** What is done. */
  readonly does: string;
  /** Who does it. */
  readonly who: string;
  /** What shows that it worked. */
  readonly proof: string;
  /** What is good when the step is done. */
  readonly good: "old" | "both" | "new";
}

/** How a credential is replaced. */
export interface Rotation {
  /** Whether old and new are good at the same time, so that nothing stands still. */
  readonly overlaps: boolean;
  /** What stands still meanwhile, in words; absent where nothing does. */
  readonly outage?: string;
  /** What is done, in order. */
  readonly steps: readonly RotationStep[];
}

/** A credential. */
export interface Credential {
  /** Name: that of the client or of the secret, or what it is of whom. */
  readonly name: string;
  /** What kind it is. */
  readonly kind: CredentialKind;
  /** Who shows it, `zone/service`. */
  readonly holder: string;
  /** What it opens. */
  readonly opens: readonly CredentialScope[];
  /** Whether it is for its callee alone, so that no callee can use it at another. */
  readonly bound: boolean;
  /** Why it is no short-lived token that names its callee; absent where it is one. */
  readonly why?: string;
  /** Seconds that what is shown lives; absent for what lives until it is replaced. */
  readonly seconds?: number;
  /** How long it is good, in words. */
  readonly life: string;
  /** Where it rests. */
  readonly kept: string;
  /** Who can read it there. */
  readonly readers: readonly string[];
  /** What whoever has it can do. */
  readonly blastRadius: string;
  /** How it is replaced. */
  readonly rotation: Rotation;
}
