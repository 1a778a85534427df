// This library: from a config to the YAML of every object. Plans what the others are given.
const { readFileSync } = require("node:fs");
const { parseSpecification } = require("../../dist/components/core/planning/config/specification");
const { planKubernetes } = require("../../dist/components/core/planning/kubernetes/plan");
const { renderManifestFiles } = require("../../dist/components/core/rendering/manifests/manifest-files");
const { renderManifests } = require("../../dist/components/core/rendering/manifests/manifests");
const measure = require("./measure.cjs");

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
measure((run = 0) => {
  const plan = planKubernetes(parseSpecification({ ...config, name: `instance-${run}` }));
  renderManifestFiles(plan);
  return renderManifests(plan).length;
});
