import { buildReport } from "../buildReport.js";
import { reportCsv, reportHtml, reportMarkdown } from "../../report/index.js";
import type { Stage } from "../scope.js";

/** The report so far, as data and in every exported form, beside the results that it was made from. */
export const reportStage: Stage = {
  name: "report",
  version: 1,
  inputs: ({ upstream, decisions }) => ({
    evaluation: upstream("evaluate").hash,
    gate: upstream("gate").hash,
    training: upstream("train").hash,
    triage: decisions.triageHash,
  }),
  async run({ run, iteration, configuration, benchmarks, decisions }, fingerprint) {
    const store = run.stage(iteration, "report");
    await store.begin(fingerprint);
    const report = await buildReport({ run, configuration, benchmarks, decisions });
    await store.writeFile("report.json", `${JSON.stringify(report)}\n`);
    await store.writeFile("report.md", reportMarkdown(report));
    await store.writeFile("report.csv", reportCsv(report));
    await store.writeFile("report.html", reportHtml(report));
    return { benchmarks: report.benchmarks.length, iterations: report.iterations.length };
  },
};
