import { parseSpecification, requireKubernetes } from "../components/core/planning/config/specification";
import { planKubernetes } from "../components/core/planning/kubernetes/plan";
import type { KubernetesPlan } from "../components/core/planning/kubernetes/kubernetes-plan";
import { renderManifests } from "../components/core/rendering/manifests/manifests";
import { median } from "./processes";

/** A config of an instance on a cluster that is there, unlike its neighbours, so that nothing is measured twice. */
export function benchConfig(index: number): unknown {
  return {
    shape: "kubernetes",
    cloud: "existing",
    name: `instance-${index}`,
    release: "7.5.4453",
    usage: {
      users: 1000 + index,
      repositories: 10_000 + index,
      totalSizeGb: 500,
      largestRepositoryGb: 5,
      largestIndexGb: 1,
    },
    kubernetes: { ingress: { className: "nginx" }, storageClass: { create: false } },
  };
}

/** The plan of such an instance. */
export function planOf(index: number): KubernetesPlan {
  return planKubernetes(requireKubernetes(parseSpecification(JSON.parse(JSON.stringify(benchConfig(index))))));
}

/** From config to every object of an instance, milliseconds; how many objects. */
export function measureManifests(runs = 50): { readonly milliseconds: number; readonly objects: number } {
  let objects = 0;
  for (let index = 0; index < 10; index++) renderManifests(planOf(index));
  const times = Array.from({ length: runs }, (_, index) => {
    const start = process.hrtime.bigint();
    objects = renderManifests(planOf(1000 + index)).length;
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return { milliseconds: median(times), objects };
}
