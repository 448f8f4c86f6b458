import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.contract.messages import ReadMessage
from credstream.contract.records import Accredited
from credstream.exchange.dry_run.choose import lookups_in
from credstream.exchange.dry_run.pipeline import try_submission
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.local.examples import EXAMPLES
from credstream.interfaces.cli.why import explain_record
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import METADATA
from services.publisher import deliveries, tables, write
from services.publisher.step import Facts, learn, publish
from tests.support.channels import Outlet

SUBMISSIONS = EXAMPLES / "submissions"
PERSONAL = [
    line for line in (EXAMPLES / "learners.txt").read_text("utf-8").splitlines() if line.strip()
]
AT = 1_795_000_000_000
LIST = "national-list:DK-VF-AMU"


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    """No setting of the machine decides where a database is."""
    monkeypatch.delenv("CREDSTREAM_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def exchange(tmp_path):
    """The folder of an exchange, and functions that publish, withdraw and deliver in it."""
    (tmp_path / "state").mkdir()
    source = open_engine(f"sqlite:///{tmp_path}/state/publisher.db")
    with transaction(source) as connection:
        METADATA.create_all(connection)
    facts, codec = Facts(), Codec()

    def submit(name):
        file = SUBMISSIONS / name
        dry_run = try_submission(
            file.read_bytes(), lookups_in(Path("nowhere"), file.parent.name, AT), AT
        )
        for each in dry_run.credentials:
            record = replace(
                each.record, award=each.record.award and pseudonymous(each.record.award)
            )
            put(
                Accredited(
                    record=record, judgement=each.judgement, cause="submitted", cause_detail=""
                )
            )
        return dry_run.credentials[-1].record.key

    def pseudonymous(award):
        return replace(award, learner=replace(award.learner, pseudonym="5eed" * 16))

    def put(accredited, at=AT):
        message = ReadMessage(
            topic="accredited.v1",
            partition=0,
            offset=0,
            key=None,
            value=None,
            at=at,
            record=accredited,
        )
        result = publish(message, facts, [Outlet()])
        learn(facts, result.rows)
        with transaction(source) as connection:
            write.apply(codec, connection, result.rows)

    def withdraw(key):
        head = facts.heads[key].source
        judgement = replace(head.judgement, outcome="not-covered", reason="not_covered.withdrawn")
        put(
            replace(head, judgement=judgement, cause="accreditation.withdrawn", cause_detail=LIST),
            AT + 60_000,
        )

    def deliver(key, version, state=tables.DELIVERED, note=""):
        with transaction(source) as connection:
            lease = deliveries.lease(connection, "europass", (key, version), AT * 2, AT * 2 + 1)
            deliveries.finish(connection, lease, state, note)

    yield SimpleNamespace(folder=tmp_path, submit=submit, withdraw=withdraw, deliver=deliver)
    source.dispose()


@pytest.fixture
def ask(capsys, exchange):
    def run(key, *, as_json=True):
        assert explain_record(key, exchange.folder, as_json=as_json) == 0
        text = capsys.readouterr().out
        return json.loads(text) if as_json else text

    return run


def test_a_record_tells_its_source_origins_rules_and_judgement(exchange, ask):
    explained = ask(exchange.submit("amu-like/03-pipe-award.json"))
    assert (explained["kind"], explained["status"], explained["version"]) == ("award", "issued", 1)
    assert explained["provider"] == "amu-like"
    assert explained["source"]["format"] == "native"
    assert explained["source"]["proof"] == "none"
    assert explained["source"]["mapping"]
    (workload,) = (each for each in explained["provenance"] if each["descriptor"] == "workload")
    assert workload == {
        "descriptor": "workload",
        "origin": "derived",
        "path": "workload",
        "rule": "hours_per_day",
        "raw": "15 dage",
    }
    assert explained["descriptors"]["workload"]["hours"] == 111
    assert explained["completeness"]["mandatory"] == 10
    assert explained["judgement"]["reason"] == "missing.level"
    assert [each["step"] for each in explained["judgement"]["checks"]][-1] == "level"
    assert [each["code"] for each in explained["warnings"]] == [
        "route.formal_unproven",
        "schema.violation",
    ]


def test_each_version_has_its_cause(exchange, ask):
    key = exchange.submit("amu-like/02-cable-award.json")
    exchange.withdraw(key)
    explained = ask(key)
    first, second = explained["versions"]
    assert (first["version"], first["change"], first["cause"]) == (1, "issued", "submitted")
    assert (second["version"], second["change"]) == (2, "rejudged")
    assert (second["cause"], second["cause_detail"]) == ("accreditation.withdrawn", LIST)
    assert (second["previous_outcome"], second["outcome"]) == ("confirmed", "not-covered")
    assert second["published_at"] == AT + 60_000
    assert explained["judgement"]["outcome"] == "not-covered"


def test_the_sealed_file_of_a_version_is_named_where_it_lies(exchange, ask):
    key = exchange.submit("festo-like/01-automation-joint.json")
    exchange.withdraw(key)
    (exchange.folder / "europass").mkdir()
    (exchange.folder / "europass" / "one.jsonld").touch()
    exchange.deliver(key, 1, note="one.jsonld")
    exchange.deliver(key, 2, tables.WITHHELD, "edc.incomplete at workload: no workload")
    first, second = (each["deliveries"] for each in ask(key)["versions"])
    assert first[0]["state"] == "delivered"
    assert first[0]["file"] == str(exchange.folder / "europass" / "one.jsonld")
    assert (second[0]["state"], second[0]["file"]) == ("withheld", None)
    shown = " ".join(ask(key, as_json=False).split())
    assert "one.jsonld" in "".join(shown.split())
    assert "withheld, edc.incomplete at workload" in shown


def test_a_definition_is_explained_without_learner_and_judgement(exchange, ask):
    key = exchange.submit("metis-like/01-core-definition.json")
    explained = ask(key)
    assert explained["kind"] == "definition"
    assert explained["judgement"] is None
    assert "learner" not in explained["descriptors"]
    assert "Judgement" not in ask(key, as_json=False)


def test_of_the_learner_there_is_a_pseudonym_and_nothing_else(exchange, ask):
    key = exchange.submit("metis-like/02-core-award.json")
    explained = ask(key)
    assert explained["descriptors"]["learner"] == {"pseudonym": "5eed" * 16}
    shown = "".join((json.dumps(explained, ensure_ascii=False) + ask(key, as_json=False)).split())
    assert not [text for text in PERSONAL if "".join(text.split()) in shown]


def test_a_person_reads_where_it_came_from_and_what_changed_it(exchange, ask):
    key = exchange.submit("amu-like/02-cable-award.json")
    exchange.withdraw(key)
    text = ask(key, as_json=False)
    for words in (
        key,
        "issued, version 2",
        "credstream's own JSON",
        "registered hours a day",
        "The accreditation was withdrawn",
        f"rejudged, because accreditation.withdrawn {LIST}: confirmed → not-covered",
        "issued, because submitted: confirmed",
    ):
        assert words in text


def test_a_key_that_was_never_published_is_misuse(exchange):
    with pytest.raises(CommandError, match="mc:be:nothing") as error:
        explain_record("mc:be:nothing", exchange.folder, as_json=False)
    assert error.value.kind is Kind.MISUSE


def test_without_an_exchange_there_is_a_way_out(tmp_path):
    with pytest.raises(CommandError, match="--dir") as error:
        explain_record("mc:be:nothing", tmp_path / "none", as_json=False)
    assert error.value.kind is Kind.MISUSE


def test_a_database_without_tables_is_away(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "publisher.db").touch()
    with pytest.raises(Unavailable, match="no such table"):
        explain_record("mc:be:nothing", tmp_path, as_json=False)
