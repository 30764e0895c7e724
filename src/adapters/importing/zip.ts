import { decompressZstd } from "hyparquet-compressors";
import yauzl from "yauzl";
import { Fault } from "../../engine/fault.js";

/** Compression methods of zip entries (APPNOTE 4.4.5); Inspect writes deflate or zstd. */
const methods = { stored: 0, deflate: 8, zstd: 93 } as const;

/** A sample with all its events is rarely above a few megabytes; what claims to be larger is not unpacked. */
const mostBytes = 512 * 1024 * 1024;

/** A zip archive that is open for reading. Entries are read one at a time, so an archive may be larger than memory. */
export class ZipArchive {
  readonly #file: string;
  readonly #zip: yauzl.ZipFile;
  readonly #entries: ReadonlyMap<string, yauzl.Entry>;

  private constructor(file: string, zip: yauzl.ZipFile, entries: ReadonlyMap<string, yauzl.Entry>) {
    this.#file = file;
    this.#zip = zip;
    this.#entries = entries;
  }

  static async open(file: string): Promise<ZipArchive> {
    try {
      const zip = await yauzl.openPromise(file, { lazyEntries: true, autoClose: false });
      const entries = new Map<string, yauzl.Entry>();
      for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
      return new ZipArchive(file, zip, entries);
    } catch (thrown) {
      throw new Fault("data", "The archive cannot be read.", {
        file,
        found: thrown instanceof Error ? thrown.message : String(thrown),
        allowed: "a complete zip archive",
        remedy: "Copy it again; a log that its tool still writes to has no directory of its entries yet.",
        cause: thrown,
      });
    }
  }

  /** Names of the entries in the order of the archive. */
  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Text of an entry; null when there is none of this name. Faults with kind `data` when it is damaged. */
  async text(name: string): Promise<string | null> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(await this.#bytes(entry));
    } catch (thrown) {
      if (thrown instanceof Fault) throw thrown;
      throw this.#fault(name, thrown instanceof Error ? thrown.message : String(thrown), thrown);
    }
  }

  close(): void {
    this.#zip.close();
  }

  async #bytes(entry: yauzl.Entry): Promise<Uint8Array> {
    const { fileName, uncompressedSize, compressionMethod } = entry;
    if (uncompressedSize > mostBytes) {
      throw this.#fault(fileName, `${uncompressedSize} bytes; at most ${mostBytes} are unpacked`, null);
    }
    if (compressionMethod === methods.zstd) {
      const packed = await bytesOf(await this.#zip.openReadStreamPromise(entry, { decodeFileData: false }));
      const bytes = decompressZstd(packed, new Uint8Array(uncompressedSize));
      if (bytes.length === uncompressedSize) return bytes;
      throw this.#fault(fileName, `${bytes.length} bytes instead of ${uncompressedSize}`, null);
    }
    if (compressionMethod !== methods.stored && compressionMethod !== methods.deflate) {
      throw new Fault("data", "An entry of the archive is packed by a method that cannot be read here.", {
        file: this.#file,
        field: fileName,
        found: `method ${compressionMethod}`,
        allowed: "stored, deflate (8), zstd (93)",
        remedy: "Convert the log with its own tool: `inspect log convert --to json`.",
      });
    }
    return bytesOf(await this.#zip.openReadStreamPromise(entry));
  }

  #fault(name: string, found: string, cause: unknown): Fault {
    return new Fault("data", "An entry of the archive cannot be unpacked.", {
      file: this.#file,
      field: name,
      found,
      remedy: "Copy or write the archive again.",
      cause,
    });
  }
}

async function bytesOf(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
