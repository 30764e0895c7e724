import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Command } from "commander";
import { listModels } from "../../adapters/chat/index.js";
import {
  atModel,
  loadProjectBenchmarks,
  unknownPrices,
  type EditorBridge,
  type Project,
  type UnknownPrice,
} from "../../adapters/project/index.js";
import { probeSandbox } from "../../adapters/sandbox/index.js";
import { resolveSecrets } from "../../engine/configuration/index.js";
import { toFault } from "../../engine/fault.js";
import { teaches } from "../../engine/iteration/index.js";
import { contextOf, type CommandContext } from "../context.js";
import { exitCodes } from "../exit.js";
import { withCommandLines } from "../invocation.js";
import { secretsOption } from "../options.js";
import { safeText } from "../../protocol/safeText.js";
import { colours } from "../terminal.js";

interface Finding {
  readonly what: string;
  readonly state: "ok" | "warning" | "bad";
  readonly text: string;
}

export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check this machine and the project: sandbox, endpoints, keys, files")
    .addOption(secretsOption())
    .addHelpText("after", "\nExample:\n  $ preceptor doctor")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      await context.handed();
      const findings = [nodeFinding(), ...(await sandboxFindings())];
      const project = await projectOrFinding(context);
      if ("what" in project) findings.push(project);
      else findings.push(...(await projectFindings(context, project)));
      context.terminal.result({ findings }, () => findings.map((each) => findingText(each, context)).join("\n"));
      if (findings.some(({ state }) => state === "bad")) process.exitCode = exitCodes.failed;
    });
}

function findingText({ what, state, text }: Finding, { commandLine }: CommandContext): string {
  const mark = { ok: colours.green("✓"), warning: colours.yellow("!"), bad: colours.red("✗") }[state];
  return `${mark} ${what}: ${safeText(withCommandLines(text, commandLine))}`;
}

function nodeFinding(): Finding {
  return {
    what: "Node",
    state: "ok",
    text: `${process.versions.node} on ${process.platform} ${process.arch}, ${os.availableParallelism()} processors`,
  };
}

async function sandboxFindings(): Promise<Finding[]> {
  const { layer, python, reasons } = await probeSandbox();
  const details = reasons.map((text): Finding => ({
    what: "  layer",
    state: /: works\b/u.test(text) ? "ok" : "warning",
    text,
  }));
  if (layer === null) {
    const text = `none works here (Python: ${python ?? "not found"}); code benchmarks need one, or "sandbox": { "consent": "process" }`;
    return [{ what: "Sandbox", state: "warning", text }, ...details];
  }
  return [{ what: "Sandbox", state: "ok", text: `${layer} is in force, Python ${python ?? "not found"}` }, ...details];
}

async function projectOrFinding(context: CommandContext): Promise<Project | Finding> {
  try {
    return await context.openProject();
  } catch (thrown) {
    const fault = toFault(thrown);
    const state = fault.kind === "usage" ? "warning" : "bad";
    return { what: "Project", state, text: fault.describe() };
  }
}

async function projectFindings({ signal }: CommandContext, project: Project): Promise<Finding[]> {
  return [
    await finding("Folder", async () => {
      const probe = await mkdtemp(path.join(project.folder, ".preceptor-doctor-"));
      await rm(probe, { recursive: true });
      return `${project.folder} can be written to`;
    }),
    await finding("Benchmarks", async () => {
      const { benchmarks } = await loadProjectBenchmarks(project);
      const text = benchmarks
        .map(({ name, target, evaluation }) => `${name} (${target.length} target, ${evaluation.length} evaluation)`)
        .join(", ");
      if (teaches(project.configuration)) return text;
      const none = "none has a target split, so there are no errors to learn from and the loop cannot be run";
      return { state: "warning", text: `${text}; ${none}` };
    }),
    ...(await Promise.all(
      Object.entries(project.configuration.models).map(async ([name, model]) =>
        finding(`Model ${name}`, async () => {
          if (model.provider === "builtin") return "built in";
          if (model.provider === "editor") {
            const { bridge = null } = project;
            if (bridge !== null) return lentFinding(model.name, await listModels(lentBy(bridge), signal));
            const text = `${model.name} is a model of the editor: it answers only to runs that are started there`;
            return { state: "warning", text };
          }
          const apiKey = resolveSecrets(project.configuration, project.secrets, [name]).get(name) ?? null;
          const served = await listModels({ baseUrl: model.endpoint, apiKey }, signal).catch((thrown: unknown) => {
            throw atModel(thrown, name);
          });
          if (served.includes(model.name)) return `${model.name} is served at ${model.endpoint}`;
          return {
            state: "warning",
            text: `${model.endpoint} answers, but does not list ${model.name}; it lists ${served.slice(0, 5).join(", ")}`,
          };
        }),
      ),
    )),
    ...unknownPrices(project).map(unknownPriceFinding),
  ];
}

/** Where models of the editor answer that started this command. */
function lentBy({ url, token }: EditorBridge): { readonly baseUrl: string; readonly apiKey: string } {
  return { baseUrl: url, apiKey: token };
}

function lentFinding(name: string, offered: readonly string[]): Omit<Finding, "what"> {
  if (offered.includes(name)) return { state: "ok", text: `the editor lends ${name}` };
  const others = offered.length === 0 ? "none" : offered.slice(0, 5).join(", ");
  return { state: "bad", text: `the editor has no model ${name}; it offers ${others}` };
}

function unknownPriceFinding({ model, name }: UnknownPrice): Finding {
  const text = `the price of ${name} is unknown; set models.${model}.price (0 for a server of your own) or budget.calls`;
  return { what: `Price ${model}`, state: "bad", text };
}

async function finding(what: string, look: () => Promise<string | Omit<Finding, "what">>): Promise<Finding> {
  try {
    const found = await look();
    return typeof found === "string" ? { what, state: "ok", text: found } : { what, ...found };
  } catch (thrown) {
    return { what, state: "bad", text: toFault(thrown).describe() };
  }
}
