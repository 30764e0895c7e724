import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "dist/**",
      "node_modules/**",
      "coverage/**",
      ".preceptor/**",
      ".editor-cache/**",
      ".vscode-test/**",
      "**/*.cjs",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    files: ["src/{engine,adapters,protocol,worker,vscode}/**/*.ts", "webview/**/*.ts"],
    rules: { "no-console": "error" },
  },
  {
    files: ["src/engine/**/*.ts"],
    rules: {
      "no-restricted-globals": [
        "error",
        { name: "process", message: "The engine does no IO; pass what it needs through a port." },
        { name: "fetch", message: "The engine does no IO; ask through the ChatModel seam." },
        { name: "performance", message: "No result depends on the wall clock; take the Clock that is handed in." },
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "No result depends on the wall clock; take the Clock." },
        { object: "Math", property: "random", message: "Every choice has a seed; take a Random." },
      ],
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        Buffer: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        performance: "readonly",
        fetch: "readonly",
        AbortController: "readonly",
      },
    },
  },
);
