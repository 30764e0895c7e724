import type * as z from "zod";
import type { ChatParameters, TrainingParameters } from "../seams/index.js";
import type { configurationSchema } from "./schema.js";

/** The project's configuration with every default filled in. */
export type Configuration = z.infer<typeof configurationSchema>;
/** What may be written in `preceptor.json`: fields with a default may be left out. */
export type ConfigurationInput = z.input<typeof configurationSchema>;
export type BenchmarkConfiguration = Configuration["benchmarks"][string];
export type ModelConfiguration = Configuration["models"][string];

export type ModelRole = "target" | "instructor" | "judge";

/** Name in `models` of the model that plays a role; the instructor judges where no judge is named. */
export function modelNameOf(configuration: Configuration, role: ModelRole): string {
  if (role === "judge") return configuration.judge ?? configuration.instructor;
  return configuration[role];
}

/** What a prompt template asks for; null leaves the decision to the project. */
interface AskedParameters {
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly maxTokens: number | null;
}

/**
 * Sampling parameters of a role: `evaluation` for the target, `instruction` for the instructor, and greedy, short
 * answers for the judge. What the prompt template sets wins over these, and what the model's own `parameters` set wins
 * over both, also when it is null.
 */
export function chatParametersOf(
  configuration: Configuration,
  role: ModelRole,
  template: AskedParameters | null = null,
): ChatParameters {
  const model = configuration.models[modelNameOf(configuration, role)];
  const own = model === undefined || model.provider === "builtin" ? {} : model.parameters;
  const { evaluation, instruction } = configuration;
  const base =
    role === "target"
      ? evaluation
      : role === "instructor"
        ? instruction
        : { temperature: 0, topP: null, maxTokens: evaluation.maxTokens, seed: null };
  return {
    temperature: own.temperature === undefined ? (template?.temperature ?? base.temperature) : own.temperature,
    topP: own.topP === undefined ? (template?.topP ?? base.topP) : own.topP,
    maxTokens: own.maxTokens === undefined ? (template?.maxTokens ?? base.maxTokens) : own.maxTokens,
    seed: own.seed === undefined ? base.seed : own.seed,
    stop: [],
    format: null,
  };
}

/** Kept samples wanted of a benchmark in an iteration (from 0): the iteration's, else the benchmark's, else the project's. */
export function quotaOf(configuration: Configuration, benchmark: string, iteration: number): number {
  return (
    configuration.iterations[iteration]?.quota ?? configuration.benchmarks[benchmark]?.quota ?? configuration.quota
  );
}

/** Training parameters of an iteration (from 0); what the project leaves open comes from the trainer's own defaults. */
export function trainingParametersOf(
  configuration: Configuration,
  iteration: number,
  trainerDefaults: TrainingParameters,
): TrainingParameters {
  const { training } = configuration;
  return {
    learningRate:
      configuration.iterations[iteration]?.learningRate ?? training.learningRate ?? trainerDefaults.learningRate,
    epochs: training.epochs ?? trainerDefaults.epochs,
    batchSize: training.batchSize ?? trainerDefaults.batchSize,
  };
}

/** A split name or a list of them as a list; undefined stays undefined. */
export function splitList(splits: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof splits === "string" ? [splits] : splits;
}
