"""Sends headers whose names are not UTF-8, which confluent-kafka refuses to do."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import asyncio, sys
from aiokafka import AIOKafkaProducer

class Name(str):
    def encode(self, *_):
        return b"\\xff\\xfe"

async def send(address, topic, count, pause):
    producer = AIOKafkaProducer(bootstrap_servers=address)
    await producer.start()
    for number in range(int(count)):
        # Without a readable id a submission is known by its content: each has its own.
        await producer.send_and_wait(topic, b"{}" + b" " * number, headers=[(Name("name"), b"value")])
        await asyncio.sleep(float(pause))
    await producer.stop()

asyncio.run(send(*sys.argv[1:]))
"""


def send(address: str, topic: str, count: int = 1, pause: float = 0.0) -> None:
    """Write such messages, each with another content, with a pause in seconds behind each."""
    # A process of its own, as the setting is read at import.
    words = [sys.executable, "-c", PROGRAM, address, topic, str(count), str(pause)]
    subprocess.run(words, check=True, env={**os.environ, "AIOKAFKA_NO_EXTENSIONS": "1"})
