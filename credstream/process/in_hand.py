"""Which message a worker works on, in a file that outlives the process.

A process that dies leaves nothing behind but what it wrote before. SQL cannot hold this: the pure
code runs inside the batch's transaction, which dies with it. So the worker notes the message and
the phase in a memory-mapped file, whose pages are the kernel's: they survive any end of the
process, and vanish with the machine, whose end no message is to blame for.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import struct
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO

from credstream.contract.messages import MessageId, Positioned

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# Phase, whether the message was alone, partition, offset, length of the topic's name. A name has
# 249 bytes at most (Kafka), the boot id 36.
_HEAD = struct.Struct("<BBiqH")
_BOOT_BYTES, _SIZE = 36, 512


class Phase(IntEnum):
    """What pure code does with the message; a death in any other moment is not the message's."""

    NONE = 0
    READING = 1
    EXAMINING = 2
    STEPPING = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a dead process had in hand; `alone` where no other message of its batch was read."""

    message: MessageId
    phase: Phase
    alone: bool


@dataclass(slots=True)
class InHand:
    """The message that this process works on; without `file` it is noted for nobody."""

    file: BinaryIO | None = None
    alone: bool = False
    _pages: bytearray | mmap.mmap = field(default_factory=lambda: bytearray(_SIZE))

    def note(self, message: Positioned, phase: Phase) -> None:
        """Note the message whose code runs from now on in this thread."""
        _THREAD.in_hand = self
        topic = message.topic.encode()
        pages, start = self._pages, _BOOT_BYTES + _HEAD.size
        # A death between the two writes must not blame the message of before.
        pages[_BOOT_BYTES] = Phase.NONE
        pages[start : start + len(topic)] = topic
        _HEAD.pack_into(
            pages, _BOOT_BYTES, phase, self.alone, message.partition, message.offset, len(topic)
        )

    def close(self) -> None:
        """Leave the file as it is; without its lock it counts as that of a dead process."""
        pages, self._pages = self._pages, bytearray(_SIZE)
        if self.file and isinstance(pages, mmap.mmap):
            pages.close()  # it holds the file, too
            self.file.close()

    def clear(self) -> None:
        """No message's code runs: what ends the process now is not a message."""
        self._pages[_BOOT_BYTES] = Phase.NONE

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        phase = self._pages[_BOOT_BYTES]
        self.clear()
        try:
            yield
        finally:
            self._pages[_BOOT_BYTES] = phase


def waiting() -> AbstractContextManager[None]:
    """A wait of this thread for another system, in the middle of a message's code."""
    in_hand: InHand | None = getattr(_THREAD, "in_hand", None)
    return in_hand._waiting() if in_hand else nullcontext()  # noqa: SLF001, of this module


def opened(folder: Path, name: str) -> InHand:
    """The file of this process, which is locked as long as the process lives."""
    folder.mkdir(parents=True, exist_ok=True)
    # In a container every process has the same number.
    unique = f"{name}.{os.getpid()}-{secrets.token_hex(4)}.in-hand"
    file = (folder / unique).open("w+b", buffering=0)
    fcntl.flock(file, fcntl.LOCK_EX)
    file.write(_boot_id().ljust(_SIZE, b"\0"))
    in_hand = InHand(file, _pages=mmap.mmap(file.fileno(), _SIZE))
    _OPEN.append(in_hand)
    return in_hand


def clear_all() -> None:
    """This process ends itself: no message is to blame, whatever the threads do just now."""
    for in_hand in _OPEN:
        in_hand.clear()


def forget_all() -> None:
    """Close the files of this process, which then look as if it had ended."""
    while _OPEN:
        _OPEN.pop().close()


def left_behind(folder: Path, name: str) -> Iterator[tuple[Path, Evidence | None]]:
    """Files of processes of this name that have ended, each with what it had in hand."""
    for path in sorted(folder.glob(f"{name}.*.in-hand")):
        with suppress(OSError), path.open("rb") as file:
            # A process that is alive holds its lock; a frozen one is fenced, not dead.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            yield path, _evidence(file.read(_SIZE))


def _evidence(pages: bytes) -> Evidence | None:
    start = _BOOT_BYTES + _HEAD.size
    if len(pages) < _SIZE or pages[:_BOOT_BYTES] != _boot_id().ljust(_BOOT_BYTES, b"\0"):
        return None
    phase, alone, partition, offset, length = _HEAD.unpack_from(pages, _BOOT_BYTES)
    if phase not in {phase.value for phase in Phase if phase}:
        return None
    topic = pages[start : start + length].decode("ascii", "replace")
    return Evidence((topic, partition, offset), Phase(phase), bool(alone))


def _boot_id() -> bytes:
    """Which run of the kernel this is; empty where the system does not tell."""
    try:
        return BOOT_ID.read_bytes().strip()[:_BOOT_BYTES]
    except OSError:
        return b""


_OPEN: list[InHand] = []
_THREAD = threading.local()
