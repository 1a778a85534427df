import { composeNameOf, roundResource } from "./curves";
import { sizingData } from "./data";
import { pair, type CorrectionRule, type RequestAndLimit } from "./draft";

// Corrections beyond the named sizes: hundreds of thousands of repositories and more.

/** Largest volume of either cloud, gp3 and pd-ssd alike, in GB as clouds count it (binary): 64 TiB. */
export const largestVolumeGb = 65_536;

/** Most repositories for which the figures of zoekt are those of one replica; from there on each has as many. */
const lastOfOneReplica = 500_000;

/** Figures of a zoekt web server at the last point at which they are those of one replica. */
function zoektWebServer(): { readonly cpus: RequestAndLimit; readonly memoryGb: RequestAndLimit } {
  const points = sizingData.curves
    .filter((curve) => composeNameOf(curve) === "zoekt-webserver")
    .flatMap(({ points: all }) => all.filter(({ at }) => at === lastOfOneReplica));
  const range = (key: "cpu" | "memGB"): RequestAndLimit => {
    const [request, limit] = points.find((point) => point[key] !== undefined)?.[key] ?? [0, 0];
    return { request, limit };
  };
  return { cpus: range("cpu"), memoryGb: range("memGB") };
}

/** Above the last point of one replica the published figures are those of all replicas. */
export const zoektFiguresOfAll: CorrectionRule = {
  id: "zoekt-figures-of-all",
  why:
    "at 5 million repositories the published memory and CPU limit of a zoekt web server are those of all replicas together; " +
    "each of them has 100,000 repositories there as at 500,000, whose figures are taken",
  apply(draft) {
    const web = draft.services.get("zoekt-webserver");
    if (web === undefined || draft.usage.repositories <= lastOfOneReplica) return undefined;
    const before = `${pair(web.cpus)} CPUs and ${pair(web.memoryGb)} GB`;
    Object.assign(web, zoektWebServer());
    return `zoekt-webserver from ${before} to ${pair(web.cpus)} and ${pair(web.memoryGb)}`;
  },
};

/** Code that one volume cannot hold is spread over more replicas. */
export const claimAboveVolume: CorrectionRule = {
  id: "claim-above-volume",
  why:
    `a volume of either cloud holds at most ${largestVolumeGb} GB; more replicas of gitserver share its code and CPUs, ` +
    "more of zoekt its index",
  apply(draft) {
    if (draft.target !== "kubernetes") return undefined;
    const changed = ["gitserver", "zoekt-webserver"].flatMap((name) => {
      const service = draft.services.get(name);
      const replicas = Math.ceil((service?.diskTotalGb ?? 0) / largestVolumeGb);
      if (service === undefined || replicas <= service.replicas) return [];
      const before = service.replicas;
      service.replicas = replicas;
      if (name === "gitserver")
        for (const key of ["request", "limit"] as const)
          service.cpus[key] = Math.max(1, roundResource((service.cpus[key] * before) / replicas));
      const index = draft.services.get("zoekt-indexserver");
      if (name === "zoekt-webserver" && index !== undefined) index.replicas = replicas;
      return [`${name} from ${before} replicas to ${replicas}`];
    });
    return changed.length === 0 ? undefined : changed.join(", ");
  },
};
