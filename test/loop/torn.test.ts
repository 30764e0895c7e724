import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readRecords, resultsOf, shortConfiguration } from "../support/project.js";
import { leftovers } from "./leftovers.js";
import { remoteModel, runFolder, runHere, serveModels, stagesOf } from "./support.js";

const { cleanups, projectOf } = leftovers();

/** A finished run whose last stages are not complete any more, as a crash leaves them. */
async function interruptedRun(): Promise<{
  readonly folder: string;
  readonly file: (name: string) => string;
  readonly asked: () => number;
  readonly before: ReturnType<typeof resultsOf>;
}> {
  const server = await serveModels();
  const configuration = shortConfiguration(["math"]);
  const models = { ...configuration.models, instructor: remoteModel(server, "instructor") };
  cleanups.push(() => server.close());
  const folder = projectOf({ ...configuration, models });
  await runHere(folder);
  const file = (name: string): string => path.join(runFolder(folder), name);
  const before = resultsOf(folder, "run-1");
  for (const stage of ["1-collect", "1-instruct", "1-evaluate", "1-report"])
    rmSync(file(`stages/${stage}/manifest.json`));
  return { folder, file, asked: () => server.received.length, before };
}

/** Half of the file's last record, as a crash in the middle of a write leaves it. */
function halfRecord(file: string): string {
  const last = readFileSync(file, "utf8").split("\n").at(-2) ?? "";
  return last.slice(0, Math.floor(last.length / 2));
}

const logs = [
  "journal.jsonl",
  "ledger.jsonl",
  "stages/1-collect/responses.jsonl",
  "stages/1-instruct/calls.jsonl",
  "stages/1-instruct/gated.jsonl",
  "stages/1-evaluate/responses.jsonl",
];

describe("a torn last line", () => {
  it("is healed in every file of a run, and nothing is asked again", async () => {
    const { folder, file, asked, before } = await interruptedRun();
    const segments = path.join(folder, ".preceptor", "answers");
    const torn = [...logs.map(file), ...readdirSync(segments).map((name) => path.join(segments, name))];
    for (const name of torn) appendFileSync(name, halfRecord(name));
    const requests = asked();
    const paid = readRecords(file("stages/1-collect/responses.jsonl").replace("1-collect", "0-evaluate")).length;
    expect(paid).toBeGreaterThan(0);

    const { state, events } = await runHere(folder, { run: "run-1" });
    expect(state.state).toBe("done");
    expect(stagesOf({ events }, "stage-started")).toEqual(["1-collect", "1-instruct", "1-evaluate", "1-report"]);
    expect(resultsOf(folder, "run-1")).toEqual(before);
    expect(asked()).toBe(requests);
    for (const name of logs) {
      expect(existsSync(`${file(name)}.torn`), name).toBe(true);
      expect(() => readRecords(file(name)), name).not.toThrow();
    }
    const journal = readRecords(file("journal.jsonl"));
    const healed = journal.filter(({ type }) => type === "healed").map((event) => event["file"]);
    expect(healed.sort()).toEqual([...logs].sort());
  });

  it("takes its record with it where the record itself is cut, and the record is made again from the stored answer", async () => {
    const { folder, file, asked, before } = await interruptedRun();
    for (const name of logs.filter((log) => log !== "journal.jsonl")) {
      const size = readFileSync(file(name)).length;
      truncateSync(file(name), size - Math.ceil(halfRecord(file(name)).length));
    }
    const requests = asked();
    const { state } = await runHere(folder, { run: "run-1" });
    expect(state.state).toBe("done");
    expect(resultsOf(folder, "run-1")).toEqual(before);
    expect(asked()).toBe(requests);
  });
});
