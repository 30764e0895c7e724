"""Entry point of one sandbox worker: `python3 -s -S -B server.py OPTIONS`, started by the TypeScript side.

OPTIONS is a JSON object. Tasks arrive as frames on standard input and answers leave on standard output (`wire.py`);
the first frame says that the worker is ready and which layers are in force. Standard error is for the harness's own
trouble.
"""

import _socket
import gc
import json
import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Python puts the folder of the script first; programs must not find the harness there.
sys.path[0] = HERE

import confine  # noqa: E402
import landlock  # noqa: E402
import seccomp  # noqa: E402
import wire  # noqa: E402
import zygote  # noqa: E402

sys.path.pop(0)

# Modules that programs import often and that are cheap to fork.
_COMMON = "bisect collections copy functools heapq itertools math operator re string typing"
for _name in _COMMON.split():
    __import__(_name)


def start_again(bytecode: str) -> None:
    """Replaces this interpreter by one that loads the harness from bytecode.

    Compiling leaves holes in the memory, and each page of it would be copied for each program.
    """
    import py_compile

    os.makedirs(bytecode, exist_ok=True)
    for name in os.listdir(HERE):
        if name.endswith(".py"):
            py_compile.compile(os.path.join(HERE, name), os.path.join(bytecode, name + "c"), doraise=True)
    server = os.path.join(bytecode, "server.pyc")
    os.execv(sys.executable, [sys.executable, "-s", "-S", "-B", server, *sys.argv[1:]])


def main() -> None:
    options = json.loads(sys.argv[1])
    bytecode = os.path.join(options["base"], "bytecode")
    if HERE != bytecode:
        start_again(bytecode)
    # Nothing below may read or write the channel by accident.
    tasks = wire.Channel(os.dup(0), os.dup(1))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    os.umask(0o077)
    confine.keep_to(options["processor"])
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    if options["parentDeathSignal"]:
        confine.die_with_parent()
    confine.undumpable()
    abi = 0
    if options["landlock"] == "required" or (options["landlock"] == "optional" and landlock.version() > 0):
        abi = landlock.restrict(options["readable"], options["writable"])
    if options["identity"] is None:
        confine.drop_capabilities()
    else:
        os.setgroups([])
    options["seccomp"] = options["seccomp"] and confine.LINUX and seccomp.machine() is not None
    confinement = confine.Confinement(options)
    # Objects that live from here on are never looked at by the collector, so forks do not copy their pages.
    gc.collect()
    gc.freeze()
    ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
    if os.fork() == 0:
        ours.close()
        tasks.close()
        # A program must not find these by chance when it imports a module of the same name.
        for name in ("candidate", "confine", "landlock", "plain", "seccomp", "wire", "zygote"):
            sys.modules.pop(name)
        try:
            zygote.Zygote(its, confinement, options["base"], zygote.identity_of(options, 0)).serve()
        finally:
            os._exit(0)
    its.close()
    # Only now: what the judges need would make each fork of a program dearer.
    sys.path.insert(0, HERE)
    import supervisor

    sys.path.pop(0)
    zygote.remove(bytecode)
    confinement.prepare()
    gc.freeze()
    tasks.send(
        {
            "ready": True,
            "python": sys.version.split()[0],
            "landlock": abi,
            "seccomp": options["seccomp"],
            "identities": options["identity"] is not None,
        }
    )
    supervisor.Supervisor(tasks, ours, confinement, options).serve()


main()
