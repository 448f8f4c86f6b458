"""Explains errors of Kafka's client, of the registry and of databases: what is wrong, what to do.

librdkafka ends most calls with the same error, a failed transport, and reports the cause to its
error callback alone. `RecentErrors` keeps it; the tables of `error_catalogue` explain it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from credstream.process.error_catalogue import BROKER, CLOSED, DATABASE, REGISTRY, SILENT, Cause

# Name, such as _AUTHENTICATION, and text of an error.
ErrorText = tuple[str, str]

# Both begin only where a run of their characters begins, so that each run is read once.
ADDRESS = re.compile(r"(?<![^\s/])([^\s/]+:\d+)/")
AROUND = re.compile(r"^\S[^\s/]*/\S+: |(?<!\s)\s*\(after \d+ms in state [^()]*\)")
LONGEST = 200
DATABASES = "CREDSTREAM_DATABASE_URL (CREDSTREAM_VAULT_URL for the vault)"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong, and what to do; `wrong` where waiting does not help."""

    what: str
    do: str
    wrong: bool = True

    def __str__(self) -> str:
        return f"{self.what}; {self.do}"


@dataclass(slots=True)
class RecentErrors:
    """The last errors that the clients of one cluster reported."""

    entries: deque[ErrorText] = field(default_factory=lambda: deque(maxlen=50))

    def add(self, error: Any) -> None:
        """The error callback of librdkafka; `error` is a KafkaError."""
        self.entries.append((error.name(), error.str()))

    def clear(self) -> None:
        self.entries.clear()


def of_broker(address: str, security: Mapping[str, Any], errors: Iterable[ErrorText]) -> Diagnosis:
    """Why a broker does not answer, by the errors of its clients."""
    entries = list(errors)
    cause, text = _first_cause(BROKER, entries)
    protocol = str(security.get("security.protocol", "plaintext"))
    if cause is None:
        closed = CLOSED.get(protocol, CLOSED["sasl_ssl"])
        cause = closed if any(name == "_ALL_BROKERS_DOWN" for name, _ in entries) else SILENT
    names = {
        "user": security.get("sasl.username") or "the anonymous user",
        "protocol": protocol,
        "words": _plain(text),
    }
    # librdkafka names the broker that failed, which need not be the one that we connected to.
    named = ADDRESS.search(text)
    what = f"broker {named[1] if named else address}: {cause.what.format(**names)}"
    return Diagnosis(what, cause.do, wrong=cause.wrong)


def of_refusal(address: str, security: Mapping[str, Any], error: Any) -> Diagnosis:
    """What an answer of the broker means; `error` is a KafkaError."""
    errors = [(error.name(), error.str())]
    if is_explained(errors):
        return of_broker(address, security, errors)
    return Diagnosis(f"broker {address}: {error.str()}", "look at its log", wrong=False)


def is_explained(errors: Iterable[ErrorText]) -> bool:
    """Whether an error has a known cause, so that there is no use in waiting for another."""
    return _first_cause(BROKER, list(errors))[0] is not None


def of_database(words: str, url: str, variable: str = DATABASES) -> Diagnosis:
    """A driver's words about the database at a URL; neither user nor password is repeated."""
    cause, _ = _first_cause(DATABASE, [("", words)])
    chosen = cause or Cause("", _plain(words), "look at its log", wrong=False)
    what = f"database {bare(url)}: {chosen.what}"
    return Diagnosis(what, chosen.do.format(variable=variable), wrong=chosen.wrong)


def of_registry(words: str, url: str) -> Diagnosis:
    """The status of a registry's answer, or the name of the failure where there was none."""
    cause, _ = _first_cause(REGISTRY, [("", words)])
    chosen = cause or Cause("", f"it fails: {_plain(words)}", "look at its log", wrong=False)
    return Diagnosis(f"registry {bare(url)}: {chosen.what}", chosen.do, wrong=chosen.wrong)


def bare(url: str) -> str:
    """A URL without user, password and parameters."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{host}{parts.path}" if host else parts.path.removeprefix("/") or parts.scheme


def _first_cause(causes: Iterable[Cause], errors: Sequence[ErrorText]) -> tuple[Cause | None, str]:
    """The first cause that an error shows, and the text of the last such error."""
    for cause in causes:
        for name, text in reversed(errors):
            if cause.sign in name or cause.sign in text:
                return cause, text
    return None, ""


def _plain(text: str) -> str:
    """The first line, without the address before and the times after it."""
    return AROUND.sub("", next(iter(text.splitlines()), ""))[:LONGEST]
