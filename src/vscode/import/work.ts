import type * as vscode from "vscode";

/** Work that goes on in the engine for an import, with what the editor says about it meanwhile. */
export type Work = <T>(label: string, work: (token: vscode.CancellationToken) => Promise<T>) => Promise<T>;
