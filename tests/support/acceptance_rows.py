"""Awards for rows of the acceptance list, and what became of them in a exchange."""

from __future__ import annotations

import copy
from typing import Any

from tests.support import folders
from tests.support.running import RunningExchange

LEARNER = {
    "id": {"scheme": "national", "value": "TEST-000001-XX"},
    "given_name": "Canaria",
    "family_name": "Testwell",
}
SCHOOL = {
    "name": {"en": "School of the Test"},
    "country": "DE",
    "identifiers": [{"scheme": "vat", "value": "DE999777111"}],
}
FULL = {
    "credstream": 1,
    "kind": "award",
    "language": "en",
    "title": {"en": "Window cleaning"},
    "country": "DE",
    "issued_on": "2026-03-06",
    "awarding_bodies": [SCHOOL],
    "learner": LEARNER,
    "learning_outcomes": [{"text": {"en": "Cleans panes safely."}}],
    "workload": {"hours": 16},
    "level": {"eqf": 2},
    "field": {"isced_f": "1011"},
    "assessment": {"type": "portfolio"},
    "participation": {"mode": "onsite"},
    "quality_assurance": [{"type": "external", "body": "An Agency"}],
    "route": "non-formal",
}
REGISTRATION = {
    "id": "school",
    "kind": "provider",
    "name": "School",
    "country": "DE",
    "hours_per_day": 7.4,
}


def award(name: str, without: str = "", **changes: Any) -> dict[str, Any]:
    """A whole award, less one member, with others changed."""
    document = copy.deepcopy(FULL) | {"id": name} | copy.deepcopy(changes)
    document.pop(without, None)
    return document


def entry(exchange: RunningExchange, name: str) -> dict[str, Any]:
    """What the summary says of a file."""
    return next(
        each for each in folders.summary(exchange.folder) if each["file"] == f"school/{name}.json"
    )


def published(exchange: RunningExchange, name: str) -> dict[str, Any]:
    """The last published version of the award in a file."""
    return folders.awards(exchange.folder)[entry(exchange, name)["keys"][0]][-1]


def codes(found: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in found["reasons"]}
