"""Causes of failures by the words that tell of them: what is wrong, and what an operator does.

In each table the most telling stands first: whoever cannot get in says several things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """`sign` is a piece of the name or the words; the texts have {address}, {user}, {words}."""

    sign: str
    what: str
    do: str
    wrong: bool = True


_SERVICE = "`credstream service add` makes the user and gives it the rights of the table"
_RIGHT = f"give it: {_SERVICE}"
_WRONG_LISTENER = "or give CREDSTREAM_BROKER the address of the other listener"

BROKER: tuple[Cause, ...] = (
    Cause(
        "invalid credentials",
        "the password of {user} is wrong, or there is no such user",
        f"correct CREDSTREAM_SASL_USERNAME and CREDSTREAM_SASL_PASSWORD; {_SERVICE}",
    ),
    Cause(
        "Unsupported SASL mechanism",
        "its listener does not take the login SCRAM-SHA-512",
        "let sasl.enabled.mechanisms of the broker have it",
    ),
    Cause(
        "Request not valid in current SASL state",
        "its listener asks for no login, and CREDSTREAM_SECURITY_PROTOCOL is {protocol}",
        f"set CREDSTREAM_SECURITY_PROTOCOL to plaintext, {_WRONG_LISTENER}",
    ),
    Cause(
        "_AUTHENTICATION",
        "the login of {user} fails: {words}",
        "correct CREDSTREAM_SASL_USERNAME and CREDSTREAM_SASL_PASSWORD",
    ),
    Cause(
        "certificate verify failed",
        "its certificate is of an authority that is not trusted, is not for this name, or is old",
        "give CREDSTREAM_BROKER_CA the authority that signed it, and CREDSTREAM_BROKER a name "
        "that stands in it",
    ),
    Cause(
        "connecting to a PLAINTEXT",
        "its listener speaks plain text, and CREDSTREAM_SECURITY_PROTOCOL is {protocol}",
        f"set CREDSTREAM_SECURITY_PROTOCOL to plaintext, {_WRONG_LISTENER}",
    ),
    Cause(
        "wrong version number",
        "what listens there speaks no TLS, and CREDSTREAM_SECURITY_PROTOCOL is {protocol}",
        f"set CREDSTREAM_SECURITY_PROTOCOL to plaintext, {_WRONG_LISTENER}",
    ),
    Cause(
        "Invalid response size",
        "what listens there is no Kafka, or speaks TLS",
        "correct CREDSTREAM_BROKER, or set CREDSTREAM_SECURITY_PROTOCOL to sasl_ssl",
    ),
    Cause("_SSL", "TLS fails: {words}", "compare CREDSTREAM_SECURITY_PROTOCOL with its listener"),
    Cause(
        "_UNSUPPORTED_FEATURE",
        "this is a controller's address, or the broker is too old",
        "give CREDSTREAM_BROKER the address of a broker's listener",
    ),
    Cause(
        "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        "{user} has not the right to its transactions",
        _RIGHT,
    ),
    Cause("GROUP_AUTHORIZATION_FAILED", "{user} has not the right to its group", _RIGHT),
    Cause("TOPIC_AUTHORIZATION_FAILED", "{user} has not the right to a topic", _RIGHT),
    Cause(
        "CLUSTER_AUTHORIZATION_FAILED",
        "{user} is no administrator",
        "do this as the cluster's administrator",
    ),
    Cause(
        "KAFKA_STORAGE_ERROR",
        "its disk is full or broken",
        "free space or mend it, and start the broker again; everything goes on from there",
        wrong=False,
    ),
    Cause(
        "NOT_ENOUGH_REPLICAS",
        "too few copies of a partition are in step",
        "start the brokers that are away",
        wrong=False,
    ),
    Cause(
        "_RESOLVE",
        "nobody knows this name",
        "correct CREDSTREAM_BROKER, or the name service",
    ),
    Cause(
        "Connection refused",
        "nobody listens there",
        "start Kafka, or correct CREDSTREAM_BROKER",
        wrong=False,
    ),
    Cause(
        "Disconnected",
        "the connection broke",
        "look at the broker; it is tried again",
        wrong=False,
    ),
)
# A listener that wants TLS or a login closes a connection without a word.
CLOSED: Mapping[str, str] = {
    "plaintext": "its listener probably wants TLS or a login",
    "sasl_plaintext": "its listener probably wants TLS",
    "ssl": "its listener probably wants a login",
    "sasl_ssl": "it may be starting, or in trouble itself: look at its log",
}
SILENT = Cause(
    "",
    "no answer",
    "start Kafka, correct CREDSTREAM_BROKER, or look at the network between",
    wrong=False,
)


DATABASE: tuple[Cause, ...] = (
    Cause("password authentication failed", "the password of its user is wrong", "correct {name}"),
    Cause("no password supplied", "it asks for a password", "give it in {name}"),
    Cause("role ", "its user does not exist", "make the user, or correct {name}"),
    Cause(
        "does not exist", "there is no such database", "make it with `createdb`, or correct {name}"
    ),
    Cause("no pg_hba.conf entry", "it lets nobody in from here", "mend its pg_hba.conf"),
    Cause("permission denied", "its user has not the right", "give it the rights of an owner"),
    Cause("resolve host", "nobody knows this name", "correct {name}, or the name service"),
    Cause("translate host name", "nobody knows this name", "correct {name}, or the name service"),
    Cause("not a database", "this file is no SQLite database", "correct {name}"),
    Cause(
        "unable to open database file",
        "the folder is missing, or closed to this user",
        "make the folder, or correct {name}",
    ),
    Cause("readonly database", "the file may not be written", "mend the rights of the file"),
    Cause("read-only", "it takes no writes", "give {name} the primary, not a standby", wrong=False),
    Cause("Connection refused", "nobody listens there", "start it, or correct {name}", wrong=False),
    Cause("timeout expired", "no answer", "start it, or look at the network between", wrong=False),
    Cause("starting up", "it is starting", "nothing: it is tried again", wrong=False),
    Cause("shutting down", "it is stopping", "start it again", wrong=False),
    Cause(
        "connection slots",
        "it has no connection free",
        "raise max_connections, or run fewer workers",
        wrong=False,
    ),
    Cause(
        "too many clients",
        "it has no connection free",
        "raise max_connections, or run fewer workers",
        wrong=False,
    ),
    Cause("No space left", "its disk is full", "free space", wrong=False),
    Cause("disk is full", "its disk is full", "free space", wrong=False),
    Cause("is locked", "another process keeps it locked", "find and end it", wrong=False),
    Cause("server closed the connection", "the connection broke", "start it again", wrong=False),
    Cause("connection is lost", "the connection broke", "start it again", wrong=False),
)

REGISTRY: tuple[Cause, ...] = (
    Cause("401", "it wants a login", "put user and password into CREDSTREAM_REGISTRY_URL"),
    Cause("403", "its user has not the right", "give the user the right to read subjects"),
    Cause(
        "404",
        "what answers there is no schema registry with Confluent's interface",
        "correct the path in CREDSTREAM_REGISTRY_URL",
    ),
    Cause("ConnectTimeout", "no answer", "start it, or look at the network between", wrong=False),
    Cause(
        "ConnectError",
        "nobody listens there",
        "start it, or correct CREDSTREAM_REGISTRY_URL",
        wrong=False,
    ),
    Cause("Timeout", "no answer in time", "look at its log and at its database", wrong=False),
    Cause("50", "it is in trouble", "look at its log and at its database", wrong=False),
)
