import type { Terminal } from "./terminal.js";
import { colours } from "./terminal.js";
import { secondsText } from "../engine/report/index.js";
import type { Progress, RunWatcher, StageName } from "../engine/iteration/index.js";

interface StageView {
  readonly iteration: number;
  readonly stage: StageName;
  readonly started: number;
  progress: Progress | null;
  done: string | null;
}

/** Seconds between two lines of progress where nothing can be redrawn. */
const plainSeconds = 10;

/**
 * Shows a run as it goes: one line a stage, redrawn in place in a terminal, plain lines elsewhere. It only shows; the
 * run does not know that it is watched.
 */
export function watchRun(
  terminal: Terminal,
  strategies: readonly string[],
  clock: () => number,
): RunWatcher & { end(): void } {
  const views: StageView[] = [];
  let lastDraw = 0;
  let lastPlain = clock();
  const current = (): StageView | undefined => views.at(-1);
  const draw = (): void => {
    terminal.draw(views.map((view) => line(view, strategies, clock())).join("\n"));
  };
  return {
    started(iteration, stage) {
      views.push({ iteration, stage, started: clock(), progress: null, done: null });
      draw();
    },
    progress(progress) {
      const view = current();
      if (view === undefined) return;
      view.progress = progress;
      const now = clock();
      if (terminal.live && now - lastDraw > 80) {
        lastDraw = now;
        draw();
      } else if (!terminal.live && now - lastPlain > plainSeconds * 1000) {
        lastPlain = now;
        terminal.note(line(view, strategies, now));
      }
    },
    finished(_iteration, _stage, counts, reused) {
      const view = current();
      if (view === undefined) return;
      const figures = Object.entries(counts)
        .map(([name, value]) => `${value} ${name}`)
        .join(", ");
      view.done = reused ? `${figures} (reused)` : `${figures} · ${secondsText((clock() - view.started) / 1000)}`;
      if (terminal.live) draw();
      else terminal.note(line(view, strategies, clock()));
    },
    end() {
      terminal.settle();
    },
  };
}

function line(
  { iteration, stage, started, progress, done }: StageView,
  strategies: readonly string[],
  now: number,
): string {
  const where = iteration === 0 ? "base" : `iteration ${iteration} ${strategies[iteration - 1] ?? ""}`;
  const name = `${where.padEnd(18)} ${stage.padEnd(9)}`;
  if (done !== null) return `${colours.green("✓")} ${name} ${done}`;
  if (progress === null || progress.total === 0) return `${colours.cyan("●")} ${name} …`;
  const share = progress.done / progress.total;
  const elapsed = (now - started) / 1000;
  const left = share > 0.05 && share < 1 && elapsed > 3 ? ` · ${secondsText(elapsed / share - elapsed)} left` : "";
  const filled = Math.round(share * 20);
  return `${colours.cyan("●")} ${name} ${"█".repeat(filled)}${"░".repeat(20 - filled)} ${progress.done}/${progress.total} ${progress.note}${left}`;
}
