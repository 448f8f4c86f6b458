"""Files that tests submit with the command, and what it says of them."""

from __future__ import annotations

import json

from tests.support import commands

AWARD = {
    "credstream": 1, "kind": "award", "id": "S-1", "title": "Hubarbeitsbühnen", "issued_on": "2026-03-06",
    "awarding_bodies": [{"name": "A school", "country": "DE"}], "learner": {"id": {"scheme": "esi", "value": "E-1"}},
}  # fmt: skip


def sender(exchange, folder):
    """What submits one file of a provider to a running exchange."""

    def call(name, content, provider="amu-like", *more):
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return commands.credstream("submit", path, "--provider", provider, "--dir", exchange.folder, *more)  # fmt: skip

    return call


def told(done):
    """The objects that a command printed, one a line."""
    return [json.loads(line) for line in done.stdout.splitlines()]
