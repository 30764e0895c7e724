import {
  AutoModel,
  AutoTokenizer,
  Tensor,
  env,
  type PreTrainedModel,
  type PreTrainedTokenizer,
} from "@huggingface/transformers";
import { Fault } from "../../engine/fault.js";

/** What an encoder needs to be loaded; plain data, because it travels to a worker thread. */
export interface EncoderOptions {
  /** Id of a model of the Hub, or an absolute path of a local folder. */
  readonly model: string;
  /** Texts are cut after so many tokens, special tokens included. */
  readonly maxTokens: number;
  /** Where downloaded models lie. */
  readonly cacheFolder: string;
  /** Whether files may be downloaded from the Hub. */
  readonly allowRemote: boolean;
  readonly threads: number;
  /** Texts encoded at once. */
  readonly batchSize: number;
}

/** A loaded encoder: mean of the last hidden states, L2-normalised. */
export class Encoder {
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #model: PreTrainedModel;
  readonly #options: EncoderOptions;
  /** Special tokens that end each text ([SEP] of BERT); they stay when a text is cut. */
  readonly #ending: readonly number[];

  private constructor(tokenizer: PreTrainedTokenizer, model: PreTrainedModel, options: EncoderOptions) {
    this.#tokenizer = tokenizer;
    this.#model = model;
    this.#options = options;
    this.#ending = commonEnding(tokenizer.encode("a"), tokenizer.encode("b"));
  }

  static async load(options: EncoderOptions): Promise<Encoder> {
    // Two engines of one thread would share these settings; each encoder has a thread of its own.
    env.allowRemoteModels = options.allowRemote;
    env.cacheDir = options.cacheFolder;
    env.logLevel = 40;
    const where = { cache_dir: options.cacheFolder, local_files_only: !options.allowRemote };
    const session = { intraOpNumThreads: options.threads, interOpNumThreads: 1 };
    try {
      // The model first: of a missing tokenizer the library only says that something was undefined.
      const model = await AutoModel.from_pretrained(options.model, {
        ...where,
        device: "cpu",
        dtype: "fp32",
        session_options: session,
      });
      const tokenizer = await AutoTokenizer.from_pretrained(options.model, where);
      return new Encoder(tokenizer, model, options);
    } catch (thrown) {
      throw loadingFault(options, thrown);
    }
  }

  /**
   * One vector a text, in the order of the texts. Texts of like length are encoded together, because a batch costs as
   * much as its longest text for each of them.
   */
  async encode(texts: readonly string[]): Promise<Float32Array[]> {
    const tokens = texts.map((text) => this.#tokens(text));
    const order = tokens.map((_, index) => index).sort((a, b) => lengthAt(tokens, a) - lengthAt(tokens, b) || a - b);
    const vectors = new Array<Float32Array>(texts.length);
    for (let start = 0; start < order.length; start += this.#options.batchSize) {
      const batch = order.slice(start, start + this.#options.batchSize);
      const made = await this.#encodeBatch(batch.map((index) => tokens[index] ?? []));
      for (const [position, index] of batch.entries()) vectors[index] = made[position] ?? new Float32Array(0);
    }
    return vectors;
  }

  async close(): Promise<void> {
    await this.#model.dispose();
  }

  #tokens(text: string): readonly number[] {
    const ids = this.#tokenizer.encode(text);
    const longest: unknown = this.#tokenizer.model_max_length;
    const most = Math.min(this.#options.maxTokens, typeof longest === "number" ? longest : Infinity);
    if (ids.length <= most) return ids;
    return [...ids.slice(0, most - this.#ending.length), ...this.#ending];
  }

  async #encodeBatch(batch: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const width = Math.max(1, ...batch.map((ids) => ids.length));
    const padding = BigInt(this.#tokenizer.pad_token_id ?? 0);
    const ids = new BigInt64Array(batch.length * width).fill(padding);
    const mask = new BigInt64Array(batch.length * width);
    for (const [row, tokens] of batch.entries()) {
      for (const [column, id] of tokens.entries()) {
        ids[row * width + column] = BigInt(id);
        mask[row * width + column] = 1n;
      }
    }
    const shape = [batch.length, width];
    const output: unknown = await this.#model({
      input_ids: new Tensor("int64", ids, shape),
      attention_mask: new Tensor("int64", mask, shape),
    });
    const states = hiddenStates(output, this.#options.model, shape);
    return batch.map((tokens, row) => meanOfRows(states.data, row * width, tokens.length, states.size));
  }
}

interface HiddenStates {
  readonly data: Float32Array;
  readonly size: number;
}

function hiddenStates(output: unknown, model: string, shape: readonly number[]): HiddenStates {
  const tensor: unknown = isRecord(output) ? output["last_hidden_state"] : undefined;
  if (tensor instanceof Tensor && tensor.data instanceof Float32Array) {
    const [rows, width, size] = tensor.dims;
    if (rows === shape[0] && width === shape[1] && size !== undefined) return { data: tensor.data, size };
  }
  throw new Fault("configuration", "The model is not an encoder of text.", {
    field: "contrast.embedder.model",
    found: `${model}, whose outputs are ${isRecord(output) ? Object.keys(output).join(", ") : typeof output}`,
    allowed: "a feature-extraction model with the output last_hidden_state (BERT, MiniLM, …)",
    remedy: "Name another model.",
  });
}

/** Mean of `count` rows from row `first`, scaled to length 1, summed in 64 bits. */
function meanOfRows(data: Float32Array, first: number, count: number, size: number): Float32Array {
  const sums = new Float64Array(size);
  for (let row = first; row < first + count; row += 1) {
    for (let column = 0; column < size; column += 1) {
      sums[column] = (sums[column] as number) + (data[row * size + column] as number);
    }
  }
  const norm = Math.sqrt(sums.reduce((total, value) => total + value * value, 0));
  return Float32Array.from(sums, (value) => (norm === 0 ? 0 : value / norm));
}

function commonEnding(a: readonly number[], b: readonly number[]): number[] {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length += 1;
  return length === 0 ? [] : a.slice(-length);
}

function lengthAt(tokens: readonly (readonly number[])[], index: number): number {
  return tokens[index]?.length ?? 0;
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}

/** Why a model cannot be loaded, as a person can act on it. */
function loadingFault({ model, allowRemote, cacheFolder }: EncoderOptions, thrown: unknown): Fault {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const inner = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause.message : "";
  const place = { field: "contrast.embedder.model", found: model, cause: thrown };
  if (/not found locally|local_files_only|allowRemoteModels/.test(message) && !allowRemote) {
    return new Fault("configuration", "The encoder is not on this machine.", {
      ...place,
      allowed: `a model that lies in ${cacheFolder}, or the path of a folder`,
      remedy: "Set `contrast.embedder.allowRemote` to true, or name a folder with the model's files.",
    });
  }
  if (/fetch failed|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|network/i.test(`${message} ${inner}`)) {
    return new Fault("endpoint", "The Hub, which has the encoder, cannot be reached.", {
      ...place,
      remedy: "Connect to the internet once, or download the model elsewhere and name its folder as the model.",
    });
  }
  if (/Could not locate file|Unauthorized access|Forbidden access|not found|missing|tokenizer_class/i.test(message)) {
    return new Fault("configuration", "The encoder does not exist, or lacks its ONNX file or tokenizer.", {
      ...place,
      allowed: "a feature-extraction model with an `onnx` folder (for example Xenova/bert-base-uncased)",
      remedy: "Look the id up on the Hub, or export the model to ONNX and name its folder.",
    });
  }
  return new Fault("configuration", `The encoder cannot be loaded: ${message}`, {
    ...place,
    remedy: "Download the model again; if it fails again, use another encoder.",
  });
}
