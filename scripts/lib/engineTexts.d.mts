/** A place where texts that are shown come in: see `engineTexts.mjs`. */
export interface ShownPlace {
  readonly parameter?: string;
  readonly fields?: string;
  readonly of?: string;
  readonly value?: boolean;
}
export interface EngineText {
  readonly template: string;
  readonly numbers: readonly number[];
  readonly value: boolean;
}
export declare function engineTexts(folder?: string, places?: readonly ShownPlace[]): EngineText[];
