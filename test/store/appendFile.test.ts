import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppendFile, type AppendTarget } from "../../src/adapters/store/appendFile.js";
import { faultOf } from "./support.js";

/** A file in memory that fails as a disk does: short writes, then an error; failing fsync; failing truncation. */
class UnreliableFile implements AppendTarget {
  content = Buffer.alloc(0);
  closed = false;
  readonly #failures: (string | null)[];

  constructor(failures: readonly (string | null)[]) {
    this.#failures = [...failures];
  }

  #maybeFail(): void {
    const code = this.#failures.shift() ?? null;
    if (code !== null) throw Object.assign(new Error(code), { code });
  }

  async write(bytes: Buffer, offset: number, length: number): Promise<{ bytesWritten: number }> {
    const taken = Math.max(1, Math.floor(length / 2));
    this.content = Buffer.concat([this.content, bytes.subarray(offset, offset + taken)]);
    this.#maybeFail();
    return { bytesWritten: taken };
  }

  async datasync(): Promise<void> {
    this.#maybeFail();
  }

  async truncate(length: number): Promise<void> {
    this.#maybeFail();
    this.content = this.content.subarray(0, length);
  }

  async stat(): Promise<{ size: number }> {
    return { size: this.content.length };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

describe("appending", () => {
  it("holds exactly the acknowledged pieces after any failures of the disk, once the disk works again", async () => {
    const failure = fc.option(fc.constantFrom("ENOSPC", "EIO", "EDQUOT"), { nil: null, freq: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(failure, { maxLength: 60 }),
        fc.array(fc.array(fc.string({ maxLength: 12 }), { maxLength: 4 }), { maxLength: 8 }),
        async (failures, rounds) => {
          const target = new UnreliableFile(failures);
          const file = new AppendFile("log", target, 0);
          const acknowledged: string[] = [];
          for (const round of rounds) {
            await Promise.all(
              round.map(async (text) =>
                file.append(Buffer.from(`${text}\n`)).then(
                  () => acknowledged.push(`${text}\n`),
                  (fault: unknown) => expect(fault).toMatchObject({ name: "Fault", kind: "storage" }),
                ),
              ),
            );
          }
          // The failures may not be used up: append until one piece goes through.
          for (let attempt = 0; attempt <= failures.length; attempt += 1) {
            try {
              await file.append(Buffer.from("last\n"));
              acknowledged.push("last\n");
              break;
            } catch {
              continue;
            }
          }
          expect(target.content.toString()).toBe(acknowledged.join(""));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("gives each piece the offset at which it is", async () => {
    const target = new UnreliableFile([]);
    const file = new AppendFile("log", target, 0);
    const pieces = ["a", "bcd", "ef", "ghijk"];
    const offsets = await Promise.all(pieces.map(async (piece) => file.append(Buffer.from(piece))));
    expect(
      pieces.map((piece, index) =>
        target.content.toString("utf8", offsets[index], (offsets[index] ?? 0) + piece.length),
      ),
    ).toEqual(pieces);
  });

  it("writes nothing when the guard says that this process must not", async () => {
    const target = new UnreliableFile([]);
    const file = new AppendFile("log", target, 0, async () => {
      throw new Error("not ours any more");
    });
    await faultOf(file.append(Buffer.from("a")));
    expect(target.content.length).toBe(0);
  });

  it("notices that another program wrote to the file", async () => {
    const target = new UnreliableFile([]);
    const file = new AppendFile("log", target, 0);
    await file.append(Buffer.from("mine\n"));
    target.content = Buffer.concat([target.content, Buffer.from("theirs\n")]);
    const fault = await faultOf(file.append(Buffer.from("mine again\n")));
    expect(fault.message).toContain("Another program wrote");
    expect(target.content.toString()).toBe("mine\ntheirs\n");
  });

  it("closes after what was handed over is written, and takes nothing afterwards", async () => {
    const target = new UnreliableFile([]);
    const file = new AppendFile("log", target, 0);
    const written = file.append(Buffer.from("a\n"));
    await file.close();
    await written;
    expect(target.closed).toBe(true);
    expect(target.content.toString()).toBe("a\n");
    await expect(file.append(Buffer.from("b\n"))).rejects.toThrow("closed file");
  });
});
