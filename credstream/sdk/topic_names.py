"""The names by which a register may call published topics, and the topics that they mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from credstream.contract import topics

PUBLISHED = "published."
SHORT: Mapping[str, str] = {
    "definitions": topics.DEFINITIONS,
    "changes": topics.CHANGES,
    "awards": topics.awards("*"),
}


class UnknownTopicError(Exception):
    """A name means no published topic that this user may see."""


def published(names: Sequence[str], visible: Collection[str]) -> tuple[str, ...]:
    """The topics that names mean; raises UnknownTopicError.

    A name is a topic's own, a pattern with * in it, or short: `definitions`, `changes`, `awards`
    for those of every country, `awards.be` for those of one.
    """
    own = sorted(filter(is_published, visible))
    return tuple(dict.fromkeys(topic for name in names for topic in _matching(name, own)))


def is_published(name: str) -> bool:
    return name.startswith(PUBLISHED) and topics.row_of(name) is not None and ".dlq" not in name


def _matching(name: str, published_topics: Iterable[str]) -> list[str]:
    matching = [topic for topic in published_topics if fnmatchcase(topic, full(name))]
    if not matching:
        raise UnknownTopicError(
            f"{name}: there is no such published topic, or you may not read it; topics are "
            "definitions, changes, awards (of every country), awards.be (of one), or full names "
            f"such as {topics.awards('be')}"
        )
    return matching


def full(name: str) -> str:
    """The topic's own name, or pattern, of a short name; any other name as it is."""
    if name in SHORT:
        return SHORT[name]
    family, _, country = name.partition(".")
    return topics.awards(country) if family == "awards" and country else name
