import { existsSync, lstatSync, readlinkSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { SandboxLayer } from "../../engine/seams/index.js";
import type { Python } from "./python.js";

/** Limits of one task. */
export interface SandboxLimits {
  /** Address space of each process of a task, in MiB. */
  readonly memoryMb: number;
  /** Largest file that a program may write, in MiB. */
  readonly fileMb: number;
  /** Files and folders that a program may make. */
  readonly files: number;
  /** Room for all files of a program, in MiB, where the layer has its own file system. */
  readonly diskMb: number;
  readonly openFiles: number;
  /** Threads of a program, where the system counts them for it alone. New processes are always refused. */
  readonly threads: number;
  /** Bytes that a program may print before it is ended. */
  readonly outputBytes: number;
  /** Bytes of what it printed that a verdict keeps. */
  readonly shownBytes: number;
}

export const DEFAULT_LIMITS: SandboxLimits = {
  memoryMb: 1024,
  fileMb: 16,
  files: 1000,
  diskMb: 64,
  openFiles: 64,
  threads: 64,
  outputBytes: 1 << 20,
  shownBytes: 8192,
};

/** One way to start a worker. */
export interface Variant {
  readonly layer: SandboxLayer;
  /** Says what it is, for `doctor`. */
  readonly title: string;
  /** True where programs and judges get user ids of their own, which only root can give. */
  readonly identities: boolean;
}

/** The ways to try for a layer, best first. */
export function variantsOf(layer: SandboxLayer): Variant[] {
  const root = process.getuid?.() === 0;
  const title = { bubblewrap: "bubblewrap", landlock: "Landlock and seccomp", process: "plain process" }[layer];
  const plain: Variant = { layer, title, identities: false };
  return root && layer !== "process"
    ? [{ layer, title: `${title} with user ids of its own`, identities: true }, plain]
    : [plain];
}

/** How to start a worker, and how to clean up after it. */
export interface Launch {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

// Inside bubblewrap. Names that hide no folder of the host in which an interpreter may be installed.
const INNER_BASE = "/scratch";
const INNER_HARNESS = "/preceptor";

// Far above the ids that systems give to people and services; the process id keeps two Preceptors apart.
const FIRST_IDENTITY = 1_879_048_192;
const IDENTITIES = 64;

/** Command line of worker `index`. Makes a temporary folder where the layer has no file system of its own. */
export async function launchOf(
  variant: Variant,
  python: Python,
  harness: string,
  limits: SandboxLimits,
  index: number,
): Promise<Launch> {
  const contained = variant.layer === "bubblewrap";
  const base = contained ? INNER_BASE : await mkdtemp(join(tmpdir(), "preceptor-sandbox-"));
  // Programs with other user ids have to pass through it.
  if (!contained) await chmod(base, variant.identities ? 0o711 : 0o700);
  const identity = FIRST_IDENTITY + (process.pid % 2 ** 20) * IDENTITIES + (index % (IDENTITIES / 2)) * 2;
  const options = {
    base,
    identity: variant.identities ? identity : null,
    memoryMb: limits.memoryMb,
    fileMb: limits.fileMb,
    files: limits.files,
    openFiles: limits.openFiles,
    // Without own identities or an own user namespace, the system counts all processes of the user.
    threads: variant.identities || contained ? limits.threads : null,
    outputBytes: limits.outputBytes,
    shownBytes: limits.shownBytes,
    seccomp: true,
    landlock: variant.layer === "landlock" ? "required" : contained ? "optional" : "off",
    readable: contained ? ["/"] : [...readablePaths(python), harness, "/dev/zero", "/dev/urandom"],
    writable: [base, "/dev/null"],
    ownMount: contained,
    parentDeathSignal: !contained,
    // The process id keeps runners of one worker each apart.
    processor: process.pid + index,
  };
  const server = join(contained ? INNER_HARNESS : harness, "server.py");
  // Not `-I`, which would ignore the seed of hashes; nothing else is in the environment.
  const inside = [python.executable, "-s", "-S", "-B", server, JSON.stringify(options)];
  const environment = {
    PYTHONHASHSEED: "0",
    // Functions are looked up once, not in each process that is forked.
    LD_BIND_NOW: "1",
    LANG: "C.UTF-8",
    PATH: "/usr/bin:/bin",
  };
  const dispose = async (): Promise<void> => {
    if (!contained) await rm(base, { recursive: true, force: true });
  };
  if (!contained) return { command: python.executable, arguments: inside.slice(1), environment, dispose };
  const bubblewrap = [...bubblewrapArguments(variant, python, harness, limits), ...inside];
  return { command: bubblewrapPath() ?? "bwrap", arguments: bubblewrap, environment, dispose };
}

/** Where the system's bubblewrap is; null when it is not installed. */
export function bubblewrapPath(): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  return folders.map((folder) => join(folder, "bwrap")).find((path) => existsSync(path)) ?? null;
}

const LIBRARIES = [
  "/lib",
  "/lib64",
  "/lib32",
  "/usr/lib",
  "/usr/lib64",
  "/usr/local/lib",
  "/nix/store",
  "/etc/ld.so.cache",
];

/** What an interpreter reads: its own files and the system's libraries. */
function readablePaths(python: Python): string[] {
  // The prefix of the system's interpreter is `/usr` itself, of which only the parts above are shown.
  const prefix = ["/", "/usr", "/usr/local"].includes(python.prefix) ? [] : [python.prefix];
  const paths = [...LIBRARIES, ...prefix, ...python.library, python.executable, "/usr/share/zoneinfo"];
  return [...new Set(paths)].filter((path) => existsSync(path));
}

function foldersAbove(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

function bubblewrapArguments(variant: Variant, python: Python, harness: string, limits: SandboxLimits): string[] {
  const words = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"];
  if (variant.identities) {
    // The worker gives each process an id of its own and loses these by that; see `identity` above.
    const kept = ["SETUID", "SETGID", "CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL"];
    words.push("--cap-drop", "ALL", ...kept.flatMap((name) => ["--cap-add", `CAP_${name}`]));
  } else {
    words.push("--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL");
  }
  words.push("--die-with-parent", "--new-session", "--hostname", "sandbox");
  const readable = readablePaths(python);
  // Left to itself, bubblewrap makes folders above a home closed to other user ids.
  for (const folder of new Set(readable.flatMap(foldersAbove))) words.push("--perms", "0755", "--dir", folder);
  for (const path of readable) {
    // On most systems `/lib` is a link into `/usr`.
    const link = lstatSync(path).isSymbolicLink() && path.lastIndexOf("/") === 0;
    words.push(...(link ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path]));
  }
  // Neither /proc nor the host's /tmp, /run, /etc, /home; of /dev only what a computation needs.
  for (const device of ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"])
    words.push("--dev-bind", device, device);
  words.push("--ro-bind", harness, INNER_HARNESS);
  words.push("--perms", "0711", "--size", String(limits.diskMb * 2 ** 20), "--tmpfs", INNER_BASE, "--remount-ro", "/");
  return [...words, "--chdir", "/", "--"];
}
