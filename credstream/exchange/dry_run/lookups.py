"""What a dry run looks up: the registration of its provider, definitions and accreditations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from credstream.contract.records import Accreditation, Provider
from credstream.exchange.errors import CommandError
from services.normalise.facts import HeldDefinition

# The provider of whoever only wants to know what a file says.
UNREGISTERED = "try"
NOWHERE = "ZZ"

Definitions = Mapping[str, tuple[HeldDefinition, ...]]
Accreditations = Mapping[str, tuple[Accreditation, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """What the exchange knows. `definitions` looks up by key, `accreditations` by token.

    `loaded` says whether any list of accreditations has been loaded.
    """

    provider: Provider
    definitions: Callable[[set[str]], Definitions]
    accreditations: Callable[[set[str]], Accreditations]
    loaded: bool


def unregistered(name: str, registered: Iterable[str], where: Path) -> Provider:
    """A registration that adds nothing to a file; raises CommandError for any name but `try`."""
    if name != UNREGISTERED:
        names = ", ".join(sorted(registered)) or "none"
        raise CommandError(f"no provider {name} is registered in {where}; registered: {names}")
    return Provider(id=name, kind="provider", name=name, country=NOWHERE, status="active")
