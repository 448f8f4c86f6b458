"""Who sent a message that a worker must not read: a child process says it."""

import sys

import pytest

from credstream.contract import topics
from credstream.contract.messages import Incoming
from credstream.process import timeouts
from credstream.runtime import sender_child
from credstream.runtime.service import NOBODY, Sender

SUBMISSION = Incoming(
    topic=topics.submissions("provider", "acme"),
    partition=0,
    offset=7,
    key=None,
    value=b"not even JSON",
    headers=(("ce_id", b"file-1"),),
    at=1,
)


@pytest.fixture(autouse=True)
def _settings(monkeypatch, tmp_path):
    monkeypatch.setenv("CREDSTREAM_DATABASE_URL", f"sqlite:///{tmp_path}/service.db")


def test_the_child_of_ingest_reads_provider_and_submission():
    assert sender_child.sender_of("ingest")(SUBMISSION) == Sender("acme", "file-1")


def test_a_message_that_the_child_refuses_has_no_sender():
    assert sender_child.sender_of("accreditation")(SUBMISSION) == NOBODY


@pytest.mark.parametrize(
    "program",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "print('[\"acme\"]')",
        "print('no JSON')",
        "pass",
        "import time; time.sleep(3600)",
    ],
    ids=["dies", "half an answer", "no JSON", "no answer", "hangs"],
)
def test_a_child_that_fails_tells_of_nobody(program, monkeypatch):
    monkeypatch.setattr(timeouts, "SENDER_SECONDS", 2.0)
    assert sender_child.ask([sys.executable, "-c", program], SUBMISSION) == NOBODY


def test_a_child_that_cannot_be_started_tells_of_nobody():
    assert sender_child.ask(["/no/such/program"], SUBMISSION) == NOBODY
