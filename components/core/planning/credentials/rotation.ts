import type { CredentialKind, Rotation, RotationStep } from "./credential";

// Every replacement is the same five steps: make the new one, give it to the holder, let the holder use it, see that nobody
// uses the old one, revoke the old one. Where two cannot be good at once, what stands still is said.

/** What the steps name. */
export interface RotationNames {
  /** Name of the credential. */
  readonly name: string;
  /** Who shows it. */
  readonly holder: string;
  /** Name of the encrypted config value it is given as; absent where it is none. */
  readonly configName?: string;
}

const platform = "who deploys the stack of the holder";

function step(
  kind: RotationStep["step"],
  good: RotationStep["good"],
  who: string,
  does: string,
  proof: string,
): RotationStep {
  return { step: kind, does, who, proof, good };
}

const setValue = ({ configName, name }: RotationNames): string =>
  `pulumi config set --secret --path 'sourcegraph:secrets.${configName ?? name}'`;

const deploy = (good: RotationStep["good"]): RotationStep =>
  step(
    "switch",
    good,
    platform,
    "deploy the stack: a new version of the secret is pinned, and the holder starts with it",
    "pulumi preview shows no change afterwards",
  );

/** A credential of which the one who checks it can have two. */
function twoAtOnce(
  names: RotationNames,
  o: {
    readonly maker: string;
    readonly make: string;
    readonly made: string;
    readonly unused: string;
    readonly gone: string;
  },
): Rotation {
  return {
    overlaps: true,
    steps: [
      step("make", "both", o.maker, o.make, o.made),
      step("give", "both", platform, setValue(names), "pulumi preview shows a new version of the secret, and no value"),
      deploy("both"),
      step("prove", "both", o.maker, `wait until the old one is not used`, o.unused),
      step("revoke", "new", o.maker, "revoke the old one", o.gone),
    ],
  };
}

const client = (names: RotationNames): Rotation =>
  twoAtOnce(names, {
    maker: "who manages clients at the accounts service",
    make: `register a second client of ${names.holder} with the same scopes; give its id to the config with its secret`,
    made: "a token of it passes introspection with exactly these scopes",
    unused: "the accounts service issued no token to the old client for an hour, the life of a token",
    gone: "the old client gets 401 at the token endpoint, and its last token at every callee",
  });

const vendor = (names: RotationNames): Rotation =>
  twoAtOnce(names, {
    maker: "who has the account at that company",
    make: "make a second token there",
    made: "a call with it succeeds",
    unused: "the last use of the old token that is shown there is before the deployment",
    gone: "a call with the old token is refused",
  });

const sharedSecret = (names: RotationNames): Rotation => ({
  overlaps: false,
  outage: `${names.holder} is refused from the change at the callee until its own deployment`,
  steps: [
    step("make", "old", platform, "make a new text at random", "it is in no file and in no history of a shell"),
    step("give", "old", platform, setValue(names), "pulumi preview shows a new version of the secret, and no value"),
    deploy("old"),
    step("revoke", "new", "who runs the callee", "set the new text at the callee", "the old text is refused"),
  ],
});

const generated = (names: RotationNames): Rotation => ({
  overlaps: false,
  outage: "checks from outside fail until service and checks have the new one: a minute or two",
  steps: [
    step(
      "make",
      "old",
      platform,
      `pulumi up --replace with the URN of the random value of ${names.name}`,
      "the preview replaces that value and a version of the secret, nothing else",
    ),
    deploy("new"),
    step("revoke", "new", platform, "disable the old version of the secret", "the old one gets 401 at its path"),
  ],
});

const licence = ({ holder }: RotationNames): Rotation => ({
  overlaps: true,
  steps: [
    step(
      "make",
      "both",
      "who manages subscriptions in the enterprise portal",
      "issue a new licence for the same subscription: the token is its hash, so that only a new licence makes a new one",
      "the licence is in the subscription beside the old one",
    ),
    step(
      "give",
      "both",
      "site admin of the instance",
      "set licenseKey in the site configuration to it",
      "the page of the licence shows its end",
    ),
    step(
      "switch",
      "both",
      holder,
      "the instance makes its token from the new licence at once",
      "a licence check with it passes, and binds the id of the instance to it",
    ),
    step(
      "prove",
      "both",
      "who manages subscriptions in the enterprise portal",
      "wait until the old one is not used",
      "the gateway counts calls for the new licence only, for the 24 hours that it remembers who may what",
    ),
    step(
      "revoke",
      "new",
      "who manages subscriptions in the enterprise portal",
      "revoke the old licence",
      "a licence check with it fails, and so does a call of a model once its entitlement is forgotten",
    ),
  ],
});

const signing = (): Rotation => ({
  overlaps: true,
  steps: [
    step(
      "make",
      "both",
      "who makes releases of the product",
      "make a second key pair, and ship its public half beside the old one in a release",
      "an instance of that release accepts licences of both keys",
    ),
    step(
      "give",
      "both",
      platform,
      "give the portal the private half, or make a second version of the key in hardware",
      "the portal starts",
    ),
    step(
      "switch",
      "both",
      platform,
      "let the portal sign with the new one",
      "a new licence verifies with the new public half only",
    ),
    step(
      "prove",
      "both",
      "who manages subscriptions in the enterprise portal",
      "issue every licence that is in use again, and wait until instances have them",
      "no licence check names a licence of the old key",
    ),
    step(
      "revoke",
      "new",
      "who makes releases of the product",
      "ship a release without the old public half, and destroy the private one",
      "an instance of that release refuses a licence of the old key",
    ),
  ],
});

const store = ({ name }: RotationNames): Rotation => ({
  overlaps: false,
  outage: "connections to the cache break once; what it held is made again",
  steps: [
    step(
      "make",
      "old",
      platform,
      `pulumi up --replace with the URN of the password of ${name}`,
      "the preview shows that value, and no store is replaced",
    ),
    deploy("new"),
    step(
      "revoke",
      "new",
      platform,
      "disable the old version of the secret",
      "a connection with the old password is refused",
    ),
  ],
});

const nothing: Rotation = { overlaps: true, steps: [] };

const rotations: Readonly<Record<CredentialKind, (names: RotationNames) => Rotation>> = {
  "oauth-client": client,
  "cloud-identity": () => nothing,
  "licence-token": licence,
  "service-access-token": (names) => client(names),
  "shared-secret": sharedSecret,
  diagnostics: generated,
  management: generated,
  "licence-signing": signing,
  vendor,
  store,
  "sign-in": (names) =>
    twoAtOnce(names, {
      maker: "who runs the company's sign-in",
      make: "make a second secret of the client",
      made: "a sign-in with it succeeds",
      unused: "the last use of the old secret is before the deployment",
      gone: "an exchange of a code with the old secret is refused",
    }),
  none: () => nothing,
};

/** How a credential of this kind is replaced. */
export function rotationOf(kind: CredentialKind, names: RotationNames): Rotation {
  return rotations[kind](names);
}
