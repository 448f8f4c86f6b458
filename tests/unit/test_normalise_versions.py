"""An award is bound to the version of its definition that was in force on its day."""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from credstream.contract.records import Again
from credstream.contract.values import Definition
from credstream.formats.shared.parsed import StatedOutcome as Learned
from services.normalise import versions
from services.normalise.facts import HeldDefinition
from tests.support.normalising import Exchange, award, codes, complete, records, v

NAMED = {"reference": True, "title": None}


def outcomes(*texts):
    return tuple(Learned(text=v(text, "outcome")) for text in texts)


FIRST = complete(definition_version=v("1"), learning_outcomes=outcomes("programs a robot"))
SECOND = complete(
    definition_version=v("2"),
    valid_from=v("2026-06-01"),
    learning_outcomes=outcomes("programs a robot", "stops it safely"),
)


def dated(day, **more):
    return award(**NAMED, issued_on=v(day, "issued_on"), **more)


def learned(outcome):
    (record,) = records(outcome)
    return len(record.definition.learning_outcomes)


def test_an_award_from_before_the_second_version_keeps_the_first():
    exchange = Exchange()
    exchange.send(FIRST)
    exchange.send(SECOND)
    assert learned(exchange.send(dated("2026-05-31"), key="mc:de:before")) == 1
    assert learned(exchange.send(dated("2026-06-01"), key="mc:de:after")) == 2


def test_the_order_of_arrival_does_not_matter():
    seen = set()
    for order in itertools.permutations((FIRST, SECOND, dated("2026-05-01"))):
        exchange = Exchange()
        last = None
        for each in order:
            outcome = exchange.send(each)
            if each.kind == "award":
                last = next(iter(records(outcome)), last)
            for key in exchange.asked(outcome):
                last = next(iter(records(exchange.again(key))), last)
        seen.add((len(last.definition.learning_outcomes), last.definition.version))
    assert seen == {(1, "1")}


def test_a_second_version_asks_for_the_awards_of_its_days_only():
    exchange = Exchange()
    exchange.send(FIRST)
    exchange.send(dated("2026-05-01"), key="mc:de:before")
    exchange.send(dated("2026-07-01"), key="mc:de:after")
    assert exchange.asked(exchange.send(SECOND)) == ["mc:de:after"]
    assert learned(exchange.again("mc:de:after")) == 2


def test_an_award_that_names_a_version_has_that_one_whatever_its_day():
    exchange = Exchange()
    exchange.send(FIRST)
    exchange.send(SECOND)
    assert learned(exchange.send(dated("2026-07-01", definition_version=v("1")))) == 1
    assert exchange.again().emits == ()


def test_the_same_version_sent_again_corrects_it_for_its_awards():
    exchange = Exchange()
    exchange.send(FIRST)
    exchange.send(dated("2026-05-01"))
    corrected = complete(definition_version=v("1"), learning_outcomes=outcomes("a", "b", "c"))
    assert exchange.asked(exchange.send(corrected)) == ["mc:de:r1"]
    assert learned(exchange.again()) == 3
    assert len(exchange.facts.definitions) == 1


def test_a_version_whose_first_day_is_corrected_is_one_version():
    exchange = Exchange()
    for first in ("2026-01-01", "2026-02-01"):
        exchange.send(complete(definition_version=v("1"), valid_from=v(first)))
    ((version,),) = exchange.facts.definitions.values()
    assert version.since == "2026-02-01"


def test_a_version_without_a_first_day_is_in_force_from_the_day_it_arrives():
    exchange = Exchange()
    exchange.send(FIRST)
    later = complete(definition_version=v("2"), learning_outcomes=outcomes("a", "b"))
    exchange.send(later)  # messages of the tests arrive on 2026-05-28
    assert learned(exchange.send(dated("2026-05-27"))) == 1
    assert learned(exchange.send(dated("2026-05-29"), key="mc:de:r2")) == 2


def test_an_older_version_that_comes_late_does_not_become_the_public_one():
    exchange = Exchange()
    newest = records(exchange.send(SECOND))[0]
    first = complete(definition_version=v("1"), valid_from=v("2026-01-01"), language=v("Klingon"))
    (record,) = records(exchange.send(first))
    assert record.definition == newest.definition
    assert record.account.provenance == newest.account.provenance
    # The provider is still warned about what it sent.
    assert "language.unrecognised" in codes(record.account)


def test_awards_that_describe_one_course_differently_ask_for_nobody():
    """Each is complete by itself; a list of them would else look at all of them for each row."""
    exchange = Exchange()
    for number, texts in enumerate((("programs a robot",), ("stops it",), ("programs a robot",))):
        described = award(learning_outcomes=outcomes(*texts))
        outcome = exchange.send(described, key=f"mc:de:a{number}")
        assert records(outcome, Again) == []


SINCES = st.sampled_from(("", "2026-01-01", "2026-03-01", "2026-06-01"))
HELD = st.dictionaries(SINCES, st.sampled_from("abc"), max_size=3).map(
    lambda titles: tuple(
        HeldDefinition(Definition(key="d", title={"de": titles[since]}), (), True, since)
        for since in sorted(titles)
    )
)


LATE = tuple(
    HeldDefinition(Definition(key="d", version=since), (), True, since)
    for since in ("2026-01-01", "2026-06-01")
)


def within(days, day):
    return days is not None and days.first <= day and (not days.end or day < days.end)


@given(HELD, HELD)
@example(LATE, LATE[:1])
def test_the_days_that_changed_are_the_shortest_span_of_all_with_another_version(before, after):
    dates = ("2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-05-31", "2026-06-01")
    changed = [
        day
        for day in dates
        if versions.version_in_force(before, day) != versions.version_in_force(after, day)
    ]
    days = versions.changed_days(before, after)
    assert (days is None) == (not changed)
    inside = [day for day in dates if within(days, day)]
    assert inside == [day for day in dates if changed and changed[0] <= day <= changed[-1]]


@given(*[st.none() | st.builds(versions.Days, SINCES, SINCES)] * 2)
def test_a_joined_span_covers_both(held, more):
    text = versions.joined(str(held) if held else "", more)
    for day in ("2025-12-31", "2026-02-28", "2026-05-31", "2026-06-01"):
        either = within(held, day) or within(more, day)
        assert within(versions.days_in(text), day) or not either
    assert (text == "") == (held is more is None)
