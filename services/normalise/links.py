"""Who is one person: each identifier of a person leads to one learner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkRow:
    """An identifier, as its HMAC, and the learner that it leads to."""

    identifier: str
    learner: str


def link_learners(
    identifiers: Iterable[Sequence[str]], links: Mapping[str, str]
) -> tuple[Mapping[str, str], tuple[LinkRow, ...]]:
    """The links after some submissions, each given by its learner's identifiers; and the new ones.

    Identifiers stand with the strongest first, so the learner of a submission is what its first
    one leads to. A link never changes: two learners stay two when a submission names both.
    """
    linked = dict(links)
    for own in identifiers:
        # A new learner is named by the strongest identifier, not by chance: a batch that is
        # handled again after a crash names the same one, and finds the key that was made for it.
        known = (linked[each] for each in own if each in linked)
        learner = next(known, own[0] if own else "")
        for each in own:
            linked.setdefault(each, learner)
    new = sorted(linked.keys() - links.keys())
    return linked, tuple(LinkRow(each, linked[each]) for each in new)
