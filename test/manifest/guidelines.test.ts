/** Rules of the editor's guidelines that are read off how the sources use its interface; each names its rules by numbers. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { manifest, root, settings, shown, sources, words } from "./support.js";

const { commands, menus, views, viewsWelcome, keybindings = [], walkthroughs = [] } = manifest.contributes;
const host = sources("src/vscode");
const pages = sources("webview");
const all = host.map(({ text }) => text).join("\n");
const commandOf = new Map(commands.map((each) => [each.command, each]));
const hidden = new Set(
  (menus["commandPalette"] ?? []).filter(({ when }) => when === "false").map((item) => item.command),
);
const itemMenu = menus["view/item/context"] ?? [];

/** The text of each call of a function, with its arguments. */
function callsOf(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`\\b${name}(?:<[^(]*>)?\\(`, "gu"))].map(({ index }) => {
    let depth = 0;
    for (let end = text.indexOf("(", index); end < text.length; end += 1) {
      if (text[end] === "(") depth += 1;
      if (text[end] === ")" && (depth -= 1) === 0) return text.slice(index, end + 1);
    }
    return text.slice(index);
  });
}

/** The text of the function or the method around a place. */
function functionAround(text: string, index: number): string {
  const before = text.slice(0, index);
  const last = (marks: readonly string[]): number => Math.max(...marks.map((mark) => before.lastIndexOf(mark)));
  const free = last(["\nfunction ", "\nexport ", "\nasync function "]);
  const method = last(["\n  async ", "\n  #"]);
  const [start, end] = method > free ? [method, "\n  }\n"] : [free, "\n}\n"];
  return text.slice(start, text.indexOf(end, index) + end.length);
}

describe("icons and colours", () => {
  it("(ux 19) are product icons and theme colours", () => {
    for (const { file, text } of host) {
      expect(text, file).not.toMatch(/iconPath(?::| =) (?!new vscode\.ThemeIcon\(|\w+Icon\(|iconOf\()/u);
      expect(text, file).not.toMatch(/["'`]#[0-9a-f]{3,8}["'`]|rgba?\(/iu);
      for (const [, set = ""] of text.matchAll(/(?:[cC]olor|background):\s*(["'][^"']*["'])/gu)) {
        expect(set, file).toMatch(/^["'](?:editor|diff|charts|testing|list)/u);
      }
    }
    for (const { command, icon } of commands) if (icon !== undefined) expect(icon, command).toMatch(/^\$\([a-z-]+\)$/u);
  });

  it("(ux 69) that carry meaning are said in words, in trees and in the status bar", () => {
    let looked = 0;
    for (const { file, text } of host) {
      for (const { index } of text.matchAll(/\bitem\.iconPath = /gu)) {
        looked += 1;
        expect(functionAround(text, index), `${file} at ${index}`).toContain("accessibilityInformation");
      }
    }
    expect(looked).toBeGreaterThan(6);
    const status = host.find(({ file }) => file.endsWith("runStatus.ts"))?.text ?? "";
    // Each function that sets the item's text says it, too.
    expect(status.match(/item\.text = /gu)?.length).toBe(status.match(/item\.accessibilityInformation = /gu)?.length);
  });

  it("(ux 12) of the container are no copy of one of the editor's, and it holds trees only", () => {
    const [container] = manifest.contributes.viewsContainers["activitybar"] ?? [];
    expect(container?.icon).toMatch(/\.svg$/u);
    for (const view of Object.values(views).flat()) expect(view, view.id).not.toMatchObject({ type: "webview" });
    expect(all).not.toContain("registerWebviewViewProvider");
  });
});

describe("the status bar", () => {
  it("(ux 38) has one item of ours: left, in the theme's colours, with a command and a tooltip", () => {
    const made = host.flatMap(({ text }) => callsOf(text, "createStatusBarItem"));
    expect(made).toHaveLength(1);
    expect(made[0]).toContain("StatusBarAlignment.Left");
    const text = host.find((one) => one.text.includes("createStatusBarItem("))?.text ?? "";
    for (const [, value = ""] of text.matchAll(/item\.backgroundColor = (.*);/gu)) {
      expect(value).toMatch(/^undefined$|statusBarItem\.(?:warning|error)Background/u);
    }
    expect(text).not.toMatch(/item\.color\b/u);
    expect(text).toMatch(/item\.tooltip = /u);
    expect(text).toMatch(/item\.command = /u);
    for (const [, icon = ""] of text.matchAll(/\$\(([\w-]+)~spin\)/gu)) expect(["sync", "loading"]).toContain(icon);
    // At most one icon in a text.
    for (const [, said = ""] of text.matchAll(/item\.text = (.*);/gu)) {
      expect(said.match(/\$\([\w~-]+\)/gu)?.length ?? 0, said).toBeLessThanOrEqual(1);
    }
  });
});

describe("what is asked", () => {
  it("(ux 41) has a placeholder, and a title", () => {
    let looked = 0;
    for (const { file, text } of host) {
      for (const name of ["showQuickPick", "showInputBox"]) {
        for (const call of callsOf(text, `window\\.${name}`)) {
          looked += 1;
          expect(call, file).toMatch(/placeHolder/u);
          expect(call, file).toMatch(/title|\.\.\.options/u);
        }
      }
      for (const { index } of text.matchAll(/\b(?:createQuickPick|createInputBox)\b/gu)) {
        looked += 1;
        expect(functionAround(text, index), file).toMatch(/\.placeholder =\s/u);
        expect(functionAround(text, index), file).toMatch(/\.title = |prepare\(/u);
      }
    }
    expect(looked).toBeGreaterThan(15);
  });

  it("(ux 41) and hidden while it is typed, does not vanish with the focus", () => {
    for (const { file, text } of host) {
      for (const call of callsOf(text, "window\\.showInputBox")) {
        if (call.includes("password: true")) expect(call, file).toContain("ignoreFocusOut: true");
      }
    }
    expect(all).toContain("password: true");
  });
});

describe("menus", () => {
  it("(ux 23) offer an action where it applies, copies with the copy group, and many as a submenu", () => {
    for (const { command, submenu, when = "", group = "" } of itemMenu) {
      const name = command ?? submenu ?? "";
      expect(when, name).toMatch(/^view == preceptor\.\w+ && viewItem =~ /u);
      expect(group, name).toMatch(/^(?:inline|navigation|\d_\w+)@\d$/u);
      const title = shown(commandOf.get(name)?.title ?? "");
      if (title.startsWith("Copy")) expect(group, name).toMatch(/^(?:5_cutcopypaste|6_copypath)@/u);
      if (/^(?:Delete|Remove|Reset)/u.test(title)) expect(group, name).toMatch(/^(?:2_modification|9_\w+)@/u);
    }
    for (const { id } of manifest.contributes.submenus ?? []) expect(menus[id]?.length, id).toBeGreaterThan(2);
    const counts = new Map<string, number>();
    for (const { when = "", group = "" } of itemMenu) {
      if (!group.startsWith("inline")) counts.set(when, (counts.get(when) ?? 0) + 1);
    }
    for (const [when, count] of counts) expect(count, when).toBeLessThan(6);
  });

  it("(ux 5) give a row to commands that are hidden from the palette, or that find one without", () => {
    // What asks which run is meant, or takes the case or the template that is open. A new one is a decision.
    const askThemselves = new Set(
      `askAgain cancelRun comparePromptWithShipped copyRunId ejectPrompt openReport previewPrompt resetPromptToShipped
       resumeRun revealRunFiles showContrastSet showInstructorOutput showRunnerLog tryPrompt`
        .split(/\s+/u)
        .map((name) => `preceptor.${name}`),
    );
    const submenus = (manifest.contributes.submenus ?? []).flatMap(({ id }) => menus[id] ?? []);
    const given = new Set([...itemMenu, ...submenus].flatMap(({ command }) => command ?? []));
    for (const command of given) expect([...hidden, ...askThemselves], command).toContain(command);
    for (const command of askThemselves) expect([...given].filter((name) => !hidden.has(name))).toContain(command);
  });

  it("(ux 6) enable nothing of a project in a workspace that is not trusted", () => {
    const always = new Set(["cancelImport", "cancelInstructorCall", "openPrompt", "openWalkthrough", "showLog"]);
    for (const { command, enablement = "" } of commands) {
      const name = command.replace("preceptor.", "");
      if (!always.has(name)) expect(enablement, command).toMatch(/^isWorkspaceTrusted\b/u);
    }
  });

  it("(ux 8) bind no key that the editor has for its text editors", () => {
    // Of the editor's own bindings on Linux, Windows and macOS, those with these modifiers.
    const taken =
      /^(?:ctrl|cmd)\+(?:shift\+)?[^+]+$|^(?:shift\+)?alt\+(?:[a-z]|up|down|left|right|f\d+)$|^(?:shift\+)?f\d+$|^\w+$/u;
    for (const { key, when, command } of keybindings) {
      expect(key, command).not.toMatch(taken);
      expect(when, command).toMatch(/resourceScheme == preceptor|preceptor\./u);
    }
    const keys = keybindings.map(({ key, when }) => `${key} ${when ?? ""}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("(ux 18) find rows by flags between semicolons", () => {
    let looked = 0;
    for (const { file, text } of host) {
      for (const [, value = ""] of text.matchAll(/contextValue = ([^;]*(?:;[^\n]*)?)/gu)) {
        looked += 1;
        expect(value, file).toMatch(/^flags\(|";|`;|\[\s*""/u);
      }
    }
    expect(looked).toBeGreaterThan(8);
  });
});

describe("panels", () => {
  it("(ux 32) have their main actions as commands of the palette", () => {
    const main = {
      contrast: "showContrastSet",
      instructor: "showInstructorOutput acceptSample rejectSample editSample regenerateSamples finishReview",
      report: "openReport exportReport",
    };
    for (const [panel, names] of Object.entries(main)) {
      for (const name of names.split(" ")) {
        const command = `preceptor.${name}`;
        expect([...commandOf.keys()], panel).toContain(command);
        expect([...hidden], panel).not.toContain(command);
      }
    }
  });

  it("(ux 28) come back after a reload, and only then by themselves", () => {
    const kinds = [...all.matchAll(/registerWebviewPanelSerializer\(viewTypeOf\("(\w+)"\)/gu)].map(([, kind]) => kind);
    expect(kinds.toSorted()).toEqual(["contrast", "instructor", "report"]);
    const restored = manifest.activationEvents.filter((event) => event.startsWith("onWebviewPanel:"));
    expect(restored.toSorted()).toEqual(kinds.toSorted().map((kind) => `onWebviewPanel:preceptor.${kind}`));
    expect(pages.map(({ text }) => text).join("\n")).toMatch(/setState\(/u);
  });

  it("(ux 29) take fonts from the editor", () => {
    for (const { file, text } of pages) {
      for (const [, font = ""] of text.matchAll(/font-family:([^;]*);/gu)) {
        expect(font.trim(), file).toMatch(/^var\(--vscode-|^inherit$/u);
      }
    }
  });

  it("(ux 59) reach the world through the editor: links, addresses and the clipboard", () => {
    for (const { file, text } of [...host, ...pages]) {
      expect(text, file).not.toMatch(
        /navigator\.clipboard|window\.open\(|xdg-open|execCommand\("copy"\)|target="_blank"/u,
      );
    }
  });
});

describe("welcome texts and the walkthrough", () => {
  it("(ux 20) say something else for each reason, and have at most one button", () => {
    const texts = viewsWelcome.map(({ view, contents, when }) => ({ view, when, text: shown(contents) }));
    for (const { id } of Object.values(views).flat()) {
      const own = texts.filter(({ view }) => view === id);
      expect(new Set(own.map(({ text }) => text)).size, id).toBe(own.length);
      expect(own.map(({ when }) => when).join(" "), id).toContain("untrusted");
    }
    for (const { view, when, text } of texts) {
      // A link that has a line for itself is a button.
      const buttons = text.split("\n").filter((line) => /^\[[^\]]+\]\([^)]+\)$/u.test(line.trim()));
      expect(buttons.length, `${view}: ${when}`).toBeLessThanOrEqual(1);
    }
  });

  it("(ux 51) are one, of a few steps, each with an action, an end and a picture in the theme's colours", () => {
    expect(walkthroughs).toHaveLength(1);
    const steps = walkthroughs[0]?.steps ?? [];
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.length).toBeLessThan(7);
    for (const { id, title, description, completionEvents = [], media } of steps) {
      expect(shown(title), id).toMatch(/^(?:Find|Open|Read|See|Start|Try|Edit|Import)\b/u);
      const actions = [...shown(description).matchAll(/^\[[A-Z][^\]]+\]\(command:([\w.]+)/gmu)].map(([, name]) => name);
      expect(actions, id).toHaveLength(1);
      expect([
        ...commandOf.keys(),
        ...Object.values(views)
          .flat()
          .map((view) => `${view.id}.focus`),
      ]).toContain(actions[0]);
      expect(completionEvents.length, id).toBeGreaterThan(0);
      for (const event of completionEvents) {
        const [, kind = "", name = ""] = /^(onCommand|onView|onContext):(.*)$/u.exec(event) ?? [];
        if (kind === "onCommand") expect([...commandOf.keys()], id).toContain(name);
        if (kind === "onView")
          expect(
            Object.values(views)
              .flat()
              .map((view) => view.id),
            id,
          ).toContain(name);
        if (kind === "onContext") expect(all, id).toContain(`"${name}"`);
        expect(kind, event).not.toBe("");
      }
      expect(shown(media.altText ?? ""), id).toMatch(/\w{3}/u);
      const svg = readFileSync(join(root, media.svg ?? ""), "utf8");
      expect(svg, id).toContain("var(--vscode-");
      expect(svg, id).not.toMatch(/(?:fill|stroke)="(?!var\(|none|currentColor)/u);
    }
  });

  it("(ux 53) are opened again by a command", () => {
    expect([...hidden]).not.toContain("preceptor.openWalkthrough");
    expect(commandOf.get("preceptor.openWalkthrough")?.enablement).toBeUndefined();
    expect(all).toContain('"workbench.action.openWalkthrough"');
    expect(all).toContain(`#${walkthroughs[0]?.id}`);
  });
});

describe("settings, trust and processes", () => {
  it("(ux 44, 48) of numbers and texts say what is allowed, and those that cost are marked", () => {
    for (const [id, setting] of settings()) {
      if (setting.type === "string" && setting.enum === undefined && setting.pattern !== undefined) {
        expect(setting.patternErrorMessage, id).toBeTruthy();
      }
      // What lets models be asked is about online services.
      if (/budget/iu.test(id)) expect(setting.tags, id).toContain("usesOnlineServices");
    }
  });

  it("(ux 54) that lead to a program are restricted in a workspace that is not trusted", () => {
    const { restrictedConfigurations = [] } = manifest.capabilities.untrustedWorkspaces;
    const paths = settings().flatMap(([id, { type }]) =>
      type === "string" && /path|host|command/iu.test(id) ? id : [],
    );
    expect(paths.length).toBeGreaterThan(0);
    expect([...restrictedConfigurations].toSorted()).toEqual(paths.toSorted());
  });

  it("(ux 50) and context keys are those of the manifest, in both directions", () => {
    const declared = new Set(
      [
        ...(host.find(({ file }) => file.endsWith(join("vscode", "manifest.ts")))?.text ?? "").matchAll(
          /readonly "(preceptor\.\w+)"/gu,
        ),
      ].map(([, key]) => key ?? ""),
    );
    expect(declared.size).toBeGreaterThan(5);
    const clauses = [
      ...Object.values(menus).flat(),
      ...keybindings,
      ...viewsWelcome,
      ...commands.map(({ enablement }) => ({ when: enablement })),
      ...(walkthroughs[0]?.steps ?? []).map(({ completionEvents = [] }) => ({
        when: completionEvents
          .map((event) => event.replace("onContext:", ""))
          .join(" ")
          .replace(/on(?:Command|View):\S+/gu, ""),
      })),
    ].map(({ when = "" }) => when.replace(/(?:view|activeWebviewPanelId) == \S+/gu, ""));
    const used = new Set(clauses.flatMap((when) => [...when.matchAll(/preceptor\.\w+/gu)].map(([key]) => key)));
    expect([...used].toSorted()).toEqual([...declared].toSorted());
    // What the code calls settings is declared.
    const known = new Set(settings().map(([id]) => id));
    for (const [, name = ""] of all.matchAll(/getConfiguration\("preceptor"\)\s*\.(?:get|inspect|update)\("(\w+)"/gu)) {
      expect([...known]).toContain(`preceptor.${name}`);
    }
  });

  it("(ux 57) start programs by their arguments, never by a line for a shell", () => {
    for (const { file, text } of sources("src")) {
      expect(text, file).not.toMatch(/\b(?:exec|execSync)\(\s*[`"']|shell: (?!false)/u);
      if (file.startsWith(join("src", "vscode")) && /from "node:child_process"/u.test(text)) {
        expect(text, file).toMatch(/import \{[^}]*\b(?:spawn|execFile)\b[^}]*\} from "node:child_process"/u);
      }
    }
  });
});

describe("words and papers", () => {
  it("(ux 60) of the manifest are keys: nothing that people read stands in it", () => {
    const read = new Set([
      "title",
      "shortTitle",
      "category",
      "contextualTitle",
      "contents",
      "label",
      "description",
      "altText",
    ]);
    const literal: string[] = [];
    const visit = (value: unknown, place: string): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        const at = `${place}.${key}`;
        if (typeof inner === "string" && (read.has(key) || (key === "name" && /views\./u.test(at)))) {
          if (!/^%[\w.]+%$/u.test(inner)) literal.push(`${at}: ${inner}`);
        } else visit(inner, at);
      }
    };
    visit(manifest.contributes, "contributes");
    visit(manifest.capabilities, "capabilities");
    expect(literal).toEqual([]);
    expect(Object.values(words).every((text) => text.trim() !== "")).toBe(true);
  });

  it("(ux 72) has what a listing needs; there is no public repository to name yet", () => {
    expect(manifest.categories.length).toBeGreaterThan(0);
    expect(manifest.keywords.length).toBeGreaterThan(0);
    expect(manifest.keywords.length).toBeLessThanOrEqual(30);
    // The day that there is one, both are named.
    expect(manifest.repository === undefined).toBe(manifest.bugs === undefined);
    for (const file of ["README.md", "CHANGELOG.md"]) {
      const text = readFileSync(join(root, file), "utf8");
      for (const [, picture = ""] of text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/gu)) {
        expect(picture, file).not.toMatch(/^http:|^(?!https:).*\.\.\//u);
        if (!picture.startsWith("https:")) expect(existsSync(join(root, picture)), picture).toBe(true);
      }
    }
  });
});
