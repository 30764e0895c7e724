import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { FaultView } from "../../protocol/fault.js";
import type * as Wire from "../../protocol/rpc.js";
import type { Contract, Handlers, Peer } from "../../protocol/rpc.js";

/** A page of `webview/`, and what it and the extension host say to each other. */
export interface PageDefinition<Page extends Contract, Host extends Contract> {
  /** What the two speak through, loaded together with what they say. */
  readonly wire: typeof Wire;
  /** Folder of `webview/`, and the end of the panel's view type. */
  readonly page: string;
  /** What the page answers and says. */
  readonly remote: Page;
  /** What the extension host answers and says. */
  readonly own: Host;
}

export interface PageServices<Host extends Contract> {
  readonly extensionUri: vscode.Uri;
  readonly handlers: Handlers<Host>;
  readonly describe: (thrown: unknown) => FaultView;
  readonly log: vscode.LogOutputChannel;
}

export function viewTypeOf(page: string): string {
  return `preceptor.${page}`;
}

/** Options of a panel: scripts of our own bundle only, and nothing kept while it is hidden. */
export function pageOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extensionUri, "dist", "webview")] };
}

/**
 * Puts a page into a panel that VS Code made or restored. The page asks first; what the host says before is lost, so a
 * page begins with a request.
 */
export function openPage<Page extends Contract, Host extends Contract>(
  panel: vscode.WebviewPanel,
  { wire, page, remote, own }: PageDefinition<Page, Host>,
  { extensionUri, handlers, describe, log }: PageServices<Host>,
): Peer<Page, Host> {
  const { webview } = panel;
  webview.options = pageOptions(extensionUri);
  const peer = new wire.Peer<Page, Host>(
    {
      post: (message) => void webview.postMessage(message),
      listen: (listener) => {
        const listening = webview.onDidReceiveMessage(listener);
        return () => void listening.dispose();
      },
    },
    { remote, own, handlers, describe, onStray: ({ message }) => log.warn(`${page}: ${message}`) },
  );
  panel.onDidDispose(() => peer.close({ kind: "cancelled", message: vscode.l10n.t("The panel was closed.") }));
  webview.html = pageHtml(webview, vscode.Uri.joinPath(extensionUri, "dist", "webview"), page, panel.title);
  return peer;
}

function pageHtml(webview: vscode.Webview, folder: vscode.Uri, page: string, title: string): string {
  const nonce = randomBytes(16).toString("base64url");
  const resource = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const policy = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `img-src ${webview.cspSource} data:`,
    `font-src ${webview.cspSource}`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${escape(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escape(title)}</title>
<link rel="stylesheet" nonce="${nonce}" href="${resource(`${page}.css`)}">
</head>
<body>
<preceptor-${page}></preceptor-${page}>
<script type="module" nonce="${nonce}" src="${resource(`${page}.js`)}"></script>
</body>
</html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
