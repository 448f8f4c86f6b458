"""Puts into words what Kafka's client, the registry and databases say: what is wrong, what to do.

librdkafka gives most calls the same answer, a failed transport, and tells the cause only to a
callback. A `Witness` hears it; the tables of `causes` say what each cause means.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from credstream.process.error_catalogue import BROKER, CLOSED, DATABASE, REGISTRY, SILENT, Cause

# Name and text of an error, such as _AUTHENTICATION.
Heard = tuple[str, str]

WHERE = re.compile(r"(?:\w+://)?([^\s/]+:\d+)/")
LIBRDKAFKA = re.compile(r"^\S+/\S+: |\s*\(after \d+ms in state [^)]*\)")
LONGEST = 200
DATABASES = "CREDSTREAM_DATABASE_URL (CREDSTREAM_VAULT_URL for the vault)"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`wrong` where it does not pass by waiting: somebody has to change something."""

    what: str
    do: str
    wrong: bool = True

    def __str__(self) -> str:
        return f"{self.what}; {self.do}"


@dataclass(slots=True)
class Witness:
    """The last errors that the clients of one cluster told."""

    heard: deque[Heard] = field(default_factory=lambda: deque(maxlen=50))

    def hear(self, error: Any) -> None:
        """A callback of librdkafka's; `error` is a KafkaError."""
        self.heard.append((error.name(), error.str()))

    def forget(self) -> None:
        self.heard.clear()


def of_broker(address: str, security: Mapping[str, Any], heard: Iterable[Heard]) -> Diagnosis:
    """Why nobody gets on with a broker, by everything that was heard of it."""
    told = list(heard)
    cause, text = _found(BROKER, told)
    protocol = str(security.get("security.protocol", "plaintext"))
    if cause is None:
        closed = CLOSED.get(protocol, CLOSED["sasl_ssl"])
        cause = closed if any(name == "_ALL_BROKERS_DOWN" for name, _ in told) else SILENT
    names = {
        "user": security.get("sasl.username") or "everybody",
        "protocol": protocol,
        "words": _plain(text),
    }
    place = WHERE.search(text)
    what = f"broker {place[1] if place else address}: {cause.what.format(**names)}"
    return Diagnosis(what, cause.do, wrong=cause.wrong)


def of_database(words: str, url: str, variable: str = DATABASES) -> Diagnosis:
    """A driver's words about the database at a URL; neither user nor password is repeated."""
    cause, _ = _found(DATABASE, [("", words)])
    chosen = cause or Cause("", _plain(words), "look at its log", wrong=False)
    what = f"database {bare(url)}: {chosen.what}"
    return Diagnosis(what, chosen.do.format(variable=variable), wrong=chosen.wrong)


def of_registry(words: str, url: str) -> Diagnosis:
    """The status of a registry's answer, or the name of the failure where there was none."""
    cause, _ = _found(REGISTRY, [("", words)])
    chosen = cause or Cause("", f"it fails: {_plain(words)}", "look at its log", wrong=False)
    return Diagnosis(f"registry {bare(url)}: {chosen.what}", chosen.do, wrong=chosen.wrong)


def known(heard: Iterable[Heard]) -> bool:
    """Whether a cause was heard, so that there is no use in listening on."""
    return _found(BROKER, list(heard))[0] is not None


def refused(address: str, security: Mapping[str, Any], error: Any) -> Diagnosis:
    """What a broker's own refusal means; `error` is a KafkaError."""
    heard = [(error.name(), error.str())]
    if known(heard):
        return of_broker(address, security, heard)
    return Diagnosis(f"broker {address}: {error.str()}", "look at its log", wrong=False)


def _found(causes: Iterable[Cause], heard: Sequence[Heard]) -> tuple[Cause | None, str]:
    """The first cause that something bears out, and the text of the last thing that does."""
    for cause in causes:
        for name, text in reversed(heard):
            if cause.sign in name or cause.sign in text:
                return cause, text
    return None, ""


def _plain(text: str) -> str:
    """Without librdkafka's address in front and its times behind."""
    return LIBRDKAFKA.sub("", next(iter(text.splitlines()), ""))[:LONGEST]


def bare(url: str) -> str:
    """A URL without user, password and parameters."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return f"{place}{parts.path}" if place else parts.path.removeprefix("/") or parts.scheme
