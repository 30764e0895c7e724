"use strict";
// A language model that says the same to everything, slowly, as an extension of somebody else would offer one.
const vscode = require("vscode");

const model = {
  id: "lender-1",
  name: "Lender 1",
  family: "lender",
  version: "2026-01",
  maxInputTokens: 100_000,
  maxOutputTokens: 4_000,
  capabilities: {},
};

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.lm.registerLanguageModelChatProvider("preceptor-tests", {
      provideLanguageModelChatInformation: () => [model],
      provideLanguageModelChatResponse: async (_model, _messages, _options, progress) => {
        await new Promise((resolve) => setTimeout(resolve, 700));
        for (const word of ["There ", "is ", "nothing ", "to ", "teach."]) {
          progress.report(new vscode.LanguageModelTextPart(word));
        }
      },
      provideTokenCount: (_model, text) =>
        Math.ceil((typeof text === "string" ? text : JSON.stringify(text.content)).length / 4),
    }),
  );
};
