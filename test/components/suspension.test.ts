import assert from "node:assert/strict";
import { decide as decideCluster } from "../../components/kubernetes/decision";
import { decide } from "../../components/vm/decision";
import { RefusedError } from "../../components/core/errors";
import { leastArgs, manifestAfter, recordVm } from "../support/aws-vm";
import { leastArgs as leastOnGcp, recordVm as recordOnGcp } from "../support/gcp-vm";
import { allOf, only, type Recorded } from "../support/recorder";

const state = "aws:ec2transitgateway/instanceState:InstanceState";
const check = "pulumi-nodejs:dynamic/sourcegraph:OutsideCheck";
const identities = (resources: readonly Recorded[]) =>
  resources
    .filter(({ type }) => type !== state && type !== check)
    .map(({ type, name }) => `${type} ${name}`)
    .sort();

describe("an instance that is suspended", () => {
  it("on AWS has its machine stopped, alarms that do nothing and no check from outside, and everything else as before", async () => {
    const running = await recordVm(leastArgs);
    const previous = await manifestAfter(leastArgs);
    const { resources } = await recordVm({ ...leastArgs, suspended: true, previous });
    assert.deepEqual(only(resources, state).inputs, { instanceId: "i-0123456789abcdef0", state: "stopped" });
    const alarms = allOf(resources, "aws:cloudwatch/metricAlarm:MetricAlarm");
    assert.ok(alarms.length >= 5);
    for (const alarm of alarms) assert.equal(alarm.inputs["actionsEnabled"], false, alarm.name);
    assert.deepEqual(allOf(resources, check), []);
    assert.deepEqual(identities(resources), identities(running.resources));
  });

  it("on AWS is started and checked again by false, and left alone where nobody ever said", async () => {
    const suspended = await manifestAfter({ ...leastArgs, suspended: true, previous: await manifestAfter(leastArgs) });
    assert.equal(suspended.suspended, true);
    const { resources } = await recordVm({ ...leastArgs, suspended: false, previous: suspended });
    assert.equal(only(resources, state).inputs["state"], "running");
    assert.equal(allOf(resources, check).length, 1);
    for (const alarm of allOf(resources, "aws:cloudwatch/metricAlarm:MetricAlarm"))
      assert.equal(alarm.inputs["actionsEnabled"], undefined);
    assert.deepEqual(allOf((await recordVm(leastArgs)).resources, state), []);
  });

  it("on Google Cloud has its machine terminated and its alarms off, in place", async () => {
    const machine = "gcp:compute/instance:Instance";
    const { manifest: previous } = decide("gcp", "sourcegraph", leastOnGcp);
    const { resources } = await recordOnGcp({ ...leastOnGcp, suspended: true, previous });
    assert.equal(only(resources, machine).inputs["desiredStatus"], "TERMINATED");
    for (const alarm of allOf(resources, "gcp:monitoring/alertPolicy:AlertPolicy"))
      assert.equal(alarm.inputs["enabled"], false, alarm.name);
    const running = await recordOnGcp(leastOnGcp);
    assert.equal(only(running.resources, machine).inputs["desiredStatus"], undefined);
    assert.deepEqual(identities(resources), identities(running.resources));
    const again = await recordOnGcp({ ...leastOnGcp, suspended: false, previous: { ...previous, suspended: true } });
    assert.equal(only(again.resources, machine).inputs["desiredStatus"], "RUNNING");
  });

  it("on Kubernetes has no pods but the agents of nodes, and keeps every claim, service and Ingress", () => {
    const args = {
      release: "7.5.4453",
      size: "XS" as const,
      kubeconfig: "kubeconfig of the cluster",
      kubernetes: { storageClass: { create: false }, ingress: { className: "nginx" } },
    };
    const running = decideCluster("sourcegraph", args);
    const suspended = decideCluster("sourcegraph", { ...args, suspended: true, previous: running.manifest });
    const named = ({ objects }: typeof running) =>
      objects
        .filter(({ kind }) => kind !== "HorizontalPodAutoscaler")
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    assert.deepEqual(named(suspended), named(running));
    const replicas = suspended.objects
      .filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet")
      .map((each) => (each as unknown as { readonly spec: { readonly replicas: number } }).spec.replicas);
    assert.ok(replicas.length > 10);
    assert.deepEqual([...new Set(replicas)], [0]);
    assert.equal(suspended.manifest.suspended, true);
    assert.deepEqual(suspended.manifest.dataResources, running.manifest.dataResources);
  });

  it("takes no other release meanwhile, cannot be the first deployment, and is not forgotten", async () => {
    const previous = await manifestAfter(leastArgs);
    const refusalOf = async (args: object): Promise<string> => {
      const { error, resources } = await recordVm({ ...leastArgs, ...args });
      assert.ok(error instanceof RefusedError);
      assert.deepEqual(resources, []);
      return error.message;
    };
    assert.equal(
      await refusalOf({ suspended: true }),
      "the suspension is refused:\n  - 'suspended' is true, and nothing is deployed that could stand still; deploy the instance first",
    );
    assert.equal(
      await refusalOf({ suspended: true, previous: { ...previous, release: "7.4.0" } }),
      "the suspension is refused:\n  - 'release' cannot change from 7.4.0 to 7.5.4453 while the instance stands still, since nothing migrates its databases; set 'suspended' to false and deploy first",
    );
    assert.equal(
      await refusalOf({ previous: { ...previous, suspended: true } }),
      "the suspension is refused:\n  - 'suspended' is missing, and the instance stands still; set it to false to start it again, or to true to leave it",
    );
  });
});
