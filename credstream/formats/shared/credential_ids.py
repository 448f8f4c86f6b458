"""Chooses the texts of a credential that its key is derived from."""

from __future__ import annotations

import hashlib

from credstream.formats.shared.parsed import Parsed, Person, Value
from credstream.vocabularies.text import normalised


def credential_id(parsed: Parsed, scheme: str | None) -> str:
    """The provider's own id of an award; a hash of its content where it has none.

    `scheme` is the registration's rule: the identifier of that scheme is the credential id.
    """
    if scheme:
        by_scheme = next((i.value for i in parsed.credential_ids if i.scheme == scheme), None)
        if by_scheme:
            return str(by_scheme.raw)
    if parsed.credential_id:
        return str(parsed.credential_id.raw)
    # One learner earns one definition once a day; that is as unique as content can be.
    content = (definition_id(parsed), _learner_text(parsed.learner), _raw_text(parsed.issued_on))
    return hashlib.sha256("\n".join(content).encode()).hexdigest()


def definition_id(parsed: Parsed) -> str:
    """The provider's own id of a definition, or its title where it has none."""
    if parsed.definition_id:
        return str(parsed.definition_id.raw)
    # The prefix keeps a title apart from an id of the same text.
    return f"title\n{_folded_text(parsed.title)}"


def _learner_text(learner: Person | None) -> str:
    """The first identifier of a learner, else the names and the date of birth."""
    if learner is None:
        return ""
    for identifier in learner.identifiers:
        return f"{identifier.scheme}\n{identifier.value.raw}"
    names = (learner.full_name, learner.given_name, learner.family_name, learner.birth_date)
    return "\n".join(_raw_text(value) for value in (learner.email, *names))


def _folded_text(value: Value | None) -> str:
    """A title without differences of case, width and blanks."""
    if value is None:
        return ""
    raw = value.raw
    # Of several languages the first by tag, whatever their order in the document.
    text = raw if not isinstance(raw, dict) else next((raw[tag] for tag in sorted(raw)), "")
    return " ".join(normalised("NFKC", str(text)).casefold().split())


def _raw_text(value: Value | None) -> str:
    return "" if value is None else str(value.raw)
