import * as vscode from "vscode";
import { caseId, caseScheme } from "./caseAddress.js";
import { addressOf, type CaseDocuments, type Located } from "./caseDocuments.js";

/**
 * Serves case documents, read-only. A real file system rather than text content alone, so that the editor treats a program
 * as a Python file, restores documents after a reload, and reads them again when a case changes.
 */
class CaseFileSystem implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #documents: CaseDocuments;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  /** Documents that the editor watches, by the case that they show. */
  readonly #watched = new Map<string, Map<string, vscode.Uri>>();
  readonly #versions = new Map<string, number>();
  readonly #listening: vscode.Disposable;

  constructor(documents: CaseDocuments) {
    this.#documents = documents;
    this.#listening = documents.onDidChange((located) => this.#tell(located));
  }

  readonly onDidChangeFile = this.#changed.event;

  watch(uri: vscode.Uri): vscode.Disposable {
    const address = addressOf(uri);
    if (address === null) return new vscode.Disposable(() => undefined);
    const id = caseId(address.folder, address.ref);
    const watched = this.#watched.get(id) ?? new Map<string, vscode.Uri>();
    watched.set(uri.toString(), uri);
    this.#watched.set(id, watched);
    return new vscode.Disposable(() => {
      watched.delete(uri.toString());
      if (watched.size === 0) this.#watched.delete(id);
    });
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { length } = await this.readFile(uri);
    const version = this.#versions.get(idOf(uri)) ?? 1;
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime: version,
      size: length,
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const address = addressOf(uri);
    if (address === null) throw vscode.FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode((await this.#documents.text(address)).text);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }

  #tell({ folder, ref }: Located): void {
    const id = caseId(folder, ref);
    this.#versions.set(id, (this.#versions.get(id) ?? 1) + 1);
    const uris = [...(this.#watched.get(id)?.values() ?? [])];
    this.#changed.fire(uris.map((uri) => ({ type: vscode.FileChangeType.Changed, uri })));
  }
}

function idOf(uri: vscode.Uri): string {
  const address = addressOf(uri);
  return address === null ? "" : caseId(address.folder, address.ref);
}

export function registerCaseFileSystem(documents: CaseDocuments): vscode.Disposable {
  const fileSystem = new CaseFileSystem(documents);
  const registered = vscode.workspace.registerFileSystemProvider(caseScheme, fileSystem, {
    isCaseSensitive: true,
    isReadonly: true,
  });
  return vscode.Disposable.from(fileSystem, registered);
}
