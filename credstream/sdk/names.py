"""What a register may call the published topics, and which topics are meant."""

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
    """A name stands for no published topic that this user may see."""


def published(words: Sequence[str], visible: Collection[str]) -> tuple[str, ...]:
    """The topics that are meant; raises UnknownTopicError.

    A word is a topic's name, a pattern with * in it, or short: `definitions`, `changes`, `awards`
    for those of every country, `awards.be` for those of one.
    """
    own = sorted(filter(is_published, visible))
    return tuple(dict.fromkeys(name for word in words for name in _meant(word, own)))


def is_published(name: str) -> bool:
    return name.startswith(PUBLISHED) and topics.row_of(name) is not None and ".dlq" not in name


def _meant(word: str, own: Iterable[str]) -> list[str]:
    found = [name for name in own if fnmatchcase(name, full(word))]
    if not found:
        raise UnknownTopicError(
            f"{word}: there is no such published topic, or you may not read it; topics are "
            "definitions, changes, awards (of every country), awards.be (of one), or full names "
            f"such as {topics.awards('be')}"
        )
    return found


def full(word: str) -> str:
    """The full name that a short one stands for."""
    if word in SHORT:
        return SHORT[word]
    family, _, country = word.partition(".")
    return topics.awards(country) if family == "awards" and country else word
