"""`credstream try` on files and documents."""

from __future__ import annotations

from credstream.exchange.local.examples import EXAMPLES

SUBMISSIONS = EXAMPLES / "submissions"


def example(name):
    return SUBMISSIONS / name, name.split("/")[0]


def award(**changes):
    """An award in the native format that lacks nothing."""
    whole = {
        "credstream": 1,
        "kind": "award",
        "id": "A-1",
        "language": "en",
        "title": "Soldering by hand",
        "country": "DE",
        "awarding_bodies": [{"name": "Solder School", "country": "DE"}],
        "issued_on": "2026-05-01",
        "learner": {"id": {"scheme": "student", "value": "S-1"}},
        "learning_outcomes": ["Solders a board."],
        "workload": {"hours": 40},
        "assessment": {"type": "portfolio"},
        "participation": {"mode": "online"},
        "quality_assurance": [{"type": "internal"}],
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}
