/** Absolute paths of an installed editor: the Node that it needs, and the script of its server. */
export interface EditorPlaces {
  readonly node: string;
  readonly server: string;
}

export const editorSystemPackages: readonly (readonly [program: string, ...packages: string[]])[];

export function installEditor(): EditorPlaces;
