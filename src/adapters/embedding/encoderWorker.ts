import { parentPort, workerData } from "node:worker_threads";
import { toFault } from "../../engine/fault.js";
import { Encoder, type EncoderOptions } from "./encoder.js";
import { toMessage, type EncodeReply, type EncodeRequest } from "./messages.js";

// The thread of one encoder: it loads the model at the first request and answers requests in order. Encoding blocks its
// thread for the whole call, which is why it has one.
const port = parentPort;
if (port === null) throw new Error("The encoder runs as a worker thread only.");
const options = workerData as EncoderOptions;
let encoder: Promise<Encoder> | null = null;
let queue: Promise<void> = Promise.resolve();

port.on("message", ({ id, texts }: EncodeRequest) => {
  queue = queue.then(async () => {
    try {
      const vectors = await (await (encoder ??= Encoder.load(options))).encode(texts);
      const reply: EncodeReply = { id, vectors };
      port.postMessage(reply);
    } catch (thrown) {
      encoder = null;
      const reply: EncodeReply = { id, fault: toMessage(toFault(thrown)) };
      port.postMessage(reply);
    }
  });
});
