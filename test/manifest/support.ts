import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface MenuItem {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}

export interface Setting {
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly scope?: string;
  readonly order?: number;
  readonly additionalProperties?: unknown;
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly tags?: readonly string[];
}

export interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly icon: string;
  readonly categories: readonly string[];
  readonly keywords: readonly string[];
  readonly repository?: unknown;
  readonly bugs?: unknown;
  readonly engines: { readonly vscode: string };
  readonly devDependencies: { readonly [name: string]: string };
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: boolean | string;
      readonly description: string;
      readonly restrictedConfigurations?: readonly string[];
    };
    readonly virtualWorkspaces: { readonly supported: boolean | string; readonly description: string };
  };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly shortTitle?: string;
      readonly category?: string;
      readonly icon?: string | { readonly light: string; readonly dark: string };
      readonly enablement?: string;
    }[];
    readonly viewsContainers: { readonly [place: string]: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: {
      readonly [container: string]: readonly {
        readonly id: string;
        readonly name: string;
        readonly icon?: string;
        readonly contextualTitle?: string;
        readonly when?: string;
      }[];
    };
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly menus: { readonly [place: string]: readonly MenuItem[] };
    readonly submenus?: readonly { readonly id: string; readonly label: string }[];
    readonly keybindings?: readonly { readonly command: string; readonly key: string; readonly when?: string }[];
    readonly configuration?: Configuration | readonly Configuration[];
    readonly walkthroughs?: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly id: string;
        readonly title: string;
        readonly description: string;
        readonly completionEvents?: readonly string[];
        readonly media: {
          readonly altText?: string;
          readonly svg?: string;
          readonly image?: unknown;
          readonly markdown?: string;
        };
      }[];
    }[];
  };
}

interface Configuration {
  readonly title: string;
  readonly order?: number;
  readonly properties: { readonly [id: string]: Setting };
}

export const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
export const words = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")) as {
  readonly [key: string]: string;
};

/** The text that a reader sees for a string of the manifest. */
export function shown(text: string): string {
  return text.replace(/^%(.*)%$/u, (_all, key: string) => words[key] ?? `missing ${key}`);
}

export function configurations(): readonly Configuration[] {
  const { configuration = [] } = manifest.contributes;
  return Array.isArray(configuration) ? (configuration as readonly Configuration[]) : [configuration as Configuration];
}

export function settings(): [string, Setting][] {
  return configurations().flatMap(({ properties }) => Object.entries(properties));
}

/** TypeScript sources of some folders, as one list of path and text. */
export function sources(...folders: readonly string[]): { readonly file: string; readonly text: string }[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(ts|css)$/u.test(file))
      .map((file) => ({ file: join(folder, file), text: readFileSync(join(root, folder, file), "utf8") })),
  );
}
