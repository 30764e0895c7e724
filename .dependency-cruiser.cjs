/** The direction of imports. `test/architecture` plants violations and expects each rule to report its own. */
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      comment: "A circle means that two modules are one; find the third thing that both need.",
      from: {},
      to: { circular: true },
    },
    {
      name: "vscode-only-in-src-vscode",
      severity: "error",
      comment: "The engine, the adapters and the command line run without an editor.",
      from: { pathNot: "^src/vscode/" },
      to: { path: "^vscode$" },
    },
    {
      name: "engine-imports-nothing-above",
      severity: "error",
      comment: "The engine decides; adapters do the IO and are handed in.",
      from: { path: "^src/engine/" },
      to: { path: "^src/(adapters|cli|vscode|protocol)/" },
    },
    {
      name: "engine-does-no-io",
      severity: "error",
      comment: "Only pure node modules in the engine: crypto for hashes, posix paths.",
      from: { path: "^src/engine/" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|path/posix)$" },
    },
    {
      name: "engine-folders-through-their-index",
      severity: "error",
      comment: "A folder of the engine shows other folders its index only, so that its inside can change.",
      from: { path: "^src/engine/([^/]+)/" },
      to: { path: "^src/engine/([^/]+)/", pathNot: ["^src/engine/$1/", "^src/engine/[^/]+/index\\.ts$"] },
    },
    {
      name: "seams-are-ground",
      severity: "error",
      comment: "Seams know nothing of the engine that uses them.",
      from: { path: "^src/engine/seams/" },
      to: { path: "^src/engine/(?!seams/)[^/]+/" },
    },
    {
      name: "iteration-is-used-by-none",
      severity: "error",
      comment: "The loop uses all other folders of the engine and is used by none of them.",
      from: { path: "^src/engine/(?!iteration/)[^/]+/" },
      to: { path: "^src/engine/iteration/" },
    },
    {
      name: "adapters-do-not-know-the-command-line",
      severity: "error",
      comment: "Adapters implement seams for any program.",
      from: { path: "^src/adapters/" },
      to: { path: "^src/(cli|vscode)/" },
    },
    {
      name: "not-to-test",
      severity: "error",
      comment: "The product never imports its tests.",
      from: { path: "^src/" },
      to: { path: "^test/" },
    },
    {
      name: "not-to-unresolvable",
      severity: "error",
      comment: "An import that resolves to nothing fails at run time.",
      from: {},
      to: { couldNotResolve: true, pathNot: "^vscode$" },
    },
    {
      name: "not-to-dev-dep",
      severity: "error",
      comment: "The product may only need what it ships with.",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
