/** The built-in models: a small student that learns, a rule-based instructor, their loopback server, and the trainer. */
export { builtinTrainingParameters, studentRevision } from "./baseStudent.js";
export { demoFolder } from "./demoFolder.js";
export {
  createBuiltinModelServer,
  createBuiltinServers,
  instructorRevision,
  startBuiltinInstructor,
  startBuiltinServer,
  type BuiltinServers,
} from "./modelServers.js";
export { instructorModel, studentModel, type BuiltinServer } from "./server.js";
export { createBuiltinTrainer } from "./trainer.js";
