"""Who is one person: which identifier leads to which stronger one, and who said so.

An award belongs to the person of its strongest identifier. What else it names leads to that person
for awards of the same provider, and for those of others only where the operator trusts what the
provider says of persons (decision 0029). Identifiers are HMACs throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# Stands for the provider of links from before links had one; each leads to a learner's id.
INHERITED = ""
# An identifier that leads to more than these belongs to nobody: a shared mailbox, a constant.
MOST_TARGETS = 32
# Of a longer chain of identifiers only the beginning is followed.
MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class LinkRow:
    """That a provider named an identifier beside a stronger one, the `target`.

    `trusted` where it counts for the awards of all providers; `taken_back` by an operator.
    """

    identifier: str
    provider: str
    target: str
    trusted: bool = False
    taken_back: bool = False
    said_at: int = 0


Links = Mapping[str, Sequence[LinkRow]]


def stated(
    identifiers: Sequence[str], provider: str, *, trusted: bool, at: int
) -> tuple[LinkRow, ...]:
    """What a submission says: each of its identifiers leads to the first, the strongest one.

    Trust matters for strong identifiers alone: an address or a name is another HMAC for each
    provider, so that it joins no awards of two.
    """
    return tuple(
        LinkRow(each, provider, identifiers[0], trusted, said_at=at) for each in identifiers[1:]
    )


def with_rows(links: Links, rows: Iterable[LinkRow]) -> dict[str, list[LinkRow]]:
    """The links and some more; one that was taken back stays taken back."""
    joined = {identifier: list(held) for identifier, held in links.items()}
    for row in rows:
        held = joined.setdefault(row.identifier, [])
        same = (row.provider, row.target)
        at = next((n for n, each in enumerate(held) if (each.provider, each.target) == same), None)
        if at is None:
            held.append(row)
        elif row.trusted and not held[at].taken_back:
            held[at] = row
    return joined


def person_of(identifier: str, provider: str, links: Links) -> str:
    """The learner's id behind an identifier in an award of a provider.

    It is the identifier that all its links lead to in the end; where they lead to several persons
    it is its own person. So the same links give the same persons in any order of arrival.
    """
    return _lead(identifier, provider, links, (), {})


def _lead(
    identifier: str, provider: str, links: Links, behind: tuple[str, ...], known: dict[str, str]
) -> str:
    if identifier in behind:
        # Only links from before can lead in a circle.
        return min(behind[behind.index(identifier) :])
    if identifier not in known:
        before = (*behind, identifier)
        targets = _targets(identifier, provider, links) if len(behind) < MOST_STEPS else ()
        persons = {_lead(each, provider, links, before, known) for each in sorted(targets)}
        known[identifier] = persons.pop() if len(persons) == 1 else identifier
    return known[identifier]


def counts(row: LinkRow, provider: str) -> bool:
    """Whether a link counts for the awards of a provider."""
    return not row.taken_back and (row.trusted or row.provider in (provider, INHERITED))


def _targets(identifier: str, provider: str, links: Links) -> set[str]:
    counting = [row for row in links.get(identifier, ()) if counts(row, provider)]
    inherited = {row.target for row in counting if row.provider == INHERITED} - {identifier}
    targets = inherited or {_as_before(row.target, links) for row in counting} - {identifier}
    return targets if len(targets) <= MOST_TARGETS else set()


def _as_before(identifier: str, links: Links) -> str:
    """The learner that an identifier led to before links had providers, or itself."""
    rows = (r for r in links.get(identifier, ()) if r.provider == INHERITED and not r.taken_back)
    return next((row.target for row in rows), identifier)
