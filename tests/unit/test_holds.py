"""Topics of unknown providers are held for a while, and others are not."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from credstream.runtime.holds import Holds
from tests.support import stages

LATER, KNOWN = "submissions.provider.later", "submissions.provider.known"


@pytest.fixture
def holds(tmp_path):
    return Holds(stages.database(tmp_path), 30.0, lambda _connection, topics: topics & {LATER})


def test_a_topic_of_an_unknown_provider_is_held_and_then_let_through(holds):
    with capture_logs() as lines:
        assert holds.held({LATER, KNOWN}, 1000.0) == {LATER}
        assert holds.held({LATER}, 1029.0) == {LATER}
        assert holds.held({LATER}, 1031.0) == set()
    assert [(line["event"], line["topic"]) for line in lines] == [("topic held", LATER)]


def test_a_provider_that_is_registered_meanwhile_is_held_no_longer(holds):
    assert holds.held({LATER}, 1000.0)
    holds.find_unknown = lambda _connection, _topics: set()
    assert holds.held({LATER}, 1001.0) == set()
    assert holds.since == {}


def test_a_batch_without_a_held_topic_does_not_begin_its_time_again(holds):
    holds.held({LATER}, 1000.0)
    holds.held({KNOWN}, 1020.0)
    assert holds.held({LATER}, 1030.0) == set()


def test_a_service_that_cannot_tell_holds_nothing(tmp_path):
    assert Holds(stages.database(tmp_path), 30.0).held({LATER}, 1000.0) == set()
