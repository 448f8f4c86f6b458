"""What a process that died had in hand: read from a file that outlives it."""

import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from credstream.process import in_hand
from credstream.process.in_hand import Evidence, InHand, Phase

TOPIC = "submissions.provider.a"
MESSAGE = SimpleNamespace(topic=TOPIC, partition=3, offset=2**40)
CHILD = f"""
import os, signal, sys
from pathlib import Path
from types import SimpleNamespace
from credstream.process import in_hand
from credstream.process.in_hand import Phase

mine = in_hand.opened(Path(sys.argv[1]), "ingest-0")
message = SimpleNamespace(topic={TOPIC!r}, partition=3, offset=2**40)
{{}}
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def _closed():
    yield
    in_hand.forget_all()


def die(folder, *lines):
    """A process of the worker that does this, and is killed."""
    program = CHILD.replace("{}", "\n".join(lines))
    ended = subprocess.run([sys.executable, "-c", program, str(folder)], check=False)
    assert ended.returncode == -signal.SIGKILL


def evidence(folder, name="ingest-0"):
    return [found for _path, found in in_hand.left_behind(folder, name)]


@pytest.mark.parametrize("phase", [Phase.READING, Phase.EXAMINING, Phase.STEPPING])
@pytest.mark.parametrize("alone", [True, False])
def test_a_killed_process_leaves_its_message_and_phase(tmp_path, phase, alone):
    die(tmp_path, f"mine.alone = {alone}", f"mine.note(message, Phase.{phase.name})")
    assert evidence(tmp_path) == [Evidence((TOPIC, 3, 2**40), phase, alone)]


@pytest.mark.parametrize(
    "lines",
    [
        ("pass",),
        ("mine.note(message, Phase.STEPPING)", "mine.clear()"),
        ("mine.note(message, Phase.STEPPING)", "in_hand.clear_all()"),
        ("mine.note(message, Phase.READING)", "wait = in_hand.waiting()", "wait.__enter__()"),
    ],
    ids=["nothing begun", "ended", "an end by its own will", "a wait"],
)
def test_no_message_is_to_blame_for_a_death_outside_its_code(tmp_path, lines):
    die(tmp_path, *lines)
    assert evidence(tmp_path) == [None]


def test_after_a_wait_the_phase_goes_on(tmp_path):
    lines = ("mine.note(message, Phase.READING)", "with in_hand.waiting(): pass")
    die(tmp_path, *lines)
    assert evidence(tmp_path) == [Evidence((TOPIC, 3, 2**40), Phase.READING, alone=False)]


def test_an_end_of_the_machine_blames_nobody(tmp_path, monkeypatch):
    die(tmp_path, "mine.note(message, Phase.STEPPING)")
    other = tmp_path / "boot_id"
    other.write_text("another run of the kernel")
    monkeypatch.setattr(in_hand, "BOOT_ID", other)
    assert evidence(tmp_path) == [None]


def test_a_process_that_is_alive_has_left_nothing_behind(tmp_path):
    mine = in_hand.opened(tmp_path, "ingest-0")
    mine.note(MESSAGE, Phase.STEPPING)
    assert evidence(tmp_path) == []


def test_another_worker_of_the_same_folder_is_not_asked(tmp_path):
    die(tmp_path, "mine.note(message, Phase.STEPPING)")
    assert evidence(tmp_path, "ingest-1") == []
    assert evidence(tmp_path, "normalise-0") == []


def test_a_longer_topic_before_a_shorter_one_leaves_no_rest(tmp_path):
    long = "SimpleNamespace(topic='t' * 249, partition=0, offset=1)"
    die(tmp_path, f"mine.note({long}, Phase.READING)", "mine.note(message, Phase.READING)")
    assert evidence(tmp_path)[0].message == (TOPIC, 3, 2**40)


def test_a_file_that_is_cut_or_foreign_blames_nobody(tmp_path):
    (tmp_path / "ingest-0.1.in-hand").write_bytes(b"\x01" * 20)
    (tmp_path / "ingest-0.2.in-hand").write_bytes(b"\xff" * 512)
    assert evidence(tmp_path) == [None, None]


def test_without_a_file_nothing_is_left(tmp_path):
    InHand().note(MESSAGE, Phase.STEPPING)
    assert list(tmp_path.iterdir()) == []
