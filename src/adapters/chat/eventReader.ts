/**
 * Reads server-sent events (WHATWG HTML, section 9.2.6) as far as chat completions use them: the data of each event.
 * The package's own reader keeps the end mark to itself, writes what it cannot parse to the console, and copies its
 * whole buffer for every chunk.
 */
export class EventReader {
  readonly #decoder = new TextDecoder();
  /** Pieces of a line whose end has not come. */
  #pieces: string[] = [];
  /** Data lines of an event whose end has not come. */
  #data: string[] = [];

  /** The data of the events that these bytes complete. */
  push(bytes: Uint8Array): string[] {
    return this.#read(this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** The data of an event that the end of the stream completes; servers that forget the last empty line exist. */
  end(): string[] {
    return this.#read(`${this.#decoder.decode()}\n\n`, true);
  }

  #read(text: string, last: boolean): string[] {
    // Joined only once a line end has come, so that a line without an end costs no more than its length.
    if (!/[\r\n]/.test(text)) {
      this.#pieces.push(text);
      return [];
    }
    const whole = this.#pieces.join("") + text;
    // A carriage return at the end may be the first half of a line end.
    const held = !last && whole.endsWith("\r") ? 1 : 0;
    const lines = whole.slice(0, whole.length - held).split(/\r\n|\n|\r/);
    this.#pieces = [(lines.pop() ?? "") + whole.slice(whole.length - held)];
    const events: string[] = [];
    for (const line of lines) {
      if (line.startsWith("data:")) {
        this.#data.push(line.slice(line.charAt(5) === " " ? 6 : 5));
      } else if (line === "" && this.#data.length > 0) {
        events.push(this.#data.join("\n"));
        this.#data = [];
      }
    }
    return events;
  }
}
