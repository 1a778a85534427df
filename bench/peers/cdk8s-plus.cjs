// cdk8s-plus: workloads, services, configuration and accounts by its typed classes, the rest as untyped API objects.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const measure = require("./measure.cjs");

const [, , file, folder] = process.argv;
const use = createRequire(`${folder}/`);
const { ApiObject, App, Chart, Size } = use("cdk8s");
const plus = use("cdk8s-plus-33");
const objects = JSON.parse(readFileSync(file, "utf8"));

const cores = (text) => plus.Cpu.millis(text.endsWith("m") ? Number(text.slice(0, -1)) : Number(text) * 1000);
const memory = (text) => Size.mebibytes(Math.ceil(Number.parseFloat(text) * (/G/.test(text) ? 1024 : 1)));
const containerOf = ({ name, image, args, ports = [], env = [], resources }) => ({
  name,
  image,
  args,
  ports: ports.map(({ name: port, containerPort }) => ({ name: port, number: containerPort })),
  envVariables: Object.fromEntries(env.map(({ name: key, value = "" }) => [key, plus.EnvValue.fromValue(value)])),
  resources: {
    cpu: { request: cores(resources.requests.cpu), limit: cores(resources.limits.cpu) },
    memory: { request: memory(resources.requests.memory), limit: memory(resources.limits.memory) },
  },
});

function declare(chart, object, id) {
  const { kind, metadata, spec } = object;
  const containers = spec?.template?.spec.containers.map(containerOf);
  const { replicas } = spec ?? {};
  switch (kind) {
    case "Deployment":
      return new plus.Deployment(chart, id, { metadata, replicas, containers });
    case "DaemonSet":
      return new plus.DaemonSet(chart, id, { metadata, containers });
    case "StatefulSet":
      return new plus.StatefulSet(chart, id, { metadata, replicas, containers });
    case "Service":
      return new plus.Service(chart, id, {
        metadata,
        ports: spec.ports.map(({ name, port }) => ({ name, port })),
      });
    case "ConfigMap":
      return new plus.ConfigMap(chart, id, { metadata, data: object.data });
    case "ServiceAccount":
      return new plus.ServiceAccount(chart, id, { metadata });
    default:
      return new ApiObject(chart, id, object);
  }
}

measure(() => {
  const app = new App();
  const chart = new Chart(app, "sourcegraph");
  for (const [index, object] of objects.entries()) declare(chart, object, `object-${index}`);
  app.synthYaml();
  return objects.length;
});
