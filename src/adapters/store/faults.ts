import { Fault } from "../../engine/fault.js";

interface Explanation {
  readonly message: string;
  readonly remedy: string;
}

const explanations: { readonly [code: string]: Explanation } = {
  ENOSPC: {
    message: "The disk is full.",
    remedy: "Free space on this disk, then resume; what is already in the file is kept.",
  },
  EDQUOT: {
    message: "The disk quota is used up.",
    remedy: "Free space or ask for a larger quota, then resume; what is already in the file is kept.",
  },
  EFBIG: {
    message: "The file is larger than its file system or a limit (ulimit -f) allows.",
    remedy: "Raise the limit or move the project to another file system, then resume.",
  },
  EROFS: {
    message: "The file system is read-only.",
    remedy: "Mount it writable, or copy the project to a folder that can be written.",
  },
  EACCES: {
    message: "The file may not be accessed.",
    remedy: "Give yourself read and write permission, then try again.",
  },
  EPERM: {
    message: "The system does not permit it.",
    remedy: "Check the permissions and attributes of the folder (for example an immutable flag), then try again.",
  },
  ENOENT: { message: "The file does not exist.", remedy: "Check the path; if a run was deleted, start it anew." },
  ENOTDIR: {
    message: "A part of the path is a file and not a folder.",
    remedy: "Move that file away, then try again.",
  },
  EISDIR: { message: "There is a folder where a file is expected.", remedy: "Move that folder away, then try again." },
  EMFILE: { message: "Too many files are open.", remedy: "Raise the limit of open files (ulimit -n), then resume." },
  ENFILE: { message: "Too many files are open on this machine.", remedy: "Close other programs, then resume." },
  EIO: {
    message: "The disk reports an input or output error.",
    remedy: "Check the disk and the system's log, then resume.",
  },
  ESTALE: { message: "The network drive lost this file.", remedy: "Check the network drive, then resume." },
  ENAMETOOLONG: {
    message: "The path is too long for this file system.",
    remedy: "Move the project to a shorter path.",
  },
};

/** The error code of the operating system, such as `ENOSPC`, or undefined for anything else. */
export function errorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
}

/** What the disk refused, as a fault `storage` that names the file and the remedy; a fault is kept as it is. */
export function storageFault(thrown: unknown, file: string): Fault {
  if (thrown instanceof Fault) return thrown;
  const code = errorCode(thrown);
  const known = code === undefined ? undefined : explanations[code];
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new Fault("storage", known?.message ?? `The file cannot be read or written: ${reason}`, {
    file,
    ...(code === undefined ? {} : { found: code }),
    remedy: known?.remedy ?? "Check the disk and the folder, then resume.",
    cause: thrown,
  });
}

/** Runs an operation on a file and turns what the disk refuses into a fault. */
export async function onDisk<T>(file: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (thrown) {
    throw storageFault(thrown, file);
  }
}

/** The same, with `absent` in place of a file that does not exist. */
export async function unlessAbsent<T, A>(file: string, absent: A, operation: () => Promise<T>): Promise<T | A> {
  try {
    return await operation();
  } catch (thrown) {
    if (errorCode(thrown) === "ENOENT") return absent;
    throw storageFault(thrown, file);
  }
}
