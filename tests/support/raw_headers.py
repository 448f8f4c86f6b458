"""Sends a header whose name is not UTF-8, which confluent-kafka refuses to do."""

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

async def send(address, topic):
    producer = AIOKafkaProducer(bootstrap_servers=address)
    await producer.start()
    await producer.send_and_wait(topic, b"{}", headers=[(Name("name"), b"value")])
    await producer.stop()

asyncio.run(send(*sys.argv[1:]))
"""


def send(address: str, topic: str) -> None:
    """Write one such message; a process of its own, as the setting is read at import."""
    words = [sys.executable, "-c", PROGRAM, address, topic]
    subprocess.run(words, check=True, env={**os.environ, "AIOKAFKA_NO_EXTENSIONS": "1"})
