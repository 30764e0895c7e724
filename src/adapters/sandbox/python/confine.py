"""What each process of a task gives up before it runs anything: files, identity, resources, system calls."""

import ctypes
import os
import resource
import signal
import sys
from typing import Any, Dict, List, Optional

import seccomp

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36

LINUX = sys.platform.startswith("linux")

# What each program's process calls. A global name is found with fewer pages written than an attribute of a module.
_setrlimit, _RLIMIT_CPU, _getpid = resource.setrlimit, resource.RLIMIT_CPU, os.getpid
_setresgid, _setresuid = getattr(os, "setresgid", None), getattr(os, "setresuid", None)


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

    def enter(self, identity: Optional[int], cpu_seconds: Optional[int], parent: int) -> None:
        """Binds the calling process for good, as a child of one that was prepared. `identity` is its own user id where
        the server may give it one; `parent` is the process with which it ends."""
        if cpu_seconds is not None:
            # SIGXCPU comes at the soft limit, SIGKILL one second later.
            _setrlimit(_RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
        if identity is not None:
            _setresgid(identity, identity, identity)
            _setresuid(identity, identity, identity)
        if self._orphans:
            # After the change of user, which clears it.
            die_with_parent()
            if os.getppid() != parent:
                os._exit(1)
        if self._filter is not None:
            self._filter.install(_getpid())


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


def take_descriptors(wanted: List[int]) -> None:
    """Makes `wanted` the descriptors 0, 1, 2, … of the process and closes all others."""
    # First out of the way, so that no descriptor is overwritten before it is moved.
    high = [os.dup2(descriptor, 32 + index) for index, descriptor in enumerate(wanted)]
    for index, descriptor in enumerate(high):
        os.dup2(descriptor, index)
    os.closerange(len(wanted), 1024)
