"""A real schema registry behind the codec: levels, loss, strangers."""

import contextlib
import json
import socket
import threading
import urllib.request

import pytest

from credstream.contract import schemas
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.records import Again
from credstream.kafka import registry as module
from credstream.kafka.registry import IncompatibleError, SchemaRegistry
from credstream.process import timeouts
from tests.support import codecs, stacks

pytestmark = pytest.mark.real
AGAIN = Again(key="mc:de:1", cause="test", detail="", at=1)


@pytest.fixture(scope="module")
def url():
    codecs.registry()
    return stacks.stack().addresses()["registry"]


@pytest.fixture
def own(url):
    made = SchemaRegistry(url)
    yield made
    made.close()


def ask(url, path, body=None, method=None):
    data = None if body is None else json.dumps(body).encode()
    kind = {"content-type": "application/vnd.schemaregistry.v1+json"}
    request = urllib.request.Request(f"{url}/{path}", data, kind, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def test_every_subject_has_its_level_and_published_ones_the_stricter(url, own):
    for name in schemas.IDS:
        level = ask(url, f"config/{schemas.full_name(name)}")["compatibilityLevel"]
        assert level == ("FULL_TRANSITIVE" if "published" in name else "BACKWARD_TRANSITIVE")
        assert own.state(name) == ""


def test_registering_twice_changes_nothing(own):
    assert not own.register("again")


def test_a_level_that_somebody_changed_is_named(url, own):
    name = schemas.full_name("receipt")
    ask(url, f"config/{name}", {"compatibility": "NONE"}, "PUT")
    assert own.state("receipt") == "has the level NONE, not BACKWARD_TRANSITIVE"
    own.register("receipt")
    assert own.state("receipt") == ""


def test_an_incompatible_schema_is_refused_with_the_registrys_words(url, own, monkeypatch):
    broken = json.loads(schemas.text("published_change"))
    broken["fields"] = [each for each in broken["fields"] if each["name"] != "key"]
    broken["fields"].append({"name": "late", "type": "string", "doc": "Without a default."})
    monkeypatch.setattr(schemas, "text", lambda _name: json.dumps(broken))
    fresh = SchemaRegistry(url)
    with contextlib.closing(fresh):
        with pytest.raises(IncompatibleError, match="ncompatible"):
            fresh.register("published_change")
        assert fresh.state("published_change") == "has only other versions of the schema"


def test_an_unregistered_schema_is_waited_for_and_the_way_out_is_named(url, monkeypatch):
    monkeypatch.setattr(module, "subject", lambda name: f"nobody.{name}")
    fresh = SchemaRegistry(url)
    with contextlib.closing(fresh):
        with pytest.raises(Unavailable, match="credstream topics create"):
            fresh.id_of("again")
        assert fresh.state("again") == "is not registered"


def test_a_schema_of_a_stranger_is_no_record_of_ours(url, own):
    theirs = {"type": "record", "name": "Other", "namespace": "x", "fields": []}
    number = ask(url, "subjects/x.Other/versions", {"schema": json.dumps(theirs)})["id"]
    assert own.writer_of(number) is None
    with pytest.raises(Rejected, match=r"avro\.schema_unknown"):
        Codec(own).decode(b"\0" + number.to_bytes(4, "big") + b"\0", Again)


def test_a_registered_bomb_of_items_without_width_is_not_read(url, own):
    schema = json.loads(schemas.text("again"))
    schema["fields"].append(
        {"name": "bomb", "type": {"type": "array", "items": "null"}, "default": []}
    )
    number = ask(url, "subjects/bombs/versions", {"schema": json.dumps(schema)})["id"]
    assert own.writer_of(number) is None


def test_what_was_learned_goes_on_working_while_the_registry_is_away(url):
    fresh = SchemaRegistry(url)
    wire = Codec(fresh)
    value = wire.encode(AGAIN)
    assert wire.decode(value, Again) == AGAIN
    fresh.close()  # every further request fails
    assert wire.decode(wire.encode(AGAIN), Again) == AGAIN


@pytest.mark.parametrize(
    "answers", [None, b"HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n", b"rubbish"]
)
def test_a_registry_that_is_away_or_ill_is_unavailable_and_never_a_dead_letter(answers):
    with listening(answers) as address:
        fresh = SchemaRegistry(address)
        with contextlib.closing(fresh):
            for call in (lambda: Codec(fresh).encode(AGAIN), lambda: fresh.writer_of(7)):
                with pytest.raises(Unavailable, match="registry"):
                    call()


def test_a_registry_that_hangs_is_unavailable(monkeypatch):
    monkeypatch.setattr(timeouts, "REGISTRY_SECONDS", 0.5)
    with listening(b"") as address:
        fresh = SchemaRegistry(address)
        with contextlib.closing(fresh), pytest.raises(Unavailable, match="no answer"):
            fresh.id_of("again")


@contextlib.contextmanager
def listening(answer):
    """A server that answers everybody alike; b"" never, None is no server at all."""
    server = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{server.getsockname()[1]}"
    held = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                held.append(client)
                if answer:
                    client.recv(65536)
                    client.sendall(answer)
                    client.close()

    if answer is None:
        server.close()
    else:
        threading.Thread(target=serve, daemon=True).start()
    yield address
    server.close()
    for client in held:
        client.close()
