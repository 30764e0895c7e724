/** Rules of the editor's own guidelines that can be read off the manifest and the sources. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configurations, manifest, root, settings, shown, sources, words, type MenuItem } from "./support.js";

const { commands, menus, views, viewsWelcome, keybindings = [] } = manifest.contributes;
const declared = new Set(commands.map(({ command }) => command));
const host = sources("src/vscode");
const pages = sources("webview");
const itemsOf = (place: string): readonly MenuItem[] => menus[place] ?? [];

/** First words that commands may begin with; a new one is a decision. */
const verbs = new Set(
  "Accept Add Ask Cancel Change Clear Compare Copy Create Delete Download Edit Eject Evaluate Exclude Export Filter Finish Focus Go Group Hide Import Mark Open Pin Preview Refresh Regenerate Reject Remove Reset Resume Reveal Run Search Select Set Show Sort Start Stop Triage Try Undo".split(
    " ",
  ),
);
const shortWords = new Set("a an and as at by for from in of on or the to under with".split(" "));

describe("commands", () => {
  it("have the one category and a title that starts with a verb, in title case", () => {
    expect(commands.length).toBeGreaterThan(0);
    for (const { command, title, category } of commands) {
      expect(shown(category ?? ""), command).toBe("Preceptor");
      const text = shown(title);
      const [first = "", ...rest] = text.replace(/\.\.\.$/u, "").split(" ");
      expect(verbs, `${command}: ${text}`).toContain(first);
      for (const word of rest) {
        if (!shortWords.has(word)) expect(word, `${command}: ${text}`).toMatch(/^[^a-z]/u);
      }
      expect(text, command).not.toMatch(/Preceptor|\p{Extended_Pictographic}/u);
    }
  });

  it("share one prefix and one case with views, settings and context keys", () => {
    const ids = [
      ...declared,
      ...Object.values(views).flatMap((list) => list.map(({ id }) => id)),
      ...settings().map(([id]) => id),
    ];
    for (const id of ids) expect(id).toMatch(/^preceptor(\.[a-z][a-zA-Z0-9]*)+$/u);
    const keys = JSON.stringify(manifest).matchAll(/preceptor[.:][A-Za-z0-9.:-]+/gu);
    for (const [key] of keys) expect(key).not.toMatch(/preceptor[.:][A-Z]/u);
  });

  it("are registered where they are declared, and declared where they are registered", () => {
    const text = host.map((source) => source.text).join("\n");
    const registered = new Set([...text.matchAll(/"(preceptor\.[a-zA-Z.]+)"/gu)].map(([, id]) => id ?? ""));
    for (const command of declared) expect(registered, command).toContain(command);
    const calls = [...text.matchAll(/registerCommand\(\s*"(preceptor\.[a-zA-Z.]+)"/gu)].map(([, id]) => id ?? "");
    for (const command of calls) expect(declared, command).toContain(command);
  });

  it("that need an argument are hidden from the palette", () => {
    const hidden = new Set(
      itemsOf("commandPalette")
        .filter(({ when }) => when === "false")
        .map(({ command }) => command),
    );
    for (const [place, items] of Object.entries(menus)) {
      if (place === "commandPalette") continue;
      for (const { command } of items) if (command !== undefined) expect(declared, place).toContain(command);
    }
    for (const command of hidden) expect(declared).toContain(command);
  });

  it("about a template of the project are offered whether it was changed or not", () => {
    const offered = (command: string, row: string): boolean =>
      itemsOf("view/item/context").some(
        ({ command: own, when }) =>
          own === command && new RegExp(/viewItem =~ \/(.+)\/$/u.exec(when ?? "")?.[1] ?? "^$", "u").test(row),
      );
    for (const command of ["preceptor.comparePromptWithShipped", "preceptor.resetPromptToShipped"]) {
      expect(offered(command, ";template;project;has-shipped;")).toBe(true);
      expect(offered(command, ";template;project;changed;has-shipped;")).toBe(true);
      expect(offered(command, ";template;shipped;has-shipped;")).toBe(false);
    }
  });

  it("use enablement, and menus use when", () => {
    for (const items of Object.values(menus)) for (const item of items) expect(item).not.toHaveProperty("enablement");
  });

  it("have keys only where they are of use, and hide none of the editor's", () => {
    const taken = /^(ctrl|cmd)\+[a-z0-9]$|^f\d+$|^escape$|^enter$/u;
    for (const { command, key, when } of keybindings) {
      expect(declared, key).toContain(command);
      expect(when ?? "", `${key} ${command}`).not.toBe("");
      if (taken.test(key)) expect(when, key).toMatch(/preceptor/u);
    }
  });
});

describe("views", () => {
  const all = Object.values(views).flat();

  it("are few, in one container, each with an icon and a contextual title in sentence case", () => {
    expect(Object.keys(views)).toEqual(["preceptor"]);
    expect(all.length).toBeGreaterThan(2);
    expect(all.length).toBeLessThan(6);
    for (const { id, name, icon, contextualTitle } of all) {
      expect(icon, id).toBeTruthy();
      expect(contextualTitle, id).toBeTruthy();
      expect(shown(name), id).toMatch(/^[A-Z][a-z]+( [a-z]+)*$/u);
    }
  });

  it("have a container icon of one colour, 24 by 24", () => {
    const [container] = manifest.contributes.viewsContainers["activitybar"] ?? [];
    const svg = readFileSync(join(root, container?.icon ?? ""), "utf8");
    expect(svg).toMatch(/width="24" height="24"/u);
    expect([...svg.matchAll(/(?:fill|stroke)="([^"]+)"/gu)].map(([, colour]) => colour)).toEqual(
      expect.arrayContaining(["currentColor"]),
    );
    expect(svg).not.toMatch(/#[0-9a-f]{3,6}|rgb\(/iu);
  });

  it("have at most three icons in a title bar and three inline actions on an item", () => {
    for (const { id } of all) {
      const icons = itemsOf("view/title").filter(
        ({ when = "", group = "" }) => new RegExp(`view == ${id}\\b`, "u").test(when) && group.startsWith("navigation"),
      );
      // Toggles take turns at one place.
      expect(new Set(icons.map(({ group }) => group)).size, id).toBeLessThanOrEqual(3);
      const inline = itemsOf("view/item/context").filter(
        ({ when = "", group = "" }) => when.includes(id) && group.startsWith("inline"),
      );
      expect(new Set(inline.map(({ group }) => group)).size, id).toBeLessThanOrEqual(3);
    }
  });

  it("match items by delimited flags", () => {
    for (const { when = "" } of itemsOf("view/item/context")) {
      for (const [, pattern = ""] of when.matchAll(/viewItem =~ \/(.*?)\//gu)) expect(pattern, when).toContain(";");
      expect(when).not.toMatch(/viewItem == /u);
    }
  });

  it("say the next step when they are empty, for each reason", () => {
    for (const { id } of all)
      expect(
        viewsWelcome.map(({ view }) => view),
        id,
      ).toContain(id);
    for (const { view, contents, when } of viewsWelcome) {
      const text = shown(contents);
      expect(when, `${view}: ${text}`).toBeTruthy();
      expect(text).not.toMatch(/read more|learn more/iu);
      for (const [, command = ""] of text.matchAll(/\(command:([a-zA-Z.]+)/gu)) {
        if (command.startsWith("preceptor.")) expect(declared).toContain(command);
      }
    }
    const reasons = viewsWelcome.filter(({ view }) => view === "preceptor.benchmarks").map(({ when }) => when ?? "");
    for (const reason of ["none", "untrusted", "virtual", "broken"]) {
      expect(
        reasons.some((when) => when.includes(`== ${reason}`) || when.includes(`== '${reason}'`)),
        reason,
      ).toBe(true);
    }
  });
});

describe("webviews", () => {
  it("have a strict content policy, scripts by nonce, and roots limited to our pages", () => {
    const text = host.map((source) => source.text).join("\n");
    expect(text).toContain("default-src 'none'");
    for (const { file, text: source } of [...host, ...pages]) {
      expect(source, file).not.toMatch(
        /unsafe-inline|unsafe-eval|retainContextWhenHidden|unsafeHTML|innerHTML|insertAdjacentHTML/u,
      );
      if (source.includes("createWebviewPanel(")) expect(source, file).toMatch(/pageOptions|localResourceRoots/u);
    }
  });

  it("take colours and fonts from the editor", () => {
    for (const { file, text } of pages) {
      expect(text, file).not.toMatch(
        /(?:color|background|border|fill|stroke)[\w-]*:\s*(?:#[0-9a-f]{3,8}|rgba?\(|hsl)/iu,
      );
      expect(text, file).not.toMatch(/outline:\s*(?:none|0)\s*;/u);
    }
  });

  it("never build styles from data in markup, which the policy blocks", () => {
    for (const { file, text } of pages) expect(text, file).not.toMatch(/style="[^"]*\$\{|styleMap\(/u);
  });
});

describe("settings", () => {
  it("have a type, a default and a description; enums, numbers and objects what they need", () => {
    for (const [id, setting] of settings()) {
      expect(setting.type, id).toBeDefined();
      expect(setting, id).toHaveProperty("default");
      expect(shown(setting.description ?? setting.markdownDescription ?? ""), id).not.toMatch(/^$|^missing/u);
      expect(setting.scope, id).toBeDefined();
      if (setting.enum !== undefined) {
        expect((setting.enumDescriptions ?? setting.markdownEnumDescriptions)?.length, id).toBe(setting.enum.length);
      }
      if (setting.type === "number" || setting.type === "integer") expect(setting.minimum, id).toBeDefined();
      if (setting.type === "object") expect(setting.additionalProperties, id).toBeDefined();
      // Programs and hosts are never a workspace's to choose.
      if (/path|host|executable/iu.test(id)) expect(setting.scope, id).toMatch(/^machine/u);
      expect(id, "a setting is no place for a secret").not.toMatch(/key|token|secret|password/iu);
    }
    expect(settings().length).toBeLessThan(15);
  });

  it("are grouped by sections with an order, without filler in their titles", () => {
    for (const { title, order } of configurations()) {
      expect(shown(title)).not.toMatch(/Extension|Settings|Configuration/u);
      if (configurations().length > 1) expect(order).toBeDefined();
    }
  });

  it("are read in the code, and what the code reads is declared", () => {
    const text = host.map((source) => source.text).join("\n");
    for (const [id] of settings()) expect(text, id).toContain(`"${id.replace(/^preceptor\./u, "")}"`);
  });
});

describe("trust, activation and packing", () => {
  it("says what could happen in a workspace that is not trusted, and keeps what leads to execution", () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    expect(untrustedWorkspaces.supported).toBe("limited");
    expect(shown(untrustedWorkspaces.description).length).toBeGreaterThan(60);
    expect(shown(virtualWorkspaces.description).length).toBeGreaterThan(40);
    expect(manifest.extensionKind).toEqual(["workspace"]);
    for (const id of untrustedWorkspaces.restrictedConfigurations ?? []) {
      expect(settings().map(([name]) => name)).toContain(id);
    }
  });

  it("is activated by what it is for, and by nothing else", () => {
    for (const event of manifest.activationEvents) {
      expect(event).not.toMatch(/^\*$|onStartupFinished|\*\*\/\*/u);
    }
  });

  it("needs an editor that its types describe", () => {
    const numbers = (version: string): number[] =>
      version
        .replace(/^[^\d]*/u, "")
        .split(".")
        .map(Number);
    const [, types = 0] = numbers(manifest.devDependencies["@types/vscode"] ?? "");
    const [, engine = 0] = numbers(manifest.engines.vscode);
    expect(types).toBeLessThanOrEqual(engine);
  });

  it("has an icon of 128 by 128, a licence and a change log", () => {
    const png = readFileSync(join(root, manifest.icon));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([128, 128]);
    for (const file of ["LICENSE", "CHANGELOG.md", "README.md"]) expect(existsSync(join(root, file))).toBe(true);
  });

  it("never loosens the check of host keys, and starts no shell", () => {
    for (const { file, text } of sources("src")) {
      expect(text, file).not.toMatch(/StrictHostKeyChecking[ =]no|shell:\s*true/u);
    }
  });
});

describe("words", () => {
  const text = JSON.stringify(manifest);

  it("of the manifest are all in package.nls.json, and none there is left over", () => {
    const used = new Set([...text.matchAll(/"%([^%"]+)%"/gu)].map(([, key]) => key ?? ""));
    for (const key of used) expect(Object.keys(words), key).toContain(key);
    for (const key of Object.keys(words)) expect([...used], key).toContain(key);
    for (const { title, category } of commands) {
      expect(title).toMatch(/^%.*%$/u);
      expect(category).toMatch(/^%.*%$/u);
    }
  });

  it("are localized in the code: no notification, title or placeholder is a literal", () => {
    const literal =
      /(?:show(?:Error|Warning|Information)Message|createStatusBarItem|withProgress)\(\s*["'`]|(?:title|placeHolder|prompt|openLabel|saveLabel|validationMessage):\s*["'`][A-Za-z]/u;
    for (const { file, text: source } of host) expect(source, file).not.toMatch(literal);
  });

  it("are never put together from pieces inside a localized string", () => {
    for (const { file, text: source } of host) expect(source, file).not.toMatch(/l10n\.t\(\s*`/u);
  });
});

describe("telemetry", () => {
  it("is not there", () => {
    for (const { file, text } of host) expect(text, file).not.toMatch(/TelemetryLogger|extension-telemetry/u);
  });
});
