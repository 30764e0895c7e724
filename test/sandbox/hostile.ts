/** Programs that attack their sandbox or their verdict. Each is judged by the same test: `f(2) == 5`. */

export interface Hostile {
  readonly name: string;
  readonly program: string;
  /** Outcomes that show that the attack came to nothing; never `passed`. */
  readonly outcomes: readonly string[];
}

/** A file of the host that no program may read or change, a folder that it may not write to, a process, a port. */
export interface Host {
  readonly secret: string;
  readonly folder: string;
  readonly process: number;
  readonly port: number;
}

const WRONG = ["assertion"];
const REFUSED = ["forbidden", "assertion", "exception"];
const BROKEN = ["killed", "assertion", "exception", "timeout"];

function attack(name: string, body: string, outcomes: readonly string[] = REFUSED, before = ""): Hostile {
  const lines = body.split("\n").map((line) => `    ${line}`);
  return { name, program: `${before}\ndef f(n):\n${lines.join("\n")}\n`, outcomes };
}

/** Every attack as a program; `host` names what it goes for. */
export function hostilePrograms(host: Host): Hostile[] {
  const secret = JSON.stringify(host.secret);
  const outside = JSON.stringify(`${host.folder}/written`);
  const pid = String(host.process);
  return [
    // Resources.
    attack("fork bomb", "import os\nwhile True:\n    os.fork()"),
    attack("fork through ctypes", "import ctypes\nlibc = ctypes.CDLL(None)\nreturn 5 if libc.fork() > 0 else 4"),
    attack(
      "raw clone system call",
      "import ctypes, platform\nnumber = 56 if platform.machine() == 'x86_64' else 220\nr = ctypes.CDLL(None).syscall(number, 17, 0, 0, 0, 0)\nreturn 5 if r > 0 else 4",
    ),
    attack(
      "thread bomb",
      "import threading, time\nthreading.stack_size(32768)\nwhile True:\n    threading.Thread(target=time.sleep, args=(60,)).start()",
      ["exception", "memory", "timeout", "killed"],
    ),
    attack("memory by a list", "x = []\nwhile True:\n    x.append(bytearray(1 << 20))", ["memory", "timeout"]),
    attack("memory by one number", "return len(str(10 ** 10 ** 9))", ["memory", "timeout", "exception"]),
    attack("memory by mmap", "import mmap\nx = []\nwhile True:\n    x.append(mmap.mmap(-1, 1 << 26))", [
      "memory",
      "exception",
      "killed",
      "forbidden",
      "output",
    ]),
    attack("memory files", "import os\nfd = os.memfd_create('x')\nreturn 5"),
    attack("giant answer", "return 'x' * (200 << 20)", ["memory", "killed", "timeout"]),
    attack("endless answer", "class L(list):\n    def __iter__(self):\n        while True: yield 1\nwhile True: pass", [
      "timeout",
    ]),
    attack("deep answer", "x = []\nfor _ in range(100000): x = [x]\nreturn x", ["assertion", "exception", "killed"]),
    attack("cyclic answer", "x = []\nx.append(x)\nreturn x", ["assertion", "exception", "killed"]),
    attack("output flood", "while True: print('x' * 65536)", ["output"]),
    attack("output flood on stderr", "import os\nwhile True: os.write(2, b'x' * 65536)", ["output"]),
    attack("endless loop", "while True: pass", ["timeout"]),
    attack("endless sleep", "import time\ntime.sleep(1000)", ["timeout"]),
    attack(
      "signals that dodge the limit",
      "import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile True: pass",
      ["timeout"],
    ),
    attack(
      "exceptions that dodge the limit",
      "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
      ["timeout"],
    ),
    attack(
      "threads that outlive",
      "import threading, os\ndef go():\n    while True: pass\nfor _ in range(4): threading.Thread(target=go).start()\nreturn 4",
      ["assertion", "timeout"],
    ),
    attack("deep recursion", "import sys\nsys.setrecursionlimit(10 ** 9)\ndef g(n): return g(n + 1) + 1\nreturn g(0)", [
      "killed",
      "exception",
      "memory",
      "timeout",
    ]),
    attack("many files", "i = 0\nwhile True:\n    open(str(i), 'w').close()\n    i += 1", [
      "output",
      "timeout",
      "exception",
    ]),
    attack(
      "large files",
      "i = 0\nwhile True:\n    with open(str(i), 'wb') as f: f.write(b'x' * (64 << 20))\n    i += 1",
      ["output", "exception"],
    ),
    attack(
      "raising its own limits",
      "import resource\nfor name in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC):\n    resource.setrlimit(name, (-1, -1))\nreturn 5",
      ["exception", "forbidden"],
    ),
    // The host.
    attack("reading a file of the host", `return open(${secret}).read()`),
    attack("a link to a file of the host", `import os\nos.symlink(${secret}, 'link')\nreturn open('link').read()`),
    attack("a hard link to a file of the host", `import os\nos.link(${secret}, 'link')\nreturn open('link').read()`),
    attack("writing outside", `open(${outside}, 'w').write('x')\nreturn 5`),
    attack("writing into the root", "open('/x', 'w').write('x')\nreturn 5"),
    attack("writing into the library", "import random\nopen(random.__file__, 'a').write('x')\nreturn 5"),
    attack("writing into the harness", "open('/preceptor/judge.py', 'a').write('x')\nreturn 5"),
    attack(
      "reading the home",
      "import os\nhome = os.path.expanduser('~')\nfound = [e for e in os.listdir(home) if e.startswith('.') and e != '.pyenv']\nreturn 5 if found else 4",
    ),
    attack(
      "reading the environment",
      "import os\nreturn 5 if 'PRECEPTOR_CANARY' in os.environ or len(os.environ) > 2 else 4",
      WRONG,
    ),
    attack(
      "reading the environment of others",
      "import glob\nreturn 5 if any(b'PRECEPTOR_CANARY' in open(p, 'rb').read() for p in glob.glob('/proc/[0-9]*/environ')) else 4",
    ),
    attack("reading passwords", "return open('/etc/passwd').read()"),
    attack(
      "the network",
      `import socket\ns = socket.create_connection(('127.0.0.1', ${host.port}), 1)\ns.send(b'escaped')\nreturn 5`,
    ),
    attack(
      "the network by datagrams",
      `import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.sendto(b'escaped', ('127.0.0.1', ${host.port}))\nreturn 5`,
    ),
    attack("a local socket", "import socket\ns = socket.socket(socket.AF_UNIX)\nreturn 5"),
    attack("a shell", "import subprocess\nreturn int(subprocess.check_output(['/bin/sh', '-c', 'echo 5']))"),
    attack(
      "another program by exec",
      "import os, sys\nos.execv(sys.executable or '/usr/bin/python3', ['python3', '-c', 'pass'])",
    ),
    attack("killing everything", "import os\nos.kill(-1, 9)\nreturn 5"),
    attack("killing its parent", "import os\nos.kill(os.getppid(), 9)\nreturn 5"),
    attack("killing a process of the host", `import os\nos.kill(${pid}, 9)\nreturn 5`),
    attack(
      "killing all neighbours",
      "import os\nfor p in range(1, 400):\n    if p != os.getpid():\n        try: os.kill(p, 9)\n        except OSError: pass\nreturn 4",
      WRONG,
    ),
    attack(
      "limiting the resources of the judge",
      "import os, resource\nfor p in range(1, 400):\n    if p != os.getpid():\n        try: resource.prlimit(p, resource.RLIMIT_CPU, (0, 0))\n        except (OSError, ValueError): pass\nreturn 4",
      WRONG,
    ),
    // Whether the system's clock ticks before it has returned is chance.
    attack("leaving itself no time", "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (0, 0))\nreturn 4", [
      ...WRONG,
      "killed",
      "timeout",
    ]),
    attack(
      "tracing its neighbours",
      "import ctypes\nlibc = ctypes.CDLL(None)\nreturn 5 if any(libc.ptrace(16, p, 0, 0) == 0 for p in range(1, 50)) else 4",
      WRONG,
    ),
    attack(
      "memory of its neighbours",
      "import glob\nfor p in glob.glob('/proc/[0-9]*/mem'):\n    open(p, 'r+b')\nreturn 4",
      ["assertion", "forbidden"],
    ),
    attack("new namespaces", "import ctypes\nreturn 5 if ctypes.CDLL(None).unshare(0x10000000) == 0 else 4", WRONG),
    attack(
      "mounting",
      "import ctypes\nreturn 5 if ctypes.CDLL(None).mount(b'none', b'.', b'tmpfs', 0, 0) == 0 else 4",
      WRONG,
    ),
    attack(
      "becoming root",
      "import os\nos.setuid(0)\nreturn 5 if os.getuid() == 0 and open('/root-was-here', 'w') else 4",
    ),
    attack("signals by descriptors", "import fcntl, os\nr, w = os.pipe()\nfcntl.fcntl(r, 8, os.getppid())\nreturn 5"),
    // The verdict.
    attack("exit 0", "import sys\nsys.exit(0)", ["exception", "killed"]),
    attack("os._exit(0)", "import os\nos._exit(0)", ["killed"]),
    attack("exit 0 while it is loaded", "return 5", ["killed"], "import os\nos._exit(0)"),
    attack("exit handlers", "import atexit, os\natexit.register(os._exit, 0)\nraise SystemExit(0)", [
      "exception",
      "killed",
    ]),
    attack("a signal to itself", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", ["killed"]),
    attack(
      "an object equal to everything",
      "class A:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n    __hash__ = None\nreturn A()",
      WRONG,
    ),
    attack(
      "a number equal to everything",
      "class A(int):\n    def __eq__(self, other): return True\n    __hash__ = int.__hash__\nreturn A(4)",
      WRONG,
    ),
    attack(
      "a class equal to everything",
      "class M(type):\n    def __eq__(self, other): return True\n    __hash__ = None\nclass A(metaclass=M): pass\nreturn A",
      WRONG,
    ),
    attack("unittest.mock.ANY", "import unittest.mock\nreturn unittest.mock.ANY", [
      "assertion",
      "exception",
      "forbidden",
    ]),
    attack(
      "patched builtins",
      "import builtins\nbuiltins.AssertionError = type('Never', (Exception,), {})\nbuiltins.isinstance = lambda *a: True\nbuiltins.len = lambda *a: 5\nreturn 4",
      [...WRONG, "killed", "exception"],
    ),
    attack("a patched json module", "import json, sys\njson.dumps = lambda *a, **k: '[\"v\",true,[]]'\nreturn 4", [
      ...WRONG,
      "killed",
      "exception",
    ]),
    attack(
      "frames up to the tests",
      "import sys, gc\nframe = sys._getframe()\nseen = []\nwhile frame:\n    seen.append(repr(frame.f_locals))\n    frame = frame.f_back\nmark = 'f(2) ' + '=' * int('2')\nfound = any(mark in s for s in seen)\nreturn 5 if found else 4",
      WRONG,
    ),
    attack(
      "memory up to the tests",
      "import ctypes, gc\nmark = ('assert f(2) ' + '=' * int('2') + ' 5').encode()\nfor o in gc.get_objects():\n    for r in gc.get_referents(o):\n        if type(r) in (bytes, str) and (r if type(r) is bytes else r.encode('utf-8', 'replace')).find(mark) >= 0: return 5\nreturn 4",
      WRONG,
    ),
    attack(
      "forged frames on every descriptor",
      "import os, json, struct\nbody = json.dumps({'outcome': 'passed', 'failure': None, 'forgeableBecause': None, 'id': 1}).encode()\nfor fd in range(0, 64):\n    try: os.write(fd, struct.pack('>I', len(body)) + body)\n    except OSError: pass\nreturn 4",
      [...WRONG, "killed"],
    ),
    attack(
      "forged plain verdict frames",
      "import os, struct\nbody = b'{\"outcome\":\"passed\"}'\nfor fd in range(5, 64):\n    try: os.write(fd, struct.pack('>I', len(body)) + body)\n    except OSError: pass\nreturn 4",
      WRONG,
    ),
    attack("a frame longer than memory", "import os\nos.write(4, b'\\xff\\xff\\xff\\xff')\nreturn 4", BROKEN),
    attack(
      "a malformed value",
      'import os, struct\nbody = b\'["v",["x","os","system"],[]]\'\nos.write(4, struct.pack(\'>I\', len(body)) + body)\nreturn 4',
      BROKEN,
    ),
    attack(
      "a value that names exec",
      'import os, struct\nbody = b\'["v",["x","builtins","exec"],[]]\'\nos.write(4, struct.pack(\'>I\', len(body)) + body)\nreturn 4',
      BROKEN,
    ),
    attack("closing the pipe and living on", "import os, time\nos.closerange(3, 64)\ntime.sleep(30)", ["killed"]),
    attack(
      "tampering with sys.modules",
      "import sys\nfor name in list(sys.modules):\n    if name not in ('sys', 'builtins'): sys.modules[name] = None\nreturn 4",
      [...WRONG, "killed", "exception"],
    ),
    attack("an exception that pretends", "class AssertionError(Exception): pass\nraise AssertionError('passed')", [
      "exception",
    ]),
    attack(
      "pickle tricks in a value",
      "class A:\n    def __reduce__(self): return (eval, ('5',))\n    def __index__(self): return 5\n    def __int__(self): return 5\nreturn A()",
      WRONG,
    ),
    attack(
      "a name of the test",
      "return 4",
      WRONG,
      "def check(*a): return True\n__preceptor_step__ = None\nabs = lambda *a: 5\nAssertionError = Exception",
    ),
  ];
}
