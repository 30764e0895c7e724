import { DecisionStore, personName } from "../../adapters/decisions/index.js";
import { openProjectStore } from "../../adapters/store/index.js";
import { applyDecisions, type TriageDecision } from "../../engine/errors/index.js";
import type { ProjectStore } from "../../engine/store/index.js";

/** The decision in force about a case, also one that holds a note and nothing else. */
export async function triageOf(store: Pick<ProjectStore, "decisions">, key: string): Promise<TriageDecision | null> {
  const records = await new DecisionStore(store).triage.read();
  return records.findLast((record) => record.case === key) ?? null;
}

/** Appends a decision a case. A note of null keeps the one that is there. */
export async function decide(
  folder: string,
  keys: readonly string[],
  decision: TriageDecision["decision"],
  note: string | null,
): Promise<number> {
  const { triage } = new DecisionStore(await openProjectStore(folder));
  const present = await triage.read();
  const by = personName(folder);
  const time = new Date().toISOString();
  await triage.append(
    keys.map((key) => {
      const kept = note ?? present.findLast((record) => record.case === key)?.note ?? "";
      return { version: 1, case: key, decision, by, time, ...(kept === "" ? {} : { note: kept }) };
    }),
  );
  return keys.length;
}

/** Writes a note and keeps the decision. */
export async function writeNote(folder: string, key: string, note: string): Promise<void> {
  const store = await openProjectStore(folder);
  const decisions = applyDecisions(await new DecisionStore(store).triage.read());
  await decide(folder, [key], decisions.get(key)?.decision ?? null, note);
}
