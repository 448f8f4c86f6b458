"""`credstream run` as its user meets it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from credstream.contract import topics
from credstream.exchange.local import backends
from credstream.exchange.local.prepare import prepare
from credstream.exchange.local.processes import Processes
from deploy.kafka.processes import answers
from tests.support import commands, folders, official, running, waiting

pytestmark = [pytest.mark.broker, pytest.mark.embedded]
EXPECTED = json.loads((commands.EXAMPLES / "expected.json").read_text("utf-8"))
PERSONS = [
    line for line in (commands.EXAMPLES / "learners.txt").read_text("utf-8").splitlines() if line
]

# A provider and what it sends, for tests that need a run and not what happens in it.
ONE = ("providers/bad-apples.json", "submissions/bad-apples/09-wrong-shape.json")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """One finished run of the examples, its folder and what it printed."""
    folder = tmp_path_factory.mktemp("run") / "exchange"
    return folder, commands.credstream("run", "--dir", folder)


# CREDSTREAM_COLD_STARTS=20 tries more of them.
COLD_STARTS = int(os.environ.get("CREDSTREAM_COLD_STARTS", "2"))


def test_every_example_ends_as_expected(ran):
    folder, done = ran
    assert done.returncode == 0, done.stdout + done.stderr
    entries = {entry["file"]: entry for entry in folders.summary(folder)}
    assert set(entries) == set(EXPECTED)
    for file, expected in EXPECTED.items():
        entry = entries[file]
        assert (entry["outcome"], entry["judgement"]) == (
            expected["outcome"],
            expected["judgement"],
        ), file


def test_a_sealed_credential_stands_for_each_published_award_that_is_complete(ran):
    folder, _ = ran
    sealed = {path.name for path in (folder / "europass").glob("*.jsonld")}
    assert len(sealed) >= 15
    for entry in folders.summary(folder):
        if entry["europass"] and isinstance(entry["europass"], str):
            assert (folder / entry["europass"]).name in sealed


def _sealed(folder):
    found = sorted((folder / "europass").glob("*.jsonld"))
    assert len(found) > 15
    return found


@pytest.mark.conformance
@pytest.mark.skipif(not official.TOOLS.exists(), reason="../shared with the shapes is absent")
@pytest.mark.parametrize("version", ["3.1", "3.2"])
def test_every_sealed_credential_conforms_to_the_official_shapes(ran, version):
    tool = official.checker()
    found = {path.name: official.refused(tool.unwrap(path), version) for path in _sealed(ran[0])}
    assert {name: why for name, why in found.items() if why} == {}


@pytest.mark.conformance
@pytest.mark.skipif(not official.TOOLS.exists(), reason="../shared with the checker is absent")
def test_every_seal_passes_the_independent_checker(ran):
    sealed = _sealed(ran[0])
    command = [sys.executable, official.TOOLS / "seal_check.py", *sealed]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == len(sealed)


def test_what_it_prints_names_each_file_and_where_to_look(ran):
    _, done = ran
    for file in EXPECTED:
        assert file in done.stdout, file
    assert "summary.json" in done.stdout
    assert "credstream why mc:" in done.stdout


def test_no_person_is_in_a_stream_a_log_or_a_table_after_ingest(ran):
    folder, _ = ran
    places = [
        *(folder / "published").glob("*"),
        *(folder / "receipts").glob("*"),
        *(folder / "logs").glob("*"),
        *(path for path in (folder / "state").glob("*.db*") if not path.name.startswith("ingest")),
        folder / "summary.json",
    ]
    assert len(places) > 12
    found = [
        (path.name, person)
        for path in places
        for person in PERSONS
        if person.encode() in path.read_bytes()
    ]
    assert found == []
    sealed = b"".join(path.read_bytes() for path in (folder / "europass").glob("*.jsonld"))
    assert any(person.encode() in sealed for person in PERSONS), (
        "the grep itself must be able to find one"
    )


def test_a_second_run_changes_nothing(ran):
    folder, _ = ran
    first, published = folders.summary(folder), folders.lines(folder, "published")
    sealed = {path.name: path.read_bytes() for path in (folder / "europass").glob("*.jsonld")}
    done = commands.credstream("run", "--dir", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert folders.summary(folder) == first
    assert folders.lines(folder, "published") == published
    assert {
        path.name: path.read_bytes() for path in (folder / "europass").glob("*.jsonld")
    } == sealed


def test_versions_are_gapless(ran):
    folder, _ = ran
    for versions in folders.awards(folder).values():
        assert [record["version"] for record in versions] == list(range(1, len(versions) + 1))


def test_cold_starts_give_equal_summaries(tmp_path, ran):
    first = folders.outcomes(folders.summary(ran[0]))
    for number in range(COLD_STARTS):
        folder = tmp_path / f"start-{number}"
        done = commands.credstream("run", "--dir", folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert folders.outcomes(folders.summary(folder)) == first, number


def test_an_outcome_is_printed_while_others_are_still_waited_for(tmp_path):
    """The publisher is stopped, so that no award can be published: a refusal is printed at once."""
    folder = tmp_path / "x"
    process = subprocess.Popen(
        [*commands.COMMAND, "run", "--dir", str(folder)], stdout=subprocess.PIPE, text=True
    )
    publisher = waiting.eventually(lambda: _told(folder))["services"]["publisher"]["pid"]
    os.kill(publisher, signal.SIGSTOP)
    try:
        assert any(line.startswith("refused") for line in process.stdout)
        assert not (folder / "summary.json").exists()
    finally:
        os.kill(publisher, signal.SIGCONT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=waiting.GIVE_UP_SECONDS)


def test_a_killed_service_is_started_again_and_the_summary_is_the_same(tmp_path, ran):
    folder = tmp_path / "killed"
    process = subprocess.Popen(
        [*commands.COMMAND, "run", "--dir", str(folder)], stdout=subprocess.DEVNULL
    )
    killed = []
    for service in topics.SERVICES:
        pid = at_work(folder, service)
        if waiting.alive(pid):
            os.kill(pid, signal.SIGKILL)
            killed.append(service)
    assert process.wait(waiting.GIVE_UP_SECONDS) == 0
    assert killed
    assert folders.outcomes(folders.summary(folder)) == folders.outcomes(folders.summary(ran[0]))
    for versions in folders.awards(folder).values():
        numbers = sorted({record["version"] for record in versions})
        assert numbers == list(range(1, len(numbers) + 1))


def test_no_process_is_left_when_run_itself_is_killed(tmp_path):
    folder = tmp_path / "orphans"
    process = subprocess.Popen(
        [*commands.COMMAND, "run", "--keep", "--dir", str(folder)], stdout=subprocess.DEVNULL
    )
    pids = [at_work(folder, service) for service in topics.SERVICES]
    process.kill()
    process.wait()
    waiting.eventually(lambda: not any(waiting.alive(pid) for pid in pids))


def test_ctrl_c_stops_cleanly(tmp_path):
    folder = tmp_path / "stopped"
    process = subprocess.Popen(
        [*commands.COMMAND, "run", "--keep", "--dir", str(folder)], stdout=subprocess.DEVNULL
    )
    pids = [at_work(folder, service) for service in topics.SERVICES]
    process.send_signal(signal.SIGINT)
    process.wait(waiting.GIVE_UP_SECONDS)
    assert not any(map(waiting.alive, pids))
    assert not (folder / "run.json").exists()


def test_a_second_run_beside_the_first_is_refused(tmp_path):
    folder = tmp_path / "shared"
    few = {name: (commands.EXAMPLES / name).read_bytes() for name in ONE}
    with running.exchange(folder, folders.source(tmp_path / "few", few)):
        done = commands.credstream("run", "--dir", folder)
    assert done.returncode == 2
    assert "uses" in done.stderr


def at_work(folder: Path, service: str) -> int:
    """The process of a service, as soon as it has begun to work."""
    log = folder / "logs" / f"{service}.jsonl"
    waiting.eventually(lambda: log.exists() and "data path started" in log.read_text("utf-8"))
    # The others are written down when they are started, which is after the first receipt.
    return json.loads((folder / "run.json").read_text("utf-8"))["services"][service]["pid"]


def _told(folder: Path) -> dict | None:
    try:
        told = json.loads((folder / "run.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return told if len(told["services"]) == 4 else None


def test_a_service_whose_port_is_taken_is_started_again_on_another(tmp_path):
    """Two runs that start at once may be given one port."""
    folder = prepare(tmp_path / "ports", fresh=False)
    with backends.embedded() as backend, contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        own = Processes(folder, backend)
        own.ports = {"ingest": taken.getsockname()[1]}
        own._start("ingest")
        try:
            ended = waiting.eventually(own.restart_ended)
            assert [name for name, _code in ended] == ["ingest"]
            assert own.ports["ingest"] != taken.getsockname()[1]
            page = f"http://127.0.0.1:{own.ports['ingest']}/livez"
            waiting.eventually(lambda: answers(page))
            assert own.restart_ended() == []
        finally:
            own.stop()
