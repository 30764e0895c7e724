/** Whether models of the editor can be asked, before anything is paid for. This module knows nothing of the editor. */

/** The editor's models as far as it tells an extension about them. */
export interface LentModels<Model> {
  names(): Promise<readonly string[]>;
  find(name: string): Promise<Model | null>;
  /** Undefined while the person has not been asked. */
  maySend(model: Model): boolean | undefined;
  /** One short question, at which the editor asks the person whether it may be sent. Throws what speaks against it. */
  tryOnce(model: Model): Promise<void>;
}

/** Why a model cannot be asked. */
export type Hindrance =
  | { readonly why: "missing"; readonly name: string; readonly offered: readonly string[] }
  | { readonly why: "refused"; readonly name: string };

/**
 * Looks for all models and asks the person about those that nobody has decided about; null when all can be asked. To be
 * called within an action of the person. Nobody is asked about one model while another is missing.
 */
export async function admitModels<Model>(
  names: readonly string[],
  models: LentModels<Model>,
): Promise<Hindrance | null> {
  const undecided: { readonly name: string; readonly model: Model }[] = [];
  for (const name of names) {
    const model = await models.find(name);
    if (model === null) return { why: "missing", name, offered: await models.names() };
    const may = models.maySend(model);
    if (may === false) return { why: "refused", name };
    if (may === undefined) undecided.push({ name, model });
  }
  for (const { name, model } of undecided) {
    await models.tryOnce(model);
    if (models.maySend(model) === false) return { why: "refused", name };
  }
  return null;
}
