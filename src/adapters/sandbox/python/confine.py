"""What each process of a task gives up before it runs anything: files, identity, resources, system calls."""

import ctypes
import os
import resource
import signal
import sys
from typing import Any, Callable, Dict, List, Optional

import seccomp

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36

LINUX = sys.platform.startswith("linux")


class Confinement:
    """Limits of one worker, prepared once so that each task pays only for setting them."""

    def __init__(self, options: Dict[str, Any]) -> None:
        self._memory = int(options["memoryMb"]) << 20
        self._file = int(options["fileMb"]) << 20
        self._files = int(options["openFiles"])
        self._threads: Optional[int] = options["threads"]
        self._filter = seccomp.Filter() if LINUX and options["seccomp"] else None
        # In a pid namespace nothing outlives the worker; elsewhere each process must see to that.
        self._orphans = LINUX and bool(options["parentDeathSignal"])

    def prepare(self) -> None:
        """Binds the calling process to what it shares with the programs that it will fork, so that each of them has
        less to do: page faults after a fork are most of the price of a task."""
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_FSIZE, self._file)
        _limit(resource.RLIMIT_NOFILE, self._files)
        if LINUX:
            _limit(resource.RLIMIT_AS, self._memory)
            _limit(resource.RLIMIT_MEMLOCK, 0)
            _limit(resource.RLIMIT_MSGQUEUE, 0)
            _limit(resource.RLIMIT_SIGPENDING, 64)
        if self._threads is not None:
            _limit(resource.RLIMIT_NPROC, self._threads)
        if self._filter is not None:
            self._filter.install_base()
            self._filter.ready()

    def entrance(self, identity: Optional[int]) -> Callable[[int, Optional[int], bool], None]:
        """A function that binds the calling process for good, as a child of one that was prepared. `identity` is its
        own user id where the server may give it one. Its arguments are the process with which it ends, the seconds of
        CPU time that it has, and false to rehearse: that changes nothing, but what the interpreter prepares when code
        runs for the first times is then there to be inherited. All that it needs is in its own cells, since each page
        that a search for a name writes has to be copied for a new process."""
        setrlimit, cpu, now = resource.setrlimit, resource.RLIMIT_CPU, resource.getrlimit(resource.RLIMIT_CPU)
        setresgid, setresuid = getattr(os, "setresgid", None), getattr(os, "setresuid", None)
        getpid, orphans = os.getpid, self._orphans
        install = None if self._filter is None else self._filter.installer()

        def enter(parent: int, cpu_seconds: Optional[int], really: bool) -> None:
            if cpu_seconds is not None:
                # SIGXCPU comes at the soft limit, SIGKILL one second later.
                setrlimit(cpu, (cpu_seconds, cpu_seconds + 1) if really else now)
            if identity is not None:
                # -1 leaves an id as it is.
                own = identity if really else -1
                setresgid(own, own, own)
                setresuid(own, own, own)
            if orphans and really:
                # After the change of user, which clears it.
                die_with_parent()
                if os.getppid() != parent:
                    os._exit(1)
            if install is not None:
                install(getpid(), really)

        return enter


def _limit(name: int, soft: int, hard: Optional[int] = None) -> None:
    """Sets a limit, never above the hard limit that is in force already."""
    wanted = soft if hard is None else hard
    _, ceiling = resource.getrlimit(name)
    if ceiling != resource.RLIM_INFINITY:
        soft, wanted = min(soft, ceiling), min(wanted, ceiling)
    resource.setrlimit(name, (soft, wanted))


def undumpable() -> None:
    """Hides the memory of the calling process from others of the same user."""
    if LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def die_with_parent() -> None:
    """Ends the calling process when the process that started it ends."""
    if LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def keep_to(turn: int) -> None:
    """Keeps the calling process and its future children on one of the processors that it may use: those of a worker
    take turns, and waking the next one on another processor costs more than most of what it then does. What else runs
    on the machine is moved out of the way by the system."""
    if hasattr(os, "sched_setaffinity"):
        try:
            allowed = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(0, {allowed[turn % len(allowed)]})
        except OSError:
            # It only makes tasks faster.
            pass


def drop_capabilities() -> None:
    """Takes the powers of root from the calling process where it has them."""
    if LINUX:
        # Version 3 of the header; two sets of three words, all empty.
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        if ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()) != 0:
            raise OSError(ctypes.get_errno(), "capset")


def subreaper() -> None:
    """Makes orphans of the calling process's descendants its own children."""
    if LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def forker() -> Callable[[], int]:
    """A cheaper `os.fork` for a process with a single thread; negative when it fails. The interpreter's own fork also
    makes its locks anew and forgets threads, of which there are none here, and each page that this writes has to be
    copied for the new process."""
    if not LINUX:
        return os.fork
    # A `PyDLL` keeps the interpreter's lock during the call.
    fork: Callable[[], int] = ctypes.PyDLL(None).fork
    return fork


def waiter() -> Callable[[], int]:
    """Reaps a child that has ended and returns its id: 0 when none has ended, -1 when there are no children. The
    interpreter's own would raise an exception after each task, with a message that it has to look up."""
    wait = ctypes.PyDLL(None).waitpid
    return lambda: int(wait(-1, None, os.WNOHANG))


def take_descriptors(wanted: List[int]) -> None:
    """Makes `wanted` the descriptors 0, 1, 2, … of the process and closes all others."""
    # First out of the way, so that no descriptor is overwritten before it is moved.
    high = [os.dup2(descriptor, 32 + index) for index, descriptor in enumerate(wanted)]
    for index, descriptor in enumerate(high):
        os.dup2(descriptor, index)
    os.closerange(len(wanted), 1024)
