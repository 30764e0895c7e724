"""Frames: how the processes of the sandbox talk to one another.

A frame is a length of four bytes, big endian, and that many bytes of JSON. How values become JSON: `plain.py`.
"""

import _socket
import json
import os
import struct
import time
from typing import Any, Callable, Iterable, List, Tuple

# Longer frames are refused: the judge must not be drowned by the program that it judges.
MAX_FRAME = 32 * 1024 * 1024
# What is asked for at a time, in bytes.
_LEAST = 4096

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
_SOL_SOCKET, _SCM_RIGHTS = _socket.SOL_SOCKET, _socket.SCM_RIGHTS
# A global name is found with fewer pages written than an attribute of a module that nobody has asked for before.
_read, _write, _pack = os.read, os.write, _LENGTH.pack


class WireError(Exception):
    """A frame that is not what the protocol allows."""


class Closed(WireError):
    """The other side closed the pipe."""


def frame(body: bytes) -> bytes:
    """The bytes of a frame."""
    if len(body) > MAX_FRAME:
        raise MemoryError("the value is too large to leave the program")
    return _pack(len(body)) + body


class Channel:
    """Frames over a pair of file descriptors. `begun` was read already."""

    def __init__(self, reader: int, writer: int, begun: bytes = b"") -> None:
        self._reader = reader
        self._writer = writer
        self._buffer = begun

    def close(self) -> None:
        """Closes both ends, in a process that has no use for them."""
        for descriptor in {self._reader, self._writer}:
            os.close(descriptor)

    def send(self, message: Any) -> None:
        data = frame("".join(_chunks(message, 0)).encode("ascii"))
        try:
            sent = _write(self._writer, data)
            while sent < len(data):
                sent += _write(self._writer, memoryview(data)[sent:])
        except BrokenPipeError:
            raise Closed("the pipe is closed") from None

    def receive(self) -> Any:
        # Most frames arrive as a whole and alone.
        data = self._buffer or _read(self._reader, _LEAST)
        if data and data[:4] == _pack(len(data) - 4 & 0xFFFFFFFF):
            self._buffer = b""
            body = data[4:]
        else:
            if not data:
                raise Closed("the pipe is closed")
            self._buffer = data
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
                piece = _read(self._reader, max(_LEAST, min(count - have, 1 << 20)))
                if not piece:
                    raise Closed("the pipe is closed")
                pieces.append(piece)
                have += len(piece)
            self._buffer = b"".join(pieces)
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken


# The functions of `socket` that pass descriptors, without that module: it would make each fork dearer.


# The system lets a user have only so many descriptors under way, over all of its sandboxes: errno ETOOMANYREFS.
_TOO_MANY = 109
_PAUSE, _MOST_PAUSES = 0.002, 2500


def send_descriptors(connection: _socket.socket, message: bytes, descriptors: bytes) -> None:
    """Sends a message over a local socket; the descriptors, a `packed` row, come with its first byte. Where other sandboxes
    of this user have too many under way, it waits for them, five seconds at most."""
    pauses = 0
    while True:
        try:
            sent = connection.sendmsg([message], [(_SOL_SOCKET, _SCM_RIGHTS, descriptors)])
            break
        except OSError as refused:
            if refused.errno != _TOO_MANY or pauses == _MOST_PAUSES:
                raise
            pauses += 1
            time.sleep(_PAUSE)
    if sent < len(message):
        connection.sendall(memoryview(message)[sent:])


def receive_descriptors(connection: _socket.socket, length: int, room: int) -> Tuple[bytes, bytes]:
    """Receives what `send_descriptors` sent, of a longer message the beginning: an empty message when the other side is
    closed. For the descriptors there are `room` bytes."""
    message, ancillary, _, _ = connection.recvmsg(length, _socket.CMSG_LEN(room))
    for level, kind, descriptors in ancillary:
        if level == _SOL_SOCKET and kind == _SCM_RIGHTS:
            return message, descriptors
    return message, b""
