import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { kubectlOf } from "../../cli/cluster-check/kubectl";
import { folderWith, sgbox, stackFile } from "./support";

const config = {
  shape: "kubernetes",
  cloud: "existing",
  release: "7.5.4453",
  size: "XS",
  kubernetes: { ingress: { className: "nginx" }, storageClass: { create: false } },
};

/** A kubectl that is a program of a few lines: what it is asked for is in `$*`. */
function kubectlIn(folder: string, script: string): Record<string, string> {
  const file = path.join(folder, "kubectl");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return { PATH: `${folder}:/usr/bin:/bin` };
}

const version = `echo '{"serverVersion":{"gitVersion":"v1.35.2"}}'`;

describe("sgbox check --cluster", () => {
  const check = ["check", "--stack", "Pulumi.prod.yaml", "--cluster"];
  const given = (more: Readonly<Record<string, unknown>> = {}) => ({
    "Pulumi.prod.yaml": stackFile({ ...config, ...more }),
    "Pulumi.yaml": "name: sourcegraph\n",
  });

  it("refuses with exit code 3 what the cluster has against the plan, and shows what it said", async () => {
    const folder = folderWith(given());
    const env = kubectlIn(
      folder,
      `case "$*" in
        version*) ${version};;
        "get ingressclasses"*) echo '{"items":[{"kind":"IngressClass","metadata":{"name":"alb"}}]}';;
        "get configmap sourcegraph-instance"*) echo '{"kind":"ConfigMap","metadata":{"name":"x"},"data":{"owner":"organization/sourcegraph/dev/sourcegraph"}}';;
        *) echo "Error from server (Forbidden): s3cr3t" >&2; exit 1;;
      esac`,
    );
    const { code, stdout, stderr } = await sgbox(check, { folder, env });
    assert.deepEqual([code, stderr], [3, ""]);
    const wrong = [
      `kubernetes.ingress.className  is "nginx", which does not exist; the cluster has: alb; name one, or install its controller`,
      `kubernetes.namespace          is "sourcegraph", which belongs to instance organization/sourcegraph/dev/sourcegraph; a namespace holds one instance: name another`,
    ];
    for (const line of wrong) assert.ok(stdout.includes(line), stdout);
    assert.match(stdout, /^ {2}it has ingress class nginx +NO$/m);
    assert.match(stdout, /^ {2}its version is 1\.32 or newer +yes$/m);
    assert.match(stdout, /^ {2}a node holds its largest pod +unproven: you may not kubectl get nodes$/m);
    assert.ok(!stdout.includes("s3cr3t"));
  });

  it("says what stays unproven where the cluster is not reached, and passes", async () => {
    const folder = folderWith(given());
    const env = kubectlIn(folder, "echo 'token s3cr3t is wrong' >&2; exit 1");
    const { code, stdout } = await sgbox(check, { folder, env });
    assert.equal(code, 0);
    assert.match(stdout, /^The cluster\n\s*unproven: kubectl version failed; run it to see why$/m);
  });

  it("does not ask a cluster whose kubeconfig only the engine has, unless a kubeconfig is given", async () => {
    const folder = folderWith({
      ...given({ secrets: { kube: "" }, cluster: { existing: { kubeconfigSecret: "kube", context: "prod" } } }),
    });
    const env = kubectlIn(folder, `printf '%s\\n' "$*" >> ${folder}/asked; ${version}`);
    const { stdout } = await sgbox([...check, "--json"], { folder, env });
    const { cluster, passed } = JSON.parse(stdout) as { cluster: unknown; passed: boolean };
    assert.equal(passed, true);
    assert.deepEqual(cluster, {
      unasked:
        "its kubeconfig is secret kube of the stack; give a kubeconfig that is at hand: sgbox check --cluster --kubeconfig FILE",
    });
    assert.throws(() => readFileSync(path.join(folder, "asked")), /ENOENT/);
    await sgbox([...check, "--kubeconfig", "my.yaml"], { folder, env });
    const asked = readFileSync(path.join(folder, "asked"), "utf8").trim().split("\n");
    for (const line of asked) assert.match(line, /--kubeconfig=my\.yaml --context=prod --request-timeout=10s$/);
    assert.equal(asked[0], "version --output=json --kubeconfig=my.yaml --context=prod --request-timeout=10s");
    assert.deepEqual(
      asked.filter((line) => /secret|delete|apply|patch/.test(line)),
      [],
    );
  });

  it("has nothing to ask for a machine", async () => {
    const { code, stderr } = await sgbox(["check", "--cluster"]);
    assert.equal(code, 2);
    assert.equal(
      stderr,
      "sgbox: there is no cluster to ask:\n  - 'cluster' has a meaning for stacks of 'shape' kubernetes only; leave it out\n",
    );
  });
});

describe("sgbox up on a cluster that is there", () => {
  it("refuses before the engine is looked for, unless the check is left out", async () => {
    const folder = folderWith({ "Pulumi.prod.yaml": stackFile(config) });
    const env = kubectlIn(
      folder,
      `case "$*" in version*) echo '{"serverVersion":{"gitVersion":"v1.20.1"}}';; *) exit 1;; esac`,
    );
    const more = { folder, env, confirm: () => Promise.resolve(false) };
    const { code, stderr } = await sgbox(["up", "--stack", "Pulumi.prod.yaml"], more);
    assert.equal(code, 3);
    assert.match(
      stderr,
      /^sgbox: the cluster does not take this deployment:\n {2}- 'cluster\.existing' runs Kubernetes v1\.20\.1, and the oldest that is supported is 1\.32; upgrade the cluster first$/m,
    );
    const without = await sgbox(["up", "--stack", "Pulumi.prod.yaml", "--no-cluster-check"], more);
    assert.match(without.stderr, /^sgbox: Pulumi's engine is missing; nothing was done$/m);
    const unreached = await sgbox(["up", "--stack", "Pulumi.prod.yaml"], { ...more, env: { PATH: "/nowhere" } });
    assert.match(
      unreached.stderr,
      /^unproven that the cluster takes this deployment: kubectl is not on the PATH\nsgbox: Pulumi's engine is missing; nothing was done$/m,
    );
  });
});

describe("kubectlOf", () => {
  it("tells that an answer took too long, and stops waiting", async () => {
    const folder = folderWith({});
    const ask = kubectlOf({ env: kubectlIn(folder, "exec sleep 30") }, {}, 0.2);
    assert.deepEqual(await ask(["get", "nodes"]), { unproven: "kubectl get nodes took more than 0.2 seconds" });
  });
});
