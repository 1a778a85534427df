// cdk8s: the same objects, ready made, as untyped API objects.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const measure = require("./measure.cjs");

const [, , file, folder] = process.argv;
const { ApiObject, App, Chart } = createRequire(`${folder}/`)("cdk8s");
const objects = JSON.parse(readFileSync(file, "utf8"));
measure(() => {
  const app = new App();
  const chart = new Chart(app, "sourcegraph");
  for (const [index, object] of objects.entries()) new ApiObject(chart, `object-${index}`, object);
  app.synthYaml();
  return objects.length;
});
