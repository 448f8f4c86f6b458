"""Which person an identifier leads to: by what is said, not by when."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalise import links
from services.normalise.links import INHERITED, LinkRow, person_of, stated, with_rows

# By strength, as an award has them: strong ones first, which mean the same for every provider.
STRONG, WEAK = ("N1", "N2", "S1", "S2"), ("a", "b", "c", "d")


def scoped(provider, names):
    """The identifiers of an award in their order, the weak ones those of its provider."""
    return [name if name in STRONG else f"{name}@{provider}" for name in names]


def rows_of(awards, trusted=()):
    rows = []
    for provider, names in awards:
        own = scoped(provider, names)
        rows += stated(own, provider, trusted=provider in trusted, at=1)
    return rows


def persons(awards, trusted=()):
    """The person of each award, from its links alone."""
    held = with_rows({}, rows_of(awards, trusted))
    return [person_of(scoped(p, names)[0], p, held) for p, names in awards]


def by_definition(awards, trusted=()):
    """The same by the words of decision 0029, without a table of links."""

    def person(identifier, provider):
        stronger = set()
        for who, names in awards:
            own = scoped(who, names)
            counts = who == provider or (who in trusted and own[0] in STRONG)
            if identifier in own[1:] and counts and (who == provider or identifier in STRONG):
                stronger.add(person(own[0], provider))
        return stronger.pop() if len(stronger) == 1 else identifier

    return [person(scoped(who, names)[0], who) for who, names in awards]


names = st.lists(st.sampled_from(STRONG + WEAK), min_size=1, max_size=4, unique=True).map(
    lambda found: tuple(sorted(found, key=(STRONG + WEAK).index))
)
sent = st.lists(st.tuples(st.sampled_from("PQR"), names), min_size=1, max_size=12)


@given(sent, st.sets(st.sampled_from("PQR")), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_persons(awards, trusted, chance):
    expected = dict(zip(awards, persons(awards, trusted), strict=True))
    shuffled = chance.sample(awards, len(awards))
    assert dict(zip(shuffled, persons(shuffled, trusted), strict=True)) == expected


@given(sent, st.sets(st.sampled_from("PQR")))
def test_the_persons_are_those_of_the_definition(awards, trusted):
    assert persons(awards, trusted) == by_definition(awards, trusted)


@given(sent)
def test_what_another_provider_says_moves_no_award(awards):
    own = [award for award in awards if award[0] == "P"]
    expected = dict(zip(own, persons(own), strict=True))
    found = dict(zip(awards, persons(awards), strict=True))
    assert {award: found[award] for award in own} == expected


@pytest.mark.parametrize(
    ("awards", "expected"),
    [
        ([("P", ("N1", "a")), ("P", ("a",))], ["N1", "N1"]),
        ([("P", ("a",)), ("P", ("N1", "a"))], ["N1", "N1"]),
        ([("P", ("N1", "a")), ("Q", ("a",))], ["N1", "a@Q"]),
        ([("P", ("N1", "a")), ("Q", ("N1",))], ["N1", "N1"]),
        ([("P", ("N1", "S1")), ("P", ("S1",)), ("Q", ("S1",))], ["N1", "N1", "S1"]),
        # A shared mailbox belongs to nobody, and joins nobody.
        ([("P", ("N1", "a")), ("P", ("N2", "a")), ("P", ("a",))], ["N1", "N2", "a@P"]),
        ([("P", ("a", "b")), ("P", ("N1", "a")), ("P", ("b",))], ["N1", "N1", "N1"]),
        ([("P", ("a", "c")), ("P", ("b", "c"))], ["a@P", "b@P"]),
    ],
)
def test_an_award_is_of_the_person_of_its_strongest_identifier(awards, expected):
    assert persons(awards) == expected


def test_a_trusted_provider_s_word_counts_for_others_but_never_of_addresses():
    awards = [("P", ("N1", "S1", "a")), ("Q", ("S1",)), ("Q", ("a",))]
    assert persons(awards, trusted={"P"}) == ["N1", "N1", "a@Q"]


def test_a_link_that_was_taken_back_leads_nowhere_also_when_it_is_said_again():
    row = LinkRow("a", "P", "N1", taken_back=True)
    held = with_rows({"a": [row]}, [LinkRow("a", "P", "N1", trusted=True)])
    assert held == {"a": [row]}
    assert person_of("a", "P", held) == "a"


def test_persons_from_before_stay_as_they_were():
    before = {name: [LinkRow(name, INHERITED, "a@P")] for name in ("a@P", "N1", "S1")}
    held = with_rows(before, rows_of([("P", ("N1", "a")), ("P", ("S1", "N2"))]))
    assert {person_of(each, "P", held) for each in ("a@P", "N1", "S1")} == {"a@P"}


def test_an_inherited_circle_ends():
    before = {
        "S1": [LinkRow("S1", INHERITED, "x")],
        "S2": [LinkRow("S2", INHERITED, "y")],
        "x": [LinkRow("x", "P", "S2")],
        "y": [LinkRow("y", "P", "S1")],
    }
    assert {person_of(each, "P", before) for each in ("S1", "S2", "x", "y")} == {"x"}


def test_an_identifier_of_very_many_persons_is_read_no_further():
    many = [LinkRow("a", "P", f"N{n}") for n in range(links.MOST_TARGETS + 1)]
    same = [LinkRow(row.target, "P", "T") for row in many]
    held = with_rows({}, [*many, *same])
    assert person_of("a", "P", held) == "a"
    fewer = with_rows({}, [*many[1:], *same])
    assert person_of("a", "P", fewer) == "T"


def test_a_long_chain_ends_without_an_error():
    chain = [LinkRow(f"{n:05}", "P", f"{n + 1:05}") for n in range(5000)]
    random.Random(1).shuffle(chain)
    assert person_of("00000", "P", with_rows({}, chain))
