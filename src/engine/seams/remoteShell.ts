/**
 * Seam 4 of 5: commands and streams on a machine. Implementations come with remote training: node-ssh, the system's
 * `ssh`, the local shell (this machine is a host, too).
 */
export interface RemoteCommand {
  /** Program and arguments; an implementation quotes them for the remote shell, callers never do. */
  readonly argv: readonly string[];
  readonly stdin: string | null;
  readonly timeoutMs: number;
}

export interface RemoteResult {
  /** Null when the connection ended before the exit status arrived: a failure, never a success. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RemoteShell {
  readonly host: string;
  execute(command: RemoteCommand, signal: AbortSignal): Promise<RemoteResult>;
  close(): Promise<void>;
}
