import type { AdminSpecification } from "./specification";
import { planUncheckedServices } from "./unchecked-services";

/** Things a person should know before going on. */
export function adminNotices(specification: AdminSpecification): string[] {
  const { cloud, services, alarmsEmail, auditSink, dnsZone, edge, licenceSigning, neighbours } = specification;
  const { closed } = planUncheckedServices(specification);
  const descriptions = services.map(({ description }) => description);
  const runs = (name: string): boolean => descriptions.some((each) => each.name === name);
  const kept = (kind: string): string[] =>
    descriptions.filter(({ stores }) => stores.some((store) => store.kind === kind)).map(({ name }) => name);
  const ours = services.filter(({ own }) => !own).map(({ description: { name } }) => name);
  const events = [...new Set([...kept("stream"), ...kept("analytics")])].filter((name) => ours.includes(name));
  const signIn = kept("relational").filter((name) => ours.includes(name));
  const usage = descriptions.some(({ environment }) =>
    Object.values(environment).some(
      (value) => typeof value === "object" && "store" in value && value.service !== undefined && !runs(value.service),
    ),
  );
  return [
    ...(cloud === "aws" && events.length > 0
      ? [
          `${events.join(", ")}: the builds of today write events to Google's services only; on AWS they need builds that write to Firehose, or no event is kept`,
        ]
      : []),
    ...(cloud === "aws" && signIn.length > 0
      ? [
          `${signIn.join(", ")}: the builds of today sign in to Cloud SQL with their identity; on AWS they need builds that sign in to RDS with theirs`,
        ]
      : []),
    ...(kept("relational").length > 0
      ? [
          `${kept("relational").join(", ")}: once their servers are there, somebody has to let their logins into the databases; 'sgbox render database-logins' writes what to say`,
        ]
      : []),
    ...(usage
      ? ["the usage of models is not shown: the model gateway whose events are read is not of this stack"]
      : []),
    ...(runs("enterprise-portal") && licenceSigning === "key"
      ? ["licences are signed with a key that never leaves the hardware, which needs a build of the portal that can"]
      : []),
    ...(runs("enterprise-portal") && licenceSigning === "secret"
      ? [
          "the private key that signs licences is a secret that the portal reads, and so can be copied; 'admin.licenceSigning: key' keeps it in hardware, with a build that can",
        ]
      : []),
    ...(runs("pings") ? ["pings asks for no credential at all: what it is told may come from anybody"] : []),
    ...(descriptions.some(({ callers }) => callers.some(({ credential }) => credential === "licence-token"))
      ? [
          "instances show a token made from their licence: it names no callee and lives as long as the licence, which breaks B-M01; state an exception until instances have clients",
        ]
      : []),
    ...(closed.length > 0
      ? [
          `${closed.join(", ")}: Cloud Run answers 403 to machines and end users, who have no identity of Google and get none from the load balancer; state an exception from B-N02 for each that shall check its callers alone`,
        ]
      : []),
    ...(edge === "cloudflare"
      ? ["records at Cloudflare are written by its own stack: proxied for every host whose origin is the edge"]
      : []),
    ...(dnsZone === undefined ? ["no DNS zone is given: write the records that the outputs name yourself"] : []),
    ...(alarmsEmail === undefined ? ["alarms go nowhere: give 'alarms.email'"] : []),
    ...(auditSink === undefined
      ? ["audit logs are not set up here: the organisation has to, outside of this zone (B-L02)"]
      : []),
    ...(neighbours.length === 0 && descriptions.some(({ administers }) => administers === "accounts")
      ? ["no neighbour is named, so nobody is known to ask the accounts service"]
      : []),
  ];
}
