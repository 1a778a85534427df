import js from "@eslint/js";
import tseslint from "typescript-eslint";

// Sub-paths only: the root of a cloud SDK loads everything it has.
const sdkRoots = ["@pulumi/aws", "@pulumi/gcp"].map((name) => ({
  name,
  message: `import a sub-path such as "${name}/kms"; the root loads the whole SDK`,
  allowTypeImports: true,
}));

export default tseslint.config(
  { ignores: ["dist/", "dist.new/", "coverage/", "node_modules/", "docs/", "test/golden/", ".state/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-restricted-imports": ["error", { paths: sdkRoots }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "max-lines": ["error", { max: 400 }],
      "no-console": "error",
    },
  },
  {
    files: ["test/**/*.ts", "bench/**/*.ts", "scripts/**/*.ts"],
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "no-console": "off",
    },
  },
  { files: ["examples/**/*.ts"], rules: { "@typescript-eslint/explicit-module-boundary-types": "off" } },
  { files: ["components/core/planning/config/config.ts"], rules: { "max-lines": "off" } },
  {
    files: ["**/*.cjs", "**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        [
          "require",
          "module",
          "exports",
          "process",
          "console",
          "__dirname",
          "Buffer",
          "setTimeout",
          "clearTimeout",
          "setInterval",
          "clearInterval",
          "setImmediate",
          "URL",
        ].map((name) => [name, "readonly"]),
      ),
    },
    rules: { "max-lines": ["error", { max: 400 }], "no-unused-vars": ["error", { argsIgnorePattern: "^_" }] },
  },
);
