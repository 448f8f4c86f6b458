"""The causes of errors of Kafka, databases and the registry, and what an operator does about each.

In each table the most specific cause comes first: one failure makes a client report several errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """`sign` is a part of an error's name or text.

    `what` may name {user}, {protocol} and {words}. `wrong` is False where waiting may help.
    """

    sign: str
    what: str
    do: str
    wrong: bool = True


# What a worker may wait for, as its metric and its pages name it.
CAUSES: Mapping[str, str] = {
    "starting": "it opens what it needs, and nothing of that was away so far",
    "broker": "Kafka does not answer, or refuses",
    "topic": "a topic is missing, or has another number of partitions",
    "registry": "the schema registry does not answer, or refuses",
    "database": "the service's own database does not answer, or refuses",
    "vault": "the vault does not answer, refuses, or has keys of another key-encryption key",
    "call": "a call has not come back, though the broker answers",
    "breaker": "an operator, after too many failures",
    "channel": "an outlet of publisher, which holds up nothing else",
}

PROTOCOL = "CREDSTREAM_SECURITY_PROTOCOL"
USER = "correct CREDSTREAM_SASL_USERNAME and CREDSTREAM_SASL_PASSWORD"
OTHER = "or give CREDSTREAM_BROKER the address of the other listener"
RIGHT = "`credstream service add` gives a service the rights that the table says"

BROKER: tuple[Cause, ...] = (
    Cause(
        "invalid credentials",
        "the password of {user} is wrong, or there is no such user",
        f"{USER}; `credstream service add` makes a service's user",
    ),
    Cause(
        "Unsupported SASL mechanism",
        "its listener does not take the login SCRAM-SHA-512",
        "add it to the broker's sasl.enabled.mechanisms",
    ),
    Cause(
        "Request not valid in current SASL state",
        f"its listener wants no login, and {PROTOCOL} is {{protocol}}",
        f"set {PROTOCOL} to plaintext, {OTHER}",
    ),
    Cause("_AUTHENTICATION", "the login of {user} fails: {words}", USER),
    Cause(
        "ismatch",
        "its certificate is not for this name",
        "set CREDSTREAM_BROKER to a name in it, or give the broker a certificate for this name",
    ),
    Cause("has expired", "its certificate has expired", "give the broker a new one"),
    Cause(
        "certificate verify failed",
        "its certificate is not of an authority that we trust, or not for this name",
        "set CREDSTREAM_BROKER_CA to that authority's certificate, and CREDSTREAM_BROKER to a "
        "name in the broker's",
    ),
    Cause(
        "certificate #0 from ssl.ca",
        "CREDSTREAM_BROKER_CA holds no certificate",
        "set it to the authority's certificate in PEM",
    ),
    Cause(
        "speaks TLS",
        f"its listener speaks TLS, and {PROTOCOL} is {{protocol}}",
        f"set {PROTOCOL} to sasl_ssl, {OTHER}",
    ),
    Cause(
        "SSL connection closed by peer",
        f"its listener speaks no TLS, and {PROTOCOL} is {{protocol}}",
        f"set {PROTOCOL} to plaintext, {OTHER}",
    ),
    Cause(
        "wrong version number",
        f"what listens there speaks no TLS, and {PROTOCOL} is {{protocol}}",
        f"set {PROTOCOL} to plaintext, {OTHER}",
    ),
    Cause("_SSL", "TLS fails: {words}", f"compare {PROTOCOL} with its listener"),
    Cause("_BAD_MSG", "what answers there is no Kafka broker", "correct CREDSTREAM_BROKER"),
    Cause(
        "_UNSUPPORTED_FEATURE",
        "this is a controller, or too old a broker",
        "give CREDSTREAM_BROKER the address of a broker's listener",
    ),
    Cause("TRANSACTIONAL_ID_AUTHORIZATION", "{user} may not begin transactions", RIGHT),
    Cause("GROUP_AUTHORIZATION", "{user} may not use its group: {words}", RIGHT),
    Cause("TOPIC_AUTHORIZATION", "{user} may not use a topic: {words}", RIGHT),
    Cause(
        "UNKNOWN_TOPIC",
        "the topic does not exist, or {user} may not see it",
        "create it with `credstream topics create`, or give the user the right",
    ),
    Cause(
        "_TOO_LARGE",
        "a message is larger than its topic takes",
        "send less in one message, or raise the topic's max.message.bytes",
    ),
    Cause(
        "CLUSTER_AUTHORIZATION",
        "{user} is not the cluster's administrator",
        "do this as its administrator",
    ),
    Cause(
        "KAFKA_STORAGE_ERROR",
        "its disk is full or broken",
        "free space and start it again; work goes on from there by itself",
        wrong=False,
    ),
    Cause(
        "NOT_ENOUGH_REPLICAS",
        "too few replicas of a partition are in sync",
        "start the brokers that are away",
        wrong=False,
    ),
    Cause(
        "_RESOLVE", "the name cannot be resolved", "correct CREDSTREAM_BROKER, or the name service"
    ),
    Cause(
        "Connection refused",
        "nothing listens there",
        "start the broker, or correct CREDSTREAM_BROKER",
        wrong=False,
    ),
)
# A listener that wants TLS or a login closes the connection without an error.
CLOSED: Mapping[str, Cause] = {
    protocol: Cause(
        "",
        f"it closes every connection, and {PROTOCOL} is {protocol}: {guess}",
        f"set {PROTOCOL} to what its listener wants",
    )
    for protocol, guess in (
        ("plaintext", "perhaps it wants TLS or a login"),
        ("sasl_plaintext", "perhaps it wants TLS"),
        ("ssl", "perhaps it wants a login"),
        ("sasl_ssl", "perhaps it is starting"),
    )
}
SILENT = Cause(
    "", "no answer", "start the broker, or look at the address and the network between", wrong=False
)

DATABASE: tuple[Cause, ...] = (
    Cause(
        "password authentication failed", "the password of its user is wrong", "correct {variable}"
    ),
    Cause("no password supplied", "it wants a password", "give it in {variable}"),
    Cause("role ", "there is no such user", "create the user, or correct {variable}"),
    Cause(
        "does not exist",
        "there is no such database",
        "create it with createdb, or correct {variable}",
    ),
    Cause("no pg_hba.conf entry", "its pg_hba.conf does not allow this client", "add an entry"),
    Cause("permission denied", "its user lacks the right", "make the user its owner"),
    Cause("resolve host", "the name cannot be resolved", "correct {variable}, or the name service"),
    Cause(
        "translate host", "the name cannot be resolved", "correct {variable}, or the name service"
    ),
    Cause("not a database", "this file is no SQLite database", "correct {variable}"),
    Cause(
        "unable to open database file",
        "its folder does not exist, or this user may not write there",
        "create the folder, or correct {variable}",
    ),
    Cause("readonly database", "the file may not be written", "let this user write the file"),
    Cause("read-only", "it takes no writes", "set {variable} to the primary", wrong=False),
    Cause(
        "Connection refused",
        "nothing listens there",
        "start it, or correct {variable}",
        wrong=False,
    ),
    Cause("timeout expired", "no answer", "start it, or look at the network between", wrong=False),
    Cause("starting up", "it is starting", "wait", wrong=False),
    Cause("shutting down", "it is stopping", "start it again", wrong=False),
    Cause("connection slots", "no connection is free", "raise its max_connections", wrong=False),
    Cause("too many clients", "no connection is free", "raise its max_connections", wrong=False),
    Cause("No space left", "its disk is full", "free space", wrong=False),
    Cause("disk is full", "its disk is full", "free space", wrong=False),
    Cause("is locked", "another process keeps it locked", "find and end it", wrong=False),
    Cause(
        "statement timeout",
        "a statement took too long",
        "look what keeps it busy, or who holds a lock",
        wrong=False,
    ),
    Cause(
        "idle-in-transaction",
        "a transaction was idle for longer than CREDSTREAM_PATIENCE_SECONDS",
        "raise that, or look what keeps the machine busy",
        wrong=False,
    ),
    Cause(
        "administrator command",
        "it ended the session",
        "look for a second worker of this name, which ends the first one's sessions, or in its log",
        wrong=False,
    ),
    Cause("closed the connection", "the connection broke", "start it again", wrong=False),
    Cause("connection is lost", "the connection broke", "start it again", wrong=False),
)

REGISTRY: tuple[Cause, ...] = (
    Cause("401", "it wants a login", "put user and password into CREDSTREAM_REGISTRY_URL"),
    Cause("403", "its user lacks the right", "let the user read subjects"),
    Cause(
        "404",
        "what answers there is no schema registry",
        "correct CREDSTREAM_REGISTRY_URL; Apicurio's ends in /apis/ccompat/v7",
    ),
    Cause("ConnectTimeout", "no answer", "start it, or look at the network between", wrong=False),
    Cause(
        "ConnectError",
        "nothing listens there",
        "start it, or correct CREDSTREAM_REGISTRY_URL",
        wrong=False,
    ),
    Cause("Timeout", "no answer in time", "look at its log and at its database", wrong=False),
    Cause(
        "50", "it answers with a server error", "look at its log and at its database", wrong=False
    ),
)
