"""The doctor looks at settings: variables that look misspelt, and what a service lacks."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import fields

from credstream.exchange.doctor.findings import OK, WRONG, Finding
from credstream.process.settings import PREFIX, Settings, lacking

# A name that is so similar to that of a setting was meant to be it, as a ratio of difflib.
ALIKE = 0.9


def checks(
    settings: Settings, services: tuple[str, ...], environ: Mapping[str, str] = os.environ
) -> Iterator[Finding]:
    """Compare the environment with the settings, and with the needs of some services."""
    found = [
        *_misspelt(environ),
        *(finding for name in services for finding in _lacking(settings, name)),
    ]
    yield from found
    if not found:
        yield Finding("settings", OK, "variables are readable and fit together")


def _misspelt(environ: Mapping[str, str]) -> Iterator[Finding]:
    known = [PREFIX + setting.name.upper() for setting in fields(Settings)]
    known += [f"{name}_FILE" for name in known]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            meant = difflib.get_close_matches(name, known, 1, ALIKE)
            if meant:
                yield Finding("settings", WRONG, f"{name} is no setting", f"write {meant[0]}")


def _lacking(settings: Settings, service: str) -> Iterator[Finding]:
    for name, what in lacking(settings, service):
        fault = what.partition(";")[0]
        yield Finding("settings", WRONG, f"{service}: {fault}", f"set {PREFIX}{name.upper()}")
