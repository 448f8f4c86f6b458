"""What librdkafka, a registry or a driver says, in an operator's words.

The texts of the first table are as a real broker made librdkafka 2.16 say them.
"""

import pytest
from confluent_kafka import KafkaError

from credstream.process import diagnosis
from credstream.process.diagnosis import (
    RecentErrors,
    is_explained,
    of_broker,
    of_database,
    of_registry,
)
from credstream.process.error_catalogue import BROKER, CLOSED, DATABASE, REGISTRY, SILENT

ADDRESS = "kafka.example:9094,kafka2.example:9094"
PASSWORD = "geheim-4711"
SECURITY = {
    "security.protocol": "sasl_ssl",
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": "service.ingest",
    "sasl.password": PASSWORD,
}
ALL_DOWN = ("_ALL_BROKERS_DOWN", "1/1 brokers are down")
HEAD = "sasl_ssl://127.0.0.1:27094/bootstrap: "
SSL = "SSL handshake failed: error:0A000086:SSL routines::"
TOLD = [
    (
        "_AUTHENTICATION",
        (
            f"{HEAD}SASL authentication error: Authentication failed during authentication due to "
            "invalid credentials with SASL mechanism SCRAM-SHA-512 (after 308ms in state AUTH_REQ)"
        ),
        "the password of service.ingest is wrong",
    ),
    (
        "_AUTHENTICATION",
        (
            f"{HEAD}SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism: "
            "broker's supported mechanisms: SCRAM-SHA-256 (after 301ms in state AUTH_HANDSHAKE)"
        ),
        "does not take the login SCRAM-SHA-512",
    ),
    (
        "_AUTHENTICATION",
        (
            f"{HEAD}SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Request not valid in "
            "current SASL state: broker's supported mechanisms:  (after 0ms in state AUTH_HANDSHAKE)"
        ),
        "its listener wants no login",
    ),
    (
        "_SSL",
        (
            f"{HEAD}{SSL}certificate verify failed: broker certificate could not be verified, verify "
            "that ssl.ca.location is correctly configured (after 3ms in state SSL_HANDSHAKE)"
        ),
        "not of an authority that we trust",
    ),
    (
        "_TRANSPORT",
        (
            f"{HEAD}SSL handshake failed: Disconnected: SSL connection closed by peer: connecting to "
            "a PLAINTEXT broker listener? (after 1ms in state SSL_HANDSHAKE)"
        ),
        "its listener speaks no TLS",
    ),
    ("_SSL", f"{HEAD}{SSL}wrong version number (after 1ms in state SSL_HANDSHAKE)", "no TLS"),
    (
        "_BAD_MSG",
        (
            "127.0.0.1:27081/bootstrap: Receive failed: Invalid response size 1213486160 "
            "(0..100000000): increase receive.message.max.bytes (after 1ms in state APIVERSION_QUERY)"
        ),
        "no Kafka broker",
    ),
    (
        "_TRANSPORT",
        f"{HEAD}Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)",
        "nothing listens there",
    ),
    (
        "_RESOLVE",
        (
            "no-such-host.invalid:9092/bootstrap: Failed to resolve 'no-such-host.invalid:9092': "
            "Name or service not known (after 0ms in state CONNECT)"
        ),
        "the name cannot be resolved",
    ),
    (
        "_UNSUPPORTED_FEATURE",
        "Failed to get metadata: Local: Required feature not supported by broker",
        "this is a controller",
    ),
    (
        "_INVALID_ARG",
        "Failed to create producer: failed to read certificate #0 from ssl.ca.pem: not in PEM",
        "CREDSTREAM_BROKER_CA holds no certificate",
    ),
    ("TOPIC_AUTHORIZATION_FAILED", "Subscribed topic not available: received.v1", "received.v1"),
    (
        "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        (
            "Failed to find transaction coordinator: sasl_ssl://127.0.0.1:27094/1: Broker: "
            "Transactional Id authorization failed"
        ),
        "service.ingest may not begin transactions",
    ),
    (
        "KAFKA_STORAGE_ERROR",
        "Broker: Disk error when trying to access log file on disk",
        "its disk is full or broken",
    ),
]


@pytest.mark.parametrize(("name", "text", "words"), TOLD, ids=[words for *_, words in TOLD])
def test_what_a_broker_or_its_client_says_is_put_into_words(name, text, words):
    found = of_broker(ADDRESS, SECURITY, [(name, text), ALL_DOWN])
    assert words in found.what
    assert found.do
    assert "after" not in str(found)
    assert PASSWORD not in str(found)


def test_the_broker_that_failed_is_named_where_the_client_names_it():
    refused = f"{HEAD}Connect to ipv4#127.0.0.1:27094 failed: Connection refused"
    assert of_broker(ADDRESS, SECURITY, [("_TRANSPORT", refused)]).what.startswith(
        "broker 127.0.0.1:27094:"
    )
    assert of_broker(ADDRESS, SECURITY, []).what.startswith(f"broker {ADDRESS}:")


def test_the_most_telling_of_several_errors_is_told():
    *_, refused = [(n, t) for n, t, words in TOLD if words == "nothing listens there"]
    password = TOLD[0][:2]
    for errors in ([password, refused, ALL_DOWN], [refused, password]):
        assert "password" in of_broker(ADDRESS, SECURITY, errors).what


@pytest.mark.parametrize("protocol", ["plaintext", "sasl_plaintext", "ssl", "sasl_ssl"])
def test_a_connection_closed_without_a_word_names_the_protocol(protocol):
    found = of_broker(ADDRESS, {"security.protocol": protocol}, [ALL_DOWN])
    assert f"CREDSTREAM_SECURITY_PROTOCOL is {protocol}" in found.what


def test_silence_is_no_answer_and_may_pass():
    found = of_broker(ADDRESS, SECURITY, [("_TRANSPORT", "Local: Broker transport failure")])
    assert "no answer" in found.what
    assert not found.wrong


def test_recent_errors_are_kept_until_they_are_cleared():
    errors = RecentErrors()
    errors.add(KafkaError(KafkaError._AUTHENTICATION, "x: invalid credentials"))
    assert is_explained(errors.entries)
    for _ in range(1000):
        errors.add(KafkaError(KafkaError._TRANSPORT, "x"))
    assert len(errors.entries) < 100
    assert not is_explained(errors.entries)
    errors.clear()
    assert not errors.entries


def test_a_refusal_says_who_may_not_do_what():
    error = KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED)
    told = str(diagnosis.of_refusal(ADDRESS, SECURITY, error))
    assert "service.ingest may not use its group" in told
    assert "credstream service add" in told
    strange = KafkaError(KafkaError.INVALID_CONFIG)
    assert strange.str() in str(diagnosis.of_refusal(ADDRESS, SECURITY, strange))


URL = "postgresql+psycopg://ingest:geheim-4711@db.example:5432/ingest?options=-csearch_path%3Dx"
SQL = [
    (
        (
            'connection failed: connection to server at "127.0.0.1", port 27032 failed: FATAL:  '
            'password authentication failed for user "credstream"'
        ),
        "the password of its user is wrong",
    ),
    ('connection failed: FATAL:  database "nothere" does not exist', "no such database"),
    ('connection failed: FATAL:  role "nobody" does not exist', "no such user"),
    ('connection to server at "127.0.0.1", port 1 failed: Connection refused', "nothing listens"),
    (
        "[Errno -2] failed to resolve host 'db.example': Name or service not known",
        "cannot be resolved",
    ),
    ("connection timeout expired", "no answer"),
    ("FATAL:  sorry, too many clients already", "no connection is free"),
    ("FATAL:  the database system is starting up", "it is starting"),
    ("could not extend file: No space left on device", "its disk is full"),
    ("cannot execute INSERT in a read-only transaction", "it takes no writes"),
    ("server closed the connection unexpectedly", "the connection broke"),
    ("unable to open database file", "its folder does not exist"),
    ("database is locked", "another process keeps it locked"),
    ("database or disk is full", "its disk is full"),
    ("attempt to write a readonly database", "the file may not be written"),
    ("file is not a database", "no SQLite database"),
]


@pytest.mark.parametrize(("said", "words"), SQL, ids=[words for _, words in SQL])
def test_what_a_driver_says_is_put_into_words(said, words):
    found = of_database(said, URL)
    assert words in found.what
    assert found.do
    assert found.what.startswith("database db.example:5432/ingest:")
    assert "geheim" not in str(found)


def test_what_nobody_foresaw_is_told_as_it_is():
    assert "the moon is full" in of_database("the moon is full\nand more", URL).what
    assert of_database("x", "sqlite:////srv/ingest.db").what == "database /srv/ingest.db: x"
    assert "it fails: Teapot" in of_registry("Teapot", "http://registry.example").what


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("ConnectError", "nothing listens there"),
        ("ConnectTimeout", "no answer"),
        ("ReadTimeout", "no answer in time"),
        ("401", "wants a login"),
        ("403", "lacks the right"),
        ("404", "no schema registry"),
        ("500", "answers with a server error"),
        ("503", "answers with a server error"),
    ],
)
def test_what_a_registry_answers_is_put_into_words(said, words):
    found = of_registry(said, "http://me:geheim@registry.example:8081/apis/ccompat/v7")
    assert words in found.what
    assert found.what.startswith("registry registry.example:8081/apis/ccompat/v7:")
    assert "geheim" not in str(found)


@pytest.mark.parametrize("cause", [*BROKER, *CLOSED.values(), SILENT, *DATABASE, *REGISTRY])
def test_every_cause_says_what_is_wrong_and_what_to_do(cause):
    assert cause.what
    assert cause.do
    names = {"user": "u", "protocol": "p", "words": "w"}
    assert "{" not in cause.what.format(**names)
    assert "{" not in cause.do.format(variable="V")
