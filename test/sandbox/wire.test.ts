import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/project.js";

/** Sends over a connection that refuses so often, as the system does while other sandboxes have too many under way. */
function sendRefused(refusals: number): { readonly status: number | null; readonly sent: string } {
  const program = [
    "import sys",
    "sys.path.insert(0, sys.argv[1])",
    "import wire",
    "wire._MOST_PAUSES = 5",
    "class Connection:",
    "    tries = 0",
    "    def sendmsg(self, message, ancillary):",
    "        self.tries += 1",
    "        if self.tries <= int(sys.argv[2]):",
    "            raise OSError(109, 'Too many references')",
    "        return len(message[0])",
    "connection = Connection()",
    "wire.send_descriptors(connection, b'order', b'')",
    "print(connection.tries)",
  ].join("\n");
  const folder = path.join(root, "src", "adapters", "sandbox", "python");
  const { status, stdout } = spawnSync("python3", ["-B", "-c", program, folder, String(refusals)], {
    encoding: "utf8",
  });
  return { status, sent: stdout.trim() };
}

describe("descriptors on their way into a sandbox", () => {
  it("wait while other sandboxes of the user have too many under way", () => {
    expect(sendRefused(3)).toEqual({ status: 0, sent: "4" });
  });

  it("are given up when that does not end", () => {
    expect(sendRefused(100).status).toBe(1);
  });
});
