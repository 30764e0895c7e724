import path from "node:path";
import { resolveSecrets } from "../../engine/configuration/index.js";
import { Fault } from "../../engine/fault.js";
import type { Embedder } from "../../engine/seams/index.js";
import type { ProjectStore } from "../../engine/store/index.js";
import { createOpenAiEmbedder } from "../chat/index.js";
import { cachedEmbedder, createHashedEmbedder, createTransformersEmbedder } from "../embedding/index.js";
import type { Project } from "./project.js";

/** The embedder that the project names, with its vectors cached by content. */
export async function createEmbedder(project: Project, store: ProjectStore): Promise<Embedder> {
  const { embedder } = project.configuration.contrast;
  switch (embedder.kind) {
    case "builtin":
      return createHashedEmbedder(embedder.dimensions);
    case "transformers": {
      const local = /^[./~]/u.test(embedder.model) ? path.resolve(project.folder, embedder.model) : embedder.model;
      const cacheFolder = embedder.cacheFolder ?? path.join(project.folder, ".preceptor", "models");
      return cachedEmbedder(createTransformersEmbedder({ ...embedder, model: local, cacheFolder }), store);
    }
    case "openai": {
      const model = project.configuration.models[embedder.model];
      if (model?.provider !== "openai") throw new Fault("internal", `There is no endpoint ${embedder.model}.`);
      const keys = resolveSecrets(project.configuration, project.secrets, [embedder.model]);
      const remote = createOpenAiEmbedder({
        baseUrl: model.endpoint,
        apiKey: keys.get(embedder.model) ?? null,
        model: model.name,
        revision: model.revision,
      });
      return cachedEmbedder(remote, store);
    }
  }
}
