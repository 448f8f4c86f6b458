"""The doctor's checks that need no server."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from credstream.contract import topics
from credstream.exchange.doctor import databases, findings, report, settings
from credstream.exchange.doctor import topics as topic_checks
from credstream.exchange.doctor.databases import Database
from credstream.exchange.doctor.findings import OK, UNKNOWN, WRONG, Finding
from credstream.exchange.doctor.report import Task
from credstream.interfaces.cli import doctor
from credstream.kafka.admin import Drift
from credstream.process.settings import Settings
from credstream.storage import migrate
from credstream.storage.engine import open_engine


def finding(state, group="broker"):
    return Finding(group, state, "x")


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([finding(OK)], 0),
        ([finding(OK), finding(UNKNOWN)], 4),
        ([finding(WRONG), finding(UNKNOWN)], 5),
        ([finding(WRONG), finding(WRONG, "settings")], 78),
    ],
)
def test_the_exit_code_is_of_the_worst(states, code):
    assert doctor.exit_code_of(states) == code


def test_a_check_that_hangs_is_unknown_at_its_time_and_one_that_fails_says_why():
    never = threading.Event()

    def fails():
        raise RuntimeError("the moon is full")

    hangs, broken = Task("a", "x", never.wait), Task("b", "y", fails)
    found = hangs.findings(time.monotonic() + 0.1) + broken.findings(time.monotonic() + 5)
    never.set()
    assert [each.state for each in found] == [UNKNOWN, UNKNOWN]
    assert "no answer" in found[0].what
    assert "the moon is full" in found[1].what


def test_every_fault_of_the_settings_is_a_finding_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDSTREAM_BATCH_SIZE", "-4")
    monkeypatch.setenv("CREDSTREAM_PROFILE", "rabbit")
    found = report.examine((), tmp_path)
    assert [(each.group, each.state, each.what.split()[0]) for each in found] == [
        ("settings", WRONG, "CREDSTREAM_PROFILE"),
        ("settings", WRONG, "CREDSTREAM_BATCH_SIZE"),
    ]


def test_a_variable_that_is_nearly_a_setting_is_named():
    environ = {
        "CREDSTREAM_BROKERS": "x",
        "CREDSTREAM_BROKER": "y",
        "CREDSTREAM_KEK_FILE": "z",
        "CREDSTREAM_INGEST_SERVICE_HOST": "of Kubernetes",
    }
    found = list(settings.checks(Settings(), (), environ))
    assert [(each.what, each.do) for each in found] == [
        ("CREDSTREAM_BROKERS is no setting", "write CREDSTREAM_BROKER")
    ]


def test_what_a_service_needs_and_has_not_is_named():
    given = Settings(database_url="x", vault_url="x", kek="12", pseudonym_key="0" * 64)
    found = list(settings.checks(given, ("normalise",), {}))
    assert [each.do for each in found] == ["set CREDSTREAM_KEK"]
    assert [each.state for each in settings.checks(given, ("ingest",), {})] == [OK]


@pytest.fixture
def database(tmp_path):
    return Database("ingest", f"sqlite:///{tmp_path}/x.db", migrate.folders("ingest"))


def test_a_database_that_was_never_created_is_not_created_by_looking(database, tmp_path):
    (found,) = databases.checks(database)
    assert (found.state, found.do) == (WRONG, "credstream migrate ingest")
    assert not (tmp_path / "x.db").exists()


def test_a_database_of_this_version_is_well(database):
    migrate.upgrade(open_engine(database.url), database.migrations)
    assert [each.state for each in databases.checks(database)] == [OK]


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [(-1, 365, OK), (-1, 3, WRONG), (-9, -1, WRONG), (1, 365, WRONG)],
)
def test_a_certificate_is_named_before_it_ends(begins, ends, state):
    now = datetime.now(UTC)
    found = findings.certificate_finding(
        "seal", "x", now + timedelta(begins), now + timedelta(ends)
    )
    assert found.state == state


def test_a_hundred_missing_topics_are_one_line():
    names = [name for name, _ in topics.fixed_topics(())]
    (found,) = topic_checks.by_kind(Drift(name, "missing", "", "") for name in names)
    assert f"and {len(names) - 3} more: missing" in found.what
    assert found.do == "credstream topics create"


def test_the_inputs_of_a_service_are_those_of_the_table():
    assert topic_checks.inputs_of("normalise") == [topics.RECEIVED, topics.again("normalise")]
    assert topic_checks.inputs_of("ingest") == []
