import { secondsText } from "../engine/report/index.js";
import type { Progress, RunWatcher, StageName } from "../engine/iteration/index.js";
import { countsText } from "./figures.js";
import type { Terminal } from "./terminal.js";
import { colours, visibleWidth, wrapWords } from "./terminal.js";

interface StageView {
  readonly iteration: number;
  readonly stage: StageName;
  readonly started: number;
  progress: Progress | null;
}

/** Milliseconds between two lines of progress where nothing can be redrawn, and between two redraws where it can. */
const plainMs = 10_000;
const redrawMs = 80;

/**
 * Shows a run as it goes: a line for every stage that ended, and below them the stage at work, redrawn in place in a
 * terminal and repeated now and then elsewhere. It only shows; the run does not know that it is watched.
 */
export function watchRun(
  terminal: Terminal,
  strategies: readonly string[],
  clock: () => number,
): RunWatcher & { end(): void } {
  let view: StageView | null = null;
  let shown = 0;
  return {
    started(iteration, stage) {
      shown = clock();
      view = { iteration, stage, started: shown, progress: null };
      terminal.draw(line(view, strategies, shown));
    },
    progress(progress) {
      if (view === null) return;
      view.progress = progress;
      const now = clock();
      if (now - shown < (terminal.live ? redrawMs : plainMs)) return;
      shown = now;
      if (terminal.live) terminal.draw(line(view, strategies, now));
      else terminal.note(line(view, strategies, now));
    },
    finished(iteration, stage, counts, reused) {
      const took = view === null ? "" : ` · ${secondsText((clock() - view.started) / 1000)}`;
      view = null;
      terminal.settle();
      const name = stageText(iteration, stage, strategies);
      const text = `${colours.green("✓")} ${name} ${countsText(counts)}${reused ? " (reused)" : took}`;
      terminal.note(wrapWords(text, terminal.columns, visibleWidth(name) + 3));
    },
    end() {
      view = null;
      terminal.settle();
    },
  };
}

function stageText(iteration: number, stage: StageName, strategies: readonly string[]): string {
  const where = iteration === 0 ? "base" : `iteration ${iteration} ${strategies[iteration - 1] ?? ""}`;
  return `${where.padEnd(18)} ${stage.padEnd(9)}`;
}

function line({ iteration, stage, started, progress }: StageView, strategies: readonly string[], now: number): string {
  const name = `${colours.cyan("●")} ${stageText(iteration, stage, strategies)}`;
  if (progress === null || progress.total === 0) return `${name} …`;
  const share = Math.min(1, progress.done / progress.total);
  const elapsed = (now - started) / 1000;
  const left = share > 0.05 && share < 1 && elapsed > 3 ? ` · ${secondsText(elapsed / share - elapsed)} left` : "";
  const filled = Math.round(share * 20);
  return `${name} ${"█".repeat(filled)}${"░".repeat(20 - filled)} ${progress.done}/${progress.total}${left} · ${progress.note}`;
}
