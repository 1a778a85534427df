// This library: from a config to the YAML of every object, and the scripts beside it.
const { readFileSync } = require("node:fs");
const { parseSpecification } = require("../../dist/components/core/planning/config/specification");
const { planKubernetes } = require("../../dist/components/core/planning/kubernetes/plan");
const { renderManifestFiles } = require("../../dist/components/core/rendering/manifests/manifest-files");
const measure = require("./measure.cjs");

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
measure((run) => {
  const plan = planKubernetes(parseSpecification({ ...config, name: `instance-${run}` }));
  return renderManifestFiles(plan).filter(({ path }) => path.endsWith(".yaml")).length;
});
