export declare function localizedTexts(): string[];
export declare function localizedBundle(): string;
export declare function pseudo(text: string): string;
