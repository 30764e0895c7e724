import { Option, type Command } from "commander";
import { DecisionStore, personName } from "../../adapters/decisions/index.js";
import { listErrors, loadProjectBenchmarks, readRun, type Project } from "../../adapters/project/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { triageClasses, type TriageDecision } from "../../engine/errors/index.js";
import { Fault } from "../../engine/fault.js";
import { contextOf } from "../context.js";
import { tableText } from "../figures.js";
import { oneLine } from "../../protocol/safeText.js";

interface TriageOptions {
  readonly as?: string;
  readonly note?: string;
  readonly clear?: boolean;
  readonly run?: string;
  readonly acceptProposals?: boolean;
}

export function registerTriage(program: Command): void {
  program
    .command("triage")
    .description(
      "decide what errors are: artefacts, bad golds and ignored cases are neither taught nor used as contrast",
    )
    .argument("[keys...]", "keys of cases; without any, the open proposals are listed")
    .addOption(new Option("--as <class>", "what the cases are").choices(triageClasses).conflicts("clear"))
    .option("--note <text>", "why")
    .option("--clear", "take earlier decisions back")
    .option("--accept-proposals", "without keys: decide 'artefact' for every open proposal of the run")
    .option("--run <id>", "run whose proposals are meant; without it the newest one")
    .addHelpText(
      "after",
      "\nExamples:\n  $ preceptor triage                                      list what looks like artefacts\n  $ preceptor triage mbpp/train/612 --as artefact --note 'missing import'",
    )
    .action(async (keys: string[], options: TriageOptions, command: Command) => {
      const { terminal, openProject, commandLine } = contextOf(command);
      refuseMisplaced(keys, options);
      const project = await openProject();
      const by = personName(project.folder);
      if (keys.length === 0) {
        const readable = await readRun(project, options.run ?? null);
        const open = (await listErrors(readable, {})).filter(
          ({ response, triage }) => response.artefact !== null && triage === null,
        );
        const decided = options.acceptProposals === true ? open.map(({ testCase }) => testCase.key) : [];
        await record(
          project.folder,
          decided.map((key) => decision(key, "artefact", "proposed by triage", by)),
        );
        const proposals = open.map(({ testCase, response }) => ({ key: testCase.key, ...response.artefact }));
        terminal.result({ run: readable.run.id, proposals, decided }, () =>
          proposals.length === 0
            ? "No open proposal."
            : tableText({
                title: `${proposals.length} ${proposals.length === 1 ? "proposal" : "proposals"}`,
                head: ["Case", "Reason", "Evidence"],
                rows: proposals.map(({ key, reason, evidence }) => [key, reason ?? "", oneLine(evidence ?? "", 70)]),
                note:
                  decided.length > 0
                    ? "All decided as artefacts."
                    : `'${commandLine("triage KEY --as artefact")}' decides one, --accept-proposals all.`,
              }),
        );
        return;
      }
      const wanted = options.clear === true ? null : classOf(options.as);
      await requireKeys(project, keys);
      const records = keys.map((key) => decision(key, wanted, options.note, by));
      await record(project.folder, records);
      terminal.result(
        { decisions: records },
        () => `${keys.length} ${keys.length === 1 ? "case" : "cases"}: ${wanted ?? "decision taken back"}`,
      );
    });
}

/** Options that would do nothing are refused, so that nobody takes them for done. */
function refuseMisplaced(keys: readonly string[], { as, clear, note, acceptProposals }: TriageOptions): void {
  const misplaced =
    keys.length > 0
      ? Object.entries({ "--accept-proposals": acceptProposals })
      : Object.entries({ "--as": as, "--clear": clear, "--note": note });
  const [option] = misplaced.find(([, value]) => value !== undefined) ?? [];
  if (option === undefined) return;
  throw new Fault(
    "usage",
    keys.length > 0
      ? `${option} decides all proposals, and keys are named.`
      : `${option} says what becomes of cases, and no case is named.`,
    {
      field: option,
      found: keys.length > 0 ? `keys: ${keys.slice(0, 5).join(", ")}` : "no keys",
      remedy:
        keys.length > 0 ? "Leave out the keys or the option." : "Name keys of cases, as `preceptor errors` lists them.",
    },
  );
}

async function requireKeys(project: Project, keys: readonly string[]): Promise<void> {
  const { benchmarks } = await loadProjectBenchmarks(project);
  const known = new Set(
    benchmarks.flatMap(({ target, evaluation }) => [...target, ...evaluation].map(({ key }) => key)),
  );
  const missing = keys.filter((key) => !known.has(key));
  if (missing.length === 0) return;
  throw new Fault("usage", "No case of the project has this key.", {
    found: missing.slice(0, 5).join(", "),
    allowed: "keys such as benchmark/split/id",
    remedy: "`preceptor errors` lists the keys of wrong answers.",
  });
}

function classOf(name: string | undefined): TriageDecision["decision"] {
  const found = triageClasses.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw new Fault("usage", "Say what the cases are, with --as.", {
    field: "--as",
    found: "nothing",
    allowed: triageClasses.join(", "),
    remedy: "Add --as and one of these, or --clear to take decisions back.",
  });
}

function decision(
  key: string,
  wanted: TriageDecision["decision"],
  note: string | undefined,
  by: string,
): TriageDecision {
  return {
    version: 1,
    case: key,
    decision: wanted,
    ...(note === undefined ? {} : { note }),
    by,
    time: new Date().toISOString(),
  };
}

async function record(folder: string, records: readonly TriageDecision[]): Promise<void> {
  if (records.length === 0) return;
  await new DecisionStore(await openProjectStore(folder)).triage.append(records);
}
