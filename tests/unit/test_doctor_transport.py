"""The doctor says where a connection to another machine is not encrypted or not verified."""

from __future__ import annotations

import pytest

from credstream.exchange.doctor import transport
from credstream.exchange.doctor.databases import Database
from credstream.exchange.doctor.findings import OFF, OK
from credstream.interfaces.cli.doctor import exit_code_of

SAFE = "postgresql+psycopg://u:p@db.example:5432/ingest?sslmode=verify-full&sslrootcert=/ca.pem"
HTTPS = "https://user:secret@registry.example/apis"


def found(url=SAFE, registry=HTTPS, broker="kafka.example:9093", protocol="sasl_ssl"):
    return list(transport.checks([Database("ingest", url, ())], registry, broker, protocol))


def test_verified_connections_are_one_good_line():
    assert [each.state for each in found()] == [OK]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///state/ingest.db",
        "postgresql+psycopg://u:p@127.0.0.1:5432/ingest",
        "postgresql+psycopg://u:p@localhost/ingest",
        "postgresql+psycopg:///ingest?host=/run/postgresql",
        "no url at all",
    ],
)
def test_this_machine_s_own_addresses_need_nothing(url):
    states = found(url, "http://127.0.0.1:8081", "127.0.0.1:9092,[::1]:9092", "plaintext")
    assert [each.state for each in states] == [OK]


@pytest.mark.parametrize("mode", ["", "?sslmode=require", "?sslmode=verify-ca", "?sslmode=disable"])
def test_a_database_whose_server_is_not_verified_is_named_without_its_password(mode):
    (finding,) = found(f"postgresql+psycopg://u:secret@db.example/ingest{mode}")
    assert (finding.state, finding.what.startswith("ingest: ")) == (OFF, True)
    assert "verify-full" in finding.do
    assert "secret" not in f"{finding.what}{finding.do}"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"registry": "http://user:secret@registry.example"}, "without TLS"),
        ({"registry": "https://registry.example"}, "without a login"),
        ({"protocol": "plaintext"}, "broker is asked without TLS"),
        ({"protocol": "sasl_plaintext"}, "broker is asked without TLS"),
        ({"protocol": "", "broker": "127.0.0.1:1,kafka.example:2"}, "broker is asked without TLS"),
    ],
)
def test_a_registry_or_a_broker_in_the_clear_is_named(changes, words):
    (finding,) = found(**changes)
    assert finding.state == OFF
    assert words in finding.what
    assert "secret" not in f"{finding.what}{finding.do}"


def test_what_is_off_does_not_change_the_exit_code():
    assert exit_code_of(found(protocol="plaintext")) == 0
