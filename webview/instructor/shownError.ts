import type { ErrorOutput, SampleDetail, SampleEvidence } from "../../src/protocol/worker/samples.js";
import type { Host, Page } from "./page.js";

/** The error that is shown: what the instructor wrote about it, and what is recomputed about one of its samples. */
export class ShownError {
  output: ErrorOutput | null = null;
  /** What was recomputed, and about which text of which sample; `found` is null while it is. */
  #evidence: { readonly about: string; readonly found: SampleEvidence | null } | null = null;
  readonly #host: Host;
  readonly #page: Page;
  #asked = 0;
  #asking: AbortController | null = null;

  constructor(host: Host, page: Page) {
    this.#host = host;
    this.#page = page;
  }

  sample(id: string | null): SampleDetail | null {
    return this.output?.samples.find((sample) => sample.id === id) ?? null;
  }

  clear(): void {
    this.output = null;
    this.#page.changed();
  }

  /**
   * Asks for an error's output (null is the first error), and says whether it is shown: it is not where another one was
   * asked for later.
   */
  async load(key: string | null): Promise<boolean> {
    const asked = ++this.#asked;
    const output = await this.#host.call("error", { key });
    if (asked !== this.#asked) return false;
    this.output = output;
    this.#page.read();
    return true;
  }

  /** What was recomputed about a sample as it is shown; null before it was. */
  evidence(sample: SampleDetail): SampleEvidence | null {
    return this.#evidence?.about === textOf(sample) ? this.#evidence.found : null;
  }

  /**
   * Asks for the evidence about a sample of this error; of any other there is none. It is a matter of the sample's text alone,
   * so while a run goes on and adds others it is not asked for again.
   */
  async recompute(id: string | null): Promise<void> {
    const sample = this.sample(id);
    const about = sample === null ? null : textOf(sample);
    if (about !== null && this.#evidence?.about === about) return;
    this.#asking?.abort();
    if (sample === null || about === null) return this.#found(null);
    const asking = new AbortController();
    this.#asking = asking;
    this.#found({ about, found: null });
    try {
      const found = await this.#host.call("evidence", { sample: sample.id }, { signal: asking.signal });
      if (!asking.signal.aborted) this.#found({ about, found });
    } catch (thrown) {
      if (asking.signal.aborted) return;
      this.#found(null);
      this.#page.fail(thrown, "reading");
    }
  }

  async openCase(): Promise<void> {
    const key = this.output?.key;
    if (key !== undefined) await this.#page.guard(async () => void (await this.#host.call("openCase", { key })));
  }

  async openContrastSet(): Promise<void> {
    const key = this.output?.key;
    if (key !== undefined) await this.#page.guard(async () => void (await this.#host.call("openContrast", { key })));
  }

  #found(evidence: { readonly about: string; readonly found: SampleEvidence | null } | null): void {
    this.#evidence = evidence;
    this.#page.changed();
  }
}

function textOf({ id, draft }: SampleDetail): string {
  return JSON.stringify([id, draft]);
}
