"""Topics that a group leaves out are named once, and only when the group is formed."""

from __future__ import annotations

import pytest

from credstream.contract.errors import Unavailable
from credstream.kafka import assignment_check as module
from credstream.kafka.assignment_check import AssignmentCheck
from credstream.process import timeouts

PARTITIONS = {"in.a": 2, "in.b": 1, "other": 1}
ALL = {("in.a", 0), ("in.a", 1), ("in.b", 0)}


@pytest.fixture
def check(monkeypatch):
    """A check of which each call asks the broker, whose answers are a list."""
    answers = []

    def assigned(_cluster, group):
        assert group == "toy"
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    class Admin:
        def __init__(self, _cluster):
            pass

        def partitions(self):
            return PARTITIONS

    monkeypatch.setattr(module.groups, "assigned", assigned)
    monkeypatch.setattr(module, "Admin", Admin)
    monkeypatch.setattr(timeouts, "ASSIGNMENT_CHECK_SECONDS", -1.0)

    def of(inputs, *given):
        answers[:] = given
        return AssignmentCheck(None, "toy", inputs)

    return of


@pytest.mark.parametrize(
    ("inputs", "assigned", "unassigned"),
    [
        (("^in",), ALL, set()),
        (("^in",), ALL - {("in.a", 1)}, {"in.a"}),
        (("in.b",), set(), {"in.b"}),
        (("in", "missing"), set(), set()),
        (("^in",), set(), {"in.a", "in.b"}),
    ],
)
def test_an_input_of_which_a_partition_is_nobody_s_is_named(check, inputs, assigned, unassigned):
    assert check(inputs, assigned).unassigned() == unassigned


def test_a_group_that_is_still_forming_is_asked_again_and_an_answer_is_given_once(check):
    one = check(("^in",), None, Unavailable("away"), set())
    assert one.unassigned() == set()
    with pytest.raises(Unavailable):
        one.unassigned()
    assert one.unassigned() == {"in.a", "in.b"}
    assert one.unassigned() == set()


def test_the_broker_is_not_asked_in_every_turn(check, monkeypatch):
    monkeypatch.setattr(timeouts, "ASSIGNMENT_CHECK_SECONDS", 60.0)
    one = check(("^in",), None)
    one.unassigned()
    assert one.unassigned() == set(), "a second question would find no answer in the list"
