"""Which texts of a credential its keys are made from."""

from __future__ import annotations

import hashlib
import unicodedata

from credstream.formats.shared.parsed import Parsed, Person, Value


def credential_id(parsed: Parsed, scheme: str | None) -> str:
    """The provider's own id of an award, or what stands for it where it has none.

    `scheme` is the registration's rule: the identifier of that scheme is the credential id.
    """
    if scheme:
        chosen = next((i.value for i in parsed.credential_ids if i.scheme == scheme), None)
        if chosen:
            return str(chosen.raw)
    if parsed.credential_id:
        return str(parsed.credential_id.raw)
    parts = (definition_id(parsed), _who(parsed.learner), _written(parsed.issued_on))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def definition_id(parsed: Parsed) -> str:
    """The provider's own id of a definition, or its title where it has none."""
    if parsed.definition_id:
        return str(parsed.definition_id.raw)
    return f"title\n{_folded(parsed.title)}"


def _who(person: Person | None) -> str:
    if person is None:
        return ""
    for each in person.identifiers:
        return f"{each.scheme}\n{each.value.raw}"
    names = (person.full_name, person.given_name, person.family_name, person.birth_date)
    return "\n".join(_written(value) for value in (person.email, *names))


def _folded(value: Value | None) -> str:
    if value is None:
        return ""
    raw = value.raw
    text = raw if not isinstance(raw, dict) else next((raw[key] for key in sorted(raw)), "")
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split())


def _written(value: Value | None) -> str:
    return "" if value is None else str(value.raw)
