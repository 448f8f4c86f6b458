"""`credstream submit` and `credstream subscribe` as providers and registers meet them."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter

import pytest

from credstream.contract import rights, topics
from credstream.contract.reasons.table import REASONS
from credstream.kafka import clients
from credstream.kafka.admin import Admin
from credstream.sdk import store
from tests.support import databases, failing, houses, stacks
from tests.support.published import award, key, publish, rows, taken

pytestmark = pytest.mark.broker
AWARD = {
    "credstream": 1, "kind": "award", "id": "S-1", "title": "Hubarbeitsbühnen", "issued_on": "2026-03-06",
    "awarding_bodies": [{"name": "A school", "country": "DE"}], "learner": {"id": {"scheme": "esi", "value": "E-1"}},
}  # fmt: skip
EXAMPLES = ("at", "be", "de", "dk", "ie", "nl")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with houses.kept(tmp_path_factory.mktemp("sdk") / "house") as found:
        yield found


@pytest.fixture
def send(house, tmp_path):
    """Submit one file of a provider."""

    def call(name, content, provider="amu-like", *more):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return houses.credstream("submit", path, "--provider", provider, "--dir", house.folder, *more)  # fmt: skip

    return call


@pytest.fixture
def read(house):
    """Subscribe until the end."""

    def call(*words):
        done = houses.credstream("subscribe", *words, "--until-end", "--dir", house.folder)
        assert done.returncode == 0, done.stderr
        return done

    return call


@pytest.fixture
def database(tmp_path):
    """The address of a register's database, as its owner writes it."""
    return databases.url(tmp_path, "register").replace("+psycopg", "")


def told(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


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


def test_the_files_of_a_run_are_the_same_submissions(house):
    """Every file of a provider at once, some of them refused after they were accepted."""
    files = sorted((houses.EXAMPLES / "submissions" / "festo-like").glob("*"))
    done = houses.credstream("submit", *files, "--provider", "festo-like", "--dir", house.folder, "--json")  # fmt: skip
    entries = {e["file"]: e["outcome"] for e in houses.summary(house.folder)}
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


def test_what_is_held_goes_on_when_the_file_beside_it_brings_its_definition(house, tmp_path):
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
    done = houses.credstream(
        "submit", award_, definition, "--provider", "amu-like", "--dir", house.folder, "--json"
    )
    last = {each["file"]: each["status"] for each in told(done)}
    assert (done.returncode, last) == (0, {"a.json": "published", "b.json": "published"})


def test_an_own_id_makes_another_submission(send):
    for name in ("mine-1", "mine-2"):
        done = send("id.json", AWARD | {"id": "S-4"}, "amu-like", "--id", name, "--json")
        assert {each["submission"] for each in told(done)} == {name}
    assert send("id.json", AWARD, "amu-like", "--id", "not an id").returncode == 2


def test_without_waiting_it_says_what_was_sent(send, house):
    done = send("later.json", AWARD | {"id": "S-5"}, "amu-like", "--no-wait", "--json")
    assert done.returncode == 0
    (sent,) = told(done)
    assert house.receipt(sent["submission"], "published", "amu-like")


@pytest.mark.parametrize("what", ["large", "missing", "folder", "provider", "kind"])
def test_what_cannot_be_sent_is_told_before_anything_is_sent(house, tmp_path, what):
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
    done = houses.credstream("submit", good, bad, "--provider", provider, "--dir", house.folder, *more)  # fmt: skip
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_receipts_that_do_not_come_end_with_5_and_a_way_out(house, send):
    """Nobody reads the topics of a provider whose registration did not come by the command."""
    provider = "silent-like"
    names = topics.of_provider("provider", provider)
    if databases.real():
        Admin(house.cluster).create(names, 1)
    else:
        producer = clients.producer(house.cluster)
        for name in names:
            producer.list_topics(name, timeout=5)
    done = send("x.json", AWARD, provider, "--timeout", "0.3")
    assert done.returncode == 5, done.stdout
    assert "x.json" in done.stderr
    assert "send the same files again" in done.stderr


@pytest.mark.real
@pytest.mark.usefixtures("house")
def test_it_says_at_once_that_it_waits_for_the_registry(tmp_path):
    path, address = tmp_path / "unread.json", failing.nobody()
    path.write_text(json.dumps(AWARD | {"id": "S-9"}))
    words = ("--provider", "amu-like", "--dir", tmp_path / "none", "--timeout", "3")
    servers = {
        "CREDSTREAM_BROKER": stacks.stack().bootstrap(),
        "CREDSTREAM_REGISTRY_URL": f"http://{address}",
    }
    done = houses.credstream("submit", path, *words, **servers)
    assert done.returncode == 4
    waits, ends = done.stderr.splitlines()
    assert waits.startswith(f"waiting for receipts: registry {address}: nobody listens there")
    assert address in ends


def test_a_line_for_each_record_and_json_for_programs(house, read):
    name = topics.awards("mt")
    publish(house, name, award(key(1, "mt"), 2, "Erste\nHilfe\x1b[31m"), deleted=[key(2, "mt")])
    lines = sorted(read("awards.mt").stdout.splitlines(), key=lambda line: "deleted" in line)
    assert name in lines[0]
    assert lines[0].endswith(f"{key(1, 'mt')}  v2  issued  confirmed  Erste Hilfe [31m")
    assert lines[1].endswith(f"{key(2, 'mt')}  deleted")
    found = {each["key"]: each for each in told(read("awards.mt", "--json"))}
    assert found[key(1, "mt")]["record"]["version"] == 2
    assert found[key(2, "mt")]["record"] is None
    assert set(found[key(1, "mt")]) == {"topic", "partition", "offset", "at", "key", "record"}


def test_a_group_goes_on_where_it_was_and_begins_anew_when_asked(house, read):
    name, words = topics.awards("cy"), ("awards.cy", "--group", "register.cy", "--json")
    publish(house, name, award(key(1, "cy")), award(key(2, "cy")))
    assert len(told(read(*words))) == 2
    assert told(read(*words)) == []
    publish(house, name, award(key(1, "cy"), 2))
    assert [each["record"]["version"] for each in told(read(*words))] == [2]
    assert len(told(read(*words, "--from-beginning"))) == 3


def test_ctrl_c_ends_with_0_and_what_was_printed_is_committed(house, read):
    name, words = topics.awards("is"), ("awards.is", "--group", "register.is", "--json")
    publish(house, name, award(key(1, "is")))
    command = [*houses.COMMAND, "subscribe", *words, "--dir", str(house.folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert json.loads(process.stdout.readline())["key"] == key(1, "is")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    process.stdout.close()
    assert told(read(*words)) == []


@pytest.mark.parametrize("word", ["award", "received.v1", "awards.xx"])
def test_an_unknown_topic_is_told_with_those_that_there_are(house, word):
    done = houses.credstream("subscribe", word, "--dir", house.folder)
    assert done.returncode == 2
    assert "awards.be" in done.stderr


def test_everything_that_the_examples_publish_is_in_the_tables_once(house, read, database):
    words = ("definitions", "changes", "awards", "--to", database)
    read(*words)
    kept = {row.key: row.version for row in rows(database)}
    newest = {
        each["key"]: each["version"]
        for each in houses.lines(house.folder, "published")
        if each and "pseudonym" in each and each["key"].split(":")[1] in EXAMPLES
    }
    assert len(newest) > 20
    assert {name: kept.get(name) for name in newest} == newest
    changes = rows(database, store.CHANGES)
    assert len({(row.key, row.version) for row in changes}) == len(changes)
    before = [rows(database, table) for table in store.TABLES.values()]
    again = read(*words, "--json")
    assert told(again)[0]["records"] == 0
    assert [rows(database, table) for table in store.TABLES.values()] == before


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


def test_a_tombstone_deletes_the_row_and_an_unreadable_message_is_kept(house, read, database):
    name = topics.awards("li")
    publish(house, name, award(key(1, "li")), award(key(2, "li")), b"\x00rubbish\x00")
    read("awards.li", "--to", database)
    publish(house, name, award(key(1, "li"), 2, "with a \0 in it"), deleted=[key(2, "li")])
    done = read("awards.li", "--to", database, "--json")
    assert told(done)[0] == {"records": 1, "deleted": 1, "unreadable": 0}
    assert [(row.key, row.version, row.title) for row in rows(database)] == [
        (key(1, "li"), 2, "with a \ufffd in it")
    ]
    (bad,) = rows(database, store.UNREADABLE)
    assert (bad.topic, bytes(bad.value)) == (name, b"\x00rubbish\x00")
    printed = read("awards.li")
    assert f"{name} {bad.partition} at offset {bad.offset}" in printed.stderr


def test_a_subscriber_that_is_killed_again_and_again_ends_with_each_key_once(house, read, database):
    """Two versions of each key, and kill -9 as soon as something more is in the tables."""
    name, count = topics.awards("lu"), 1000
    for version in (1, 2):
        publish(house, name, *(award(key(number), version) for number in range(count)))
    kept = store.database(database)
    kept.prepare()
    words = ("subscribe", "awards.lu", "--to", database, "--dir", str(house.folder))
    held = [0]
    while held[-1] < 2 * count and len(held) < 6:
        process = subprocess.Popen([*houses.COMMAND, *words], stderr=subprocess.DEVNULL)
        houses.eventually(lambda: taken(kept) > held[-1], 60)
        process.kill()
        process.wait()
        held.append(taken(kept))
    assert any(0 < each < 2 * count for each in held), f"never killed in the middle: {held}"
    read("awards.lu", "--to", database)
    found = [(row.key, row.version) for row in rows(database)]
    assert sorted(found) == sorted((key(number), 2) for number in range(count))


@pytest.mark.real
def test_a_topic_that_was_made_anew_is_read_again_and_changes_nothing_that_is_there(house, read, database):  # fmt: skip
    name = topics.awards("no")
    publish(house, name, *(award(key(n, "no"), 3, "old") for n in range(3)))
    read("awards.no", "--to", database)
    admin = Admin(house.cluster)
    admin.delete([name])
    houses.eventually(lambda: name not in admin.partitions())
    admin.create([name], 1)
    # More than before, so that no offset is beyond the end.
    publish(house, name, *(award(key(n, "no"), 2, "new") for n in range(20)))
    assert told(read("awards.no", "--to", database, "--json"))[0]["records"] == 20
    found = Counter((row.title, row.version) for row in rows(database))
    assert found == {("old", 3): 3, ("new", 2): 17}


@pytest.mark.real
def test_a_provider_and_a_register_need_no_more_than_their_own_rights(house, tmp_path, database):
    user, password = "register.luxembourg", "correct-horse"
    admin, name = Admin(house.cluster), topics.awards("lv")
    admin.set_password(user, password)
    admin.set_rights(user, [rights.Right(rights.TOPIC, name, rights.READ)])
    publish(house, name, award(key(1, "lv")))
    file = tmp_path / "provider.json"
    file.write_text(json.dumps({"id": "right-like", "kind": "certifier", "name": "R", "country": "DE"}))  # fmt: skip
    done = houses.credstream("provider", "add", file, "--dir", house.folder, "--json")
    secret = told_whole(done)["users"][0]["password"]

    def environment(name_, word):
        stack = stacks.stack().told()
        return {
            "CREDSTREAM_BROKER": stack["secure"], "CREDSTREAM_SECURITY_PROTOCOL": "sasl_ssl",
            "CREDSTREAM_SASL_USERNAME": name_, "CREDSTREAM_SASL_PASSWORD": word,
            "CREDSTREAM_BROKER_CA_FILE": stack["ca"], "CREDSTREAM_REGISTRY_URL": stack["registry"],
        }  # fmt: skip

    path = tmp_path / "x.json"
    path.write_text(json.dumps(AWARD))
    own = ("--provider", "right-like", "--dir", tmp_path / "none")
    done = houses.credstream("submit", path, *own, **environment("provider.right-like", secret))
    assert done.returncode == 0, done.stderr
    words = ("--until-end", "--to", database, "--dir", tmp_path / "none")
    done = houses.credstream("subscribe", "awards", *words, **environment(user, password))
    assert done.returncode == 0, done.stderr
    assert [row.key for row in rows(database)] == [key(1, "lv")]
    done = houses.credstream("submit", path, *own, **environment("provider.right-like", "wrong"))
    assert done.returncode == 4
    assert "the password of provider.right-like is wrong" in done.stderr


def told_whole(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
