"""A seccomp filter for one program: what it may not ask of the kernel.

The filter denies what a pure computation never needs: new processes and programs, sockets, signals to others, tracing,
mounting, namespaces, keys, memory files and everything newer than this list. It is written in classic BPF and
installed by ctypes. See `seccomp(2)` and the kernel's Documentation/userspace-api/seccomp_filter.rst.
"""

import ctypes
import errno
import os
import struct
from typing import Any, Callable, Dict, List, Optional, Tuple

_Numbers = Tuple[Optional[int], Optional[int]]

# System call numbers by machine: (x86_64, aarch64); None where the machine has no such call.
# New processes. Threads come through `clone`, whose flags are looked at below.
_FORKS: Dict[str, _Numbers] = {"fork": (57, None), "vfork": (58, None)}
_CALLS: Dict[str, _Numbers] = {
    "execve": (59, 221),
    "execveat": (322, 281),
    # The network. `socketpair` stays: event loops wake themselves with it.
    "socket": (41, 198),
    "connect": (42, 203),
    "accept": (43, 202),
    "accept4": (288, 242),
    "bind": (49, 200),
    "listen": (50, 201),
    # Other processes.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "set_mempolicy_home_node": (450, 450),
    # Memory and objects that outlive the program or escape its limits.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semctl": (66, 191),
    "msgget": (68, 186),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "mq_notify": (244, 184),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "mknod": (133, None),
    "mknodat": (259, 33),
    # Doors with a history of holes.
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_setup": (206, 0),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "fanotify_init": (300, 262),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "uselib": (134, None),
    "modify_ldt": (154, None),
    "personality": (135, 92),
    "vmsplice": (278, 75),
    "lookup_dcookie": (212, 18),
    # The machine and its namespaces.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "create_module": (174, None),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "acct": (163, 89),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "settimeofday": (164, 170),
    "adjtimex": (159, 171),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "nfsservctl": (180, 42),
}
_KILL, _TGKILL = (62, 129), (234, 131)
_CLONE, _CLONE3 = (56, 220), (435, 435)
_PRCTL, _PRLIMIT, _FCNTL, _IOCTL = (157, 167), (302, 261), (72, 25), (16, 29)
# The newest call that this list knows; later ones do not exist for the program.
_NEWEST = 462

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL_PROCESS = 0x7FFF0000, 0x80000000
_DENY, _ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_NUMBER, _ARCH, _FIRST, _SECOND = 0, 4, 16, 24

_CLONE_THREAD = 0x10000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_SIGNAL_FCNTL = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX
_SIGNAL_IOCTL = (0x8901, 0x8902, 0x5412)  # FIOSETOWN, SIOCSPGRP, TIOCSTI
_SET_MODE_FILTER = 1
_NO_MODE = 0xFFFF
_SECCOMP_CALL = (317, 277)

Instruction = Tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def machine() -> Optional[Tuple[int, int]]:
    """Column of the table and audit number of this machine, or None where no filter is known for it."""
    if struct.calcsize("P") != 8:
        return None
    return _MACHINES.get(os.uname().machine)


class Filter:
    """The filter in two parts, since the kernel looks at each call of a filter when it is installed: the long part is
    installed once, in the parent of all programs; the short part in each program, whose id it needs."""

    def __init__(self) -> None:
        here = machine()
        if here is None:
            raise OSError(errno.ENOSYS, "no seccomp filter is known for " + os.uname().machine)
        self._column, self._audit = here
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._call: Callable[..., int] = self._libc.syscall
        self._number = _SECCOMP_CALL[self._column]
        self._own: List[int] = []
        self._kept: List[Any] = []
        self._code = bytearray()
        # The same bytes as words: the second word of an instruction is its constant.
        self._words = memoryview(self._code).cast("I")
        self._program: Any = None

    def install_base(self) -> None:
        """Binds the calling process and its children to everything that a parent of programs needs as little as they."""
        if self._libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")
        self._install(self._point_at(bytearray(self._assemble(self._base_part()))))

    def ready(self) -> None:
        """Prepares `installer`, so that it is a single call in the new process."""
        self._code = bytearray(self._assemble(self._program_part()))
        self._words = memoryview(self._code).cast("I")
        self._program = self._point_at(self._code)

    def installer(self) -> Callable[[int, bool], None]:
        """A function that binds the calling process, whose id it is told: no new processes, no signals to others. With
        false it only rehearses."""
        words, places = self._words, [index * 2 + 1 for index in self._own]
        call, number, program = self._call, self._number, self._program

        def install(process: int, really: bool) -> None:
            for place in places:
                words[place] = process
            # A mode that does not exist changes nothing, but what the call prepares is then there.
            if call(number, _SET_MODE_FILTER if really else _NO_MODE, 0, program) != 0 and really:
                raise OSError(ctypes.get_errno(), "seccomp(SECCOMP_SET_MODE_FILTER)")

        return install

    def _point_at(self, code: bytearray) -> Any:
        buffer = (ctypes.c_char * len(code)).from_buffer(code)
        # The structure holds an address only, so the buffer is kept alive here.
        self._kept.append(buffer)
        return ctypes.byref(_Program(len(code) // 8, ctypes.addressof(buffer)))

    def _install(self, program: Any) -> None:
        if self._call(self._number, _SET_MODE_FILTER, 0, program) != 0:
            raise OSError(ctypes.get_errno(), "seccomp(SECCOMP_SET_MODE_FILTER)")

    def _assemble(self, part: List[Instruction]) -> bytes:
        code = [*self._head(), *part, (_RETURN, 0, 0, _ALLOW)]
        return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)

    def _head(self) -> List[Instruction]:
        return [
            (_LOAD, 0, 0, _ARCH),
            (_EQUAL, 1, 0, self._audit),
            (_RETURN, 0, 0, _KILL_PROCESS),
            (_LOAD, 0, 0, _NUMBER),
        ]

    def _base_part(self) -> List[Instruction]:
        # The first test covers the x32 calls, too, whose numbers have bit 30 set.
        code: List[Instruction] = [(_AT_LEAST, 0, 1, _NEWEST), (_RETURN, 0, 0, _ABSENT)]
        code += self._refuse(_CALLS)
        code += self._when(_FCNTL, _SECOND, _SIGNAL_FCNTL)
        return code + self._when(_IOCTL, _SECOND, _SIGNAL_IOCTL)

    def _program_part(self) -> List[Instruction]:
        code = self._refuse(_FORKS)
        code += [(_EQUAL, 0, 1, _CLONE3[self._column]), (_RETURN, 0, 0, _ABSENT)]
        # A clone without CLONE_THREAD is a new process.
        code += self._unless(_CLONE, [(_ANY_BIT, 1, 0, _CLONE_THREAD)])
        # A program may signal and limit itself only.
        for call, tests in ((_KILL, 1), (_TGKILL, 1), (_PRLIMIT, 2)):
            zero: List[Instruction] = [(_EQUAL, 2, 0, 0)] if tests == 2 else []
            self._own.append(len(self._head()) + len(code) + 2 + len(zero))
            code += self._unless(call, [*zero, (_EQUAL, 1, 0, 0)])
        return code + self._when(_PRCTL, _FIRST, (_PR_SET_PDEATHSIG,))

    def _refuse(self, calls: Dict[str, _Numbers]) -> List[Instruction]:
        code: List[Instruction] = []
        for numbers in calls.values():
            number = numbers[self._column]
            if number is not None:
                code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _DENY)]
        return code

    def _unless(self, call: Tuple[int, int], tests: List[Instruction]) -> List[Instruction]:
        """`call` is refused unless a test on its first argument jumps over the refusal."""
        return [
            (_EQUAL, 0, len(tests) + 3, call[self._column]),
            (_LOAD, 0, 0, _FIRST),
            *tests,
            (_RETURN, 0, 0, _DENY),
            (_RETURN, 0, 0, _ALLOW),
        ]

    def _when(self, call: Tuple[int, int], offset: int, values: Tuple[int, ...]) -> List[Instruction]:
        """`call` is refused when an argument has one of the values."""
        tests = [(_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
        return [
            (_EQUAL, 0, len(tests) + 3, call[self._column]),
            (_LOAD, 0, 0, offset),
            *tests,
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _DENY),
        ]
