/** A user's project: its configuration, benchmarks, models and runs, put together from adapters. */
export { atModel } from "./modelFault.js";
export { requireTemplates } from "./requireTemplates.js";
export {
  benchmarkFolder,
  dataFiles,
  dataFolderOf,
  loadProjectBenchmarks,
  readSplit,
  type CaseFilter,
  type ReadSplit,
  allCases,
} from "./benchmarks.js";
export { estimateSource, unknownPrices, type EstimateRequest, type UnknownPrice } from "./estimate.js";
export { errorDocument, listErrors, noSuchError, type ErrorQuery, type ListedError } from "./errors.js";
export { openRun, type OpenRun, type RunOptions } from "./openRun.js";
export {
  checkProjectFiles,
  configurationFile,
  environmentSecrets,
  openProject,
  overlayFile,
  templatesOf,
  type Project,
} from "./project.js";
export { KeptCases } from "./keptCases.js";
export { hasFiles, missingFiles, type MissingFiles } from "./missingFiles.js";
export { pricesOf } from "./models.js";
export { initialConfiguration, requireNoProject, usualModels, writeProject, type NewModel } from "./newProject.js";
export {
  newestRun,
  newRunSource,
  planFacts,
  readReportSource,
  readRun,
  type ReadableRun,
  type RunSource,
} from "./readProject.js";
export { answeredStages, answersIn, recordsAbout, responsesTo, type AnsweredStage } from "./responses.js";
export { startedWith, type StartedWith } from "./runStart.js";
export { codeRunnerOf } from "./sandbox.js";
export { SingleCalls, type SingleAnswer, type SingleQuestion } from "./singleCalls.js";
export { createEditorChatModel, type EditorBridge, type EditorModelConfiguration } from "./editorModel.js";
export { createEmbedder } from "./embedder.js";
