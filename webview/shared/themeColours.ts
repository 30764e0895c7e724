import type { LitElement, ReactiveController } from "lit";

/** Colours of a picture that is painted, and therefore does not follow the theme by itself. */
export interface ThemeColours {
  readonly text: string;
  readonly grid: string;
  /** Colours of lines that stand out from the background of this theme, the strongest names first. */
  readonly palette: readonly string[];
}

export const noColours: ThemeColours = { text: "currentColor", grid: "currentColor", palette: [] };

const names = ["blue", "green", "purple", "yellow", "red", "orange"];

/** Least contrast of a line with what is behind it (WCAG 1.4.11). */
const leastContrast = 3;

/** Reads the theme's colours, and again when the theme changes. */
export class ThemeColoursController implements ReactiveController {
  readonly #host: LitElement;
  readonly #changed: (colours: ThemeColours) => void;
  /** The editor puts a theme's colours into the style of the root, and its kind into a class of the body. */
  readonly #observer = new MutationObserver(() => this.#read());
  #known = "";

  constructor(host: LitElement, changed: (colours: ThemeColours) => void) {
    this.#host = host;
    this.#changed = changed;
    host.addController(this);
  }

  hostConnected(): void {
    const options = { attributes: true, attributeFilter: ["style", "class"] };
    this.#observer.observe(document.documentElement, options);
    this.#observer.observe(document.body, options);
    this.#read();
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
  }

  #read(): void {
    const style = getComputedStyle(this.#host);
    const variable = (name: string): string => style.getPropertyValue(`--vscode-${name}`).trim();
    const { color: text } = style;
    const background = luminance(variable("editor-background"), null);
    const stands = (colour: string): boolean =>
      colour !== "" && contrast(luminance(colour, variable("editor-background")), background) >= leastContrast;
    const colours: ThemeColours = {
      text,
      grid: variable("panel-border") || variable("contrastBorder") || text,
      palette: [...new Set(names.map((name) => variable(`charts-${name}`)).filter(stands))],
    };
    const known = JSON.stringify(colours);
    if (known === this.#known) return;
    this.#known = known;
    this.#changed(colours);
  }
}

/** Relative luminance (WCAG 2) of a colour as it looks on what is behind it. */
function luminance(colour: string, behind: string | null): number {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1, 1];
  const context = canvas.getContext("2d");
  if (context === null) return 0;
  for (const fill of [behind ?? colour, colour]) {
    context.fillStyle = fill;
    context.fillRect(0, 0, 1, 1);
  }
  const [red = 0, green = 0, blue = 0] = [...context.getImageData(0, 0, 1, 1).data].map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
