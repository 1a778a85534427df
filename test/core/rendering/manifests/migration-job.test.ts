import assert from "node:assert/strict";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { standingStill } from "../../../../components/core/planning/kubernetes/rollout";
import { renderManifests } from "../../../../components/core/rendering/manifests/manifests";
import { migrationJob, type MigrationRun } from "../../../../components/core/rendering/manifests/migration-job";
import { workloadSpec, type RenderedPodTemplate } from "../../../../components/core/rendering/manifests/pod-template";
import { kubernetesSpecification } from "../../../support/kubernetes-plans";

const plan = planKubernetes(kubernetesSpecification());
const objects = renderManifests(plan);
const usual: MigrationRun = { release: "7.5.4453", retries: 5 };

function job(run: Partial<MigrationRun> = {}) {
  const made = migrationJob(plan, objects, { ...usual, ...run });
  assert.ok(made);
  const spec = made["spec"] as { backoffLimit: number; template: RenderedPodTemplate };
  const [container] = spec.template.spec.containers;
  assert.ok(container);
  return { made, spec, pod: spec.template.spec, container };
}

describe("the migrator's Job", () => {
  it("runs what the frontends start with, once, on the databases", () => {
    const frontend = objects.find(
      ({ kind, metadata }) => kind === "Deployment" && metadata.name === "sourcegraph-frontend",
    );
    assert.ok(frontend);
    const first = workloadSpec(frontend)?.template.spec.initContainers?.find(({ name }) => name === "migrator");
    const { made, spec, pod, container } = job();
    assert.deepEqual(container, first);
    assert.deepEqual(container.args, ["up"]);
    assert.deepEqual(
      [made.apiVersion, made.kind, made.metadata["namespace"], pod.restartPolicy, pod.initContainers],
      ["batch/v1", "Job", "sourcegraph", "Never", undefined],
    );
    assert.equal(spec.backoffLimit, 5);
    assert.equal(made.metadata.labels?.["app"], "migrator");
  });

  it("is named by release and content: the same run is the same Job, another one another", () => {
    const name = (run: Partial<MigrationRun>) => job(run).made.metadata.name;
    assert.match(name({}), /^migrator-7-5-4453-[0-9a-f]{8}$/);
    assert.equal(name({}), name({}));
    const names = [
      name({}),
      name({ args: ["up", "--db=all"] }),
      name({ image: "mirror/migrator:1" }),
      name({ release: "7.4.0" }),
    ];
    assert.equal(new Set(names).size, 4);
  });

  it("takes arguments and image of a multi-version upgrade, and tries no second time by itself", () => {
    const { container, spec } = job({
      args: ["upgrade", "--from", "v7.2"],
      image: "mirror/migrator:7.6.0",
      retries: 0,
    });
    assert.deepEqual([container.args, container.image], [["upgrade", "--from", "v7.2"], "mirror/migrator:7.6.0"]);
    assert.equal(spec.backoffLimit, 0);
  });

  it("is the same run when it is handed over to Helm: its pods say nothing of who manages them", () => {
    const { made, spec } = job();
    const handed = planKubernetes(kubernetesSpecification({ kubernetes: { handOver: true } }));
    const other = migrationJob(handed, renderManifests(handed), usual);
    assert.ok(other);
    assert.deepEqual(other["spec"], made["spec"]);
    assert.notDeepEqual(other.metadata.labels, made.metadata.labels);
    const { "app.kubernetes.io/managed-by": manager, ...labels } = made.metadata.labels ?? {};
    assert.equal(manager, "Pulumi");
    assert.deepEqual(spec.template.metadata, { labels });
  });

  it("is made of frontends that stand still too, and not where there are none", () => {
    const still = standingStill(plan);
    assert.equal(migrationJob(still, renderManifests(still), usual)?.metadata.name, job().made.metadata.name);
    assert.equal(migrationJob(plan, [], usual), undefined);
  });
});
