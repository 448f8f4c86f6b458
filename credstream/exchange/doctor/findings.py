"""What the doctor finds, a line for each thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from credstream.process.diagnosis import Diagnosis

OK, WRONG, UNKNOWN = "ok", "wrong", "unknown"
# What works, and is less safe than it could be.
OFF = "off"
# A certificate that ends so soon is wrong already.
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; the state is `unknown` where something is away, so that nobody could look."""

    group: str
    state: str
    what: str
    do: str = ""


def finding_of(group: str, diagnosis: Diagnosis) -> Finding:
    """What a diagnosis says; the state of what only has to come back is unknown until then."""
    state = WRONG if diagnosis.wrong else UNKNOWN
    return Finding(group, state, diagnosis.what.removeprefix(f"{group} "), diagnosis.do)


def certificate_finding(group: str, name: str, begins: datetime, ends: datetime) -> Finding:
    """Whether a certificate is in force, and for longer than it takes to replace it."""
    now = datetime.now(UTC)
    if now < begins:
        return Finding(group, WRONG, f"{name} begins at {begins:%Y-%m-%d}", "look at the clock")
    if now > ends:
        return Finding(group, WRONG, f"{name} ended at {ends:%Y-%m-%d}", "install a new one")
    if ends - now < SOON:
        return Finding(group, WRONG, f"{name} ends at {ends:%Y-%m-%d}", "install a new one before")
    return Finding(group, OK, f"{name} is in force until {ends:%Y-%m-%d}")
