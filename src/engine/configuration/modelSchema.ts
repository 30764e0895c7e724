import * as z from "zod";

/** `${env:NAME}` or `${secret:NAME}`: a file of the project never holds the secret itself. */
export const secretReference = /^\$\{(env|secret):([A-Za-z_][A-Za-z0-9_.-]*)\}$/;

/** An address with a user or a password in it. */
export const holdsUser = /^[a-z][a-z0-9+.-]*:(\/\/)?[^/?#]*@/i;

const nullableNumber = (description: string): z.ZodOptional<z.ZodNullable<z.ZodNumber>> =>
  z.number().nonnegative().nullable().optional().describe(description);

const price = z
  .strictObject({
    input: z.number().nonnegative().describe("Price of a million prompt tokens."),
    cached: z
      .number()
      .nonnegative()
      .optional()
      .describe("Price of a million prompt tokens that the server read from its cache; without it the input price."),
    output: z.number().nonnegative().describe("Price of a million generated tokens."),
    currency: z.string().min(1).default("USD").describe("Currency of the prices."),
  })
  .describe("Prices per million tokens. Zero for a server of your own.");

const limits = z
  .strictObject({
    concurrency: z.int().min(1).max(1024).default(8).describe("Requests in flight at once."),
    requestsPerMinute: z.int().min(1).nullable().default(null).describe("Requests a minute; null for no limit."),
    tokensPerMinute: z.int().min(1).nullable().default(null).describe("Tokens a minute; null for no limit."),
  })
  .prefault({})
  .describe("Limits that the client keeps.");

const timeouts = z
  .strictObject({
    idleSeconds: z
      .number()
      .positive()
      .default(120)
      .describe("Seconds without a byte after which an answer is given up and asked again."),
    deadlineSeconds: z.number().positive().default(600).describe("Seconds after which one attempt is given up."),
    attempts: z.int().min(1).max(100).default(8).describe("Attempts for one answer before it is a fault."),
  })
  .prefault({})
  .describe("When an answer is given up.");

const parameters = z
  .strictObject({
    temperature: nullableNumber("Sampling temperature; null leaves it out of the request (some models refuse it)."),
    topP: nullableNumber("Nucleus sampling; null leaves it out."),
    maxTokens: z.int().min(1).nullable().optional().describe("Most tokens of an answer; null leaves it out."),
    seed: z.int().nullable().optional().describe("Seed sent to the server; null leaves it out."),
  })
  .prefault({})
  .describe("Sampling parameters of this model: what is set here wins over `evaluation` and `instruction`.");

const openaiModel = z.strictObject({
  provider: z.literal("openai").describe("Any server that speaks the OpenAI chat-completions protocol."),
  endpoint: z
    .url({ protocol: /^https?$/, error: "is not an http or https address" })
    .refine((address) => !holdsUser.test(address), { error: "holds a user or a password" })
    .describe("Base address, with its `/v1`: `http://127.0.0.1:8000/v1`."),
  name: z.string().min(1).describe("Name of the model as the server knows it."),
  revision: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      "What fixes the model's weights (a digest, a date). Without it, answers are asked again in each new run.",
    ),
  apiKey: z
    .string()
    .regex(secretReference, { error: "holds a key itself" })
    .optional()
    .describe(
      "Reference to the key, `${env:NAME}` or `${secret:NAME}`; never the key itself. Leave it out for a server without keys.",
    ),
  contextTokens: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      "Most tokens of prompt and answer together, to warn of templates that are too long; null takes what is known of the model.",
    ),
  price: price.nullable().default(null).describe("Prices; null when unknown: then `budget` needs calls or tokens."),
  limits,
  timeouts,
  parameters,
  structuredOutput: z
    .boolean()
    .default(true)
    .describe(
      "Whether the server can be asked for JSON by a schema. A tolerant parser stands behind it in either case.",
    ),
  maxTokensField: z
    .enum(["max_completion_tokens", "max_tokens"])
    .default("max_completion_tokens")
    .describe("Name of the request field for the most tokens; older servers know only `max_tokens`."),
});

const editorModel = z.strictObject({
  provider: z
    .literal("editor")
    .describe("A language model that the editor offers to extensions. It answers to runs that are started there."),
  name: z.string().min(1).describe("Id or family of the model, as the editor lists it."),
  revision: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("What fixes the model; null takes the family and version that the editor says."),
  contextTokens: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Most tokens of prompt and answer together, to warn of templates that are too long; null when unknown."),
  limits,
  timeouts,
  parameters,
});

const builtinModel = z.strictObject({
  provider: z.literal("builtin").describe("The small models that come with the product and work offline."),
  name: z
    .enum(["student", "instructor"])
    .describe("`student` can be trained; `instructor` re-samples the failing problem and recomputes its answer."),
  limits,
});

/** A model that can be target, instructor, judge or encoder. */
export const modelSchema = z
  .discriminatedUnion("provider", [openaiModel, editorModel, builtinModel])
  .describe("A model: who answers, at which address, at which price, within which limits.");
