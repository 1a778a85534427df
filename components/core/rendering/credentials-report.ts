import type { Credential } from "../planning/credentials/credential";
import { kindFacts } from "../planning/credentials/kinds";
import type { ReportedCredential } from "./boundary/model";
import type { Section } from "./section";

const opensText = ({ opens }: Credential): string =>
  opens.map(({ at, may }) => (may.length === 0 ? at : `${at}: ${may.join(", ")}`)).join("; ");

/** What kind it is and how long it is good; one that is no short-lived token of one callee says so, and why. */
function kindText({ kind, bound, why, life }: Credential): string {
  const { title } = kindFacts[kind];
  const marked = bound ? "" : ", for no callee alone";
  return `${title}${marked}; ${life}${why === undefined ? "" : `; because ${why}`}`;
}

const keptText = ({ kept, readers }: Credential): string =>
  readers.length === 0 ? kept : `${kept}; read by ${readers.join(", ")}`;

function rotationTexts({ rotation: { steps, outage } }: Credential): string[] {
  return [
    ...steps.map(
      ({ step, does, who, proof, good }) => `${step}: ${does} (${who}); proof: ${proof}; then good: ${good}`,
    ),
    ...(outage === undefined ? [] : [`meanwhile: ${outage}`]),
  ];
}

/** Credentials as the report of the boundaries lists them. */
export function reportedCredentials(credentials: readonly Credential[]): ReportedCredential[] {
  return credentials.map((credential) => ({
    name: credential.name,
    holder: credential.holder,
    kind: kindText(credential),
    scope: opensText(credential),
    kept: keptText(credential),
    blastRadius: credential.blastRadius,
    rotation: rotationTexts(credential),
  }));
}

/** Credentials, and how each is replaced, as parts of a report. */
export function credentialSections(credentials: readonly Credential[]): Section[] {
  if (credentials.length === 0) return [];
  const unbound = credentials.filter(({ bound }) => !bound);
  return [
    {
      id: "credentials",
      title: "Credentials",
      summary: `${credentials.length}, ${unbound.length} of them for no callee alone`,
      columns: [
        { title: "name" },
        { title: "who shows it" },
        { title: "kind" },
        { title: "opens" },
        { title: "kept" },
        { title: "whoever has it" },
      ],
      rows: credentials.map((credential) => [
        credential.name,
        credential.holder,
        kindText(credential),
        opensText(credential),
        keptText(credential),
        credential.blastRadius,
      ]),
    },
    {
      id: "rotation",
      title: "How they are replaced",
      columns: [
        { title: "name" },
        { title: "step" },
        { title: "what" },
        { title: "who" },
        { title: "proof" },
        { title: "then good" },
      ],
      rows: credentials.flatMap(({ name, rotation }) =>
        rotation.steps.map(({ step, does, who, proof, good }) => [name, step, does, who, proof, good]),
      ),
      notes: credentials.flatMap(({ name, rotation: { outage } }) =>
        outage === undefined ? [] : [`${name}: ${outage}`],
      ),
    },
  ];
}
