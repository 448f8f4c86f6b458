"""Who is one person: what a link may do, in whatever order the submissions come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.normalise.links import LinkRow, link_learners

IDENTIFIERS = st.sampled_from("abcdefgh")
BATCHES = st.lists(st.lists(IDENTIFIERS, max_size=4, unique=True), max_size=8)
# As tables hold them: a learner is named by an identifier that leads to it.
HELD = st.dictionaries(IDENTIFIERS, IDENTIFIERS, max_size=5).map(
    lambda links: links | {learner: learner for learner in links.values()}
)


def as_links(rows):
    return {row.identifier: row.learner for row in rows}


def test_a_new_learner_is_named_by_the_strongest_identifier():
    links, new = link_learners([("national", "email")], {})
    assert links == {"national": "national", "email": "national"}
    assert new == (LinkRow("email", "national"), LinkRow("national", "national"))


def test_a_known_identifier_leads_the_unknown_ones_to_its_learner():
    links, new = link_learners([("national", "email")], {"email": "x"})
    assert links["national"] == "x"
    assert new == (LinkRow("national", "x"),)


def test_a_later_submission_of_a_batch_sees_what_an_earlier_one_linked():
    links, _ = link_learners([("national", "email"), ("email", "local"), ("local",)], {})
    assert set(links.values()) == {"national"}


def test_two_learners_stay_two_when_a_submission_names_both():
    held = {"a": "a", "b": "b"}
    links, new = link_learners([("b", "a", "c")], held)
    assert links == {"a": "a", "b": "b", "c": "b"}
    assert new == (LinkRow("c", "b"),)


def test_nothing_links_nothing():
    assert link_learners([(), ()], {}) == ({}, ())


@given(BATCHES, HELD)
def test_the_same_batch_again_gives_the_same_learners_and_nothing_new(batch, held):
    links, new = link_learners(batch, held)
    assert link_learners(batch, held) == (links, new)
    assert link_learners(batch, held | as_links(new)) == (links, ())


@given(BATCHES, HELD, st.data())
def test_in_any_order_a_submission_has_one_learner_and_no_stranger_joins(batch, held, data):
    order = data.draw(st.permutations(batch))
    links, new = link_learners(order, held)
    assert links == held | as_links(new)
    assert {row.identifier for row in new} == {each for own in batch for each in own} - set(held)
    for own in order:
        # Every identifier leads somewhere, and each learner was named by somebody connected.
        for each in own:
            assert links[each] in connected(each, batch, held)


@given(BATCHES, BATCHES, HELD)
def test_where_a_batch_ends_changes_nothing(first, second, held):
    whole, _ = link_learners([*first, *second], held)
    links, new = link_learners(first, held)
    assert link_learners(second, held | as_links(new))[0] == whole
    assert links == held | as_links(new)


@given(st.permutations([("a", "b"), ("b", "a"), ("c",), ("d", "e", "f"), ("e", "d")]))
def test_the_order_of_strangers_changes_nothing(order):
    persons = [own for own in order if own[0] in "acd"]
    assert link_learners(persons, {})[0] == {
        "a": "a",
        "b": "a",
        "c": "c",
        "d": "d",
        "e": "d",
        "f": "d",
    }


def connected(start, batch, held):
    """All that is reached from an identifier over submissions and links."""
    groups = [*batch, *([name, learner] for name, learner in held.items())]
    reached = {start}
    while more := {e for own in groups if reached & set(own) for e in own} - reached:
        reached |= more
    return reached
