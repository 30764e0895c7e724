"""The zygote: forks a fresh process for each program and never sees a test or a program itself.

A program may read all memory of its own process, and a fork copies the memory of its parent. So the processes that run
programs are forked from here, where the text of tests and of other programs never arrives: the descriptors of the
pipes come over a socket, and the new process reads its program from its own pipe.
"""

import _socket
import gc
import os
import signal
import stat
import struct
import sys
import time
from typing import Any, Callable, Dict, List, Optional

import candidate
import confine
import wire

# Seconds that a program which closed its pipe has to end by itself, so that its real exit status is known.
_GRACE = 0.05
_NUMBER = struct.Struct(">i")
# A program's output (twice), requests and replies become its descriptors as they arrive; 0 is the null device.
_PROGRAM_DESCRIPTORS = struct.pack("4i", 1, 2, 3, 4)
# The zygote's own: its supervisor and standard error. No program keeps them.
_CONNECTION, _STDERR = 5, 6
_DESCRIPTORS_END = 16
_LARGE = 100_000
# Without the search for a name that the enumeration needs.
_SIGKILL = int(signal.SIGKILL)


class Zygote:
    """Answers one supervisor over one socket; one program at a time."""

    def __init__(
        self, connection: _socket.socket, confinement: confine.Confinement, base: str, identity: Optional[int]
    ) -> None:
        confine.take_descriptors([0, 0, 0, 0, 0, connection.detach(), 2])
        os.closerange(1, _CONNECTION)
        self._connection = _socket.socket(fileno=_CONNECTION)
        self._confinement = confinement
        self._base = base
        self._folder = os.path.join(base, "task")
        self._identity = identity
        self._wait_for_any = confine.waiter()

    def serve(self) -> None:
        try:
            self._serve()
        except BaseException as error:
            os.write(_STDERR, ("the zygote failed: %s: %s" % (type(error).__name__, error)).encode("utf-8", "replace"))
            raise

    def _serve(self) -> None:
        confine.subreaper()
        self._confinement.prepare()
        os.environ.clear()
        os.environ["TMPDIR"] = self._folder
        fork = confine.forker()
        become_program = self._program()
        _rehearse(become_program)
        gc.collect()
        self._fillers = _fill_holes()
        gc.freeze()
        me = os.getpid()
        while True:
            message, descriptors = wire.receive_descriptors(self._connection, 64, len(_PROGRAM_DESCRIPTORS))
            if not message:
                return
            if descriptors != _PROGRAM_DESCRIPTORS:
                raise OSError("the descriptors of a program arrived as %r" % (descriptors,))
            os.mkdir(self._folder, 0o700)
            if self._identity is not None:
                os.chown(self._folder, self._identity, self._identity)
            os.chdir(self._folder)
            seconds = int(message)
            # A large request makes the allocator sort what is free, once for all and not in each program.
            os.read(0, _LARGE)
            process = fork()
            if process == 0:
                become_program(me, seconds, True)
            if process < 0:
                raise OSError("no process could be forked")
            os.closerange(1, 5)
            ending = self._connection.recv(1)
            status = self._end(process, graceful=ending == b"g")
            self._clean()
            if not ending:
                return
            self._connection.send(_NUMBER.pack(status))

    def _program(self) -> Callable[[int, int, bool], None]:
        """The life of a program's process after the fork, which never returns; for `enter` see `confine.entrance`."""
        enter = self._confinement.entrance(self._identity)
        closerange, setsid, leave, closed = os.closerange, os.setsid, os._exit, wire.Closed
        serve = candidate.Agent(wire.Channel(3, 4)).serve

        def become_program(parent: int, cpu_seconds: int, really: bool) -> None:
            try:
                closerange(_CONNECTION if really else _DESCRIPTORS_END, _DESCRIPTORS_END)
                if really:
                    setsid()
                enter(parent, cpu_seconds, really)
                if not really:
                    return
                serve()
            except closed:
                pass
            except BaseException as error:  # noqa: B036 - the process must never return into the zygote's loop
                # The reason goes to the captured output; the judge sees a closed pipe.
                try:
                    os.write(2, ("%s: %s" % (type(error).__name__, error)).encode("utf-8", "replace")[:500])
                except OSError:
                    pass
                leave(70)
            finally:
                if really:
                    leave(0)

        return become_program

    def _end(self, process: int, graceful: bool) -> int:
        """Kills the program and everything it left behind; returns its wait status."""
        status: Optional[int] = None
        until = time.monotonic() + _GRACE if graceful else 0.0
        while graceful and status is None and time.monotonic() < until:
            ended, code = os.waitpid(process, os.WNOHANG)
            if ended:
                status = code
            else:
                time.sleep(0.002)
        try:
            os.killpg(process, _SIGKILL)
        except (ProcessLookupError, PermissionError):
            if status is None:
                os.kill(process, _SIGKILL)
        while status is None:
            ended, code = os.waitpid(process, 0)
            status = code
        self._sweep()
        return status

    def _sweep(self) -> None:
        """Ends orphans: they became children of this process, which is their subreaper."""
        while True:
            ended = self._wait_for_any()
            if ended < 0:
                return
            if ended > 0:
                continue
            for child in children():
                try:
                    os.kill(child, _SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.001)

    def _clean(self) -> None:
        os.chdir("/")
        try:
            os.rmdir(self._folder)
            if self._identity is not None:
                # Only there could a program with its own user id make anything.
                return
        except OSError:
            # It is not empty, or the program removed it.
            pass
        for name in os.listdir(self._base):
            remove(os.path.join(self._base, name))


# A program and a call, of which nothing stays.
_REHEARSAL = (
    ["start", "from typing import List\ndef f(x: List[int]) -> int:\n    return x[0] + 1\n", [], ["f"]],
    ["call", 0, [["l", 1]], {}],
    ["call", 0, ["a"], {}],
)


def _rehearse(become_program: Callable[[int, int, bool], None]) -> None:
    """Runs the programs' side of a task in this process. What the interpreter prepares when code runs for the first
    times (specialized instructions, caches of attributes) is then shared by all programs, where each would have to
    copy the pages of it."""
    for _ in range(16):
        become_program(0, 0, False)
        requests, to_agent = os.pipe()
        replies, from_agent = os.pipe()
        sender = wire.Channel(-1, to_agent)
        for request in _REHEARSAL:
            sender.send(request)
        os.close(to_agent)
        try:
            candidate.Agent(wire.Channel(requests, from_agent)).serve()
        except wire.Closed:
            pass
        for descriptor in (requests, replies, from_agent):
            os.close(descriptor)
    candidate.forget()


# CPython keeps small objects in pools of one size each, behind a header (Objects/obmalloc.c).
_POOL = 16384 if sys.version_info >= (3, 10) else 4096
_POOL_HEADER = 48
# Holes of one size that are filled at most, in bytes; an allocator of another kind has no such pools.
_MOST_HOLES = 1 << 18


def _fill_holes() -> List[Any]:
    """Objects of each size for all holes between others, up to the first in a fresh pool. What a program asks for then
    lies behind that and next to the header, where it would have to copy a page for the hole and one for the header."""
    fillers: List[Any] = []
    empty = sys.getsizeof(b"")
    for size in range(16, 513, 16):
        for index in range(_MOST_HOLES // size):
            filler: Any = object() if size == 16 else float(index) if size == 32 else bytes(size - empty)
            fillers.append(filler)
            if id(filler) % _POOL == _POOL_HEADER:
                break
    return fillers


def children() -> List[int]:
    """Ids of the children of the calling process, where the system tells."""
    try:
        with open("/proc/thread-self/children", encoding="ascii") as listing:
            return [int(word) for word in listing.read().split()]
    except OSError:
        return []


def remove(path: str) -> None:
    """Removes what a program left, also folders that it made unreadable. Follows no links."""
    if not stat.S_ISDIR(os.lstat(path).st_mode):
        os.unlink(path)
        return
    # The program has ended, so nobody races with the walk.
    os.chmod(path, 0o700)
    for folder, folders, _ in os.walk(path):
        for name in folders:
            inner = os.path.join(folder, name)
            if not os.path.islink(inner):
                os.chmod(inner, 0o700)
    for folder, folders, files in os.walk(path, topdown=False):
        for name in files:
            os.unlink(os.path.join(folder, name))
        for name in folders:
            inner = os.path.join(folder, name)
            if os.path.islink(inner):
                os.unlink(inner)
            else:
                os.rmdir(inner)
    os.rmdir(path)


def identity_of(options: Dict[str, Any], role: int) -> Optional[int]:
    """User id of the programs (role 0) or the judges (role 1); None where they keep the server's."""
    base = options["identity"]
    return None if base is None else int(base) + role
