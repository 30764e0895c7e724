"use strict";
// A loopback server in the extension host that runs the function bodies that tests post to it, with `vscode` at hand.
// It tells where it listens by a file named after this process, and answers only who knows the token.
const { unlinkSync, renameSync, writeFileSync } = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const vscode = require("vscode");
// It is loaded before other extensions, so that it can watch them; a test that wants that says where to (hostWatch.ts).
if (process.env.PRECEPTOR_TEST_WATCH !== undefined) require("../hostWatch.cjs");

const AsyncFunction = (async () => undefined).constructor;

exports.activate = (context) => {
  const folder = process.env.PRECEPTOR_TEST_BRIDGE;
  const token = process.env.PRECEPTOR_TEST_TOKEN;
  if (folder === undefined || token === undefined) return;
  const server = http.createServer((request, response) => {
    const reply = (status, value) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (request.headers["x-token"] !== token) {
      reply(403, { fault: "The token is wrong." });
      return;
    }
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      try {
        const { body, argument } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
        const value = await new AsyncFunction("vscode", "argument", "require", body)(vscode, argument, require);
        reply(200, { value: value === undefined ? null : value });
      } catch (error) {
        reply(500, { fault: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) });
      }
    });
  });
  const file = path.join(folder, `${process.pid}.json`);
  server.listen(0, "127.0.0.1", () => {
    const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? null;
    writeFileSync(`${file}.part`, JSON.stringify({ pid: process.pid, port: server.address().port, workspace }));
    renameSync(`${file}.part`, file);
  });
  context.subscriptions.push({
    dispose: () => {
      server.close();
      unlinkSync(file);
    },
  });
};
