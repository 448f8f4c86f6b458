"""`credstream submit` as providers meet it."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from credstream.contract import topics
from credstream.contract.reasons.table import REASONS
from credstream.kafka import clients
from credstream.kafka.admin import Admin
from tests.support import commands, databases, failing, folders, stacks, submitting
from tests.support.submitting import AWARD, told

pytestmark = pytest.mark.broker


@pytest.fixture
def send(exchange, tmp_path):
    """Submit one file of a provider."""
    return submitting.sender(exchange, tmp_path)


def test_a_file_is_accepted_and_published_and_the_same_file_again_is_unchanged(send):
    first = send("one.json", AWARD, "amu-like", "--json")
    assert first.returncode == 0, first.stderr
    assert told(first)[0]["status"] == "accepted"
    ended = [each for each in told(first) if each["status"] == "published"]
    assert sorted(each["kind"] for each in ended) == ["award", "definition"]
    again = send("one.json", AWARD, "amu-like", "--json")
    assert again.returncode == 0
    assert [each["status"] for each in told(again)] == ["unchanged"]
    assert {each["submission"] for each in told(again)} == {told(first)[0]["submission"]}


def test_a_person_reads_one_line_for_each_receipt(send):
    done = send("[x] two.json", AWARD | {"id": "S-2"})
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines][:1] == ["accepted"]
    assert {line[0] for line in lines} == {"accepted", "published"}
    assert all("[x] two.json" in line for line in done.stdout.splitlines())


def test_the_files_of_a_run_are_the_same_submissions(exchange):
    """Every file of a provider at once, some of them refused after they were accepted."""
    files = sorted((commands.EXAMPLES / "submissions" / "festo-like").glob("*"))
    done = commands.credstream("submit", *files, "--provider", "festo-like", "--dir", exchange.folder, "--json")  # fmt: skip
    entries = {e["file"]: e["outcome"] for e in folders.summary(exchange.folder)}
    refused = any(entries[f"festo-like/{path.name}"] == "refused" for path in files)
    assert done.returncode == (3 if refused else 0), done.stderr
    assert {each["file"] for each in told(done)} == {path.name for path in files}
    assert {each["status"] for each in told(done)} <= {"unchanged", "refused"}


def test_a_refused_file_ends_with_3_and_says_why_and_what_to_do(send):
    done = send("nul.json", json.dumps(AWARD | {"title": "a\0b"}).encode())
    assert done.returncode == 3
    assert "text.invalid" in done.stdout
    assert REASONS["text.invalid"].fix in " ".join(done.stdout.split())


def test_a_file_that_only_a_later_service_refuses_has_ended_too(send):
    content = {name: value for name, value in AWARD.items() if name != "learner"} | {"id": "S-3"}
    done = send("nobody.json", content, "amu-like", "--json")
    assert done.returncode == 3
    assert [each["status"] for each in told(done)] == ["accepted", "refused"]
    assert told(done)[1]["reasons"][0]["code"] == "learner.missing"


def test_a_file_of_several_awards_ends_when_each_of_them_has(send):
    many = [AWARD | {"id": f"M-{number}"} for number in range(5)]
    many[3] = {name: value for name, value in many[3].items() if name != "learner"}
    for each in many:
        each.pop("credstream", None)
    done = send("many.json", {"credstream": 1, "credentials": many}, "amu-like", "--json")
    found = Counter((each["status"], each["kind"]) for each in told(done))
    assert done.returncode == 3, done.stdout
    assert found["accepted", "award"] == 5
    assert found["published", "award"] == 4
    assert found["refused", None] == 1


def test_what_is_held_goes_on_when_the_file_beside_it_brings_its_definition(exchange, tmp_path):
    """The award's name comes first."""
    award_, definition = tmp_path / "a.json", tmp_path / "b.json"
    named = {name: value for name, value in AWARD.items() if name != "title"}
    award_.write_text(json.dumps(named | {"id": "H-1", "definition": {"id": "H-D"}}))
    definition.write_text(
        json.dumps(
            {name: value for name, value in AWARD.items() if name not in ("learner", "issued_on")}
            | {"kind": "definition", "id": "H-D"}
        )
    )
    done = commands.credstream(
        "submit", award_, definition, "--provider", "amu-like", "--dir", exchange.folder, "--json"
    )
    last = {each["file"]: each["status"] for each in told(done)}
    assert (done.returncode, last) == (0, {"a.json": "published", "b.json": "published"})


def test_an_own_id_makes_another_submission(send):
    for name in ("mine-1", "mine-2"):
        done = send("id.json", AWARD | {"id": "S-4"}, "amu-like", "--id", name, "--json")
        assert {each["submission"] for each in told(done)} == {name}
    assert send("id.json", AWARD, "amu-like", "--id", "not an id").returncode == 2


def test_without_waiting_it_says_what_was_sent(send, exchange):
    done = send("later.json", AWARD | {"id": "S-5"}, "amu-like", "--no-wait", "--json")
    assert done.returncode == 0
    (sent,) = told(done)
    assert exchange.receipt(sent["submission"], "published", "amu-like")


@pytest.mark.parametrize("what", ["large", "missing", "folder", "provider", "kind"])
def test_what_cannot_be_sent_is_told_before_anything_is_sent(exchange, tmp_path, what):
    good = tmp_path / "good.json"
    good.write_text(json.dumps(AWARD | {"id": f"never-{what}"}))
    bad = tmp_path / what
    more, provider, words = (), "amu-like", what
    if what == "large":
        bad.write_bytes(b" " * (4 * topics.MIB + 1))
        words = "4 MiB"
    elif what == "missing":
        words = "No such file"
    elif what == "folder":
        bad.mkdir()
    else:
        bad = good
        provider = "nobody-like" if what == "provider" else "amu-like"
        more = ("--kind", "consortium") if what == "kind" else ()
        words = "no topic submissions."
    done = commands.credstream("submit", good, bad, "--provider", provider, "--dir", exchange.folder, *more)  # fmt: skip
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_receipts_that_do_not_come_end_with_5_and_a_way_out(exchange, send):
    """Nobody reads the topics of a provider whose registration did not come by the command."""
    provider = "silent-like"
    names = topics.provider_topics("provider", provider)
    if databases.real():
        Admin(exchange.cluster).create(names, 1)
    else:
        producer = clients.producer(exchange.cluster)
        for name in names:
            producer.list_topics(name, timeout=5)
    done = send("x.json", AWARD, provider, "--timeout", "0.3")
    assert done.returncode == 5, done.stdout
    assert "x.json" in done.stderr
    assert "send the same files again" in done.stderr


@pytest.mark.real
@pytest.mark.usefixtures("exchange")
def test_it_says_at_once_that_it_waits_for_the_registry(tmp_path):
    path, address = tmp_path / "unread.json", failing.nobody()
    path.write_text(json.dumps(AWARD | {"id": "S-9"}))
    words = ("--provider", "amu-like", "--dir", tmp_path / "none", "--timeout", "3")
    servers = {
        "CREDSTREAM_BROKER": stacks.stack().bootstrap(),
        "CREDSTREAM_REGISTRY_URL": f"http://{address}",
    }
    done = commands.credstream("submit", path, *words, **servers)
    assert done.returncode == 4
    waits, ends = done.stderr.splitlines()
    assert waits.startswith(f"waiting for receipts: registry {address}: nothing listens there")
    assert address in ends


def test_a_dry_run_beside_the_run_looks_up_in_its_tables_and_adds_no_file(exchange):
    """The folder of a run on real servers has no tables of its own: they are read there."""
    file = commands.EXAMPLES / "submissions" / "metis-like" / "02-core-award.json"
    before = sorted((exchange.folder / "state").glob("*.db*"))
    done = commands.credstream("try", file, "--provider", "metis-like", "--dir", exchange.folder, "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["judgement"]["outcome"] == "recognised"
    unknown = commands.credstream("try", file, "--provider", "nobody", "--dir", exchange.folder)
    assert unknown.returncode == 2
    assert f"registered in {exchange.folder}" in unknown.stderr
    assert sorted((exchange.folder / "state").glob("*.db*")) == before
