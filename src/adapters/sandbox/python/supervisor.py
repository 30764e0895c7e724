"""The supervisor of one worker: takes tasks, starts a program and a judge for each, and watches both.

It executes nothing of a task itself. The program's process is forked by the zygote, the judge by the supervisor. The
judge's word is the verdict, except where a limit was broken: time, output and files are watched from here.
"""

import _socket
import os
import select
import signal
import struct
import time
from typing import Any, Dict, Optional, Tuple

import confine
import judge
import wire
import zygote

# How often files are counted while a task runs, in seconds.
_WATCH = 0.05
# Tasks after which a judge is replaced in any case.
_JUDGE_TASKS = 500
_NUMBER = struct.Struct(">i")
_PAIR = struct.Struct("2i")
# Most orders to a judge are shorter, in bytes.
_ORDER = 65536


class Broken(Exception):
    """The harness failed: a fault, never a verdict."""


class JudgeProcess:
    """A judge and the two connections to it."""

    def __init__(self, confinement: confine.Confinement, identity: Optional[int]) -> None:
        self._ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self.result, result_writer = os.pipe()
        self._tasks = 0
        self.used = False
        me = os.getpid()
        self.process = os.fork()
        if self.process == 0:
            _become_judge(confinement, identity, its.fileno(), result_writer, me)
        its.close()
        os.close(result_writer)
        self.results = wire.Channel(self.result, -1)

    def order(self, token: bytes, task: bytes, reader: int, writer: int) -> None:
        """Hands over a task and the descriptors of its program."""
        self._tasks += 1
        self.used = self._tasks >= _JUDGE_TASKS
        wire.send_descriptors(self._ours, wire.frame(token) + wire.frame(task), _PAIR.pack(reader, writer))

    def end(self) -> int:
        """Kills the judge; returns its wait status, which is its own when it had ended before."""
        ended, status = os.waitpid(self.process, os.WNOHANG)
        if not ended:
            os.kill(self.process, signal.SIGKILL)
            _, status = os.waitpid(self.process, 0)
        self._ours.close()
        os.close(self.result)
        return status


def _become_judge(
    confinement: confine.Confinement, identity: Optional[int], orders: int, result: int, parent: int
) -> None:
    """The judge's life after the fork; never returns."""
    results = wire.Channel(-1, 4)
    try:
        null = os.open(os.devnull, os.O_RDWR)
        confine.take_descriptors([null, null, null, orders, result])
        os.setsid()
        os.chdir("/")
        os.environ.clear()
        # Only its supervisor watches the time of a judge: it serves many tasks.
        confinement.entrance(identity)(parent, None, True)
        connection = _socket.socket(fileno=3)

        def take() -> Tuple[str, Any, int, int]:
            begun, descriptors = wire.receive_descriptors(connection, _ORDER, _PAIR.size)
            if not begun:
                raise wire.Closed("the supervisor ended")
            # The supervisor sends the next order only after this one was answered.
            orders = wire.Channel(3, -1, begun)
            reader, writer = _PAIR.unpack(descriptors)
            return orders.receive_body().decode("ascii"), orders.receive(), reader, writer

        judge.main(results, take)
    except wire.Closed:
        pass
    except BaseException as error:  # noqa: B036 - the process must never return into the supervisor's loop
        results.send({"fault": "the judge failed: %s: %s" % (type(error).__name__, str(error)[:500])})
    finally:
        os._exit(0)


class Attempt:
    """What is known of one attempt at a task while it runs."""

    def __init__(self) -> None:
        self.output = b""
        self.printed = 0
        self.broken: Optional[str] = None
        self.decision: Optional[Dict[str, Any]] = None


class Supervisor:
    """Answers tasks one after the other."""

    def __init__(
        self,
        tasks: wire.Channel,
        connection: _socket.socket,
        confinement: confine.Confinement,
        options: Dict[str, Any],
    ) -> None:
        self._tasks = tasks
        self._zygote = connection
        self._confinement = confinement
        self._base: str = options["base"]
        self._identity = zygote.identity_of(options, 1)
        self._output_limit: int = options["outputBytes"]
        self._shown: int = options["shownBytes"]
        self._most_files: int = options["files"]
        self._own_mount: bool = options["ownMount"]
        self._judge: Optional[JudgeProcess] = None

    def serve(self) -> None:
        """A task is two frames: `id` and `timeoutMs`, and what only the judge reads."""
        while True:
            try:
                head = self._tasks.receive()
                body = self._tasks.receive_body()
            except wire.Closed:
                return
            try:
                answer = self._decide(body, head["timeoutMs"] / 1000)
            except Broken as reason:
                answer = {"fault": str(reason)}
            answer["id"] = head["id"]
            self._tasks.send(answer)

    def _decide(self, task: bytes, seconds: float) -> Dict[str, Any]:
        started = time.monotonic()
        decided, output = self._attempt(task, seconds, b"")
        if "again" in decided:
            because = decided["again"]
            # The token only tells an end of the tests from an early exit; the program could find it.
            decided, output = self._attempt(task, seconds, os.urandom(16).hex().encode("ascii"))
            decided["forgeableBecause"] = because
        decided["output"] = output.decode("utf-8", "replace")
        decided["seconds"] = time.monotonic() - started
        return decided

    def _attempt(self, task: bytes, seconds: float, token: bytes) -> Tuple[Dict[str, Any], bytes]:
        attempt = Attempt()
        deadline = time.monotonic() + seconds
        request_reader, request_writer = os.pipe()
        reply_reader, reply_writer = os.pipe()
        output_reader, output_writer = os.pipe()
        # The order in which they become the program's descriptors 1 to 4.
        theirs = struct.pack("4i", output_writer, output_writer, request_reader, reply_writer)
        wire.send_descriptors(self._zygote, b"%d" % (int(seconds) + 1), theirs)
        if self._judge is None:
            # No descriptor of the program may live on in a judge that is forked meanwhile: `take_descriptors`.
            self._judge = JudgeProcess(self._confinement, self._identity)
        jury = self._judge
        jury.order(token, task, reply_reader, request_writer)
        for descriptor in (output_writer, request_reader, reply_writer, reply_reader, request_writer):
            os.close(descriptor)
        self._watch(attempt, jury, output_reader, deadline)
        gone = attempt.broken is None and attempt.decision is not None and "gone" in attempt.decision
        self._zygote.send(b"g" if gone else b"k")
        (status,) = _NUMBER.unpack(_expect(self._zygote, 4))
        self._read_rest(attempt, output_reader)
        os.close(output_reader)
        judge_status = 0
        if attempt.decision is None or jury.used or "fault" in attempt.decision:
            judge_status = jury.end()
            self._judge = None
        return _verdict(attempt, status, judge_status), attempt.output

    def _watch(self, attempt: Attempt, jury: JudgeProcess, output: int, deadline: float) -> None:
        """Until the judge has spoken or a limit is broken."""
        waiting = [output, jury.result]
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                attempt.broken = "timeout"
                return
            ready, _, _ = select.select(waiting, [], [], min(left, _WATCH))
            if output in ready:
                piece = os.read(output, 65536)
                if not piece:
                    waiting.remove(output)
                self._keep(attempt, piece)
                if attempt.printed > self._output_limit:
                    attempt.broken = "output"
                    return
            if jury.result in ready and self._hear(attempt, jury):
                return
            if not ready and self._count_files() > self._most_files:
                attempt.broken = "files"
                return

    def _hear(self, attempt: Attempt, jury: JudgeProcess) -> bool:
        """Reads what the judge says; true when it was its last word on the task."""
        while True:
            try:
                said = jury.results.receive()
            except wire.WireError:
                return True
            if said == "used":
                jury.used = True
            else:
                attempt.decision = said if isinstance(said, dict) else None
                return True
            if not jury.results.has_more():
                return False

    def _keep(self, attempt: Attempt, piece: bytes) -> None:
        attempt.printed += len(piece)
        if len(attempt.output) < self._shown:
            attempt.output += piece[: self._shown - len(attempt.output)]

    def _read_rest(self, attempt: Attempt, output: int) -> None:
        os.set_blocking(output, False)
        while len(attempt.output) < self._shown:
            try:
                piece = os.read(output, 65536)
            except BlockingIOError:
                return
            if not piece:
                return
            self._keep(attempt, piece)

    def _count_files(self) -> int:
        """Files and folders of the task. A mount of its own tells at once; elsewhere they are counted."""
        if self._own_mount:
            facts = os.statvfs(self._base)
            return facts.f_files - facts.f_ffree
        count = 0
        for _, folders, files in os.walk(self._base):
            count += len(folders) + len(files)
            if count > self._most_files:
                break
        return count


def _verdict(attempt: Attempt, status: int, judge_status: int) -> Dict[str, Any]:
    if attempt.broken is not None:
        return _failed(*_LIMITS[attempt.broken])
    decision = attempt.decision
    if decision is None:
        raise Broken("the judge ended without a verdict (wait status %d)" % judge_status)
    if "fault" in decision:
        raise Broken(str(decision["fault"]))
    if "gone" in decision:
        return _ended(status, str(decision["gone"]))
    return decision


_LIMITS = {
    "timeout": ("timeout", "the time limit was reached"),
    "output": ("output", "the program printed more than it may"),
    "files": ("output", "the program made more files than it may"),
}


def _ended(status: int, message: str) -> Dict[str, Any]:
    """What the end of the program's process means. Never `passed`, whatever its exit status."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return _failed("timeout", "the limit of CPU time was reached")
        if number == signal.SIGSYS:
            return _failed("forbidden", "the program asked for a forbidden system call")
        if number == signal.SIGKILL:
            return _failed("killed", message)
        return _failed("killed", "the program's process was ended by signal %d" % number)
    return _failed(
        "killed",
        "the program's process ended with exit status %d before its tests did" % os.WEXITSTATUS(status),
    )


def _failed(outcome: str, message: str) -> Dict[str, Any]:
    failure: Dict[str, Any] = {"type": _TYPES.get(outcome, "ProcessEnded"), "message": message}
    failure.update(dict.fromkeys(("test", "assertion", "expected", "actual", "line")))
    return {"outcome": outcome, "failure": failure, "forgeableBecause": None}


_TYPES = {"timeout": "TimeLimit", "output": "OutputLimit", "forbidden": "Forbidden"}


def _expect(connection: _socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise Broken("the zygote ended")
        data += piece
    return data
