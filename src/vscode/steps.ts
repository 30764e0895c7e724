import * as vscode from "vscode";

/** Where a question stands in a flow of several. */
export interface Step {
  readonly title: string;
  readonly step: number;
  readonly steps: number;
  /** Whether there is an earlier question to go back to. */
  readonly back: boolean;
}

/** A person left the whole flow: silent for `Messages`. */
export class Left extends vscode.CancellationError {}

export interface Choice<T extends vscode.QuickPickItem> extends Step {
  readonly placeholder: string;
  readonly items: readonly T[];
  /** The row that Enter takes at once. */
  readonly active?: T | undefined;
}

/** Asks for one of some rows: the row, or `back`. Escape leaves the flow (throws `Left`). */
export async function chooseOne<T extends vscode.QuickPickItem>(choice: Choice<T>): Promise<T | "back"> {
  const pick = vscode.window.createQuickPick<T>();
  prepare(pick, choice);
  pick.items = choice.items;
  pick.placeholder = choice.placeholder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  if (choice.active !== undefined) pick.activeItems = [choice.active];
  return settled(pick, choice, (resolve) => {
    pick.onDidAccept(() => {
      const [row] = pick.activeItems;
      if (row !== undefined) resolve(row);
    });
  });
}

/** Asks for some rows; at least one. */
export async function chooseSome<T extends vscode.QuickPickItem>(
  choice: Choice<T> & { readonly selected?: readonly T[] },
): Promise<readonly T[] | "back"> {
  const pick = vscode.window.createQuickPick<T>();
  prepare(pick, choice);
  pick.canSelectMany = true;
  pick.items = choice.items;
  pick.placeholder = choice.placeholder;
  pick.matchOnDescription = true;
  if (choice.selected !== undefined) pick.selectedItems = choice.selected;
  return settled(pick, choice, (resolve) => {
    pick.onDidAccept(() => {
      if (pick.selectedItems.length > 0) resolve(pick.selectedItems);
    });
  });
}

export interface Question extends Step {
  readonly prompt: string;
  readonly placeholder: string;
  readonly value?: string | undefined;
  /** What is wrong with a text; undefined for nothing. */
  readonly problem: (text: string) => string | undefined;
}

/** Asks for a text. */
export async function ask(question: Question): Promise<{ readonly text: string } | "back"> {
  const input = vscode.window.createInputBox();
  prepare(input, question);
  input.prompt = question.prompt;
  input.placeholder = question.placeholder;
  input.value = question.value ?? "";
  input.onDidChangeValue((text) => {
    input.validationMessage = question.problem(text);
  });
  return settled(input, question, (resolve) => {
    input.onDidAccept(() => {
      input.validationMessage = question.problem(input.value);
      if (input.validationMessage === undefined) resolve({ text: input.value.trim() });
    });
  });
}

export function separator<T extends vscode.QuickPickItem>(label: string): T {
  // A separator is never chosen, so it needs none of the other fields of a row.
  return { label, kind: vscode.QuickPickItemKind.Separator } as T;
}

function prepare(input: vscode.QuickInput, { title, step, steps }: Step): void {
  input.title = title;
  if (steps > 1) [input.step, input.totalSteps] = [step, steps];
  // A file dialog or another window in between must not throw away what was chosen so far.
  input.ignoreFocusOut = true;
}

type Input = vscode.QuickInput &
  Pick<vscode.InputBox, "buttons" | "onDidTriggerButton"> & { readonly onDidHide: vscode.Event<void> };

async function settled<T>(
  input: Input,
  { back }: Step,
  listen: (resolve: (value: T) => void) => void,
): Promise<T | "back"> {
  if (back) input.buttons = [vscode.QuickInputButtons.Back];
  try {
    return await new Promise<T | "back">((resolve, reject) => {
      listen(resolve);
      input.onDidTriggerButton((button) => {
        if (button === vscode.QuickInputButtons.Back) resolve("back");
      });
      input.onDidHide(() => reject(new Left()));
      input.show();
    });
  } finally {
    input.dispose();
  }
}
