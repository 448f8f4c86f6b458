"""Why a broker cannot be reached, in words for an operator.

librdkafka gives most calls the same answer, a failed transport, and tells the cause only to a
callback. A `Witness` hears it; the table below says what each cause means and what to do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Heard = tuple[str, str]

# Name of the error, words in its text, what is wrong, what to do. The first that fits is told.
CAUSES = (
    (
        "_AUTHENTICATION",
        "",
        "the user {user} or its password is refused",
        "set CREDSTREAM_SASL_USERNAME and CREDSTREAM_SASL_PASSWORD, or make the user anew",
    ),
    (
        "_SSL",
        "certificate verify failed",
        "its certificate is not of an authority that we trust",
        "set CREDSTREAM_BROKER_CA to the authority's certificate",
    ),
    (
        "_TRANSPORT",
        "certificate verify failed",
        "its certificate is not of an authority that we trust",
        "set CREDSTREAM_BROKER_CA to the authority's certificate",
    ),
    (
        "_TRANSPORT",
        "SSL connection closed by peer",
        "it does not speak TLS at this port",
        "set CREDSTREAM_BROKER to the TLS port, or CREDSTREAM_SECURITY_PROTOCOL=plaintext",
    ),
    (
        "_SSL",
        "",
        "TLS fails there",
        "compare CREDSTREAM_SECURITY_PROTOCOL with the listener of that port",
    ),
    (
        "_RESOLVE",
        "",
        "nobody knows this host name",
        "correct CREDSTREAM_BROKER",
    ),
    (
        "_BAD_MSG",
        "",
        "what answers there is no Kafka broker",
        "correct CREDSTREAM_BROKER",
    ),
    (
        "_TRANSPORT",
        "Connection refused",
        "nobody listens there",
        "start the broker, or correct CREDSTREAM_BROKER",
    ),
)
CLOSED = (
    "it closes the connection before it answers",
    "compare CREDSTREAM_SECURITY_PROTOCOL ({protocol}) with the listener of that port",
)
SILENT = ("it does not answer", "look whether it runs, and whether the way there is open")


@dataclass(slots=True)
class Witness:
    """The last errors that the clients of one cluster told."""

    heard: deque[Heard] = field(default_factory=lambda: deque(maxlen=50))

    def hear(self, error: Any) -> None:
        """A callback of librdkafka's; `error` is a KafkaError."""
        self.heard.append((error.name(), error.str()))

    def forget(self) -> None:
        self.heard.clear()


def explained(address: str, security: Mapping[str, Any], heard: Iterable[Heard]) -> str:
    """What is wrong at an address and what to do, by what was heard of it."""
    told = list(heard)
    names = {
        "user": security.get("sasl.username", ""),
        "protocol": security.get("security.protocol", "plaintext"),
    }
    wrong, way_out = next(
        ((wrong, way_out) for name, words, wrong, way_out in CAUSES if _fits(told, name, words)),
        CLOSED if told else SILENT,
    )
    return f"broker {address}: {wrong.format(**names)}; {way_out.format(**names)}"


def known(heard: Iterable[Heard]) -> bool:
    """Whether something was heard that waiting does not change."""
    told = list(heard)
    return any(_fits(told, name, words) for name, words, *_ in CAUSES)


def refused(address: str, security: Mapping[str, Any], error: Any) -> str:
    """What a broker's own refusal means; `error` is a KafkaError."""
    if error.name().endswith("AUTHORIZATION_FAILED"):
        who = security.get("sasl.username", "this user")
        return (
            f"broker {address}: {who} has not the right: {error.str()}; "
            "give a service its rights with `credstream service add`"
        )
    return f"broker {address}: {error.str()}"


def _fits(told: Iterable[Heard], name: str, words: str) -> bool:
    return any(name == each and words in text for each, text in told)
