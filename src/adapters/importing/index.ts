/** Import of other tools' results into a project; the command line and the editor's worker use the same functions. */
export { ImportContext, openImport, type FileProposal } from "./context.js";
export { benchmarksNamed, createImportProject, type CreatedProject, type CreateRequest } from "./createProject.js";
export {
  inspectRecordedFiles,
  previewMapping,
  type FileInspection,
  type MappingPreview,
  type PreviewRequest,
} from "./inspectFiles.js";
export { RecordedFiles, type RecordedFile } from "./readRecorded.js";
export {
  importResponses,
  unknownBenchmark,
  type ImportRequest,
  type ImportResult,
  type ImportSource,
} from "./importResponses.js";
