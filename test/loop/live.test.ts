import { existsSync, readFileSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { afterAll, expect, it } from "vitest";
import { liveFile, parseLiveAnswer, watchLive } from "../../src/adapters/store/index.js";
import { makeProject, shortConfiguration } from "../support/project.js";
import { remoteModel, runFolder, serveModels, start } from "./support.js";

const short = shortConfiguration(["math"], { rounds: 1 });
/** The first answer of the instructor stays open; the test writes it piece by piece. */
const held: ServerResponse[] = [];
const server = await serveModels({
  intercept: ({ model }, response) => {
    if (model !== "instructor" || held.length > 0) return false;
    held.push(response);
    response.writeHead(200, { "content-type": "text/event-stream" });
    return true;
  },
});
const project = makeProject({ ...short, models: { ...short.models, instructor: remoteModel(server, "instructor") } });
afterAll(async () => {
  await server.close();
  project.remove();
});

const piece = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({
    object: "chat.completion.chunk",
    model: "instructor",
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  })}\n\n`;

it("an answer of a server is seen as it arrives, and is gone when it is complete", { timeout: 90_000 }, async () => {
  const run = start(["iterate", "--project", project.folder, "--yes", "--iterations", "1"]);
  await expect.poll(() => held.length, { timeout: 60_000 }).toBe(1);
  const folder = runFolder(project.folder);
  await watchLive(folder);
  const shown = (): string | null => {
    const file = liveFile(folder);
    return existsSync(file) ? (parseLiveAnswer(readFileSync(file, "utf8"))?.text ?? null) : null;
  };
  const [response] = held;
  response?.write(piece("The student "));
  // The runner looks now and then whether somebody watches; another piece shows when it has looked.
  await expect
    .poll(
      () => {
        response?.write(piece("adds "));
        return shown();
      },
      { timeout: 20_000, interval: 200 },
    )
    .toMatch(/^The student (?:adds )+$/u);
  response?.write(piece("where it should multiply."));
  await expect.poll(shown, { timeout: 10_000 }).toMatch(/multiply\.$/u);
  response?.end(`${piece("", "stop")}data: [DONE]\n\n`);
  const { code, stderr } = await run.ended;
  expect(code, stderr).toBe(0);
  expect(existsSync(liveFile(folder))).toBe(false);
  rmSync(project.folder, { recursive: true, force: true });
});
