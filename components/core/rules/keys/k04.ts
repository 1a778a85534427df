import { appliesTo } from "../applicability";
import type { Graph, GraphResource } from "../graph";
import { grantsOf, type Grant } from "../identities/grants";
import type { Judgement, Rule } from "../rule";
import { bad, good, judgedBy, property, unseen, type Sight } from "../sights";
import { keyTypes } from "../stores";

const owner = "enterprise-portal";
const secretTypes = ["gcp:secretmanager/secret", "aws:secretsmanager/secret"];

/** Roles and actions that let somebody read a secret or sign with a key. */
const uses =
  /secretAccessor|secretmanager\.admin|cloudkms\.(signer|signerVerifier|admin|cryptoOperator)|roles\/(owner|editor)|GetSecretValue|kms:(Sign|\*)|secretsmanager:\*|^\*$|SecretVersionManager/i;

const mayUse = ({ actions }: Grant): boolean => actions.some((action) => uses.test(action));

function kind({ type, inputs }: GraphResource): Sight[] {
  if (type === "aws:kms/key")
    return [property(inputs, "keyUsage", { is: ["SIGN_VERIFY"], fix: "set keyUsage to SIGN_VERIFY" })];
  if (type === "gcp:kms/cryptoKey")
    return [
      property(inputs, "purpose", { is: ["ASYMMETRIC_SIGN"], fix: "set purpose to ASYMMETRIC_SIGN" }),
      property(inputs, "versionTemplate.protectionLevel", {
        is: ["HSM"],
        fix: "set versionTemplate.protectionLevel to HSM",
      }),
    ];
  return [good("it is a secret, which can be copied; a key that signs cannot")];
}

/** Grants on everything of the project or account of the key. */
function wideGrants(graph: Graph, key: GraphResource, grants: readonly Grant[]): Grant[] {
  const { account, zone } = graph.factsOf(key);
  return grants.filter((grant) => {
    const facts = graph.factsOf(grant.resource);
    return (
      grant.scope !== "resource" &&
      grant.scope !== "cluster" &&
      facts.zone === zone &&
      facts.account === account &&
      mayUse(grant)
    );
  });
}

function users(graph: Graph, key: GraphResource, grants: readonly Grant[]): Sight[] {
  const direct = grants.filter((grant) => grant.targets.includes(key) && mayUse(grant));
  const identities = [...new Set(direct.flatMap(({ grantees }) => grantees))];
  const named = direct.flatMap(({ grantees, principals }) => (grantees.length === 0 ? principals : []));
  const hidden = direct.some(
    ({ grantees, principals, unseen: notSeen }) => notSeen && grantees.length + principals.length === 0,
  );
  const foreign = identities.filter((identity) => {
    const facts = graph.factsOf(identity);
    return facts.service !== owner && facts.owner !== owner;
  });
  const names = [...identities.map(({ name }) => name), ...named];
  const fix = `let only the identity of ${owner} use it`;
  if (hidden) return [unseen("who may use it is known only after the deployment", fix)];
  if (names.length > 1) return [bad(`${names.join(", ")} may use it`, fix)];
  if (foreign.length > 0 || named.length > 0)
    return [bad(`${names.join(", ")} may use it, which is not of ${owner}`, fix)];
  return [names.length === 0 ? good("nobody may use it") : good(`only ${names.join("")} may use it`)];
}

/** One service signs licences. */
export const k04: Rule = {
  id: "B-K04",
  severity: "critical",
  statement: "The licence signing key is usable by the enterprise portal and nobody else.",
  proof: "the kind of the key, those whom grants on it name, and grants on everything beside it",
  judge: (graph) => {
    const grants = grantsOf(graph);
    return graph.ofType(...secretTypes, ...keyTypes).flatMap((key): Judgement[] => {
      const facts = graph.factsOf(key);
      if (facts.use !== "licence-signing" || !appliesTo("B-K04", facts)) return [];
      const wide = wideGrants(graph, key, grants).map(({ resource, actions, scope }) =>
        bad(
          `${resource.name} gives ${actions.join(", ")} on the whole ${scope}`,
          `remove ${resource.name}; grant on single secrets`,
        ),
      );
      return [judgedBy(key.urn, [...kind(key), ...users(graph, key, grants), ...wide])];
    });
  },
};
