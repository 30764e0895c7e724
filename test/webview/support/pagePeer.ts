import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { toFaultView } from "../../../src/worker/faultView.js";
import { root } from "../../support/project.js";
import { Peer, type Contract, type Handlers } from "../../../src/protocol/rpc.js";

/**
 * A page of a panel in a plain browser, with the test on the other end of its wire: quick enough to look at every state
 * of a page. What only an editor can show (themes, reload, focus) is tested in `test/editor/ui`.
 */
export interface OpenPage<Remote extends Contract, Own extends Contract> {
  readonly page: Page;
  /** The test's end of the wire: it answers what the extension host answers. */
  readonly peer: Peer<Remote, Own>;
  /** What the page remembered for a reload. */
  readonly state: () => Promise<unknown>;
  /** What the page did not understand of what it was sent, and the test of what the page said. */
  readonly stray: readonly string[];
  /** Violations of the content policy so far. */
  readonly violations: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export interface PageOptions<Remote extends Contract, Own extends Contract> {
  readonly name: string;
  readonly remote: Remote;
  readonly own: Own;
  readonly handlers: Handlers<Own>;
  readonly width?: number;
  readonly height?: number;
  readonly theme?: keyof typeof themes;
}

/** Colours of our own in the editor's names, dark and light, so that contrast can be measured without an editor. */
const themes = {
  dark: {
    foreground: "#cccccc",
    descriptionForeground: "#a8a8a8",
    "editor-background": "#1e1e1e",
    "editor-foreground": "#d4d4d4",
    "editorWidget-background": "#252526",
    "panel-border": "#454545",
    focusBorder: "#3d8fd6",
    "textLink-foreground": "#5ab0ff",
    "button-background": "#0e639c",
    "button-foreground": "#ffffff",
    "button-hoverBackground": "#1177bb",
    "button-secondaryBackground": "#3a3d41",
    "button-secondaryForeground": "#ffffff",
    "button-secondaryHoverBackground": "#45494e",
    "toolbar-hoverBackground": "#3a3d41",
    "input-background": "#313131",
    "input-foreground": "#cccccc",
    "testing-iconFailed": "#f47067",
    "testing-iconPassed": "#73c991",
    errorForeground: "#f48771",
    "inputValidation-errorBackground": "#5a1d1d",
    "inputValidation-errorBorder": "#be1100",
    "diffEditor-insertedTextBackground": "#3a4d2a",
    "diffEditor-removedTextBackground": "#5a2a2a",
    "charts-foreground": "#cccccc",
    "charts-blue": "#5ab0ff",
    "charts-orange": "#e8a45c",
  },
  light: {
    foreground: "#3b3b3b",
    descriptionForeground: "#5a5a5a",
    "editor-background": "#ffffff",
    "editor-foreground": "#1f1f1f",
    "editorWidget-background": "#f6f6f6",
    "panel-border": "#c8c8c8",
    focusBorder: "#005fb8",
    "textLink-foreground": "#005fb8",
    "button-background": "#005fb8",
    "button-foreground": "#ffffff",
    "button-hoverBackground": "#0258a8",
    "button-secondaryBackground": "#e5e5e5",
    "button-secondaryForeground": "#3b3b3b",
    "button-secondaryHoverBackground": "#cccccc",
    "toolbar-hoverBackground": "#e5e5e5",
    "input-background": "#ffffff",
    "input-foreground": "#3b3b3b",
    "testing-iconFailed": "#b3261e",
    "testing-iconPassed": "#2e7d32",
    errorForeground: "#b3261e",
    "inputValidation-errorBackground": "#fbe9e7",
    "inputValidation-errorBorder": "#b3261e",
    "diffEditor-insertedTextBackground": "#d7efd2",
    "diffEditor-removedTextBackground": "#fadcdc",
    "charts-foreground": "#3b3b3b",
    "charts-blue": "#1a6fc4",
    "charts-orange": "#b35c00",
  },
} as const;

let browser: Promise<Browser> | null = null;
let server: Promise<Server> | null = null;

/** Opens a page of `dist/webview`; build first (`node esbuild.mjs`). */
export async function openPage<Remote extends Contract, Own extends Contract>(
  options: PageOptions<Remote, Own>,
): Promise<OpenPage<Remote, Own>> {
  browser ??= chromium.launch({
    executablePath: process.env["PRECEPTOR_CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  });
  server ??= serve();
  const { port } = (await server).address() as AddressInfo;
  const context = await (
    await browser
  ).newContext({ viewport: { width: options.width ?? 1200, height: options.height ?? 800 } });
  const page = await context.newPage();
  const listeners = new Set<(message: unknown) => void>();
  const stray: string[] = [];
  await page.exposeFunction("toHost", (message: unknown) => {
    for (const listener of listeners) listener(message);
  });
  const peer = new Peer<Remote, Own>(
    {
      post: (message) => {
        // A page that is gone hears nothing more.
        void page.evaluate(`window.postMessage(${JSON.stringify(message)}, "*")`).catch(() => undefined);
      },
      listen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    { ...options, describe: toFaultView, onStray: ({ message }) => stray.push(message) },
  );
  await page.goto(`http://127.0.0.1:${port}/${options.name}?theme=${options.theme ?? "dark"}`);
  return {
    page,
    peer,
    stray,
    state: async () => page.evaluate("window.remembered"),
    violations: async () => page.evaluate<string[]>("window.violations"),
    close: async () => {
      peer.close();
      await context.close();
    },
  };
}

/** Ends the browser; called once after all tests of a file. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  (await server)?.close();
  browser = null;
  server = null;
}

async function serve(): Promise<Server> {
  const folder = path.join(root, "dist", "webview");
  const made = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const file = pathname.slice(1);
    if (/^[\w-]+$/u.test(file)) {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(pageHtml(file, searchParams.get("theme") === "light" ? "light" : "dark"));
      return;
    }
    const types: { readonly [end: string]: string } = { js: "text/javascript", css: "text/css", ttf: "font/ttf" };
    try {
      const body = readFileSync(path.join(folder, path.basename(file)));
      response.setHeader("content-type", types[file.split(".").at(-1) ?? ""] ?? "application/octet-stream");
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return made;
}

function pageHtml(name: string, theme: keyof typeof themes): string {
  const colours = Object.entries(themes[theme]).map(([key, value]) => `--vscode-${key}: ${value};`);
  const policy =
    "default-src 'none'; base-uri 'none'; form-action 'none'; img-src 'self' data:; font-src 'self'; style-src 'self' 'nonce-test'; script-src 'nonce-test'";
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${name}</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="test">:root { ${colours.join(" ")} --vscode-font-family: "DejaVu Sans", sans-serif; --vscode-font-size: 13px;
--vscode-editor-font-family: "DejaVu Sans Mono", monospace; --vscode-editor-font-size: 13px; }</style>
<script nonce="test">
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective + " " + event.blockedURI));
window.remembered = undefined;
window.acquireVsCodeApi = () => ({
  postMessage: (message) => window.toHost(message),
  getState: () => window.remembered,
  setState: (state) => { window.remembered = state; },
});
</script>
<link rel="stylesheet" nonce="test" href="${name}.css"></head>
<body class="vscode-${theme}"><preceptor-${name}></preceptor-${name}>
<script type="module" nonce="test" src="${name}.js"></script></body></html>`;
}
