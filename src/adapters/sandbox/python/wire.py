"""Frames: how the processes of the sandbox talk to one another.

A frame is a length of four bytes, big endian, and that many bytes of JSON. How values become JSON: `plain.py`.
"""

import _socket
import array
import json
import os
import struct
from typing import Any, Callable, Iterable, List, Tuple

# Longer frames are refused: the judge must not be drowned by the program that it judges.
MAX_FRAME = 32 * 1024 * 1024

# `json.loads` and `json.dumps` prepare more for each call than these, and each page that a new process touches is dear.
_scan = json.JSONDecoder().scan_once


def _chunks_of(encoder: json.JSONEncoder) -> Callable[[Any, int], Iterable[str]]:
    """The pieces of a message's JSON. Where the interpreter has its encoder in C, that is made once."""
    make = json.encoder.c_make_encoder
    if make is None:
        return lambda message, _level: encoder.iterencode(message)
    text = json.encoder.encode_basestring_ascii
    chunks: Callable[[Any, int], Iterable[str]] = make(None, encoder.default, text, None, ":", ",", False, False, True)
    return chunks


_chunks = _chunks_of(json.JSONEncoder(separators=(",", ":")))

_LENGTH = struct.Struct(">I")


class WireError(Exception):
    """A frame that is not what the protocol allows."""


class Closed(WireError):
    """The other side closed the pipe."""


class Channel:
    """Frames over a pair of file descriptors. An `exact` one never reads beyond a frame, for sockets on which
    descriptors come between frames."""

    def __init__(self, reader: int, writer: int, exact: bool = False) -> None:
        self._reader = reader
        self._writer = writer
        self._least = 1 if exact else 4096
        self._buffer = b""

    def close(self) -> None:
        """Closes both ends, in a process that has no use for them."""
        for descriptor in {self._reader, self._writer}:
            os.close(descriptor)

    def send(self, message: Any) -> None:
        self.send_body("".join(_chunks(message, 0)).encode("ascii"))

    def send_body(self, body: bytes) -> None:
        """Sends bytes as a frame."""
        if len(body) > MAX_FRAME:
            raise MemoryError("the value is too large to leave the program")
        data = memoryview(_LENGTH.pack(len(body)) + body)
        while data:
            try:
                data = data[os.write(self._writer, data) :]
            except BrokenPipeError:
                raise Closed("the pipe is closed") from None

    def receive(self) -> Any:
        body = self.receive_body()
        try:
            return _scan(body.decode("utf-8"), 0)[0]
        except (ValueError, RecursionError, StopIteration) as error:
            raise WireError("a frame is not JSON: %s" % error) from None

    def receive_body(self) -> bytes:
        """The bytes of the next frame, unread."""
        (length,) = _LENGTH.unpack(self._take(4))
        if length > MAX_FRAME:
            raise WireError("a frame of %d bytes is longer than %d" % (length, MAX_FRAME))
        return self._take(length)

    def has_more(self) -> bool:
        """True when part of a further frame was read already."""
        return bool(self._buffer)

    def _take(self, count: int) -> bytes:
        if len(self._buffer) < count:
            pieces = [self._buffer]
            have = len(self._buffer)
            while have < count:
                piece = os.read(self._reader, max(self._least, min(count - have, 1 << 20)))
                if not piece:
                    raise Closed("the pipe is closed")
                pieces.append(piece)
                have += len(piece)
            self._buffer = b"".join(pieces)
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken


# The functions of `socket` that pass descriptors, without that module: it would make each fork dearer.


def send_descriptors(connection: _socket.socket, message: bytes, descriptors: List[int]) -> None:
    """Sends a short message with descriptors over a local socket."""
    rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", descriptors))]
    connection.sendmsg([message], rights)


def receive_descriptors(connection: _socket.socket, length: int, count: int) -> Tuple[bytes, List[int]]:
    """Receives what `send_descriptors` sent; an empty message when the other side is closed."""
    found = array.array("i")
    message, ancillary, _, _ = connection.recvmsg(length, _socket.CMSG_LEN(count * found.itemsize))
    for level, kind, data in ancillary:
        if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
            found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return message, list(found)
