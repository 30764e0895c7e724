/** Entry of the worker thread that runs one training job, bundled apart as `dist/trainWorker.js`. */
import { parentPort, workerData } from "node:worker_threads";
import * as z from "zod";
import { readJobRequest, runJob } from "./trainingJob.js";

const { folder } = z.object({ folder: z.string() }).parse(workerData);
const request = await readJobRequest(folder);
if (request !== null) parentPort?.postMessage(await runJob(request, new AbortController().signal));
