export declare function localizedFiles(): { readonly "bundle.l10n.json": string; readonly "engine.json": string };
export declare function pseudo(text: string): string;
