"""Who sent a message that this process must not read: a child process reads it instead."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import partial

import msgspec

from credstream.contract.messages import Incoming, with_record
from credstream.process import child_process, timeouts
from credstream.process.logs import logger
from credstream.runtime.service import NOBODY, AnyService, Sender


def command(service: str) -> list[str]:
    """The command line of the child of a service's worker."""
    return [sys.executable, "-m", f"services.{service}", "sender"]


def ask(command: Sequence[str], message: Incoming) -> Sender:
    """What the child read; NOBODY where it failed or died as well, and then nobody is told."""
    try:
        answer = subprocess.run(  # noqa: S603 - our own command, no shell
            command,
            input=msgspec.msgpack.encode(message),
            capture_output=True,
            env={**os.environ, child_process.PARENT: str(os.getpid())},
            timeout=timeouts.SENDER_SECONDS,
            check=True,
        )
        return Sender(*json.loads(answer.stdout.splitlines()[-1]))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError, TypeError) as error:
        logger().warning("sender unknown", error=type(error).__name__)
        return NOBODY


def answer(service: AnyService, message: bytes) -> str:
    """What the child prints: provider and submission of the message, as JSON."""
    incoming = msgspec.msgpack.decode(message, type=Incoming)
    return json.dumps(service.sender(with_record(incoming, service.read(incoming))))


def sender_of(service: str) -> partial[Sender]:
    """`ask` for a service's own child."""
    return partial(ask, command(service))
