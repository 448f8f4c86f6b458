"""Finds the organisations of a registration that a payload names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from credstream.contract.records import Provider
from credstream.contract.values import Identifier, Organisation, Text
from credstream.formats.shared.parsed import Body, Id, Parsed
from credstream.vocabularies import countries
from services.normalise.descriptors.base import casefolded, look_up, single_text
from services.normalise.descriptors.texts import UNDETERMINED, by_language

# What providers write for the four roles; `|` separates the words.
WORDS_BY_ROLE: Mapping[str, str] = {
    "provider": "provider|training provider|trainer|education provider|issuer|school|university",
    "certifier": "certifier|certification body|certifying body|chamber|awarder|awarding body",
    "employer": "employer|company|enterprise|firm",
    "accreditor": "accreditor|accrediting body|accreditation body|regulator|quality agency",
}
ROLES = {word: role for role, words in WORDS_BY_ROLE.items() for word in words.split("|")}


def organisation_of(body: Body, language: str) -> Organisation:
    """An organisation as its payload states it; a name without a language is in `language`."""
    return Organisation(
        name=by_language(body.name, language) if body.name else {},
        country=look_up(body.country, countries.country),
        role=look_up(body.role, _role),
        identifiers=identifiers_of(body.identifiers),
    )


def identifiers_of(ids: tuple[Id, ...]) -> tuple[Identifier, ...]:
    pairs = ((id_.scheme, single_text(id_.value)) for id_ in ids)
    return tuple(Identifier(scheme=scheme.lower(), value=value) for scheme, value in pairs if value)


def registered_bodies(parsed: Parsed, provider: Provider) -> tuple[Organisation, ...]:
    """The registration's organisations that the payload names; all of them where it names none."""
    if not parsed.awarding_bodies:
        return provider.awarding_bodies
    matches = (
        registered_as(organisation_of(body, UNDETERMINED), provider)
        for body in parsed.awarding_bodies
    )
    return tuple(match for match in matches if match)


def registered_as(named: Organisation, provider: Provider) -> Organisation | None:
    """The registration's organisation with the same identifier, else with the same name."""
    # All identifiers come before any name: two bodies may have one name, and no identifier.
    tests: tuple[Callable[[Organisation], bool], ...] = (
        lambda body: bool(set(body.identifiers) & set(named.identifiers)),
        lambda body: bool(_names(body.name) & _names(named.name)),
    )
    return next((body for test in tests for body in provider.awarding_bodies if test(body)), None)


def _names(name: Text) -> frozenset[str]:
    return frozenset(casefolded(text) for text in name.values())


def _role(word: str) -> str | None:
    return ROLES.get(casefolded(word).replace("_", " ").replace("-", " "))
