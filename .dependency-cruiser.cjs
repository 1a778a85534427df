/** Imports point one way: product, rules, planning, rendering, components, stacks, examples; the command may use all. */
const core = "^components/core/";
const layers = [
  ["errors", `${core}errors\\.ts$`],
  ["product", `${core}product/`],
  ["rules", `${core}rules/`],
  ["planning", `${core}planning/`],
  ["rendering", `${core}rendering/`],
  ["components", "^components/(?!core/)"],
  ["stacks", "^stacks/"],
  ["examples", "^examples/"],
];

const downward = layers.flatMap(([name, path], index) => {
  const above = layers.slice(index + 1).map(([, other]) => other);
  if (above.length === 0) return [];
  return [
    {
      name: `${name}-imports-no-layer-above`,
      severity: "error",
      from: { path },
      to: { path: [...above, "^cli/"] },
    },
  ];
});

module.exports = {
  forbidden: [
    ...downward,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "core-is-plain",
      comment: "planning and rendering know nothing of Pulumi or a cloud",
      severity: "error",
      from: { path: core },
      to: { path: "node_modules/@pulumi/" },
    },
    {
      name: "core-reaches-nothing-outside",
      comment: "no network, no processes, no clock; files only for the shell programs that are part of the package",
      severity: "error",
      from: { path: core, pathNot: `${core}rendering/converge/index\\.ts$` },
      to: { path: "^(node:)?(fs|net|http|https|child_process|os|dns|tls)(/|$)", dependencyTypes: ["core"] },
    },
    {
      name: "one-cloud-loads-one-sdk",
      severity: "error",
      from: { path: "^(components|stacks)/(aws|.*/aws[^/]*)" },
      to: { path: "node_modules/@pulumi/(gcp|docker|kubernetes)/" },
    },
    {
      name: "machines-load-no-kubernetes",
      comment: "the SDK of Kubernetes is slow to load, and a machine needs none of it",
      severity: "error",
      from: { path: "^(components/vm/|components/(aws|gcp|local)\\.ts$|stacks/[^/]+/vm\\.ts$)" },
      to: { path: "node_modules/@pulumi/kubernetes/", reachable: true },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, pathNot: ["\\.d\\.ts$", "^policy/", "^cli/main\\.ts$"] },
      to: {},
    },
    {
      name: "not-to-dev-dependencies",
      severity: "error",
      from: { path: "^(components|stacks|cli)/" },
      to: { dependencyTypes: ["npm-dev"], pathNot: "node_modules/@pulumi/(aws|gcp|docker|kubernetes)/" },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    includeOnly: ["^components/", "^stacks/", "^cli/", "^policy/", "^examples/", "node_modules/", "^(node:)?[a-z_]+$"],
  },
};
