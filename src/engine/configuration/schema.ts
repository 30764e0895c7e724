import * as z from "zod";
import { benchmarkSchema } from "./benchmarkSchema.js";
import { modelSchema } from "./modelSchema.js";

/** Names of benchmarks and models become folders and keys, so they are plain. */
const entryName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
  error: "must begin with a letter or digit and hold only letters, digits, dots, hyphens and underscores",
});

const embedder = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("builtin").describe("Hashed words and character n-grams: no download, no neural network."),
      dimensions: z.int().min(16).max(8192).default(256).describe("Length of the vectors."),
    }),
    z.strictObject({
      kind: z.literal("transformers").describe("An ONNX encoder, run on this machine by transformers.js."),
      model: z
        .string()
        .min(1)
        .default("Xenova/bert-base-uncased")
        .describe(
          "Model id of the Hub, or a local folder (`./models/bert`) with config.json, tokenizer.json and onnx/.",
        ),
      maxTokens: z.int().min(2).max(8192).default(512).describe("Texts are cut after so many tokens."),
      batchSize: z.int().min(1).max(1024).default(32).describe("Texts encoded at once."),
      threads: z.int().min(1).max(256).default(1).describe("Threads of the encoder."),
      allowRemote: z.boolean().default(true).describe("Whether a missing model may be downloaded from the Hub."),
      cacheFolder: z
        .string()
        .min(1)
        .optional()
        .describe("Where downloaded models lie; without it a folder in .preceptor."),
    }),
    z.strictObject({
      kind: z.literal("openai").describe("The `/v1/embeddings` endpoint of a server."),
      model: z.string().min(1).describe("Name of an entry of `models`."),
      dimensions: z.int().min(1).optional().describe("Length of the vectors, for servers that can shorten them."),
    }),
  ])
  .prefault({ kind: "builtin" })
  .describe('Who turns questions into vectors. The paper\'s encoder is BERT: `{ "kind": "transformers" }`.');

const contrast = z
  .strictObject({
    k: z.int().min(1).max(20).default(3).describe("Right cases shown beside an error."),
    sameGroup: z.boolean().default(false).describe("Whether only right cases of the same subject or task count."),
    floor: z.number().min(0).max(2).default(0).describe("Right cases nearer than this distance (0 to 2) are skipped."),
    vector: z
      .enum(["question", "question-response"])
      .default("question")
      .describe("What is compared: v(q), the question alone, or v(d, r), the question with the response."),
    embedder,
  })
  .prefault({})
  .describe("Contrast sets of LEC (Eq. 2): the k nearest right cases of the same benchmark.");

const samplingParameters = {
  topP: z.number().positive().max(1).nullable().default(null).describe("Nucleus sampling; null leaves it out."),
  seed: z.int().nullable().default(null).describe("Seed sent to the server; null leaves it out."),
};

const instruction = z
  .strictObject({
    temperature: z
      .number()
      .min(0)
      .max(2)
      .nullable()
      .default(0.8)
      .describe("Sampling temperature of the instructor; null leaves it out."),
    ...samplingParameters,
    maxTokens: z.int().min(1).nullable().default(4095).describe("Most tokens of one answer of the instructor."),
    samplesPerCall: z.int().min(1).max(20).default(20).describe("Most samples that one call asks for."),
  })
  .prefault({})
  .describe("How the instructor is asked.");

const iterationFields = z.strictObject({
  strategy: z.string().min(1).describe("`LEC`, `LE`, or a baseline (`preceptor --help` lists them)."),
  quota: z.int().min(0).optional().describe("Kept samples a benchmark in this iteration."),
  k: z.int().min(1).max(20).optional().describe("Right cases beside an error in this iteration."),
  learningRate: z
    .number()
    .positive()
    .optional()
    .describe("Learning rate of this iteration (the paper lowers it from round to round)."),
});

const iteration = z
  .union([z.string().min(1).describe("Name of a strategy."), iterationFields])
  .transform((value): z.infer<typeof iterationFields> => (typeof value === "string" ? { strategy: value } : value));

const gates = z
  .strictObject({
    chain: z
      .array(z.enum(["format", "leak", "verification", "duplicate", "contamination", "quota"]))
      .nullable()
      .default(null)
      .describe("Gates that run, always in the built-in order; null: `clean` runs all, `paper` only format and quota."),
    notVerifiable: z
      .enum(["keep", "drop"])
      .default("keep")
      .describe("What happens to a sample whose answer cannot be recomputed. A refuted one is always dropped."),
    nearDuplicate: z
      .strictObject({
        threshold: z
          .number()
          .min(0)
          .max(1)
          .default(0.7)
          .describe(
            "A question whose ROUGE-L F with an earlier one lies above it is a near duplicate; 1 turns it off.",
          ),
        numbersDistinguish: z
          .boolean()
          .default(true)
          .describe(
            "Whether questions with different numbers are different questions. `false` is the published rule of SEI, which would also drop every re-sampled problem of the built-in instructor.",
          ),
      })
      .prefault({})
      .describe("Near duplicates."),
  })
  .prefault({})
  .describe("Gates on generated samples.");

const training = z
  .strictObject({
    trainer: z
      .enum(["builtin"])
      .default("builtin")
      .describe(
        "Who trains: `builtin` fits the built-in student. For any other target the run stops with a training set that is ready for your own trainer.",
      ),
    learningRate: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe("Learning rate; null takes the trainer's own."),
    epochs: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe("Passes over the training set; null takes the trainer's own."),
    batchSize: z.int().min(1).nullable().default(null).describe("Rows a step; null takes the trainer's own."),
    from: z
      .enum(["last", "base"])
      .default("last")
      .describe(
        "`last` continues from the last checkpoint, `base` trains the base model on the samples of all iterations.",
      ),
    heldOutShare: z
      .number()
      .min(0)
      .max(0.5)
      .default(0.05)
      .describe("Share of the kept samples that is only measured (training loss), never trained on."),
    control: z
      .enum(["shuffled-labels"])
      .nullable()
      .default(null)
      .describe(
        "Negative control for experiments: completions are shuffled among the questions, so nothing can be learned.",
      ),
  })
  .prefault({})
  .describe("How the target is trained.");

const passAtK = z
  .strictObject({
    n: z.int().min(1).max(1000).describe("Answers a case."),
    k: z.union([z.int().min(1), z.array(z.int().min(1)).min(1)]).describe("k of pass@k, one or several; at most n."),
    temperature: z.number().min(0).max(2).nullable().default(0.8).describe("Temperature of these answers."),
  })
  .nullable()
  .default(null)
  .describe("Several answers a case for code benchmarks; null asks once (pass@1).");

const evaluation = z
  .strictObject({
    temperature: z
      .number()
      .min(0)
      .max(2)
      .nullable()
      .default(0)
      .describe("Sampling temperature of the target; null leaves it out."),
    ...samplingParameters,
    maxTokens: z.int().min(1).nullable().default(1024).describe("Most tokens of one response."),
    codeSeconds: z.number().positive().max(600).default(3).describe("Wall-clock limit of one program in seconds."),
    passAtK,
  })
  .prefault({})
  .describe("How the target is asked and its programs are run.");

const budget = z
  .strictObject({
    amount: z.number().nonnegative().optional().describe("Most money a run may spend."),
    currency: z.string().min(1).default("USD").describe("Currency of the amount; prices must have the same."),
    calls: z.int().min(0).optional().describe("Most calls to models that cost money."),
    tokens: z.int().min(0).optional().describe("Most tokens of such models, read and generated."),
  })
  .prefault({})
  .describe("Hard caps of one run, kept by reserving before each call.");

/** `preceptor.json` after the overlay was merged in. Every default is here and nowhere else. */
export const configurationSchema = z
  .strictObject({
    $schema: z.string().optional().describe("Address of the JSON schema, for editors."),
    version: z.literal(1).default(1).describe("Version of this file's format."),
    benchmarks: z
      .record(entryName, benchmarkSchema)
      .refine((entries) => Object.keys(entries).length > 0, { error: "names no benchmark" })
      .describe("Benchmarks by the name that results carry."),
    models: z
      .record(entryName, modelSchema)
      .refine((entries) => Object.keys(entries).length > 0, { error: "names no model" })
      .describe("Models by the name that this file uses."),
    target: z.string().min(1).describe("Model that is taught: a name in `models`."),
    instructor: z.string().min(1).describe("Model that teaches: a name in `models`."),
    judge: z
      .string()
      .min(1)
      .optional()
      .describe("Model that decides the verdicts of judged benchmarks; without it the instructor."),
    iterations: z
      .array(iteration)
      .min(1)
      .max(100)
      .prefault(["LEC"])
      .describe('One strategy an iteration, in order: `["LEC", "LE"]`; or objects with fields of their own.'),
    protocol: z
      .enum(["paper", "clean"])
      .default("clean")
      .describe("Rules of verdicts, gates and training rows: as published, or the careful version."),
    prompts: z.enum(["paper", "clean"]).default("clean").describe("Set of instructor templates."),
    contrast,
    instruction,
    quota: z.int().min(0).default(3000).describe("Kept samples an iteration and benchmark."),
    rounds: z
      .int()
      .min(1)
      .max(100)
      .default(3)
      .describe("Most rounds of instructor calls an iteration: after the first they top up what the gates dropped."),
    gates,
    training,
    evaluation,
    review: z.boolean().default(false).describe("Whether a person must review the samples before training."),
    budget,
    seed: z.int().default(1).describe("Seed of every random choice."),
    sandbox: z
      .strictObject({
        consent: z
          .enum(["process"])
          .nullable()
          .default(null)
          .describe("`process`: you consent that programs of models run as plain processes where no sandbox exists."),
      })
      .prefault({})
      .describe("How programs of models are run."),
  })
  .describe("Project of Preceptor: what is taught to whom, by whom, and within which limits.");
