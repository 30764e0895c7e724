import * as z from "zod/mini";

/**
 * A text that the engine, an adapter or the worker made for people, in English: journals are read in any language. The
 * extension host translates it when it arrives, by the texts of the sources (`l10n/engine.json`).
 */
export const engineText = z.string();

/** A value that may have words of the engine around it, such as `an empty file`: no sentence is looked for in it. */
export const engineValue = z.string();
