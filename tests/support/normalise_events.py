"""Submissions in the native format: a unit, an award that names it, and any other document."""

from __future__ import annotations

import json

from tests.support.normalising import received

UNIT = {
    "credstream": 1,
    "kind": "definition",
    "id": "U",
    "title": "Rescue",
    "awarding_bodies": [{"name": "School"}],
}
AWARD = {
    "credstream": 1,
    "kind": "award",
    "issued_on": "2026-06-01",
    "learner": {"email": "canaria@example.org"},
    "definition": {"id": "U"},
}


def sent(kind, key, document, **changes):
    payload = json.dumps(document).encode()
    return received(kind, key, payload=payload, submission=payload.hex(), **changes)
