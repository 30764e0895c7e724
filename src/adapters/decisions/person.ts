import { execFileSync } from "node:child_process";
import os from "node:os";

/**
 * Who decides: the name that git writes into commits of this folder, since decisions are made to be committed beside
 * them; without one, the name that the operating system knows.
 */
export function personName(folder: string): string {
  return gitName(folder) ?? systemName();
}

function gitName(folder: string): string | null {
  try {
    const name = execFileSync("git", ["config", "--get", "user.name"], {
      cwd: folder,
      encoding: "utf8",
      timeout: 2000,
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    return name === "" ? null : name;
  } catch {
    // No git, no name in it, or no such folder: the decision does not depend on it.
    return null;
  }
}

function systemName(): string {
  try {
    return os.userInfo().username;
  } catch {
    // Containers may run under a user id without a name; a decision does not depend on it.
    return "somebody";
  }
}
