"""`credstream subscribe` as registers meet it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter

import pytest

from credstream.contract import rights, topics
from credstream.kafka.admin import Admin
from credstream.kafka.users import Users
from credstream.sdk import tables
from tests.support import commands, databases, folders, stacks, submitting, waiting
from tests.support.published import award, key, publish, rows, taken
from tests.support.submitting import AWARD, told

pytestmark = pytest.mark.broker
EXAMPLES = ("at", "be", "de", "dk", "ie", "nl")


@pytest.fixture
def send(exchange, tmp_path):
    """Submit one file of a provider."""
    return submitting.sender(exchange, tmp_path)


@pytest.fixture
def read(exchange):
    """Subscribe until the end."""

    def call(*words):
        done = commands.credstream("subscribe", *words, "--until-end", "--dir", exchange.folder)
        assert done.returncode == 0, done.stderr
        return done

    return call


@pytest.fixture
def database(tmp_path):
    """The address of a register's database, as its owner writes it."""
    return databases.url(tmp_path, "register").replace("+psycopg", "")


def test_a_line_for_each_record_and_json_for_programs(exchange, read):
    name = topics.awards("mt")
    publish(exchange, name, award(key(1, "mt"), 2, "Erste\nHilfe\x1b[31m"), deleted=[key(2, "mt")])
    lines = sorted(read("awards.mt").stdout.splitlines(), key=lambda line: "deleted" in line)
    assert name in lines[0]
    assert lines[0].endswith(f"{key(1, 'mt')}  v2  issued  confirmed  Erste Hilfe [31m")
    assert lines[1].endswith(f"{key(2, 'mt')}  deleted")
    found = {each["key"]: each for each in told(read("awards.mt", "--json"))}
    assert found[key(1, "mt")]["record"]["version"] == 2
    assert found[key(2, "mt")]["record"] is None
    assert set(found[key(1, "mt")]) == {"topic", "partition", "offset", "at", "key", "record"}


def test_a_group_goes_on_where_it_was_and_begins_anew_when_asked(exchange, read):
    name, words = topics.awards("cy"), ("awards.cy", "--group", "register.cy", "--json")
    publish(exchange, name, award(key(1, "cy")), award(key(2, "cy")))
    assert len(told(read(*words))) == 2
    assert told(read(*words)) == []
    publish(exchange, name, award(key(1, "cy"), 2))
    assert [each["record"]["version"] for each in told(read(*words))] == [2]
    assert len(told(read(*words, "--from-beginning"))) == 3


def test_ctrl_c_ends_with_0_and_what_was_printed_is_committed(exchange, read):
    name, words = topics.awards("is"), ("awards.is", "--group", "register.is", "--json")
    publish(exchange, name, award(key(1, "is")))
    command = [*commands.COMMAND, "subscribe", *words, "--dir", str(exchange.folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert json.loads(process.stdout.readline())["key"] == key(1, "is")
    process.send_signal(signal.SIGINT)
    assert process.wait(waiting.GIVE_UP_SECONDS) == 0
    process.stdout.close()
    assert told(read(*words)) == []


@pytest.mark.parametrize("word", ["award", "received.v1", "awards.xx"])
def test_an_unknown_topic_is_told_with_those_that_there_are(exchange, word):
    done = commands.credstream("subscribe", word, "--dir", exchange.folder)
    assert done.returncode == 2
    assert "awards.be" in done.stderr


def test_everything_that_the_examples_publish_is_in_the_tables_once(exchange, read, database):
    words = ("definitions", "changes", "awards", "--to", database)
    read(*words)
    kept = {row.key: row.version for row in rows(database)}
    newest = {
        each["key"]: each["version"]
        for each in folders.lines(exchange.folder, "published")
        if each and "pseudonym" in each and each["key"].split(":")[1] in EXAMPLES
    }
    assert len(newest) > 20
    assert {name: kept.get(name) for name in newest} == newest
    changes = rows(database, tables.CHANGES)
    assert len({(row.key, row.version) for row in changes}) == len(changes)
    before = [rows(database, table) for table in tables.TABLES.values()]
    again = read(*words, "--json")
    assert told(again)[0]["records"] == 0
    assert [rows(database, table) for table in tables.TABLES.values()] == before


def test_a_register_that_was_offline_for_a_week_goes_on_where_it_was(send, read, database):
    send("week.json", AWARD | {"id": "W-1", "title": "One"})
    read("awards.dk", "changes", "--to", database)
    for title in ("Two", "Three"):
        send("week.json", AWARD | {"id": "W-1", "title": title})
    send("week-2.json", AWARD | {"id": "W-2", "title": "Four"})
    done = read("awards.dk", "changes", "--to", database, "--json")
    # An award with another title brings another definition, which has its change too.
    assert told(done)[0] == {"records": 3 + 3 + 3, "deleted": 0, "unreadable": 0}
    titles = {row.title: row.version for row in rows(database) if row.title in ("Two", "Three", "Four")}  # fmt: skip
    assert titles == {"Three": 3, "Four": 1}


def test_a_tombstone_deletes_the_row_and_an_unreadable_message_is_kept(exchange, read, database):
    name = topics.awards("li")
    publish(exchange, name, award(key(1, "li")), award(key(2, "li")), b"\x00rubbish\x00")
    read("awards.li", "--to", database)
    publish(exchange, name, award(key(1, "li"), 2, "with a \0 in it"), deleted=[key(2, "li")])
    done = read("awards.li", "--to", database, "--json")
    assert told(done)[0] == {"records": 1, "deleted": 1, "unreadable": 0}
    assert [(row.key, row.version, row.title) for row in rows(database)] == [
        (key(1, "li"), 2, "with a \ufffd in it")
    ]
    (bad,) = rows(database, tables.UNREADABLE)
    assert (bad.topic, bytes(bad.value)) == (name, b"\x00rubbish\x00")
    printed = read("awards.li")
    assert f"{name} {bad.partition} at offset {bad.offset}" in printed.stderr


def test_a_subscriber_that_is_killed_again_and_again_ends_with_each_key_once(
    exchange, read, database
):
    """Two versions of each key, and kill -9 as soon as something more is in the tables."""
    name, count = topics.awards("lu"), 1000
    for version in (1, 2):
        publish(exchange, name, *(award(key(number), version) for number in range(count)))
    kept = tables.database(database)
    kept.prepare()
    words = ("subscribe", "awards.lu", "--to", database, "--dir", str(exchange.folder))
    held = [0]
    while held[-1] < 2 * count and len(held) < 6:
        process = subprocess.Popen([*commands.COMMAND, *words], stderr=subprocess.DEVNULL)
        waiting.eventually(lambda: taken(kept) > held[-1])
        process.kill()
        process.wait()
        held.append(taken(kept))
    assert any(0 < each < 2 * count for each in held), f"never killed in the middle: {held}"
    read("awards.lu", "--to", database)
    found = [(row.key, row.version) for row in rows(database)]
    assert sorted(found) == sorted((key(number), 2) for number in range(count))


@pytest.mark.real
def test_a_topic_that_was_made_anew_is_read_again_and_changes_nothing_that_is_there(exchange, read, database):  # fmt: skip
    name = topics.awards("no")
    publish(exchange, name, *(award(key(n, "no"), 3, "old") for n in range(3)))
    read("awards.no", "--to", database)
    admin = Admin(exchange.cluster)
    admin.delete([name])
    waiting.eventually(lambda: name not in admin.partitions())
    admin.create([name], 1)
    # More than before, so that no offset is beyond the end.
    publish(exchange, name, *(award(key(n, "no"), 2, "new") for n in range(20)))
    assert told(read("awards.no", "--to", database, "--json"))[0]["records"] == 20
    found = Counter((row.title, row.version) for row in rows(database))
    assert found == {("old", 3): 3, ("new", 2): 17}


@pytest.mark.real
def test_a_provider_and_a_register_need_no_more_than_their_own_rights(exchange, tmp_path, database):
    user, password = "register.luxembourg", "correct-horse"
    users, name = Users(exchange.cluster), topics.awards("lv")
    users.set_password(user, password)
    users.set_rights(user, [rights.Right(rights.TOPIC, name, rights.READ)])
    publish(exchange, name, award(key(1, "lv")))
    file = tmp_path / "provider.json"
    file.write_text(json.dumps({"id": "right-like", "kind": "certifier", "name": "R", "country": "DE"}))  # fmt: skip
    done = commands.credstream("provider", "add", file, "--dir", exchange.folder, "--json")
    secret = told_whole(done)["users"][0]["password"]

    def environment(name_, word):
        stack = stacks.stack().addresses()
        return {
            "CREDSTREAM_BROKER": stack["secure"], "CREDSTREAM_SECURITY_PROTOCOL": "sasl_ssl",
            "CREDSTREAM_SASL_USERNAME": name_, "CREDSTREAM_SASL_PASSWORD": word,
            "CREDSTREAM_BROKER_CA_FILE": stack["ca"], "CREDSTREAM_REGISTRY_URL": stack["registry"],
        }  # fmt: skip

    path = tmp_path / "x.json"
    path.write_text(json.dumps(AWARD))
    own = ("--provider", "right-like", "--dir", tmp_path / "none")
    done = commands.credstream("submit", path, *own, **environment("provider.right-like", secret))
    assert done.returncode == 0, done.stderr
    words = ("--until-end", "--to", database, "--dir", tmp_path / "none")
    done = commands.credstream("subscribe", "awards", *words, **environment(user, password))
    assert done.returncode == 0, done.stderr
    assert [row.key for row in rows(database)] == [key(1, "lv")]
    done = commands.credstream("submit", path, *own, **environment("provider.right-like", "wrong"))
    assert done.returncode == 4
    assert "the password of provider.right-like is wrong" in done.stderr


def told_whole(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
